//! The papers of a case, as files.

use std::sync::Arc;

use actions::paper::Form;
use axum::extract::State;
use axum::http::{HeaderName, header};

use crate::caller::Caller;
use crate::case::look;
use crate::desk::Desk;
use crate::given::Named;
use crate::problem::{Answer, Problem};

/// A paper that an event issued, as `{paper}.pdf` or `{paper}.docx`. Applicants get the papers of their own case.
#[utoipa::path(get, path = "/api/papers/{case}/{seq}/{file}", tag = "cases",
    params(("case" = i64, Path), ("seq" = u32, Path, description = "Number of the event that issued it"), ("file" = String, Path, example = "grant-decision.pdf")),
    responses(
    (status = 200, description = "The paper, in the form that its ending names", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 404, description = "not-found: no such paper, or not for you to see", body = Problem, content_type = "application/problem+json")))]
pub async fn paper(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named((case, seq, file)): Named<(i64, u32, String)>,
) -> Answer<([(HeaderName, String); 2], Vec<u8>)> {
    let (name, form) =
        file.rsplit_once('.').and_then(|(name, ending)| Some((name.to_owned(), Form::of(ending)?))).ok_or_else(Problem::not_found)?;
    let bytes = desk
        .work(move |hall, now| {
            look(hall, &caller, case, "文书（接口）", now)?;
            Ok(hall.paper_bytes(Some(&caller.visitor.person), case, seq, &name, form, now)?)
        })
        .await?;
    // The name comes from the law folder once the paper was found: plain letters.
    Ok(([(header::CONTENT_TYPE, form.mime().to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))], bytes))
}
