//! The event row and its place in the hash chain: what is hashed, byte for byte, so that an outsider can recompute it.
//!
//! ```text
//! hash = SM3( "SM3\x01"                                 4 bytes: algorithm and version of this encoding
//!           | previous hash of the stream               32 bytes, zero for seq 1
//!           | division | stream | seq | at              8 bytes each, big endian, two's complement
//!           | kind | organ | matter | body )            each: length in bytes, 4 bytes big endian, then UTF-8
//! ```

use sm3::{Digest as _, Sm3};

use crate::{
    Result, Store,
    dialect::{Row, Value},
};

/// An SM3 digest (GB/T 32905), 32 bytes.
pub type Digest = [u8; 32];

/// The hash before the first event of a stream.
pub const ORIGIN: Digest = [0; 32];

/// First bytes of what is hashed: the algorithm, and the version of the encoding.
pub const ALGORITHM: [u8; 4] = *b"SM3\x01";

/// One event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// GB/T 2260 division code.
    pub division: i64,
    pub stream: i64,
    /// 1, 2, 3 … without gaps inside the stream.
    pub seq: u32,
    /// Seconds since 1970-01-01T00:00:00Z, as the caller gave them.
    pub at: i64,
    pub kind: String,
    pub organ: String,
    pub matter: String,
    /// A JSON object, exactly as hashed.
    pub body: String,
    pub hash: Digest,
}

/// The part of an event that the chain protects, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub division: i64,
    pub stream: i64,
    pub seq: i64,
    pub at: i64,
    pub kind: &'a [u8],
    pub organ: &'a [u8],
    pub matter: &'a [u8],
    pub body: &'a [u8],
}

impl Link<'_> {
    /// The hash of this event after `previous`; see the head of this file for the encoding.
    pub fn hash(&self, previous: &Digest) -> Digest {
        let mut fixed = [0u8; 72];
        fixed[..4].copy_from_slice(&ALGORITHM);
        fixed[4..36].copy_from_slice(previous);
        for (at, number) in [self.division, self.stream, self.seq, self.at].into_iter().enumerate() {
            let from = 36 + at * 8;
            // 36 + 4 × 8 = 68 bytes are used; the last four carry the first length.
            fixed[from..from + 8].copy_from_slice(&number.to_be_bytes());
        }
        fixed[68..].copy_from_slice(&length(self.kind));
        let mut state = Sm3::new();
        state.update(fixed);
        state.update(self.kind);
        for text in [self.organ, self.matter, self.body] {
            state.update(length(text));
            state.update(text);
        }
        state.finalize().into()
    }
}

fn length(text: &[u8]) -> [u8; 4] {
    u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes()
}

impl EventRow {
    /// The hash this event must have if the one before it has `previous`.
    pub fn hash_after(&self, previous: &Digest) -> Digest {
        Link {
            division: self.division,
            stream: self.stream,
            seq: i64::from(self.seq),
            at: self.at,
            kind: self.kind.as_bytes(),
            organ: self.organ.as_bytes(),
            matter: self.matter.as_bytes(),
            body: self.body.as_bytes(),
        }
        .hash(previous)
    }
}

/// The SM3 digest of some bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    Sm3::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    text
}

impl Store {
    /// The events of a stream after `after` (0 = all), in order.
    pub fn events(&self, division: i64, stream: i64, after: u32) -> Result<Vec<EventRow>> {
        let values = [Value::Int(division), Value::Int(stream), Value::Int(i64::from(after))];
        let sql = format!("{SELECT} WHERE division = ?1 AND stream = ?2 AND seq > ?3 ORDER BY seq");
        self.read(|conn| conn.list(&sql, &values, read))
    }

    /// One event.
    pub fn event(&self, division: i64, stream: i64, seq: u32) -> Result<Option<EventRow>> {
        let values = [Value::Int(division), Value::Int(stream), Value::Int(i64::from(seq))];
        let sql = format!("{SELECT} WHERE division = ?1 AND stream = ?2 AND seq = ?3");
        self.read(|conn| conn.one(&sql, &values, read))
    }

    /// The events of the streams after `(division, stream)`, in key order: whole streams, until at least `limit` events
    /// are there or the ledger ends.
    pub fn history(&self, after: (i64, i64), limit: usize) -> Result<Vec<EventRow>> {
        self.read(|conn| history(conn, after, limit))
    }
}

const SELECT: &str = "SELECT division, stream, seq, at, kind, organ, matter, body, hash FROM event";

fn read(row: &Row<'_>) -> Result<EventRow> {
    Ok(EventRow {
        division: row.int(0)?,
        stream: row.int(1)?,
        seq: row.int(2)? as u32,
        at: row.int(3)?,
        kind: row.string(4)?,
        organ: row.string(5)?,
        matter: row.string(6)?,
        body: row.string(7)?,
        hash: row.digest(8)?,
    })
}

/// See [`Store::history`].
pub(crate) fn history(conn: &mut crate::dialect::Conn, after: (i64, i64), limit: usize) -> Result<Vec<EventRow>> {
    let sql = format!("{SELECT} WHERE (division, stream) > (?1, ?2) ORDER BY division, stream, seq LIMIT ?3");
    let mut events = conn.list(&sql, &[Value::Int(after.0), Value::Int(after.1), Value::Int(limit.max(1) as i64)], read)?;
    let Some(last) = events.last() else {
        return Ok(events);
    };
    // The rest of the last stream, which the limit may have cut.
    let values = [Value::Int(last.division), Value::Int(last.stream), Value::Int(i64::from(last.seq))];
    let rest = conn.list(&format!("{SELECT} WHERE division = ?1 AND stream = ?2 AND seq > ?3 ORDER BY seq"), &values, read)?;
    events.extend(rest);
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with OpenSSL from the description at the head of this file, not with this program.
    #[test]
    fn an_outsider_computes_the_same_hash() {
        let mut event = EventRow {
            division: 140_902,
            stream: 1,
            seq: 1,
            at: 1_709_254_800,
            kind: "submitted".into(),
            organ: "审批局".into(),
            matter: "食品经营许可".into(),
            body: r#"{"a":1}"#.into(),
            hash: ORIGIN,
        };
        let first = event.hash_after(&ORIGIN);
        assert_eq!(hex(&first), "9bfe2eebecdaa37d23806daf309893e4f40c17be1451b78e7eacbb387454ab10");
        event.seq = 2;
        event.at += 1;
        event.kind = "accepted".into();
        event.matter.clear();
        event.body = "{}".into();
        assert_eq!(hex(&event.hash_after(&first)), "73de99db7f109a9847d9523b24bdcd38b179d8ac2dd6dbac32c9ef08c911f1ea");
    }
}
