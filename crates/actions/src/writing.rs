//! Writing a report in the browser, part by part: every save is a revision, two people at once are merged paragraph by paragraph, and what
//! cannot be merged is kept beside it. Nothing that was typed is lost.

use dissimilar::Chunk;
use engine::case::{Event, Person};
use engine::decide::{Reason, Refusal, nearest, version_of};
use engine::law::{Law, Step, Version};
use engine::report::template::{Block, blocks};
use jiff::civil::DateTime;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::hall::{Error, Hall, Result};
use crate::step::{Asked, Done};

/// The step that saves a part, and the one that keeps a text which could not be merged.
pub const WRITE: &str = "write";
pub const KEEP: &str = "keep-aside";
/// Where [`KEEP`] keeps it: the text, and the part it was meant for.
pub const KEPT: &str = "aside";
pub const KEPT_PART: &str = "aside-part";

/// A part of a report as somebody wants it.
#[derive(Debug, Clone)]
pub struct Writing {
    pub case: i64,
    /// `measures`, `shortcomings`, `first-responsible`, `next-year`, `other`.
    pub part: String,
    pub text: String,
    /// The revision in front of the writer when the writing began: the number of its event, 0 when the part was empty.
    pub based_on: u32,
    pub by: Vec<Person>,
}

/// One saved state of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// The number of its event in the case.
    pub number: u32,
    pub at: DateTime,
    /// Ids of who wrote it.
    pub by: Vec<String>,
    pub text: String,
    /// Kept beside the report because it could not be merged; not a state of the part.
    pub aside: bool,
}

/// What became of a writing.
#[derive(Debug)]
pub enum Written {
    /// Saved. `merged`: the revision of somebody else that it was merged with.
    Saved { done: Box<Done>, merged: Option<Revision> },
    /// The part reads like that already.
    Same,
    /// Both changed the same paragraphs. Theirs stands; what was typed here is kept in the case as revision `kept`.
    Conflict { base: String, theirs: Revision, kept: u32 },
}

/// How often a save looks again when others write other parts of the same report at the same moment.
const TRIES: usize = 20;

impl Hall {
    /// Saves a part. Whoever wrote on an older revision is merged with what has been written since.
    pub fn write(&self, writing: &Writing, now: DateTime) -> Result<Written> {
        let typed = paragraphs(&writing.text);
        for _ in 0..TRIES {
            let case = self.case(writing.case)?;
            let (_, version) = version_of(&self.law, &case).ok_or(Error::NotFound)?;
            self.is_part(version, &writing.part)?;
            let revisions = self.revisions(writing.case, &writing.part)?;
            let latest = revisions.iter().rfind(|revision| !revision.aside);
            let standing = latest.map_or("", |revision| revision.text.as_str());
            let (text, merged) = match latest {
                Some(theirs) if theirs.number > writing.based_on => {
                    let based = revisions.iter().find(|revision| revision.number == writing.based_on && !revision.aside);
                    let base = based.map_or("", |revision| revision.text.as_str());
                    match merge(base, &typed, &theirs.text) {
                        Some(text) => (text, (text_differs(&typed, base)).then(|| theirs.clone())),
                        None => {
                            let (base, theirs) = (base.to_owned(), theirs.clone());
                            let kept = self.keep_aside(writing, &typed, now)?;
                            return Ok(Written::Conflict { base, theirs, kept });
                        }
                    }
                }
                _ => (typed.clone(), None),
            };
            if text == standing {
                return Ok(Written::Same);
            }
            if text.is_empty() {
                return Err(Error::Invalid("写过的部分不能清空；没有内容的，写“无”".to_owned()));
            }
            let with = Map::from_iter([(writing.part.clone(), Value::from(text))]);
            match self.take_step(asked(writing, WRITE, with, Some(case.seq)), now) {
                Ok(done) => return Ok(Written::Saved { done: Box::new(done), merged }),
                Err(Error::Overtaken) => self.recent().forget(writing.case),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Overtaken)
    }

    fn keep_aside(&self, writing: &Writing, typed: &str, now: DateTime) -> Result<u32> {
        let with = Map::from_iter([(KEPT_PART.to_owned(), Value::from(writing.part.clone())), (KEPT.to_owned(), Value::from(typed))]);
        Ok(self.take_step(asked(writing, KEEP, with, None), now)?.event.seq)
    }

    fn is_part(&self, version: &Version, part: &str) -> Result<()> {
        let parts = || self.parts(version);
        if parts().any(|known| known == part) {
            return Ok(());
        }
        let near = nearest(part, parts()).map_or(String::new(), |near| format!("，是不是“{near}”"));
        Err(Error::Invalid(format!("报告没有“{part}”这一部分{near}")))
    }

    /// The parts that people write in the reports of a procedure, in the order of the chapters.
    pub fn parts<'l>(&'l self, version: &Version) -> impl Iterator<Item = &'l str> {
        let template = version.report().and_then(|id| self.law.reports.get(id));
        template.into_iter().flat_map(|template| template.sections.iter().map(String::as_str))
    }

    /// Every saved state of a part, first to last, with the texts kept aside.
    pub fn revisions(&self, case: i64, part: &str) -> Result<Vec<Revision>> {
        Ok(revisions(&self.events(case)?, part))
    }
}

