//! Search in Chinese over cases and register entries; only what the one who asks may see is found.

use std::sync::Arc;

use actions::search::{Among, Hit as Seen};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::case::limit;
use crate::desk::Desk;
use crate::given::Asked;
use crate::problem::{Answer, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// Words; every one of them must be found.
    #[param(example = "食品经营")]
    q: String,
    /// `case` or `entry`; both when left out.
    #[param(inline)]
    kind: Option<Found>,
    /// How many to give: 1 to 100; 50 when left out.
    limit: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    Case,
    Entry,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Hit {
    kind: Found,
    title: String,
    #[schema(example = "/api/cases/204058342195213")]
    path: String,
}

/// Search. Titles that hold every word come first, then the latest.
#[utoipa::path(get, path = "/api/search", tag = "search", params(Sought), responses((status = 200, body = Vec<Hit>)))]
pub async fn search(State(desk): State<Arc<Desk>>, caller: Caller, Asked(sought): Asked<Sought>) -> Answer<Json<Vec<Hit>>> {
    let limit = limit(sought.limit, 100)?;
    if sought.q.chars().count() > 200 {
        return Err(Problem::invalid("q", "最多200字"));
    }
    let hits = desk
        .work(move |hall, _| {
            let among = match sought.kind {
                Some(Found::Case) => Among::Cases,
                Some(Found::Entry) => Among::Entries,
                None => Among::Everything,
            };
            let hit = |hit| match hit {
                Seen::Case { id, title } => Hit { kind: Found::Case, title, path: format!("/api/cases/{id}") },
                Seen::Entry { register, id, title } => Hit { kind: Found::Entry, title, path: format!("/api/registers/{register}/{id}") },
            };
            let hits = hall.search(Some(&caller.visitor.person), &sought.q, among, limit)?.into_iter().map(hit).collect();
            Ok(hits)
        })
        .await?;
    Ok(Json(hits))
}
