//! How much there is: rows and bytes, table by table.

use crate::{Result, Store};

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
    pub fn stats(&self) -> Result<Stats> {
        Err(crate::unready())
    }
}
