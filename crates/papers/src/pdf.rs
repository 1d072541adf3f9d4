//! Papers as PDF/A-2b in the form of GB/T 9704: A4, type area 156 × 225 mm, 22 lines of 28 characters. The same paper gives the same bytes.

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use crate::chart::{At, Chart, Shape};
use crate::font::{Face, Faces, faces};
use crate::layout::lines;
use crate::paper::{Block, Paper, Table, Verify, is_number};
use crate::tags::{Part, tree};
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

const BLACK: [u8; 3] = [0, 0, 0];
const RED: [u8; 3] = [179, 16, 30];

/// One thing on a page.
enum Mark {
    Text { x: f32, y: f32, size: f32, text: String, face: Which, red: bool },
    Rule { x: f32, y: f32, width: f32, height: f32, ink: [u8; 3] },
}

#[derive(Clone, Copy)]
enum Which {
    Body,
    Heading,
    /// 楷体, of headings of the second level.
    Second,
    Title,
}

fn face(faces: &Faces, which: Which) -> &Face {
    match which {
        Which::Body => &faces.body,
        Which::Heading => &faces.heading,
        Which::Second => &faces.second,
        Which::Title => &faces.title,
    }
}

/// Pages being filled from top to bottom.
struct Sheets<'f> {
    faces: &'f Faces,
    /// Each mark with the part it belongs to.
    pages: Vec<Vec<(usize, Mark)>>,
    y: f32,
    parts: Vec<Part>,
    tables: usize,
}

