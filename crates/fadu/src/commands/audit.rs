//! `fadu audit`: read any published report, find its figures, work out whether they agree, with each other and with the ledger.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use actions::audit::{LARGEST_REPORT, Unreadable, audit, to_json};
use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use engine::audit::{Comparison, Verdict, render};

use crate::commands::hall::Database;
use crate::folder::Place;

#[derive(Args)]
pub struct Audit {
    /// A report: TXT in any encoding, HTML, DOCX, PDF with text, XLSX, CSV; or `-` for standard input.
    file: PathBuf,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Compare with the figures of this year in the ledger of the division.
    #[arg(long, value_name = "YYYY")]
    year: Option<i16>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Plain text: figures, then checks with their arithmetic.
    Text,
    /// {"figures": […], "checks": […]}
    Json,
    /// A page with the figures marked in the text.
    Html,
}

/// Style of the page that stands alone.
const STYLE: &str = "body{max-width:44em;margin:2em auto;padding:0 1em;font:17px/1.9 sans-serif;color:#17191c}mark{background:none;color:inherit;border-bottom:1px solid #1c3f77}\
mark.fails{font-weight:600;border-bottom:3px solid #17191c}.audit-check{margin:.75em 0}.audit-check.fails{border-left:5px solid #17191c;padding-left:1em}\
.audit-result{font-weight:600}blockquote{margin:.25em 0;color:#454a52;font-size:15px}a{color:#1c3f77}.audit-text p{text-indent:2em;margin:.75em 0}\
table{border-collapse:collapse;font-size:15px}td,th{padding:.25em 1em .25em 0;text-align:left;border-top:1px solid #d9d9d5}";

pub fn run(command: Audit, place: &Place) -> anyhow::Result<ExitCode> {
    if command.year.is_none() && command.database.division.is_some() && std::env::var_os("FADU_DIVISION").is_none() {
        bail!("--division names a ledger to compare with: say which year of it with --year YYYY");
    }
    let bytes = read(&command.file)?;
    let name = command.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let audited = audit(&name, &bytes).map_err(|wrong| unreadable(&command.file, &wrong))?;
    let ledger = match command.year {
        Some(year) => Some((year, command.database.hall_to_read(place)?.compare_with_ledger(&audited.audit, year)?)),
        None => None,
    };
    let lines = ledger.as_ref().map(|(_, lines)| lines.as_slice());
    match command.format {
        Format::Text => {
            print!("{}", render::text(&audited.audit, &audited.text));
            if let Some((year, lines)) = &ledger {
                print!("\n与{year}年台账比较\n{}", beside_text(&audited.audit.figures, lines));
            }
        }
        Format::Json => println!("{}", serde_json::to_string_pretty(&to_json(&audited.audit, lines))?),
        Format::Html => {
            println!(
                "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>报告核对</title><style>{STYLE}</style></head><body>"
            );
            println!("{}", render::html(&audited.audit, &audited.text));
            if let Some((year, lines)) = &ledger {
                println!(
                    "<section><h2>与{year}年台账比较</h2><pre>{}</pre></section>",
                    escaped(&beside_text(&audited.audit.figures, lines))
                );
            }
            println!("</body></html>");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = LARGEST_REPORT as u64 + 1;
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).context("standard input could not be read")?;
        return Ok(bytes);
    }
    let shown = file.display();
    if file.is_dir() {
        bail!("`{shown}` is a folder; name one report in it");
    }
    let opened = std::fs::File::open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow!("there is no file `{shown}`; check the path, or give `-` to read standard input"),
        _ => anyhow!("`{shown}` could not be opened: {error}"),
    })?;
    opened.take(most).read_to_end(&mut bytes).with_context(|| format!("`{shown}` could not be read"))?;
    Ok(bytes)
}

fn unreadable(file: &std::path::Path, wrong: &Unreadable) -> anyhow::Error {
    let which = if file.as_os_str() == "-" { "standard input".to_owned() } else { format!("`{}`", file.display()) };
    anyhow!("{which}: {}\n      {}", wrong.english(), wrong.chinese())
}

/// What the ledger has beside each figure; figures that it does not have are counted.
fn beside_text(figures: &[engine::audit::Figure], lines: &[Comparison]) -> String {
    let mut out = String::new();
    for line in lines {
        let (Some(figure), Some(candidate)) = (figures.get(line.figure), line.candidates.first()) else { continue };
        let verdict = if line.result == Verdict::Agrees { "一致" } else { "不一致" };
        let subject: String = figure.subject.split_whitespace().collect();
        out.push_str(&format!(
            "[{verdict}] {subject} {}{}  台账 {}：{} {}\n",
            figure.value, figure.unit, candidate.key, candidate.value, candidate.title
        ));
    }
    let without = lines.iter().filter(|line| line.result == Verdict::NotInLedger).count();
    out.push_str(&format!("另有{without}个数台账上没有名称相近的\n"));
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
