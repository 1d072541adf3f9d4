//! A step's form and its taking, for whoever may: the form of what the law asks, the co-officers, and what came of it.

use std::borrow::Cow;

use actions::step::{Asked, Done};
use axum::http::StatusCode;
use engine::case::{APPLICANT, Person};
use engine::decide::{Reason, Refusal, StepState};
use engine::guard;
use engine::indicator::Tree;
use engine::law::{Choice, Field, FieldKind, Procedure, Step, Version};
use maud::{Markup, html};

use crate::call::{Call, Reply};
use crate::components::form::{self, Filled};
use crate::components::page::{Audience, Page, head, pairs};
use crate::components::steps;
use crate::words;

/// A step somebody wants to take, on a case or to open one.
pub struct Wanted<'l> {
    pub procedure: &'l Procedure,
    pub version: &'l Version,
    pub step: &'l Step,
    /// The case and the number of its last event as the page showed it.
    pub case: Option<(i64, u32)>,
    /// Where the form goes.
    pub action: String,
}

/// What came of it.
pub enum Outcome {
    Done(Box<Done>),
    Refused(Refusal),
    Overtaken,
}

/// Steps that open a case and that a person of these posts may take.
pub fn openings<'v>(version: &'v Version, person: &Person) -> Vec<&'v Step> {
    let may = |step: &&Step| step.by.iter().any(|post| person.holds(post) || post == APPLICANT && person.organ.is_empty());
    version.steps.iter().filter(|step| step.from.is_empty()).filter(may).collect()
}

/// Of the open steps the one that leads on along the main line of the procedure; else the first.
pub fn leading<'s>(version: &Version, stage: &str, steps: &'s [StepState]) -> Option<&'s StepState> {
    let line = engine::diagram::main_line(version);
    let place = |id: &str| line.iter().position(|known| known.id == id);
    let here = place(stage).map_or(0, |place| place + 1);
    let onward = |state: &&StepState| -> Option<usize> {
        let step = version.step(&state.step)?;
        let to = step.to.iter().chain(step.branch.iter().flat_map(|branch| branch.to.values()));
        to.filter_map(|to| place(to)).filter(|place| *place >= here).min()
    };
    let open = || steps.iter().filter(|step| step.reasons.is_empty());
    // A step that belongs to few stages is nearer the work than one open everywhere, such as a recusal.
    let breadth = |state: &&StepState| {
        version
            .step(&state.step)
            .map_or(usize::MAX, |step| if step.from.iter().any(|from| from == "*") { usize::MAX } else { step.from.len() })
    };
    open().filter(|step| onward(step).is_some()).min_by_key(|step| onward(step)).or_else(|| open().min_by_key(breadth))
}

/// The form of a step.
pub fn form(call: &Call<'_>, wanted: &Wanted<'_>, filled: &Filled) -> Markup {
    let title = call.lang.name(&wanted.step.id, &wanted.step.title);
    html! {
        (form::summary(&wanted.version.fields, filled))
        form class="text mt" method="post" action=(wanted.action) {
            (form::token(call))
            input type="hidden" name="step" value=(wanted.step.id);
            @if let Some((_, seq)) = wanted.case { input type="hidden" name="seen" value=(seq); }
            (form::controls(call, &fields(call, wanted), &wanted.step.asks, filled))
            (fellows(call, wanted))
            div.row { button.btn type="submit" { (call.say("提交")) (title) } }
            p class="small dim mt" { "提交后记入案卷，不能改，只能再补一条。" }
        }
    }
}

/// The fields of the form: one that must name a leaf of the tree the case keeps is chosen from those leaves.
fn fields<'v>(call: &Call<'_>, wanted: &Wanted<'v>) -> Cow<'v, [Field]> {
    let mut fields = Cow::Borrowed(wanted.version.fields.as_slice());
    let case = wanted.case.and_then(|(id, _)| call.hall.case(id).ok());
    for need in &wanted.step.needs {
        let guard::Guard::IndicatorIn { field, tree } = &need.guard else { continue };
        let Some(tree) = case.as_ref().and_then(|case| case.get(tree)).and_then(Tree::of) else { continue };
        if let Some(field) = fields.to_mut().iter_mut().find(|own| &own.id == field) {
            field.kind = FieldKind::Choice;
            field.choices =
                tree.leaves().map(|leaf| Choice { id: leaf.id.clone(), title: format!("{} {}", leaf.id, leaf.title) }).collect();
            field.hint = None;
        }
    }
    fields
}

/// Selects for the other officers a step needs.
fn fellows(call: &Call<'_>, wanted: &Wanted<'_>) -> Markup {
    let needed = guard::officers(wanted.step);
    let Some(me) = call.person().filter(|person| needed > 1 && !person.organ.is_empty()) else { return html! {} };
    let posts: Vec<String> = wanted.step.by.iter().filter(|post| post.as_str() != engine::case::HANDLER).cloned().collect();
    // Where only the handlers may act, any colleague of the same posts is offered; the engine says who may.
    let always = wanted.step.needs.iter().any(|need| need.when.is_none() && matches!(need.guard, guard::Guard::OfficersAtLeast { .. }));
    let posts = if posts.is_empty() { me.posts.clone() } else { posts };
    let colleagues = call.hall.colleagues(me, &posts, call.today());
    html! {
        @for place in 1..needed {
            @let id = format!("with-{place}");
            div.field {
                label for=(id) { "共同办理人" }
                span.hint id={ (id) "-h" } {
                    @if always { "这一步要" (needed) "人一同办理。" } @else { "要" (needed) "人一同办理的情形才填。" }
                    "只列本机关有相应岗位的人。"
                }
                select class="in w-m" id=(id) name="with" aria-describedby={ (id) "-h" } {
                    option value="" { "请选择" }
                    @for colleague in &colleagues {
                        @let chosen = call.form.iter().filter(|(key, _)| key == "with").nth(place - 1).is_some_and(|(_, value)| *value == colleague.id);
                        option value=(colleague.id) selected[chosen] { (colleague.name) "（" (colleague.id) "）" @if !colleague.certified { "，没有有效证件" } }
                    }
                }
            }
        }
    }
}