fn asked(writing: &Writing, step: &str, with: Map<String, Value>, seen: Option<u32>) -> Asked {
    Asked { case: Some(writing.case), procedure: String::new(), step: step.to_owned(), by: writing.by.clone(), with, seen }
}

/// The revisions of a part among the events of a report.
pub fn revisions(events: &[Event], part: &str) -> Vec<Revision> {
    let text = |event: &Event, field: &str| event.with.get(field).and_then(Value::as_str).map(str::to_owned);
    let revision = |event: &Event, text: String, aside: bool| Revision {
        number: event.seq,
        at: event.at.unwrap_or_default(),
        by: event.by.iter().map(|acted| acted.id.clone()).collect(),
        text,
        aside,
    };
    events
        .iter()
        .filter_map(|event| {
            let kept = (event.step == KEEP && text(event, KEPT_PART).as_deref() == Some(part)).then(|| text(event, KEPT)).flatten();
            match kept {
                Some(kept) => Some(revision(event, kept, true)),
                None => text(event, part).map(|text| revision(event, text, false)),
            }
        })
        .collect()
}

/// A text as it is kept: paragraphs without blanks around them, one empty line between two.
pub fn paragraphs(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn text_differs(a: &str, b: &str) -> bool {
    paragraphs(a) != paragraphs(b)
}

/// Joins two texts that were both made from `base`, paragraph by paragraph; `None` when both changed the same one.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let lines = |text: &str| {
        let text = paragraphs(text);
        if text.is_empty() { text } else { text + "\n" }
    };
    diffy::merge(&lines(base), &lines(ours), &lines(theirs)).ok().map(|merged| paragraphs(&merged))
}

/// A stretch of text in the comparison of two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "text")]
pub enum Change {
    Same(String),
    Removed(String),
    Added(String),
}

/// What changed from one text to another.
pub fn changes(before: &str, after: &str) -> Vec<Change> {
    dissimilar::diff(before, after)
        .into_iter()
        .map(|chunk| match chunk {
            Chunk::Equal(text) => Change::Same(text.to_owned()),
            Chunk::Delete(text) => Change::Removed(text.to_owned()),
            Chunk::Insert(text) => Change::Added(text.to_owned()),
        })
        .collect()
}

