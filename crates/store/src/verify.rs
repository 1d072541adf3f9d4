//! Proving that the ledger is whole: every hash, every seq, every head, every document number, every checkpoint.

use std::collections::HashSet;

use crate::{
    Checkpoint, Digest, Error, Result, Store, checkpoint,
    dialect::{Conn, Row, Value},
    event::{Link, ORIGIN, digest, hex},
    standing,
};

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
    /// The counts of open cases do not agree with the cases.
    Standing,
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
    /// Of the events in key order, then of document numbers, attachments, checkpoints and counts of open cases; at most 1,000.
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
    pub fn verify(&self, witnesses: &[Checkpoint], mut progress: impl FnMut(u64)) -> Result<Verification> {
        self.read_snapshot(|conn| {
            let mut walk = Walk::new();
            walk.events(conn, &mut progress)?;
            // Heads are compared after their events were read: bring the first bad event to the front.
            walk.result.faults.sort_by_key(|fault| (fault.division, fault.stream, fault.seq));
            // Each of the rest may meet damage of its own, and the others are still worth looking at.
            for look in [Walk::numbers, Walk::attachments] {
                if let Err(error) = look(&mut walk, conn) {
                    walk.unreadable(error)?;
                }
            }
            if let Err(error) = walk.checkpoints(conn, witnesses) {
                walk.unreadable(error)?;
            }
            // Counts of cases say least: a stream that is gone shows in them, too.
            if let Err(error) = walk.standing(conn) {
                walk.unreadable(error)?;
            }
            Ok(walk.result)
        })
    }
}

/// The end of a stream, as found in its events.
struct End {
    key: (i64, i64),
    seq: i64,
    hash: Digest,
}

/// Events read in one query.
const CHUNK: i64 = 50_000;
const MOST_FAULTS: usize = 1_000;

struct Walk {
    result: Verification,
    /// The stream being read.
    end: Option<End>,
    /// Streams read to their end whose heads were not compared yet.
    ended: Vec<End>,
    /// The last event that could be read.
    last: Option<(i64, i64, i64)>,
    /// Streams cut short by damage: their heads prove nothing.
    cut: HashSet<(i64, i64)>,
    /// Document numbers as the events tell them: stream key, seq, number.
    drawn: HashSet<(i64, i64, i64, i64)>,
}

impl Walk {
    fn new() -> Walk {
        Walk {
            result: Verification { complete: true, ..Verification::default() },
            end: None,
            ended: Vec::new(),
            last: None,
            cut: HashSet::new(),
            drawn: HashSet::new(),
        }
    }

    fn fault(&mut self, what: FaultKind, (division, stream, seq): (i64, i64, i64), detail: String) {
        if self.result.faults.len() < MOST_FAULTS {
            self.result.faults.push(Fault { what, division, stream, seq, kind: String::new(), at: None, detail });
        }
    }

    /// Damage becomes a fault at the last event that could be read; anything else ends the verification.
    fn unreadable(&mut self, error: Error) -> Result<()> {
        match error {
            Error::Damaged(_) | Error::Value(_) | Error::Database(_) => {}
            other => return Err(other),
        }
        let at = self.last.unwrap_or_default();
        let after = match self.last {
            Some((division, stream, seq)) => format!("after event {division}/{stream}/{seq}"),
            None => "before the first event".to_owned(),
        };
        self.fault(FaultKind::Unreadable, at, format!("the database cannot read on {after}: {error}"));
        self.result.complete = false;
        Ok(())
    }

