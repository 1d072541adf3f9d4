//! Jobs are rows: claimed with a lease, retried with backoff, visible.

use crate::{Result, Store};

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
    Waiting,
    /// Claimed, until the lease ends.
    Running,
    Done,
    /// Given up after the last attempt.
    Failed,
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
        let _ = (division, jobs);
        Err(crate::unready())
    }
    /// Claims up to `limit` jobs due at `now` (empty `kinds` = any) for `lease` seconds. A lease that ran out is claimed again.
    pub fn claim_jobs(&self, division: i64, kinds: &[&str], holder: &str, now: i64, lease: i64, limit: u32) -> Result<Vec<JobRow>> {
        let _ = (division, kinds, holder, now, lease, limit);
        Err(crate::unready())
    }
    /// Reports a claimed job as done. False when the lease has passed to somebody else.
    pub fn finish_job(&self, division: i64, id: i64, holder: &str) -> Result<bool> {
        let _ = (division, id, holder);
        Err(crate::unready())
    }
    /// Reports a failed attempt: tried again after 30 s × 2^attempts (at most a day), given up after `attempts` attempts.
    pub fn fail_job(&self, division: i64, id: i64, holder: &str, error: &str, now: i64, attempts: u32) -> Result<bool> {
        let _ = (division, id, holder, error, now, attempts);
        Err(crate::unready())
    }
    /// Puts a failed job back to waiting, due now.
    pub fn retry_job(&self, division: i64, id: i64, now: i64) -> Result<bool> {
        let _ = (division, id, now);
        Err(crate::unready())
    }
    /// Jobs in a state, latest first.
    pub fn jobs(&self, division: i64, state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>> {
        let _ = (division, state, limit);
        Err(crate::unready())
    }
}
