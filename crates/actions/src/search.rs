//! Finding: Chinese full text over cases and register entries, and only what the one who asks may see.

use engine::case::Person;

use crate::hall::{Hall, Result};
use crate::look::{Sight, sight};

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    Case { id: i64, title: String },
    Entry { register: String, id: String, title: String },
}

/// What to look among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    Everything,
    Cases,
    Entries,
}

impl Hall {
    /// Searches titles and texts; titles that hold every word come first, then the latest. Entries of registers that are not public
    /// are found by officials only, cases by those who may see at least their own part.
    pub fn search(&self, person: Option<&Person>, words: &str, among: Among, limit: u32) -> Result<Vec<Hit>> {
        let kind = match among {
            Among::Everything => None,
            Among::Cases => Some("case"),
            Among::Entries => Some("entry"),
        };
        let number = self.settings.number();
        let official = person.is_some_and(|person| !person.organ.is_empty() && !person.posts.is_empty());
        let mut hits = Vec::new();
        // More are looked for than given, because some may not be for these eyes.
        for found in self.store.search(number, words, kind, limit.saturating_mul(4))? {
            if hits.len() == limit as usize {
                break;
            }
            if found.kind == "entry" {
                let Some(row) = self.store.entry_of(number, found.stream)? else { continue };
                if official || self.law.registers.get(&row.register).is_some_and(|register| register.public) {
                    hits.push(Hit::Entry { register: row.register, id: row.id, title: row.title });
                }
            } else if self.case(found.stream).is_ok_and(|case| sight(self, person, &case) >= Sight::Own) {
                hits.push(Hit::Case { id: found.stream, title: found.title });
            }
        }
        Ok(hits)
    }
}
