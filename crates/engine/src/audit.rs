//! Reads a published annual report 法治政府建设年度报告 and checks it against itself: every statistic with its
//! value, unit and exactness, and every relation between them with the arithmetic worked out.
//!
//! A grammar and tables, no model: [`script`] folds the text, [`numeral`] reads numbers, [`unit`] what they
//! count, [`names`] throws out what only looks like a count, [`figure`] joins them, [`relation`] does the
//! arithmetic of [`sum`], [`rate`], [`change`] and [`repeat`]. Deterministic; the time grows with the length of
//! the text. A check fails only where the text itself says what the number is made of: a correct report must
//! never be accused.

mod change;
mod english;
mod figure;
mod ledger;
mod marks;
mod names;
mod numeral;
mod partition;
mod rate;
mod relation;
pub mod render;
mod repeat;
mod script;
mod subject;
mod sum;
mod unit;

use serde::{Serialize, Serializer};

pub use english::english;
pub use ledger::{Candidate, Comparison, LedgerFigure, Verdict, compare};

/// How exact a stated number is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exactness {
    Exact,
    /// 余, 多, 以上, 超过, 不低于: the true number is the stated one or more.
    AtLeast,
    /// 近, 接近, 不足, 以内: the true number is the stated one or less.
    Almost,
    /// 约, 左右.
    About,
}

/// One statistic that the text states.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figure {
    /// 万 and 亿 worked out; a percentage keeps its number.
    #[serde(serialize_with = "number")]
    pub value: f64,
    /// The Chinese word in the text (件, 人次, 元), % or nothing.
    pub unit: String,
    pub exactness: Exactness,
    pub subject: String,
    /// The clause in which it stands.
    pub quote: String,
    /// Offset of number and unit in the text, in Unicode scalars; `end` is past the last one.
    pub start: usize,
    pub end: usize,
    /// The value of one unit in the last digit stated: 100 for 7.26万.
    #[serde(skip)]
    pub step: f64,
}

/// What kind of relation was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Parts and their total.
    Sum,
    /// A rate and the two counts it follows from.
    Rate,
    /// A change and the two counts it follows from.
    Change,
    /// The same thing stated more than once.
    Repeat,
    /// Whether any whole number of cases gives the rate.
    Integer,
}

/// How the check came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Holds,
    /// True only if the last digit was cut off instead of rounded.
    HoldsAsTruncation,
    Fails,
    /// The text does not say enough to tell.
    Unverifiable,
}

/// One relation between figures, worked out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Check {
    pub kind: Kind,
    pub result: Outcome,
    /// What the parts give; none where they do not say.
    #[serde(serialize_with = "maybe_number")]
    pub expected: Option<f64>,
    /// What the text states.
    #[serde(serialize_with = "number")]
    pub stated: f64,
    #[serde(serialize_with = "numbers")]
    pub parts: Vec<f64>,
    pub quote: String,
    /// The arithmetic in one line, in Chinese, for readers; the JSON gives it as numbers.
    #[serde(skip)]
    pub note: String,
    /// Indices into the figures: the stated one first, then the parts.
    #[serde(skip)]
    pub figures: Vec<usize>,
}

/// What the audit found.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Audit {
    pub figures: Vec<Figure>,
    pub checks: Vec<Check>,
}

/// A number as JSON: whole numbers without a decimal point.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < EXACT { to.serialize_i64(self.0 as i64) } else { to.serialize_f64(self.0) }
    }
}

fn number<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    Number(*value).serialize(to)
}

fn maybe_number<S: Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    value.map(Number).serialize(to)
}

fn numbers<S: Serializer>(values: &[f64], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(|v| Number(*v)))
}

/// Audits a report. Any text is accepted; a text without statistics gives an empty audit.
pub fn audit(text: &str) -> Audit {
    let folded = script::fold(text);
    let marks = marks::mark(&folded);
    let numbers = numeral::numerals(&folded);
    let found = figure::find(&folded, &marks, numbers);
    let checks = relation::checks(&folded, &marks, &found);
    let figures = found.iter().map(|f| figure::publish(&folded, f)).collect();
    Audit { figures, checks }
}
