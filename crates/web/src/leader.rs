//! For leaders: the whole division on one screen; every figure opens.

use std::collections::BTreeMap;

use actions::figure::{Period, Shown};
use actions::look::Listing;
use actions::{By, CaseFilter, CellFilter, Error};
use engine::figure::Measure;
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::page::{Audience, Page, head, section};
use crate::components::{chart, figure};
use crate::figures;
use crate::words;

/// Small multiples on the screen.
const MULTIPLES: usize = 16;

pub fn screen(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let year = figures::latest_year(call)?;
    let whole = Period::year(year).ok_or(Error::NotFound)?;
    let so_far = Period { from: whole.from, to: whole.to.min(call.today()).max(whole.from) };
    let now = call.hall.figures(so_far, &CellFilter::default())?;
    let before = match so_far.before() {
        Some(before) => call.hall.figures(before, &CellFilter::default())?,
        None => Vec::new(),
    };
    let before: BTreeMap<&str, &Shown> = before.iter().map(|shown| (shown.key.as_str(), shown)).collect();
    let mut chosen: Vec<&Shown> = now.iter().filter(|shown| shown.records > 0).collect();
    // One figure of each system first, so that no domain fills the screen; rates before counts.
    chosen.sort_by_key(|shown| (!figures::is_flow(call, &shown.key), rank(&now, shown), std::cmp::Reverse(shown.records)));
    chosen.truncate(MULTIPLES);
    let open =
        call.hall.list(me, Listing { filter: CaseFilter { open: Some(true), ..CaseFilter::default() }, limit: 1, ..Listing::default() })?.1;
    let late = call
        .hall
        .list(
            me,
            Listing {
                filter: CaseFilter { open: Some(true), due_before: Some(actions::moment::seconds(call.now)), ..CaseFilter::default() },
                limit: 1,
                ..Listing::default()
            },
        )?
        .1;
    let title = if late == 0 {
        format!("{}没有逾期的案件", call.hall.settings.name)
    } else {
        format!("{}有{late}件逾期", call.hall.settings.name)
    };
    let body = html! {
        (head(&words::today(call.today()), &title, ""))
        dl.strip {
            div { dt { "现在未办结" } dd { a.fig href="/officer" { (open) } span.unit { "件" } } }
            div { dt { "其中逾期" } dd { a class=(if late > 0 { "fig red" } else { "fig" }) href="/supervisor" { (late) } span.unit { "件" } } }
            div { dt { (year) "年有记录的数据" } dd { a.fig href="/figures" { (now.iter().filter(|shown| shown.records > 0).count()) } span.unit { "个" } } }
        }
        (section("year", &format!("{year}年{}，与上年同期比", if year == call.today().year() { "至今" } else { "" }), html! { (figures::years(call, year))
            @if chosen.is_empty() { p.empty { (year) "年还没有计入数据的记录。" } }
            ul class="multi mt" { @for shown in &chosen { li { (multiple(call, shown, before.get(shown.key.as_str()).copied(), so_far)?) } } }
        }))
        (section("organs", "按机关", organs(call, &chosen, so_far, year)?))
    };
    Ok(Page::new(Audience::Leader, title, body).here("一屏").wide().ok(call))
}

/// The place of a figure among those of its own system.
fn rank(all: &[Shown], shown: &Shown) -> usize {
    let system = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
    all.iter()
        .filter(|other| other.records > 0 && system(&other.key) == system(&shown.key))
        .position(|other| other.key == shown.key)
        .unwrap_or(usize::MAX)
}

fn multiple(call: &Call<'_>, shown: &Shown, before: Option<&Shown>, period: Period) -> Result<Markup, Error> {
    let measure = call.hall.law.figure(&shown.key).map(|figure| &figure.measure);
    let counted = match measure {
        Some(Measure::Ratio(pair) | Measure::Mean(pair)) => pair.over.as_str(),
        _ => shown.key.as_str(),
    };
    let mut months = vec![0.0; usize::from(period.to.month().unsigned_abs())];
    for row in call.hall.breakdown(counted, period, &[By::Month], &CellFilter::default())? {
        if let Some(slot) = row
            .period
            .filter(|month| month / 100 == i32::from(period.from.year()))
            .and_then(|month| months.get_mut((month % 100) as usize - 1))
        {
            *slot += row.amount as f64;
        }
    }
    let said = months.iter().enumerate().map(|(at, n)| format!("{}月{n}", at + 1)).collect::<Vec<_>>().join("，");
    let compared = match (shown.value, before.and_then(|before| before.value)) {
        (Some(now), Some(then)) if now == then => "与上年同期相同".to_owned(),
        (Some(now), Some(then)) if shown.unit == "%" => {
            format!("上年同期{then:.2}%，{}{:.2}个百分点", if now >= then { "升" } else { "降" }, (now - then).abs())
        }
        (Some(now), Some(then)) if then != 0.0 => format!(
            "上年同期{}，{}{:.1}%",
            thousands(then as i64),
            if now >= then { "增" } else { "减" },
            ((now - then) / then * 100.0).abs()
        ),
        _ => "上年同期没有记录".to_owned(),
    };
    Ok(html! {
        h3 { (call.lang.name(&shown.key, &shown.title)) }
        div.stat { (figure::with_unit(shown, period.from.year())) }
        @if figures::is_flow(call, &shown.key) { (chart::spark(&months, &said)) }
        p { (compared) }
    })
}

fn organs(call: &Call<'_>, chosen: &[&Shown], period: Period, year: i16) -> Result<Markup, Error> {
    let counts: Vec<&&Shown> = chosen.iter().filter(|shown| shown.fraction.is_none()).take(6).collect();
    let mut table: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (column, shown) in counts.iter().enumerate() {
        for row in call.hall.breakdown(&shown.key, period, &[By::Organ], &CellFilter::default())? {
            let line = table.entry(row.organ.unwrap_or_default()).or_insert_with(|| vec![0; counts.len()]);
            line[column] += row.amount;
        }
    }
    Ok(html! {
        @if table.is_empty() { p.empty { "还没有可以按机关分的记录。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各机关的数" {
                table class="t t-d" { caption.vh { "各机关" }
                    thead { tr { th scope="col" { (call.say("机关")) } @for shown in &counts { th.n scope="col" { (call.lang.name(&shown.key, &shown.title)) } } } }
                    tbody { @for (organ, line) in &table { tr {
                        th.nw scope="row" { @if organ.is_empty() { "没有写明机关" } @else { (call.hall.organ_title(organ)) } }
                        @for (shown, n) in counts.iter().zip(line) { td.n { @if *n == 0 { "0" } @else { a.fig href={ "/figures/" (shown.key) "?year=" (year) "&organ=" (organ) } { (thousands(*n)) } } } }
                    } } }
                }
            }
        }
    })
}
