//! Planning registers: which entries, with which fields and acts, make the figures over a register come out as wanted.
//!
//! Entries are found one by one. A candidate is judged by the engine itself: its acts are folded and counted exactly as the ledger
//! will count them, so that an entry is kept only when it brings a wanted figure nearer and takes none past its target.

use std::collections::{BTreeMap, HashMap};

use anyhow::bail;
use engine::case::Person;
use engine::figure::{Figure, Index, Measure};
use engine::law::{Act, Effect, Field, FieldKind, Law, Register};
use engine::register::{ActEvent, Entry, apply};
use jiff::civil::Date;
use serde_json::{Map, Value};

/// An entry to be made, with its acts in order.
#[derive(Debug, Clone)]
pub struct Item {
    pub register: String,
    pub id: String,
    pub title: String,
    pub organ: String,
    pub acts: Vec<Doing>,
}

/// One act on an entry.
#[derive(Debug, Clone)]
pub struct Doing {
    pub act: String,
    pub in_year: bool,
    pub with: Map<String, Value>,
}

/// Plans the entries of one register beyond those that are `given`. Returns the given ones and the new ones.
pub fn plan(
    law: &Law,
    index: &Index,
    register: &Register,
    year: i16,
    targets: &BTreeMap<String, i64>,
    given: Vec<Item>,
    organs: &[String],
) -> anyhow::Result<Vec<Item>> {
    let mut plan = Plan { law, index, register, year, targets, items: Vec::new(), sums: HashMap::new(), organs };
    // People and organs are needed whatever is counted; other given entries stand back where a small year has no room for them.
    let needed = matches!(register.id.as_str(), "organs" | "officers");
    for item in given {
        let past = plan
            .contributions(&item)
            .iter()
            .any(|(key, amount)| targets.get(key).is_some_and(|target| plan.sums.get(key).copied().unwrap_or(0) + amount > *target));
        if needed || !past {
            plan.keep(item);
        }
    }
    let mut wanted: Vec<&Figure> =
        law.figures.iter().filter(|figure| targets.contains_key(&figure.key) && over(figure) == Some(register.id.as_str())).collect();
    wanted.retain(|figure| holds_in(figure, year));
    // Figures with the most conditions first: wider ones are then partly filled by narrower ones.
    wanted.sort_by_key(|figure| {
        (std::cmp::Reverse(filter_of(figure).map_or(0, BTreeMap::len)), !figure.partition.is_empty(), figure.is_stock())
    });
    for figure in wanted {
        plan.reach(figure)?;
    }
    Ok(plan.items)
}

/// Whether a year is counted by this definition.
fn holds_in(figure: &Figure, year: i16) -> bool {
    Date::new(year, 12, 31).is_ok_and(|end| figure.holds(end))
}

/// The register a figure counts over, if it counts over one.
pub fn over(figure: &Figure) -> Option<&str> {
    match &figure.measure {
        Measure::Count(over) => over.register.as_deref(),
        Measure::Sum(over) => over.register.as_deref(),
        Measure::Stock(stock) => Some(&stock.register),
        _ => None,
    }
}

fn filter_of(figure: &Figure) -> Option<&BTreeMap<String, Vec<String>>> {
    match &figure.measure {
        Measure::Count(over) => Some(&over.filter),
        Measure::Sum(over) => Some(&over.filter),
        Measure::Stock(stock) => Some(&stock.filter),
        _ => None,
    }
}

struct Plan<'p> {
    law: &'p Law,
    index: &'p Index,
    register: &'p Register,
    year: i16,
    targets: &'p BTreeMap<String, i64>,
    items: Vec<Item>,
    sums: HashMap<String, i64>,
    organs: &'p [String],
}

