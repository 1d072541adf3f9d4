//! The dictionary of words that repeat in every cell (figures, organs, matters, places), kept as small numbers.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    Result,
    dialect::{Conn, Insert, Value},
};

/// The number of the empty word.
pub(crate) const NONE: i64 = 0;
/// Stands in a cell for "not broken down by this".
pub(crate) const ALL: i64 = -1;
/// A number no word has: nothing matches it.
pub(crate) const UNKNOWN: i64 = -2;

#[derive(Default)]
struct Division {
    ids: HashMap<Arc<str>, i64>,
    texts: HashMap<i64, Arc<str>>,
}

/// What is known of the dictionary, shared by the writer and the readers.
#[derive(Default)]
pub(crate) struct Words {
    divisions: RwLock<HashMap<i64, Division>>,
}

impl Division {
    fn keep(&mut self, id: i64, text: &str) {
        let text: Arc<str> = Arc::from(text);
        self.ids.insert(text.clone(), id);
        self.texts.insert(id, text);
    }
}

impl Words {
    /// Forgets everything, after a transaction that may have added words was undone.
    pub fn forget(&self) {
        self.divisions.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn load(&self, conn: &mut Conn, division: i64) -> Result<()> {
        let rows =
            conn.list("SELECT id, text FROM word WHERE division = ?1", &[Value::Int(division)], |row| Ok((row.int(0)?, row.string(1)?)))?;
        let mut divisions = self.divisions.write().unwrap_or_else(PoisonError::into_inner);
        let known = divisions.entry(division).or_default();
        for (id, text) in rows {
            known.keep(id, &text);
        }
        Ok(())
    }

    fn known_id(&self, division: i64, text: &str) -> Option<i64> {
        let divisions = self.divisions.read().unwrap_or_else(PoisonError::into_inner);
        divisions.get(&division)?.ids.get(text).copied()
    }

    /// The number of a word, or `UNKNOWN`.
    pub fn id(&self, conn: &mut Conn, division: i64, text: &str) -> Result<i64> {
        if text.is_empty() {
            return Ok(NONE);
        }
        if let Some(id) = self.known_id(division, text) {
            return Ok(id);
        }
        // One look-up by the index: a word that nobody has used yet must not cost the reading of all others.
        let found =
            conn.one("SELECT id FROM word WHERE division = ?1 AND text = ?2", &[Value::Int(division), Value::Text(text)], |row| {
                row.int(0)
            })?;
        if let Some(id) = found {
            let mut divisions = self.divisions.write().unwrap_or_else(PoisonError::into_inner);
            divisions.entry(division).or_default().keep(id, text);
        }
        Ok(found.unwrap_or(UNKNOWN))
    }

    /// The word of a number. A number without a word is shown as `#number` rather than dropped.
    pub fn text(&self, conn: &mut Conn, division: i64, id: i64) -> Result<Arc<str>> {
        if id == NONE {
            return Ok(Arc::from(""));
        }
        let known = |words: &Words| {
            let divisions = words.divisions.read().unwrap_or_else(PoisonError::into_inner);
            divisions.get(&division).and_then(|known| known.texts.get(&id).cloned())
        };
        if let Some(text) = known(self) {
            return Ok(text);
        }
        self.load(conn, division)?;
        Ok(known(self).unwrap_or_else(|| Arc::from(format!("#{id}"))))
    }

    /// The words of numbers, each with its number, in no order; as [`Words::text`] for many at once.
    pub fn texts(&self, conn: &mut Conn, division: i64, ids: impl IntoIterator<Item = i64>) -> Result<Vec<(i64, Arc<str>)>> {
        let mut missing = Vec::new();
        let mut texts = Vec::new();
        {
            let divisions = self.divisions.read().unwrap_or_else(PoisonError::into_inner);
            let known = divisions.get(&division);
            for id in ids {
                match known.and_then(|known| known.texts.get(&id)) {
                    Some(text) => texts.push((id, text.clone())),
                    None => missing.push(id),
                }
            }
        }
        for id in missing {
            texts.push((id, self.text(conn, division, id)?));
        }
        Ok(texts)
    }

    /// The number of a word, given one if it is new. Only the writer does this, inside its transaction.
    pub fn id_or_new(&self, conn: &mut Conn, division: i64, text: &str) -> Result<i64> {
        match self.id(conn, division, text)? {
            UNKNOWN => {}
            id => return Ok(id),
        }
        let last = conn
            .one("SELECT MAX(id) FROM word WHERE division = ?1", &[Value::Int(division)], |row| row.int_or_null(0))?
            .flatten()
            .unwrap_or(NONE);
        let id = last + 1;
        conn.insert(&WORD, &[Value::Int(division), Value::Int(id), Value::Text(text)])?;
        let mut divisions = self.divisions.write().unwrap_or_else(PoisonError::into_inner);
        divisions.entry(division).or_default().keep(id, text);
        Ok(id)
    }
}

const WORD: Insert<'_> = Insert { into: "INSERT INTO word(division, id, text)", width: 3, then: "" };
