//! The words of a PDF: which characters each page draws and where, put back into lines and paragraphs.
//!
//! `hayro-syntax` reads the file, mends its index and opens what is locked without a password; what the pages draw is followed here, because
//! a reader that draws would load every font and picture of a stranger's file. Everything is counted: pages, operators, forms in forms, bytes
//! unpacked, and the time.

mod font;
mod lines;
mod unpack;

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Number, ObjectIdentifier, Stream};
use hayro_syntax::page::{Page, Resources, Rotation};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use self::font::Font;
use self::lines::{Piece, Sheet};
use super::unreadable::{Count, Unreadable};

const MOST_PAGES: usize = 2_000;
/// Operators of all pages and forms.
const MOST_OPERATORS: usize = 8_000_000;
/// Characters drawn.
const MOST_LETTERS: usize = 2_000_000;
/// Forms drawn in forms.
const DEEPEST: usize = 12;
/// Fonts of one file.
const MOST_FONTS: usize = 4_000;
/// Graphics states kept.
const MOST_STATES: usize = 512;

/// The text of all pages.
///
/// Errors: `Locked`; `Scanned` without a character; `Unlettered` when the fonts do not say what they draw; `Expands`, `TooMuch`, `Slow`, `Broken`.
pub fn text(bytes: Vec<u8>, time: Duration) -> Result<String, Unreadable> {
    unpack::weigh_index(&bytes)?;
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm) => Unreadable::Locked,
        other => Unreadable::broken("PDF的结构", format!("{other:?}")),
    })?;
    let pages = pdf.pages();
    if pages.len() > MOST_PAGES {
        return Err(Unreadable::TooMuch { what: Count::Pages, most: MOST_PAGES });
    }
    let mut reading = Reading {
        until: Instant::now() + time,
        time,
        operators: 0,
        letters: 0,
        unknown: 0,
        unpacked: 0,
        fonts: HashMap::new(),
        sheet: Sheet::default(),
    };
    let mut sheets = Vec::with_capacity(pages.len());
    for page in pages.iter() {
        reading.page(page)?;
        sheets.push(std::mem::take(&mut reading.sheet));
    }
    if reading.letters == 0 {
        return Err(Unreadable::Scanned);
    }
    if reading.unknown * 2 > reading.letters {
        return Err(Unreadable::Unlettered);
    }
    Ok(lines::text(sheets))
}

/// A matrix of the page: `[a b c d e f]`.
type Matrix = [f64; 6];

