//! 一屏: what stands now, alerts, the year's figures, townships, organs, cases by state, orders and their replies.

use actions::board::{Alert, AlertKind, Board};
use actions::order::Order;
use engine::screen::Source;
use engine::value::thousands;
use maud::{Markup, html};

use super::{map, tile};
use crate::call::{Answer, Call, Reply};
use crate::components::order;
use crate::components::page::{Audience, Page, section_with};
use crate::words;

/// Seconds between two looks, where the reader chose that.
const AGAIN: u32 = 60;
/// Alerts shown before the rest is folded.
const FIRST: usize = 6;
/// Lines of a list on the wall.
const WALL: usize = 7;

pub fn show(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let year = call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year));
    let board = call.hall.board(me, year, call.ask("map"), call.now)?;
    let live = call.ask("live").is_some();
    if call.ask("wall").is_some() {
        return Ok(wall(call, &board, live));
    }
    let title = situation(call, &board);
    let body = html! {
        div.head {
            div class="sec-h flush" { h1 { (title) }
                p.dim { (words::today(call.today())) (format!("　{:02}:{:02}", board.as_of.hour(), board.as_of.minute())) }
            }
            ul class="row small" {
                @if !board.alerts.is_empty() { li { a href="#alerts" { (call.say("预警")) " " (board.alerts.len()) } } }
                li { a href="#orders" { (call.say("督办指令")) } }
                li { a href="#map" { (call.say("乡镇（街道）")) } }
                li { a href="#organs" { (call.say("按机关")) } }
                (again(call, live))
                li.noprint { a href=(call.with("wall", "1")) { (call.say("大屏")) } }
            }
        }
        (standing(call, &board))
        div.half {
            (section_with("alerts", call.say("预警"), html! { p class="small dim" { (call.say("逾期在前")) } }, alerts(call, &board)))
            (section_with("orders", call.say("督办指令"), html! { ul class="row small" { li { a href="/leader/orders" { (call.say("全部指令")) } } li { a href="/leader/orders/new" { (call.say("下达指令")) } } } }, orders(call, &board.orders)))
        }
        section.sec aria-labelledby="year" {
            div.sec-h {
                h2 #year { (board.year) "年" @if board.year == call.today().year() { "至今" } }
                p class="small dim" { "与上年同期比。每个数都能点到记录。" }
                (years(call, board.year))
            }
            @for group in &board.sections {
                h3.grp3 { (call.lang.name(&group.id, &group.title)) }
                ul.multi { @for gauge in &group.tiles { li { (tile::tile(call, gauge, &board)) } } }
            }
        }
        div.half {
            @if let Some(map) = &board.map { (map::section(call, map, &board)) }
            (section_with("states", call.say("没有办结的案件"), html! { p class="small dim" { (call.say("到哪一步")) } }, states(call, &board)))
        }
        (section_with("organs", call.say("按机关"), html! { p class="small dim" { (call.say("逾期多的在前")) } }, organs(call, &board, true)))
    };
    Ok(Page::new(Audience::Leader, title, body).here("一屏").wide().again(live.then_some(AGAIN)).ok(call))
}

fn again(call: &Call<'_>, live: bool) -> Markup {
    html! { li.noprint { @if live { "每分钟更新一次。" a href=(call.with("live", "")) { (call.say("停止自动更新")) } } @else { a href=(call.with("live", "1")) { (call.say("每分钟自动更新")) } } } }
}

/// The same for a wall of 1920 × 1080 and more: all of it at one look, nothing to unfold; the numbers still open.
fn wall(call: &Call<'_>, board: &Board, live: bool) -> Reply {
    let title = situation(call, board);
    let body = html! {
        div.head { div class="sec-h flush" {
            h1 { (title) }
            ul class="row small" {
                li.dim { (words::today(call.today())) (format!("　{:02}:{:02}", board.as_of.hour(), board.as_of.minute())) }
                (again(call, live))
                li.noprint { a href=(call.with("wall", "")) { (call.say("平常的页面")) } }
            }
        } }
        (standing(call, board))
        section.sec aria-labelledby="year" {
            h2.vh #year { (board.year) "年" @if board.year == call.today().year() { "至今" } }
            ul.multi { @for gauge in board.sections.iter().flat_map(|group| &group.tiles) { li { (tile::brief(call, gauge, board)) } } }
        }
        div.quarter {
            (section_with("alerts", call.say("预警"), html! { p class="small dim" { (board.alerts.len()) "条" } }, html! {
                @if board.alerts.is_empty() { p.empty { "没有预警。" } }
                ul.list { @for alert in board.alerts.iter().take(WALL) { li { a.plain href=(alert_href(alert, board.year)) { (warned(&alert.says)) } } } }
            }))
            (section_with("orders", call.say("督办指令"), html! { p class="small dim" { (board.standing.orders) "件没有办结" } }, html! {
                @if board.orders.is_empty() { p.empty { "没有在办的督办指令。" } }
                ul.list { @for order in board.orders.iter().take(WALL) { li {
                    a href={ "/officer/cases/" (order.case) } { (order.subject) } br;
                    span.small { (order.organ_title) "，" (order.stage_title) @if order.late { "，" (warned("逾期")) } }
                } } }
            }))
            @if let Some(map) = &board.map { (map::brief(call, map, board)) }
            (section_with("organs", call.say("按机关"), html! { p class="small dim" { (call.say("逾期多的在前")) } }, organs(call, board, false)))
        }
    };
    Page::new(Audience::Leader, title, body).here("一屏").wall().again(live.then_some(AGAIN)).ok(call)
}

