//! Puts figures into a template: text with every figure quoted, tables, charts, checks, and a note of all that was left out.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::template::{self, Block, Display, Name, Piece, Sentence, Template};
use super::{
    Axis, ChapterText, Check, CheckKind, CheckPart, FigureRow, Omitted, Organ, Period, Quoted, Report, Sections, Series, Text, Why,
    Written, read,
};
use crate::value::thousands;

/// What stands where a draft has no value.
pub const NO_VALUE: &str = "〔未有数据〕";

/// One value of a figure along an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub key: String,
    /// Id of an organ, or the month 1 to 12.
    pub at: String,
    pub amount: i64,
}

/// Everything a report is written from.
pub struct Given<'g> {
    pub template: &'g Template,
    pub division: &'g str,
    pub division_name: &'g str,
    pub organ: Option<Organ>,
    pub period: Period,
    pub as_of: DateTime,
    pub finished: bool,
    pub sections: &'g Sections,
    /// Every declared figure for the period.
    pub figures: Vec<FigureRow>,
    /// For tables and charts by organ.
    pub by_organ: Vec<Slice>,
    /// For charts by month.
    pub by_month: Vec<Slice>,
    /// Names of organs by id.
    pub organ_title: &'g dyn Fn(&str) -> String,
}

/// Writes the report. Sections that people wrote and that cannot be read as Markdown are kept as plain paragraphs.
pub fn write(given: Given<'_>) -> Report {
    let rows: BTreeMap<&str, &FigureRow> = given.figures.iter().map(|row| (row.key.as_str(), row)).collect();
    let mut writer = Writer { given: &given, rows: &rows, chapter: String::new(), omitted: Vec::new() };
    let chapters = given
        .template
        .chapters
        .iter()
        .map(|chapter| {
            writer.chapter = chapter.title.clone();
            let blocks = headed(chapter.blocks.iter().flat_map(|block| writer.block(block)).collect());
            ChapterText { id: chapter.id.clone(), title: chapter.title.clone(), blocks }
        })
        .collect();
    let omitted = std::mem::take(&mut writer.omitted);
    let named = |text: &str| {
        ["division", "organ", "year", "period"]
            .iter()
            .filter_map(|name| Some((*name, Name::of(name)?)))
            .fold(text.to_owned(), |text, (name, place)| text.replace(&format!("{{{name}}}"), &writer.name(place)))
    };
    let checks = checks(&given.figures, &rows);
    Report {
        template: given.template.id.clone(),
        title: named(&given.template.title),
        addressees: given.template.addressees.iter().map(|text| named(text)).collect(),
        basis: given.template.basis.0.clone(),
        division: given.division.to_owned(),
        division_name: given.division_name.to_owned(),
        signed_by: named(&given.template.signed_by),
        organ: given.organ.clone(),
        period: given.period,
        finished: given.finished,
        as_of: given.as_of,
        chapters,
        checks,
        omitted,
        frozen: None,
        figures: given.figures,
    }
}

struct Writer<'w> {
    given: &'w Given<'w>,
    rows: &'w BTreeMap<&'w str, &'w FigureRow>,
    chapter: String,
    omitted: Vec<Omitted>,
}

/// A stretch of a sentence up to a comma, with the mark that ends it.
struct Clause {
    pieces: Vec<Piece>,
    mark: String,
}

impl<'w> Writer<'w> {
    fn block(&mut self, block: &Block) -> Option<Text> {
        match block {
            Block::Heading(text) => Some(Text::Heading { text: text.clone() }),
            Block::Paragraph(sentences) => {
                let pieces: Vec<Written> = sentences.iter().flat_map(|sentence| self.sentence(sentence)).collect();
                (!pieces.is_empty()).then_some(Text::Paragraph { pieces })
            }
            Block::Table(shown) => self.table(shown),
            Block::Chart(shown) => self.chart(shown),
            Block::Section(section) => Some(Text::Section { section: section.clone(), blocks: self.section(section) }),
        }
    }

