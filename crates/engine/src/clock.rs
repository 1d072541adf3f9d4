//! A clock is a ledger of facts; its due date is derived, provision by provision, and can say how it was computed.

use jiff::civil::{Date, DateTime};
use jiff::{SpanRound, ToSpan, Unit as SpanUnit};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, CalendarError};
use crate::law::Unit;

/// What happened to a clock, as an event records it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "f")]
pub enum Fact {
    /// Started (or started anew) with the period that held on the day; `parameter` names where it came from.
    Started {
        n: i64,
        u: Unit,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<String>,
    },
    /// Started (or started anew) towards a written last day; `p` names the parameter that wrote it, if one did.
    Ends {
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p: Option<String>,
    },
    Paused,
    Resumed,
    Extended {
        n: i64,
        u: Unit,
    },
    Met,
    Lapsed,
}

/// A clock of a case: the fold of its facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ledger {
    pub started: DateTime,
    pub count: i64,
    pub unit: Unit,
    /// The last day, where it is written and not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The parameter that gave the count or the day, if it was not the law itself.
    pub parameter: Option<String>,
    pub pauses: Vec<PauseSpan>,
    pub extensions: Vec<Extension>,
    pub met: Option<DateTime>,
    pub lapsed: Option<DateTime>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PauseSpan {
    pub from: DateTime,
    pub until: Option<DateTime>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extension {
    pub count: i64,
    pub unit: Unit,
    pub at: DateTime,
}

/// The derived end of a running clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The last moment that is in time: 23:59:59 of the last day, or the minute of an hour clock.
    pub at: DateTime,
    /// A year without a notice took part.
    pub provisional: bool,
}

/// How a clock stands at a moment; the words beside a lamp.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Standing {
    Running { due: Due, left: i64, unit: Unit, share: f64 },
    Overdue { due: Due, by: i64, unit: Unit },
    Paused { since: DateTime },
    Met { at: DateTime, due: Due, early: i64, unit: Unit },
    MetLate { at: DateTime, due: Due, late: i64, unit: Unit },
}

impl Ledger {
    pub fn start(at: DateTime, count: i64, unit: Unit, parameter: Option<String>) -> Ledger {
        Ledger { started: at, count, unit, on: None, parameter, pauses: Vec::new(), extensions: Vec::new(), met: None, lapsed: None }
    }

    /// A clock whose last day is written.
    pub fn ending(at: DateTime, on: Date, parameter: Option<String>) -> Ledger {
        Ledger { on: Some(on), ..Ledger::start(at, 0, Unit::Calendar, parameter) }
    }

    /// The clock that a fact starts, if it starts one.
    pub fn begun_by(fact: &Fact, at: DateTime) -> Option<Ledger> {
        match fact {
            Fact::Started { n, u, p } => Some(Ledger::start(at, *n, *u, p.clone())),
            Fact::Ends { on, p } => Some(Ledger::ending(at, *on, p.clone())),
            _ => None,
        }
    }

    pub fn running(&self) -> bool {
        self.met.is_none()
    }

