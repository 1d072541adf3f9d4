//! A data set 数据集 as its catalogue entry declares it: columns with their types, and whether a row of a file is a record of it.
//! Pure: a row goes in as text, a record or its faults come out.
//!
//! A column is one line, so that a jurist can write it and a reader can read it:
//!
//! ```text
//! id | title | type [unit or choices] | marks
//! credit-code | 统一社会信用代码 | credit-code | key
//! amount | 罚款数额 | money 元 | required
//! result | 结果 | choice 已办结/未办结 | indexed
//! ```

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::decide::Reason;
use crate::law::Cite;
use crate::value::{credit_code, empty, identity_number};

/// One column of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub id: String,
    pub title: String,
    pub kind: ColumnKind,
    /// For numbers: 元, 件, 公顷.
    pub unit: String,
    /// Together with the other key columns it names a record. Implies `required`.
    pub key: bool,
    pub required: bool,
    /// Personal data: masked for whoever may not see it, and never open.
    pub personal: bool,
    /// Records can be looked up by it.
    pub indexed: bool,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnKind {
    Text,
    /// A whole number.
    Number,
    /// A number with at most six decimals.
    Decimal,
    /// Yuan with at most two decimals.
    Money,
    Date,
    /// 是 or 否.
    Fact,
    Choice(Vec<String>),
    /// GB 32100, check character included.
    CreditCode,
    /// GB 11643, check digit included. Always personal.
    IdentityNumber,
    /// GB/T 2260: six digits under a province that there is.
    Division,
}

/// Word in the law folder, words a reader may write instead, and the title.
const KINDS: [(&str, &str); 10] = [
    ("text", "文字"),
    ("number", "整数"),
    ("decimal", "小数"),
    ("money", "金额"),
    ("date", "日期"),
    ("fact", "是否"),
    ("choice", "选项"),
    ("credit-code", "统一社会信用代码"),
    ("identity-number", "公民身份号码"),
    ("division", "行政区划代码"),
];

const MARKS: [(&str, &str); 4] = [("key", "主键"), ("required", "必填"), ("personal", "个人信息"), ("indexed", "可查")];

/// Most columns a data set may declare.
const MOST_COLUMNS: usize = 200;
/// Longest text a cell may hold, in characters.
const LONGEST: usize = 4_000;
/// Largest number: sums over millions of records still fit.
const MOST: i64 = 1_000_000_000_000;

/// First two digits of the divisions of GB/T 2260.
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
];

impl ColumnKind {
    /// The word in the law folder.
    pub fn id(&self) -> &'static str {
        KINDS[self.place()].0
    }

    pub fn title(&self) -> &'static str {
        KINDS[self.place()].1
    }

    fn place(&self) -> usize {
        match self {
            ColumnKind::Text => 0,
            ColumnKind::Number => 1,
            ColumnKind::Decimal => 2,
            ColumnKind::Money => 3,
            ColumnKind::Date => 4,
            ColumnKind::Fact => 5,
            ColumnKind::Choice(_) => 6,
            ColumnKind::CreditCode => 7,
            ColumnKind::IdentityNumber => 8,
            ColumnKind::Division => 9,
        }
    }

    /// Whether a value of it can begin with anything at all, as text can.
    pub fn is_text(&self) -> bool {
        matches!(self, ColumnKind::Text | ColumnKind::Choice(_))
    }
}

/// Reads the columns of a data set. Errors: every line that cannot be read, with its number and why.
pub fn columns<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<Vec<Column>, Vec<String>> {
    let mut columns: Vec<Column> = Vec::new();
    let mut wrong = Vec::new();
    for (place, line) in lines.into_iter().enumerate() {
        let number = place + 1;
        match column(line) {
            Ok(column) if columns.iter().any(|known| known.id == column.id || known.title == column.title) => {
                wrong.push(format!("第{number}项“{}”写了两次", column.title));
            }
            Ok(column) => columns.push(column),
            Err(why) => wrong.push(format!("第{number}项：{why}")),
        }
    }
    if columns.len() > MOST_COLUMNS {
        wrong.push(format!("数据项最多{MOST_COLUMNS}个"));
    }
    if wrong.is_empty() && !columns.iter().any(|column| column.key) {
        wrong.push("没有主键：至少一个数据项写上“主键”（key），用来认出同一条记录".to_owned());
    }
    if wrong.is_empty() { Ok(columns) } else { Err(wrong) }
}

