//! Says it in HTML, Chinese first, to the four audiences. No rule lives here: what may be done, and why not, comes from the
//! engine through `actions`; a page reads a call, asks the hall, and renders.
//!
//! Modules import downward: the rooms of an audience stand on `components`, those on `call` and `words`. One audience never imports another.

pub mod words;
pub mod call;
pub mod components;
pub mod failure;

use std::sync::Arc;

use jiff::civil::DateTime;

/// What time it is in China. Injected, so that tests and rehearsals hold it still.
pub type Clock = Arc<dyn Fn() -> DateTime + Send + Sync>;
