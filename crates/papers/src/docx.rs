//! Papers as DOCX in the form of GB/T 9704, to be gone on with in Word or WPS.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BorderType, DocGrid, DocGridType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, Paragraph,
    ParagraphBorder, ParagraphBorderPosition, ParagraphBorders, Pic, Run, RunFonts, SpecialIndentType, Style, StyleType,
    TableAlignmentType, TableBorder, TableBorderPosition, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

use crate::chart::Chart;
use crate::paper::{Block, Paper, Table, is_number};
use crate::{Error, picture, qr};

/// Twentieths of a point, in which Word counts.
fn twips(mm: f32) -> i32 {
    (mm * 1440.0 / 25.4).round() as i32
}

const RED: &str = "B3101E";

fn fonts(name: &str) -> RunFonts {
    RunFonts::new().east_asia(name).ascii("Times New Roman").hi_ansi("Times New Roman")
}

/// Without characters that XML does not allow.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}')).collect()
}

/// A run at a size in half points.
fn run(text: &str, font: &str, size: usize) -> Run {
    Run::new().add_text(plain(text)).fonts(fonts(font)).size(size)
}

fn spacing() -> LineSpacing {
    // 28.95 pt exactly: 22 lines a page.
    LineSpacing::new().line_rule(LineSpacingType::Exact).line(579)
}

fn footer(side: AlignmentType) -> Footer {
    let number = Run::new().fonts(fonts("SimSun")).size(28);
    Footer::new().add_paragraph(
        Paragraph::new().align(side).add_run(number.clone().add_text("— ")).add_page_num(PageNum::new()).add_run(number.add_text(" —")),
    )
}

/// Styles with the names that Word and WPS know, so that whoever goes on editing finds them, and an outline and a table of contents work.
fn styles(docx: Docx) -> Docx {
    let style = |id: &str, name: &str, font: &str, size: usize| {
        Style::new(id, StyleType::Paragraph).name(name).fonts(fonts(font)).size(size).q_format(true)
    };
    let indented = |style: Style| {
        style.line_spacing(spacing()).indent(None, Some(SpecialIndentType::FirstLine(640)), None, None).first_line_chars(200)
    };
    docx.add_style(indented(style("BodyText", "Body Text", "FangSong", 32).based_on("Normal").align(AlignmentType::Both)))
        .add_style(indented(style("Heading1", "heading 1", "SimHei", 32).based_on("Normal").next("BodyText").outline_lvl(0)))
        .add_style(indented(style("Heading2", "heading 2", "KaiTi", 32).based_on("Normal").next("BodyText").outline_lvl(1)))
        .add_style(
            style("Title", "Title", "FZXiaoBiaoSong-B05S", 44).bold().based_on("Normal").next("BodyText").align(AlignmentType::Center),
        )
        .add_style(style("Caption", "caption", "SimHei", 24).based_on("Normal").next("BodyText").align(AlignmentType::Center))
}

/// A quarter point closer, so that 28 characters of 16 pt fill the line of 156 mm.
const CLOSER: i32 = -5;

fn styled(id: &str, text: &str) -> Paragraph {
    let run = Run::new().add_text(plain(text));
    Paragraph::new().style(id).add_run(if matches!(id, "Title" | "Caption") { run } else { run.character_spacing(CLOSER) })
}

fn centred(text: &str) -> Paragraph {
    Paragraph::new().align(AlignmentType::Center).line_spacing(spacing()).add_run(run(text, "FangSong", 32))
}

/// The type area: 156 mm.
const WIDTH: f32 = 156.0;

fn table(table: &Table) -> docx_rs::Table {
    let size = (table.size() * 2.0).round() as usize;
    let widths: Vec<usize> = table.shares().iter().map(|share| usize::try_from(twips(WIDTH * share)).unwrap_or(0)).collect();
    let row = |cells: &[String], font: &str, head: bool| {
        let cells = (0..table.columns()).map(|column| {
            let text = cells.get(column).map_or("", String::as_str);
            let side = if column > 0 && (head || is_number(text)) { AlignmentType::Right } else { AlignmentType::Left };
            let paragraph = Paragraph::new().align(side).snap_to_grid(false).keep_next(head).add_run(run(text, font, size));
            TableCell::new()
                .width(widths.get(column).copied().unwrap_or(0), WidthType::Dxa)
                .vertical_align(VAlignType::Center)
                .add_paragraph(paragraph)
        });
        TableRow::new(cells.collect()).cant_split()
    };
    let rows =
        std::iter::once(row(&table.head, "SimHei", true)).chain(table.rows.iter().map(|cells| row(cells, "FangSong", false))).collect();
    let line = |position, size| TableBorder::new(position).border_type(BorderType::Single).size(size).color("000000");
    docx_rs::Table::without_borders(rows)
        .set_grid(widths.clone())
        .layout(TableLayoutType::Fixed)
        .width(widths.iter().sum(), WidthType::Dxa)
        .align(TableAlignmentType::Center)
        .margins(TableCellMargins::new().margin(30, 30, 30, 30))
        .set_border(line(TableBorderPosition::Top, 10))
        .set_border(line(TableBorderPosition::Bottom, 10))
        .set_border(line(TableBorderPosition::InsideH, 4))
}

