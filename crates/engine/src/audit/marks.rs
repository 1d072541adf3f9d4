//! Marks what surrounds each character: a title 《…》, a quotation “…”, brackets, its sentence and its clause.

use super::script::Folded;

/// A quotation of at most this many characters is a name or a slogan, not prose.
pub const NAME_LENGTH: usize = 22;

/// What surrounds the characters of a folded text.
pub struct Marks {
    /// Inside a title, where numbers are part of a name.
    pub title: Vec<bool>,
    /// Length of the quotation around the character, or 0.
    pub quoted: Vec<u16>,
    /// Offset + 1 of the bracket that is open here, or 0.
    pub bracket: Vec<usize>,
    /// Index of the sentence.
    pub sentence: Vec<usize>,
    /// First character and end of each sentence.
    pub sentences: Vec<(usize, usize)>,
    /// Index of the paragraph of each sentence.
    pub paragraph: Vec<usize>,
}

pub fn ends_clause(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '。' | '!' | '?' | '\n')
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | '\n')
}

pub fn mark(text: &Folded) -> Marks {
    let n = text.len();
    let mut marks = Marks {
        title: vec![false; n],
        quoted: vec![0; n],
        bracket: vec![0; n],
        sentence: vec![0; n],
        sentences: Vec::new(),
        paragraph: Vec::new(),
    };
    enclose(text, &mut marks);
    brackets(text, &mut marks);
    sentences(text, &mut marks);
    marks
}

/// Titles and quotations; an opening sign whose partner is not near is ignored.
fn enclose(text: &Folded, marks: &mut Marks) {
    let mut straight = None;
    let mut skip_to = 0;
    for i in 0..text.len() {
        let Some(c) = text.get(i) else { break };
        match c {
            '《' if i >= skip_to => {
                let mut depth = 1;
                for j in i + 1..(i + 120).min(text.len()) {
                    match text.get(j) {
                        Some('《') => depth += 1,
                        Some('》') => depth -= 1,
                        Some('。' | '\n') => break,
                        _ => {}
                    }
                    if depth == 0 {
                        marks.title.iter_mut().take(j).skip(i + 1).for_each(|t| *t = true);
                        skip_to = j;
                        break;
                    }
                }
            }
            '“' => close(text, marks, i, '”', 60),
            '"' => match straight.take() {
                Some(open) if i - open <= 40 => quote(marks, open, i),
                _ => straight = Some(i),
            },
            '\n' => straight = None,
            _ => {}
        }
    }
}

fn close(text: &Folded, marks: &mut Marks, i: usize, sign: char, reach: usize) {
    for j in i + 1..(i + reach).min(text.len()) {
        match text.get(j) {
            Some(c) if c == sign => return quote(marks, i, j),
            Some('“' | '\n') => return,
            _ => {}
        }
    }
}

fn quote(marks: &mut Marks, open: usize, end: usize) {
    let length = (end - open - 1) as u16;
    marks.quoted.iter_mut().take(end).skip(open + 1).for_each(|q| *q = length.max(1));
}

fn brackets(text: &Folded, marks: &mut Marks) {
    let mut open: Vec<usize> = Vec::new();
    for i in 0..text.len() {
        match text.get(i) {
            Some('(') if open.len() < 4 => open.push(i + 1),
            Some(')') => {
                open.pop();
            }
            Some('。' | '\n') => open.clear(),
            _ => {}
        }
        if let (Some(slot), Some(top)) = (marks.bracket.get_mut(i), open.last()) {
            *slot = *top;
        }
    }
}

fn sentences(text: &Folded, marks: &mut Marks) {
    let (mut from, mut paragraph) = (0, 0);
    for i in 0..text.len() {
        if let Some(slot) = marks.sentence.get_mut(i) {
            *slot = marks.sentences.len();
        }
        let last = i + 1 == text.len();
        if last || text.get(i).is_some_and(ends_sentence) {
            marks.sentences.push((from, i + 1));
            marks.paragraph.push(paragraph);
            from = i + 1;
            if text.get(i) == Some('\n') {
                paragraph += 1;
            }
        }
    }
}
