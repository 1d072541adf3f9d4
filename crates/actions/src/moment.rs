//! Moments: the ledger counts seconds since 1970 UTC, the law reads wall clocks in China (UTC+8, no summer time).

use jiff::civil::{Date, DateTime};

const EIGHT_HOURS: i64 = 8 * 3600;

/// Seconds since 1970-01-01T00:00:00Z of a wall-clock moment in China.
pub fn seconds(at: DateTime) -> i64 {
    let days = i64::from(at.date().since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days()));
    days * 86_400 + i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second()) - EIGHT_HOURS
}

/// The wall clock in China at a number of seconds since 1970-01-01T00:00:00Z.
pub fn wall(seconds: i64) -> DateTime {
    let local = seconds + EIGHT_HOURS;
    let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(Date::MAX);
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    date.at(part(rest / 3600), part(rest / 60 % 60), part(rest % 60), 0)
}
