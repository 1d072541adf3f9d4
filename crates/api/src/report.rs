//! Reports, as a value or as a file in any form. Drafts are for officials; what was published has its own address.

use std::sync::Arc;

use actions::report::Wanted;
use actions::report::file::{Form, file, name};
use axum::extract::State;
use axum::http::{HeaderName, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::caller::Caller;
use crate::desk::Desk;
use crate::given::{Asked, Named};
use crate::problem::{Answer, Problem};

/// Of which period, whose, and in which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct Choice {
    /// The present year when left out.
    #[param(example = 2026)]
    year: Option<i16>,
    /// 1 or 2, for a half-year's report.
    half: Option<u8>,
    /// Id of the organ, for a department's report.
    organ: Option<String>,
    /// `json`, `html`, `docx`, `pdf`, `xlsx`, `csv`, `txt`; JSON when left out.
    #[param(example = "json")]
    format: Option<String>,
}

/// The draft of a report, as the ledger gives it now: `annual`, `half-year`, `department`.
#[utoipa::path(get, path = "/api/reports/{template}", tag = "figures", params(("template" = String, Path, example = "annual"), Choice), responses(
    (status = 200, description = "The report, in the form asked for", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 422, description = "invalid: no such report, period, organ or form; or nothing is recorded of that period", body = Problem, content_type = "application/problem+json")))]
pub async fn report(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(template): Named<String>,
    Asked(choice): Asked<Choice>,
) -> Answer<([(HeaderName, String); 2], Vec<u8>)> {
    caller.as_official()?;
    let given = choice.format.as_deref().unwrap_or("json");
    let form = Form::of(given).ok_or_else(|| {
        let known = Form::ALL.map(Form::extension).join("、");
        Problem::invalid("format", format!("没有“{given}”这种格式；有{known}"))
    })?;
    let year = choice.year.unwrap_or(desk.today().year());
    let wanted = Wanted { half: choice.half, organ: choice.organ, ..Wanted::year(&template, year) };
    let (bytes, name) = desk
        .work(move |hall, now| {
            let report = hall.report(&wanted, now)?;
            Ok((file(&report, form, &hall.settings.address)?, name(&report, form)))
        })
        .await?;
    let disposition = format!("attachment; filename=\"report.{}\"; filename*=UTF-8''{}", form.extension(), encoded(&name));
    Ok(([(header::CONTENT_TYPE, form.mime().to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes))
}

/// A file name as RFC 8187 writes it: every byte that is not a plain letter as two hexadecimal digits.
fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
