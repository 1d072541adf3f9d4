//! Reads documents that others made: bytes in, plain text or rows out. Nothing that comes in is trusted: every reader is bounded in size,
//! expansion, cells, pages and time, and what cannot be read is an [`Unreadable`] that says what to do next.
//!
//! What a file is, its bytes say; the name is asked only where they do not.

mod csv;
mod docx;
mod html;
mod package;
mod pdf;
mod radical;
mod text;
mod unreadable;
mod watch;
mod xlsx;

pub use unreadable::{Count, Kind, Unreadable};
pub use watch::within;

use std::time::Duration;

/// The largest report taken, in bytes.
pub const LARGEST_REPORT: usize = 20 << 20;
/// Characters of a report: thirty times what a long one has.
pub const MOST_LETTERS: usize = 500_000;
/// The largest workbook or table taken, in bytes.
pub const LARGEST_TABLE: usize = 64 << 20;
/// Cells of a table, empty ones between filled ones included.
pub const MOST_CELLS: usize = 2_000_000;
/// Columns of a table.
pub const MOST_COLUMNS: usize = 1_024;
/// Characters of one cell: what a workbook may hold.
pub const LONGEST_CELL: usize = 32_767;
/// How long one document may be read.
pub const LONGEST_WORK: Duration = Duration::from_secs(20);

/// A table as a sheet or a CSV file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Name of the sheet; for CSV the name of the file.
    pub sheet: String,
    /// The heads of the columns. A title over the whole table is passed over.
    pub header: Vec<String>,
    /// The rows below the head that hold anything.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the sheet counts: the first row is 1.
    pub number: u32,
    /// The first cell stands under the first head and so on; empty cells between filled ones have empty text.
    pub cells: Vec<Cell>,
}

/// A cell with its address: `B3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub address: String,
    /// Trimmed. Numbers as `1234.5`, days as `2024-03-01`, moments as `2024-03-01T09:30:00`, times as `09:30:00`, yes and no as `true`, `false`.
    pub text: String,
}

/// Reads a workbook (XLSX; the first sheet that is shown and not empty) or a CSV file (any encoding that is written in China; comma,
/// semicolon or tabulator).
///
/// Errors: [`Unreadable`], which says what to do next.
pub fn rows(name: &str, bytes: &[u8]) -> Result<Table, Unreadable> {
    if bytes.len() > LARGEST_TABLE {
        return Err(Unreadable::TooLarge { most: LARGEST_TABLE });
    }
    match package::kind(bytes)? {
        Kind::Workbook => {
            let bytes = bytes.to_vec();
            within(LONGEST_WORK, move || xlsx::rows(&bytes))
        }
        Kind::Text => csv::rows(name, &text::decode(bytes)?),
        other => Err(Unreadable::NotATable(other)),
    }
}

/// Reads the text of a report: plain text in any encoding that is written in China, HTML, DOCX, PDF with text, XLSX, CSV. A paragraph is a
/// line, cells of a table are parted by tabulators. `name` only tells a CSV file from prose.
///
/// Errors: [`Unreadable`], which says what to do next.
pub fn text(name: &str, bytes: &[u8]) -> Result<String, Unreadable> {
    if bytes.len() > LARGEST_REPORT {
        return Err(Unreadable::TooLarge { most: LARGEST_REPORT });
    }
    let kind = package::kind(bytes)?;
    let bytes = bytes.to_vec();
    let said = match kind {
        Kind::Text => words(name, &bytes)?,
        Kind::Document => within(LONGEST_WORK, move || docx::text(&bytes))?,
        Kind::Workbook => within(LONGEST_WORK, move || xlsx::text(&bytes))?,
        // A little less than the watch: then the thread ends by itself.
        Kind::Pdf => within(LONGEST_WORK, move || pdf::text(bytes, LONGEST_WORK.mul_f64(0.9)))?,
        other => return Err(Unreadable::NotAReport(other)),
    };
    let plain = kind == Kind::Text;
    // Plain text keeps every character, so that places in it are places in the file.
    let said: String =
        said.chars().filter(|letter| plain || !letter.is_control() || matches!(letter, '\n' | '\t')).map(radical::ideograph).collect();
    if said.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    if said.chars().count() > MOST_LETTERS {
        return Err(Unreadable::TooMuch { what: Count::Letters, most: MOST_LETTERS });
    }
    Ok(said)
}

