//! Jobs are rows: claimed with a lease, retried with backoff, visible.

use crate::{
    Error, Result, Store,
    dialect::{Insert, Row, Value},
    query::Query,
};

/// Work to be done later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewJob {
    pub kind: String,
    /// JSON.
    pub body: String,
    /// Not before this instant, seconds since the epoch.
    pub due: i64,
    /// A job whose key exists already is not made twice.
    pub key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waiting for its time, or for its next attempt.
    Waiting = 0,
    /// Claimed, until the lease ends.
    Running = 1,
    Done = 2,
    /// Given up after the last attempt.
    Failed = 3,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    pub division: i64,
    pub id: i64,
    pub kind: String,
    pub body: String,
    pub due: i64,
    pub key: Option<String>,
    pub state: JobState,
    /// Attempts begun.
    pub attempts: u32,
    /// Who holds the lease, and until when.
    pub holder: Option<String>,
    pub lease: Option<i64>,
    /// What the last attempt said.
    pub error: Option<String>,
}

impl Store {
    /// Adds jobs outside an append. Returns their ids; a job whose key existed returns the existing id.
    pub fn add_jobs(&self, division: i64, jobs: Vec<NewJob>) -> Result<Vec<i64>> {
        self.write(move |ledger| {
            let mut ids = Vec::with_capacity(jobs.len());
            for job in &jobs {
                let known = match &job.key {
                    Some(key) => ledger.conn.one(
                        "SELECT id FROM job WHERE division = ?1 AND key = ?2",
                        &[Value::Int(division), Value::Text(key)],
                        |row| row.int(0),
                    )?,
                    None => None,
                };
                ids.push(match known {
                    Some(id) => id,
                    None => {
                        let id = ledger.next_job(division)?;
                        ledger.conn.insert(&JOB, &values(division, id, job))?;
                        id
                    }
                });
            }
            Ok(ids)
        })
    }
    /// Claims up to `limit` jobs due at `now` (empty `kinds` = any) for `lease` seconds. A lease that ran out is claimed again.
    pub fn claim_jobs(&self, division: i64, kinds: &[&str], holder: &str, now: i64, lease: i64, limit: u32) -> Result<Vec<JobRow>> {
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let holder = holder.to_owned();
        self.write(move |ledger| {
            let mut query = Query::new(SELECT);
            query.push(" WHERE division = ").int(division).push(" AND due <= ").int(now);
            query.push(" AND state < 2 AND (state = 0 OR lease <= ").int(now).push(")");
            if !kinds.is_empty() {
                query.push(" AND kind IN ").texts(&kinds);
            }
            query.push(" ORDER BY due, id LIMIT ").int(i64::from(limit));
            let mut jobs = ledger.conn.list(query.sql(), &query.values(), read)?;
            for job in &mut jobs {
                // The lease that was read must still be the one that stands, or another program was first.
                let claimed = ledger.conn.execute(
                    "UPDATE job SET state = 1, attempts = attempts + 1, holder = ?3, lease = ?4
                     WHERE division = ?1 AND id = ?2 AND attempts = ?5 AND state < 2",
                    &[
                        Value::Int(division),
                        Value::Int(job.id),
                        Value::Text(&holder),
                        Value::Int(now + lease),
                        Value::Int(i64::from(job.attempts)),
                    ],
                )?;
                if claimed == 1 {
                    job.state = JobState::Running;
                    job.attempts += 1;
                    job.holder = Some(holder.clone());
                    job.lease = Some(now + lease);
                }
            }
            jobs.retain(|job| job.holder.as_ref() == Some(&holder) && job.lease == Some(now + lease));
            Ok(jobs)
        })
    }
    /// Reports a claimed job as done. False when the lease has passed to somebody else.
    pub fn finish_job(&self, division: i64, id: i64, holder: &str) -> Result<bool> {
        let holder = holder.to_owned();
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Int(id), Value::Text(&holder)];
            let done = ledger.conn.execute(
                "UPDATE job SET state = 2, lease = NULL, error = NULL WHERE division = ?1 AND id = ?2 AND holder = ?3 AND state = 1",
                &values,
            )?;
            Ok(done == 1)
        })
    }
    /// Reports a failed attempt: tried again after 30 s × 2^attempts (at most a day), given up after `attempts` attempts.
    pub fn fail_job(&self, division: i64, id: i64, holder: &str, error: &str, now: i64, attempts: u32) -> Result<bool> {
        let (holder, error) = (holder.to_owned(), error.to_owned());
        self.write(move |ledger| {
            let key = [Value::Int(division), Value::Int(id), Value::Text(&holder)];
            let begun =
                ledger.conn.one("SELECT attempts FROM job WHERE division = ?1 AND id = ?2 AND holder = ?3 AND state = 1", &key, |row| {
                    row.int(0)
                })?;
            let Some(begun) = begun else { return Ok(false) };
            let state = if begun >= i64::from(attempts) { 3 } else { 0 };
            let wait = 30_i64.saturating_mul(1 << begun.clamp(0, 20)).min(86_400);
            ledger.conn.execute(
                "UPDATE job SET state = ?4, due = ?5, error = ?6, lease = NULL WHERE division = ?1 AND id = ?2 AND holder = ?3",
                &[key[0], key[1], key[2], Value::Int(state), Value::Int(now + wait), Value::Text(&error)],
            )?;
            Ok(true)
        })
    }
    /// Puts a failed job back to waiting, due now.
    pub fn retry_job(&self, division: i64, id: i64, now: i64) -> Result<bool> {
        self.write(move |ledger| {
            let values = [Value::Int(division), Value::Int(id), Value::Int(now)];
            let done = ledger
                .conn
                .execute("UPDATE job SET state = 0, due = ?3, attempts = 0 WHERE division = ?1 AND id = ?2 AND state = 3", &values)?;
            Ok(done == 1)
        })
    }
    /// Jobs in a state, latest first.
    pub fn jobs(&self, division: i64, state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>> {
        let mut query = Query::new(SELECT);
        query.push(" WHERE division = ").int(division);
        if let Some(state) = state {
            query.push(" AND state = ").int(state as i64);
        }
        query.push(" ORDER BY id DESC LIMIT ").int(i64::from(limit));
        self.read(|conn| conn.list(query.sql(), &query.values(), read))
    }
}

