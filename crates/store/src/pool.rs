//! Pooled records 入池记录: what batches brought into data sets, loaded in bulk, found by key and by the columns that can be looked up.
//!
//! A record holds while its batch holds and no later batch brought the same key: taking a batch out brings back what it had
//! replaced, and nothing is ever deleted.

use std::collections::HashMap;

use crate::{
    Result, Store,
    dialect::{Conn, Insert, Row, Value},
    query::Query,
    word::{NONE, UNKNOWN},
};

/// The first 16 bytes of an SM3 digest: of a record's key, or of a value it is looked up by.
pub type Short = [u8; 16];

/// A batch that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolBatch {
    /// The number its records were loaded under.
    pub load: i64,
    /// The case that decided it.
    pub stream: i64,
    pub data_set: String,
    pub records: i64,
    /// From when it holds and until when, seconds since the epoch; `None` = not ended.
    pub from_at: i64,
    pub to_at: Option<i64>,
}

/// A record to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// The row of the file it came from.
    pub line: u32,
    pub key: Short,
    /// Tells two records of one key apart when their values differ.
    pub mark: i64,
    /// A JSON object.
    pub body: String,
    /// Columns it can be looked up by, with the short digest of the value.
    pub finds: Vec<(String, Short)>,
}

/// A record as it is kept, with the batch that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PooledRecord {
    pub load: i64,
    pub stream: i64,
    pub line: u32,
    pub key: Short,
    pub body: String,
    /// From when it holds and until when: its batch was taken out, or a later one brought the same key.
    pub from_at: i64,
    pub to_at: Option<i64>,
}

impl Store {
    /// Loads records under a number of their own; they hold once an append names the load. Chunks of some thousand keep other
    /// writers waiting only briefly.
    pub fn pool_records(&self, division: i64, data_set: &str, load: i64, mut records: Vec<NewRecord>) -> Result<()> {
        // Key order keeps the insertions into the index near each other.
        records.sort_unstable_by_key(|record| record.key);
        let data_set = data_set.to_owned();
        self.write(move |ledger| {
            let words = ledger.words.clone();
            let set = words.id_or_new(&mut ledger.conn, division, &data_set)?;
            let mut found = Vec::with_capacity(records.len() * FIND.width);
            let mut fields: Vec<(&str, i64)> = Vec::new();
            for record in &records {
                found.extend(find(division, set, NONE, &record.key, load, record.line, record.mark));
                for (column, value) in &record.finds {
                    let field = match fields.iter().find(|(known, _)| known == column) {
                        Some((_, id)) => *id,
                        None => {
                            let id = words.id_or_new(&mut ledger.conn, division, column)?;
                            fields.push((column, id));
                            id
                        }
                    };
                    found.extend(find(division, set, field, value, load, record.line, 0));
                }
            }
            ledger.conn.insert(&FIND, &found)?;
            let mut rows: Vec<&NewRecord> = records.iter().collect();
            rows.sort_unstable_by_key(|record| record.line);
            let values: Vec<Value<'_>> = rows
                .iter()
                .flat_map(|record| {
                    [
                        Value::Int(division),
                        Value::Int(load),
                        Value::Int(i64::from(record.line)),
                        Value::Blob(&record.key),
                        Value::Text(&record.body),
                    ]
                })
                .collect();
            ledger.conn.insert(&POOLED, &values)
        })
    }

    /// The batch that a case decided, if it was taken in.
    pub fn pool_batch(&self, division: i64, stream: i64) -> Result<Option<PoolBatch>> {
        self.read(|conn| {
            let sql = format!("{BATCH_SELECT} WHERE b.division = ?1 AND b.stream = ?2");
            conn.one(&sql, &[Value::Int(division), Value::Int(stream)], batch)
        })
    }

