//! The rounds of reports: who has handed in and who is late, a report written part by part in the browser, its revisions and its checks.

pub mod checks;
pub mod parts;
pub mod write;

use actions::Error;
use actions::rounds::{DISTRICT, Line, Round, UNIT};
use actions::step::Asked;
use engine::case::Person;
use engine::clock::Standing;
use engine::register::Entry;
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::call::{Answer, Call, Reply};
use crate::components::form;
use crate::components::lamp;
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::words;

/// The post that opens rounds and reminds.
const OFFICE: &str = "rule-of-law-office";
/// Kinds of organ that owe a report of their own.
const REPORTING: [&str; 3] = ["department", "township", "sub-district"];

/// The office sees the rounds; an organ sees its own reports.
pub fn all(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let rounds = call.hall.rounds(me, call.now)?;
    let chosen = call.ask("round").and_then(|id| rounds.iter().find(|round| round.id == id)).or_else(|| rounds.first());
    let round = chosen.and_then(|line| line.id.parse().ok()).map(|id| call.hall.round(me, id, call.now)).transpose();
    let round = match round {
        Ok(round) => round,
        Err(Error::NotFound) => None,
        Err(error) => return Err(error),
    };
    let own = call.hall.unit_reports(me, call.now)?;
    let across = sees_all(me);
    let title = match (&round, across) {
        (Some(round), true) => said(round),
        _ if !own.is_empty() => format!("本单位的报告，{}件没有办完", own.iter().filter(|line| !line.ended).count()),
        _ => "还没有启动过报告".to_owned(),
    };
    let body = html! {
        (head(call.say("法治政府建设报告"), &title, "部门和区政府的年度报告三月一日以前报送，四月一日以前公开；不按时的，通报批评。"))
        @if across {
            @if rounds.len() > 1 { p class="row small" { @for line in &rounds { @if chosen.is_some_and(|chosen| chosen.id == line.id) { strong { (line.title) } } @else { a href={ "/rounds?round=" (line.id) } { (line.title) } } } } }
            @if let Some(round) = &round { (district(call, round)) (units(call, me, round)) }
        }
        @if !across || !own.is_empty() {
            (section("own", call.say("本单位的报告"), html! {
                @if own.is_empty() { p.empty { "依法治区办还没有启动本单位的报告。" } } @else { (table(call, &own, None)) }
            }))
        }
        @if me.holds(OFFICE) { (opening(call, &rounds)) }
        p.small.mt { a href="/publications" { (call.say("已经公开的报告")) } }
    };
    Ok(Page::new(Audience::Officer, title.clone(), body).here("报告").ok(call))
}

fn sees_all(me: &Person) -> bool {
    [OFFICE, "supervisor", "leader"].iter().any(|post| me.holds(post))
}

/// The situation in one sentence.
fn said(round: &Round) -> String {
    let (all, handed) = (round.units.len(), round.units.iter().filter(|unit| handed_over(unit)).count());
    let late = round.units.iter().filter(|unit| unit.overdue()).count();
    let units = match (all, late) {
        (0, _) => String::new(),
        (all, 0) => format!("：{all}个单位，{handed}个已交"),
        (all, late) => format!("：{all}个单位，{handed}个已交，{late}个逾期"),
    };
    format!("{}{units}", round.report.title)
}

fn handed_over(unit: &Line) -> bool {
    matches!(unit.due("hand-over"), Some(Standing::Met { .. } | Standing::MetLate { .. }))
}

fn district(call: &Call<'_>, round: &Round) -> Markup {
    let line = &round.report;
    html! {
        dl.facts {
            div { dt { (call.say("阶段")) } dd { (call.lang.name(&line.stage, &line.stage_title)) } }
            div { dt { (call.say("写好的部分")) } dd { (line.written) "/5" } }
            @for due in &line.due { div { dt { (call.lang.name(&due.clock, &due.title)) } dd { (lamp::lamp(&due.standing, call.today(), false, true)) } } }
        }
        p class="row mt" { a class="btn" href={ "/rounds/" (line.id) } { (call.say("打开报告")) } }
    }
}

fn units(call: &Call<'_>, me: &Person, round: &Round) -> Markup {
    if round.units.is_empty() {
        return html! {};
    }
    let late: Vec<&Line> = round.units.iter().filter(|unit| unit.late()).collect();
    html! {
        (section_with("late", call.say("逾期名单"), html! { p class="small dim" { (late.len()) "个单位" } }, html! {
            @if late.is_empty() { p.empty { "没有逾期的单位。" } } @else {
                ul.list { @for unit in &late { li {
                    a href={ "/rounds/" (unit.id) } { (unit.organ_title) } "　"
                    @for due in unit.due.iter().filter(|due| matches!(due.standing, Standing::Overdue { .. } | Standing::MetLate { .. })) {
                        span.small { (call.lang.name(&due.clock, &due.title)) " " (lamp::lamp(&due.standing, call.today(), false, true)) "　" }
                    }
                    a.small href={ "/officer/cases/" (unit.id) "?step=criticise-late#open" } { (call.say("通报批评")) }
                } } }
            }
        }))
        (section_with("units", call.say("各单位"), html! { p class="small dim" { (round.units.len()) "个单位，落后的在前" } }, table(call, &round.units, me.holds(OFFICE).then_some(round.report.id.as_str()))))
    }
}

