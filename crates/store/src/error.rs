//! What can go wrong between the program and its database, in words an operator can act on.

use thiserror::Error;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store. Cheap to clone, because one failed commit is told to every caller that waited on it.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum Error {
    /// The address of the database is not understood.
    #[error("database address: {0}")]
    Address(String),
    /// Another process holds the right to write.
    #[error("{0}")]
    Busy(String),
    /// The database was written by a later version of this program.
    #[error("the database has migration {found}, this program knows {known}: start the newer program")]
    Newer { found: i64, known: i64 },
    /// The writer stopped after a failure that leaves the disk in doubt; only a restart helps.
    #[error("the store has stopped writing: {0}")]
    Halted(String),
    /// The disk is full; nothing was written, and writing resumes when there is space.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The database refused a row that breaks one of its rules.
    #[error("constraint: {0}")]
    Constraint(String),
    /// The database file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A stored value does not have the form the program wrote.
    #[error("stored value: {0}")]
    Value(String),
    /// The caller gave something the store cannot keep.
    #[error("{0}")]
    Invalid(String),
    /// Anything else the database says.
    #[error("database: {0}")]
    Database(String),
    /// A file could not be read or written.
    #[error("file: {0}")]
    File(String),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Error::File(error.to_string())
    }
}

/// Why one append was not made. The others of the same batch are not hurt by it.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
pub enum AppendError {
    /// Somebody else appended to the stream first; `actual` is its last seq now.
    #[error("the stream has moved on to {actual}")]
    Conflict { actual: u32 },
    /// A row that must be unique exists already (a tracking code, an attachment of another stream).
    #[error("exists already: {0}")]
    Duplicate(String),
    /// What was given cannot be stored (a body that is not a JSON object, no events).
    #[error("{0}")]
    Invalid(String),
    /// Another member of an all-or-none group failed, so this one was not made either.
    #[error("not made, because another part of the same act failed")]
    Abandoned,
    /// The database failed; nothing of this append is stored.
    #[error(transparent)]
    Store(#[from] Error),
}
