//! Register entries 清单/名录/库 as they stand now. What held on a past day is the history of the entry's stream.

use crate::{
    Result, Store,
    case::escaped,
    dialect::{Row, Value},
    query::Query,
};

/// An entry of a register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryRow {
    pub register: String,
    /// Id within the register; text, stable.
    pub id: String,
    pub title: String,
    pub organ: String,
    pub state: String,
    /// First and last day it holds, yyyymmdd; `None` = open.
    pub from_day: Option<i32>,
    pub to_day: Option<i32>,
    /// A JSON object.
    pub fields: String,
    /// Filled by the store when reading: the stream of its events and the seq of the last one that changed it.
    pub stream: i64,
    pub seq: u32,
}

/// Which entries to list. Everything left out does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    pub organ: Option<String>,
    pub state: Option<String>,
    /// Holding on this day, yyyymmdd, by the current `from_day` and `to_day`.
    pub on_day: Option<i32>,
    /// Part of the title.
    pub title: Option<String>,
}

impl Store {
    /// One entry as it stands.
    pub fn entry(&self, division: i64, register: &str, id: &str) -> Result<Option<EntryRow>> {
        let sql = format!("{SELECT} WHERE division = ?1 AND register = ?2 AND id = ?3");
        self.read(|conn| conn.one(&sql, &[Value::Int(division), Value::Text(register), Value::Text(id)], read))
    }

    /// Entries of a register after id `after` ("" = from the first), in id order.
    pub fn entries(&self, division: i64, register: &str, filter: &EntryFilter, after: &str, limit: u32) -> Result<Vec<EntryRow>> {
        let mut query = filtered(SELECT, division, register, filter);
        query.push(" AND id > ").text(after).push(" ORDER BY id LIMIT ").int(i64::from(limit));
        self.read(|conn| conn.list(query.sql(), &query.values(), read))
    }

    /// The entry whose events are this stream.
    pub fn entry_of(&self, division: i64, stream: i64) -> Result<Option<EntryRow>> {
        let sql = format!("{SELECT} WHERE division = ?1 AND stream = ?2 ORDER BY register, id");
        self.read(|conn| conn.one(&sql, &[Value::Int(division), Value::Int(stream)], read))
    }

    /// How many entries the filter meets.
    pub fn entry_count(&self, division: i64, register: &str, filter: &EntryFilter) -> Result<u64> {
        let query = filtered("SELECT COUNT(*) FROM entry", division, register, filter);
        self.read(|conn| Ok(conn.one(query.sql(), &query.values(), |row| row.int(0))?.unwrap_or(0) as u64))
    }
}

const SELECT: &str = "SELECT register, id, title, organ, state, from_day, to_day, fields, stream, seq FROM entry";

fn read(row: &Row<'_>) -> Result<EntryRow> {
    Ok(EntryRow {
        register: row.string(0)?,
        id: row.string(1)?,
        title: row.string(2)?,
        organ: row.string(3)?,
        state: row.string(4)?,
        from_day: row.int_or_null(5)?.map(|day| day as i32),
        to_day: row.int_or_null(6)?.map(|day| day as i32),
        fields: row.string(7)?,
        stream: row.int(8)?,
        seq: row.int(9)? as u32,
    })
}

fn filtered<'a>(select: &str, division: i64, register: &'a str, filter: &'a EntryFilter) -> Query<'a> {
    let mut query = Query::new(select);
    query.push(" WHERE division = ").int(division).push(" AND register = ").text(register);
    if let Some(organ) = &filter.organ {
        query.push(" AND organ = ").text(organ);
    }
    if let Some(state) = &filter.state {
        query.push(" AND state = ").text(state);
    }
    if let Some(day) = filter.on_day.map(i64::from) {
        query.push(" AND (from_day IS NULL OR from_day <= ").int(day).push(")");
        query.push(" AND (to_day IS NULL OR to_day >= ").int(day).push(")");
    }
    if let Some(title) = &filter.title {
        query.push(" AND title LIKE ").own(format!("%{}%", escaped(title))).push(" ESCAPE '!'");
    }
    query
}
