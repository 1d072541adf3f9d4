//! How one event counts: what it adds by happening, and what changes in that which goes on standing.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::{Entries, Figure, Measure, Open, statement};
use crate::calendar::Calendar;
use crate::case::{Case, Event};
use crate::decide::version_of;
use crate::law::Law;
use crate::register::{ActEvent, Entry, State};

/// One contribution of an event to a series, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// [`Figure::series`], or one of the two series of statements.
    pub series: String,
    pub organ: String,
    pub matter: String,
    /// Empty when it lies nowhere.
    pub place: String,
    /// The day it counts on, where that is not the day of the event.
    pub day: Option<Date>,
    pub amount: i64,
}

/// Figures by what feeds them, so that an event looks at its own figures only.
#[derive(Debug, Default)]
pub struct Index {
    figures: Vec<Figure>,
    steps: HashMap<String, HashMap<String, Vec<usize>>>,
    /// Figures of open cases, by procedure.
    open: HashMap<String, Vec<usize>>,
    acts: HashMap<String, Vec<usize>>,
    /// Figures that are stated, by key.
    stated: HashMap<String, Vec<usize>>,
}

impl Index {
    pub fn new(figures: &[Figure]) -> Index {
        let mut index = Index { figures: figures.to_vec(), ..Index::default() };
        for (place, figure) in figures.iter().enumerate() {
            let (procedure, register, on) = match &figure.measure {
                Measure::Count(over) => (&over.procedure, &over.register, &over.on),
                Measure::Sum(over) => (&over.procedure, &over.register, &over.on),
                Measure::Stock(stock) => {
                    index.acts.entry(stock.register.clone()).or_default().push(place);
                    continue;
                }
                Measure::Cases(open) => {
                    index.open.entry(open.procedure.clone()).or_default().push(place);
                    continue;
                }
                Measure::Statement(_) => {
                    index.stated.entry(figure.key.clone()).or_default().push(place);
                    continue;
                }
                Measure::Ratio(_) | Measure::Mean(_) | Measure::Change(_) | Measure::Distinct(_) => continue,
            };
            match (procedure, register) {
                (Some(procedure), _) => {
                    for step in on {
                        index.steps.entry(procedure.clone()).or_default().entry(step.clone()).or_default().push(place);
                    }
                }
                (None, Some(register)) => index.acts.entry(register.clone()).or_default().push(place),
                (None, None) => {}
            }
        }
        index
    }

    /// What a case counts for as long as it stands as it does: an open case, a statement.
    pub fn held(&self, law: &Law, case: &Case) -> Vec<Counted> {
        let mut held = Vec::new();
        if let Some(places) = self.open.get(&case.procedure) {
            for figure in places.iter().filter_map(|&place| self.figures.get(place)) {
                if let Measure::Cases(open) = &figure.measure
                    && is_open(law, case, open)
                    && admits(&open.filter, &|field: &str| read_case(case, field))
                {
                    held.push(of_case(law, case, figure, 1));
                }
            }
        }
        if case.procedure == statement::PROCEDURE {
            held.extend(self.stated(case));
        }
        held
    }

    fn stated(&self, case: &Case) -> Vec<Counted> {
        let Some(stated) = statement::stated(case) else { return Vec::new() };
        let counted = |series: &str, day: Option<Date>, amount: i64| Counted {
            series: series.to_owned(),
            organ: case.organ.clone(),
            matter: stated.figure.to_owned(),
            place: String::new(),
            day,
            amount,
        };
        match case.stage.as_str() {
            statement::STATED => vec![counted(statement::SERIES_WAITING, Some(stated.to), 1)],
            statement::CHECKED => {
                let places = self.stated.get(stated.figure).map_or(&[] as &[usize], Vec::as_slice);
                let figures = places.iter().filter_map(|&place| self.figures.get(place));
                let mut held: Vec<Counted> = figures.map(|figure| counted(&figure.series, Some(stated.to), stated.value)).collect();
                held.push(counted(statement::SERIES_CHECKED, Some(stated.to), 1));
                held
            }
            _ => Vec::new(),
        }
    }