    /// What people wrote. Their sentences stand as they wrote them: a figure without a value shows the gap.
    fn section(&mut self, section: &str) -> Vec<Text> {
        let Some(text) = self.given.sections.get(section) else { return Vec::new() };
        let Ok(blocks) = template::blocks(text) else {
            return text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| Text::Paragraph { pieces: vec![Written::words(line.trim())] })
                .collect();
        };
        blocks
            .iter()
            .filter_map(|block| match block {
                Block::Paragraph(sentences) => Some(Text::Paragraph {
                    pieces: sentences.iter().flat_map(|sentence| &sentence.0).map(|piece| self.piece(piece)).collect(),
                }),
                // A section holds no section.
                Block::Section(_) => None,
                block => self.block(block),
            })
            .collect()
    }

    fn name(&self, name: Name) -> String {
        match name {
            Name::Division => self.given.division_name.to_owned(),
            Name::Organ => self.given.organ.as_ref().map_or_else(|| self.given.division_name.to_owned(), |organ| organ.title.clone()),
            Name::Year => self.given.period.year.to_string(),
            Name::Period => self.given.period.text(),
        }
    }

    fn row(&self, key: &str) -> Option<&'w FigureRow> {
        self.rows.get(key).copied()
    }

    fn piece(&self, piece: &Piece) -> Written {
        match piece {
            Piece::Words(words) => Written::words(words),
            Piece::Name(name) => Written::words(self.name(*name)),
            Piece::Figure(key) => match self.row(key) {
                Some(row) if row.value.is_some() => row.written(),
                Some(row) => Written { text: NO_VALUE.to_owned(), figure: Some(row.quoted()) },
                None => Written::words(format!("{{{key}}}")),
            },
            Piece::Change(key) => match self.row(key) {
                Some(row) => Written {
                    text: row.change().map_or_else(|| "〔上年没有可比的数〕".to_owned(), changed),
                    figure: row.change().map(|change| Quoted {
                        value: Some(six(change)),
                        unit: "%".to_owned(),
                        fraction: whole(row.value).zip(whole(row.last_year)).map(|(numerator, denominator)| super::Fraction {
                            of: key.clone(),
                            over: key.clone(),
                            numerator,
                            denominator,
                        }),
                        ..row.quoted()
                    }),
                },
                None => Written::words(format!("{{{key} change}}")),
            },
        }
    }

    /// Why a figure cannot be said; `None`: it can.
    fn gap(&self, piece: &Piece) -> Option<Why> {
        match piece {
            Piece::Figure(key) => self.row(key).is_none_or(|row| row.value.is_none()).then_some(Why::NoValue),
            Piece::Change(key) => self.row(key).is_none_or(|row| row.change().is_none()).then_some(Why::NoLastYear),
            Piece::Words(_) | Piece::Name(_) => None,
        }
    }

    /// A sentence of zeros is left out, in the draft too. A finished report leaves out each clause whose figure has no value, and the
    /// whole sentence when that is its first; a draft shows the gap. A comparison without a year before is left out in both.
    fn sentence(&mut self, sentence: &Sentence) -> Vec<Written> {
        // Nothing to divide by is nothing too.
        let nothing = |row: &FigureRow| match (row.value, &row.fraction) {
            (Some(value), _) => value == 0.0,
            (None, Some(fraction)) => fraction.denominator == 0,
            (None, None) => false,
        };
        let mut rows = sentence.keys().map(|key| self.row(key)).peekable();
        if rows.peek().is_some() && rows.all(|row| row.is_some_and(nothing)) {
            self.omit(sentence.0.iter(), Why::Zero);
            return Vec::new();
        }
        let gaps = sentence.0.iter().any(|piece| self.gap(piece).is_some());
        if !gaps {
            return sentence.0.iter().map(|piece| self.piece(piece)).collect();
        }
        let mut kept: Vec<Clause> = Vec::new();
        let mut among = false;
        let mut spoke = false;
        let clauses = clauses(sentence);
        let end = clauses.last().map_or(String::new(), |clause| clause.mark.clone());
        for mut clause in clauses {
            let why = clause.pieces.iter().find_map(|piece| self.gap(piece));
            let drops = why.is_some_and(|why| why == Why::NoLastYear || self.given.finished);
            if let Some(why) = why.filter(|_| drops) {
                if !spoke && why == Why::NoValue {
                    self.omit(sentence.0.iter(), why);
                    return Vec::new();
                }
                self.omit(clause.pieces.iter(), why);
                let opens = matches!(clause.pieces.first(), Some(Piece::Words(words)) if words.starts_with(AMONG));
                if opens && clause.mark == "、" {
                    among = true;
                } else if let Some(before) = kept.last_mut() {
                    before.mark = clause.mark;
                }
                continue;
            }
            if among {
                clause.pieces.insert(0, Piece::Words(AMONG.to_owned()));
                among = false;
            }
            spoke |= clause.pieces.iter().any(|piece| matches!(piece, Piece::Figure(_)));
            kept.push(clause);
        }
        if let Some(last) = kept.last_mut() {
            last.mark = end;
        }
        kept.iter()
            .flat_map(|clause| clause.pieces.iter().map(|piece| self.piece(piece)).chain([Written::words(clause.mark.clone())]))
            .filter(|piece| !piece.text.is_empty())
            .collect()
    }

    fn omit<'p>(&mut self, pieces: impl Iterator<Item = &'p Piece>, why: Why) {
        let text = pieces
            .map(|piece| match piece {
                Piece::Words(words) => words.clone(),
                Piece::Name(name) => self.name(*name),
                Piece::Figure(key) | Piece::Change(key) => format!("〔{}〕", self.row(key).map_or(key.as_str(), |row| row.title.as_str())),
            })
            .collect();
        self.omitted.push(Omitted { chapter: self.chapter.clone(), text, why });
    }

    /// Figures beneath one another with the year before; or, by organ, a line for each.
    fn table(&mut self, shown: &Display) -> Option<Text> {
        let rows: Vec<&'w FigureRow> = shown.keys.iter().filter_map(|key| self.row(key)).collect();
        let spoken: Vec<&FigureRow> = rows.into_iter().filter(|row| row.value.is_some() || !self.given.finished).collect();
        if spoken.iter().all(|row| row.value.is_none_or(|value| value == 0.0)) {
            self.leave_out(shown, &spoken);
            return None;
        }
        let caption = shown.title.clone().or_else(|| spoken.first().map(|row| row.title.clone())).unwrap_or_default();
        if shown.by.is_some() {
            let axis = self.axis(shown)?;
            let head =
                std::iter::once(axis.name.to_owned()).chain(axis.rows.iter().map(|row| format!("{}（{}）", row.title, row.unit))).collect();
            let mut lines: Vec<Vec<Written>> = axis
                .labels
                .iter()
                .enumerate()
                .map(|(place, label)| {
                    std::iter::once(Written::words(label))
                        .chain(axis.values.iter().filter_map(|values| values.get(place).cloned()))
                        .collect()
                })
                .collect();
            if shown.by != Some(Axis::Parts) {
                let total = axis.rows.iter().map(|row| Written { text: row.number.clone(), figure: Some(row.quoted()) });
                lines.push(std::iter::once(Written::words("合计")).chain(total).collect());
            }
            return Some(Text::Table { caption, head, rows: lines });
        }
        let before = spoken.iter().any(|row| row.last_year.is_some());
        let mut head = vec!["数据".to_owned(), "单位".to_owned(), self.given.period.text()];
        if before {
            head.extend(["上年同期".to_owned(), "增减".to_owned()]);
        }
        let lines = spoken
            .iter()
            .map(|row| {
                let number = if row.value.is_some() { row.number.clone() } else { NO_VALUE.to_owned() };
                let mut line =
                    vec![Written::words(&row.title), Written::words(&row.unit), Written { text: number, figure: Some(row.quoted()) }];
                if before {
                    let change = row
                        .change()
                        .map_or_else(|| "—".to_owned(), |change| format!("{}{}%", if change > 0.0 { "+" } else { "" }, read(change)));
                    line.extend([Written::words(row.last_year.map_or("—", |_| row.last_number.as_str())), Written::words(change)]);
                }
                line
            })
            .collect();
        Some(Text::Table { caption, head, rows: lines })
    }

    fn chart(&mut self, shown: &Display) -> Option<Text> {
        let rows: Vec<&'w FigureRow> = shown.keys.iter().filter_map(|key| self.row(key)).collect();
        if rows.iter().all(|row| row.value.is_none_or(|value| value == 0.0)) {
            self.leave_out(shown, &rows);
            return None;
        }
        let axis = self.axis(shown)?;
        let caption = shown.title.clone().or_else(|| axis.rows.first().map(|row| row.title.clone())).unwrap_or_default();
        let unit = axis.rows.first().map_or(String::new(), |row| row.unit.clone());
        let series = axis
            .rows
            .iter()
            .zip(&axis.values)
            .map(|(row, values)| Series { key: row.key.clone(), title: row.title.clone(), values: values.clone() })
            .collect();
        Some(Text::Chart { caption, by: shown.by?, unit, labels: axis.labels, series })
    }

    fn leave_out(&mut self, shown: &Display, rows: &[&FigureRow]) {
        let why = if rows.iter().any(|row| row.value.is_some()) { Why::Zero } else { Why::NoValue };
        let text = shown.title.clone().unwrap_or_else(|| rows.iter().map(|row| row.title.as_str()).collect::<Vec<_>>().join("、"));
        self.omitted.push(Omitted { chapter: self.chapter.clone(), text, why });
    }

    /// The labels of an axis and, for each figure, a value at each label.
    fn axis(&self, shown: &Display) -> Option<Along<'w>> {
        let rows: Vec<&'w FigureRow> = shown.keys.iter().filter_map(|key| self.row(key)).collect();
        let whole = rows.first()?;
        if shown.by == Some(Axis::Parts) {
            let parts: Vec<&FigureRow> = whole.parts.iter().filter_map(|key| self.row(key)).collect();
            let labels = bare(parts.iter().map(|row| row.title.clone()).collect());
            let values = vec![parts.iter().map(|row| Written { text: row.number.clone(), figure: Some(row.quoted()) }).collect()];
            return Some(Along { name: "部分", labels, rows: vec![whole], values });
        }
        let (name, slices) = match shown.by {
            Some(Axis::Month) => ("月份", &self.given.by_month),
            _ => ("机关", &self.given.by_organ),
        };
        let amount =
            |key: &str, at: &str| slices.iter().filter(|slice| slice.key == key && slice.at == at).map(|slice| slice.amount).sum::<i64>();
        let places: Vec<String> = match shown.by {
            Some(Axis::Month) => (self.given.period.from.month()..=self.given.period.to.month()).map(|month| month.to_string()).collect(),
            _ => {
                let mut organs: Vec<String> =
                    slices.iter().filter(|slice| shown.keys.contains(&slice.key)).map(|slice| slice.at.clone()).collect();
                organs.sort();
                organs.dedup();
                // The busiest first; organs that did nothing of all this do not show.
                organs.sort_by_key(|organ| std::cmp::Reverse(rows.iter().map(|row| amount(&row.key, organ)).sum::<i64>()));
                organs.retain(|organ| rows.iter().any(|row| amount(&row.key, organ) != 0));
                organs
            }
        };
        let label = |at: &str| match shown.by {
            Some(Axis::Month) => format!("{at}月"),
            _ if at.is_empty() => "没有写明机关".to_owned(),
            _ => (self.given.organ_title)(at),
        };
        let values = rows
            .iter()
            .map(|row| {
                let value = |at: &String| {
                    let amount = amount(&row.key, at);
                    let quoted = Quoted { value: Some(amount as f64), fraction: None, link: self.link(row, shown.by, at), ..row.quoted() };
                    // Records without an organ cannot be asked for by organ.
                    Written { text: thousands(amount), figure: (!at.is_empty()).then_some(quoted) }
                };
                places.iter().map(value).collect()
            })
            .collect();
        Some(Along { name, labels: places.iter().map(|at| label(at)).collect(), rows, values })
    }

    /// The address of one organ or month of a figure.
    fn link(&self, row: &FigureRow, by: Option<Axis>, at: &str) -> String {
        let period = &self.given.period;
        match by {
            Some(Axis::Month) => {
                let organ = self.given.organ.as_ref().map_or(String::new(), |organ| format!("&organ={}", organ.id));
                format!("/figures/{}?year={}&month={at}{organ}", row.key, period.year)
            }
            _ => format!("/figures/{}?{}&organ={at}", row.key, period.query()),
        }
    }
}

