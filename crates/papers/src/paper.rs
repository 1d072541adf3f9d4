//! An official paper as a value: what it says, not how it looks.

use crate::chart::Chart;

/// A paper after GB/T 9704.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// Who issues it; red at the head. Empty: no head, as a report has none.
    pub organ: String,
    pub title: String,
    /// 发文字号: 忻市监罚〔2026〕12号.
    pub number: Option<String>,
    /// 主送: whom it is for.
    pub addressee: Option<String>,
    pub blocks: Vec<Block>,
    pub signed_by: String,
    /// 2026年10月20日, under the signature.
    pub date: String,
    pub verify: Option<Verify>,
}

/// Where a reader checks the paper against the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    pub url: String,
    /// To be typed instead of scanning.
    pub code: String,
    /// SM3 of the event that issued the paper, in hex.
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Level 1: 黑体; level 2: 楷体.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph(String),
    Table(Table),
    /// Drawn, with its numbers in a table beneath.
    Chart(Chart),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// How many columns; the head says it.
    pub fn columns(&self) -> usize {
        self.head.len().max(1)
    }

    /// A size in points at which so many columns fit beside one another.
    pub fn size(&self) -> f32 {
        match self.columns() {
            0..=6 => 11.0,
            7..=9 => 9.0,
            _ => 7.5,
        }
    }

    /// The share of the width that each column takes, by the longest text in it; together they make 1.
    pub fn shares(&self) -> Vec<f32> {
        let long = |text: &String| text.chars().map(|letter| if letter.is_ascii() { 0.56 } else { 1.0 }).sum::<f32>();
        let natural: Vec<f32> = (0..self.columns())
            .map(|column| {
                let body = self.rows.iter().filter_map(|row| row.get(column)).map(long).fold(2.0, f32::max);
                // A head may break into two lines, a cell of the body should not.
                let head = self.head.get(column).map_or(0.0, |text| (long(text) / 2.0).ceil());
                body.max(head).min(18.0) + 0.9
            })
            .collect();
        let sum: f32 = natural.iter().sum();
        natural.iter().map(|width| width / sum).collect()
    }
}

/// Whether a cell holds a number, which stands at the right.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || ",.%+-—".contains(letter))
}
