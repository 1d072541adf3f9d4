//! A leader's orders of the last weeks: one of each fate, so that the screen of a demonstration shows replies, a late one, one sent back.

use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::lives::{Ground, Life, Move, days_on};
use super::people::GOVERNMENT;

/// What becomes of an order, and how many working days before today it was sent.
const ORDERS: [(usize, &str, &str, &str, &str, Fate); 6] = [
    (16, "market-regulation", "organ", "处罚决定公开得慢", "逐件核对公开日期，超期的说明原因。", Fate::Confirmed),
    (13, "housing", "alert", "供热诉求超时没有办", "逐件查明原因，限期办结，回访本人。", Fate::Late),
    (9, "approval-bureau", "figure", "差评没有改完", "逐条联系评价人，整改以后回访。", Fate::SentBack),
    (6, "urban-management", "figure", "占道经营投诉多", "早市和校门口定点值守，报处置情况。", Fate::Replied),
    (3, "human-resources", "organ", "社保卡制卡慢", "查清积压张数，定出清零日期。", Fate::InHand),
    (2, "health", "other", "公共场所卫生许可延续集中到期", "提前告知到期的单位。", Fate::Sent),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Sent,
    InHand,
    /// In hand, and its day has passed.
    Late,
    Replied,
    SentBack,
    Confirmed,
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The orders sent so many working days before today.
pub fn of_day(ground: &Ground<'_>, before: usize, day: Date) -> anyhow::Result<Vec<Life>> {
    ORDERS.iter().filter(|order| order.0 == before).map(|order| life(ground, order, day)).collect()
}

fn life(ground: &Ground<'_>, order: &(usize, &str, &str, &str, &str, Fate), day: Date) -> anyhow::Result<Life> {
    let &(_, organ, kind, subject, demand, fate) = order;
    let leader = vec![ground.people.of(GOVERNMENT, "leader", 0)?];
    let unit = vec![ground.people.of(organ, "unit-handler", 0)?];
    let at = day.at(9, 20, 0, 0);
    let by = |days: i64| days_on(ground, at, days).date().to_string();
    let link = format!("/supervisor?organ={organ}");
    let mut moves: Vec<Move> = Vec::new();
    let mut push = |at: DateTime, step: &'static str, by: &[engine::case::Person], with: Value| {
        moves.push(Move { at, step, by: by.to_vec(), with: fields(with) });
    };
    let reply_by = by(if fate == Fate::Late { 5 } else { 8 });
    push(
        at,
        "dispatch",
        &leader,
        json!({ "organ": organ, "subject": subject, "about-kind": kind, "about-link": link, "demand": demand, "reply-by": reply_by }),
    );
    if fate >= Fate::InHand {
        push(days_on(ground, at, 1), "receive", &unit, json!({}));
    }
    if fate >= Fate::Replied {
        push(
            days_on(ground, at, 3),
            "reply",
            &unit,
            json!({ "outcome": if fate == Fate::SentBack { "partly" } else { "done" }, "reply": format!("已经逐件核对“{subject}”，责任人和完成日期列在清单里，完成一件回访一件。") }),
        );
    }
    match fate {
        Fate::SentBack => {
            push(days_on(ground, at, 4), "send-back", &leader, json!({ "opinion": "还差两条没有回访，办完再报。", "reply-by": by(11) }))
        }
        Fate::Confirmed => push(days_on(ground, at, 4), "confirm", &leader, json!({ "opinion": "同意，继续抓。" })),
        _ => {}
    }
    Ok(Life { procedure: "leader-order", moves: moves.into_iter() })
}
