//! 数据: every figure of a year, and one figure opened down to the records it counts. For everybody; names only for those inside.

mod breakdown;
mod one;
mod records;
mod signed;
mod source;

use std::collections::BTreeMap;

use actions::figure::{Period, Shown};
use actions::{CellFilter, Error};
use engine::figure::Measure;
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::figure;
use crate::components::page::{Page, audience, head, section};

pub use one::one;
pub use records::export;

/// The domains of the catalogue by the number of its systems, as in S45.
const DOMAINS: &[(u32, &str)] = &[
    (14, "领导责任与考核"),
    (22, "立法与规范性文件"),
    (32, "重大行政决策"),
    (53, "政务服务与审批"),
    (71, "监管与营商环境"),
    (87, "行政执法"),
    (95, "行政执法监督"),
    (108, "人员与资格"),
    (118, "矛盾纠纷与信访"),
    (129, "复议应诉"),
    (141, "公共法律服务"),
    (154, "普法"),
    (166, "网格、热线与公共安全"),
    (175, "公开、数据与报告"),
];

/// The name of the domain that a figure belongs to.
fn domain_title(key: &str) -> &'static str {
    DOMAINS.get(domain(key)).map_or("其他", |(_, title)| title)
}

fn domain(key: &str) -> usize {
    let number: u32 = key.trim_start_matches('S').split('.').next().and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX);
    DOMAINS.iter().position(|(last, _)| number <= *last).unwrap_or(DOMAINS.len() - 1)
}

fn year(call: &Call<'_>) -> i16 {
    call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year)).unwrap_or(call.today().year())
}

/// This year, or the latest of the five before it in which events were counted: what an overview shows when nobody chose a year.
pub fn latest_year(call: &Call<'_>) -> Result<i16, Error> {
    if let Some(year) = call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year)) {
        return Ok(year);
    }
    let this = call.today().year();
    for year in (this - 5..=this).rev() {
        let Some(period) = Period::year(year) else { continue };
        if call
            .hall
            .figures(period, &CellFilter::default())?
            .iter()
            .any(|shown| shown.value.is_some_and(|value| value > 0.0) && is_flow(call, &shown.key))
        {
            return Ok(year);
        }
    }
    Ok(this)
}

/// Whether a figure counts what happens in a period, not what holds at its end.
pub fn is_flow(call: &Call<'_>, key: &str) -> bool {
    call.hall
        .law
        .figure(key)
        .is_some_and(|figure| matches!(figure.measure, Measure::Count(_) | Measure::Sum(_) | Measure::Ratio(_) | Measure::Mean(_)))
}

/// The year asked for, or the days from and to which a report asks for.
fn period(call: &Call<'_>) -> Result<(i16, Period), Error> {
    let day = |name: &str| call.ask(name).and_then(|text| text.parse::<jiff::civil::Date>().ok());
    if let (Some(from), Some(to)) = (day("from"), day("to")) {
        if from > to {
            return Err(Error::Invalid(format!("从{from}到{to}不是一段时间：起日应当不晚于止日")));
        }
        return Ok((to.year(), Period { from, to }));
    }
    let year = year(call);
    // A half-year or a month, as the reports ask for them.
    let number = |name: &str| call.ask(name).and_then(|text| text.parse::<i8>().ok());
    let months = match (number("half"), number("month")) {
        (Some(half @ 1..=2), None) => Some((half * 6 - 5, half * 6)),
        (None, Some(month @ 1..=12)) => Some((month, month)),
        _ => None,
    };
    if let Some((first, last)) = months {
        let day = |month: i8| jiff::civil::Date::new(year, month, 1).map_err(|_| Error::NotFound);
        return Ok((year, Period { from: day(first)?, to: day(last)?.last_of_month() }));
    }
    Ok((year, Period::year(year).ok_or(Error::NotFound)?))
}

/// The period in words.
fn period_text(period: Period) -> String {
    match Period::year(period.from.year()) {
        Some(year) if year == period => format!("{}年度", period.from.year()),
        _ => format!("{}至{}", engine::value::long_date(period.from), engine::value::long_date(period.to)),
    }
}

/// The same figure and period, narrowed to one organ, matter or place, at the records.
fn narrow(call: &Call<'_>, name: &str, value: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(call.query.iter().filter(|(key, _)| key != name && key != "after" && key != "lang"));
    query.append_pair(name, value);
    format!("{}?{}#rec", call.path, query.finish())
}

/// The years to choose from.
pub fn years(call: &Call<'_>, year: i16) -> Markup {
    let this = call.today().year();
    html! { ul class="row small mt" { @for other in (this.min(year) - 1..=this).rev().take(7) { li {
        @if other == year { strong { (other) "年" } } @else { a href=(call.with("year", &other.to_string())) { (other) "年" } }
    } } } }
}

pub fn all(call: &Call<'_>) -> Answer {
    let (year, period) = period(call)?;
    let shown = call.hall.figures(period, &CellFilter::default())?;
    let mut domains: BTreeMap<usize, Vec<&Shown>> = BTreeMap::new();
    for one in &shown {
        domains.entry(domain(&one.key)).or_default().push(one);
    }
    let title = format!("{year}年的数据，{}个", shown.len());
    let body = html! {
        (head("", &title, "每个数都能点开，看数的是哪些记录。"))
        (years(call, year))
        @for (domain, figures) in &domains {
            @let id = format!("d{domain}");
            (section(&id, DOMAINS.get(*domain).map_or("其他", |(_, title)| title), html! {
                table class="t t-d" { caption.vh { (DOMAINS.get(*domain).map_or("其他", |(_, title)| title)) }
                    thead { tr { th scope="col" { "数据" } th.n scope="col" { "数" } th scope="col" { "单位" } th.n scope="col" { "记录（条）" } th scope="col" { "编号" } } }
                    tbody { @for shown in figures { tr {
                        th scope="row" { (call.lang.name(&shown.key, &shown.title)) }
                        td.n { (figure::fig(shown, year)) }
                        td.nw { (shown.unit) }
                        td.n { (thousands(shown.records)) }
                        td class="nw dim" { (shown.key.split('.').next().unwrap_or_default()) }
                    } } }
                }
            }))
        }
    };
    Ok(Page::new(audience(call), title, body).here("数据").ok(call))
}

/// The part of the division that the query asks for.
fn filter(call: &Call<'_>) -> CellFilter {
    let one = |name: &str| call.ask(name).map(str::to_owned).into_iter().collect();
    CellFilter { organs: one("organ"), matters: one("matter"), places: one("place") }
}
