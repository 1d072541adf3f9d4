//! A case: what did happen. Events are the truth; the case is their fold.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::{Fact, Ledger};
use crate::law::{Issuer, PaperForm};

/// Who acts: a person with the posts and papers held at that moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Person {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Empty for members of the public.
    #[serde(default)]
    pub organ: String,
    #[serde(default)]
    pub posts: Vec<String>,
    /// Holds an enforcement certificate valid on the day.
    #[serde(default)]
    pub certified: bool,
    /// Holds the national legal qualification.
    #[serde(default)]
    pub legal_qualified: bool,
}

impl Person {
    /// The night: lapses and rounds.
    pub fn clock() -> Person {
        Person { id: CLOCK.to_owned(), name: "期限".to_owned(), posts: vec![CLOCK.to_owned()], ..Person::default() }
    }

    pub fn holds(&self, post: &str) -> bool {
        self.posts.iter().any(|held| held == post)
    }
}

/// The actor of lapse steps, and the word in `by` that admits it.
pub const CLOCK: &str = "clock";
/// The word in `by` for who has the case in hand.
pub const HANDLER: &str = "handler";
/// The word in `by` for who opened the case from outside.
pub const APPLICANT: &str = "applicant";
/// The kind of the event that records a period's end when no step follows from it.
pub const LAPSE: &str = "lapse";

/// One person's part in an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acted {
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub organ: String,
    /// The post by right of which the person acted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
}

/// One step that was taken. `step`, `at`, `organ` and `matter` are columns of the ledger; the rest is its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    #[serde(skip)]
    pub seq: u32,
    #[serde(skip)]
    pub at: Option<DateTime>,
    #[serde(skip)]
    pub step: String,
    /// The organ and matter of the case after the step.
    #[serde(skip)]
    pub organ: String,
    #[serde(skip)]
    pub matter: String,
    /// Only in the first event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Opening>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Acted>,
    /// The stage after it, when it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub with: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<(String, Fact)>,
    /// Template ids of the papers issued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    /// Document numbers of the papers that carry one, in the order of `papers`; assigned by the ledger.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<u32>,
    /// The actors became handlers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes: bool,
}

impl Event {
    /// The organ in whose name a paper of this event goes out, and from whose series it is numbered.
    pub fn issuer<'e>(&'e self, form: &PaperForm) -> &'e str {
        match (form.from, self.by.first()) {
            (Issuer::Actor, Some(acted)) if !acted.organ.is_empty() => &acted.organ,
            _ => &self.organ,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub procedure: String,
    /// The version of the law under which the case runs.
    pub version: Date,
    /// Letters drawn by chance when the case was opened: they go into its tracking code, which therefore nobody can work out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub salt: String,
}

/// What a case is after its events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    pub division: String,
    pub id: i64,
    pub procedure: String,
    pub version: Date,
    pub salt: String,
    pub stage: String,
    pub organ: String,
    pub matter: String,
    pub opened: DateTime,
    /// Number of the last event.
    pub seq: u32,
    pub applicant: Option<String>,
    pub handlers: Vec<String>,
    pub fields: Map<String, Value>,
    pub taken: Vec<Taken>,
    pub clocks: BTreeMap<String, Ledger>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Taken {
    pub step: String,
    pub at: DateTime,
    pub by: Vec<String>,
    pub papers: Vec<String>,
    pub numbers: Vec<u32>,
}

impl Case {
    /// The case that the first event opens. `None` when the event opens nothing.
    pub fn open(division: &str, id: i64, event: &Event) -> Option<Case> {
        let opening = event.open.as_ref()?;
        let mut case = Case {
            division: division.to_owned(),
            id,
            procedure: opening.procedure.clone(),
            version: opening.version,
            salt: opening.salt.clone(),
            stage: String::new(),
            organ: String::new(),
            matter: String::new(),
            opened: event.at?,
            seq: 0,
            applicant: event.by.first().filter(|acted| acted.organ.is_empty() && acted.id != CLOCK).map(|acted| acted.id.clone()),
            handlers: Vec::new(),
            fields: Map::new(),
            taken: Vec::new(),
            clocks: BTreeMap::new(),
        };
        case.apply(event);
        Some(case)
    }

    /// The fold over a whole stream.
    pub fn fold<'e>(division: &str, id: i64, events: impl IntoIterator<Item = &'e Event>) -> Option<Case> {
        let mut events = events.into_iter();
        let mut case = Case::open(division, id, events.next()?)?;
        for event in events {
            case.apply(event);
        }
        Some(case)
    }

    /// Applies one event. Total: an event that the ledger holds is a fact, whatever today's law thinks of it.
    pub fn apply(&mut self, event: &Event) {
        let at = event.at.unwrap_or(self.opened);
        self.seq += 1;
        if let Some(to) = &event.to {
            self.stage.clone_from(to);
        }
        self.organ.clone_from(&event.organ);
        self.matter.clone_from(&event.matter);
        for (field, value) in &event.with {
            self.fields.insert(field.clone(), value.clone());
        }
        for (clock, fact) in &event.clocks {
            match (self.clocks.get_mut(clock), fact) {
                (Some(ledger), fact) => ledger.apply(fact, at),
                (None, fact) => {
                    if let Some(ledger) = Ledger::begun_by(fact, at) {
                        self.clocks.insert(clock.clone(), ledger);
                    }
                }
            }
        }
        if event.takes {
            self.handlers = event.by.iter().map(|acted| acted.id.clone()).collect();
        }
        self.taken.push(Taken {
            step: event.step.clone(),
            at,
            by: event.by.iter().map(|acted| acted.id.clone()).collect(),
            papers: event.papers.clone(),
            numbers: event.numbers.clone(),
        });
    }

    /// A field, or a part of a table field: `party.name`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        lookup(&self.fields, path)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path).and_then(Value::as_str)
    }

    /// When a step was last taken.
    pub fn last(&self, step: &str) -> Option<&Taken> {
        self.taken.iter().rev().find(|taken| taken.step == step)
    }

    pub fn done(&self, step: &str) -> bool {
        self.last(step).is_some()
    }

    /// Whether the step was taken after the last time `after` was.
    pub fn done_since(&self, step: &str, after: &str) -> bool {
        let place = |wanted: &str| self.taken.iter().rposition(|taken| taken.step == wanted);
        match (place(step), place(after)) {
            (Some(step), Some(after)) => step > after,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// A value at a dotted path of a table of fields.
pub fn lookup<'v>(fields: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut parts = path.split('.');
    let mut value = fields.get(parts.next()?)?;
    for part in parts {
        value = value.as_object()?.get(part)?;
    }
    Some(value)
}
