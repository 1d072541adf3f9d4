//! How much there is: rows and bytes, table by table.

use crate::{Result, Store, backup::TABLES, dialect::Value};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    pub table: String,
    pub rows: i64,
    /// With its indexes.
    pub bytes: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    pub tables: Vec<TableStats>,
    /// The whole database.
    pub bytes: i64,
}

impl Store {
    /// Counts every row: takes its time on a large ledger.
    pub fn stats(&self) -> Result<Stats> {
        self.read(|conn| {
            let (sizes, bytes) = conn.sizes()?;
            let mut tables = Vec::with_capacity(TABLES.len());
            for (table, _) in TABLES {
                let rows = conn.one(&format!("SELECT COUNT(*) FROM {table}"), &[], |row| row.int(0))?.unwrap_or(0);
                tables.push(TableStats { table: table.to_owned(), rows, bytes: sizes.get(table).copied().unwrap_or(0) });
            }
            // What search keeps beside its table.
            let words: i64 = sizes.iter().filter(|(table, _)| table.starts_with("found_words")).map(|(_, bytes)| bytes).sum();
            if let Some(found) = tables.iter_mut().find(|stats| stats.table == "found") {
                found.bytes += words;
            }
            Ok(Stats { tables, bytes })
        })
    }
}

impl Store {
    /// The divisions that have events, in order: one index look-up each.
    pub fn divisions(&self) -> Result<Vec<i64>> {
        self.read(|conn| {
            let mut found = Vec::new();
            let mut after = i64::MIN;
            while let Some(Some(next)) =
                conn.one("SELECT MIN(division) FROM event WHERE division > ?1", &[Value::Int(after)], |row| row.int_or_null(0))?
            {
                found.push(next);
                after = next;
            }
            Ok(found)
        })
    }
}
