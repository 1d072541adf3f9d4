//! Opening the store.

use std::time::Duration;

use crate::Result;

/// Where the database is and how to open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://user@host:port/name`.
    pub url: String,
    /// Do not wait for the disk. For rehearsals and tests, never for the ledger of an office.
    pub fast: bool,
    /// Only read; any number of processes may, beside the one that writes.
    pub read_only: bool,
    /// How long to wait for another process to stop writing (SQLite).
    pub wait: Duration,
}

impl Config {
    pub fn new(url: impl Into<String>) -> Self {
        Config { url: url.into(), fast: false, read_only: false, wait: Duration::from_secs(5) }
    }
    pub fn fast(mut self) -> Self {
        self.fast = true;
        self
    }
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }
}

/// The open store. Share it in an `Arc`. Every call blocks; from async code use `spawn_blocking`.
/// When the last owner drops it, what waits is written and the writer ends.
pub struct Store {}

impl Store {
    /// Opens the database, creating it and bringing its tables up to date where needed.
    /// Errors: `Address`, `Busy` (another process writes), `Newer` (a later program wrote it).
    pub fn open(config: &Config) -> Result<Store> {
        let _ = config;
        Err(crate::unready())
    }
}
