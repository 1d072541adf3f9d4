//! The drawn procedure, from the law file itself: the main line across the page, and standing for the phone.

use engine::case::Event;
use engine::diagram::main_line;
use engine::law::{Stage, Version};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::call::Call;
use crate::words;

/// One stop of the line.
struct Stop<'v> {
    title: String,
    stage: &'v Stage,
    /// When it was last reached.
    reached: Option<Date>,
    now: bool,
}

/// The procedure alone, nobody in it.
pub fn procedure(call: &Call<'_>, version: &Version) -> Markup {
    drawn(call, version, "", &[])
}

/// The procedure with a case in it: where it is, what lies behind, what ahead.
pub fn drawn(call: &Call<'_>, version: &Version, stage: &str, events: &[Event]) -> Markup {
    let line = main_line(version);
    // What follows the first end (reviews, revocations) is drawn only for a case that has come so far.
    let first_end = line.iter().position(|stop| stop.end).unwrap_or(line.len().saturating_sub(1));
    let at = line.iter().position(|stop| stop.id == stage);
    let last = at.map_or(first_end, |at| at.max(first_end));
    let reached =
        |id: &str| events.iter().rev().find(|event| event.to.as_deref() == Some(id)).and_then(|event| event.at).map(|at| at.date());
    let mut stops: Vec<Stop<'_>> = line
        .iter()
        .take(last + 1)
        .map(|stage| Stop { title: call.lang.name(&stage.id, &stage.title), stage, reached: reached(&stage.id), now: false })
        .collect();
    // A stage beside the main line stands after the last stop that was reached.
    if let (None, Some(beside)) = (at, version.stage(stage)) {
        let place = stops.iter().rposition(|stop| stop.reached.is_some()).map_or(0, |place| place + 1);
        stops.insert(place, Stop { title: call.lang.name(&beside.id, &beside.title), stage: beside, reached: reached(stage), now: true });
    }
    for stop in &mut stops {
        stop.now |= stop.stage.id == stage;
    }
    if stops.is_empty() {
        return html! {};
    }
    let said = sentence(&stops);
    html! { figure.draw { div class="scroll draw-h" tabindex="0" role="region" aria-label=(said) { (lying(call, &stops, &said)) } (standing(call, &stops, &said)) } }
}

fn sentence(stops: &[Stop<'_>]) -> String {
    match stops.iter().position(|stop| stop.now) {
        Some(at) => format!("现在在{}，前面{}步，后面{}步", stops[at].title, at, stops.len() - at - 1),
        None => format!("从{}到{}，共{}步", stops[0].title, stops[stops.len() - 1].title, stops.len()),
    }
}

fn done(stops: &[Stop<'_>], at: usize) -> bool {
    match stops.iter().position(|stop| stop.now) {
        Some(now) => at < now && stops[at].reached.is_some(),
        None => false,
    }
}

fn lying(call: &Call<'_>, stops: &[Stop<'_>], said: &str) -> Markup {
    let pitch = if stops.len() > 1 { (1030.0 / (stops.len() - 1) as f64).max(100.0) } else { 0.0 };
    let width = pitch * (stops.len() - 1) as f64 + 106.0;
    let x = |at: usize| 53.0 + pitch * at as f64;
    let now = stops.iter().position(|stop| stop.now);
    html! {
        svg viewBox={ "0 0 " (format!("{width:.0}")) " 136" } width=(format!("{width:.0}")) height="136" role="img" aria-label=(said) {
            path.l0 d={ "M" (format!("{:.0}", x(0))) " 46H" (format!("{:.0}", x(stops.len() - 1))) } {}
            @if let Some(now) = now { path.l d={ "M" (format!("{:.0}", x(0))) " 46H" (format!("{:.0}", x(now))) } {} }
            @for (at, stop) in stops.iter().enumerate() {
                @let cx = format!("{:.0}", x(at));
                @if stop.now {
                    circle.c cx=(cx) cy="46" r="10" {}
                    rect.k x=(format!("{:.0}", x(at) - 24.0)) y="2" width="48" height="22" {}
                    path.k d={ "M" (format!("{:.0}", x(at) - 5.0)) " 23.5h10l-5 6z" } {}
                    text.inv x=(cx) y="18" { "现在" }
                } @else if done(stops, at) { circle.k cx=(cx) cy="46" r="7" {} } @else { circle.o cx=(cx) cy="46" r="6.5" {} }
                @for (row, part) in broken(&stop.title).iter().enumerate() {
                    text class=[stop.now.then_some("b")] x=(cx) y=(78 + 20 * row) { (part) }
                }
                @if let Some(day) = stop.reached { text.d x=(cx) y=(if broken(&stop.title).len() > 1 { 120 } else { 100 }) { (words::day(day, call.today())) } }
            }
        }
    }
}

fn standing(call: &Call<'_>, stops: &[Stop<'_>], said: &str) -> Markup {
    let y = |at: usize| 20 + 38 * at;
    let now = stops.iter().position(|stop| stop.now);
    html! {
        svg.draw-v viewBox={ "0 0 346 " (y(stops.len() - 1) + 20) } width="100%" role="img" aria-label=(said) {
            path.l0 d={ "M14 20V" (y(stops.len() - 1)) } {}
            @if let Some(now) = now { path.l d={ "M14 20V" (y(now)) } {} }
            @for (at, stop) in stops.iter().enumerate() {
                @if stop.now { circle.c cx="14" cy=(y(at)) r="9" {} } @else if done(stops, at) { circle.k cx="14" cy=(y(at)) r="6" {} } @else { circle.o cx="14" cy=(y(at)) r="5.5" {} }
                text class=(if stop.now { "a b" } else { "a" }) x="38" y=(y(at) + 5) { (stop.title) @if stop.now { "（现在）" } }
                @if let Some(day) = stop.reached { text class="d z" x="340" y=(y(at) + 5) { (words::day(day, call.today())) } }
            }
        }
    }
}

/// A label in at most two lines of six characters; words of an English label stay whole.
fn broken(title: &str) -> Vec<String> {
    if title.is_ascii() {
        let mut lines: Vec<String> = Vec::new();
        for word in title.split(' ') {
            match lines.last_mut() {
                Some(line) if line.len() + word.len() < 13 => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.truncate(2);
        return lines;
    }
    if let Some((first, second)) = title.split_once(['，', '（']) {
        return vec![first.to_owned(), second.trim_end_matches('）').to_owned()];
    }
    let letters: Vec<char> = title.chars().collect();
    if letters.len() <= 6 {
        vec![title.to_owned()]
    } else {
        letters.chunks(letters.len().div_ceil(2)).map(|part| part.iter().collect()).collect()
    }
}
