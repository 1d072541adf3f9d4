//! The only crate that speaks SQL: events, entries, people, jobs, figures, search. It decides nothing, and no
//! caller learns which database it is. All calls block; `Store::append` is the hot path.

pub mod account;
pub mod append;
pub mod attachment;
pub mod backup;
pub mod case;
pub mod checkpoint;
pub mod clock;
pub mod entry;
pub mod error;
pub mod event;
pub mod figure;
pub mod fold;
pub mod job;
pub mod limit;
pub mod open;
pub mod plain;
pub mod pool;
pub mod sealed;
pub mod search;
pub mod standing;
pub mod stats;
#[cfg(feature = "trial")]
pub mod trial;
pub mod verify;

mod dialect;
mod ledger;
mod migration;
mod query;
mod tally;
mod tip;
mod value;
mod word;
mod writer;

pub use account::{Access, Account, Session};
pub use append::{Append, Appended, NewEvent, NumberWanted};
pub use attachment::Attachment;
pub use backup::restore;
pub use case::{CaseFilter, CaseOrder, Head, HeadRow};
pub use checkpoint::Checkpoint;
pub use clock::{ClockRow, RunningClock};
pub use entry::{EntryFilter, EntryRow};
pub use error::{AppendError, Error, Result};
pub use event::{Digest, EventRow};
pub use figure::{By, CellFilter, CellRow, Counted, CountedRow, FigureState, FoldProgress, RecordKey, day};
pub use fold::CellFault;
pub use job::{JobRow, JobState, NewJob};
pub use open::{Config, Store};
pub use pool::{NewRecord, PoolBatch, PooledRecord, Short};
pub use sealed::Sealed;
pub use search::{Hit, SearchText};
pub use standing::Backlog;
pub use stats::{Stats, TableStats};
pub use verify::{Fault, FaultKind, Verification};
