//! One report: its chapters with the figures in them, the parts people write below each, and what stands in the way of approval.

use actions::Error;
use actions::freeze::Standing;
use actions::look::{CaseView, Sight};
use actions::rounds::DISTRICT;
use actions::writing::{KEEP, Revision, WRITE, Writing, Written, changes, paragraphs};
use axum::http::StatusCode;
use engine::decide::{Reason, version_of};
use engine::law::Version;
use engine::report::{ChapterText, Text};
use maud::{Markup, html};

use super::{checks, parts};
use crate::call::{Answer, Call, Reply};
use crate::components::form;
use crate::components::page::{Audience, Page, head, section};
use crate::components::{chapters, lamp};
use crate::words;

/// What was typed into a part and could not be saved as it is.
pub struct Typed<'t> {
    part: &'t str,
    text: String,
    based_on: u32,
    reasons: Vec<Reason>,
}

fn id(call: &Call<'_>) -> Result<i64, Error> {
    call.part("id").parse().map_err(|_| Error::NotFound)
}

/// The report case as somebody inside may see it.
pub fn seen(call: &Call<'_>) -> Result<CaseView, Error> {
    let view = call.hall.look(call.person(), id(call)?, call.now)?;
    let reports = call
        .hall
        .law
        .procedures
        .get(&view.procedure)
        .is_some_and(|procedure| procedure.versions.iter().any(|version| version.report().is_some()));
    if view.sight < Sight::Whole || !reports { Err(Error::NotFound) } else { Ok(view) }
}

pub fn show(call: &Call<'_>) -> Answer {
    let view = seen(call)?;
    if let Some(visitor) = &call.visitor {
        call.hall.note_look(&visitor.login, view.id, "report", call.now)?;
    }
    page(call, &view, None, StatusCode::OK)
}

fn page(call: &Call<'_>, view: &CaseView, typed: Option<&Typed<'_>>, status: StatusCode) -> Answer {
    let case = call.hall.case(view.id)?;
    let (_, version) = version_of(&call.hall.law, &case).ok_or(Error::NotFound)?;
    let standing = call.hall.report_of(view.id, call.now)?;
    let writes = view.steps.iter().any(|step| step.step == WRITE && step.reasons.is_empty());
    let kick = format!("{}　{}", view.code, call.lang.name(&view.stage, &view.stage_title));
    let body = html! {
        (head(&kick, &view.title, &lead(&standing)))
        (told(call, version))
        div.cols {
            div.aside.a1 { (lamp::panel(call, &view.clocks)) (next(call, view)) (sealed(call, view, &standing)) }
            div {
                @for chapter in &standing.report.chapters { (one(call, view, version, chapter, writes, typed)?) }
                (checks::section_of(call, view, &standing.report))
            }
        }
    };
    Ok(Page::new(Audience::Officer, view.title.clone(), body).here("报告").under("/rounds", call.say("报告")).with(call, status))
}

fn lead(standing: &Standing) -> String {
    let report = &standing.report;
    match (&report.frozen, report.unanswered().count()) {
        (Some(frozen), _) => format!("{}批准定稿。数和文字都不再变，点每个数仍能看现在的记录。", words::long_moment(frozen.approved_at)),
        (None, 0) => format!("草稿。数是现在的数，批准时才固定；{}处核对没有不符而缺理由的。", report.checks.len()),
        (None, n) => format!("草稿。有{n}处核对不符，改好或者写明理由以后才能批准。"),
    }
}

/// What the last save did.
fn told(call: &Call<'_>, version: &Version) -> Markup {
    let Some(part) = call.ask("saved") else { return html! {} };
    let title = version.field(part).map_or_else(String::new, |field| call.lang.name(&field.id, &field.title));
    html! {
        p.note role="status" {
            @match call.ask("merged") {
                Some(number) => { "“" (title) "”已保存。您写的时候，别人存了第" (number) "号修改，两份改的不是同一段，已经合在一起；请看一遍。" },
                None if call.ask("same").is_some() => { "“" (title) "”和存着的一样，没有新的修改。" },
                None => { "“" (title) "”已保存。" },
            }
        }
    }
}

fn one(
    call: &Call<'_>,
    view: &CaseView,
    version: &Version,
    chapter: &ChapterText,
    writes: bool,
    typed: Option<&Typed<'_>>,
) -> Result<Markup, Error> {
    let part = &chapter.id;
    // Whoever writes has the part in the text area; an empty one says so below.
    let below = |block: &Text| matches!(block, Text::Section { blocks, .. } if writes || blocks.is_empty());
    let filled: Vec<&Text> = chapter.blocks.iter().filter(|block| !below(block)).collect();
    let own = version.field(part);
    Ok(html! {
        section.sec aria-labelledby={ "c-" (part) } {
            h2 id={ "c-" (part) } { (chapter.title) }
            (chapters::blocks(call, &filled, &[]))
            @if let Some(field) = own { (editor(call, view, field, writes, typed.filter(|typed| typed.part == part))?) }
        }
    })
}

