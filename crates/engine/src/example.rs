//! Worked examples: the form in which lawyers talk to the engine. Steps with dates go in; stages, due dates, refusals and papers come out.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use crate::case::{Case, Person};
use crate::decide::{Command, decide, next_lapse, open_steps};
use crate::law::{Law, one_or_many};
use crate::read::{Finding, toml_finding};
use crate::register::{Entry, Registers, State};

/// A worked example, ready to run.
#[derive(Debug, Clone)]
pub struct Example {
    pub path: String,
    pub title: String,
    pub procedure: String,
    pub division: String,
    people: BTreeMap<String, Person>,
    entries: BTreeMap<String, BTreeMap<String, EntryText>>,
    moves: Vec<(usize, Move)>,
}

#[derive(Debug, Clone)]
enum Move {
    Do(Do),
    Expect(Expect),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    procedure: String,
    division: String,
    #[serde(default)]
    people: BTreeMap<String, Person>,
    #[serde(default)]
    entries: BTreeMap<String, BTreeMap<String, EntryText>>,
    #[serde(default, rename = "do")]
    dos: Vec<Spanned<Do>>,
    #[serde(default, rename = "expect")]
    expects: Vec<Spanned<Expect>>,
}

#[derive(Debug, Clone, Deserialize)]
struct EntryText {
    #[serde(default)]
    title: String,
    #[serde(default)]
    organ: String,
    #[serde(flatten)]
    fields: BTreeMap<String, toml::Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Do {
    at: toml::value::Datetime,
    #[serde(deserialize_with = "one_or_many")]
    by: Vec<String>,
    step: String,
    #[serde(default)]
    with: toml::Table,
    #[serde(default, deserialize_with = "one_or_many")]
    refused: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    at: Option<toml::value::Datetime>,
    stage: Option<String>,
    organ: Option<String>,
    #[serde(default)]
    due: BTreeMap<String, toml::value::Datetime>,
    #[serde(default)]
    lapsed: Vec<String>,
    #[serde(default)]
    met: Vec<String>,
    #[serde(default)]
    paused: Vec<String>,
    #[serde(default)]
    provisional: Vec<String>,
    #[serde(default)]
    papers: Vec<String>,
    #[serde(default)]
    open: Vec<String>,
    #[serde(default)]
    closed: Vec<String>,
    #[serde(default)]
    fields: toml::Table,
}

/// What an example showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub path: String,
    pub title: String,
    /// Line and what differs; empty when the example holds.
    pub faults: Vec<(usize, String)>,
    /// Steps that were taken, for coverage.
    pub taken: Vec<String>,
}

impl Example {
    /// Reads an example file.
    pub fn parse(path: &str, text: &str) -> Result<Example, Finding> {
        let file: File = toml::from_str(text).map_err(|error| toml_finding(path, text, &error))?;
        let line = |offset: usize| text.get(..offset).map_or(0, |before| before.matches('\n').count() + 1);
        let mut moves: Vec<(usize, Move)> = Vec::new();
        for act in file.dos {
            moves.push((act.span().start, Move::Do(act.into_inner())));
        }
        for expect in file.expects {
            moves.push((expect.span().start, Move::Expect(expect.into_inner())));
        }
        moves.sort_by_key(|(offset, _)| *offset);
        let moves = moves.into_iter().map(|(offset, act)| (line(offset), act)).collect();
        let people = file
            .people
            .into_iter()
            .map(|(id, person)| {
                (id.clone(), Person { name: if person.name.is_empty() { id.clone() } else { person.name.clone() }, id, ..person })
            })
            .collect();
        Ok(Example {
            path: path.to_owned(),
            title: file.title,
            procedure: file.procedure,
            division: file.division,
            people,
            entries: file.entries,
            moves,
        })
    }

