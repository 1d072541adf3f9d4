//! What holds of every clock, whatever happens to it: nothing that is granted shortens a period, and a clock is met in time or late.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use engine::calendar::Calendar;
use engine::clock::{Fact, Ledger, Standing};
use engine::law::Unit;
use folder::folder;
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

fn calendar() -> &'static Calendar {
    &folder().law.calendar
}

fn moment() -> impl Strategy<Value = DateTime> {
    (0..2_200_i64, 0..86_400_i64).prop_map(|(day, second)| date(2020, 1, 1).at(0, 0, 0, 0).checked_add(day.days().seconds(second)).unwrap())
}

/// Units that the law folder counts in; an extension is counted in the unit of its clock, months also in days.
fn unit() -> impl Strategy<Value = (Unit, Unit)> {
    prop_oneof![
        Just((Unit::Working, Unit::Working)),
        Just((Unit::Calendar, Unit::Calendar)),
        Just((Unit::Hours, Unit::Hours)),
        Just((Unit::Months, Unit::Months)),
        Just((Unit::Months, Unit::Calendar)),
        Just((Unit::Years, Unit::Months)),
    ]
}

/// Pauses and extensions at growing moments: hours since the last one, and how much is added (0: pause or resume).
fn happenings() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((1..2_000_i64, prop_oneof![3 => Just(0_i64), 1 => 1..30_i64]), 0..7)
}

struct Story {
    ledger: Ledger,
    now: DateTime,
    extends: Unit,
}