fn column(line: &str) -> Result<Column, String> {
    let parts: Vec<&str> = line.split(['|', '｜']).map(str::trim).collect();
    let (id, title, kind, marks) = match parts[..] {
        [id, title, kind] => (id, title, kind, ""),
        [id, title, kind, marks] => (id, title, kind, marks),
        _ => return Err("应当写成：编号 | 名称 | 类型 | 标记".to_owned()),
    };
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if id.is_empty() || id.len() > 40 || !id.starts_with(|letter: char| letter.is_ascii_lowercase()) || !id.chars().all(plain) {
        return Err(format!("编号“{id}”应当用小写字母、数字和短横，以字母开头，不超过40个"));
    }
    if title.is_empty() || title.chars().count() > 40 {
        return Err("名称应当是1至40字".to_owned());
    }
    let (word, rest) = kind.split_once(char::is_whitespace).map_or((kind, ""), |(word, rest)| (word, rest.trim()));
    let place = KINDS.iter().position(|(id, title)| word == *id || word == *title).ok_or_else(|| {
        let near = crate::decide::nearest(word, KINDS.iter().map(|(id, _)| *id)).map_or(String::new(), |near| format!("，是不是“{near}”"));
        let known: Vec<&str> = KINDS.iter().map(|(id, _)| *id).collect();
        format!("没有“{word}”这个类型{near}；可以写：{}", known.join("、"))
    })?;
    let kind = match place {
        0 => ColumnKind::Text,
        1 => ColumnKind::Number,
        2 => ColumnKind::Decimal,
        3 => ColumnKind::Money,
        4 => ColumnKind::Date,
        5 => ColumnKind::Fact,
        6 => ColumnKind::Choice(choices(rest)?),
        7 => ColumnKind::CreditCode,
        8 => ColumnKind::IdentityNumber,
        _ => ColumnKind::Division,
    };
    let counted = matches!(kind, ColumnKind::Number | ColumnKind::Decimal | ColumnKind::Money);
    if !rest.is_empty() && !counted && !matches!(kind, ColumnKind::Choice(_)) {
        return Err(format!("类型“{word}”后面不写“{rest}”"));
    }
    let mut column = Column {
        id: id.to_owned(),
        title: title.to_owned(),
        unit: if counted { rest.to_owned() } else { String::new() },
        key: false,
        required: false,
        personal: kind == ColumnKind::IdentityNumber,
        indexed: false,
        kind,
    };
    if column.kind == ColumnKind::Money && column.unit.is_empty() {
        column.unit = "元".to_owned();
    }
    for mark in marks.split([' ', '\u{3000}', '、', ',', '，']).filter(|mark| !mark.is_empty()) {
        match MARKS.iter().position(|(id, title)| mark == *id || mark == *title) {
            Some(0) => (column.key, column.required) = (true, true),
            Some(1) => column.required = true,
            Some(2) => column.personal = true,
            Some(_) => column.indexed = true,
            None => return Err(format!("没有“{mark}”这个标记；可以写：主键、必填、个人信息、可查")),
        }
    }
    Ok(column)
}

fn choices(text: &str) -> Result<Vec<String>, String> {
    let choices: Vec<String> = text.split(['/', '／']).map(|choice| choice.trim().to_owned()).filter(|choice| !choice.is_empty()).collect();
    if choices.len() < 2 {
        return Err("选项要写出来，用斜线分开，例如 choice 已办结/未办结".to_owned());
    }
    Ok(choices)
}

/// What an entry of the catalogue owes beyond its fields: conditions where sharing has them, the ground where nothing is shared, a
/// review before anything is open.
pub fn catalogue_reasons(fields: &Map<String, Value>) -> Vec<Reason> {
    let is = |field: &str, value: &str| fields.get(field).and_then(Value::as_str) == Some(value);
    let lacks = |field: &str| fields.get(field).is_none_or(empty);
    let owed = [
        ("sharing", "conditional", "conditions", "数据条例/15(2)", "有条件共享的，没有写共享范围和使用条件", "写明共享给谁、作什么用"),
        (
            "sharing",
            "withheld",
            "withheld-basis",
            "数据条例/15(2)",
            "不予共享的，没有写理由和依据",
            "写明理由，以及法律、行政法规或者国务院决定的依据",
        ),
        ("openness", "open", "open-review", "公开条例/17", "向社会开放以前没有写审查意见", "先审查能不能公开，写明谁审查的、什么结论"),
    ];
    owed.into_iter()
        .filter(|(field, value, needed, ..)| is(field, value) && lacks(needed))
        .map(|(_, _, needed, cite, says, cure)| {
            Reason::cited("catalogue", &Cite(cite.to_owned()), says.to_owned(), cure.to_owned()).on(needed)
        })
        .collect()
}

