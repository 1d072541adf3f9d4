//! The records behind a figure: the same question without the sum, page by page, under the reader's permissions. What may not be
//! shown is counted and said: shown and hidden together are the figure.

use engine::case::Person;
use engine::figure::{Figure, Measure};
use jiff::civil::Date;
use serde::Serialize;
use store::{CellFilter, CountedRow, day};

use super::Period;
use crate::hall::{Error, Hall, Result, date_of};

/// Of figures of things that stand, up to so many records are taken together to what stands; of longer ones the changes are listed.
const FEW: i64 = 20_000;

/// One record that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    pub day: Option<Date>,
    pub organ: String,
    pub matter: String,
    /// The matter by its title.
    pub matter_title: String,
    pub place: String,
    pub amount: i64,
    pub stream: i64,
    pub seq: u32,
    /// What the case or entry is called; `None` where it may not be named to this reader.
    pub title: Option<String>,
    /// The tracking code of a case that may be named; entries have none.
    pub code: Option<String>,
    /// A case, not an entry of a register.
    pub is_case: bool,
}

/// How many records, and the sum of what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub records: i64,
    pub amount: i64,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage {
    pub rows: Vec<Record>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
    /// Everything the figure counts. Its amount is the figure's value (of a rate: of its denominator).
    pub all: Totals,
    /// What this reader may see of it.
    pub shown: Totals,
    /// The rows are what stands at the end of the period, not the changes that led there.
    pub standing: bool,
    /// The figure is of what stands, but the rows are the changes that led there: there are too many to take them together.
    pub changes: bool,
}

impl RecordPage {
    /// What this reader may not see.
    pub fn hidden(&self) -> Totals {
        Totals { records: self.all.records - self.shown.records, amount: self.all.amount - self.shown.amount }
    }
}

/// Which records of a figure somebody may see at all; whether one may be named is asked of each.
enum Reading {
    All,
    Own(String),
    Nothing,
}

impl Hall {
    /// A page of the records behind a figure for whoever has the run of the ledger, all of them named.
    pub fn records(&self, key: &str, period: Period, filter: &CellFilter, offset: u64, limit: u32) -> Result<Vec<CountedRow>> {
        let Some((base, from)) = self.record_scope(key, period)? else { return Ok(Vec::new()) };
        Ok(self.store.counted_page(self.settings.number(), &base.series, from, day(period.to), filter, offset, limit)?)
    }

    /// How many records stand behind a figure, and their sum.
    pub fn record_total(&self, key: &str, period: Period, filter: &CellFilter) -> Result<(i64, i64)> {
        let Some((base, from)) = self.record_scope(key, period)? else { return Ok((0, 0)) };
        Ok(self.store.counted_total(self.settings.number(), &base.series, from, day(period.to), filter)?)
    }

    fn record_scope(&self, key: &str, period: Period) -> Result<Option<(&Figure, i32)>> {
        let base = self.record_base(key, period)?;
        Ok(base.map(|base| (base, if base.is_stock() { 0 } else { day(period.from) })))
    }

