//! `fadu intake`: check a file against a data set, and submit it as a batch.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use actions::Hall;
use actions::pool::Submitted;
use actions::pool::check::{Checked, Tally};
use anyhow::Context;
use clap::Args;
use jiff::civil::DateTime;

use super::hall::{Database, bar};
use crate::folder::Place;

#[derive(Args)]
pub struct Intake {
    /// The data set, by its id in the catalogue.
    set: String,
    /// XLSX or CSV; the first row names the columns.
    file: PathBuf,
    /// Check and count, keep nothing: runs beside a server.
    #[arg(long)]
    dry_run: bool,
    /// Who submits: the id of a data officer in the register of officers.
    #[arg(long, value_name = "PERSON", required_unless_present = "dry_run")]
    by: Option<String>,
    /// What the data is of: `2026年一季度`.
    #[arg(long, default_value = "", value_name = "TEXT")]
    period: String,
    /// Where to write the cells that were not taken in, each with its reason; beside FILE when not given.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Submit at this moment (YYYY-MM-DDTHH:MM:SS), for training and tests.
    #[arg(long, value_name = "MOMENT")]
    at: Option<DateTime>,
    #[command(flatten)]
    database: Database,
}

pub fn run(command: Intake, place: &Place) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&command.file).with_context(|| format!("`{}` cannot be read", command.file.display()))?;
    let name = command.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let hall = if command.dry_run { command.database.hall_to_read(place)? } else { command.database.hall(place)? };
    let checked = check(&hall, &command.set, &name, &bytes)?;
    told(checked.tally);
    for ignored in &checked.ignored {
        println!("  not taken in: column “{ignored}” is not in the catalogue");
    }
    if checked.rejects.is_empty() {
        println!("  every row was taken in");
    } else {
        let path = command.rejects.unwrap_or_else(|| command.file.with_extension("rejects.csv"));
        std::fs::write(&path, checked.list()).with_context(|| format!("`{}` cannot be written", path.display()))?;
        println!("  {} cells not taken in, each with its reason: {}", checked.rejects.len(), path.display());
    }
    if command.dry_run {
        println!("nothing was kept");
        return Ok(ExitCode::SUCCESS);
    }
    let now = super::serve::clock(command.at)();
    let by = command.by.unwrap_or_default();
    let person = hall.person(&by, now.date()).with_context(|| format!("nobody in the register of officers has the id `{by}`"))?;
    let given = Submitted { data_set: &command.set, name: &name, bytes, period: &command.period, note: "" };
    let done = hall.submit_batch(given, &person, now)?;
    println!("batch {} is submitted and checked; another person accepts or refuses it", done.code);
    Ok(ExitCode::SUCCESS)
}

fn check(hall: &Hall, set: &str, name: &str, bytes: &[u8]) -> anyhow::Result<Checked> {
    let known = hall.data_sets();
    let set = hall.data_set(set).with_context(|| {
        let known: Vec<&str> = known.iter().map(|set| set.entry.id.as_str()).collect();
        format!("the catalogue has no data set `{set}`; it has: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") })
    })?;
    let progress = bar(0, "checking");
    let began = Instant::now();
    let checked = hall.check_file(&set, name, bytes, |rows| {
        progress.set_length(progress.length().unwrap_or(0).max(rows));
        progress.set_position(rows);
    })?;
    progress.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    println!("{} rows checked in {seconds:.2} s ({:.0} rows/s)", checked.tally.read, checked.tally.read as f64 / seconds);
    Ok(checked)
}

fn told(tally: Tally) {
    println!(
        "  read {} = accepted {} (new {}, updated {}) + rejected {} + repeated in the file {} + known already {}",
        tally.read, tally.accepted, tally.new, tally.updated, tally.rejected, tally.repeated, tally.known
    );
}