    /// Every batch ever taken in, in the order of their loads; of one data set, or of all.
    pub fn pool_batches(&self, division: i64, data_set: Option<&str>) -> Result<Vec<PoolBatch>> {
        self.read(|conn| match data_set {
            Some(data_set) => {
                let set = self.words.id(conn, division, data_set)?;
                batches(conn, division, set)
            }
            None => {
                let sql = format!("{BATCH_SELECT} WHERE b.division = ?1 ORDER BY b.load");
                conn.list(&sql, &[Value::Int(division)], batch)
            }
        })
    }

    /// How many records were loaded under a number.
    pub fn pool_loaded(&self, division: i64, load: i64) -> Result<i64> {
        let values = [Value::Int(division), Value::Int(load)];
        self.read(|conn| {
            Ok(conn.one("SELECT COUNT(*) FROM pooled WHERE division = ?1 AND load = ?2", &values, |row| row.int(0))?.unwrap_or(0))
        })
    }

    /// The marks of the records that hold now under these keys; keys that no record holds are left out.
    pub fn pool_marks(&self, division: i64, data_set: &str, keys: &[Short]) -> Result<HashMap<Short, i64>> {
        self.read_snapshot(|conn| {
            let set = self.words.id(conn, division, data_set)?;
            let holding = Holding::read(conn, division, set)?;
            let mut marks = HashMap::new();
            if holding.order.is_empty() {
                return Ok(marks);
            }
            let mut latest: HashMap<Short, (i64, i64)> = HashMap::new();
            for chunk in keys.chunks(MOST_KEYS) {
                versions(conn, division, set, chunk, |key, load, _, mark| {
                    if let Some(rank) = holding.rank(load)
                        && latest.get(&key).is_none_or(|known| known < &rank)
                    {
                        latest.insert(key, rank);
                        marks.insert(key, mark);
                    }
                })?;
            }
            Ok(marks)
        })
    }

    /// Records that hold now, in the order in which they came, after (load, line); (0, 0) from the first.
    pub fn pool_page(&self, division: i64, data_set: &str, after: (i64, u32), limit: usize) -> Result<Vec<PooledRecord>> {
        self.read_snapshot(|conn| {
            let set = self.words.id(conn, division, data_set)?;
            let holding = Holding::read(conn, division, set)?;
            let mut page: Vec<PooledRecord> = Vec::new();
            for batch in holding.batches.iter().filter(|batch| batch.load >= after.0) {
                let mut line = if batch.load == after.0 { after.1 } else { 0 };
                while page.len() < limit {
                    let wanted = limit - page.len();
                    let values = [Value::Int(division), Value::Int(batch.load), Value::Int(i64::from(line)), Value::Int(wanted as i64)];
                    let rows = conn.list(
                        "SELECT line, key, body FROM pooled WHERE division = ?1 AND load = ?2 AND line > ?3 ORDER BY line LIMIT ?4",
                        &values,
                        |row| held(row, batch),
                    )?;
                    let whole = rows.len() < wanted;
                    line = rows.last().map_or(line, |row| row.line);
                    let replaced = holding.replaced(conn, division, set, batch, &rows)?;
                    page.extend(rows.into_iter().filter(|row| !replaced.contains(&row.key)));
                    if whole {
                        break;
                    }
                }
            }
            Ok(page)
        })
    }

    /// Records found by a value of a column that can be looked up, or by their key (`column` empty): those that hold, at most `limit`.
    pub fn pool_found(&self, division: i64, data_set: &str, column: &str, value: &Short, limit: usize) -> Result<Vec<PooledRecord>> {
        self.read_snapshot(|conn| {
            let set = self.words.id(conn, division, data_set)?;
            let field = self.words.id(conn, division, column)?;
            if set == UNKNOWN || field == UNKNOWN {
                return Ok(Vec::new());
            }
            let holding = Holding::read(conn, division, set)?;
            let mut found = Vec::new();
            let mut after = (0, 0);
            while found.len() < limit {
                let places = places(conn, division, (set, field), value, after)?;
                let Some(&last) = places.last() else { break };
                after = last;
                for (load, line) in places {
                    let Some(batch) = holding.batches.iter().find(|batch| batch.load == load) else { continue };
                    let Some(row) = record(conn, division, batch, line)? else { continue };
                    let rows = [row];
                    let replaced = holding.replaced(conn, division, set, batch, &rows)?;
                    found.extend(rows.into_iter().filter(|row| !replaced.contains(&row.key)));
                }
            }
            found.truncate(limit);
            Ok(found)
        })
    }

