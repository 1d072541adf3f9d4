//! 校核: a file of a batch against the catalogue and the pool, row by row. What is read is accepted, rejected, repeated in the file or
//! known already: the four make the whole.

use std::collections::HashMap;

use engine::case::Case;
use engine::dataset::{self, Fault, Layout};
use papers::read::Table;
use serde_json::{Map, Value};
use store::{NewRecord, Short};

use super::DataSet;
use crate::hall::{Error, Hall, Result};

/// What a check counted. `read` = accepted + rejected + repeated + known; `accepted` = new + updated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub read: i64,
    pub accepted: i64,
    /// Accepted, with a key that the pool did not have.
    pub new: i64,
    /// Accepted, with a key that the pool has under other values.
    pub updated: i64,
    /// At least one cell is wrong.
    pub rejected: i64,
    /// The key stands further up in the same file.
    pub repeated: i64,
    /// The pool has exactly this record.
    pub known: i64,
}

const FIELDS: [&str; 7] = ["rows-read", "rows-accepted", "rows-new", "rows-updated", "rows-rejected", "rows-repeated", "rows-known"];

impl Tally {
    /// As the case of a batch tells it; zero before its check.
    pub fn of(fields: &Map<String, Value>) -> Tally {
        let [read, accepted, new, updated, rejected, repeated, known] =
            FIELDS.map(|field| fields.get(field).and_then(Value::as_i64).unwrap_or(0));
        Tally { read, accepted, new, updated, rejected, repeated, known }
    }

    pub(super) fn put(self, with: &mut Map<String, Value>) {
        let counts = [self.read, self.accepted, self.new, self.updated, self.rejected, self.repeated, self.known];
        for (field, count) in FIELDS.into_iter().zip(counts) {
            with.insert(field.to_owned(), Value::from(count));
        }
    }

    /// What figures sum: the records come with sign 1 and go with sign -1.
    pub(super) fn put_change(self, with: &mut Map<String, Value>, sign: i64) {
        for (field, count) in [("records-changed", self.accepted), ("new-changed", self.new), ("updated-changed", self.updated)] {
            with.insert(field.to_owned(), Value::from(sign * count));
        }
    }

    /// Whether the parts make the whole.
    pub fn adds_up(&self) -> bool {
        self.read == self.accepted + self.rejected + self.repeated + self.known && self.accepted == self.new + self.updated
    }
}

/// Why a row was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Rejected,
    Repeated,
    Known,
}

impl Why {
    pub fn title(self) -> &'static str {
        match self {
            Why::Rejected => "不合格",
            Why::Repeated => "文件内重复",
            Why::Known => "池中已有",
        }
    }
}

/// One line of the list of what was not taken in: a cell and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    pub row: u32,
    /// `C7`; for a missing column only the row.
    pub cell: String,
    pub column: String,
    pub text: String,
    pub why: Why,
    pub says: String,
}

/// A file that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    pub set: String,
    pub catalogue: String,
    pub tally: Tally,
    /// Titles of columns that the catalogue does not have: not taken in.
    pub ignored: Vec<String>,
    pub rejects: Vec<Reject>,
    /// What would be pooled.
    pub records: Vec<NewRecord>,
}

/// Reads a file as a table. Errors: `Invalid`, saying why.
pub fn table(name: &str, bytes: &[u8]) -> Result<Table> {
    if bytes.len() > super::LARGEST_FILE {
        return Err(Error::Invalid(format!("文件最大{}MB，请分成几批提交", super::LARGEST_FILE >> 20)));
    }
    papers::read::rows(name, bytes).map_err(|error| Error::Invalid(format!("文件读不出来：{error}")))
}

pub(super) fn layout_of(set: &DataSet, table: &Table) -> Result<Layout> {
    let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
    dataset::layout(&set.columns, &header)
        .map_err(|wrong| Error::Invalid(format!("{}；第一行应当写数据项的名称或者编号，见目录", wrong.join("；"))))
}

/// The first 16 bytes of the SM3 of a text.
pub fn short(text: &str) -> Short {
    let digest = store::event::digest(text.as_bytes());
    let mut short = Short::default();
    short.copy_from_slice(&digest[..16]);
    short
}

