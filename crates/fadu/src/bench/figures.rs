//! `fadu bench figures`: every figure, every table of it, pages of its records at any depth, over a large ledger; how fast all of
//! them are folded over history; how soon a step shows in them; and the same questions to plain SQL and to DuckDB.

use std::time::Instant;

use actions::figure::Period;
use actions::step::Asked;
use anyhow::Context;
use serde_json::json;
use store::{By, CellFilter};

use super::{Bench, peer, percentiles, say, timed, year};
use crate::folder::Place;
use crate::rehearse::people;

const TABLES: [(&str, &[By]); 5] = [
    ("by organ", &[By::Organ]),
    ("by matter", &[By::Matter]),
    ("by place", &[By::Place]),
    ("by month", &[By::Month]),
    ("by organ and month", &[By::Organ, By::Month]),
];

pub fn figures(command: &Bench, place: &Place) -> anyhow::Result<()> {
    let year = year::year(command, place)?;
    let hall = &year.hall;
    let period = Period::year(year.district.year).context("the year lies outside the calendar")?;
    let all = CellFilter::default();
    let shown = hall.figures(period, &all)?;
    let keys: Vec<&str> = shown.iter().map(|figure| figure.key.as_str()).collect();
    let tell = |what: &str, times: Vec<f64>| {
        let asked = times.len();
        let (p50, p99) = percentiles(times);
        say("figures", what, json!({ "events": year.events, "asked": asked, "p50_ms": p50, "p99_ms": p99 }));
    };

    let mut times = Vec::new();
    for _ in 0..TIMES {
        for key in &keys {
            let (figure, took) = timed(|| hall.figure(key, period, &all));
            figure?;
            times.push(took);
        }
    }
    tell("any figure of the year", times);

    for (name, by) in TABLES {
        let mut times = Vec::new();
        for _ in 0..TIMES {
            for key in &keys {
                let (table, took) = timed(|| hall.breakdown(key, period, by, &all));
                table?;
                times.push(took);
            }
        }
        tell(&format!("any figure {name}"), times);
    }

    let mut random = fastrand::Rng::with_seed(1);
    let opened: Vec<_> = shown.iter().filter(|figure| figure.records > 0).collect();
    let mut times = Vec::new();
    for _ in 0..1_000 {
        let figure = opened[random.usize(..opened.len())];
        let offset = random.u64(..figure.records as u64);
        let (page, took) = timed(|| hall.records(&figure.key, period, &all, offset, 50));
        page?;
        times.push(took);
    }
    tell("a page of 50 records of any figure at any depth", times);
    let times = (0..ROUNDS).map(|_| timed(|| hall.figures(period, &all))).map(|(all, took)| all.map(|_| took)).collect::<Result<_, _>>()?;
    tell("all figures at once", times);
    let (people, ..) = people::settle(&hall.law, &year.district.name, &year.district.townships, year.district.year);
    let leader = people.of(people::GOVERNMENT, "leader", 0)?;
    let now = period.to.at(18, 0, 0, 0);
    let times = (0..ROUNDS * 5)
        .map(|_| timed(|| hall.board(&leader, Some(year.district.year), None, now)))
        .map(|(board, took)| board.map(|_| took))
        .collect::<Result<_, _>>()?;
    tell("the leader's screen", times);

    freshness(&year)?;
    peer::peers(command, &year, period)?;

    if !year.folded {
        year::fold(hall)?;
    }
    Ok(())
}

const ROUNDS: usize = 21;

/// How often each figure and each table of it is asked for.
const TIMES: usize = 4;

/// From the answer to a step until the figure shows it.
fn freshness(year: &year::Year) -> anyhow::Result<()> {
    let hall = &year.hall;
    let (people, ..) = people::settle(&hall.law, &year.district.name, &year.district.townships, year.district.year);
    let clerk = people.of("approval-bureau", "window-clerk", 0)?;
    let key = "S45.matters_received";
    let day = jiff::civil::Date::new(year.district.year + 1, 6, 3)?;
    let period = Period { from: day, to: day };
    let item = hall
        .entry_page("service-items", &store::EntryFilter::default(), "", 1)?
        .into_iter()
        .next()
        .context("the year has no service item")?
        .id;
    let (mut lags, mut steps) = (Vec::new(), Vec::new());
    for number in 0..300 {
        let before = hall.record_total(key, period, &CellFilter::default())?.0;
        let at = day.at(9, 0, 0, 0).checked_add(jiff::Span::new().try_seconds(before)?)?;
        let with = json!({ "item": item, "party": { "name": format!("群众{number}"), "kind": "citizen" }, "venue": "district-centre", "mode": "service" });
        let asked = Asked {
            case: None,
            procedure: "licence".to_owned(),
            step: "receive".to_owned(),
            by: vec![clerk.clone()],
            with: with.as_object().cloned().unwrap_or_default(),
            seen: None,
        };
        let (done, took) = timed(|| hall.take_step(asked, at));
        done?;
        steps.push(took);
        let answered = Instant::now();
        while hall.record_total(key, period, &CellFilter::default())?.0 == before {
            if answered.elapsed().as_secs() > 10 {
                anyhow::bail!("the figure did not follow a step within ten seconds");
            }
        }
        lags.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    let ((step, step99), (lag, lag99)) = (percentiles(steps), percentiles(lags));
    say(
        "figures",
        "from the answer to a step until the figure shows it",
        json!({ "events": year.events, "p50_ms": lag, "p99_ms": lag99, "step_p50_ms": step, "step_p99_ms": step99 }),
    );
    Ok(())
}