/// The part people write: a text area with the revision it starts from; every save keeps the ones before.
fn editor(call: &Call<'_>, view: &CaseView, field: &engine::law::Field, writes: bool, typed: Option<&Typed<'_>>) -> Result<Markup, Error> {
    let part = field.id.as_str();
    let revisions = call.hall.revisions(view.id, part)?;
    let latest = revisions.iter().rfind(|revision| !revision.aside);
    let aside = revisions.iter().filter(|revision| revision.aside && latest.is_none_or(|latest| revision.number > latest.number)).count();
    let history = html! {
        p class="small dim" {
            @match latest {
                Some(latest) => { (parts::people(call, latest)) "，" (words::moment(latest.at, call.today())) "　" a href={ "/rounds/" (view.id) "/parts/" (part) } { (call.say("修改记录")) "（" (revisions.len()) "）" } },
                None => { (call.say("还没有写")) },
            }
            @if aside > 0 { "　" strong { "有" (aside) "份没有合并的文字，在修改记录里" } }
        }
    };
    if !writes {
        return Ok(history);
    }
    let text = typed.map_or_else(|| latest.map_or("", |revision| revision.text.as_str()), |typed| typed.text.as_str());
    let based_on = typed.map_or_else(|| latest.map_or(0, |revision| revision.number), |typed| typed.based_on);
    let errors: Vec<&Reason> = typed.map(|typed| typed.reasons.iter().collect()).unwrap_or_default();
    let rows = (text.chars().count() / 36 + text.lines().count() + 3).clamp(5, 24);
    let described = format!("p-{part}-h{}", if errors.is_empty() { String::new() } else { format!(" p-{part}-e") });
    Ok(html! {
        form method="post" action={ "/rounds/" (view.id) } id={ "p-" (part) } {
            (form::token(call))
            input type="hidden" name="do" value="write"; input type="hidden" name="part" value=(part); input type="hidden" name="based-on" value=(based_on);
            div class=(if errors.is_empty() { "field" } else { "field is-err" }) {
                label for={ "t-" (part) } { (call.lang.name(part, &field.title)) }
                span.hint id={ "p-" (part) "-h" } { "一段一行。" @if let Some(hint) = &field.hint { (hint) } }
                @if !errors.is_empty() { span.err id={ "p-" (part) "-e" } { @for reason in &errors { (reason.says) "。" (reason.cure) "。" } } }
                textarea.in id={ "t-" (part) } name="text" rows=(rows) aria-describedby=(described) aria-invalid=[(!errors.is_empty()).then_some("true")] { (text) }
            }
            div.row { button class="btn btn-2" type="submit" { (call.say("保存这一部分")) span.vh { "：" (field.title) } } }
        }
        (history)
    })
}

/// Steps that are open to whoever looks, but writing and explaining, which this page does itself.
fn next(call: &Call<'_>, view: &CaseView) -> Markup {
    let here = [WRITE, KEEP, actions::freeze::EXPLAIN];
    let open: Vec<_> = view.steps.iter().filter(|step| step.reasons.is_empty() && !here.contains(&step.step.as_str())).collect();
    html! {
        section.panel aria-labelledby="do" {
            h2 #do { (call.say("现在可以做")) }
            @if open.is_empty() { p.small { "除了撰写，现在没有您可办的步骤。" } }
            @if DISTRICT.contains(&view.procedure.as_str()) { p.small { a href={ "/rounds?round=" (view.id) } { (call.say("各单位交了没有")) } } }
            ul.list { @for step in &open { li { a href={ "/officer/cases/" (view.id) "?step=" (step.step) "#open" } { (call.lang.name(&step.step, &step.title)) } } } }
            p.small { a href={ "/officer/cases/" (view.id) } { (call.say("案卷")) } }
        }
    }
}

fn sealed(call: &Call<'_>, view: &CaseView, standing: &Standing) -> Markup {
    let Some(frozen) = &standing.report.frozen else { return html! {} };
    let published = view.events.iter().any(|event| event.step == actions::freeze::PUBLISH);
    html! {
        section.panel aria-labelledby="fz" {
            h2 #fz { (call.say("定稿")) }
            p.small { "第" (frozen.checkpoint) "号检查点" br; span.hash { "SM3 " (frozen.digest.get(..16).unwrap_or_default()) " …" } }
            @if published { p.small { a href={ "/publications/" (view.code) } { (call.say("公开的报告")) } } }
            p class="small dim" { "脱机核对：fadu verify report " (view.code) }
        }
    }
}

