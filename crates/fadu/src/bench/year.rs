//! The ledger that figures and reports are asked over: a real district-year, rehearsed until it holds as many events as wanted. Beyond ten
//! million its cases are written again as other cases of the same year, and every figure is counted anew over all of them.

use std::path::{Path, PathBuf};

use actions::{Hall, Settings};
use anyhow::{Context, bail};
use indicatif::ProgressBar;
use serde_json::json;
use store::{Append, CaseFilter, CaseOrder, Head, NewEvent};

use super::{Bench, round, say, timed};
use crate::folder::Place;
use crate::rehearse::{self, district::DistrictYear};

/// Events that one whole year of the district leaves behind.
const EVENTS_OF_A_YEAR: f64 = 3_476_871.0;

/// Events that are rehearsed through the actions; what is wanted beyond is repeated.
const REHEARSED: u64 = 10_000_000;

pub struct Year {
    pub hall: Hall,
    pub path: PathBuf,
    pub district: DistrictYear,
    pub events: u64,
    /// Every figure has been counted anew, and said how fast.
    pub folded: bool,
}

/// Opens the ledger of so many events, rehearsing it first when the folder does not hold it.
pub fn year(command: &Bench, place: &Place) -> anyhow::Result<Year> {
    let district = place.path()?.parent().map(|root| root.join("districts/xinfu-2022.toml")).context("no district-year found")?;
    let district = DistrictYear::read(&district)?;
    if !(2_000..=300_000_000).contains(&command.events) {
        bail!("--events is a number between 2,000 and 300,000,000");
    }
    let path = rehearsed(command, place, &district, command.events.min(REHEARSED))?;
    let (path, folded) = match command.events > REHEARSED {
        true => repeated(command, place, &district, &path)?,
        false => (path, false),
    };
    let hall = open(&path, &district, place, false)?;
    let events = hall.store.event_total(None)?;
    say("year", "the ledger asked", json!({ "events": events, "bytes": std::fs::metadata(&path)?.len() }));
    Ok(Year { hall, path, district, events, folded })
}

/// An empty place for a ledger of so many events, and the file that says it is whole; nothing to do when that is there.
fn file(command: &Bench, events: u64) -> (PathBuf, PathBuf) {
    let path = command.folder.join(format!("year-{events}.db"));
    let whole = path.with_extension("whole");
    if !whole.exists() {
        for ending in ["", "-wal", "-shm", ".writer"] {
            let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
        }
    }
    (path, whole)
}

fn rehearsed(command: &Bench, place: &Place, district: &DistrictYear, events: u64) -> anyhow::Result<PathBuf> {
    let (path, whole) = file(command, events);
    if !whole.exists() {
        let scale = events as f64 / EVENTS_OF_A_YEAR;
        let hall = open(&path, district, place, true)?;
        let (outcome, took) = timed(|| rehearse::rehearse(&hall, district, scale, 1, &ProgressBar::hidden()));
        let outcome = outcome?;
        let per_second = (outcome.steps as f64 * 1000.0 / took).round();
        say(
            "year",
            "rehearsed through the actions",
            json!({ "cases": outcome.cases, "steps": outcome.steps, "seconds": (took / 1000.0).round(), "steps_per_second": per_second }),
        );
        drop(hall);
        std::fs::write(&whole, b"")?;
    }
    Ok(path)
}

/// The rehearsed ledger with its cases written again and again, chained and numbered as streams of their own; and whether its figures were
/// counted anew just now.
fn repeated(command: &Bench, place: &Place, district: &DistrictYear, base: &Path) -> anyhow::Result<(PathBuf, bool)> {
    let (path, whole) = file(command, command.events);
    if whole.exists() {
        return Ok((path, false));
    }
    std::fs::copy(base, &path)?;
    let hall = open(&path, district, place, true)?;
    let (written, took) = timed(|| repeat(&hall, command.events));
    let written = written?;
    let per_second = (written as f64 * 1000.0 / took).round();
    say("year", "cases written again", json!({ "events": written, "seconds": (took / 1000.0).round(), "events_per_second": per_second }));
    fold(&hall)?;
    drop(hall);
    std::fs::write(&whole, b"")?;
    Ok((path, true))
}

