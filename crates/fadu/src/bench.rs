//! `fadu bench`: figures a stranger can repeat, as JSON lines, each beside a raw limit or a peer measured in the same run.

mod audit;
mod figures;
mod peer;
mod report;
mod steps;
mod year;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::folder::Place;

#[derive(Args)]
pub struct Bench {
    /// What to measure.
    #[arg(value_enum, required = true)]
    what: Vec<What>,
    /// Cases of four steps each that `steps` carries.
    #[arg(long, default_value_t = 20_000)]
    cases: usize,
    /// Events of the ledger that `figures` and `report` ask: a district-year rehearsed so many times over, kept and used again.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// A folder on the disk to be measured.
    #[arg(long, default_value = "data/bench", value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Durable steps a second through the actions and through HTTP, beside the raw insert limit.
    Steps,
    /// Any figure, any breakdown, any page of records over a large ledger, and folding it anew; beside plain SQL and DuckDB.
    Figures,
    /// The whole annual report in every format over the same ledger.
    Report,
    /// The audit of reports of 15,000 characters.
    Audit,
}

pub fn run(command: Bench, place: &Place) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&command.folder)?;
    for what in &command.what {
        match what {
            What::Steps => steps::steps(&command, place)?,
            What::Figures => figures::figures(&command, place)?,
            What::Report => report::report(&command, place)?,
            What::Audit => audit::audit(&command)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say(bench: &str, what: &str, fields: Value) {
    let mut line = json!({ "bench": bench, "what": what });
    if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
        line.extend(fields);
    }
    println!("{line}");
}

/// p50 and p99 of latencies in milliseconds.
fn percentiles(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0);
    (round(at(0.5)), round(at(0.99)))
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// What some work gives, and the milliseconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let given = work();
    (given, began.elapsed().as_secs_f64() * 1000.0)
}