const SELECT: &str = "SELECT division, id, kind, body, due, key, state, attempts, holder, lease, error FROM job";

fn read(row: &Row<'_>) -> Result<JobRow> {
    Ok(JobRow {
        division: row.int(0)?,
        id: row.int(1)?,
        kind: row.string(2)?,
        body: row.string(3)?,
        due: row.int(4)?,
        key: row.text_or_null(5)?.map(str::to_owned),
        state: match row.int(6)? {
            0 => JobState::Waiting,
            1 => JobState::Running,
            2 => JobState::Done,
            3 => JobState::Failed,
            other => return Err(Error::Value(format!("a job in state {other}"))),
        },
        attempts: row.int(7)? as u32,
        holder: row.text_or_null(8)?.map(str::to_owned),
        lease: row.int_or_null(9)?,
        error: row.text_or_null(10)?.map(str::to_owned),
    })
}

/// A new job's row.
pub(crate) fn values(division: i64, id: i64, job: &NewJob) -> [Value<'_>; 8] {
    [
        Value::Int(division),
        Value::Int(id),
        Value::Text(&job.kind),
        Value::Text(&job.body),
        Value::Int(job.due),
        Value::text(job.key.as_deref()),
        Value::Int(0),
        Value::Int(0),
    ]
}

/// A job whose key exists is not made again.
pub(crate) const JOB: Insert<'_> = Insert {
    into: "INSERT INTO job(division, id, kind, body, due, key, state, attempts)",
    width: 8,
    then: "ON CONFLICT (division, key) WHERE key IS NOT NULL DO NOTHING",
};
