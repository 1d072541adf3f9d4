//! Tables as files: XLSX for spreadsheets, CSV for programs and for spreadsheets that read it. What somebody wrote stays text:
//! nothing that begins like a formula is ever run.

use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::Error;

/// A table with a name and headed columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Whole(i64),
    Decimal(f64),
    Day(Date),
}

/// The longest text a cell of a workbook takes, in characters.
const LONGEST: usize = 32_767;

/// The widest a column is set, in characters.
const WIDEST: usize = 60;

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Error {
        Error::Sheet(error.to_string())
    }
}

/// Days that a workbook counts with; another stays text.
const DAYS: std::ops::RangeInclusive<i16> = 1900..=9999;

/// A workbook with a sheet a table: heads in bold, frozen and filtered, columns as wide as what stands in them. The same tables made on
/// the same day give the same bytes.
pub fn xlsx(title: &str, made: Date, tables: &[Table]) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&excel(made)?));
    let head = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&table.name)?;
        sheet.set_freeze_panes(1, 0)?;
        let mut widths: Vec<usize> = table.columns.iter().map(|column| width(column)).collect();
        for (column, title) in (0_u16..).zip(&table.columns) {
            sheet.write_string_with_format(0, column, title, &head)?;
        }
        for (row, cells) in (1_u32..).zip(&table.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => {
                        if let Some(known) = widths.get_mut(usize::from(column)) {
                            *known = (*known).max(width(text));
                        }
                        let text: String = text.chars().take(LONGEST).collect();
                        sheet.write_string(row, column, text)?;
                    }
                    Cell::Whole(number) => {
                        sheet.write_number(row, column, *number as f64)?;
                    }
                    Cell::Decimal(number) => {
                        sheet.write_number(row, column, *number)?;
                    }
                    Cell::Day(date) if !DAYS.contains(&date.year()) => {
                        sheet.write_string(row, column, date.to_string())?;
                    }
                    Cell::Day(date) => {
                        sheet.write_datetime_with_format(row, column, &excel(*date)?, &day)?;
                        if let Some(known) = widths.get_mut(usize::from(column)) {
                            *known = (*known).max(10);
                        }
                    }
                }
            }
        }
        if let (Ok(last), Some(columns)) = (u32::try_from(table.rows.len()), table.columns.len().checked_sub(1)) {
            sheet.autofilter(0, 0, last, u16::try_from(columns).unwrap_or(u16::MAX))?;
        }
        for (column, width) in (0_u16..).zip(widths) {
            sheet.set_column_width(column, (width.min(WIDEST) + 2) as f64)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn excel(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}

/// How wide a text stands, a Chinese character taking two places.
fn width(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

/// Comma-separated, UTF-8 with its mark, lines ended as RFC 4180 has it. `note` becomes a last line of its own.
pub fn csv(table: &Table, note: Option<&str>) -> Result<Vec<u8>, Error> {
    let wrong = |error: csv::Error| Error::Sheet(error.to_string());
    let mut out = vec![0xEF, 0xBB, 0xBF];
    {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(&mut out);
        writer.write_record(table.columns.iter().map(|column| harmless(column))).map_err(wrong)?;
        for row in &table.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                Cell::Whole(number) => number.to_string(),
                Cell::Decimal(number) => number.to_string(),
                Cell::Day(date) => date.to_string(),
            });
            writer.write_record(cells).map_err(wrong)?;
        }
        if let Some(note) = note {
            writer.write_record([harmless(note)]).map_err(wrong)?;
        }
        writer.flush().map_err(|error| Error::Sheet(error.to_string()))?;
    }
    Ok(out)
}

/// A text that a spreadsheet would take for a formula is marked as text.
fn harmless(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            name: "记录".to_owned(),
            columns: vec!["名称".to_owned(), "日期".to_owned(), "计入".to_owned()],
            rows: vec![
                vec![Cell::Text("=HYPERLINK(\"http://x\")".to_owned()), Cell::Day(jiff::civil::date(2024, 2, 29)), Cell::Whole(-3)],
                vec![Cell::Text("东关, \"二\"组".to_owned()), Cell::Text(String::new()), Cell::Whole(874_942)],
            ],
        }
    }

    #[test]
    fn days_that_a_workbook_does_not_know_stay_text() {
        let day = |year| Cell::Day(jiff::civil::date(year, 10, 30));
        let rows = vec![vec![day(1644)], vec![day(1)], vec![day(2024)], vec![Cell::Decimal(1200.5)]];
        let table = Table { name: "年".to_owned(), columns: vec!["日期".to_owned()], rows };
        let bytes = xlsx("年", jiff::civil::date(2024, 3, 1), std::slice::from_ref(&table)).unwrap();
        let read = crate::read::rows("年.xlsx", &bytes).unwrap();
        let cells: Vec<&str> = read.rows.iter().map(|row| row.cells[0].text.as_str()).collect();
        assert_eq!(cells, ["1644-10-30", "0001-10-30", "2024-10-30", "1200.5"]);
        assert_eq!(xlsx("年", jiff::civil::date(2024, 3, 1), &[table]).unwrap(), bytes);
    }

    #[test]
    fn a_comma_separated_file_runs_nothing_and_reads_back() {
        let bytes = csv(&table(), Some("另有2条您无权查看")).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "\u{feff}名称,日期,计入\r\n\"'=HYPERLINK(\"\"http://x\"\")\",2024-02-29,-3\r\n\"东关, \"\"二\"\"组\",,874942\r\n另有2条您无权查看\r\n"
        );
    }

    #[test]
    fn a_workbook_holds_what_was_given_and_no_formula() {
        use std::io::Read;
        let bytes = xlsx("记录", jiff::civil::date(2024, 3, 1), &[table()]).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let sheet = read("xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(sheet.contains("<v>874942</v>") && sheet.contains("<v>-3</v>") && sheet.contains("<v>45351</v>"), "{sheet}");
        assert!(read("xl/sharedStrings.xml").contains("=HYPERLINK"));
    }
}
