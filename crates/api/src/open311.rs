//! Open311 GeoReport v2 for the 12345 hotline: a thin reading of the procedure `hotline-order`. A service is a class of call, a request
//! is a case, its id is the tracking code. Keys are spelled as that standard spells them.

use std::collections::BTreeMap;
use std::sync::Arc;

use actions::look::Listing;
use actions::step::Asked as StepAsked;
use actions::{CaseFilter, Hall, moment};
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use engine::decide::nearest;
use engine::law::{Choice, Version};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Caller, Client};
use crate::desk::{Desk, stamp};
use crate::given::{Asked, MOST, Named, too_large};
use crate::problem::{Answer, Kind, Problem};
use crate::track::LOOKS;

/// The procedure behind the services.
const PROCEDURE: &str = "hotline-order";

/// What discovery tells.
#[derive(Serialize, ToSchema)]
pub struct Open311Discovery {
    changeset: &'static str,
    contact: String,
    key_service: &'static str,
    endpoints: Vec<Open311Endpoint>,
}

#[derive(Serialize, ToSchema)]
pub struct Open311Endpoint {
    specification: &'static str,
    url: String,
    changeset: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    formats: Vec<&'static str>,
}

/// Where the service is.
#[utoipa::path(get, path = "/open311/v2/discovery.json", tag = "open311", security(()), responses((status = 200, body = Open311Discovery)))]
pub async fn discovery(State(desk): State<Arc<Desk>>) -> Json<Open311Discovery> {
    let settings = &desk.hall.settings;
    Json(Open311Discovery {
        changeset: "2026-01-01T00:00:00+08:00",
        contact: format!("{}12345热线", settings.name),
        key_service: "POST /api/sessions; send the token as Authorization: Bearer",
        endpoints: vec![Open311Endpoint {
            specification: "http://wiki.open311.org/GeoReport_v2",
            url: format!("{}/open311/v2", settings.address.trim_end_matches('/')),
            changeset: "2026-01-01T00:00:00+08:00",
            kind: "production",
            formats: vec!["application/json"],
        }],
    })
}

/// A class of call.
#[derive(Serialize, ToSchema)]
pub struct Open311Service {
    #[schema(example = "complaint")]
    service_code: String,
    #[schema(example = "投诉")]
    service_name: String,
    description: String,
    /// Always false: no class asks for attributes of its own.
    metadata: bool,
    #[serde(rename = "type")]
    #[schema(example = "realtime")]
    kind: &'static str,
    keywords: String,
    group: &'static str,
}

/// The procedure in force on a day, and its classes of call.
fn classes(hall: &Hall, day: Date) -> Option<(&Version, &[Choice])> {
    let (_, version) = hall.law.version(PROCEDURE, day)?;
    let class = version.field(version.matter.as_deref()?)?;
    Some((version, &class.choices))
}

fn class_title(hall: &Hall, day: Date, id: &str) -> String {
    let known = classes(hall, day).and_then(|(_, classes)| classes.iter().find(|class| class.id == id));
    known.map_or_else(|| id.to_owned(), |class| class.title.clone())
}

/// The classes of call.
#[utoipa::path(get, path = "/open311/v2/services.json", tag = "open311", security(()), responses((status = 200, body = Vec<Open311Service>)))]
pub async fn services(State(desk): State<Arc<Desk>>) -> Json<Vec<Open311Service>> {
    let known = classes(&desk.hall, desk.today()).map(|(_, classes)| classes).unwrap_or_default();
    Json(
        known
            .iter()
            .map(|class| Open311Service {
                service_code: class.id.clone(),
                service_name: class.title.clone(),
                description: format!("向12345热线提出的{}", class.title),
                metadata: false,
                kind: "realtime",
                keywords: String::new(),
                group: "12345",
            })
            .collect(),
    )
}

#[derive(Serialize, ToSchema)]
pub struct Open311Definition {
    service_code: String,
    /// Always empty.
    #[schema(value_type = Vec<Object>)]
    attributes: Vec<Value>,
}