struct Along<'w> {
    /// What the labels are.
    name: &'static str,
    labels: Vec<String>,
    rows: Vec<&'w FigureRow>,
    values: Vec<Vec<Written>>,
}

/// Titles without the words before the colon that all of them share.
fn bare(titles: Vec<String>) -> Vec<String> {
    let before = |title: &String| title.split_once('：').map(|(before, _)| before.to_owned());
    match titles.first().and_then(before) {
        Some(shared) if titles.iter().all(|title| before(title).as_ref() == Some(&shared)) => {
            titles.iter().filter_map(|title| title.split_once('：')).map(|(_, rest)| rest.to_owned()).collect()
        }
        _ => titles,
    }
}

const AMONG: &str = "其中";

fn clauses(sentence: &Sentence) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut open = Vec::new();
    for piece in &sentence.0 {
        let Piece::Words(words) = piece else {
            open.push(piece.clone());
            continue;
        };
        let mut rest = words.as_str();
        while let Some(at) = rest.find(['，', '、', '；', '。']) {
            let (before, after) = rest.split_at(at);
            let mark: String = after.chars().take(1).collect();
            if !before.is_empty() {
                open.push(Piece::Words(before.to_owned()));
            }
            rest = after.get(mark.len()..).unwrap_or_default();
            clauses.push(Clause { pieces: std::mem::take(&mut open), mark });
        }
        if !rest.is_empty() {
            open.push(Piece::Words(rest.to_owned()));
        }
    }
    if !open.is_empty() {
        clauses.push(Clause { pieces: open, mark: String::new() });
    }
    clauses
}

