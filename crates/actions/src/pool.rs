//! The data resource pool 数据资源池: data sets as the catalogue declares them, who sees how much of their records, and what the steps
//! of a batch bring about: its check is counted here and nowhere else, its records are loaded when it is accepted.

pub mod batch;
pub mod check;
pub mod open;
pub mod records;

use std::sync::MutexGuard;

use engine::case::{Case, Event, Person};
use engine::dataset::{self, Column};
use engine::decide::{Reason, Refusal};
use engine::law::Cite;
use engine::register::Entry;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use store::PoolBatch;

use crate::hall::{Error, Hall, Result};
use crate::moment;
use crate::step::{Asked, Done};

/// The register of data sets, and the procedure by which a batch comes into one.
pub const REGISTER: &str = "data-sets";
pub const PROCEDURE: &str = "data-intake";

/// The largest file of a batch, in bytes.
pub const LARGEST_FILE: usize = papers::read::LARGEST_TABLE;

/// A data set with its columns read.
#[derive(Debug, Clone)]
pub struct DataSet {
    pub entry: Entry,
    pub columns: Vec<Column>,
    /// Digest of what the catalogue says of the columns: a check holds for the catalogue it was made by.
    pub catalogue: String,
}

/// How much of the records of a data set somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoolSight {
    /// Only what the catalogue says.
    Catalogue,
    /// Records, personal data masked.
    Masked,
    Whole,
}

impl DataSet {
    pub fn text(&self, field: &str) -> &str {
        self.entry.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn has_personal(&self) -> bool {
        self.columns.iter().any(|column| column.personal)
    }

    /// Whether anybody may have it: the catalogue says open and holds on the day, and a column is left that is not personal.
    pub fn is_open(&self, day: Date) -> bool {
        self.entry.in_force(day) && self.text("openness") == "open" && self.columns.iter().any(|column| !column.personal)
    }
}

impl Hall {
    /// A data set of the catalogue. Errors: `NotFound`; `Invalid` when its columns cannot be read.
    pub fn data_set(&self, id: &str) -> Result<DataSet> {
        let entry = self.registers().entry(REGISTER, id).cloned().ok_or(Error::NotFound)?;
        let lines: Vec<&str> =
            entry.fields.get("columns").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let columns = dataset::columns(lines.iter().copied()).map_err(|wrong| Error::Invalid(wrong.join("；")))?;
        let catalogue = store::event::hex(&store::event::digest(lines.join("\n").as_bytes()));
        Ok(DataSet { entry, columns, catalogue })
    }

    /// Every data set of the catalogue, in the order of their ids; those whose columns cannot be read are left to the register.
    pub fn data_sets(&self) -> Vec<DataSet> {
        let registers = self.registers();
        registers.all(REGISTER).filter_map(|entry| self.data_set(&entry.id).ok()).collect()
    }

    /// Who sees how much: the data officers and reviewers of the organ that provides it see all; its other officers, supervisors,
    /// leaders and the keeper of the catalogue see it masked, and so do all organs when it is shared without condition (数据条例/14).
    pub fn pool_sight(&self, person: Option<&Person>, set: &DataSet) -> PoolSight {
        let Some(person) = person.filter(|person| !person.organ.is_empty() && !person.posts.is_empty()) else {
            return PoolSight::Catalogue;
        };
        let own = person.organ == set.entry.organ;
        let holds = |posts: &[&str]| posts.iter().any(|post| person.holds(post));
        if own && holds(&["data-officer", "data-reviewer"]) {
            PoolSight::Whole
        } else if own || holds(&["supervisor", "leader", "data-keeper"]) || set.text("sharing") == "unconditional" {
            PoolSight::Masked
        } else {
            PoolSight::Catalogue
        }
    }

    /// Submits a file as a batch and checks it at once. A file that cannot be read, or lacks a required column, opens no case.
    pub fn submit_batch(&self, given: Submitted<'_>, by: &Person, now: DateTime) -> Result<Done> {
        let set = self.data_set(given.data_set)?;
        let table = check::table(given.name, &given.bytes)?;
        check::layout_of(&set, &table)?;
        drop(table);
        let mime = if given.name.to_lowercase().ends_with(".xlsx") {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        } else {
            "text/csv"
        };
        // Nothing is kept of a file that its sender may not submit.
        let mut with = json!({ "data-set": given.data_set, "file": [store::event::hex(&store::event::digest(&given.bytes))], "file-name": given.name });
        for (field, text) in [("period", given.period), ("note", given.note)] {
            if !text.trim().is_empty() {
                with[field] = Value::from(text.trim());
            }
        }
        let Value::Object(with) = with else { return Err(Error::NotFound) };
        let command = engine::decide::Command {
            division: self.settings.division.clone(),
            procedure: PROCEDURE.to_owned(),
            step: "submit".to_owned(),
            by: vec![by.clone()],
            with: with.clone(),
        };
        engine::decide::decide(&self.law, &self.registers(), None, &command, now)?;
        self.store.put_attachment(self.settings.number(), given.bytes, given.name, mime)?;
        let asked = |case: Option<i64>, step: &str, with| Asked {
            case,
            procedure: PROCEDURE.to_owned(),
            step: step.to_owned(),
            by: vec![by.clone()],
            with,
            seen: None,
        };
        let done = self.take_step(asked(None, "submit", with), now)?;
        self.take_step(asked(Some(done.case.id), "check", Default::default()), now)
    }