/// Where in a file the columns of a data set stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// For each column of the data set its place in a row; `None` when the file does not have it.
    pub places: Vec<Option<usize>>,
    /// Titles of the file that no column of the data set has: not taken in, and said so.
    pub ignored: Vec<String>,
}

/// Finds the columns by their titles or ids; a unit in brackets behind a title does not matter.
/// Errors: what is missing that every record must have, and what is there twice.
pub fn layout(columns: &[Column], header: &[&str]) -> Result<Layout, Vec<String>> {
    let mut layout = Layout { places: vec![None; columns.len()], ignored: Vec::new() };
    let mut wrong = Vec::new();
    for (place, head) in header.iter().enumerate() {
        let head = bare(head);
        if head.is_empty() {
            continue;
        }
        match columns.iter().position(|column| bare(&column.title) == head || column.id == head) {
            Some(column) if layout.places[column].is_some() => wrong.push(format!("“{}”这一列有两次", columns[column].title)),
            Some(column) => layout.places[column] = Some(place),
            None => layout.ignored.push(head),
        }
    }
    let missing: Vec<&str> = columns
        .iter()
        .zip(&layout.places)
        .filter(|(column, place)| column.required && place.is_none())
        .map(|(column, _)| column.title.as_str())
        .collect();
    if !missing.is_empty() {
        wrong.push(format!("表头里没有必填的列：{}", missing.join("、")));
    }
    if wrong.is_empty() { Ok(layout) } else { Err(wrong) }
}

/// A title without spaces, a star for "required" and a unit in brackets at its end.
fn bare(head: &str) -> String {
    let text: String = head.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}').collect();
    let text = text.trim_matches(['*', '＊']);
    let cut = text.find(['（', '(']).filter(|at| *at > 0 && text.ends_with(['）', ')']));
    cut.map_or(text, |at| &text[..at]).to_owned()
}

/// A row that is a record of the data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The values of the key columns, joined; equal keys are one record.
    pub key: String,
    /// Values by column id, in the order of their ids: equal records have equal texts.
    pub values: Map<String, Value>,
}

/// Why a row is not a record: one cell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Column of the data set.
    pub column: String,
    /// Place of the cell in the row; `None` when the file has no such column.
    pub place: Option<usize>,
    pub text: String,
    pub says: String,
}

/// Between the values of a key.
const JOINT: char = '\u{1f}';

/// Whether nothing is written in a row: such a row is no record and is not counted as read.
pub fn blank<'t>(mut cells: impl Iterator<Item = &'t str>) -> bool {
    cells.all(|text| text.trim().is_empty())
}

/// Checks one row; `cell` gives the text at a place of the row. All faults are collected.
pub fn record<'t>(columns: &[Column], layout: &Layout, cell: impl Fn(usize) -> &'t str) -> Result<Record, Vec<Fault>> {
    let mut values = Map::new();
    let mut key = String::new();
    let mut faults = Vec::new();
    for (column, place) in columns.iter().zip(&layout.places) {
        let text = place.map_or("", &cell).trim();
        if text.is_empty() {
            if column.required {
                faults.push(Fault {
                    column: column.title.clone(),
                    place: *place,
                    text: String::new(),
                    says: format!("没有填“{}”", column.title),
                });
            }
            continue;
        }
        match read(column, text) {
            Ok(value) => {
                if column.key {
                    if !key.is_empty() {
                        key.push(JOINT);
                    }
                    key.push_str(&plain(&value));
                }
                values.insert(column.id.clone(), value);
            }
            Err(says) => {
                faults.push(Fault { column: column.title.clone(), place: *place, text: text.chars().take(60).collect(), says });
            }
        }
    }
    if faults.is_empty() { Ok(Record { key, values }) } else { Err(faults) }
}