/// 同比增长5.6%.
fn changed(change: f64) -> String {
    match change {
        change if change > 0.0 => format!("同比增长{}%", read(change)),
        change if change < 0.0 => format!("同比下降{}%", read(-change)),
        _ => "与上年持平".to_owned(),
    }
}

/// Six digits after the point: as many as read back from JSON as the same number.
pub fn six(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn whole(value: Option<f64>) -> Option<i64> {
    value.filter(|value| value.fract() == 0.0).map(|value| value as i64)
}

/// A heading with nothing under it goes too; those that stay are numbered.
fn headed(blocks: Vec<Text>) -> Vec<Text> {
    let mut kept: Vec<Text> = Vec::new();
    for text in blocks {
        if matches!((&text, kept.last()), (Text::Heading { .. }, Some(Text::Heading { .. }))) {
            kept.pop();
        }
        kept.push(text);
    }
    if matches!(kept.last(), Some(Text::Heading { .. })) {
        kept.pop();
    }
    number(&mut kept, &mut 0);
    kept
}

/// （一）, （二） … through a chapter, through what people wrote too; a number they typed themselves gives way.
fn number(blocks: &mut [Text], last: &mut usize) {
    for block in blocks {
        match block {
            Text::Heading { text } => {
                *last += 1;
                let bare = text
                    .strip_prefix('（')
                    .and_then(|rest| rest.split_once('）'))
                    .filter(|(number, _)| number.chars().all(|digit| DIGITS.contains(digit)));
                let bare = bare.map_or(text.as_str(), |(_, bare)| bare);
                *text = format!("（{}）{bare}", numeral(*last));
            }
            Text::Section { blocks, .. } => number(blocks, last),
            _ => {}
        }
    }
}

const DIGITS: &str = "十一二三四五六七八九";

/// 1 to 99 in Chinese.
fn numeral(number: usize) -> String {
    let digit = |digit: usize| DIGITS.chars().nth(digit).map_or(String::new(), String::from);
    let tens = match number / 10 {
        0 => String::new(),
        1 => "十".to_owned(),
        tens => format!("{}十", digit(tens)),
    };
    let ones = if number.is_multiple_of(10) { String::new() } else { digit(number % 10) };
    format!("{tens}{ones}")
}

/// Every part–total and every rate, worked out.
pub fn checks(figures: &[FigureRow], rows: &BTreeMap<&str, &FigureRow>) -> Vec<Check> {
    let part = |key: &str| {
        let row = rows.get(key);
        CheckPart {
            key: key.to_owned(),
            title: row.map_or_else(|| key.to_owned(), |row| row.title.clone()),
            value: row.and_then(|row| row.value),
        }
    };
    let mut found = Vec::new();
    for row in figures {
        if !row.parts.is_empty() && row.value.is_some() {
            let parts: Vec<CheckPart> = row.parts.iter().map(|key| part(key)).collect();
            let sum: f64 = parts.iter().filter_map(|part| part.value).sum();
            let terms: Vec<String> = parts.iter().map(|part| part.value.map_or_else(|| "—".to_owned(), read)).collect();
            let holds = row.value == Some(sum);
            let says = format!("{}={}，{}是{}", terms.join("+"), read(sum), row.title, row.number);
            found.push(Check {
                kind: CheckKind::Sum,
                figure: row.key.clone(),
                title: row.title.clone(),
                parts,
                stated: row.value,
                expected: Some(sum),
                holds,
                says,
                reason: None,
            });
        }
        for tag in row.tags.iter().map(|key| part(key)) {
            let (Some(value), Some(whole)) = (tag.value, row.value) else { continue };
            if value > whole {
                let says = format!("{}{}，多于{}{}", tag.title, read(value), row.title, row.number);
                found.push(Check {
                    kind: CheckKind::Part,
                    figure: row.key.clone(),
                    title: row.title.clone(),
                    parts: vec![tag],
                    stated: row.value,
                    expected: None,
                    holds: false,
                    says,
                    reason: None,
                });
            }
        }
        let (Some(fraction), Some(value)) = (&row.fraction, row.value) else { continue };
        if fraction.denominator == 0 || fraction.of == fraction.over {
            continue;
        }
        let scale = if row.unit == "%" { 100.0 } else { 1.0 };
        let expected = six(fraction.numerator as f64 * scale / fraction.denominator as f64);
        let says = format!(
            "{}÷{}={}{}",
            thousands(fraction.numerator),
            thousands(fraction.denominator),
            row.number,
            if row.unit == "%" { "%" } else { "" }
        );
        let of = |key: &str, amount: i64| CheckPart { value: Some(amount as f64), ..part(key) };
        let parts = vec![of(&fraction.of, fraction.numerator), of(&fraction.over, fraction.denominator)];
        // More than all is no fault of the arithmetic: what closes in a year may have come in the year before.
        let holds = (value - expected).abs() < 1e-4;
        found.push(Check {
            kind: CheckKind::Rate,
            figure: row.key.clone(),
            title: row.title.clone(),
            parts,
            stated: row.value,
            expected: Some(expected),
            holds,
            says,
            reason: None,
        });
    }
    found
}
