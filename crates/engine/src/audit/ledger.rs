//! Compares the statistics of a report with the figures of a ledger: which declared figure each one can be,
//! and whether the two agree.

use serde::{Deserialize, Serialize};

use super::script::simplify;
use super::{Audit, Exactness, Figure};

/// A declared figure with its value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LedgerFigure {
    pub key: String,
    /// Chinese title, such as 行政复议申请收到件数.
    pub title: String,
    pub unit: String,
    pub value: f64,
}

/// How a stated figure stands to the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Agrees,
    Differs,
    NotInLedger,
}

/// A declared figure that may be the stated one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Candidate {
    pub key: String,
    pub title: String,
    pub value: f64,
    /// From 0 to 1.
    pub similarity: f64,
}

/// One stated figure beside the ledger. `figure` is its index in the audit.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    pub figure: usize,
    pub result: Verdict,
    pub stated: f64,
    /// The value of the best candidate.
    pub ledger: Option<f64>,
    /// Best first, at most three.
    pub candidates: Vec<Candidate>,
}

/// Below this the words have too little in common to be the same figure.
const ENOUGH: f64 = 0.45;

/// Compares every figure of the audit with the ledger by subject and unit.
pub fn compare(audit: &Audit, ledger: &[LedgerFigure]) -> Vec<Comparison> {
    let declared: Vec<(Vec<(char, char)>, String)> = ledger.iter().map(|f| (pairs(&f.title), simplify(&f.unit))).collect();
    audit.figures.iter().enumerate().map(|(index, figure)| one(index, figure, ledger, &declared)).collect()
}

fn one(index: usize, figure: &Figure, ledger: &[LedgerFigure], declared: &[(Vec<(char, char)>, String)]) -> Comparison {
    let own = pairs(&figure.subject);
    let unit = simplify(&figure.unit);
    let mut candidates: Vec<Candidate> = ledger
        .iter()
        .zip(declared)
        .filter(|(_, (_, u))| same_unit(&unit, u))
        .filter_map(|(f, (words, _))| {
            let similarity = likeness(&own, words);
            (similarity >= ENOUGH).then(|| Candidate { key: f.key.clone(), title: f.title.clone(), value: f.value, similarity })
        })
        .collect();
    candidates.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then_with(|| a.key.cmp(&b.key)));
    candidates.truncate(3);
    let best = candidates.first();
    let result = match best {
        None => Verdict::NotInLedger,
        Some(c) if agree(figure, c.value) => Verdict::Agrees,
        Some(_) => Verdict::Differs,
    };
    Comparison { figure: index, result, stated: figure.value, ledger: best.map(|c| c.value), candidates }
}

fn agree(figure: &Figure, value: f64) -> bool {
    let room = figure.step.max(f64::EPSILON);
    match figure.exactness {
        Exactness::Exact => (figure.value - value).abs() < room + 1e-9,
        Exactness::AtLeast => value >= figure.value && value <= figure.value * 2.0 + 10.0,
        Exactness::Almost => value <= figure.value && value >= figure.value * 0.8,
        Exactness::About => (figure.value - value).abs() <= figure.value.abs() * 0.1,
    }
}

fn same_unit(a: &str, b: &str) -> bool {
    const FAMILIES: &[&[&str]] = &[
        &["件", "项", "个", "条", "起", "宗", "例", "份", "事项", "部", "批", "处"],
        &["人", "名", "位", "人次", "名次"],
        &["户", "家", "个", "所"],
        &["次", "场", "场次", "期", "轮", "批次"],
        &["%", "％", "百分比"],
        &["天", "个工作日", "工作日", "日"],
    ];
    a == b || a.is_empty() || b.is_empty() || FAMILIES.iter().any(|f| f.contains(&a) && f.contains(&b))
}

/// Neighbouring characters of the words, simplified, without signs.
fn pairs(words: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = simplify(words).chars().filter(|c| c.is_alphanumeric()).take(64).collect();
    let mut list: Vec<(char, char)> = chars.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// Share of the shorter list that the longer one has, weighted with the share of both (Dice).
fn likeness(a: &[(char, char)], b: &[(char, char)]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let common = a.iter().filter(|p| b.binary_search(p).is_ok()).count() as f64;
    let dice = 2.0 * common / (a.len() + b.len()) as f64;
    let within = common / a.len().min(b.len()) as f64;
    0.5 * dice + 0.5 * within
}
