//! The law as it is applied here: procedures, registers, the calendar, and how a period is counted. Open to everybody.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use engine::clock::Ledger;
use engine::decide::post_titles;
use engine::law::{Ask, Cite, Extend, Field, FieldKind, Law, Pause, Unit, read_aloud};
use engine::{diagram, guard, law};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::desk::{Desk, stamp};
use crate::given::{Asked, Given, Named};
use crate::problem::{Answer, Article, Kind, Problem};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProcedureLine {
    #[schema(example = "licence")]
    id: String,
    title: String,
    title_en: String,
    /// The first folder of its file: `services`, `enforcement`, `hotline` …
    #[schema(example = "services")]
    domain: String,
    basis: Article,
    /// Everybody may see that such a case exists and how it ended.
    public: bool,
    /// The days on which its versions came into force.
    #[schema(example = json!(["2020-01-01"]))]
    versions: Vec<String>,
}

/// Every procedure.
#[utoipa::path(get, path = "/api/law/procedures", tag = "law", security(()), responses((status = 200, body = Vec<ProcedureLine>)))]
pub async fn procedures(State(desk): State<Arc<Desk>>) -> Json<Vec<ProcedureLine>> {
    let (law, today) = (&desk.hall.law, desk.today());
    let line = |procedure: &law::Procedure| ProcedureLine {
        id: procedure.id.clone(),
        title: procedure.title.clone(),
        title_en: read_aloud(&procedure.id),
        domain: procedure.folder.split('/').next().unwrap_or_default().to_owned(),
        basis: Article::of(&procedure.basis, law, today),
        public: procedure.public,
        versions: procedure.versions.iter().map(|version| version.in_force.to_string()).collect(),
    };
    Json(law.procedures.values().map(line).collect())
}

/// A procedure in the version of one day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Procedure {
    #[schema(example = "licence")]
    id: String,
    title: String,
    title_en: String,
    basis: Article,
    public: bool,
    #[schema(example = "2020-01-01")]
    in_force: String,
    /// The first day on which it is no longer in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    fields: Vec<FieldOfLaw>,
    stages: Vec<Stage>,
    steps: Vec<StepOfLaw>,
    clocks: Vec<ClockOfLaw>,
    papers: Vec<PaperForm>,
    /// What the law says and this procedure does not model.
    unmodelled: Vec<String>,
    /// The procedure drawn, as a Mermaid state diagram.
    mermaid: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FieldOfLaw {
    #[schema(example = "party")]
    id: String,
    title: String,
    /// What a value looks like in `with`: `text` and `prose` a string; `number` a whole number; `money` whole yuan; `date` `"2026-10-20"`;
    /// `choice` one id of `choices`; `choices`, `persons`, `files`, `lines` a list of strings; `party` an object
    /// `{name, kind: "citizen" | "organisation", id?, phone?, address?}`; `person` and `entry` an id; `fact` `yes`, `no` or `not-established`;
    /// `points` a decimal as a string, `"2.5"`. `indicators`, `sheet` and `ranking` are written by the ledger and never given.
    #[serde(rename = "type")]
    #[schema(example = "party")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Choice>,
    /// For `entry`: the register that the id is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    /// Personal data, masked outside the case.
    personal: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Choice {
    id: String,
    title: String,
}

#[derive(Serialize, ToSchema)]
pub struct Stage {
    #[schema(example = "examining")]
    id: String,
    title: String,
    /// Nothing more has to happen here.
    end: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepOfLaw {
    #[schema(example = "grant")]
    id: String,
    title: String,
    title_en: String,
    /// Stages in which it can be taken; empty: it opens a case.
    from: Vec<String>,
    /// Stages it may lead to; empty: the stage stays.
    to: Vec<String>,
    /// Posts that may take it; `handler` who has the case in hand, `applicant` who opened it, `clock` the night.
    by: Vec<String>,
    /// The same in words.
    who: String,
    /// How many persons have to act together.
    officers: usize,
    /// Kinds of step whose general rules it inherits.
    kinds: Vec<String>,
    asks: Vec<AskOfLaw>,
    needs: Vec<Need>,
    /// Papers it issues, by id.
    papers: Vec<String>,
    /// The time allowed for it, when it has a clock of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<Article>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct AskOfLaw {
    field: String,
    required: bool,
}

/// A condition on a step.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Need {
    #[schema(example = "officers-at-least")]
    guard: String,
    /// Its parameters, as the law file gives them.
    #[schema(example = "count: 2")]
    with: String,
    article: Article,
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
}

/// A period as the law writes it: a count, or the local parameter that gives it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Period {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 20)]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// `working` 工作日, `calendar` 自然日, `hours`, `months`, `years`.
    #[schema(example = "working")]
    unit: String,
    /// Instead of a count: the last day, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "`year`+1年3月1日前")]
    ends: Option<String>,
    /// Steps or stages that begin it.
    starts: Vec<String>,
    article: Article,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ClockOfLaw {
    #[schema(example = "decide")]
    id: String,
    title: String,
    #[serde(flatten)]
    period: Period,
    /// Steps or stages that meet it.
    met: Vec<String>,
    pauses: Vec<PauseOfLaw>,
    extensions: Vec<ExtensionOfLaw>,
    /// Who is told when it lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    /// The step that the clock itself takes when it lapses: silence has effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    lapse_step: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct PauseOfLaw {
    on: String,
    until: Vec<String>,
    article: Article,
}

#[derive(Serialize, ToSchema)]
pub struct ExtensionOfLaw {
    on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    add: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    unit: String,
    article: Article,
}

#[derive(Serialize, ToSchema)]
pub struct PaperForm {
    #[schema(example = "grant-decision")]
    id: String,
    title: String,
    /// The word of its document number; papers without one carry no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<Article>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct OnDay {
    /// The version in force on this day; today when left out.
    #[param(value_type = Option<String>, example = "2026-10-20")]
    on_day: Option<Date>,
}

/// A procedure: stages, steps with who, what they ask and need, clocks, papers, and the drawing.
#[utoipa::path(get, path = "/api/law/procedures/{id}", tag = "law", security(()), params(("id" = String, Path, example = "licence"), OnDay), responses(
    (status = 200, body = Procedure),
    (status = 404, description = "not-found: no such procedure, or no version of it in force on the day", body = Problem, content_type = "application/problem+json")))]
