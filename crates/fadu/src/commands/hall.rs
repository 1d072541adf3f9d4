//! Opening the hall for a command: which database, which division, with progress on anything that takes long.

use actions::{Hall, Settings};
use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use store::{Config, Store};

use crate::folder::Place;

/// The database every command but the law's works on.
#[derive(Args, Clone)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://user@host:port/name`.
    #[arg(long, env = "FADU_DATABASE", default_value = "sqlite:data/fadu.db", value_name = "URL")]
    pub database: String,
    /// GB/T 2260 code of the division; the only one in the database when not given.
    #[arg(long, env = "FADU_DIVISION", value_name = "CODE")]
    pub division: Option<String>,
    /// Where the public reaches the site, for QR codes on papers.
    #[arg(long, env = "FADU_ADDRESS", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub address: String,
}

/// The name of a division known to the program; others are named by their code until an organ register says better.
pub fn division_name(code: &str) -> String {
    match code {
        "140902" => "忻府区".to_owned(),
        "360112" => "新建区".to_owned(),
        other => format!("行政区划{other}"),
    }
}

impl Database {
    pub fn config(&self) -> anyhow::Result<Config> {
        if let Some(parent) = self.database.strip_prefix("sqlite:").map(std::path::Path::new).and_then(std::path::Path::parent) {
            std::fs::create_dir_all(parent).with_context(|| format!("the folder `{}` could not be made", parent.display()))?;
        }
        Ok(Config::new(self.database.clone()))
    }

    pub fn open(&self, place: &Place, config: Config) -> anyhow::Result<Hall> {
        let bar = spinner("folding new figures over history");
        let hall = self.open_unfolded(place, config)?;
        if hall.store.may_write() {
            hall.fold_figures(|events| bar.set_position(events))?;
        }
        bar.finish_and_clear();
        Ok(hall)
    }

    /// Opens the hall without waiting for new figures to be counted.
    fn open_unfolded(&self, place: &Place, config: Config) -> anyhow::Result<Hall> {
        let law = place.law()?;
        let store = Store::open(&config)?;
        let division = match &self.division {
            Some(division) => division.clone(),
            None => match store.divisions()?.as_slice() {
                [] => "140902".to_owned(),
                [only] => only.to_string(),
                many => anyhow::bail!(
                    "the database holds divisions {}; say which with --division",
                    many.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
                ),
            },
        };
        let settings = Settings { name: division_name(&division), division, address: self.address.clone() };
        if config.read_only {
            return Ok(Hall::open_to_read(law, settings, store)?);
        }
        Ok(Hall::open_unfolded(law, settings, store)?)
    }

    /// For a server: new figures are counted beside the work.
    pub fn hall_unfolded(&self, place: &Place) -> anyhow::Result<Hall> {
        self.open_unfolded(place, self.config()?)
    }

    pub fn hall(&self, place: &Place) -> anyhow::Result<Hall> {
        self.open(place, self.config()?)
    }

    /// For commands that only look: they run beside a server.
    pub fn hall_to_read(&self, place: &Place) -> anyhow::Result<Hall> {
        let mut config = self.config()?;
        config.read_only = true;
        self.open(place, config)
    }
}

/// Seen only on a terminal, and never when `NO_COLOR` or a pipe asks for plain text.
pub fn bar(length: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:20} [{bar:40}] {pos}/{len} {per_sec} eta {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what.to_owned())
}

pub fn spinner(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}: {pos} {per_sec}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner().with_style(style).with_message(what.to_owned())
}
