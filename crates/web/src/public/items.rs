//! 我要办: find an item of the list of service items, and its guide.

use engine::register::Entry;
use maud::{Markup, html};
use serde_json::Value;

use crate::call::{Answer, Call, Reply};
use crate::components::draw;
use crate::components::page::{Audience, Page, head, pairs, section};
use crate::components::pager::pager;
use crate::words;

const PAGE: usize = 50;

pub fn list(call: &Call<'_>) -> Answer {
    let query = call.ask("q").unwrap_or_default();
    // A tracking code typed into the search goes to its case.
    if query.len() >= 8 && query.contains('-') && call.hall.track(query, call.now).is_ok() {
        return Ok(Reply::Go(format!("/track/{}", actions::look::tidy_code(query))));
    }
    let registers = call.hall.registers();
    let found: Vec<&Entry> = registers.all("service-items").filter(|entry| entry.in_force(call.today()) && matches(entry, query)).collect();
    let offset = call.offset();
    let page: Vec<&Entry> = found.iter().skip(offset as usize).take(PAGE).copied().collect();
    let title = if query.is_empty() { "可以办的事项".to_owned() } else { format!("“{query}”有{}项可以办", found.len()) };
    let body = html! {
        (head("", &title, ""))
        form.find role="search" action="/items" {
            div.field { label for="q" { "搜事项" } input.in id="q" name="q" type="search" autocomplete="off" value=(query); }
            button.btn type="submit" { (call.say("搜索")) }
        }
        section.mt2 aria-label="事项" {
            @if page.is_empty() {
                p.empty { "清单里没有名称带“" (query) "”的有效事项。换个短一点的词，或者" a href="/report" { "问12345" } "。" }
            } @else {
                table class="t stack" { caption.vh { "事项" }
                    thead { tr { th scope="col" { (call.say("事项")) } th scope="col" { "类型" } th scope="col" { (call.say("机关")) } th.n scope="col" { "承诺（工作日）" } th.n scope="col" { "法定（工作日）" } } }
                    tbody { @for entry in &page { tr {
                        td.key { a href={ "/items/" (entry.id) } { (entry.title) } }
                        td { (field(call, entry, "kind")) }
                        td { (call.hall.organ_title(&entry.organ)) }
                        td.n { (field(call, entry, "promised-limit")) }
                        td.n { (field(call, entry, "legal-limit")) }
                    } } }
                }
                (pager(call, offset, page.len(), found.len() as u64, PAGE as u64, "项"))
            }
        }
    };
    Ok(Page::new(Audience::Public, title, body).here("我要办").under("/", call.say("首页")).ok(call))
}

fn matches(entry: &Entry, query: &str) -> bool {
    query.split_whitespace().all(|word| entry.title.contains(word) || entry.id.contains(word))
}

/// A field of an entry, read with its choices.
fn field(call: &Call<'_>, entry: &Entry, id: &str) -> String {
    let Some(value) = entry.fields.get(id) else { return String::new() };
    let field = call.hall.law.registers.get(&entry.register).and_then(|register| register.fields.iter().find(|field| field.id == id));
    field.map_or_else(String::new, |field| call.hall.read_value(field, value))
}

pub fn guide(call: &Call<'_>) -> Answer {
    let registers = call.hall.registers();
    let entry = registers.entry("service-items", call.part("id")).ok_or(actions::Error::NotFound)?;
    let in_force = entry.in_force(call.today());
    let organ = call.hall.organ_title(&entry.organ);
    let lead =
        if in_force { format!("由{organ}办理。") } else { format!("这一事项{}，现在不能申请。", entry.state.title()) };
    let version = call.hall.law.version("licence", call.today());
    let body = html! {
        (head(&field(call, entry, "code"), &entry.title, &lead))
        div.cols {
            div.aside.a1 { section.panel aria-labelledby="key" { h2 #key { "一眼看清" } (key_facts(call, entry, &organ)) } }
            div {
                (section("conditions", "谁可以办", html! { @match text(entry, "conditions") { Some(text) => div.text { @for line in text.lines() { p { (line) } } }, None => p.empty { "清单没有写办理条件，请问" (organ) "。" } } }))
                (section("materials", "要带什么", materials(entry)))
                @if let Some((procedure, version)) = version {
                    (section("steps", "怎么办", html! { (draw::procedure(call, version)) p.small { a href={ "/law/" (procedure.id) } { "每一步谁来办、依据哪一条" } } }))
                    @if in_force { p class="row mt2" { a class="btn btn-l" href={ "/apply/" (procedure.id) "?item=" (entry.id) } { "申请办理" } } }
                }
            }
            div.aside.a2 { (section("basis", call.say("依据"), html! { p.small { @match text(entry, "basis") { Some(text) => (text), None => "清单没有写设定依据。" } } })) }
        }
    };
    Ok(Page::new(Audience::Public, entry.title.clone(), body)
        .here("我要办")
        .under("/", call.say("首页"))
        .under("/items", call.say("我要办"))
        .ok(call))
}

fn key_facts(call: &Call<'_>, entry: &Entry, organ: &str) -> Markup {
    let or = |id: &str, unit: &str, none: &str| match field(call, entry, id) {
        text if text.is_empty() => none.to_owned(),
        text => format!("{text}{unit}"),
    };
    let from = entry.from.map_or_else(String::new, |from| words::day(from, call.today()));
    pairs(&[
        ("办理机关", html! { (organ) }),
        ("承诺时限", html! { (or("promised-limit", "个工作日", "没有另外承诺")) }),
        ("法定时限", html! { (or("legal-limit", "个工作日", "按法律规定")) }),
        ("跑几趟", html! { @match text(entry, "one-trip") { Some("yes") => "最多一次", _ => "以窗口告知为准" } }),
        ("网上办", html! { @match text(entry, "online") { Some("yes") => "可以", _ => "部分可以" } }),
        ("收费", html! { (or("fee", "", "不收费或者没有写明")) }),
        ("列入清单", html! { (from) }),
    ])
}

fn text<'e>(entry: &'e Entry, id: &str) -> Option<&'e str> {
    entry.fields.get(id).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

fn materials(entry: &Entry) -> Markup {
    let lines: Vec<&str> = entry
        .fields
        .get("materials")
        .and_then(Value::as_array)
        .map(|lines| lines.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    html! {
        @if lines.is_empty() { p.empty { "清单没有列出材料。不在清单里的材料，不得要求您提交。" } } @else {
            ol.steps { @for line in lines { li { span { (line) } } } }
            p class="small dim" { "不在这份目录里的材料，不得要求您提交。缺的材料只告知一次。" }
        }
    }
}
