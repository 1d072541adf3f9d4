//! What may be done: `decide` answers a command with an event or with every reason against it; `open_steps` says it beforehand.

use jiff::civil::{Date, DateTime};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::case::{APPLICANT, Acted, CLOCK, Case, Event, HANDLER, LAPSE, Opening, Person};
use crate::clock::Fact;
use crate::guard::{self, Scene};
use crate::law::{Cite, Clock, Ends, Field, FieldKind, Law, Procedure, Reach, Step, Unit, Version};
use crate::register::Registers;
use crate::value;

/// What somebody wants to do.
#[derive(Debug, Clone)]
pub struct Command {
    pub division: String,
    /// The procedure to open a case of; empty when there is a case.
    pub procedure: String,
    pub step: String,
    pub by: Vec<Person>,
    pub with: Map<String, Value>,
}

/// Why a step is not lawful now: every reason, in the order in which they can be cured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    pub step: String,
    pub title: String,
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The guard or rule that refuses: `officers-at-least`, `competence`, `field` …
    pub guard: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
    /// 本案：
    pub says: String,
    /// 怎么办：
    pub cure: String,
    /// The field to mend, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Where a local number came from, when one decided: `默认值，本地尚未采纳`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

impl Reason {
    pub fn cited(guard: &str, cite: &Cite, says: String, cure: String) -> Reason {
        Reason { guard: guard.to_owned(), cite: Some(cite.clone()), says, cure, field: None, parameter: None }
    }

    pub fn plain(guard: &str, says: String) -> Reason {
        Reason { guard: guard.to_owned(), cite: None, says, cure: "核对后再办".to_owned(), field: None, parameter: None }
    }

    pub fn on(mut self, field: &str) -> Reason {
        self.field = Some(field.to_owned());
        self
    }
}

impl Refusal {
    pub fn one(step: &str, reason: Reason) -> Refusal {
        Refusal { step: step.to_owned(), title: step.to_owned(), reasons: vec![reason] }
    }

    /// Whether any reason cites the article.
    pub fn cites(&self, wanted: &str) -> bool {
        self.reasons.iter().any(|reason| reason.cite.as_ref().is_some_and(|cite| cite.within(wanted)))
    }
}

/// One step as a case page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct StepState {
    pub step: String,
    pub title: String,
    /// Empty: the step is open to the person who asks.
    pub reasons: Vec<Reason>,
    /// Who may take it, in words.
    pub who: String,
    /// How many persons have to act together.
    pub officers: usize,
    #[serde(skip)]
    pub by_clock: bool,
    /// The stage forbids it, whoever asks.
    #[serde(skip)]
    pub wrong_stage: bool,
}

/// The law under which a case runs.
pub fn version_of<'l>(law: &'l Law, case: &Case) -> Option<(&'l Procedure, &'l Version)> {
    let procedure = law.procedures.get(&case.procedure)?;
    let version = procedure.versions.iter().find(|version| version.in_force == case.version)?;
    Some((procedure, version))
}

/// Decides a command: the event to record, or why not. Pure, total, deterministic.
pub fn decide(law: &Law, registers: &Registers, case: Option<&Case>, command: &Command, now: DateTime) -> Result<Event, Refusal> {
    let found = match case {
        Some(case) => version_of(law, case),
        None => law.version(&command.procedure, now.date()),
    };
    let Some((procedure, version)) = found else {
        let says = match case {
            Some(case) => format!("法律文件夹里没有“{}”{}起施行的版本", case.procedure, case.version),
            None => format!("{}没有在{}施行的“{}”", "法律文件夹里", now.date(), command.procedure),
        };
        return Err(Refusal::one(&command.step, Reason::plain("version", says)));
    };
    let Some(step) = version.step(&command.step) else {
        let near = nearest(&command.step, version.steps.iter().map(|step| step.id.as_str()));
        let hint = near.map_or(String::new(), |near| format!("，是不是“{near}”"));
        return Err(Refusal::one(
            &command.step,
            Reason::cited(
                "step",
                &procedure.basis,
                format!("{}没有“{}”这一步{hint}", procedure.title, command.step),
                "按流程图上的步骤办".to_owned(),
            ),
        ));
    };
    let cite = step.cite.as_ref().unwrap_or(&procedure.basis);
    let mut reasons = Vec::new();
    stage_reason(procedure, version, step, case, cite, &mut reasons);
    let posts = competence(law, step, case, &command.by, cite, &mut reasons);
    value::check_asks(&version.fields, &step.asks, &command.with, cite, &mut reasons);
    let scene = Scene { law, registers, version, case, step, by: &command.by, with: Some(&command.with), division: &command.division, now };
    reasons.extend(guard::failing(&scene));
    extension_reasons(law, version, step, case, now, &mut reasons);
    if !reasons.is_empty() {
        return Err(Refusal { step: step.id.clone(), title: step.title.clone(), reasons });
    }
    let by = command
        .by
        .iter()
        .zip(posts)
        .filter(|(person, _)| person.id != CLOCK)
        .map(|(person, post)| Acted { id: person.id.clone(), organ: person.organ.clone(), post })
        .collect();
    event(law, registers, procedure, version, step, case, command, by, now).map_err(|reason| Refusal {
        step: step.id.clone(),
        title: step.title.clone(),
        reasons: vec![*reason],
    })
}

