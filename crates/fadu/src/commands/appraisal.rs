//! `fadu appraisal`: a year of appraisal as text or JSON; and, from the JSON of several divisions, the roll-up of the level above.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use actions::appraisal::Year;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use engine::case::Person;
use engine::indicator::score::{Roll, combine};
use serde::Deserialize;

use super::hall::Database;
use crate::folder::Place;

#[derive(Args)]
pub struct Appraisal {
    /// The year appraised.
    year: i16,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// JSON that other divisions wrote with `--format json`: their sums are added to these, county by county to the city, city by city to the province.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    with: Vec<PathBuf>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is read of another division's JSON.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Other {
    year: i16,
    division: String,
    division_name: String,
    roll: Option<Roll>,
}

pub fn run(command: Appraisal, place: &Place) -> anyhow::Result<ExitCode> {
    let hall = command.database.hall_to_read(place)?;
    // Whoever holds the database sees all of it.
    let operator =
        Person { id: "operator".to_owned(), organ: "operator".to_owned(), posts: vec!["supervisor".to_owned()], ..Person::default() };
    let now = super::serve::clock(None)();
    let year = match hall.appraisal_year(Some(&operator), command.year, now) {
        Err(actions::Error::NotFound) => {
            bail!("no standard of appraisal is in force for {}: see law/accountability/indicators", command.year)
        }
        found => found?,
    };
    let mut out = std::io::stdout().lock();
    match command.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&year)?)?,
        Format::Text => text(&mut out, &year)?,
    }
    if !command.with.is_empty() {
        let mut rolls = vec![(year.division.clone(), year.division_name.clone(), year.roll.clone().unwrap_or_default())];
        for file in &command.with {
            let read = std::fs::read(file).with_context(|| format!("`{}` could not be read", file.display()))?;
            let other: Other = serde_json::from_slice(&read)
                .with_context(|| format!("`{}` is not what `fadu appraisal {} --format json` writes", file.display(), command.year))?;
            if other.year != command.year {
                bail!("`{}` is of {}, not of {}", file.display(), other.year, command.year);
            }
            if rolls.iter().any(|(division, _, _)| *division == other.division) {
                bail!("`{}` is of division {}, which is counted already", file.display(), other.division);
            }
            let roll = other.roll.with_context(|| format!("`{}` holds no roll-up", file.display()))?;
            rolls.push((other.division, other.division_name, roll));
        }
        let all = combine(rolls.iter().map(|(_, _, roll)| roll.clone()));
        if command.format == Format::Json {
            writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        } else {
            writeln!(out, "\n逐级汇总\n")?;
            for (division, name, roll) in &rolls {
                writeln!(out, "{division}  {name}  {}个单位  平均{}分", roll.units, said(roll))?;
            }
            writeln!(out, "合计  {}个单位  平均{}分", all.units, said(&all))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn said(roll: &Roll) -> String {
    roll.mean().map_or_else(|| "—".to_owned(), |mean| mean.to_string())
}

fn text(out: &mut impl Write, year: &Year) -> std::io::Result<()> {
    writeln!(out, "{}{}年度法治政府建设考核", year.division_name, year.year)?;
    writeln!(
        out,
        "{}，{}项，{}{}",
        year.tree.title,
        year.tree.count,
        year.tree.source,
        if year.tree.adopted { "" } else { "，默认值，本地尚未采纳" }
    )?;
    match year.round.as_ref().map(|round| round.bulletin.as_ref()) {
        Some(Some(bulletin)) => writeln!(out, "{}通报，{}", bulletin.issued, bulletin.number.as_deref().unwrap_or("没有文号"))?,
        Some(None) => writeln!(out, "考核中，得分随业务记录变化")?,
        None => writeln!(out, "还没有开始")?,
    }
    let mut group: Option<&Option<String>> = None;
    for unit in &year.units {
        if group != Some(&unit.group) {
            writeln!(out, "\n{}", unit.group.as_deref().unwrap_or("其他单位"))?;
            group = Some(&unit.group);
        }
        let rank = unit.rank.map_or("—".to_owned(), |rank| rank.to_string());
        let total = unit.total.map_or("—".to_owned(), |total| total.to_string());
        writeln!(out, "{rank:>3}  {total:>6}  {}  {}  {}", unit.grade.as_deref().unwrap_or("—"), unit.title, unit.stage_title)?;
    }
    Ok(())
}
