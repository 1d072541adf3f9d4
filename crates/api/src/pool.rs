//! The data resource pool: the catalogue, records looked up and paged, a batch submitted as a file, and what is open to anybody as DCAT.

use std::sync::Arc;

use actions::pool::records::Lookup;
use actions::pool::{DataSet, PROCEDURE, PoolSight, Submitted};
use actions::{Error, Hall};
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::dataset::Column;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Anybody, Caller};
use crate::case::limit;
use crate::desk::{Desk, Trouble, stamp};
use crate::given::{Asked, Named, too_large};
use crate::problem::{Answer, Problem};

/// The largest file of a batch taken here: 64 MiB.
const LARGEST_FILE: usize = 64 << 20;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DataSets {
    data_sets: Vec<DataSetShown>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DataSetShown {
    #[schema(example = "mediation-cases")]
    id: String,
    title: String,
    organ: String,
    organ_title: String,
    description: String,
    /// `unconditional`, `conditional` or `withheld`.
    #[schema(example = "unconditional")]
    sharing: String,
    /// `daily`, `weekly`, `monthly`, `quarterly`, `yearly` or `as-changed`.
    #[schema(example = "monthly")]
    refresh: String,
    /// Whether anybody may take it, personal columns left out.
    open: bool,
    columns: Vec<ColumnShown>,
    /// How much of its records the one who asks sees: `catalogue` (none), `masked` or `whole`.
    #[schema(example = "masked")]
    sight: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ColumnShown {
    id: String,
    title: String,
    /// `text`, `number`, `decimal`, `money`, `date`, `fact`, `choice`, `credit-code`, `identity-number` or `division`.
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    unit: String,
    key: bool,
    required: bool,
    personal: bool,
    /// Records can be looked up by it.
    indexed: bool,
}

fn shown(hall: &Hall, set: &DataSet, anybody: &Anybody, today: jiff::civil::Date) -> DataSetShown {
    let column = |column: &Column| ColumnShown {
        id: column.id.clone(),
        title: column.title.clone(),
        kind: column.kind.id(),
        unit: column.unit.clone(),
        key: column.key,
        required: column.required,
        personal: column.personal,
        indexed: set.lookups().any(|other| other.id == column.id),
    };
    DataSetShown {
        id: set.entry.id.clone(),
        title: set.entry.title.clone(),
        organ: set.entry.organ.clone(),
        organ_title: hall.organ_title(&set.entry.organ),
        description: set.text("description").to_owned(),
        sharing: set.text("sharing").to_owned(),
        refresh: set.text("refresh").to_owned(),
        open: set.is_open(today),
        columns: set.columns.iter().map(column).collect(),
        sight: match hall.pool_sight(anybody.0.as_ref().map(|caller| &caller.visitor.person), set) {
            PoolSight::Catalogue => "catalogue",
            PoolSight::Masked => "masked",
            PoolSight::Whole => "whole",
        },
    }
}

/// The catalogue of data sets. It is public; what it holds is not.
#[utoipa::path(get, path = "/api/data-sets", tag = "pool", security((), ("bearer" = [])), responses((status = 200, body = DataSets)))]
pub async fn data_sets(State(desk): State<Arc<Desk>>, anybody: Anybody) -> Answer<Json<DataSets>> {
    let data_sets =
        desk.work(move |hall, now| Ok(hall.data_sets().iter().map(|set| shown(hall, set, &anybody, now.date())).collect())).await?;
    Ok(Json(DataSets { data_sets }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct RecordsAsked {
    /// A column that is indexed; with `value`.
    by: Option<String>,
    value: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many to give: 1 to 500; 50 when left out.
    limit: Option<u32>,
    /// `true` asks for personal data, for whoever may see it; it is masked otherwise. The look is recorded.
    personal: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PooledRecords {
    data_set: String,
    /// Whether personal data is masked.
    masked: bool,
    records: Vec<PooledShown>,
    /// Give it as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PooledShown {
    /// The case of the batch that brought it.
    batch: i64,
    /// Row of the file.
    row: u32,
    /// From when it holds.
    #[schema(format = DateTime)]
    from: String,
    /// Texts by column id; what is not recorded is left out.
    values: Map<String, Value>,
}

/// Records that hold now: all in the order in which they came, or those found by a column. Looks at personal data are recorded.
#[utoipa::path(get, path = "/api/data-sets/{id}/records", tag = "pool", params(("id" = String, Path, example = "mediation-cases"), RecordsAsked), responses(
    (status = 200, body = PooledRecords),
    (status = 403, description = "forbidden: looked up by personal data that the caller sees masked", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found, or not shared with the caller", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: the column is not indexed, or cannot have that value", body = Problem, content_type = "application/problem+json")))]
pub async fn pooled_records(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
    Asked(asked): Asked<RecordsAsked>,
) -> Answer<Json<PooledRecords>> {
    let limit = limit(asked.limit, 500)? as usize;
    let found = desk
        .work(move |hall, now| {
            let set = hall.data_set(&id)?;
            let after = match asked.after.as_deref() {
                None => (0, 0),
                Some(text) => text
                    .split_once('-')
                    .and_then(|(load, line)| Some((load.parse().ok()?, line.parse().ok()?)))
                    .ok_or_else(|| Trouble::from(Problem::invalid("after", "after应当照抄上一页的next")))?,
            };
            let by = match (asked.by.as_deref(), asked.value.as_deref()) {
                (Some(by), Some(value)) => Some((by, value)),
                (None, None) => None,
                _ => return Err(Problem::invalid("by", "by和value要一起写").into()),
            };
            let person = &caller.visitor.person;
            let by_personal = set.columns.iter().any(|column| column.personal && asked.by.as_deref() == Some(&column.id));
            let personal = asked.personal == Some(true) || by_personal;
            let rows = hall.pool_records(person, &caller.visitor.login, &set, Lookup { by, after, limit, personal }, now)?;
            let next = (by.is_none() && rows.len() == limit).then(|| rows.last().map(|row| format!("{}-{}", row.load, row.line))).flatten();
            let records = rows
                .into_iter()
                .map(|row| {
                    let values = set.columns.iter().zip(row.values).filter(|(_, text)| !text.is_empty());
                    PooledShown {
                        batch: row.batch,
                        row: row.line,
                        from: stamp(row.from),
                        values: values.map(|(column, text)| (column.id.clone(), Value::String(text))).collect(),
                    }
                })
                .collect();
            let masked = set.has_personal() && (!personal || hall.pool_sight(Some(person), &set) < PoolSight::Whole);
            Ok(PooledRecords { data_set: set.entry.id, masked, records, next })
        })
        .await?;
    Ok(Json(found))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct BatchAsked {
    /// Name of the file with its ending.
    #[param(example = "2026-01.csv")]
    name: String,
    /// What the data is of: `2026年1月`.
    #[serde(default)]
    period: String,
    #[serde(default)]
    note: String,
}

/// What the check of a batch counted: `read` = `accepted` + `rejected` + `repeated` + `known`; `accepted` = `new` + `updated`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Batch {
    /// The case: its steps are taken under `/api/cases/{id}`.
    id: i64,
    code: String,
    file: String,
    /// `submitted`, `checked`, `pooled`, `refused`, `given-up` or `withdrawn`.
    #[schema(example = "checked")]
    stage: String,
    read: i64,
    accepted: i64,
    new: i64,
    updated: i64,
    rejected: i64,
    repeated: i64,
    known: i64,
}

fn batch_shown(hall: &Hall, id: i64) -> Result<Batch, Error> {
    let view = hall.pool_batch(id)?;
    let tally = view.tally;
    Ok(Batch {
        id,
        code: view.code,
        file: view.file,
        stage: view.stage,
        read: tally.read,
        accepted: tally.accepted,
        new: tally.new,
        updated: tally.updated,
        rejected: tally.rejected,
        repeated: tally.repeated,
        known: tally.known,
    })
}

/// Submit a file (XLSX or CSV, the body as it is) as a batch; it is checked at once. Another person then accepts or refuses it.
#[utoipa::path(post, path = "/api/data-sets/{id}/batches", tag = "pool", params(("id" = String, Path, example = "mediation-cases"), BatchAsked),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 201, body = Batch, headers(("Location" = String, description = "/api/batches/{id}"))),
    (status = 404, description = "not-found: no such data set", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "refused: every reason, each with its article", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "too-large: a file holds at most 64 MiB", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: the file cannot be read, or lacks a column", body = Problem, content_type = "application/problem+json")))]
pub async fn submit_batch(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<String>,
    Asked(asked): Asked<BatchAsked>,
    request: Request,
) -> Answer<(StatusCode, [(HeaderName, String); 1], Json<Batch>)> {
    caller.as_official()?;
    let bytes = to_bytes(request.into_body(), LARGEST_FILE).await.map_err(too_large)?.to_vec();
    let batch = desk
        .work(move |hall, now| {
            let given = Submitted { data_set: &id, name: &asked.name, bytes, period: &asked.period, note: &asked.note };
            let done = hall.submit_batch(given, &caller.visitor.person, now)?;
            Ok(batch_shown(hall, done.case.id)?)
        })
        .await?;
    let path = format!("/api/batches/{}", batch.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, path)], Json(batch)))
}

/// A batch with its counts, for whoever may see its case.
#[utoipa::path(get, path = "/api/batches/{id}", tag = "pool", params(("id" = i64, Path)), responses(
    (status = 200, body = Batch),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json")))]
pub async fn batch(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<i64>) -> Answer<Json<Batch>> {
    let batch = desk
        .work(move |hall, now| {
            let seen = hall.glance(Some(&caller.visitor.person), id, now)?;
            if seen.procedure == PROCEDURE { Ok(batch_shown(hall, id)?) } else { Err(Error::NotFound.into()) }
        })
        .await?;
    Ok(Json(batch))
}

/// What is open to anybody: a DCAT 3 catalogue as JSON-LD. The files stand at the addresses it names.
#[utoipa::path(get, path = "/api/open-data", tag = "pool", security(()), responses((status = 200, description = "DCAT 3, JSON-LD", content_type = "application/ld+json")))]
pub async fn open_data(State(desk): State<Arc<Desk>>) -> Answer<Response> {
    let catalogue = desk.work(|hall, now| Ok(hall.open_catalogue(now)?)).await?;
    Ok(([(header::CONTENT_TYPE, "application/ld+json")], catalogue.to_string()).into_response())
}