#[allow(clippy::too_many_arguments)]
fn event(
    law: &Law,
    registers: &Registers,
    procedure: &Procedure,
    version: &Version,
    step: &Step,
    case: Option<&Case>,
    command: &Command,
    by: Vec<Acted>,
    now: DateTime,
) -> Result<Event, Box<Reason>> {
    let mut with = command.with.clone();
    with.retain(|_, value| !value::empty(value));
    for (field, value) in &step.sets {
        with.insert(field.clone(), Value::String(value.clone()));
    }
    for id in &step.keeps {
        if let Some(field) = version.field(id).filter(|field| field.kind == FieldKind::Indicators) {
            with.insert(id.clone(), kept_tree(law, procedure, field, case, &with)?);
        }
    }
    let field = |id: &str| match with.get(id).or_else(|| case.and_then(|case| case.fields.get(id))) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let to = match &step.branch {
        Some(branch) => field(&branch.field).and_then(|value| branch.to.get(&value).cloned()),
        None => step.to.clone(),
    };
    let to = to.filter(|to| case.is_none_or(|case| &case.stage != to));
    let matter = version.matter.as_deref().and_then(field).or_else(|| case.map(|case| case.matter.clone())).unwrap_or_default();
    let organ = match (&step.moves_to, case) {
        (Some(unit), _) if field(unit).is_some() => field(unit).unwrap_or_default(),
        (_, Some(case)) if !case.organ.is_empty() => case.organ.clone(),
        _ => opening_organ(law, registers, version, &matter, field("organ"), &command.by),
    };
    let clocks = clock_facts(law, version, step, case, to.as_deref(), &command.division, &with, now)?;
    Ok(Event {
        seq: case.map_or(1, |case| case.seq + 1),
        at: Some(now),
        step: step.id.clone(),
        organ,
        matter,
        open: case.is_none().then(|| Opening { procedure: procedure.id.clone(), version: version.in_force, salt: String::new() }),
        by,
        to,
        with,
        clocks,
        papers: step.paper.clone(),
        numbers: Vec::new(),
        takes: step.takes_over,
    })
}

/// The tree of a standard for the year the case is about, as the case will keep it.
fn kept_tree(
    law: &Law,
    procedure: &Procedure,
    field: &Field,
    case: Option<&Case>,
    with: &Map<String, Value>,
) -> Result<Value, Box<Reason>> {
    let year = with.get("year").or_else(|| case.and_then(|case| case.fields.get("year"))).and_then(Value::as_i64);
    let tree = year.and_then(|year| i16::try_from(year).ok()).zip(field.standard.as_deref()).and_then(|(year, id)| law.tree(id, year));
    tree.and_then(|tree| serde_json::to_value(tree).ok()).ok_or_else(|| {
        let year = year.map_or("这一".to_owned(), |year| year.to_string());
        let says = format!("没有在{year}年施行的指标体系");
        Box::new(Reason::cited("indicators", &procedure.basis, says, "先公布当年的指标体系，再开始考核".to_owned()).on("year"))
    })
}

