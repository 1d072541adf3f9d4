//! 我的待办: open cases by deadline, grouped by urgency.

use actions::look::Listing;
use actions::{CaseFilter, HeadRow};
use engine::case::{Case, Person};
use engine::clock::Standing;
use engine::decide::{open_steps, version_of};
use engine::law::{Cite, Version};
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::lamp::{self, Urgency};
use crate::components::law::cited;
use crate::components::page::{Audience, Page};
use crate::components::pager::pager;
use crate::words;

const PAGE: u32 = 50;

/// A case as a line of the list.
struct Line {
    row: HeadRow,
    stage: String,
    clock: Option<(Standing, bool, Cite)>,
    next: Option<(String, String)>,
}

pub fn show(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let mine = call.ask("who") == Some("mine");
    let filter = CaseFilter {
        open: Some(true),
        handler: mine.then(|| me.id.clone()),
        procedures: call.ask("procedure").map(str::to_owned).into_iter().collect(),
        stages: call.ask("stage").map(str::to_owned).into_iter().collect(),
        ..CaseFilter::default()
    };
    let offset = call.offset();
    let (rows, count) = call.hall.list(me, Listing { filter, by_due: true, offset, limit: PAGE })?;
    let shown = rows.len();
    let lines: Vec<Line> = rows.into_iter().map(|row| line(call, me, row)).collect::<Result<_, _>>()?;
    let groups = [
        (Some(Urgency::Overdue), "已逾期"),
        (Some(Urgency::Soon), "今天和明天到期"),
        (Some(Urgency::Later), "以后到期"),
        (Some(Urgency::Paused), "停止计时"),
        (None, "没有期限在走"),
    ];
    let grouped: Vec<(&'static str, Vec<&Line>)> = groups
        .iter()
        .map(|(urgency, title)| {
            (*title, lines.iter().filter(|line| line.clock.as_ref().map(|(standing, _, _)| lamp::urgency(standing)) == *urgency).collect())
        })
        .collect();
    let title = call.say("我的待办");
    let body = html! {
        div.head {
            div class="sec-h flush" { h1 { (title) } p.dim { (words::today(call.today())) } }
            ul class="row small" {
                @for (place, (title, lines)) in grouped.iter().enumerate() { @if !lines.is_empty() { li { a href={ "#g" (place) } { (call.say(title)) " " (lines.len()) } } } }
                li { a href="#filter" { (call.say("筛选")) } }
            }
        }
        (super::search::form(call))
        div class="cols-l mt2" {
            div {
                @if lines.is_empty() { p.empty { (nothing(call, mine)) } } @else { (table(call, &grouped)) (pager(call, offset, shown, count, u64::from(PAGE), "件")) }
            }
            (filter_form(call, mine))
        }
    };
    Ok(Page::new(Audience::Officer, title, body).here("待办").ok(call))
}

fn nothing(call: &Call<'_>, mine: bool) -> String {
    let narrowed = mine || call.ask("procedure").is_some() || call.ask("stage").is_some();
    if narrowed { "没有符合筛选条件的案件。".to_owned() } else { "本机关没有未办结的案件。".to_owned() }
}

fn line(call: &Call<'_>, me: &Person, row: HeadRow) -> Result<Line, actions::Error> {
    let case = call.hall.case(row.stream)?;
    let version = version_of(&call.hall.law, &case).map(|(_, version)| version);
    let stage = version
        .and_then(|version| version.stage(&case.stage))
        .map_or_else(|| case.stage.clone(), |stage| call.lang.name(&stage.id, &stage.title));
    let clock = version.and_then(|version| urgent(call, version, &case));
    let steps = open_steps(&call.hall.law, &call.hall.registers(), &case, me, call.now);
    let next = version
        .and_then(|version| crate::taking::leading(version, &case.stage, &steps))
        .map(|step| (step.step.clone(), step.title.clone()));
    Ok(Line { row, stage, clock, next })
}

/// The clock of a case that ends first; a paused one when nothing else runs.
fn urgent(call: &Call<'_>, version: &Version, case: &Case) -> Option<(Standing, bool, Cite)> {
    let standing = |clock: &engine::law::Clock| {
        let ledger = case.clocks.get(&clock.id).filter(|ledger| ledger.running())?;
        let standing = ledger.standing(&call.hall.law.calendar, call.now).ok()?;
        let provisional = ledger.due(&call.hall.law.calendar, call.now).is_ok_and(|due| due.provisional);
        Some((standing, provisional, clock.cite.clone()))
    };
    let duty = |clock: &&engine::law::Clock| clock.lapse.is_some();
    let running: Vec<_> = version.clocks.iter().filter(duty).filter_map(standing).collect();
    running.into_iter().min_by_key(|(standing, _, _)| (lamp::due_day(standing).is_none(), lamp::due_day(standing)))
}

fn table(call: &Call<'_>, groups: &[(&'static str, Vec<&Line>)]) -> Markup {
    html! {
        table class="t stack" {
            caption.vh { "待办案件，按到期先后" }
            thead { tr { th scope="col" { (call.say("期限")) } th scope="col" { (call.say("案件")) } th scope="col" { (call.say("阶段")) } th scope="col" { (call.say("下一步")) } } }
            @for (place, (title, lines)) in groups.iter().enumerate() { @if !lines.is_empty() {
                tbody {
                    tr.grp { th colspan="4" scope="rowgroup" id={ "g" (place) } { (call.say(title)) "　" span.dim { (lines.len()) } } }
                    @for line in lines { (row(call, line)) }
                }
            } }
        }
    }
}

fn row(call: &Call<'_>, line: &Line) -> Markup {
    let href = format!("/officer/cases/{}", line.row.stream);
    html! {
        tr {
            td.nw {
                @match &line.clock {
                    Some((standing, provisional, _)) => {
                        (lamp::lamp(standing, call.today(), *provisional, true))
                        span.due { @if let Some(day) = lamp::due_day(standing) { (words::day(day, call.today())) } @else { "恢复后继续" } }
                    },
                    None => span.dim { "没有期限" },
                }
            }
            td.key { a href=(href) { strong { (line.row.head.title) } } span.sub { (call.hall.organ_title(&line.row.head.organ)) @if let Some(code) = &line.row.head.code { "　" (code) } } }
            td.nw { (line.stage) }
            td.full {
                @match &line.next {
                    Some((step, title)) => a href={ (href) "?step=" (step) "#open" } { (call.lang.name(step, title)) },
                    None => span.dim { "等别人办理" },
                }
                @if let Some((_, _, cite)) = &line.clock { span.sub { (cited(call, Some(cite))) } }
            }
        }
    }
}

fn filter_form(call: &Call<'_>, mine: bool) -> Markup {
    html! {
        form #filter action="/officer" aria-label="筛选待办" {
            fieldset.field { legend { "谁的" }
                div.pick { input type="radio" id="w1" name="who" value="organ" checked[!mine]; label for="w1" { "本机关的" } }
                div.pick { input type="radio" id="w2" name="who" value="mine" checked[mine]; label for="w2" { "我承办的" } }
            }
            div.field { label for="f1" { (call.say("程序")) }
                select.in id="f1" name="procedure" { option value="" { "全部" }
                    @for procedure in call.hall.law.procedures.values() { option value=(procedure.id) selected[call.ask("procedure") == Some(&procedure.id)] { (call.lang.name(&procedure.id, &procedure.title)) } }
                } }
            button class="btn btn-2" type="submit" { (call.say("筛选")) }
            p class="small mt" { a href="/officer" { "全部清除" } }
        }
    }
}