    pub fn paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.until.is_none())
    }

    pub fn apply(&mut self, fact: &Fact, at: DateTime) {
        match fact {
            Fact::Started { .. } | Fact::Ends { .. } => {
                if let Some(anew) = Ledger::begun_by(fact, at) {
                    *self = anew;
                }
            }
            Fact::Paused => {
                if !self.paused() {
                    self.pauses.push(PauseSpan { from: at, until: None });
                }
            }
            Fact::Resumed => {
                if let Some(pause) = self.pauses.last_mut() {
                    pause.until.get_or_insert(at);
                }
            }
            Fact::Extended { n, u } => self.extensions.push(Extension { count: *n, unit: *u, at }),
            Fact::Met => self.met = Some(at),
            Fact::Lapsed => self.lapsed = Some(at),
        }
    }

    /// The end of the period. A pause that still lasts counts as lasting until `now`.
    pub fn due(&self, calendar: &Calendar, now: DateTime) -> Result<Due, CalendarError> {
        if self.unit == Unit::Hours {
            let mut end = self.started.checked_add(hours(self.count)?).map_err(|_| CalendarError::OutOfRange)?;
            for extension in &self.extensions {
                end = end.checked_add(hours(extension.count)?).map_err(|_| CalendarError::OutOfRange)?;
            }
            for pause in &self.pauses {
                let span = pause.until.unwrap_or(now).since(pause.from).map_err(|_| CalendarError::OutOfRange)?;
                end = end.checked_add(span).map_err(|_| CalendarError::OutOfRange)?;
            }
            return Ok(Due { at: end, provisional: false });
        }
        let (raw, mut provisional) = self.raw_end(calendar, now)?;
        if self.on.is_some() {
            return Ok(Due { at: raw.at(23, 59, 59, 0), provisional });
        }
        let rolled = calendar.roll(Ok(raw))?;
        provisional |= rolled.provisional && self.unit != Unit::Working;
        Ok(Due { at: rolled.date.at(23, 59, 59, 0), provisional })
    }

    /// The end before it is moved over days off.
    fn raw_end(&self, calendar: &Calendar, now: DateTime) -> Result<(Date, bool), CalendarError> {
        let start = self.on.unwrap_or(self.started.date());
        let mut working = 0;
        let mut days = 0;
        let mut end = match self.unit {
            Unit::Working => {
                working += self.count;
                start
            }
            Unit::Calendar | Unit::Hours => {
                days += self.count;
                start
            }
            Unit::Months => start
                .checked_add(jiff::Span::new().try_months(self.count).map_err(|_| CalendarError::OutOfRange)?)
                .map_err(|_| CalendarError::OutOfRange)?,
            Unit::Years => start
                .checked_add(jiff::Span::new().try_years(self.count).map_err(|_| CalendarError::OutOfRange)?)
                .map_err(|_| CalendarError::OutOfRange)?,
        };
        for extension in &self.extensions {
            match extension.unit {
                Unit::Working => working += extension.count,
                Unit::Calendar | Unit::Hours => days += extension.count,
                Unit::Months => end = end.checked_add(extension.count.months()).map_err(|_| CalendarError::OutOfRange)?,
                Unit::Years => end = end.checked_add(extension.count.years()).map_err(|_| CalendarError::OutOfRange)?,
            }
        }
        let begun = self.started.date();
        for pause in &self.pauses {
            // Left out: the day the cause begins up to the day before it ends (不计入).
            let (from, until) = (pause.from.date(), pause.until.unwrap_or(now).date());
            match (from.yesterday(), until.yesterday()) {
                (Ok(from), Ok(until)) if working > 0 => working += calendar.working_days_between(from.max(begun), until.max(begun)),
                (Ok(from), Ok(until)) => days += span_days(from.max(begun), until.max(begun)),
                _ => return Err(CalendarError::OutOfRange),
            }
        }
        let mut provisional = false;
        if days > 0 {
            end = end
                .checked_add(jiff::Span::new().try_days(days).map_err(|_| CalendarError::OutOfRange)?)
                .map_err(|_| CalendarError::OutOfRange)?;
        }
        if working > 0 {
            let found = calendar.end(end, working, Unit::Working)?;
            end = found.date;
            provisional = found.provisional;
        }
        Ok((end, provisional))
    }

    /// Where the clock stands.
    pub fn standing(&self, calendar: &Calendar, now: DateTime) -> Result<Standing, CalendarError> {
        if self.paused() && self.running() {
            return Ok(Standing::Paused { since: self.pauses.last().map_or(self.started, |pause| pause.from) });
        }
        let due = self.due(calendar, self.met.unwrap_or(now))?;
        let unit = match self.unit {
            Unit::Working => Unit::Working,
            Unit::Hours => Unit::Hours,
            Unit::Calendar | Unit::Months | Unit::Years => Unit::Calendar,
        };
        let between = |from: DateTime, to: DateTime| match unit {
            Unit::Working => calendar.working_days_between(from.date(), to.date()),
            Unit::Hours => seconds(from, to) / 3600,
            _ => span_days(from.date(), to.date()),
        };
        Ok(match self.met {
            Some(at) if at <= due.at => Standing::Met { at, due, early: between(at, due.at), unit },
            Some(at) => Standing::MetLate { at, due, late: between(due.at, at).max(1), unit },
            None if now > due.at => Standing::Overdue { due, by: between(due.at, now).max(1), unit },
            None => {
                let whole = seconds(self.started, due.at).max(1) as f64;
                let used = seconds(self.started, now).max(0) as f64;
                Standing::Running { due, left: between(now, due.at), unit, share: (used / whole).clamp(0.0, 1.0) }
            }
        })
    }

    /// 怎么算的: how the end was found, a sentence a line, in Chinese.
    pub fn how(&self, calendar: &Calendar, now: DateTime) -> Vec<String> {
        let mut lines = Vec::new();
        let day = |date: Date| format!("{}年{}月{}日", date.year(), date.month(), date.day());
        let Ok(due) = self.due(calendar, self.met.unwrap_or(now)) else {
            return vec!["超出已载入的日历范围，无法计算。".to_owned()];
        };
        let period = |count: i64, unit: Unit| match unit {
            Unit::Working => format!("{count}个工作日"),
            Unit::Calendar => format!("{count}日"),
            Unit::Hours => format!("{count}小时"),
            Unit::Months => format!("{count}个月"),
            Unit::Years => format!("{count}年"),
        };
        if let Some(on) = self.on {
            let by = if self.parameter.is_some() { "本地规定" } else { "规定" };
            lines.push(format!("期限写明到日，{by}的最后一日是{}，遇休息日不顺延。", day(on)));
        } else if self.unit == Unit::Hours {
            lines.push(format!(
                "{} {:02}:{:02}起算，{}。",
                day(self.started.date()),
                self.started.hour(),
                self.started.minute(),
                period(self.count, self.unit)
            ));
        } else {
            lines.push(format!("{}开始，当日不计，次日起算{}。", day(self.started.date()), period(self.count, self.unit)));
        }
        for extension in &self.extensions {
            lines.push(format!("{}批准延长{}，接着原期限算。", day(extension.at.date()), period(extension.count, extension.unit)));
        }
        for pause in &self.pauses {
            match pause.until {
                Some(until) => lines.push(format!(
                    "{}至{}停止计时，不计入。",
                    day(pause.from.date()),
                    until.date().yesterday().map_or_else(|_| day(until.date()), day)
                )),
                None => lines.push(format!("{}起停止计时，还没有恢复。", day(pause.from.date()))),
            }
        }
        let end = due.at.date();
        if self.unit == Unit::Working {
            let mut names: Vec<(String, Date, Date)> = Vec::new();
            let mut made_up = Vec::new();
            let mut date = self.started.date();
            while let Ok(next) = date.tomorrow() {
                if next > end {
                    break;
                }
                date = next;
                match calendar.day(date) {
                    crate::calendar::Day::Holiday(name) => match names.last_mut() {
                        Some((last, _, to)) if last == name && to.tomorrow().is_ok_and(|t| t == date) => *to = date,
                        _ => names.push((name.to_owned(), date, date)),
                    },
                    crate::calendar::Day::MakeUp(_) => made_up.push(format!("{}月{}日", date.month(), date.day())),
                    _ => {}
                }
            }
            for (name, from, to) in names {
                lines.push(format!("{name}{}月{}日至{}月{}日放假，不计。", from.month(), from.day(), to.month(), to.day()));
            }
            if !made_up.is_empty() {
                lines.push(format!("{}调休上班，计入。", made_up.join("、")));
            }
            lines.push(format!("周六、周日不计，最后一日是{}。", day(end)));
        } else if self.on.is_some() {
            if self.on != Some(end) {
                lines.push(format!("最后一日是{}。", day(end)));
            }
            return lines;
        } else if self.unit != Unit::Hours
            && let Ok((raw, _)) = self.raw_end(calendar, now)
        {
            if raw != end {
                lines.push(format!("{}是休息日，顺延到{}。", day(raw), day(end)));
            } else {
                lines.push(format!("最后一日是{}，是工作日，不顺延。", day(end)));
            }
        }
        match calendar.notice(end.year()) {
            Some(notice) if !notice.provisional => lines.push(format!("日历依据：{}。", notice.notice)),
            _ => lines.push(format!("{}年的放假安排还没有公布，日期暂定，公布后重新计算。", end.year())),
        }
        lines
    }
}

fn hours(count: i64) -> Result<jiff::Span, CalendarError> {
    jiff::Span::new().try_hours(count).map_err(|_| CalendarError::OutOfRange)
}

fn span_days(from: Date, to: Date) -> i64 {
    to.since(from).map_or(0, |span| i64::from(span.get_days()))
}

fn seconds(from: DateTime, to: DateTime) -> i64 {
    to.since(from)
        .and_then(|span| span.round(SpanRound::new().largest(SpanUnit::Second).smallest(SpanUnit::Second).days_are_24_hours()))
        .map_or(0, |span| span.get_seconds())
}