/// The organ a new case lies with: the one named; the officer's own, when the officer acts for one organ only; else the organ that
/// holds the matter (a window takes matters in for all).
fn opening_organ(law: &Law, registers: &Registers, version: &Version, matter: &str, named: Option<String>, by: &[Person]) -> String {
    let bound = |person: &Person| person.posts.iter().all(|post| law.posts.get(post).is_none_or(|post| post.reach == Reach::Organ));
    let own = by.iter().find(|person| !person.organ.is_empty());
    let register = version.matter.as_deref().and_then(|id| version.field(id)).and_then(|field| field.register.as_deref());
    let holds = || {
        register.and_then(|register| registers.entry(register, matter)).map(|entry| entry.organ.clone()).filter(|organ| !organ.is_empty())
    };
    named
        .or_else(|| own.filter(|person| bound(person)).map(|person| person.organ.clone()))
        .or_else(holds)
        .or_else(|| own.map(|person| person.organ.clone()))
        .unwrap_or_default()
}

fn stage_reason(procedure: &Procedure, version: &Version, step: &Step, case: Option<&Case>, cite: &Cite, reasons: &mut Vec<Reason>) {
    match case {
        None if !step.from.is_empty() => {
            reasons.push(Reason::cited(
                "stage",
                cite,
                format!("“{}”要在已有的案件里办", step.title),
                format!("先{}", opening_titles(version)),
            ));
        }
        Some(case) if step.from.is_empty() => {
            let stage = stage_title(version, &case.stage);
            reasons.push(Reason::cited(
                "stage",
                cite,
                format!("“{}”用来开始新的{}，本案已经在“{stage}”", step.title, procedure.title),
                "另开一案".to_owned(),
            ));
        }
        Some(case) if !step.from.iter().any(|from| from == &case.stage || from == "*") => {
            let wanted: Vec<String> = step.from.iter().map(|from| format!("“{}”", stage_title(version, from))).collect();
            let says = format!("本案现在在“{}”，这一步要到{}时才能办", stage_title(version, &case.stage), wanted.join("或"));
            let into: Vec<String> = version
                .steps
                .iter()
                .filter(|other| leads_into(other, &step.from) && other.from.iter().any(|from| from == &case.stage))
                .map(|other| format!("“{}”", other.title))
                .collect();
            let cure = if into.is_empty() { "看流程图，按顺序办".to_owned() } else { format!("先办{}", into.join("或")) };
            reasons.push(Reason::cited("stage", cite, says, cure));
        }
        _ => {}
    }
}

fn leads_into(step: &Step, stages: &[String]) -> bool {
    let to = step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values()));
    to.into_iter().any(|to| stages.contains(to))
}

fn opening_titles(version: &Version) -> String {
    let titles: Vec<&str> = version.steps.iter().filter(|step| step.from.is_empty()).map(|step| step.title.as_str()).collect();
    titles.join("或")
}

fn stage_title<'v>(version: &'v Version, id: &'v str) -> &'v str {
    version.stage(id).map_or(id, |stage| stage.title.as_str())
}

/// By which post each person acts; persons who may not act leave a reason.
fn competence(law: &Law, step: &Step, case: Option<&Case>, by: &[Person], cite: &Cite, reasons: &mut Vec<Reason>) -> Vec<String> {
    if by.is_empty() {
        reasons.push(Reason::cited("competence", cite, "没有写明由谁办理".to_owned(), "写明办理人".to_owned()));
    }
    by.iter()
        .map(|person| match post_for(law, step, case, person) {
            Ok(post) => post,
            Err(why) => {
                let who = post_titles(law, &step.by);
                let name = if person.name.is_empty() { &person.id } else { &person.name };
                reasons.push(Reason::cited(
                    "competence",
                    cite,
                    format!("“{}”由{who}办理，{name}{why}", step.title),
                    format!("请{who}办理"),
                ));
                String::new()
            }
        })
        .collect()
}