/// What was typed.
pub fn typed(call: &Call<'_>, wanted: &Wanted<'_>) -> Filled {
    Filled { values: form::read(call, &wanted.version.fields, &wanted.step.asks), reasons: Vec::new() }
}

/// Takes the step with what was typed, by `me` and the co-officers chosen.
pub fn take(call: &Call<'_>, wanted: &Wanted<'_>, me: &Person, filled: &Filled) -> Result<Outcome, actions::Error> {
    let mut by = vec![me.clone()];
    if !me.organ.is_empty() {
        for (_, id) in call.form.iter().filter(|(key, value)| key == "with" && !value.is_empty() && *value != me.id) {
            let fellow = call
                .hall
                .person(id, call.today())
                .filter(|fellow| fellow.organ == me.organ)
                .ok_or_else(|| actions::Error::Invalid(format!("本机关没有“{id}”这个人")))?;
            if !by.contains(&fellow) {
                by.push(fellow);
            }
        }
    }
    let asked = Asked {
        case: wanted.case.map(|(id, _)| id),
        procedure: wanted.procedure.id.clone(),
        step: wanted.step.id.clone(),
        by,
        with: filled.values.clone(),
        seen: call.given("seen").and_then(|text| text.parse().ok()),
    };
    match call.hall.take_step(asked, call.now) {
        Ok(done) => Ok(Outcome::Done(Box::new(done))),
        Err(actions::Error::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
        Err(actions::Error::Overtaken) => Ok(Outcome::Overtaken),
        Err(error) => Err(error),
    }
}

/// The page of a refusal: every reason with its article and its cure, then the form with everything typed.
pub fn refused(
    call: &Call<'_>,
    audience: Audience,
    wanted: &Wanted<'_>,
    refusal: &Refusal,
    mut filled: Filled,
    back: (&str, &str),
) -> Reply {
    let (fields, others): (Vec<Reason>, Vec<Reason>) = refusal.reasons.iter().cloned().partition(|reason| reason.guard == "field");
    filled.reasons = refusal.reasons.clone();
    let named = call.lang.name(&wanted.step.id, &wanted.step.title);
    let title = format!("{}{named}", call.say("现在还不能"));
    let kept = "没有任何改动，您填的都在下面，没有丢。";
    let lead = match (others.len(), fields.len()) {
        (0, wrong) => format!("填的内容有{wrong}处要改。{kept}"),
        (n, 0) => format!("法律要求先做到{n}件事。{kept}"),
        (n, wrong) => format!("法律要求先做到{n}件事，填的内容有{wrong}处要改。{kept}"),
    };
    let (href, back_title) = back;
    let body = html! {
        (head(back_title, &title, &lead))
        div.cols {
            div {
                (steps::reasons(call, &others))
                section.sec aria-labelledby="form" { h2 #form { "您填的内容" } (form(call, wanted, &filled)) }
                p class="row mt" { a href=(href) { "回到" (back_title) } }
            }
            div.aside.a2 { section.sec aria-labelledby="try" { h2 #try { "这次尝试" }
                (pairs(&[
                    (call.say("步骤"), html! { (named) }),
                    ("谁", html! { @if let Some(me) = call.person() { (me.name) @if !me.organ.is_empty() { "，" (call.hall.organ_title(&me.organ)) } } @else { "没有登录" } }),
                    ("时间", html! { (engine::value::long_date(call.today())) " " (format!("{:02}:{:02}", call.now.hour(), call.now.minute())) }),
                    ("结果", html! { "没有执行" }),
                    ("程序版本", html! { (engine::value::long_date(wanted.version.in_force)) "起施行" }),
                ]))
                p class="small mt" { "认为这里不对？规则可能有错，案情也可能特殊。" a href={ "/law/" (wanted.procedure.id) } { "看这一步的规定" } "，再告诉法制员。" }
            } }
        }
    };
    Page::new(audience, title, body).under(href, back_title).with(call, StatusCode::CONFLICT)
}

/// The page when somebody was faster.
pub fn overtaken(
    call: &Call<'_>,
    audience: Audience,
    wanted: &Wanted<'_>,
    filled: &Filled,
    back: (&str, &str),
    last: Option<&actions::look::EventView>,
) -> Reply {
    let title = "别人刚刚办了这一案的下一步";
    let lead = match last {
        Some(event) => format!(
            "{}在{}办了“{}”。您填的在下面，没有丢。",
            if event.by.is_empty() { "系统".to_owned() } else { event.by.join("、") },
            words::moment(event.at, call.today()),
            event.title
        ),
        None => "您填的在下面，没有丢。".to_owned(),
    };
    let body = html! {
        (head(back.1, title, &lead))
        p.text { "请先" a href=(back.0) { "看最新情况" } "。仍要提交的，核对后再提交一次。" }
        section.sec aria-labelledby="form" { h2 #form { "您填的内容" } (form(call, wanted, filled)) }
    };
    Page::new(audience, title, body).under(back.0, back.1).with(call, StatusCode::CONFLICT)
}
