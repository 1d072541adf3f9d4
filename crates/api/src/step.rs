//! Steps: which are open and why the others are not, and taking one.

use std::sync::Arc;

use actions::look::{Sight, sight, tidy_code};
use actions::step::{Asked as StepAsked, Done, code};
use actions::{Error, Hall};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use engine::case::Person;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::case::{Case, EventOfCase, look};
use crate::desk::{Desk, Trouble};
use crate::given::{Given, Named};
use crate::problem::{Answer, Problem, Reason};

/// A step of the case's procedure as it stands for the person asking.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepNow {
    #[schema(example = "grant")]
    step: String,
    title: String,
    /// It can be taken now by the person asking, with what it asks for.
    open: bool,
    /// Why not, when it is not open.
    reasons: Vec<Reason>,
    /// Who may take it, in words.
    who: String,
    /// How many persons have to act together.
    officers: usize,
    /// Only the clock takes it.
    by_clock: bool,
}

/// The steps of a case, open and closed, each closed one with every reason.
#[utoipa::path(get, path = "/api/cases/{id}/steps", tag = "cases", params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<StepNow>),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json")))]
pub async fn steps(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<i64>) -> Answer<Json<Vec<StepNow>>> {
    let steps = desk
        .work(move |hall, now| {
            let view = look(hall, &caller, id, "案件步骤（接口）", now)?;
            let step = |step: &engine::decide::StepState| StepNow {
                step: step.step.clone(),
                title: step.title.clone(),
                open: step.reasons.is_empty(),
                reasons: step.reasons.iter().map(|reason| Reason::of(reason, &hall.law, now.date())).collect(),
                who: step.who.clone(),
                officers: step.officers,
                by_clock: step.by_clock,
            };
            Ok(view.steps.iter().map(step).collect())
        })
        .await?;
    Ok(Json(steps))
}

/// A case to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "procedure": "licence", "step": "receive", "with": { "item": "food-licence", "party": { "name": "东街小吃店", "kind": "organisation" }, "venue": "district-centre" } }))]
pub struct Opening {
    procedure: String,
    /// One of the steps that open a case: those without `from`.
    step: String,
    /// Fields by id, as the step asks for them.
    #[serde(default)]
    with: Map<String, Value>,
    /// Further persons who act together with the one signed in: ids in the register of officers.
    #[serde(default, alias = "by")]
    with_officers: Vec<String>,
}

/// A step to take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "step": "examine", "with": { "examination": "现场布局与图纸一致" }, "with-officers": ["qian"], "seen": 2 }))]
pub struct Taking {
    step: String,
    /// Fields by id, as the step asks for them.
    #[serde(default)]
    with: Map<String, Value>,
    /// Further persons who act together with the one signed in: ids in the register of officers.
    #[serde(default)]
    with_officers: Vec<String>,
    /// The `seq` of the case that was seen; if it has moved on since, the step is refused as overtaken.
    seen: Option<u32>,
    /// The tracking code: lets the applicant of a case that was opened at a window act in it.
    code: Option<String>,
}

/// What was recorded, and the case after it.
#[derive(Serialize, ToSchema)]
pub struct Taken {
    event: EventOfCase,
    case: Case,
}

/// Open a case. Returns when the event is on disk.
#[utoipa::path(post, path = "/api/cases", tag = "cases", request_body = Opening,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key within ten minutes: the same answer, done once")),
    responses(
    (status = 201, body = Taken, headers(("Location" = String, description = "/api/cases/{id}"))),
    (status = 409, description = "refused: every reason, each with its article", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: no such officer", body = Problem, content_type = "application/problem+json")))]
pub async fn open_case(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<Opening>,
) -> Answer<(StatusCode, [(HeaderName, String); 1], Json<Taken>)> {
    let (id, taken) = desk
        .work(move |hall, now| {
            let known = &hall.law.procedures;
            if !known.contains_key(&given.procedure) {
                return Err(Problem::unknown("procedure", "程序", &given.procedure, known.keys().map(String::as_str)).into());
            }
            let by = together(hall, &caller, &given.with_officers, now)?;
            let done = hall
                .take_step(StepAsked { case: None, procedure: given.procedure, step: given.step, by, with: given.with, seen: None }, now)?;
            Ok((done.case.id, taken(hall, &caller, &done, now)?))
        })
        .await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/cases/{id}"))], Json(taken)))
}

/// Take a step on a case. Returns when the event is on disk.
#[utoipa::path(post, path = "/api/cases/{id}/steps", tag = "cases", request_body = Taking,
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key within ten minutes: the same answer, done once")),
    responses(
    (status = 200, body = Taken),
    (status = 404, description = "not-found: no such case, or not for you to see", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "refused: every reason, each with its article; or overtaken: the case has moved on since `seen`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "invalid: no such officer", body = Problem, content_type = "application/problem+json")))]
pub async fn take_step(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named(id): Named<i64>,
    Given(given): Given<Taking>,
) -> Answer<Json<Taken>> {
    let taken = desk
        .work(move |hall, now| {
            let case = hall.case(id)?;
            // A refusal tells about the case: who may not see it and shows no code is told nothing.
            let coded = given.code.as_deref().is_some_and(|given| tidy_code(given) == code(&case));
            if sight(hall, Some(&caller.visitor.person), &case) == Sight::Nothing && !coded {
                return Err(Error::NotFound.into());
            }
            let by = together(hall, &caller, &given.with_officers, now)?;
            let asked = StepAsked { case: Some(id), procedure: String::new(), step: given.step, by, with: given.with, seen: given.seen };
            let done = hall.take_step_by_code(asked, given.code.as_deref(), now)?;
            taken(hall, &caller, &done, now)
        })
        .await?;
    Ok(Json(taken))
}

/// Who is signed in, and the officers named beside.
fn together(hall: &Hall, caller: &Caller, others: &[String], now: DateTime) -> Result<Vec<Person>, Trouble> {
    let mut by = vec![caller.visitor.person.clone()];
    for id in others {
        if by.iter().any(|person| person.id == *id) {
            return Err(Problem::invalid("with-officers", format!("“{id}”写了两次，或者就是登录的人")).into());
        }
        by.push(hall.person(id, now.date()).ok_or_else(|| Problem::invalid("with-officers", format!("执法人员名录里没有“{id}”")))?);
    }
    Ok(by)
}

/// What was recorded, as much of it as the actor may see afterwards: whoever gives a case away still sees its progress.
fn taken(hall: &Hall, caller: &Caller, done: &Done, now: DateTime) -> Result<Taken, Trouble> {
    let view = match hall.glance(Some(&caller.visitor.person), done.case.id, now) {
        Err(Error::NotFound) => hall.track(&done.code, now)?,
        looked => looked?,
    };
    let event = view.events.iter().find(|event| event.seq == done.case.seq).ok_or(Error::NotFound)?;
    Ok(Taken {
        event: EventOfCase::of(event, view.id, hall),
        case: Case::of(&view, (view.sight > Sight::Progress).then_some(&done.case.fields), hall, now.date()),
    })
}
