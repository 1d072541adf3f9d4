//! What must hold of figures: they resolve, their units agree, their definitions follow one another.

use std::collections::BTreeMap;

use super::Report;
use crate::case::LAPSE;
use crate::decide::nearest;
use crate::figure::{Figure, Measure, UNITS, statement};
use crate::law::{FieldKind, Law, Version};

pub(super) fn figures(report: &mut Report<'_>) {
    let folder = report.folder;
    let law = &folder.law;
    let keys: Vec<String> = law.figures.iter().map(|figure| figure.key.clone()).collect();
    let files: BTreeMap<&str, &str> = keys
        .iter()
        .filter_map(|key| {
            folder
                .texts
                .iter()
                .find(|(path, text)| path.ends_with("figures.toml") && text.contains(&format!("\"{key}\"")))
                .map(|(path, _)| (key.as_str(), path.as_str()))
        })
        .collect();
    let file_of = |key: &str| files.get(key).copied().unwrap_or("figures.toml").to_owned();
    for pair in law.figures.windows(2) {
        let [a, b] = pair else { continue };
        if a.key == b.key && a.in_force == b.in_force {
            report.say(&file_of(&a.key), &a.key, "names-once", format!("figure `{}` is declared twice", a.key));
        } else if a.key == b.key && a.until.is_none_or(|until| until > b.in_force) {
            let message = format!(
                "the definition of `{}` of {} still holds when that of {} begins: write `until = {}` in the earlier one",
                a.key, a.in_force, b.in_force, b.in_force
            );
            report.say(&file_of(&a.key), &a.key, "figures-dated", message);
        }
    }
    for figure in &law.figures {
        let file = file_of(&figure.key);
        sources(report, law, &file, figure);
        for part in figure.measure.parts().into_iter().chain(figure.partition.iter().chain(&figure.tags).map(String::as_str)) {
            report.known(&file, "figure", part, keys.iter());
        }
        units(report, law, &file, figure);
        owner(report, &file, figure);
    }
    catalogue(report, law, &file_of);
    if let Some(figure) = law.figures.iter().find(|figure| matches!(figure.measure, Measure::Statement(_))) {
        statements(report, law, &file_of(&figure.key), figure);
    }
}

/// Procedure or register, steps or acts, fields and clocks.
fn sources(report: &mut Report<'_>, law: &Law, file: &str, figure: &Figure) {
    let (procedure, register, on, fields, clock) = match &figure.measure {
        Measure::Count(count) => (
            count.procedure.as_deref(),
            count.register.as_deref(),
            count.on.as_slice(),
            count.filter.keys().collect::<Vec<_>>(),
            count.in_time.as_deref(),
        ),
        Measure::Sum(sum) => (
            sum.procedure.as_deref(),
            sum.register.as_deref(),
            sum.on.as_slice(),
            sum.filter.keys().chain(std::iter::once(&sum.field)).collect(),
            None,
        ),
        Measure::Stock(stock) => (None, Some(stock.register.as_str()), &[] as &[String], stock.filter.keys().collect(), None),
        Measure::Cases(open) => {
            if let Some(version) = version(law, &open.procedure) {
                for stage in &open.stages {
                    report.known(file, "stage", stage, version.stages.iter().map(|stage| &stage.id));
                }
            }
            (Some(open.procedure.as_str()), None, &[] as &[String], open.filter.keys().collect(), None)
        }
        _ => return,
    };
    let fields = fields.into_iter().filter(|field| !field.starts_with("case.")).map(|field| field.split('.').next().unwrap_or(field));
    match (procedure, register) {
        (Some(procedure), None) => match version(law, procedure) {
            Some(version) => {
                let lapse = LAPSE.to_owned();
                for step in on {
                    report.known(file, "step", step, version.steps.iter().map(|step| &step.id).chain(std::iter::once(&lapse)));
                }
                for field in fields {
                    report.known(file, "field", field, version.fields.iter().map(|field| &field.id));
                }
                if let Some(clock) = clock {
                    report.known(file, "clock", clock, version.clocks.iter().map(|clock| &clock.id));
                }
            }
            None => report.known(file, "procedure", procedure, law.procedures.keys()),
        },
        (None, Some(register)) => match law.registers.get(register) {
            Some(found) => {
                for act in on {
                    report.known(file, "act", act, found.acts.iter().map(|act| &act.id));
                }
                for field in fields {
                    report.known(file, "field", field, found.fields.iter().map(|field| &field.id));
                }
                if clock.is_some() {
                    let message = format!("figure `{}` asks for acts `in-time`, but a register has no clocks", figure.key);
                    report.say(file, &figure.key, "figures-resolve", message);
                }
            }
            None => report.known(file, "register", register, law.registers.keys()),
        },
        _ => {
            let message = format!("figure `{}` counts over one of `procedure` and `register`", figure.key);
            report.say(file, &figure.key, "figures-resolve", message);
        }
    }
}

