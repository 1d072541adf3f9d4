//! The hall where everything is done: the law in force, the ledger, the registers in memory, the cases lately in hand.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use engine::case::Case;
use engine::decide::Refusal;
use engine::figure::Index;
use engine::law::Law;
use engine::register::{Entry, Registers, State};
use jiff::civil::DateTime;
use serde_json::Map;
use store::{AppendError, EntryFilter, Store};

use crate::moment;

/// What an installation says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// GB/T 2260 code of the division: `140902`.
    pub division: String,
    /// 忻府区
    pub name: String,
    /// Where the public reaches the site; in QR codes on papers.
    pub address: String,
}

impl Settings {
    pub fn number(&self) -> i64 {
        self.division.parse().unwrap_or(0)
    }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The law refuses, with every reason.
    #[error("{}", refusal_text(.0))]
    Refused(Refusal),
    /// Somebody was faster on the same case; what was typed is not lost.
    #[error("别人刚刚办了这一案的下一步，请看最新情况再提交")]
    Overtaken,
    /// No such thing, or not for these eyes; the two read alike.
    #[error("没有找到，或者您无权查看")]
    NotFound,
    /// May not, and may know it.
    #[error("{0}")]
    Forbidden(String),
    /// What was given cannot be read.
    #[error("{0}")]
    Invalid(String),
    /// A number that is needed is still being counted over history; later it will be there.
    #[error("{0}")]
    Counting(String),
    #[error("存储出错：{0}")]
    Store(#[from] store::Error),
    #[error("文书生成出错：{0}")]
    Paper(String),
}

fn refusal_text(refusal: &Refusal) -> String {
    let reasons: Vec<String> = refusal
        .reasons
        .iter()
        .map(|reason| format!("{}（{}）", reason.says, reason.cite.as_ref().map_or(reason.guard.as_str(), |cite| &cite.0)))
        .collect();
    format!("现在不能办“{}”：{}", refusal.title, reasons.join("；"))
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal)
    }
}

impl From<AppendError> for Error {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { .. } => Error::Overtaken,
            AppendError::Store(error) => Error::Store(error),
            other => Error::Invalid(other.to_string()),
        }
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

pub struct Hall {
    pub law: Law,
    pub settings: Settings,
    pub store: Store,
    pub(crate) index: Index,
    registers: RwLock<Arc<Registers>>,
    /// Acts are entered one call after the other: an entry is read and written under it.
    pub(crate) entering: Mutex<()>,
    /// Batches come into the pool one after the other: each is checked against what the one before brought.
    pub(crate) pooling: Mutex<()>,
    pub(crate) opened: crate::pool::open::Kept,
    cases: Mutex<Recent>,
    last_id: AtomicI64,
    pub(crate) chance: Chance,
    /// Signs the checkpoint that an approved report is frozen with; without one no report can be approved.
    pub(crate) seal: Option<Arc<crate::seal::Seal>>,
    /// Series of figures that are being counted over history, with how far, in per cent.
    pub(crate) uncounted: RwLock<HashMap<String, u8>>,
    /// What may be there once is looked for and written by one caller at a time: a statement for a period, a case of an organ and matter.
    /// It guards one program; several programs that write one PostgreSQL database are not kept apart by it.
    pub(crate) single: Mutex<()>,
}

/// Where chance comes from: hexadecimal letters, as many as 128 bits make.
pub type Chance = Arc<dyn Fn() -> Result<String> + Send + Sync>;

/// Registers the engine or the pages ask for at every step; all of them are held in memory.
const PAGE: u32 = 2_000;

impl Hall {
    /// Opens the hall over a store: declares the figures, folds new ones over history, reads the registers.
    pub fn open(law: Law, settings: Settings, store: Store, progress: impl FnMut(u64)) -> Result<Hall> {
        let hall = Hall::open_unfolded(law, settings, store)?;
        hall.fold_figures(progress)?;
        Ok(hall)
    }

    /// The same without waiting for new figures: they give no number until `fold_figures`, beside the work, has counted them.
    pub fn open_unfolded(law: Law, settings: Settings, store: Store) -> Result<Hall> {
        let hall = Hall::furnished(law, settings, store)?;
        hall.declare_figures()?;
        Ok(hall)
    }

    /// Opens the hall over a store that only reads: figures are taken as they were last declared.
    pub fn open_to_read(law: Law, settings: Settings, store: Store) -> Result<Hall> {
        let hall = Hall::furnished(law, settings, store)?;
        hall.read_figure_states()?;
        Ok(hall)
    }