pub fn take(call: &Call<'_>) -> Answer {
    match call.given("do") {
        Some("write") => write(call),
        Some("explain") => checks::explain(call),
        _ => Err(Error::NotFound),
    }
}

fn write(call: &Call<'_>) -> Answer {
    let view = seen(call)?;
    let writing = Writing {
        case: view.id,
        part: call.given("part").unwrap_or_default().to_owned(),
        text: call.given("text").unwrap_or_default().to_owned(),
        based_on: call.given("based-on").and_then(|text| text.parse().ok()).unwrap_or(0),
        by: vec![call.me()?.clone()],
    };
    let part = writing.part.as_str();
    let back = |rest: String| Reply::Go(format!("/rounds/{}?saved={part}{rest}#c-{part}", view.id));
    match call.hall.write(&writing, call.now) {
        Ok(Written::Saved { merged: Some(theirs), .. }) => Ok(back(format!("&merged={}", theirs.number))),
        Ok(Written::Saved { merged: None, .. }) => Ok(back(String::new())),
        Ok(Written::Same) => Ok(back("&same=yes".to_owned())),
        Ok(Written::Conflict { base, theirs, kept }) => Ok(conflict(call, &view, &writing, &base, &theirs, kept)),
        Err(Error::Refused(refusal)) => {
            let typed = Typed { part, text: writing.text.clone(), based_on: writing.based_on, reasons: refusal.reasons };
            page(call, &view, Some(&typed), StatusCode::CONFLICT)
        }
        Err(Error::Invalid(says)) => {
            let reason = Reason {
                guard: "field".to_owned(),
                cite: None,
                says,
                cure: "改好后再保存".to_owned(),
                field: Some(part.to_owned()),
                parameter: None,
            };
            let typed = Typed { part, text: writing.text.clone(), based_on: writing.based_on, reasons: vec![reason] };
            page(call, &view, Some(&typed), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error),
    }
}

/// Both changed the same paragraph: the two side by side, and both together in one text area to choose from.
fn conflict(call: &Call<'_>, view: &CaseView, writing: &Writing, base: &str, theirs: &Revision, kept: u32) -> Reply {
    let title = "您和别人同时改了同一段";
    let lead = format!(
        "{}在{}存了第{}号修改。您写的没有丢，已经另存为第{kept}号。请在下面取舍后再保存。",
        parts::people(call, theirs),
        words::moment(theirs.at, call.today()),
        theirs.number
    );
    let both = together(&theirs.text, &writing.text);
    let column =
        |id: &str, title: &str, text: &str| section(id, title, html! { div.text { (parts::shown(&changes(base, &paragraphs(text)))) } });
    let body = html! {
        (head(&view.title, title, &lead))
        div.half {
            (column("theirs", &format!("现在存着的（第{}号）", theirs.number), &theirs.text))
            (column("yours", &format!("您写的（第{kept}号，另存）"), &writing.text))
        }
        (section("both", "取舍后再保存", html! {
            form class="text" method="post" action={ "/rounds/" (view.id) } {
                (form::token(call))
                input type="hidden" name="do" value="write"; input type="hidden" name="part" value=(writing.part); input type="hidden" name="based-on" value=(theirs.number);
                div.field {
                    label for="both-text" { "两份合在一起" }
                    span.hint id="both-h" { "先是现在存着的，后面是您写的里面不同的段落。删去不要的，再保存。" }
                    textarea.in id="both-text" name="text" rows="16" aria-describedby="both-h" { (both) }
                }
                div.row { button.btn type="submit" { (call.say("保存这一部分")) } a href={ "/rounds/" (view.id) } { "不改了，用现在存着的" } }
            }
        }))
    };
    Page::new(Audience::Officer, title, body)
        .here("报告")
        .under("/rounds", call.say("报告"))
        .under(format!("/rounds/{}", view.id), view.title.clone())
        .with(call, StatusCode::CONFLICT)
}

/// Theirs, then the paragraphs of ours that are not among them.
fn together(theirs: &str, ours: &str) -> String {
    let there: Vec<&str> = theirs.lines().collect();
    let ours = paragraphs(ours);
    let more = ours.lines().filter(|line| !line.is_empty() && !there.contains(line));
    theirs.to_owned() + &more.map(|line| format!("\n\n{line}")).collect::<String>()
}
