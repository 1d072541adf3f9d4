//! Report templates: `law/reports/<id>/report.toml` and chapters in Markdown, with figures in braces, tables and charts as lines of
//! their own. One sentence a line, so that a sentence whose figures are all empty is left out instead of boasting of nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Axis, SECTIONS};
use crate::decide::nearest;
use crate::figure::{Figure, Measure};
use crate::law::Cite;

/// A report that the law knows, from one folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// The folder's name.
    pub id: String,
    /// With `{division}`, `{organ}`, `{year}`, `{period}`.
    pub title: String,
    pub basis: Cite,
    #[serde(deserialize_with = "crate::law::day")]
    pub in_force: Date,
    pub scope: Scope,
    pub period: Span,
    /// Whom it is for, in order; the same places as in the title.
    #[serde(default)]
    pub addressees: Vec<String>,
    /// Who issues it; the same places.
    pub signed_by: String,
    /// The parts that people write: each stands once in the chapters as `{section NAME}`.
    pub sections: Vec<String>,
    #[serde(skip)]
    pub chapters: Vec<Chapter>,
}

/// Whose report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    District,
    Organ,
}

/// What it reports on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    Year,
    Half,
}

/// A chapter of a report, from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// File name without its ending: chapters come in the order of their names.
    pub file: String,
    /// The same without its number: `measures` of `1-measures`.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading(String),
    Paragraph(Vec<Sentence>),
    Table(Display),
    Chart(Display),
    Section(String),
}

/// What a table or a chart shows: figures, by an axis or, in a table, one beneath the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    pub keys: Vec<String>,
    pub by: Option<Axis>,
    pub title: Option<String>,
}

/// A sentence: words and figures in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Words(String),
    /// The value with its unit.
    Figure(String),
    /// 同比增长5.6%: the change of a count on the year before.
    Change(String),
    Name(Name),
}

/// What a template calls by name and every report fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Division,
    /// The organ of a department's report; of another, the division.
    Organ,
    Year,
    /// 2022年 or 2022年上半年.
    Period,
}

impl Name {
    pub fn of(name: &str) -> Option<Name> {
        match name {
            "division" => Some(Name::Division),
            "organ" => Some(Name::Organ),
            "year" => Some(Name::Year),
            "period" => Some(Name::Period),
            _ => None,
        }
    }
}

impl Sentence {
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Figure(key) | Piece::Change(key) => Some(key.as_str()),
            Piece::Words(_) | Piece::Name(_) => None,
        })
    }
}

/// Reads one chapter. The first line is `# ` and the title; the rest are blocks.
pub fn chapter(file: &str, text: &str) -> Result<Chapter, String> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let title = first.strip_prefix("# ").ok_or("a chapter begins with `# ` and its title")?.trim().to_owned();
    let id = file.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start_matches('-').to_owned();
    Ok(Chapter { file: file.to_owned(), id, title, blocks: blocks(rest)? })
}

/// Reads Markdown: `## ` begins a section, blank lines part paragraphs, `{table …}`, `{chart …}` and `{section …}` stand alone.
pub fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut paragraph = Vec::new();
    for line in text.lines().chain(std::iter::once("")).map(str::trim) {
        if let Some(alone) = alone(line)? {
            close(&mut blocks, &mut paragraph);
            blocks.push(alone);
        } else if line.is_empty() {
            close(&mut blocks, &mut paragraph);
        } else {
            paragraph.push(sentence(line)?);
        }
    }
    Ok(blocks)
}

fn close(blocks: &mut Vec<Block>, paragraph: &mut Vec<Sentence>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(paragraph)));
    }
}

