//! Backup and restore. A backup of either database is one SQLite file, so either can be restored to either.

use std::path::Path;

use crate::{Result, Store};

impl Store {
    /// Writes a consistent copy to `path`, which must not exist, while writers go on.
    pub fn backup(&self, path: &Path) -> Result<()> {
        let _ = path;
        Err(crate::unready())
    }
}

/// Restores a backup into the database at `url`, which must be empty or absent.
pub fn restore(path: &Path, url: &str) -> Result<()> {
    let _ = (path, url);
    Err(crate::unready())
}
