//! Figures as they are asked for: a value with its fraction, a breakdown, and the records behind it.

use engine::figure::{Figure, Measure};
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{By, CellFilter, CellRow, CountedRow, day};

use crate::entry::act_of;
use crate::hall::{Error, Hall, Result};
use crate::step::event_of;

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
    /// Whole numbers for counts; per cent for ratios. `None`: nothing to divide by.
    #[serde(serialize_with = "whole_when_whole")]
    pub value: Option<f64>,
    /// For ratios and means: numerator and denominator, with the keys that open them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
    /// How many records stand behind it.
    pub records: i64,
    /// Parts that must make the total, and whether they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
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

impl Hall {
    /// One figure for a period.
    pub fn figure(&self, key: &str, period: Period, filter: &CellFilter) -> Result<Shown> {
        let figure = self.law.figure(key).ok_or(Error::NotFound)?;
        self.shown(figure, period, filter)
    }

    /// Every declared figure for a period, in two queries however many there are.
    pub fn figures(&self, period: Period, filter: &CellFilter) -> Result<Vec<Shown>> {
        let sums = self.sums(period, filter)?;
        self.law.figures.iter().map(|figure| self.from_sums(figure, &sums, period, filter)).collect()
    }

    fn shown(&self, figure: &Figure, period: Period, filter: &CellFilter) -> Result<Shown> {
        let sums = self.sums(period, filter)?;
        self.from_sums(figure, &sums, period, filter)
    }

    fn sums(&self, period: Period, filter: &CellFilter) -> Result<Sums> {
        let (mut flows, mut stocks) = (Vec::new(), Vec::new());
        for figure in &self.law.figures {
            match figure.measure {
                Measure::Stock(_) => stocks.push(figure.key.as_str()),
                Measure::Count(_) | Measure::Sum(_) => flows.push(figure.key.as_str()),
                _ => {}
            }
        }
        let number = self.settings.number();
        let mut sums = Sums::default();
        for row in self.store.cells(number, &flows, day(period.from), day(period.to), &[By::Figure], filter)? {
            sums.put(row);
        }
        for row in self.store.cells(number, &stocks, 0, day(period.to), &[By::Figure], filter)? {
            sums.put(row);
        }
        Ok(sums)
    }

    fn from_sums(&self, figure: &Figure, sums: &Sums, period: Period, filter: &CellFilter) -> Result<Shown> {
        let mut shown = Shown {
            key: figure.key.clone(),
            title: figure.title.clone(),
            unit: figure.unit.clone(),
            definition: figure.definition.clone(),
            owner: figure.owner.clone(),
            value: None,
            fraction: None,
            records: 0,
            parts: None,
        };
        match &figure.measure {
            Measure::Ratio(pair) | Measure::Mean(pair) => {
                let (numerator, denominator) = (sums.amount(&pair.of), sums.amount(&pair.over));
                let scale = if matches!(figure.measure, Measure::Ratio(_)) { 100.0 } else { 1.0 };
                shown.value = (denominator != 0).then(|| numerator as f64 * scale / denominator as f64);
                shown.records = sums.records(&pair.over);
                shown.fraction = Some(Fraction { of: pair.of.clone(), over: pair.over.clone(), numerator, denominator });
            }
            Measure::Change(of) => {
                if let Some(before) = period.before() {
                    let before = self.sums(before, filter)?.amount(&of.of);
                    let now = sums.amount(&of.of);
                    shown.value = (before != 0).then(|| (now - before) as f64 * 100.0 / before as f64);
                    shown.fraction = Some(Fraction { of: of.of.clone(), over: of.of.clone(), numerator: now, denominator: before });
                }
            }
            Measure::Statement(_) => {}
            _ => {
                shown.value = Some(sums.amount(&figure.key) as f64);
                shown.records = sums.records(&figure.key);
            }
        }
        if !figure.partition.is_empty() {
            let sum = figure.partition.iter().map(|part| sums.amount(part)).sum();
            shown.parts = Some(Parts { keys: figure.partition.clone(), sum, holds: shown.value == Some(sum as f64) });
        }
        Ok(shown)
    }

    /// A figure broken down.
    pub fn breakdown(&self, key: &str, period: Period, by: &[By], filter: &CellFilter) -> Result<Vec<CellRow>> {
        let figure = self.law.figure(key).ok_or(Error::NotFound)?;
        let from = if figure.is_stock() { 0 } else { day(period.from) };
        Ok(self.store.cells(self.settings.number(), &[key], from, day(period.to), by, filter)?)
    }

    /// A page of the records behind a figure. For a ratio these are the records of its denominator.
    pub fn records(&self, key: &str, period: Period, filter: &CellFilter, offset: u64, limit: u32) -> Result<Vec<CountedRow>> {
        let (key, from) = self.record_scope(key, period)?;
        Ok(self.store.counted_page(self.settings.number(), &key, from, day(period.to), filter, offset, limit)?)
    }

    /// How many records stand behind a figure, and their sum.
    pub fn record_total(&self, key: &str, period: Period, filter: &CellFilter) -> Result<(i64, i64)> {
        let (key, from) = self.record_scope(key, period)?;
        Ok(self.store.counted_total(self.settings.number(), &key, from, day(period.to), filter)?)
    }

