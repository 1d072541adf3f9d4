//! The home page: five doors, one search, the figures in small; and what the site says about itself.

use actions::CellFilter;
use actions::figure::Period;
use engine::law::FieldKind;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::figure;
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::figures;
use crate::words;

const DOORS: &[(&str, &str, &str)] = &[
    ("/items", "我要办", "许可、登记、给付、证明。材料、时限、依据，办之前都看得到。"),
    ("/report", "我要诉", "投诉、举报、求助。谁在办、几时答复，一直看得到。"),
    ("/review", "我要评", "一件事评一次，自愿。差评有人联系，改完再请您看。"),
    ("/track", "我要查", "凭办件编号查进度、期限和下一步。"),
    ("/law", "我要问", "每个流程有哪些步骤、谁来办、依据哪一条。"),
];

/// Figures a visitor may want first; those the law folder does not declare are left out.
const IN_SMALL: usize = 5;

pub fn home(call: &Call<'_>) -> Answer {
    let registers = call.hall.registers();
    let often: Vec<_> = registers
        .all("service-items")
        .filter(|entry| entry.in_force(call.today()))
        .take(6)
        .map(|entry| (entry.id.clone(), entry.title.clone()))
        .collect();
    let body = html! {
        div.head {
            h1 { (call.say("您要办什么事？")) }
            form class="find mt" role="search" action="/items" {
                div.field { label for="q" { "搜事项，或者办件编号" } input.in id="q" name="q" type="search" autocomplete="off"; }
                button.btn type="submit" { (call.say("搜索")) }
            }
            @if !often.is_empty() {
                p class="small dim mt" { "可以办：" @for (id, title) in &often { a href={ "/items/" (id) } { (title) } "　" } }
            }
        }
        ul.doors { @for (href, title, says) in DOORS { li { a href=(href) { (call.say(title)) } p { (says) } } } }
        div.half {
            (section("track", "查我的办件", html! {
                form action="/track" {
                    div.field { label for="no" { (call.say("办件编号")) } span.hint id="no-h" { "在收件凭证上，例如6B3K-90QX-7D。字母大小写都可以。" }
                        input class="in w-m" id="no" name="code" aria-describedby="no-h" autocomplete="off"; }
                    button class="btn btn-2" type="submit" { (call.say("查进度")) }
                }
            }))
            (section("open", "已经公开的", html! {
                ul.list {
                    @for (register, count) in call.hall.law.registers.values().filter(|register| register.public && register.fields.iter().all(|field| !matches!(field.kind, FieldKind::Party))).map(|register| (register, registers.all(&register.id).filter(|entry| entry.in_force(call.today())).count())).filter(|(_, count)| *count > 0).take(6) {
                        li { a href={ "/registers/" (register.id) } { (call.lang.name(&register.id, &register.title)) } "　" span.dim { (count) "条" } }
                    }
                }
            }))
        }
        (numbers(call)?)
    };
    Ok(Page::new(Audience::Public, call.say("您要办什么事？"), body).ok(call))
}

fn numbers(call: &Call<'_>) -> Result<Markup, actions::Error> {
    let year = figures::latest_year(call)?;
    let Some(period) = Period::year(year) else { return Ok(html! {}) };
    let all = call.hall.figures(period, &CellFilter::default())?;
    let mut counted: Vec<_> = all.iter().filter(|shown| shown.fraction.is_none() && shown.value.is_some_and(|value| value > 0.0)).collect();
    counted.sort_by_key(|shown| (!figures::is_flow(call, &shown.key), std::cmp::Reverse(shown.records)));
    counted.truncate(IN_SMALL);
    Ok(section_with(
        "nums",
        call.say("数字"),
        html! { p class="small dim" { (year) "年" @if year == call.today().year() { "至今" } "。每个数都能点开，看数的是哪些记录。" } p.small { a href="/figures" { "全部数据" } "　" a href="/audit" { "查一份报告的数对不对" } } },
        html! {
            @if counted.is_empty() { p.empty { (year) "年还没有计入数据的记录。" } } @else { (figure::strip(call, &counted, year)) }
        },
    ))
}

/// A public register as the public reads it.
pub fn register(call: &Call<'_>) -> Answer {
    let register = call.hall.law.registers.get(call.part("id")).filter(|register| register.public).ok_or(actions::Error::NotFound)?;
    let registers = call.hall.registers();
    let title = call.lang.name(&register.id, &register.title);
    let entries: Vec<_> = registers.all(&register.id).filter(|entry| entry.in_force(call.today())).collect();
    let offset = call.offset();
    let page: Vec<_> = entries.iter().skip(offset as usize).take(50).collect();
    let body = html! {
        (head(&words::cite(&call.hall.law, &register.basis), &title, &format!("现在有效的有{}条。", entries.len())))
        @if page.is_empty() { p.empty { "现在没有有效的条目。" } } @else {
            table class="t stack" { caption.vh { (title) }
                thead { tr { th scope="col" { "名称" } th scope="col" { "机关" } th scope="col" { "施行" } } }
                tbody { @for entry in &page { tr {
                    td.key { (entry.title) }
                    td { (call.hall.organ_title(&entry.organ)) }
                    td.nw { @if let Some(from) = entry.from { (words::day(from, call.today())) } }
                } } }
            }
            (crate::components::pager::pager(call, offset, page.len(), entries.len() as u64, 50, "条"))
        }
    };
    Ok(Page::new(Audience::Public, title, body).under("/", call.say("首页")).ok(call))
}

/// 无障碍说明
pub fn accessibility(call: &Call<'_>) -> Answer {
    let body = html! {
        (head("", "这个网站怎样照顾不同的人", ""))
        div.text {
            p { "按《网页内容无障碍指南》2.2的AA级和GB/T 37668制作。不开脚本也能全部办理；只用键盘可以走到每一处；放大到四倍不需要左右滚动；读屏软件可以读出每个期限和图。" }
            p { "颜色从不单独表示意思：逾期的既是红的，也写着“逾期”。打印出来是黑白的，内容不少。" }
            p { "遇到打不开、读不出的地方，请到“" a href="/report" { "我要诉" } "”告诉我们，或者拨打12345。" }
        }
    };
    Ok(Page::new(Audience::Public, call.say("无障碍说明"), body).under("/", call.say("首页")).ok(call))
}