/// The text of a value as it is compared and looked up.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads what stands in a cell, or what somebody typed to look it up, as a value of the column.
/// Numbers come out as numbers; decimals and money as exact texts; days as `2026-10-20`; facts as `yes` and `no`.
pub fn read(column: &Column, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err("有不能显示的字符".to_owned());
    }
    match &column.kind {
        ColumnKind::Text if text.chars().count() > LONGEST => Err(format!("超过{LONGEST}字")),
        ColumnKind::Text => Ok(Value::from(text)),
        ColumnKind::Number => {
            let exact = decimal(text, 0)?;
            match exact.parse::<i64>() {
                Ok(number) if (-MOST..=MOST).contains(&number) => Ok(Value::from(number)),
                _ => Err("数太大".to_owned()),
            }
        }
        ColumnKind::Decimal => decimal(text, 6).map(Value::from),
        ColumnKind::Money => decimal(text.trim_end_matches('元').trim_start_matches(['¥', '￥']), 2).map(Value::from),
        ColumnKind::Date => date(text).map(|date| Value::from(date.to_string())).ok_or_else(|| "不是日期，应当写成2026-10-20".to_owned()),
        ColumnKind::Fact => match text {
            "是" | "yes" | "Y" | "y" | "true" => Ok(Value::from("yes")),
            "否" | "no" | "N" | "n" | "false" => Ok(Value::from("no")),
            _ => Err("应当是“是”或“否”".to_owned()),
        },
        ColumnKind::Choice(choices) => match choices.iter().find(|choice| *choice == text) {
            Some(choice) => Ok(Value::from(choice.as_str())),
            None => Err(format!("不是可选的：{}", choices.join("、"))),
        },
        ColumnKind::CreditCode => {
            let code = narrow(text).to_ascii_uppercase();
            if credit_code(&code) {
                Ok(Value::from(code))
            } else {
                Err("统一社会信用代码不对，请核对18位和最后一位校验码（GB 32100）".to_owned())
            }
        }
        ColumnKind::IdentityNumber => {
            let number = narrow(text).to_ascii_uppercase();
            if identity_number(&number) {
                Ok(Value::from(number))
            } else {
                Err("公民身份号码不对，请核对18位、出生日期和最后一位校验码（GB 11643）".to_owned())
            }
        }
        ColumnKind::Division => {
            let code = narrow(text);
            let known = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
            let province = code.get(..2).and_then(|text| text.parse::<u8>().ok());
            if known && province.is_some_and(|province| PROVINCES.contains(&province)) {
                Ok(Value::from(code))
            } else {
                Err("不是行政区划代码，应当是6位数字（GB/T 2260）".to_owned())
            }
        }
    }
}

/// Full-width letters and digits as narrow ones, without spaces.
fn narrow(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect()
}

