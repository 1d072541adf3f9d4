//! A figure by organ and month, by matter, and by place: every cell opens the records it counts.

use std::collections::{BTreeMap, BTreeSet};

use actions::figure::Period;
use actions::{By, CellFilter, CellRow, Error};
use engine::value::thousands;
use maud::{Markup, html};

use super::narrow;
use crate::call::Call;
use crate::components::page::section_with;

/// The most rows a table shows; the rest is summed in its last line.
const MOST: usize = 40;

fn in_year(row: &CellRow, period: Period) -> bool {
    row.period.is_some_and(|month| month / 100 == i32::from(period.from.year()))
}

/// The figure whose cells are shown, when it is not the figure itself.
fn note(call: &Call<'_>, key: &str) -> &'static str {
    use engine::figure::Measure;
    match call.hall.law.figure(key).map(|figure| &figure.measure) {
        Some(Measure::Ratio(_) | Measure::Mean(_)) => "分母的数。",
        Some(Measure::Distinct(_) | Measure::Change(_)) => "它所数的那个数。",
        Some(Measure::Stock(_) | Measure::Cases(_)) => "各月是当月的增减，“全年”是期末的数。",
        _ => "",
    }
}

pub fn by_organ(call: &Call<'_>, key: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let rows = call.hall.breakdown(key, period, &[By::Organ, By::Month], filter)?;
    let mut cells: BTreeMap<(String, i32), i64> = BTreeMap::new();
    let mut wholes: BTreeMap<String, i64> = BTreeMap::new();
    for row in &rows {
        let organ = row.organ.clone().unwrap_or_default();
        *wholes.entry(organ.clone()).or_default() += row.amount;
        if in_year(row, period) {
            *cells.entry((organ, row.period.unwrap_or(0) % 100)).or_default() += row.amount;
        }
    }
    wholes.retain(|organ, whole| *whole != 0 || cells.keys().any(|(other, _)| other == organ));
    if wholes.is_empty() {
        return Ok(html! { p.empty { "没有可以分开的记录。" } });
    }
    let organs: BTreeSet<&str> = wholes.keys().map(String::as_str).collect();
    let of = |organ: Option<&str>, month: i32| -> i64 {
        cells.iter().filter(|((o, m), _)| organ.is_none_or(|organ| organ == o) && month == *m).map(|(_, n)| n).sum()
    };
    let link = |organ: &str| narrow(call, "organ", organ);
    let note = note(call, key);
    Ok(html! {
        @if !note.is_empty() { p class="small dim" { (note) } }
        div.scroll tabindex="0" role="region" aria-label="各机关各月的数" {
            table class="t t-d" { caption.vh { "各机关各月" }
                thead { tr { th scope="col" { (call.say("机关")) } th.n scope="col" { (call.say("全年")) } @for month in 1..=12 { th.n scope="col" { (month) "月" } } } }
                tbody { @for organ in &organs { tr {
                    th.nw scope="row" { @if organ.is_empty() { "没有写明机关" } @else { a.fig href=(link(organ)) { (call.hall.organ_title(organ)) } } }
                    td.n { strong { (thousands(wholes.get(*organ).copied().unwrap_or(0))) } }
                    @for month in 1..=12 { td.n { (thousands(of(Some(organ), month))) } }
                } } }
                tfoot { tr { th scope="row" { (call.say("合计")) } td.n { (thousands(wholes.values().sum())) } @for month in 1..=12 { td.n { (thousands(of(None, month))) } } } }
            }
        }
    })
}

pub fn by_matter(call: &Call<'_>, key: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let rows = call.hall.breakdown(key, period, &[By::Matter], filter)?;
    let rows = rows.into_iter().map(|row| (row.matter.unwrap_or_default(), row.amount)).collect();
    Ok(table(call, ("mat", "按事项", "matter"), rows, &|id| call.hall.matter_title(id), "没有写明事项", key))
}

pub fn by_place(call: &Call<'_>, key: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let rows = call.hall.breakdown(key, period, &[By::Place], filter)?;
    let rows = rows.into_iter().map(|row| (row.place.unwrap_or_default(), row.amount)).collect();
    Ok(table(call, ("plc", "按地点", "place"), rows, &|id| call.hall.organ_title(id), "没有写明地点", key))
}

fn table(
    call: &Call<'_>,
    (id, title, name): (&str, &'static str, &str),
    mut rows: Vec<(String, i64)>,
    read: &dyn Fn(&str) -> String,
    nowhere: &str,
    key: &str,
) -> Markup {
    rows.retain(|(_, amount)| *amount != 0);
    if rows.len() <= 1 && rows.iter().all(|(id, _)| id.is_empty()) {
        return html! {};
    }
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let total: i64 = rows.iter().map(|(_, amount)| amount).sum();
    let rest: i64 = rows.iter().skip(MOST).map(|(_, amount)| amount).sum();
    let more = rows.len().saturating_sub(MOST);
    let link = |of: &str| narrow(call, name, of);
    section_with(
        id,
        call.say(title),
        html! { p class="small dim" { (note(call, key)) } },
        html! {
            table class="t t-d" { caption.vh { (title) }
                thead { tr { th scope="col" { (call.say(title)) } th.n scope="col" { "数" } } }
                tbody { @for (of, amount) in rows.iter().take(MOST) { tr {
                    th scope="row" { @if of.is_empty() { (nowhere) } @else { a.fig href=(link(of)) { (read(of)) } } }
                    td.n { (thousands(*amount)) }
                } }
                @if more > 0 { tr { th scope="row" { "其余" (more) "个" } td.n { (thousands(rest)) } } } }
                tfoot { tr { th scope="row" { (call.say("合计")) } td.n { (thousands(total)) } } }
            }
        },
    )
}
