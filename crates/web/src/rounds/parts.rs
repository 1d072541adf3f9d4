//! The revisions of one part of a report: who, when, and what changed from one to the next or between any two.

use actions::Error;
use actions::writing::{Change, Revision, changes};
use engine::decide::version_of;
use maud::{Markup, html};

use super::write::seen;
use crate::call::{Answer, Call};
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::words;

/// Who wrote a revision, by name.
pub fn people(call: &Call<'_>, revision: &Revision) -> String {
    let registers = call.hall.registers();
    let name = |id: &String| registers.entry("officers", id).map_or_else(|| id.clone(), |entry| entry.title.clone());
    revision.by.iter().map(name).collect::<Vec<_>>().join("、")
}

/// What changed, in paragraphs: struck out, or underlined.
pub fn shown(changes: &[Change]) -> Markup {
    html! { p.rev { @for change in changes { @match change {
        Change::Same(text) => (text),
        Change::Removed(text) => del { (text) },
        Change::Added(text) => ins { (text) },
    } } } }
}

pub fn show(call: &Call<'_>) -> Answer {
    let view = seen(call)?;
    let case = call.hall.case(view.id)?;
    let (_, version) = version_of(&call.hall.law, &case).ok_or(Error::NotFound)?;
    let part = call.part("part");
    let field = version.field(part).filter(|_| call.hall.parts(version).any(|known| known == part)).ok_or(Error::NotFound)?;
    let revisions = call.hall.revisions(view.id, part)?;
    let title =
        format!("{}：{}次修改", call.lang.name(&field.id, &field.title), revisions.iter().filter(|revision| !revision.aside).count());
    let body = html! {
        (head(&view.title, &title, "每次保存都记在案卷里，不能改，也不会丢。"))
        @if revisions.is_empty() { p.empty { (call.say("还没有写")) } }
        @if revisions.len() > 1 { (compared(call, &revisions)) }
        @for (place, revision) in revisions.iter().enumerate().rev() {
            @let before = revisions.iter().take(place).rfind(|before| !before.aside);
            (one(call, revision, before))
        }
    };
    let under = format!("/rounds/{}", view.id);
    Ok(Page::new(Audience::Officer, title.clone(), body)
        .here("报告")
        .under("/rounds", call.say("报告"))
        .under(under, view.title.clone())
        .ok(call))
}

fn one(call: &Call<'_>, revision: &Revision, before: Option<&Revision>) -> Markup {
    let heading =
        if revision.aside { format!("第{}号，没有合并的文字", revision.number) } else { format!("第{}号", revision.number) };
    let beside = html! { p class="small dim" { (people(call, revision)) "，" (words::moment(revision.at, call.today())) } };
    section_with(
        &format!("r{}", revision.number),
        &heading,
        beside,
        html! {
            div.text { (shown(&changes(before.map_or("", |before| before.text.as_str()), &revision.text))) }
            @if before.is_some() { details.small { summary { (call.say("全文")) } div.text { @for line in revision.text.lines().filter(|line| !line.is_empty()) { p { (line) } } } } }
        },
    )
}

/// Any two revisions against each other.
fn compared(call: &Call<'_>, revisions: &[Revision]) -> Markup {
    let asked = |name: &str| {
        call.ask(name)
            .and_then(|text| text.parse::<u32>().ok())
            .and_then(|number| revisions.iter().find(|revision| revision.number == number))
    };
    let (from, to) = (asked("before"), asked("after"));
    let select = |name: &'static str, label: &'static str, chosen: Option<&Revision>, other: Option<&Revision>| {
        html! {
            div.field { label for=(name) { (label) }
                select class="in w-m" id=(name) name=(name) { @for revision in revisions {
                    option value=(revision.number) selected[chosen.or(other).is_some_and(|chosen| chosen.number == revision.number)] { "第" (revision.number) "号，" (people(call, revision)) "，" (words::moment(revision.at, call.today())) }
                } }
            }
        }
    };
    section(
        "cmp",
        call.say("比较两次修改"),
        html! {
            form class="row" action=(call.path) {
                (select("before", call.say("从"), from, revisions.first())) (select("after", call.say("到"), to, revisions.last()))
                button class="btn btn-2" type="submit" { (call.say("比较")) }
            }
            @if let (Some(from), Some(to)) = (from, to) { div.text { (shown(&changes(&from.text, &to.text))) } }
        },
    )
}