/// An exact number in one way of writing: no thousands, no zeros that say nothing.
fn decimal(text: &str, places: usize) -> Result<String, String> {
    let wrong = || if places == 0 { "不是整数".to_owned() } else { "不是数".to_owned() };
    let text = narrow(text).replace(',', "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all(whole) || !all(part) {
        return Err(wrong());
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    if part.len() > places {
        return Err(if places == 0 { wrong() } else { format!("小数最多{places}位") });
    }
    if whole.len() > 15 {
        return Err("数太大".to_owned());
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && part.is_empty() { "" } else { sign };
    Ok(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// 2026-10-20, 2026/10/20, 2026.10.20, 20261020, 2026年10月20日, each with a time of day behind it or not.
fn date(text: &str) -> Option<Date> {
    let text = narrow(text.split(['T', ' ']).next().unwrap_or(text));
    let parts: Vec<&str> = text.trim_end_matches('日').split(['-', '/', '.', '年', '月']).collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    if year.len() != 4 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1900..=2199).contains(&date.year()).then_some(date)
}

/// How a value reads to people, with the unit.
pub fn shown(column: &Column, value: &Value) -> String {
    match (&column.kind, value) {
        (ColumnKind::Fact, Value::String(text)) => if text == "yes" { "是" } else { "否" }.to_owned(),
        (ColumnKind::Number, Value::Number(number)) => crate::value::thousands(number.as_i64().unwrap_or_default()),
        (_, value) => plain(value),
    }
}

/// A personal value as somebody sees it who may not see it: enough to tell two apart at the window, never whole.
pub fn masked(column: &Column, value: &Value) -> String {
    let text = plain(value);
    let letters: Vec<char> = text.chars().collect();
    let shown = match (&column.kind, letters.len()) {
        (ColumnKind::IdentityNumber, _) => 0,
        (_, 0..=1) => 0,
        (ColumnKind::Text, _) => 1,
        _ => 0,
    };
    let stars = letters.len().saturating_sub(shown).clamp(1, 6);
    letters[..shown].iter().copied().chain(std::iter::repeat_n('＊', stars)).collect()
}

/// `B7`: the cell in a row (counted from 1) at a place (counted from 0).
pub fn address(place: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = place + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 8] = [
        "no | 案号 | text | key",
        "day | 决定日期 | date | required indexed",
        "amount | 罚款数额 | money 元 | ",
        "people | 人数 | 整数 人",
        "party | 当事人 | 文字 | 个人信息",
        "credit-code | 统一社会信用代码 | credit-code | 可查",
        "identity | 公民身份号码 | identity-number |",
        "result | 结果 | choice 已办结/未办结 | 必填",
    ];

    fn read_row(cells: &[&'static str]) -> Result<Record, Vec<Fault>> {
        let columns = columns(LINES).unwrap();
        let heads: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
        let layout = layout(&columns, &heads).unwrap();
        record(&columns, &layout, |place| cells.get(place).copied().unwrap_or_default())
    }

    #[test]
    fn a_row_becomes_a_record_in_one_way_of_writing() {
        let cells = ["忻市监罚〔2026〕1号", "2026年3月4日", "￥1,200.50元", "３", "某店", " 91350100m000100y43 ", "", "已办结"];
        let record = read_row(&cells).unwrap();
        assert_eq!(record.key, "忻市监罚〔2026〕1号");
        assert_eq!(
            Value::Object(record.values),
            serde_json::json!({ "no": "忻市监罚〔2026〕1号", "day": "2026-03-04", "amount": "1200.5", "people": 3, "party": "某店",
                "credit-code": "91350100M000100Y43", "result": "已办结" })
        );
    }

    #[test]
    fn every_bad_cell_is_named() {
        let faults = read_row(&["", "2026-02-30", "12.345", "三", "某店", "91350100M000100Y44", "11010519491231002Y", "办结"]).unwrap_err();
        let told: Vec<(&str, Option<usize>)> = faults.iter().map(|fault| (fault.column.as_str(), fault.place)).collect();
        assert_eq!(
            told,
            [
                ("案号", Some(0)),
                ("决定日期", Some(1)),
                ("罚款数额", Some(2)),
                ("人数", Some(3)),
                ("统一社会信用代码", Some(5)),
                ("公民身份号码", Some(6)),
                ("结果", Some(7))
            ]
        );
        assert!(read_row(&["一", "20260304", "-0.0", "", "", "", "11010519491231002x", "未办结"]).is_ok());
    }

    #[test]
    fn declarations_that_cannot_be_read_say_why() {
        let wrong = columns(["No | 案号 | text", "day | 日期 | dat", "a | 甲", "b | 乙 | choice 一", "c | 丙 | text | 主建"]).unwrap_err();
        for (line, says) in wrong.iter().zip(["小写字母", "是不是“date”", "应当写成", "用斜线分开", "没有“主建”"])
        {
            assert!(line.contains(says), "{line}");
        }
        assert_eq!(columns(["a | 甲 | text"]).unwrap_err().len(), 1, "a key is needed");
        assert!(columns(["a | 甲 | text | key", "a | 乙 | text"]).unwrap_err()[0].contains("两次"));
        assert!(
            columns(["id | 号码 | identity-number | key"]).unwrap()[0].personal,
            "an identity number is personal whether marked or not"
        );
    }

    #[test]
    fn a_header_finds_its_columns_and_says_what_it_lacks() {
        let columns = columns(LINES).unwrap();
        let found = layout(&columns, &["序号", " 案 号", "决定日期*", "罚款数额（元）", "result"]).unwrap();
        assert_eq!(found.places[..3], [Some(1), Some(2), Some(3)]);
        assert_eq!((found.places[7], found.ignored), (Some(4), vec!["序号".to_owned()]));
        let wrong = layout(&columns, &["案号", "案号"]).unwrap_err();
        assert!(wrong[0].contains("有两次") && wrong[1].contains("决定日期、结果"), "{wrong:?}");
    }

    #[test]
    fn what_is_personal_is_masked() {
        let columns = columns(LINES).unwrap();
        assert_eq!(masked(&columns[4], &Value::from("欧阳某某")), "欧＊＊＊");
        assert_eq!(masked(&columns[6], &Value::from("11010519491231002X")), "＊＊＊＊＊＊");
        assert_eq!((address(0, 1), address(26, 7), address(701, 2)), ("A1".to_owned(), "AA7".to_owned(), "ZZ2".to_owned()));
    }
}
