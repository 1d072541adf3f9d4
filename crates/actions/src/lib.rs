//! Actions let a person, or the night, do one thing, once, with authority and a record. Time and randomness are passed in;
//! authority is checked beside the read and the write, default deny.
//!
//! One file a noun; a verb is a function on the [`Hall`]: `take_step`, `enter`, `sign_in`, `run_round`, `issue_paper` …

pub mod appraisal;
pub mod audit;
pub mod board;
pub mod children;
pub mod entry;
pub mod figure;
pub mod freeze;
pub mod hall;
pub mod look;
pub mod moment;
mod once;
pub mod order;
pub mod paper;
pub mod person;
pub mod pool;
pub mod report;
pub mod round;
pub mod rounds;
pub mod seal;
pub mod search;
pub mod step;
pub mod writing;

pub use hall::{Error, Hall, Settings};
pub use store::{By, CaseFilter, CellFilter, CellRow, CountedRow, EntryFilter, HeadRow};
pub use store::{Error as StoreError, day as day_number};
