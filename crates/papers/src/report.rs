//! A report on the work of a year as documents: HTML, DOCX and PDF of its text, XLSX and CSV of its figures.

pub mod csv;
pub mod html;
pub mod xlsx;

use engine::report::{Axis, Report, Text};
use engine::value::long_date;

use crate::chart::{Chart, Series};
use crate::paper::{Block, Paper, Table, Verify};
use crate::{Error, docx, pdf};

/// What a document says beside the report itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// What comes before the paths of links: empty for a page of the site, an address for a file that leaves it.
    pub base: String,
    /// SM3 of the report as JSON, in hex.
    pub digest: String,
}

/// Writes the text as DOCX.
pub fn docx(report: &Report, imprint: &Imprint) -> Result<Vec<u8>, Error> {
    docx::write(&paper(report, imprint))
}

/// Writes the text as PDF/A-2b.
pub fn pdf(report: &Report, imprint: &Imprint) -> Result<Vec<u8>, Error> {
    pdf::write(&paper(report, imprint))
}

/// The report in the form of GB/T 9704.
fn paper(report: &Report, imprint: &Imprint) -> Paper {
    let mut blocks = Vec::new();
    for chapter in &report.chapters {
        blocks.push(Block::Heading { level: 1, text: chapter.title.clone() });
        let before = blocks.len();
        add(&chapter.blocks, report.finished, &mut blocks);
        if blocks.len() == before {
            blocks.push(Block::Paragraph(UNWRITTEN.to_owned()));
        }
    }
    blocks.push(Block::Paragraph(format!("附件：{}数据表", report.title.trim_end_matches("报告"))));
    let day = report.frozen.as_ref().map_or(report.as_of, |frozen| frozen.approved_at).date();
    Paper {
        organ: String::new(),
        title: report.title.clone(),
        number: Some(standing(report)),
        addressee: (!report.addressees.is_empty()).then(|| report.addressees.join("，")),
        blocks,
        signed_by: report.signed_by.clone(),
        date: long_date(day),
        verify: report.frozen.as_ref().and_then(|frozen| {
            let path = frozen.verify.as_ref()?;
            Some(Verify {
                url: format!("{}{path}", imprint.base),
                code: format!("检查点{}", frozen.checkpoint),
                digest: frozen.digest.clone(),
            })
        }),
    }
}

/// Under the title: what kind of text this is.
pub(crate) fn standing(report: &Report) -> String {
    let at = report.as_of;
    let read = format!("数据截至{}{}时{}分", long_date(at.date()), at.hour(), at.minute());
    match (&report.frozen, report.finished) {
        (Some(frozen), _) => format!("（{}批准，记录以第{}号检查点为准）", long_date(frozen.approved_at.date()), frozen.checkpoint),
        (None, true) => format!("（送审稿，{read}）"),
        (None, false) => format!("（草稿，{read}）"),
    }
}

/// Where nobody has written anything.
pub(crate) const UNWRITTEN: &str = "（未填写）";

fn add(blocks: &[Text], finished: bool, out: &mut Vec<Block>) {
    for block in blocks {
        match block {
            Text::Heading { text } => out.push(Block::Heading { level: 2, text: text.clone() }),
            Text::Paragraph { pieces } => out.push(Block::Paragraph(pieces.iter().map(|piece| piece.text.as_str()).collect())),
            Text::Table { caption, head, rows } => {
                let rows = rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect();
                out.push(Block::Table(Table { caption: caption.clone(), head: head.clone(), rows }));
            }
            Text::Chart { .. } => out.extend(chart(block).map(Block::Chart)),
            Text::Section { blocks, .. } if !blocks.is_empty() => add(blocks, finished, out),
            Text::Section { .. } if finished => {}
            Text::Section { .. } => out.push(Block::Paragraph(UNWRITTEN.to_owned())),
        }
    }
}

/// A chart of the text as something that can be drawn.
pub(crate) fn chart(block: &Text) -> Option<Chart> {
    let Text::Chart { caption, by, unit, labels, series } = block else { return None };
    let value = |cell: &engine::report::Written| {
        (
            cell.figure.as_ref().and_then(|quoted| quoted.value).unwrap_or_else(|| cell.text.replace(',', "").parse().unwrap_or(0.0)),
            cell.text.clone(),
        )
    };
    Some(Chart {
        caption: caption.clone(),
        unit: unit.clone(),
        labels: labels.clone(),
        series: series
            .iter()
            .map(|series| Series { title: series.title.clone(), values: series.values.iter().map(value).collect() })
            .collect(),
        upright: *by == Axis::Month,
    })
}
