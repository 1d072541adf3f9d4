//! The audit of a report for programs: bytes in any form that is published, or words in JSON; figures and checks out. Nothing is kept.

use std::sync::Arc;

use actions::audit::{LARGEST_REPORT, Unreadable, audit, audit_text, to_json};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::desk::Desk;
use crate::given::{Asked, too_large};
use crate::problem::{Answer, Kind, Problem};

/// How the report is read, and what it is compared with.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct How {
    /// Name of the file; only tells CSV from prose.
    #[param(example = "report.docx")]
    name: Option<String>,
    /// Compare with the public figures of this year.
    #[param(example = 2022)]
    year: Option<i16>,
}

/// A report as words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    #[schema(example = "全年办理行政复议案件115件，审结109件，审结率94.78%。")]
    text: String,
}

/// What the audit found.
#[derive(Serialize, ToSchema)]
pub struct Audited {
    figures: Vec<AuditedFigure>,
    checks: Vec<AuditedCheck>,
    /// With `year`: each figure beside the nearest one of the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Vec<BesideLedger>>,
}

/// One statistic that the report states.
#[derive(Serialize, ToSchema)]
pub struct AuditedFigure {
    /// 万 and 亿 worked out; a percentage keeps its number.
    #[schema(example = 874942)]
    value: f64,
    #[schema(example = "件")]
    unit: String,
    /// `exact`, `at-least` (余, 多, 以上), `almost` (近) or `about` (约).
    #[schema(example = "exact")]
    exactness: String,
    subject: String,
    quote: String,
    /// Place of number and unit in the text that was read, in Unicode scalars.
    start: usize,
    end: usize,
}

/// One relation between statistics, worked out.
#[derive(Serialize, ToSchema)]
pub struct AuditedCheck {
    /// `sum`, `rate`, `change`, `repeat` or `integer`.
    #[schema(example = "sum")]
    kind: String,
    /// `holds`, `holds-as-truncation`, `fails` or `unverifiable`.
    #[schema(example = "holds")]
    result: String,
    /// What the parts give.
    expected: Option<f64>,
    stated: f64,
    parts: Vec<f64>,
    quote: String,
    /// The arithmetic in one line, in Chinese.
    note: String,
    /// Places in `figures`: the stated one first, then the parts.
    figures: Vec<usize>,
}

/// One statistic beside the ledger.
#[derive(Serialize, ToSchema)]
pub struct BesideLedger {
    /// Place in `figures`.
    figure: usize,
    /// `agrees`, `differs` or `not-in-ledger`.
    #[schema(example = "agrees")]
    result: String,
    stated: f64,
    ledger: Option<f64>,
    candidates: Vec<Candidate>,
}

/// A declared figure that may be the stated one.
#[derive(Serialize, ToSchema)]
pub struct Candidate {
    #[schema(example = "S45.ratings_received")]
    key: String,
    title: String,
    value: f64,
    /// From 0 to 1.
    similarity: f64,
}

/// Reports that one client may have audited in a minute.
const A_MINUTE: u32 = 600;

/// Audits a published report: TXT in any Chinese encoding, HTML, DOCX, PDF with text, XLSX, CSV, up to 20 MiB as the body; or `{"text": …}` as
/// `application/json`. Anybody may ask; nothing is kept.
#[utoipa::path(post, path = "/api/audit", tag = "audit", security(()), params(How),
    request_body(content((Vec<u8> = "application/octet-stream"), (Words = "application/json")), description = "The file itself, or its words"),
    responses(
    (status = 200, body = Audited),
    (status = 413, description = "too-large: more than 20 MiB", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "media-type: no report: an old .doc, a picture, an archive …", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: empty, locked, scanned or damaged", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "too-many: more than 600 in a minute", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "unavailable: too much is being read, or the report takes too long", body = Problem, content_type = "application/problem+json")))]
pub async fn audit_report(
    State(desk): State<Arc<Desk>>,
    client: crate::caller::Client,
    Asked(how): Asked<How>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Json<Value>> {
    desk.count("audit", &client.0, A_MINUTE)?;
    let bytes = to_bytes(body, LARGEST_REPORT).await.map_err(|error| {
        let problem = too_large(error);
        if problem.status == 413 { of(&Unreadable::TooLarge { most: LARGEST_REPORT }) } else { problem }
    })?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let words = match kind.split(';').next().map(str::trim) {
        Some(kind) if kind.eq_ignore_ascii_case("application/json") => Some(
            serde_json::from_slice::<Words>(&bytes)
                .map_err(|error| Problem::new(Kind::Malformed, format!("JSON应当是{{\"text\": \"报告的文字\"}}：{error}")))?
                .text,
        ),
        _ => None,
    };
    let value = desk
        .work(move |hall, _| {
            let audited = match words {
                Some(words) => audit_text(words),
                None => audit(how.name.as_deref().unwrap_or_default(), &bytes),
            };
            let audited = audited.map_err(|wrong| of(&wrong))?;
            let ledger = how.year.map(|year| hall.compare_with_ledger(&audited.audit, year)).transpose()?;
            Ok(to_json(&audited.audit, ledger.as_deref()))
        })
        .await?;
    Ok(Json(value))
}

/// The problem that a document which cannot be read is; the detail says it in both languages.
fn of(wrong: &Unreadable) -> Box<Problem> {
    let kind = match wrong {
        Unreadable::TooLarge { .. } => Kind::TooLarge,
        Unreadable::NotAReport(_) | Unreadable::NotATable(_) => Kind::MediaType,
        Unreadable::Slow { .. } | Unreadable::Busy => Kind::Unavailable,
        _ => Kind::Invalid,
    };
    Problem::new(kind, format!("{}（{}）", wrong.chinese(), wrong.english()))
}