/// Reports as rows; with a round, each unit that has not handed in can be reminded from here.
fn table(call: &Call<'_>, lines: &[Line], remind: Option<&str>) -> Markup {
    let standing = |line: &Line, clock: &str, named: &'static str| {
        html! { @match line.due(clock) {
            Some(standing) => { (lamp::lamp(standing, call.today(), false, true)) @if let Some(day) = lamp::due_day(standing) { span.due { (call.say(named)) "，" (words::day(day, call.today())) } } },
            None => "—",
        } }
    };
    html! {
        table class="t stack" { caption.vh { "各单位的报告" }
            thead { tr {
                th scope="col" { (call.say("单位")) } th scope="col" { (call.say("阶段")) } th.n scope="col" { (call.say("写好的部分")) }
                th scope="col" { (call.say("交汇总")) } th scope="col" { (call.say("报送")) } th scope="col" { (call.say("公开")) }
                @if remind.is_some() { th scope="col" { (call.say("催报")) } }
            } }
            tbody { @for line in lines { tr {
                td.key { a href={ "/rounds/" (line.id) } { strong { (line.organ_title) } } span.sub { (line.title.split('：').next().unwrap_or_default()) } }
                td.nw { (call.lang.name(&line.stage, &line.stage_title)) }
                td.n { (line.written) "/5" }
                td.nw { (standing(line, "hand-over", "交汇总")) } td.nw { (standing(line, "hand-in", "报送")) } td.nw { (standing(line, "publish", "公开")) }
                @if let Some(round) = remind { td { @if !handed_over(line) && !line.ended {
                    form method="post" action="/rounds" {
                        (form::token(call))
                        input type="hidden" name="do" value="remind"; input type="hidden" name="case" value=(line.id); input type="hidden" name="round" value=(round);
                        button.btn-t type="submit" { (call.say("催报")) span.vh { "：" (line.organ_title) } }
                    }
                } } }
            } } }
        }
    }
}

/// The form that opens an annual round: a report in every organ ticked.
fn opening(call: &Call<'_>, rounds: &[Line]) -> Markup {
    let registers = call.hall.registers();
    let kind = |organ: &Entry| organ.fields.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let organs: Vec<&Entry> =
        registers.all("organs").filter(|organ| organ.in_force(call.today()) && REPORTING.contains(&kind(organ).as_str())).collect();
    let year = i64::from(if call.today().month() >= 7 { call.today().year() } else { call.today().year() - 1 });
    let begun = rounds.iter().any(|line| line.procedure == DISTRICT[0] && line.year == Some(year));
    let year = if begun { year + 1 } else { year };
    section(
        "open",
        call.say("启动一轮"),
        html! {
            form class="text" method="post" action="/rounds" {
                (form::token(call))
                input type="hidden" name="do" value="open";
                (form::line("year", call.say("报告的年度"), "", "number", &year.to_string()))
                details.field { summary { "要报告的单位，" (organs.len()) "个" }
                    fieldset.field { legend { (call.say("要报告的单位")) } div.picks { @for organ in &organs {
                        div.pick { input type="checkbox" id={ "u-" (organ.id) } name="unit" value=(organ.id) checked; label for={ "u-" (organ.id) } { (organ.title) } }
                    } } }
                }
                div.row { button.btn type="submit" { (call.say("启动年度报告")) } a href="/officer/new/half-year-report" { (call.say("启动半年报告")) } }
            }
        },
    )
}

/// Opening a round, or reminding a unit.
pub fn act(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let asked = |case: Option<i64>, procedure: &str, step: &str, with: Map<String, Value>| Asked {
        case,
        procedure: procedure.to_owned(),
        step: step.to_owned(),
        by: vec![me.clone()],
        with,
        seen: None,
    };
    match call.given("do") {
        Some("open") => {
            let year = call.given("year").unwrap_or_default();
            let year =
                year.parse::<i64>().map_err(|_| Error::Invalid(format!("“{year}”不是年度，写四位数字，例如{}", call.today().year())))?;
            let rounds = call.hall.rounds(&me, call.now)?;
            if let Some(there) = rounds.iter().find(|line| line.procedure == DISTRICT[0] && line.year == Some(year)) {
                return Err(Error::Invalid(format!("{year}年度的报告已经启动过（{}），不用再启动。", there.code)));
            }
            let units: Vec<&str> = call.form.iter().filter(|(key, _)| key == "unit").map(|(_, value)| value.as_str()).collect();
            let with = Map::from_iter([("year".to_owned(), Value::from(year)), ("units".to_owned(), Value::from(units))]);
            let done = call.hall.take_step(asked(None, DISTRICT[0], "open-round", with), call.now)?;
            Ok(Reply::Go(format!("/rounds?round={}", done.case.id)))
        }
        Some("remind") => {
            let case = call.given("case").and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
            if call.hall.case(case)?.procedure != UNIT {
                return Err(Error::NotFound);
            }
            call.hall.take_step(asked(Some(case), UNIT, "remind", Map::new()), call.now)?;
            Ok(Reply::Go(format!("/rounds?round={}#units", call.given("round").unwrap_or_default())))
        }
        _ => Err(Error::NotFound),
    }
}
