//! One case: facts, the drawn procedure, clocks, what can be done now and what cannot, what happened, papers.

use actions::Error;
use actions::look::CaseView;
use actions::order::ORDER;
use engine::decide::{StepState, version_of};
use engine::law::{FieldKind, Version};
use maud::{Markup, html};

use crate::call::{Answer, Call, Door, Reply};
use crate::components::form::Filled;
use crate::components::law::cited;
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::components::{draw, lamp, order, steps, timeline};
use crate::taking::{self, Outcome, Wanted};
use crate::words;

/// So many facts stand under the heading; the rest unfolds.
const FACTS: usize = 8;

fn id(call: &Call<'_>) -> Result<i64, Error> {
    call.part("id").parse().map_err(|_| Error::NotFound)
}

fn wanted<'l>(call: &'l Call<'_>, version: &'l Version, view: &CaseView, step: &str) -> Result<Wanted<'l>, Error> {
    let procedure = call.hall.law.procedures.get(&view.procedure).ok_or(Error::NotFound)?;
    let step = version.step(step).ok_or(Error::NotFound)?;
    Ok(Wanted { procedure, version, step, case: Some((view.id, view.seq)), action: call.path.clone() })
}

pub fn show(call: &Call<'_>) -> Answer {
    let id = id(call)?;
    let view = call.hall.look(call.person(), id, call.now)?;
    if let Some(visitor) = &call.visitor {
        call.hall.note_look(&visitor.login, id, "case", call.now)?;
    }
    let case = call.hall.case(id)?;
    let (_, version) = version_of(&call.hall.law, &case).ok_or(Error::NotFound)?;
    let events = call.hall.events(id)?;
    let kick = format!(
        "{}　{}　{}起施行的版本",
        view.code,
        call.lang.name(&view.procedure, &view.procedure_title),
        engine::value::long_date(view.version)
    );
    let count = view.events.len();
    let body = html! {
        (head(&kick, &view.title, ""))
        (facts(call, version, &view))
        section.mt aria-labelledby="where" { h2.vh #where { (call.say("办到哪一步")) } (draw::drawn(call, version, &case.stage, &events)) }
        div.cols {
            div.aside.a1 { (lamp::panel(call, &view.clocks)) }
            div {
                (open(call, version, &view)?)
                (section("shut", call.say("现在不能做"), steps::closed(call, &view.steps)))
                (section_with("tl", call.say("经过"), html! { p class="small dim" { (count) "条，新的在上" } }, timeline::timeline(call, view.id, &view.events)))
            }
            div.aside.a2 { (section("pp", call.say("文书"), timeline::papers(call, view.id, &view.events))) (unmodelled(call, &view)) }
        }
    };
    Ok(Page::new(Audience::Officer, view.title.clone(), body)
        .here("待办")
        .under("/officer", call.say("待办"))
        .under(format!("/officer?procedure={}", view.procedure), call.lang.name(&view.procedure, &view.procedure_title))
        .ok(call))
}

fn facts(call: &Call<'_>, version: &Version, view: &CaseView) -> Markup {
    let prose =
        |id: &str| version.field(id).is_some_and(|field| matches!(field.kind, FieldKind::Prose | FieldKind::Lines | FieldKind::Files));
    let (long, short): (Vec<_>, Vec<_>) =
        view.fields.iter().filter(|field| !field.text.is_empty()).partition(|field| prose(&field.id) || field.text.chars().count() > 60);
    let mut rest: Vec<_> = short.iter().skip(FACTS.saturating_sub(3)).copied().collect();
    rest.extend(long);
    html! {
        dl.facts {
            div { dt { (call.say("阶段")) } dd { (call.lang.name(&view.stage, &view.stage_title)) } }
            div { dt { "承办" } dd { (view.organ_title) @if !view.handlers.is_empty() { br; (view.handlers.join("、")) } } }
            div { dt { "开始" } dd { (words::moment(view.opened, call.today())) } }
            @for field in short.iter().take(FACTS.saturating_sub(3)) { div { dt { (call.lang.name(&field.id, &field.title)) } dd { (told(&field.text)) } } }
        }
        @if !rest.is_empty() {
            details class="small mt" { summary { "案件的其他内容，" (rest.len()) "项" }
                dl.dl { @for field in rest { div { dt { (call.lang.name(&field.id, &field.title)) } dd { (told(&field.text)) } } } }
            }
        }
    }
}

/// A page of this site opens.
fn told(text: &str) -> Markup {
    let page = text.len() > 1 && crate::call::local(text) == text && !text.contains(char::is_whitespace);
    html! { @if page { a href=(text) { (text) } } @else { (text) } }
}

fn open(call: &Call<'_>, version: &Version, view: &CaseView) -> Result<Markup, Error> {
    let open: Vec<&StepState> = view.steps.iter().filter(|step| step.reasons.is_empty()).collect();
    let chosen = call
        .ask("step")
        .and_then(|id| open.iter().find(|step| step.step == id))
        .copied()
        .or_else(|| taking::leading(version, &view.stage, &view.steps));
    // A step that was asked for but is closed to this person is shown as such by its reasons below.
    let Some(chosen) = chosen else {
        return Ok(section("open", call.say("现在可以做"), html! { p.empty { (nothing(view)) } }));
    };
    let wanted = wanted(call, version, view, &chosen.step)?;
    let others: Vec<&&StepState> = open.iter().filter(|step| step.step != chosen.step).collect();
    Ok(section(
        "open",
        call.say("现在可以做"),
        html! {
            h3 { (call.lang.name(&chosen.step, &chosen.title)) }
            p class="dim text" { (chosen.who) "可办。" @if let Some(hint) = &wanted.step.hint { (hint) } @if let Some(cite) = &wanted.step.cite { " " (cited(call, Some(cite))) "。" } }
            (taking::form(call, &wanted, &Filled::default()))
            @if !others.is_empty() {
                h3 { (call.say("也可以")) }
                ul.list { @for step in others { li { a href={ (call.path) "?step=" (step.step) "#open" } { (call.lang.name(&step.step, &step.title)) } "　" span class="small dim" { (step.who) @if step.officers > 1 { "，" (step.officers) "人" } } } } }
            }
        },
    ))
}

/// Why there is nothing to do here for whoever looks.
fn nothing(view: &CaseView) -> String {
    if view.ended && view.steps.iter().all(|step| !step.reasons.is_empty()) {
        return "案件已经办结，没有要办的步骤。".to_owned();
    }
    let mut who: Vec<&str> = view.steps.iter().filter(|step| !step.wrong_stage && !step.by_clock).map(|step| step.who.as_str()).collect();
    who.dedup();
    who.truncate(3);
    if who.is_empty() {
        "这个阶段在等期限届满，到期自动记录。".to_owned()
    } else {
        format!("这个阶段没有您可办的步骤。在等{}办理。", who.join("、"))
    }
}

fn unmodelled(call: &Call<'_>, view: &CaseView) -> Markup {
    html! {
        (section("rel", "规定", html! { p.small { a href={ "/law/" (view.procedure) } { (call.say("看流程和依据")) } }
            @if call.admits(Door::Leader) && view.procedure != ORDER {
                p.small { a href=(order::href(Some(&view.organ), "case", &view.title, &call.path)) { (call.say("下达指令")) } }
            } }))
        @if !view.unmodelled.is_empty() {
            (section("un", call.say("没有纳入程序的"), html! { details class="small" { summary { (view.unmodelled.len()) "项由承办人掌握" } ul.dots { @for line in &view.unmodelled { li { (line) } } } } }))
        }
    }
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let view = call.hall.look(Some(&me), id(call)?, call.now)?;
    let procedure = call.hall.law.procedures.get(&view.procedure).ok_or(Error::NotFound)?;
    let version = procedure.versions.iter().find(|version| version.in_force == view.version).ok_or(Error::NotFound)?;
    let wanted = wanted(call, version, &view, call.given("step").unwrap_or_default())?;
    let filled = taking::typed(call, &wanted);
    let back = (call.path.as_str(), view.title.as_str());
    Ok(match taking::take(call, &wanted, &me, &filled)? {
        Outcome::Done(_) => Reply::Go(call.path.clone()),
        Outcome::Refused(refusal) => taking::refused(call, Audience::Officer, &wanted, &refusal, filled, back),
        Outcome::Overtaken => taking::overtaken(call, Audience::Officer, &wanted, &filled, back, view.events.last()),
    })
}
