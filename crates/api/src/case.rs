//! Cases: the lists that a person may see, a case as it stands, and its events.

use std::sync::Arc;

use actions::look::{CaseView, ClockView, EventView, Listing, Sight};
use actions::{CaseFilter, Hall, moment};
use axum::Json;
use axum::extract::State;
use engine::clock::Standing;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::desk::{Desk, Trouble, stamp};
use crate::given::{Asked, Named};
use crate::law::unit_id;
use crate::problem::{Answer, Article, Kind, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct CasesAsked {
    /// Only cases in this stage.
    #[param(example = "examining")]
    stage: Option<String>,
    /// Only cases of this procedure.
    #[param(example = "licence")]
    procedure: Option<String>,
    /// Only cases of this organ. An officer whose posts reach no further sees those of the own organ.
    organ: Option<String>,
    /// `true`: only cases in which something still has to happen; `false`: only those that ended.
    open: Option<bool>,
    /// Only cases that the person asking has in hand.
    mine: Option<bool>,
    /// Only cases with a running duty that falls due before this day.
    #[param(value_type = Option<String>, example = "2026-10-20")]
    due_before: Option<Date>,
    /// `newest` (the default) or `due`: earliest due first.
    #[param(inline)]
    order: Option<Order>,
    /// How many to leave out; 0 when left out.
    offset: Option<u64>,
    /// How many to give: 1 to 200; 50 when left out.
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    Newest,
    Due,
}

/// The number of rows to give, or a problem.
pub fn limit(given: Option<u32>, most: u32) -> Answer<u32> {
    match given.unwrap_or(50) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(Problem::invalid("limit", format!("limit 应当是1至{most}"))),
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Cases {
    /// How many cases there are in all.
    total: u64,
    offset: u64,
    limit: u32,
    cases: Vec<CaseLine>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CaseLine {
    #[schema(example = 204058342195213_i64)]
    id: i64,
    /// The tracking code.
    #[schema(example = "5SJW-4G00-0DW6-W")]
    code: Option<String>,
    procedure: String,
    title: String,
    stage: String,
    stage_title: String,
    open: bool,
    organ: String,
    organ_title: String,
    matter: String,
    handlers: Vec<String>,
    #[schema(format = DateTime, example = "2026-10-20T09:00:00+08:00")]
    opened: String,
    /// The earliest running duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    due: Option<String>,
    /// Number of the last event.
    seq: u32,
}

/// The cases that the person asking may see: applicants their own, officers those of their organ, supervisors and leaders all.
#[utoipa::path(get, path = "/api/cases", tag = "cases", params(CasesAsked), responses((status = 200, body = Cases)))]
pub async fn cases(State(desk): State<Arc<Desk>>, caller: Caller, Asked(asked): Asked<CasesAsked>) -> Answer<Json<Cases>> {
    let (offset, limit) = (asked.offset.unwrap_or(0), limit(asked.limit, 200)?);
    let cases = desk
        .work(move |hall, _| {
            let person = caller.visitor.person;
            check_words(hall, &asked)?;
            let organ = asked.organ.clone();
            let filter = CaseFilter {
                open: asked.open,
                procedures: asked.procedure.into_iter().collect(),
                stages: asked.stage.into_iter().collect(),
                organs: asked.organ.into_iter().collect(),
                handler: asked.mine.unwrap_or(false).then(|| person.id.clone()),
                due_before: asked.due_before.map(|day| moment::seconds(day.at(0, 0, 0, 0))),
                ..CaseFilter::default()
            };
            let listing = Listing { filter, by_due: matches!(asked.order, Some(Order::Due)), offset, limit };
            let (rows, total) = hall.list(&person, listing)?;
            // The hall narrows an officer's list to the own organ; whoever asked for another must not take that list for it.
            if organ.is_some_and(|organ| rows.iter().any(|row| row.head.organ != organ)) {
                return Err(Problem::new(Kind::Forbidden, "只能看本机关的案件").into());
            }
            let cases = rows
                .into_iter()
                .map(|row| {
                    let stage = hall
                        .law
                        .procedures
                        .get(&row.head.procedure)
                        .and_then(|procedure| procedure.versions.iter().find_map(|version| version.stage(&row.head.stage)));
                    CaseLine {
                        id: row.stream,
                        code: row.head.code,
                        procedure: row.head.procedure,
                        title: row.head.title,
                        stage_title: stage.map_or_else(|| row.head.stage.clone(), |stage| stage.title.clone()),
                        stage: row.head.stage,
                        open: row.head.open,
                        organ_title: hall.organ_title(&row.head.organ),
                        organ: row.head.organ,
                        matter: row.head.matter,
                        handlers: row.head.handlers,
                        opened: stamp(moment::wall(row.head.opened_at)),
                        due: row.head.due.map(|due| stamp(moment::wall(due))),
                        seq: row.seq,
                    }
                })
                .collect();
            Ok(Cases { total, offset, limit, cases })
        })
        .await?;
    Ok(Json(cases))
}

/// A procedure or stage that the law does not know is a mistake, not an empty list.
fn check_words(hall: &Hall, asked: &CasesAsked) -> Result<(), Trouble> {
    let procedures = &hall.law.procedures;
    if let Some(procedure) = asked.procedure.as_ref().filter(|procedure| !procedures.contains_key(*procedure)) {
        return Err(Problem::unknown("procedure", "程序", procedure, procedures.keys().map(String::as_str)).into());
    }
    if let Some(stage) = &asked.stage {
        let of = procedures.values().filter(|procedure| asked.procedure.as_ref().is_none_or(|wanted| *wanted == procedure.id));
        let stages: Vec<&str> =
            of.flat_map(|procedure| &procedure.versions).flat_map(|version| &version.stages).map(|stage| stage.id.as_str()).collect();
        if !stages.contains(&stage.as_str()) {
            return Err(Problem::unknown("stage", "阶段", stage, stages.into_iter()).into());
        }
    }
    Ok(())
}

/// A case, as much of it as the person asking may see.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Case {
    id: i64,
    /// The tracking code: whoever holds it may follow the progress.
    #[schema(example = "5SJW-4G00-0DW6-W")]
    pub code: String,
    /// Number of the last event: give it as `seen` with the next step.
    #[schema(example = 3)]
    seq: u32,
    /// How much is shown: `progress` where it stands; `own` also what the applicant gave and got; `whole` the file.
    #[schema(example = "whole")]
    sight: &'static str,
    procedure: String,
    procedure_title: String,
    /// The version of the law under which the case runs.
    #[schema(example = "2020-01-01")]
    version: String,
    title: String,
    #[schema(example = "examining")]
    stage: String,
    stage_title: String,
    ended: bool,
    organ: String,
    organ_title: String,
    #[schema(format = DateTime)]
    opened: String,
    handlers: Vec<String>,
    fields: Vec<FieldOfCase>,
    clocks: Vec<ClockOfCase>,
    /// What the law says and the procedure does not model.
    unmodelled: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldOfCase {
    id: String,
    title: String,
    /// The value as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    /// How it reads.
    text: String,
    personal: bool,
}

/// A clock of the case: it can say how its end was found.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ClockOfCase {
    #[schema(example = "decide")]
    id: String,
    title: String,
    article: Article,
    /// `running`, `overdue`, `paused`, `met` or `met-late`.
    #[schema(example = "running")]
    state: &'static str,
    /// The last moment that is in time; a paused clock has none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    due: Option<String>,
    /// A year without a notice of the State Council took part: the date may move.
    provisional: bool,
    /// When it was met, or since when it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    at: Option<String>,
    /// What is left, or how early it was met; negative: how late.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<i64>,
    /// The unit of `left`: `working`, `calendar` or `hours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// 怎么算的, a sentence a line.
    how: Vec<String>,
    /// Where a local count came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    lapsed: bool,
    /// Lateness is somebody's, not the end of a right.
    duty: bool,
}

/// One step that was taken.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EventOfCase {
    #[schema(example = 1)]
    seq: u32,
    #[schema(format = DateTime)]
    at: String,
    step: String,
    title: String,
    by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<Article>,
    fields: Vec<FieldOfCase>,
    papers: Vec<PaperOfCase>,
    /// SM3 of the event in the chain of the case, in hex.
    hash: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PaperOfCase {
    #[schema(example = "grant-decision")]
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "忻审批许〔2026〕12号")]
    number: Option<String>,
    /// Where to get it, with `.pdf` or `.docx` behind.
    #[schema(example = "/api/papers/204058342195213/3/grant-decision")]
    path: String,
}