/// The post by right of which a person may take a step, or why none admits it.
fn post_for(law: &Law, step: &Step, case: Option<&Case>, person: &Person) -> Result<String, &'static str> {
    let mut why = "没有这个岗位";
    for post in &step.by {
        match post.as_str() {
            CLOCK if person.id == CLOCK => return Ok(CLOCK.to_owned()),
            CLOCK => {}
            HANDLER => match case {
                // Whoever holds no post any more hands the case over.
                Some(case) if case.handlers.contains(&person.id) && !person.posts.is_empty() => return Ok(HANDLER.to_owned()),
                _ => why = "不是本案承办人",
            },
            APPLICANT => match case {
                None if person.organ.is_empty() => return Ok(APPLICANT.to_owned()),
                Some(case) if case.applicant.as_deref() == Some(&person.id) => return Ok(APPLICANT.to_owned()),
                // At the window the clerk takes down what the applicant says; the applicant of a case opened there is whoever comes.
                Some(case) if case.applicant.is_none() && person.organ.is_empty() && person.holds(APPLICANT) => {
                    return Ok(APPLICANT.to_owned());
                }
                _ => why = "不是本案申请人",
            },
            post if person.holds(post) => match (law.posts.get(post).map(|post| post.reach), case) {
                (Some(Reach::Division), _) | (_, None) => return Ok(post.to_owned()),
                (Some(Reach::Own), Some(case)) if case.applicant.as_deref().is_none_or(|applicant| applicant == person.id) => {
                    return Ok(post.to_owned());
                }
                (Some(Reach::Own), Some(_)) => why = "不是本人的事项",
                (_, Some(case)) if case.organ.is_empty() || case.organ == person.organ => return Ok(post.to_owned()),
                (_, Some(_)) => why = "不在承办机关",
            },
            _ => {}
        }
    }
    Err(why)
}

/// 执法人员或机关负责人
pub fn post_titles(law: &Law, posts: &[String]) -> String {
    let titles: Vec<&str> = posts
        .iter()
        .map(|post| match post.as_str() {
            CLOCK => "期限（自动）",
            HANDLER => "承办人",
            APPLICANT => law.posts.get(APPLICANT).map_or("申请人", |post| post.title.as_str()),
            post => law.posts.get(post).map_or(post, |post| post.title.as_str()),
        })
        .collect();
    titles.join("或")
}

/// An extension comes before the period ends, never after (the last day belongs to the period). A step that extends several clocks
/// needs one of them to run.
fn extension_reasons(law: &Law, version: &Version, step: &Step, case: Option<&Case>, now: DateTime, reasons: &mut Vec<Reason>) {
    let Some(case) = case else { return };
    let mut against = Vec::new();
    for clock in &version.clocks {
        for extend in clock.extend.iter().filter(|extend| extend.on == step.id) {
            match case.clocks.get(&clock.id).filter(|ledger| ledger.running()) {
                Some(ledger) if ledger.paused() || ledger.due(&law.calendar, now).is_ok_and(|due| now <= due.at) => return,
                Some(_) => against.insert(
                    0,
                    Reason::cited(
                        "period-runs",
                        &extend.cite,
                        format!("“{}”的期限已经届满", clock.title),
                        "期限届满后不能再延长，说明情况并尽快办理".to_owned(),
                    ),
                ),
                None => against.push(Reason::cited(
                    "period-runs",
                    &extend.cite,
                    format!("“{}”的期限没有在走", clock.title),
                    "期限开始后才能延长".to_owned(),
                )),
            }
        }
    }
    reasons.extend(against.into_iter().take(1));
}

#[allow(clippy::too_many_arguments)]
fn clock_facts(
    law: &Law,
    version: &Version,
    step: &Step,
    case: Option<&Case>,
    to: Option<&str>,
    division: &str,
    with: &Map<String, Value>,
    now: DateTime,
) -> Result<Vec<(String, Fact)>, Box<Reason>> {
    let hits = |names: &[String]| names.iter().any(|name| *name == step.id || Some(name.as_str()) == to);
    let mut facts = Vec::new();
    for clock in &version.clocks {
        let ledger = case.and_then(|case| case.clocks.get(&clock.id));
        let running = ledger.is_some_and(|ledger| ledger.running());
        let met = running && hits(&clock.met);
        if met {
            facts.push((clock.id.clone(), Fact::Met));
        }
        let starts = hits(&clock.starts) && (!running || met)
            || clock.restart.iter().any(|restart| restart.on == step.id || Some(restart.on.as_str()) == to);
        match &clock.ends {
            Some(ends) if starts => {
                let Some((on, p)) = last_day(law, ends, division, case, with, now) else {
                    return Err(Box::new(no_last_day(version, clock, ends)));
                };
                facts.push((clock.id.clone(), Fact::Ends { on, p }));
            }
            None if starts => {
                if let Some((n, p)) = count_of(law, clock, division, case, with, now) {
                    facts.push((clock.id.clone(), Fact::Started { n, u: clock.unit(), p }));
                }
            }
            _ => {}
        }
        if running && !met {
            let paused = ledger.is_some_and(|ledger| ledger.paused());
            if paused && clock.pause.iter().any(|pause| hits(&pause.until)) {
                facts.push((clock.id.clone(), Fact::Resumed));
            } else if !paused && clock.pause.iter().any(|pause| pause.on == step.id || Some(pause.on.as_str()) == to) {
                facts.push((clock.id.clone(), Fact::Paused));
            }
            for extend in clock.extend.iter().filter(|extend| extend.on == step.id) {
                let n =
                    extend.add.or_else(|| extend.parameter.as_deref().and_then(|id| parameter_value(law, id, division, case, with, now)));
                if let Some(n) = n {
                    facts.push((clock.id.clone(), Fact::Extended { n, u: extend.days }));
                }
            }
        }
    }
    Ok(facts)
}

