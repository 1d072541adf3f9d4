//! Records of a data set as somebody may see them: looked up, paged, exported. Personal data is masked for whoever may not see it, and
//! every look at what is personal and every export is recorded.

use std::borrow::Cow;

use engine::case::Person;
use engine::dataset::{self, Column, ColumnKind};
use jiff::civil::{Date, DateTime};
use papers::sheet::{Cell, Table};
use serde_json::{Map, Value};
use store::PooledRecord;

use super::{DataSet, PoolSight, REGISTER};
use crate::hall::{Error, Hall, Result};
use crate::moment;

/// Which records are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup<'a> {
    /// Column and value to look up by; `None`: all, in the order in which they came.
    pub by: Option<(&'a str, &'a str)>,
    /// After this load and line: the `next` of the page before. Looking up gives one page.
    pub after: (i64, u32),
    /// At most 500.
    pub limit: usize,
    /// Asks for personal data, which is masked otherwise even for whoever may see it; looking up by it asks for it.
    pub personal: bool,
}

/// A record as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordView {
    /// The case of the batch that brought it.
    pub batch: i64,
    pub load: i64,
    /// Row of the file.
    pub line: u32,
    /// From when it holds.
    pub from: DateTime,
    pub to: Option<DateTime>,
    /// For each column of the data set its text; empty where nothing is recorded.
    pub values: Vec<String>,
}

/// In which form records are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    Csv,
    Json,
    Xlsx,
}

impl Form {
    pub const ALL: [Form; 3] = [Form::Csv, Form::Json, Form::Xlsx];

