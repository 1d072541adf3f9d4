//! People who sign in: accounts, sessions, lockout, and the log of who looked at whose record.

use crate::{
    Digest, Result, Store,
    dialect::{Conn, Insert, Row, Value},
};

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
        self.write(move |ledger| {
            let values = [
                Value::Int(account.division),
                Value::Text(&account.login),
                Value::Text(&account.person),
                Value::Text(&account.name),
                Value::Text(&account.password),
                Value::Text(&account.roles),
                Value::text(account.totp.as_deref()),
                Value::Int(i64::from(account.failed)),
                Value::int(account.locked_until),
            ];
            ledger.conn.insert(&ACCOUNT, &values)
        })
    }
    pub fn account(&self, division: i64, login: &str) -> Result<Option<Account>> {
        self.read(|conn| find_account(conn, division, login))
    }
    /// Accounts in order of login.
    pub fn accounts(&self, division: i64) -> Result<Vec<Account>> {
        let sql = format!("{SELECT} WHERE division = ?1 ORDER BY login");
        self.read(|conn| conn.list(&sql, &[Value::Int(division)], read_account))
    }
    /// Counts a failed sign-in; at `limit` failures in a row the account is locked until `lock_until`. Returns the account as it is now.
    pub fn sign_in_failed(&self, division: i64, login: &str, limit: u32, lock_until: i64) -> Result<Option<Account>> {
        let login = login.to_owned();
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Text(&login), Value::Int(i64::from(limit)), Value::Int(lock_until)];
            ledger.conn.execute(
                "UPDATE account SET locked_until = CASE WHEN failed + 1 >= ?3 THEN ?4 ELSE locked_until END, failed = failed + 1
                 WHERE division = ?1 AND login = ?2",
                &values,
            )?;
            find_account(&mut ledger.conn, division, &login)
        })
    }
    /// Clears the failures and opens a session.
    pub fn open_session(&self, session: Session) -> Result<()> {
        self.write(move |ledger| {
            let values = [
                Value::Int(session.division),
                Value::Blob(&session.token),
                Value::Text(&session.login),
                Value::Text(&session.csrf),
                Value::Int(session.expires),
            ];
            ledger.conn.insert(&SESSION, &values)?;
            ledger.conn.execute(
                "UPDATE account SET failed = 0, locked_until = NULL WHERE division = ?1 AND login = ?2 AND (failed > 0 OR locked_until IS NOT NULL)",
                &[Value::Int(session.division), Value::Text(&session.login)],
            )?;
            Ok(())
        })
    }
    /// The session of a token digest, unless it has expired at `now`.
    pub fn session(&self, division: i64, token: &Digest, now: i64) -> Result<Option<Session>> {
        let values = [Value::Int(division), Value::Blob(token), Value::Int(now)];
        self.read(|conn| {
            conn.one("SELECT login, csrf, expires FROM session WHERE division = ?1 AND token = ?2 AND expires > ?3", &values, |row| {
                Ok(Session { division, token: *token, login: row.string(0)?, csrf: row.string(1)?, expires: row.int(2)? })
            })
        })
    }
    pub fn close_session(&self, division: i64, token: &Digest) -> Result<()> {
        let token = *token;
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Blob(&token)];
            ledger.conn.execute("DELETE FROM session WHERE division = ?1 AND token = ?2", &values).map(drop)
        })
    }
    /// Ends all sessions of a login (rights changed, password changed). Returns how many.
    pub fn close_sessions_of(&self, division: i64, login: &str) -> Result<u64> {
        let login = login.to_owned();
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Text(&login)];
            ledger.conn.execute("DELETE FROM session WHERE division = ?1 AND login = ?2", &values)
        })
    }
    /// Removes expired sessions.
    pub fn sweep_sessions(&self, now: i64) -> Result<u64> {
        self.write(move |ledger| ledger.conn.execute("DELETE FROM session WHERE expires <= ?1", &[Value::Int(now)]))
    }
    /// Records looks at records.
    pub fn log_access(&self, rows: Vec<Access>) -> Result<()> {
        self.write(move |ledger| {
            let values: Vec<Value<'_>> = rows
                .iter()
                .flat_map(|row| {
                    [Value::Int(row.division), Value::Int(row.stream), Value::Int(row.at), Value::Text(&row.login), Value::Text(&row.what)]
                })
                .collect();
            ledger.conn.insert(&ACCESS, &values)
        })
    }
    /// Who looked at a record, latest first.
    pub fn access_log(&self, division: i64, stream: i64, limit: u32) -> Result<Vec<Access>> {
        let values = [Value::Int(division), Value::Int(stream), Value::Int(i64::from(limit))];
        self.read(|conn| {
            conn.list(
                "SELECT at, login, what FROM access_log WHERE division = ?1 AND stream = ?2 ORDER BY at DESC, login, what LIMIT ?3",
                &values,
                |row| Ok(Access { division, stream, at: row.int(0)?, login: row.string(1)?, what: row.string(2)? }),
            )
        })
    }
}

const SELECT: &str = "SELECT division, login, person, name, password, roles, totp, failed, locked_until FROM account";

fn find_account(conn: &mut Conn, division: i64, login: &str) -> Result<Option<Account>> {
    let sql = format!("{SELECT} WHERE division = ?1 AND login = ?2");
    conn.one(&sql, &[Value::Int(division), Value::Text(login)], read_account)
}

fn read_account(row: &Row<'_>) -> Result<Account> {
    Ok(Account {
        division: row.int(0)?,
        login: row.string(1)?,
        person: row.string(2)?,
        name: row.string(3)?,
        password: row.string(4)?,
        roles: row.string(5)?,
        totp: row.text_or_null(6)?.map(str::to_owned),
        failed: row.int(7)? as u32,
        locked_until: row.int_or_null(8)?,
    })
}

const ACCOUNT: Insert<'_> = Insert {
    into: "INSERT INTO account(division, login, person, name, password, roles, totp, failed, locked_until)",
    width: 9,
    then: "ON CONFLICT (division, login) DO UPDATE SET person = excluded.person, name = excluded.name,
        password = excluded.password, roles = excluded.roles, totp = excluded.totp, failed = excluded.failed,
        locked_until = excluded.locked_until",
};

const SESSION: Insert<'_> = Insert { into: "INSERT INTO session(division, token, login, csrf, expires)", width: 5, then: "" };

const ACCESS: Insert<'_> =
    Insert { into: "INSERT INTO access_log(division, stream, at, login, what)", width: 5, then: "ON CONFLICT DO NOTHING" };
