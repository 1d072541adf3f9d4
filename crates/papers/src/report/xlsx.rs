//! The annex of a report as a workbook that goes on computing: every figure, every rate as its division, every total as its sum, with the
//! results already in the cells for programs that do not compute.

use std::collections::HashMap;

use engine::report::write::six;
use engine::report::{CheckKind, FigureRow, Report};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError};

use super::Imprint;
use crate::Error;

const DATA: &str = "数据";

/// Where nothing can be worked out.
const NONE: &str = "—";

/// The columns of the sheet of figures that formulas speak of.
const VALUE: &str = "C";
const BEFORE: &str = "E";

struct Style {
    head: Format,
    cell: Format,
    number: Format,
    rate: Format,
    bad: Format,
    title: Format,
}

impl Style {
    fn new() -> Style {
        let cell = Format::new()
            .set_font_name("SimSun")
            .set_font_size(10)
            .set_align(FormatAlign::Top)
            .set_text_wrap()
            .set_border(FormatBorder::Hair);
        Style {
            head: cell.clone().set_bold().set_background_color(0xE9EEF6).set_align(FormatAlign::VerticalCenter),
            number: cell.clone().set_num_format("#,##0;-#,##0;0"),
            rate: cell.clone().set_num_format("0.00####"),
            bad: cell.clone().set_font_color(0xB3101E).set_bold(),
            title: Format::new().set_font_name("SimHei").set_font_size(14),
            cell,
        }
    }
}

/// Writes the workbook.
pub fn write(report: &Report, imprint: &Imprint) -> Result<Vec<u8>, Error> {
    workbook(report, imprint).map_err(|error| Error::Xlsx(error.to_string()))
}

fn workbook(report: &Report, imprint: &Imprint) -> Result<Vec<u8>, XlsxError> {
    let style = Style::new();
    let mut book = Workbook::new();
    book.set_properties(
        &rust_xlsxwriter::DocProperties::new().set_title(&report.title).set_author(&report.signed_by).set_creation_datetime(
            &rust_xlsxwriter::ExcelDateTime::from_ymd(
                u16::try_from(report.as_of.year()).unwrap_or(2000),
                u8::try_from(report.as_of.month()).unwrap_or(1),
                u8::try_from(report.as_of.day()).unwrap_or(1),
            )?,
        ),
    );
    // Rows of the sheet count from 1 and the first is the head.
    let places: HashMap<&str, usize> = report.figures.iter().enumerate().map(|(at, row)| (row.key.as_str(), at + 2)).collect();
    figures(book.add_worksheet(), report, imprint, &style)?;
    rates(book.add_worksheet(), report, &places, &style)?;
    sums(book.add_worksheet(), report, &places, &style)?;
    notes(book.add_worksheet(), report, imprint, &style)?;
    book.save_to_buffer()
}

fn begin(sheet: &mut Worksheet, name: &str, head: &[&str], widths: &[f64], style: &Style) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?.set_freeze_panes(1, 2)?;
    for (column, (text, width)) in head.iter().zip(widths).enumerate() {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        sheet.write_with_format(0, column, *text, &style.head)?;
        sheet.set_column_width(column, *width)?;
    }
    Ok(())
}

fn row_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn figures(sheet: &mut Worksheet, report: &Report, imprint: &Imprint, style: &Style) -> Result<(), XlsxError> {
    let head = ["键", "数据", "数值", "单位", "上年同期", "增减（%）", "记录数", "口径", "来源", "负责", "手填", "打开记录"];
    begin(sheet, DATA, &head, &[30.0, 26.0, 12.0, 7.0, 12.0, 10.0, 10.0, 46.0, 26.0, 18.0, 6.0, 12.0], style)?;
    for (at, row) in report.figures.iter().enumerate() {
        let line = row_of(at + 1);
        let format = if whole(row) { &style.number } else { &style.rate };
        sheet.write_with_format(line, 0, &row.key, &style.cell)?;
        sheet.write_with_format(line, 1, &row.title, &style.cell)?;
        value(sheet, line, 2, row.value, format, style)?;
        sheet.write_with_format(line, 3, &row.unit, &style.cell)?;
        value(sheet, line, 4, row.last_year, format, style)?;
        if row.unit == "%" {
            // A difference of rates is in percentage points; it is not divided.
            sheet.write_with_format(line, 5, "", &style.cell)?;
        } else {
            let n = at + 2;
            let formula = format!("=IF(OR({VALUE}{n}=\"\",{BEFORE}{n}=\"\",{BEFORE}{n}=0),\"—\",({VALUE}{n}-{BEFORE}{n})/{BEFORE}{n}*100)");
            let result = row.change().map_or_else(|| NONE.to_owned(), |change| six(change).to_string());
            sheet.write_formula_with_format(line, 5, Formula::new(formula).set_result(result), &style.rate)?;
        }
        sheet.write_with_format(line, 6, row.records as f64, &style.number)?;
        sheet.write_with_format(line, 7, &row.definition, &style.cell)?;
        sheet.write_with_format(line, 8, &row.source, &style.cell)?;
        sheet.write_with_format(line, 9, &row.owner, &style.cell)?;
        sheet.write_with_format(line, 10, if row.statement { "是" } else { "" }, &style.cell)?;
        if imprint.base.is_empty() {
            sheet.write_with_format(line, 11, &row.link, &style.cell)?;
        } else {
            sheet.write_url_with_text(line, 11, format!("{}{}", imprint.base, row.link).as_str(), "打开")?;
        }
    }
    let last = row_of(report.figures.len());
    sheet.autofilter(0, 0, last, 11)?;
    Ok(())
}

