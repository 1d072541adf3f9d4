//! `fadu checkpoint`: the latest signed checkpoint, to be kept where nobody who can change the database can reach it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actions::seal::{Seal, witness_text};
use anyhow::Context;
use clap::Args;
use store::Checkpoint;

use super::hall::Database;
use crate::folder::Place;

/// Where the signing key is.
#[derive(Args, Clone, Default)]
pub struct Key {
    /// The SM2 key that signs checkpoints, made on first use; for SQLite `<database file>.key` when not given.
    #[arg(long, env = "FADU_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
}

impl Key {
    fn path(&self, database: &Database) -> Option<PathBuf> {
        self.key.clone().or_else(|| beside(database))
    }

    /// The seal, or `None` when nobody said where the key is.
    pub fn seal(&self, database: &Database) -> anyhow::Result<Option<Seal>> {
        // The folder first, which the key may have to itself before the database is there.
        database.config()?;
        Ok(self.path(database).map(|path| Seal::open(&path)).transpose()?)
    }
}

/// The key file beside a SQLite database.
pub fn beside(database: &Database) -> Option<PathBuf> {
    let file = database.database.strip_prefix("sqlite:")?;
    Some(PathBuf::from(format!("{file}.key")))
}

#[derive(Args)]
pub struct Print {
    /// The file to write; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Publish the checkpoint of today first; a server that writes to the same SQLite file must be stopped.
    #[arg(long)]
    publish: bool,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    database: Database,
}

pub fn run(command: Print, place: &Place) -> anyhow::Result<ExitCode> {
    let latest = match command.publish {
        true => {
            let hall = command.database.hall(place)?;
            let seal = command.key.seal(&command.database)?.context("say where the signing key is: --key FILE or FADU_KEY")?;
            Some(hall.publish_checkpoint(&seal, super::serve::clock(None)().date())?)
        }
        false => command.database.hall_to_read(place)?.latest_checkpoint()?,
    };
    let latest =
        latest.context("there is no checkpoint yet: `fadu serve` publishes one each night, `fadu checkpoint --publish` one for today")?;
    let text = witness_text(&latest).with_context(|| format!("checkpoint {} bears no signature", latest.number))?;
    match command.out {
        None => print!("{text}"),
        Some(path) => {
            std::fs::write(&path, text).with_context(|| format!("`{}` could not be written", path.display()))?;
            println!(
                "checkpoint {} of {} written to {}; `fadu verify --witness` compares the ledger with it",
                latest.number,
                latest.day,
                path.display()
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Checkpoints kept elsewhere.
pub fn witnesses(files: &[PathBuf]) -> anyhow::Result<Vec<Checkpoint>> {
    let read = |path: &PathBuf| -> anyhow::Result<Vec<Checkpoint>> {
        let text = std::fs::read_to_string(path).with_context(|| format!("`{}` could not be read", path.display()))?;
        actions::seal::read_witnesses(&text).with_context(|| format!("`{}` is no witness", path.display()))
    };
    Ok(files.iter().map(read).collect::<Result<Vec<_>, _>>()?.concat())
}

/// Checks the signature of every checkpoint and says what was found. True when nothing is wrong.
pub fn verify_signatures(store: &store::Store, database: &Database, keys: &[PathBuf]) -> anyhow::Result<bool> {
    let beside = beside(database).filter(|path| path.exists());
    let files: Vec<&Path> = match keys {
        [] => beside.iter().map(PathBuf::as_path).collect(),
        given => given.iter().map(PathBuf::as_path).collect(),
    };
    let trusted = files.iter().map(|path| actions::seal::PublicKey::read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut sound = true;
    let (mut checked, mut found) = (0, Vec::new());
    for division in store.divisions()? {
        for checkpoint in store.checkpoints(division, u32::MAX)? {
            checked += 1;
            let mut fault = |says: String| {
                sound = false;
                println!("FAULT Signature: division {division} checkpoint {} of {}: {says}", checkpoint.number, checkpoint.day);
            };
            match actions::seal::holds_under(&checkpoint) {
                None => fault("the signature does not fit the statement".to_owned()),
                Some(key) if !trusted.is_empty() && !trusted.contains(&key) => fault(format!("signed with another key, {key}")),
                Some(key) if !found.contains(&key) => found.push(key),
                Some(_) => {}
            }
        }
    }
    if checked == 0 {
        println!("no checkpoint yet: nothing is signed");
    } else if sound {
        println!("{checked} checkpoint signature(s) hold");
        for key in &found {
            println!("public key {key}");
        }
        if trusted.is_empty() {
            println!("the key was taken from the ledger itself; give the one you trust with --key FILE");
        }
    }
    Ok(sound)
}