fn words(name: &str, bytes: &[u8]) -> Result<String, Unreadable> {
    let read = text::decode_as(bytes, html::named_encoding(bytes))?;
    if html::is_page(&read) {
        return within(LONGEST_WORK, move || Ok(html::text(&read)));
    }
    if !name.to_ascii_lowercase().ends_with(".csv") {
        return Ok(read);
    }
    let table = csv::rows(name, &read)?;
    let line = |cells: Vec<&str>| cells.join("\t");
    let head = line(table.header.iter().map(String::as_str).collect());
    let rows = table.rows.iter().map(|row| line(row.cells.iter().map(|cell| cell.text.as_str()).collect()));
    Ok(std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n"))
}

/// The address of a cell: column and row counted from nought.
fn address(column: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(letter));
        rest = (rest - 1) / 26;
    }
    let mut said: String = letters.into_iter().rev().collect();
    said.push_str(&row.saturating_add(1).to_string());
    said
}

/// Builds a table from rows of texts, numbered from nought.
struct Builder {
    table: Table,
    /// Rows before the head is known.
    waiting: Vec<(u32, Vec<String>)>,
    headed: bool,
    cells: usize,
}

/// How many rows may stand over the head.
const OVER_THE_HEAD: usize = 20;

impl Builder {
    fn new(sheet: String) -> Builder {
        Builder { table: Table { sheet, ..Table::default() }, waiting: Vec::new(), headed: false, cells: 0 }
    }

    fn push(&mut self, number: u32, mut texts: Vec<String>) -> Result<(), Unreadable> {
        while texts.last().is_some_and(String::is_empty) {
            texts.pop();
        }
        if texts.is_empty() {
            return Ok(());
        }
        if texts.len() > MOST_COLUMNS {
            return Err(Unreadable::TooMuch { what: Count::Columns, most: MOST_COLUMNS });
        }
        self.cells += texts.len();
        if self.cells > MOST_CELLS {
            return Err(Unreadable::TooMuch { what: Count::Cells, most: MOST_CELLS });
        }
        if self.headed {
            self.put(number, texts);
            return Ok(());
        }
        // The head is the first row with more than one word in it: over it stand the title, the unit, the date.
        let several = texts.iter().filter(|text| !text.is_empty()).count() > 1;
        if several {
            self.head(texts);
        } else {
            self.waiting.push((number, texts));
            if self.waiting.len() >= OVER_THE_HEAD {
                self.settle();
            }
        }
        Ok(())
    }

    fn head(&mut self, texts: Vec<String>) {
        self.headed = true;
        self.waiting.clear();
        self.table.header = texts;
    }

    /// A table of one column: its first row is its head.
    fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let mut rows = waiting.into_iter();
        if let Some((_, first)) = rows.next() {
            self.head(first);
        }
        rows.for_each(|(number, texts)| self.put(number, texts));
    }

    fn put(&mut self, number: u32, texts: Vec<String>) {
        let cells = texts.into_iter().enumerate().map(|(column, text)| Cell { address: address(column, number), text }).collect();
        self.table.rows.push(Row { number: number.saturating_add(1), cells });
    }

    fn finish(mut self) -> Table {
        if !self.headed {
            self.settle();
        }
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_read_as_in_a_sheet() {
        for (column, row, said) in
            [(0, 0, "A1"), (25, 2, "Z3"), (26, 9, "AA10"), (701, 0, "ZZ1"), (702, 0, "AAA1"), (16_383, 1_048_575, "XFD1048576")]
        {
            assert_eq!(address(column, row), said);
        }
    }
}