/// The definition of one class: it has no attributes of its own.
#[utoipa::path(get, path = "/open311/v2/services/{file}", tag = "open311", security(()), params(("file" = String, Path, example = "complaint.json")), responses(
    (status = 200, body = Open311Definition),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json")))]
pub async fn service(State(desk): State<Arc<Desk>>, Named(file): Named<String>) -> Answer<Json<Open311Definition>> {
    let code = file.strip_suffix(".json").ok_or_else(Problem::not_found)?;
    let known = classes(&desk.hall, desk.today()).is_some_and(|(_, classes)| classes.iter().any(|class| class.id == code));
    if known { Ok(Json(Open311Definition { service_code: code.to_owned(), attributes: Vec::new() })) } else { Err(Problem::not_found()) }
}

/// A request: a case of the hotline.
#[derive(Serialize, ToSchema)]
pub struct Open311Request {
    /// The tracking code.
    service_request_id: String,
    /// `open` or `closed`.
    #[schema(example = "open")]
    status: &'static str,
    /// The stage in words.
    status_notes: String,
    service_name: String,
    service_code: String,
    /// What was said; given only to those who may read the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    agency_responsible: String,
    #[schema(format = DateTime)]
    requested_datetime: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    updated_datetime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expected_datetime: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Open311Query {
    /// The division code of this installation, if it is given at all.
    jurisdiction_id: Option<String>,
    /// Tracking codes, with commas between them; other parameters do not count then.
    service_request_id: Option<String>,
    /// Classes, with commas between them.
    service_code: Option<String>,
    /// Opened at or after: `2026-01-01T00:00:00Z`.
    start_date: Option<String>,
    /// Opened before.
    end_date: Option<String>,
    /// `open` or `closed`, or both with a comma.
    status: Option<String>,
    /// From 1.
    page: Option<u64>,
    /// 1 to 200; 50 when left out.
    page_size: Option<u32>,
}

/// The hotline cases that the person asking may see, newest first.
#[utoipa::path(get, path = "/open311/v2/requests.json", tag = "open311", params(Open311Query), responses(
    (status = 200, body = Vec<Open311Request>),
    (status = 422, description = "invalid", body = Problem, content_type = "application/problem+json")))]
pub async fn requests(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Asked(asked): Asked<Open311Query>,
) -> Answer<Json<Vec<Open311Request>>> {
    here(&desk, asked.jurisdiction_id.as_deref())?;
    let limit = crate::case::limit(asked.page_size, 200)?;
    let offset = asked.page.unwrap_or(1).saturating_sub(1).saturating_mul(u64::from(limit));
    let open = match asked.status.as_deref() {
        None | Some("open,closed" | "closed,open") => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(_) => return Err(Problem::invalid("status", "status 应当是 open 或 closed")),
    };
    let instant = |field: &str, given: Option<String>| given.map(|given| seconds(field, &given)).transpose();
    let filter = CaseFilter {
        open,
        procedures: vec![PROCEDURE.to_owned()],
        matters: asked.service_code.map(|codes| codes.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        opened_from: instant("start_date", asked.start_date)?,
        opened_before: instant("end_date", asked.end_date)?,
        ..CaseFilter::default()
    };
    let wanted = asked.service_request_id;
    let rows = desk
        .work(move |hall, now| {
            if let Some(codes) = wanted {
                // Whoever holds a code may follow the case.
                return Ok(codes.split(',').filter_map(|code| followed(hall, code, now).ok()).collect());
            }
            let (rows, _) = hall.list(&caller.visitor.person, Listing { filter, by_due: false, offset, limit })?;
            let request = |row: actions::HeadRow| {
                let stage = hall.law.version(PROCEDURE, now.date()).and_then(|(_, version)| version.stage(&row.head.stage));
                Open311Request {
                    service_request_id: row.head.code.unwrap_or_default(),
                    status: if row.head.open { "open" } else { "closed" },
                    status_notes: stage.map_or_else(|| row.head.stage.clone(), |stage| stage.title.clone()),
                    service_name: class_title(hall, now.date(), &row.head.matter),
                    service_code: row.head.matter,
                    description: Some(row.head.title),
                    agency_responsible: hall.organ_title(&row.head.organ),
                    requested_datetime: stamp(moment::wall(row.head.opened_at)),
                    updated_datetime: None,
                    expected_datetime: row.head.due.map(|due| stamp(moment::wall(due))),
                }
            };
            Ok(rows.into_iter().map(request).collect())
        })
        .await?;
    Ok(Json(rows))
}

/// One hotline case by its tracking code, without signing in: where it stands, nothing that was said.
#[utoipa::path(get, path = "/open311/v2/requests/{file}", tag = "open311", security(()), params(("file" = String, Path, example = "5SJW-4G00-0DW6-W.json")), responses(
    (status = 200, body = Vec<Open311Request>),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "too-many", body = Problem, content_type = "application/problem+json")))]
