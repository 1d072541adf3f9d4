//! What the writer remembers of the streams it touched last, so that most appends read nothing.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::{ClockRow, Digest, Head, event::ORIGIN, standing::Stand};

/// The end of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tip {
    /// 0 for a stream that does not exist.
    pub seq: u32,
    pub hash: Digest,
    /// The clocks that run, if known.
    pub clocks: Option<Vec<ClockRow>>,
    /// A hash of what the head's indexes are made of, if known: unchanged, they need not be touched.
    pub indexed: Option<u64>,
    /// Where it stands as an open case.
    pub stands: Option<Stand>,
}

impl Tip {
    pub fn new_stream() -> Tip {
        Tip { seq: 0, hash: ORIGIN, clocks: Some(Vec::new()), indexed: None, stands: None }
    }
}

/// The columns of a head that stand in an index, or that hardly ever change.
pub(crate) fn indexed(head: &Head) -> u64 {
    let mut hasher = FxHasher::default();
    (head.open, &head.organ, head.due, &head.applicant, &head.code, head.opened_at, &head.procedure, &head.version, &head.channel)
        .hash(&mut hasher);
    hasher.finish()
}

/// Streams held in each of the two generations.
const GENERATION: usize = 100_000;

/// The streams touched last: when the young generation is full it becomes the old one, and the old one is forgotten.
#[derive(Default)]
pub(crate) struct Tips {
    young: FxHashMap<(i64, i64), Tip>,
    old: FxHashMap<(i64, i64), Tip>,
}

impl Tips {
    pub fn get(&mut self, key: (i64, i64)) -> Option<&mut Tip> {
        if let Some(tip) = self.old.remove(&key) {
            self.put(key, tip);
        }
        self.young.get_mut(&key)
    }

    pub fn put(&mut self, key: (i64, i64), tip: Tip) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, tip);
    }

    pub fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
