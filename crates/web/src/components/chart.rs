//! Charts made on the server: a line for a year of months, bars for parts. The numbers always stand beside them.

use maud::{Markup, html};

/// A small line over twelve months or so. `said` tells the course in words.
pub fn spark(values: &[f64], said: &str) -> Markup {
    let top = values.iter().copied().fold(1.0_f64, f64::max);
    let step = 200.0 / (values.len().max(2) - 1) as f64;
    let points: Vec<String> =
        values.iter().enumerate().map(|(at, value)| format!("{:.1},{:.1}", at as f64 * step, 44.0 - 40.0 * value / top)).collect();
    html! {
        svg class="chart spark" viewBox="0 0 200 48" preserveAspectRatio="none" role="img" aria-label=(said) {
            path.ax d="M0 46H200" {}
            polyline.ln points=(points.join(" ")) {}
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
