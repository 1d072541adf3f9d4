//! A statement put together from parts, with its parameters numbered as they come.

use crate::dialect::Value;

enum Held<'a> {
    Int(i64),
    Text(&'a str),
    Own(String),
    Blob(&'a [u8]),
}

/// Text and parameters of a statement.
pub(crate) struct Query<'a> {
    sql: String,
    held: Vec<Held<'a>>,
}

impl<'a> Query<'a> {
    pub fn new(sql: &str) -> Query<'a> {
        Query { sql: sql.to_owned(), held: Vec::new() }
    }

    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    fn hold(&mut self, value: Held<'a>) -> &mut Self {
        self.held.push(value);
        self.sql.push('?');
        self.sql.push_str(&self.held.len().to_string());
        self
    }

    pub fn int(&mut self, number: i64) -> &mut Self {
        self.hold(Held::Int(number))
    }

    pub fn text(&mut self, text: &'a str) -> &mut Self {
        self.hold(Held::Text(text))
    }

    pub fn own(&mut self, text: String) -> &mut Self {
        self.hold(Held::Own(text))
    }

    /// A list in brackets.
    pub fn texts(&mut self, texts: &'a [String]) -> &mut Self {
        self.sql.push('(');
        for (at, text) in texts.iter().enumerate() {
            if at > 0 {
                self.sql.push(',');
            }
            self.text(text);
        }
        self.push(")")
    }

    /// A list of digests in brackets.
    pub fn blobs<const N: usize>(&mut self, blobs: &'a [[u8; N]]) -> &mut Self {
        self.sql.push('(');
        for (at, blob) in blobs.iter().enumerate() {
            if at > 0 {
                self.sql.push(',');
            }
            self.hold(Held::Blob(blob));
        }
        self.push(")")
    }

    /// A list of numbers in brackets; written out, because numbers cannot be misread and the list may be long.
    pub fn ints(&mut self, numbers: &[i64]) -> &mut Self {
        let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        self.push("(").push(&list).push(")")
    }

    pub fn sql(&self) -> &str {
        &self.sql
    }

    pub fn values(&self) -> Vec<Value<'_>> {
        self.held
            .iter()
            .map(|held| match held {
                Held::Int(number) => Value::Int(*number),
                Held::Text(text) => Value::Text(text),
                Held::Own(text) => Value::Text(text),
                Held::Blob(bytes) => Value::Blob(bytes),
            })
            .collect()
    }
}
