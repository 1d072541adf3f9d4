//! What the pieces of a PDF are, for those who have it read aloud: headings, paragraphs, tables cell by cell, charts in words.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, TableHeaderScope, Tag, TagGroup, TagTree};

/// One piece of a paper, in reading order; what belongs to it may lie on several pages.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Rules, page numbers: nothing to read.
    Artifact,
    Heading {
        level: u16,
        text: String,
    },
    Paragraph,
    /// Cells of one table bear its number and lie row by row.
    Cell {
        table: usize,
        row: usize,
        head: bool,
    },
    /// Read as its words.
    Figure(String),
}

/// Makes the tree from the parts and, for each, what was drawn of it.
pub fn tree(parts: &[Part], drawn: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some("zh-CN".to_owned()));
    // The table being filled: its number, finished rows, the number of the row being filled, the row.
    let mut open: Option<(usize, TagGroup, usize, TagGroup)> = None;
    for (part, identifiers) in parts.iter().zip(drawn) {
        if identifiers.is_empty() {
            continue;
        }
        if !matches!((part, &open), (Part::Cell { table, .. }, Some((number, ..))) if table == number) {
            close(&mut tree, open.take());
        }
        let children = identifiers.into_iter().map(Into::into).collect();
        match part {
            Part::Artifact => {}
            Part::Heading { level, text } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(TagGroup::with_children(Tag::Hn(level, Some(text.clone())), children));
            }
            Part::Paragraph => tree.push(TagGroup::with_children(Tag::P, children)),
            Part::Figure(says) => tree.push(TagGroup::with_children(Tag::Figure(Some(says.clone())), children)),
            Part::Cell { table, row, head } => {
                let cell = match head {
                    true => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), children),
                    false => TagGroup::with_children(Tag::TD, children),
                };
                let (_, whole, number, line) =
                    open.get_or_insert_with(|| (*table, TagGroup::new(Tag::Table), *row, TagGroup::new(Tag::TR)));
                if number != row {
                    whole.push(std::mem::replace(line, TagGroup::new(Tag::TR)));
                    *number = *row;
                }
                line.push(cell);
            }
        }
    }
    close(&mut tree, open.take());
    tree
}

fn close(tree: &mut TagTree, open: Option<(usize, TagGroup, usize, TagGroup)>) {
    if let Some((_, mut whole, _, line)) = open {
        whole.push(line);
        tree.push(whole);
    }
}
