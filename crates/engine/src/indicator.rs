//! Indicators: what a year's appraisal asks for, as a tree of weights with a scoring rule at every leaf. Reading is here, the arithmetic in
//! [`score`]. Points are exact hundredths; nothing here is a float.

pub mod score;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::law::{Cite, Law};

/// Points, or per cent, to two decimals: hundredths kept as a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Points(i64);

impl Points {
    pub const ZERO: Points = Points(0);
    pub const HUNDRED: Points = Points(10_000);

    pub const fn hundredths(count: i64) -> Points {
        Points(count)
    }

    pub const fn as_hundredths(self) -> i64 {
        self.0
    }

    /// Reads `4`, `2.5`, `0.05`; nothing finer than two decimals, and nothing above a million.
    pub fn parse(text: &str) -> Option<Points> {
        let text = text.trim();
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(part) || part.len() > 2 || whole.len() > 7 {
            return None;
        }
        let part = part.parse::<i64>().ok()? * if part.len() == 1 { 10 } else { 1 };
        Some(Points(sign * (whole.parse::<i64>().ok()? * 100 + part))).filter(|points| points.0.abs() <= 100_000_000)
    }

    /// `self × a ÷ b`, rounded half up to hundredths. `b` is above zero and `a` is not below.
    pub fn share(self, a: i128, b: i128) -> Points {
        let exact = i128::from(self.0) * a * 2 + b;
        Points(i64::try_from(exact / (b * 2)).unwrap_or(i64::MAX))
    }
}

impl std::ops::Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Points {
    type Output = Points;
    fn sub(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, |sum, next| sum + next)
    }
}

impl std::fmt::Display for Points {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match (size / 100, size % 100) {
            (whole, 0) => write!(out, "{sign}{whole}"),
            (whole, part) if part % 10 == 0 => write!(out, "{sign}{whole}.{}", part / 10),
            (whole, part) => write!(out, "{sign}{whole}.{part:02}"),
        }
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Points, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i64),
            // Read as it was written: the shortest text of a decimal of this size is the decimal itself.
            Decimal(f64),
            Text(String),
        }
        let text = match Written::deserialize(from)? {
            Written::Whole(whole) => whole.to_string(),
            Written::Decimal(decimal) => decimal.to_string(),
            Written::Text(text) => text,
        };
        Points::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no number of points: at most two decimals, such as 2.5")))
    }
}

/// A standard of appraisal, in `law/<domain>/indicators/<id>.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Standard {
    pub id: String,
    pub title: String,
    pub basis: Cite,
    /// Where the weights and marks come from, in words that a unit understands.
    pub source: String,
    /// Whether the district has adopted it; what is not adopted says so wherever it is shown.
    #[serde(default)]
    pub adopted: bool,
    #[serde(rename = "version")]
    pub versions: Vec<Edition>,
    /// Where it was read, for messages.
    #[serde(skip)]
    pub file: String,
}

/// The tree as it holds from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Edition {
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    #[serde(default, deserialize_with = "crate::law::maybe_day")]
    pub until: Option<Date>,
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    #[serde(rename = "grade")]
    pub grades: Vec<Grade>,
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
}

/// Units that are ranked among themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Group {
    pub id: String,
    pub title: String,
    /// Kinds of organ that belong to it, as the register of organs has them.
    pub kinds: Vec<String>,
}

/// What a total is called: the first grade that it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grade {
    pub id: String,
    pub title: String,
    pub at_least: Points,
}

