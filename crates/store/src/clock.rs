//! Running clocks: only those that can still fall due, so that the minute's and the night's rounds read nothing else.

use crate::{Result, Store};

/// A clock that runs on a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClockRow {
    /// Id of the clock within its procedure.
    pub clock: String,
    /// The instant it falls due, seconds since the epoch.
    pub due: i64,
    pub kind: String,
    /// Whatever the caller needs to act when it falls due.
    pub extra: String,
}

/// A running clock and the stream it runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningClock {
    pub division: i64,
    pub stream: i64,
    pub row: ClockRow,
}

impl Store {
    /// Clocks due before the instant, earliest first, at most `limit`.
    pub fn due_clocks(&self, division: i64, before: i64, limit: u32) -> Result<Vec<RunningClock>> {
        let _ = (division, before, limit);
        Err(crate::unready())
    }

    /// The clocks that run on one stream, earliest first.
    pub fn clocks(&self, division: i64, stream: i64) -> Result<Vec<ClockRow>> {
        let _ = (division, stream);
        Err(crate::unready())
    }
}