    /// Plays the example against the law.
    pub fn run(&self, law: &Law) -> Outcome {
        let mut stage = Stage { law, registers: self.registers(), case: None, now: None, faults: Vec::new(), taken: Vec::new() };
        if !law.procedures.contains_key(&self.procedure) {
            let near = crate::decide::nearest(&self.procedure, law.procedures.keys().map(String::as_str));
            stage.faults.push((
                1,
                format!("no procedure `{}`{}", self.procedure, near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))),
            ));
        } else {
            for (line, act) in &self.moves {
                match act {
                    Move::Do(act) => self.act(&mut stage, *line, act),
                    Move::Expect(expect) => self.expect(&mut stage, *line, expect),
                }
            }
        }
        Outcome { path: self.path.clone(), title: self.title.clone(), faults: stage.faults, taken: stage.taken }
    }

    fn registers(&self) -> Registers {
        let mut registers = Registers::default();
        for (register, entries) in &self.entries {
            for (id, entry) in entries {
                let mut fields: Map<String, Value> = entry.fields.iter().map(|(key, value)| (key.clone(), json(value))).collect();
                let date = |fields: &mut Map<String, Value>, key: &str| {
                    fields.remove(key).and_then(|value| value.as_str().and_then(|text| text.parse::<Date>().ok()))
                };
                let (from, to) = (date(&mut fields, "from"), date(&mut fields, "to"));
                let state = match fields.remove("state").as_ref().and_then(Value::as_str) {
                    Some("suspended") => State::Suspended,
                    Some("repealed") => State::Repealed,
                    _ => State::InForce,
                };
                registers.insert(Entry {
                    register: register.clone(),
                    id: id.clone(),
                    title: entry.title.clone(),
                    organ: entry.organ.clone(),
                    state,
                    from,
                    to,
                    fields,
                    seq: 1,
                });
            }
        }
        registers
    }

    fn act(&self, stage: &mut Stage<'_>, line: usize, act: &Do) {
        let Some(at) = moment(&act.at) else {
            stage.faults.push((line, format!("`at = {}` is no date and time", act.at)));
            return;
        };
        stage.pass(at);
        let mut by = Vec::new();
        for name in &act.by {
            match self.people.get(name) {
                Some(person) => by.push(person.clone()),
                None => {
                    let near = crate::decide::nearest(name, self.people.keys().map(String::as_str))
                        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    stage.faults.push((line, format!("nobody called `{name}` under [people]{near}")));
                    return;
                }
            }
        }
        let with = act.with.iter().map(|(key, value)| (key.clone(), json(value))).collect();
        let command = Command {
            division: self.division.clone(),
            procedure: if stage.case.is_none() { self.procedure.clone() } else { String::new() },
            step: act.step.clone(),
            by,
            with,
        };
        match (decide(stage.law, &stage.registers, stage.case.as_ref(), &command, at), act.refused.as_slice()) {
            (Ok(event), []) => {
                stage.taken.push(event.step.clone());
                match &mut stage.case {
                    Some(case) => case.apply(&event),
                    None => stage.case = Case::open(&self.division, 1, &event),
                }
            }
            (Ok(_), refused) => {
                stage.faults.push((line, format!("`{}` was taken, but must be refused citing {}", act.step, refused.join(", "))))
            }
            (Err(refusal), []) => {
                let reasons: Vec<String> = refusal
                    .reasons
                    .iter()
                    .map(|reason| format!("{} ({})", reason.says, reason.cite.as_ref().map_or(reason.guard.as_str(), |cite| &cite.0)))
                    .collect();
                stage.faults.push((line, format!("`{}` was refused: {}", act.step, reasons.join("; "))));
            }
            (Err(refusal), refused) => {
                for wanted in refused.iter().filter(|wanted| !refusal.cites(wanted)) {
                    let cited: Vec<&str> = refusal
                        .reasons
                        .iter()
                        .map(|reason| reason.cite.as_ref().map_or(reason.guard.as_str(), |cite| cite.0.as_str()))
                        .collect();
                    stage.faults.push((line, format!("`{}` was refused, but not for {wanted}: it cites {}", act.step, cited.join(", "))));
                }
            }
        }
    }

    fn expect(&self, stage: &mut Stage<'_>, line: usize, expect: &Expect) {
        if let Some(at) = &expect.at {
            match moment(at) {
                Some(at) => stage.pass(at),
                None => stage.faults.push((line, format!("`at = {at}` is no date and time"))),
            }
        }
        let (Some(case), Some(now)) = (&stage.case, stage.now) else {
            stage.faults.push((line, "nothing has been done yet".to_owned()));
            return;
        };
        let mut faults = Vec::new();
        let mut differ = |what: &str, wanted: &str, found: &str| faults.push((line, format!("{what}: expected {wanted}, found {found}")));
        if let Some(wanted) = expect.stage.as_deref().filter(|wanted| *wanted != case.stage) {
            differ("stage", wanted, &case.stage);
        }
        if let Some(wanted) = expect.organ.as_deref().filter(|wanted| *wanted != case.organ) {
            differ("organ", wanted, &case.organ);
        }
        for (clock, wanted) in &expect.due {
            let due = case.clocks.get(clock).map(|ledger| ledger.due(&stage.law.calendar, ledger.met.unwrap_or(now)));
            match due {
                None => differ(
                    &format!("due.{clock}"),
                    &wanted.to_string(),
                    &format!("no such clock; running are {}", case.clocks.keys().cloned().collect::<Vec<_>>().join(", ")),
                ),
                Some(Err(error)) => differ(&format!("due.{clock}"), &wanted.to_string(), &error.to_string()),
                Some(Ok(due)) => {
                    let same = match (wanted.time.is_some(), moment(wanted)) {
                        (true, Some(wanted)) => wanted == due.at,
                        (false, Some(wanted)) => wanted.date() == due.at.date(),
                        _ => false,
                    };
                    if !same {
                        let found = if wanted.time.is_some() { due.at.to_string() } else { due.at.date().to_string() };
                        differ(&format!("due.{clock}"), &wanted.to_string(), &found);
                    }
                }
            }
        }
        for (what, clocks, holds) in [
            ("lapsed", &expect.lapsed, (|ledger| ledger.lapsed.is_some()) as fn(&crate::clock::Ledger) -> bool),
            ("met", &expect.met, |ledger| ledger.met.is_some()),
            ("paused", &expect.paused, |ledger| ledger.paused()),
        ] {
            for clock in clocks {
                if !case.clocks.get(clock).is_some_and(holds) {
                    differ(what, clock, "not so");
                }
            }
        }
        for clock in &expect.provisional {
            if !case.clocks.get(clock).is_some_and(|ledger| ledger.due(&stage.law.calendar, now).is_ok_and(|due| due.provisional)) {
                differ("provisional", clock, "not so");
            }
        }
        for paper in &expect.papers {
            if !case.taken.iter().any(|taken| taken.papers.contains(paper)) {
                differ("papers", paper, "not issued");
            }
        }
        let open = |step: &String| {
            self.people.values().any(|person| {
                open_steps(stage.law, &stage.registers, case, person, now)
                    .iter()
                    .any(|state| &state.step == step && state.reasons.is_empty())
            })
        };
        for step in expect.open.iter().filter(|step| !open(step)) {
            differ("open", step, "closed to everybody");
        }
        for step in expect.closed.iter().filter(|step| open(step)) {
            differ("closed", step, "open to somebody");
        }
        for (field, wanted) in &expect.fields {
            let found = case.get(field).cloned().unwrap_or(Value::Null);
            if found != json(wanted) {
                differ(&format!("fields.{field}"), &wanted.to_string(), &found.to_string());
            }
        }
        stage.faults.extend(faults);
    }
}

