//! A report as HTML: the text with every figure a link to its records, each chart with its table. One rendering for the site and for the
//! file that stands alone.

use std::collections::BTreeSet;

use engine::report::{Check, CheckKind, Report, Text, Why, Written};
use engine::value::long_date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Imprint, UNWRITTEN, chart, standing};

const STYLE: &str = include_str!("../../assets/report.css");

/// A page that stands alone: text, table of figures, checks.
pub fn page(report: &Report, imprint: &Imprint) -> String {
    let base = &imprint.base;
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content="Fadu";
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (report.title) }
                    p.standing { (standing(report)) }
                    @if !report.addressees.is_empty() { p.to { (report.addressees.join("，")) "：" } }
                }
                nav aria-label="目录" { ol {
                    @for (place, chapter) in report.chapters.iter().enumerate() { li { a href={ "#c" (place) } { (chapter.title) } } }
                    li { a href="#figures" { "附表：全部数据" } }
                    li { a href="#checks" { "核对" } }
                } }
                main {
                    (PreEscaped(text(report, base, false)))
                    p.signed { (report.signed_by) br; (long_date(report.frozen.as_ref().map_or(report.as_of, |frozen| frozen.approved_at).date())) }
                    (annex(report, base))
                }
                footer {
                    p { "报告摘要 SM3 " code { (imprint.digest) } }
                    @if let Some(frozen) = &report.frozen {
                        p { "记录检查点：第" (frozen.checkpoint) "号，根 " code { (frozen.root) } "。批准：" (frozen.approved_by) "，" (long_date(frozen.approved_at.date())) "。" }
                        @if let Some(path) = &frozen.verify { p { a href={ (base) (path) } { "核验这份报告" } } }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// The chapters, for a page of the site or the file. `notes`: the checks of a paragraph's figures stand beside it.
pub fn text(report: &Report, base: &str, notes: bool) -> String {
    let mut shown = BTreeSet::new();
    let page = html! {
        @for (place, chapter) in report.chapters.iter().enumerate() {
            section.sec aria-labelledby={ "c" (place) } {
                h2 id={ "c" (place) } { (chapter.title) }
                div.rep {
                    @let written = blocks(report, base, notes, &chapter.blocks, &mut shown);
                    @if written.0.trim().is_empty() { p.gap { (UNWRITTEN) } } @else { (written) }
                }
            }
        }
    };
    page.into_string()
}

fn blocks(report: &Report, base: &str, notes: bool, all: &[Text], shown: &mut BTreeSet<String>) -> Markup {
    html! {
        @for block in all { @match block {
            Text::Heading { text } => h3 { (text) },
            Text::Paragraph { pieces } => {
                p { @for piece in pieces { (written(piece, base)) } }
                @if notes { (beside(report, pieces, shown)) }
            },
            Text::Table { caption, head, rows } => (table(caption, head, rows, base)),
            Text::Chart { .. } => (plate(block, base)),
            Text::Section { section, blocks: own } => @if own.is_empty() {
                @if !report.finished { p.gap data-section=(section) { (UNWRITTEN) } }
            } @else { (blocks(report, base, notes, own, shown)) },
        } }
    }
}

fn written(piece: &Written, base: &str) -> Markup {
    html! {
        @match &piece.figure {
            Some(quoted) => {
                a class=(if quoted.value.is_some() { "fig" } else { "fig gap" }) data-figure=(quoted.key) data-value=[quoted.value] href={ (base) (quoted.link) } { (piece.text) }
                @if quoted.statement { sup.stated { "手填" } }
            },
            None => (piece.text),
        }
    }
}

fn table(caption: &str, head: &[String], rows: &[Vec<Written>], base: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table class="t t-d" {
                caption { (caption) }
                thead { tr { @for (place, cell) in head.iter().enumerate() { @if place == 0 { th scope="col" { (cell) } } @else { th.n scope="col" { (cell) } } } } }
                tbody { @for row in rows { tr { @for (place, cell) in row.iter().enumerate() {
                    @if place == 0 { th scope="row" { (written(cell, base)) } } @else { td.n { (written(cell, base)) } }
                } } } }
            }
        }
    }
}

/// A chart with its numbers beneath.
pub fn plate(block: &Text, base: &str) -> Markup {
    let (Text::Chart { caption, .. }, Some(drawn)) = (block, chart(block)) else { return html! {} };
    html! {
        figure.plate {
            figcaption { (caption) @if !drawn.unit.is_empty() { "（" (drawn.unit) "）" } }
            div.scroll tabindex="0" role="region" aria-label=(caption) { (PreEscaped(drawn.draw().svg(&drawn.says()))) }
            (beneath(block, &drawn, base))
        }
    }
}

