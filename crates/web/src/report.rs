//! 年度报告: the report written from the ledger, every figure a link, every check beside it; a contradiction is said first.

use actions::report::{Check, Text, Wanted, Written};
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::figure::{self, check};
use crate::components::page::{Audience, Page, head, section};

pub fn show(call: &Call<'_>) -> Answer {
    let year =
        call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year)).unwrap_or(call.today().year());
    let report = call.hall.report(&Wanted::year(call.part("id"), year), call.now)?;
    let broken: Vec<&Check> = report.checks.iter().filter(|check| !check.holds).collect();
    let lead = match broken.len() {
        0 => format!("{}处验算都对。点每个数，看数的是哪些记录。", report.checks.len()),
        n => format!("有{n}处验算不对，改好之前不能送审。"),
    };
    let body = html! {
        (head("年度报告", &report.title, &lead))
        p class="row small" { @for other in [year - 1, year, year + 1] { @if other == year { strong { (other) "年" } } @else if other <= call.today().year() { a href=(call.with("year", &other.to_string())) { (other) "年" } } } }
        @if !broken.is_empty() { (section("broken", "不对的", html! { ul.dots { @for one in &broken { li { a href=(figure::href(&one.figure, year)) { (title(call, &one.figure)) } "：" (one.says) } } } })) }
        @for (place, chapter) in report.chapters.iter().enumerate() {
            section.sec aria-labelledby={ "c" (place) } {
                h2 id={ "c" (place) } { (chapter.title) }
                div.rep { @for block in &chapter.blocks { @match block {
                    Text::Heading { text } => h3 { (text) },
                    Text::Paragraph { pieces } => { p { @for piece in pieces { (written(piece)) } } (notes(pieces, &report.checks)) },
                    Text::Table { .. } | Text::Chart { .. } | Text::Section { .. } => {},
                } } }
            }
        }
    };
    Ok(Page::new(Audience::Leader, report.title.clone(), body).here("年度报告").ok(call))
}

fn title(call: &Call<'_>, key: &str) -> String {
    call.hall.law.figure(key).map_or_else(|| key.to_owned(), |figure| figure.title.clone())
}

fn written(piece: &Written) -> Markup {
    html! { @match &piece.figure { Some(quoted) => a.fig href=(quoted.link) { (piece.text) }, None => (piece.text) } }
}

/// The checks of the figures in a paragraph, in the margin.
fn notes(pieces: &[Written], checks: &[Check]) -> Markup {
    let of: Vec<&Check> = checks
        .iter()
        .filter(|check| pieces.iter().any(|piece| piece.figure.as_ref().is_some_and(|quoted| quoted.key == check.figure)))
        .collect();
    html! { @if !of.is_empty() { div.mg { @for one in of { p { (check(one.holds, &one.says)) } } } } }
}
