//! Named guards: the conditions of the law. A guard is tested here; its parameters and its citation are data.

mod read;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::case::{Case, Person, lookup};
use crate::decide::{Reason, parameter_value};
use crate::figure::statement;
use crate::law::{Cite, Law, Step, Version};
use crate::register::Registers;

pub use read::NAMES;

/// A condition on a step, as a jurist writes it: `{ guard = "done", step = "give-notice", cite = "处罚法/44" }`.
/// Which keys a guard takes is said at each `Guard`; `when` makes the condition apply only in some cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "read::Raw")]
pub struct Need {
    pub guard: Guard,
    pub cite: Cite,
    /// What would cure it, in the words of the window: shown under 怎么办.
    pub cure: Option<String>,
    /// The sentence under 本案 when the default sentence of the guard does not read well.
    pub says: Option<String>,
    pub when: Option<When>,
}

/// The one condition on a condition: a field has one of these values, or a step has been taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub is: Vec<String>,
    #[serde(default)]
    pub done: Option<String>,
}

/// Every condition the engine can test.
#[derive(Debug, Clone, PartialEq)]
pub enum Guard {
    /// At least so many different persons act. Keys: `count`.
    OfficersAtLeast { count: usize },
    /// Everyone who acts holds an enforcement certificate valid on the day.
    Certified,
    /// Everyone who acts holds the national legal qualification.
    LegalQualified,
    /// Nobody who acts has a recorded conflict of interest. Keys: `field` (persons with a conflict).
    NoConflict { field: String },
    /// Nobody who acts also took that step. Keys: `step`.
    NotSamePerson { step: String },
    /// The field is filled. Keys: `field`.
    FieldPresent { field: String },
    /// The field has one of the values; an empty field does not. Keys: `field`, `is`.
    FieldIs { field: String, is: Vec<String> },
    /// The field has none of the values; an empty field passes. Keys: `field`, `is`.
    FieldIsNot { field: String, is: Vec<String> },
    /// The fact is established: `yes`. Keys: `field`.
    Established { field: String },
    /// The step has been taken, and since `after` if that is given. Keys: `step`, `after?`.
    Done { step: String, after: Option<String> },
    /// The step has not been taken. Keys: `step`.
    NotDone { step: String },
    /// The period of the clock is over, or one of the `unless` steps made waiting needless. Keys: `clock`, `unless?`.
    PeriodOver { clock: String, unless: Vec<String> },
    /// The period of the clock is still running. Keys: `clock`.
    PeriodRuns { clock: String },
    /// If `step` was taken, one of `unless` was taken after it. Keys: `step`, `unless`.
    AnsweredIf { step: String, unless: Vec<String> },
    /// The money is not above that. Keys: `field`, and `amount` or `parameter`.
    AmountAtMost { field: String, limit: Limit },
    /// If the money is above that, the step has been taken. Keys: `field`, `step`, and `amount` or `parameter`.
    DoneIfAmountOver { field: String, limit: Limit, step: String },
    /// The amount is not above the one in another field, once `step` was taken. Keys: `field`, `than`, `step`.
    NotHeavier { field: String, than: String, step: String },
    /// The amount lies between two fields. Keys: `field`, `low`, `high`, `unless?` (steps that allow more).
    WithinBenchmark { field: String, low: String, high: String, unless: Vec<String> },
    /// Not more than so many years between the date in the field and today, or the date in `until`. Keys: `field`, `years`, `until?`.
    WithinYears { field: String, years: i64, until: Option<String> },
    /// The date in the field is at least so many days ahead. Keys: `field`, `count`, `days?` (`working`; calendar days otherwise).
    DaysAhead { field: String, count: usize, working: bool },
    /// The date in the field has passed. Keys: `field`.
    DatePassed { field: String },
    /// The entry named in the field is in force today. Keys: `register`, `field`.
    EntryInForce { register: String, field: String },
    /// Nobody who acts belongs to the organ of the case.
    NotOwnOrgan,
    /// The field names a leaf of the tree of indicators that the case keeps. Keys: `field`, `tree` (the field that keeps it).
    IndicatorIn { field: String, tree: String },
    /// The figure named is one that is stated, by the definition of the period's last day. Keys: `field`.
    FigureStated { field: String },
}

