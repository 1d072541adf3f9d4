//! Registers: the entries that hold, one entry with its acts, and entering an act.

use std::sync::Arc;

use actions::{EntryFilter, Hall, day_number};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use engine::law::{Effect, Register as RegisterLaw};
use engine::register::{ActEvent, Entering, Entry};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Anybody, Caller};
use crate::case::limit;
use crate::desk::{Desk, stamp};
use crate::given::{Asked, Given, Named};
use crate::law::missing;
use crate::problem::{Answer, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct EntriesAsked {
    /// Only entries that hold on this day. The fields are those of today; the acts of an entry tell what they were.
    #[param(value_type = Option<String>, example = "2026-10-20")]
    on_day: Option<Date>,
    organ: Option<String>,
    /// `in-force`, `suspended` or `repealed`.
    #[param(inline)]
    state: Option<StateAsked>,
    /// Part of the title.
    title: Option<String>,
    /// Only entries after this id: the `next` of the page before.
    after: Option<String>,
    /// How many to give: 1 to 500; 50 when left out.
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StateAsked {
    InForce,
    Suspended,
    Repealed,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Entries {
    register: String,
    title: String,
    entries: Vec<EntryShown>,
    /// Give it as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EntryShown {
    #[schema(example = "food-licence")]
    id: String,
    title: String,
    organ: String,
    organ_title: String,
    /// `in-force`, `suspended` or `repealed`.
    #[schema(example = "in-force")]
    state: &'static str,
    state_title: &'static str,
    /// The first day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The first day on which it no longer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    fields: Map<String, Value>,
    /// Fields that hold personal data and are not shown to the public.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    masked: Vec<String>,
    /// Number of its last act.
    seq: u32,
}

impl EntryShown {
    fn of(entry: Entry, register: &RegisterLaw, official: bool, hall: &Hall) -> EntryShown {
        let mut fields = entry.fields;
        let masked = mask(&mut fields, register, official);
        EntryShown {
            id: entry.id,
            title: entry.title,
            organ_title: hall.organ_title(&entry.organ),
            organ: entry.organ,
            state: entry.state.id(),
            state_title: entry.state.title(),
            from: entry.from.map(|from| from.to_string()),
            to: entry.to.map(|to| to.to_string()),
            fields,
            masked,
            seq: entry.seq,
        }
    }
}

/// Takes personal fields out before the public sees them.
fn mask(fields: &mut Map<String, Value>, register: &RegisterLaw, official: bool) -> Vec<String> {
    let personal = register.fields.iter().filter(|field| field.personal && !official);
    personal.filter_map(|field| fields.remove(&field.id).map(|_| field.id.clone())).collect()
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EntryWithActs {
    entry: EntryShown,
    acts: Vec<ActShown>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ActShown {
    #[schema(example = 1)]
    seq: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    at: Option<String>,
    #[schema(example = "adopt")]
    act: String,
    title: String,
    #[schema(value_type = String, example = "adopt")]
    effect: Effect,
    /// The day from which it holds.
    from: String,
    /// Ids of who entered it; shown to people of the government.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by: Vec<String>,
    with: Map<String, Value>,
}

/// The register, if the one who asks may read it: the public the public ones, people of the government all.
fn readable<'h>(hall: &'h Hall, id: &str, anybody: &Anybody) -> Answer<&'h RegisterLaw> {
    let register = hall.law.registers.get(id).ok_or_else(|| missing("清单", id, hall.law.registers.keys()))?;
    match (register.public || anybody.official(), &anybody.0) {
        (true, _) => Ok(register),
        (false, None) => Err(Problem::sign_in()),
        (false, Some(caller)) => caller.as_official().map(|()| register),
    }
}

/// The entries of a register, in the order of their ids. Public registers are open to everybody, without personal data.
#[utoipa::path(get, path = "/api/registers/{register}", tag = "registers", security((), ("bearer" = [])),
    params(("register" = String, Path, example = "service-items"), EntriesAsked), responses(
    (status = 200, body = Entries),
    (status = 401, description = "sign-in: the register is not public", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found: no such register", body = Problem, content_type = "application/problem+json")))]
pub async fn entries(
    State(desk): State<Arc<Desk>>,
    anybody: Anybody,
    Named(id): Named<String>,
    Asked(asked): Asked<EntriesAsked>,
) -> Answer<Json<Entries>> {
    let limit = limit(asked.limit, 500)?;
    let entries = desk
        .work(move |hall, _| {
            let register = readable(hall, &id, &anybody)?;
            let state = asked.state.map(|state| match state {
                StateAsked::InForce => "in-force".to_owned(),
                StateAsked::Suspended => "suspended".to_owned(),
                StateAsked::Repealed => "repealed".to_owned(),
            });
            let filter = EntryFilter { organ: asked.organ, state, on_day: asked.on_day.map(day_number), title: asked.title };
            let page = hall.entry_page(&id, &filter, asked.after.as_deref().unwrap_or_default(), limit)?;
            let next = (page.len() == limit as usize).then(|| page.last().map(|entry| entry.id.clone())).flatten();
            // `to` is the first day without it; the store's days are inclusive.
            let holds = |entry: &Entry| asked.on_day.is_none_or(|day| entry.to.is_none_or(|to| day < to));
            let entries = page.into_iter().filter(holds).map(|entry| EntryShown::of(entry, register, anybody.official(), hall)).collect();
            Ok(Entries { register: register.id.clone(), title: register.title.clone(), entries, next })
        })
        .await?;
    Ok(Json(entries))
}

/// An entry as it stands, with every act that made it so.
#[utoipa::path(get, path = "/api/registers/{register}/{id}", tag = "registers", security((), ("bearer" = [])),
    params(("register" = String, Path, example = "service-items"), ("id" = String, Path, example = "food-licence")), responses(
    (status = 200, body = EntryWithActs),
    (status = 401, description = "sign-in: the register is not public", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json")))]
pub async fn entry(
    State(desk): State<Arc<Desk>>,
    anybody: Anybody,
    Named((register, id)): Named<(String, String)>,
) -> Answer<Json<EntryWithActs>> {
    let found = desk
        .work(move |hall, _| {
            let official = anybody.official();
            let register = readable(hall, &register, &anybody)?;
            let entry = hall.registers().entry(&register.id, &id).cloned().ok_or_else(Problem::not_found)?;
            let shown = |(place, event): (usize, ActEvent)| {
                let mut with = event.with;
                mask(&mut with, register, official);
                ActShown {
                    seq: place + 1,
                    at: event.at.map(stamp),
                    title: register.acts.iter().find(|act| act.id == event.act).map_or_else(|| event.act.clone(), |act| act.title.clone()),
                    act: event.act,
                    effect: event.effect,
                    from: event.from.to_string(),
                    by: if official { event.by.into_iter().map(|acted| acted.id).collect() } else { Vec::new() },
                    with,
                }
            };
            let acts = hall.acts(&register.id, &id)?.into_iter().enumerate().map(shown).collect();
            Ok(EntryWithActs { entry: EntryShown::of(entry, register, official, hall), acts })
        })
        .await?;
    Ok(Json(found))
}

/// An act to enter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "act": "adopt", "title": "食品经营许可", "organ": "approval-bureau", "from": "2026-10-20", "with": { "code": "A-1", "kind": "licence" } }))]
pub struct ActGiven {
    act: String,
    /// The title of the entry; left out: it stays.
    #[serde(default)]
    title: String,
    /// The organ of the entry; left out: it stays, and for a new entry it is that of who enters it.
    #[serde(default)]
    organ: String,
    /// The day from which it holds; today when left out.
    #[schema(value_type = Option<String>)]
    from: Option<Date>,
    /// Fields by id, as the act asks for them.
    #[serde(default)]
    with: Map<String, Value>,
}

/// Enter an act: adopt, amend, suspend, resume or repeal an entry. Returns when it is on disk.
#[utoipa::path(post, path = "/api/registers/{register}/{id}/acts", tag = "registers", request_body = ActGiven,
    params(("register" = String, Path, example = "service-items"), ("id" = String, Path, example = "food-licence"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key within ten minutes: the same answer, done once")),
    responses(
    (status = 201, body = EntryShown, headers(("Location" = String, description = "/api/registers/{register}/{id}"))),
    (status = 404, description = "not-found: no such register", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "refused: every reason, each with its article", body = Problem, content_type = "application/problem+json")))]
pub async fn enter(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Named((register, id)): Named<(String, String)>,
    Given(given): Given<ActGiven>,
) -> Answer<(StatusCode, [(HeaderName, String); 1], Json<EntryShown>)> {
    let path = format!("/api/registers/{register}/{id}");
    let entry = desk
        .work(move |hall, now| {
            let law = hall.law.registers.get(&register).ok_or_else(|| missing("清单", &register, hall.law.registers.keys()))?;
            if !law.acts.iter().any(|act| act.id == given.act) {
                return Err(Problem::unknown("act", "动作", &given.act, law.acts.iter().map(|act| act.id.as_str())).into());
            }
            let entering = Entering {
                register,
                act: given.act,
                id,
                title: given.title,
                organ: given.organ,
                from: given.from.unwrap_or(now.date()),
                with: given.with,
            };
            let entry = hall.enter(entering, &[caller.visitor.person], now)?;
            Ok(EntryShown::of(entry, law, true, hall))
        })
        .await?;
    let plain: String =
        path.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            })
            .collect();
    Ok((StatusCode::CREATED, [(header::LOCATION, plain)], Json(entry)))
}