    fn record_scope(&self, key: &str, period: Period) -> Result<(String, i32)> {
        let figure = self.law.figure(key).ok_or(Error::NotFound)?;
        Ok(match &figure.measure {
            // The records of a rate are those of its denominator; entries in force are counted from the beginning.
            Measure::Ratio(pair) | Measure::Mean(pair) => {
                let stock = self.law.figure(&pair.over).is_some_and(Figure::is_stock);
                (pair.over.clone(), if stock { 0 } else { day(period.from) })
            }
            Measure::Change(of) => (of.of.clone(), day(period.from)),
            Measure::Stock(_) => (key.to_owned(), 0),
            _ => (key.to_owned(), day(period.from)),
        })
    }

    /// Folds new and changed figures over history.
    pub(crate) fn declare_figures(&self, mut progress: impl FnMut(u64)) -> Result<()> {
        let declared: Vec<(String, String)> = self
            .law
            .figures
            .iter()
            .map(|figure| (figure.key.clone(), store::event::hex(&store::event::digest(figure.definition_text().as_bytes()))))
            .collect();
        let stale = self.store.declare_figures(&declared)?;
        if stale.is_empty() {
            return Ok(());
        }
        let keys: Vec<&str> = stale.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.law.figures, &self.index);
        self.store.refold(&keys, |row| recount.row(row), |at| progress(at.events))?;
        Ok(())
    }

    /// Folds every figure anew over the whole ledger, beside running writers. Returns the number of events folded.
    pub fn fold_anew(&self, mut progress: impl FnMut(u64)) -> Result<u64> {
        let keys: Vec<String> = self.law.figures.iter().map(|figure| figure.key.clone()).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.law.figures, &self.index);
        Ok(self.store.refold(&names, |row| recount.row(row), |at| progress(at.events))?)
    }

    /// Recounts every figure from the events and compares with the cells.
    pub fn verify_figures(&self, mut progress: impl FnMut(u64)) -> Result<Vec<store::CellFault>> {
        let keys: Vec<String> = self.law.figures.iter().map(|figure| figure.key.clone()).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.law.figures, &self.index);
        Ok(self.store.verify_cells(&names, |row| recount.row(row), |at| progress(at.events))?)
    }
}

#[derive(Default)]
struct Sums(std::collections::HashMap<String, (i64, i64)>);

impl Sums {
    fn put(&mut self, row: CellRow) {
        if let Some(figure) = row.figure {
            self.0.insert(figure, (row.n, row.amount));
        }
    }

    fn amount(&self, key: &str) -> i64 {
        self.0.get(key).map_or(0, |(_, amount)| *amount)
    }

    fn records(&self, key: &str) -> i64 {
        self.0.get(key).map_or(0, |(n, _)| *n)
    }
}

/// Folds streams in order and says what each event counts, exactly as when it was appended.
pub(crate) struct Recount<'h> {
    hall: &'h Hall,
    figures: &'h [Figure],
    index: &'h engine::figure::Index,
    stream: i64,
    case: Option<engine::case::Case>,
    entry: Option<engine::register::Entry>,
}

impl<'h> Recount<'h> {
    /// Counts by the given figures; the procedures are those of the hall, whose versions never change.
    pub(crate) fn new(hall: &'h Hall, figures: &'h [Figure], index: &'h engine::figure::Index) -> Recount<'h> {
        Recount { hall, figures, index, stream: 0, case: None, entry: None }
    }

    pub(crate) fn row(&mut self, row: &store::EventRow) -> Vec<store::Counted> {
        if row.stream != self.stream || row.seq == 1 {
            self.stream = row.stream;
            self.case = None;
            self.entry = None;
        }
        let figures = self.figures;
        let mut place = String::new();
        let counted = if self.entry.is_some() || row.body.starts_with("{\"register\"") {
            let Ok(event) = act_of(row) else { return Vec::new() };
            let before = self.entry.take();
            let after = engine::register::apply(before.clone(), &event);
            let counted = self.index.act(figures, before.as_ref(), &after, &event);
            self.entry = Some(after);
            counted
        } else {
            let Ok(event) = event_of(row) else { return Vec::new() };
            match &mut self.case {
                Some(case) => case.apply(&event),
                None => self.case = engine::case::Case::open(&self.hall.settings.division, row.stream, &event),
            }
            let Some(case) = &self.case else { return Vec::new() };
            if let Some((_, version)) = engine::decide::version_of(&self.hall.law, case) {
                place = version.place.as_deref().and_then(|field| case.text(field)).unwrap_or_default().to_owned();
            }
            self.index.step(figures, case, &event)
        };
        counted
            .into_iter()
            .filter_map(|counted| {
                let figure = figures.get(counted.figure)?;
                Some(store::Counted {
                    figure: figure.key.clone(),
                    organ: row.organ.clone(),
                    matter: row.matter.clone(),
                    place: place.clone(),
                    day: day(crate::moment::wall(row.at).date()),
                    amount: counted.amount,
                    event: 0,
                })
            })
            .collect()
    }
}

/// The first and last day of the year of a moment.
pub fn year_of(now: DateTime) -> Option<Period> {
    Period::year(now.year())
}
