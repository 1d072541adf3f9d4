//! Registers as the engine sees them on a day: which entries are in force. Entries are folds of acts, like cases of steps.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::{Acted, Person};
use crate::decide::{Reason, Refusal};
use crate::law::{Effect, FieldKind, Law};
use crate::value;

/// An entry of a register after its acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub register: String,
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub organ: String,
    pub state: State,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub fields: Map<String, Value>,
    pub seq: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    InForce,
    Suspended,
    Repealed,
}

impl State {
    pub fn title(self) -> &'static str {
        match self {
            State::InForce => "有效",
            State::Suspended => "停用",
            State::Repealed => "已取消",
        }
    }

    pub fn id(self) -> &'static str {
        match self {
            State::InForce => "in-force",
            State::Suspended => "suspended",
            State::Repealed => "repealed",
        }
    }
}

impl Entry {
    /// Whether it holds on a day; a repealed entry held up to the day of its repeal.
    pub fn in_force(&self, day: Date) -> bool {
        let stands = self.state == State::InForce || self.state == State::Repealed && self.to.is_some();
        stands && self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

/// The entries the engine may ask for: by register and id.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    entries: BTreeMap<String, BTreeMap<String, Entry>>,
}

impl Registers {
    pub fn insert(&mut self, entry: Entry) {
        self.entries.entry(entry.register.clone()).or_default().insert(entry.id.clone(), entry);
    }

    pub fn entry(&self, register: &str, id: &str) -> Option<&Entry> {
        self.entries.get(register)?.get(id)
    }

    pub fn all<'r>(&'r self, register: &str) -> impl Iterator<Item = &'r Entry> + use<'r> {
        self.entries.get(register).into_iter().flat_map(BTreeMap::values)
    }
}

/// One act on an entry; `act`, `at` and `organ` are columns of the ledger, the rest is its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActEvent {
    #[serde(skip)]
    pub act: String,
    #[serde(skip)]
    pub at: Option<DateTime>,
    #[serde(skip)]
    pub organ: String,
    pub register: String,
    pub id: String,
    pub title: String,
    pub effect: Effect,
    /// The day from which it holds.
    pub from: Date,
    #[serde(default)]
    pub by: Vec<Acted>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub with: Map<String, Value>,
}

/// What a register keeper asks for.
#[derive(Debug, Clone)]
pub struct Entering {
    pub register: String,
    pub act: String,
    pub id: String,
    pub title: String,
    pub organ: String,
    pub from: Date,
    pub with: Map<String, Value>,
}

/// Whether an act on an entry is lawful now.
pub fn decide(law: &Law, entry: Option<&Entry>, entering: &Entering, by: &[Person], now: DateTime) -> Result<ActEvent, Refusal> {
    let mut reasons = Vec::new();
    let Some(register) = law.registers.get(&entering.register) else {
        return Err(Refusal::one(&entering.act, Reason::plain("register", format!("没有“{}”这个清单", entering.register))));
    };
    let Some(act) = register.acts.iter().find(|act| act.id == entering.act) else {
        return Err(Refusal::one(&entering.act, Reason::plain("act", format!("{}没有“{}”这个动作", register.title, entering.act))));
    };
    let cite = act.cite.clone().unwrap_or_else(|| register.basis.clone());
    for person in by {
        if !act.by.iter().any(|post| person.holds(post)) {
            let posts = crate::decide::post_titles(law, &act.by);
            reasons.push(Reason::cited("competence", &cite, format!("{}由{posts}办理", act.title), format!("请{posts}办理")));
        }
    }
    match (act.effect, entry) {
        (Effect::Adopt, Some(entry)) if entry.state != State::Repealed => {
            reasons.push(Reason::cited("entry", &cite, format!("“{}”已经在{}里", entry.title, register.title), "修改请用变更".to_owned()));
        }
        (Effect::Adopt, _) => {}
        (_, None) => reasons.push(Reason::cited("entry", &cite, format!("{}里没有“{}”", register.title, entering.id), "先列入".to_owned())),
        (Effect::Resume, Some(entry)) if entry.state != State::Suspended => {
            reasons.push(Reason::cited("entry", &cite, format!("“{}”没有停用", entry.title), "不需要恢复".to_owned()));
        }
        (Effect::Amend | Effect::Suspend, Some(entry)) if entry.state != State::InForce => {
            reasons.push(Reason::cited(
                "entry",
                &cite,
                format!("“{}”现在{}", entry.title, entry.state.title()),
                "先恢复或重新列入".to_owned(),
            ));
        }
        (Effect::Repeal, Some(entry)) if entry.state == State::Repealed => {
            reasons.push(Reason::cited("entry", &cite, format!("“{}”已经取消", entry.title), "不需要再办".to_owned()));
        }
        _ => {}
    }
    value::check_asks(&register.fields, &act.asks, &entering.with, &cite, &mut reasons);
    if register.fields.iter().any(|field| field.kind == FieldKind::Columns) {
        let mut after = entry.map(|entry| entry.fields.clone()).unwrap_or_default();
        after.extend(entering.with.clone());
        reasons.extend(crate::dataset::catalogue_reasons(&after));
    }
    if !reasons.is_empty() {
        return Err(Refusal { step: act.id.clone(), title: act.title.clone(), reasons });
    }
    Ok(ActEvent {
        act: act.id.clone(),
        at: Some(now),
        organ: match (entering.organ.is_empty(), entry) {
            (true, Some(entry)) => entry.organ.clone(),
            (true, None) => by.first().map(|person| person.organ.clone()).unwrap_or_default(),
            (false, _) => entering.organ.clone(),
        },
        register: register.id.clone(),
        id: entering.id.clone(),
        title: match (entering.title.is_empty(), entry) {
            (true, Some(entry)) => entry.title.clone(),
            _ => entering.title.clone(),
        },
        effect: act.effect,
        from: entering.from,
        by: by
            .iter()
            .map(|person| Acted {
                id: person.id.clone(),
                organ: person.organ.clone(),
                post: act.by.iter().find(|post| person.holds(post)).cloned().unwrap_or_default(),
            })
            .collect(),
        with: entering.with.clone(),
    })
}

/// The entry after an act.
pub fn apply(entry: Option<Entry>, event: &ActEvent) -> Entry {
    let mut entry = entry.unwrap_or_else(|| Entry {
        register: event.register.clone(),
        id: event.id.clone(),
        title: String::new(),
        organ: String::new(),
        state: State::InForce,
        from: None,
        to: None,
        fields: Map::new(),
        seq: 0,
    });
    entry.seq += 1;
    entry.title.clone_from(&event.title);
    entry.organ.clone_from(&event.organ);
    for (field, value) in &event.with {
        entry.fields.insert(field.clone(), value.clone());
    }
    match event.effect {
        Effect::Adopt => {
            entry.state = State::InForce;
            entry.from = Some(event.from);
            entry.to = None;
        }
        Effect::Amend => {}
        Effect::Suspend => entry.state = State::Suspended,
        Effect::Resume => entry.state = State::InForce,
        Effect::Repeal => {
            entry.state = State::Repealed;
            entry.to = Some(event.from);
        }
    }
    entry
}
