//! The records behind a figure as a file: XLSX or CSV, what the reader may see and no more, and a note in the log of who took it.

use engine::case::Person;
use jiff::civil::DateTime;
use papers::sheet::{self, Cell};
use store::CellFilter;

use super::{Period, Record};
use crate::hall::{Error, Hall, Result};
use crate::moment;

/// The most rows a file takes; more are asked for in parts.
const MOST: i64 = 200_000;

/// Rows read at a time.
const PAGE: u32 = 5_000;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Xlsx,
    Csv,
}

impl Sheet {
    pub fn of(extension: &str) -> Option<Sheet> {
        match extension {
            "xlsx" => Some(Sheet::Xlsx),
            "csv" => Some(Sheet::Csv),
            _ => None,
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Sheet::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Sheet::Csv => "text/csv; charset=utf-8",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Sheet::Xlsx => "xlsx",
            Sheet::Csv => "csv",
        }
    }
}

/// A file of records.
#[derive(Debug)]
pub struct Export {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Hall {
    /// The records behind a figure as a file, for an official; the log keeps who took what.
    #[expect(clippy::too_many_arguments, reason = "who, what, of which part, how, when")]
    pub fn export_records(
        &self,
        reader: &Person,
        login: &str,
        key: &str,
        period: Period,
        filter: &CellFilter,
        form: Sheet,
        now: DateTime,
    ) -> Result<Export> {
        if reader.organ.is_empty() || reader.posts.is_empty() {
            return Err(Error::Forbidden("记录只对在岗的机关工作人员导出".to_owned()));
        }
        let shown = self.figure(key, period, filter)?;
        let mut page = self.record_page(Some(reader), key, period, filter, None, PAGE)?;
        if page.shown.records > MOST {
            return Err(Error::Invalid(format!(
                "有{}条记录，一次最多导出{}条：请按机关、事项或者较短的时段分几次导出",
                engine::value::thousands(page.shown.records),
                engine::value::thousands(MOST)
            )));
        }
        let (all, seen, hidden) = (page.all, page.shown, page.hidden());
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        loop {
            for record in &page.rows {
                rows.push(self.exported(rows.len() + 1, record, &shown.unit));
            }
            let Some(next) = page.next.take() else { break };
            page = self.record_page(Some(reader), key, period, filter, Some(&next), PAGE)?;
        }
        let unseen = format!("另有{}条您无权查看", engine::value::thousands(hidden.records));
        let title = format!("{}（{}至{}）", shown.title, period.from, period.to);
        let mut about: Vec<(&str, String)> = vec![
            ("数据", shown.title.clone()),
            ("编号", shown.key.clone()),
            ("时段", format!("{}至{}", period.from, period.to)),
            ("数", shown.text()),
            ("怎么定义", shown.definition.clone()),
            ("定义版本", format!("{}起", shown.in_force)),
            ("范围", shown.scope.clone()),
            ("全部记录", format!("{}条，合计{}", all.records, all.amount)),
            ("本表记录", format!("{}条，合计{}", seen.records, seen.amount)),
        ];
        if let Some(missing) = &shown.missing {
            about.push(("说明", missing.says()));
        }
        if hidden.records != 0 {
            about.push(("没有列出的", unseen.clone()));
        }
        about.push(("导出", format!("{}，{now}", reader.name)));
        let table = sheet::Table {
            name: "记录".to_owned(),
            columns: ["序号", "日期", "名称", "查询码", "机关", "事项", "地点", "计入", "单位", "案卷号", "记录号"]
                .map(str::to_owned)
                .to_vec(),
            rows,
        };
        let bytes = match form {
            Sheet::Xlsx => {
                let note = sheet::Table {
                    name: "说明".to_owned(),
                    columns: vec!["项目".to_owned(), "内容".to_owned()],
                    rows: about.into_iter().map(|(what, says)| vec![Cell::Text(what.to_owned()), Cell::Text(says)]).collect(),
                };
                sheet::xlsx(&title, now.date(), &[table, note]).map_err(|error| Error::Paper(error.to_string()))?
            }
            Sheet::Csv => {
                sheet::csv(&table, (hidden.records != 0).then_some(unseen.as_str())).map_err(|error| Error::Paper(error.to_string()))?
            }
        };
        let what = format!("export {} {}/{} {} rows {}", shown.key, period.from, period.to, form.extension(), seen.records);
        let access = store::Access { division: self.settings.number(), stream: 0, at: moment::seconds(now), login: login.to_owned(), what };
        self.store.log_access(vec![access])?;
        Ok(Export { name: format!("{}_{}_{}.{}", shown.key, period.from, period.to, form.extension()), bytes })
    }

    fn exported(&self, number: usize, record: &Record, unit: &str) -> Vec<Cell> {
        vec![
            Cell::Whole(number as i64),
            record.day.map_or(Cell::Text(String::new()), Cell::Day),
            Cell::Text(record.title.clone().unwrap_or_else(|| record.matter_title.clone())),
            Cell::Text(record.code.clone().unwrap_or_default()),
            Cell::Text(self.organ_title(&record.organ)),
            Cell::Text(record.matter_title.clone()),
            Cell::Text(self.organ_title(&record.place)),
            Cell::Whole(record.amount),
            Cell::Text(unit.to_owned()),
            Cell::Text(record.stream.to_string()),
            Cell::Whole(i64::from(record.seq)),
        ]
    }
}