/// A line that is a block of its own.
fn alone(line: &str) -> Result<Option<Block>, String> {
    if let Some(heading) = line.strip_prefix("## ") {
        return Ok(Some(Block::Heading(heading.trim().to_owned())));
    }
    let Some(inside) = line.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { return Ok(None) };
    let (verb, rest) = inside.split_once(' ').unwrap_or((inside, ""));
    Ok(match verb {
        "section" => Some(Block::Section(rest.trim().to_owned())),
        "table" => Some(Block::Table(display(line, rest)?)),
        "chart" => match display(line, rest)? {
            Display { by: None, .. } => return Err(format!("`{line}`: a chart says by=organ, by=month or by=parts")),
            chart => Some(Block::Chart(chart)),
        },
        _ => None,
    })
}

/// `KEY KEY by=organ title="…"`.
fn display(line: &str, text: &str) -> Result<Display, String> {
    let (text, title) = match text.split_once("title=\"") {
        None => (text.to_owned(), None),
        Some((before, rest)) => {
            let (title, after) = rest.split_once('"').ok_or_else(|| format!("`{line}`: the title is not closed by a quotation mark"))?;
            (format!("{before} {after}"), Some(title.to_owned()))
        }
    };
    let mut shown = Display { keys: Vec::new(), by: None, title };
    for word in text.split_whitespace() {
        match word.split_once('=') {
            Some(("by", "organ")) => shown.by = Some(Axis::Organ),
            Some(("by", "month")) => shown.by = Some(Axis::Month),
            Some(("by", "parts")) => shown.by = Some(Axis::Parts),
            Some(_) => return Err(format!("`{line}`: `{word}` is none of by=organ, by=month, by=parts, title=\"…\"")),
            None => shown.keys.push(word.to_owned()),
        }
    }
    if shown.keys.is_empty() {
        return Err(format!("`{line}` names no figure"));
    }
    Ok(shown)
}

