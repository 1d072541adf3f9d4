//! What must hold of standards of appraisal: weights that sum, rules that can be computed, names that resolve; and of the fields that the
//! ledger keeps for a case.

use std::collections::BTreeSet;

use super::Report;
use crate::figure::Measure;
use crate::indicator::{Edition, Indicator, Points, Rule, Standard};
use crate::law::{FieldKind, Step, Version};
use crate::read::Finding;

pub(super) fn standards(report: &mut Report<'_>) {
    let folder = report.folder;
    for standard in folder.law.standards.values() {
        super::apart(report, &standard.file, standard.versions.iter().map(|edition| (edition.in_force, edition.until)));
        for edition in &standard.versions {
            report.cite(&standard.file, &standard.basis, edition.in_force, edition.until, false);
            let mut place = Place { report: &mut *report, standard, edition };
            place.weights();
            place.groups();
            for leaf in edition.areas.iter().flat_map(|area| &area.items).flat_map(|item| &item.indicators) {
                place.leaf(leaf);
            }
        }
    }
}

/// One edition in its file.
struct Place<'p, 'f> {
    report: &'p mut Report<'f>,
    standard: &'p Standard,
    edition: &'p Edition,
}

impl Place<'_, '_> {
    /// A finding at the line, within this edition, on which an id is given.
    fn say(&mut self, id: &str, check: &'static str, message: String) {
        let text = self.report.folder.texts.get(&self.standard.file).map_or("", String::as_str);
        let (from, quoted) = (self.edition.in_force.to_string(), format!("\"{id}\""));
        let begins = text.lines().position(|line| line.starts_with("in-force") && line.contains(&from)).unwrap_or(0);
        let given = text
            .lines()
            .enumerate()
            .skip(begins)
            .find(|(_, line)| line.trim_start().trim_start_matches("{ ").starts_with("id") && line.contains(&quoted))
            .or_else(|| text.lines().enumerate().skip(begins).find(|(_, line)| line.contains(id)));
        let line = given.map_or(0, |(line, _)| line + 1);
        self.report.findings.push(Finding { file: self.standard.file.clone(), line, check, message });
    }

    fn weights(&mut self) {
        let edition = self.edition;
        let mut seen = BTreeSet::new();
        let ids = edition.areas.iter().flat_map(|area| {
            let items = area
                .items
                .iter()
                .flat_map(|item| std::iter::once(item.id.as_str()).chain(item.indicators.iter().map(|leaf| leaf.id.as_str())));
            std::iter::once(area.id.as_str()).chain(items)
        });
        let twice: Vec<&str> = ids.filter(|id| !seen.insert(*id)).collect();
        for id in twice {
            self.say(id, "names-once", format!("indicator `{id}` is there twice"));
        }
        let whole: Points = edition.areas.iter().map(|area| area.weight).sum();
        if whole != Points::HUNDRED {
            let first = edition.areas.first().map_or("", |area| area.id.as_str()).to_owned();
            self.say(&first, "weights-sum", format!("the level-1 weights sum to {whole}, not to 100: {}", apart(whole, Points::HUNDRED)));
        }
        for area in &edition.areas {
            let sum: Points = area.items.iter().map(|item| item.weight).sum();
            if sum != area.weight {
                self.say(
                    &area.id,
                    "weights-sum",
                    format!("`{}` weighs {}, the items under it {sum}: {}", area.id, area.weight, apart(sum, area.weight)),
                );
            }
            for item in &area.items {
                let sum: Points = item.indicators.iter().map(|leaf| leaf.weight).sum();
                if sum != item.weight {
                    self.say(
                        &item.id,
                        "weights-sum",
                        format!("`{}` weighs {}, the indicators under it {sum}: {}", item.id, item.weight, apart(sum, item.weight)),
                    );
                }
                for leaf in item.indicators.iter().filter(|leaf| leaf.weight <= Points::ZERO) {
                    self.say(&leaf.id, "weights-sum", format!("`{}` weighs {}: a weight is above 0", leaf.id, leaf.weight));
                }
            }
        }
    }

    fn groups(&mut self) {
        let kinds = self.report.folder.law.registers.get("organs").and_then(|organs| organs.fields.iter().find(|field| field.id == "kind"));
        let known: Vec<String> = kinds.map(|kind| kind.choices.iter().map(|choice| choice.id.clone()).collect()).unwrap_or_default();
        let edition = self.edition;
        for group in &edition.groups {
            for kind in &group.kinds {
                self.known(&group.id, "kind of organ", kind, &known);
            }
        }
        for pair in edition.grades.windows(2) {
            if let [higher, lower] = pair
                && lower.at_least >= higher.at_least
            {
                self.say(&lower.id, "rules-score", format!("grade `{}` is not below `{}`: write the highest first", lower.id, higher.id));
            }
        }
    }

