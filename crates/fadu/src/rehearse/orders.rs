//! Hotline orders of a rehearsed year: taken, dispatched, signed, handled, answered, called back, closed; how many were rated and how.

use std::collections::BTreeMap;

use anyhow::bail;
use engine::law::Law;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::lives::{Ground, Life, Move, days_on, later, office_hour};
use super::people::name;

/// Numbers of orders by what the caller said at the end.
#[derive(Debug, Default)]
pub struct Orders {
    satisfied: usize,
    dissatisfied: usize,
    /// Reached, but gave no rating.
    unrated: usize,
    /// Accepted and not closed within the year.
    open: usize,
}

impl Orders {
    /// Solves the hotline's targets: a rate is met exactly by choosing how many callers rate.
    pub fn plan(law: &Law, targets: &BTreeMap<String, f64>) -> anyhow::Result<Orders> {
        let want = |key: &str| law.figure(key).and_then(|_| targets.get(key)).copied();
        let Some(accepted) = want("S160.demands_accepted").map(|value| value as usize) else { return Ok(Orders::default()) };
        let closed = match want("S160.closing_rate") {
            Some(rate) => share(accepted, rate).1,
            None => accepted,
        };
        let (rated, satisfied) = match want("S160.satisfaction_rate") {
            Some(rate) => share(closed, rate),
            None => (closed, closed),
        };
        if satisfied > rated {
            bail!("the hotline's satisfaction rate is above 100 per cent");
        }
        Ok(Orders { satisfied, dissatisfied: rated - satisfied, unrated: closed - rated, open: accepted - closed })
    }

    pub fn total(&self) -> usize {
        self.satisfied + self.dissatisfied + self.unrated + self.open
    }

    #[allow(clippy::too_many_arguments)]
    pub fn of_day(
        &self,
        ground: &Ground<'_>,
        place: usize,
        days: usize,
        day: Date,
        number: &mut usize,
        random: &mut fastrand::Rng,
        lives: &mut Vec<Life>,
    ) -> anyhow::Result<()> {
        let share = |count: usize| count * (place + 1) / days - count * place / days;
        for (count, rating) in [
            (self.satisfied, Some("satisfied")),
            (self.dissatisfied, Some("dissatisfied")),
            (self.unrated, Some("not-rated")),
            (self.open, None),
        ] {
            for _ in 0..share(count) {
                *number += 1;
                lives.push(order(ground, rating, *number, day, random)?);
            }
        }
        Ok(())
    }
}

/// The largest base not above `most` of which `rate` per cent is a whole number, and that number; the nearest when there is none.
fn share(most: usize, rate: f64) -> (usize, usize) {
    // Rates are published with at most four decimals.
    let mut parts = (rate * 10_000.0).round() as u64;
    let mut whole = 1_000_000u64;
    let divisor = gcd(parts, whole);
    parts /= divisor;
    whole /= divisor;
    let times = most as u64 / whole;
    match times {
        0 => (most, (most as f64 * rate / 100.0).round() as usize),
        times => ((times * whole) as usize, (times * parts) as usize),
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

const CALLS: [(&str, &str, &str, &str); 8] = [
    ("help", "供热", "小区暖气不热，室温不到16度。", "housing"),
    ("complaint", "噪声", "楼下商铺夜里用音响招揽顾客。", "urban-management"),
    ("help", "路灯", "路口路灯坏了三盏。", "housing"),
    ("complaint", "占道经营", "早市摊位堵住消防通道。", "urban-management"),
    ("report", "食品安全", "超市卖过期牛奶。", "market-regulation"),
    ("help", "社保", "社保卡三个月没有制好。", "human-resources"),
    ("complaint", "物业", "电梯停了五天没人修。", "market-regulation"),
    ("suggestion", "公交", "建议早高峰加开一班车。", "housing"),
];

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// One order, from the call to its closing; without a rating it stays dispatched.
pub fn order(ground: &Ground<'_>, rating: Option<&str>, number: usize, day: Date, random: &mut fastrand::Rng) -> anyhow::Result<Life> {
    let people = ground.people;
    let (class, topic, content, unit) = CALLS[random.usize(..CALLS.len())];
    let operator = vec![people.of("hotline-centre", "hotline-operator", 0)?];
    let handler = vec![people.of(unit, "unit-handler", number)?];
    let mut at = office_hour(day, random);
    // Late December orders are finished the same day, so that the year's count is whole.
    let hurry = day > ground.year_end.checked_sub(20.days()).unwrap_or(day);
    let channel = ["phone", "phone", "phone", "web", "wechat", "app"][number % 6];
    let township = &people.townships[(number / 4 + number * number / 9) % people.townships.len()];
    let mut moves = Vec::with_capacity(8);
    let mut push = |at, step: &'static str, by: &[engine::case::Person], with: Value| {
        moves.push(Move { at, step, by: by.to_vec(), with: fields(with) })
    };
    push(
        at,
        "take-call",
        &operator,
        json!({ "content": content, "channel": channel, "township": township, "caller": { "name": name(number), "kind": "citizen" } }),
    );
    at = later(at, 3);
    push(at, "accept", &operator, json!({ "class": class, "topic": topic }));
    at = later(at, random.i64(5..60));
    push(at, "dispatch", &operator, json!({ "unit": unit }));
    let Some(rating) = rating else { return Ok(Life { procedure: "hotline-order", moves: moves.into_iter() }) };
    at = later(at, 20);
    push(at, "sign", &handler, json!({}));
    at = if hurry { later(at, 10) } else { days_on(ground, at, random.i64(1..4)) };
    push(at, "handle", &handler, json!({ "handled-how": "到现场查看，当场处理。", "result": "solved" }));
    at = later(at, 10);
    push(at, "answer", &handler, json!({ "reply": "已经处理，并电话告知诉求人。", "reply-channel": "phone" }));
    at = if hurry { later(at, 10) } else { days_on(ground, at, 1) };
    push(at, "call-back", &operator, json!({ "contacted": "yes", "solved": "yes", "satisfied": rating }));
    push(later(at, 5), "close", &operator, json!({}));
    Ok(Life { procedure: "hotline-order", moves: moves.into_iter() })
}
