//! One figure on the screen: the number, its course, what it is measured against, where it comes from, and the ways down.

use actions::board::{Board, Gauge, Point};
use engine::screen::{Better, Source};
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::Call;
use crate::components::{chart, figure, order};
use crate::words;

/// Parts named under a bar; a figure of more parts shows its course instead.
const PARTS: usize = 6;

/// The number, its course and last year's, for the wall.
pub fn brief(call: &Call<'_>, gauge: &Gauge, board: &Board) -> Markup {
    html! {
        h3 { (call.lang.name(&gauge.shown.key, &gauge.title)) }
        div.stat { (figure::with_unit(&gauge.shown, board.year)) }
        (drawn(gauge))
        p { (compared(gauge)) @if gauge.target.as_ref().is_some_and(|target| target.reached == Some(false)) { "，" (figure::check(false, "没有达到目标")) } }
    }
}

pub fn tile(call: &Call<'_>, gauge: &Gauge, board: &Board) -> Markup {
    let shown = &gauge.shown;
    let (key, year) = (&shown.key, board.year);
    let subject = format!("{}{}（{year}年{}）", gauge.title, shown.text(), if year == call.today().year() { "至今" } else { "" });
    html! {
        h4 { (call.lang.name(key, &gauge.title)) }
        div.stat { (figure::with_unit(shown, year)) }
        (course(call, gauge))
        p { (compared(gauge)) }
        @if let Some(parts) = shown.parts.as_ref().filter(|parts| !parts.holds) {
            p { (figure::check(false, &format!("分项之和是{}，差{}", thousands(parts.sum), thousands((parts.sum - shown.value.unwrap_or(0.0) as i64).abs())))) }
        }
        (target(call, gauge))
        details { summary { (call.say("来源和算法")) }
            p { (shown.definition) }
            p { (call.say("来源")) "：" @if gauge.source.is_empty() { (call.hall.owner_title(&shown.owner)) } @else { (gauge.source) } "。" (call.say("算法")) "："
                @match &shown.fraction {
                    Some(fraction) => { a href=(figure::href(&fraction.of, year)) { (thousands(fraction.numerator)) } " ÷ " a href=(figure::href(&fraction.over, year)) { (thousands(fraction.denominator)) } "（" (gauge.formula) "）" },
                    None => (gauge.formula),
                } "。" }
            p { (call.say("截至")) (words::moment(board.as_of, call.today())) "，" (board.period.from.strftime("%Y-%m-%d")) "至" (board.period.to.strftime("%Y-%m-%d")) "。" }
        }
        ul class="row noprint" {
            li { a href={ "/leader/figures/" (key) "?year=" (year) } { (call.say("分开看")) span.vh { "：" (gauge.title) } } }
            li { a href=(order::href(None, "figure", &subject, &figure::href(key, year))) { (call.say("下达指令")) span.vh { "：" (gauge.title) } } }
        }
    }
}

/// Whether it is drawn as the parts that make it.
fn in_parts(gauge: &Gauge) -> bool {
    !gauge.parts.is_empty() && gauge.parts.len() <= PARTS && gauge.shown.value.is_some_and(|value| value > 0.0)
}

/// A point of a chart: its day or month, and the value.
type At<'g> = (&'g str, f64);

/// The lowest and the highest point.
fn ends(gauge: &Gauge) -> Option<(At<'_>, At<'_>)> {
    let known = || gauge.spark.iter().filter_map(|point| Some((point.label.as_str(), point.value?)));
    Some((known().min_by(|a, b| a.1.total_cmp(&b.1))?, known().max_by(|a, b| a.1.total_cmp(&b.1))?))
}

fn span(gauge: &Gauge) -> &'static str {
    if gauge.spark.first().is_some_and(|point| point.label.len() > 7) { "近30日" } else { "近12个月" }
}