fn value(sheet: &mut Worksheet, line: u32, column: u16, value: Option<f64>, format: &Format, style: &Style) -> Result<(), XlsxError> {
    match value {
        Some(value) => sheet.write_with_format(line, column, value, format)?,
        None => sheet.write_with_format(line, column, "", &style.cell)?,
    };
    Ok(())
}

fn whole(row: &FigureRow) -> bool {
    row.unit != "%" && row.value.is_none_or(|value| value.fract() == 0.0)
}

/// The cell of a figure, or the number itself where the table has no such figure.
fn cell(places: &HashMap<&str, usize>, key: &str, column: &str, number: i64) -> String {
    places.get(key).map_or_else(|| number.to_string(), |row| format!("'{DATA}'!{column}{row}"))
}

fn rates(sheet: &mut Worksheet, report: &Report, places: &HashMap<&str, usize>, style: &Style) -> Result<(), XlsxError> {
    let head = ["键", "比率", "分子", "分子数", "分母", "分母数", "算得", "报告所用", "差"];
    begin(sheet, "比率", &head, &[30.0, 24.0, 24.0, 12.0, 24.0, 12.0, 12.0, 12.0, 10.0], style)?;
    let title = |key: &str| report.figures.iter().find(|row| row.key == key).map_or_else(|| key.to_owned(), |row| row.title.clone());
    let rows = report.figures.iter().filter_map(|row| Some((row, row.fraction.as_ref()?)));
    for (at, (row, fraction)) in rows.enumerate() {
        let (line, n) = (row_of(at + 1), at + 2);
        let change = fraction.of == fraction.over;
        let (of, over) = (
            cell(places, &fraction.of, VALUE, fraction.numerator),
            match change {
                true => fraction.denominator.to_string(),
                false => cell(places, &fraction.over, VALUE, fraction.denominator),
            },
        );
        let scale = if row.unit == "%" { "*100" } else { "" };
        let computed = match change {
            true => format!("=IF(F{n}=0,\"—\",(D{n}-F{n})/F{n}{scale})"),
            false => format!("=IF(F{n}=0,\"—\",D{n}/F{n}{scale})"),
        };
        let said = row.value.map_or_else(|| NONE.to_owned(), |value| value.to_string());
        let stated = places
            .get(row.key.as_str())
            .map_or_else(String::new, |place| format!("=IF('{DATA}'!{VALUE}{place}=\"\",\"—\",'{DATA}'!{VALUE}{place})"));
        sheet.write_with_format(line, 0, &row.key, &style.cell)?;
        sheet.write_with_format(line, 1, &row.title, &style.cell)?;
        sheet.write_with_format(line, 2, title(&fraction.of), &style.cell)?;
        sheet.write_formula_with_format(
            line,
            3,
            Formula::new(format!("={of}")).set_result(fraction.numerator.to_string()),
            &style.number,
        )?;
        sheet.write_with_format(line, 4, if change { "上年同期".to_owned() } else { title(&fraction.over) }, &style.cell)?;
        sheet.write_formula_with_format(
            line,
            5,
            Formula::new(format!("={over}")).set_result(fraction.denominator.to_string()),
            &style.number,
        )?;
        sheet.write_formula_with_format(line, 6, Formula::new(computed).set_result(said.as_str()), &style.rate)?;
        sheet.write_formula_with_format(line, 7, Formula::new(stated).set_result(said.as_str()), &style.rate)?;
        let difference = if row.value.is_some() { "0" } else { NONE };
        let formula = format!("=IF(OR(ISTEXT(G{n}),ISTEXT(H{n})),\"—\",ROUND(G{n}-H{n},4))");
        sheet.write_formula_with_format(line, 8, Formula::new(formula).set_result(difference), &style.rate)?;
    }
    Ok(())
}

