//! What must hold of a procedure's clocks: a period or a last day, something that starts it, names that resolve.

use super::Report;
use crate::case::{CLOCK, HANDLER};
use crate::law::{Clock, Ends, FieldKind, ParameterValue, Unit, Version};

pub(super) fn names(report: &mut Report<'_>, version: &Version, file: &str) {
    let law = &report.folder.law;
    let stage_names = || version.stages.iter().map(|stage| &stage.id);
    let step_names = || version.steps.iter().map(|step| &step.id);
    let any_names = || stage_names().chain(step_names());
    for clock in &version.clocks {
        report.cite(file, &clock.cite, version.in_force, version.until, false);
        match (&clock.parameter, clock.count, clock.days, &clock.ends) {
            (Some(parameter), None, Some(_), None) => {
                report.known(file, "parameter", parameter, law.parameters.iter().map(|parameter| &parameter.id));
            }
            (None, Some(count), Some(_), None) if count > 0 => {}
            (None, None, None, Some(ends)) => ends_on_a_day(report, version, clock, ends, file),
            _ => report.say(
                file,
                &clock.id,
                "clocks-count",
                format!("clock `{}` needs one of `count` (above 0) and `parameter` with its `days`, or `ends` alone", clock.id),
            ),
        }
        if clock.starts.is_empty() {
            report.say(file, &clock.id, "clocks-count", format!("nothing starts clock `{}`", clock.id));
        }
        let named = clock
            .starts
            .iter()
            .chain(&clock.met)
            .chain(clock.restart.iter().map(|r| &r.on))
            .chain(clock.pause.iter().flat_map(|p| p.until.iter().chain(std::iter::once(&p.on))))
            .chain(clock.extend.iter().map(|e| &e.on));
        for name in named {
            report.known(file, "step or stage", name, any_names());
        }
        for extend in &clock.extend {
            if extend.add.is_none() && extend.parameter.is_none() {
                report.say(
                    file,
                    &clock.id,
                    "clocks-count",
                    format!("an extension of `{}` adds neither a number nor a parameter", clock.id),
                );
            }
            if (extend.days == Unit::Working) != (clock.unit() == Unit::Working) {
                report.say(file, &clock.id, "clocks-count", format!("`{}` and its extension count different days", clock.id));
            }
            if extend.days == Unit::Hours && clock.unit() != Unit::Hours {
                report.say(file, &clock.id, "clocks-count", format!("`{}` counts days and cannot be extended by hours", clock.id));
            }
        }
        if let Some(step) = clock.lapse.as_ref().and_then(|lapse| lapse.step.as_ref()) {
            report.known(file, "step", step, step_names());
            if let Some(step) = version.step(step).filter(|step| !step.by.iter().any(|post| post == CLOCK)) {
                report.say(
                    file,
                    &step.id,
                    "steps-have-actor",
                    format!("clock `{}` takes step `{}`, which must allow `by = \"clock\"`", clock.id, step.id),
                );
            }
        }
        if let Some(post) = clock.lapse.as_ref().and_then(|lapse| lapse.alert.as_ref()) {
            let handler = HANDLER.to_owned();
            report.known(file, "post", post, law.posts.keys().chain(std::iter::once(&handler)));
        }
    }
}

/// The year is a number of the case, the day a date of the case, and a parameter's value a day of the year.
fn ends_on_a_day(report: &mut Report<'_>, version: &Version, clock: &Clock, ends: &Ends, file: &str) {
    let law = &report.folder.law;
    let (field, kind, word) = match ends {
        Ends::Before { year, .. } | Ends::Parameter { year, .. } => (year, FieldKind::Number, "number"),
        Ends::Field(field) => (field, FieldKind::Date, "date"),
    };
    report.known(file, "field", field, version.fields.iter().map(|field| &field.id));
    if version.field(field).is_some_and(|field| field.kind != kind) {
        report.say(file, &clock.id, "clocks-count", format!("clock `{}` ends by field `{field}`, which must be a {word}", clock.id));
    }
    if let Ends::Parameter { id, .. } = ends {
        report.known(file, "parameter", id, law.parameters.iter().map(|parameter| &parameter.id));
        let a_day = |value: &ParameterValue| match value {
            ParameterValue::Number(n) => day_of_year(*n),
            ParameterValue::ByParty { citizen, organisation } => day_of_year(*citizen) && day_of_year(*organisation),
        };
        if law.parameters.iter().any(|parameter| &parameter.id == id && !a_day(&parameter.value)) {
            report.say(
                file,
                &clock.id,
                "clocks-count",
                format!("clock `{}` ends by parameter `{id}`, which must be a day MMDD such as 1220", clock.id),
            );
        }
    }
}

fn day_of_year(mmdd: i64) -> bool {
    let part = |n: i64| i8::try_from(n).ok();
    // 2023 has no 29 February: a day that every year has.
    part(mmdd / 100).zip(part(mmdd % 100)).is_some_and(|(month, day)| jiff::civil::Date::new(2023, month, day).is_ok())
}
