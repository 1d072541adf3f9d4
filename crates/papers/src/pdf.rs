//! Papers as PDF/A-2b in the form of GB/T 9704: A4, type area 156 × 225 mm, 22 lines of 28 characters. The same paper gives the same bytes.

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use crate::font::{Face, Faces, faces};
use crate::layout::lines;
use crate::paper::{Block, Paper, Verify};
use crate::{Error, qr};

const MM: f32 = 72.0 / 25.4;
const WIDTH: f32 = 210.0 * MM;
const HEIGHT: f32 = 297.0 * MM;
const TOP: f32 = 37.0 * MM;
const LEFT: f32 = 28.0 * MM;
const TEXT: f32 = 156.0 * MM;
const BOTTOM: f32 = 35.0 * MM;
/// 三号, so set that 28 characters fill the line.
const BODY: f32 = TEXT / 28.0;
const LINE: f32 = 28.95;

/// One thing on a page.
enum Mark {
    Text { x: f32, y: f32, size: f32, text: String, face: Which, red: bool },
    Rule { x: f32, y: f32, width: f32, height: f32, red: bool },
}

#[derive(Clone, Copy)]
enum Which {
    Body,
    Heading,
    Title,
}

fn face(faces: &Faces, which: Which) -> &Face {
    match which {
        Which::Body => &faces.body,
        Which::Heading => &faces.heading,
        Which::Title => &faces.title,
    }
}

/// Pages being filled from top to bottom.
struct Sheets<'f> {
    faces: &'f Faces,
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Sheets<'_> {
    fn room(&mut self, height: f32) {
        if self.y + height > HEIGHT - BOTTOM + 1.0 {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// One line whose baseline lies in a line box of the given height.
    fn line(&mut self, x: f32, text: &str, size: f32, which: Which, height: f32, red: bool) {
        self.room(height);
        let y = self.y + height / 2.0 + size * 0.36;
        self.mark(Mark::Text { x, y, size, text: text.to_owned(), face: which, red });
        self.y += height;
    }

    fn centred(&mut self, text: &str, size: f32, which: Which, height: f32, red: bool) {
        for line in lines(face(self.faces, which), size, text, TEXT, 0.0) {
            let wide = face(self.faces, which).width(&line, size);
            self.line(LEFT + (TEXT - wide) / 2.0, &line, size, which, height, red);
        }
    }

    fn paragraph(&mut self, text: &str, which: Which, indent: f32) {
        for (place, line) in lines(face(self.faces, which), BODY, text, TEXT, indent).iter().enumerate() {
            self.line(if place == 0 { LEFT + indent } else { LEFT }, line, BODY, which, LINE, false);
        }
    }

    fn table(&mut self, caption: &str, head: &[String], rows: &[Vec<String>]) {
        const SIZE: f32 = 11.0;
        const HIGH: f32 = 18.0;
        let columns = head.len().max(1);
        let widths = column_widths(self.faces, head, rows, columns, SIZE);
        if !caption.is_empty() {
            self.centred(caption, 12.0, Which::Heading, 24.0, false);
        }
        self.rule(1.2);
        self.row(head, &widths, Which::Heading, SIZE, HIGH);
        self.rule(0.6);
        for row in rows {
            self.row(row, &widths, Which::Body, SIZE, HIGH);
        }
        self.rule(1.2);
        self.y += 8.0;
    }

    fn rule(&mut self, height: f32) {
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: TEXT, height, red: false });
        self.y += 3.0;
    }

    fn row(&mut self, cells: &[String], widths: &[f32], which: Which, size: f32, high: f32) {
        let broken: Vec<Vec<String>> =
            cells.iter().zip(widths).map(|(cell, width)| lines(face(self.faces, which), size, cell, width - 6.0, 0.0)).collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(1) as f32 * high;
        self.room(height);
        let mut x = LEFT;
        for (cell, width) in broken.iter().zip(widths) {
            for (place, line) in cell.iter().enumerate() {
                let y = self.y + place as f32 * high + high / 2.0 + size * 0.36;
                self.mark(Mark::Text { x, y, size, text: line.clone(), face: which, red: false });
            }
            x += width;
        }
        self.y += height;
    }

    fn verify(&mut self, verify: &Verify) -> Result<(), Error> {
        let side = 26.0 * MM;
        self.y += 16.0;
        self.room(side + 12.0);
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: TEXT, height: 0.75, red: false });
        self.y += 8.0;
        let (dark, width) = qr::modules(&verify.url)?;
        let cell = side / width as f32;
        for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = ((place % width) as f32, (place / width) as f32);
            // A hair wider than the cell, so that no light shows between neighbours.
            self.mark(Mark::Rule { x: LEFT + x * cell, y: self.y + y * cell, width: cell + 0.05, height: cell + 0.05, red: false });
        }
        let (x, mut y) = (LEFT + side + 6.0 * MM, self.y + 12.0);
        let digest: Vec<String> = verify.digest.as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        let mut says = vec![format!("扫码或者打开 {} 核对本文书。", verify.url), format!("查询码：{}", verify.code)];
        says.extend(
            digest
                .chunks(4)
                .enumerate()
                .map(|(place, groups)| format!("{}{}", if place == 0 { "SM3：" } else { "　　　" }, groups.join(" "))),
        );
        for text in says {
            for line in lines(&self.faces.heading, 9.0, &text, TEXT - side - 6.0 * MM, 0.0) {
                self.mark(Mark::Text { x, y, size: 9.0, text: line, face: Which::Heading, red: false });
                y += 14.5;
            }
        }
        self.y += side;
        Ok(())
    }
}