pub async fn procedure(State(desk): State<Arc<Desk>>, Named(id): Named<String>, Asked(asked): Asked<OnDay>) -> Answer<Json<Procedure>> {
    let day = asked.on_day.unwrap_or_else(|| desk.today());
    let law = &desk.hall.law;
    if !law.procedures.contains_key(&id) {
        return Err(missing("程序", &id, law.procedures.keys()));
    }
    let Some((procedure, version)) = law.version(&id, day) else {
        return Err(Problem::new(Kind::NotFound, format!("{day}没有施行中的“{id}”")));
    };
    let article = |cite: &Cite| Article::of(cite, law, day);
    let step = |step: &law::Step| StepOfLaw {
        id: step.id.clone(),
        title: step.title.clone(),
        title_en: read_aloud(&step.id),
        from: step.from.clone(),
        to: step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values())).cloned().collect(),
        by: step.by.clone(),
        who: post_titles(law, &step.by),
        officers: guard::officers(step),
        kinds: step.kind.clone(),
        asks: asks(&step.asks),
        needs: step.needs.iter().map(|need| need_of(need, article(&need.cite))).collect(),
        papers: step.paper.clone(),
        within: step.within.as_ref().map(|within| Period {
            count: within.count,
            parameter: within.parameter.clone(),
            unit: unit_id(within.days).to_owned(),
            ends: None,
            starts: vec![within.from.clone()],
            article: article(&within.cite),
        }),
        article: step.cite.as_ref().map(article),
        hint: step.hint.clone(),
    };
    let clock = |clock: &law::Clock| ClockOfLaw {
        id: clock.id.clone(),
        title: clock.title.clone(),
        period: Period {
            count: clock.count,
            parameter: clock.parameter.clone(),
            unit: unit_id(clock.unit()).to_owned(),
            ends: clock.ends.as_ref().map(|ends| engine::decide::last_day_in_words(law, version, ends)),
            starts: clock.starts.clone(),
            article: article(&clock.cite),
        },
        met: clock.met.clone(),
        pauses: clock
            .pause
            .iter()
            .map(|Pause { on, until, cite }| PauseOfLaw { on: on.clone(), until: until.clone(), article: article(cite) })
            .collect(),
        extensions: clock
            .extend
            .iter()
            .map(|Extend { on, add, parameter, days, cite }| ExtensionOfLaw {
                on: on.clone(),
                add: *add,
                parameter: parameter.clone(),
                unit: unit_id(*days).to_owned(),
                article: article(cite),
            })
            .collect(),
        alert: clock.lapse.as_ref().and_then(|lapse| lapse.alert.clone()),
        lapse_step: clock.lapse.as_ref().and_then(|lapse| lapse.step.clone()),
    };
    Ok(Json(Procedure {
        id: procedure.id.clone(),
        title: procedure.title.clone(),
        title_en: read_aloud(&procedure.id),
        basis: article(&procedure.basis),
        public: procedure.public,
        in_force: version.in_force.to_string(),
        until: version.until.map(|until| until.to_string()),
        fields: version.fields.iter().map(field).collect(),
        stages: version.stages.iter().map(|stage| Stage { id: stage.id.clone(), title: stage.title.clone(), end: stage.end }).collect(),
        steps: version.steps.iter().map(step).collect(),
        clocks: version.clocks.iter().map(clock).collect(),
        papers: procedure
            .papers
            .iter()
            .map(|(id, form)| PaperForm {
                id: id.clone(),
                title: form.title.clone(),
                series: form.series.clone(),
                article: form.cite.as_ref().map(article),
            })
            .collect(),
        unmodelled: procedure.unmodelled.clone(),
        mermaid: diagram::mermaid(procedure, version),
    }))
}

