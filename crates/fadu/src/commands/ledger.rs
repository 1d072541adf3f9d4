//! `fadu verify`, `backup`, `restore`: what an administrator does with the ledger.

use std::path::PathBuf;
use std::process::ExitCode;

use actions::freeze::Asked;
use anyhow::Context;
use clap::{Args, ValueEnum};

use super::checkpoint::{verify_signatures, witnesses};
use super::hall::{Database, spinner};
use crate::folder::Place;

#[derive(Args)]
pub struct Verify {
    /// What to verify.
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// With `report`: the number or tracking code of its case, or the file that was kept.
    #[arg(value_name = "CASE|FILE")]
    report: Option<String>,
    /// A checkpoint kept elsewhere (`fadu checkpoint --out FILE`) that the ledger must still hold; may be repeated.
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,
    /// The key, public or private, that checkpoints are signed with; may be repeated. The one beside a SQLite file when not given.
    #[arg(long, env = "FADU_KEY", value_name = "FILE")]
    key: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Everything.
    All,
    /// Every hash, every number, every head, every checkpoint.
    Ledger,
    /// Every figure recounted from the events.
    Figures,
    /// A frozen report: its digest, its checkpoint, and every figure of it recounted from the events that the checkpoint sealed.
    Report,
}

pub fn verify(command: Verify, place: &Place) -> anyhow::Result<ExitCode> {
    let began = std::time::Instant::now();
    let mut sound = true;
    let witnesses = witnesses(&command.witness)?;
    if command.what == What::Figures && !witnesses.is_empty() {
        anyhow::bail!("--witness goes with the ledger: leave `figures` out");
    }
    match (command.what, &command.report) {
        (What::Report, None) => anyhow::bail!("say which report: `fadu verify report CASE` or `fadu verify report FILE`"),
        (What::Report, Some(_)) | (_, None) => {}
        (_, Some(given)) => anyhow::bail!("`{given}` goes with a report: `fadu verify report {given}`"),
    }
    if command.what != What::Figures {
        // The ledger is read before anything else: damage must be named, not tripped over.
        let mut config = command.database.config()?;
        config.read_only = true;
        let store = store::Store::open(&config)?;
        let bar = spinner("verifying events");
        let found = store.verify(&witnesses, |events| bar.set_position(events))?;
        bar.finish_and_clear();
        println!(
            "{} events in {} streams, {} document numbers, {} checkpoints, {} attachments: {:.1} s",
            found.events,
            found.streams,
            found.numbers,
            found.checkpoints,
            found.attachments,
            began.elapsed().as_secs_f64()
        );
        for fault in &found.faults {
            println!(
                "FAULT {:?}: division {} stream {} event {} ({}): {}",
                fault.what, fault.division, fault.stream, fault.seq, fault.kind, fault.detail
            );
        }
        if !found.sound() {
            println!("the ledger is NOT sound: {} fault(s)", found.faults.len().max(1));
            return Ok(ExitCode::FAILURE);
        }
        sound = verify_signatures(&store, &command.database, &command.key)?;
        if !sound {
            println!("the ledger is NOT sound: a checkpoint is not signed as it should be");
            return Ok(ExitCode::FAILURE);
        }
        for witness in &witnesses {
            println!("checkpoint {} of {}, kept elsewhere, is in the ledger unchanged", witness.number, witness.day);
        }
        println!("the ledger is sound");
    }
    if let Some(given) = &command.report {
        return report(&command.database, place, given);
    }
    if command.what != What::Ledger {
        // The recount goes over every division of the ledger; any of them opens the hall.
        let mut database = command.database.clone();
        if database.division.is_none() {
            let mut config = database.config()?;
            config.read_only = true;
            database.division = store::Store::open(&config)?.divisions()?.first().map(i64::to_string);
        }
        let hall = database.hall_to_read(place)?;
        let bar = spinner("recounting figures");
        let faults = hall.verify_figures(|events| bar.set_position(events))?;
        bar.finish_and_clear();
        for fault in faults.iter().take(50) {
            println!(
                "FAULT figure {} of {} in {} ({}): kept {:?}, recounted {:?}",
                fault.figure, fault.organ, fault.period, fault.matter, fault.kept, fault.recounted
            );
        }
        sound &= faults.is_empty();
        let pool = hall.verify_pool()?;
        for fault in pool.iter().take(50) {
            println!("FAULT pool: {fault}");
        }
        sound &= pool.is_empty();
        println!(
            "{} figures recounted: {}",
            hall.law.figures.len(),
            if faults.is_empty() { "every cell equals its recount".to_owned() } else { format!("{} cells differ", faults.len()) }
        );
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Verifies one frozen report against the ledger, which was found sound before.
fn report(database: &Database, place: &Place, given: &str) -> anyhow::Result<ExitCode> {
    let path = std::path::Path::new(given);
    let brought = path.is_file().then(|| std::fs::read(path)).transpose().with_context(|| format!("`{given}` could not be read"))?;
    let hall = database.hall_to_read(place)?;
    let bar = spinner("recounting the report");
    let asked = brought.as_deref().map_or(Asked::Case(given), Asked::File);
    let verdict = hall.verify_report(asked, |events| bar.set_position(events))?;
    bar.finish_and_clear();
    println!("{} {}", verdict.code, verdict.title);
    println!("SM3 {}", verdict.digest);
    println!("checkpoint {} root {}", verdict.checkpoint, verdict.root);
    println!("{} figures compared with a recount of {} sealed events", verdict.figures, verdict.events);
    for fault in &verdict.faults {
        println!("FAULT {fault}");
    }
    Ok(match verdict.faults.len() {
        0 => {
            println!("the report is what was approved, and every figure of it is what the records give");
            ExitCode::SUCCESS
        }
        n => {
            println!("the report does NOT stand: {n} fault(s)");
            ExitCode::FAILURE
        }
    })
}

#[derive(Args)]
pub struct Recount {
    #[command(flatten)]
    database: Database,
}

/// Counts every figure and all open cases anew; the ledger itself is only read.
pub fn recount(command: Recount, place: &Place) -> anyhow::Result<ExitCode> {
    let began = std::time::Instant::now();
    let hall = command.database.hall(place)?;
    hall.store.recount_standing()?;
    let bar = spinner("counting every figure anew");
    let events = hall.fold_anew(|events| bar.set_position(events))?;
    bar.finish_and_clear();
    println!("{events} events counted anew, and all open cases: {:.1} s", began.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Backup {
    /// The file to write.
    path: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub fn backup(command: Backup) -> anyhow::Result<ExitCode> {
    let mut config = command.database.config()?;
    config.read_only = true;
    let store = store::Store::open(&config)?;
    store.backup(&command.path)?;
    println!("backed up to {}", command.path.display());
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Restore {
    /// A file written by `fadu backup`. On its way into PostgreSQL it is copied into `TMPDIR`, which needs the room.
    path: PathBuf,
    #[command(flatten)]
    database: Database,
}

pub fn restore(command: Restore) -> anyhow::Result<ExitCode> {
    command.database.config()?;
    store::restore(&command.path, &command.database.database)
        .with_context(|| format!("`{}` could not be restored", command.path.display()))?;
    println!("restored into {}; run `fadu verify` next", command.database.database);
    Ok(ExitCode::SUCCESS)
}
