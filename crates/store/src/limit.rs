//! The raw limit: how many bare rows the same database takes a second, so that a bench can say what share of it we reach.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;

use crate::Result;

/// Inserts `count` bare rows of about 300 bytes into a fresh SQLite file at `path`, `batch` a transaction, durable each
/// (`synchronous=FULL`). Returns rows per second.
pub fn raw_inserts(path: &Path, batch: usize, count: usize) -> Result<f64> {
    let mut connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE row(division INT, stream INT, seq INT, body TEXT, PRIMARY KEY (division, stream, seq)) WITHOUT ROWID",
    )?;
    let body = "x".repeat(260);
    let began = Instant::now();
    let mut done = 0;
    while done < count {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO row VALUES (140902, ?1, 1, ?2)")?;
            for _ in 0..batch.max(1) {
                done += 1;
                insert.execute((done as i64, &body))?;
            }
        }
        transaction.commit()?;
    }
    Ok(done as f64 / began.elapsed().as_secs_f64())
}
