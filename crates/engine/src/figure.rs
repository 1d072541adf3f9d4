//! Figures: what is counted, declared in `figures.toml` in a small closed grammar. How one event counts is in `count`, what a signed
//! statement counts in `statement`.

mod count;
mod definition;
pub mod statement;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::law::Law;

pub use count::{Counted, Index};
pub use definition::Definition;

/// One definition of a figure. Its key is the catalogue's: `S45.ratings_received`; a key may have several definitions, one after
/// the other, and a period is counted by the one in force on its last day.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Figure {
    pub key: String,
    pub title: String,
    pub unit: String,
    /// In words: what is counted, what is not.
    pub definition: String,
    /// The organ or post that answers for it.
    pub owner: String,
    /// Whose acts are counted, in words; absent: every organ and township of the division.
    pub scope: Option<String>,
    pub in_force: Date,
    pub until: Option<Date>,
    /// The name its cells are kept under: the key, and for a later definition the day it came into force, so that the cells of the
    /// earlier one stay as they are.
    pub series: String,
    pub measure: Measure,
    /// Figures that together must make this total.
    pub partition: Vec<String>,
    /// Figures that are parts of this one and may overlap.
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    key: String,
    title: String,
    unit: String,
    definition: String,
    owner: String,
    scope: Option<String>,
    #[serde(deserialize_with = "crate::law::day")]
    in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    until: Option<Date>,
    #[serde(default)]
    partition: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    count: Option<Over>,
    sum: Option<SumOver>,
    stock: Option<Entries>,
    cases: Option<Open>,
    distinct: Option<Distinct>,
    ratio: Option<Pair>,
    mean: Option<Pair>,
    change: Option<Of>,
    statement: Option<Statement>,
}

impl TryFrom<Raw> for Figure {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let Raw {
            key,
            title,
            unit,
            definition,
            owner,
            scope,
            in_force,
            until,
            partition,
            tags,
            count,
            sum,
            stock,
            cases,
            distinct,
            ratio,
            mean,
            change,
            statement,
        } = raw;
        let said = [
            count.map(Measure::Count),
            sum.map(Measure::Sum),
            stock.map(Measure::Stock),
            cases.map(Measure::Cases),
            distinct.map(Measure::Distinct),
            ratio.map(Measure::Ratio),
            mean.map(Measure::Mean),
            change.map(Measure::Change),
            statement.map(Measure::Statement),
        ];
        let mut said = said.into_iter().flatten();
        match (said.next(), said.next()) {
            (Some(measure), None) => {
                let series = key.clone();
                Ok(Figure { key, title, unit, definition, owner, scope, in_force, until, series, measure, partition, tags })
            }
            (None, _) => Err(format!(
                "figure `{key}` says no measure: write one of count, sum, stock, cases, distinct, ratio, mean, change, statement"
            )),
            (Some(_), Some(_)) => Err(format!("figure `{key}` says two measures: keep one")),
        }
    }
}

/// The closed grammar. Exactly one of these keys stands in a `[[figure]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Events that happened in the period.
    Count(Over),
    /// The sum of a number or money field over events of the period.
    Sum(SumOver),
    /// Entries of a register in force at the end of the period.
    Stock(Entries),
    /// Cases of a procedure that are open at the end of the period.
    Cases(Open),
    /// How many different organs, matters or places another figure counts in the period.
    Distinct(Distinct),
    /// One figure over another, as a percentage with its fraction kept.
    Ratio(Pair),
    /// One figure over another, as a number.
    Mean(Pair),
    /// Change on the year before, in per cent, of another figure.
    Change(Of),
    /// A signed, dated, sourced statement: no ledger gives it.
    Statement(Statement),
}

