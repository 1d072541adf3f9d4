//! Proving that the ledger is whole: every hash, every seq, every head, every document number, every checkpoint.

use crate::{Checkpoint, Result, Store};

/// What is wrong, in one word a program can match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The content of an event does not give its hash.
    Hash,
    /// A seq is missing or out of order.
    Gap,
    /// The head of the stream disagrees with its last event (events cut off at the end, or added).
    Head,
    /// A stream has a head but no events.
    Missing,
    /// A document number is missing, doubled or belongs to no event.
    Number,
    /// The ledger no longer gives the root of a checkpoint, or the checkpoints do not follow each other.
    Checkpoint,
    /// An attachment no longer has its digest.
    Attachment,
    /// The database cannot read its own rows.
    Unreadable,
}

/// One thing that is wrong, at the event that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub what: FaultKind,
    pub division: i64,
    pub stream: i64,
    pub seq: i64,
    /// Kind and time of the event where they can be read.
    pub kind: String,
    pub at: Option<i64>,
    /// A sentence for a person.
    pub detail: String,
}

/// The result of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    pub streams: u64,
    pub events: u64,
    pub numbers: u64,
    pub checkpoints: u64,
    pub attachments: u64,
    /// In key order, at most 1,000.
    pub faults: Vec<Fault>,
    /// False when damage kept part of the ledger from being read.
    pub complete: bool,
}

impl Verification {
    /// Whole: all read, nothing wrong.
    pub fn sound(&self) -> bool {
        self.complete && self.faults.is_empty()
    }
}

impl Store {
    /// Walks the whole ledger and recomputes it. `witnesses` are checkpoints kept elsewhere; the store must still
    /// hold and satisfy them. `progress` is told the number of events read, now and then.
    pub fn verify(&self, witnesses: &[Checkpoint], progress: impl FnMut(u64)) -> Result<Verification> {
        let _ = (witnesses, progress);
        Err(crate::unready())
    }
}
