//! Figures: what is counted, declared in `figures.toml` in a small closed grammar, and how one event counts.

mod definition;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::{Case, Event};
use crate::register::{ActEvent, Entry, State};

pub use definition::Definition;

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
    #[serde(deserialize_with = "crate::law::day")]
    in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    until: Option<Date>,
    #[serde(default)]
    partition: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    count: Option<Over>,
    sum: Option<SumOver>,
    stock: Option<Entries>,
    ratio: Option<Pair>,
    mean: Option<Pair>,
    change: Option<Of>,
    statement: Option<Statement>,
}

impl TryFrom<Raw> for Figure {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw {
            key,
            title,
            unit,
            definition,
            owner,
            in_force,
            until,
            partition,
            tags,
            count,
            sum,
            stock,
            ratio,
            mean,
            change,
            statement,
        } = raw;
        let said = [
            count.map(Measure::Count),
            sum.map(Measure::Sum),
            stock.map(Measure::Stock),
            ratio.map(Measure::Ratio),
            mean.map(Measure::Mean),
            change.map(Measure::Change),
            statement.map(Measure::Statement),
        ];
        let mut said = said.into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(measure), None) => Ok(Figure { key, title, unit, definition, owner, in_force, until, measure, partition, tags }),
            (None, _) => Err(format!("figure `{key}` says no measure: write one of count, sum, stock, ratio, mean, change, statement")),
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

/// One contribution of an event to a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Index into `Law::figures`.
    pub figure: usize,
    pub amount: i64,
}

/// Figures by the step or act that feeds them, so that an event looks at its own figures only.
#[derive(Debug, Default)]
pub struct Index {
    steps: HashMap<(String, String), Vec<usize>>,
    acts: HashMap<String, Vec<usize>>,
}

impl Index {
    pub fn new(figures: &[Figure]) -> Index {
        let mut index = Index::default();
        for (place, figure) in figures.iter().enumerate() {
            let (procedure, register, on) = match &figure.measure {
                Measure::Count(over) => (&over.procedure, &over.register, &over.on),
                Measure::Sum(over) => (&over.procedure, &over.register, &over.on),
                Measure::Stock(stock) => {
                    index.acts.entry(stock.register.clone()).or_default().push(place);
                    continue;
                }
                Measure::Ratio(_) | Measure::Mean(_) | Measure::Change(_) | Measure::Statement(_) => continue,
            };
            match (procedure, register) {
                (Some(procedure), _) => {
                    for step in on {
                        index.steps.entry((procedure.clone(), step.clone())).or_default().push(place);
                    }
                }
                (None, Some(register)) => index.acts.entry(register.clone()).or_default().push(place),
                (None, None) => {}
            }
        }
        index
    }

    /// What a step of a case counts for; `after` is the case with the event applied.
    pub fn step(&self, figures: &[Figure], after: &Case, event: &Event) -> Vec<Counted> {
        let Some(places) = self.steps.get(&(after.procedure.clone(), event.step.clone())) else { return Vec::new() };
        let day = event.at.map_or(after.opened, |at| at).date();
        let read = |field: &str| match field {
            "case.organ" => Some(after.organ.clone()),
            "case.matter" => Some(after.matter.clone()),
            field => after.get(field).map(plain),
        };
        places
            .iter()
            .filter_map(|&place| {
                let figure = figures.get(place).filter(|figure| figure.holds(day))?;
                match &figure.measure {
                    Measure::Count(over) => admits(&over.filter, &read).then_some(Counted { figure: place, amount: 1 }),
                    Measure::Sum(over) => admits(&over.filter, &read)
                        .then(|| after.get(&over.field).and_then(Value::as_i64))
                        .flatten()
                        .map(|amount| Counted { figure: place, amount }),
                    _ => None,
                }
            })
            .collect()
    }

    /// What an act on an entry counts for: acts that are counted, and the stock of entries in force before and after.
    pub fn act(&self, figures: &[Figure], before: Option<&Entry>, after: &Entry, event: &ActEvent) -> Vec<Counted> {
        let Some(places) = self.acts.get(&after.register) else { return Vec::new() };
        let day = event.at.map_or(event.from, |at| at.date());
        let read = |entry: &Entry, field: &str| match field {
            "case.organ" => Some(entry.organ.clone()),
            field => entry.fields.get(field).map(plain),
        };
        let stands = |entry: &Entry, stock: &Entries| {
            i64::from(entry.state == State::InForce && admits(&stock.filter, &|field: &str| read(entry, field)))
        };
        places
            .iter()
            .filter_map(|&place| {
                let figure = figures.get(place).filter(|figure| figure.holds(day))?;
                let admitted = |on: &[String], filter: &BTreeMap<String, Vec<String>>| {
                    on.contains(&event.act) && admits(filter, &|field: &str| read(after, field))
                };
                match &figure.measure {
                    Measure::Count(over) => admitted(&over.on, &over.filter).then_some(Counted { figure: place, amount: 1 }),
                    Measure::Sum(over) => admitted(&over.on, &over.filter)
                        .then(|| after.fields.get(&over.field).and_then(Value::as_i64))
                        .flatten()
                        .map(|amount| Counted { figure: place, amount }),
                    Measure::Stock(stock) => {
                        let change = stands(after, stock) - before.map_or(0, |before| stands(before, stock));
                        (change != 0).then_some(Counted { figure: place, amount: change })
                    }
                    _ => None,
                }
            })
            .collect()
    }
}

impl Figure {
    pub fn holds(&self, day: Date) -> bool {
        self.in_force <= day && self.until.is_none_or(|until| day < until)
    }

    /// Entries in force at the end of a period are the sum of all changes up to it; everything else counts inside the period.
    pub fn is_stock(&self) -> bool {
        matches!(self.measure, Measure::Stock(_))
    }

    /// A text that changes whenever the definition does.
    pub fn definition_text(&self) -> String {
        serde_json::to_string(&(&self.key, &self.measure, self.in_force.to_string(), self.until.map(|until| until.to_string())))
            .unwrap_or_default()
    }
}

fn admits(filter: &BTreeMap<String, Vec<String>>, read: &dyn Fn(&str) -> Option<String>) -> bool {
    filter.iter().all(|(field, values)| {
        read(field).is_some_and(|value| value.split(SEVERAL).any(|value| values.iter().any(|wanted| wanted == value)))
    })
}

/// Between the values of a field that holds several.
const SEVERAL: char = '\u{1f}';

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(&SEVERAL.to_string()),
        other => other.to_string(),
    }
}
