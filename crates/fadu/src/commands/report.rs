//! `fadu report` and `fadu figure`: numbers out, each with what opens it.

use std::io::Write;
use std::process::ExitCode;

use actions::figure::Period;
use actions::report::{Report as Written, Text, Wanted};
use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::hall::Database;
use crate::folder::Place;

#[derive(Args)]
pub struct Report {
    /// The year reported on.
    year: i16,
    #[arg(long, value_enum, default_value = "html")]
    format: Format,
    /// Which report of `law/reports/`.
    #[arg(long, default_value = "annual")]
    report: String,
    /// Write to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<std::path::PathBuf>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Html,
    Json,
}

pub fn report(command: Report, place: &Place) -> anyhow::Result<ExitCode> {
    let hall = command.database.hall_to_read(place)?;
    let report = hall.report(&Wanted::year(&command.report, command.year), super::serve::clock(None)())?;
    let bytes = match command.format {
        Format::Json => {
            let mut json = serde_json::to_vec_pretty(&report)?;
            json.push(b'\n');
            json
        }
        Format::Html => html(&report, &command.database.address).into_bytes(),
    };
    match command.out {
        Some(path) => std::fs::write(&path, bytes)?,
        None => std::io::stdout().lock().write_all(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page that stands alone; every figure leads to its records on the site.
fn html(report: &Written, address: &str) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n<link rel=\"stylesheet\" href=\"{1}/assets/fadu.css\">\n</head>\n<body>\n<main class=\"wrap\">\n<div class=\"head\"><h1>{0}</h1></div>\n",
        escape(&report.title),
        escape(address)
    );
    let link = |key: &str, text: &str| {
        format!(
            "<a class=\"fig\" data-figure=\"{0}\" href=\"{1}/figures/{0}?year={2}\">{3}</a>",
            escape(key),
            escape(address),
            report.period.year,
            escape(text)
        )
    };
    for chapter in &report.chapters {
        out.push_str(&format!("<section class=\"sec\"><h2>{}</h2>\n", escape(&chapter.title)));
        for text in &chapter.blocks {
            match text {
                Text::Heading { text } => out.push_str(&format!("<h3>{}</h3>\n", escape(text))),
                Text::Paragraph { pieces } => {
                    let text: String = pieces
                        .iter()
                        .map(|piece| match &piece.figure {
                            Some(quoted) => link(&quoted.key, &piece.text),
                            None => escape(&piece.text),
                        })
                        .collect();
                    out.push_str(&format!("<p>{text}</p>\n"));
                }
                Text::Table { .. } | Text::Chart { .. } | Text::Section { .. } => {}
            }
        }
        out.push_str("</section>\n");
    }
    out.push_str("<section class=\"sec\"><h2>附表：全部数据</h2>\n<table class=\"t\"><caption class=\"vh\">全部数据</caption><thead><tr><th scope=\"col\">数据</th><th scope=\"col\" class=\"n\">数值</th><th scope=\"col\">单位</th><th scope=\"col\">口径</th></tr></thead><tbody>\n");
    for shown in &report.figures {
        out.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(&shown.title),
            link(&shown.key, &shown.number),
            escape(&shown.unit),
            escape(&shown.definition)
        ));
    }
    out.push_str("</tbody></table></section>\n<section class=\"sec\"><h2>核对</h2>\n<ul class=\"list\">\n");
    for check in &report.checks {
        out.push_str(&format!("<li>{} {}</li>\n", if check.holds { "✓" } else { "✗ 对不上：" }, escape(&check.says)));
    }
    out.push_str("</ul></section>\n</main>\n</body>\n</html>\n");
    out
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
