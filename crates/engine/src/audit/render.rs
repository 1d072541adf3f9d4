//! Shows an audit: as plain text for a terminal, and as an HTML fragment in which every figure is an anchor
//! and every check links to the figures it is made of.

use std::fmt::Write;

use super::relation::plain;
use super::{Audit, Check, Exactness, Figure, Kind, Outcome};

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Sum => "合计",
        Kind::Rate => "比率",
        Kind::Change => "增减",
        Kind::Repeat => "重复",
        Kind::Integer => "整数解",
    }
}

fn outcome(result: Outcome) -> (&'static str, &'static str) {
    match result {
        Outcome::Holds => ("holds", "成立"),
        Outcome::HoldsAsTruncation => ("holds-as-truncation", "仅截位成立"),
        Outcome::Fails => ("fails", "不成立"),
        Outcome::Unverifiable => ("unverifiable", "无法核验"),
    }
}

fn hedge(exactness: Exactness) -> (&'static str, &'static str) {
    match exactness {
        Exactness::Exact => ("exact", ""),
        Exactness::AtLeast => ("at-least", "不少于"),
        Exactness::Almost => ("almost", "接近"),
        Exactness::About => ("about", "约"),
    }
}

fn count(audit: &Audit, result: Outcome) -> usize {
    audit.checks.iter().filter(|c| c.result == result).count()
}

fn summary(audit: &Audit) -> String {
    format!(
        "共 {} 个数据,{} 项核验：成立 {}，仅截位成立 {}，不成立 {}，无法核验 {}",
        audit.figures.len(),
        audit.checks.len(),
        count(audit, Outcome::Holds),
        count(audit, Outcome::HoldsAsTruncation),
        count(audit, Outcome::Fails),
        count(audit, Outcome::Unverifiable)
    )
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The audit as plain text: figures with their places, then checks. `source` is the text that was audited.
pub fn text(audit: &Audit, source: &str) -> String {
    let mut out = String::new();
    let lines = line_numbers(audit, source);
    let _ = writeln!(out, "{}\n\n数据", summary(audit));
    for (index, figure) in audit.figures.iter().enumerate() {
        let (_, word) = hedge(figure.exactness);
        let _ = writeln!(
            out,
            "{:>4}  第{}行  {}{}{}  {}",
            index + 1,
            lines.get(index).copied().unwrap_or(1),
            word,
            plain(figure.value),
            figure.unit,
            line(&figure.subject)
        );
    }
    let _ = writeln!(out, "\n核验");
    for check in &audit.checks {
        let _ = writeln!(out, "[{}] {}  {}\n      {}", outcome(check.result).1, kind(check.kind), check.note, line(&check.quote));
    }
    out
}

/// The line of the source on which each figure stands.
fn line_numbers(audit: &Audit, source: &str) -> Vec<usize> {
    let mut lines = Vec::with_capacity(audit.figures.len());
    let mut figures = audit.figures.iter().peekable();
    let mut number = 1;
    for (offset, c) in source.chars().enumerate() {
        while figures.peek().is_some_and(|f| f.start <= offset) {
            lines.push(number);
            figures.next();
        }
        if c == '\n' {
            number += 1;
        }
    }
    lines.resize(audit.figures.len(), number);
    lines
}

fn escape(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        _ => out.push(c),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| escape(&mut out, c));
    out
}

/// The worst outcome that a figure has part in, for its colour.
fn worst(audit: &Audit) -> Vec<Option<Outcome>> {
    let rank = |r: Outcome| match r {
        Outcome::Holds => 0,
        Outcome::Unverifiable => 1,
        Outcome::HoldsAsTruncation => 2,
        Outcome::Fails => 3,
    };
    let mut list: Vec<Option<Outcome>> = vec![None; audit.figures.len()];
    for check in &audit.checks {
        for index in &check.figures {
            if let Some(slot) = list.get_mut(*index)
                && slot.is_none_or(|s| rank(s) < rank(check.result))
            {
                *slot = Some(check.result);
            }
        }
    }
    list
}

/// The audit as an HTML fragment: summary, checks, the marked text. Class names only; everything is escaped.
pub fn html(audit: &Audit, source: &str) -> String {
    let mut out = String::new();
    let _ = write!(out, "<section class=\"audit\"><p class=\"audit-summary\">{}</p>", escaped(&summary(audit)));
    if !audit.checks.is_empty() {
        out.push_str("<ol class=\"audit-checks\">");
        audit.checks.iter().for_each(|check| item(&mut out, check));
        out.push_str("</ol>");
    }
    out.push_str("<div class=\"audit-text\"><p>");
    marked(&mut out, audit, source);
    out.push_str("</p></div></section>");
    out
}

fn item(out: &mut String, check: &Check) {
    let (class, word) = outcome(check.result);
    let _ = write!(
        out,
        "<li class=\"audit-check {class}\"><span class=\"audit-result\">{word}</span> <span class=\"audit-kind\">{}</span> <span class=\"audit-note\">{}</span>",
        kind(check.kind),
        escaped(&check.note)
    );
    let _ = write!(out, "<blockquote>{}</blockquote><span class=\"audit-links\">", escaped(&line(&check.quote)));
    for index in &check.figures {
        let _ = write!(out, "<a href=\"#figure-{0}\">{0}</a> ", index + 1);
    }
    out.push_str("</span></li>");
}

fn marked(out: &mut String, audit: &Audit, source: &str) {
    let worst = worst(audit);
    let mut figures = audit.figures.iter().enumerate().peekable();
    let mut open: Option<&Figure> = None;
    for (offset, c) in source.chars().enumerate() {
        if open.is_some_and(|f| f.end <= offset) {
            out.push_str("</mark>");
            open = None;
        }
        if open.is_none()
            && let Some((index, figure)) = figures.next_if(|(_, f)| f.start <= offset)
        {
            let class = worst.get(index).copied().flatten().map_or("unchecked", |o| outcome(o).0);
            let _ = write!(out, "<mark id=\"figure-{}\" class=\"figure {} {}\" title=\"", index + 1, hedge(figure.exactness).0, class);
            let _ = write!(out, "{}{}{}\">", escaped(&figure.subject), plain(figure.value), escaped(&figure.unit));
            open = Some(figure);
        }
        if c == '\n' && open.is_none() {
            out.push_str("</p><p>");
        } else if !c.is_control() || c == '\t' {
            escape(out, c);
        }
    }
    if open.is_some() {
        out.push_str("</mark>");
    }
}