/// `OfficersAtLeast { count: 2 }` as `officers-at-least` with `count: 2`.
fn need_of(need: &guard::Need, article: Article) -> Need {
    let shown = format!("{:?}", need.guard);
    let (name, with) = shown.split_once(" { ").unwrap_or((&shown, ""));
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    Need { guard: words, with: with.trim_end_matches(" }").to_owned(), article, cure: need.cure.clone() }
}

fn asks(asks: &[Ask]) -> Vec<AskOfLaw> {
    asks.iter().map(|ask| AskOfLaw { field: ask.field.clone(), required: ask.required }).collect()
}

fn field(field: &Field) -> FieldOfLaw {
    FieldOfLaw {
        id: field.id.clone(),
        title: field.title.clone(),
        kind: kind_id(field.kind).to_owned(),
        hint: field.hint.clone(),
        choices: field.choices.iter().map(|choice| Choice { id: choice.id.clone(), title: choice.title.clone() }).collect(),
        register: field.register.clone(),
        personal: field.personal,
    }
}

fn kind_id(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Prose => "prose",
        FieldKind::Number => "number",
        FieldKind::Money => "money",
        FieldKind::Date => "date",
        FieldKind::Choice => "choice",
        FieldKind::Choices => "choices",
        FieldKind::Party => "party",
        FieldKind::Person => "person",
        FieldKind::Persons => "persons",
        FieldKind::Fact => "fact",
        FieldKind::Entry => "entry",
        FieldKind::Files => "files",
        FieldKind::Lines => "lines",
        FieldKind::Columns => "columns",
        FieldKind::Points => "points",
        FieldKind::Indicators => "indicators",
        FieldKind::Sheet => "sheet",
        FieldKind::Ranking => "ranking",
    }
}

pub fn unit_id(unit: Unit) -> &'static str {
    match unit {
        Unit::Working => "working",
        Unit::Calendar => "calendar",
        Unit::Hours => "hours",
        Unit::Months => "months",
        Unit::Years => "years",
    }
}

/// 404 with the nearest known id.
pub fn missing<'w>(what: &str, given: &str, known: impl Iterator<Item = &'w String>) -> Box<Problem> {
    let near = engine::decide::nearest(given, known.map(String::as_str));
    let hint = near.map_or(String::new(), |near| format!("，是不是“{near}”"));
    Problem::new(Kind::NotFound, format!("没有“{given}”这个{what}{hint}"))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RegisterOfLaw {
    #[schema(example = "service-items")]
    id: String,
    title: String,
    title_en: String,
    basis: Article,
    /// Everybody may read it.
    public: bool,
    #[schema(example = "2020-01-01")]
    in_force: String,
    fields: Vec<FieldOfLaw>,
    acts: Vec<ActOfLaw>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ActOfLaw {
    #[schema(example = "adopt")]
    id: String,
    title: String,
    by: Vec<String>,
    who: String,
    /// `adopt`, `amend`, `suspend`, `resume` or `repeal`.
    #[schema(value_type = String, example = "adopt")]
    effect: law::Effect,
    asks: Vec<AskOfLaw>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<Article>,
}

/// Every register: its fields, and the acts that change an entry.
#[utoipa::path(get, path = "/api/law/registers", tag = "law", security(()), responses((status = 200, body = Vec<RegisterOfLaw>)))]
pub async fn registers(State(desk): State<Arc<Desk>>) -> Json<Vec<RegisterOfLaw>> {
    let (law, today) = (&desk.hall.law, desk.today());
    Json(law.registers.values().map(|register| register_of(law, register, today)).collect())
}

fn register_of(law: &Law, register: &law::Register, today: Date) -> RegisterOfLaw {
    let act = |act: &law::Act| ActOfLaw {
        id: act.id.clone(),
        title: act.title.clone(),
        by: act.by.clone(),
        who: post_titles(law, &act.by),
        effect: act.effect,
        asks: asks(&act.asks),
        article: act.cite.as_ref().map(|cite| Article::of(cite, law, today)),
    };
    RegisterOfLaw {
        id: register.id.clone(),
        title: register.title.clone(),
        title_en: read_aloud(&register.id),
        basis: Article::of(&register.basis, law, today),
        public: register.public,
        in_force: register.in_force.to_string(),
        fields: register.fields.iter().map(field).collect(),
        acts: register.acts.iter().map(act).collect(),
    }
}

/// The working days of one year.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Year {
    #[schema(example = 2026)]
    year: i16,
    /// The notice that fixed the year, or why there is none.
    notice: String,
    /// No notice yet: dates in this year may move.
    provisional: bool,
    working_days: i64,
    off: Vec<DaysOff>,
    work: Vec<MakeUp>,
}

#[derive(Serialize, ToSchema)]
pub struct DaysOff {
    name: String,
    #[schema(example = "2026-10-01")]
    from: String,
    /// Inclusive.
    #[schema(example = "2026-10-07")]
    to: String,
}

/// A weekend day that is worked.
#[derive(Serialize, ToSchema)]
pub struct MakeUp {
    #[schema(example = "2026-10-10")]
    date: String,
    /// The holiday it makes up for.
    #[serde(rename = "for")]
    holiday: String,
}

/// The calendar of working days of a year, with the notice that fixed it.
#[utoipa::path(get, path = "/api/law/calendar/{year}", tag = "law", security(()), params(("year" = i16, Path, example = 2026)), responses(
    (status = 200, body = Year),
    (status = 404, description = "not-found: no calendar for the year", body = Problem, content_type = "application/problem+json")))]