    /// Every version of the record of a key that ever held, first to last, each with the time from and to which it held.
    pub fn pool_history(&self, division: i64, data_set: &str, key: &Short) -> Result<Vec<PooledRecord>> {
        self.read_snapshot(|conn| {
            let set = self.words.id(conn, division, data_set)?;
            let all = batches(conn, division, set)?;
            let mut found = Vec::new();
            let mut after = (0, 0);
            loop {
                let places = places(conn, division, (set, NONE), key, after)?;
                let Some(&last) = places.last() else { break };
                after = last;
                for (load, line) in places {
                    if let Some(batch) = all.iter().find(|batch| batch.load == load) {
                        found.extend(record(conn, division, batch, line)?);
                    }
                }
            }
            found.sort_by_key(|row| (row.from_at, row.load));
            for place in 1..found.len() {
                let next = found[place].from_at;
                let row = &mut found[place - 1];
                row.to_at = Some(row.to_at.map_or(next, |to| to.min(next)));
            }
            Ok(found)
        })
    }
}

/// Keys asked for in one statement.
const MOST_KEYS: usize = 250;

/// Places of a value read in one statement.
const MOST_PLACES: i64 = 200;

const BATCH_SELECT: &str = "SELECT b.load, b.stream, w.text, b.records, b.from_at, b.to_at FROM pool_batch b
    JOIN word w ON w.division = b.division AND w.id = b.data_set";

fn batch(row: &Row<'_>) -> Result<PoolBatch> {
    Ok(PoolBatch {
        load: row.int(0)?,
        stream: row.int(1)?,
        data_set: row.string(2)?,
        records: row.int(3)?,
        from_at: row.int(4)?,
        to_at: row.int_or_null(5)?,
    })
}

fn batches(conn: &mut Conn, division: i64, set: i64) -> Result<Vec<PoolBatch>> {
    let sql = format!("{BATCH_SELECT} WHERE b.division = ?1 AND b.data_set = ?2 ORDER BY b.load");
    conn.list(&sql, &[Value::Int(division), Value::Int(set)], batch)
}

fn short(row: &Row<'_>, column: usize) -> Result<Short> {
    row.blob(column)?.try_into().map_err(|_| crate::Error::Value(format!("column {column} should hold 16 bytes")))
}

fn held(row: &Row<'_>, batch: &PoolBatch) -> Result<PooledRecord> {
    Ok(PooledRecord {
        load: batch.load,
        stream: batch.stream,
        line: row.int(0)? as u32,
        key: short(row, 1)?,
        body: row.string(2)?,
        from_at: batch.from_at,
        to_at: batch.to_at,
    })
}

fn record(conn: &mut Conn, division: i64, batch: &PoolBatch, line: i64) -> Result<Option<PooledRecord>> {
    let values = [Value::Int(division), Value::Int(batch.load), Value::Int(line)];
    conn.one("SELECT line, key, body FROM pooled WHERE division = ?1 AND load = ?2 AND line = ?3", &values, |row| held(row, batch))
}

