//! A report on the work of a year: one value that every door shows and every paper prints, each figure in it with what opens it.
//!
//! [`template`] reads the chapters of `law/reports/`, [`write`] puts figures into them. Nothing here counts: figures are handed in.

pub mod template;
pub mod write;

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::value::thousands;

/// The five parts that the law asks of a report (督察规定/25), by the file that holds each.
pub const SECTIONS: [&str; 5] = ["measures", "shortcomings", "first-responsible", "next-year", "other"];

/// A report as written, from its title to the table of every figure. Kept as JSON it reads back as the same value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// Which template: `annual`, `half-year`, `department`.
    pub template: String,
    pub title: String,
    /// Whom it is for, in the order of the law; empty when the template names nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addressees: Vec<String>,
    /// The article behind the report: `督察规定/25`.
    pub basis: String,
    /// GB/T 2260 code.
    pub division: String,
    pub division_name: String,
    /// The organ whose report it is; none: of the whole district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organ: Option<Organ>,
    /// Who issues it.
    pub signed_by: String,
    pub period: Period,
    /// Not a draft: sentences that lack a figure are left out instead of showing the gap.
    pub finished: bool,
    /// When the figures were read.
    pub as_of: DateTime,
    pub chapters: Vec<ChapterText>,
    /// Every declared figure of the period, whether the text quotes it or not.
    pub figures: Vec<FigureRow>,
    pub checks: Vec<Check>,
    /// What the text leaves out and why: nothing disappears unsaid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Omitted>,
    /// Set on approval; from then on the value never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organ {
    /// Id in the register of organs.
    pub id: String,
    pub title: String,
}

/// The whole days reported on, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub year: i16,
    /// 1 or 2; none: the whole year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<u8>,
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// A year, or its first or second half. `None` outside the calendar, or for a third half.
    pub fn new(year: i16, half: Option<u8>) -> Option<Period> {
        let (from, to) = match half {
            None => ((1, 1), (12, 31)),
            Some(1) => ((1, 1), (6, 30)),
            Some(2) => ((7, 1), (12, 31)),
            Some(_) => return None,
        };
        Some(Period { year, half, from: Date::new(year, from.0, from.1).ok()?, to: Date::new(year, to.0, to.1).ok()? })
    }

    /// 2022年 or 2022年上半年.
    pub fn text(&self) -> String {
        match self.half {
            None => format!("{}年", self.year),
            Some(1) => format!("{}年上半年", self.year),
            Some(_) => format!("{}年下半年", self.year),
        }
    }

    /// As the addresses of the site write it.
    pub fn query(&self) -> String {
        match self.half {
            None => format!("year={}", self.year),
            Some(half) => format!("year={}&half={half}", self.year),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChapterText {
    /// `measures`, `shortcomings` …
    pub id: String,
    pub title: String,
    pub blocks: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Text {
    Heading {
        text: String,
    },
    Paragraph {
        pieces: Vec<Written>,
    },
    Table {
        caption: String,
        head: Vec<String>,
        /// The first cell of a row names it.
        rows: Vec<Vec<Written>>,
    },
    Chart {
        caption: String,
        by: Axis,
        unit: String,
        labels: Vec<String>,
        series: Vec<Series>,
    },
    /// A part that people write; without blocks it is not written yet.
    Section {
        section: String,
        blocks: Vec<Text>,
    },
}

/// What lies along the foot of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    Organ,
    Month,
    /// The parts of one figure.
    Parts,
}

/// One figure along the axis: a value for each label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub key: String,
    pub title: String,
    pub values: Vec<Written>,
}

/// Words, or a figure with what opens it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Quoted>,
}

impl Written {
    pub fn words(text: impl Into<String>) -> Written {
        Written { text: text.into(), figure: None }
    }
}

/// A figure as a sentence, a cell or a bar quotes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quoted {
    pub key: String,
    /// `None`: the ledger gives no value.
    #[serde(serialize_with = "whole_when_whole")]
    pub value: Option<f64>,
    pub unit: String,
    /// Stated by somebody (手填), not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub statement: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
    /// Path and query on the site, from the root: the records behind exactly this value.
    pub link: String,
}

/// What a rate, a mean or a change is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    pub of: String,
    pub over: String,
    pub numerator: i64,
    pub denominator: i64,
}

/// A line of the table of figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FigureRow {
    pub key: String,
    pub title: String,
    pub unit: String,
    #[serde(serialize_with = "whole_when_whole")]
    pub value: Option<f64>,
    /// The value as it is read, without the unit.
    pub number: String,
    /// The same period a year before; none when the ledger holds nothing of it.
    #[serde(default, serialize_with = "whole_when_whole")]
    pub last_year: Option<f64>,
    #[serde(default)]
    pub last_number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
    /// How many records stand behind it.
    pub records: i64,
    pub definition: String,
    /// Where it is counted: a procedure, a register, other figures, or a statement.
    pub source: String,
    pub owner: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub statement: bool,
    /// Figures that must make this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// Figures that are parts of this one and may overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    pub link: String,
}

impl FigureRow {
    /// The value with its unit.
    pub fn text(&self) -> String {
        format!("{}{}", self.number, self.unit)
    }

