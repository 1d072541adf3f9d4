//! What is shown of an appraisal: a year, a unit's line in it, a unit's sheet with everything recorded on it.

use engine::indicator::score::{Entry, Roll, Sheet};
use engine::indicator::{Points, Tree};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// How far a score has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// While the year runs: figures so far, evidence as filed.
    Running,
    /// Being checked: only adopted evidence counts.
    Checked,
    Final,
    /// No longer appraised.
    Dropped,
}

/// A year as it stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Year {
    pub year: i16,
    pub division: String,
    pub division_name: String,
    /// As the round keeps it; before a round, as the law has it.
    pub tree: Tree,
    /// Whether the round keeps the tree, so that the law can no longer change it.
    pub frozen: bool,
    pub round: Option<Round>,
    /// Units the asker may see: everybody once the bulletin is out, before that whoever appraises or oversees; a unit itself.
    pub units: Vec<Unit>,
    /// Rolled up over all units that have a total; to be added to those of other divisions.
    pub roll: Option<Roll>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Round {
    pub case: i64,
    pub code: String,
    pub stage: String,
    pub opened: Date,
    /// The document that adopts the rules for this year; empty for a round opened before it was asked for.
    pub adopted_by: String,
    /// The event that issued the bulletin, and its document number.
    pub bulletin: Option<Bulletin>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bulletin {
    pub seq: u32,
    pub issued: Date,
    pub number: Option<String>,
    pub remarks: String,
    pub commendations: Vec<String>,
    pub measures: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unit {
    pub case: i64,
    pub organ: String,
    pub title: String,
    pub group: Option<String>,
    pub stage: String,
    pub stage_title: String,
    pub standing: Standing,
    pub total: Option<Points>,
    /// Among those of its group; the final rank once the bulletin is out.
    pub rank: Option<usize>,
    pub grade: Option<String>,
    /// Indicators without evidence or with a low score.
    pub gaps: usize,
    /// A period of the unit's own has ended unmet.
    pub late: bool,
}

/// A unit's sheet, with everything recorded on it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnitSheet {
    pub year: i16,
    pub case: i64,
    pub code: String,
    pub organ: String,
    pub title: String,
    pub group: Option<String>,
    pub stage: String,
    pub stage_title: String,
    pub standing: Standing,
    pub tree: Tree,
    pub sheet: Sheet,
    pub grade: Option<String>,
    /// What people recorded, first to last, each with what it did to the score of its indicator.
    pub changes: Vec<Change>,
    /// The sheets kept on the way: reminders, self-score, provisional, final.
    pub kept: Vec<Kept>,
    pub objections: Vec<Objection>,
    pub gaps: Vec<Gap>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    #[serde(flatten)]
    pub entry: Entry,
    pub before: Points,
    pub after: Points,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    pub seq: u32,
    pub at: DateTime,
    /// The step that kept it.
    pub title: String,
    pub by: Vec<String>,
    pub total: Option<Points>,
    /// Against the sheet kept before it: indicator, before, after.
    pub moved: Vec<(String, Points, Points)>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Objection {
    pub indicator: String,
    pub raised: DateTime,
    pub by: Vec<String>,
    pub says: String,
    pub decided: Option<Decided>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decided {
    pub at: DateTime,
    pub by: Vec<String>,
    /// `upheld`, `partly`, `rejected`.
    pub result: String,
    pub reasons: String,
}

/// An indicator that wants attention.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gap {
    pub indicator: String,
    pub title: String,
    /// Nothing filed; otherwise the score is low.
    pub empty: bool,
    pub says: String,
}

/// A unit's line in the ranking that a bulletin keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ranked {
    pub unit: String,
    pub title: String,
    pub group: String,
    pub total: Points,
    pub rank: usize,
    pub grade: String,
}