pub async fn one(State(desk): State<Arc<Desk>>, Client(client): Client, Named(file): Named<String>) -> Answer<Json<Vec<Open311Request>>> {
    desk.count("track", &client, LOOKS)?;
    let code = file.strip_suffix(".json").ok_or_else(Problem::not_found)?.to_owned();
    let request = desk.work(move |hall, now| Ok(followed(hall, &code, now)?)).await?;
    Ok(Json(vec![request]))
}

fn followed(hall: &Hall, code: &str, now: DateTime) -> actions::hall::Result<Open311Request> {
    let view = hall.track(code, now)?;
    if view.procedure != PROCEDURE {
        return Err(actions::Error::NotFound);
    }
    let class = hall.case(view.id)?.matter.clone();
    Ok(Open311Request {
        service_request_id: view.code,
        status: if view.ended { "closed" } else { "open" },
        status_notes: view.stage_title,
        service_name: class_title(hall, now.date(), &class),
        service_code: class,
        description: None,
        agency_responsible: view.organ_title,
        requested_datetime: stamp(view.opened),
        updated_datetime: view.events.last().map(|event| stamp(event.at)),
        expected_datetime: None,
    })
}

/// A request to make, as a form.
#[derive(ToSchema)]
#[schema(example = json!({ "service_code": "complaint", "description": "夜间施工噪声", "address_string": "和平街12号" }))]
#[allow(dead_code, reason = "the shape of the form, for the document; it is read key by key")]
pub struct Open311Form {
    /// The division code of this installation, if it is given at all.
    jurisdiction_id: Option<String>,
    service_code: String,
    description: String,
    address_string: Option<String>,
    /// Id of the township in the register of organs.
    address_id: Option<String>,
    lat: Option<f64>,
    long: Option<f64>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    media_url: Option<String>,
}

/// Keys that are read, and those of the standard that mean nothing here.
const KEYS: [&str; 15] = [
    "jurisdiction_id",
    "service_code",
    "description",
    "address_string",
    "address_id",
    "lat",
    "long",
    "first_name",
    "last_name",
    "phone",
    "email",
    "media_url",
    "api_key",
    "device_id",
    "account_id",
];

#[derive(Serialize, ToSchema)]
pub struct Open311Made {
    /// The tracking code.
    service_request_id: String,
    service_notice: String,
}

