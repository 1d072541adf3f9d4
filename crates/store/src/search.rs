//! Full-text search in Chinese: words by jieba, kept in the same transaction as the events.

use crate::{Result, Store};

/// What a stream is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchText {
    /// A class of things to search among: "case", "document", "article" …
    pub kind: String,
    pub title: String,
    pub body: String,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub stream: i64,
    pub kind: String,
    pub title: String,
}

impl Store {
    /// Streams that contain every word of the query; those with all words in the title first, then the latest first.
    /// Any text is a valid query; one without words finds nothing.
    pub fn search(&self, division: i64, query: &str, kind: Option<&str>, limit: u32) -> Result<Vec<Hit>> {
        let _ = (division, query, kind, limit);
        Err(crate::unready())
    }
}