/// The last day of a clock that ends on a date, and the parameter that wrote it. `None`: the case does not say the year or the day.
fn last_day(
    law: &Law,
    ends: &Ends,
    division: &str,
    case: Option<&Case>,
    with: &Map<String, Value>,
    now: DateTime,
) -> Option<(Date, Option<String>)> {
    let field = |id: &str| crate::case::lookup(with, id).or_else(|| case.and_then(|case| case.get(id)));
    let year = |id: &str, plus: i16| i16::try_from(field(id)?.as_i64()?).ok()?.checked_add(plus);
    match ends {
        Ends::Before { month, day, year: of, plus } => Some((Date::new(year(of, *plus)?, *month, *day).ok()?.yesterday().ok()?, None)),
        Ends::Parameter { id, year: of, plus } => {
            let day = parameter_value(law, id, division, case, with, now)?;
            let (month, day) = (i8::try_from(day / 100).ok()?, i8::try_from(day % 100).ok()?);
            Some((Date::new(year(of, *plus)?, month, day).ok()?, Some(id.clone())))
        }
        Ends::Field(id) => Some((field(id)?.as_str()?.parse().ok()?, None)),
    }
}

/// How a written last day reads: `年度`的次年3月1日前.
pub fn last_day_in_words(law: &Law, version: &Version, ends: &Ends) -> String {
    let title = |id: &str| version.field(id).map_or(id.to_owned(), |field| field.title.clone());
    let year = |id: &str, plus: i16| match plus {
        0 => format!("“{}”当年", title(id)),
        1 => format!("“{}”次年", title(id)),
        plus => format!("“{}”后第{plus}年", title(id)),
    };
    match ends {
        Ends::Before { month, day, year: of, plus } => format!("{}{month}月{day}日前", year(of, *plus)),
        Ends::Parameter { id, year: of, plus } => {
            let title = law.parameters.iter().find(|parameter| &parameter.id == id).map_or(id.as_str(), |parameter| &parameter.title);
            format!("{}，日期见参数{id}“{title}”", year(of, *plus))
        }
        Ends::Field(id) => format!("“{}”写明的日期", title(id)),
    }
}

fn no_last_day(version: &Version, clock: &Clock, ends: &Ends) -> Reason {
    let id = match ends {
        Ends::Before { year, .. } | Ends::Parameter { year, .. } => year,
        Ends::Field(field) => field,
    };
    let title = version.field(id).map_or(id.as_str(), |field| field.title.as_str());
    Reason::cited("clock-ends", &clock.cite, format!("没有写明“{title}”，“{}”的最后一日算不出来", clock.title), format!("填写“{title}”"))
        .on(id)
}

fn count_of(
    law: &Law,
    clock: &Clock,
    division: &str,
    case: Option<&Case>,
    with: &Map<String, Value>,
    now: DateTime,
) -> Option<(i64, Option<String>)> {
    match (&clock.parameter, clock.count) {
        (Some(id), _) => parameter_value(law, id, division, case, with, now).map(|n| (n, Some(id.clone()))),
        (None, count) => count.map(|n| (n, None)),
    }
}

