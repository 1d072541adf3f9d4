//! The rounds: what the clock does by itself, each minute and each night. A round has no input but the moment, so a missed one heals itself.

use jiff::civil::DateTime;

use crate::hall::{Error, Hall, Result};
use crate::moment;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Cases looked at.
    pub cases: usize,
    /// Events recorded: lapses, deemed steps, overdue marks.
    pub events: usize,
}

impl Hall {
    /// Fires every clock whose period has ended by `now`, earliest first. Safe to run twice: a clock fires once.
    pub fn run_round(&self, now: DateTime) -> Result<Round> {
        let mut round = Round::default();
        let mut failed = None;
        loop {
            let due = self.store.due_clocks(self.settings.number(), moment::seconds(now), 1_000)?;
            if due.is_empty() {
                return failed.map_or(Ok(round), Err);
            }
            let mut streams: Vec<i64> = due.iter().map(|clock| clock.stream).collect();
            streams.sort_unstable();
            streams.dedup();
            let before = round.events;
            for stream in streams {
                round.cases += 1;
                match self.fire_clocks(stream, now) {
                    Ok(events) => round.events += events,
                    Err(Error::NotFound) => {}
                    // One case that cannot be worked must not stop the clocks of the others.
                    Err(error) => failed = Some(error),
                }
            }
            if round.events == before {
                return failed.map_or(Ok(round), Err);
            }
        }
    }
}