    fn events(&mut self, conn: &mut Conn, progress: &mut impl FnMut(u64)) -> Result<()> {
        let sql = format!(
            "SELECT division, stream, seq, at, kind, organ, matter, body, hash FROM event
             WHERE (division, stream, seq) > (?1, ?2, ?3) ORDER BY division, stream, seq LIMIT {CHUNK}"
        );
        let mut from = (i64::MIN, i64::MIN, i64::MIN);
        let mut heads_from = (i64::MIN, i64::MIN);
        loop {
            let before = self.result.events;
            let read = conn.query(&sql, &[Value::Int(from.0), Value::Int(from.1), Value::Int(from.2)], |row| {
                self.event(row);
                Ok(())
            });
            let count = (self.result.events - before) as i64;
            progress(self.result.events);
            if let Err(error) = read {
                self.unreadable(error)?;
                let stuck = self.last.is_none_or(|last| last <= from);
                if let Some(end) = self.end.take() {
                    self.cut.insert(end.key);
                    self.ended.push(end);
                }
                if stuck {
                    // Nothing can be read here at all: what follows stays unread.
                    return self.heads(conn, heads_from, None);
                }
                // Try from the next stream on.
                let last = self.last.unwrap_or(from);
                from = (last.0, last.1, i64::MAX);
                continue;
            }
            if count < CHUNK {
                self.ended.extend(self.end.take());
                return self.heads(conn, heads_from, Some((i64::MAX, i64::MAX)));
            }
            from = self.last.unwrap_or(from);
            if let Some(upto) = self.ended.last().map(|end| end.key) {
                self.heads(conn, heads_from, Some(upto))?;
                heads_from = upto;
            }
        }
    }

    /// One event: its place in the stream and its hash.
    fn event(&mut self, row: &Row<'_>) {
        self.result.events += 1;
        let key = match (row.int(0), row.int(1), row.int(2)) {
            (Ok(division), Ok(stream), Ok(seq)) => (division, stream, seq),
            _ => {
                let at = self.last.unwrap_or_default();
                return self.fault(FaultKind::Unreadable, at, "the key of an event is not made of numbers".to_owned());
            }
        };
        let out_of_order = self.last.is_some_and(|last| last >= key);
        self.last = Some(key);
        let (division, stream, seq) = key;
        if self.end.as_ref().is_some_and(|end| end.key != (division, stream)) {
            self.ended.extend(self.end.take());
        }
        let (expected, previous) = self.end.as_ref().map_or((1, ORIGIN), |end| (end.seq + 1, end.hash));
        if self.end.is_none() {
            self.result.streams += 1;
        }
        let at_fault = |walk: &mut Walk, what, detail: String| {
            let (kind, at) = (row.text(4).unwrap_or_default().to_owned(), row.int(3).ok());
            walk.fault(what, key, detail);
            if let Some(fault) = walk.result.faults.last_mut().filter(|fault| (fault.division, fault.stream, fault.seq) == key) {
                (fault.kind, fault.at) = (kind, at);
            }
        };
        if seq != expected || out_of_order {
            at_fault(
                self,
                FaultKind::Gap,
                format!("event {expected} of the stream is missing or out of order: {seq} was found in its place"),
            );
        }
        let (stored, computed) = match read_link(row, key) {
            Ok((link, stored)) => {
                self.note_numbers(key, link.body);
                (stored, Some(link.hash(&previous)))
            }
            Err(error) => {
                at_fault(self, FaultKind::Unreadable, error.to_string());
                (row.digest(8).unwrap_or(ORIGIN), None)
            }
        };
        if computed.is_some_and(|computed| computed != stored) && seq == expected {
            at_fault(self, FaultKind::Hash, "the content of the event, or the event before it, does not give its hash".to_owned());
        }
        self.end = Some(End { key: (division, stream), seq, hash: stored });
    }

    fn note_numbers(&mut self, (division, stream, seq): (i64, i64, i64), body: &[u8]) {
        if !body.ends_with(b"]}") {
            return;
        }
        let Ok(body) = std::str::from_utf8(body) else {
            return;
        };
        let Some((_, list)) = body.rsplit_once("\"numbers\":[") else {
            return;
        };
        for number in list.trim_end_matches("]}").split(',') {
            if let Ok(number) = number.parse() {
                self.drawn.insert((division, stream, seq, number));
            }
        }
    }