fn situation(call: &Call<'_>, board: &Board) -> String {
    let name = &call.hall.settings.name;
    match (board.standing.late, board.standing.orders_replied) {
        (0, 0) => format!("{name}没有逾期的案件"),
        (0, n) => format!("{name}没有逾期的案件，{n}件指令等您确认"),
        (late, 0) => format!("{name}有{late}件逾期"),
        (late, n) => format!("{name}有{late}件逾期，{n}件指令等您确认"),
    }
}

fn standing(call: &Call<'_>, board: &Board) -> Markup {
    let now = &board.standing;
    let line = |title: &'static str, value: i64, href: &str, unit: &str, red: bool| {
        html! { div { dt { (call.say(title)) } dd.stat {
            @if value == 0 { "0" } @else { a class=(if red { "fig red" } else { "fig" }) href=(href) { (thousands(value)) } }
            span.unit { (unit) }
        } } }
    };
    html! {
        section aria-labelledby="now" { h2.vh #now { "眼下" }
            dl.strip {
                (line("逾期没办", now.late, "/supervisor", "件", true))
                (line("今天到期", now.today, "/officer", "件", false))
                (line("没有办结", now.open, "/officer", "件", false))
                (line("等您确认", now.orders_replied, "#orders", "件", false))
                (line("指令没有回复", now.orders - now.orders_replied, "#orders", "件", false))
                (line("指令逾期", now.orders_late, "#orders", "件", true))
            }
        }
    }
}

/// A triangle with a mark in it: the words beside it say what it warns of.
fn warned(says: &str) -> Markup {
    html! { span.bad { svg viewBox="0 0 14 14" aria-hidden="true" { path.mf d="M7 .5l7 13H0z" {} path.mw d="M7 4.5v4.5M7 10.25v1.5" {} } span { (says) } } }
}

fn alerts(call: &Call<'_>, board: &Board) -> Markup {
    html! {
        @if board.alerts.is_empty() { p.empty { "没有预警：没有逾期的案件，没有数据越过提醒线。" } }
        ul.list { @for alert in board.alerts.iter().take(FIRST) { li { (one(call, alert, board.year)) } } }
        @if board.alerts.len() > FIRST {
            details.mt { summary { "还有" (board.alerts.len() - FIRST) "条" }
                ul.list { @for alert in board.alerts.iter().skip(FIRST) { li { (one(call, alert, board.year)) } } }
            }
        }
    }
}

fn alert_href(alert: &Alert, year: i16) -> String {
    match (alert.kind, &alert.organ, &alert.figure) {
        (AlertKind::OrderLate, ..) => "/leader/orders".to_owned(),
        (_, Some(organ), _) => format!("/supervisor?organ={organ}#late"),
        (_, _, Some(figure)) => crate::components::figure::href(figure, year),
        _ => "/supervisor".to_owned(),
    }
}

fn one(call: &Call<'_>, alert: &Alert, year: i16) -> Markup {
    let href = alert_href(alert, year);
    html! {
        div.row {
            (warned(&alert.says))
            a.small href=(href) { @match alert.kind { AlertKind::Late => (call.say("看逾期的案件")), AlertKind::OrderLate => (call.say("看指令")), _ => (call.say("看记录")) } span.vh { "：" (alert.says) } }
            @if alert.kind != AlertKind::OrderLate { a.small href=(order::href(alert.organ.as_deref(), "alert", &alert.says, &href)) { (call.say("下达指令")) span.vh { "：" (alert.says) } } }
        }
        @match &alert.source {
            Some(Source::Article(cite)) => p class="xs dim" { "提醒线依据" (words::cite(&call.hall.law, cite)) "。" },
            Some(Source::Own(own)) => p class="xs dim" { span.tag { "自定" } " 提醒线：" (own) "。" },
            None => {},
        }
    }
}

/// Orders that are open, with what was answered.
pub fn orders(call: &Call<'_>, orders: &[Order]) -> Markup {
    html! {
        @if orders.is_empty() { p.empty { "没有在办的督办指令。" } } @else {
            table class="t stack" { caption.vh { "督办指令" }
                thead { tr { th scope="col" { (call.say("事由")) } th scope="col" { (call.say("到哪一步")) } th scope="col" { (call.say("回复")) } } }
                tbody { @for order in orders { (row(call, order)) } }
            }
        }
    }
}

