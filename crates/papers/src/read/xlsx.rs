//! Reads workbooks: the cells of a sheet one after the other, never the rectangle they span, which a single cell in the last corner makes
//! larger than any memory.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx};

use super::package::{REPORT, TABLE, open, weigh};
use super::unreadable::{Count, Unreadable};
use super::{Builder, LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_LETTERS, Table};

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

fn book(bytes: &[u8], most: usize) -> Result<Book<'_>, Unreadable> {
    weigh(&mut open(bytes)?, bytes.len(), most)?;
    Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => Unreadable::Locked,
        other => Unreadable::broken("工作簿", other),
    })
}

/// The sheets that are shown, in order.
fn sheets(book: &Book<'_>) -> Vec<String> {
    let shown = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    shown.map(|sheet| sheet.name.clone()).collect()
}

/// The first sheet that is shown and holds anything.
pub fn rows(bytes: &[u8]) -> Result<Table, Unreadable> {
    let mut book = book(bytes, TABLE)?;
    for sheet in sheets(&book) {
        let mut builder = Builder::new(sheet.clone());
        each_row(&mut book, &sheet, said, |number, texts| builder.push(number, texts))?;
        let table = builder.finish();
        if !table.header.is_empty() {
            return Ok(table);
        }
    }
    Err(Unreadable::Empty)
}

/// The words of all sheets that are shown: the name of a sheet, then its rows, cells parted by tabulators, rates as they are shown.
pub fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    let mut book = book(bytes, REPORT)?;
    let mut out = String::new();
    let mut cells = 0;
    for sheet in sheets(&book) {
        out.push_str(&sheet);
        out.push('\n');
        each_row(&mut book, &sheet, shown, |_, texts| {
            cells += texts.len();
            if cells > MOST_CELLS || out.len() > MOST_LETTERS * 4 {
                return Err(Unreadable::TooMuch { what: Count::Cells, most: MOST_CELLS });
            }
            let line = texts.join("\t");
            out.push_str(line.trim_end_matches('\t'));
            out.push('\n');
            Ok(())
        })?;
    }
    Ok(out)
}

/// Hands over the rows of a sheet, counted from nought, with every value told by `tell`.
fn each_row(
    book: &mut Book<'_>,
    sheet: &str,
    tell: fn(&DataRef<'_>, Option<&Style>) -> String,
    mut take: impl FnMut(u32, Vec<String>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let broken = |error| Unreadable::broken("工作簿", error);
    let mut cells = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut number = 0;
    let mut texts: Vec<String> = Vec::new();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        if row != number {
            take(number, std::mem::take(&mut texts))?;
            number = row;
        }
        let text = tell(cell.get_value(), cells.styles().get(style));
        if text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= MOST_COLUMNS {
            return Err(Unreadable::TooMuch { what: Count::Columns, most: MOST_COLUMNS });
        }
        if texts.len() <= column {
            texts.resize(column + 1, String::new());
        }
        if let Some(slot) = texts.get_mut(column) {
            *slot = text;
        }
    }
    take(number, texts)
}

/// A value as the docs of [`super::Cell`] say.
fn said(value: &DataRef<'_>, _: Option<&Style>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => tidy(text),
        DataRef::SharedString(text) => tidy(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => plain(*number),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => date(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => tidy(text.strip_suffix("T00:00:00").unwrap_or(text)),
        DataRef::Error(error) => error.to_string(),
    }
}

/// The same, but a rate as the sheet shows it: 99.73% and not 0.9973.
fn shown(value: &DataRef<'_>, style: Option<&Style>) -> String {
    let format = style.and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    match value {
        DataRef::Float(rate) if format.contains('%') => format!("{}%", plain(rate * 100.0)),
        DataRef::Int(rate) if format.contains('%') => format!("{}%", rate.saturating_mul(100)),
        other => said(other, None),
    }
}

fn tidy(text: &str) -> String {
    text.trim().chars().filter(|letter| !letter.is_control() || *letter == '\n').take(LONGEST_CELL).collect()
}

/// The fifteen digits that a sheet keeps: 0.1 + 0.2 is 0.3.
fn plain(number: f64) -> String {
    let kept: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if kept == 0.0 { "0".to_owned() } else { format!("{kept}") }
}

fn date(moment: &ExcelDateTime) -> String {
    let value = moment.as_f64();
    if moment.is_duration() {
        let seconds = (value * 86_400.0).round();
        if !seconds.is_finite() || seconds.abs() > 1e12 {
            return plain(value);
        }
        let seconds = seconds as i64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, (seconds % 3600).abs() / 60, (seconds % 60).abs());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match (value < 1.0, hour, minute, second) {
        (true, ..) => format!("{hour:02}:{minute:02}:{second:02}"),
        (false, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
    }
}
