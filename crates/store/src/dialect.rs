//! The two databases behind one SQL text: what differs between SQLite and PostgreSQL is here and, for single values,
//! in `value.rs`, and nowhere else.
//!
//! Statements are written with `?1` parameters, BIGINT / TEXT / BYTEA columns and `ON CONFLICT … DO UPDATE`.

use std::{collections::HashMap, error::Error as _, path::PathBuf, time::Duration};

use postgres::{NoTls, fallible_iterator::FallibleIterator, types::ToSql};

pub(crate) use crate::value::{Row, Value};
use crate::{Error, Result};

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Lite(PathBuf),
    Post(String),
}

impl Address {
    pub fn parse(url: &str) -> Result<Address> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Address::Lite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => Ok(Address::Post(url.to_owned())),
            _ => Err(Error::Address(format!("{url:?} is neither sqlite:PATH nor postgres://USER@HOST/NAME"))),
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write { fast: bool },
    Read,
}

pub(crate) struct Post {
    client: postgres::Client,
    statements: HashMap<String, postgres::Statement>,
}

/// A connection to either database.
pub(crate) enum Conn {
    Lite(rusqlite::Connection),
    Post(Box<Post>),
}

/// An insert of rows of one width; `then` is what follows the values (`ON CONFLICT …`).
pub(crate) struct Insert<'a> {
    pub into: &'a str,
    pub width: usize,
    pub then: &'a str,
}

/// A change of rows that are known to exist: one by one where that is quick, many at a time where each statement is a journey.
pub(crate) struct Change<'a> {
    /// Numbers its parameters like the columns of `insert`; those it does not use stand at the end.
    pub update: &'a str,
    pub insert: Insert<'a>,
}

/// Rows a PostgreSQL statement carries; each size is prepared once.
const CHUNKS: [usize; 4] = [256, 32, 8, 1];

impl Conn {
    pub fn open(address: &Address, purpose: Purpose) -> Result<Conn> {
        match address {
            Address::Lite(path) => {
                let connection = rusqlite::Connection::open(path)?;
                connection.set_prepared_statement_cache_capacity(256);
                connection.busy_timeout(Duration::from_secs(10))?;
                // Larger pages keep an event with a kilobyte of JSON in its leaf. Takes effect on a new file only.
                connection.pragma_update(None, "page_size", 8192)?;
                let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
                if mode != "wal" {
                    return Err(Error::Database(format!("the file cannot keep a write-ahead log (journal mode {mode})")));
                }
                connection.pragma_update(None, "temp_store", "MEMORY")?;
                connection.pragma_update(None, "mmap_size", 1_i64 << 33)?;
                match purpose {
                    Purpose::Write { fast } => {
                        connection.pragma_update(None, "synchronous", if fast { "OFF" } else { "FULL" })?;
                        connection.pragma_update(None, "cache_size", -256 * 1024)?;
                        // 128 MB between copies of the log into the file.
                        connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
                        // Without this, INSERT OR REPLACE would slip past the triggers that guard the ledger.
                        connection.pragma_update(None, "recursive_triggers", true)?;
                        connection.pragma_update(None, "foreign_keys", true)?;
                    }
                    Purpose::Read => {
                        connection.pragma_update(None, "cache_size", -16 * 1024)?;
                        connection.pragma_update(None, "query_only", true)?;
                    }
                }
                Ok(Conn::Lite(connection))
            }
            Address::Post(url) => {
                let mut client = postgres::Client::connect(url, NoTls)?;
                if purpose == (Purpose::Write { fast: true }) {
                    client.batch_execute("SET synchronous_commit = off")?;
                }
                client.batch_execute("SET client_min_messages = warning")?;
                Ok(Conn::Post(Box::new(Post { client, statements: HashMap::new() })))
            }
        }
    }

    /// The connection is gone and must be opened anew.
    pub fn lost(&self) -> bool {
        match self {
            Conn::Lite(_) => false,
            Conn::Post(post) => post.client.is_closed(),
        }
    }

