//! 清单: the registers, their entries, and the acts on an entry.

use actions::{EntryFilter, Error};
use engine::law::{Effect, Register};
use engine::register::{Entering, State};
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::form::{self, Filled};
use crate::components::law::cited;
use crate::components::page::{Audience, Page, head, section};
use crate::components::steps;
use crate::words;

const PAGE: u32 = 50;

pub fn all(call: &Call<'_>) -> Answer {
    let registers = call.hall.registers();
    let title = "清单、名录和库";
    let body = html! {
        (head("", title, ""))
        table class="t stack" { caption.vh { (title) }
            thead { tr { th scope="col" { "名称" } th.n scope="col" { "有效（条）" } th.n scope="col" { "全部（条）" } th scope="col" { (call.say("依据")) } } }
            tbody { @for register in call.hall.law.registers.values() { tr {
                td.key { a href={ "/officer/registers/" (register.id) } { (call.lang.name(&register.id, &register.title)) } }
                td.n { (registers.all(&register.id).filter(|entry| entry.in_force(call.today())).count()) }
                td.n { (registers.all(&register.id).count()) }
                td { (cited(call, Some(&register.basis))) }
            } } }
        }
    };
    Ok(Page::new(Audience::Officer, title, body).here("清单").ok(call))
}

fn register<'l>(call: &'l Call<'_>) -> Result<&'l Register, Error> {
    call.hall.law.registers.get(call.part("id")).ok_or(Error::NotFound)
}

pub fn list(call: &Call<'_>) -> Answer {
    let register = register(call)?;
    let filter =
        EntryFilter { title: call.ask("q").map(str::to_owned), state: call.ask("state").map(str::to_owned), ..EntryFilter::default() };
    let entries = call.hall.entry_page(&register.id, &filter, call.ask("after").unwrap_or_default(), PAGE)?;
    let title = call.lang.name(&register.id, &register.title);
    let more = (entries.len() == PAGE as usize).then(|| entries.last().map(|entry| call.with("after", &entry.id))).flatten();
    let body = html! {
        (head(&cited(call, Some(&register.basis)), &title, ""))
        form class="find" role="search" action=(call.path) {
            div.field { label for="q" { "名称里有" } input.in id="q" name="q" type="search" autocomplete="off" value=(call.ask("q").unwrap_or_default()); }
            button.btn type="submit" { (call.say("筛选")) }
        }
        section.mt2 aria-label="条目" {
            @if entries.is_empty() { p.empty { @if call.ask("q").is_some() { "没有名称符合的条目。" } @else { (title) "里还没有条目。" } } } @else {
                table class="t stack" { caption.vh { (title) }
                    thead { tr { th scope="col" { "编号" } th scope="col" { "名称" } th scope="col" { (call.say("机关")) } th scope="col" { "状态" } th scope="col" { "自" } } }
                    tbody { @for entry in &entries { tr {
                        td.nw { (entry.id) }
                        td.key { a href={ "/officer/registers/" (register.id) "/" (entry.id) } { (entry.title) } }
                        td { (call.hall.organ_title(&entry.organ)) }
                        td.nw { (entry.state.title()) }
                        td.nw { @if let Some(from) = entry.from { (words::day(from, call.today())) } }
                    } } }
                }
                @if let Some(more) = more { p class="small mt" { a href=(more) { (call.say("下一页")) } } }
            }
        }
        @if let Some(adopt) = register.acts.iter().find(|act| act.effect == Effect::Adopt && call.person().is_some_and(|me| act.by.iter().any(|post| me.holds(post)))) {
            (section("new", &format!("新{}", adopt.title), html! { form class="text" method="post" action=(call.path) {
                (form::token(call)) input type="hidden" name="act" value=(adopt.id);
                (form::line("id", "编号", "以后不变，用小写字母、数字和短横。", "text", ""))
                (form::line("title", "名称", "", "text", ""))
                (form::line("from", "施行之日", "例如2026-10-20。", "date", &call.today().to_string()))
                (form::controls(call, &register.fields, &adopt.asks, &Filled::default()))
                button.btn type="submit" { (adopt.title) }
            } }))
        }
    };
    Ok(Page::new(Audience::Officer, title, body).here("清单").under("/officer/registers", call.say("清单")).ok(call))
}

