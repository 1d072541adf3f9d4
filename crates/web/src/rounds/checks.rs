//! The checks of a report before it is approved: every sum, every rate, and the audit of the text, each worked out; a failing one takes a reason.

use actions::Error;
use actions::freeze::{EXPLAIN, check_id};
use actions::look::CaseView;
use actions::step::Asked;
use engine::report::{Check, CheckKind, Report};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::write::seen;
use crate::call::{Answer, Call, Reply};
use crate::components::figure::check;
use crate::components::form;
use crate::components::page::section_with;

pub fn section_of(call: &Call<'_>, view: &CaseView, report: &Report) -> Markup {
    let (wrong, right): (Vec<&Check>, Vec<&Check>) = report.checks.iter().partition(|check| !check.holds);
    let explains = view.steps.iter().any(|step| step.step == EXPLAIN && step.reasons.is_empty());
    section_with(
        "checks",
        call.say("核对"),
        html! { p class="small dim" { (report.checks.len()) "处，不符" (wrong.len()) "处" } },
        html! {
            @if wrong.is_empty() { p { "各处都对得上。" } }
            @for one in &wrong { (failing(call, view, one, explains)) }
            @if !right.is_empty() { details.mt { summary { "对得上的，" (right.len()) "处" }
                table class="t stack" { caption.vh { "对得上的" }
                    thead { tr { th scope="col" { (call.say("核对什么")) } th scope="col" { (call.say("算式")) } } }
                    tbody { @for one in &right { tr { td.key { (kind(one.kind)) "　" (one.title) } td.full { (check(true, &one.says)) } } } }
                }
            } }
        },
    )
}

fn kind(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Sum => "分项和总数",
        CheckKind::Part => "部分不大于全体",
        CheckKind::Rate => "比率",
        CheckKind::Text => "文字里的数",
    }
}

fn failing(call: &Call<'_>, view: &CaseView, one: &Check, explains: bool) -> Markup {
    let id = check_id(one);
    html! {
        section.sec aria-labelledby={ "k-" (id) } {
            h3 id={ "k-" (id) } { (kind(one.kind)) "：" (one.title) }
            p { (check(false, &one.says)) "　" span.hash { "编号 " (id) } }
            @match &one.reason {
                Some(reason) => p { strong { (call.say("理由")) "：" } (reason) },
                None if !explains => p.dim { "还没有写理由。" },
                None => {},
            }
            @if explains {
                form class="text" method="post" action={ "/rounds/" (view.id) } {
                    (form::token(call))
                    input type="hidden" name="do" value="explain"; input type="hidden" name="check" value=(id);
                    div.field { label for={ "w-" (id) } { (if one.reason.is_some() { "改写理由" } else { "数据确实如此的，写明理由" }) }
                        span.hint id={ "w-" (id) "-h" } { "印在报告的附表里。算式变了，理由要重写。" }
                        textarea.in id={ "w-" (id) } name="reason" rows="2" aria-describedby={ "w-" (id) "-h" } { (one.reason.as_deref().unwrap_or_default()) } }
                    div.row { button class="btn btn-2" type="submit" { (call.say("记下理由")) } }
                }
            }
        }
    }
}

pub fn explain(call: &Call<'_>) -> Answer {
    let view = seen(call)?;
    let (Some(id), Some(reason)) = (call.given("check"), call.given("reason")) else {
        return Err(Error::Invalid("没有写理由。请返回写明以后再记。".to_owned()));
    };
    let standing = call.hall.report_of(view.id, call.now)?;
    if !standing.report.checks.iter().any(|check| !check.holds && check_id(check) == id) {
        return Err(Error::Invalid("这一处核对的算式已经变了，请回到报告看最新的核对。".to_owned()));
    }
    let with = Map::from_iter([("check".to_owned(), Value::from(id)), ("check-reason".to_owned(), Value::from(reason))]);
    let asked =
        Asked { case: Some(view.id), procedure: String::new(), step: EXPLAIN.to_owned(), by: vec![call.me()?.clone()], with, seen: None };
    call.hall.take_step(asked, call.now)?;
    Ok(Reply::Go(format!("/rounds/{}#checks", view.id)))
}