/// Which events count: of a procedure's steps or of a register's acts.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Over {
    #[serde(default)]
    pub procedure: Option<String>,
    #[serde(default)]
    pub register: Option<String>,
    /// Steps (or acts) that count, each time they are taken.
    pub on: Vec<String>,
    /// Fields of the case (or entry) after the step, each with the values that count.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
    /// Only those for which this clock was kept: it had started, and was met, or still ran, within its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_time: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SumOver {
    pub field: String,
    #[serde(default)]
    pub procedure: Option<String>,
    #[serde(default)]
    pub register: Option<String>,
    pub on: Vec<String>,
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entries {
    pub register: String,
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Open {
    pub procedure: String,
    /// Stages in which a case counts; none written: every stage that is no end.
    #[serde(default)]
    pub stages: Vec<String>,
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Distinct {
    pub of: String,
    pub by: Dimension,
}

/// What records of a figure are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    Organ,
    Matter,
    Place,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pair {
    pub of: String,
    pub over: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Of {
    pub of: String,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Statement {}

/// Units a figure may have. The list is closed, so that 人 and 人次 are never taken for one another by a slip of the pen.
pub const UNITS: [&str; 42] = [
    "件",
    "项",
    "次",
    "个",
    "人",
    "人次",
    "条",
    "份",
    "户",
    "户次",
    "家",
    "家次",
    "场",
    "场次",
    "期",
    "批",
    "支",
    "所",
    "处",
    "起",
    "宗",
    "篇",
    "部",
    "册",
    "台",
    "套",
    "辆",
    "村",
    "天",
    "小时",
    "课时",
    "分",
    "元",
    "亩",
    "平方米",
    "公里",
    "公斤",
    "吨",
    "面",
    "块",
    "%",
    "‰",
];

/// Where a figure says no scope.
pub const WHOLE: &str = "本行政区划的全部机关和乡镇（街道）";

impl Figure {
    pub fn holds(&self, day: Date) -> bool {
        self.in_force <= day && self.until.is_none_or(|until| day < until)
    }

    /// What holds at the end of a period is the sum of all changes up to it; everything else counts inside the period.
    pub fn is_stock(&self) -> bool {
        matches!(self.measure, Measure::Stock(_) | Measure::Cases(_))
    }

    /// Whether cells are kept for it; the others are worked out from those that are.
    pub fn is_kept(&self) -> bool {
        matches!(self.measure, Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_) | Measure::Cases(_) | Measure::Statement(_))
    }

    pub fn is_rate(&self) -> bool {
        matches!(self.measure, Measure::Ratio(_) | Measure::Mean(_) | Measure::Change(_))
    }

    /// Whose acts are counted, in words.
    pub fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or(WHOLE)
    }

    /// A text that changes whenever what is counted does. A limit counts days of the calendar, so a new notice of days off is a change.
    pub fn definition_text(&self, calendar: &Calendar) -> String {
        let days = match &self.measure {
            Measure::Count(over) if over.in_time.is_some() => calendar.text(),
            _ => String::new(),
        };
        serde_json::to_string(&(&self.series, &self.measure, days)).unwrap_or_default()
    }
}

impl Law {
    /// The latest definition of a figure.
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().rfind(|f| f.key == key)
    }

    /// The definition of a figure in force on a day.
    pub fn figure_on(&self, key: &str, day: Date) -> Option<&Figure> {
        self.figures.iter().find(|f| f.key == key && f.holds(day))
    }

    /// All definitions of a figure, the earliest first.
    pub fn definitions<'l>(&'l self, key: &'l str) -> impl Iterator<Item = &'l Figure> + use<'l> {
        self.figures.iter().filter(move |f| f.key == key)
    }
}

impl Measure {
    /// The figures it is worked out from.
    pub fn parts(&self) -> Vec<&str> {
        match self {
            Measure::Ratio(pair) | Measure::Mean(pair) => vec![&pair.of, &pair.over],
            Measure::Change(of) => vec![&of.of],
            Measure::Distinct(distinct) => vec![&distinct.of],
            Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_) | Measure::Cases(_) | Measure::Statement(_) => Vec::new(),
        }
    }
}

/// Puts definitions in the order of key and day, and gives each its series.
pub fn put_in_order(figures: &mut [Figure]) {
    figures.sort_by(|a, b| (&a.key, a.in_force).cmp(&(&b.key, b.in_force)));
    let mut before: Option<String> = None;
    for figure in figures {
        figure.series = match &before {
            Some(key) if *key == figure.key => format!("{}@{}", figure.key, figure.in_force),
            _ => figure.key.clone(),
        };
        before = Some(figure.key.clone());
    }
}