impl Case {
    /// The view as JSON. `values` are the raw fields of the case; only those that the view shows are given out.
    pub fn of(view: &CaseView, values: Option<&serde_json::Map<String, Value>>, hall: &Hall, day: Date) -> Case {
        let field = |field: &actions::look::FieldView| FieldOfCase {
            id: field.id.clone(),
            title: field.title.clone(),
            value: values.and_then(|values| values.get(&field.id)).cloned(),
            text: field.text.clone(),
            personal: field.personal,
        };
        Case {
            id: view.id,
            code: view.code.clone(),
            seq: view.seq,
            sight: match view.sight {
                Sight::Nothing => "nothing",
                Sight::Progress => "progress",
                Sight::Own => "own",
                Sight::Whole => "whole",
            },
            procedure: view.procedure.clone(),
            procedure_title: view.procedure_title.clone(),
            version: view.version.to_string(),
            title: view.title.clone(),
            stage: view.stage.clone(),
            stage_title: view.stage_title.clone(),
            ended: view.ended,
            organ: view.organ.clone(),
            organ_title: view.organ_title.clone(),
            opened: stamp(view.opened),
            handlers: view.handlers.clone(),
            fields: view.fields.iter().map(field).collect(),
            clocks: view.clocks.iter().map(|clock| ClockOfCase::of(clock, hall, day)).collect(),
            unmodelled: view.unmodelled.clone(),
        }
    }
}

