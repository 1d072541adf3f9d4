//! Steps as a page shows them: what can be done now, what cannot and why, and a refusal in full.

use engine::decide::{Reason, StepState};
use maud::{Markup, html};

use crate::call::Call;
use crate::components::law::{cited, quote};
use crate::words::numeral;

/// Closed steps: 步骤 / 为什么 / 怎样才能做. Steps the clock takes by itself are left out.
pub fn closed(call: &Call<'_>, steps: &[StepState]) -> Markup {
    let mut shut: Vec<&StepState> = steps.iter().filter(|step| !step.reasons.is_empty() && !step.by_clock).collect();
    shut.sort_by_key(|step| step.wrong_stage);
    let (near, far): (Vec<&StepState>, Vec<&StepState>) = shut.into_iter().partition(|step| !step.wrong_stage);
    let others = |step: &&StepState| step.reasons.iter().all(|reason| reason.guard == "competence");
    let (posts, near): (Vec<&StepState>, Vec<&StepState>) = near.into_iter().partition(others);
    html! {
        @if near.is_empty() { p class="small dim" { "这个阶段没有条件不够的步骤。" } } @else { (table(call, &near, "现在不能做的步骤和理由")) }
        @if !posts.is_empty() { details.mt { summary { "由别的岗位办的" (posts.len()) "步" } (table(call, &posts, "由别的岗位办的步骤")) } }
        @if !far.is_empty() { details class="mt" { summary { "别的阶段的" (far.len()) "步" } (table(call, &far, "别的阶段的步骤")) } }
    }
}

fn table(call: &Call<'_>, steps: &[&StepState], caption: &str) -> Markup {
    html! {
        table class="t stack" {
            caption.vh { (caption) }
            thead { tr { th scope="col" { (call.say("步骤")) } th scope="col" { (call.say("为什么")) } th scope="col" { (call.say("怎样才能做")) } } }
            tbody { @for step in steps { tr {
                td.key { strong { (call.lang.name(&step.step, &step.title)) } }
                td.full { @for reason in &step.reasons { (stopped(&reason.says)) @if let Some(cite) = &reason.cite { span.sub { (cited(call, Some(cite))) } } } }
                td.full { @for reason in &step.reasons { (stopped(&reason.cure)) " " } }
            } } }
        }
    }
}

/// The reasons of a refusal, each in three parts: the article, this case, what to do.
pub fn reasons(call: &Call<'_>, reasons: &[Reason]) -> Markup {
    html! {
        @for (place, reason) in reasons.iter().enumerate() {
            section.sec aria-labelledby={ "r" (place) } {
                h2 id={ "r" (place) } { (numeral(place as u32 + 1)) "、" (reason.says.trim_end_matches('。')) }
                @if let Some(cite) = &reason.cite { (quote(call, cite)) }
                div.text {
                    p { strong { "本案：" } (stopped(&reason.says)) }
                    p { strong { "怎么办：" } (stopped(&reason.cure)) }
                    @if let Some(parameter) = &reason.parameter { p.small.dim { (parameter) } }
                }
            }
        }
    }
}

/// A sentence with its full stop, once.
fn stopped(text: &str) -> String {
    if text.ends_with(['。', '？', '；']) { text.to_owned() } else { format!("{text}。") }
}
