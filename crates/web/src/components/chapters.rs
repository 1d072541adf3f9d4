//! The chapters of a report: text with every figure a link, tables that scroll by themselves, checks in the margin.

use actions::report::file::plate;
use engine::report::{Check, Text, Written};
use maud::{Markup, PreEscaped, html};

use crate::call::Call;
use crate::components::figure::check;

/// Blocks of a chapter, with the checks of the figures in each paragraph beside it; without checks in one column.
pub fn blocks(call: &Call<'_>, blocks: &[&Text], checks: &[Check]) -> Markup {
    let class = if checks.is_empty() { "rep one" } else { "rep" };
    html! { @if !blocks.is_empty() { div class=(class) { @for block in blocks { (block_of(call, block, checks)) } } } }
}

fn block_of(call: &Call<'_>, block: &Text, checks: &[Check]) -> Markup {
    html! { @match block {
        Text::Heading { text } => h3 { (text) },
        Text::Paragraph { pieces } => { p { @for piece in pieces { (written(piece)) } } (notes(pieces, checks)) },
        Text::Table { caption, head, rows } => (table(caption, head, rows)),
        Text::Chart { .. } => (PreEscaped(plate(block))),
        Text::Section { blocks, .. } => { @if blocks.is_empty() { p.empty { (call.say("还没有写")) } } @for block in blocks { (block_of(call, block, checks)) } },
    } }
}

fn written(piece: &Written) -> Markup {
    html! { @match &piece.figure { Some(quoted) => a.fig href=(quoted.link) { (piece.text) }, None => (piece.text) } }
}

fn table(caption: &str, head: &[String], rows: &[Vec<Written>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.t { caption { (caption) }
                thead { tr { @for cell in head { th scope="col" { (cell) } } } }
                tbody { @for row in rows { tr { @for (place, cell) in row.iter().enumerate() {
                    @if place == 0 { th scope="row" { (written(cell)) } } @else { td.n { (written(cell)) } }
                } } } }
            }
        }
    }
}

fn notes(pieces: &[Written], checks: &[Check]) -> Markup {
    let quoted = |key: &str| pieces.iter().any(|piece| piece.figure.as_ref().is_some_and(|quoted| quoted.key == key));
    let of: Vec<&Check> = checks.iter().filter(|check| !check.figure.is_empty() && quoted(&check.figure)).collect();
    html! { @if !of.is_empty() { div.mg { @for one in of { p { (check(one.holds, &one.says)) } } } } }
}
