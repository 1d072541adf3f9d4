//! Backup and restore. A backup of either database is one SQLite file, so either can be restored to either.

use std::{fs, path::Path};

use crate::{
    Error, Result, Store,
    dialect::{Address, Conn, Insert, Purpose, Row, Value},
    migration,
};

/// Every table and its columns, except what full-text search keeps in its own way.
pub(crate) const TABLES: [(&str, &str); 20] = [
    ("event", "division, stream, seq, at, kind, organ, matter, body, hash"),
    (
        "head",
        "division, stream, seq, hash, procedure, version, stage, open, organ, matter, place, title, code, applicant, handlers, channel, opened_at, due",
    ),
    ("standing", "division, organ, procedure, stage, hour, n"),
    ("clock", "division, stream, clock, due, kind, extra"),
    ("entry", "division, register, id, stream, seq, title, organ, state, from_day, to_day, fields"),
    ("paper_number", "division, organ, series, year, number, stream, seq"),
    ("attachment", "division, digest, name, mime, bytes"),
    ("checkpoint", "division, number, day, root, streams, events, previous, signature"),
    ("seal", "division, stream, number, seq"),
    ("word", "division, id, text"),
    ("cell", "division, figure, grain, period, organ, matter, place, n, amount"),
    ("counted", "division, figure, day, organ, stream, seq, matter, place, amount"),
    ("figure_position", "figure, definition, folding, division, stream"),
    ("account", "division, login, person, name, password, roles, totp, failed, locked_until"),
    ("access_log", "division, stream, at, login, what"),
    ("job", "division, id, kind, body, due, key, state, attempts, holder, lease, error"),
    ("pool_batch", "division, load, stream, data_set, records, from_at, to_at"),
    ("pooled", "division, load, line, key, body"),
    ("pool_find", "division, data_set, field, value, load, line, mark"),
    ("found", "division, stream, kind, doc"),
];

impl Store {
    /// Writes a consistent copy to `path`, which must not exist, while writers go on. Sessions are not copied from
    /// PostgreSQL: people sign in again after a restore.
    pub fn backup(&self, path: &Path) -> Result<()> {
        absent(path)?;
        // Under another name until it is whole.
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        if part.exists() {
            fs::remove_file(part)?;
        }
        match self.address() {
            Address::Lite(_) => {
                let name = part.to_str().ok_or_else(|| Error::File(format!("{} is not UTF-8", part.display())))?;
                let mut conn = Conn::open(self.address(), Purpose::Write { fast: false })?;
                conn.execute("VACUUM INTO ?1", &[Value::Text(name)])?;
            }
            Address::Post(_) => {
                let mut target = Conn::open(&Address::Lite(part.to_owned()), Purpose::Write { fast: true })?;
                migration::migrate(&mut target)?;
                self.read_snapshot(|source| copy(source, &mut target))?;
                target.whole_in_file()?;
            }
        }
        fs::File::open(part)?.sync_all()?;
        fs::rename(part, path)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// Restores a backup into the database at `url`, which must be empty or absent.
pub fn restore(path: &Path, url: &str) -> Result<()> {
    if !path.exists() {
        return Err(Error::File(format!("there is no backup at {}", path.display())));
    }
    let address = Address::parse(url)?;
    if let Address::Lite(target) = &address {
        absent(target)?;
        fs::copy(path, target)?;
        fs::File::open(target)?.sync_all()?;
        let mut conn = Conn::open(&address, Purpose::Write { fast: false })?;
        return migration::migrate(&mut conn);
    }
    // Opening changes a file, and an older backup has to be brought up to date: a copy is read, the backup stays as it is.
    let copied = std::env::temp_dir().join(format!("fadu-restore-{}.db", std::process::id()));
    remove(&copied)?;
    let restored = fs::copy(path, &copied).map_err(Error::from).and_then(|_| {
        let mut source = Conn::open(&Address::Lite(copied.clone()), Purpose::Write { fast: true })?;
        if migration::found(&mut source)? == 0 {
            return Err(Error::File(format!("{} is not a backup", path.display())));
        }
        migration::migrate(&mut source)?;
        fill(&mut source, &address)
    });
    remove(&copied)?;
    restored
}

/// Removes a database with what belongs to it, where there is one.
fn remove(path: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Copies a backup that is up to date into an empty database.
fn fill(source: &mut Conn, address: &Address) -> Result<()> {
    let mut target = Conn::open(address, Purpose::Write { fast: false })?;
    migration::migrate(&mut target)?;
    if target.one("SELECT seq FROM event LIMIT 1", &[], |row| row.int(0))?.is_some() {
        return Err(Error::Invalid("the database to restore into is not empty".to_owned()));
    }
    copy(source, &mut target)
}

fn absent(path: &Path) -> Result<()> {
    match path.exists() {
        true => Err(Error::File(format!("{} exists already", path.display()))),
        false => Ok(()),
    }
}

enum Held {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// Rows carried over at a time.
const CHUNK: usize = 1_000;

/// Copies every row, in one transaction of the target.
fn copy(source: &mut Conn, target: &mut Conn) -> Result<()> {
    target.begin()?;
    for (table, columns) in TABLES.into_iter().filter(|(table, _)| *table != "found") {
        let width = columns.split(',').count();
        let into = format!("INSERT INTO {table}({columns})");
        let insert = Insert { into: &into, width, then: "" };
        let mut held = Vec::with_capacity(CHUNK * width);
        source.query(&format!("SELECT {columns} FROM {table}"), &[], |row| {
            for column in 0..width {
                held.push(hold(row, column)?);
            }
            if held.len() >= CHUNK * width {
                target.insert(&insert, &lend(&held))?;
                held.clear();
            }
            Ok(())
        })?;
        target.insert(&insert, &lend(&held))?;
    }
    let mut doc = 0;
    source.each_words(|division, stream, kind, title, body| {
        doc += 1;
        let values = [Value::Int(division), Value::Int(stream), Value::Text(kind), Value::Int(doc)];
        target.execute("INSERT INTO found(division, stream, kind, doc) VALUES (?1, ?2, ?3, ?4)", &values)?;
        target.put_words(division, stream, doc, true, title, body)
    })?;
    target.commit()
}

fn hold(row: &Row<'_>, column: usize) -> Result<Held> {
    Ok(match row.any(column)? {
        Value::Null => Held::Null,
        Value::Int(number) => Held::Int(number),
        Value::Text(text) => Held::Text(text.to_owned()),
        Value::Blob(bytes) => Held::Blob(bytes.to_owned()),
    })
}

fn lend(held: &[Held]) -> Vec<Value<'_>> {
    held.iter()
        .map(|held| match held {
            Held::Null => Value::Null,
            Held::Int(number) => Value::Int(*number),
            Held::Text(text) => Value::Text(text),
            Held::Blob(bytes) => Value::Blob(bytes),
        })
        .collect()
}
