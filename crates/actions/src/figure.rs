//! Figures as they are asked for: a value with its fraction, by which definition, and a breakdown. The records behind it are in
//! `records`, counting anew is in `recount`, what was signed by hand in `stated`.

mod export;
mod records;
mod recount;
mod stated;

use std::collections::{BTreeMap, HashMap};

use engine::figure::{Dimension, Figure, Measure, statement};
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{By, CellFilter, CellRow, day};

use crate::hall::{Error, Hall, Result};

pub use export::{Export, Sheet};
pub use records::{Record, RecordPage, Totals};
pub(crate) use recount::{Recount, kept};
pub use stated::Signed;

/// A period of whole days, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    pub fn year(year: i16) -> Option<Period> {
        Some(Period { from: Date::new(year, 1, 1).ok()?, to: Date::new(year, 12, 31).ok()? })
    }

    /// The same days a year before.
    pub fn before(self) -> Option<Period> {
        let back = |date: Date| date.checked_sub(jiff::Span::new().try_years(1).ok()?).ok();
        Some(Period { from: back(self.from)?, to: back(self.to)? })
    }
}

/// What a figure says for a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    pub key: String,
    pub title: String,
    pub unit: String,
    pub definition: String,
    pub owner: String,
    /// Whose acts are counted.
    pub scope: String,
    /// The day from which the definition holds by which this was counted.
    pub in_force: Date,
    /// Whole numbers for counts; per cent for ratios. `None`: nothing to divide by, or see `missing`.
    #[serde(serialize_with = "whole_when_whole")]
    pub value: Option<f64>,
    /// Why there is no value, when it is not for want of anything to divide by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// For ratios and means: numerator and denominator, with the keys that open them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
    /// How many records stand behind it.
    pub records: i64,
    /// Parts that must make the total, and whether they do; absent while a part has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// 手填: it, or what it is worked out from, was stated and signed, not counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stated: bool,
}

/// Why a figure gives no number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Missing {
    /// It is being counted over history; so far, in per cent.
    Folding { percent: u8 },
    /// No definition was in force at the end of the period: the first holds from that day.
    NotInForce { from: Date },
    /// The two years were counted by different definitions.
    DefinitionsDiffer { now: Date, before: Date },
    /// Nobody has stated it, or nobody has checked what was stated.
    NotStated,
}