fn version<'l>(law: &'l Law, procedure: &str) -> Option<&'l Version> {
    law.procedures.get(procedure).and_then(|procedure| procedure.versions.last())
}

/// Units are of the list, and never mixed.
fn units(report: &mut Report<'_>, law: &Law, file: &str, figure: &Figure) {
    let mut say = |message: String| report.say(file, &format!("\"{}\"", figure.key), "figures-units", message);
    let key = &figure.key;
    if !UNITS.contains(&figure.unit.as_str()) {
        let near = near_unit(&figure.unit).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        say(format!("`{}`, the unit of `{key}`, is not in the list of units{near}", figure.unit));
    }
    let share = matches!(figure.unit.as_str(), "%" | "‰");
    let rate = matches!(figure.measure, Measure::Ratio(_) | Measure::Change(_));
    if rate && !share {
        say(format!("`{key}` is a rate: its unit is `%`, not `{}`", figure.unit));
    }
    if share && !rate {
        let advice = match figure.measure {
            Measure::Statement(_) => "state numerator and denominator and declare the rate over them",
            _ => "write it as a `ratio`",
        };
        say(format!("`{key}` has the unit `{}` but is no rate: {advice}", figure.unit));
    }
    for part in figure.measure.parts() {
        for of in law.definitions(part).filter(|of| of.is_rate()) {
            say(format!("`{key}` is worked out from `{}`, which is itself a rate: take the counts behind it", of.key));
        }
    }
    match &figure.measure {
        Measure::Ratio(pair) => unlike(law, &pair.of, &pair.over, "divides").into_iter().for_each(&mut say),
        Measure::Mean(pair) => {
            if let Some(of) = law.figure(&pair.of).filter(|of| of.unit != figure.unit) {
                say(format!("`{key}` is a mean of `{}`: its unit is `{}`, not `{}`", of.key, of.unit, figure.unit));
            }
        }
        Measure::Distinct(distinct) if law.definitions(&distinct.of).any(|of| matches!(of.measure, Measure::Distinct(_))) => {
            say(format!("`{key}` tells `{}` apart, which keeps no records of its own", distinct.of));
        }
        Measure::Sum(sum) => {
            let fields = match (&sum.procedure, &sum.register) {
                (Some(procedure), _) => version(law, procedure).map(|version| &version.fields),
                (None, Some(register)) => law.registers.get(register).map(|register| &register.fields),
                (None, None) => None,
            };
            let field = fields.and_then(|fields| fields.iter().find(|field| field.id == sum.field));
            match field.map(|field| field.kind) {
                Some(FieldKind::Money) if figure.unit != "元" => {
                    say(format!("`{key}` adds money: its unit is `元`, not `{}`", figure.unit));
                }
                Some(FieldKind::Number) if figure.unit == "元" => {
                    say(format!("`{key}` adds the number `{}`, which is no money: give it a unit other than `元`", sum.field));
                }
                Some(FieldKind::Money | FieldKind::Number) | None => {}
                Some(_) => say(format!("`{key}` adds `{}`, which is neither a number nor money", sum.field)),
            }
        }
        _ => {}
    }
    for (parts, word) in [(&figure.partition, "a partition"), (&figure.tags, "the tags")] {
        for part in parts.iter().flat_map(|part| law.definitions(part)) {
            if part.unit != figure.unit {
                let near = law
                    .figures
                    .iter()
                    .filter(|other| other.unit == figure.unit && other.key != *key)
                    .filter(|other| other.key.split('.').next() == part.key.split('.').next())
                    .map(|other| other.key.as_str());
                let near = nearest(&part.key, near).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let message =
                    format!("{word} of `{key}` ({}) names `{}` ({}): unlike units do not add up{near}", figure.unit, part.key, part.unit);
                say(message);
            }
            if part.is_rate() {
                say(format!("{word} of `{key}` names `{}`, a rate: rates do not add up", part.key));
            }
        }
    }
}