fn column_widths(faces: &Faces, head: &[String], rows: &[Vec<String>], columns: usize, size: f32) -> Vec<f32> {
    let natural: Vec<f32> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).chain(head.get(column));
            cells.map(|cell| faces.body.width(cell, size)).fold(24.0, f32::max).min(TEXT * 0.6) + 8.0
        })
        .collect();
    let sum: f32 = natural.iter().sum();
    natural.iter().map(|width| width * TEXT / sum).collect()
}

/// Writes a paper as PDF/A-2b.
///
/// Errors: `NoFont` when the machine has no Chinese font; `Pdf` when the result would not conform.
pub fn write(paper: &Paper) -> Result<Vec<u8>, Error> {
    let faces = faces()?;
    let mut sheets = Sheets { faces, pages: vec![Vec::new()], y: TOP - 8.0 };
    let size = (TEXT / faces.title.width(&paper.organ, 1.0).max(1.0)).clamp(16.0, 30.0);
    sheets.centred(&paper.organ, size, Which::Title, 44.0, true);
    sheets.y += 6.0;
    for (gap, height) in [(0.0, 2.2), (4.2, 0.75)] {
        let y = sheets.y + gap;
        sheets.mark(Mark::Rule { x: LEFT, y, width: TEXT, height, red: true });
    }
    sheets.y += 26.0;
    sheets.centred(&paper.title, 22.0, Which::Title, 34.0, false);
    if let Some(number) = &paper.number {
        sheets.y += 4.0;
        sheets.centred(number, BODY, Which::Body, LINE, false);
    }
    sheets.y += 12.0;
    if let Some(addressee) = &paper.addressee {
        sheets.paragraph(&format!("{addressee}："), Which::Body, 0.0);
    }
    for block in &paper.blocks {
        match block {
            Block::Heading { text, .. } => sheets.paragraph(text, Which::Heading, BODY * 2.0),
            Block::Paragraph(text) => sheets.paragraph(text, Which::Body, BODY * 2.0),
            Block::Table { caption, head, rows } => sheets.table(caption, head, rows),
        }
    }
    sheets.y += LINE;
    sheets.room(LINE * 2.0);
    for text in [&paper.signed_by, &paper.date] {
        let wide = faces.body.width(text, BODY);
        sheets.line(LEFT + TEXT - wide - BODY * 4.0, text, BODY, Which::Body, LINE, false);
    }
    if let Some(verify) = &paper.verify {
        sheets.verify(verify)?;
    }
    draw(paper, faces, &sheets.pages)
}

fn draw(paper: &Paper, faces: &Faces, pages: &[Vec<Mark>]) -> Result<Vec<u8>, Error> {
    let configuration =
        ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish().map_err(|error| Error::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper));
    for (place, marks) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| Error::Pdf("页面尺寸".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            put(&mut surface, faces, mark);
        }
        // 四号, on the outer edge: right on odd pages, left on even ones.
        let number = format!("— {} —", place + 1);
        let wide = faces.body.width(&number, 14.0);
        let x = if place % 2 == 0 { LEFT + TEXT - wide - 14.0 } else { LEFT + 14.0 };
        put(
            &mut surface,
            faces,
            &Mark::Text { x, y: HEIGHT - BOTTOM + 7.0 * MM + 12.0, size: 14.0, text: number, face: Which::Body, red: false },
        );
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| Error::Pdf(format!("{error:?}")))
}

fn put(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    let red = match mark {
        Mark::Text { red, .. } | Mark::Rule { red, .. } => *red,
    };
    let color = if red { rgb::Color::new(179, 16, 30) } else { rgb::Color::new(0, 0, 0) };
    surface.set_fill(Some(Fill { paint: color.into(), ..Fill::default() }));
    match mark {
        Mark::Text { x, y, size, text, face: which, .. } => {
            let face = face(faces, *which);
            surface.draw_text(Point::from_xy(*x, *y), face.font.clone(), *size, &face.drawable(text), false, TextDirection::Auto);
        }
        Mark::Rule { x, y, width, height, .. } => {
            let mut builder = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                builder.push_rect(rect);
            }
            if let Some(path) = builder.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

/// The paper's own date, so that the same paper gives the same bytes on any day.
fn metadata(paper: &Paper) -> Metadata {
    let digits: Vec<u16> = paper.date.split(|letter: char| !letter.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    let mut metadata = Metadata::new()
        .title(paper.title.clone())
        .language("zh-CN".to_owned())
        .creator("Fadu".to_owned())
        .authors(vec![paper.organ.clone()]);
    if let Some(number) = &paper.number {
        metadata = metadata.description(number.clone());
    }
    if let [year, month, day] = digits.as_slice() {
        let part = |number: u16| u8::try_from(number).unwrap_or(1);
        metadata = metadata.creation_date(
            DateTime::new(*year).month(part(*month)).day(part(*day)).hour(0).minute(0).second(0).utc_offset_hour(8).utc_offset_minute(0),
        );
    }
    metadata
}
