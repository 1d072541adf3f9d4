//! What simulated people do: the lawful way of a service matter, a penalty, a hotline order, as steps with moments.

use engine::calendar::Calendar;
use engine::case::Person;
use engine::law::Unit;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::people::{People, citizen, name};

/// One case from its first step to its last.
pub struct Life {
    pub procedure: &'static str,
    pub moves: std::vec::IntoIter<Move>,
}

pub struct Move {
    pub at: DateTime,
    pub step: &'static str,
    pub by: Vec<Person>,
    pub with: Map<String, Value>,
}

/// A kind of service matter, of which the plan wants a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matter {
    pub venue: &'static str,
    /// Mode of a case under the separation of permits and licences, if it is one.
    pub mode: Option<&'static str>,
    pub grade: Option<&'static str>,
    /// Carried to its end within the year.
    pub concluded: bool,
}

/// What a life needs to know of the district.
pub struct Ground<'g> {
    pub people: &'g People,
    pub calendar: &'g Calendar,
    /// Service items of each organ: (item, organ).
    pub items: Vec<(String, String)>,
    /// Powers on the list: (power, organ).
    pub powers: Vec<(String, String)>,
    pub body: String,
    /// The last day that counts.
    pub year_end: Date,
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Working hours of a day, spread by number.
pub fn office_hour(day: Date, random: &mut fastrand::Rng) -> DateTime {
    let minute = random.i64(0..360);
    let minute = if minute < 150 { 540 + minute } else { 840 + minute - 150 };
    day.at(0, 0, 0, 0).checked_add(minute.minutes()).unwrap_or(day.at(9, 0, 0, 0))
}

pub fn later(at: DateTime, minutes: i64) -> DateTime {
    at.checked_add(minutes.minutes()).unwrap_or(at)
}

/// Some working days later, in office hours, never beyond the last day when the life must end in the year.
pub fn days_on(ground: &Ground<'_>, at: DateTime, days: i64) -> DateTime {
    match ground.calendar.end(at.date(), days, Unit::Working) {
        Ok(end) => end.date.to_datetime(at.time()),
        Err(_) => at,
    }
}

/// A matter brought to a window or sent in on the web.
pub fn matter(ground: &Ground<'_>, matter: &Matter, number: usize, day: Date, random: &mut fastrand::Rng) -> anyhow::Result<Life> {
    let people = ground.people;
    let at = office_hour(day, random);
    let (item, organ) = match matter.venue {
        "township" => {
            let township = people.townships[random.usize(..people.townships.len())].clone();
            (ground.items[zipf(random, ground.items.len())].0.clone(), township)
        }
        _ => ground.items[zipf(random, ground.items.len())].clone(),
    };
    let applicant = citizen(random.usize(..60_000));
    let mode = matter.mode.unwrap_or("service");
    let grants = matches!(matter.mode, Some("commitment" | "optimised"));
    let mut with = fields(
        json!({ "item": item, "party": { "name": applicant.name, "kind": "citizen" }, "venue": matter.venue, "mode": mode, "organ": organ }),
    );
    if matter.mode.is_some() {
        with.insert("permit-separation".to_owned(), json!("yes"));
        with.insert("party".to_owned(), json!({ "name": format!("{}经营部", name(number)), "kind": "organisation" }));
    }
    if matter.venue == "township" {
        with.insert("township".to_owned(), json!(organ));
    }
    let mut moves = Vec::with_capacity(6);
    let clerk = people.of(&organ, "window-clerk", number)?;
    let mut now = at;
    if matter.venue == "online" {
        moves.push(Move { at: now, step: "apply", by: vec![applicant.clone()], with });
    } else {
        moves.push(Move { at: now, step: "receive", by: vec![clerk.clone()], with });
    }
    if !matter.concluded {
        // Brought in at the very end of the year: accepted, still in hand.
        moves.push(Move { at: later(now, 10), step: "accept", by: vec![clerk], with: Map::new() });
        return Ok(Life { procedure: "licence", moves: moves.into_iter() });
    }
    now = later(now, random.i64(3..20));
    moves.push(Move { at: now, step: "accept", by: vec![clerk.clone()], with: Map::new() });
    if mode == "commitment" {
        now = later(now, 5);
        moves.push(Move { at: now, step: "sign-commitment", by: vec![clerk.clone()], with: Map::new() });
    }
    now = later(now, random.i64(5..30));
    if grants {
        moves.push(Move {
            at: now,
            step: "grant",
            by: vec![people.of(&organ, "approver", number)?],
            with: fields(json!({ "certificate": format!("许可证{number:06}") })),
        });
        now = later(now, 10);
        moves.push(Move { at: now, step: "deliver", by: vec![clerk.clone()], with: fields(json!({ "delivery": "window" })) });
    } else {
        moves.push(Move { at: now, step: "complete", by: vec![clerk.clone()], with: Map::new() });
    }
    if let Some(grade) = matter.grade {
        let reviewed = if number.is_multiple_of(9) && day < ground.year_end.checked_sub(10.days()).unwrap_or(day) {
            days_on(ground, now, 1)
        } else {
            later(now, random.i64(1..15))
        };
        moves.push(Move { at: reviewed, step: "review", by: vec![applicant], with: fields(json!({ "grade": grade })) });
        if grade.ends_with("dissatisfied") {
            let supervisor = vec![people.of("justice-bureau", "service-supervisor", 0)?];
            let mut then = days_on(ground, reviewed, 1);
            for (step, with) in [
                ("contact-reviewer", json!({ "contact-record": "电话联系，当事人说等候时间长。" })),
                ("verify-review", json!({ "finding": "founded" })),
                ("correct-service", json!({ "measures": "增开窗口，分时段预约。" })),
                ("call-back", json!({ "reviewer-answer": "accepted" })),
                ("close-review", json!({})),
            ] {
                moves.push(Move { at: then, step, by: supervisor.clone(), with: fields(with) });
                then = later(then, 45);
            }
        }
    }
    if grants {
        let published = days_on(ground, now, 2);
        moves.push(Move {
            at: published,
            step: "publish",
            by: vec![people.of(&organ, "approver", number)?],
            with: fields(json!({ "openness": "open" })),
        });
        if mode == "commitment" {
            moves.push(Move {
                at: days_on(ground, published, 20),
                step: "check-commitment",
                by: vec![people.of(&organ, "examiner", number)?],
                with: fields(json!({ "commitment-result": "met" })),
            });
        }
    }
    moves.sort_by_key(|step| step.at);
    Ok(Life { procedure: "licence", moves: moves.into_iter() })
}

