//! A report as a file: in which forms, under which name, and its digest.

use engine::report::Report;
use papers::report::Imprint;

use crate::hall::{Error, Result};

/// The forms in which a report leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The text, every figure a link to its records, with the table of figures.
    Html,
    /// The text in the form of GB/T 9704, to be gone on with in Word or WPS.
    Docx,
    /// The same as PDF/A-2b.
    Pdf,
    /// The figures as a workbook whose rates and sums are formulas.
    Xlsx,
    /// The figures, one a line.
    Csv,
    /// The whole report as a value.
    Json,
    /// The words alone, as an audit reads them.
    Txt,
}

impl Form {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Form; 7] = [Form::Html, Form::Docx, Form::Pdf, Form::Xlsx, Form::Csv, Form::Json, Form::Txt];

    pub fn of(extension: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.extension() == extension)
    }

    pub fn extension(self) -> &'static str {
        match self {
            Form::Html => "html",
            Form::Docx => "docx",
            Form::Pdf => "pdf",
            Form::Xlsx => "xlsx",
            Form::Csv => "csv",
            Form::Json => "json",
            Form::Txt => "txt",
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Form::Html => "text/html; charset=utf-8",
            Form::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Form::Pdf => "application/pdf",
            Form::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Form::Csv => "text/csv; charset=utf-8",
            Form::Json => "application/json",
            Form::Txt => "text/plain; charset=utf-8",
        }
    }

    /// What a reader gets, in words.
    pub fn title(self) -> &'static str {
        match self {
            Form::Html => "网页",
            Form::Docx => "Word文档",
            Form::Pdf => "PDF",
            Form::Xlsx => "数据表（Excel，带公式）",
            Form::Csv => "数据表（CSV）",
            Form::Json => "JSON",
            Form::Txt => "纯文本",
        }
    }

    fn is_table(self) -> bool {
        matches!(self, Form::Xlsx | Form::Csv)
    }
}

/// The digest that a report bears, in hex: of a frozen one that of what its approval kept, by which `fadu verify report` knows it; of a
/// draft SM3 of its JSON.
pub fn digest(report: &Report) -> String {
    match &report.frozen {
        Some(frozen) => frozen.digest.clone(),
        None => store::event::hex(&store::event::digest(&serde_json::to_vec(report).unwrap_or_default())),
    }
}

/// The report in a form. `base` comes before every link: empty for links from the root of the site, else its address.
///
/// Errors: `Paper` when a document cannot be made, which for PDF means most often that the machine has no Chinese font.
pub fn file(report: &Report, form: Form, base: &str) -> Result<Vec<u8>> {
    let imprint = Imprint { base: base.trim_end_matches('/').to_owned(), digest: digest(report) };
    match form {
        Form::Html => Ok(papers::report::html::page(report, &imprint).into_bytes()),
        Form::Docx => papers::report::docx(report, &imprint),
        Form::Pdf => papers::report::pdf(report, &imprint),
        Form::Xlsx => papers::report::xlsx::write(report, &imprint),
        Form::Csv => papers::report::csv::write(report),
        Form::Json => {
            let mut json = serde_json::to_vec_pretty(report).unwrap_or_default();
            json.push(b'\n');
            Ok(json)
        }
        Form::Txt => Ok(report.plain().into_bytes()),
    }
    .map_err(|error| Error::Paper(error.to_string()))
}

/// What the file is called: 忻府区2022年度法治政府建设情况报告.docx.
pub fn name(report: &Report, form: Form) -> String {
    let draft = if report.finished { "" } else { "（草稿）" };
    let table = if form.is_table() { "数据表" } else { "" };
    let title: String = report.title.chars().filter(|letter| !letter.is_control() && !"/\\:*?\"<>|".contains(*letter)).collect();
    format!("{title}{table}{draft}.{}", form.extension())
}

/// The chapters as HTML for a page of the site, with the checks of each paragraph beside it.
pub fn text(report: &Report) -> String {
    papers::report::html::text(report, "", true)
}

/// A chart of the text as HTML for a page of the site, with its numbers beneath.
pub fn plate(chart: &engine::report::Text) -> String {
    papers::report::html::plate(chart, "").into_string()
}
