//! 手填: who signed a stated figure, for which period, from which source, and who checked it; and that no period is stated twice.

use engine::case::Case;
use engine::decide::{Reason, Refusal, version_of};
use engine::figure::statement;
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{CellFilter, day};

use super::Period;
use crate::hall::{Hall, Result};

/// The most statements of one figure and period that are looked into.
const MOST: u32 = 500;

/// A statement as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    pub case: i64,
    pub organ: String,
    pub from: Date,
    pub to: Date,
    /// `counted`, `none-found` or `zero`.
    pub kind: String,
    pub value: i64,
    pub source: String,
    pub note: String,
    /// Who stated it (or last corrected it), by id, and when.
    pub by: Vec<String>,
    pub at: DateTime,
    /// Who checked it, and when; `None` while it waits and does not count.
    pub checked: Option<(Vec<String>, DateTime)>,
}

impl Hall {
    /// The statements behind a figure for a period: those that are checked and count, then those that wait.
    pub fn signed(&self, key: &str, period: Period, filter: &CellFilter) -> Result<Vec<Signed>> {
        let filter = CellFilter { matters: vec![key.to_owned()], ..filter.clone() };
        let span = (day(period.from), day(period.to));
        let mut found = Vec::new();
        for series in [statement::SERIES_CHECKED, statement::SERIES_WAITING] {
            for row in self.store.counted_standing(self.settings.number(), series, span, &filter, 0, MOST)? {
                found.extend(signed(&*self.case(row.stream)?));
            }
        }
        Ok(found)
    }

    /// Whether a statement that has just been checked says a period that another checked statement of the organ already says.
    pub(crate) fn stated_before(&self, case: &Case) -> Result<Option<Refusal>> {
        if case.procedure != statement::PROCEDURE || case.stage != statement::CHECKED {
            return Ok(None);
        }
        let Some(stated) = statement::stated(case) else { return Ok(None) };
        let year = i32::from(stated.to.year());
        let filter = CellFilter { organs: vec![case.organ.clone()], matters: vec![stated.figure.to_owned()], places: Vec::new() };
        let span = (year * 10_000 + 101, year * 10_000 + 1231);
        for row in self.store.counted_standing(self.settings.number(), statement::SERIES_CHECKED, span, &filter, 0, MOST)? {
            if row.stream == case.id {
                continue;
            }
            let other = self.case(row.stream)?;
            let Some(before) = statement::stated(&other) else { continue };
            if before.from <= stated.to && stated.from <= before.to {
                return Ok(Some(self.twice(case, &before)));
            }
        }
        Ok(None)
    }

    /// The refusal of a second statement.
    pub(crate) fn twice(&self, case: &Case, before: &statement::Stated<'_>) -> Refusal {
        let step = case.taken.last().map_or("check", |taken| taken.step.as_str());
        let long = engine::value::long_date;
        let says = format!(
            "{}已经有核对过的填报，时段是{}至{}，与这一份重叠；两份都算就重复了",
            self.organ_title(&case.organ),
            long(before.from),
            long(before.to)
        );
        let cure = "要改数的，在原来那一份上更正；报错了的，先撤回原来那一份".to_owned();
        let (cite, title) = match version_of(&self.law, case) {
            Some((procedure, version)) => {
                (Some(procedure.basis.clone()), version.step(step).map(|step| step.title.clone()).unwrap_or_default())
            }
            None => (None, String::new()),
        };
        let reason = Reason { guard: "stated-once".to_owned(), cite, says, cure, field: None, parameter: None };
        Refusal { step: step.to_owned(), title, reasons: vec![reason] }
    }
}

fn signed(case: &Case) -> Option<Signed> {
    let stated = statement::stated(case)?;
    let text = |field: &str| case.text(field).unwrap_or_default().to_owned();
    let signing = case.taken.iter().rev().find(|taken| matches!(taken.step.as_str(), "state" | "correct"))?;
    let checking = case.last("check").filter(|_| case.stage == statement::CHECKED);
    Some(Signed {
        case: case.id,
        organ: case.organ.clone(),
        from: stated.from,
        to: stated.to,
        kind: stated.kind.to_owned(),
        value: stated.value,
        source: text("source"),
        note: text("note"),
        by: signing.by.clone(),
        at: signing.at,
        checked: checking.map(|taken| (taken.by.clone(), taken.at)),
    })
}
