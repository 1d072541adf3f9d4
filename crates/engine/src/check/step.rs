//! What a step may do beyond moving its case: open children, freeze a report. Both must name what is there.

use super::Report;
use crate::law::{FieldKind, Opens, Step, Version};

pub(super) fn further(report: &mut Report<'_>, version: &Version, file: &str) {
    for step in &version.steps {
        if let Some(opens) = &step.opens {
            children(report, version, step, opens, file);
        }
        if let Some(id) = &step.freezes {
            frozen(report, version, step, id, file);
        }
    }
}

fn children(report: &mut Report<'_>, version: &Version, step: &Step, opens: &Opens, file: &str) {
    let law = &report.folder.law;
    report.known(file, "procedure", &opens.procedure, law.procedures.keys());
    for field in opens.passes.iter().chain([&opens.organs]) {
        report.known(file, "field", field, version.fields.iter().map(|field| &field.id));
    }
    if !step.asks.iter().any(|ask| ask.field == opens.organs) {
        report.say(
            file,
            &step.id,
            "children-open",
            format!("step `{}` opens cases in the organs of `{}` but does not ask for it", step.id, opens.organs),
        );
    }
    for child in law.procedures.get(&opens.procedure).into_iter().flat_map(|procedure| &procedure.versions) {
        report.known(file, "step", &opens.step, child.steps.iter().map(|step| &step.id));
        if child.once.is_some() {
            report.say(file, &step.id, "children-open", format!("`{}` may be there once; it is opened by itself", opens.procedure));
        }
        let Some(opening) = child.step(&opens.step) else { continue };
        if !opening.from.is_empty() {
            report.say(file, &step.id, "children-open", format!("`{}` of `{}` opens no case", opens.step, opens.procedure));
        }
        for field in opens.passes.iter().map(String::as_str).chain(["organ", opens.parent.as_str()]) {
            if !opening.asks.iter().any(|ask| ask.field == field) {
                report.say(
                    file,
                    &step.id,
                    "children-open",
                    format!("`{}` of `{}` does not ask for `{field}`", opens.step, opens.procedure),
                );
            }
        }
        for ask in opening.asks.iter().filter(|ask| ask.required && ask.field != "organ" && ask.field != opens.parent) {
            if !opens.passes.contains(&ask.field) {
                report.say(
                    file,
                    &step.id,
                    "children-open",
                    format!("`{}` of `{}` asks for `{}`, which is not passed on", opens.step, opens.procedure, ask.field),
                );
            }
        }
    }
}

/// Fields that an approval fills by itself: the report, and the checkpoint that seals what it counted.
const SEALED: [(&str, FieldKind); 3] =
    [("frozen", FieldKind::Files), ("checkpoint", FieldKind::Number), ("checkpoint-root", FieldKind::Text)];

fn frozen(report: &mut Report<'_>, version: &Version, step: &Step, id: &str, file: &str) {
    let law = &report.folder.law;
    report.known(file, "report", id, law.reports.keys());
    let sections = law.reports.get(id).into_iter().flat_map(|report| &report.sections).map(|section| (section.as_str(), FieldKind::Prose));
    for (field, kind) in SEALED.into_iter().chain(sections).chain([("year", FieldKind::Number)]) {
        if version.field(field).is_none_or(|known| known.kind != kind) {
            report.say(
                file,
                &step.id,
                "reports-freeze",
                format!("step `{}` freezes a report: the procedure needs a field `{field}` of its kind", step.id),
            );
        }
    }
}