/// 一级指标
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Area {
    pub id: String,
    pub title: String,
    pub weight: Points,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// 二级指标
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Item {
    pub id: String,
    pub title: String,
    pub weight: Points,
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
}

/// 三级指标: a leaf, with the rule that scores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Indicator {
    pub id: String,
    pub title: String,
    pub weight: Points,
    pub rule: Rule,
    /// What a unit has to show.
    pub evidence: String,
    /// The organ that answers for the indicator and checks it.
    pub organ: String,
    pub basis: Cite,
    /// Groups it is asked of; none named: of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Asked only of units for which this figure is above zero in the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_any: Option<String>,
    /// What a rate without anything to divide by counts as.
    #[serde(default)]
    pub when_empty: WhenEmpty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenEmpty {
    /// Not asked of the unit; its total is converted over what was asked.
    #[default]
    LeftOut,
    Full,
    Zero,
}

/// How a leaf is scored. The list is closed; every computed rule names a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRule", into = "RawRule")]
pub enum Rule {
    /// A figure against a target, in proportion, full at the target.
    Count { figure: String, target: i64 },
    /// A figure by steps: the points of the highest step it reaches.
    Steps { figure: String, steps: Vec<Mark> },
    /// A rate between the mark that earns nothing and the mark that earns all; the first may be the higher one.
    Rate { figure: String, full: Points, zero: Points },
    /// Evidence that a checker has adopted: all or nothing.
    Document,
    /// So much off for each one counted, never below zero.
    Deduction { figure: String, each: Points },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mark {
    pub at_least: i64,
    pub gives: Points,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct RawRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<Points>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zero: Option<Points>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    document: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deduction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    each: Option<Points>,
}

impl TryFrom<RawRule> for Rule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Rule, String> {
        let RawRule { count, target, steps, rate, full, zero, document, deduction, each } = raw;
        match (count, target, steps.is_empty(), rate, full, zero, document, deduction, each) {
            (Some(figure), Some(target), true, None, None, None, false, None, None) if target > 0 => Ok(Rule::Count { figure, target }),
            (Some(figure), None, false, None, None, None, false, None, None) => Ok(Rule::Steps { figure, steps }),
            (None, None, true, Some(figure), Some(full), Some(zero), false, None, None) if full != zero => {
                Ok(Rule::Rate { figure, full, zero })
            }
            (None, None, true, None, None, None, true, None, None) => Ok(Rule::Document),
            (None, None, true, None, None, None, false, Some(figure), Some(each)) if each > Points::ZERO => {
                Ok(Rule::Deduction { figure, each })
            }
            _ => Err("a rule is one of { count = FIGURE, target = above 0 }, { count = FIGURE, steps = [{ at-least, gives }, …] }, \
                      { rate = FIGURE, full = %, zero = another % }, { document = true } and { deduction = FIGURE, each = above 0 }"
                .to_owned()),
        }
    }
}

impl From<Rule> for RawRule {
    fn from(rule: Rule) -> RawRule {
        match rule {
            Rule::Count { figure, target } => RawRule { count: Some(figure), target: Some(target), ..RawRule::default() },
            Rule::Steps { figure, steps } => RawRule { count: Some(figure), steps, ..RawRule::default() },
            Rule::Rate { figure, full, zero } => RawRule { rate: Some(figure), full: Some(full), zero: Some(zero), ..RawRule::default() },
            Rule::Document => RawRule { document: true, ..RawRule::default() },
            Rule::Deduction { figure, each } => RawRule { deduction: Some(figure), each: Some(each), ..RawRule::default() },
        }
    }
}

impl Rule {
    pub fn figure(&self) -> Option<&str> {
        match self {
            Rule::Count { figure, .. } | Rule::Steps { figure, .. } | Rule::Rate { figure, .. } | Rule::Deduction { figure, .. } => {
                Some(figure)
            }
            Rule::Document => None,
        }
    }

    /// The rule as a unit reads it.
    pub fn says(&self) -> String {
        match self {
            Rule::Count { target, .. } => format!("达到{target}得满分，不到的按比例得分"),
            Rule::Steps { steps, .. } => {
                let steps: Vec<String> = steps.iter().map(|step| format!("达到{}得{}分", step.at_least, step.gives)).collect();
                format!("{}，其余不得分", steps.join("，"))
            }
            Rule::Rate { full, zero, .. } if full > zero => format!("达到{full}%得满分，{zero}%以下不得分，中间按比例"),
            Rule::Rate { full, zero, .. } => format!("不超过{full}%得满分，{zero}%以上不得分，中间按比例"),
            Rule::Document => "材料经审核采信得满分，没有采信不得分".to_owned(),
            Rule::Deduction { each, .. } => format!("每有一次扣{each}分，扣完为止"),
        }
    }
}

/// The tree of one year as a case keeps it: written by the ledger when the appraisal opens, and not changed by any later edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tree {
    pub standard: String,
    pub title: String,
    pub source: String,
    pub adopted: bool,
    pub year: i16,
    pub in_force: Date,
    /// How many leaves.
    pub count: usize,
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    #[serde(rename = "grade")]
    pub grades: Vec<Grade>,
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
}

impl Tree {
    /// From the value of a field of type `indicators`.
    pub fn of(value: &Value) -> Option<Tree> {
        serde_json::from_value(value.clone()).ok()
    }

    pub fn leaves(&self) -> impl Iterator<Item = &Indicator> {
        self.areas.iter().flat_map(|area| &area.items).flat_map(|item| &item.indicators)
    }

    pub fn leaf(&self, id: &str) -> Option<&Indicator> {
        self.leaves().find(|leaf| leaf.id == id)
    }

    /// The group of a kind of organ.
    pub fn group_of(&self, kind: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.kinds.iter().any(|own| own == kind))
    }

    /// The grade of a total.
    pub fn grade(&self, total: Points) -> Option<&Grade> {
        self.grades.iter().find(|grade| total >= grade.at_least)
    }

    /// Every figure that the rules and their conditions name.
    pub fn figures(&self) -> impl Iterator<Item = &str> {
        self.leaves().flat_map(|leaf| leaf.rule.figure().into_iter().chain(leaf.if_any.as_deref()))
    }
}

impl Law {
    /// The tree of a standard for a year: the edition in force on its last day.
    pub fn tree(&self, standard: &str, year: i16) -> Option<Tree> {
        let standard = self.standards.get(standard)?;
        let last = Date::new(year, 12, 31).ok()?;
        let edition =
            standard.versions.iter().find(|edition| edition.in_force <= last && edition.until.is_none_or(|until| last < until))?;
        Some(Tree {
            standard: standard.id.clone(),
            title: standard.title.clone(),
            source: standard.source.clone(),
            adopted: standard.adopted,
            year,
            in_force: edition.in_force,
            count: edition.areas.iter().flat_map(|area| &area.items).map(|item| item.indicators.len()).sum(),
            groups: edition.groups.clone(),
            grades: edition.grades.clone(),
            areas: edition.areas.clone(),
        })
    }
}

/// Standards by id.
pub type Standards = BTreeMap<String, Standard>;
