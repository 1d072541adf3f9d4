//! Papers as DOCX in the form of GB/T 9704, to be gone on with in Word or WPS.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BorderType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph, ParagraphBorder,
    ParagraphBorderPosition, ParagraphBorders, Pic, Run, RunFonts, SpecialIndentType, Table, TableCell, TableRow,
};

use crate::paper::{Block, Paper};
use crate::{Error, qr};

/// Twentieths of a point, in which Word counts.
fn twips(mm: f32) -> i32 {
    (mm * 1440.0 / 25.4).round() as i32
}

const RED: &str = "B3101E";

fn fonts(name: &str) -> RunFonts {
    RunFonts::new().east_asia(name).ascii("Times New Roman").hi_ansi("Times New Roman")
}

/// A run at a size in half points.
fn run(text: &str, font: &str, size: usize) -> Run {
    Run::new().add_text(text.chars().filter(|letter| !letter.is_control()).collect::<String>()).fonts(fonts(font)).size(size)
}

fn spacing() -> LineSpacing {
    // 28.95 pt exactly: 22 lines a page.
    LineSpacing::new().line_rule(LineSpacingType::Exact).line(579)
}

fn body(text: &str, font: &str, indent: bool) -> Paragraph {
    let paragraph = Paragraph::new().add_run(run(text, font, 32)).line_spacing(spacing()).align(AlignmentType::Both);
    if indent { paragraph.indent(None, Some(SpecialIndentType::FirstLine(640)), None, None) } else { paragraph }
}

fn footer(side: AlignmentType) -> Footer {
    let number = Run::new().fonts(fonts("SimSun")).size(28);
    Footer::new().add_paragraph(
        Paragraph::new().align(side).add_run(number.clone().add_text("— ")).add_page_num(PageNum::new()).add_run(number.add_text(" —")),
    )
}

/// Writes a paper as DOCX.
pub fn write(paper: &Paper) -> Result<Vec<u8>, Error> {
    let margin = PageMargin::new().top(twips(37.0)).left(twips(28.0)).right(twips(26.0)).bottom(twips(35.0)).footer(twips(28.0));
    let mut docx = Docx::new()
        .page_size(u32::try_from(twips(210.0)).unwrap_or(11_906), u32::try_from(twips(297.0)).unwrap_or(16_838))
        .page_margin(margin)
        .footer(footer(AlignmentType::Right))
        .even_footer(footer(AlignmentType::Left))
        .default_fonts(fonts("FangSong"))
        .default_size(32);
    let double = |side| ParagraphBorder::new(side).val(BorderType::ThickThinSmallGap).size(24).space(6).color(RED);
    docx = docx.add_paragraph(
        Paragraph::new()
            .align(AlignmentType::Center)
            .add_run(run(&paper.organ, "FZXiaoBiaoSong-B05S", 60).color(RED).bold())
            .set_borders(ParagraphBorders::with_empty().set(double(ParagraphBorderPosition::Bottom))),
    );
    docx = docx.add_paragraph(Paragraph::new());
    docx = docx.add_paragraph(Paragraph::new().align(AlignmentType::Center).add_run(run(&paper.title, "FZXiaoBiaoSong-B05S", 44).bold()));
    if let Some(number) = &paper.number {
        docx =
            docx.add_paragraph(Paragraph::new().align(AlignmentType::Center).line_spacing(spacing()).add_run(run(number, "FangSong", 32)));
    }
    docx = docx.add_paragraph(Paragraph::new());
    if let Some(addressee) = &paper.addressee {
        docx = docx.add_paragraph(body(&format!("{addressee}："), "FangSong", false));
    }
    for block in &paper.blocks {
        docx = match block {
            Block::Heading { level: 1, text } => docx.add_paragraph(body(text, "SimHei", true)),
            Block::Heading { text, .. } => docx.add_paragraph(body(text, "KaiTi", true)),
            Block::Paragraph(text) => docx.add_paragraph(body(text, "FangSong", true)),
            Block::Table { caption, head, rows } => {
                let cells = |row: &[String], font: &str| {
                    TableRow::new(
                        row.iter().map(|cell| TableCell::new().add_paragraph(Paragraph::new().add_run(run(cell, font, 24)))).collect(),
                    )
                };
                let all = std::iter::once(cells(head, "SimHei")).chain(rows.iter().map(|row| cells(row, "FangSong"))).collect();
                docx.add_paragraph(Paragraph::new().align(AlignmentType::Center).add_run(run(caption, "SimHei", 24)))
                    .add_table(Table::new(all))
            }
        };
    }
    docx = docx.add_paragraph(Paragraph::new());
    for text in [&paper.signed_by, &paper.date] {
        let paragraph = Paragraph::new().align(AlignmentType::Right).line_spacing(spacing()).add_run(run(text, "FangSong", 32));
        docx = docx.add_paragraph(paragraph.indent(None, None, Some(1280), None));
    }
    if let Some(verify) = &paper.verify {
        let (png, side) = qr::png(&verify.url)?;
        let edge = 936_000; // 26 mm in EMU
        let picture = Pic::new_with_dimensions(png, side, side).size(edge, edge);
        let rule = ParagraphBorder::new(ParagraphBorderPosition::Top).val(BorderType::Single).size(6).space(8).color("000000");
        docx = docx
            .add_paragraph(Paragraph::new().add_run(Run::new().add_image(picture)).set_borders(ParagraphBorders::with_empty().set(rule)));
        for text in
            [format!("扫码或者打开 {} 核对本文书。", verify.url), format!("查询码：{}", verify.code), format!("SM3：{}", verify.digest)]
        {
            docx = docx.add_paragraph(Paragraph::new().add_run(run(&text, "SimHei", 18)));
        }
    }
    let mut out = Cursor::new(Vec::new());
    docx.build().pack(&mut out).map_err(|error| Error::Docx(error.to_string()))?;
    Ok(out.into_inner())
}