/// A limit written here or adopted by the district.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    Amount(i64),
    Parameter(String),
}

/// The situation a guard looks at. `with` is `None` when nothing has been filled in yet: then guards over asked fields are not tested.
pub struct Scene<'s> {
    pub law: &'s Law,
    pub registers: &'s Registers,
    pub version: &'s Version,
    pub case: Option<&'s Case>,
    pub step: &'s Step,
    pub by: &'s [Person],
    pub with: Option<&'s Map<String, Value>>,
    pub division: &'s str,
    pub now: DateTime,
}

/// How many persons the step needs together.
pub fn officers(step: &Step) -> usize {
    step.needs
        .iter()
        .map(|need| match need.guard {
            Guard::OfficersAtLeast { count } => count,
            _ => 1,
        })
        .max()
        .unwrap_or(1)
}

/// Every need of the step that the scene does not meet, as reasons.
pub fn failing(scene: &Scene<'_>) -> Vec<Reason> {
    scene.step.needs.iter().filter(|need| applies(scene, need)).filter_map(|need| reason(scene, need)).collect()
}

fn applies(scene: &Scene<'_>, need: &Need) -> bool {
    let Some(when) = &need.when else { return true };
    let field = when.field.as_deref().is_none_or(|field| {
        scene.text(field).is_some_and(|value| when.is.iter().any(|is| is == value))
            || scene.items(field).iter().any(|item| when.is.contains(item))
    });
    let done = when.done.as_deref().is_none_or(|step| scene.case.is_some_and(|case| case.done(step)));
    field && done
}

fn reason(scene: &Scene<'_>, need: &Need) -> Option<Reason> {
    let failure = test(scene, &need.guard)?;
    Some(Reason {
        guard: name(&need.guard).to_owned(),
        cite: Some(need.cite.clone()),
        says: need.says.clone().unwrap_or(failure.says),
        cure: need.cure.clone().unwrap_or(failure.cure),
        field: failure.field,
        parameter: failure.parameter,
    })
}

struct Failure {
    says: String,
    cure: String,
    field: Option<String>,
    parameter: Option<String>,
}

fn fail(says: impl Into<String>, cure: impl Into<String>) -> Option<Failure> {
    Some(Failure { says: says.into(), cure: cure.into(), field: None, parameter: None })
}

impl Scene<'_> {
    fn value(&self, path: &str) -> Option<&Value> {
        self.with
            .and_then(|with| lookup(with, path))
            .or_else(|| self.case.and_then(|case| case.get(path)))
            .filter(|value| !crate::value::empty(value))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.value(path).and_then(Value::as_str)
    }

    fn items(&self, path: &str) -> Vec<String> {
        let items = self.value(path).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(Value::as_str).map(str::to_owned).collect()).unwrap_or_default()
    }

    fn amount(&self, path: &str) -> Option<i64> {
        self.value(path).and_then(Value::as_i64)
    }

    fn date(&self, path: &str) -> Option<Date> {
        self.text(path).and_then(|text| text.parse().ok())
    }

    /// The field is asked at this very step and nothing has been filled in yet.
    fn unasked(&self, path: &str) -> bool {
        let root = path.split('.').next().unwrap_or(path);
        self.with.is_none() && self.step.asks.iter().any(|ask| ask.field == root)
    }

    fn field_title<'f>(&'f self, path: &'f str) -> &'f str {
        let root = path.split('.').next().unwrap_or(path);
        self.version.field(root).map_or(path, |field| field.title.as_str())
    }

    fn step_title<'f>(&'f self, id: &'f str) -> &'f str {
        self.version.step(id).map_or(id, |step| step.title.as_str())
    }

    fn clock_title<'f>(&'f self, id: &'f str) -> &'f str {
        self.version.clocks.iter().find(|clock| clock.id == id).map_or(id, |clock| clock.title.as_str())
    }

    fn done(&self, step: &str) -> bool {
        self.case.is_some_and(|case| case.done(step))
    }

    fn titles(&self, steps: &[String]) -> String {
        steps.iter().map(|step| format!("“{}”", self.step_title(step))).collect::<Vec<_>>().join("或")
    }

    fn limit(&self, limit: &Limit) -> Option<(i64, Option<String>)> {
        match limit {
            Limit::Amount(amount) => Some((*amount, None)),
            Limit::Parameter(id) => {
                let parameter = self.law.parameter(id, self.division, self.now.date())?;
                let empty = Map::new();
                let value = parameter_value(self.law, id, self.division, self.case, self.with.unwrap_or(&empty), self.now)?;
                let state = if parameter.division.is_some() { "本地已采纳" } else { "默认值，本地尚未采纳" };
                Some((
                    value,
                    Some(format!(
                        "{}：{}{}，{}（{state}）",
                        parameter.id,
                        crate::value::thousands(value),
                        parameter.unit,
                        parameter.source
                    )),
                ))
            }
        }
    }
}

