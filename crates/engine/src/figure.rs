//! Figures: what is counted, declared in `figures.toml` in a small closed grammar, and how one event counts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A declared figure. Its key is the catalogue's: `S45.ratings_received`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Figure {
    pub key: String,
    pub title: String,
    pub unit: String,
    /// In words: what is counted, what is not.
    pub definition: String,
    /// The organ or post that answers for it.
    pub owner: String,
    pub in_force: Date,
    pub until: Option<Date>,
    pub measure: Measure,
    /// Figures that together must make this total.
    pub partition: Vec<String>,
    /// Figures that are parts of this one and may overlap.
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    key: String,
    title: String,
    unit: String,
    definition: String,
    owner: String,
    in_force: Date,
    until: Option<Date>,
    #[serde(default)]
    partition: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    count: Option<Over>,
    sum: Option<SumOver>,
    distinct: Option<SumOver>,
    stock: Option<Entries>,
    ratio: Option<Pair>,
    mean: Option<Pair>,
    change: Option<Of>,
    statement: Option<Statement>,
}

impl TryFrom<Raw> for Figure {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw { key, title, unit, definition, owner, in_force, until, partition, tags, count, sum, distinct, stock, ratio, mean, change, statement } = raw;
        let said = [
            count.map(Measure::Count),
            sum.map(Measure::Sum),
            distinct.map(Measure::Distinct),
            stock.map(Measure::Stock),
            ratio.map(Measure::Ratio),
            mean.map(Measure::Mean),
            change.map(Measure::Change),
            statement.map(Measure::Statement),
        ];
        let mut said = said.into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(measure), None) => Ok(Figure { key, title, unit, definition, owner, in_force, until, measure, partition, tags }),
            (None, _) => Err(format!("figure `{key}` says no measure: write one of count, sum, distinct, stock, ratio, mean, change, statement")),
            (Some(_), Some(_)) => Err(format!("figure `{key}` says two measures: keep one")),
        }
    }
}

/// The closed grammar. Exactly one of these keys stands in a `[[figure]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Events that happened in the period.
    Count(Over),
    /// The sum of a number or money field over events of the period.
    Sum(SumOver),
    /// Different values of a field over events of the period.
    Distinct(SumOver),
    /// Entries of a register in force at the end of the period.
    Stock(Entries),
    /// One figure over another, as a percentage with its fraction kept.
    Ratio(Pair),
    /// One figure over another, as a number.
    Mean(Pair),
    /// Change on the year before, in per cent, of another figure.
    Change(Of),
    /// A signed, dated, sourced statement: no ledger gives it.
    Statement(Statement),
}

/// Which events count: of a procedure's steps or of a register's acts.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Over {
    #[serde(default)]
    pub procedure: Option<String>,
    #[serde(default)]
    pub register: Option<String>,
    /// Steps (or acts) that count, each time they are taken.
    pub on: Vec<String>,
    /// Fields of the case (or entry) after the step, each with the values that count.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SumOver {
    pub field: String,
    #[serde(default)]
    pub procedure: Option<String>,
    #[serde(default)]
    pub register: Option<String>,
    pub on: Vec<String>,
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entries {
    pub register: String,
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pair {
    pub of: String,
    pub over: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Of {
    pub of: String,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Statement {}