impl Sheets<'_> {
    fn room(&mut self, height: f32) {
        if self.y + height > HEIGHT - BOTTOM + 1.0 {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    /// What is marked from now on belongs to this part.
    fn begin(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// Rules belong to nothing, unless they are the picture itself.
    fn mark(&mut self, mark: Mark) {
        let last = self.parts.len() - 1;
        let part = match (&mark, self.parts.get(last)) {
            (Mark::Rule { .. }, Some(Part::Figure(_))) | (Mark::Text { .. }, _) => last,
            (Mark::Rule { .. }, _) => 0,
        };
        if let Some(page) = self.pages.last_mut() {
            page.push((part, mark));
        }
    }

    /// The organ in red over a thick and a thin rule.
    fn masthead(&mut self, organ: &str) {
        let size = (TEXT / self.faces.title.width(organ, 1.0).max(1.0)).clamp(16.0, 30.0);
        self.begin(Part::Paragraph);
        self.centred(organ, size, Which::Title, 44.0, true);
        self.y += 6.0;
        for (gap, height) in [(0.0, 2.2), (4.2, 0.75)] {
            let y = self.y + gap;
            self.mark(Mark::Rule { x: LEFT, y, width: TEXT, height, ink: RED });
        }
        self.y += 26.0;
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
        self.begin(Part::Paragraph);
        self.lines(text, which, indent);
    }

    fn lines(&mut self, text: &str, which: Which, indent: f32) {
        for (place, line) in lines(face(self.faces, which), BODY, text, TEXT, indent).iter().enumerate() {
            self.line(if place == 0 { LEFT + indent } else { LEFT }, line, BODY, which, LINE, false);
        }
    }

    fn table(&mut self, table: &Table) {
        let size = table.size();
        let high = size * 1.6;
        let widths: Vec<f32> = table.shares().iter().map(|share| share * TEXT).collect();
        self.tables += 1;
        if !table.caption.is_empty() {
            self.begin(Part::Paragraph);
            self.room(24.0 + high * 3.0);
            self.centred(&table.caption, 12.0, Which::Heading, 24.0, false);
        }
        self.room(high * 2.0);
        self.head(&table.head, &widths, size, high, true);
        for (number, row) in table.rows.iter().enumerate() {
            let page = self.pages.len();
            let height = self.height(row, &widths, Which::Body, size, high);
            self.room(height);
            if self.pages.len() > page {
                self.head(&table.head, &widths, size, high, false);
            }
            self.row(row, &widths, Which::Body, size, high, Some(number + 1));
        }
        self.rule(1.2);
        self.y += 8.0;
    }

    /// The head of a table, again on each page; only the first is read.
    fn head(&mut self, cells: &[String], widths: &[f32], size: f32, high: f32, first: bool) {
        self.rule(1.2);
        self.row(cells, widths, Which::Heading, size, high, first.then_some(0));
        self.rule(0.6);
    }

    fn rule(&mut self, height: f32) {
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: TEXT, height, ink: BLACK });
        self.y += 3.0;
    }

    fn broken(&self, cells: &[String], widths: &[f32], which: Which, size: f32) -> Vec<Vec<String>> {
        cells.iter().zip(widths).map(|(cell, width)| lines(face(self.faces, which), size, cell, width - 5.0, 0.0)).collect()
    }

    fn height(&self, cells: &[String], widths: &[f32], which: Which, size: f32, high: f32) -> f32 {
        self.broken(cells, widths, which, size).iter().map(Vec::len).max().unwrap_or(1) as f32 * high
    }

    /// `number`: of the row in its table, the head being 0; none: seen, not read.
    fn row(&mut self, cells: &[String], widths: &[f32], which: Which, size: f32, high: f32, number: Option<usize>) {
        let broken = self.broken(cells, widths, which, size);
        let height = broken.iter().map(Vec::len).max().unwrap_or(1) as f32 * high;
        self.room(height);
        let mut x = LEFT;
        for (column, (cell, width)) in broken.iter().zip(widths).enumerate() {
            self.begin(number.map_or(Part::Artifact, |row| Part::Cell { table: self.tables, row, head: row == 0 }));
            // Numbers stand at the right of their column, and so do the words above them.
            let right = column > 0 && (matches!(which, Which::Heading) || cells.get(column).is_some_and(|text| is_number(text)));
            for (place, line) in cell.iter().enumerate() {
                let y = self.y + place as f32 * high + high / 2.0 + size * 0.36;
                let x = if right { x + width - 2.0 - face(self.faces, which).width(line, size) } else { x + 1.0 };
                self.mark(Mark::Text { x, y, size, text: line.clone(), face: which, red: false });
            }
            x += width;
        }
        self.y += height;
    }

    /// The drawing and, beneath it, its numbers; the two are kept on one page when they fit one.
    fn chart(&mut self, chart: &Chart) {
        let drawing = chart.draw();
        let table = chart.table();
        let beneath = (table.rows.len() as f32 + 1.0) * table.size() * 1.6 + 20.0;
        let whole = 26.0 + drawing.height + 6.0 + beneath;
        self.y += 6.0;
        self.room(if whole < HEIGHT - TOP - BOTTOM { whole } else { 26.0 + drawing.height });
        let unit = if chart.unit.is_empty() { String::new() } else { format!("（{}）", chart.unit) };
        self.begin(Part::Paragraph);
        self.centred(&format!("{}{unit}", chart.caption), 12.0, Which::Heading, 24.0, false);
        self.begin(Part::Figure(chart.says()));
        for shape in &drawing.shapes {
            match shape {
                Shape::Bar { x, y, width, height, tone } => {
                    self.mark(Mark::Rule { x: LEFT + x, y: self.y + y, width: *width, height: *height, ink: [*tone, *tone, *tone] });
                }
                Shape::Text { x, y, size, at, text } => {
                    let wide = self.faces.heading.width(text, *size);
                    let x = match at {
                        At::Start => *x,
                        At::Middle => x - wide / 2.0,
                        At::End => x - wide,
                    };
                    self.mark(Mark::Text { x: LEFT + x, y: self.y + y, size: *size, text: text.clone(), face: Which::Heading, red: false });
                }
            }
        }
        self.y += drawing.height + 6.0;
        self.table(&table);
    }

    fn verify(&mut self, verify: &Verify) -> Result<(), Error> {
        let side = 26.0 * MM;
        self.y += 16.0;
        self.room(side + 12.0);
        self.mark(Mark::Rule { x: LEFT, y: self.y, width: TEXT, height: 0.75, ink: BLACK });
        self.y += 8.0;
        let (dark, width) = qr::modules(&verify.url)?;
        self.begin(Part::Figure(format!("二维码：{}", verify.url)));
        let cell = side / width as f32;
        for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = ((place % width) as f32, (place / width) as f32);
            // A hair wider than the cell, so that no light shows between neighbours.
            self.mark(Mark::Rule { x: LEFT + x * cell, y: self.y + y * cell, width: cell + 0.05, height: cell + 0.05, ink: BLACK });
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
            self.begin(Part::Paragraph);
            for line in lines(&self.faces.heading, 9.0, &text, TEXT - side - 6.0 * MM, 0.0) {
                self.mark(Mark::Text { x, y, size: 9.0, text: line, face: Which::Heading, red: false });
                y += 14.5;
            }
        }
        self.y += side;
        Ok(())
    }
}