    fn furnished(law: Law, settings: Settings, store: Store) -> Result<Hall> {
        let index = Index::new(&law.figures);
        let hall = Hall {
            law,
            settings,
            store,
            index,
            registers: RwLock::default(),
            entering: Mutex::default(),
            pooling: Mutex::default(),
            opened: Default::default(),
            cases: Mutex::new(Recent::new(20_000)),
            last_id: AtomicI64::new(0),
            chance: Arc::new(crate::person::random_text),
            seal: None,
            uncounted: RwLock::default(),
            single: Mutex::default(),
        };
        hall.read_registers()?;
        Ok(hall)
    }

    /// The same hall with chance from elsewhere: a rehearsal draws it from its seed.
    pub fn with_chance(mut self, chance: Chance) -> Hall {
        self.chance = chance;
        self
    }

    /// The same hall with the key that signs checkpoints.
    pub fn with_seal(mut self, seal: Option<Arc<crate::seal::Seal>>) -> Hall {
        self.seal = seal;
        self
    }

    /// The registers as they stand.
    pub fn registers(&self) -> Arc<Registers> {
        self.registers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read_registers(&self) -> Result<()> {
        let mut registers = Registers::default();
        for register in self.law.registers.keys() {
            let mut after = String::new();
            loop {
                let rows = self.store.entries(self.settings.number(), register, &EntryFilter::default(), &after, PAGE)?;
                let Some(last) = rows.last() else { break };
                after = last.id.clone();
                for row in rows {
                    registers.insert(entry_of(&row)?);
                }
            }
        }
        *self.registers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registers);
        Ok(())
    }

    /// Puts entries that were just written into the registers in memory: one copy however many.
    pub(crate) fn entered(&self, entries: Vec<Entry>) {
        let mut held = self.registers.write().unwrap_or_else(PoisonError::into_inner);
        let registers = Arc::make_mut(&mut held);
        for entry in entries {
            registers.insert(entry);
        }
    }

    pub(crate) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new time-ordered id: seconds since 2020 and a counter, below 2^53.
    pub(crate) fn new_id(&self, now: DateTime) -> i64 {
        const EPOCH: i64 = 1_577_808_000;
        let floor = (moment::seconds(now) - EPOCH).max(1) << 20;
        let mut last = self.last_id.load(Ordering::Relaxed);
        loop {
            let next = floor.max(last + 1);
            match self.last_id.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return next,
                Err(now) => last = now,
            }
        }
    }

    /// Leaves room after ids that another run has used.
    pub(crate) fn skip_ids(&self) {
        self.last_id.fetch_add(4_096, Ordering::Relaxed);
    }

    /// The name of an organ, township or hall.
    pub fn organ_title(&self, id: &str) -> String {
        self.registers().entry("organs", id).map_or_else(|| id.to_owned(), |entry| entry.title.clone())
    }

    /// Who answers for a figure: a post of the law, or an organ.
    pub fn owner_title(&self, id: &str) -> String {
        self.law.posts.get(id).map_or_else(|| self.organ_title(id), |post| post.title.clone())
    }
}

/// An entry as the engine knows it, from its row.
pub(crate) fn entry_of(row: &store::EntryRow) -> Result<Entry> {
    let fields = serde_json::from_str(&row.fields).unwrap_or_else(|_| Map::new());
    Ok(Entry {
        register: row.register.clone(),
        id: row.id.clone(),
        title: row.title.clone(),
        organ: row.organ.clone(),
        state: match row.state.as_str() {
            "suspended" => State::Suspended,
            "repealed" => State::Repealed,
            _ => State::InForce,
        },
        from: row.from_day.and_then(date_of),
        to: row.to_day.and_then(date_of),
        fields,
        seq: row.seq,
    })
}

/// 20240301 as a date.
pub fn date_of(day: i32) -> Option<jiff::civil::Date> {
    let part = |n: i32| i8::try_from(n).ok();
    jiff::civil::Date::new(i16::try_from(day / 10_000).ok()?, part(day / 100 % 100)?, part(day % 100)?).ok()
}

/// Cases lately in hand, so that the next step need not read the stream again. The ledger's seq decides, never this memory.
pub(crate) struct Recent {
    cases: HashMap<i64, Arc<Case>>,
    order: VecDeque<i64>,
    most: usize,
}

impl Recent {
    fn new(most: usize) -> Recent {
        Recent { cases: HashMap::new(), order: VecDeque::new(), most }
    }

    pub(crate) fn get(&self, id: i64) -> Option<Arc<Case>> {
        self.cases.get(&id).cloned()
    }

    pub(crate) fn put(&mut self, case: Arc<Case>) {
        if self.cases.insert(case.id, case.clone()).is_none() {
            self.order.push_back(case.id);
            while self.order.len() > self.most {
                if let Some(oldest) = self.order.pop_front() {
                    self.cases.remove(&oldest);
                }
            }
        }
    }

    pub(crate) fn forget(&mut self, id: i64) {
        self.cases.remove(&id);
        self.order.retain(|&kept| kept != id);
    }
}
