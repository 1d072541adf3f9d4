//! Puts drawn characters back into lines, and lines into paragraphs: a paragraph goes on where a line is full and the next is not set in.

use std::marker::PhantomData;

/// One drawn code.
pub struct Piece {
    pub x: f64,
    pub end: f64,
    pub y: f64,
    /// Height of the letters on the page.
    pub size: f64,
    /// Whether it is drawn along the lines; what stands askew is a stamp or a watermark.
    pub level: bool,
    pub letters: String,
}

/// The lines of a page in the order in which they are drawn.
#[derive(Default)]
pub struct Sheet<'p> {
    lines: Vec<Line>,
    page: PhantomData<&'p ()>,
}

struct Line {
    x: f64,
    end: f64,
    y: f64,
    size: f64,
    text: String,
    /// A gap in it parts the cells of a table.
    cells: bool,
    /// Where the last few characters stand, to see what is drawn twice for weight.
    last: [(f64, u64); 8],
    pieces: usize,
}

fn sign(letters: &str) -> u64 {
    letters.chars().fold(0, |sum, letter| sum.wrapping_mul(1_114_111).wrapping_add(u64::from(u32::from(letter)) + 1))
}

impl Line {
    fn twice(&self, piece: &Piece) -> bool {
        let word = sign(&piece.letters);
        self.last.iter().any(|(x, letters)| *letters == word && (x - piece.x).abs() < piece.size * 0.15)
    }

    fn put(&mut self, piece: &Piece) {
        let slot = self.pieces % self.last.len();
        if let Some(slot) = self.last.get_mut(slot) {
            *slot = (piece.x, sign(&piece.letters));
        }
        self.pieces += 1;
        self.text.push_str(&piece.letters);
        self.end = self.end.max(piece.end);
        self.x = self.x.min(piece.x);
        self.size = self.size.max(piece.size);
    }
}

impl Sheet<'_> {
    pub fn push(&mut self, piece: Piece) {
        let finite = [piece.x, piece.y, piece.end, piece.size].iter().all(|at| at.is_finite());
        if !piece.level || !finite || piece.letters.is_empty() {
            return;
        }
        if let Some(line) = self.lines.last_mut() {
            let height = line.size.max(piece.size);
            let beside = (line.y - piece.y).abs() < height * 0.45;
            if beside && line.twice(&piece) {
                return;
            }
            let gap = piece.x - line.end;
            if beside && gap > -height * 0.8 {
                if gap > height * 0.65 && !piece.letters.trim().is_empty() {
                    line.text.push('\t');
                    line.cells = true;
                } else if gap > height * 0.2
                    && line.text.ends_with(|letter: char| letter.is_ascii_alphanumeric())
                    && piece.letters.starts_with(|letter: char| letter.is_ascii_alphanumeric())
                {
                    line.text.push(' ');
                }
                line.put(&piece);
                return;
            }
        }
        let mut line = Line {
            x: piece.x,
            end: piece.end,
            y: piece.y,
            size: piece.size,
            text: String::new(),
            cells: false,
            last: [(0.0, 0); 8],
            pieces: 0,
        };
        line.put(&piece);
        self.lines.push(line);
    }
}

/// A number between dashes, or alone: the number of the page.
fn page_number(text: &str) -> bool {
    let bare: String =
        text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '—' | '–' | '－' | '―' | '一' | '·')).collect();
    let bare = bare.strip_prefix('第').and_then(|rest| rest.strip_suffix('页')).unwrap_or(&bare);
    !bare.is_empty() && bare.len() <= 4 && bare.chars().all(|letter| letter.is_ascii_digit())
}

/// Where nine in ten lines end at the latest.
fn margin(mut places: Vec<f64>, tenth: usize) -> f64 {
    places.sort_by(f64::total_cmp);
    places.get(places.len() * tenth / 10).or(places.last()).copied().unwrap_or(0.0)
}

/// The text of the pages, a paragraph a line, cells parted by tabulators.
pub fn text(sheets: Vec<Sheet<'_>>) -> String {
    let mut lines: Vec<Line> = Vec::new();
    let mut firsts: Vec<bool> = Vec::new();
    for sheet in sheets {
        let last = sheet.lines.len().saturating_sub(1);
        let mut first = true;
        for (place, line) in sheet.lines.into_iter().enumerate() {
            if line.text.trim().is_empty() || (place == 0 || place + 1 >= last) && page_number(&line.text) {
                continue;
            }
            lines.push(line);
            firsts.push(std::mem::take(&mut first));
        }
    }
    let long: Vec<&Line> = {
        let widest = lines.iter().map(|line| line.end - line.x).fold(0.0, f64::max);
        lines.iter().filter(|line| line.end - line.x > widest * 0.6).collect()
    };
    let right = margin(long.iter().map(|line| line.end).collect(), 8);
    let left = margin(long.iter().map(|line| line.x).collect(), 1);
    let mut out = String::new();
    let mut before: Option<&Line> = None;
    for (line, first) in lines.iter().zip(firsts) {
        if let Some(before) = before {
            let full = before.end > right - before.size * 2.1 && !before.cells && !line.cells;
            let flush = line.x < left + line.size * 0.9 && (line.size - before.size).abs() < before.size * 0.2;
            let below = first || (line.y < before.y && before.y - line.y < before.size.max(line.size) * 3.0);
            let goes_on = full && flush && below;
            if goes_on {
                if out.ends_with(|letter: char| letter.is_ascii_alphabetic())
                    && line.text.starts_with(|letter: char| letter.is_ascii_alphabetic())
                {
                    out.push(' ');
                }
            } else {
                out.push('\n');
            }
        }
        out.push_str(line.text.trim_matches(|letter: char| letter.is_ascii_whitespace()));
        before = Some(line);
    }
    out.push('\n');
    out
}
