//! `fadu audit`: read any published report, find its figures, work out whether they agree.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

#[derive(Args)]
pub struct Audit {
    /// A report as text (UTF-8), or `-` for standard input.
    file: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
}

/// Nothing larger is a report.
const MOST: usize = 20 << 20;

pub fn run(command: Audit) -> anyhow::Result<ExitCode> {
    let mut bytes = Vec::new();
    if command.file.as_os_str() == "-" {
        std::io::stdin().lock().take(MOST as u64 + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(&command.file).with_context(|| format!("`{}` could not be opened", command.file.display()))?;
        file.take(MOST as u64 + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() > MOST {
        anyhow::bail!("the report is larger than {} MiB; give the text of one report", MOST >> 20);
    }
    let text = String::from_utf8(bytes).context("the report is not UTF-8 text; save it as UTF-8 first")?;
    let text = text.trim_start_matches('\u{feff}');
    let audit = engine::audit::audit(text);
    match command.format {
        Format::Text => print!("{}", engine::audit::render::text(&audit, text)),
        Format::Html => print!("{}", engine::audit::render::html(&audit, text)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&audit)?),
    }
    Ok(ExitCode::SUCCESS)
}
