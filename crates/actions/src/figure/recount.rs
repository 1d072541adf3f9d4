//! Counting anew: a new or changed figure is folded over history beside the running server, and every cell can be compared with a
//! recount from the events.

use std::collections::HashMap;
use std::sync::PoisonError;

use engine::figure::{Index, statement};
use store::{FigureState, day};

use crate::entry::act_of;
use crate::hall::{Hall, Result};
use crate::step::event_of;

impl Hall {
    /// Every series that is kept, with a digest of what it counts.
    fn series(&self) -> Vec<(String, String)> {
        let digest = |text: &str| store::event::hex(&store::event::digest(text.as_bytes()));
        let own = [statement::SERIES_CHECKED, statement::SERIES_WAITING].map(|series| (series.to_owned(), digest(series)));
        self.law
            .figures
            .iter()
            .filter(|figure| figure.is_kept())
            .map(|figure| (figure.series.clone(), digest(&figure.definition_text(&self.law.calendar))))
            .chain(own)
            .collect()
    }

    /// Series that give no number yet, with how far they have been counted, in per cent.
    pub fn folding(&self) -> HashMap<String, u8> {
        self.uncounted.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Declares the figures; what must be folded over history gives no number until `fold_figures` has done it.
    pub(crate) fn declare_figures(&self) -> Result<()> {
        let stale = self.store.declare_figures(&self.series())?;
        let mut uncounted = self.uncounted.write().unwrap_or_else(PoisonError::into_inner);
        *uncounted = stale.into_iter().map(|series| (series, 0)).collect();
        Ok(())
    }

    /// Takes the figures as they were last declared by whoever writes: for a hall that only reads.
    pub(crate) fn read_figure_states(&self) -> Result<()> {
        let known: HashMap<String, FigureState> =
            self.store.figure_states()?.into_iter().map(|state| (state.figure.clone(), state)).collect();
        let empty = self.store.event_total(None)? == 0;
        let mut uncounted = HashMap::new();
        for (series, definition) in self.series() {
            match known.get(&series) {
                Some(state) if state.definition == definition && state.folding.is_none() => {}
                Some(state) if state.definition == definition => {
                    uncounted.insert(series, self.percent(state.folding)?);
                }
                _ if empty => {}
                _ => {
                    uncounted.insert(series, 0);
                }
            }
        }
        *self.uncounted.write().unwrap_or_else(PoisonError::into_inner) = uncounted;
        Ok(())
    }

    fn percent(&self, upto: Option<(i64, i64)>) -> Result<u8> {
        let total = self.store.event_total(None)?.max(1);
        Ok(share(upto.map_or(Ok(0), |upto| self.store.event_total(Some(upto)))?, total))
    }

    /// Folds new and changed figures over history, from where an interrupted fold stopped. Others may read and write meanwhile.
    pub fn fold_figures(&self, mut progress: impl FnMut(u64)) -> Result<()> {
        let stale: Vec<String> = self.folding().into_keys().collect();
        if stale.is_empty() {
            return Ok(());
        }
        let total = self.store.event_total(None)?.max(1);
        let begun: HashMap<String, Option<(i64, i64)>> =
            self.store.figure_states()?.into_iter().map(|state| (state.figure, state.folding)).collect();
        // The furthest behind sets the pace.
        let from = stale.iter().filter_map(|series| begun.get(series).copied().flatten()).min();
        let before = from.map_or(Ok(0), |from| self.store.event_total(Some(from)))?;
        let keys: Vec<&str> = stale.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.index);
        self.store.refold(
            &keys,
            |row| recount.row(row),
            |at| {
                let percent = share(before + at.events, total);
                self.uncounted.write().unwrap_or_else(PoisonError::into_inner).values_mut().for_each(|so_far| *so_far = percent);
                progress(at.events);
            },
        )?;
        self.uncounted.write().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// Folds every figure anew over the whole ledger, beside running writers. Returns the number of events folded.
    pub fn fold_anew(&self, mut progress: impl FnMut(u64)) -> Result<u64> {
        let series: Vec<String> = self.series().into_iter().map(|(series, _)| series).collect();
        let names: Vec<&str> = series.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.index);
        Ok(self.store.refold(&names, |row| recount.row(row), |at| progress(at.events))?)
    }

    /// Recounts every figure from the events and compares with the cells. Figures still being folded are left out.
    pub fn verify_figures(&self, mut progress: impl FnMut(u64)) -> Result<Vec<store::CellFault>> {
        let folding = self.folding();
        let series: Vec<String> =
            self.series().into_iter().map(|(series, _)| series).filter(|series| !folding.contains_key(series)).collect();
        let names: Vec<&str> = series.iter().map(String::as_str).collect();
        let mut recount = Recount::new(self, &self.index);
        Ok(self.store.verify_cells(&names, |row| recount.row(row), |at| progress(at.events))?)
    }
}

/// So many of so many, in whole per cent; all but done reads 99.
fn share(done: u64, total: u64) -> u8 {
    u8::try_from(done.saturating_mul(100) / total.max(1)).unwrap_or(99).min(99)
}

/// Folds streams in order and says what each event counts, exactly as when it was appended.
pub(crate) struct Recount<'h> {
    hall: &'h Hall,
    index: &'h Index,
    stream: i64,
    case: Option<engine::case::Case>,
    entry: Option<engine::register::Entry>,
}

impl<'h> Recount<'h> {
    /// Counts by the figures of an index; the procedures are those of the hall, whose versions never change.
    pub(crate) fn new(hall: &'h Hall, index: &'h Index) -> Recount<'h> {
        Recount { hall, index, stream: 0, case: None, entry: None }
    }

    pub(crate) fn row(&mut self, row: &store::EventRow) -> Vec<store::Counted> {
        if row.stream != self.stream || row.seq == 1 {
            self.stream = row.stream;
            self.case = None;
            self.entry = None;
        }
        let (law, index) = (&self.hall.law, self.index);
        let counted = if self.entry.is_some() || row.body.starts_with("{\"register\"") {
            let Ok(event) = act_of(row) else { return Vec::new() };
            let before = self.entry.take();
            let after = engine::register::apply(before.clone(), &event);
            let counted = index.act(before.as_ref(), &after, &event);
            self.entry = Some(after);
            counted
        } else {
            let Ok(event) = event_of(row) else { return Vec::new() };
            let held = self.case.as_ref().map(|case| index.held(law, case)).unwrap_or_default();
            match &mut self.case {
                Some(case) => case.apply(&event),
                None => self.case = engine::case::Case::open(&self.hall.settings.division, row.stream, &event),
            }
            let Some(case) = &self.case else { return Vec::new() };
            index.step(law, &held, case, &event)
        };
        let on = crate::moment::wall(row.at).date();
        counted.into_iter().map(|counted| kept(counted, on)).collect()
    }
}

/// A contribution as the store keeps it.
pub(crate) fn kept(counted: engine::figure::Counted, on: jiff::civil::Date) -> store::Counted {
    store::Counted {
        figure: counted.series,
        organ: counted.organ,
        matter: counted.matter,
        place: counted.place,
        day: day(counted.day.unwrap_or(on)),
        amount: counted.amount,
        event: 0,
    }
}
