//! `fadu law coverage`: which systems of the catalogue the law folder counts, as a Markdown table.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use engine::catalogue::System;
use engine::figure::{Figure, Measure};
use engine::law::Law;

use crate::folder::Place;

/// Prints the table, and the metrics asked for that no figure declares, each with the reason. The catalogue is `law/catalogue.toml`, or
/// the Markdown given.
pub fn coverage(place: &Place, catalogue: Option<&Path>) -> anyhow::Result<ExitCode> {
    let law = place.law()?;
    let wanted = match catalogue {
        Some(file) => {
            metrics(&std::fs::read_to_string(file).with_context(|| format!("the catalogue `{}` could not be read", file.display()))?)
        }
        None => law.catalogue.iter().flat_map(System::keys).map(|(key, _)| key).collect(),
    };
    if catalogue.is_some() && wanted.is_empty() {
        bail!("the catalogue names no metric such as `S45.ratings_received`");
    }
    let mut out = std::io::stdout().lock();
    write!(out, "{}", table(&law, &wanted))?;
    if !wanted.is_empty() {
        write!(out, "{}", missing(&law, &wanted))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The table alone: a row for every system that declares a figure.
fn table(law: &Law, wanted: &BTreeSet<String>) -> String {
    let mut systems: BTreeMap<u32, Row<'_>> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for figure in &law.figures {
        let row = systems.entry(number(&figure.key)).or_default();
        if keys.insert(&figure.key) {
            row.figures += 1;
            row.stated += usize::from(matches!(figure.measure, Measure::Statement(_)));
        }
        row.carried.extend(carriers(law, figure, 3));
    }
    let mut out = String::from(if wanted.is_empty() {
        "| system | figures declared | carried by |\n|---|---:|---|\n"
    } else {
        "| system | figures declared | of them stated | metrics asked | declared | carried by |\n|---|---:|---:|---:|---:|---|\n"
    });
    for (system, row) in &systems {
        let carried = if row.carried.is_empty() {
            "signed statements".to_owned()
        } else {
            row.carried.iter().copied().collect::<Vec<_>>().join(", ")
        };
        let asked: Vec<&String> = wanted.iter().filter(|key| number(key) == *system).collect();
        let declared = asked.iter().filter(|key| law.figure(key).is_some()).count();
        if wanted.is_empty() {
            out.push_str(&format!("| S{system:02} | {} | {carried} |\n", row.figures));
        } else {
            out.push_str(&format!("| S{system:02} | {} | {} | {} | {declared} | {carried} |\n", row.figures, row.stated, asked.len()));
        }
    }
    out.push_str(&format!(
        "\n{} systems, {} figures, {} procedures, {} registers.\n",
        systems.len(),
        keys.len(),
        law.procedures.len(),
        law.registers.len()
    ));
    out
}

/// What a system's row sums up.
#[derive(Default)]
struct Row<'l> {
    figures: usize,
    stated: usize,
    carried: BTreeSet<&'l str>,
}

/// The metrics that no figure declares: of systems that count something each with its reason, of the others one line a system.
fn missing(law: &Law, wanted: &BTreeSet<String>) -> String {
    let missing: Vec<&String> = wanted.iter().filter(|key| law.figure(key).is_none()).collect();
    let mut out = format!("\n{} of the catalogue's {} metrics are declared. Not declared:\n\n", wanted.len() - missing.len(), wanted.len());
    let mut systems: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for key in missing {
        systems.entry(number(key)).or_default().push(key);
    }
    for (system, keys) in systems {
        let counts = law.figures.iter().any(|figure| number(&figure.key) == system);
        let known = law.catalogue.iter().find(|known| number(&known.id) == system);
        if !counts {
            let list = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            out.push_str(&format!("- S{system:02}: no procedure or register yet: {list}\n"));
            continue;
        }
        for key in keys {
            let name = key.split_once('.').map_or(key, |(_, name)| name);
            let why = known.and_then(|known| known.why.get(name)).map_or("nothing counts it, and nobody states it", String::as_str);
            out.push_str(&format!("- `{key}`: {why}\n"));
        }
    }
    out
}

/// The procedures and registers a figure counts over; for a rate, those of its two figures.
fn carriers<'l>(law: &'l Law, figure: &'l Figure, depth: u8) -> Vec<&'l str> {
    let of = |key: &str| law.figure(key).filter(|_| depth > 0).map(|figure| carriers(law, figure, depth - 1)).unwrap_or_default();
    match &figure.measure {
        Measure::Count(over) => over.procedure.iter().chain(&over.register).map(String::as_str).collect(),
        Measure::Sum(over) => over.procedure.iter().chain(&over.register).map(String::as_str).collect(),
        Measure::Stock(stock) => vec![&stock.register],
        Measure::Ratio(pair) | Measure::Mean(pair) => of(&pair.of).into_iter().chain(of(&pair.over)).collect(),
        Measure::Change(change) => of(&change.of),
        Measure::Distinct(distinct) => of(&distinct.of),
        Measure::Cases(open) => vec![&open.procedure],
        Measure::Statement(_) => Vec::new(),
    }
}

/// 45 of `S45.ratings_received`.
fn number(key: &str) -> u32 {
    key.trim_start_matches('S').split('.').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The metrics a catalogue asks for. It is Markdown with a row a system: the first cell its id, the last its metrics, each with its unit in
/// brackets and a middle dot between two. Keys written out in full anywhere count, too.
fn metrics(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        if let [system, .., last] = cells.as_slice()
            && is_system(system)
        {
            let names = last.split('·').map(|metric| metric.split('(').next().unwrap_or(metric).trim().trim_matches('`'));
            found.extend(names.filter(|name| is_name(name)).map(|name| format!("{system}.{name}")));
        }
        let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let whole = |token: &&str| token.split_once('.').is_some_and(|(system, name)| is_system(system) && is_name(name));
        found.extend(line.split(|letter| !word(letter)).map(|token| token.trim_matches('.')).filter(whole).map(str::to_owned));
    }
    found
}

fn is_system(text: &str) -> bool {
    text.strip_prefix('S').is_some_and(|digits| (2..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_name(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