/// Counts every figure anew over the whole ledger, and says how fast.
pub fn fold(hall: &Hall) -> anyhow::Result<()> {
    let (events, took) = timed(|| hall.fold_anew(|_| {}));
    let (events, seconds) = (events?, took / 1000.0);
    say(
        "figures",
        "every figure folded anew over the whole ledger",
        json!({ "events": events, "seconds": round(seconds), "events_per_second": (events as f64 / seconds).round() }),
    );
    Ok(())
}

/// Writes the cases of the ledger again until it holds so many events; returns how many it wrote. Nothing is counted by it.
fn repeat(hall: &Hall, wanted: u64) -> anyhow::Result<u64> {
    let (store, division) = (&hall.store, hall.settings.number());
    let there = store.event_total(None)?;
    let last = last_stream(store, division)?;
    let mut written = 0;
    std::thread::scope(|scope| {
        let (send, batches) = std::sync::mpsc::sync_channel::<anyhow::Result<Vec<Append>>>(2);
        scope.spawn(move || {
            for copy in 1.. {
                let mut after = (division, 0);
                loop {
                    let read = read_again(store, division, last, copy, &mut after);
                    let ended = read.as_ref().is_ok_and(Vec::is_empty);
                    if ended {
                        break;
                    }
                    let failed = read.is_err();
                    if send.send(read).is_err() || failed {
                        return;
                    }
                }
            }
        });
        for batch in batches {
            let batch = batch?;
            written += batch.iter().map(|append| append.events.len() as u64).sum::<u64>();
            for answer in store.append(batch) {
                answer.map_err(|error| anyhow::anyhow!("{error}"))?;
            }
            if there + written >= wanted {
                break;
            }
        }
        anyhow::Ok(())
    })?;
    Ok(written)
}

fn last_stream(store: &store::Store, division: i64) -> anyhow::Result<i64> {
    let newest = store.cases(division, &CaseFilter::default(), CaseOrder::Newest, 0, 1)?;
    Ok(newest.first().context("the ledger has no case")?.stream)
}

/// The next cases of the rehearsed ledger under new streams; none at its end.
fn read_again(store: &store::Store, division: i64, last: i64, copy: i64, after: &mut (i64, i64)) -> anyhow::Result<Vec<Append>> {
    let mut appends: Vec<Append> = Vec::new();
    while appends.is_empty() {
        let events: Vec<store::EventRow> = store.history(*after, 4_000)?;
        let Some(end) = events.iter().rfind(|event| event.division == division && event.stream <= last) else { break };
        *after = (end.division, end.stream);
        for stream in events.chunk_by(|a, b| a.stream == b.stream).filter(|stream| stream[0].stream <= last) {
            let Some(row) = store.case(division, stream[0].stream)?.filter(|row| !row.head.procedure.is_empty()) else { continue };
            let events = stream.iter().map(again).collect::<anyhow::Result<_>>()?;
            let head = Head { code: None, ..row.head };
            let stream = row.stream + copy * (last + 1);
            appends.push(Append { division, stream, events, head: Some(head), ..Append::default() });
        }
    }
    Ok(appends)
}

/// The same event, without the document numbers that the store drew.
fn again(event: &store::EventRow) -> anyhow::Result<NewEvent> {
    let body = match event.body.contains("\"numbers\"") {
        true => {
            let mut body: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&event.body)?;
            body.remove("numbers");
            serde_json::to_string(&body)?
        }
        false => event.body.clone(),
    };
    let (kind, organ, matter) = (event.kind.clone(), event.organ.clone(), event.matter.clone());
    Ok(NewEvent { at: event.at, kind, organ, matter, body, numbers: Vec::new() })
}

fn open(path: &Path, district: &DistrictYear, place: &Place, fast: bool) -> anyhow::Result<Hall> {
    let config = store::Config::new(format!("sqlite:{}", path.display()));
    let store = store::Store::open(&if fast { config.fast() } else { config })?;
    let settings = Settings { division: district.division.clone(), name: district.name.clone(), address: "http://127.0.0.1".to_owned() };
    Ok(Hall::open(place.law()?, settings, store, |_| {})?)
}
