//! 报告: reports written from the ledger, every figure a link, every check beside it, in every form to take along; a contradiction is
//! said first.

use actions::report::file::{Form, file, name, text};
use actions::report::{Check, Report, Wanted};
use engine::report::template::{Scope, Span, Template};
use maud::{Markup, PreEscaped, html};

use crate::call::{Answer, Call, Reply};
use crate::components::figure::check;
use crate::components::page::{Audience, Page, head, section};

/// `/reports/{id}`: the draft of a report as the ledger gives it now.
pub fn show(call: &Call<'_>) -> Answer {
    let template = call.hall.law.reports.get(call.part("id")).ok_or(actions::Error::NotFound)?;
    if template.scope == Scope::Organ && call.ask("organ").is_none() {
        return choose(call, template);
    }
    let report = call.hall.report(&wanted(call, template), call.now)?;
    let broken: Vec<&Check> = report.unanswered().collect();
    let lead = match broken.len() {
        0 => format!("{}处验算都对。点每个数，看数的是哪些记录。", report.checks.len()),
        n => format!("有{n}处验算不对，改好或者写明理由之前不能送审。"),
    };
    let body = html! {
        (head(&format!("草稿　{}", report.signed_by), &report.title, &lead))
        (periods(call, template, &report))
        (others(call, template))
        @if !broken.is_empty() { (section("broken", call.say("不对的"), html! { ul.dots { @for one in &broken { li { (one.title) "：" (check(false, &one.says)) } } } })) }
        (files(call, &report))
        (PreEscaped(text(&report)))
        @if !report.omitted.is_empty() {
            (section("omitted", call.say("正文略去的"), html! {
                p class="small dim" { "这些句子的数都是0，或者没有可比的数，正文不写。" }
                ul class="dots small" { @for one in &report.omitted { li { (one.text) } } }
            }))
        }
    };
    Ok(Page::new(Audience::Leader, report.title.clone(), body).here("年度报告").ok(call))
}

/// `/reports/{id}/{file}`: the same as a file; its ending says in which form.
pub fn take(call: &Call<'_>) -> Answer {
    let template = call.hall.law.reports.get(call.part("id")).ok_or(actions::Error::NotFound)?;
    let form = call.part("file").rsplit_once('.').and_then(|(_, ending)| Form::of(ending)).ok_or(actions::Error::NotFound)?;
    let report = call.hall.report(&wanted(call, template), call.now)?;
    // A file leaves the site: its links say where the site is.
    let bytes = file(&report, form, &call.hall.settings.address)?;
    Ok(Reply::File { kind: form.mime(), name: name(&report, form), bytes })
}

fn wanted(call: &Call<'_>, template: &Template) -> Wanted {
    let today = call.today();
    let year = call.ask("year").and_then(|text| text.parse().ok()).unwrap_or(today.year());
    let half = match template.period {
        Span::Year => None,
        Span::Half => Some(call.ask("half").and_then(|text| text.parse().ok()).unwrap_or(if today.month() > 6 { 2 } else { 1 })),
    };
    let organ = call.ask("organ").filter(|_| template.scope == Scope::Organ).map(str::to_owned);
    Wanted { half, organ, ..Wanted::year(&template.id, year) }
}

/// The periods to choose from: five years back, or ten halves.
fn periods(call: &Call<'_>, template: &Template, report: &Report) -> Markup {
    let this = call.today();
    let halves: &[Option<u8>] = match template.period {
        Span::Year => &[None],
        Span::Half => &[Some(2), Some(1)],
    };
    let all = (this.year() - 4..=this.year())
        .rev()
        .flat_map(|year| halves.iter().filter_map(move |half| actions::report::Period::new(year, *half)));
    let organ = report.organ.as_ref().map_or(String::new(), |organ| format!("&organ={}", organ.id));
    html! {
        ul class="row small mt" { @for period in all.filter(|period| period.from <= this) { li {
            @if period == report.period { strong { (period.text()) } } @else {
                a href={ "/reports/" (template.id) "?year=" (period.year) @if let Some(half) = period.half { "&half=" (half) } (organ) } { (period.text()) }
            }
        } } }
    }
}

/// The other reports.
fn others(call: &Call<'_>, template: &Template) -> Markup {
    html! {
        ul class="row small" { @for (id, other) in &call.hall.law.reports {
            @if *id != template.id { li { a href={ "/reports/" (id) } { (kind(other)) } } }
        } }
    }
}

fn kind(template: &Template) -> &'static str {
    match (template.scope, template.period) {
        (Scope::Organ, _) => "部门报告",
        (Scope::District, Span::Half) => "半年报告",
        (Scope::District, Span::Year) => "年度报告",
    }
}

/// A department's report: whose.
fn choose(call: &Call<'_>, template: &Template) -> Answer {
    let registers = call.hall.registers();
    let year = call.ask("year").and_then(|text| text.parse::<i16>().ok()).unwrap_or(call.today().year());
    let title = "哪个机关的报告？";
    let body = html! {
        (head("部门报告", title, "各机关的报告从自己的记录里写出来。"))
        (others(call, template))
        ul class="dots mt" { @for organ in registers.all("organs").filter(|organ| organ.in_force(call.today())) {
            li { a href={ "/reports/" (template.id) "?year=" (year) "&organ=" (organ.id) } { (organ.title) } }
        } }
    };
    Ok(Page::new(Audience::Leader, title, body).here("年度报告").ok(call))
}

/// The report to take along, in each form.
fn files(call: &Call<'_>, report: &Report) -> Markup {
    let query = call.with("", "");
    let query = query.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
    section(
        "files",
        call.say("下载"),
        html! { ul.row { @for form in Form::ALL { li { a href={ "/reports/" (report.template) "/report." (form.extension()) (query) } download=(name(report, form)) { (form.title()) } } } } },
    )
}