/// The numbers of a chart, each a link.
fn beneath(block: &Text, drawn: &crate::chart::Chart, base: &str) -> Markup {
    let Text::Chart { caption, labels, series, .. } = block else { return html! {} };
    let numbers = drawn.table();
    let rows: Vec<Vec<Written>> = if drawn.upright {
        series.iter().map(|series| std::iter::once(Written::words(&series.title)).chain(series.values.iter().cloned()).collect()).collect()
    } else {
        let row = |(place, label): (usize, &String)| {
            std::iter::once(Written::words(label)).chain(series.iter().filter_map(|series| series.values.get(place).cloned())).collect()
        };
        labels.iter().enumerate().map(row).collect()
    };
    table(&format!("{caption}：数值"), &numbers.head, &rows, base)
}

/// The checks of the figures in a paragraph, each once in a report.
fn beside(report: &Report, pieces: &[Written], shown: &mut BTreeSet<String>) -> Markup {
    let quoted = |key: &str| pieces.iter().any(|piece| piece.figure.as_ref().is_some_and(|quoted| quoted.key == key));
    let of: Vec<&Check> =
        report.checks.iter().filter(|one| quoted(&one.figure) && shown.insert(format!("{:?} {}", one.kind, one.says))).collect();
    html! { @if !of.is_empty() { div class=(if of.iter().all(|one| one.holds) { "mg" } else { "mg warn" }) { ul { @for one in of { li { (verdict(one)) } } } } } }
}

/// ✓ or ✗ with the arithmetic, in words for those who do not see the sign.
pub fn verdict(one: &Check) -> Markup {
    html! {
        @if one.holds {
            span.ok { svg viewBox="0 0 14 14" aria-hidden="true" { path.ms d="M1.5 7.5l3.5 4 7.5-9" {} } span { (one.says) } }
        } @else {
            span.bad { svg viewBox="0 0 14 14" aria-hidden="true" { path.ms d="M2 2l10 10M12 2l-10 10" {} } span { "对不上：" (one.says) } }
            @if let Some(reason) = &one.reason { " 理由：" (reason) }
        }
    }
}

/// Every figure, the checks, and what the text leaves out.
fn annex(report: &Report, base: &str) -> Markup {
    let sums = report.checks.iter().filter(|one| one.kind == CheckKind::Sum).count();
    html! {
        section.sec aria-labelledby="figures" {
            h2 #figures { "附表：全部数据" }
            div.scroll tabindex="0" role="region" aria-label="全部数据" {
                table class="t t-d annex" {
                    caption { (report.period.text()) "，" (report.figures.len()) "个数" }
                    thead { tr { th scope="col" { "数据" } th.n scope="col" { "数值" } th scope="col" { "单位" } th.n scope="col" { "上年同期" } th scope="col" { "口径" } th scope="col" { "来源" } th scope="col" { "负责" } } }
                    tbody { @for row in &report.figures { tr {
                        th scope="row" { (row.title) }
                        td.n { a.fig data-figure=(row.key) data-value=[row.value] href={ (base) (row.link) } { @if row.value.is_some() { (row.number) } @else { "—" } } @if row.statement { sup.stated { "手填" } } }
                        td { (row.unit) }
                        td.n { @if row.last_year.is_some() { (row.last_number) } @else { "—" } }
                        td { (row.definition) }
                        td { (row.source) }
                        td { (row.owner) }
                    } } }
                }
            }
        }
        section.sec aria-labelledby="checks" {
            h2 #checks { "核对" }
            p { (sums) "处合计，" (report.checks.len() - sums) "处比率和部分，" @match report.checks.iter().filter(|one| !one.holds).count() { 0 => "都对。", broken => { (broken) "处对不上。" } } }
            ul.checks { @for one in &report.checks { li { (one.title) "　" (verdict(one)) } } }
            @if !report.finished && !report.omitted.is_empty() {
                h3 { "正文略去的" }
                ul.omitted { @for one in &report.omitted { li { (one.text) " — " (why(one.why)) } } }
            }
        }
    }
}

pub fn why(why: Why) -> &'static str {
    match why {
        Why::Zero => "所列的数都是0",
        Why::NoValue => "没有数",
        Why::NoLastYear => "上年没有可比的数",
    }
}