    /// A page of the records behind a figure, for one reader. `after` is the `next` of the page before.
    pub fn record_page(
        &self,
        reader: Option<&Person>,
        key: &str,
        period: Period,
        filter: &CellFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RecordPage> {
        let none = Totals::default();
        let empty = RecordPage { rows: Vec::new(), next: None, all: none, shown: none, standing: false, changes: false };
        let Some((base, from)) = self.record_scope(key, period)? else { return Ok(empty) };
        let (number, to) = (self.settings.number(), day(period.to));
        let total = |filter: &CellFilter| -> Result<(i64, Totals)> {
            let (n, amount) = self.store.counted_total(number, &base.series, from, to, filter)?;
            Ok((n, Totals { records: if base.is_stock() { amount } else { n }, amount }))
        };
        let (n, all) = total(filter)?;
        let standing = base.is_stock() && n <= FEW;
        let changes = base.is_stock() && !standing;
        let own = match self.reading(reader, base) {
            Reading::All => filter.clone(),
            Reading::Own(organ) if filter.organs.is_empty() || filter.organs.contains(&organ) => {
                CellFilter { organs: vec![organ], ..filter.clone() }
            }
            Reading::Own(_) | Reading::Nothing => return Ok(RecordPage { all, standing, changes, ..empty }),
        };
        let shown = if own == *filter { all } else { total(&own)?.1 };
        let wrong = |_| Error::Invalid(format!("“{}”不是这个列表的页码，请从第一页重新翻", after.unwrap_or_default()));
        let rows = if standing {
            let after = after.map(|after| after.trim_start_matches('s').parse()).transpose().map_err(wrong)?.unwrap_or(0);
            self.store.counted_standing(number, &base.series, (from, to), &own, after, limit.saturating_add(1))?
        } else {
            let after = after.map(str::parse).transpose().map_err(wrong)?;
            self.store.counted_after(number, &base.series, from, to, &own, after, limit.saturating_add(1))?
        };
        let more = rows.len() > limit as usize;
        let kept = &rows[..rows.len().min(limit as usize)];
        let next = kept.last().filter(|_| more).map(|row| if standing { format!("s{}", row.stream) } else { row.key.to_string() });
        let across = reader.is_some_and(|reader| self.reaches(reader, base));
        let rows = kept.iter().map(|row| self.listed(reader, base, across, row)).collect();
        Ok(RecordPage { rows, next, all, shown, standing, changes })
    }

    fn listed(&self, reader: Option<&Person>, base: &Figure, across: bool, row: &CountedRow) -> Record {
        let is_case = register_of(base).is_none();
        let named = !is_case || across || reader.is_some() && self.may_see(reader, row.stream);
        Record {
            day: date_of(row.day),
            organ: row.organ.clone(),
            matter_title: match register_of(base) {
                Some(register) => {
                    self.registers().entry(register, &row.matter).map_or_else(|| row.matter.clone(), |entry| entry.title.clone())
                }
                None => self.matter_title(&row.matter),
            },
            matter: row.matter.clone(),
            place: row.place.clone(),
            amount: row.amount,
            stream: row.stream,
            seq: row.seq,
            title: named.then(|| row.title.clone()),
            code: row.code.clone().filter(|_| named),
            is_case,
        }
    }

    /// Which records of a figure a reader may see: entries of a public register and cases of a public procedure everybody (without
    /// names); others whoever oversees, or holds a post that reaches all of the division in that procedure; else one's own organ's.
    fn reading(&self, reader: Option<&Person>, base: &Figure) -> Reading {
        let official = reader.filter(|reader| !reader.organ.is_empty() && !reader.posts.is_empty());
        let public = match (register_of(base), procedure_of(base)) {
            (Some(register), _) => official.is_some() || self.law.registers.get(register).is_some_and(|register| register.public),
            (None, Some(procedure)) => self.law.procedures.get(procedure).is_some_and(|procedure| procedure.public),
            (None, None) => false,
        };
        match official {
            _ if public => Reading::All,
            Some(reader) if self.reaches(reader, base) => Reading::All,
            Some(reader) => Reading::Own(reader.organ.clone()),
            None => Reading::Nothing,
        }
    }

    fn reaches(&self, reader: &Person, base: &Figure) -> bool {
        if reader.organ.is_empty() || reader.posts.is_empty() {
            return false;
        }
        let oversees = ["supervisor", "leader"].iter().any(|post| reader.holds(post));
        oversees || procedure_of(base).is_some_and(|procedure| self.procedures_across(reader).iter().any(|across| across == procedure))
    }

    /// The title of a matter: an entry of the register that a procedure names for its matter, or the figure that is stated.
    pub fn matter_title(&self, id: &str) -> String {
        let registers = self.registers();
        let versions = self.law.procedures.values().flat_map(|procedure| &procedure.versions);
        let named = versions.filter_map(|version| version.field(version.matter.as_deref()?)?.register.as_deref());
        let entry = named.filter_map(|register| registers.entry(register, id)).map(|entry| entry.title.clone()).next();
        entry.or_else(|| self.law.figure(id).map(|figure| figure.title.clone())).unwrap_or_else(|| id.to_owned())
    }
}

fn register_of(figure: &Figure) -> Option<&str> {
    match &figure.measure {
        Measure::Count(over) => over.register.as_deref(),
        Measure::Sum(over) => over.register.as_deref(),
        Measure::Stock(stock) => Some(&stock.register),
        _ => None,
    }
}

fn procedure_of(figure: &Figure) -> Option<&str> {
    match &figure.measure {
        Measure::Count(over) => over.procedure.as_deref(),
        Measure::Sum(over) => over.procedure.as_deref(),
        Measure::Cases(open) => Some(&open.procedure),
        Measure::Statement(_) => Some(engine::figure::statement::PROCEDURE),
        _ => None,
    }
}
