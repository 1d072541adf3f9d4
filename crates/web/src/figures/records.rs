//! The records behind a figure, page by page, and as a file. What the reader may not see is counted and said.

use actions::figure::{Period, RecordPage, Sheet, Shown};
use actions::{CellFilter, Error};
use engine::value::thousands;
use maud::{Markup, html};

use super::{filter, period};
use crate::call::{Answer, Call, Reply};
use crate::components::page::section_with;
use crate::words;

const PAGE: u32 = 50;

/// The page of records that the query asks for.
pub fn page(call: &Call<'_>, key: &str, period: Period, filter: &CellFilter) -> Result<RecordPage, Error> {
    call.hall.record_page(call.person(), key, period, filter, call.ask("after"), PAGE)
}

pub fn section(call: &Call<'_>, key: &str, shown: &Shown, page: &RecordPage) -> Markup {
    let hidden = page.hidden();
    let files = ["xlsx", "csv"]
        .map(|form| (form, call.with("after", "").replacen(&format!("/figures/{key}"), &format!("/figures/{key}/export/{form}"), 1)));
    section_with(
        "rec",
        call.say("数的就是这些记录"),
        html! { p class="small dim" {
            (thousands(page.shown.records)) "条"
            @if page.standing { "，期末仍在的" } @else if page.changes { "期末仍在；经过太多，下面按先后列出每次增减，相抵以后就是这个数" } @else { "，早的在上" }
            @if call.inside() && page.shown.records > 0 { "　导出：" @for (form, href) in &files { a href=(href) { (form.to_uppercase()) } " " } }
        } },
        html! {
            @if page.rows.is_empty() && hidden.records == 0 { p.empty { @match &shown.missing { Some(missing) => (missing.says()), None => "这一期没有计入的记录。" } } }
            @if !page.rows.is_empty() {
                table class="t stack" { caption.vh { "记录" }
                    thead { tr { th scope="col" { "日期" } th scope="col" { (call.say("案件")) } th scope="col" { (call.say("机关")) } th.n scope="col" { "计入" } } }
                    tbody { @for row in &page.rows { tr {
                        td.nw { @if let Some(day) = row.day { (words::day(day, call.today())) } }
                        td.key {
                            @match &row.title {
                                Some(title) if row.is_case && call.inside() => a href={ "/officer/cases/" (row.stream) } { (title) },
                                Some(title) => (title),
                                // Outside, a case is counted without anybody's name.
                                None => (row.matter_title),
                            }
                            span.sub { "第" (row.seq) "号记录" @if row.title.is_some() && row.is_case && row.matter_title != row.matter { "，" (row.matter_title) } }
                        }
                        td { (call.hall.organ_title(&row.organ)) }
                        td.n { (thousands(row.amount)) }
                    } } }
                }
                nav class="mt small" aria-label="翻页" { ul.row {
                    li.dim { "本页" (page.rows.len()) "条，共" (thousands(page.shown.records)) "条" }
                    @if call.ask("after").is_some() { li { a href={ (call.with("after", "")) "#rec" } { (call.say("第一页")) } } }
                    @if let Some(next) = &page.next { li { a href={ (call.with("after", next)) "#rec" } { (call.say("下一页")) } } }
                } }
            }
            @if hidden.records != 0 {
                p { "另有" (thousands(hidden.records)) "条您无权查看"
                    @if hidden.amount != hidden.records { "，合计" (thousands(hidden.amount)) (shown.unit) }
                    "；它们已经计入。" }
            }
        },
    )
}

/// `/figures/{key}/export/{form}`
pub fn export(call: &Call<'_>) -> Answer {
    let (_, period) = period(call)?;
    let form = Sheet::of(call.part("form")).ok_or(Error::NotFound)?;
    let login = call.visitor.as_ref().map_or("", |visitor| visitor.login.as_str());
    let file = call.hall.export_records(call.me()?, login, call.part("key"), period, &filter(call), form, call.now)?;
    Ok(Reply::File { kind: form.mime(), name: file.name, bytes: file.bytes })
}