    /// What a step of a case counts for: `held` is what the case counted for before it, `after` the case with the event applied.
    pub fn step(&self, law: &Law, held: &[Counted], after: &Case, event: &Event) -> Vec<Counted> {
        let mut counted = changes(held, self.held(law, after));
        let Some(places) = self.steps.get(&after.procedure).and_then(|steps| steps.get(&event.step)) else { return counted };
        let at = event.at.unwrap_or(after.opened);
        for figure in places.iter().filter_map(|&place| self.figures.get(place)) {
            let read = |field: &str| read_case(after, field);
            let amount = match &figure.measure {
                Measure::Count(over) => {
                    let kept = over.in_time.as_deref().is_none_or(|clock| in_time(&law.calendar, after, clock, at));
                    (kept && admits(&over.filter, &read)).then_some(1)
                }
                Measure::Sum(over) => admits(&over.filter, &read).then(|| after.get(&over.field).and_then(Value::as_i64)).flatten(),
                _ => None,
            };
            counted.extend(amount.map(|amount| of_case(law, after, figure, amount)));
        }
        counted
    }

    /// What an act on an entry counts for: acts that are counted, and the stock of entries in force before and after.
    pub fn act(&self, before: Option<&Entry>, after: &Entry, event: &ActEvent) -> Vec<Counted> {
        let Some(places) = self.acts.get(&after.register) else { return Vec::new() };
        let figures = || places.iter().filter_map(|&place| self.figures.get(place));
        let stands = |entry: &Entry| -> Vec<Counted> {
            figures()
                .filter(|figure| matches!(&figure.measure, Measure::Stock(stock) if in_stock(entry, stock)))
                .map(|figure| of_entry(entry, figure, 1))
                .collect()
        };
        let mut counted = changes(&before.map(stands).unwrap_or_default(), stands(after));
        for figure in figures() {
            let admitted = |on: &[String], filter: &BTreeMap<String, Vec<String>>| {
                on.contains(&event.act) && admits(filter, &|field: &str| read_entry(after, field))
            };
            let amount = match &figure.measure {
                Measure::Count(over) => admitted(&over.on, &over.filter).then_some(1),
                Measure::Sum(over) => {
                    admitted(&over.on, &over.filter).then(|| after.fields.get(&over.field).and_then(Value::as_i64)).flatten()
                }
                _ => None,
            };
            counted.extend(amount.map(|amount| of_entry(after, figure, amount)));
        }
        counted
    }
}

/// What no longer stands is taken away where it stood; what newly stands is added where it stands.
fn changes(before: &[Counted], after: Vec<Counted>) -> Vec<Counted> {
    let gone = before.iter().filter(|held| !after.contains(held)).map(|held| Counted { amount: -held.amount, ..held.clone() });
    let mut changes: Vec<Counted> = gone.collect();
    changes.extend(after.into_iter().filter(|held| !before.contains(held)));
    changes
}

fn of_case(law: &Law, case: &Case, figure: &Figure, amount: i64) -> Counted {
    let place = version_of(law, case).and_then(|(_, version)| version.place.as_deref()).and_then(|field| case.text(field));
    Counted {
        series: figure.series.clone(),
        organ: case.organ.clone(),
        matter: case.matter.clone(),
        place: place.unwrap_or_default().to_owned(),
        day: None,
        amount,
    }
}

fn of_entry(entry: &Entry, figure: &Figure, amount: i64) -> Counted {
    Counted { series: figure.series.clone(), organ: entry.organ.clone(), matter: entry.id.clone(), place: String::new(), day: None, amount }
}

fn is_open(law: &Law, case: &Case, open: &Open) -> bool {
    if !open.stages.is_empty() {
        return open.stages.contains(&case.stage);
    }
    version_of(law, case).and_then(|(_, version)| version.stage(&case.stage)).is_none_or(|stage| !stage.end)
}

fn in_stock(entry: &Entry, stock: &Entries) -> bool {
    entry.state == State::InForce && admits(&stock.filter, &|field: &str| read_entry(entry, field))
}

/// Whether a clock was kept at a moment: met within its period, or the period not yet over.
fn in_time(calendar: &Calendar, case: &Case, clock: &str, at: DateTime) -> bool {
    let Some(ledger) = case.clocks.get(clock) else { return false };
    let done = ledger.met.unwrap_or(at);
    ledger.due(calendar, done).is_ok_and(|due| done <= due.at)
}

fn read_case(case: &Case, field: &str) -> Option<String> {
    match field {
        "case.organ" => Some(case.organ.clone()),
        "case.matter" => Some(case.matter.clone()),
        field => case.get(field).map(plain),
    }
}

fn read_entry(entry: &Entry, field: &str) -> Option<String> {
    match field {
        "case.organ" => Some(entry.organ.clone()),
        field => entry.fields.get(field).map(plain),
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
