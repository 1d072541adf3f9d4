//! Charts made on the server: a line for a year of months, bars for parts. The numbers always stand beside them.

use maud::{Markup, html};

/// A small line over months or days, from the lowest value; where nothing could be counted it breaks. `said` tells the course in words.
pub fn spark(values: &[Option<f64>], said: &str) -> Markup {
    let known = || values.iter().copied().flatten();
    let (low, top) = known().fold((f64::MAX, f64::MIN), |(low, top), value| (low.min(value), top.max(value)));
    let height = (top - low).max(f64::EPSILON);
    let step = 240.0 / (values.len().max(2) - 1) as f64;
    let mut lines: Vec<Vec<String>> = vec![Vec::new()];
    for (at, value) in values.iter().enumerate() {
        match (value, lines.last_mut()) {
            (Some(value), Some(line)) => line.push(format!("{:.1},{:.1}", at as f64 * step, 44.0 - 40.0 * (value - low) / height)),
            _ => lines.push(Vec::new()),
        }
    }
    html! {
        svg class="chart spark" viewBox="0 0 240 48" preserveAspectRatio="none" role="img" aria-label=(said) {
            path.ax d="M0 47.5H240" {}
            @for line in lines.iter().filter(|line| line.len() > 1) { polyline.ln points=(line.join(" ")) {} }
            // A value alone is a short stroke.
            @for line in lines.iter().filter(|line| line.len() == 1) { @for point in line {
                @let (x, y) = point.split_once(',').unwrap_or(("0", "44"));
                @let x = x.parse::<f64>().unwrap_or(0.0).clamp(6.0, 234.0);
                polyline.ln points={ (x - 6.0) "," (y) " " (x + 6.0) "," (y) } {}
            } }
        }
    }
}

/// Small bars over months or days, from zero.
pub fn bars(values: &[f64], said: &str) -> Markup {
    let top = values.iter().copied().fold(1.0_f64, f64::max);
    let pitch = 240.0 / values.len().max(1) as f64;
    html! {
        svg class="chart spark" viewBox="0 0 240 48" preserveAspectRatio="none" role="img" aria-label=(said) {
            path.ax d="M0 47.5H240" {}
            @for (at, value) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
                @let height = (45.0 * value / top).max(1.0);
                rect.k x=(format!("{:.1}", pitch * (at as f64 + 0.15))) y=(format!("{:.1}", 47.0 - height)) width=(format!("{:.1}", pitch * 0.7)) height=(format!("{height:.1}")) {}
            }
        }
    }
}

/// Parts of a whole as one bar, in the order given; the words beside it name them in the same order.
pub fn parts(values: &[f64], said: &str) -> Markup {
    let whole: f64 = values.iter().sum::<f64>().max(1.0);
    let mut at = 0.0;
    let mut pieces = Vec::new();
    for (place, value) in values.iter().enumerate() {
        let width = 240.0 * value / whole;
        pieces.push((["k", "k2", "k3", "k4", "k5"][place % 5], at, (width - 1.0).max(0.0)));
        at += width;
    }
    html! {
        svg class="chart stk" viewBox="0 0 240 14" preserveAspectRatio="none" width="100%" height="14" role="img" aria-label=(said) {
            @for (class, x, width) in &pieces { rect class=(class) x=(format!("{x:.1}")) y="0" width=(format!("{width:.1}")) height="14" {} }
        }
    }
}

/// How much of a hundred is there, beside the number that says so.
pub fn share(share: f64) -> Markup {
    html! {
        svg class="chart" viewBox="0 0 100 12" preserveAspectRatio="none" width="100%" height="12" aria-hidden="true" {
            rect.k5 width="100" height="12" {}
            rect.k2 width=(format!("{:.1}", share.clamp(0.0, 1.0) * 100.0)) height="12" {}
        }
    }
}

/// Bars by month, from zero, with the value above each.
pub fn months(values: &[(String, i64)], said: &str) -> Markup {
    let top = values.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1) as f64;
    let pitch = 700.0 / values.len().max(1) as f64;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(said) {
            svg.chart viewBox="0 0 736 190" width="736" height="190" role="img" aria-label=(said) {
                path.ax d="M18 160H718" {}
                @for (at, (label, value)) in values.iter().enumerate() {
                    @let height = 130.0 * (*value).max(0) as f64 / top;
                    @let x = 18.0 + pitch * at as f64;
                    rect.k x=(format!("{:.1}", x + pitch * 0.2)) y=(format!("{:.1}", 160.0 - height)) width=(format!("{:.1}", pitch * 0.6)) height=(format!("{height:.1}")) {}
                    text.m x=(format!("{:.1}", x + pitch / 2.0)) y=(format!("{:.1}", 154.0 - height)) { (engine::value::thousands(*value)) }
                    text.m x=(format!("{:.1}", x + pitch / 2.0)) y="180" { (label) }
                }
            }
        }
    }
}
