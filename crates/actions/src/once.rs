//! What may be there once: a statement for a period, an appraisal of a unit in a year. Looked for under one lock, in the ledger and in
//! the call itself.

use std::sync::Arc;

use engine::case::Case;
use engine::decide::{Reason, Refusal, version_of};
use engine::figure::statement;
use store::{CaseFilter, CaseOrder};

use crate::hall::{Hall, Result};
use crate::step::Asked;

/// Cases of an organ and matter that are looked at.
const MOST: u32 = 100;

impl Hall {
    /// Whether a step can bring about what may be there once.
    pub(crate) fn is_single(&self, asked: &Asked) -> bool {
        match asked.case {
            Some(id) => self.case(id).is_ok_and(|case| case.procedure == statement::PROCEDURE),
            None => {
                let procedure = self.law.procedures.get(&asked.procedure);
                asked.procedure == statement::PROCEDURE
                    || procedure.is_some_and(|found| found.versions.iter().any(|version| version.once.is_some()))
            }
        }
    }

    /// Refuses what the ledger, or this very call, already holds.
    pub(crate) fn once(&self, case: &Arc<Case>, before: &mut Vec<Arc<Case>>) -> Result<()> {
        match case.procedure == statement::PROCEDURE {
            true => self.state_once(case, before),
            false => self.open_once(case, before),
        }
    }

    /// A checked statement for a period that another one says already.
    fn state_once(&self, case: &Arc<Case>, stated: &mut Vec<Arc<Case>>) -> Result<()> {
        if let Some(refusal) = self.stated_before(case)? {
            return Err(refusal.into());
        }
        if case.stage != statement::CHECKED {
            return Ok(());
        }
        let Some(new) = statement::stated(case) else { return Ok(()) };
        for other in stated.iter().filter(|other| other.organ == case.organ && other.id != case.id) {
            if let Some(before) = statement::stated(other)
                && before.figure == new.figure
                && before.from <= new.to
                && new.from <= before.to
            {
                return Err(self.twice(case, &before).into());
            }
        }
        stated.push(case.clone());
        Ok(())
    }

    /// A second case of an organ and matter of which there is to be one.
    fn open_once(&self, case: &Arc<Case>, opened: &mut Vec<Arc<Case>>) -> Result<()> {
        let Some((procedure, version)) = version_of(&self.law, case) else { return Ok(()) };
        let Some(once) = version.once.as_ref().filter(|_| case.taken.len() == 1) else { return Ok(()) };
        let same = |other: &&Arc<Case>| other.procedure == case.procedure && other.organ == case.organ && other.matter == case.matter;
        let filter = CaseFilter {
            procedures: vec![case.procedure.clone()],
            organs: vec![case.organ.clone()],
            matters: vec![case.matter.clone()],
            ..CaseFilter::default()
        };
        let known = self.store.cases(self.settings.number(), &filter, CaseOrder::Newest, 0, MOST)?;
        let first = known.iter().find(|row| row.stream != case.id && !once.unless.contains(&row.head.stage)).map(|row| row.stream);
        let Some(first) = first.or_else(|| opened.iter().find(same).map(|other| other.id)) else {
            opened.push(case.clone());
            return Ok(());
        };
        let code = self.case(first).map(|case| crate::step::code(&case)).unwrap_or_default();
        let step = case.taken.first().map(|taken| taken.step.clone()).unwrap_or_default();
        let title = version.step(&step).map(|step| step.title.clone()).unwrap_or_default();
        let says =
            format!("{}的{}已经有一案，查询码{code}；两案各算各的，就说不清哪个算数了", self.organ_title(&case.organ), procedure.title);
        let reason = Reason {
            guard: "once".to_owned(),
            cite: Some(procedure.basis.clone()),
            says,
            cure: "在原来那一案上办；不该开始的，先在那一案上写明不再办".to_owned(),
            field: None,
            parameter: None,
        };
        Err(Refusal { step, title, reasons: vec![reason] }.into())
    }
}
