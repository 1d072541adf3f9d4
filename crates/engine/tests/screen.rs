//! The leader's screen: its file is checked as the rest of the law is, and its lines are crossed when they should be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use engine::check::check;
use engine::read::read;
use engine::screen::{Better, Dimension, Level, Source, When};
use folder::{folder, texts};
use jiff::civil::date;

const FILE: &str = "accountability/screen.toml";

/// The checks and messages after one replacement in the screen of this repository.
fn broken(what: &str, with: &str) -> Vec<(&'static str, String)> {
    let mut texts = texts();
    let file = texts.iter_mut().find(|text| text.path == FILE).unwrap();
    assert!(file.text.contains(what), "{FILE} does not hold {what}");
    file.text = file.text.replacen(what, with, 1);
    check(&read(texts)).into_iter().filter(|finding| finding.file == FILE).map(|finding| (finding.check, finding.message)).collect()
}

fn finds(check: &str, says: &str, what: &str, with: &str) {
    let found = broken(what, with);
    assert!(found.iter().any(|(name, message)| *name == check && message.contains(says)), "{what:?} as {with:?} found {found:#?}");
}

#[test]
fn what_is_wrong_with_a_screen_is_named() {
    finds("names-resolve", "did you mean `S45.rating_rate`?", "\"S45.rating_rate\"", "\"S45.ratign_rate\"");
    finds("parse", "did you mean `better`?", "better = \"higher\"", "beter = \"higher\"");
    finds("parse", "where it comes from", "value = 95, in-force = 2020-01-01, own = \"本地尚未采纳\"", "value = 95, in-force = 2020-01-01");
    finds("parse", "exactly one of", "below = 90, ", "below = 90, above = 95, ");
    finds("screen-holds", "the wrong way", "below = 90, ", "above = 90, ");
    finds("screen-holds", "cannot be told apart by place", "by     = [\"organ\"]", "by     = [\"place\"]");
    finds("cites-resolve", "has no article", "cite = \"许可法/42(1)\"", "cite = \"许可法/942\"");
    finds("names-once", "S45.bad_ratings", "figure = \"S45.rating_rate\"", "figure = \"S45.bad_ratings\"");
}

#[test]
fn the_screen_of_this_repository_says_what_it_needs() {
    let screen = folder().law.screen.as_ref().unwrap();
    assert!(screen.sections.len() >= 3 && screen.tiles().count() >= 12);
    let rate = screen.tile("S45.rating_rate").unwrap();
    assert_eq!(rate.better, Better::Higher);
    let (value, source) = rate.target.as_ref().unwrap().at(&folder().law, "140902", date(2024, 3, 1)).unwrap();
    assert!(value == 95.0 && matches!(source, Source::Own(_)), "a target that no law sets says so");
    assert!(screen.tile("S160.demands_accepted").unwrap().by.contains(&Dimension::Place));
    // Before the day from which a number holds there is none.
    assert!(rate.target.as_ref().unwrap().at(&folder().law, "140902", date(2019, 3, 1)).is_none());
    // A parameter that counts by party is no target.
    assert!(Level::Parameter("LP01".to_owned()).at(&folder().law, "140902", date(2024, 3, 1)).is_none());
    assert_eq!(Level::Parameter("LP02".to_owned()).at(&folder().law, "140902", date(2024, 3, 1)).unwrap().0, 5.0);
}

#[test]
fn a_line_is_crossed_by_values_beyond_it_only() {
    let alarm = |when| {
        let screen = folder().law.screen.as_ref().unwrap();
        engine::screen::Alarm { when, ..screen.tiles().flat_map(|tile| &tile.alerts).next().unwrap().clone() }
    };
    assert!(!alarm(When::Below(90.0)).crossed(90.0, None, true) && alarm(When::Below(90.0)).crossed(89.99, None, true));
    assert!(!alarm(When::Above(0.0)).crossed(0.0, None, false) && alarm(When::Above(0.0)).crossed(1.0, None, false));
    // Counts move by per cent, rates by points; nothing to compare with crosses nothing.
    assert!(alarm(When::Up(20.0)).crossed(121.0, Some(100.0), false) && !alarm(When::Up(20.0)).crossed(120.0, Some(100.0), false));
    assert!(alarm(When::Down(3.0)).crossed(90.0, Some(94.0), true) && !alarm(When::Down(3.0)).crossed(90.0, Some(93.0), true));
    assert!(!alarm(When::Up(20.0)).crossed(5.0, None, false) && !alarm(When::Up(20.0)).crossed(5.0, Some(0.0), false));
    assert!(
        alarm(When::Up(1.0)).fits(Better::Lower)
            && !alarm(When::Up(1.0)).fits(Better::Higher)
            && !alarm(When::Below(1.0)).fits(Better::Neither)
    );
}
