//! Opening the store: one connection that writes, a few that read.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    Error, Result,
    dialect::{Address, Conn, Purpose},
    migration,
    word::Words,
    writer::{Ledger, Writer},
};

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
pub struct Store {
    address: Address,
    idle: Mutex<Vec<Conn>>,
    pub(crate) words: Arc<Words>,
    writer: Option<Writer>,
}

/// Read connections kept open when nobody uses them.
const IDLE: usize = 32;

impl Store {
    /// Opens the database, creating it and bringing its tables up to date where needed.
    /// Errors: `Address`, `Busy` (another process writes), `Newer` (a later program wrote it).
    pub fn open(config: &Config) -> Result<Store> {
        let address = Address::parse(&config.url)?;
        let words = Arc::new(Words::default());
        if config.read_only {
            if let Address::Lite(path) = &address
                && !path.exists()
            {
                return Err(Error::Address(format!("there is no database at {}", path.display())));
            }
            let mut conn = Conn::open(&address, Purpose::Read)?;
            let found = migration::found(&mut conn)?;
            if found < migration::KNOWN {
                return Err(Error::Address(format!(
                    "the database has migration {found} of {}: start the program once to bring it up to date",
                    migration::KNOWN
                )));
            }
            return Ok(Store { address, idle: Mutex::new(vec![conn]), words, writer: None });
        }
        let lock = match &address {
            Address::Lite(path) => Some(lock_for_writing(path, config.wait)?),
            Address::Post(_) => None,
        };
        let purpose = Purpose::Write { fast: config.fast };
        let mut conn = Conn::open(&address, purpose)?;
        migration::migrate(&mut conn)?;
        let ledger = Ledger::new(conn, address.clone(), purpose, words.clone())?;
        let writer = Writer::start(ledger, lock)?;
        Ok(Store { address, idle: Mutex::new(Vec::new()), words, writer: Some(writer) })
    }

    /// Whether it was opened for writing.
    pub fn may_write(&self) -> bool {
        self.writer.is_some()
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn writer(&self) -> Result<&Writer> {
        self.writer.as_ref().ok_or_else(|| Error::Invalid("the store was opened for reading only".to_owned()))
    }

    /// Lends a connection that reads.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match idle {
            Some(conn) if !conn.lost() => conn,
            _ => Conn::open(&self.address, Purpose::Read)?,
        };
        let answer = work(&mut conn);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE && !conn.lost() {
            idle.push(conn);
        }
        answer
    }

    /// Lends a connection that sees the database as it is now, however long the work takes.
    pub(crate) fn read_snapshot<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.read(|conn| {
            conn.snapshot()?;
            let answer = work(conn);
            let ended = conn.rollback();
            answer.and_then(|answer| ended.map(|()| answer))
        })
    }

    /// Runs work on the writing connection, inside a transaction that is durable when this returns.
    pub(crate) fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Ledger) -> Result<T> + Send + 'static) -> Result<T> {
        self.writer()?.run(work)
    }
}

/// The right to write a SQLite file, held by one process at a time through a lock on a file beside it.
fn lock_for_writing(path: &Path, wait: Duration) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".writer");
    let file = File::create(PathBuf::from(name))?;
    let until = Instant::now() + wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Busy(format!(
                    "another process is writing to {}: stop it first, or open for reading only",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}
