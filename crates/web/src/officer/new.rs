//! 收件: the steps with which somebody of the government opens a case.

use actions::Error;
use maud::html;

use crate::call::{Answer, Call, Reply};
use crate::components::form::Filled;
use crate::components::law::cited;
use crate::components::page::{Audience, Page, head};
use crate::taking::{self, Outcome, Wanted};

pub fn list(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let mut found = Vec::new();
    for id in call.hall.law.procedures.keys() {
        if let Some((procedure, version)) = call.hall.law.version(id, call.today()) {
            found.extend(taking::openings(version, me).into_iter().map(|step| (procedure, step)));
        }
    }
    let title = if found.is_empty() { "您的岗位不开始新案件" } else { "要开始哪一种案件？" };
    let body = html! {
        (head("", title, ""))
        @if found.is_empty() { p.empty { "您的岗位办理别人开始的案件，请到" a href="/officer" { "待办" } "。" } }
        ul.list { @for (procedure, step) in &found {
            li { a href={ "/officer/new/" (procedure.id) "?step=" (step.id) } { (call.lang.name(&procedure.id, &procedure.title)) "：" (call.lang.name(&step.id, &step.title)) }
                br; span class="small dim" { @if let Some(hint) = &step.hint { (hint) } (cited(call, step.cite.as_ref())) } }
        } }
    };
    Ok(Page::new(Audience::Officer, title, body).here("收件").ok(call))
}

fn wanted<'l>(call: &'l Call<'_>, step: Option<&str>) -> Result<Wanted<'l>, Error> {
    let (procedure, version) = call.hall.law.version(call.part("procedure"), call.today()).ok_or(Error::NotFound)?;
    let openings = taking::openings(version, call.me()?);
    let step = match step {
        Some(id) => version.step(id).filter(|step| step.from.is_empty()),
        None => openings.first().copied(),
    };
    Ok(Wanted { procedure, version, step: step.ok_or(Error::NotFound)?, case: None, action: call.path.clone() })
}

pub fn show(call: &Call<'_>) -> Answer {
    let wanted = wanted(call, call.ask("step"))?;
    let title = call.lang.name(&wanted.step.id, &wanted.step.title);
    let mut filled = Filled::default();
    for field in &wanted.version.fields {
        if let Some(given) = call.ask(&field.id) {
            filled.values.insert(field.id.clone(), given.into());
        }
    }
    let body = html! {
        (head(&call.lang.name(&wanted.procedure.id, &wanted.procedure.title), &title, wanted.step.hint.as_deref().unwrap_or_default()))
        @if let Some(cite) = &wanted.step.cite { p class="small dim" { "依据：" (cited(call, Some(cite))) } }
        (taking::form(call, &wanted, &filled))
    };
    Ok(Page::new(Audience::Officer, title, body).here("收件").under("/officer/new", call.say("收件")).ok(call))
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let wanted = wanted(call, call.given("step"))?;
    let filled = taking::typed(call, &wanted);
    let back = ("/officer/new", "收件");
    Ok(match taking::take(call, &wanted, &me, &filled)? {
        Outcome::Done(done) => Reply::Go(format!("/officer/cases/{}", done.case.id)),
        Outcome::Refused(refusal) => taking::refused(call, Audience::Officer, &wanted, &refusal, filled, back),
        Outcome::Overtaken => taking::overtaken(call, Audience::Officer, &wanted, &filled, back, None),
    })
}
