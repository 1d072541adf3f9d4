//! The head of a stream: the case as it stands now, one row, and the lists that inboxes and boards are made of.

use crate::{Digest, Result, Store};

/// The case as it stands. `seq` and `hash` are the store's and are not given here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    pub procedure: String,
    /// Version of the law the case began under (a day, or whatever the caller uses).
    pub version: String,
    pub stage: String,
    pub open: bool,
    pub organ: String,
    pub matter: String,
    pub place: String,
    pub title: String,
    /// Tracking code, unique in the division.
    pub code: Option<String>,
    /// Who applied; empty when nobody did.
    pub applicant: String,
    /// People in whose inbox the case lies.
    pub handlers: Vec<String>,
    pub channel: String,
    /// Seconds since the epoch.
    pub opened_at: i64,
    /// The earliest due instant of the running clocks, seconds since the epoch.
    pub due: Option<i64>,
}

/// A head as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    pub division: i64,
    pub stream: i64,
    /// Seq and hash of the last event.
    pub seq: u32,
    pub hash: Digest,
    pub head: Head,
}

/// Which cases to list. Everything left out does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    pub open: Option<bool>,
    pub procedures: Vec<String>,
    pub stages: Vec<String>,
    pub organs: Vec<String>,
    pub matters: Vec<String>,
    pub places: Vec<String>,
    pub channels: Vec<String>,
    pub applicant: Option<String>,
    pub handler: Option<String>,
    /// Only cases with a running clock due before this instant.
    pub due_before: Option<i64>,
    /// Opened at or after.
    pub opened_from: Option<i64>,
    /// Opened before.
    pub opened_before: Option<i64>,
}

/// The order of a list of cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Latest stream first.
    #[default]
    Newest,
    /// Earliest due first; cases without a running clock last.
    Due,
}

impl Store {
    /// The head of one stream.
    pub fn case(&self, division: i64, stream: i64) -> Result<Option<HeadRow>> {
        let _ = (division, stream);
        Err(crate::unready())
    }

    /// The case with this tracking code.
    pub fn case_by_code(&self, division: i64, code: &str) -> Result<Option<HeadRow>> {
        let _ = (division, code);
        Err(crate::unready())
    }

    /// A page of cases.
    pub fn cases(&self, division: i64, filter: &CaseFilter, order: CaseOrder, offset: u64, limit: u32) -> Result<Vec<HeadRow>> {
        let _ = (division, filter, order, offset, limit);
        Err(crate::unready())
    }

    /// How many cases the filter meets.
    pub fn case_count(&self, division: i64, filter: &CaseFilter) -> Result<u64> {
        let _ = (division, filter);
        Err(crate::unready())
    }
}