fn story(start: DateTime, count: i64, (unit, extends): (Unit, Unit), happenings: &[(i64, i64)]) -> Story {
    let mut ledger = Ledger::start(start, count, unit, None);
    let mut now = start;
    for &(hours, added) in happenings {
        now = now.checked_add(hours.hours()).unwrap();
        let fact = match (added, ledger.paused()) {
            (0, false) => Fact::Paused,
            (0, true) => Fact::Resumed,
            (n, _) => Fact::Extended { n, u: extends },
        };
        ledger.apply(&fact, now);
    }
    Story { ledger, now, extends }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A further pause never brings the end nearer, neither while it lasts nor after it.
    #[test]
    fn a_pause_never_shortens(start in moment(), count in 1..40_i64, unit in unit(), happenings in happenings(), wait in 1..500_i64, pause in 1..2_000_i64) {
        let Story { mut ledger, now, .. } = story(start, count, unit, &happenings);
        ledger.apply(&Fact::Resumed, now);
        let before = ledger.due(calendar(), now).unwrap();
        let from = now.checked_add(wait.hours()).unwrap();
        let until = from.checked_add(pause.hours()).unwrap();
        let mut paused = ledger.clone();
        paused.apply(&Fact::Paused, from);
        prop_assert!(paused.due(calendar(), from).unwrap().at >= before.at);
        prop_assert!(paused.due(calendar(), until).unwrap().at >= paused.due(calendar(), from).unwrap().at);
        paused.apply(&Fact::Resumed, until);
        prop_assert!(paused.due(calendar(), until).unwrap().at >= before.at);
    }

    /// An extension never brings the end nearer.
    #[test]
    fn an_extension_never_shortens(start in moment(), count in 1..40_i64, unit in unit(), happenings in happenings(), more in 1..60_i64) {
        let Story { ledger, now, extends } = story(start, count, unit, &happenings);
        let before = ledger.due(calendar(), now).unwrap();
        let mut extended = ledger.clone();
        extended.apply(&Fact::Extended { n: more, u: extends }, now);
        prop_assert!(extended.due(calendar(), now).unwrap().at >= before.at);
    }

    /// A longer period never ends earlier, and a later start never ends earlier.
    #[test]
    fn the_end_grows_with_the_count_and_the_start(start in moment(), later in 0..10_000_i64, count in 1..30_i64, more in 0..30_i64, unit in unit()) {
        let due = |start: DateTime, count: i64| Ledger::start(start, count, unit.0, None).due(calendar(), start).unwrap().at;
        prop_assert!(due(start, count + more) >= due(start, count));
        prop_assert!(due(start.checked_add(later.minutes()).unwrap(), count) >= due(start, count));
        prop_assert!(due(start, count) > start);
    }

    /// Met in time exactly when the moment lies at or before the end; what is met no longer runs and keeps its end.
    #[test]
    fn met_in_time_or_late(start in moment(), count in 1..40_i64, unit in unit(), happenings in happenings(), wait in 0..4_000_i64) {
        let Story { mut ledger, now, .. } = story(start, count, unit, &happenings);
        ledger.apply(&Fact::Resumed, now);
        let at = now.checked_add(wait.hours()).unwrap();
        let due = ledger.due(calendar(), at).unwrap();
        let overdue = matches!(ledger.standing(calendar(), at).unwrap(), Standing::Overdue { .. });
        prop_assert_eq!(overdue, at > due.at);
        ledger.apply(&Fact::Met, at);
        prop_assert!(!ledger.running());
        let later = at.checked_add(1.year()).unwrap();
        match ledger.standing(calendar(), later).unwrap() {
            Standing::Met { at: met, due: kept, early, .. } => {
                prop_assert_eq!((met, kept), (at, due));
                prop_assert!(at <= due.at && early >= 0);
            }
            Standing::MetLate { at: met, due: kept, late, .. } => {
                prop_assert_eq!((met, kept), (at, due));
                prop_assert!(at > due.at && late >= 1);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// A clock starts anew from nothing: what happened before no longer counts.
    #[test]
    fn starting_anew_forgets(start in moment(), count in 1..40_i64, unit in unit(), happenings in happenings()) {
        let Story { mut ledger, now, .. } = story(start, count, unit, &happenings);
        ledger.apply(&Fact::Started { n: count, u: unit.0, p: None }, now);
        prop_assert_eq!(ledger, Ledger::start(now, count, unit.0, None));
    }

    /// Every date explains itself: the first line says where counting begins, the last on which notice the calendar rests.
    #[test]
    fn every_end_explains_itself(start in moment(), count in 1..40_i64, unit in unit(), happenings in happenings()) {
        let Story { ledger, now, .. } = story(start, count, unit, &happenings);
        let how = ledger.how(calendar(), now);
        prop_assert!(how.len() >= 2);
        prop_assert!(how[0].contains("起算"), "{how:?}");
        prop_assert!(how.iter().all(|line| line.ends_with('。')), "{how:?}");
    }
}

#[test]
fn the_day_of_the_start_is_not_counted_and_the_last_day_belongs_to_the_period() {
    let due = |start: DateTime, count, unit| Ledger::start(start, count, unit, None).due(calendar(), start).unwrap().at;
    // Friday, 27 September 2024; 29 September is worked, 1 to 7 October are off.
    let start = date(2024, 9, 27).at(16, 30, 0, 0);
    assert_eq!(due(start, 1, Unit::Working), date(2024, 9, 29).at(23, 59, 59, 0));
    assert_eq!(due(start, 3, Unit::Working), date(2024, 10, 8).at(23, 59, 59, 0));
    assert_eq!(due(start, 5, Unit::Calendar), date(2024, 10, 8).at(23, 59, 59, 0));
    assert_eq!(due(start, 48, Unit::Hours), date(2024, 9, 29).at(16, 30, 0, 0));
}

/// A clock of hours that is weeks late says how many hours, not one.
#[test]
fn an_hour_clock_counts_all_its_late_hours() {
    use engine::clock::{Ledger, Standing};
    use engine::law::Unit;
    let ledger = Ledger::start(jiff::civil::datetime(2026, 10, 26, 10, 0, 0, 0), 2, Unit::Hours, None);
    match ledger.standing(calendar(), jiff::civil::datetime(2026, 10, 28, 13, 30, 0, 0)) {
        Ok(Standing::Overdue { by, unit: Unit::Hours, .. }) => assert_eq!(by, 49),
        other => panic!("{other:?}"),
    }
}