    pub fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        match self {
            Conn::Lite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                Ok(statement.raw_execute()? as u64)
            }
            Conn::Post(post) => {
                let statement = post.prepare(sql)?;
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
                Ok(post.client.execute(&statement, &values)?)
            }
        }
    }

    /// Calls `each` for every row of the answer.
    pub fn query(&mut self, sql: &str, values: &[Value<'_>], mut each: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        match self {
            Conn::Lite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    each(&Row::Lite(row))?;
                }
                Ok(())
            }
            Conn::Post(post) => {
                let statement = post.prepare(sql)?;
                let mut rows = post.client.query_raw(&statement, values)?;
                while let Some(row) = rows.next()? {
                    each(&Row::Post(&row))?;
                }
                Ok(())
            }
        }
    }

    /// All rows, each made into a value.
    pub fn list<T>(&mut self, sql: &str, values: &[Value<'_>], make: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut list = Vec::new();
        self.query(sql, values, |row| {
            list.push(make(row)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// The first row, if there is one.
    pub fn one<T>(&mut self, sql: &str, values: &[Value<'_>], make: impl Fn(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        let mut first = None;
        self.query(sql, values, |row| {
            if first.is_none() {
                first = Some(make(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Inserts rows laid end to end in `values`.
    pub fn insert(&mut self, insert: &Insert<'_>, values: &[Value<'_>]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        match self {
            Conn::Lite(connection) => {
                let mut statement = connection.prepare_cached(&insert.text(1))?;
                for row in values.chunks_exact(insert.width) {
                    bind(&mut statement, row)?;
                    statement.raw_execute()?;
                }
                Ok(())
            }
            Conn::Post(post) => {
                let mut rest = values;
                for chunk in CHUNKS {
                    while rest.len() >= chunk * insert.width {
                        let (now, later) = rest.split_at(chunk * insert.width);
                        let statement = post.prepare(&insert.text(chunk))?;
                        let now: Vec<&(dyn ToSql + Sync)> = now.iter().map(|value| value as _).collect();
                        post.client.execute(&statement, &now)?;
                        rest = later;
                    }
                }
                Ok(())
            }
        }
    }

    /// Changes rows laid end to end in `values`, all of which exist.
    pub fn change(&mut self, change: &Change<'_>, values: &[Value<'_>]) -> Result<()> {
        match self {
            Conn::Lite(_) if values.is_empty() => Ok(()),
            Conn::Lite(connection) => {
                let mut statement = connection.prepare_cached(change.update)?;
                let used = statement.parameter_count();
                for row in values.chunks_exact(change.insert.width) {
                    bind(&mut statement, &row[..used])?;
                    if statement.raw_execute()? != 1 {
                        return Err(Error::Database("a row that was read a moment ago is gone".to_owned()));
                    }
                }
                Ok(())
            }
            Conn::Post(_) => self.insert(&change.insert, values),
        }
    }

    /// Runs a script of several statements without parameters.
    pub fn script(&mut self, sql: &str) -> Result<()> {
        match self {
            Conn::Lite(connection) => Ok(connection.execute_batch(sql)?),
            Conn::Post(post) => Ok(post.client.batch_execute(sql)?),
        }
    }

    /// Begins a transaction that will write.
    pub fn begin(&mut self) -> Result<()> {
        match self {
            Conn::Lite(_) => self.execute("BEGIN IMMEDIATE", &[]).map(drop),
            Conn::Post(_) => self.script("BEGIN"),
        }
    }

    /// Begins a transaction that sees the database as it is now and only reads.
    pub fn snapshot(&mut self) -> Result<()> {
        match self {
            Conn::Lite(_) => self.execute("BEGIN", &[]).map(drop),
            Conn::Post(_) => self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    pub fn commit(&mut self) -> Result<()> {
        match self {
            Conn::Lite(_) => self.execute("COMMIT", &[]).map(drop),
            Conn::Post(_) => self.script("COMMIT"),
        }
    }

    pub fn rollback(&mut self) -> Result<()> {
        match self {
            Conn::Lite(connection) if connection.is_autocommit() => Ok(()),
            _ => self.script("ROLLBACK"),
        }
    }

    /// Brings a migration's text into this database's tongue: `{compact}` where a table should be stored in the order
    /// of its key, and `--# append-only TABLE`, `--# search` and `--# plans` where whole statements differ.
    pub fn migration(&self, text: &str) -> String {
        let compact = match self {
            Conn::Lite(_) => "WITHOUT ROWID",
            Conn::Post(_) => "",
        };
        let mut script = String::with_capacity(text.len() + 1024);
        for line in text.replace("{compact}", compact).lines() {
            match line.strip_prefix("--# ").map(|verb| verb.split_once(' ').unwrap_or((verb, ""))) {
                Some(("append-only", table)) => script.push_str(&self.append_only(table)),
                Some(("search", _)) => script.push_str(self.search_tables()),
                Some(("plans", _)) => script.push_str(self.plans()),
                _ => script.push_str(line),
            }
            script.push('\n');
        }
        script
    }

    fn append_only(&self, table: &str) -> String {
        match self {
            Conn::Lite(_) => ["UPDATE", "DELETE"]
                .map(|verb| {
                    format!(
                        "CREATE TRIGGER {table}_no_{} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {table}'); END;",
                        verb.to_lowercase()
                    )
                })
                .join("\n"),
            Conn::Post(_) => format!(
                "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'the ledger is append-only: %', TG_TABLE_NAME; END $$;
                 CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION append_only();
                 CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only();"
            ),
        }
    }

    /// PostgreSQL counts for itself.
    fn plans(&self) -> &'static str {
        match self {
            Conn::Lite(_) => {
                "ANALYZE sqlite_schema;
                 DELETE FROM sqlite_stat1 WHERE tbl = 'head';
                 INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES ('head', 'head', '1000000 1000000 1'),
                    ('head', 'head_procedure', '1000000 1000000 20000 1'), ('head', 'head_open', '10000 10000 300 2 1'),
                    ('head', 'head_applicant', '500000 500000 2 1'), ('head', 'head_code', '900000 900000 1');
                 ANALYZE sqlite_schema;"
            }
            Conn::Post(_) => "",
        }
    }

    fn search_tables(&self) -> &'static str {
        match self {
            Conn::Lite(_) => {
                "CREATE UNIQUE INDEX found_doc ON found(doc);
                 CREATE VIRTUAL TABLE found_words USING fts5(title, body, content='', contentless_delete=1, detail=column, tokenize='ascii');"
            }
            Conn::Post(_) => {
                "ALTER TABLE found ADD COLUMN title tsvector;
                 ALTER TABLE found ADD COLUMN words tsvector;
                 CREATE INDEX found_words ON found USING gin(words);"
            }
        }
    }

    /// Keeps the words of a document; `doc` is its number in `found`, whose row exists.
    pub fn put_words(&mut self, division: i64, stream: i64, doc: i64, fresh: bool, title: &str, body: &str) -> Result<()> {
        match self {
            Conn::Lite(_) => {
                if !fresh {
                    self.execute("DELETE FROM found_words WHERE rowid = ?1", &[Value::Int(doc)])?;
                }
                let values = [Value::Int(doc), Value::Text(title), Value::Text(body)];
                self.execute("INSERT INTO found_words(rowid, title, body) VALUES (?1, ?2, ?3)", &values)
            }
            Conn::Post(_) => self.execute(
                "UPDATE found SET title = array_to_tsvector(array_remove(string_to_array(?3, ' '), '')),
                        words = array_to_tsvector(array_remove(string_to_array(CAST(?3 AS TEXT) || ' ' || CAST(?4 AS TEXT), ' '), ''))
                 WHERE division = ?1 AND stream = ?2",
                &[Value::Int(division), Value::Int(stream), Value::Text(title), Value::Text(body)],
            ),
        }
        .map(drop)
    }

    /// The tables (`found f`, `head h`) and the condition that a stream holds all words, what to order by, and the text
    /// to bind as ?1. Words hold letters and digits only.
    pub fn words_match(&self, words: &[String], in_title: bool) -> (&'static str, &'static str, String) {
        match self {
            Conn::Lite(_) => {
                let all = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" AND ");
                let text = if in_title { format!("{{title}} : ({all})") } else { all };
                // CROSS JOIN fixes the order: the words first, latest first, until the limit is met.
                let from = "found_words CROSS JOIN found f ON f.doc = found_words.rowid CROSS JOIN head h WHERE found_words MATCH ?1";
                (from, "found_words.rowid", text)
            }
            Conn::Post(_) => {
                let all = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" & ");
                let from = if in_title {
                    "found f, head h WHERE f.words @@ CAST(CAST(?1 AS TEXT) AS tsquery) AND f.title @@ CAST(CAST(?1 AS TEXT) AS tsquery)"
                } else {
                    "found f, head h WHERE f.words @@ CAST(CAST(?1 AS TEXT) AS tsquery)"
                };
                (from, "f.doc", all)
            }
        }
    }

    /// Calls `each` with (division, stream, kind, title words, body words) of everything that can be found, oldest first.
    pub fn each_words(&mut self, mut each: impl FnMut(i64, i64, &str, &str, &str) -> Result<()>) -> Result<()> {
        match self {
            Conn::Lite(_) => {
                // The index keeps words only; they are turned back into documents through its vocabulary.
                self.script(
                    "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'found_words', 'instance');
                     CREATE TEMP TABLE spelled AS SELECT doc, col, group_concat(term, ' ') AS words
                     FROM (SELECT DISTINCT doc, col, term FROM vocabulary) GROUP BY doc, col;
                     CREATE INDEX temp.spelled_doc ON spelled(doc);",
                )?;
                self.query(
                    "SELECT f.division, f.stream, f.kind, COALESCE(t.words, ''), COALESCE(b.words, '') FROM found f
                     LEFT JOIN spelled t ON t.doc = f.doc AND t.col = 'title' LEFT JOIN spelled b ON b.doc = f.doc AND b.col = 'body'
                     ORDER BY f.doc",
                    &[],
                    |row| each(row.int(0)?, row.int(1)?, row.text(2)?, row.text(3)?, row.text(4)?),
                )?;
                self.script("DROP TABLE spelled; DROP TABLE vocabulary;")
            }
            Conn::Post(_) => self.query(
                "SELECT division, stream, kind, COALESCE(array_to_string(tsvector_to_array(title), ' '), ''),
                        COALESCE(array_to_string(tsvector_to_array(words), ' '), '') FROM found ORDER BY doc, division, stream",
                &[],
                |row| each(row.int(0)?, row.int(1)?, row.text(2)?, row.text(3)?, row.text(4)?),
            ),
        }
    }

    /// Moves what stands in the write-ahead log into the file itself, so that the file alone is whole.
    pub fn whole_in_file(&mut self) -> Result<()> {
        match self {
            Conn::Lite(connection) => {
                connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
                Ok(())
            }
            Conn::Post(_) => Ok(()),
        }
    }

    /// Bytes of each table with its indexes, and of the whole database.
    pub fn sizes(&mut self) -> Result<(HashMap<String, i64>, i64)> {
        let sql = match self {
            Conn::Lite(_) => {
                "SELECT COALESCE(s.tbl_name, d.name), CAST(SUM(d.pgsize) AS BIGINT) FROM dbstat('main', 1) d
                 LEFT JOIN sqlite_schema s ON s.name = d.name GROUP BY 1"
            }
            Conn::Post(_) => {
                "SELECT CAST(relname AS TEXT), pg_total_relation_size(oid) FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            }
        };
        let tables = self.list(sql, &[], |row| Ok((row.string(0)?, row.int(1)?)))?;
        let whole = tables.iter().map(|(_, bytes)| bytes).sum();
        Ok((tables.into_iter().collect(), whole))
    }

    /// Whether a table is there.
    pub fn has_table(&mut self, table: &str) -> Result<bool> {
        let sql = match self {
            Conn::Lite(_) => "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
            Conn::Post(_) => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public' AND table_name = ?1",
        };
        Ok(self.one(sql, &[Value::Text(table)], |row| row.int(0))?.unwrap_or(0) > 0)
    }
}

impl Insert<'_> {
    fn text(&self, rows: usize) -> String {
        let mut text = String::with_capacity(self.into.len() + self.then.len() + rows * self.width * 6 + 8);
        text.push_str(self.into);
        text.push_str(" VALUES ");
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ",(" });
            for column in 1..=self.width {
                if column > 1 {
                    text.push(',');
                }
                text.push('?');
                text.push_str(&(row * self.width + column).to_string());
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(self.then);
        text
    }
}

impl Post {
    fn prepare(&mut self, sql: &str) -> Result<postgres::Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&dollars(sql))?;
        if self.statements.len() >= 512 {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// `?1` becomes `$1`.
fn dollars(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        let parameter = character == '?' && characters.peek().is_some_and(char::is_ascii_digit);
        text.push(if parameter { '$' } else { character });
    }
    text
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value<'_>]) -> Result<()> {
    for (at, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, value)?;
    }
    Ok(())
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (failure, message) = match &error {
            rusqlite::Error::SqliteFailure(failure, message) => (failure, message.clone().unwrap_or_else(|| failure.to_string())),
            other => return Error::Database(other.to_string()),
        };
        const FSYNC: i32 = rusqlite::ffi::SQLITE_IOERR_FSYNC;
        const DIRECTORY_FSYNC: i32 = rusqlite::ffi::SQLITE_IOERR_DIR_FSYNC;
        match (failure.code, failure.extended_code) {
            (_, FSYNC | DIRECTORY_FSYNC) => Error::Halted(format!("the disk did not confirm a write: {message}")),
            (rusqlite::ErrorCode::ConstraintViolation, _) => Error::Constraint(message),
            (rusqlite::ErrorCode::DiskFull, _) => Error::Full(message),
            (rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase, _) => Error::Damaged(message),
            (rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked, _) => Error::Busy(message),
            _ => Error::Database(message),
        }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return Error::Database(match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            });
        };
        let message = said.message().to_owned();
        match said.code().code() {
            code if code.starts_with("23") => Error::Constraint(message),
            "P0001" => Error::Constraint(message),
            "53100" => Error::Full(message),
            "40001" | "40P01" => Error::Busy(message),
            "XX001" | "XX002" => Error::Damaged(message),
            _ => Error::Database(message),
        }
    }
}
