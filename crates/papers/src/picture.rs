//! A drawing as a picture, for documents that hold no shapes: glyph outlines and bars, filled by tiny-skia.

use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

use crate::Error;
use crate::chart::{At, Drawing, Shape};
use crate::font::{Face, faces};

/// Pixels a point: 216 dots an inch, sharp on paper.
const SCALE: f32 = 3.0;

/// The drawing as PNG, with its size in pixels.
///
/// Errors: `NoFont` when the machine has no Chinese font.
pub fn png(drawing: &Drawing) -> Result<(Vec<u8>, u32, u32), Error> {
    let face = &faces()?.heading;
    let broken = || Error::Docx("图的尺寸不对".to_owned());
    let (width, height) = ((drawing.width * SCALE).ceil() as u32, (drawing.height * SCALE).ceil() as u32);
    let mut pixels = Pixmap::new(width.max(1), height.max(1)).ok_or_else(broken)?;
    pixels.fill(Color::WHITE);
    for shape in &drawing.shapes {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        match shape {
            Shape::Bar { x, y, width, height, tone } => {
                paint.set_color_rgba8(*tone, *tone, *tone, 255);
                if let Some(rect) = Rect::from_xywh(x * SCALE, y * SCALE, width * SCALE, height * SCALE) {
                    pixels.fill_rect(rect, &paint, Transform::identity(), None);
                }
            }
            Shape::Text { x, y, size, at, text } => {
                paint.set_color_rgba8(0x17, 0x19, 0x1c, 255);
                let wide = face.width(text, *size);
                let x = match at {
                    At::Start => *x,
                    At::Middle => x - wide / 2.0,
                    At::End => x - wide,
                };
                if let Some(path) = outline(face, text, x * SCALE, y * SCALE, size * SCALE) {
                    pixels.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
                }
            }
        }
    }
    let bytes = pixels.encode_png().map_err(|error| Error::Docx(error.to_string()))?;
    Ok((bytes, pixels.width(), pixels.height()))
}

/// The outlines of a line of text whose baseline begins at x, y.
fn outline(face: &Face, text: &str, x: f32, y: f32, size: f32) -> Option<tiny_skia::Path> {
    let font = FontRef::from_index(face.data(), face.index()).ok()?;
    let (map, outlines) = (font.charmap(), font.outline_glyphs());
    let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
    let mut pen = Pen { path: PathBuilder::new(), x, y };
    for letter in face.drawable(text).chars() {
        let Some(glyph) = map.map(letter) else { continue };
        if let Some(outline) = outlines.get(glyph) {
            // A glyph that cannot be drawn leaves its room empty.
            let _ = outline.draw(DrawSettings::unhinted(Size::new(size), LocationRef::default()), &mut pen);
        }
        pen.x += metrics.advance_width(glyph).unwrap_or(size);
    }
    pen.path.finish()
}

/// Turns outlines, which go up, into a path, which goes down.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + cx, self.y - cy, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + ax, self.y - ay, self.x + bx, self.y - by, self.x + x, self.y - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