fn sums(sheet: &mut Worksheet, report: &Report, places: &HashMap<&str, usize>, style: &Style) -> Result<(), XlsxError> {
    let head = ["键", "合计", "合计数", "各部分之和", "差", "结论", "各部分", "不相符的理由"];
    begin(sheet, "合计核对", &head, &[30.0, 26.0, 12.0, 12.0, 10.0, 10.0, 60.0, 40.0], style)?;
    for (at, check) in report.checks.iter().filter(|check| check.kind == CheckKind::Sum).enumerate() {
        let (line, n) = (row_of(at + 1), at + 2);
        let total = cell(places, &check.figure, VALUE, check.stated.unwrap_or(0.0) as i64);
        let parts: Vec<String> =
            check.parts.iter().map(|part| format!("N({})", cell(places, &part.key, VALUE, part.value.unwrap_or(0.0) as i64))).collect();
        let said = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let difference = check.stated.unwrap_or(0.0) - check.expected.unwrap_or(0.0);
        let verdict = if check.holds { "相符" } else { "不符" };
        sheet.write_with_format(line, 0, &check.figure, &style.cell)?;
        sheet.write_with_format(line, 1, &check.title, &style.cell)?;
        sheet.write_formula_with_format(line, 2, Formula::new(format!("={total}")).set_result(said(check.stated)), &style.number)?;
        sheet.write_formula_with_format(
            line,
            3,
            Formula::new(format!("={}", parts.join("+"))).set_result(said(check.expected)),
            &style.number,
        )?;
        sheet.write_formula_with_format(line, 4, Formula::new(format!("=C{n}-D{n}")).set_result(difference.to_string()), &style.number)?;
        let format = if check.holds { &style.cell } else { &style.bad };
        sheet.write_formula_with_format(line, 5, Formula::new(format!("=IF(E{n}=0,\"相符\",\"不符\")")).set_result(verdict), format)?;
        let named: Vec<&str> = check.parts.iter().map(|part| part.title.as_str()).collect();
        sheet.write_with_format(line, 6, named.join("、"), &style.cell)?;
        sheet.write_with_format(line, 7, check.reason.as_deref().unwrap_or_default(), &style.cell)?;
    }
    Ok(())
}

fn notes(sheet: &mut Worksheet, report: &Report, imprint: &Imprint, style: &Style) -> Result<(), XlsxError> {
    sheet.set_name("说明")?.set_column_width(0, 18)?.set_column_width(1, 90)?;
    sheet.write_with_format(0, 0, &report.title, &style.title)?;
    let moment = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut lines = vec![
        ("报告期".to_owned(), format!("{} 至 {}", report.period.from, report.period.to)),
        ("区划".to_owned(), format!("{} {}", report.division, report.division_name)),
        ("报告单位".to_owned(), report.signed_by.clone()),
        ("依据".to_owned(), report.basis.clone()),
        ("数据截至".to_owned(), format!("{}（北京时间）", moment(report.as_of))),
        ("报告摘要".to_owned(), format!("SM3 {}（本报告JSON格式的摘要）", imprint.digest)),
    ];
    if let Some(frozen) = &report.frozen {
        lines.push(("批准".to_owned(), format!("{} {}", frozen.approved_by, moment(frozen.approved_at))));
        lines.push(("检查点".to_owned(), format!("第{}号，根 {}", frozen.checkpoint, frozen.root)));
        lines.push(("冻结摘要".to_owned(), format!("SM3 {}", frozen.digest)));
    }
    lines.extend([
        (
            "公式".to_owned(),
            "“比率”按“数据”里的分子、分母重新计算，“合计核对”按“数据”里的各部分重新相加；改动“数据”，两表随之改变。".to_owned(),
        ),
        ("空格".to_owned(), "“数值”空着：记录里没有，也没有人填报。“上年同期”空着：上年没有记录。".to_owned()),
        ("手填".to_owned(), "记录里数不出来，由负责机关签名填报的数。".to_owned()),
    ]);
    for (at, (name, text)) in lines.iter().enumerate() {
        let line = row_of(at + 2);
        sheet.write_with_format(line, 0, name, &style.head)?;
        sheet.write_with_format(line, 1, text, &style.cell)?;
    }
    Ok(())
}
