//! Batches of a data set as its page lists them: those that wait, and those that were taken in.

use engine::decide::version_of;
use jiff::civil::DateTime;
use store::{CaseFilter, CaseOrder};

use super::check::Tally;
use super::{DataSet, PROCEDURE};
use crate::hall::{Hall, Result};
use crate::moment;

/// A batch as shown.
#[derive(Debug, Clone)]
pub struct BatchView {
    /// The case.
    pub id: i64,
    pub code: String,
    pub file: String,
    pub period: String,
    pub stage: String,
    pub stage_title: String,
    pub submitted: DateTime,
    /// From when its records hold; until when, if it was withdrawn.
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
    pub tally: Tally,
}

impl Hall {
    /// The batches of a data set: first those that wait for somebody, then those that were taken in, latest first.
    pub fn pool_batches(&self, set: &DataSet, most: usize) -> Result<Vec<BatchView>> {
        let number = self.settings.number();
        let waiting = CaseFilter {
            open: Some(true),
            procedures: vec![PROCEDURE.to_owned()],
            organs: vec![set.entry.organ.clone()],
            matters: vec![set.entry.id.clone()],
            ..CaseFilter::default()
        };
        let waiting = self.store.cases(number, &waiting, CaseOrder::Newest, 0, u32::try_from(most).unwrap_or(u32::MAX))?;
        let taken = self.store.pool_batches(number, Some(&set.entry.id))?;
        let ids = waiting.iter().map(|row| row.stream).chain(taken.iter().rev().map(|batch| batch.stream));
        ids.take(most)
            .map(|id| {
                let mut view = self.pool_batch(id)?;
                if let Some(batch) = taken.iter().find(|batch| batch.stream == id) {
                    view.from = Some(moment::wall(batch.from_at));
                    view.to = batch.to_at.map(moment::wall);
                }
                Ok(view)
            })
            .collect()
    }

    /// How many batches of a data set were ever taken in, and when the last one was that holds.
    pub fn pool_freshness(&self, set: &DataSet) -> Result<(usize, Option<DateTime>)> {
        let taken = self.store.pool_batches(self.settings.number(), Some(&set.entry.id))?;
        let last = taken.iter().filter(|batch| batch.to_at.is_none()).map(|batch| batch.from_at).max();
        Ok((taken.len(), last.map(moment::wall)))
    }

    /// One batch, by its case. Who may see it is the caller's to ask (`look`).
    pub fn pool_batch(&self, id: i64) -> Result<BatchView> {
        let case = self.case(id)?;
        let stage = version_of(&self.law, &case).and_then(|(_, version)| version.stage(&case.stage));
        let text = |field: &str| case.text(field).unwrap_or_default().to_owned();
        Ok(BatchView {
            id,
            code: crate::step::code(&case),
            file: text("file-name"),
            period: text("period"),
            stage: case.stage.clone(),
            stage_title: stage.map_or_else(|| case.stage.clone(), |stage| stage.title.clone()),
            submitted: case.opened,
            from: None,
            to: None,
            tally: Tally::of(&case.fields),
        })
    }
}

/// Days after which a data set of a refresh cycle is late; `None`: it changes when its matter does.
pub fn cycle(refresh: &str) -> Option<i64> {
    match refresh {
        "daily" => Some(2),
        "weekly" => Some(8),
        "monthly" => Some(31),
        "quarterly" => Some(92),
        "yearly" => Some(366),
        _ => None,
    }
}
