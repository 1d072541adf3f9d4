//! `fadu rehearse`: play a district's year.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::hall::{Database, bar};
use crate::folder::Place;
use crate::rehearse::{self, district::DistrictYear};

#[derive(Args)]
pub struct Rehearse {
    /// A district-year: division, year, source and [targets].
    file: PathBuf,
    /// How much of the year: 1 is all of it, 0.01 a hundredth.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// The same seed plays the same year.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    database: Database,
}

pub fn run(command: Rehearse, place: &Place) -> anyhow::Result<ExitCode> {
    if !(command.scale > 0.0 && command.scale <= 100.0) {
        anyhow::bail!("--scale is a number above 0, at most 100");
    }
    let district = DistrictYear::read(&command.file)?;
    let database = Database { division: Some(district.division.clone()), ..command.database };
    let hall = database.hall(place)?.with_chance(seeded(command.seed));
    let outcome = play(&hall, &district, command.scale, command.seed)?;
    Ok(if rehearse::report(&outcome).get("missed").is_none_or(Vec::is_empty) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Chance from a seed: the same seed gives the same tracking codes.
fn seeded(seed: u64) -> actions::hall::Chance {
    let random = std::sync::Mutex::new(fastrand::Rng::with_seed(seed));
    std::sync::Arc::new(move || {
        let mut random = random.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(format!("{:032x}", random.u128(..)))
    })
}

/// Plays and says what came of it.
pub fn play(hall: &actions::Hall, district: &DistrictYear, scale: f64, seed: u64) -> anyhow::Result<rehearse::Outcome> {
    let began = std::time::Instant::now();
    let progress = bar(0, "rehearsing");
    let outcome = rehearse::rehearse(hall, district, scale, seed, &progress)?;
    progress.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{} {}: {} cases, {} steps, {} entries in {seconds:.1} s ({:.0} steps/s); {} lapses",
        district.name,
        district.year,
        outcome.cases,
        outcome.steps,
        outcome.entries,
        outcome.steps as f64 / seconds.max(0.001),
        outcome.lapses
    );
    println!("targets from: {}", district.source);
    let report = rehearse::report(&outcome);
    let exact = outcome.covered.iter().filter(|reached| !reached.rate && reached.holds()).count();
    println!("{exact} covered targets stand exactly; {} missed; {} uncovered", report["missed"].len(), report["uncovered"].len());
    for line in &report["missed"] {
        println!("  missed: {line}");
    }
    for line in &report["rates"] {
        println!("  rate, follows from its counts: {line}");
    }
    if !report["uncovered"].is_empty() {
        println!("  uncovered (their systems are not built yet): {}", report["uncovered"].join(", "));
    }
    Ok(outcome)
}