pub async fn calendar(State(desk): State<Arc<Desk>>, Named(year): Named<i16>) -> Answer<Json<Year>> {
    let calendar = &desk.hall.law.calendar;
    let notice = calendar.notice(year).ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            format!(
                "没有载入{year}年的日历；已载入：{}",
                calendar.notices().map(|notice| notice.year.to_string()).collect::<Vec<_>>().join("、")
            ),
        )
    })?;
    let days = Date::new(year - 1, 12, 31).ok().zip(Date::new(year, 12, 31).ok());
    Ok(Json(Year {
        year,
        notice: notice.notice.clone(),
        provisional: notice.provisional,
        working_days: days.map_or(0, |(from, to)| calendar.working_days_between(from, to)),
        off: notice.off.iter().map(|off| DaysOff { name: off.name.clone(), from: off.from.to_string(), to: off.to.to_string() }).collect(),
        work: notice.work.iter().map(|work| MakeUp { date: work.date.to_string(), holiday: work.r#for.clone() }).collect(),
    }))
}

/// A period to count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "date": "2026-09-28", "count": 5, "unit": "working" }))]
pub struct PeriodAsked {
    /// The day on which it starts (not counted), or the moment for `hours`: `2026-09-28T09:30:00`.
    #[schema(value_type = String)]
    date: String,
    /// 1 to 36500.
    count: i64,
    unit: UnitAsked,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnitAsked {
    /// 工作日
    Working,
    /// 自然日
    Calendar,
    Hours,
    Months,
    Years,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PeriodCounted {
    /// The last moment that is in time.
    #[schema(example = "2026-10-12T23:59:59+08:00")]
    due: String,
    /// A year without a notice took part.
    provisional: bool,
    /// 怎么算的, a sentence a line.
    how: Vec<String>,
}

/// Count a period by the calendar of working days, and say how it was counted.
#[utoipa::path(post, path = "/api/law/due", tag = "law", security(()), request_body = PeriodAsked, responses(
    (status = 200, body = PeriodCounted),
    (status = 422, description = "invalid: no such day, or outside what the calendar knows", body = Problem, content_type = "application/problem+json")))]
pub async fn due(State(desk): State<Arc<Desk>>, Given(given): Given<PeriodAsked>) -> Answer<Json<PeriodCounted>> {
    let start: DateTime =
        given.date.parse().map_err(|_| Problem::invalid("date", "日期应当写成2026-09-28，时刻应当写成2026-09-28T09:30:00"))?;
    if !(1..=36_500).contains(&given.count) {
        return Err(Problem::invalid("count", "期限应当是1至36500"));
    }
    let unit = match given.unit {
        UnitAsked::Working => Unit::Working,
        UnitAsked::Calendar => Unit::Calendar,
        UnitAsked::Hours => Unit::Hours,
        UnitAsked::Months => Unit::Months,
        UnitAsked::Years => Unit::Years,
    };
    let calendar = &desk.hall.law.calendar;
    let ledger = Ledger::start(start, given.count, unit, None);
    let due = ledger.due(calendar, start).map_err(|_| Problem::invalid("date", "超出已载入的日历范围（2000年至2100年），无法计算"))?;
    Ok(Json(PeriodCounted { due: stamp(due.at), provisional: due.provisional, how: ledger.how(calendar, start) }))
}