fn mark(body: &str) -> i64 {
    let digest = store::event::digest(body.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// Checks a table against a data set; `marks` tells what the pool has under these keys. `progress` is told the rows so far.
pub fn check(
    set: &DataSet,
    table: &Table,
    marks: impl FnOnce(&[Short]) -> Result<HashMap<Short, i64>>,
    mut progress: impl FnMut(u64),
) -> Result<Checked> {
    let layout = layout_of(set, table)?;
    let mut tally = Tally::default();
    let mut rejects = Vec::new();
    let mut records: Vec<NewRecord> = Vec::with_capacity(table.rows.len());
    let mut seen: HashMap<Short, u32> = HashMap::with_capacity(table.rows.len());
    let key_column = set.columns.iter().zip(&layout.places).find(|(column, _)| column.key);
    let key_title = key_column.map_or("", |(column, _)| column.title.as_str());
    let key_place = key_column.and_then(|(_, place)| *place);
    let key_cell = |row: u32| key_place.map_or_else(|| row.to_string(), |place| dataset::address(place, row));
    for (done, row) in table.rows.iter().enumerate() {
        if done % 1_000 == 0 {
            progress(done as u64);
        }
        if dataset::blank(row.cells.iter().map(|cell| cell.text.as_str())) {
            continue;
        }
        tally.read += 1;
        let cell = |place: usize| row.cells.get(place).map_or("", |cell| cell.text.as_str());
        let record = match dataset::record(&set.columns, &layout, cell) {
            Ok(record) => record,
            Err(faults) => {
                tally.rejected += 1;
                rejects.extend(faults.into_iter().map(|fault| rejected(row.number, &row.cells, fault)));
                continue;
            }
        };
        let key = short(&record.key);
        if let Some(first) = seen.get(&key) {
            tally.repeated += 1;
            rejects.push(Reject {
                row: row.number,
                cell: key_cell(row.number),
                column: key_title.to_owned(),
                text: key_place.map_or("", cell).to_owned(),
                why: Why::Repeated,
                says: format!("与第{first}行的主键相同，以第{first}行为准"),
            });
            continue;
        }
        seen.insert(key, row.number);
        let finds = set
            .columns
            .iter()
            .filter(|column| column.indexed)
            .filter_map(|column| Some((column.id.clone(), short(&dataset::plain(record.values.get(&column.id)?)))))
            .collect();
        let body = serde_json::to_string(&record.values).map_err(|error| Error::Invalid(error.to_string()))?;
        records.push(NewRecord { line: row.number, key, mark: mark(&body), body, finds });
    }
    let keys: Vec<Short> = records.iter().map(|record| record.key).collect();
    let marks = marks(&keys)?;
    records.retain(|record| match marks.get(&record.key) {
        Some(mark) if *mark == record.mark => {
            tally.known += 1;
            rejects.push(Reject {
                row: record.line,
                cell: key_cell(record.line),
                column: key_title.to_owned(),
                text: String::new(),
                why: Why::Known,
                says: "池中已有这一条，内容相同".to_owned(),
            });
            false
        }
        Some(_) => {
            tally.updated += 1;
            true
        }
        None => {
            tally.new += 1;
            true
        }
    });
    tally.accepted = tally.new + tally.updated;
    rejects.sort_by_key(|reject| reject.row);
    progress(table.rows.len() as u64);
    Ok(Checked { set: set.entry.id.clone(), catalogue: set.catalogue.clone(), tally, ignored: layout.ignored, rejects, records })
}

fn rejected(row: u32, cells: &[papers::read::Cell], fault: Fault) -> Reject {
    let cell = match fault.place {
        Some(place) => cells.get(place).map_or_else(|| dataset::address(place, row), |cell| cell.address.clone()),
        None => row.to_string(),
    };
    Reject { row, cell, column: fault.column, text: fault.text, why: Why::Rejected, says: fault.says }
}

/// Lines of the list of rejects that are kept; the counts are whole whatever is kept.
const MOST_REJECTS: usize = 100_000;

impl Checked {
    /// The list of what was not taken in, as CSV with a mark that spreadsheets understand.
    pub fn list(&self) -> String {
        let mut text = String::from("\u{feff}行,单元格,数据项,内容,处理,原因\r\n");
        for reject in self.rejects.iter().take(MOST_REJECTS) {
            let row = reject.row.to_string();
            let cells = [
                row.as_str(),
                reject.cell.as_str(),
                reject.column.as_str(),
                reject.text.as_str(),
                reject.why.title(),
                reject.says.as_str(),
            ];
            super::records::csv_line(&mut text, cells.into_iter().map(|cell| super::records::harmless(cell).into_owned()));
        }
        if self.rejects.len() > MOST_REJECTS {
            super::records::csv_line(&mut text, [format!("共{}处，这里列出前{MOST_REJECTS}处", self.rejects.len())]);
        }
        text
    }
}

impl Hall {
    /// Checks a file against a data set and the pool as it is now, without keeping anything.
    pub fn check_file(&self, set: &DataSet, name: &str, bytes: &[u8], progress: impl FnMut(u64)) -> Result<Checked> {
        let table = table(name, bytes)?;
        check(set, &table, |keys| Ok(self.store.pool_marks(self.settings.number(), &set.entry.id, keys)?), progress)
    }

    /// Checks the file of a batch.
    pub(super) fn check_case(&self, case: &Case) -> Result<Checked> {
        let set = self.data_set(case.text("data-set").unwrap_or_default())?;
        let file = self.file_of(&case.fields)?;
        self.check_file(&set, case.text("file-name").unwrap_or(&file.name), &file.bytes, |_| ())
    }

    /// The one file that the fields of a batch name. Errors: `Invalid` when there is none, or several.
    pub(super) fn file_of(&self, fields: &Map<String, Value>) -> Result<store::Attachment> {
        let files: Vec<&str> = fields.get("file").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let [file] = files[..] else { return Err(Error::Invalid("一批数据是一个文件".to_owned())) };
        self.attachment(file)?.ok_or_else(|| Error::Invalid("没有收到这个文件，请重新上传".to_owned()))
    }

    fn attachment(&self, hex: &str) -> Result<Option<store::Attachment>> {
        let Some(digest) = digest_of(hex) else { return Ok(None) };
        Ok(self.store.attachment(self.settings.number(), &digest)?)
    }

    /// The first lines of that list: row, cell, column, text, what became of it, why.
    pub fn rejects(&self, case: &Case, most: usize) -> Result<Vec<Vec<String>>> {
        let Some(list) = self.reject_list(case)? else { return Ok(Vec::new()) };
        let rows = table("rejects.csv", &list)?.rows;
        Ok(rows.into_iter().take(most).map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect())
    }

    /// The list of what was not taken in of a batch, as it was kept at its check; `None` before.
    pub fn reject_list(&self, case: &Case) -> Result<Option<Vec<u8>>> {
        let list = case.fields.get("rejects").and_then(Value::as_array).and_then(|files| files.first()).and_then(Value::as_str);
        match list {
            Some(list) => Ok(self.attachment(list)?.map(|found| found.bytes)),
            None => Ok(None),
        }
    }
}

fn digest_of(hex: &str) -> Option<store::Digest> {
    let mut digest = store::Digest::default();
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(digest)
}
