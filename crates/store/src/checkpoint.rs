//! Signed checkpoints: one Merkle root over the last event of every stream, so that what was once shown cannot be taken back.

use crate::{Digest, Result, Store};

/// A checkpoint of one division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub division: i64,
    /// 1, 2, 3 … within the division.
    pub number: i64,
    /// yyyymmdd
    pub day: i32,
    pub root: Digest,
    /// Streams and events covered.
    pub streams: i64,
    pub events: i64,
    /// Digest of the statement of the checkpoint before; zero for the first.
    pub previous: Digest,
    /// Over [`Checkpoint::statement`].
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// The text that is signed and published.
    pub fn statement(&self) -> String {
        use crate::event::hex;
        format!(
            "fadu checkpoint\ndivision {}\nnumber {}\nday {}\nroot {}\nstreams {}\nevents {}\nprevious {}\n",
            self.division, self.number, self.day, hex(&self.root), self.streams, self.events, hex(&self.previous)
        )
    }
}

impl Store {
    /// Makes the next checkpoint of a division. `sign` is given the bytes of the statement.
    pub fn checkpoint(&self, division: i64, day: i32, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Checkpoint> {
        let _ = (division, day, sign);
        Err(crate::unready())
    }
    /// Checkpoints of a division, latest first.
    pub fn checkpoints(&self, division: i64, limit: u32) -> Result<Vec<Checkpoint>> {
        let _ = (division, limit);
        Err(crate::unready())
    }
}
