//! How a jurist writes a guard: its name, its keys, and what is wrong when one is missing.

use serde::Deserialize;

use super::{Guard, Limit, Need, When};
use crate::law::{Cite, Unit};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Raw {
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
    days: Option<Unit>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    low: Option<String>,
    #[serde(default)]
    high: Option<String>,
    #[serde(default)]
    register: Option<String>,
    #[serde(default)]
    tree: Option<String>,
}

impl TryFrom<Raw> for Need {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw {
            guard: name,
            cite,
            cure,
            says,
            when,
            field,
            than,
            is,
            count,
            step,
            after,
            unless,
            clock,
            amount,
            parameter,
            years,
            days,
            until,
            low,
            high,
            register,
            tree,
        } = raw;
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
            "within-benchmark" => {
                Guard::WithinBenchmark { field: need(field, "field")?, low: need(low, "low")?, high: need(high, "high")?, unless }
            }
            "within-years" => Guard::WithinYears {
                field: need(field, "field")?,
                years: years.ok_or_else(|| format!("guard `{name}` needs `years`"))?,
                until,
            },
            "date-passed" => Guard::DatePassed { field: need(field, "field")? },
            "days-ahead" => Guard::DaysAhead {
                field: need(field, "field")?,
                count: count.ok_or_else(|| format!("guard `{name}` needs `count`"))?,
                working: days == Some(Unit::Working),
            },
            "entry-in-force" => Guard::EntryInForce { register: need(register, "register")?, field: need(field, "field")? },
            "not-own-organ" => Guard::NotOwnOrgan,
            "indicator-in" => Guard::IndicatorIn { field: need(field, "field")?, tree: need(tree, "tree")? },
            "figure-stated" => Guard::FigureStated { field: need(field, "field")? },
            other => return Err(format!("unknown guard `{other}`; known are {}", NAMES.join(", "))),
        };
        Ok(Need { guard, cite, cure, says, when })
    }
}

/// The names a jurist may write.
pub const NAMES: [&str; 25] = [
    "officers-at-least",
    "certified",
    "legal-qualified",
    "no-conflict",
    "not-same-person",
    "field-present",
    "field-is",
    "field-is-not",
    "established",
    "done",
    "not-done",
    "period-over",
    "period-runs",
    "answered-if",
    "amount-at-most",
    "done-if-amount-over",
    "not-heavier",
    "within-benchmark",
    "within-years",
    "days-ahead",
    "date-passed",
    "entry-in-force",
    "not-own-organ",
    "indicator-in",
    "figure-stated",
];
