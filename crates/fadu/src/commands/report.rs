//! `fadu report` and `fadu figure`: numbers out, each with what opens it.

use std::io::Write;
use std::process::ExitCode;

use actions::figure::Period;
use actions::report::Wanted;
use actions::report::file::{Form, file};
use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::civil::{Date, DateTime};

use super::hall::Database;
use crate::folder::Place;

#[derive(Args)]
pub struct Report {
    /// The year reported on.
    year: i16,
    /// Which report of `law/reports/`.
    #[arg(long, default_value = "annual", value_name = "ID")]
    template: String,
    /// 1 or 2, for a half-year's report.
    #[arg(long, value_name = "1|2")]
    half: Option<u8>,
    /// Id of the organ, for a department's report.
    #[arg(long, value_name = "ID")]
    organ: Option<String>,
    #[arg(long, value_enum, default_value = "html")]
    format: Format,
    /// Write to a file instead of standard output (`-`).
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: std::path::PathBuf,
    /// What comes before each link: the address of the site. Links are paths from its root when not given.
    #[arg(long, value_name = "URL", default_value = "")]
    base_url: String,
    /// Leave out sentences whose figures have no value, as a report for approval does; a draft shows the gaps.
    #[arg(long = "final")]
    finished: bool,
    /// Write as of this moment (YYYY-MM-DDTHH:MM:SS).
    #[arg(long, value_name = "MOMENT")]
    at: Option<DateTime>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Html,
    Json,
    Docx,
    Pdf,
    Xlsx,
    Csv,
    Txt,
}

impl Format {
    fn form(self) -> Form {
        match self {
            Format::Html => Form::Html,
            Format::Json => Form::Json,
            Format::Docx => Form::Docx,
            Format::Pdf => Form::Pdf,
            Format::Xlsx => Form::Xlsx,
            Format::Csv => Form::Csv,
            Format::Txt => Form::Txt,
        }
    }
}

pub fn report(command: Report, place: &Place) -> anyhow::Result<ExitCode> {
    let hall = command.database.hall_to_read(place)?;
    let held = hall.store.divisions()?;
    if !held.is_empty() && !held.contains(&hall.settings.number()) {
        let held = held.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        anyhow::bail!("the database holds no division {}; it holds {held}", hall.settings.division);
    }
    let wanted = Wanted {
        template: command.template,
        year: command.year,
        half: command.half,
        organ: command.organ,
        finished: command.finished,
        ..Wanted::default()
    };
    let report = hall.report(&wanted, super::serve::clock(command.at)())?;
    let bytes = file(&report, command.format.form(), &command.base_url)?;
    if command.out.as_os_str() == "-" {
        let mut out = std::io::stdout().lock();
        if matches!(command.format, Format::Docx | Format::Pdf | Format::Xlsx) && std::io::IsTerminal::is_terminal(&out) {
            anyhow::bail!("a {} is not for a terminal: write it with --out FILE", command.format.form().extension());
        }
        out.write_all(&bytes)?;
    } else {
        std::fs::write(&command.out, bytes).with_context(|| format!("`{}` could not be written", command.out.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Figure {
    /// A key such as S45.ratings_received; all figures when not given.
    key: Option<String>,
    /// The year counted; this or --from and --to.
    #[arg(long)]
    year: Option<i16>,
    #[arg(long)]
    from: Option<Date>,
    #[arg(long)]
    to: Option<Date>,
    /// List the records behind the figure.
    #[arg(long)]
    records: bool,
    #[arg(long, default_value_t = 0)]
    offset: u64,
    #[arg(long, default_value_t = 50)]
    limit: u32,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub fn figure(command: Figure, place: &Place) -> anyhow::Result<ExitCode> {
    let period = match (command.year, command.from, command.to) {
        (Some(year), None, None) => Period::year(year).ok_or_else(|| anyhow::anyhow!("the year {year} lies outside the calendar"))?,
        (None, Some(from), Some(to)) if from <= to => Period { from, to },
        _ => anyhow::bail!("say which period: --year YYYY, or --from DATE --to DATE"),
    };
    let hall = command.database.hall_to_read(place)?;
    let filter = Default::default();
    let Some(key) = command.key else {
        for shown in hall.figures(period, &filter)? {
            if command.json {
                println!("{}", serde_json::to_string(&shown)?)
            } else {
                println!("{:48} {:>14} {}  {}", shown.key, shown.number(), shown.unit, shown.title)
            }
        }
        return Ok(ExitCode::SUCCESS);
    };
    if hall.law.figure(&key).is_none() {
        let near = engine::decide::nearest(&key, hall.law.figures.iter().map(|figure| figure.key.as_str()))
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        anyhow::bail!("no figure `{key}` is declared{near}");
    }
    if command.records {
        let (records, sum) = hall.record_total(&key, period, &filter)?;
        for row in hall.records(&key, period, &filter, command.offset, command.limit)? {
            if command.json {
                println!(
                    "{}",
                    serde_json::json!({ "day": row.day, "organ": row.organ, "matter": row.matter, "amount": row.amount, "case": row.stream.to_string(), "event": row.seq, "code": row.code, "title": row.title })
                );
            } else {
                println!("{} {:20} {:18} {} {}", row.day, row.organ, row.code.unwrap_or_default(), row.amount, row.title);
            }
        }
        eprintln!("{records} records, sum {sum}");
        return Ok(ExitCode::SUCCESS);
    }
    let shown = hall.figure(&key, period, &filter)?;
    println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(ExitCode::SUCCESS)
}
