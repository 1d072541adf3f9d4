//! Full-text search in Chinese: words by jieba, kept in the same transaction as the events.

use std::{collections::HashSet, sync::LazyLock};

use jieba_rs::Jieba;

use crate::{
    Result, Store,
    dialect::{Conn, Value},
    writer::Ledger,
};

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
        let words: Vec<String> = cut(query).into_iter().collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|conn| {
            let mut hits = find(conn, division, &words, true, kind, limit)?;
            if hits.len() < limit as usize {
                let seen: HashSet<i64> = hits.iter().map(|hit| hit.stream).collect();
                let anywhere = find(conn, division, &words, false, kind, limit)?;
                hits.extend(anywhere.into_iter().filter(|hit| !seen.contains(&hit.stream)));
                hits.truncate(limit as usize);
            }
            Ok(hits)
        })
    }
}

/// The words of a text, each once, separated by blanks.
pub(crate) struct Words {
    title: String,
    body: String,
}

impl Words {
    pub fn of(text: &SearchText) -> Words {
        let title = cut(&text.title);
        // A word of the title is found anyway.
        let body: Vec<String> = cut(&text.body).into_iter().filter(|word| !title.contains(word)).collect();
        Words { title: title.into_iter().collect::<Vec<_>>().join(" "), body: body.join(" ") }
    }
}

/// The dictionary, loaded when the first text is cut.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// The words to index or to look for: lower case, letters and digits only. New words are not guessed from context
/// (no HMM), so that a name is cut alike in a text and in a query.
fn cut(text: &str) -> HashSet<String> {
    let text: String = text.chars().map(plain).flat_map(char::to_lowercase).collect();
    JIEBA
        .cut_for_search(&text, false)
        .into_iter()
        .flat_map(|token| token.word.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Full-width letters and digits become plain ones.
fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' | '\0' => ' ',
        other => other,
    }
}

fn find(conn: &mut Conn, division: i64, words: &[String], in_title: bool, kind: Option<&str>, limit: u32) -> Result<Vec<Hit>> {
    let (from, order, text) = conn.words_match(words, in_title);
    let of_kind = if kind.is_some() { "AND f.kind = ?4" } else { "" };
    let sql = format!(
        "SELECT f.stream, f.kind, h.title FROM {from} AND f.division = ?2 AND h.division = f.division AND h.stream = f.stream {of_kind}
         ORDER BY {order} DESC LIMIT ?3"
    );
    let mut values = vec![Value::Text(&text), Value::Int(division), Value::Int(i64::from(limit))];
    values.extend(kind.map(Value::Text));
    conn.list(&sql, &values, |row| Ok(Hit { stream: row.int(0)?, kind: row.string(1)?, title: row.string(2)? }))
}

impl Ledger {
    /// Keeps the words a stream is found by, replacing those it had.
    pub(crate) fn put_found(&mut self, division: i64, stream: i64, kind: &str, fresh: bool, words: &Words) -> Result<()> {
        let key = [Value::Int(division), Value::Int(stream)];
        let known = if fresh {
            None
        } else {
            self.conn.one("SELECT doc FROM found WHERE division = ?1 AND stream = ?2", &key, |row| row.int(0))?
        };
        let doc = match (known, self.doc) {
            (Some(doc), _) => doc,
            (None, Some(last)) => last + 1,
            (None, None) => self.conn.one("SELECT COALESCE(MAX(doc), 0) FROM found", &[], |row| row.int(0))?.unwrap_or(0) + 1,
        };
        if known.is_none() {
            self.doc = Some(doc);
        }
        self.conn.execute(
            "INSERT INTO found(division, stream, kind, doc) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (division, stream) DO UPDATE SET kind = excluded.kind",
            &[key[0], key[1], Value::Text(kind), Value::Int(doc)],
        )?;
        self.conn.put_words(division, stream, doc, known.is_none(), &words.title, &words.body)
    }
}