/// `None` when the condition holds.
fn test(scene: &Scene<'_>, guard: &Guard) -> Option<Failure> {
    let names = |people: &[&Person]| {
        people
            .iter()
            .map(|person| if person.name.is_empty() { person.id.as_str() } else { person.name.as_str() })
            .collect::<Vec<_>>()
            .join("、")
    };
    let yuan = |amount: i64| format!("{}元", crate::value::thousands(amount));
    match guard {
        Guard::FigureStated { field } if scene.unasked(field) => None,
        Guard::FigureStated { field } => on(field, statement::unstatable(scene).and_then(|(says, cure)| fail(says, cure))),
        Guard::OfficersAtLeast { count } => {
            let mut ids: Vec<&str> = scene.by.iter().map(|person| person.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.len() >= *count || scene.with.is_none() {
                return None;
            }
            fail(format!("只有{}人办理，应当不少于{count}人", ids.len()), format!("再加{}名有资格的人员共同办理", count - ids.len()))
        }
        Guard::Certified => {
            let without: Vec<&Person> = scene.by.iter().filter(|person| !person.certified).collect();
            if without.is_empty() {
                None
            } else {
                fail(format!("{}没有当日有效的行政执法证件", names(&without)), "换由持有效执法证件的人员办理")
            }
        }
        Guard::LegalQualified => {
            let without: Vec<&Person> = scene.by.iter().filter(|person| !person.legal_qualified).collect();
            if without.is_empty() {
                None
            } else {
                fail(format!("{}没有国家统一法律职业资格", names(&without)), "换由取得法律职业资格的人员办理")
            }
        }
        Guard::NoConflict { field } => {
            let conflicted = scene.items(field);
            let caught: Vec<&Person> = scene.by.iter().filter(|person| conflicted.contains(&person.id)).collect();
            if caught.is_empty() {
                None
            } else {
                fail(format!("{}与本案有利害关系，应当回避", names(&caught)), "换由没有利害关系的人员办理，或者由负责人先决定是否回避")
            }
        }
        Guard::NotSamePerson { step } => {
            let before: Vec<&String> = scene
                .case
                .iter()
                .flat_map(|case| case.taken.iter())
                .filter(|taken| &taken.step == step)
                .flat_map(|taken| &taken.by)
                .collect();
            let caught: Vec<&Person> = scene.by.iter().filter(|person| before.contains(&&person.id)).collect();
            if caught.is_empty() {
                None
            } else {
                fail(format!("{}办过“{}”，不能再办这一步", names(&caught), scene.step_title(step)), "换由另一人办理")
            }
        }
        Guard::FieldPresent { field } => {
            if scene.unasked(field) || scene.value(field).is_some() {
                return None;
            }
            on(field, fail(format!("没有“{}”", scene.field_title(field)), format!("先写明“{}”", scene.field_title(field))))
        }
        Guard::FieldIs { field, is } => {
            if scene.unasked(field) || scene.text(field).is_some_and(|value| is.iter().any(|is| is == value)) {
                return None;
            }
            on(
                field,
                fail(
                    format!("“{}”是{}", scene.field_title(field), reading(scene, field)),
                    format!("“{}”应当是{}", scene.field_title(field), choices(scene, field, is)),
                ),
            )
        }
        Guard::FieldIsNot { field, is } => {
            let hit = scene.text(field).is_some_and(|value| is.iter().any(|is| is == value))
                || scene.items(field).iter().any(|item| is.contains(item));
            if scene.unasked(field) || !hit {
                return None;
            }
            on(
                field,
                fail(
                    format!("“{}”是{}", scene.field_title(field), reading(scene, field)),
                    format!("“{}”不能是{}", scene.field_title(field), choices(scene, field, is)),
                ),
            )
        }
        Guard::Established { field } => {
            if scene.unasked(field) || scene.text(field) == Some("yes") {
                return None;
            }
            on(field, fail(format!("“{}”没有查明成立", scene.field_title(field)), "补充调查，查明后写明由谁、怎样查明"))
        }
        Guard::Done { step, after } => {
            let done = match (scene.case, after) {
                (Some(case), Some(after)) => case.done_since(step, after),
                (Some(case), None) => case.done(step),
                (None, _) => false,
            };
            if done {
                None
            } else {
                fail(format!("还没有办“{}”", scene.step_title(step)), format!("先办“{}”", scene.step_title(step)))
            }
        }
        Guard::NotDone { step } => {
            let last = scene.case.and_then(|case| case.last(step))?;
            fail(format!("{}已经办过“{}”", crate::value::long_date(last.at.date()), scene.step_title(step)), "只能办一次，不能重复")
        }
        Guard::PeriodOver { clock, unless } => {
            let case = scene.case?;
            if unless.iter().any(|step| case.done(step)) {
                return None;
            }
            match case.clocks.get(clock) {
                None => fail(format!("“{}”的期限还没有开始", scene.clock_title(clock)), "期限开始并届满后再办"),
                Some(ledger) => {
                    let Ok(due) = ledger.due(&scene.law.calendar, scene.now) else {
                        return fail(format!("“{}”的期限超出已载入的日历", scene.clock_title(clock)), "补齐日历后再办");
                    };
                    if scene.now > due.at || ledger.met.is_some() {
                        return None;
                    }
                    let parameter =
                        ledger.parameter.as_deref().and_then(|id| scene.limit(&Limit::Parameter(id.to_owned()))).and_then(|(_, note)| note);
                    let unless = if unless.is_empty() { String::new() } else { format!("，或者先办{}", scene.titles(unless)) };
                    fail(
                        format!("“{}”的期限到{}，还没有届满", scene.clock_title(clock), crate::value::long_date(due.at.date())),
                        format!("期限届满后再办{unless}"),
                    )
                    .map(|failure| Failure { parameter, ..failure })
                }
            }
        }
        Guard::PeriodRuns { clock } => {
            let ledger = scene.case.and_then(|case| case.clocks.get(clock)).filter(|ledger| ledger.met.is_none());
            match ledger.map(|ledger| ledger.due(&scene.law.calendar, scene.now)) {
                None => fail(format!("“{}”的期限没有在走", scene.clock_title(clock)), "期限进行中才能办"),
                Some(Ok(due)) if scene.now > due.at => fail(
                    format!("“{}”的期限{}已经届满", scene.clock_title(clock), crate::value::long_date(due.at.date())),
                    "期限已过，不能再办；重新告知的，重新起算",
                ),
                Some(Err(_)) => fail(format!("“{}”的期限超出已载入的日历", scene.clock_title(clock)), "补齐日历后再办"),
                Some(_) => None,
            }
        }
        Guard::AnsweredIf { step, unless } => {
            let case = scene.case?;
            if !case.done(step) || unless.iter().any(|answer| case.done_since(answer, step)) {
                return None;
            }
            fail(format!("已经有“{}”，还没有办{}", scene.step_title(step), scene.titles(unless)), format!("先办{}", scene.titles(unless)))
        }
        Guard::AmountAtMost { field, limit } => {
            let amount = scene.amount(field)?;
            let Some((limit, parameter)) = scene.limit(limit) else {
                return on(field, fail(format!("“{}”的限额本地没有规定", scene.field_title(field)), "先在参数里写明限额和施行之日"));
            };
            if amount <= limit {
                return None;
            }
            on(
                field,
                fail(
                    format!("“{}”是{}，超过{}", scene.field_title(field), yuan(amount), yuan(limit)),
                    format!("不超过{}，或者走别的程序", yuan(limit)),
                ),
            )
            .map(|failure| Failure { parameter, ..failure })
        }
        Guard::DoneIfAmountOver { field, limit, step } => {
            let amount = scene.amount(field)?;
            let Some((limit, parameter)) = scene.limit(limit) else {
                return on(field, fail(format!("“{}”的限额本地没有规定", scene.field_title(field)), "先在参数里写明限额和施行之日"));
            };
            if amount < limit || scene.done(step) {
                return None;
            }
            fail(
                format!("“{}”{}达到{}，还没有办“{}”", scene.field_title(field), yuan(amount), yuan(limit), scene.step_title(step)),
                format!("先办“{}”", scene.step_title(step)),
            )
            .map(|failure| Failure { parameter, ..failure })
        }
        Guard::NotHeavier { field, than, step } => {
            let (amount, other) = (scene.amount(field)?, scene.case.and_then(|case| case.get(than)).and_then(Value::as_i64)?);
            if !scene.done(step) || amount <= other {
                return None;
            }
            on(
                field,
                fail(
                    format!("“{}”{}，高于“{}”{}", scene.field_title(field), yuan(amount), scene.field_title(than), yuan(other)),
                    format!("不超过{}", yuan(other)),
                ),
            )
        }
        Guard::WithinBenchmark { field, low, high, unless } => {
            let (amount, low, high) = (scene.amount(field)?, scene.amount(low)?, scene.amount(high)?);
            if (low..=high).contains(&amount) || unless.iter().any(|step| scene.done(step)) {
                return None;
            }
            on(
                field,
                fail(
                    format!("“{}”{}，不在裁量基准{}至{}之内", scene.field_title(field), yuan(amount), yuan(low), yuan(high)),
                    format!("改在基准之内，或者先办{}", scene.titles(unless)),
                ),
            )
        }
        Guard::WithinYears { field, years, until } => {
            let from = scene.date(field)?;
            let last = from.checked_add(jiff::Span::new().try_years(*years).ok()?).ok()?;
            if until.as_deref().and_then(|until| scene.date(until)).unwrap_or(scene.now.date()) <= last {
                return None;
            }
            on(
                field,
                fail(
                    format!(
                        "“{}”是{}，到{}已满{years}年",
                        scene.field_title(field),
                        crate::value::long_date(from),
                        crate::value::long_date(last)
                    ),
                    "已过追责时效，不再处罚",
                ),
            )
        }
        Guard::DaysAhead { field, count, working } => {
            if scene.unasked(field) {
                return None;
            }
            let until = scene.date(field)?;
            let today = scene.now.date();
            let days = if *working {
                scene.law.calendar.working_days_between(today, until)
            } else {
                until.since(today).map_or(0, |span| i64::from(span.get_days()))
            };
            if days >= *count as i64 {
                return None;
            }
            let unit = if *working { "个工作日" } else { "日" };
            on(
                field,
                fail(
                    format!("“{}”是{}，只剩{days}{unit}", scene.field_title(field), crate::value::long_date(until)),
                    format!("应当提前{count}{unit}"),
                ),
            )
        }
        Guard::DatePassed { field } => {
            if scene.unasked(field) {
                return None;
            }
            let date = scene.date(field)?;
            if scene.now.date() > date {
                return None;
            }
            on(field, fail(format!("“{}”是{}，还没有过", scene.field_title(field), crate::value::long_date(date)), "过了这一天再办"))
        }
        Guard::EntryInForce { register, field } => {
            let id = scene.text(field)?;
            let title = scene.law.registers.get(register).map_or(register.as_str(), |register| register.title.as_str());
            match scene.registers.entry(register, id) {
                Some(entry) if entry.in_force(scene.now.date()) => None,
                Some(entry) => {
                    on(field, fail(format!("“{}”在{title}里，但现在{}", entry.title, entry.state.title()), "按清单办，已取消的不再办理"))
                }
                None => on(field, fail(format!("{title}里没有“{id}”"), "选清单里有的")),
            }
        }
        Guard::NotOwnOrgan => {
            let organ = scene.case.map(|case| case.organ.as_str()).filter(|organ| !organ.is_empty())?;
            let own: Vec<&Person> = scene.by.iter().filter(|person| person.organ == organ).collect();
            if own.is_empty() {
                None
            } else {
                fail(format!("{}是被考核单位的人员，不能给本单位评分", names(&own)), "换由其他单位的人员办理")
            }
        }
        Guard::IndicatorIn { field, tree } => {
            let id = scene.text(field)?;
            let tree = scene.value(tree).and_then(crate::indicator::Tree::of)?;
            if tree.leaf(id).is_some() {
                return None;
            }
            let near = crate::decide::nearest(id, tree.leaves().map(|leaf| leaf.id.as_str()));
            let cure = near
                .and_then(|near| tree.leaf(near))
                .map_or_else(|| "按本年度指标体系填写三级指标的编号".to_owned(), |near| format!("是不是“{} {}”", near.id, near.title));
            on(field, fail(format!("{}年度指标体系没有编号为“{id}”的三级指标", tree.year), cure))
        }
    }
}

fn on(field: &str, failure: Option<Failure>) -> Option<Failure> {
    failure.map(|failure| Failure { field: Some(field.to_owned()), ..failure })
}

fn reading(scene: &Scene<'_>, path: &str) -> String {
    match scene.value(path) {
        Some(value) => format!("“{}”", crate::value::read(scene.version.field(path), value)),
        None => "空的".to_owned(),
    }
}

fn choices(scene: &Scene<'_>, path: &str, ids: &[String]) -> String {
    let read = |id: &String| crate::value::read(scene.version.field(path), &Value::String(id.clone()));
    ids.iter().map(|id| format!("“{}”", read(id))).collect::<Vec<_>>().join("或")
}

/// The name under which the guard is written.
pub fn name(guard: &Guard) -> &'static str {
    match guard {
        Guard::OfficersAtLeast { .. } => "officers-at-least",
        Guard::Certified => "certified",
        Guard::LegalQualified => "legal-qualified",
        Guard::NoConflict { .. } => "no-conflict",
        Guard::NotSamePerson { .. } => "not-same-person",
        Guard::FieldPresent { .. } => "field-present",
        Guard::FieldIs { .. } => "field-is",
        Guard::FieldIsNot { .. } => "field-is-not",
        Guard::Established { .. } => "established",
        Guard::Done { .. } => "done",
        Guard::NotDone { .. } => "not-done",
        Guard::PeriodOver { .. } => "period-over",
        Guard::PeriodRuns { .. } => "period-runs",
        Guard::AnsweredIf { .. } => "answered-if",
        Guard::AmountAtMost { .. } => "amount-at-most",
        Guard::DoneIfAmountOver { .. } => "done-if-amount-over",
        Guard::NotHeavier { .. } => "not-heavier",
        Guard::WithinBenchmark { .. } => "within-benchmark",
        Guard::WithinYears { .. } => "within-years",
        Guard::DaysAhead { .. } => "days-ahead",
        Guard::DatePassed { .. } => "date-passed",
        Guard::EntryInForce { .. } => "entry-in-force",
        Guard::NotOwnOrgan => "not-own-organ",
        Guard::IndicatorIn { .. } => "indicator-in",
        Guard::FigureStated { .. } => "figure-stated",
    }
}
