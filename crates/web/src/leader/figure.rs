//! One figure of the screen told apart: by organ, by township, by matter; every line opens its records or sends out an order.

use std::collections::BTreeMap;

use actions::figure::Period;
use actions::{By, CellFilter, Error};
use engine::figure::Measure;
use engine::screen::Dimension;
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::page::{Audience, Page, head, section};
use crate::components::{chart, figure, order};
use crate::words;

/// Lines of a table; the rest is one line.
const LINES: usize = 50;

pub fn show(call: &Call<'_>) -> Answer {
    let key = call.part("key");
    let law = &call.hall.law;
    let tile = law.screen.as_ref().and_then(|screen| screen.tile(key)).ok_or(Error::NotFound)?;
    let declared = law.figure(key).ok_or(Error::NotFound)?;
    let year = call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year));
    let year = year.unwrap_or(call.today().year());
    let period = Period::year(year).ok_or(Error::NotFound)?;
    let shown = call.hall.figure(key, period, &CellFilter::default())?;
    let name = call.lang.name(key, tile.title.as_deref().unwrap_or(&declared.title));
    let title = format!("{name}{}", shown.text());
    let body = html! {
        (head(&format!("{year}年"), &title, &shown.definition))
        p { a href=(figure::href(key, year)) { (call.say("看定义、各月和记录")) } }
        @for dimension in &tile.by {
            @let (id, heading) = match dimension { Dimension::Organ => ("organ", "按机关"), Dimension::Place => ("place", "按乡镇（街道）"), Dimension::Matter => ("matter", "按事项") };
            (section(id, call.say(heading), table(call, key, &name, &declared.measure, &shown.unit, period, *dimension, year)?))
        }
        @if tile.by.is_empty() { p.empty { "这个数不再分。" } }
    };
    Ok(Page::new(Audience::Leader, title, body).here("一屏").under(format!("/leader?year={year}"), call.say("一屏")).ok(call))
}

#[allow(clippy::too_many_arguments)]
fn table(
    call: &Call<'_>,
    key: &str,
    name: &str,
    measure: &Measure,
    unit: &str,
    period: Period,
    dimension: Dimension,
    year: i16,
) -> Result<Markup, Error> {
    let (by, query) = match dimension {
        Dimension::Organ => (By::Organ, "organ"),
        Dimension::Place => (By::Place, "place"),
        Dimension::Matter => (By::Matter, "matter"),
    };
    let sums = |key: &str| -> Result<BTreeMap<String, i64>, Error> {
        let mut sums = BTreeMap::new();
        for row in call.hall.breakdown(key, period, &[by], &CellFilter::default())? {
            let word = match dimension {
                Dimension::Organ => row.organ,
                Dimension::Place => row.place,
                Dimension::Matter => row.matter,
            };
            *sums.entry(word.unwrap_or_default()).or_default() += row.amount;
        }
        Ok(sums)
    };
    // For a rate: numerator, denominator; for a count: the number alone.
    let mut lines: Vec<(String, i64, Option<i64>)> = match measure {
        Measure::Ratio(pair) | Measure::Mean(pair) => {
            let of = sums(&pair.of)?;
            sums(&pair.over)?.into_iter().map(|(word, over)| (word.clone(), of.get(&word).copied().unwrap_or(0), Some(over))).collect()
        }
        _ => sums(key)?.into_iter().map(|(word, value)| (word, value, None)).collect(),
    };
    let scale = if matches!(measure, Measure::Ratio(_)) { 100.0 } else { 1.0 };
    let value = |of: i64, over: Option<i64>| match over {
        Some(0) => None,
        Some(over) => Some(of as f64 * scale / over as f64),
        None => Some(of as f64),
    };
    lines.sort_by(|a, b| value(b.1, b.2).unwrap_or(-1.0).total_cmp(&value(a.1, a.2).unwrap_or(-1.0)).then_with(|| a.0.cmp(&b.0)));
    let top = lines.iter().filter_map(|(_, of, over)| value(*of, *over)).fold(f64::EPSILON, f64::max);
    let rate = lines.iter().any(|(_, _, over)| over.is_some());
    let rest = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    Ok(html! {
        @if lines.is_empty() { p.empty { (year) "年没有记录。" } } @else {
            div.scroll tabindex="0" role="region" aria-label={ (name) "，" (query) } {
            table class="t t-d" { caption.vh { (name) "，" (year) "年" }
                thead { tr { th scope="col" { @match dimension { Dimension::Organ => (call.say("机关")), Dimension::Place => (call.say("乡镇（街道）")), Dimension::Matter => (call.say("事项")) } }
                    th scope="col" { span.vh { "图" } } th.n scope="col" { (unit) } @if rate { th.n scope="col" { "分子／分母" } } th scope="col" { span.vh { (call.say("下达指令")) } } } }
                tbody { @for (word, of, over) in &lines {
                    @let title = title(call, dimension, word);
                    @let number = value(*of, *over);
                    @let href = format!("/figures/{key}?year={year}&{query}={word}");
                    tr {
                        th.nw scope="row" { (title) }
                        td.w100 { (chart::share(number.unwrap_or(0.0) / top)) }
                        td.n { @if word.is_empty() { (words::value(number, unit)) } @else { a.fig href=(href) { (words::value(number, unit)) } } }
                        @if let Some(over) = over { td.n { (thousands(*of)) "／" (thousands(*over)) } }
                        td.nw { @if !word.is_empty() {
                            @let organ = (dimension != Dimension::Matter).then_some(word.as_str());
                            a href=(order::href(organ, "figure", &format!("{title}：{name}{}{}", words::value(number, unit), unit), &href)) { (call.say("下达指令")) span.vh { "：" (title) } }
                        } }
                    }
                } }
            } }
            @if rest > 0 { p class="small dim" { "还有" (rest) "行，数都比上面的小。" } }
        }
    })
}

fn title(call: &Call<'_>, dimension: Dimension, word: &str) -> String {
    match (dimension, word) {
        (Dimension::Organ, "") => "没有写明机关".to_owned(),
        (Dimension::Place, "") => "没有写明乡镇（街道）".to_owned(),
        (Dimension::Matter, "") => "没有写明事项".to_owned(),
        (Dimension::Matter, id) => matter(call, id),
        (_, id) => call.hall.organ_title(id),
    }
}

/// A matter is an entry of the register a procedure names for it, or one of the choices of a field.
fn matter(call: &Call<'_>, id: &str) -> String {
    let registers = call.hall.registers();
    let versions = call.hall.law.procedures.values().flat_map(|procedure| &procedure.versions);
    let fields: Vec<_> = versions.filter_map(|version| version.field(version.matter.as_deref()?)).collect();
    let entry =
        || fields.iter().filter_map(|field| registers.entry(field.register.as_deref()?, id)).map(|entry| entry.title.clone()).next();
    let choice = || fields.iter().flat_map(|field| &field.choices).find(|choice| choice.id == id).map(|choice| choice.title.clone());
    entry().or_else(choice).unwrap_or_else(|| id.to_owned())
}
