//! Runs work on what strangers sent: on a thread of its own, with a deadline, a panic caught, and never too many at once.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Condvar, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use super::Unreadable;

/// How many documents may be worked on at once. One that was given up counts until its thread has ended.
const AT_ONCE: usize = 4;
/// How long to wait for a place.
const PATIENCE: Duration = Duration::from_secs(5);
/// Room for readers that call themselves: memory is only taken when used.
const STACK: usize = 64 << 20;

static PLACES: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// A place among those at work; given back when dropped, by whichever thread holds it.
struct Place;

impl Place {
    fn take() -> Option<Place> {
        let until = Instant::now() + PATIENCE;
        let mut taken = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken >= AT_ONCE {
            let rest = until.checked_duration_since(Instant::now())?;
            taken = LEFT.wait_timeout(taken, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken += 1;
        Some(Place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *PLACES.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        LEFT.notify_one();
    }
}

/// A panic inside watched work becomes an error; it is not news for the terminal.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |news| {
            if !WATCHED.get() {
                before(news);
            }
        }));
    });
}

/// Does the work within the time, or says why not. Work that is late is left behind: it keeps its place among those at work until it ends.
///
/// Errors: what the work says; `Slow` after the time; `Broken` when it panics; `Busy` when too much is being worked on.
pub fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> Result<T, Unreadable> + Send + 'static) -> Result<T, Unreadable> {
    hush();
    let place = Place::take().ok_or(Unreadable::Busy)?;
    let (answer, answered) = sync_channel(1);
    let thread = std::thread::Builder::new().name("reading".to_owned()).stack_size(STACK).spawn(move || {
        WATCHED.set(true);
        let done = catch_unwind(AssertUnwindSafe(work));
        drop(place);
        // Whoever waited may have gone.
        let _ = answer.send(done);
    });
    if thread.is_err() {
        return Err(Unreadable::Busy);
    }
    match answered.recv_timeout(limit) {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Unreadable::broken("内容", "the reader stumbled over it")),
        Err(RecvTimeoutError::Timeout) => Err(Unreadable::Slow { seconds: limit.as_secs() }),
        Err(RecvTimeoutError::Disconnected) => Err(Unreadable::Busy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_panics_or_never_ends_is_an_error() {
        assert_eq!(within(Duration::from_secs(5), || Ok(7)), Ok(7));
        let panicked: Result<(), _> = within(Duration::from_secs(5), || panic!("over a stone"));
        assert!(matches!(panicked, Err(Unreadable::Broken { .. })));
        let (go, gone) = sync_channel::<()>(0);
        let late: Result<(), _> = within(Duration::from_millis(20), move || {
            let _ = gone.recv();
            Ok(())
        });
        assert!(matches!(late, Err(Unreadable::Slow { .. })));
        drop(go);
    }
}
