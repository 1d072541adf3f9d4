//! Figures: cells kept in the same commit as the events, and the list of records behind every cell.

use crate::{Result, Store};

/// One record that counts into a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub figure: String,
    pub organ: String,
    pub matter: String,
    /// Empty when the record lies nowhere.
    pub place: String,
    /// yyyymmdd, see [`day`].
    pub day: i32,
    /// What is summed: 1 for a plain count, a sum of money in cents, days …
    pub amount: i64,
    /// Position in `Append::events` of the event that counts.
    pub event: u32,
}

/// A day as the store keeps it: 2024-03-01 is 20240301.
pub fn day(date: jiff::civil::Date) -> i32 {
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}

/// A dimension to break a figure down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Figure,
    Organ,
    Matter,
    Place,
    Day,
    Month,
    Year,
}

/// Which records count. An empty list does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellFilter {
    pub organs: Vec<String>,
    pub matters: Vec<String>,
    pub places: Vec<String>,
}

/// A cell of the answer; a dimension that was not asked for is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellRow {
    pub figure: Option<String>,
    pub organ: Option<String>,
    pub matter: Option<String>,
    pub place: Option<String>,
    /// yyyymmdd, yyyymm or yyyy, as asked for by `Day`, `Month` or `Year` (the finest of them).
    pub period: Option<i32>,
    /// Number of records.
    pub n: i64,
    /// Sum of their amounts.
    pub amount: i64,
}

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRow {
    pub day: i32,
    pub organ: String,
    pub matter: String,
    pub place: String,
    pub amount: i64,
    pub stream: i64,
    /// Seq of the event that counted.
    pub seq: u32,
    pub title: String,
    pub code: Option<String>,
}

/// How far a declared figure follows the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureState {
    pub figure: String,
    /// Digest of the definition the cells were counted by.
    pub definition: String,
    /// `None` when complete; otherwise the last (division, stream) folded.
    pub folding: Option<(i64, i64)>,
}

/// How far a refold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldProgress {
    /// Events folded so far by this call.
    pub events: u64,
    /// The stream reached.
    pub division: i64,
    pub stream: i64,
}

impl Store {
    /// Declares the figures the program counts, each with a digest of its definition.
    /// Returns those that must be refolded: new, changed, or interrupted while folding.
    /// With an empty ledger a new figure is complete at once.
    pub fn declare_figures(&self, figures: &[(String, String)]) -> Result<Vec<String>> {
        let _ = figures;
        Err(crate::unready())
    }

    /// The declared figures and how far each has come.
    pub fn figure_states(&self) -> Result<Vec<FigureState>> {
        Err(crate::unready())
    }

    /// Figures broken down, from day to day inclusive (yyyymmdd).
    pub fn cells(&self, division: i64, figures: &[&str], from: i32, to: i32, by: &[By], filter: &CellFilter) -> Result<Vec<CellRow>> {
        let _ = (division, figures, from, to, by, filter);
        Err(crate::unready())
    }

    /// A page of the records behind a figure, in order of day, organ, stream; quick at any depth.
    #[expect(clippy::too_many_arguments, reason = "a query has as many parts as it has")]
    pub fn counted_page(
        &self, division: i64, figure: &str, from: i32, to: i32, filter: &CellFilter, offset: u64, limit: u32,
    ) -> Result<Vec<CountedRow>> {
        let _ = (division, figure, from, to, filter, offset, limit);
        Err(crate::unready())
    }

    /// The number of records behind a figure and the sum of their amounts: (n, amount).
    pub fn counted_total(&self, division: i64, figure: &str, from: i32, to: i32, filter: &CellFilter) -> Result<(i64, i64)> {
        let _ = (division, figure, from, to, filter);
        Err(crate::unready())
    }
}