    /// Change on the year before in per cent, when both years have something to compare.
    pub fn change(&self) -> Option<f64> {
        let (value, before) = (self.value?, self.last_year.filter(|before| *before != 0.0)?);
        (self.unit != "%").then(|| (value - before) * 100.0 / before)
    }

    pub fn quoted(&self) -> Quoted {
        Quoted {
            key: self.key.clone(),
            value: self.value,
            unit: self.unit.clone(),
            statement: self.statement,
            fraction: self.fraction.clone(),
            link: self.link.clone(),
        }
    }

    pub fn written(&self) -> Written {
        Written { text: self.text(), figure: Some(self.quoted()) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Parts make the total.
    Sum,
    /// A part is not more than the whole.
    Part,
    /// A rate follows from its two counts.
    Rate,
    /// What the sentences say of each other, found by the audit of the whole text; `figure` is empty, `title` quotes the sentence.
    Text,
}

/// A check of the arithmetic, made before approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Check {
    pub kind: CheckKind,
    /// The total, the whole or the rate.
    pub figure: String,
    pub title: String,
    /// Parts of a sum; numerator and denominator of a rate.
    pub parts: Vec<CheckPart>,
    /// What is stated.
    #[serde(serialize_with = "whole_when_whole")]
    pub stated: Option<f64>,
    /// What the parts give.
    #[serde(serialize_with = "whole_when_whole")]
    pub expected: Option<f64>,
    pub holds: bool,
    /// The arithmetic, worked out.
    pub says: String,
    /// Why a failing check stands all the same; kept with the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckPart {
    pub key: String,
    pub title: String,
    #[serde(serialize_with = "whole_when_whole")]
    pub value: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omitted {
    pub chapter: String,
    /// The words, each figure by its title.
    pub text: String,
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Every figure of the sentence is zero.
    Zero,
    /// A figure has no value.
    NoValue,
    /// The period a year before has none to compare with.
    NoLastYear,
}

/// A report approved: the checkpoint that seals the records it counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Frozen {
    /// Number of the ledger's checkpoint.
    pub checkpoint: u64,
    /// Its root, in hex.
    pub root: String,
    /// SM3 of what the approval kept, in hex: this value with `frozen` left out, and the definitions it was counted by.
    pub digest: String,
    pub approved_by: String,
    pub approved_at: DateTime,
    /// Path on the site where anybody checks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<String>,
}

/// What people write of each part, in Markdown with figures in braces; a part that is absent is not written yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sections {
    pub measures: Option<String>,
    pub shortcomings: Option<String>,
    pub first_responsible: Option<String>,
    pub next_year: Option<String>,
    pub other: Option<String>,
}

impl Sections {
    /// By the name in [`SECTIONS`]; blank counts as absent.
    pub fn get(&self, section: &str) -> Option<&str> {
        match section {
            "measures" => self.measures.as_deref(),
            "shortcomings" => self.shortcomings.as_deref(),
            "first-responsible" => self.first_responsible.as_deref(),
            "next-year" => self.next_year.as_deref(),
            "other" => self.other.as_deref(),
            _ => None,
        }
        .filter(|text| !text.trim().is_empty())
    }
}

impl Report {
    /// The figures by their keys.
    pub fn by_key(&self) -> BTreeMap<&str, &FigureRow> {
        self.figures.iter().map(|row| (row.key.as_str(), row)).collect()
    }

    /// Checks that do not hold and for which nobody gave a reason: they stop the approval.
    pub fn unanswered(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.holds && check.reason.is_none())
    }

    /// Parts that nobody has written yet.
    pub fn unwritten(&self) -> impl Iterator<Item = &str> {
        self.chapters.iter().flat_map(|chapter| &chapter.blocks).filter_map(|block| match block {
            Text::Section { section, blocks } if blocks.is_empty() => Some(section.as_str()),
            _ => None,
        })
    }

    /// The words alone, as they are published: what an audit reads.
    pub fn plain(&self) -> String {
        let mut out = format!("{}\n\n", self.title);
        for addressee in &self.addressees {
            out.push_str(&format!("{addressee}：\n"));
        }
        for chapter in &self.chapters {
            out.push_str(&format!("\n{}\n", chapter.title));
            plain(&chapter.blocks, &mut out);
        }
        out
    }
}

fn plain(blocks: &[Text], out: &mut String) {
    for block in blocks {
        match block {
            Text::Heading { text } => out.push_str(&format!("\n{text}\n")),
            Text::Paragraph { pieces } => {
                out.extend(pieces.iter().map(|piece| piece.text.as_str()));
                out.push('\n');
            }
            Text::Section { blocks, .. } => plain(blocks, out),
            // Their numbers stand in the table of figures; as running text they would read as sentences.
            Text::Table { .. } | Text::Chart { .. } => {}
        }
    }
}

/// A number as it is read: thousands parted, no more digits than it has.
pub fn read(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return thousands(value as i64);
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// 845813, not 845813.0; a rate with six digits after the point, which reads back as the same number.
fn whole_when_whole<S: serde::Serializer>(value: &Option<f64>, out: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => out.serialize_i64(*number as i64),
        Some(number) => out.serialize_f64(*number),
        None => out.serialize_none(),
    }
}