    /// What a step of a batch brings about beyond its event: counts that no one types, and the batch taken in or out of its data set.
    /// `turn` keeps others from accepting batches between the check and the commit.
    pub(crate) fn pool_effect<'h>(
        &'h self,
        before: Option<&Case>,
        event: &mut Event,
        now: DateTime,
        turn: &mut Option<MutexGuard<'h, ()>>,
    ) -> Result<Option<PoolBatch>> {
        let Some(case) = before else {
            return self.file_of(&event.with).map(|_| None);
        };
        match event.step.as_str() {
            "check" | "check-again" => {
                let checked = self.check_case(case)?;
                let rejects = checked.list();
                checked.tally.put(&mut event.with);
                event.with.insert("catalogue".to_owned(), Value::from(checked.catalogue.as_str()));
                let digest = self.store.put_attachment(self.settings.number(), rejects.into_bytes(), "rejects.csv", "text/csv")?;
                event.with.insert("rejects".to_owned(), json!([store::event::hex(&digest)]));
                Ok(None)
            }
            "accept" => {
                if turn.is_some() {
                    // One call accepts one batch: the second would not see what the first brings.
                    return Err(Error::Overtaken);
                }
                *turn = Some(self.pooling.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
                let checked = self.check_case(case)?;
                if check::Tally::of(&case.fields) != checked.tally || case.text("catalogue") != Some(&checked.catalogue) {
                    let says = "校核以后，目录或者池里的数据变了，原来的数不再成立".to_owned();
                    let cite = Cite("数据条例/18".to_owned());
                    let reason = Reason::cited("check", &cite, says, "先重新校核，再看一遍数，再同意入池".to_owned());
                    return Err(Error::Refused(Refusal {
                        step: event.step.clone(), title: "同意入池".to_owned(), reasons: vec![reason]
                    }));
                }
                let tally = checked.tally;
                tally.put_change(&mut event.with, 1);
                let load = self.new_id(now);
                self.load(&checked.set, load, checked.records)?;
                Ok(Some(PoolBatch {
                    load,
                    stream: case.id,
                    data_set: checked.set,
                    records: tally.accepted,
                    from_at: moment::seconds(now),
                    to_at: None,
                }))
            }
            "withdraw" => {
                let batch = self.store.pool_batch(self.settings.number(), case.id)?.ok_or(Error::NotFound)?;
                check::Tally::of(&case.fields).put_change(&mut event.with, -1);
                Ok(Some(PoolBatch { to_at: Some(moment::seconds(now)), ..batch }))
            }
            _ => Ok(None),
        }
    }

    fn load(&self, set: &str, load: i64, mut records: Vec<store::NewRecord>) -> Result<()> {
        while !records.is_empty() {
            let rest = records.split_off(records.len().min(CHUNK));
            self.store.pool_records(self.settings.number(), set, load, std::mem::replace(&mut records, rest))?;
        }
        Ok(())
    }

    /// Recounts the pool: each batch that was taken in has as many records as its case says, and holds exactly while its case does.
    pub fn verify_pool(&self) -> Result<Vec<String>> {
        let number = self.settings.number();
        let mut faults = Vec::new();
        for batch in self.store.pool_batches(number, None)? {
            let case = self.case(batch.stream)?;
            let loaded = self.store.pool_loaded(number, batch.load)?;
            let accepted = check::Tally::of(&case.fields).accepted;
            if loaded != accepted || batch.records != accepted {
                faults.push(format!("batch {} says {accepted} records, {loaded} are there", crate::step::code(&case)));
            }
            if (case.stage == "pooled") != batch.to_at.is_none() {
                faults.push(format!("batch {} is {} but its records say otherwise", crate::step::code(&case), case.stage));
            }
        }
        Ok(faults)
    }
}

/// Records loaded in one transaction: others wait for it only briefly.
const CHUNK: usize = 5_000;

/// A file somebody submits.
pub struct Submitted<'a> {
    pub data_set: &'a str,
    /// With its ending: it says how the file is read.
    pub name: &'a str,
    pub bytes: Vec<u8>,
    pub period: &'a str,
    pub note: &'a str,
}