fn row(call: &Call<'_>, order: &Order) -> Markup {
    let href = format!("/officer/cases/{}", order.case);
    html! { tr {
        td.key { a href=(href) { strong { (order.subject) } } span.sub { (order.organ_title) "　" (words::day(order.dispatched, call.today())) "下达" } }
        td.nw { (order.stage_title)
            @if let Some(day) = order.reply_by { span.sub {
                @if order.late { (warned(&format!("{}没有按期", words::day(day, call.today())))) } @else { (words::day(day, call.today())) "前回复" }
            } }
        }
        td.full { @match &order.reply {
            Some(reply) => { @if let Some(outcome) = &order.outcome { strong { (outcome) "　" } } (brief(reply))
                @if order.stage == actions::order::REPLIED { br; a href={ (href) "#open" } { (call.say("确认或者退回")) } } },
            None => span.dim { "还没有回复" },
        } }
    } }
}

/// The beginning of a reply; the case holds all of it.
fn brief(text: &str) -> String {
    const LETTERS: usize = 60;
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}……", &text[..end]),
        None => text.to_owned(),
    }
}

fn years(call: &Call<'_>, year: i16) -> Markup {
    let this = call.today().year();
    html! { ul class="row small" { @for other in (this.min(year + 1) - 5..=this).rev().take(7) { li {
        @if other == year { strong { (other) "年" } } @else { a href=(call.with("year", &other.to_string())) { (other) "年" } }
    } } } }
}

/// The table by organ: whole, or its worst lines without the figures of the year.
fn organs(call: &Call<'_>, board: &Board, whole: bool) -> Markup {
    let columns = if whole { board.columns.as_slice() } else { &[] };
    let rows = if whole { board.organs.as_slice() } else { board.organs.get(..WALL).unwrap_or(&board.organs) };
    html! {
        @if rows.is_empty() { p.empty { "还没有可以按机关分的记录。" } } @else {
            div.scroll tabindex="0" role="region" aria-label="各机关的数" {
                table class="t t-d" { caption.vh { "各机关没有办结的、逾期的案件和" (board.year) "年的数" }
                    thead { tr { th scope="col" { (call.say("机关")) } th.n scope="col" { (call.say("逾期")) } th.n scope="col" { (call.say("没有办结")) }
                        @for column in columns { th.n scope="col" { (call.lang.name(&column.key, &column.title)) @if column.unit == "%" { "（%）" } } }
                        @if whole { th scope="col" { span.vh { (call.say("下达指令")) } } } } }
                    tbody { @for organ in rows { tr {
                        th scope="row" { (organ.title) }
                        td.n { @if organ.late > 0 { a class="fig red" href={ "/supervisor?organ=" (organ.id) "#late" } { (thousands(organ.late)) } } @else { "0" } }
                        td.n { (thousands(organ.open)) }
                        @for (column, value) in columns.iter().zip(&organ.values) { td.n {
                            @match value {
                                Some(value) if *value != 0.0 || column.unit == "%" => a.fig href={ "/figures/" (column.key) "?year=" (board.year) "&organ=" (organ.id) } { (words::value(Some(*value), &column.unit)) },
                                Some(_) => "0",
                                None => span.dim { "—" },
                            }
                        } }
                        @if whole { td.nw { a href=(order::href(Some(&organ.id), "organ", &said_of(organ), &format!("/supervisor?organ={}", organ.id))) { (call.say("下达指令")) span.vh { "：" (organ.title) } } } }
                    } } }
                }
            }
        }
    }
}

fn said_of(organ: &actions::board::OrganRow) -> String {
    if organ.late > 0 { format!("{}有{}件逾期", organ.title, organ.late) } else { format!("{}的工作", organ.title) }
}

fn states(call: &Call<'_>, board: &Board) -> Markup {
    html! {
        @if board.states.is_empty() { p.empty { "没有没办结的案件。" } } @else {
            table class="t stack" { caption.vh { "没有办结的案件，按程序和阶段" }
                thead { tr { th scope="col" { (call.say("程序")) } th.n scope="col" { (call.say("没有办结")) } th.n scope="col" { (call.say("逾期")) } th scope="col" { (call.say("到哪一步")) } } }
                tbody { @for state in &board.states { tr {
                    th.key scope="row" { a href={ "/officer?procedure=" (state.procedure) } { (call.lang.name(&state.procedure, &state.title)) } }
                    td.n { (thousands(state.open)) }
                    td.n { @if state.late > 0 { span.red { (thousands(state.late)) } } @else { "0" } }
                    td.full { @for (place, (stage, title, open, late)) in state.stages.iter().enumerate() {
                        @if place > 0 { "　" }
                        span.nw { a href={ "/officer?procedure=" (state.procedure) "&stage=" (stage) } { (call.lang.name(stage, title)) } " " (thousands(*open)) @if *late > 0 { "（逾期" (thousands(*late)) "）" } }
                    } }
                } } }
            }
        }
    }
}
