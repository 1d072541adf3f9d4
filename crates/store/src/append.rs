//! Appending to the ledger: what a caller hands over in one act, and what it gets back.

use crate::{AppendError, ClockRow, Counted, Digest, EntryRow, Head, NewJob, PoolBatch, SearchText, Store, ledger::Prepared};

/// Everything one act changes on one stream; all of it is stored, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Append {
    pub division: i64,
    /// Time-ordered id of the case or register entry, positive.
    pub stream: i64,
    /// The last seq the caller knows; 0 for a new stream.
    pub expected: u32,
    pub events: Vec<NewEvent>,
    /// The case as it stands after these events; `None` leaves it as it is.
    pub head: Option<Head>,
    /// The clocks that run after these events, replacing those that ran before; `None` leaves them.
    pub clocks: Option<Vec<ClockRow>>,
    /// The register entry as it stands after these events.
    pub entry: Option<EntryRow>,
    pub counted: Vec<Counted>,
    /// What full-text search should find the stream by; `None` leaves the index as it is.
    pub search: Option<SearchText>,
    pub jobs: Vec<NewJob>,
    /// The batch of records that this act takes in or takes out of a data set.
    pub pool: Option<PoolBatch>,
}

/// An event to be appended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvent {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    pub kind: String,
    pub organ: String,
    pub matter: String,
    /// A JSON object. If `numbers` is not empty the stored body ends in `"numbers":[…]`.
    pub body: String,
    /// Document numbers to be drawn in the same transaction, in order.
    pub numbers: Vec<NumberWanted>,
}

/// A document number 文号, gap-free within (division, organ, series, year).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberWanted {
    pub series: String,
    pub organ: String,
    pub year: i32,
}

/// What an append became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Seq of the last event.
    pub seq: u32,
    /// Hash of the last event.
    pub hash: Digest,
    /// The numbers drawn, in the order wanted, over all events of the append.
    pub numbers: Vec<i64>,
}

impl Store {
    /// Appends each member for itself; returns when all that succeeded are durable.
    /// The answers are in the order given. Blocks: one fsync for all callers that wait at the same time.
    pub fn append(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let count = appends.len();
        match self.writer() {
            Ok(writer) => writer.append(appends.into_iter().map(Prepared::new).collect(), false),
            Err(error) => vec![Err(AppendError::Store(error)); count],
        }
    }

    /// Appends all members or none of them (a case and its children, a draw and its cases).
    /// On failure: the position of the member that failed, and why.
    pub fn append_all_or_none(&self, appends: Vec<Append>) -> Result<Vec<Appended>, (usize, AppendError)> {
        let writer = self.writer().map_err(|error| (0, AppendError::Store(error)))?;
        let answers = writer.append(appends.into_iter().map(Prepared::new).collect(), true);
        let culprit = answers.iter().position(|answer| matches!(answer, Err(error) if *error != AppendError::Abandoned));
        match culprit {
            Some(at) => Err((at, answers.into_iter().nth(at).and_then(Result::err).unwrap_or(AppendError::Abandoned))),
            None => answers.into_iter().enumerate().map(|(at, answer)| answer.map_err(|error| (at, error))).collect(),
        }
    }
}