pub fn entry(call: &Call<'_>) -> Answer {
    let register = register(call)?;
    let id = call.part("entry");
    let registers = call.hall.registers();
    let entry = registers.entry(&register.id, id).ok_or(Error::NotFound)?;
    let acts = call.hall.acts(&register.id, id)?;
    let chosen = call.ask("act");
    let may: Vec<_> = register
        .acts
        .iter()
        .filter(|act| {
            act.effect != Effect::Adopt
                && fits(act.effect, entry.state)
                && call.person().is_some_and(|me| act.by.iter().any(|post| me.holds(post)))
        })
        .collect();
    let filled = Filled { values: entry.fields.clone(), reasons: Vec::new() };
    let body = html! {
        (head(&format!("{}　{id}", register.title), &entry.title, &format!("{}，{}。", call.hall.organ_title(&entry.organ), entry.state.title())))
        (section("fields", "内容", html! { dl.dl { @for field in &register.fields { @if let Some(value) = entry.fields.get(&field.id) {
            div { dt { (call.lang.name(&field.id, &field.title)) } dd { (call.hall.read_value(field, value)) } }
        } } } }))
        @if !may.is_empty() { (section("do", call.say("现在可以做"), html! { @for act in may {
            @if chosen == Some(&act.id) {
                h3 { (act.title) }
                form class="text" method="post" action=(call.path) {
                    (form::token(call)) input type="hidden" name="act" value=(act.id);
                    (form::line("from", "自哪一天起", "", "date", &call.today().to_string()))
                    (form::controls(call, &register.fields, &act.asks, &filled))
                    button.btn type="submit" { (act.title) }
                }
            } @else { p { a href={ (call.path) "?act=" (act.id) "#do" } { (act.title) } "　" span class="small dim" { (cited(call, act.cite.as_ref())) } } }
        } })) }
        (section("acts", call.say("经过"), html! { ol.ev { @for act in acts.iter().rev() { li {
            time { @if let Some(at) = act.at { (words::moment(at, call.today())) } }
            div { h3 { (register.acts.iter().find(|known| known.id == act.act).map_or(act.act.as_str(), |known| known.title.as_str())) "，自" (words::day(act.from, call.today())) "起" }
                p.dim { @for by in &act.by { (registers.entry("officers", &by.id).map_or(by.id.as_str(), |entry| entry.title.as_str())) "　" } }
                (changes(call, register, &act.with)) }
        } } } }))
    };
    Ok(Page::new(Audience::Officer, entry.title.clone(), body)
        .here("清单")
        .under("/officer/registers", call.say("清单"))
        .under(format!("/officer/registers/{}", register.id), register.title.clone())
        .ok(call))
}

fn fits(effect: Effect, state: State) -> bool {
    match effect {
        Effect::Adopt => state == State::Repealed,
        Effect::Amend | Effect::Suspend => state == State::InForce,
        Effect::Resume => state == State::Suspended,
        Effect::Repeal => state != State::Repealed,
    }
}

fn changes(call: &Call<'_>, register: &Register, with: &serde_json::Map<String, serde_json::Value>) -> Markup {
    html! { @for field in &register.fields { @if let Some(value) = with.get(&field.id) { p { span.dim { (field.title) "：" } (call.hall.read_value(field, value)) } } } }
}

/// Enters an act, on the entry named in the path or on a new one.
pub fn enter(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let register = register(call)?;
    let act = register.acts.iter().find(|act| Some(act.id.as_str()) == call.given("act")).ok_or(Error::NotFound)?;
    let id = if call.part("entry").is_empty() { call.given("id").unwrap_or_default() } else { call.part("entry") };
    let from = call.given("from").unwrap_or_default();
    let from = from.parse().map_err(|_| Error::Invalid(format!("“{from}”不是日期，应当写成2026-10-20")))?;
    let entering = Entering {
        register: register.id.clone(),
        act: act.id.clone(),
        id: id.to_owned(),
        title: call.given("title").unwrap_or_default().to_owned(),
        organ: String::new(),
        from,
        with: form::read(call, &register.fields, &act.asks),
    };
    match call.hall.enter(entering, &[me], call.now) {
        Ok(entry) => Ok(Reply::Go(format!("/officer/registers/{}/{}", register.id, entry.id))),
        Err(Error::Refused(refusal)) => {
            let title = format!("{}{}", call.say("现在还不能"), act.title);
            let filled = Filled { values: form::read(call, &register.fields, &act.asks), reasons: refusal.reasons.clone() };
            let body = html! {
                (head(&register.title, &title, "什么都没有改动，您填的在下面。"))
                (steps::reasons(call, &refusal.reasons))
                form class="text mt2" method="post" action=(call.path) {
                    (form::token(call)) input type="hidden" name="act" value=(act.id);
                    @if call.part("entry").is_empty() { (form::line("id", "编号", "", "text", id)) (form::line("title", "名称", "", "text", call.given("title").unwrap_or_default())) }
                    (form::line("from", "自哪一天起", "", "date", call.given("from").unwrap_or_default()))
                    (form::controls(call, &register.fields, &act.asks, &filled))
                    button.btn type="submit" { (act.title) }
                }
            };
            Ok(Page::new(Audience::Officer, title, body)
                .under(format!("/officer/registers/{}", register.id), register.title.clone())
                .with(call, axum::http::StatusCode::CONFLICT))
        }
        Err(error) => Err(error),
    }
}
