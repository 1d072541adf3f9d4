//! Texts that are not law: what a model text or a house rule may refuse, and whom.

use super::Report;
use crate::case::APPLICANT;
use crate::guard::Guard;
use crate::law::{ADOPTED_BY, Cite, Force, Procedure, Reach, Step, Version};

/// Every citation that can stand behind a refusal: those of a step's guards, of the step itself (who, when, which fields), else the
/// basis of the procedure; and those of its clocks.
pub(super) fn refusing(report: &mut Report<'_>, procedure: &Procedure, version: &Version, file: &str) {
    for step in &version.steps {
        let own = step.cite.as_ref().unwrap_or(&procedure.basis);
        for cite in step.needs.iter().map(|need| &need.cite).chain([own]) {
            holds(report, version, Some(step), cite, file);
        }
    }
    for clock in &version.clocks {
        holds(report, version, None, &clock.cite, file);
    }
}

fn holds(report: &mut Report<'_>, version: &Version, step: Option<&Step>, cite: &Cite, file: &str) {
    let law = &report.folder.law;
    let Some(instrument) = law.instruments.get(cite.instrument()) else { return };
    let message = match instrument.force {
        Force::Law => return,
        Force::Model => {
            // Asked for, and not to be left empty: by the form, or by a guard that can cite what is no model.
            let guarded = |step: &Step| step.needs.iter().any(|need| need.guard == Guard::FieldPresent { field: ADOPTED_BY.to_owned() });
            let adopted = |step: &Step| step.asks.iter().any(|ask| ask.field == ADOPTED_BY && (ask.required || guarded(step)));
            if version.steps.iter().filter(|step| step.from.is_empty()).all(adopted) {
                return;
            }
            format!("{} is a model text: the step that opens a case asks for `{ADOPTED_BY}`, the document that adopts it", instrument.title)
        }
        Force::House => {
            let public = |post: &&String| *post == APPLICANT || law.posts.get(*post).is_some_and(|post| post.reach == Reach::Own);
            match step.and_then(|step| Some((step, step.by.iter().find(public)?))) {
                None => return,
                Some((step, post)) => {
                    format!("{} is no law: it can refuse nobody outside the government (`{post}`) the step `{}`", instrument.title, step.id)
                }
            }
        }
    };
    report.say(file, &cite.0, "force-holds", message);
}
