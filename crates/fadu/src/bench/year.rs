//! The ledger that figures and reports are asked over: a real district-year, rehearsed until it holds as many events as wanted.

use std::path::PathBuf;

use actions::{Hall, Settings};
use anyhow::{Context, bail};
use indicatif::ProgressBar;
use serde_json::json;

use super::{Bench, say, timed};
use crate::folder::Place;
use crate::rehearse::{self, district::DistrictYear};

/// Events that one whole year of the district leaves behind.
const EVENTS_OF_A_YEAR: f64 = 3_476_871.0;

pub struct Year {
    pub hall: Hall,
    pub path: PathBuf,
    pub district: DistrictYear,
    pub events: u64,
}

/// Opens the ledger of so many events, rehearsing it first when the folder does not hold it.
pub fn year(command: &Bench, place: &Place) -> anyhow::Result<Year> {
    let district = place.path()?.parent().map(|root| root.join("districts/xinfu-2022.toml")).context("no district-year found")?;
    let district = DistrictYear::read(&district)?;
    let scale = command.events as f64 / EVENTS_OF_A_YEAR;
    if !(0.0005..=100.0).contains(&scale) {
        bail!("--events is a number between 2,000 and 300,000,000");
    }
    let path = command.folder.join(format!("year-{}.db", command.events));
    let whole = path.with_extension("whole");
    if !whole.exists() {
        for ending in ["", "-wal", "-shm", ".writer"] {
            let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
        }
        let hall = open(&path, &district, place, true)?;
        let (outcome, took) = timed(|| rehearse::rehearse(&hall, &district, scale, 1, &ProgressBar::hidden()));
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
    let hall = open(&path, &district, place, false)?;
    let stats = hall.store.stats()?;
    let events = stats.tables.iter().find(|table| table.table == "event").map_or(0, |table| table.rows);
    say("year", "the ledger asked", json!({ "events": events, "bytes": stats.bytes }));
    Ok(Year { hall, path, district, events: events as u64 })
}

fn open(path: &std::path::Path, district: &DistrictYear, place: &Place, fast: bool) -> anyhow::Result<Hall> {
    let config = store::Config::new(format!("sqlite:{}", path.display()));
    let store = store::Store::open(&if fast { config.fast() } else { config })?;
    let settings = Settings { division: district.division.clone(), name: district.name.clone(), address: "http://127.0.0.1".to_owned() };
    Ok(Hall::open(place.law()?, settings, store, |_| {})?)
}
