//! What happened, newest first: when, what, who, by what right, papers, digest.

use actions::look::EventView;
use maud::{Markup, html};

use crate::call::Call;
use crate::components::law::cited;
use crate::words;

pub fn timeline(call: &Call<'_>, events: &[EventView]) -> Markup {
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
                        @for paper in &event.papers { span { (paper.title) @if let Some(number) = &paper.number { "　" (number) } } }
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

/// Eight hex a group.
pub fn grouped(hash: &str) -> String {
    hash.as_bytes().chunks(8).filter_map(|group| std::str::from_utf8(group).ok()).collect::<Vec<_>>().join(" ")
}
