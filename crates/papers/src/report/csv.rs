//! The figures of a report as CSV: UTF-8 with the mark that spreadsheets look for, one figure a line.

use engine::report::Report;

use crate::Error;

/// Writes the table of figures.
pub fn write(report: &Report) -> Result<Vec<u8>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Csv(error.to_string());
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(["键", "数据", "数值", "单位", "上年同期", "分子", "分母", "记录数", "口径", "来源", "负责", "手填", "起", "止"])
        .map_err(|error| failed(&error))?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for row in &report.figures {
        let part = |pick: fn(&engine::report::Fraction) -> i64| {
            row.fraction.as_ref().map_or_else(String::new, |fraction| pick(fraction).to_string())
        };
        out.write_record([
            row.key.clone(),
            safe(&row.title),
            number(row.value),
            row.unit.clone(),
            number(row.last_year),
            part(|fraction| fraction.numerator),
            part(|fraction| fraction.denominator),
            row.records.to_string(),
            safe(&row.definition),
            safe(&row.source),
            safe(&row.owner),
            if row.statement { "是" } else { "" }.to_owned(),
            report.period.from.to_string(),
            report.period.to.to_string(),
        ])
        .map_err(|error| failed(&error))?;
    }
    out.into_inner().map_err(|error| failed(&error))
}

/// Text that a spreadsheet would take for a formula is kept as text.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
