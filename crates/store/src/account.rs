//! People who sign in: accounts, sessions, lockout, and the log of who looked at whose record.

use crate::{Digest, Result, Store};

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    pub division: i64,
    pub login: String,
    /// Id of the person in the register of officers, or of the citizen.
    pub person: String,
    pub name: String,
    /// Password hash in PHC form; empty when there is none.
    pub password: String,
    /// JSON.
    pub roles: String,
    pub totp: Option<String>,
    /// Failed sign-ins in a row.
    pub failed: u32,
    /// Locked until this instant, seconds since the epoch.
    pub locked_until: Option<i64>,
}

/// A signed-in session. The token itself is never stored, only its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub division: i64,
    pub token: Digest,
    pub login: String,
    pub csrf: String,
    pub expires: i64,
}

/// A look at a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub division: i64,
    pub stream: i64,
    pub at: i64,
    pub login: String,
    /// What was seen: a page, a field, an export.
    pub what: String,
}

impl Store {
    /// Writes an account, new or changed.
    pub fn put_account(&self, account: Account) -> Result<()> {
        let _ = account;
        Err(crate::unready())
    }
    pub fn account(&self, division: i64, login: &str) -> Result<Option<Account>> {
        let _ = (division, login);
        Err(crate::unready())
    }
    /// Accounts in order of login.
    pub fn accounts(&self, division: i64) -> Result<Vec<Account>> {
        let _ = division;
        Err(crate::unready())
    }
    /// Counts a failed sign-in; at `limit` failures in a row the account is locked until `lock_until`. Returns the account as it is now.
    pub fn sign_in_failed(&self, division: i64, login: &str, limit: u32, lock_until: i64) -> Result<Option<Account>> {
        let _ = (division, login, limit, lock_until);
        Err(crate::unready())
    }
    /// Clears the failures and opens a session.
    pub fn open_session(&self, session: Session) -> Result<()> {
        let _ = session;
        Err(crate::unready())
    }
    /// The session of a token digest, unless it has expired at `now`.
    pub fn session(&self, division: i64, token: &Digest, now: i64) -> Result<Option<Session>> {
        let _ = (division, token, now);
        Err(crate::unready())
    }
    pub fn close_session(&self, division: i64, token: &Digest) -> Result<()> {
        let _ = (division, token);
        Err(crate::unready())
    }
    /// Ends all sessions of a login (rights changed, password changed). Returns how many.
    pub fn close_sessions_of(&self, division: i64, login: &str) -> Result<u64> {
        let _ = (division, login);
        Err(crate::unready())
    }
    /// Removes expired sessions.
    pub fn sweep_sessions(&self, now: i64) -> Result<u64> {
        let _ = now;
        Err(crate::unready())
    }
    /// Records looks at records.
    pub fn log_access(&self, rows: Vec<Access>) -> Result<()> {
        let _ = rows;
        Err(crate::unready())
    }
    /// Who looked at a record, latest first.
    pub fn access_log(&self, division: i64, stream: i64, limit: u32) -> Result<Vec<Access>> {
        let _ = (division, stream, limit);
        Err(crate::unready())
    }
}
