//! The signed checkpoints of the ledger, for everybody: whoever keeps a copy can later show that the record was changed.

use std::sync::Arc;

use actions::seal::signed_by;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::case::limit;
use crate::desk::Desk;
use crate::given::Asked;
use crate::problem::Answer;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct CheckpointsAsked {
    /// How many to give: 1 to 5000; 50 when left out.
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SignedCheckpoints {
    /// SM2 over SM3 (GB/T 32918), signer's identifier `1234567812345678`.
    #[schema(example = "SM2-SM3")]
    algorithm: &'static str,
    #[schema(example = "1234567812345678")]
    signer: &'static str,
    /// Latest first.
    checkpoints: Vec<SignedCheckpoint>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SignedCheckpoint {
    number: i64,
    #[schema(example = "2026-10-20")]
    day: String,
    /// The bytes that are signed, line ends included.
    statement: String,
    /// r and s, 64 bytes in hex; absent when what is kept is no signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    /// The signer's key: 04, x, y in hex. Compare it with the one the government made known.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

/// The signed checkpoints of the ledger, latest first.
#[utoipa::path(get, path = "/api/checkpoints", tag = "about", security(()), params(CheckpointsAsked), responses((status = 200, body = SignedCheckpoints)))]
pub async fn checkpoints(State(desk): State<Arc<Desk>>, Asked(asked): Asked<CheckpointsAsked>) -> Answer<Json<SignedCheckpoints>> {
    let most = limit(asked.limit, 5_000)?;
    let kept = desk.work(move |hall, _| Ok(hall.store.checkpoints(hall.settings.number(), most)?)).await?;
    let checkpoints = kept.iter().map(|checkpoint| {
        let signed = signed_by(checkpoint);
        SignedCheckpoint {
            number: checkpoint.number,
            day: actions::hall::date_of(checkpoint.day).map(|day| day.to_string()).unwrap_or_default(),
            statement: checkpoint.statement(),
            signature: signed.map(|(_, signature)| signature.iter().map(|byte| format!("{byte:02x}")).collect()),
            public_key: signed.map(|(key, _)| key.to_string()),
        }
    });
    Ok(Json(SignedCheckpoints { algorithm: "SM2-SM3", signer: actions::seal::SIGNER, checkpoints: checkpoints.collect() }))
}
