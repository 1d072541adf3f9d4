//! The rounds of reports: which round runs, which organ has handed in and how late the others are; and the reports that were published.

use std::sync::Arc;

use actions::rounds::{Due, Line};
use axum::Json;
use axum::extract::State;
use engine::clock::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::desk::{Desk, stamp};
use crate::given::Named;
use crate::problem::{Answer, Problem};

/// A report among others. Its whole case is at `/api/cases/{id}`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReportLine {
    #[schema(example = 204058342195213_i64)]
    id: i64,
    #[schema(example = "5SJW-4G00-0DW6-W")]
    code: String,
    #[schema(example = "department-report")]
    procedure: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2025)]
    year: Option<i64>,
    organ: String,
    organ_title: String,
    stage: String,
    stage_title: String,
    /// How many of the five parts are written.
    parts_written: usize,
    due: Vec<LastDay>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    published: Option<String>,
}

/// A last day of a report and how it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LastDay {
    #[schema(example = "hand-in")]
    clock: String,
    title: String,
    /// `running`, `overdue`, `paused`, `met` or `met-late`.
    #[schema(example = "overdue")]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-28")]
    last: Option<String>,
    /// Days late; absent when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<i64>,
}

/// A round: the report of the district, and those of its organs with the furthest behind first.
#[derive(Serialize, ToSchema)]
pub struct RoundOfReports {
    report: ReportLine,
    units: Vec<ReportLine>,
}

impl ReportLine {
    fn of(line: &Line) -> ReportLine {
        ReportLine {
            id: line.id.parse().unwrap_or_default(),
            code: line.code.clone(),
            procedure: line.procedure.clone(),
            title: line.title.clone(),
            year: line.year,
            organ: line.organ.clone(),
            organ_title: line.organ_title.clone(),
            stage: line.stage.clone(),
            stage_title: line.stage_title.clone(),
            parts_written: line.written,
            due: line.due.iter().map(LastDay::of).collect(),
            published: line.published.map(stamp),
        }
    }
}

impl LastDay {
    fn of(due: &Due) -> LastDay {
        let (state, last, late) = match due.standing {
            Standing::Running { due, .. } => ("running", Some(due), None),
            Standing::Overdue { due, by, .. } => ("overdue", Some(due), Some(by)),
            Standing::Paused { .. } => ("paused", None, None),
            Standing::Met { due, .. } => ("met", Some(due), None),
            Standing::MetLate { due, late, .. } => ("met-late", Some(due), Some(late)),
        };
        LastDay { clock: due.clock.clone(), title: due.title.clone(), state, last: last.map(|due| due.at.date().to_string()), late }
    }
}

/// The rounds that the person asking may see, newest first.
#[utoipa::path(get, path = "/api/rounds", tag = "reports", responses((status = 200, body = Vec<ReportLine>)))]
pub async fn rounds(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Json<Vec<ReportLine>>> {
    let lines = desk.work(move |hall, now| Ok(hall.rounds(&caller.visitor.person, now)?)).await?;
    Ok(Json(lines.iter().map(ReportLine::of).collect()))
}

/// One round, with the reports of its organs.
#[utoipa::path(get, path = "/api/rounds/{id}", tag = "reports", params(("id" = i64, Path)), responses(
    (status = 200, body = RoundOfReports),
    (status = 404, description = "not-found: no such round, or not for you to see", body = Problem, content_type = "application/problem+json")))]
pub async fn round(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<i64>) -> Answer<Json<RoundOfReports>> {
    let round = desk.work(move |hall, now| Ok(hall.round(&caller.visitor.person, id, now)?)).await?;
    Ok(Json(RoundOfReports { report: ReportLine::of(&round.report), units: round.units.iter().map(ReportLine::of).collect() }))
}

/// Reports that were published, newest first. What was kept of each, byte for byte, is at `/publications/{code}.json`.
#[utoipa::path(get, path = "/api/publications", tag = "reports", security(()), responses((status = 200, body = Vec<ReportLine>)))]
pub async fn publications(State(desk): State<Arc<Desk>>) -> Answer<Json<Vec<ReportLine>>> {
    let lines = desk.work(|hall, now| Ok(hall.publications(now)?)).await?;
    Ok(Json(lines.iter().map(ReportLine::of).collect()))
}
