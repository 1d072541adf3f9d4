//! What happened, newest first: when, what, who, by what right, papers, digest.

use actions::look::{EventView, PaperRef};
use maud::{Markup, html};

use crate::call::Call;
use crate::components::law::cited;
use crate::words;

pub fn timeline(call: &Call<'_>, case: i64, events: &[EventView]) -> Markup {
    html! {
        ol.ev { @for (place, event) in events.iter().rev().enumerate() {
            li class=[(place == 0).then_some("now")] {
                time datetime=(event.at.strftime("%Y-%m-%dT%H:%M")) { (words::moment(event.at, call.today())) }
                div {
                    h3 { (call.lang.name(&event.step, &event.title)) }
                    p {
                        @if event.by.is_empty() && event.step == engine::case::LAPSE { "期限自动记录　" } @else if !event.by.is_empty() { (event.by.join("、")) "　" }
                        span.dim { (cited(call, event.cite.as_ref())) }
                    }
                    @for field in &event.fields { p { span.dim { (field.title) "：" } (field.text) } }
                    div.pp {
                        @for paper in &event.papers { a href=(paper_href(case, paper)) { (paper.title) @if let Some(number) = &paper.number { "　" (number) } } }
                        details { summary { "第" (event.seq) "号 " span.hash { (event.hash.get(..8).unwrap_or_default()) } }
                            p class="hash xs" { "SM3 " (grouped(&event.hash)) }
                            @if let Some(before) = events.iter().find(|other| other.seq + 1 == event.seq) { p class="hash xs" { "前一 " (grouped(&before.hash)) } }
                        }
                    }
                }
            }
        } }
    }
}

/// Where a paper lies as PDF.
fn paper_href(case: i64, paper: &PaperRef) -> String {
    format!("/papers/{case}/{}/{}.pdf", paper.seq, paper.id)
}

/// Papers of a case, latest first, as PDF and DOCX.
pub fn papers(call: &Call<'_>, case: i64, events: &[EventView]) -> Markup {
    let papers: Vec<&PaperRef> = events.iter().rev().flat_map(|event| &event.papers).collect();
    html! {
        @if papers.is_empty() { p class="small dim" { "还没有制作文书。" } }
        ul class="list small" { @for paper in papers { li {
            a href=(paper_href(case, paper)) { (paper.title) @if let Some(number) = &paper.number { "　" (number) } }
            br;
            span.dim { (words::day(paper.at.date(), call.today())) "　PDF　" } a href={ "/papers/" (case) "/" (paper.seq) "/" (paper.id) ".docx" } { "DOCX" span.vh { "：" (paper.title) } }
        } } }
    }
}

/// Eight hex a group.
pub fn grouped(hash: &str) -> String {
    hash.as_bytes().chunks(8).filter_map(|group| std::str::from_utf8(group).ok()).collect::<Vec<_>>().join(" ")
}