/// Refuses what was written when its braces name no figure: `{KEY}` must be one that the law folder declares.
pub(crate) fn check_places(law: &Law, version: &Version, step: &Step, with: &Map<String, Value>) -> Result<()> {
    let Some(report) = version.report().and_then(|id| law.reports.get(id)) else { return Ok(()) };
    let mut reasons = Vec::new();
    for part in &report.sections {
        let Some(text) = with.get(part).and_then(Value::as_str) else { continue };
        let title = version.field(part).map_or(part.as_str(), |field| field.title.as_str());
        let mut say = |says: String, cure: &str| {
            let (guard, cure) = ("field".to_owned(), cure.to_owned());
            reasons.push(Reason { guard, cite: None, says, cure, field: Some(part.clone()), parameter: None });
        };
        match blocks(text) {
            Err(_) => say(format!("“{title}”里花括号写的读不懂"), "一个“{”配一个“}”，里面写一个数据编号；不是引用数据的，不要用花括号"),
            Ok(blocks) => {
                for key in blocks.iter().flat_map(keys).filter(|key| law.figure(key).is_none()) {
                    let near = nearest(key, law.figures.iter().map(|figure| figure.key.as_str()));
                    let hint = near.map_or(String::new(), |near| format!("，是不是“{{{near}}}”"));
                    say(format!("“{title}”引用的数据“{{{key}}}”没有定义{hint}"), "改成数据页上有的编号，或者去掉花括号");
                }
            }
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(Error::Refused(Refusal { step: step.id.clone(), title: step.title.clone(), reasons })) }
}

fn keys(block: &Block) -> Vec<&str> {
    match block {
        Block::Paragraph(sentences) => sentences.iter().flat_map(engine::report::template::Sentence::keys).collect(),
        Block::Table(shown) | Block::Chart(shown) => shown.keys.iter().map(String::as_str).collect(),
        Block::Heading(_) | Block::Section(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_paragraphs_merge_and_the_same_one_does_not() {
        let base = "一\n二\n三";
        assert_eq!(merge(base, "一甲\n二\n三", "一\n二乙\n三").as_deref(), Some("一甲\n\n二乙\n\n三"));
        assert_eq!(merge(base, "一\n二\n三\n四", "零\n一\n二\n三").as_deref(), Some("零\n\n一\n\n二\n\n三\n\n四"));
        assert_eq!(merge(base, "一甲\n二\n三", "一乙\n二\n三"), None);
        assert_eq!(merge("", "甲", "乙"), None, "two first texts are a conflict, not one after the other by chance");
        assert_eq!(merge(base, base, "一\n三").as_deref(), Some("一\n\n三"));
    }

    /// Whatever two people do to different paragraphs of a text, a merge has all of it.
    #[test]
    fn edits_of_different_paragraphs_always_merge_to_both() {
        for places in 2..9_usize {
            let base: Vec<String> = (0..places).map(|n| format!("第{n}段。")).collect();
            for a in 0..places {
                for b in (0..places).filter(|b| *b != a) {
                    let with = |place: usize, word: &str| {
                        let mut text = base.clone();
                        text[place] = format!("{}{word}", text[place]);
                        text.join("\n")
                    };
                    let mut both = base.clone();
                    both[a].push_str("甲改");
                    both[b].push_str("乙改");
                    assert_eq!(merge(&base.join("\n"), &with(a, "甲改"), &with(b, "乙改")), Some(both.join("\n\n")), "{places} {a} {b}");
                }
            }
        }
    }

    #[test]
    fn changes_give_both_texts_back() {
        let (before, after) = ("全年办理一百件。", "全年办结一百二十件。");
        let found = changes(before, after);
        let text = |keep: fn(&Change) -> bool| {
            found
                .iter()
                .filter(|change| keep(change))
                .map(|change| match change {
                    Change::Same(text) | Change::Removed(text) | Change::Added(text) => text.as_str(),
                })
                .collect::<String>()
        };
        assert_eq!(text(|change| !matches!(change, Change::Added(_))), before);
        assert_eq!(text(|change| !matches!(change, Change::Removed(_))), after);
    }
}