struct Stage<'l> {
    law: &'l Law,
    registers: Registers,
    case: Option<Case>,
    now: Option<DateTime>,
    faults: Vec<(usize, String)>,
    taken: Vec<String>,
}

impl Stage<'_> {
    /// Time passes; the clocks act on the way.
    fn pass(&mut self, at: DateTime) {
        if let Some(case) = &mut self.case {
            while let Some(event) = next_lapse(self.law, &self.registers, case, at) {
                self.taken.push(event.step.clone());
                case.apply(&event);
            }
        }
        self.now = Some(at);
    }
}

/// A TOML date or date-time as a moment; a bare date is its first minute.
fn moment(at: &toml::value::Datetime) -> Option<DateTime> {
    let date = at.date?;
    let date = Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()?;
    match at.time {
        Some(time) => {
            let (hour, minute, second) =
                (i8::try_from(time.hour).ok()?, i8::try_from(time.minute).ok()?, i8::try_from(time.second.unwrap_or(0)).ok()?);
            Some(date.to_datetime(jiff::civil::Time::new(hour, minute, second, 0).ok()?))
        }
        None => Some(date.at(0, 0, 0, 0)),
    }
}

/// TOML as JSON; dates become text.
pub fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(yes) => Value::String(if *yes { "yes" } else { "no" }.to_owned()),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect()),
        toml::Value::Table(table) => Value::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect()),
    }
}