impl ClockOfCase {
    fn of(clock: &ClockView, hall: &Hall, day: Date) -> ClockOfCase {
        let (state, due, at, left, unit) = match clock.standing {
            Standing::Running { due, left, unit, .. } => ("running", Some(due.at), None, Some(left), Some(unit)),
            Standing::Overdue { due, by, unit } => ("overdue", Some(due.at), None, Some(-by), Some(unit)),
            Standing::Paused { since } => ("paused", None, Some(since), None, None),
            Standing::Met { at, due, early, unit } => ("met", Some(due.at), Some(at), Some(early), Some(unit)),
            Standing::MetLate { at, due, late, unit } => ("met-late", Some(due.at), Some(at), Some(-late), Some(unit)),
        };
        ClockOfCase {
            id: clock.id.clone(),
            title: clock.title.clone(),
            article: Article::of(&clock.cite, &hall.law, day),
            state,
            due: due.map(stamp),
            provisional: clock.provisional,
            at: at.map(stamp),
            left,
            unit: unit.map(unit_id),
            how: clock.how.clone(),
            parameter: clock.parameter.clone(),
            lapsed: clock.lapsed,
            duty: clock.duty,
        }
    }
}

impl EventOfCase {
    pub fn of(event: &EventView, case: i64, hall: &Hall) -> EventOfCase {
        EventOfCase {
            seq: event.seq,
            at: stamp(event.at),
            step: event.step.clone(),
            title: event.title.clone(),
            by: event.by.clone(),
            article: event.cite.as_ref().map(|cite| Article::of(cite, &hall.law, event.at.date())),
            fields: event
                .fields
                .iter()
                .map(|field| FieldOfCase {
                    id: field.id.clone(),
                    title: field.title.clone(),
                    value: None,
                    text: field.text.clone(),
                    personal: field.personal,
                })
                .collect(),
            papers: event
                .papers
                .iter()
                .map(|paper| PaperOfCase {
                    id: paper.id.clone(),
                    title: paper.title.clone(),
                    number: paper.number.clone(),
                    path: format!("/api/papers/{case}/{}/{}", paper.seq, paper.id),
                })
                .collect(),
            hash: event.hash.clone(),
        }
    }
}

/// The case as the person may see it; a look at a whole file is recorded.
pub fn look(hall: &Hall, caller: &Caller, id: i64, what: &str, now: DateTime) -> actions::hall::Result<CaseView> {
    let view = hall.look(Some(&caller.visitor.person), id, now)?;
    if view.sight == Sight::Whole {
        hall.note_look(&caller.visitor.login, id, what, now)?;
    }
    Ok(view)
}

/// A case as it stands. A look at a whole file is recorded with the name of who looked.
#[utoipa::path(get, path = "/api/cases/{id}", tag = "cases", params(("id" = i64, Path)), responses(
    (status = 200, body = Case),
    (status = 404, description = "not-found: no such case, or not for you to see", body = Problem, content_type = "application/problem+json")))]
pub async fn case(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<i64>) -> Answer<Json<Case>> {
    let case = desk
        .work(move |hall, now| {
            let view = look(hall, &caller, id, "案件（接口）", now)?;
            let values = hall.case(id)?;
            Ok(Case::of(&view, Some(&values.fields), hall, now.date()))
        })
        .await?;
    Ok(Json(case))
}

/// The events of a case, first to last.
#[utoipa::path(get, path = "/api/cases/{id}/events", tag = "cases", params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<EventOfCase>),
    (status = 404, description = "not-found", body = Problem, content_type = "application/problem+json")))]
pub async fn events(State(desk): State<Arc<Desk>>, caller: Caller, Named(id): Named<i64>) -> Answer<Json<Vec<EventOfCase>>> {
    let events = desk
        .work(move |hall, now| {
            let view = look(hall, &caller, id, "案件经过（接口）", now)?;
            Ok(view.events.iter().map(|event| EventOfCase::of(event, id, hall)).collect())
        })
        .await?;
    Ok(Json(events))
}