/// The value of a parameter for this case: one number, or the one for the kind of its party.
pub fn parameter_value(law: &Law, id: &str, division: &str, case: Option<&Case>, with: &Map<String, Value>, now: DateTime) -> Option<i64> {
    use crate::law::ParameterValue::{ByParty, Number};
    match law.parameter(id, division, now.date())?.value {
        Number(n) => Some(n),
        ByParty { citizen, organisation } => {
            let kind =
                crate::case::lookup(with, "party.kind").or_else(|| case.and_then(|case| case.get("party.kind"))).and_then(Value::as_str);
            Some(if kind == Some("organisation") { organisation } else { citizen })
        }
    }
}

/// What the clock itself does: for every running clock whose period has ended by `now` and that has not lapsed yet, the earliest
/// first, the event to record. Call again after applying it until `None`.
pub fn next_lapse(law: &Law, registers: &Registers, case: &Case, now: DateTime) -> Option<Event> {
    let (_, version) = version_of(law, case)?;
    let (clock, started, due) = version
        .clocks
        .iter()
        .filter_map(|clock| {
            let ledger = case.clocks.get(&clock.id).filter(|ledger| ledger.running() && !ledger.paused() && ledger.lapsed.is_none())?;
            let due = ledger.due(&law.calendar, now).ok().filter(|due| now > due.at)?;
            Some((clock, ledger.started, due))
        })
        .min_by_key(|(_, _, due)| due.at)?;
    // A clock begun after its written last day lapses when it begins.
    let at = due.at.checked_add(jiff::Span::new().seconds(1)).unwrap_or(due.at).max(started);
    if let Some(step) = clock.lapse.as_ref().and_then(|lapse| lapse.step.as_deref()) {
        let command = Command {
            division: case.division.clone(),
            procedure: String::new(),
            step: step.to_owned(),
            by: vec![Person::clock()],
            with: Map::new(),
        };
        if let Ok(mut event) = decide(law, registers, Some(case), &command, at) {
            event.clocks.insert(0, (clock.id.clone(), Fact::Lapsed));
            return Some(event);
        }
    }
    let mut with = Map::new();
    with.insert("lapsed-clock".to_owned(), Value::String(clock.id.clone()));
    Some(Event {
        seq: case.seq + 1,
        at: Some(at),
        step: LAPSE.to_owned(),
        organ: case.organ.clone(),
        matter: case.matter.clone(),
        open: None,
        by: Vec::new(),
        to: None,
        with,
        clocks: vec![(clock.id.clone(), Fact::Lapsed)],
        papers: Vec::new(),
        numbers: Vec::new(),
        takes: false,
    })
}

/// Every step of the procedure as it stands for a person: open, or closed with all reasons.
pub fn open_steps(law: &Law, registers: &Registers, case: &Case, person: &Person, now: DateTime) -> Vec<StepState> {
    let Some((procedure, version)) = version_of(law, case) else { return Vec::new() };
    version
        .steps
        .iter()
        .filter(|step| !step.from.is_empty())
        .map(|step| {
            let cite = step.cite.as_ref().unwrap_or(&procedure.basis);
            let mut reasons = Vec::new();
            stage_reason(procedure, version, step, Some(case), cite, &mut reasons);
            let wrong_stage = !reasons.is_empty();
            let by = std::slice::from_ref(person);
            competence(law, step, Some(case), by, cite, &mut reasons);
            let scene = Scene { law, registers, version, case: Some(case), step, by, with: None, division: &case.division, now };
            reasons.extend(guard::failing(&scene));
            extension_reasons(law, version, step, Some(case), now, &mut reasons);
            StepState {
                step: step.id.clone(),
                title: step.title.clone(),
                reasons,
                who: post_titles(law, &step.by),
                officers: guard::officers(step),
                by_clock: step.by.iter().all(|post| post == CLOCK),
                wrong_stage,
            }
        })
        .collect()
}

/// The word most like the one given, for a did-you-mean.
pub fn nearest<'w>(given: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (strsim::damerau_levenshtein(given, word), word))
        .filter(|(distance, word)| *distance <= 2.max(word.chars().count() / 3))
        .min()
        .map(|(_, word)| word)
}

/// How a period reads: 5个工作日.
pub fn period(count: i64, unit: Unit) -> String {
    match unit {
        Unit::Working => format!("{count}个工作日"),
        Unit::Calendar => format!("{count}日"),
        Unit::Hours => format!("{count}小时"),
        Unit::Months => format!("{count}个月"),
        Unit::Years => format!("{count}年"),
    }
}
