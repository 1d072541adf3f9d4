//! The annual report 法治政府建设年度报告: chapters over figures, every figure a link to its records, every sum checked beside it.

use std::collections::BTreeMap;

use engine::report::{Block, Piece};
use serde::Serialize;
use store::CellFilter;

use crate::figure::{Period, Shown};
use crate::hall::{Error, Hall, Result};

/// A report for a year.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub title: String,
    pub division: String,
    pub division_name: String,
    pub year: i16,
    pub period: Period,
    pub chapters: Vec<ChapterText>,
    pub figures: Vec<Shown>,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChapterText {
    pub title: String,
    pub blocks: Vec<Text>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Text {
    Heading { text: String },
    Paragraph { pieces: Vec<Written> },
}

/// Words, or a figure with the key that opens it.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
}

/// A part–total or rate check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    pub figure: String,
    /// `sum` or `rate`.
    pub kind: &'static str,
    pub holds: bool,
    /// The arithmetic, worked out.
    pub says: String,
}

impl Hall {
    /// Writes the report of a year from the ledger as it stands.
    pub fn report(&self, id: &str, year: i16) -> Result<Report> {
        let chapters = self.law.reports.get(id).ok_or(Error::NotFound)?;
        let period = Period::year(year).ok_or_else(|| Error::Invalid(format!("{year}年不在日历范围内")))?;
        let figures = self.figures(period, &CellFilter::default())?;
        let by_key: BTreeMap<&str, &Shown> = figures.iter().map(|shown| (shown.key.as_str(), shown)).collect();
        let chapters =
            chapters.iter().map(|chapter| ChapterText { title: chapter.title.clone(), blocks: blocks(&chapter.blocks, &by_key) }).collect();
        let checks = checks(&figures, &by_key);
        Ok(Report {
            title: format!("{}{year}年度法治政府建设情况报告", self.settings.name),
            division: self.settings.division.clone(),
            division_name: self.settings.name.clone(),
            year,
            period,
            chapters,
            figures,
            checks,
        })
    }
}

/// Sentences whose figures are all empty are left out; a chapter without any says so.
fn blocks(blocks: &[Block], figures: &BTreeMap<&str, &Shown>) -> Vec<Text> {
    let mut out: Vec<Text> = Vec::new();
    for block in blocks {
        match block {
            Block::Heading(text) => out.push(Text::Heading { text: text.clone() }),
            Block::Paragraph(sentences) => {
                let mut pieces = Vec::new();
                for sentence in sentences {
                    let keys: Vec<&str> = sentence.keys().collect();
                    let empty = !keys.is_empty()
                        && keys.iter().all(|key| figures.get(key).and_then(|shown| shown.value).is_none_or(|value| value == 0.0));
                    if empty {
                        continue;
                    }
                    for piece in &sentence.0 {
                        pieces.push(match piece {
                            Piece::Words(words) => Written { text: words.clone(), figure: None },
                            Piece::Figure(key) => Written {
                                text: figures.get(key.as_str()).map_or_else(|| format!("〔{key}〕"), |shown| shown.text()),
                                figure: Some(key.clone()),
                            },
                        });
                    }
                }
                if !pieces.is_empty() {
                    out.push(Text::Paragraph { pieces });
                }
            }
        }
    }
    // A heading with nothing under it goes too.
    let mut kept: Vec<Text> = Vec::new();
    for text in out {
        if matches!((&text, kept.last()), (Text::Heading { .. }, Some(Text::Heading { .. }))) {
            kept.pop();
        }
        kept.push(text);
    }
    if matches!(kept.last(), Some(Text::Heading { .. })) {
        kept.pop();
    }
    if kept.is_empty() {
        kept.push(Text::Paragraph {
            pieces: vec![Written { text: "本章由报告单位撰写，还没有交来。".to_owned(), figure: None }]
        });
    }
    kept
}

fn checks(figures: &[Shown], by_key: &BTreeMap<&str, &Shown>) -> Vec<Check> {
    let mut found = Vec::new();
    for shown in figures {
        if let Some(parts) = &shown.parts {
            let terms: Vec<String> =
                parts.keys.iter().map(|key| by_key.get(key.as_str()).map_or("0".to_owned(), |part| part.number())).collect();
            let says = format!("{}={}，{}是{}", terms.join("+"), engine::value::thousands(parts.sum), shown.title, shown.number());
            found.push(Check { figure: shown.key.clone(), kind: "sum", holds: parts.holds, says });
        }
        if let (Some(fraction), Some(value)) = (&shown.fraction, shown.value) {
            if fraction.denominator != 0 && fraction.of != fraction.over {
                let says = format!(
                    "{}÷{}={}",
                    engine::value::thousands(fraction.numerator),
                    engine::value::thousands(fraction.denominator),
                    shown.number()
                );
                let holds = fraction.numerator <= fraction.denominator || value > 100.0 && shown.unit != "%";
                found.push(Check { figure: shown.key.clone(), kind: "rate", holds, says });
            }
        }
    }
    found
}
