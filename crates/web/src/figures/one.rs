//! One figure: its number and how it comes about, by which definition, its course, its parts, and the records behind it.

use actions::figure::{Missing, Period, Shown};
use actions::{CellFilter, Error};
use engine::figure::{Figure, Measure};
use engine::value::{long_date, thousands};
use maud::{Markup, html};

use super::{breakdown, domain_title, filter, period, period_text, records, signed, source, years};
use crate::call::{Answer, Call};
use crate::components::page::{Page, audience, head, pairs, section};
use crate::components::{chart, figure};
use crate::words;

pub fn one(call: &Call<'_>) -> Answer {
    let (year, period) = period(call)?;
    let key = call.part("key");
    let latest = call.hall.law.figure(key).ok_or(Error::NotFound)?;
    let declared = call.hall.law.figure_on(key, period.to).unwrap_or(latest);
    let filter = filter(call);
    let shown = call.hall.figure(key, period, &filter)?;
    let title = call.lang.name(key, &shown.title);
    let listed = records::page(call, key, period, &filter)?;
    let narrowed = narrowed(call);
    let kick = format!("{}　{}　{}{narrowed}", domain_title(key), period_text(period), key.split('.').next().unwrap_or_default());
    let body = html! {
        (head(&kick, &title, &shown.definition))
        (years(call, year))
        @if !narrowed.is_empty() { p.small { a href={ "/figures/" (key) "?year=" (year) } { "看全部机关、事项和地点" } } }
        div.cols {
            div {
                section.mt aria-labelledby="f" { h2.vh #f { "算式" } (formula(&shown, year)) (change(call, declared, period, &filter)?) }
                (section("def", call.say("怎么定义"), definition(call, declared, &shown, year)))
            }
            div.aside.a1 { section.panel aria-labelledby="rc" { h2 #rc { (call.say("核对")) } (checks(&declared.measure, &shown, &listed)) } }
        }
        @if matches!(declared.measure, Measure::Statement(_)) { (section("sig", call.say("谁填报，谁核对"), signed::list(call, declared, period, &filter)?)) }
        (section("mon", call.say("各月"), months(call, key, declared, period, &filter)?))
        (section("org", call.say("按机关和月份"), breakdown::by_organ(call, key, period, &filter)?))
        (breakdown::by_matter(call, key, period, &filter)?)
        (breakdown::by_place(call, key, period, &filter)?)
        (records::section(call, key, &shown, &listed))
    };
    Ok(Page::new(audience(call), title, body).here("数据").under(format!("/figures?year={year}"), call.say("数据")).ok(call))
}

/// The organ, matter and place chosen, in words.
fn narrowed(call: &Call<'_>) -> String {
    let organ = |name: &str| call.ask(name).map(|id| format!("　{}", call.hall.organ_title(id)));
    let matter = call.ask("matter").map(|id| format!("　{}", call.hall.matter_title(id)));
    [organ("organ"), matter, organ("place")].into_iter().flatten().collect()
}

fn formula(shown: &Shown, year: i16) -> Markup {
    let value = words::value(shown.value, &shown.unit);
    let sign = if shown.unit == "%" && shown.value.is_some() { "%" } else { "" };
    html! {
        div.formula {
            div.stat {
                @if shown.fraction.is_none() && shown.records > 0 { a.fig href="#rec" { (value) (sign) } } @else { (value) (sign) }
                @if shown.unit != "%" { span.unit { (shown.unit) } }
                @if shown.stated { " " span.tag { "手填" } }
            }
            @if let Some(fraction) = &shown.fraction {
                div.eq { "=" }
                div.frac {
                    div { a.fig href=(figure::href(&fraction.of, year)) { (thousands(fraction.numerator)) } }
                    // A change is measured against the same days a year before.
                    @let over = if fraction.of == fraction.over { year - 1 } else { year };
                    div { a.fig href=(figure::href(&fraction.over, over)) { (thousands(fraction.denominator)) } }
                }
                @if fraction.denominator == 0 { p.small.dim { "分母是0，没有可以算的。" } }
            }
        }
        @if let Some(missing) = &shown.missing { p { (missing.says()) "。" (advice(missing)) } }
    }
}

fn advice(missing: &Missing) -> &'static str {
    match missing {
        Missing::Folding { .. } => "这个数的定义是新的，正在从全部记录里数；数完以前不给数，免得给错。",
        Missing::NotInForce { .. } => "更早的年份没有按这个数统计。",
        Missing::DefinitionsDiffer { .. } => "两个数都可以分别打开看。",
        Missing::NotStated => "没有填报不等于零。",
    }
}

/// Beside last year, where the two can be compared.
fn change(call: &Call<'_>, declared: &Figure, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let Some(change) = call.hall.change_on_last_year(&declared.key, period, filter)? else { return Ok(html! {}) };
    let last = period.from.year() - 1;
    Ok(html! { p.small {
        "比上年"
        @match (&change.missing, change.value, &change.fraction) {
            (Some(missing), _, _) => { "：" (missing.says()) },
            (None, Some(value), Some(fraction)) => {
                @if value > 0.0 { "增加" } @else if value < 0.0 { "减少" } @else { "持平" }
                @if value != 0.0 { (words::value(Some(value.abs()), "%")) "%" }
                "（上年" a href=(figure::href(&declared.key, last)) { (thousands(fraction.denominator)) } (declared.unit) "）"
            },
            (None, None, Some(_)) => { "：上年是0，不算增减。" },
            (None, _, None) => { "：没有可比的数。" },
        }
    } })
}

fn checks(measure: &Measure, shown: &Shown, listed: &actions::figure::RecordPage) -> Markup {
    let hidden = listed.hidden();
    // A list that stands whole on the page is added up row by row.
    let whole = listed.next.is_none() && hidden.records == 0 && listed.rows.len() as i64 == listed.all.records;
    let sum: i64 = if whole { listed.rows.iter().map(|row| row.amount).sum() } else { listed.shown.amount + hidden.amount };
    let said = match (&shown.fraction, shown.value) {
        (Some(fraction), _) if fraction.of == fraction.over => Some(fraction.numerator),
        (Some(fraction), _) => Some(fraction.denominator),
        (None, Some(value)) => Some(value as i64),
        (None, None) => None,
    };
    html! {
        @match said {
            // A number of different ones opens the records of that of which it is.
            Some(_) if matches!(measure, Measure::Distinct(_)) => {},
            Some(said) => p { (figure::check(said == sum, if said == sum { "重数相等" } else { "重数不相等" })) },
            None => p.small { "现在没有可以核对的数。" },
        }
        (pairs(&[
            ("记录", html! { (thousands(listed.all.records)) "条" }),
            (if whole { "逐条相加" } else { "合计" }, html! { (thousands(sum)) }),
            ("您看得到", html! { (thousands(listed.shown.records)) "条" }),
            ("无权查看", html! { (thousands(hidden.records)) "条" }),
        ]))
        @if let Some(parts) = &shown.parts {
            p class="small mt" {
                @let total = shown.value.unwrap_or(0.0) as i64;
                @if parts.holds { (figure::check(true, "各部分之和等于合计")) }
                @else { (figure::check(false, &format!("各部分之和{}，与合计{}差{}", thousands(parts.sum), thousands(total), thousands((parts.sum - total).abs())))) }
            }
        }
    }
}

fn definition(call: &Call<'_>, declared: &Figure, shown: &Shown, year: i16) -> Markup {
    let title = |key: &str| call.hall.law.figure(key).map_or_else(|| key.to_owned(), |figure| call.lang.name(key, &figure.title));
    let link = |key: &str| html! { a href=(figure::href(key, year)) { (title(key)) } };
    let links = |keys: &[String]| html! { @for key in keys { (link(key)) "　" } };
    let others: Vec<&Figure> = call.hall.law.definitions(&declared.key).filter(|other| other.series != declared.series).collect();
    html! {
        dl.dl {
            div { dt { "数什么" } dd { (shown.definition) } }
            @match &declared.measure {
                Measure::Ratio(pair) | Measure::Mean(pair) => {
                    div { dt { "分子" } dd { (link(&pair.of)) } }
                    div { dt { "分母" } dd { (link(&pair.over)) } }
                },
                Measure::Change(of) => div { dt { "比的是" } dd { (link(&of.of)) "，今年与上年" } },
                Measure::Distinct(distinct) => div { dt { "数的是" } dd { (link(&distinct.of)) "里不同的" (source::dimension(distinct.by)) } },
                _ => {},
            }
            div { dt { "来源" } dd { (source::words(call, declared)) } }
            div { dt { "范围" } dd { (shown.scope) } }
            div { dt { "单位" } dd { (shown.unit) } }
            @if !declared.partition.is_empty() { div { dt { "各部分" } dd { (links(&declared.partition)) } } }
            @if !declared.tags.is_empty() { div { dt { "其中" } dd { (links(&declared.tags)) "（可以重叠）" } } }
            div { dt { "负责" } dd { (call.hall.owner_title(&declared.owner)) } }
            div { dt { "定义版本" } dd { (long_date(declared.in_force)) "起" @if let Some(until) = declared.until { "，到" (long_date(until)) "以前" } } }
            @if !others.is_empty() { div { dt { "其他版本" } dd { @for other in &others { div { (long_date(other.in_force)) "起：" (other.definition) } } span class="small dim" { "一段时期按它最后一日有效的定义数，旧年份保留旧定义。" } } } }
            div { dt { "截至" } dd { (words::moment(call.now, call.today())) "，记下一步就计一次" } }
        }
    }
}

/// The course over the months, drawn and in a table beside it.
fn months(call: &Call<'_>, key: &str, declared: &Figure, period: Period, filter: &CellFilter) -> Result<Markup, Error> {
    let rows = call.hall.trend(key, period, filter)?;
    let stock = call.hall.law.figure_on(key, period.to).is_some_and(Figure::is_stock);
    let months: Vec<(String, i64)> = rows.iter().map(|(month, value)| (format!("{}月", month % 100), *value)).collect();
    let said = format!(
        "{}各月：{}",
        period_text(period),
        months.iter().map(|(month, value)| format!("{month}{value}")).collect::<Vec<_>>().join("，")
    );
    let what = match &declared.measure {
        Measure::Ratio(_) | Measure::Mean(_) => "分母的数。",
        Measure::Distinct(_) | Measure::Change(_) => "它所数的那个数。",
        _ if stock => "各月月末的数。",
        _ => "",
    };
    Ok(html! {
        @if months.iter().all(|(_, value)| *value == 0) { p.empty { "这一期各月都没有记录。" } } @else {
            @if !what.is_empty() { p class="small dim" { (what) } }
            (chart::months(&months, &said))
            div.scroll tabindex="0" role="region" aria-label="各月的数" { table class="t t-d" { caption.vh { "各月的数" }
                thead { tr { @for (month, _) in &months { th.n scope="col" { (month) } } } }
                tbody { tr { @for (_, value) in &months { td.n { (thousands(*value)) } } } }
            } }
        }
    })
}