/// The chart alone.
fn drawn(gauge: &Gauge) -> Markup {
    if in_parts(gauge) {
        let values: Vec<f64> = gauge.parts.iter().map(|(_, _, value)| *value as f64).collect();
        let said = gauge.parts.iter().map(|(_, title, value)| format!("{title}{value}")).collect::<Vec<_>>().join("，");
        return chart::parts(&values, &said);
    }
    let Some((low, top)) = ends(gauge) else { return html! {} };
    let value = |value: f64| words::value(Some(value), &gauge.shown.unit);
    let said = format!("{}，{}，最低{}{}，最高{}{}", gauge.title, span(gauge), when(low.0), value(low.1), when(top.0), value(top.1));
    html! {
        @if gauge.shown.fraction.is_some() || level(&gauge.spark) {
            (chart::spark(&gauge.spark.iter().map(|point| point.value).collect::<Vec<_>>(), &said))
        } @else {
            (chart::bars(&gauge.spark.iter().map(|point| point.value.unwrap_or(0.0)).collect::<Vec<_>>(), &said))
        }
    }
}

fn course(call: &Call<'_>, gauge: &Gauge) -> Markup {
    let value = |value: f64| words::value(Some(value), &gauge.shown.unit);
    html! {
        (drawn(gauge))
        @if in_parts(gauge) {
            p { @for (place, (key, title, value)) in gauge.parts.iter().enumerate() { @if place > 0 { "　" } (call.lang.name(key, own_name(title))) " " (thousands(*value)) } }
        } @else if let Some((low, top)) = ends(gauge).filter(|(low, top)| low.1 < top.1) {
            p { (span(gauge)) "：最低" (value(low.1)) "，最高" (value(top.1)) "（" (when(top.0)) "）" }
        }
    }
}

/// 平台实施清单：行政许可 is 行政许可 beside its total.
fn own_name(title: &str) -> &str {
    title.rsplit('：').next().unwrap_or(title)
}

/// Values that only rise are a level, drawn as a line.
fn level(points: &[Point]) -> bool {
    points.windows(2).all(|pair| matches!(pair, [a, b] if a.value <= b.value))
        && points.first().is_some_and(|point| point.value > Some(0.0))
}

/// 2026-03 is 3月, 2026-03-02 is 3月2日.
fn when(label: &str) -> String {
    let mut parts = label.split('-').skip(1).map(|part| part.trim_start_matches('0'));
    match (parts.next(), parts.next()) {
        (Some(month), Some(day)) => format!("{month}月{day}日"),
        (Some(month), None) => format!("{month}月"),
        _ => label.to_owned(),
    }
}

fn compared(gauge: &Gauge) -> String {
    let unit = &gauge.shown.unit;
    let (Some(now), Some(then)) = (gauge.shown.value, gauge.before) else { return "上年同期没有记录".to_owned() };
    let before = format!("上年同期{}{}", words::value(Some(then), unit), if unit == "%" { "%" } else { "" });
    let moved = match gauge.change {
        _ if now == then => return "与上年同期相同".to_owned(),
        Some(change) if unit == "%" => format!("{}{:.2}个百分点", if change > 0.0 { "升" } else { "降" }, change.abs()),
        Some(change) => format!("{}{:.1}%", if change > 0.0 { "增" } else { "减" }, change.abs()),
        None => return before,
    };
    let judged = match gauge.better {
        Better::Higher if now > then => "，变好",
        Better::Lower if now < then => "，变好",
        Better::Higher | Better::Lower => "，变差",
        Better::Neither => "",
    };
    format!("{before}，{moved}{judged}")
}

fn target(call: &Call<'_>, gauge: &Gauge) -> Markup {
    let Some(target) = &gauge.target else { return html! {} };
    let unit = &gauge.shown.unit;
    let level = target.value.to_string();
    html! {
        @if let Some(share) = target.share { div.mt { (chart::share(share)) } }
        p {
            "目标" (level) (unit) "，"
            @match target.reached {
                Some(true) => (figure::check(true, "已达到")),
                Some(false) => (figure::check(false, "还没有达到")),
                None => "还没有数",
            }
            "。"
            @match &target.source {
                Source::Article(cite) => { "依据" (words::cite(&call.hall.law, cite)) "。" },
                Source::Own(own) => { span.tag { "自定" } " " (own) "。" },
            }
        }
    }
}