/// A few matters are brought often, most of them seldom.
fn zipf(random: &mut fastrand::Rng, len: usize) -> usize {
    let share = random.f64();
    ((share * share * share) * len as f64) as usize % len.max(1)
}

/// A penalty under the general procedure, uncontested, paid in time.
pub fn penalty(ground: &Ground<'_>, number: usize, day: Date, random: &mut fastrand::Rng) -> anyhow::Result<Life> {
    let people = ground.people;
    let organ = ["market-regulation", "urban-management", "health"][number % 3];
    let officers = vec![people.of(organ, "enforcement-officer", number)?, people.of(organ, "enforcement-officer", number + 1)?];
    let head = vec![people.of(organ, "organ-head", 0)?];
    let conducts = ["未按规定明码标价", "占道经营", "使用未经检定的计量器具", "未公示卫生许可证", "销售超过保质期的食品"];
    let fine = [200, 500, 1000, 2000, 3000][random.usize(..5)];
    let mut at = office_hour(day, random);
    let mut moves = Vec::with_capacity(12);
    let mut push =
        |at: DateTime, step: &'static str, by: &[Person], with: Value| moves.push(Move { at, step, by: by.to_vec(), with: fields(with) });
    let mut filing = json!({ "conduct": conducts[number % conducts.len()], "party": { "name": format!("{}商店", name(number)), "kind": "organisation" } });
    if let (Some((power, _)), Value::Object(filing)) = (ground.powers.iter().find(|(_, holder)| holder == organ), &mut filing) {
        filing.insert("power".to_owned(), json!(power));
    }
    push(at, "file-case", &officers, filing);
    at = days_on(ground, at, 1);
    push(at, "show-certificate", &officers, json!({}));
    push(
        later(at, 5),
        "investigate",
        &officers,
        json!({ "record": "现场检查，情况属实，当事人在场确认。", "evidence-kinds": ["record", "audiovisual"] }),
    );
    push(later(at, 60), "order-correction", &officers, json!({ "correction": "立即改正" }));
    at = days_on(ground, at, 3);
    push(
        at,
        "conclude-investigation",
        &officers,
        json!({
            "findings": "现场检查，违法事实清楚，当事人承认。", "facts-established": "yes", "within-limitation": "yes", "capacity": "full", "suspected-crime": "no",
            "fined-before": "no", "legal-basis": "有关法律的罚则条款", "basis-kind": "law", "benchmark": "没有对应的基准", "complex-or-serious": "no", "review-ground": "none",
        }),
    );
    at = days_on(ground, at, 1);
    push(at, "notify", &officers, json!({ "proposed-penalty": format!("罚款{fine}元"), "penalty-kinds": ["fine"], "proposed-fine": fine }));
    at = days_on(ground, at, 6);
    push(
        at,
        "decide-penalty",
        &head,
        json!({
            "penalty": format!("罚款{fine}元"), "penalty-kinds": ["fine"], "fine": fine, "performance": "十五日内到指定银行缴纳", "additional-fine-stated": "yes", "correction": "立即改正",
            "body": ground.body, "remedies": "六十日内向区人民政府申请复议，或者六个月内向区人民法院起诉", "filing-required": "no",
        }),
    );
    at = days_on(ground, at, 1);
    push(at, "serve", &officers, json!({ "service-mode": "direct" }));
    push(later(at, 30), "publish", &officers[..1], json!({ "openness": "open" }));
    at = days_on(ground, at, 2);
    push(at, "pay", &[people.of(organ, "cashier", 0)?], json!({ "paid": fine, "pay-channel": "bank" }));
    push(later(at, 60), "confirm-performance", &officers[..1], json!({ "performed-how": "罚款缴清，已经改正" }));
    at = days_on(ground, at, 2);
    push(at, "close", &officers, json!({}));
    Ok(Life { procedure: "general-penalty", moves: moves.into_iter() })
}