const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `a`, then `b`.
fn then(a: &Matrix, b: &Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn moved(matrix: &Matrix, x: f64, y: f64) -> Matrix {
    then(&[1.0, 0.0, 0.0, 1.0, x, y], matrix)
}

/// The state of the graphics that text depends on.
#[derive(Clone)]
struct State {
    to_page: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

struct Reading<'p> {
    until: Instant,
    time: Duration,
    operators: usize,
    letters: usize,
    /// Characters whose font does not say what they are.
    unknown: usize,
    unpacked: usize,
    fonts: HashMap<ObjectIdentifier, Option<Rc<Font>>>,
    sheet: Sheet<'p>,
}

impl<'p> Reading<'p> {
    fn page(&mut self, page: &Page<'p>) -> Result<(), Unreadable> {
        let turn: Matrix = match page.rotation() {
            Rotation::None => SAME,
            Rotation::Horizontal => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            Rotation::Flipped => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            Rotation::FlippedHorizontal => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
        };
        let mut content = Vec::new();
        let raw = page.raw();
        if let Some(stream) = raw.get::<Stream<'_>>("Contents") {
            content = self.unpack(&stream)?;
        } else if let Some(streams) = raw.get::<Array<'_>>("Contents") {
            for stream in streams.iter::<Stream<'_>>() {
                content.extend(self.unpack(&stream)?);
                content.push(b'\n');
            }
        }
        let state = State { to_page: turn, font: None, size: 0.0, letter_space: 0.0, word_space: 0.0, scale: 1.0, leading: 0.0, rise: 0.0 };
        self.draw(&content, page.resources(), state, 0)
    }

    fn unpack(&mut self, stream: &Stream<'_>) -> Result<Vec<u8>, Unreadable> {
        unpack::stream(stream, &mut self.unpacked)
    }

    /// Counts one operator; now and then looks at the time.
    fn step(&mut self) -> Result<(), Unreadable> {
        self.operators += 1;
        if self.operators > MOST_OPERATORS {
            return Err(Unreadable::TooMuch { what: Count::Objects, most: MOST_OPERATORS });
        }
        if self.operators.is_multiple_of(1024) && Instant::now() > self.until {
            return Err(Unreadable::Slow { seconds: self.time.as_secs() });
        }
        Ok(())
    }

    fn draw(&mut self, content: &[u8], resources: &Resources<'p>, start: State, depth: usize) -> Result<(), Unreadable> {
        let mut operators = TypedIter::new(content);
        let mut state = start;
        let mut kept: Vec<State> = Vec::new();
        let (mut text, mut line) = (SAME, SAME);
        // Marked content open, and how deep in it what is not part of the text began.
        let (mut marked, mut artifact) = (0usize, None::<usize>);
        let n = |number: &Number| number.as_f64();
        while let Some(operator) = operators.next() {
            self.step()?;
            match operator {
                TypedInstruction::SaveState(_) if kept.len() < MOST_STATES => kept.push(state.clone()),
                TypedInstruction::RestoreState(_) => state = kept.pop().unwrap_or(state),
                TypedInstruction::Transform(m) => {
                    state.to_page = then(&[n(&m.0), n(&m.1), n(&m.2), n(&m.3), n(&m.4), n(&m.5)], &state.to_page);
                }
                TypedInstruction::BeginText(_) => (text, line) = (SAME, SAME),
                TypedInstruction::TextFont(font) => {
                    state.size = n(&font.1);
                    state.font = self.font(resources.get_font(font.0));
                }
                TypedInstruction::CharacterSpacing(space) => state.letter_space = n(&space.0),
                TypedInstruction::WordSpacing(space) => state.word_space = n(&space.0),
                TypedInstruction::HorizontalScaling(scale) => state.scale = n(&scale.0) / 100.0,
                TypedInstruction::TextLeading(leading) => state.leading = n(&leading.0),
                TypedInstruction::TextRise(rise) => state.rise = n(&rise.0),
                TypedInstruction::SetTextMatrix(m) => {
                    line = [n(&m.0), n(&m.1), n(&m.2), n(&m.3), n(&m.4), n(&m.5)];
                    text = line;
                }
                TypedInstruction::NextLine(by) => {
                    line = moved(&line, n(&by.0), n(&by.1));
                    text = line;
                }
                TypedInstruction::NextLineAndSetLeading(by) => {
                    state.leading = -n(&by.1);
                    line = moved(&line, n(&by.0), n(&by.1));
                    text = line;
                }
                TypedInstruction::NextLineUsingLeading(_) => {
                    line = moved(&line, 0.0, -state.leading);
                    text = line;
                }
                TypedInstruction::ShowText(shown) => self.show(shown.0.as_bytes(), &state, &mut text, artifact.is_none())?,
                TypedInstruction::NextLineAndShowText(shown) => {
                    line = moved(&line, 0.0, -state.leading);
                    text = line;
                    self.show(shown.0.as_bytes(), &state, &mut text, artifact.is_none())?;
                }
                TypedInstruction::ShowTextWithParameters(shown) => {
                    state.word_space = n(&shown.0);
                    state.letter_space = n(&shown.1);
                    line = moved(&line, 0.0, -state.leading);
                    text = line;
                    self.show(shown.2.as_bytes(), &state, &mut text, artifact.is_none())?;
                }
                TypedInstruction::ShowTexts(shown) => {
                    for part in shown.0.iter::<hayro_syntax::object::Object<'_>>() {
                        self.step()?;
                        match part {
                            hayro_syntax::object::Object::String(words) => {
                                self.show(words.as_bytes(), &state, &mut text, artifact.is_none())?
                            }
                            hayro_syntax::object::Object::Number(back) => {
                                text = moved(&text, -n(&back) / 1000.0 * state.size * state.scale, 0.0);
                            }
                            _ => {}
                        }
                    }
                }
                TypedInstruction::BeginMarkedContent(mark) => {
                    marked += 1;
                    if mark.0.as_str() == "Artifact" {
                        artifact.get_or_insert(marked);
                    }
                }
                TypedInstruction::BeginMarkedContentWithProperties(mark) => {
                    marked += 1;
                    if mark.0.as_str() == "Artifact" {
                        artifact.get_or_insert(marked);
                    }
                }
                TypedInstruction::EndMarkedContent(_) => {
                    if artifact == Some(marked) {
                        artifact = None;
                    }
                    marked = marked.saturating_sub(1);
                }
                TypedInstruction::XObject(named) if depth < DEEPEST && artifact.is_none() => {
                    if let Some(form) = resources.get_x_object(named.0) {
                        self.form(&form, resources, &state, depth)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn form(&mut self, form: &Stream<'p>, around: &Resources<'p>, state: &State, depth: usize) -> Result<(), Unreadable> {
        let dict = form.dict();
        if dict.get::<hayro_syntax::object::Name<'_>>("Subtype").is_none_or(|kind| kind.as_str() != "Form") {
            return Ok(());
        }
        let content = self.unpack(form)?;
        let mut inner = state.clone();
        if let Some(m) = dict.get::<[f64; 6]>("Matrix") {
            inner.to_page = then(&m, &inner.to_page);
        }
        let own = dict.get::<Dict<'p>>("Resources").map(Resources::new);
        self.draw(&content, own.as_ref().unwrap_or(around), inner, depth + 1)
    }

    fn font(&mut self, dict: Option<Dict<'p>>) -> Option<Rc<Font>> {
        let dict = dict?;
        let id = dict.obj_id();
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return known.clone();
        }
        if self.fonts.len() >= MOST_FONTS {
            return None;
        }
        let font = Font::read(&dict, &mut self.unpacked).map(Rc::new);
        if let Some(id) = id {
            self.fonts.insert(id, font.clone());
        }
        font
    }

    fn show(&mut self, bytes: &[u8], state: &State, text: &mut Matrix, said: bool) -> Result<(), Unreadable> {
        let Some(font) = &state.font else { return Ok(()) };
        let mut rest = bytes;
        while let Some((code, taken)) = font.next(rest) {
            rest = rest.get(taken..).unwrap_or_default();
            self.letters += 1;
            if self.letters > MOST_LETTERS {
                return Err(Unreadable::TooMuch { what: Count::Letters, most: MOST_LETTERS });
            }
            let said_as = font.letters(code, taken);
            let space = if taken == 1 && code == 32 { state.word_space } else { 0.0 };
            let wide = font.width(code, taken) / 1000.0 * state.size;
            let on = (wide + state.letter_space + space) * state.scale;
            if said {
                match said_as {
                    None => self.unknown += 1,
                    Some(letters) => {
                        let at = then(&moved(text, 0.0, state.rise), &state.to_page);
                        let end = then(&moved(text, wide * state.scale, state.rise), &state.to_page);
                        let size = state.size.abs() * (at[2].hypot(at[3])).max(1e-6);
                        self.sheet.push(Piece {
                            x: at[4],
                            end: end[4],
                            y: at[5],
                            size,
                            level: (at[5] - end[5]).abs() <= size * 0.2,
                            letters,
                        });
                    }
                }
            }
            *text = if font.vertical { moved(text, 0.0, -(state.size + state.letter_space + space)) } else { moved(text, on, 0.0) };
        }
        Ok(())
    }
}