    pub fn of(ending: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.ending() == ending)
    }

    pub fn ending(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Json => "json",
            Form::Xlsx => "xlsx",
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Form::Csv => "text/csv; charset=utf-8",
            Form::Json => "application/json",
            Form::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Most records of one export.
pub const MOST_EXPORTED: usize = 1_000_000;

/// Most records of one workbook, which is made in memory.
pub const MOST_IN_SHEET: usize = 100_000;

/// Records read at a time.
const PAGE: usize = 2_000;

impl DataSet {
    /// The columns that records can be looked up by: those marked so, and the key when it is one column.
    pub fn lookups(&self) -> impl Iterator<Item = &Column> {
        let single = self.columns.iter().filter(|column| column.key).count() == 1;
        self.columns.iter().filter(move |column| column.indexed || column.key && single)
    }
}

impl Hall {
    /// Records that hold now, as this person may see them. Errors: `NotFound` for whoever sees the catalogue only; `Forbidden` when
    /// somebody who sees personal data masked looks it up; `Invalid` for a value that the column cannot have.
    pub fn pool_records(&self, person: &Person, login: &str, set: &DataSet, asked: Lookup<'_>, now: DateTime) -> Result<Vec<RecordView>> {
        let sight = self.pool_sight(Some(person), set);
        if sight == PoolSight::Catalogue {
            return Err(Error::NotFound);
        }
        let number = self.settings.number();
        let limit = asked.limit.clamp(1, 500);
        let by_personal = asked.by.is_some_and(|(id, _)| set.columns.iter().any(|column| column.id == id && column.personal));
        let shown = if asked.personal || by_personal { sight } else { PoolSight::Masked };
        let rows = match asked.by {
            None => self.store.pool_page(number, &set.entry.id, asked.after, limit)?,
            Some((id, text)) => {
                let column = set.lookups().find(|column| column.id == id);
                let column = column.ok_or_else(|| Error::Invalid(format!("不能按“{id}”查，目录里标了“可查”的数据项才可以")))?;
                if column.personal && sight < PoolSight::Whole {
                    return Err(Error::Forbidden(format!(
                        "“{}”是个人信息，只有提供单位的数据归集、审核人员可以按它查（数据条例第三十七条）",
                        column.title
                    )));
                }
                let value = dataset::read(column, text).map_err(|why| Error::Invalid(format!("“{}”：{why}", column.title)))?;
                let column = if column.key && !column.indexed { "" } else { id };
                self.store.pool_found(number, &set.entry.id, column, &super::check::short(&dataset::plain(&value)), limit)?
            }
        };
        if shown == PoolSight::Whole && set.has_personal() && !rows.is_empty() {
            let what = match asked.by {
                Some(_) => format!("查看个人信息：检索，{}条", rows.len()),
                None => format!("查看个人信息：翻页，{}条", rows.len()),
            };
            self.note_pool_look(login, set, &what, now)?;
        }
        rows.iter().map(|row| view(set, row, shown)).collect()
    }

    /// Every record that holds now, as this person may see them, as a file. Recorded: who, when, how many.
    pub fn export_pool(&self, person: &Person, login: &str, set: &DataSet, form: Form, now: DateTime) -> Result<Vec<u8>> {
        let sight = self.pool_sight(Some(person), set);
        if sight == PoolSight::Catalogue {
            return Err(Error::NotFound);
        }
        let (bytes, count) = self.pool_bytes(set, form, sight, now.date())?;
        let personal = if set.has_personal() && sight == PoolSight::Whole { "，含个人信息" } else { "" };
        self.note_pool_look(login, set, &format!("导出{}，{count}条{personal}", form.ending().to_uppercase()), now)?;
        Ok(bytes)
    }

    /// Who looked at personal data of a data set or exported it, latest first.
    pub fn pool_looks(&self, set: &DataSet, limit: u32) -> Result<Vec<(DateTime, String, String)>> {
        let Some(row) = self.store.entry(self.settings.number(), REGISTER, &set.entry.id)? else { return Ok(Vec::new()) };
        let looks = self.store.access_log(self.settings.number(), row.stream, limit)?;
        Ok(looks.into_iter().map(|look| (moment::wall(look.at), look.login, look.what)).collect())
    }

    fn note_pool_look(&self, login: &str, set: &DataSet, what: &str, now: DateTime) -> Result<()> {
        match self.store.entry(self.settings.number(), REGISTER, &set.entry.id)? {
            Some(row) => self.note_look(login, row.stream, what, now),
            None => Err(Error::NotFound),
        }
    }

    /// The records that hold as a file, and how many they are. `Catalogue` gives what is open to anybody: personal columns are left out.
    pub(super) fn pool_bytes(&self, set: &DataSet, form: Form, sight: PoolSight, made: Date) -> Result<(Vec<u8>, usize)> {
        let columns: Vec<&Column> = set.columns.iter().filter(|column| sight > PoolSight::Catalogue || !column.personal).collect();
        let masks = |column: &Column| column.personal && sight < PoolSight::Whole;
        let most = if form == Form::Xlsx { MOST_IN_SHEET } else { MOST_EXPORTED };
        let mut cells: Vec<Vec<Cell>> = Vec::new();
        let mut text = match form {
            Form::Csv => {
                let mut text = String::from("\u{feff}");
                csv_line(&mut text, columns.iter().map(|column| head(column)));
                text
            }
            Form::Json => "[".to_owned(),
            Form::Xlsx => String::new(),
        };
        let mut count = 0;
        let mut after = (0, 0);
        loop {
            let rows = self.store.pool_page(self.settings.number(), &set.entry.id, after, PAGE)?;
            let Some(last) = rows.last() else { break };
            after = (last.load, last.line);
            for row in &rows {
                count += 1;
                if count > most {
                    let instead = if form == Form::Xlsx { "请导出CSV" } else { "请按数据项检索或者用接口分页读取" };
                    return Err(Error::Invalid(format!("超过{most}条，不能一次导出，{instead}")));
                }
                let values = body(row)?;
                match form {
                    Form::Csv => csv_line(
                        &mut text,
                        columns.iter().map(|column| match values.get(&column.id) {
                            None => String::new(),
                            Some(value) if masks(column) => dataset::masked(column, value),
                            Some(value) if column.kind.is_text() => harmless(&dataset::plain(value)).into_owned(),
                            Some(value) => dataset::plain(value),
                        }),
                    ),
                    Form::Json => {
                        let shown: Map<String, Value> = columns
                            .iter()
                            .filter_map(|column| {
                                let value = values.get(&column.id)?;
                                let value = if masks(column) { Value::from(dataset::masked(column, value)) } else { value.clone() };
                                Some((column.id.clone(), value))
                            })
                            .collect();
                        text.push_str(if count > 1 { ",\n" } else { "\n" });
                        text.push_str(&Value::Object(shown).to_string());
                    }
                    Form::Xlsx => cells.push(
                        columns
                            .iter()
                            .map(|column| match values.get(&column.id) {
                                None => Cell::Text(String::new()),
                                Some(value) if masks(column) => Cell::Text(dataset::masked(column, value)),
                                Some(value) => cell(column, value),
                            })
                            .collect(),
                    ),
                }
            }
        }
        match form {
            Form::Csv => {}
            Form::Json => text.push_str("\n]\n"),
            Form::Xlsx => {
                let table = Table { name: "数据".to_owned(), columns: columns.iter().map(|column| head(column)).collect(), rows: cells };
                let bytes = papers::sheet::xlsx(&set.entry.title, made, &[table]).map_err(|error| Error::Paper(error.to_string()))?;
                return Ok((bytes, count));
            }
        }
        Ok((text.into_bytes(), count))
    }
}

/// Numbers and days as a spreadsheet counts with them, by the kind of the column; everything else as it reads.
fn cell(column: &Column, value: &Value) -> Cell {
    let text = dataset::plain(value);
    let counted = match column.kind {
        ColumnKind::Number => text.parse().ok().map(Cell::Whole),
        ColumnKind::Decimal | ColumnKind::Money => text.parse().ok().map(Cell::Decimal),
        ColumnKind::Date => text.parse().ok().map(Cell::Day),
        _ => None,
    };
    counted.unwrap_or(Cell::Text(text))
}

/// The title of a column with its unit: a file that was exported can be submitted again.
pub fn head(column: &Column) -> String {
    if column.unit.is_empty() { column.title.clone() } else { format!("{}（{}）", column.title, column.unit) }
}

fn body(row: &PooledRecord) -> Result<Map<String, Value>> {
    serde_json::from_str(&row.body).map_err(|error| Error::Invalid(format!("第{}行的记录读不出来：{error}", row.line)))
}

fn view(set: &DataSet, row: &PooledRecord, sight: PoolSight) -> Result<RecordView> {
    let values = body(row)?;
    let shown = |column: &Column| match values.get(&column.id) {
        None => String::new(),
        Some(value) if column.personal && sight < PoolSight::Whole => dataset::masked(column, value),
        Some(value) => dataset::shown(column, value),
    };
    Ok(RecordView {
        batch: row.stream,
        load: row.load,
        line: row.line,
        from: moment::wall(row.from_at),
        to: row.to_at.map(moment::wall),
        values: set.columns.iter().map(shown).collect(),
    })
}

/// One line of CSV (RFC 4180): quoted where a comma, a quote or a line break stands.
pub(super) fn csv_line(text: &mut String, cells: impl IntoIterator<Item = String>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// A text that a spreadsheet would take for a formula gets an apostrophe in front.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_a_day_stays_text() {
        let columns = dataset::columns(["no | 编号 | text | key", "day | 日期 | date", "sum | 金额 | money"]);
        let columns = columns.unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(cell(&columns[0], &Value::from("0001-01-01")), Cell::Text("0001-01-01".to_owned()));
        assert_eq!(cell(&columns[1], &Value::from("2026-01-05")), Cell::Day(jiff::civil::date(2026, 1, 5)));
        assert_eq!(cell(&columns[2], &Value::from("1200.5")), Cell::Decimal(1200.5));
    }
}