impl Missing {
    /// In words, for whoever reads the page.
    pub fn says(&self) -> String {
        let long = engine::value::long_date;
        match self {
            Missing::Folding { percent } => format!("正在回算{percent}%"),
            Missing::NotInForce { from } => format!("{}起才有定义", long(*from)),
            Missing::DefinitionsDiffer { now, before } => {
                format!("两年的定义不同（{}起、{}起），不能相比", long(*now), long(*before))
            }
            Missing::NotStated => "还没有填报并核对".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fraction {
    pub of: String,
    pub over: String,
    pub numerator: i64,
    pub denominator: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parts {
    pub keys: Vec<String>,
    pub sum: i64,
    pub holds: bool,
}

/// 845813, not 845813.0.
fn whole_when_whole<S: serde::Serializer>(value: &Option<f64>, out: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => out.serialize_i64(*number as i64),
        Some(number) => out.serialize_f64(*number),
        None => out.serialize_none(),
    }
}

impl Shown {
    /// A figure that says nothing yet.
    pub(crate) fn of(figure: &Figure) -> Shown {
        Shown {
            key: figure.key.clone(),
            title: figure.title.clone(),
            unit: figure.unit.clone(),
            definition: figure.definition.clone(),
            owner: figure.owner.clone(),
            scope: figure.scope().to_owned(),
            in_force: figure.in_force,
            value: None,
            missing: None,
            fraction: None,
            records: 0,
            parts: None,
            stated: false,
        }
    }

    /// The number as it is read: thousands parted; a rate with as many digits as it takes not to read as all or nothing.
    pub fn number(&self) -> String {
        match (self.value, &self.fraction) {
            (None, _) => "—".to_owned(),
            (Some(value), Some(fraction)) => {
                let whole = fraction.numerator == fraction.denominator || fraction.numerator == 0;
                let digits = (2..=6)
                    .find(|digits| {
                        whole || {
                            let text = format!("{value:.digits$}");
                            let read: f64 = text.parse().unwrap_or(value);
                            read != 100.0 && read != 0.0
                        }
                    })
                    .unwrap_or(6);
                let text = format!("{value:.digits$}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            (Some(value), None) => engine::value::thousands(value as i64),
        }
    }

    /// The number with its unit.
    pub fn text(&self) -> String {
        format!("{}{}", self.number(), self.unit)
    }
}

/// The definitions by which a period is counted: those in force on its last day.
type Chosen<'l> = BTreeMap<&'l str, &'l Figure>;

/// What was counted in a period, by series; and how many organs, matters or places each tells apart.
#[derive(Default)]
struct Sums {
    kept: HashMap<String, (i64, i64)>,
    apart: HashMap<(String, By), i64>,
    /// Checked statements by the key of their figure.
    statements: HashMap<String, i64>,
    /// Series that are being counted over history.
    folding: HashMap<String, u8>,
}

/// A whole number and how many records make it.
struct Whole {
    amount: i64,
    records: i64,
}

impl Hall {
    /// One figure for a period.
    pub fn figure(&self, key: &str, period: Period, filter: &CellFilter) -> Result<Shown> {
        let latest = self.law.figure(key).ok_or(Error::NotFound)?;
        let mut chosen = Chosen::new();
        self.choose(&mut chosen, key, period.to);
        let sums = self.sums(&chosen, period, filter)?;
        self.worked_out(chosen.get(key).copied().unwrap_or(latest), &chosen, &sums, period, filter)
    }

    /// Every declared figure for a period, in a handful of queries however many there are.
    pub fn figures(&self, period: Period, filter: &CellFilter) -> Result<Vec<Shown>> {
        let chosen: Chosen<'_> =
            self.law.figures.iter().filter(|figure| figure.holds(period.to)).map(|figure| (figure.key.as_str(), figure)).collect();
        let sums = self.sums(&chosen, period, filter)?;
        let mut keys: Vec<&Figure> = Vec::new();
        for figure in &self.law.figures {
            // The latest definition stands for a figure that has none in force.
            match keys.last_mut() {
                Some(last) if last.key == figure.key => *last = figure,
                _ => keys.push(figure),
            }
        }
        keys.into_iter()
            .map(|latest| {
                let figure = chosen.get(latest.key.as_str()).copied().unwrap_or(latest);
                self.worked_out(figure, &chosen, &sums, period, filter)
            })
            .collect()
    }

    /// Adds the definition of a key in force on a day, and of all it is worked out from.
    fn choose<'h>(&'h self, chosen: &mut Chosen<'h>, key: &str, on: Date) {
        if chosen.contains_key(key) {
            return;
        }
        if let Some(figure) = self.law.figure_on(key, on) {
            chosen.insert(&figure.key, figure);
            for part in figure.measure.parts().into_iter().chain(figure.partition.iter().map(String::as_str)) {
                self.choose(chosen, part, on);
            }
        }
    }

    fn sums(&self, chosen: &Chosen<'_>, period: Period, filter: &CellFilter) -> Result<Sums> {
        let number = self.settings.number();
        let kept = |stock: bool| -> Vec<&str> {
            chosen.values().filter(|figure| figure.is_kept() && figure.is_stock() == stock).map(|figure| figure.series.as_str()).collect()
        };
        let mut sums = Sums { folding: self.folding(), ..Sums::default() };
        for (series, from) in [(kept(false), day(period.from)), (kept(true), 0)] {
            for row in self.store.cells(number, &series, from, day(period.to), &[By::Figure], filter)? {
                sums.kept.insert(row.figure.unwrap_or_default(), (row.n, row.amount));
            }
        }
        if chosen.values().any(|figure| matches!(figure.measure, Measure::Statement(_))) {
            let series = [statement::SERIES_CHECKED];
            for row in self.store.cells(number, &series, day(period.from), day(period.to), &[By::Matter], filter)? {
                sums.statements.insert(row.matter.unwrap_or_default(), row.amount);
            }
        }
        for dimension in [Dimension::Organ, Dimension::Matter, Dimension::Place] {
            let by = by_of(dimension);
            let bases = chosen.values().filter_map(|figure| match &figure.measure {
                Measure::Distinct(distinct) if distinct.by == dimension => chosen.get(distinct.of.as_str()),
                _ => None,
            });
            let (stocks, flows): (Vec<&Figure>, Vec<&Figure>) = bases.copied().partition(|base| base.is_stock());
            for (bases, from) in [(flows, day(period.from)), (stocks, 0)] {
                if bases.is_empty() {
                    continue;
                }
                let series: Vec<&str> = bases.iter().map(|base| base.series.as_str()).collect();
                for row in self.store.cells(number, &series, from, day(period.to), &[By::Figure, by], filter)? {
                    let named = match by {
                        By::Organ => &row.organ,
                        By::Matter => &row.matter,
                        _ => &row.place,
                    };
                    if row.amount != 0 && named.as_ref().is_some_and(|name| !name.is_empty()) {
                        *sums.apart.entry((row.figure.unwrap_or_default(), by)).or_default() += 1;
                    }
                }
            }
        }
        Ok(sums)
    }

    /// A whole number, or why there is none.
    fn whole(&self, key: &str, chosen: &Chosen<'_>, sums: &Sums) -> std::result::Result<Whole, Missing> {
        let Some(figure) = chosen.get(key) else { return Err(self.not_in_force(key)) };
        if let Some(&percent) = sums.folding.get(&figure.series) {
            return Err(Missing::Folding { percent });
        }
        let (n, amount) = sums.kept.get(&figure.series).copied().unwrap_or_default();
        match &figure.measure {
            Measure::Distinct(distinct) => {
                let base = self.whole(&distinct.of, chosen, sums)?;
                let series = chosen.get(distinct.of.as_str()).map_or("", |base| base.series.as_str());
                let apart = sums.apart.get(&(series.to_owned(), by_of(distinct.by))).copied().unwrap_or(0);
                Ok(Whole { amount: apart, records: base.records })
            }
            Measure::Statement(_) => match sums.statements.get(key).copied().unwrap_or(0) {
                0 => Err(Missing::NotStated),
                standing => Ok(Whole { amount, records: standing }),
            },
            Measure::Stock(_) | Measure::Cases(_) => Ok(Whole { amount, records: amount }),
            _ => Ok(Whole { amount, records: n }),
        }
    }

    fn not_in_force(&self, key: &str) -> Missing {
        let from = self.law.definitions(key).map(|figure| figure.in_force).min().unwrap_or(Date::MIN);
        Missing::NotInForce { from }
    }

    fn worked_out(&self, figure: &Figure, chosen: &Chosen<'_>, sums: &Sums, period: Period, filter: &CellFilter) -> Result<Shown> {
        let mut shown = Shown::of(figure);
        shown.stated = is_stated(&figure.key, chosen);
        if !chosen.contains_key(figure.key.as_str()) {
            shown.missing = Some(self.not_in_force(&figure.key));
            return Ok(shown);
        }
        match &figure.measure {
            Measure::Ratio(pair) | Measure::Mean(pair) => {
                match (self.whole(&pair.of, chosen, sums), self.whole(&pair.over, chosen, sums)) {
                    (Ok(of), Ok(over)) => {
                        let scale = match (&figure.measure, figure.unit.as_str()) {
                            (Measure::Mean(_), _) => 1.0,
                            (_, "‰") => 1_000.0,
                            _ => 100.0,
                        };
                        shown.value = (over.amount != 0).then(|| of.amount as f64 * scale / over.amount as f64);
                        shown.records = over.records;
                        shown.fraction = Some(fraction(&pair.of, &pair.over, of.amount, over.amount));
                    }
                    (Err(missing), _) | (_, Err(missing)) => shown.missing = Some(missing),
                }
            }
            Measure::Change(of) => match self.change(&of.of, chosen, sums, period, filter)? {
                Ok((now, before, records)) => {
                    shown.value = (before != 0).then(|| (now - before) as f64 * 100.0 / before as f64);
                    shown.records = records;
                    shown.fraction = Some(fraction(&of.of, &of.of, now, before));
                }
                Err(missing) => shown.missing = Some(missing),
            },
            _ => match self.whole(&figure.key, chosen, sums) {
                Ok(whole) => {
                    shown.value = Some(whole.amount as f64);
                    shown.records = whole.records;
                }
                Err(missing) => shown.missing = Some(missing),
            },
        }
        if let (false, Some(value)) = (figure.partition.is_empty(), shown.value) {
            let parts: std::result::Result<Vec<Whole>, Missing> =
                figure.partition.iter().map(|part| self.whole(part, chosen, sums)).collect();
            if let Ok(parts) = parts {
                let sum = parts.iter().map(|part| part.amount).sum();
                shown.parts = Some(Parts { keys: figure.partition.clone(), sum, holds: value == sum as f64 });
            }
        }
        Ok(shown)
    }

    /// A figure now and a year before, if both were counted by the same definition.
    fn change(
        &self,
        key: &str,
        chosen: &Chosen<'_>,
        sums: &Sums,
        period: Period,
        filter: &CellFilter,
    ) -> Result<std::result::Result<(i64, i64, i64), Missing>> {
        let Some(before) = period.before() else { return Ok(Err(self.not_in_force(key))) };
        let mut earlier = Chosen::new();
        self.choose(&mut earlier, key, before.to);
        let now = match self.whole(key, chosen, sums) {
            Ok(now) => now,
            Err(missing) => return Ok(Err(missing)),
        };
        if let Some(missing) = differ(key, chosen, &earlier) {
            return Ok(Err(missing));
        }
        let then = self.sums(&earlier, before, filter)?;
        Ok(self.whole(key, &earlier, &then).map(|then| (now.amount, then.amount, now.records)))
    }

    /// Any figure beside its value a year before: the change in per cent, or why the two cannot be compared.
    /// `None` for rates and where the year before was nothing.
    pub fn change_on_last_year(&self, key: &str, period: Period, filter: &CellFilter) -> Result<Option<Shown>> {
        let Some(figure) = self.law.figure_on(key, period.to).filter(|figure| !figure.is_rate()) else { return Ok(None) };
        let mut chosen = Chosen::new();
        self.choose(&mut chosen, key, period.to);
        let sums = self.sums(&chosen, period, filter)?;
        let mut shown = self.worked_out(figure, &chosen, &sums, period, filter)?;
        shown.parts = None;
        shown.unit = "%".to_owned();
        shown.value = None;
        match self.change(key, &chosen, &sums, period, filter)? {
            Ok((now, before, _)) => {
                shown.value = (before != 0).then(|| (now - before) as f64 * 100.0 / before as f64);
                shown.fraction = Some(fraction(key, key, now, before));
            }
            Err(missing) => shown.missing = Some(missing),
        }
        Ok(Some(shown))
    }

    /// A figure broken down, by the definition in force at the end of the period.
    pub fn breakdown(&self, key: &str, period: Period, by: &[By], filter: &CellFilter) -> Result<Vec<CellRow>> {
        let Some(base) = self.record_base(key, period)? else { return Ok(Vec::new()) };
        let from = if base.is_stock() { 0 } else { day(period.from) };
        Ok(self.store.cells(self.settings.number(), &[&base.series], from, day(period.to), by, filter)?)
    }

    /// A figure month by month: yyyymm and the value. What stands is given as it stood at the end of each month; for a rate the
    /// months of its denominator are given.
    pub fn trend(&self, key: &str, period: Period, filter: &CellFilter) -> Result<Vec<(i32, i64)>> {
        let Some(base) = self.record_base(key, period)? else { return Ok(Vec::new()) };
        let (stock, first) = (base.is_stock(), day(period.from) / 100);
        let mut standing = 0;
        let mut changes: BTreeMap<i32, i64> = BTreeMap::new();
        for row in self.breakdown(key, period, &[By::Month], filter)? {
            match row.period {
                Some(month) if month < first => standing += row.amount,
                Some(month) => *changes.entry(month).or_default() += row.amount,
                None => {}
            }
        }
        let mut months = Vec::new();
        let (mut month, last) = (first, day(period.to) / 100);
        while month <= last {
            let change = changes.get(&month).copied().unwrap_or(0);
            standing += change;
            months.push((month, if stock { standing } else { change }));
            month = if month % 100 >= 12 { (month / 100 + 1) * 100 + 1 } else { month + 1 };
        }
        Ok(months)
    }

    /// The kept definition whose records stand behind a figure in a period: its own; of a rate the denominator; of a change or of a
    /// number of different ones, that of which it is. `None`: no definition was in force.
    fn record_base(&self, key: &str, period: Period) -> Result<Option<&Figure>> {
        self.law.figure(key).ok_or(Error::NotFound)?;
        let mut key = key;
        for _ in 0..4 {
            let Some(figure) = self.law.figure_on(key, period.to) else { return Ok(None) };
            key = match &figure.measure {
                Measure::Ratio(pair) | Measure::Mean(pair) => &pair.over,
                Measure::Change(of) => &of.of,
                Measure::Distinct(distinct) => &distinct.of,
                _ => return Ok(Some(figure)),
            };
        }
        Ok(None)
    }
}

fn fraction(of: &str, over: &str, numerator: i64, denominator: i64) -> Fraction {
    Fraction { of: of.to_owned(), over: over.to_owned(), numerator, denominator }
}

fn by_of(dimension: Dimension) -> By {
    match dimension {
        Dimension::Organ => By::Organ,
        Dimension::Matter => By::Matter,
        Dimension::Place => By::Place,
    }
}

fn is_stated(key: &str, chosen: &Chosen<'_>) -> bool {
    chosen.get(key).is_some_and(|figure| {
        matches!(figure.measure, Measure::Statement(_)) || figure.measure.parts().into_iter().any(|part| is_stated(part, chosen))
    })
}

/// Whether two years were counted by different definitions, of the figure or of one it is worked out from.
fn differ(key: &str, now: &Chosen<'_>, before: &Chosen<'_>) -> Option<Missing> {
    match (now.get(key), before.get(key)) {
        (Some(a), Some(b)) if a.series != b.series => Some(Missing::DefinitionsDiffer { now: a.in_force, before: b.in_force }),
        (Some(a), Some(_)) => a.measure.parts().into_iter().find_map(|part| differ(part, now, before)),
        (Some(a), None) => Some(Missing::NotInForce { from: a.in_force }),
        (None, _) => None,
    }
}

/// The first and last day of the year of a moment.
pub fn year_of(now: DateTime) -> Option<Period> {
    Period::year(now.year())
}