/// The drawing as a picture, where the machine has a font to draw it with, and its numbers in a table that can be edited.
fn chart(docx: Docx, chart: &Chart) -> Docx {
    let unit = if chart.unit.is_empty() { String::new() } else { format!("（{}）", chart.unit) };
    let docx = docx.add_paragraph(styled("Caption", &format!("{}{unit}", chart.caption)).keep_next(true));
    let drawing = chart.draw();
    let docx = match picture::png(&drawing) {
        Ok((png, width, height)) => {
            // English metric units: 12,700 a point.
            let emu = |points: f32| (points * 12_700.0).round() as u32;
            let picture = Pic::new_with_dimensions(png, width, height).size(emu(drawing.width), emu(drawing.height));
            docx.add_paragraph(
                Paragraph::new().align(AlignmentType::Center).snap_to_grid(false).keep_next(true).add_run(Run::new().add_image(picture)),
            )
        }
        Err(_) => docx,
    };
    docx.add_table(table(&chart.table())).add_paragraph(Paragraph::new())
}

/// Writes a paper as DOCX.
pub fn write(paper: &Paper) -> Result<Vec<u8>, Error> {
    let margin = PageMargin::new().top(twips(37.0)).left(twips(28.0)).right(twips(26.0)).bottom(twips(35.0)).footer(twips(28.0));
    let mut docx = styles(
        Docx::new()
            .page_size(u32::try_from(twips(210.0)).unwrap_or(11_906), u32::try_from(twips(297.0)).unwrap_or(16_838))
            .page_margin(margin)
            .footer(footer(AlignmentType::Right))
            .even_footer(footer(AlignmentType::Left))
            .default_fonts(fonts("FangSong"))
            .default_size(32),
    );
    // 22 lines a page. Not a grid of characters too: programs read its pitch differently, and the text keeps 28 by its own spacing.
    docx.document = docx.document.doc_grid(DocGrid::new().grid_type(DocGridType::Lines).line_pitch(579));
    if !paper.organ.is_empty() {
        let double = |side| ParagraphBorder::new(side).val(BorderType::ThickThinSmallGap).size(24).space(6).color(RED);
        docx = docx
            .add_paragraph(
                Paragraph::new()
                    .align(AlignmentType::Center)
                    .add_run(run(&paper.organ, "FZXiaoBiaoSong-B05S", 60).color(RED).bold())
                    .set_borders(ParagraphBorders::with_empty().set(double(ParagraphBorderPosition::Bottom))),
            )
            .add_paragraph(Paragraph::new());
    }
    docx = docx.add_paragraph(styled("Title", &paper.title));
    if let Some(number) = &paper.number {
        docx = docx.add_paragraph(centred(number));
    }
    docx = docx.add_paragraph(Paragraph::new().line_spacing(spacing()));
    if let Some(addressee) = &paper.addressee {
        docx = docx.add_paragraph(Paragraph::new().line_spacing(spacing()).add_run(run(&format!("{addressee}："), "FangSong", 32)));
    }
    for block in &paper.blocks {
        docx = match block {
            Block::Heading { level: 1, text } => docx.add_paragraph(styled("Heading1", text).keep_next(true)),
            Block::Heading { text, .. } => docx.add_paragraph(styled("Heading2", text).keep_next(true)),
            Block::Paragraph(text) => docx.add_paragraph(styled("BodyText", text)),
            Block::Table(rows) => {
                let caption = styled("Caption", &rows.caption).keep_next(true);
                docx.add_paragraph(caption).add_table(table(rows)).add_paragraph(Paragraph::new())
            }
            Block::Chart(drawn) => chart(docx, drawn),
        };
    }
    docx = docx.add_paragraph(Paragraph::new().line_spacing(spacing()));
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
    let mut built = docx.build();
    built.document = heads_repeated(&built.document);
    built.pack(&mut out).map_err(|error| Error::Docx(error.to_string()))?;
    Ok(out.into_inner())
}

/// A table that goes over a page shows its head again: the mark is put into the first row of each table, as the library has no word for it.
fn heads_repeated(document: &[u8]) -> Vec<u8> {
    let document = String::from_utf8_lossy(document);
    let mut tables = document.split("<w:tbl>");
    let mut out = tables.next().unwrap_or_default().to_owned();
    for table in tables {
        out.push_str("<w:tbl>");
        out.push_str(&table.replacen("<w:cantSplit />", "<w:cantSplit /><w:tblHeader />", 1));
    }
    out.into_bytes()
}
