//! `fadu law …`: what a jurist does with the law folder.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use engine::example::Example;
use engine::law::Unit;
use jiff::civil::Date;

use crate::folder::Place;

#[derive(Subcommand)]
pub enum Law {
    /// Run every named check over the law folder.
    Check {
        /// One finding a line as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Play worked examples against the law.
    Test {
        /// Example files or folders; all of the law folder when none is given.
        paths: Vec<PathBuf>,
    },
    /// Which systems of the catalogue are counted, and by what, as a Markdown table.
    Coverage {
        /// A catalogue of systems; the metrics it asks for and no figure declares are listed.
        #[arg(long, value_name = "FILE")]
        catalogue: Option<PathBuf>,
    },
    /// Draw a procedure from its law file.
    Draw {
        procedure: String,
        #[arg(long, value_enum, default_value = "mermaid")]
        format: DrawFormat,
    },
    /// Where a period ends under the State Council's calendar.
    ///
    /// `working`: the COUNT-th working day after DATE, which is not counted. `calendar`: DATE plus COUNT days, moved forward over
    /// days off. With `-` for DATE: questions on standard input, one `DATE COUNT working|calendar` a line, one date a line on standard
    /// output. A date that rests on a year without a notice is followed by the word `provisional`.
    Due {
        /// YYYY-MM-DD, or `-` for standard input.
        date: String,
        #[arg(allow_negative_numbers = true)]
        count: Option<i64>,
        #[arg(value_enum)]
        unit: Option<DueUnit>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DrawFormat {
    Mermaid,
    Svg,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DueUnit {
    Working,
    Calendar,
}

pub fn run(command: Law, place: &Place) -> anyhow::Result<ExitCode> {
    match command {
        Law::Check { json } => check(place, json),
        Law::Test { paths } => test(place, &paths),
        Law::Coverage { catalogue } => super::coverage::coverage(place, catalogue.as_deref()),
        Law::Draw { procedure, format } => draw(place, &procedure, format),
        Law::Due { date, count, unit } => due(place, &date, count, unit),
    }
}

fn check(place: &Place, json: bool) -> anyhow::Result<ExitCode> {
    let folder = place.read()?;
    let findings = engine::check::check(&folder);
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        if json {
            writeln!(out, "{}", serde_json::to_string(finding)?)?;
        } else {
            writeln!(out, "{finding}")?;
        }
    }
    if !json {
        let checks = engine::check::CHECKS.len();
        let law = &folder.law;
        writeln!(
            out,
            "{} checks over {} procedures, {} registers, {} figures, {} instruments, {} examples: {}",
            checks,
            law.procedures.len(),
            law.registers.len(),
            law.figures.len(),
            law.instruments.len(),
            folder.examples.len(),
            if findings.is_empty() { "nothing found".to_owned() } else { format!("{} finding(s)", findings.len()) }
        )?;
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn test(place: &Place, paths: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let folder = place.read()?;
    if let Some(first) = folder.findings.first().filter(|_| paths.is_empty()) {
        bail!("the law folder has {} fault(s), the first: {first}; run `fadu law check`", folder.findings.len());
    }
    let mut examples = Vec::new();
    let mut faults = 0;
    if paths.is_empty() {
        examples = folder.examples;
    }
    for path in paths {
        for file in toml_files(path)? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("`{}` could not be read", file.display()))?;
            match Example::parse(&file.display().to_string(), &text) {
                Ok(example) => examples.push(example),
                Err(finding) => {
                    faults += 1;
                    println!("FAIL {finding}");
                }
            }
        }
    }
    let mut passed = 0;
    for example in &examples {
        let outcome = example.run(&folder.law);
        if outcome.faults.is_empty() {
            passed += 1;
        } else {
            faults += 1;
            println!("FAIL {}: {}", outcome.path, outcome.title);
            for (line, message) in &outcome.faults {
                println!("  {}:{line}: {message}", outcome.path);
            }
        }
    }
    println!("{passed} passed, {faults} failed");
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn toml_files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.is_dir() {
        bail!("`{}` is neither a file nor a folder of examples", path.display());
    }
    let mut files = Vec::new();
    gather(path, &mut files)?;
    // A part of the law folder holds procedures and registers beside its examples.
    if files.iter().any(|file| in_examples(file)) {
        files.retain(|file| in_examples(file));
    }
    files.sort();
    Ok(files)
}

fn in_examples(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with("examples"))
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?.path();
        if entry.is_dir() {
            gather(&entry, files)?;
        } else if entry.extension().is_some_and(|ext| ext == "toml") {
            files.push(entry);
        }
    }
    Ok(())
}

fn draw(place: &Place, id: &str, format: DrawFormat) -> anyhow::Result<ExitCode> {
    let law = place.law()?;
    let Some(procedure) = law.procedures.get(id) else {
        let near = engine::decide::nearest(id, law.procedures.keys().map(String::as_str));
        let known: Vec<&str> = law.procedures.keys().map(String::as_str).collect();
        bail!(
            "there is no procedure `{id}`; {}",
            near.map_or(format!("known are {}", known.join(", ")), |near| format!("did you mean `{near}`?"))
        );
    };
    let version = procedure.versions.last().context("the procedure has no version")?;
    match format {
        DrawFormat::Mermaid => print!("{}", engine::diagram::mermaid(procedure, version)),
        DrawFormat::Svg => print!("{}", engine::diagram::svg(procedure, version)),
    }
    Ok(ExitCode::SUCCESS)
}

fn due(place: &Place, date: &str, count: Option<i64>, unit: Option<DueUnit>) -> anyhow::Result<ExitCode> {
    let law = place.law()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if date != "-" {
        let (Some(count), Some(unit)) = (count, unit) else {
            bail!("write `fadu law due DATE COUNT working|calendar`, for example `fadu law due 2026-09-25 5 working`")
        };
        writeln!(out, "{}", answer(&law, date, count, unit)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut faults = 0;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match ask(&law, &line) {
            Ok(answer) => writeln!(out, "{answer}")?,
            Err(error) => {
                faults += 1;
                // A line answers a line: the place of a bad question stays visible.
                writeln!(out, "error: line {}: {error}", number + 1)?;
            }
        }
    }
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn ask(law: &engine::law::Law, line: &str) -> anyhow::Result<String> {
    let words: Vec<&str> = line.split([' ', '\t', ',']).filter(|word| !word.is_empty()).collect();
    let [date, count, unit] = words.as_slice() else { bail!("write `DATE COUNT working|calendar`, found `{line}`") };
    let count: i64 = count.parse().with_context(|| format!("`{count}` is not a whole number of days"))?;
    let unit = match *unit {
        "working" => DueUnit::Working,
        "calendar" => DueUnit::Calendar,
        other => bail!("`{other}` is neither `working` nor `calendar`"),
    };
    answer(law, date, count, unit)
}

fn answer(law: &engine::law::Law, date: &str, count: i64, unit: DueUnit) -> anyhow::Result<String> {
    let date: Date = date.parse().with_context(|| format!("`{date}` is not a date; write YYYY-MM-DD"))?;
    let unit = match unit {
        DueUnit::Working => Unit::Working,
        DueUnit::Calendar => Unit::Calendar,
    };
    let end = law.calendar.end(date, count, unit)?;
    Ok(if end.provisional { format!("{} provisional", end.date) } else { end.date.to_string() })
}
