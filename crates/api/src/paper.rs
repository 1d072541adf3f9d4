//! The papers of a case.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::caller::Caller;
use crate::case::look;
use crate::desk::Desk;
use crate::given::Named;
use crate::problem::{Answer, Kind, Problem};

/// A paper that an event issued, as `{paper}.pdf` or `{paper}.docx`.
#[utoipa::path(get, path = "/api/papers/{case}/{seq}/{file}", tag = "cases",
    params(("case" = i64, Path), ("seq" = u32, Path, description = "Number of the event that issued it"), ("file" = String, Path, example = "grant-decision.pdf")),
    responses(
    (status = 200, description = "The paper", content_type = "application/pdf"),
    (status = 404, description = "not-found: no such paper, or not for you to see", body = Problem, content_type = "application/problem+json")))]
pub async fn paper(State(desk): State<Arc<Desk>>, caller: Caller, Named((case, seq, file)): Named<(i64, u32, String)>) -> Answer<Response> {
    desk.work(move |hall, now| {
        let view = look(hall, &caller, case, "文书（接口）", now)?;
        let name = file.strip_suffix(".pdf").or_else(|| file.strip_suffix(".docx"));
        let paper = view.events.iter().flat_map(|event| &event.papers).find(|paper| paper.seq == seq && Some(paper.id.as_str()) == name);
        match paper {
            Some(paper) => Err(Problem::new(Kind::NotFound, format!("《{}》还不能从接口取得，请在案件页面下载", paper.title)).into()),
            None => Err(Problem::not_found().into()),
        }
    })
    .await
}
