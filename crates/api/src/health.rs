//! Whether the installation works: the ledger takes writes, and what the last checkpoint covers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::Desk;
use crate::problem::Answer;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Health {
    /// The ledger takes writes.
    writable: bool,
    #[schema(example = "140902")]
    division: String,
    name: String,
    #[schema(example = "0.1.0")]
    version: &'static str,
    procedures: usize,
    figures: usize,
    /// The latest signed checkpoint; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<CheckpointShown>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CheckpointShown {
    number: i64,
    #[schema(example = "2026-10-20")]
    day: String,
    /// Events in the ledger when it was made.
    events: i64,
    streams: i64,
    /// Merkle root over the last event of every stream, in hex.
    root: String,
}

/// Whether the installation works. 503 when the ledger takes no writes.
#[utoipa::path(get, path = "/api/health", tag = "about", security(()), responses(
    (status = 200, body = Health), (status = 503, description = "The ledger takes no writes", body = Health)))]
pub async fn health(State(desk): State<Arc<Desk>>) -> Answer<(StatusCode, Json<Health>)> {
    let health = desk
        .work(|hall, _| {
            // An empty write goes the whole way through the writer to the disk.
            let writable = hall.store.log_access(Vec::new()).is_ok();
            let checkpoint = hall.store.checkpoints(hall.settings.number(), 1)?.pop().map(|checkpoint| CheckpointShown {
                number: checkpoint.number,
                day: actions::hall::date_of(checkpoint.day).map(|day| day.to_string()).unwrap_or_default(),
                events: checkpoint.events,
                streams: checkpoint.streams,
                root: checkpoint.root.iter().map(|byte| format!("{byte:02x}")).collect(),
            });
            Ok(Health {
                writable,
                division: hall.settings.division.clone(),
                name: hall.settings.name.clone(),
                version: env!("CARGO_PKG_VERSION"),
                procedures: hall.law.procedures.len(),
                figures: hall.law.figures.len(),
                checkpoint,
            })
        })
        .await?;
    Ok((if health.writable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health)))
}
