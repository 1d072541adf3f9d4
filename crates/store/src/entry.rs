//! Register entries 清单/名录/库 as they stand now. What held on a past day is the history of the entry's stream.

use crate::{Result, Store};

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
        let _ = (division, register, id);
        Err(crate::unready())
    }

    /// Entries of a register after id `after` ("" = from the first), in id order.
    pub fn entries(&self, division: i64, register: &str, filter: &EntryFilter, after: &str, limit: u32) -> Result<Vec<EntryRow>> {
        let _ = (division, register, filter, after, limit);
        Err(crate::unready())
    }

    /// How many entries the filter meets.
    pub fn entry_count(&self, division: i64, register: &str, filter: &EntryFilter) -> Result<u64> {
        let _ = (division, register, filter);
        Err(crate::unready())
    }
}
