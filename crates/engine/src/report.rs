//! Report templates: chapters in Markdown with figures in braces, under `law/reports/<report>/`. One sentence a line, so that a sentence
//! whose figures are all empty is left out instead of boasting of nothing.

/// A chapter of a report, from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// File name without its ending: chapters come in the order of their names.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Paragraph(Vec<Sentence>),
}

/// A sentence: words and figures in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    /// The value with its unit.
    Figure(String),
}

impl Sentence {
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Figure(key) => Some(key.as_str()),
            Piece::Words(_) => None,
        })
    }
}

/// Reads one chapter. The first line is `# ` and the title; `## ` begins a section; blank lines part paragraphs.
pub fn chapter(id: &str, text: &str) -> Result<Chapter, String> {
    let mut lines = text.lines();
    let title = lines.next().and_then(|line| line.strip_prefix("# ")).ok_or("a chapter begins with `# ` and its title")?.trim().to_owned();
    let mut blocks = Vec::new();
    let mut paragraph = Vec::new();
    for line in lines.chain(std::iter::once("")) {
        let line = line.trim();
        match line.strip_prefix("## ") {
            Some(heading) => {
                close(&mut blocks, &mut paragraph);
                blocks.push(Block::Heading(heading.to_owned()));
            }
            None if line.is_empty() => close(&mut blocks, &mut paragraph),
            None => paragraph.push(sentence(line)?),
        }
    }
    Ok(Chapter { id: id.to_owned(), title, blocks })
}

fn close(blocks: &mut Vec<Block>, paragraph: &mut Vec<Sentence>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(paragraph)));
    }
}

fn sentence(line: &str) -> Result<Sentence, String> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((words, tail)) = rest.split_once('{') {
        let (key, after) = tail.split_once('}').ok_or_else(|| format!("`{{` without `}}` in `{line}`"))?;
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        pieces.push(Piece::Figure(key.trim().to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Ok(Sentence(pieces))
}
