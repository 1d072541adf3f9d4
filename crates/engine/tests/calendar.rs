//! The calendar of the law folder against the published list of days off, and against a naive count day by day.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod folder;

use std::collections::BTreeMap;

use engine::calendar::{Calendar, CalendarError, Day};
use engine::law::Unit;
use folder::{folder, root};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// Days off (`false`) and made-up working days (`true`) as published; `None` when the list is not beside the repository.
fn published() -> Option<BTreeMap<Date, bool>> {
    let Ok(text) = std::fs::read_to_string(root().join("../shared/laws/holidays-2020-2026.csv")) else {
        println!("../shared/laws/holidays-2020-2026.csv is absent: skipped");
        return None;
    };
    let line = |line: &str| {
        let mut cells = line.split(',');
        let day = cells.next().unwrap().parse().unwrap();
        (day, cells.nth(1).unwrap().trim() == "makeup_workday")
    };
    Some(text.lines().skip(1).filter(|text| !text.trim().is_empty()).map(line).collect())
}

fn works(list: &BTreeMap<Date, bool>, day: Date) -> bool {
    list.get(&day).copied().unwrap_or(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
}

fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= to)
}

#[test]
fn every_day_of_seven_years_is_what_was_published() {
    let Some(list) = published() else { return };
    let calendar = &folder().law.calendar;
    for day in days(date(2020, 1, 1), date(2026, 12, 31)) {
        assert_eq!(calendar.works(day), works(&list, day), "{day}");
        assert_eq!(calendar.day(day).works(), works(&list, day), "{day}");
        match (list.get(&day), calendar.day(day)) {
            (Some(false), Day::Holiday(_)) | (None, Day::Working | Day::Weekend) => {}
            // A working day that an extended holiday named, or a weekend day made up.
            (Some(true), Day::MakeUp(_)) => {}
            (said, found) => panic!("{day}: published {said:?}, the folder has {found:?}"),
        }
    }
}

/// A small generator, so that the questions are the same every time.
struct Questions(u64);

impl Questions {
    fn next(&mut self, below: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % below).unwrap()
    }
}

#[test]
fn five_thousand_questions_agree_with_a_naive_count() {
    let Some(list) = published() else { return };
    let calendar = &folder().law.calendar;
    let mut ask = Questions(7);
    for _ in 0..5_000 {
        let start = date(2020, 1, 1).checked_add(ask.next(2_250).days()).unwrap();
        let count = 1 + ask.next(60);
        let mut naive = start;
        let mut left = count;
        while left > 0 {
            naive = naive.tomorrow().unwrap();
            left -= i64::from(works(&list, naive));
        }
        let end = calendar.end(start, count, Unit::Working).unwrap();
        assert_eq!((end.date, end.provisional), (naive, false), "{count} working days from {start}");
        assert_eq!(calendar.working_days_between(start, naive), count);
        assert_eq!(calendar.working_days_between(naive, start), -count);

        let mut rolled = start.checked_add(count.days()).unwrap();
        while !works(&list, rolled) {
            rolled = rolled.tomorrow().unwrap();
        }
        assert_eq!(calendar.end(start, count, Unit::Calendar).unwrap().date, rolled, "{count} days from {start}");
    }
}

#[test]
fn the_years_have_their_working_days() {
    let calendar = &folder().law.calendar;
    let found: Vec<(i16, usize)> =
        (2020..=2026).map(|year| (year, days(date(year, 1, 1), date(year, 12, 31)).filter(|day| calendar.works(*day)).count())).collect();
    assert_eq!(found, [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]);
}

#[test]
fn months_end_on_their_last_day_and_move_over_days_off() {
    let calendar = &folder().law.calendar;
    let end = |from, count, unit| calendar.end(from, count, unit).unwrap().date;
    // A month without that day ends on its last one; 29 February 2024 is a Thursday.
    assert_eq!(end(date(2024, 1, 31), 1, Unit::Months), date(2024, 2, 29));
    // 1 October is off until the 7th.
    assert_eq!(end(date(2024, 7, 1), 3, Unit::Months), date(2024, 10, 8));
    assert_eq!(end(date(2024, 2, 29), 1, Unit::Years), date(2025, 2, 28));
}

#[test]
fn a_year_without_a_notice_is_provisional() {
    let calendar = &folder().law.calendar;
    assert!(calendar.fixed(2026) && !calendar.fixed(2027) && !calendar.fixed(2035));
    assert!(!calendar.end(date(2026, 12, 1), 5, Unit::Working).unwrap().provisional);
    assert!(calendar.end(date(2026, 12, 28), 20, Unit::Working).unwrap().provisional);
    assert!(calendar.end(date(2027, 3, 1), 1, Unit::Calendar).unwrap().provisional);
    assert!(calendar.end(date(2026, 12, 1), 2, Unit::Months).unwrap().provisional);
}

#[test]
fn outside_what_it_knows_the_calendar_refuses() {
    let calendar = &folder().law.calendar;
    assert_eq!(calendar.end(date(2024, 1, 1), 0, Unit::Working), Err(CalendarError::NotPositive));
    assert_eq!(calendar.end(date(2024, 1, 1), -3, Unit::Calendar), Err(CalendarError::NotPositive));
    assert_eq!(calendar.end(date(1999, 12, 31), 1, Unit::Working), Err(CalendarError::OutOfRange));
    assert_eq!(calendar.end(date(2024, 1, 1), i64::MAX, Unit::Working), Err(CalendarError::OutOfRange));
    assert_eq!(calendar.end(date(2024, 1, 1), i64::MAX, Unit::Years), Err(CalendarError::OutOfRange));
    assert_eq!(calendar.end(date(2100, 12, 31), 1, Unit::Calendar), Err(CalendarError::OutOfRange));
}

#[test]
fn without_notices_only_weekends_are_off() {
    let bare = Calendar::default();
    assert!(bare.works(date(2024, 10, 1)) && !bare.works(date(2024, 10, 5)));
    assert!(bare.end(date(2024, 10, 1), 1, Unit::Working).unwrap().provisional);
}