/// Make a request. A member of the public reports, a hotline operator takes the call; which fits is decided by the law.
#[utoipa::path(post, path = "/open311/v2/requests.json", tag = "open311", request_body(content = Open311Form, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, body = Vec<Open311Made>),
    (status = 409, description = "refused", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid", body = Problem, content_type = "application/problem+json")))]
pub async fn request(State(desk): State<Arc<Desk>>, caller: Caller, request: Request) -> Answer<(StatusCode, Json<Vec<Open311Made>>)> {
    let form = form(request).await?;
    here(&desk, form.get("jurisdiction_id").map(String::as_str))?;
    let code = desk
        .work(move |hall, now| {
            let (_, classes) = classes(hall, now.date()).ok_or_else(Problem::not_found)?;
            let class = form.get("service_code").map(String::as_str).unwrap_or_default();
            if !classes.iter().any(|known| known.id == class) {
                return Err(Problem::unknown("service_code", "诉求类别", class, classes.iter().map(|known| known.id.as_str())).into());
            }
            let operator = !caller.visitor.person.organ.is_empty();
            let step = if operator { "take-call" } else { "report" };
            let asked = StepAsked {
                case: None,
                procedure: PROCEDURE.to_owned(),
                step: step.to_owned(),
                by: vec![caller.visitor.person],
                with: fields(&form, class),
                seen: None,
            };
            Ok(hall.take_step(asked, now)?.code)
        })
        .await?;
    let made = Open311Made { service_notice: format!("已经登记，查询码{code}"), service_request_id: code };
    Ok((StatusCode::CREATED, Json(vec![made])))
}

/// The fields of the case that a form gives. What has no field of its own is written into the content, so that nothing said is lost.
fn fields(form: &BTreeMap<String, String>, class: &str) -> Map<String, Value> {
    let part = |key: &str| form.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
    let mut content = part("description").unwrap_or_default().to_owned();
    let place = match (part("lat"), part("long")) {
        (Some(lat), Some(long)) => Some(format!("北纬{lat}，东经{long}")),
        _ => None,
    };
    for (title, said) in [("地点", part("address_string")), ("坐标", place.as_deref()), ("附图", part("media_url"))] {
        if let Some(said) = said {
            content.push_str(&format!("（{title}：{said}）"));
        }
    }
    let mut with = Map::new();
    with.insert("content".to_owned(), Value::String(content));
    with.insert("class".to_owned(), Value::String(class.to_owned()));
    with.insert("channel".to_owned(), Value::String("web".to_owned()));
    if let Some(township) = part("address_id") {
        with.insert("place".to_owned(), Value::String(township.to_owned()));
    }
    // A Chinese name is written family name first.
    let name: String = [part("last_name"), part("first_name")].into_iter().flatten().collect();
    if !name.is_empty() {
        let mut party = json!({ "name": name, "kind": "citizen" });
        for key in ["phone", "email"] {
            if let (Some(value), Some(party)) = (part(key), party.as_object_mut()) {
                party.insert(key.to_owned(), Value::String(value.to_owned()));
            }
        }
        with.insert("caller".to_owned(), party);
    }
    with
}

/// The form, key by key; unknown keys are refused.
async fn form(request: Request) -> Answer<BTreeMap<String, String>> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
        return Err(Problem::new(Kind::MediaType, "请求头应当写 Content-Type: application/x-www-form-urlencoded"));
    }
    let bytes = to_bytes(request.into_body(), MOST).await.map_err(too_large)?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| Problem::new(Kind::Malformed, "表单读不懂"))?;
    let mut form = BTreeMap::new();
    for (key, value) in pairs {
        if !KEYS.contains(&key.as_str()) {
            let near = nearest(&key, KEYS.into_iter()).map(str::to_owned);
            let says = format!("不认识“{key}”{}", near.as_ref().map_or(String::new(), |near| format!("，是不是“{near}”")));
            return Err(Problem::new(Kind::Malformed, says.clone()).at(&key, says, near));
        }
        if form.insert(key.clone(), value).is_some() {
            return Err(Problem::new(Kind::Malformed, format!("“{key}”写了两次")).at(&key, "写了两次", None));
        }
    }
    Ok(form)
}

fn here(desk: &Desk, jurisdiction: Option<&str>) -> Answer<()> {
    match jurisdiction {
        Some(given) if given != desk.hall.settings.division => {
            Err(Problem::invalid("jurisdiction_id", format!("这里是{}（{}）", desk.hall.settings.name, desk.hall.settings.division)))
        }
        _ => Ok(()),
    }
}

/// `2026-01-01T00:00:00Z` as the ledger counts.
fn seconds(field: &str, given: &str) -> Answer<i64> {
    let at: Timestamp = given.parse().map_err(|_| Problem::invalid(field, "时刻应当写成2026-01-01T00:00:00Z"))?;
    Ok(moment::seconds(at.to_zoned(tz::TimeZone::fixed(tz::offset(8))).datetime()))
}
