//! Following a case with its tracking code, without signing in.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Client;
use crate::case::{Case, EventOfCase};
use crate::desk::Desk;
use crate::given::Named;
use crate::problem::{Answer, Problem};

/// Codes cannot be guessed; this keeps anybody from trying.
pub const LOOKS: u32 = 60;

/// Where a case stands and what was done when; nobody's name, nothing that was given.
#[derive(Serialize, ToSchema)]
pub struct Tracked {
    case: Case,
    events: Vec<EventOfCase>,
}

/// Follow a case by its tracking code. Dashes and small letters do not matter. Sixty looks a minute from one address.
#[utoipa::path(get, path = "/api/track/{code}", tag = "public", security(()), params(("code" = String, Path, example = "5SJW-4G00-0DW6-W")), responses(
    (status = 200, body = Tracked),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "too-many", body = Problem, content_type = "application/problem+json")))]
pub async fn track(State(desk): State<Arc<Desk>>, Client(client): Client, Named(code): Named<String>) -> Answer<Json<Tracked>> {
    desk.count("track", &client, LOOKS)?;
    let tracked = desk
        .work(move |hall, now| {
            let view = hall.track(&code, now)?;
            Ok(Tracked {
                case: Case::of(&view, None, hall, now.date()),
                events: view.events.iter().map(|event| EventOfCase::of(event, view.id, hall)).collect(),
            })
        })
        .await?;
    Ok(Json(tracked))
}
