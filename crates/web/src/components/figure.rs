//! A figure that opens: ink digits on a blue hairline, always to its page and its records.

use actions::figure::Shown;
use maud::{Markup, html};

use crate::call::Call;
use crate::words;

pub fn href(key: &str, year: i16) -> String {
    format!("/figures/{key}?year={year}")
}

/// The digits; zero and the unknown are plain. What was stated by hand carries its mark, what is being counted says how far.
pub fn fig(shown: &Shown, year: i16) -> Markup {
    let said = match &shown.missing {
        Some(missing @ actions::figure::Missing::Folding { .. }) => missing.says(),
        _ => words::value(shown.value, &shown.unit),
    };
    let per_cent = if shown.unit == "%" && shown.value.is_some() { "%" } else { "" };
    html! { a.fig href=(href(&shown.key, year)) { (said) (per_cent) } @if shown.stated && shown.value.is_some() { " " span.tag { "手填" } } }
}

/// Digits and unit.
pub fn with_unit(shown: &Shown, year: i16) -> Markup {
    html! { (fig(shown, year)) @if shown.unit != "%" { span.unit { (shown.unit) } } }
}

/// Three to six figures across the page.
pub fn strip(call: &Call<'_>, figures: &[&Shown], year: i16) -> Markup {
    html! { dl.strip { @for shown in figures { div { dt { (call.lang.name(&shown.key, &shown.title)) } dd { (with_unit(shown, year)) } } } } }
}

/// A sum that holds, or by how much it does not.
pub fn check(holds: bool, said: &str) -> Markup {
    html! {
        @if holds {
            span.ok { svg viewBox="0 0 14 14" aria-hidden="true" { path.ms d="M1.5 7.5l3.5 4 7.5-9" {} } span { (said) } }
        } @else {
            span.bad { svg viewBox="0 0 14 14" aria-hidden="true" { path.ms d="M2 2l10 10M12 2l-10 10" {} } span { (said) } }
        }
    }
}
