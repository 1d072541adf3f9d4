//! Folding a figure over history: for a new or changed definition, restartable, beside running writers.

use crate::{Counted, EventRow, FoldProgress, Result, Store};

/// A cell that does not agree with the recount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    pub division: i64,
    pub figure: String,
    pub organ: String,
    pub matter: String,
    pub place: String,
    /// yyyymm
    pub month: i32,
    /// (n, amount) kept and recounted.
    pub kept: (i64, i64),
    pub recounted: (i64, i64),
}

impl Store {
    /// Counts the given figures anew from the whole ledger. `fold` is given every event in order of
    /// (division, stream, seq), always from the first of a stream (a stream may be offered a second time),
    /// and returns what it counts for the given figures (`Counted::event` is ignored).
    /// An interrupted refold goes on where it stopped. Writers keep writing.
    pub fn refold(
        &self, figures: &[&str], fold: impl FnMut(&EventRow) -> Vec<Counted>, progress: impl FnMut(FoldProgress),
    ) -> Result<u64> {
        let _ = (figures, fold, progress);
        Err(crate::unready())
    }

    /// Recounts the given figures from the events and compares with what is kept. Read only.
    pub fn verify_cells(
        &self, figures: &[&str], recount: impl FnMut(&EventRow) -> Vec<Counted>, progress: impl FnMut(FoldProgress),
    ) -> Result<Vec<CellFault>> {
        let _ = (figures, recount, progress);
        Err(crate::unready())
    }
}
