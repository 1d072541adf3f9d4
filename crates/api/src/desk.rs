//! What every handler has at hand: the hall, the clock, the counts of who asked how often, and the way to work off the async threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actions::{Error, Hall};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use crate::problem::{Answer, Kind, Problem};
use crate::repeat::Answers;

/// The wall clock in China, passed in so that tests can stop it.
pub type Clock = Arc<dyn Fn() -> DateTime + Send + Sync>;

/// By what is done and by whom: since when, and how often.
type Counts = HashMap<(&'static str, String), (DateTime, u32)>;

pub struct Desk {
    pub hall: Arc<Hall>,
    clock: Clock,
    counts: Mutex<Counts>,
    pub answers: Answers,
    document: OnceLock<String>,
}

impl Desk {
    pub fn new(hall: Arc<Hall>, clock: Clock) -> Desk {
        Desk { hall, clock, counts: Mutex::default(), answers: Answers::default(), document: OnceLock::new() }
    }

    pub fn now(&self) -> DateTime {
        (self.clock)()
    }

    pub fn today(&self) -> Date {
        self.now().date()
    }

    /// Does blocking work of the hall on a thread that may wait, and tells its errors as problems.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce(&Hall, DateTime) -> Result<T, Trouble> + Send + 'static) -> Answer<T> {
        let (hall, now) = (self.hall.clone(), self.now());
        let done = tokio::task::spawn_blocking(move || {
            work(&hall, now).map_err(|trouble| match trouble {
                Trouble::Error(error) => Problem::of(error, &hall, now.date()),
                Trouble::Problem(problem) => problem,
            })
        });
        done.await.unwrap_or_else(|_| Err(Problem::new(Kind::Failed, "程序出错，没有办成；请把请求编号（X-Request-Id）告诉系统管理员")))
    }

    /// Lets a client do something so many times a minute, no more.
    pub fn count(&self, what: &'static str, client: &str, most: u32) -> Answer<()> {
        let now = self.now();
        let minute_ago = now.checked_sub(1.minute()).unwrap_or(now);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > 10_000 {
            counts.retain(|_, (since, _)| *since > minute_ago);
        }
        let (since, times) = counts.entry((what, client.to_owned())).or_insert((now, 0));
        if *since <= minute_ago {
            (*since, *times) = (now, 0);
        }
        *times += 1;
        if *times > most { Err(Problem::new(Kind::TooMany, format!("每分钟最多{most}次，请过一分钟再试"))) } else { Ok(()) }
    }

    pub fn publish(&self, document: String) {
        self.document.get_or_init(|| document);
    }

    pub fn document(&self) -> &str {
        self.document.get().map_or("{}", String::as_str)
    }
}

/// What can stop blocking work: an error of the hall, or a problem with the request.
pub enum Trouble {
    Error(Error),
    Problem(Box<Problem>),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Error(error)
    }
}

impl From<actions::StoreError> for Trouble {
    fn from(error: actions::StoreError) -> Self {
        Trouble::Error(error.into())
    }
}

impl From<Box<Problem>> for Trouble {
    fn from(problem: Box<Problem>) -> Self {
        Trouble::Problem(problem)
    }
}

/// A moment as the interface writes it: `2026-10-20T09:00:00+08:00`.
pub fn stamp(at: DateTime) -> String {
    format!("{}+08:00", at.strftime("%Y-%m-%dT%H:%M:%S"))
}