impl Plan<'_> {
    fn reach(&mut self, figure: &Figure) -> anyhow::Result<()> {
        let target = self.targets.get(&figure.key).copied().unwrap_or(0);
        let has = self.sums.get(&figure.key).copied().unwrap_or(0);
        let mut need = target - has;
        if need < 0 {
            bail!("the targets over {} cannot be met together: {} wants {target}, others already make {has}", self.register.id, figure.key);
        }
        if let Measure::Sum(sum) = &figure.measure {
            if need == 0 {
                return Ok(());
            }
            return match self.item_for(figure, Some((&sum.field, need))) {
                Some(item) => {
                    self.keep(item);
                    Ok(())
                }
                None => bail!("no entry of {} can carry {} of {}", self.register.id, need, figure.key),
            };
        }
        for place in 0..self.items.len() {
            if need == 0 {
                break;
            }
            if self.enrich(place, figure) {
                need -= 1;
            }
        }
        while need > 0 {
            match self.item_for(figure, None) {
                Some(item) => self.keep(item),
                None => bail!(
                    "the targets over {} cannot be met together: no further entry brings {} nearer to {target} without taking another figure past its target",
                    self.register.id,
                    figure.key
                ),
            }
            need -= 1;
        }
        Ok(())
    }

    /// Sets fields of an entry that are still free, when that helps this figure and hurts none.
    fn enrich(&mut self, place: usize, figure: &Figure) -> bool {
        let Some(filter) = filter_of(figure) else { return false };
        if !figure.is_stock() {
            return false;
        }
        let Some(old) = self.items.get(place).cloned() else { return false };
        let mut item = old.clone();
        let Some(first) = item.acts.first_mut() else { return false };
        let asks: Vec<&str> =
            self.register.acts.iter().filter(|act| act.id == first.act).flat_map(|act| &act.asks).map(|ask| ask.field.as_str()).collect();
        for (field, values) in filter {
            match (first.with.get(field).and_then(Value::as_str), values.first()) {
                (Some(set), _) if values.iter().any(|value| value == set) => {}
                (None, Some(value)) if asks.contains(&field.as_str()) => {
                    first.with.insert(field.clone(), Value::String(value.clone()));
                }
                _ => return false,
            }
        }
        let (before, after) = (self.contributions(&old), self.contributions(&item));
        let change = |key: &str| after.get(key).copied().unwrap_or(0) - before.get(key).copied().unwrap_or(0);
        let keys: Vec<&String> = before.keys().chain(after.keys()).collect();
        let past = keys.iter().any(|key| {
            self.targets
                .get(*key)
                .is_some_and(|target| self.sums.get(*key).copied().unwrap_or(0) + change(key) > *target || change(key) < 0)
        });
        if change(&figure.key) != 1 || past {
            return false;
        }
        for key in keys {
            let change = change(key);
            if before.get(key) != after.get(key) {
                *self.sums.entry(key.clone()).or_default() += change;
            }
        }
        self.items[place] = item;
        true
    }

    fn keep(&mut self, item: Item) {
        for (key, amount) in self.contributions(&item) {
            *self.sums.entry(key).or_default() += amount;
        }
        self.items.push(item);
    }

    /// A new entry that brings the figure nearer, or none.
    fn item_for(&self, figure: &Figure, sum: Option<(&str, i64)>) -> Option<Item> {
        let filter = filter_of(figure)?;
        let on: Vec<&str> = match &figure.measure {
            Measure::Count(over) => over.on.iter().map(String::as_str).collect(),
            Measure::Sum(over) => over.on.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let opening = |act: &&Act| act.effect == Effect::Adopt;
        let first: Vec<&Act> = self.register.acts.iter().filter(opening).collect();
        let mut ways: Vec<Vec<(&Act, bool)>> = Vec::new();
        for act in self.register.acts.iter().filter(|act| on.contains(&act.id.as_str())) {
            match act.effect {
                Effect::Adopt => ways.push(vec![(act, true)]),
                _ => ways.extend(first.iter().flat_map(|first| [vec![(*first, false), (act, true)], vec![(*first, true), (act, true)]])),
            }
        }
        if on.is_empty() {
            ways.extend(first.iter().flat_map(|act| [vec![(*act, false)], vec![(*act, true)]]));
        }
        let number = self.items.len() + 1;
        for way in &ways {
            for neutral in 0..4 {
                let mut item = Item {
                    register: self.register.id.clone(),
                    id: format!("{}-{number:05}", self.register.id),
                    title: format!("{}第{number}项", self.register.title),
                    organ: self.organs.get(number % self.organs.len().max(1)).cloned().unwrap_or_default(),
                    acts: Vec::new(),
                };
                let mut given: Vec<&str> = Vec::new();
                for (act, in_year) in way {
                    let mut with = Map::new();
                    for ask in &act.asks {
                        let Some(field) = self.register.fields.iter().find(|field| field.id == ask.field) else { continue };
                        let wanted =
                            filter.get(&field.id).and_then(|values| values.first()).filter(|_| !given.contains(&field.id.as_str()));
                        match (wanted, sum) {
                            (_, Some((name, amount))) if name == field.id => {
                                with.insert(field.id.clone(), Value::from(amount));
                            }
                            (Some(value), _) => {
                                with.insert(field.id.clone(), Value::String(value.clone()));
                            }
                            (None, _) if ask.required => {
                                with.insert(field.id.clone(), self.fill(field, number, neutral));
                            }
                            _ => continue,
                        }
                        given.push(&field.id);
                    }
                    item.acts.push(Doing { act: act.id.clone(), in_year: *in_year, with });
                }
                let made = self.contributions(&item);
                let wanted = sum.map_or(1, |(_, amount)| amount);
                let past = made.iter().any(|(key, amount)| {
                    self.targets.get(key).is_some_and(|target| self.sums.get(key).copied().unwrap_or(0) + amount > *target)
                });
                if made.get(&figure.key) == Some(&wanted) && !past {
                    return Some(item);
                }
            }
        }
        None
    }

    /// A value that a required field takes when no figure asks for one; `neutral` tries another choice.
    fn fill(&self, field: &Field, number: usize, neutral: usize) -> Value {
        let text = match field.kind {
            FieldKind::Choice => {
                field.choices.iter().rev().nth(neutral % field.choices.len().max(1)).map(|choice| choice.id.clone()).unwrap_or_default()
            }
            FieldKind::Choices => {
                return Value::Array(field.choices.iter().take(1).map(|choice| Value::String(choice.id.clone())).collect());
            }
            FieldKind::Number | FieldKind::Money => return Value::from(0),
            FieldKind::Date => format!("{}-06-15", self.year),
            FieldKind::Fact => "no".to_owned(),
            FieldKind::Columns => return Value::Array(vec![Value::String("no | 编号 | text | key".to_owned())]),
            FieldKind::Lines | FieldKind::Files | FieldKind::Persons => {
                return Value::Array(vec![Value::String(format!("{}第{number}项", field.title))]);
            }
            FieldKind::Entry => match field.register.as_deref() {
                Some("organs") => self.organs.first().cloned().unwrap_or_default(),
                Some(register) => format!("{register}-{:05}", 1 + number % 3),
                None => String::new(),
            },
            FieldKind::Party => {
                let mut party = Map::new();
                party.insert("name".to_owned(), Value::String(format!("第{number}家单位")));
                party.insert("kind".to_owned(), Value::String("organisation".to_owned()));
                return Value::Object(party);
            }
            FieldKind::Points => "1".to_owned(),
            FieldKind::Indicators | FieldKind::Sheet | FieldKind::Ranking => String::new(),
            FieldKind::Text | FieldKind::Prose | FieldKind::Person => format!("{}{number}", field.title),
        };
        Value::String(text)
    }

    /// What the entry counts for in the year, by the engine's own counting.
    fn contributions(&self, item: &Item) -> HashMap<String, i64> {
        let mut found: HashMap<String, i64> = HashMap::new();
        let mut entry: Option<Entry> = None;
        for doing in &item.acts {
            let Some(act) = self.register.acts.iter().find(|act| act.id == doing.act) else { continue };
            let day = act_day(self.year, doing.in_year);
            let event = ActEvent {
                act: act.id.clone(),
                at: Some(day.at(9, 0, 0, 0)),
                organ: item.organ.clone(),
                register: item.register.clone(),
                id: item.id.clone(),
                title: item.title.clone(),
                effect: act.effect,
                from: day,
                by: Vec::new(),
                with: doing.with.clone(),
            };
            let after = apply(entry.clone(), &event);
            for counted in self.index.act(entry.as_ref(), &after, &event) {
                let figure = self.law.figures.iter().find(|figure| figure.series == counted.series && holds_in(figure, self.year));
                if let Some(figure) = figure.filter(|figure| figure.is_stock() || doing.in_year) {
                    *found.entry(figure.key.clone()).or_default() += counted.amount;
                }
            }
            entry = Some(after);
        }
        found
    }
}

/// Acts before the year lie on the last working days of the year before; acts of the year in its second week.
pub fn act_day(year: i16, in_year: bool) -> Date {
    let day = if in_year { Date::new(year, 1, 12) } else { Date::new(year - 1, 12, 20) };
    day.unwrap_or(Date::MIN)
}

/// Somebody who holds every post that keeps registers: the installation's own hand before people are there.
pub fn keeper(law: &Law) -> Person {
    let posts = law.registers.values().flat_map(|register| &register.acts).flat_map(|act| act.by.iter().cloned()).collect();
    Person { id: "founder".to_owned(), name: "安装".to_owned(), organ: "district-office".to_owned(), posts, ..Person::default() }
}
