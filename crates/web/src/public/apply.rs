//! Opening a case from outside: an application, a complaint. The form is the opening step of the law.

use actions::Error;
use engine::case::Person;
use maud::html;
use serde_json::Value;

use crate::call::{Answer, Call, Reply};
use crate::components::form::Filled;
use crate::components::page::{Audience, Page, head};
use crate::taking::{self, Outcome, Wanted};

/// The opening step of a procedure for somebody from the public.
pub fn wanted<'l>(call: &'l Call<'_>, procedure: &str, person: &Person, action: String) -> Result<Wanted<'l>, Error> {
    let (procedure, version) = call.hall.law.version(procedure, call.today()).ok_or(Error::NotFound)?;
    let step = taking::openings(version, person).into_iter().next().ok_or(Error::NotFound)?;
    Ok(Wanted { procedure, version, step, case: None, action })
}

pub fn show(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    if !me.organ.is_empty() {
        return Ok(Reply::Go(format!("/officer/new/{}", call.part("procedure"))));
    }
    let wanted = wanted(call, call.part("procedure"), me, call.path.clone())?;
    let mut filled = Filled::default();
    for field in &wanted.version.fields {
        if let Some(given) = call.ask(&field.id) {
            filled.values.insert(field.id.clone(), Value::from(given));
        }
    }
    filled.values.insert("channel".to_owned(), Value::from("web"));
    filled.values.entry("party").or_insert_with(|| serde_json::json!({ "name": me.name, "kind": "citizen" }));
    let item = call.ask("item").and_then(|id| call.hall.registers().entry("service-items", id).map(|entry| entry.title.clone()));
    let title = item.map_or_else(|| call.lang.name(&wanted.procedure.id, &wanted.procedure.title), |item| format!("申请{item}"));
    let body = html! {
        (head(&wanted.procedure.title, &title, wanted.step.hint.as_deref().unwrap_or_default()))
        (taking::form(call, &wanted, &filled))
    };
    Ok(Page::new(Audience::Public, title, body).here("我要办").under("/items", call.say("我要办")).ok(call))
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let wanted = wanted(call, call.part("procedure"), &me, call.path.clone())?;
    open(call, &wanted, &me, ("/items", "我要办"))
}

/// Takes the opening step and leads to the new case.
pub fn open(call: &Call<'_>, wanted: &Wanted<'_>, me: &Person, back: (&str, &str)) -> Answer {
    let filled = taking::typed(call, wanted);
    Ok(match taking::take(call, wanted, me, &filled)? {
        Outcome::Done(done) => Reply::Go(format!("/track/{}", done.code)),
        Outcome::Refused(refusal) => taking::refused(call, Audience::Public, wanted, &refusal, filled, back),
        Outcome::Overtaken => taking::overtaken(call, Audience::Public, wanted, &filled, back, None),
    })
}
