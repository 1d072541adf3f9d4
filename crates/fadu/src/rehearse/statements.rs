//! What no ledger of the rehearsed year gives: stated by its owner in December, and checked by another person.

use std::collections::BTreeMap;

use actions::Hall;
use actions::step::Asked;
use anyhow::Context;
use engine::case::Person;
use engine::figure::{Measure, statement};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::people::{DEPARTMENTS, People};

/// States every target of a figure that is stated; returns how many steps that took.
pub fn play(hall: &Hall, people: &People, targets: &BTreeMap<String, f64>, year: i16) -> anyhow::Result<usize> {
    let end = Date::new(year, 12, 31)?;
    let (stating, checking) = (Date::new(year, 12, 19)?.at(10, 0, 0, 0), Date::new(year, 12, 20)?.at(15, 0, 0, 0));
    let mut steps = 0;
    for (number, (key, value)) in targets.iter().enumerate() {
        let Some(figure) = hall.law.figure_on(key, end).filter(|figure| matches!(figure.measure, Measure::Statement(_))) else { continue };
        let organ = DEPARTMENTS.iter().map(|(id, ..)| *id).find(|id| *id == figure.owner).unwrap_or("justice-bureau");
        let stater = people.of(organ, "unit-handler", number)?;
        let checker = people.of(organ, "organ-head", 0)?;
        let value = *value as i64;
        let (kind, value) = if value == 0 { ("zero", Value::Null) } else { (statement::COUNTED, json!(value)) };
        let mut with = json!({
            (statement::FIGURE): key,
            (statement::YEAR): year,
            (statement::PART): "year",
            (statement::KIND): kind,
            "source": format!("{}年度{}统计台账，截至{year}年12月15日", year, hall.organ_title(organ)),
        });
        if !value.is_null() {
            with[statement::VALUE] = value;
        }
        let case = take(hall, None, "state", stater, with, stating).with_context(|| format!("stating {key}"))?;
        take(hall, Some(case), "check", checker, json!({ "check-note": "与台账合计核对，一致" }), checking)
            .with_context(|| format!("checking {key}"))?;
        steps += 2;
    }
    Ok(steps)
}

fn take(hall: &Hall, case: Option<i64>, step: &str, by: Person, with: Value, at: DateTime) -> anyhow::Result<i64> {
    let with: Map<String, Value> = with.as_object().cloned().unwrap_or_default();
    let asked = Asked { case, procedure: statement::PROCEDURE.to_owned(), step: step.to_owned(), by: vec![by], with, seen: None };
    Ok(hall.take_step(asked, at)?.case.id)
}