/// Writes a paper as PDF/A-2b.
///
/// Errors: `NoFont` when the machine has no Chinese font; `Pdf` when the result would not conform.
pub fn write(paper: &Paper) -> Result<Vec<u8>, Error> {
    let faces = faces()?;
    let mut sheets = Sheets { faces, pages: vec![Vec::new()], y: TOP - 8.0, parts: vec![Part::Artifact], tables: 0 };
    if !paper.organ.is_empty() {
        sheets.masthead(&paper.organ);
    }
    if paper.organ.is_empty() {
        sheets.y += LINE;
    }
    sheets.begin(Part::Heading { level: 1, text: paper.title.clone() });
    sheets.centred(&paper.title, 22.0, Which::Title, 34.0, false);
    if let Some(number) = &paper.number {
        sheets.y += 4.0;
        sheets.begin(Part::Paragraph);
        sheets.centred(number, BODY, Which::Body, LINE, false);
    }
    sheets.y += 12.0;
    if let Some(addressee) = &paper.addressee {
        sheets.paragraph(&format!("{addressee}："), Which::Body, 0.0);
    }
    for block in &paper.blocks {
        match block {
            Block::Heading { level, text } => {
                // A heading stays with the lines after it.
                sheets.room(LINE * 3.0);
                let face = if *level > 1 { Which::Second } else { Which::Heading };
                sheets.begin(Part::Heading { level: u16::from(*level) + 1, text: text.clone() });
                sheets.lines(text, face, BODY * 2.0);
            }
            Block::Paragraph(text) => sheets.paragraph(text, Which::Body, BODY * 2.0),
            Block::Table(table) => sheets.table(table),
            Block::Chart(chart) => sheets.chart(chart),
        }
    }
    sheets.y += LINE;
    sheets.room(LINE * 2.0);
    for text in [&paper.signed_by, &paper.date] {
        sheets.begin(Part::Paragraph);
        let wide = faces.body.width(text, BODY);
        sheets.line(LEFT + TEXT - wide - BODY * 4.0, text, BODY, Which::Body, LINE, false);
    }
    if let Some(verify) = &paper.verify {
        sheets.verify(verify)?;
    }
    draw(paper, faces, &sheets.pages, &sheets.parts)
}

fn draw(paper: &Paper, faces: &Faces, pages: &[Vec<(usize, Mark)>], parts: &[Part]) -> Result<Vec<u8>, Error> {
    let configuration =
        ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish().map_err(|error| Error::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(paper));
    let mut drawn: Vec<Vec<Identifier>> = vec![Vec::new(); parts.len()];
    for (place, marks) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| Error::Pdf("页面尺寸".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for run in marks.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((part, _)) = run.first() else { continue };
            if parts.get(*part).is_none_or(|part| *part == Part::Artifact) {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
            } else {
                let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                if let Some(drawn) = drawn.get_mut(*part) {
                    drawn.push(identifier);
                }
            }
            for (_, mark) in run {
                put(&mut surface, faces, mark);
            }
            surface.end_tagged();
        }
        // 四号, on the outer edge: right on odd pages, left on even ones.
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::PageNumber)));
        let number = format!("— {} —", place + 1);
        let wide = faces.body.width(&number, 14.0);
        let x = if place % 2 == 0 { LEFT + TEXT - wide - 14.0 } else { LEFT + 14.0 };
        put(
            &mut surface,
            faces,
            &Mark::Text { x, y: HEIGHT - BOTTOM + 7.0 * MM + 12.0, size: 14.0, text: number, face: Which::Body, red: false },
        );
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tree(parts, drawn));
    document.finish().map_err(|error| Error::Pdf(format!("{error:?}")))
}

fn put(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    let [red, green, blue] = match mark {
        Mark::Text { red: true, .. } => RED,
        Mark::Text { .. } => BLACK,
        Mark::Rule { ink, .. } => *ink,
    };
    let color = rgb::Color::new(red, green, blue);
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
        .authors(vec![if paper.organ.is_empty() { paper.signed_by.clone() } else { paper.organ.clone() }]);
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