    /// Compares the heads after `from`, up to `upto` (`None`: only those of streams that were read), with the ends found.
    fn heads(&mut self, conn: &mut Conn, from: (i64, i64), upto: Option<(i64, i64)>) -> Result<()> {
        let ended = std::mem::take(&mut self.ended);
        let last = upto.or(ended.last().map(|end| end.key)).unwrap_or(from);
        let mut ends = ended.iter().peekable();
        let mut headless = Vec::new();
        let values = [Value::Int(from.0), Value::Int(from.1), Value::Int(last.0), Value::Int(last.1)];
        let read = conn.query(
            "SELECT division, stream, seq, hash FROM head
             WHERE (division, stream) > (?1, ?2) AND (division, stream) <= (?3, ?4) ORDER BY division, stream",
            &values,
            |row| {
                let key = (row.int(0)?, row.int(1)?);
                let seq = row.int(2)?;
                while let Some(end) = ends.next_if(|end| end.key < key) {
                    headless.push((end.key.0, end.key.1, end.seq));
                }
                match ends.next_if(|end| end.key == key) {
                    _ if self.cut.contains(&key) => {}
                    None => self.fault(FaultKind::Missing, (key.0, key.1, 1), format!("the stream should have {seq} events and has none")),
                    Some(end) if end.seq != seq => self.fault(
                        FaultKind::Head,
                        (key.0, key.1, end.seq.min(seq) + 1),
                        format!("the stream ends at event {}, its head says {seq}", end.seq),
                    ),
                    Some(end) if end.hash[..] != *row.blob(3)? => self.fault(
                        FaultKind::Head,
                        (key.0, key.1, seq),
                        "the last event does not have the hash that the head of the stream keeps".to_owned(),
                    ),
                    Some(_) => {}
                }
                Ok(())
            },
        );
        headless.extend(ends.map(|end| (end.key.0, end.key.1, end.seq)));
        if let Err(error) = read {
            return self.unreadable(error);
        }
        for key in headless {
            self.fault(FaultKind::Head, key, "the stream has no head".to_owned());
        }
        Ok(())
    }

    fn standing(&mut self, conn: &mut Conn) -> Result<()> {
        for (division, says) in standing::differences(conn)? {
            self.fault(FaultKind::Standing, (division, 0, 0), says);
        }
        Ok(())
    }

    /// Document numbers: 1, 2, 3 … in each series, each told by the event that drew it.
    fn numbers(&mut self, conn: &mut Conn) -> Result<()> {
        let mut series = (0, String::new(), String::new(), 0);
        let mut expected = 1;
        let mut drawn = std::mem::take(&mut self.drawn);
        conn.query(
            "SELECT division, organ, series, year, number, stream, seq FROM paper_number ORDER BY division, organ, series, year, number",
            &[],
            |row| {
                let (division, organ, name, year) = (row.int(0)?, row.text(1)?, row.text(2)?, row.int(3)?);
                let (number, stream, seq) = (row.int(4)?, row.int(5)?, row.int(6)?);
                if (series.0, series.1.as_str(), series.2.as_str(), series.3) != (division, organ, name, year) {
                    series = (division, organ.to_owned(), name.to_owned(), year);
                    expected = 1;
                }
                let key = (division, stream, seq);
                if number != expected {
                    self.fault(FaultKind::Number, key, format!("{organ} {name} {year}: number {expected} is missing before {number}"));
                }
                expected = number + 1;
                self.result.numbers += 1;
                if !drawn.remove(&(division, stream, seq, number)) {
                    self.fault(FaultKind::Number, key, format!("{organ} {name} {year}: number {number} is not in the event it belongs to"));
                }
                Ok(())
            },
        )?;
        let mut left: Vec<_> = drawn.into_iter().collect();
        left.sort_unstable();
        for (division, stream, seq, number) in left {
            let detail = format!("the event drew number {number}, which is in no series");
            self.fault(FaultKind::Number, (division, stream, seq), detail);
        }
        Ok(())
    }

