//! The State Council's working-day calendar: which days are working days, and where a period ends.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use crate::law::Unit;

/// First and last day the calendar can speak of.
const FIRST: Date = jiff::civil::date(2000, 1, 1);
const DAYS: usize = 36_890;

/// One year's notice, as `law/calendars/<year>.toml` gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct YearNotice {
    pub year: i16,
    /// The notice that fixed the year, or why there is none.
    pub notice: String,
    /// No notice yet: dates that fall into the year are provisional.
    #[serde(default)]
    pub provisional: bool,
    #[serde(default)]
    pub off: Vec<DaysOff>,
    #[serde(default)]
    pub work: Vec<MakeUp>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DaysOff {
    pub name: String,
    #[serde(deserialize_with = "crate::law::day")]
    pub from: Date,
    #[serde(deserialize_with = "crate::law::day")]
    pub to: Date,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MakeUp {
    #[serde(deserialize_with = "crate::law::day")]
    pub date: Date,
    /// The holiday it makes up for.
    pub r#for: String,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day<'c> {
    Working,
    /// Saturday or Sunday.
    Weekend,
    /// Off under a notice.
    Holiday(&'c str),
    /// A weekend day worked under a notice.
    MakeUp(&'c str),
}

impl Day<'_> {
    pub fn works(self) -> bool {
        matches!(self, Day::Working | Day::MakeUp(_))
    }
}

/// The end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    pub date: Date,
    /// A year without a notice took part: the date may move when the notice comes.
    pub provisional: bool,
}

/// Why a period has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("the calendar speaks of the years 2000 to 2100 only")]
    OutOfRange,
    #[error("a period counts at least one day")]
    NotPositive,
}

#[derive(Debug)]
pub struct Calendar {
    years: BTreeMap<i16, YearNotice>,
    named: BTreeMap<Date, String>,
    works: Vec<bool>,
    /// How many working days lie before each day.
    before: Vec<u32>,
    /// Index of the n-th working day.
    nth: Vec<u32>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar::new(Vec::new())
    }
}

impl Calendar {
    /// The notices as one text that changes whenever a day off or a make-up day does.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (year, notice) in &self.years {
            text.push_str(&year.to_string());
            for off in &notice.off {
                text.push_str(&format!(" -{}/{}", off.from, off.to));
            }
            for work in &notice.work {
                text.push_str(&format!(" +{}", work.date));
            }
        }
        text
    }

    pub fn new(notices: Vec<YearNotice>) -> Calendar {
        let mut works: Vec<bool> = (0..DAYS).map(|day| !matches!((day + 5) % 7, 5 | 6)).collect();
        let mut named = BTreeMap::new();
        for notice in &notices {
            for off in &notice.off {
                let mut day = off.from;
                while day <= off.to {
                    named.insert(day, off.name.clone());
                    set(&mut works, day, false);
                    match day.tomorrow() {
                        Ok(next) => day = next,
                        Err(_) => break,
                    }
                }
            }
        }
        // Make-up days are set last: a notice may lie about a weekend inside another's holiday.
        for notice in &notices {
            for work in &notice.work {
                named.insert(work.date, work.r#for.clone());
                set(&mut works, work.date, true);
            }
        }
        let mut before = Vec::with_capacity(DAYS);
        let mut nth = Vec::new();
        for (index, &working) in works.iter().enumerate() {
            before.push(nth.len() as u32);
            if working {
                nth.push(index as u32);
            }
        }
        let years = notices.into_iter().map(|notice| (notice.year, notice)).collect();
        Calendar { years, named, works, before, nth }
    }

    pub fn day(&self, date: Date) -> Day<'_> {
        let works = index(date).and_then(|i| self.works.get(i).copied()).unwrap_or(true);
        match (works, self.named.get(&date)) {
            (true, None) => Day::Working,
            (true, Some(name)) => Day::MakeUp(name),
            (false, None) => Day::Weekend,
            (false, Some(name)) => Day::Holiday(name),
        }
    }

    pub fn works(&self, date: Date) -> bool {
        index(date).and_then(|i| self.works.get(i).copied()).unwrap_or(false)
    }

    pub fn notice(&self, year: i16) -> Option<&YearNotice> {
        self.years.get(&year)
    }

    pub fn notices(&self) -> impl Iterator<Item = &YearNotice> {
        self.years.values()
    }

    /// Whether a notice has fixed the year.
    pub fn fixed(&self, year: i16) -> bool {
        self.years.get(&year).is_some_and(|notice| !notice.provisional)
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before.
    pub fn working_days_between(&self, from: Date, to: Date) -> i64 {
        match (index(from), index(to)) {
            (Some(a), Some(b)) => {
                let upto = |i: usize| i64::from(self.before[i]) + i64::from(self.works[i]);
                upto(b) - upto(a)
            }
            _ => 0,
        }
    }

    /// The end of a period of days, months or years that starts on `start` (not counted: 民法典 201).
    ///
    /// Working days: the `count`-th working day after the start. Calendar days, months, years: the last day, moved forward over
    /// days off (民法典 202, 203).
    pub fn end(&self, start: Date, count: i64, unit: Unit) -> Result<End, CalendarError> {
        if count < 1 {
            return Err(CalendarError::NotPositive);
        }
        match unit {
            Unit::Working => {
                let start_index = index(start).ok_or(CalendarError::OutOfRange)?;
                let done = self.before[start_index] as usize + usize::from(self.works[start_index]);
                let wanted = usize::try_from(count).ok().and_then(|count| done.checked_add(count - 1)).ok_or(CalendarError::OutOfRange)?;
                let found = *self.nth.get(wanted).ok_or(CalendarError::OutOfRange)?;
                let date = FIRST.checked_add(i64::from(found).days()).map_err(|_| CalendarError::OutOfRange)?;
                Ok(End { date, provisional: self.unfixed(start, date) })
            }
            Unit::Calendar | Unit::Hours => {
                self.roll(start.checked_add(jiff::Span::new().try_days(count).map_err(|_| CalendarError::OutOfRange)?))
            }
            Unit::Months => self.roll(start.checked_add(jiff::Span::new().try_months(count).map_err(|_| CalendarError::OutOfRange)?)),
            Unit::Years => self.roll(start.checked_add(jiff::Span::new().try_years(count).map_err(|_| CalendarError::OutOfRange)?)),
        }
    }

    /// The first working day at or after a date.
    pub fn roll(&self, date: Result<Date, jiff::Error>) -> Result<End, CalendarError> {
        let date = date.map_err(|_| CalendarError::OutOfRange)?;
        let at = index(date).ok_or(CalendarError::OutOfRange)?;
        let found = *self.nth.get(self.before[at] as usize).ok_or(CalendarError::OutOfRange)?;
        let end = FIRST.checked_add(i64::from(found).days()).map_err(|_| CalendarError::OutOfRange)?;
        Ok(End { date: end, provisional: self.unfixed(date, end) })
    }

    fn unfixed(&self, from: Date, to: Date) -> bool {
        (from.year()..=to.year()).any(|year| !self.fixed(year))
    }
}

fn index(date: Date) -> Option<usize> {
    let days = date.since(FIRST).ok()?.get_days();
    usize::try_from(days).ok().filter(|&days| days < DAYS)
}

fn set(works: &mut [bool], date: Date, value: bool) {
    if let Some(slot) = index(date).and_then(|i| works.get_mut(i)) {
        *slot = value;
    }
}
