//! 手填: who stated a figure, when, from which source, and who checked it. What is not checked is listed and does not count.

use actions::figure::{Period, Signed};
use actions::{CellFilter, Error};
use engine::figure::{Figure, statement};
use engine::value::{long_date, thousands};
use maud::{Markup, html};

use crate::call::Call;
use crate::words;

pub fn list(call: &Call<'_>, declared: &Figure, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let found = call.hall.signed(&declared.key, period, filter)?;
    let year = period.to.year();
    Ok(html! {
        @if found.is_empty() { p.empty { "这一期还没有人填报。没有填报不等于零。" } } @else {
            table class="t stack" { caption.vh { "填报" }
                thead { tr { th scope="col" { "时段" } th scope="col" { (call.say("机关")) } th.n scope="col" { "数" } th scope="col" { "来源" } th scope="col" { "填报" } th scope="col" { "核对" } } }
                tbody { @for one in &found { tr {
                    td.key { @if call.inside() { a href={ "/officer/cases/" (one.case) } { (part(one)) } } @else { (part(one)) } }
                    td { (call.hall.organ_title(&one.organ)) }
                    td.n { @match one.kind.as_str() { "none-found" => "未发现", "zero" => "零", _ => (thousands(one.value)) } }
                    td { (one.source) @if !one.note.is_empty() { span.sub { (one.note) } } }
                    td { (who(call, &one.by)) span.sub { (words::moment(one.at, call.today())) } }
                    td { @match &one.checked {
                        Some((by, at)) => { (who(call, by)) span.sub { (words::moment(*at, call.today())) } },
                        None => { span.tag { "待核对" } span.sub { "没有计入" } },
                    } }
                } } }
            }
        }
        @if call.inside() {
            p class="row mt" { a class="btn btn-2" href={ "/officer/new/" (statement::PROCEDURE) "?step=state&figure=" (declared.key) "&year=" (year) "&part=year" } { (call.say("填报这个数")) } }
        }
    })
}

/// The period in words.
fn part(one: &Signed) -> String {
    format!("{}至{}", long_date(one.from), long_date(one.to))
}

/// Names inside; outside it is enough that somebody of the organ signed.
fn who(call: &Call<'_>, by: &[String]) -> String {
    if !call.inside() {
        return "本机关人员".to_owned();
    }
    let registers = call.hall.registers();
    by.iter()
        .map(|id| registers.entry("officers", id).map_or_else(|| id.clone(), |entry| entry.title.clone()))
        .collect::<Vec<_>>()
        .join("、")
}
