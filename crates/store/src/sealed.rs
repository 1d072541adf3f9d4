//! What a checkpoint sealed: the events that were there when it was made, and the streams that have grown since.

use std::collections::HashMap;

use crate::{Checkpoint, EventRow, Result, Store, checkpoint, dialect::Value};

/// A stretch of the ledger as a checkpoint sealed it.
#[derive(Debug, Clone, Default)]
pub struct Sealed {
    /// Whole streams, each up to the event that was its last when the checkpoint was made.
    pub events: Vec<EventRow>,
    /// The last stream looked at; `None`: the ledger of the division ends here.
    pub last: Option<i64>,
}

impl Store {
    /// A checkpoint by its number.
    pub fn checkpoint_at(&self, division: i64, number: i64) -> Result<Option<Checkpoint>> {
        self.read(|conn| checkpoint::at(conn, division, number))
    }

    /// The events that checkpoint `number` sealed, of the streams after `after` (begin with the lowest number there is), in order:
    /// whole streams, about `limit` events at a time.
    pub fn sealed(&self, division: i64, number: i64, after: i64, limit: usize) -> Result<Sealed> {
        let mut events = self.history((division, after), limit)?;
        events.retain(|event| event.division == division);
        let Some(last) = events.last().map(|event| event.stream) else { return Ok(Sealed::default()) };
        let mut ends: HashMap<i64, i64> = HashMap::new();
        self.read(|conn| {
            conn.query(
                "SELECT stream, MAX(seq) FROM seal WHERE division = ?1 AND number <= ?2 AND stream > ?3 AND stream <= ?4 GROUP BY stream",
                &[Value::Int(division), Value::Int(number), Value::Int(after), Value::Int(last)],
                |row| {
                    ends.insert(row.int(0)?, row.int(1)?);
                    Ok(())
                },
            )
        })?;
        events.retain(|event| ends.get(&event.stream).is_some_and(|end| i64::from(event.seq) <= *end));
        Ok(Sealed { events, last: Some(last) })
    }

    /// Streams that have grown since the latest checkpoint, each with the last seq it sealed (0: none).
    pub fn unsealed(&self, division: i64) -> Result<Vec<(i64, u32)>> {
        self.read(|conn| {
            conn.list(
                "SELECT stream, sealed FROM
                     (SELECT h.stream, h.seq,
                             COALESCE((SELECT MAX(s.seq) FROM seal s WHERE s.division = h.division AND s.stream = h.stream), 0) AS sealed
                      FROM head h WHERE h.division = ?1) grown
                 WHERE seq > sealed ORDER BY stream",
                &[Value::Int(division)],
                |row| Ok((row.int(0)?, row.int(1)? as u32)),
            )
        })
    }
}
