//! 数据: every figure of a year, and one figure opened down to the records it counts. For everybody; names only for those inside.

use std::collections::{BTreeMap, BTreeSet};

use actions::figure::{Period, Shown};
use actions::{By, CellFilter, CellRow, Error};
use engine::figure::Measure;
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::page::{Page, audience, head, pairs, section, section_with};
use crate::components::pager::pager;
use crate::components::{chart, figure};
use crate::words;

const PAGE: u32 = 50;

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

fn period(call: &Call<'_>) -> Result<(i16, Period), Error> {
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

pub fn one(call: &Call<'_>) -> Answer {
    let (year, period) = period(call)?;
    let key = call.part("key");
    let declared = call.hall.law.figure(key).ok_or(Error::NotFound)?;
    let filter = filter(call);
    let shown = call.hall.figure(key, period, &filter)?;
    let title = call.lang.name(key, &shown.title);
    let counted = counted_key(key, &declared.measure);
    let place: String =
        [call.ask("organ"), call.ask("place")].into_iter().flatten().map(|id| format!("　{}", call.hall.organ_title(id))).collect();
    let body = html! {
        (head(&format!("{}　{year}年度　{}{place}", DOMAINS.get(domain(key)).map_or("", |(_, title)| title), key.split('.').next().unwrap_or_default()), &title, &shown.definition))
        (years(call, year))
        div.cols {
            div.aside.a1 { section.panel aria-labelledby="rc" { h2 #rc { "重数" } (recount(call, &shown, counted, period, &filter)?) } }
            div {
                section.mt aria-labelledby="f" { h2.vh #f { "算式" } (formula(&shown, year)) }
                (section("def", call.say("怎么定义"), definition(call, declared, &shown, year)))
                (section("mon", call.say("各月"), months(call, counted, period, &filter)?))
            }
        }
        (section("org", call.say("按机关和月份"), matrix(call, key, counted, period, &filter, year)?))
        (records(call, key, period, &filter)?)
    };
    Ok(Page::new(audience(call), title, body).here("数据").under(format!("/figures?year={year}"), call.say("数据")).ok(call))
}

fn filter(call: &Call<'_>) -> CellFilter {
    CellFilter {
        organs: call.ask("organ").map(str::to_owned).into_iter().collect(),
        matters: call.ask("matter").map(str::to_owned).into_iter().collect(),
        places: call.ask("place").map(str::to_owned).into_iter().collect(),
    }
}

/// The figure whose cells are broken down: itself, or the denominator of a rate.
fn counted_key<'f>(key: &'f str, measure: &'f Measure) -> &'f str {
    match measure {
        Measure::Ratio(pair) | Measure::Mean(pair) => &pair.over,
        Measure::Change(of) => &of.of,
        _ => key,
    }
}

fn formula(shown: &Shown, year: i16) -> Markup {
    let value = words::value(shown.value, &shown.unit);
    let sign = if shown.unit == "%" && shown.value.is_some() { "%" } else { "" };
    html! {
        div.formula {
            div.stat {
                @if shown.fraction.is_none() && shown.records > 0 { a.fig href="#rec" { (value) (sign) } } @else { (value) (sign) }
                @if shown.unit != "%" { span.unit { (shown.unit) } }
            }
            @if let Some(fraction) = &shown.fraction {
                div.eq { "=" }
                div.frac {
                    div { a.fig href=(figure::href(&fraction.of, year)) { (thousands(fraction.numerator)) } }
                    div { a.fig href=(figure::href(&fraction.over, year)) { (thousands(fraction.denominator)) } }
                }
                @if fraction.denominator == 0 { p.small.dim { "分母是0，没有可以算的。" } }
            }
        }
    }
}

fn recount(call: &Call<'_>, shown: &Shown, counted: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let (n, amount) = call.hall.record_total(&shown.key, period, filter)?;
    let kept = call.hall.figure(counted, period, filter)?;
    let said = kept.value.unwrap_or(0.0) as i64;
    let holds = said == amount;
    Ok(html! {
        p { (figure::check(holds, if holds { "重数相等" } else { "重数不相等" })) }
        (pairs(&[
            ("数", html! { (thousands(said)) }),
            ("逐条相加", html! { (thousands(amount)) }),
            ("记录", html! { (thousands(n)) "条" }),
        ]))
        @if let Some(parts) = &shown.parts {
            p class="small mt" {
                @let whole = shown.value.unwrap_or(0.0) as i64;
                @if parts.holds { (figure::check(true, "各部分之和等于合计")) } @else { (figure::check(false, &format!("各部分之和{}，与合计{}差{}", thousands(parts.sum), thousands(whole), thousands((parts.sum - whole).abs())))) }
            }
        }
    })
}

fn definition(call: &Call<'_>, declared: &engine::figure::Figure, shown: &Shown, year: i16) -> Markup {
    let title = |key: &str| call.hall.law.figure(key).map_or_else(|| key.to_owned(), |figure| call.lang.name(key, &figure.title));
    let links = |keys: &[String]| html! { @for key in keys { a href=(figure::href(key, year)) { (title(key)) } "　" } };
    html! {
        dl.dl {
            div { dt { "数什么" } dd { (shown.definition) } }
            @if let Some(fraction) = &shown.fraction {
                div { dt { "分子" } dd { a href=(figure::href(&fraction.of, year)) { (title(&fraction.of)) } } }
                div { dt { "分母" } dd { a href=(figure::href(&fraction.over, year)) { (title(&fraction.over)) } } }
            }
            @if matches!(declared.measure, Measure::Stock(_)) { div { dt { "时点" } dd { "期末有效的条目" } } }
            @if let Measure::Statement(_) = declared.measure { div { dt { "来源" } dd { span.tag { "手填" } " 记录里没有，由负责机关签名填报" } } }
            @if !declared.partition.is_empty() { div { dt { "各部分" } dd { (links(&declared.partition)) } } }
            @if !declared.tags.is_empty() { div { dt { "其中" } dd { (links(&declared.tags)) } } }
            @if let Some(owner) = call.hall.registers().entry("organs", &declared.owner) { div { dt { "负责" } dd { (owner.title) } } }
            div { dt { "定义版本" } dd { (engine::value::long_date(declared.in_force)) "起" } }
        }
    }
}

fn months(call: &Call<'_>, counted: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let rows = call.hall.breakdown(counted, period, &[By::Month], filter)?;
    let mut values = vec![0_i64; 12];
    for row in rows.iter().filter(|row| in_year(row, period)) {
        if let Some(month) = row.period.map(|period| period % 100).filter(|month| (1..=12).contains(month)) {
            values[month as usize - 1] += row.amount;
        }
    }
    let labelled: Vec<(String, i64)> = values.iter().enumerate().map(|(at, value)| (format!("{}月", at + 1), *value)).collect();
    let said = format!(
        "{}年各月：{}",
        period.from.year(),
        labelled.iter().map(|(month, value)| format!("{month}{value}")).collect::<Vec<_>>().join("，")
    );
    Ok(
        html! { @if values.iter().all(|value| *value == 0) { p.empty { "这一年各月都没有记录。" } } @else { (chart::months(&labelled, &said)) } },
    )
}

fn in_year(row: &CellRow, period: Period) -> bool {
    row.period.is_some_and(|month| month / 100 == i32::from(period.from.year()))
}

fn matrix(call: &Call<'_>, key: &str, counted: &str, period: Period, filter: &CellFilter, year: i16) -> Result<Markup, Error> {
    let rows = call.hall.breakdown(counted, period, &[By::Organ, By::Month], filter)?;
    let mut cells: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| in_year(row, period)) {
        *cells.entry((row.organ.clone().unwrap_or_default(), row.period.unwrap_or(0) % 100)).or_default() += row.amount;
    }
    let organs: BTreeSet<&str> = cells.keys().map(|(organ, _)| organ.as_str()).collect();
    if organs.is_empty() {
        return Ok(html! { p.empty { "没有可以分开的记录。" } });
    }
    let sum = |organ: Option<&str>, month: Option<i32>| -> i64 {
        cells
            .iter()
            .filter(|((o, m), _)| organ.is_none_or(|organ| organ == o) && month.is_none_or(|month| month == *m))
            .map(|(_, n)| n)
            .sum()
    };
    let link = |organ: &str| format!("/figures/{key}?year={year}&organ={organ}#rec");
    Ok(html! {
        @if counted != key { p class="small dim" { "分母的件数。" } }
        div.scroll tabindex="0" role="region" aria-label="各机关各月的数" {
            table class="t t-d" { caption.vh { "各机关各月" }
                thead { tr { th scope="col" { (call.say("机关")) } th.n scope="col" { (call.say("全年")) } @for month in 1..=12 { th.n scope="col" { (month) "月" } } } }
                tbody { @for organ in &organs { tr {
                    th.nw scope="row" { @if organ.is_empty() { "没有写明机关" } @else { a.fig href=(link(organ)) { (call.hall.organ_title(organ)) } } }
                    td.n { strong { (thousands(sum(Some(organ), None))) } }
                    @for month in 1..=12 { td.n { (thousands(sum(Some(organ), Some(month)))) } }
                } } }
                tfoot { tr { th scope="row" { (call.say("合计")) } td.n { (thousands(sum(None, None))) } @for month in 1..=12 { td.n { (thousands(sum(None, Some(month)))) } } } }
            }
        }
    })
}

fn records(call: &Call<'_>, key: &str, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let offset = call.offset();
    let (count, _) = call.hall.record_total(key, period, filter)?;
    let rows = call.hall.records(key, period, filter, offset, PAGE)?;
    let registers = call.hall.registers();
    let matter = |id: &str| {
        registers
            .entry("service-items", id)
            .or_else(|| registers.entry("power-list", id))
            .map_or_else(|| id.to_owned(), |entry| entry.title.clone())
    };
    let total = u64::try_from(count).unwrap_or(0);
    Ok(section_with(
        "rec",
        call.say("数的就是这些记录"),
        html! { p class="small dim" { (thousands(count)) "条，早的在上" } },
        html! {
            @if rows.is_empty() { p.empty { "这一期没有计入的记录。" } } @else {
                table class="t stack" { caption.vh { "记录" }
                    thead { tr { th scope="col" { "日期" } th scope="col" { (call.say("案件")) } th scope="col" { (call.say("机关")) } th.n scope="col" { "计入" } } }
                    tbody { @for row in &rows { tr {
                        td.nw { @if let Some(day) = actions::hall::date_of(row.day) { (words::day(day, call.today())) } }
                        td.key {
                            @match (call.inside() && row.code.is_some() && call.hall.may_see(call.person(), row.stream), row.code.is_some()) {
                                (true, true) => a href={ "/officer/cases/" (row.stream) } { (row.title) },
                                // Outside, a case is counted without anybody's name.
                                _ => (matter(&row.matter)),
                            }
                            span.sub { "第" (row.seq) "号记录" }
                        }
                        td { (call.hall.organ_title(&row.organ)) }
                        td.n { (thousands(row.amount)) }
                    } } }
                }
                (pager(call, offset, rows.len(), total, u64::from(PAGE), "条"))
            }
        },
    ))
}