fn sentence(line: &str) -> Result<Sentence, String> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((words, tail)) = rest.split_once('{') {
        let (key, after) = tail.split_once('}').ok_or_else(|| format!("`{{` without `}}` in `{line}`"))?;
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        let key = key.trim();
        pieces.push(match (Name::of(key), key.split_once(' ')) {
            (Some(name), _) => Piece::Name(name),
            (None, Some((key, "change"))) => Piece::Change(key.to_owned()),
            (None, Some((_, other))) => return Err(format!("`{{{key}}}`: after a key only `change` may stand, not `{other}`")),
            (None, None) => Piece::Figure(key.to_owned()),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Ok(Sentence(pieces))
}

/// A fault of a template: the file below `reports/<id>/`, what to find the line by, the name of the check, and what is wrong.
pub type Fault = (String, String, &'static str, String);

/// What must hold of a template beside the form that reading has already checked.
pub fn faults(template: &Template, figures: &[Figure]) -> Vec<Fault> {
    let known: BTreeMap<&str, &Figure> = figures.iter().map(|figure| (figure.key.as_str(), figure)).collect();
    let mut faults = Vec::new();
    let toml = || "report.toml".to_owned();
    for place in std::iter::once(&template.title).chain(&template.addressees).chain([&template.signed_by]) {
        for name in place.split('{').skip(1).filter_map(|rest| rest.split('}').next()).filter(|name| Name::of(name).is_none()) {
            let says = format!("`{{{name}}}` is none of division, organ, year, period");
            faults.push((toml(), name.to_owned(), "names-resolve", says));
        }
    }
    for section in template.sections.iter().filter(|section| !SECTIONS.contains(&section.as_str())) {
        let near = nearest(section, SECTIONS.into_iter()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        faults.push((toml(), section.clone(), "names-resolve", format!("there is no section `{section}`{near}")));
    }
    let blocks = || template.chapters.iter().flat_map(|chapter| chapter.blocks.iter().map(move |block| (chapter, block)));
    for section in &template.sections {
        let times = blocks().filter(|(_, block)| matches!(block, Block::Section(name) if name == section)).count();
        if times != 1 {
            let says = format!("the chapters hold `{{section {section}}}` {times} times: once, so that what people write has its place");
            faults.push((toml(), section.clone(), "reports-resolve", says));
        }
    }
    for (chapter, block) in blocks() {
        let file = format!("{}.md", chapter.file);
        let mut say = |needle: &str, check: &'static str, says: String| faults.push((file.clone(), needle.to_owned(), check, says));
        match block {
            Block::Heading(_) => {}
            Block::Section(name) if template.sections.contains(name) => {}
            Block::Section(name) => {
                let near = nearest(name, template.sections.iter().map(String::as_str))
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                say(name, "names-resolve", format!("report.toml lists no section `{name}`{near}"));
            }
            Block::Paragraph(sentences) => sentences.iter().for_each(|sentence| in_sentence(sentence, &known, &mut say)),
            Block::Table(shown) => in_display(shown, false, &known, &mut say),
            Block::Chart(shown) => in_display(shown, true, &known, &mut say),
        }
    }
    faults
}

type Say<'s> = dyn FnMut(&str, &'static str, String) + 's;

fn find<'f>(key: &str, known: &BTreeMap<&str, &'f Figure>, say: &mut Say<'_>) -> Option<&'f Figure> {
    let found = known.get(key).copied();
    if found.is_none() {
        let near = nearest(key, known.keys().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        say(key, "names-resolve", format!("there is no figure `{key}`{near}"));
    }
    found
}

/// Units that a template may write after a figure by mistake; the figure brings its own.
const UNITS: [&str; 22] =
    ["人次", "万元", "件", "人", "次", "个", "项", "条", "份", "户", "家", "场", "期", "批", "起", "支", "台", "元", "天", "日", "%", "％"];

fn in_sentence(sentence: &Sentence, known: &BTreeMap<&str, &Figure>, say: &mut Say<'_>) {
    for (place, piece) in sentence.0.iter().enumerate() {
        let (Piece::Figure(key) | Piece::Change(key)) = piece else { continue };
        let Some(figure) = find(key, known, say) else { continue };
        if matches!(piece, Piece::Change(_)) && figure.unit == "%" {
            say(
                key,
                "reports-resolve",
                format!("`{{{key} change}}` compares a rate in per cent: declare a `change` figure or write both rates"),
            );
        }
        if let Some(Piece::Words(after)) = sentence.0.get(place + 1)
            && let Some(unit) = UNITS.iter().find(|unit| after.starts_with(**unit))
        {
            say(
                &format!("}}{unit}"),
                "reports-resolve",
                format!("`{unit}` stands after `{{{key}}}`: the figure brings its unit `{}`", figure.unit),
            );
        }
    }
}

fn in_display(shown: &Display, chart: bool, known: &BTreeMap<&str, &Figure>, say: &mut Say<'_>) {
    let found: Vec<&Figure> = shown.keys.iter().filter_map(|key| find(key, known, say)).collect();
    if chart
        && let Some((first, other)) =
            found.first().and_then(|first| found.iter().find(|figure| figure.unit != first.unit).map(|other| (first, other)))
    {
        let says = format!("a chart has one scale: `{}` counts {}, `{}` counts {}", first.key, first.unit, other.key, other.unit);
        say(&other.key, "reports-resolve", says);
    }
    for figure in found {
        let key = &figure.key;
        match shown.by {
            Some(Axis::Parts) if figure.partition.is_empty() => {
                say(key, "reports-resolve", format!("`{key}` has no partition: by=parts shows the parts that make a total"));
            }
            Some(Axis::Parts) if shown.keys.len() > 1 => say(key, "reports-resolve", "by=parts shows the parts of one figure".to_owned()),
            Some(Axis::Month) if figure.is_stock() => {
                say(key, "reports-resolve", format!("`{key}` is what holds at the end of a period: it has no months"));
            }
            Some(Axis::Organ | Axis::Month) if !adds(&figure.measure) => {
                say(key, "reports-resolve", format!("`{key}` does not add up over organs or months: show its counts"));
            }
            _ => {}
        }
    }
}

/// Whether the values of organs or months make the whole.
fn adds(measure: &Measure) -> bool {
    matches!(measure, Measure::Count(_) | Measure::Sum(_) | Measure::Stock(_))
}