    fn known(&mut self, at: &str, what: &str, name: &str, known: &[String]) {
        if !known.iter().any(|known| known == name) {
            let near = crate::decide::nearest(name, known.iter().map(String::as_str))
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            self.say(at, "names-resolve", format!("`{at}` names the {what} `{name}`, and there is none{near}"));
        }
    }

    fn leaf(&mut self, leaf: &Indicator) {
        let (standard, edition) = (self.standard, self.edition);
        self.report.cite(&standard.file, &leaf.basis, edition.in_force, edition.until, false);
        let groups: Vec<String> = edition.groups.iter().map(|group| group.id.clone()).collect();
        for group in &leaf.groups {
            self.known(&leaf.id, "group", group, &groups);
        }
        let keys: Vec<String> = self.report.folder.law.figures.iter().map(|figure| figure.key.clone()).collect();
        for key in leaf.rule.figure().into_iter().chain(leaf.if_any.as_deref()) {
            self.known(&leaf.id, "figure", key, &keys);
        }
        let law = &self.report.folder.law;
        let counted = |key: &str| {
            law.figure(key).is_none_or(|figure| matches!(figure.measure, Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_)))
        };
        let rated = |key: &str| {
            law.figure(key).is_none_or(|figure| matches!(&figure.measure, Measure::Ratio(pair) if counted(&pair.of) && counted(&pair.over)))
        };
        let mut wrong = Vec::new();
        match &leaf.rule {
            Rule::Rate { figure, full, zero } => {
                if !rated(figure) {
                    wrong.push(format!("`{}` scores a rate: `{figure}` is none of two counted figures", leaf.id));
                }
                if [full, zero].iter().any(|mark| **mark < Points::ZERO || **mark > Points::HUNDRED) {
                    wrong.push(format!("`{}`: full and zero marks lie between 0 and 100 per cent", leaf.id));
                }
            }
            Rule::Count { figure, .. } | Rule::Deduction { figure, .. } | Rule::Steps { figure, .. } if !counted(figure) => {
                wrong.push(format!("`{}` counts: `{figure}` is no counted figure; a ratio is scored by `rate`", leaf.id));
            }
            Rule::Steps { steps, .. } => {
                let best = steps.iter().map(|step| step.gives).max().unwrap_or_default();
                if best != leaf.weight {
                    wrong.push(format!("the best step of `{}` gives {best}, the indicator weighs {}", leaf.id, leaf.weight));
                }
                let mut sorted: Vec<_> = steps.iter().map(|step| (step.at_least, step.gives)).collect();
                sorted.sort_unstable();
                if sorted.windows(2).any(|pair| matches!(pair, [(low, less), (high, more)] if low == high || more < less)) {
                    wrong.push(format!("the steps of `{}` do not rise together", leaf.id));
                }
            }
            Rule::Count { .. } | Rule::Deduction { .. } | Rule::Document => {}
        }
        if let Some(key) = leaf.if_any.as_deref().filter(|key| !counted(key)) {
            wrong.push(format!("`{}` asks whether there is any: `{key}` is no counted figure", leaf.id));
        }
        for message in wrong {
            self.say(&leaf.id, "rules-score", message);
        }
    }
}

/// By how much a sum misses, in words.
fn apart(sum: Points, wanted: Points) -> String {
    if sum > wanted { format!("{} too much", sum - wanted) } else { format!("{} missing", wanted - sum) }
}

/// Fields that a step keeps are of a kept type, and such fields are asked of nobody.
pub(super) fn kept(report: &mut Report<'_>, version: &Version, step: &Step, file: &str) {
    for field in step.keeps.iter().filter_map(|id| version.field(id)) {
        if !field.kind.is_kept() {
            report.say(
                file,
                &field.id,
                "names-resolve",
                format!("step `{}` keeps `{}`, which is not of type indicators, sheet or ranking", step.id, field.id),
            );
        }
        if field.kind == FieldKind::Indicators {
            match &field.standard {
                Some(standard) => report.known(file, "standard in indicators/", standard, report.folder.law.standards.keys()),
                None => report.say(
                    file,
                    &field.id,
                    "names-resolve",
                    format!("field `{}` keeps the tree of no standard: add `standard`", field.id),
                ),
            }
        }
    }
    for field in step.asks.iter().filter_map(|ask| version.field(&ask.field)).filter(|field| field.kind.is_kept()) {
        report.say(file, &step.id, "names-resolve", format!("step `{}` asks for `{}`, which only the ledger writes", step.id, field.id));
    }
}
