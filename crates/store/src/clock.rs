//! Running clocks: only those that can still fall due, so that the minute's and the night's rounds read nothing else.

use crate::{
    Result, Store,
    dialect::{Conn, Value},
};

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
        let values = [Value::Int(division), Value::Int(before), Value::Int(i64::from(limit))];
        self.read(|conn| {
            conn.list(
                "SELECT clock, due, kind, extra, division, stream FROM clock WHERE division = ?1 AND due < ?2
                 ORDER BY due, stream, clock LIMIT ?3",
                &values,
                |row| Ok(RunningClock { division: row.int(4)?, stream: row.int(5)?, row: read(row)? }),
            )
        })
    }

    /// The clocks that run on one stream, earliest first.
    pub fn clocks(&self, division: i64, stream: i64) -> Result<Vec<ClockRow>> {
        self.read(|conn| of_stream(conn, (division, stream)))
    }
}

fn read(row: &crate::dialect::Row<'_>) -> Result<ClockRow> {
    Ok(ClockRow { clock: row.string(0)?, due: row.int(1)?, kind: row.string(2)?, extra: row.string(3)? })
}

/// The clocks that run on a stream, earliest first.
pub(crate) fn of_stream(conn: &mut Conn, key: (i64, i64)) -> Result<Vec<ClockRow>> {
    conn.list(
        "SELECT clock, due, kind, extra FROM clock WHERE division = ?1 AND stream = ?2 ORDER BY due, clock",
        &[Value::Int(key.0), Value::Int(key.1)],
        read,
    )
}