    fn attachments(&mut self, conn: &mut Conn) -> Result<()> {
        conn.query("SELECT division, digest, bytes FROM attachment", &[], |row| {
            self.result.attachments += 1;
            let key = row.blob(1)?;
            if digest(row.blob(2)?)[..] != *key {
                self.fault(FaultKind::Attachment, (row.int(0)?, 0, 0), format!("attachment {}", hex(key)));
            }
            Ok(())
        })
    }

    /// Checkpoints follow each other, and each is still the root of what it covered: a history rewritten later, with all its hashes,
    /// shows in every checkpoint made before, however many came after.
    fn checkpoints(&mut self, conn: &mut Conn, witnesses: &[Checkpoint]) -> Result<()> {
        let kept = checkpoint::all(conn)?;
        for (at, this) in kept.iter().enumerate() {
            self.result.checkpoints += 1;
            let before = at.checked_sub(1).map(|at| &kept[at]).filter(|before| before.division == this.division);
            let previous = before.map_or([0; 32], |before| digest(before.statement().as_bytes()));
            let place = (this.division, 0, 0);
            if this.number != before.map_or(1, |before| before.number + 1) || this.previous != previous {
                let detail = format!("checkpoint {} of division {} does not follow the one before it", this.number, this.division);
                self.fault(FaultKind::Checkpoint, place, detail);
            }
            self.root(conn, this)?;
        }
        for witness in witnesses {
            if !kept.contains(witness) {
                let detail = format!(
                    "checkpoint {} of division {}, kept elsewhere, is not the one in this database",
                    witness.number, witness.division
                );
                self.fault(FaultKind::Checkpoint, (witness.division, 0, 0), detail);
            }
        }
        Ok(())
    }

    fn root(&mut self, conn: &mut Conn, checkpoint: &Checkpoint) -> Result<()> {
        let mut tree = checkpoint::Tree::default();
        let (mut streams, mut events, mut gone) = (0, 0, Vec::new());
        conn.query(
            "SELECT s.stream, s.seq, e.hash, e.seq FROM
                 (SELECT stream, MAX(seq) AS seq FROM seal WHERE division = ?1 AND number <= ?2 GROUP BY stream) s
             LEFT JOIN event e ON e.division = ?1 AND e.stream = s.stream AND e.seq = s.seq ORDER BY s.stream",
            &[Value::Int(checkpoint.division), Value::Int(checkpoint.number)],
            |row| {
                let (stream, seq) = (row.int(0)?, row.int(1)?);
                streams += 1;
                events += seq;
                match row.int_or_null(3)? {
                    Some(_) => tree.leaf(stream, seq, &row.digest(2)?),
                    None => gone.push((stream, seq)),
                }
                Ok(())
            },
        )?;
        let whole = gone.is_empty();
        for (stream, seq) in gone {
            let detail = format!("the event was there at checkpoint {} and is gone", checkpoint.number);
            self.fault(FaultKind::Checkpoint, (checkpoint.division, stream, seq), detail);
        }
        if whole && (tree.root() != checkpoint.root || (streams, events) != (checkpoint.streams, checkpoint.events)) {
            let detail = format!(
                "the ledger no longer gives the root of checkpoint {}: a stream was removed, or a chain rewritten",
                checkpoint.number
            );
            self.fault(FaultKind::Checkpoint, (checkpoint.division, 0, 0), detail);
        }
        Ok(())
    }
}

fn read_link<'a>(row: &'a Row<'_>, (division, stream, seq): (i64, i64, i64)) -> Result<(Link<'a>, Digest)> {
    let link = Link {
        division,
        stream,
        seq,
        at: row.int(3)?,
        kind: row.text_bytes(4)?,
        organ: row.text_bytes(5)?,
        matter: row.text_bytes(6)?,
        body: row.text_bytes(7)?,
    };
    Ok((link, row.digest(8)?))
}
