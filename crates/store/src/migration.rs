//! Bringing a database up to date: numbered steps forward, never back.

use crate::{
    Error, Result,
    dialect::{Conn, Value},
};

const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "ledger", include_str!("../migrations/0001_ledger.sql")),
    (2, "figures", include_str!("../migrations/0002_figures.sql")),
    (3, "people_jobs", include_str!("../migrations/0003_people_jobs.sql")),
    (4, "search", include_str!("../migrations/0004_search.sql")),
    (5, "pool", include_str!("../migrations/0005_pool.sql")),
    (6, "board", include_str!("../migrations/0006_board.sql")),
    (7, "grains", include_str!("../migrations/0007_grains.sql")),
    (8, "standing", include_str!("../migrations/0008_standing.sql")),
    (9, "plans", include_str!("../migrations/0009_plans.sql")),
];

/// The latest migration this program knows.
pub(crate) const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// The latest migration the database has; 0 for an empty one. Errors: `Newer`.
pub(crate) fn found(conn: &mut Conn) -> Result<i64> {
    if !conn.has_table("migration")? {
        return Ok(0);
    }
    let found = conn.one("SELECT COALESCE(MAX(number), 0) FROM migration", &[], |row| row.int(0))?.unwrap_or(0);
    if found > KNOWN {
        return Err(Error::Newer { found, known: KNOWN });
    }
    Ok(found)
}

/// Runs what is missing, each migration in its own transaction.
pub(crate) fn migrate(conn: &mut Conn) -> Result<()> {
    conn.script("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL)")?;
    let found = found(conn)?;
    for (number, name, text) in MIGRATIONS.into_iter().filter(|(number, ..)| *number > found) {
        let script = conn.migration(text);
        conn.begin()?;
        let done = conn.script(&script).and_then(|()| {
            conn.execute("INSERT INTO migration(number, name) VALUES (?1, ?2)", &[Value::Int(number), Value::Text(name)])?;
            conn.commit()
        });
        if let Err(error) = done {
            conn.rollback()?;
            return Err(error);
        }
    }
    Ok(())
}
