//! Statements 手填: what no ledger gives, somebody states with period, value and source, and somebody else checks. A checked statement
//! counts on the last day of its period, so that its figure is kept, opened and recounted like any other.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{Figure, Measure};
use crate::case::Case;
use crate::decide::nearest;
use crate::guard::Scene;
use crate::law::Law;

/// The procedure in which statements are made.
pub const PROCEDURE: &str = "statement";
/// The stage of a statement that another person has checked. Only here it counts.
pub const CHECKED: &str = "checked";
/// The stage of a statement that waits to be checked.
pub const STATED: &str = "stated";

/// Fields of a statement.
pub const FIGURE: &str = "figure";
pub const YEAR: &str = "year";
pub const PART: &str = "part";
pub const KIND: &str = "kind";
pub const VALUE: &str = "value";
pub const FIELDS: [&str; 5] = [FIGURE, YEAR, PART, KIND, VALUE];

/// The kind of statement that gives a number; the others, 未发现 and 零, state 0.
pub const COUNTED: &str = "counted";

/// Parts of a year that can be stated, each with its first and last month.
pub const PARTS: [(&str, i8, i8); 7] = [
    ("year", 1, 12),
    ("first-half", 1, 6),
    ("second-half", 7, 12),
    ("first-quarter", 1, 3),
    ("second-quarter", 4, 6),
    ("third-quarter", 7, 9),
    ("fourth-quarter", 10, 12),
];

/// Series in which statements themselves are counted, by the key of their figure as the matter: those that are checked, on the last day
/// of their period, and those that wait.
pub const SERIES_CHECKED: &str = "statements.checked";
pub const SERIES_WAITING: &str = "statements.waiting";

/// A statement as its case says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated<'c> {
    pub figure: &'c str,
    /// First and last day of the period.
    pub from: Date,
    pub to: Date,
    pub kind: &'c str,
    pub value: i64,
}

/// What a case of the procedure states; `None` while a field is missing.
pub fn stated(case: &Case) -> Option<Stated<'_>> {
    read(&case.fields)
}

/// The same from the fields alone.
pub fn read(fields: &Map<String, Value>) -> Option<Stated<'_>> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str);
    let (from, to) = period(fields)?;
    let kind = text(KIND)?;
    let value = if kind == COUNTED { fields.get(VALUE).and_then(Value::as_i64)? } else { 0 };
    Some(Stated { figure: text(FIGURE)?, from, to, kind, value })
}

/// The period that the fields `year` and `part` name.
pub fn period(fields: &Map<String, Value>) -> Option<(Date, Date)> {
    let year = fields.get(YEAR).and_then(Value::as_i64).and_then(|year| i16::try_from(year).ok())?;
    let part = fields.get(PART).and_then(Value::as_str)?;
    let (_, first, last) = PARTS.iter().find(|(id, ..)| *id == part)?;
    let from = Date::new(year, *first, 1).ok()?;
    let to = Date::new(year, *last, 1).ok()?.last_of_month();
    Some((from, to))
}

/// The definition by which a key may be stated for a period that ends on a day.
pub fn may_be_stated<'l>(law: &'l Law, key: &str, on: Date) -> Option<&'l Figure> {
    law.figure_on(key, on).filter(|figure| matches!(figure.measure, Measure::Statement(_)))
}

/// Why the figure and period given cannot be stated, and what to do; `None` when they can.
pub(crate) fn unstatable(scene: &Scene<'_>) -> Option<(String, String)> {
    let mut fields = scene.case.map(|case| case.fields.clone()).unwrap_or_default();
    fields.extend(scene.with.cloned().unwrap_or_default());
    let key = fields.get(FIGURE).and_then(Value::as_str).unwrap_or_default();
    let Some((from, to)) = period(&fields) else {
        return Some(("没有写明是哪一年、哪一段的数".to_owned(), "写明年份和时段".to_owned()));
    };
    if may_be_stated(scene.law, key, to).is_some() {
        return (from > scene.now.date())
            .then(|| (format!("{}才开始的时段还没有数可报", crate::value::long_date(from)), "等这一段开始以后再报".to_owned()));
    }
    let stated = || scene.law.figures.iter().filter(|figure| matches!(figure.measure, Measure::Statement(_)) && figure.holds(to));
    Some(match scene.law.figure(key) {
        Some(figure) if figure.is_rate() => (format!("“{}”由分子和分母算出，不填报", figure.title), "分别填报分子和分母".to_owned()),
        Some(figure) if !matches!(figure.measure, Measure::Statement(_)) => {
            (format!("“{}”由记录数出，不填报", figure.title), "数不对的，改正它数的记录".to_owned())
        }
        Some(figure) => (
            format!("“{}”在{}没有有效的定义", figure.title, crate::value::long_date(to)),
            "核对时段；要补定义的，由法制员改数据定义".to_owned(),
        ),
        None => {
            let near = nearest(key, stated().map(|figure| figure.key.as_str()));
            let cure = near.map_or("选可以填报的数据".to_owned(), |near| format!("是不是“{near}”"));
            (format!("没有“{key}”这个数据"), cure)
        }
    })
}
