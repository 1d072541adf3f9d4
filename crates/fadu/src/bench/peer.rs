//! The same questions to those who keep no figures: plain SQL over the events, and DuckDB over a copy of them.

use std::process::Command;

use actions::figure::Period;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use store::plain::{Plain, Question};
use store::{By, CellFilter};

use super::{Bench, percentiles, say, timed, year::Year};

const SCRIPT: &str = include_str!("../../../../bench/duckdb.py");

/// What is asked of all three, and how each of us answers it.
const ASKED: [&str; 4] = ["one figure", "a rate with its fraction", "one figure by organ and month", "a page of 50 records, deep"];

/// Good grades, as the figure of the satisfaction rate counts them.
const GOOD: [&str; 3] = ["very-satisfied", "satisfied", "basically-satisfied"];

pub fn peers(command: &Bench, year: &Year, period: Period) -> anyhow::Result<()> {
    let (hall, all) = (&year.hall, CellFilter::default());
    let (count, _) = hall.record_total("S45.ratings_received", period, &all)?;
    let rate = hall.figure("S45.satisfaction_rate", period, &all)?.fraction.context("the satisfaction rate has no fraction")?;
    let table = hall.breakdown("S45.ratings_received", period, &[By::Organ, By::Month], &all)?;
    let deep = count as u64 * 9 / 10;
    let own = [
        time(50, || hall.figure("S45.ratings_received", period, &all).map(|_| ()))?,
        time(50, || hall.figure("S45.satisfaction_rate", period, &all).map(|_| ()))?,
        time(50, || hall.breakdown("S45.ratings_received", period, &[By::Organ, By::Month], &all).map(|_| ()))?,
        time(50, || hall.records("S45.ratings_received", period, &all, deep, 50).map(|_| ()))?,
    ];

    let plain = Plain::open(&year.path)?;
    let question = Question {
        division: hall.settings.number(),
        procedure: "licence",
        kind: "review",
        from: actions::moment::seconds(period.from.at(0, 0, 0, 0)),
        to: actions::moment::seconds(period.to.at(23, 59, 59, 0)),
        field: "grade",
        values: &GOOD,
    };
    let same = |who: &str, found: (i64, (i64, i64), usize)| {
        let ours = (count, (rate.numerator, rate.denominator), table.len());
        if found == ours { Ok(()) } else { bail!("{who} answers {found:?}, the figures say {ours:?}") }
    };
    same("plain SQL", (plain.count(&question)?, plain.share(&question)?, plain.by_organ_and_month(&question)?))?;
    let by_sql = [
        time(3, || plain.count(&question).map(|_| ()))?,
        time(3, || plain.share(&question).map(|_| ()))?,
        time(3, || plain.by_organ_and_month(&question).map(|_| ()))?,
        time(3, || plain.page(&question, deep, 50).map(|_| ()))?,
    ];
    tell(year, "plain SQL over the events", own, by_sql);

    let copy = command.folder.join("events.csv");
    let (rows, took) = timed(|| plain.export(&question, &copy));
    say("figures", "events copied out for DuckDB", json!({ "rows": rows?, "seconds": (took / 1000.0).round() }));
    let asked = json!({ "csv": copy, "procedure": "licence", "kind": "review", "good": GOOD, "from": store::day(period.from), "to": store::day(period.to), "deep": deep });
    let ran = Command::new("python3").args(["-c", SCRIPT, &asked.to_string()]).output();
    let _ = std::fs::remove_file(&copy);
    let said = match ran {
        Ok(ran) if ran.status.success() => serde_json::from_slice::<Value>(&ran.stdout)?,
        Ok(ran) if ran.status.code() == Some(3) => {
            say("figures", "DuckDB", json!({ "skipped": "install it with `pip install duckdb`" }));
            return Ok(());
        }
        Ok(ran) => bail!("DuckDB could not answer: {}", String::from_utf8_lossy(&ran.stderr)),
        Err(error) => {
            say("figures", "DuckDB", json!({ "skipped": format!("python3: {error}") }));
            return Ok(());
        }
    };
    let number = |at: &str| said.pointer(at).and_then(Value::as_i64).unwrap_or(-1);
    same("DuckDB", (number("/count"), (number("/share/0"), number("/share/1")), usize::try_from(number("/table")).unwrap_or(0)))?;
    let times = |place: usize| -> Vec<f64> {
        said.pointer(&format!("/ms/{place}")).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let by_duckdb = [0, 1, 2, 3].map(|place| percentiles(times(place)));
    let name = format!("DuckDB {}", said["version"].as_str().unwrap_or_default());
    tell(year, &name, own, by_duckdb);
    Ok(())
}

fn time<E: Into<anyhow::Error>>(rounds: usize, mut ask: impl FnMut() -> Result<(), E>) -> anyhow::Result<(f64, f64)> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let (answer, took) = timed(&mut ask);
        answer.map_err(Into::into)?;
        times.push(took);
    }
    Ok(percentiles(times))
}

fn tell(year: &Year, who: &str, own: [(f64, f64); 4], theirs: [(f64, f64); 4]) {
    for ((what, own), theirs) in ASKED.iter().zip(own).zip(theirs) {
        say(
            "figures",
            &format!("{what}: {who}"),
            json!({ "events": year.events, "p50_ms": theirs.0, "p99_ms": theirs.1, "ours_p50_ms": own.0, "ours_p99_ms": own.1, "times_ours": (theirs.0 / own.0.max(0.001)).round() }),
        );
    }
}
