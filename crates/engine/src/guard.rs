//! Named guards: the conditions of the law. A guard is tested here; its parameters and its citation are data.

use serde::Deserialize;

use crate::law::Cite;

/// A condition on a step, as a jurist writes it: `{ guard = "done", step = "give-notice", cite = "处罚法/44" }`.
/// Which keys a guard takes is said by `Guard::read`; `when` makes the condition apply only in some cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Raw")]
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

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    guard: String,
    cite: Cite,
    #[serde(default)]
    cure: Option<String>,
    #[serde(default)]
    says: Option<String>,
    #[serde(default)]
    when: Option<When>,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    than: Option<String>,
    #[serde(default)]
    is: Vec<String>,
    #[serde(default)]
    count: Option<usize>,
    #[serde(default)]
    step: Option<String>,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    clock: Option<String>,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    parameter: Option<String>,
    #[serde(default)]
    years: Option<i64>,
    #[serde(default)]
    low: Option<String>,
    #[serde(default)]
    high: Option<String>,
    #[serde(default)]
    register: Option<String>,
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
    /// Nobody who acts has a recorded conflict of interest that is not decided as `stays`. Keys: `field` (persons with a conflict).
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
    /// Not more than so many years since the date in the field. Keys: `field`, `years`.
    WithinYears { field: String, years: i64 },
    /// The date in the field is at least so many days ahead. Keys: `field`, `count`.
    DaysAhead { field: String, count: usize },
    /// The entry named in the field is in force today. Keys: `register`, `field`.
    EntryInForce { register: String, field: String },
}

/// A limit written here or adopted by the district.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    Amount(i64),
    Parameter(String),
}

impl TryFrom<Raw> for Need {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw { guard: name, cite, cure, says, when, field, than, is, count, step, after, unless, clock, amount, parameter, years, low, high, register } = raw;
        let need = |value: Option<String>, key: &str| value.ok_or_else(|| format!("guard `{name}` needs `{key}`"));
        let limit = || match (amount, parameter.clone()) {
            (Some(amount), None) => Ok(Limit::Amount(amount)),
            (None, Some(parameter)) => Ok(Limit::Parameter(parameter)),
            _ => Err(format!("guard `{name}` needs one of `amount` and `parameter`")),
        };
        let guard = match name.as_str() {
            "officers-at-least" => Guard::OfficersAtLeast { count: count.ok_or_else(|| format!("guard `{name}` needs `count`"))? },
            "certified" => Guard::Certified,
            "legal-qualified" => Guard::LegalQualified,
            "no-conflict" => Guard::NoConflict { field: need(field, "field")? },
            "not-same-person" => Guard::NotSamePerson { step: need(step, "step")? },
            "field-present" => Guard::FieldPresent { field: need(field, "field")? },
            "field-is" => Guard::FieldIs { field: need(field, "field")?, is },
            "field-is-not" => Guard::FieldIsNot { field: need(field, "field")?, is },
            "established" => Guard::Established { field: need(field, "field")? },
            "done" => Guard::Done { step: need(step, "step")?, after },
            "not-done" => Guard::NotDone { step: need(step, "step")? },
            "period-over" => Guard::PeriodOver { clock: need(clock, "clock")?, unless },
            "period-runs" => Guard::PeriodRuns { clock: need(clock, "clock")? },
            "answered-if" => Guard::AnsweredIf { step: need(step, "step")?, unless },
            "amount-at-most" => Guard::AmountAtMost { limit: limit()?, field: need(field, "field")? },
            "done-if-amount-over" => Guard::DoneIfAmountOver { limit: limit()?, field: need(field, "field")?, step: need(step, "step")? },
            "not-heavier" => Guard::NotHeavier { field: need(field, "field")?, than: need(than, "than")?, step: need(step, "step")? },
            "within-benchmark" => Guard::WithinBenchmark { field: need(field, "field")?, low: need(low, "low")?, high: need(high, "high")?, unless },
            "within-years" => Guard::WithinYears { field: need(field, "field")?, years: years.ok_or_else(|| format!("guard `{name}` needs `years`"))? },
            "days-ahead" => Guard::DaysAhead { field: need(field, "field")?, count: count.ok_or_else(|| format!("guard `{name}` needs `count`"))? },
            "entry-in-force" => Guard::EntryInForce { register: need(register, "register")?, field: need(field, "field")? },
            other => return Err(format!("unknown guard `{other}`; known are {}", NAMES.join(", "))),
        };
        Ok(Need { guard, cite, cure, says, when })
    }
}

/// The names a jurist may write.
pub const NAMES: [&str; 21] = [
    "officers-at-least", "certified", "legal-qualified", "no-conflict", "not-same-person", "field-present", "field-is", "field-is-not",
    "established", "done", "not-done", "period-over", "period-runs", "answered-if", "amount-at-most", "done-if-amount-over",
    "not-heavier", "within-benchmark", "within-years", "days-ahead", "entry-in-force",
];
