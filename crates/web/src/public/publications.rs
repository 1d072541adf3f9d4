//! Reports that were published: the list, each report as it was approved, and how anybody verifies it.

use actions::freeze::Publication;
use actions::report::file::{self, Form};
use engine::report::{Check, FigureRow, Text};
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::chapters;
use crate::components::figure::check;
use crate::components::page::{Audience, Page, audience, head, section, section_with};
use crate::components::timeline::grouped;
use crate::words;

pub fn all(call: &Call<'_>) -> Answer {
    let found = call.hall.publications(call.now)?;
    let title = call.say("法治政府建设年度报告");
    let body = html! {
        (head(&call.hall.settings.name, title, "每年四月一日以前向社会公开。报告里的每个数都能点开，数的是哪些记录，自己可以再数一遍。"))
        p.small { a href="/publications.atom" type="application/atom+xml" { (call.say("订阅新公开的报告")) "（Atom）" } }
        @if found.is_empty() { p.empty { "还没有公开的报告。" } } @else {
            table class="t stack" { caption.vh { (title) }
                thead { tr { th scope="col" { (call.say("报告")) } th scope="col" { (call.say("机关")) } th scope="col" { (call.say("公开的日期")) } } }
                tbody { @for line in &found { tr {
                    td.key { a href={ "/publications/" (line.code) } { strong { (line.title) } } }
                    td { (line.organ_title) }
                    td.nw { @if let Some(at) = line.published { (engine::value::long_date(at.date())) } }
                } } }
            }
        }
    };
    Ok(Page::new(audience(call), title, body).here("报告").ok(call))
}

pub fn one(call: &Call<'_>) -> Answer {
    let name = call.part("code");
    let (code, file) = match name.strip_suffix(".json") {
        Some(code) => (code, true),
        None => (name, false),
    };
    let found = call.hall.publication(code)?;
    if file {
        return Ok(Reply::File { kind: "application/json", name: format!("{}.json", found.code), bytes: found.bytes });
    }
    let report = &found.report;
    let title = report.title.clone();
    let wrong = report.checks.iter().filter(|check| !check.holds).count();
    let lead = format!(
        "{}公开。{}处核对，{}",
        engine::value::long_date(found.published.date()),
        report.checks.len(),
        match wrong {
            0 => "各处都对得上。".to_owned(),
            n => format!("{n}处不符，理由在附表里。"),
        }
    );
    let body = html! {
        (head(&report.signed_by, &title, &lead))
        @for chapter in &report.chapters {
            section.sec aria-labelledby={ "c-" (chapter.id) } {
                h2 id={ "c-" (chapter.id) } { (chapter.title) }
                @let blocks: Vec<_> = chapter.blocks.iter().filter(|block| !matches!(block, Text::Section { blocks, .. } if blocks.is_empty())).collect();
                @if blocks.is_empty() { p.empty { (call.say("这一部分没有内容")) } }
                (chapters::blocks(call, &blocks, &report.checks))
            }
        }
        (section("files", call.say("下载"), html! { ul.row { @for form in Form::ALL { li {
            a href={ "/publications/" (found.code) "/report." (form.extension()) } download=(file::name(report, form)) { (form.title()) }
        } } } }))
        (checks(call, &report.checks))
        (figures(call, &report.figures))
        (verify(call, &found))
    };
    Ok(Page::new(Audience::Public, title, body).under("/publications", call.say("法治政府建设年度报告")).ok(call))
}

/// A published report as a file, as it was approved; its ending says in which form.
pub fn take(call: &Call<'_>) -> Answer {
    let form = call.part("file").rsplit_once('.').and_then(|(_, ending)| Form::of(ending)).ok_or(actions::Error::NotFound)?;
    let report = call.hall.publication(call.part("code"))?.report;
    let bytes = file::file(&report, form, &call.hall.settings.address)?;
    Ok(Reply::File { kind: form.mime(), name: file::name(&report, form), bytes })
}

/// Failing checks with their reasons first; the others unfold.
fn checks(call: &Call<'_>, checks: &[Check]) -> Markup {
    let (wrong, right): (Vec<&Check>, Vec<&Check>) = checks.iter().partition(|check| !check.holds);
    section(
        "checks",
        call.say("核对"),
        html! {
            @if wrong.is_empty() { p { "各处都对得上。" } }
            @for one in &wrong { div.text { p { (check(false, &one.says)) } @if let Some(reason) = &one.reason { p { strong { (call.say("理由")) "：" } (reason) } } } }
            @if !right.is_empty() { details.mt { summary { "对得上的，" (right.len()) "处" } ul.list { @for one in &right { li { (check(true, &one.says)) } } } } }
        },
    )
}

fn figures(call: &Call<'_>, rows: &[FigureRow]) -> Markup {
    let shown: Vec<&FigureRow> = rows.iter().filter(|row| row.value.is_some_and(|value| value != 0.0)).collect();
    section_with(
        "figures",
        call.say("数据"),
        html! { p class="small dim" { "定稿时的数，" (shown.len()) "项；点开是现在的记录" } },
        html! {
            details { summary { "全部数据和口径" }
                table class="t stack" { caption.vh { "全部数据和口径" }
                    thead { tr { th scope="col" { (call.say("数据")) } th.n scope="col" { (call.say("数值")) } th scope="col" { (call.say("怎么定义")) } } }
                    tbody { @for row in &shown { tr {
                        td.key { (row.title) span.sub { (row.key) } }
                        td.n { a.fig href=(row.link) { (row.number) } span.unit { (row.unit) } }
                        td.full { (row.definition) }
                    } } }
                }
            }
        },
    )
}

fn verify(call: &Call<'_>, found: &Publication) -> Markup {
    let Some(frozen) = &found.report.frozen else { return html! {} };
    section(
        "verify",
        call.say("怎么核对真伪"),
        html! {
            div.text {
                p { "这份报告" (words::long_moment(frozen.approved_at)) "批准定稿，定稿时的记录由第" (frozen.checkpoint) "号检查点封存。以后记录再变，这里的数不变。" }
                p { a href={ "/publications/" (found.code) ".json" } { (call.say("下载定稿")) "（JSON）" } "　它的SM3值应当是：" }
                p.hash { (grouped(&frozen.digest)) }
                p { "检查点的根：" }
                p.hash { (grouped(&frozen.root)) }
                p { "有记录库的，可以脱机再数一遍：" code { "fadu verify report " (found.code) } "。它按定稿保存的口径，从封存的记录重新数每一个数，不同的逐项列出。" }
            }
        },
    )
}