fn unlike(law: &Law, of: &str, over: &str, does: &str) -> Option<String> {
    let (of, over) = (law.figure(of)?, law.figure(over)?);
    if of.unit == over.unit {
        return None;
    }
    let like = law.figures.iter().filter(|other| other.unit == of.unit && other.key != of.key).map(|other| other.key.as_str());
    let near = nearest(&over.key, like).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Some(format!("a ratio {does} `{}` ({}) by `{}` ({}): unlike units make no share{near}", of.key, of.unit, over.key, over.unit))
}

/// The unit somebody may have meant: the same sign in full width, else one that shares the most characters.
fn near_unit(given: &str) -> Option<&'static str> {
    let same = |unit: &&str| given.trim() == *unit || given == "％" && *unit == "%";
    let shared = |unit: &str| unit.chars().filter(|letter| given.contains(*letter)).count();
    UNITS.into_iter().find(same).or_else(|| {
        UNITS.into_iter().filter(|unit| shared(unit) > 0).max_by_key(|unit| (shared(unit), std::cmp::Reverse(unit.chars().count())))
    })
}

/// The owner is an id: a post, or an organ of the register, which the folder does not hold.
fn owner(report: &mut Report<'_>, file: &str, figure: &Figure) {
    let id = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !id(&figure.owner) {
        let message = format!("the owner of `{}` is the id of an organ or post, not `{}`", figure.key, figure.owner);
        report.say(file, &format!("\"{}\"", figure.key), "figures-resolve", message);
    }
}

/// Where there is a catalogue, every figure belongs to a system of it, and only what is not declared has a reason for that.
fn catalogue(report: &mut Report<'_>, law: &Law, file_of: &dyn Fn(&str) -> String) {
    if law.catalogue.is_empty() {
        return;
    }
    let ids: Vec<String> = law.catalogue.iter().map(|system| system.id.clone()).collect();
    for figure in &law.figures {
        let system = figure.key.split('.').next().unwrap_or_default();
        if !ids.iter().any(|id| id == system) {
            let near = nearest(system, ids.iter().map(String::as_str)).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let message = format!("`{}` belongs to no system of the catalogue{near}", figure.key);
            report.say(&file_of(&figure.key), &format!("\"{}\"", figure.key), "catalogue-true", message);
        }
    }
    for system in &law.catalogue {
        let names: Vec<String> = system.keys().map(|(key, _)| key).collect();
        for name in system.why.keys() {
            let key = format!("{}.{name}", system.id);
            if !names.contains(&key) {
                let near =
                    nearest(&key, names.iter().map(String::as_str)).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                report.say("catalogue.toml", name, "catalogue-true", format!("{} has no metric `{name}`{near}", system.id));
            } else if law.figure(&key).is_some() {
                report.say("catalogue.toml", name, "catalogue-true", format!("`{key}` is declared: take its reason out of `why`"));
            }
        }
    }
}

/// Where a figure is stated there is a procedure to state it in, with the fields and stages the counting reads.
fn statements(report: &mut Report<'_>, law: &Law, file: &str, figure: &Figure) {
    let Some(procedure) = law.procedures.get(statement::PROCEDURE) else {
        let message = format!("`{}` is stated, but there is no procedure `{}` to state it in", figure.key, statement::PROCEDURE);
        return report.say(file, &figure.key, "figures-resolve", message);
    };
    let file = format!("{}/procedure.toml", procedure.folder);
    for version in &procedure.versions {
        for field in statement::FIELDS {
            report.known(&file, "field", field, version.fields.iter().map(|field| &field.id));
        }
        for stage in [statement::STATED, statement::CHECKED] {
            report.known(&file, "stage", stage, version.stages.iter().map(|stage| &stage.id));
        }
    }
}
