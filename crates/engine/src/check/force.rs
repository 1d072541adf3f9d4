//! Texts that are not law: what a model text or a house rule may refuse, and whom.

use super::Report;
use crate::case::APPLICANT;
use crate::guard::Need;
use crate::law::{ADOPTED_BY, Force, Reach, Step, Version};

/// A guard that rests on such a text.
pub(super) fn refusing(report: &mut Report<'_>, version: &Version, step: &Step, need: &Need, file: &str) {
    let law = &report.folder.law;
    let Some(instrument) = law.instruments.get(need.cite.instrument()) else { return };
    let message = match instrument.force {
        Force::Law => return,
        Force::Model => {
            let adopted = |step: &Step| step.asks.iter().any(|ask| ask.field == ADOPTED_BY && ask.required);
            if version.steps.iter().filter(|step| step.from.is_empty()).all(adopted) {
                return;
            }
            format!("{} is a model text: the step that opens a case asks for `{ADOPTED_BY}`, the document that adopts it", instrument.title)
        }
        Force::House => {
            let public = |post: &&String| *post == APPLICANT || law.posts.get(*post).is_some_and(|post| post.reach == Reach::Own);
            match step.by.iter().find(public) {
                None => return,
                Some(post) => format!("{} is no law: it cannot refuse a `{post}` the step `{}`", instrument.title, step.id),
            }
        }
    };
    report.say(file, &need.cite.0, "model-text-adopted", message);
}
