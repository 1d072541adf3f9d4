//! Signed checkpoints: one Merkle root over the last event of every stream, so that what was once shown cannot be taken back.

use sm3::{Digest as _, Sm3};

use crate::{
    Digest, Result, Store,
    dialect::{Conn, Insert, Row, Value},
    event::{digest, hex},
};

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
        format!(
            "fadu checkpoint\ndivision {}\nnumber {}\nday {}\nroot {}\nstreams {}\nevents {}\nprevious {}\n",
            self.division,
            self.number,
            self.day,
            hex(&self.root),
            self.streams,
            self.events,
            hex(&self.previous)
        )
    }
}

impl Store {
    /// Makes the next checkpoint of a division. `sign` is given the bytes of the statement.
    pub fn checkpoint(&self, division: i64, day: i32, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Checkpoint> {
        let (mut checkpoint, changed) = self.read_snapshot(|conn| {
            let before = latest(conn, division, 1)?.pop();
            let mut checkpoint = Checkpoint {
                division,
                number: before.as_ref().map_or(1, |before| before.number + 1),
                day,
                root: [0; 32],
                streams: 0,
                events: 0,
                previous: before.map_or([0; 32], |before| digest(before.statement().as_bytes())),
                signature: Vec::new(),
            };
            let mut tree = Tree::default();
            let mut changed = Vec::new();
            conn.query(
                "SELECT h.stream, h.seq, h.hash,
                        (SELECT MAX(s.seq) FROM seal s WHERE s.division = h.division AND s.stream = h.stream)
                 FROM head h WHERE h.division = ?1 ORDER BY h.stream",
                &[Value::Int(division)],
                |row| {
                    let (stream, seq) = (row.int(0)?, row.int(1)?);
                    tree.leaf(stream, seq, &row.digest(2)?);
                    checkpoint.streams += 1;
                    checkpoint.events += seq;
                    if row.int_or_null(3)? != Some(seq) {
                        changed.push((stream, seq));
                    }
                    Ok(())
                },
            )?;
            checkpoint.root = tree.root();
            Ok((checkpoint, changed))
        })?;
        checkpoint.signature = sign(checkpoint.statement().as_bytes());
        let made = checkpoint.clone();
        self.write(move |ledger| {
            let values = [
                Value::Int(division),
                Value::Int(checkpoint.number),
                Value::Int(i64::from(checkpoint.day)),
                Value::Blob(&checkpoint.root),
                Value::Int(checkpoint.streams),
                Value::Int(checkpoint.events),
                Value::Blob(&checkpoint.previous),
                Value::Blob(&checkpoint.signature),
            ];
            ledger.conn.insert(&CHECKPOINT, &values)?;
            let seals: Vec<Value<'_>> = changed
                .iter()
                .flat_map(|(stream, seq)| [Value::Int(division), Value::Int(*stream), Value::Int(checkpoint.number), Value::Int(*seq)])
                .collect();
            ledger.conn.insert(&SEAL, &seals)
        })?;
        Ok(made)
    }
    /// Checkpoints of a division, latest first.
    pub fn checkpoints(&self, division: i64, limit: u32) -> Result<Vec<Checkpoint>> {
        self.read(|conn| latest(conn, division, limit))
    }
}

const SELECT: &str = "SELECT division, number, day, root, streams, events, previous, signature FROM checkpoint";

fn read(row: &Row<'_>) -> Result<Checkpoint> {
    Ok(Checkpoint {
        division: row.int(0)?,
        number: row.int(1)?,
        day: row.int(2)? as i32,
        root: row.digest(3)?,
        streams: row.int(4)?,
        events: row.int(5)?,
        previous: row.digest(6)?,
        signature: row.blob(7)?.to_vec(),
    })
}

fn latest(conn: &mut Conn, division: i64, limit: u32) -> Result<Vec<Checkpoint>> {
    let sql = format!("{SELECT} WHERE division = ?1 ORDER BY number DESC LIMIT ?2");
    conn.list(&sql, &[Value::Int(division), Value::Int(i64::from(limit))], read)
}

pub(crate) fn at(conn: &mut Conn, division: i64, number: i64) -> Result<Option<Checkpoint>> {
    conn.one(&format!("{SELECT} WHERE division = ?1 AND number = ?2"), &[Value::Int(division), Value::Int(number)], read)
}

/// All checkpoints of all divisions, in order.
pub(crate) fn all(conn: &mut Conn) -> Result<Vec<Checkpoint>> {
    conn.list(&format!("{SELECT} ORDER BY division, number"), &[], read)
}

/// A Merkle tree in the shape of RFC 6962 over SM3, grown leaf by leaf; only one node of each height is kept.
/// leaf = SM3(0x00 | stream | seq | hash), node = SM3(0x01 | left | right); numbers 8 bytes, big endian.
#[derive(Default)]
pub(crate) struct Tree {
    leaves: u64,
    nodes: Vec<Digest>,
}

impl Tree {
    pub fn leaf(&mut self, stream: i64, seq: i64, hash: &Digest) {
        let mut state = Sm3::new();
        state.update([0]);
        state.update(stream.to_be_bytes());
        state.update(seq.to_be_bytes());
        state.update(hash);
        let mut node: Digest = state.finalize().into();
        // As adding one carries over: every full pair below becomes one node above.
        let mut full = self.leaves;
        while full & 1 == 1 {
            if let Some(left) = self.nodes.pop() {
                node = pair(&left, &node);
            }
            full >>= 1;
        }
        self.nodes.push(node);
        self.leaves += 1;
    }

    /// The root; SM3 of nothing for a tree without leaves.
    pub fn root(mut self) -> Digest {
        let Some(mut root) = self.nodes.pop() else {
            return digest(&[]);
        };
        while let Some(left) = self.nodes.pop() {
            root = pair(&left, &root);
        }
        root
    }
}

fn pair(left: &Digest, right: &Digest) -> Digest {
    let mut state = Sm3::new();
    state.update([1]);
    state.update(left);
    state.update(right);
    state.finalize().into()
}

const CHECKPOINT: Insert<'_> =
    Insert { into: "INSERT INTO checkpoint(division, number, day, root, streams, events, previous, signature)", width: 8, then: "" };

const SEAL: Insert<'_> = Insert { into: "INSERT INTO seal(division, stream, number, seq)", width: 4, then: "" };

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree as RFC 6962 defines it: split at the largest power of two below the number of leaves.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => digest(&[]),
            [leaf] => *leaf,
            leaves => {
                let (left, right) = leaves.split_at((leaves.len()).next_power_of_two() / 2);
                pair(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn a_tree_grown_leaf_by_leaf_has_the_root_of_the_definition() {
        for count in 0..40_i64 {
            let mut tree = Tree::default();
            let mut leaves = Vec::new();
            for stream in 0..count {
                tree.leaf(stream, 1, &[7; 32]);
                let mut one = Tree::default();
                one.leaf(stream, 1, &[7; 32]);
                leaves.push(one.root());
            }
            assert_eq!(tree.root(), by_definition(&leaves), "{count} leaves");
        }
    }
}
