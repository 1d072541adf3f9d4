//! A clock as a lamp: a moon that fills as time is used, words beside it, the date and 怎么算的 below.

use actions::look::ClockView;
use engine::clock::Standing;
use engine::law::Unit;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::call::Call;
use crate::words;

/// Which group a clock belongs to, by urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Overdue,
    Soon,
    Later,
    Paused,
    Over,
}

pub fn urgency(standing: &Standing) -> Urgency {
    match standing {
        Standing::Overdue { .. } => Urgency::Overdue,
        Standing::Running { left, unit, .. } if *left <= 1 && *unit != Unit::Hours || *unit == Unit::Hours && *left <= 2 => Urgency::Soon,
        Standing::Running { share, .. } if *share > 0.8 => Urgency::Soon,
        Standing::Running { .. } => Urgency::Later,
        Standing::Paused { .. } => Urgency::Paused,
        Standing::Met { .. } | Standing::MetLate { .. } => Urgency::Over,
    }
}

fn days(count: i64, unit: Unit) -> String {
    match unit {
        Unit::Working => format!("{count}个工作日"),
        Unit::Hours => format!("{count}小时"),
        _ => format!("{count}日"),
    }
}

/// The words beside the moon. `duty` is false when the period is somebody's right, which ends rather than is missed.
pub fn said(standing: &Standing, today: Date, provisional: bool, duty: bool) -> String {
    match standing {
        Standing::Running { due, left, .. } if *left == 0 && due.at.date() == today => "今天到期".to_owned(),
        Standing::Running { left, unit, .. } => format!("余{}{}", days(*left, *unit), if provisional { "，暂定" } else { "" }),
        Standing::Overdue { .. } if !duty => "已届满".to_owned(),
        Standing::Overdue { by, unit, .. } => format!("逾期{}", days(*by, *unit)),
        Standing::Paused { since } => format!("已停{}日", today.since(since.date()).map_or(0, |span| span.get_days()) + 1),
        Standing::Met { early: 0, .. } => "按期已办".to_owned(),
        Standing::Met { early, unit, .. } => format!("已办，提前{}", days(*early, *unit)),
        Standing::MetLate { late, unit, .. } => format!("已办，迟{}", days(*late, *unit)),
    }
}

/// The moon alone; the words beside it say all it says.
pub fn moon(standing: &Standing, provisional: bool, duty: bool) -> Markup {
    let ring = if provisional { "ms md" } else { "ms" };
    html! {
        svg.moon viewBox="0 0 16 16" aria-hidden="true" {
            @match standing {
                Standing::Running { share, .. } => {
                    circle class=(ring) cx="8" cy="8" r="6.75" {}
                    @if *share >= 0.995 { circle.mf cx="8" cy="8" r="6" {} } @else if *share > 0.005 { path.mf d=(sector(*share)) {} }
                },
                Standing::Overdue { .. } if duty => { circle.mf cx="8" cy="8" r="7.5" {} path.mw d="M8 3.5v5.5M8 10.75v1.75" {} },
                Standing::Overdue { .. } => circle.mf cx="8" cy="8" r="6.75" {},
                Standing::Paused { .. } => { circle.ms cx="8" cy="8" r="6.75" {} path.ms d="M6.25 5v6M9.75 5v6" {} },
                Standing::Met { .. } | Standing::MetLate { .. } => { circle.ms cx="8" cy="8" r="6.75" {} path.ms d="M4.75 8.25l2.25 2.25 4.25-4.75" {} },
            }
        }
    }
}

/// A sector from twelve o'clock clockwise, radius 6 around (8, 8).
fn sector(share: f64) -> String {
    let angle = share * std::f64::consts::TAU;
    let (x, y) = (8.0 + 6.0 * angle.sin(), 8.0 - 6.0 * angle.cos());
    format!("M8 8V2A6 6 0 {} 1 {x:.2} {y:.2}Z", u8::from(share > 0.5))
}

/// Moon and words.
pub fn lamp(standing: &Standing, today: Date, provisional: bool, duty: bool) -> Markup {
    let class = match (urgency(standing), standing) {
        (Urgency::Overdue, _) if duty => "lamp lamp-over",
        (_, Standing::MetLate { .. }) if duty => "lamp lamp-over",
        (Urgency::Soon, _) => "lamp lamp-soon",
        _ => "lamp",
    };
    html! { span class=(class) { (moon(standing, provisional, duty)) span { (said(standing, today, provisional, duty)) } } }
}

/// The day a clock ends, or ended.
pub fn due_day(standing: &Standing) -> Option<Date> {
    match standing {
        Standing::Running { due, .. } | Standing::Overdue { due, .. } | Standing::Met { due, .. } | Standing::MetLate { due, .. } => {
            Some(due.at.date())
        }
        Standing::Paused { .. } => None,
    }
}

/// The panel of a case's clocks, the most urgent first.
pub fn panel(call: &Call<'_>, clocks: &[ClockView]) -> Markup {
    let mut clocks: Vec<&ClockView> = clocks.iter().collect();
    clocks.sort_by_key(|clock| (urgency(&clock.standing), due_day(&clock.standing)));
    html! {
        section.panel aria-labelledby="ck" {
            h2 #ck { (call.say("期限")) }
            @if clocks.is_empty() { p.small { "没有期限在走。" } }
            ul.list { @for clock in clocks { li { (one(call, clock)) } } }
        }
    }
}

fn one(call: &Call<'_>, clock: &ClockView) -> Markup {
    html! {
        strong { (call.lang.name(&clock.id, &clock.title)) }
        br;
        (lamp(&clock.standing, call.today(), clock.provisional, clock.duty))
        span.due {
            @if let Some(day) = due_day(&clock.standing) { (words::day(day, call.today())) "　" }
            (words::cite(&call.hall.law, &clock.cite))
        }
        @if let Some(parameter) = &clock.parameter { span.due { (parameter) } }
        @if !clock.how.is_empty() {
            details class="small mt" { summary { (call.say("怎么算的")) }
                ol.dots { @for line in &clock.how { li { (line) } } }
            }
        }
    }
}