/// Where a value of a column stands, after (load, line).
fn places(conn: &mut Conn, division: i64, (set, field): (i64, i64), value: &Short, after: (i64, i64)) -> Result<Vec<(i64, i64)>> {
    let values = [
        Value::Int(division),
        Value::Int(set),
        Value::Int(field),
        Value::Blob(value),
        Value::Int(after.0),
        Value::Int(after.1),
        Value::Int(MOST_PLACES),
    ];
    conn.list(
        "SELECT load, line FROM pool_find WHERE division = ?1 AND data_set = ?2 AND field = ?3 AND value = ?4
         AND (load, line) > (?5, ?6) ORDER BY load, line LIMIT ?7",
        &values,
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}

/// Calls `each` with (key, load, line, mark) of every version of these keys.
fn versions(conn: &mut Conn, division: i64, set: i64, keys: &[Short], mut each: impl FnMut(Short, i64, i64, i64)) -> Result<()> {
    let mut query = Query::new("SELECT value, load, line, mark FROM pool_find WHERE division = ");
    query.int(division).push(" AND data_set = ").int(set).push(" AND field = ").int(NONE).push(" AND value IN ").blobs(keys);
    conn.query(query.sql(), &query.values(), |row| {
        each(short(row, 0)?, row.int(1)?, row.int(2)?, row.int(3)?);
        Ok(())
    })
}

/// The batches of a data set that hold now, in the order of their loads.
struct Holding {
    batches: Vec<PoolBatch>,
    /// By load: when it began to hold; of two versions of a key the later one counts.
    order: HashMap<i64, i64>,
}

impl Holding {
    fn read(conn: &mut Conn, division: i64, set: i64) -> Result<Holding> {
        let mut batches = if set == UNKNOWN { Vec::new() } else { batches(conn, division, set)? };
        batches.retain(|batch| batch.to_at.is_none());
        Ok(Holding { order: batches.iter().map(|batch| (batch.load, batch.from_at)).collect(), batches })
    }

    fn rank(&self, load: i64) -> Option<(i64, i64)> {
        self.order.get(&load).map(|from| (*from, load))
    }

    /// Keys of these rows of a batch that a later batch brought again.
    fn replaced(&self, conn: &mut Conn, division: i64, set: i64, batch: &PoolBatch, rows: &[PooledRecord]) -> Result<Vec<Short>> {
        let mut replaced = Vec::new();
        if self.batches.len() < 2 {
            return Ok(replaced);
        }
        let own = (batch.from_at, batch.load);
        let keys: Vec<Short> = rows.iter().map(|row| row.key).collect();
        for chunk in keys.chunks(MOST_KEYS) {
            versions(conn, division, set, chunk, |key, load, _, _| {
                if self.rank(load).is_some_and(|rank| rank > own) {
                    replaced.push(key);
                }
            })?;
        }
        Ok(replaced)
    }
}

fn find<'a>(division: i64, set: i64, field: i64, value: &'a Short, load: i64, line: u32, mark: i64) -> [Value<'a>; 7] {
    [
        Value::Int(division),
        Value::Int(set),
        Value::Int(field),
        Value::Blob(value),
        Value::Int(load),
        Value::Int(i64::from(line)),
        Value::Int(mark),
    ]
}

/// Writes the batch an append took in or took out.
pub(crate) fn put_batch(conn: &mut Conn, words: &crate::word::Words, division: i64, batch: &PoolBatch) -> Result<()> {
    let set = words.id_or_new(conn, division, &batch.data_set)?;
    let values = [
        Value::Int(division),
        Value::Int(batch.load),
        Value::Int(batch.stream),
        Value::Int(set),
        Value::Int(batch.records),
        Value::Int(batch.from_at),
        Value::int(batch.to_at),
    ];
    conn.insert(&BATCH, &values)
}

const BATCH: Insert<'_> = Insert {
    into: "INSERT INTO pool_batch(division, load, stream, data_set, records, from_at, to_at)",
    width: 7,
    then: "ON CONFLICT (division, load) DO UPDATE SET to_at = excluded.to_at",
};

const POOLED: Insert<'_> = Insert { into: "INSERT INTO pooled(division, load, line, key, body)", width: 5, then: "" };

const FIND: Insert<'_> = Insert { into: "INSERT INTO pool_find(division, data_set, field, value, load, line, mark)", width: 7, then: "" };
