//! 我要查: a case by its tracking code: how far it is, its clocks, and what the applicant can do.

use actions::Error;
use actions::look::{CaseView, Sight};
use engine::decide::version_of;
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::form::Filled;
use crate::components::page::{Audience, Page, head, section};
use crate::components::{draw, lamp, timeline};
use crate::taking::{self, Outcome, Wanted};

pub fn find(call: &Call<'_>) -> Answer {
    let Some(code) = call.ask("code") else { return Ok(page_of_search(call, None)) };
    let tidy = actions::look::tidy_code(code);
    Ok(match call.hall.track(&tidy, call.now) {
        Ok(_) => Reply::Go(format!("/track/{tidy}")),
        Err(Error::NotFound) => page_of_search(call, Some(code)),
        Err(error) => return Err(error),
    })
}

fn page_of_search(call: &Call<'_>, wrong: Option<&str>) -> Reply {
    let title = if wrong.is_some() { "没有这个编号的办件" } else { "查办件进度" };
    let body = html! {
        (head("", title, ""))
        @if let Some(code) = wrong {
            div.errs role="alert" { h2 { "没有找到“" (code) "”" } p { "请对照收件凭证再输一次；字母O和数字0、字母I和数字1都可以。" } }
        }
        form.text action="/track" {
            div.field { label for="no" { (call.say("办件编号")) } span.hint id="no-h" { "在收件凭证上，例如6B3K-90QX-7D。" }
                input class="in w-m" id="no" name="code" value=(wrong.unwrap_or_default()) aria-describedby="no-h" autocomplete="off"; }
            button.btn type="submit" { (call.say("查进度")) }
        }
        p class="small mt" { "用账号申请的，登录后到" a href="/mine" { "我的办件" } "里看。" }
    };
    let status = if wrong.is_some() { axum::http::StatusCode::NOT_FOUND } else { axum::http::StatusCode::OK };
    Page::new(Audience::Public, title, body).here("我要查").with(call, status)
}

/// What the visitor may see: all of it as the applicant, else what the code opens.
fn view(call: &Call<'_>) -> Result<CaseView, Error> {
    let code = call.part("code");
    let open = call.hall.track(code, call.now)?;
    match call.person().filter(|person| person.organ.is_empty()) {
        Some(person) => match call.hall.look(Some(person), open.id, call.now) {
            Ok(own) => Ok(own),
            Err(Error::NotFound) => Ok(open),
            Err(error) => Err(error),
        },
        None => Ok(open),
    }
}

pub fn show(call: &Call<'_>) -> Answer {
    let view = view(call)?;
    let case = call.hall.case(view.id)?;
    let (_, version) = version_of(&call.hall.law, &case).ok_or(Error::NotFound)?;
    let events = call.hall.events(view.id)?;
    let title = call.lang.name(&view.stage, &view.stage_title);
    let body = html! {
        (head(&format!("{} {}　{}", call.say("办件编号"), view.code, view.procedure_title), &title, &format!("{}。由{}办理。", view.title, view.organ_title)))
        section aria-labelledby="where" { h2.vh #where { (call.say("办到哪一步")) } (draw::drawn(call, version, &case.stage, &events)) }
        div.cols {
            div.aside.a1 { (lamp::panel(call, &view.clocks)) }
            div {
                (own_steps(call, &view)?)
                (section("tl", call.say("经过"), timeline::timeline(call, view.id, &view.events)))
            }
            div.aside.a2 {
                @if view.sight == Sight::Own { (section("pp", call.say("文书"), timeline::papers(call, view.id, &view.events))) }
                (section("more", "规定", html! { p.small { a href={ "/law/" (view.procedure) } { (call.say("看流程和依据")) } } }))
            }
        }
    };
    Ok(Page::new(Audience::Public, title, body).here("我要查").under("/", call.say("首页")).under("/track", call.say("我要查")).ok(call))
}

/// What the applicant can do now, each with its form.
fn own_steps(call: &Call<'_>, view: &CaseView) -> Result<Markup, Error> {
    if view.sight != Sight::Own {
        return Ok(
            html! { @if call.person().is_none() { p class="note small" { "用申请时的账号" a href={ "/sign-in?next=" (call.path) } { "登录" } "，可以补材料、撤回、评价，看到文书。" } } },
        );
    }
    let open: Vec<_> = view.steps.iter().filter(|step| step.reasons.is_empty()).collect();
    let mut sections = Vec::new();
    for state in open {
        let wanted = wanted(call, view, &state.step)?;
        let id = format!("do-{}", state.step);
        let title = if state.step == "review" { "评一评".to_owned() } else { call.lang.name(&state.step, &state.title) };
        sections.push(section(&id, &title, html! {
            @if let Some(hint) = &wanted.step.hint { p.dim { (hint) } }
            @if call.ask("step") == Some(&state.step) || sections.is_empty() && wanted.step.asks.iter().any(|ask| ask.required) { (taking::form(call, &wanted, &Filled::default())) }
            @else { p { a href=(format!("{}?step={}#{id}", call.path, state.step)) { "打开这一步的表" } } }
        }));
    }
    Ok(html! { @for section in sections { (section) } })
}

fn wanted<'l>(call: &'l Call<'_>, view: &CaseView, step: &str) -> Result<Wanted<'l>, Error> {
    let procedure = call.hall.law.procedures.get(&view.procedure).ok_or(Error::NotFound)?;
    let version = procedure.versions.iter().find(|version| version.in_force == view.version).ok_or(Error::NotFound)?;
    let step = version.step(step).ok_or(Error::NotFound)?;
    Ok(Wanted { procedure, version, step, case: Some((view.id, view.seq)), action: call.path.clone() })
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let view = view(call)?;
    if view.sight != Sight::Own {
        return Err(Error::NotFound);
    }
    let wanted = wanted(call, &view, call.given("step").unwrap_or_default())?;
    let filled = taking::typed(call, &wanted);
    let back = (call.path.as_str(), view.title.as_str());
    Ok(match taking::take(call, &wanted, &me, &filled)? {
        Outcome::Done(_) => Reply::Go(call.path.clone()),
        Outcome::Refused(refusal) => taking::refused(call, Audience::Public, &wanted, &refusal, filled, back),
        Outcome::Overtaken => taking::overtaken(call, Audience::Public, &wanted, &filled, back, view.events.last()),
    })
}

/// The title of a stage from what a list row says.
pub fn stage_title(call: &Call<'_>, procedure: &str, version: &str, stage: &str) -> String {
    let found = call
        .hall
        .law
        .procedures
        .get(procedure)
        .and_then(|procedure| procedure.versions.iter().find(|known| known.in_force.to_string() == version))
        .and_then(|version| version.stage(stage));
    found.map_or_else(|| stage.to_owned(), |found| call.lang.name(&found.id, &found.title))
}
