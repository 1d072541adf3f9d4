//! Entering acts in registers: adopting, amending, suspending, repealing an entry. The register is the fold of its acts.

use engine::case::Person;
use engine::register::{self, ActEvent, Entering, Entry};
use jiff::civil::DateTime;
use store::{Append, EntryRow, EventRow, NewEvent, day};

use crate::hall::{Error, Hall, Result, entry_of};
use crate::moment;

impl Hall {
    /// Enters one act.
    pub fn enter(&self, entering: Entering, by: &[Person], now: DateTime) -> Result<Entry> {
        self.enter_all(vec![entering], by, now).pop().unwrap_or(Err(Error::NotFound))
    }

    /// Enters acts on different entries in one commit; each stands for itself.
    pub fn enter_all(&self, entering: Vec<Entering>, by: &[Person], now: DateTime) -> Vec<Result<Entry>> {
        let _turn = self.entering.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let registers = self.registers();
        let mut results: Vec<Result<Entry>> = Vec::with_capacity(entering.len());
        let mut appends = Vec::new();
        let mut places = Vec::new();
        for entering in entering {
            match self.prepare_entry(&registers, &entering, by, now) {
                Ok((entry, append)) => {
                    places.push(results.len());
                    appends.push(append);
                    results.push(Ok(entry));
                }
                Err(error) => results.push(Err(error)),
            }
        }
        drop(registers);
        let mut entered = Vec::new();
        for (place, answer) in places.into_iter().zip(self.store.append(appends)) {
            match answer {
                Ok(_) => entered.extend(results[place].as_ref().ok().cloned()),
                Err(error) => results[place] = Err(error.into()),
            }
        }
        self.entered(entered);
        results
    }

    fn prepare_entry(
        &self,
        registers: &engine::register::Registers,
        entering: &Entering,
        by: &[Person],
        now: DateTime,
    ) -> Result<(Entry, Append)> {
        if entering.id.trim().is_empty() {
            return Err(Error::Invalid("没有写编号".to_owned()));
        }
        let before = registers.entry(&entering.register, &entering.id).cloned();
        let event = register::decide(&self.law, before.as_ref(), entering, by, now)?;
        let entry = register::apply(before.clone(), &event);
        let (stream, expected) = match &before {
            Some(entry) => {
                let row = self.store.entry(self.settings.number(), &entering.register, &entering.id)?.ok_or(Error::NotFound)?;
                (row.stream, entry.seq)
            }
            None => (self.new_id(now), 0),
        };
        let counted = self.index.act(before.as_ref(), &entry, &event);
        let counted = counted.into_iter().map(|counted| crate::figure::kept(counted, now.date())).collect();
        let body = serde_json::to_string(&event).map_err(|error| Error::Invalid(error.to_string()))?;
        let row = EntryRow {
            register: entry.register.clone(),
            id: entry.id.clone(),
            title: entry.title.clone(),
            organ: entry.organ.clone(),
            state: entry.state.id().to_owned(),
            from_day: entry.from.map(day),
            to_day: entry.to.map(day),
            fields: serde_json::to_string(&entry.fields).map_err(|error| Error::Invalid(error.to_string()))?,
            stream,
            seq: expected + 1,
        };
        let append = Append {
            division: self.settings.number(),
            stream,
            expected,
            events: vec![NewEvent {
                at: moment::seconds(now),
                kind: event.act.clone(),
                organ: entry.organ.clone(),
                matter: entry.id.clone(),
                body,
                numbers: Vec::new(),
            }],
            entry: Some(row),
            counted,
            search: before.as_ref().is_none_or(|before| before.title != entry.title).then(|| store::SearchText {
                kind: "entry".to_owned(),
                title: entry.title.clone(),
                body: entry.id.clone(),
            }),
            ..Append::default()
        };
        Ok((entry, append))
    }

    /// The acts on an entry, first to last.
    pub fn acts(&self, register: &str, id: &str) -> Result<Vec<ActEvent>> {
        let row = self.store.entry(self.settings.number(), register, id)?.ok_or(Error::NotFound)?;
        self.store.events(self.settings.number(), row.stream, 0)?.iter().map(act_of).collect()
    }

    /// One page of a register as it stands.
    pub fn entry_page(&self, register: &str, filter: &store::EntryFilter, after: &str, limit: u32) -> Result<Vec<Entry>> {
        self.store.entries(self.settings.number(), register, filter, after, limit)?.iter().map(entry_of).collect()
    }
}

/// An act from its row.
pub fn act_of(row: &EventRow) -> Result<ActEvent> {
    let mut event: ActEvent =
        serde_json::from_str(&row.body).map_err(|error| Error::Invalid(format!("第{}号记录读不出来：{error}", row.seq)))?;
    event.at = Some(moment::wall(row.at));
    event.act.clone_from(&row.kind);
    event.organ.clone_from(&row.organ);
    Ok(event)
}
