//! The interface in-process: a hall on a temporary ledger, the real law folder, a clock that stands still.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod appraisal;
mod audit;
mod cases;
mod document;
mod doors;
mod figures;
mod hall;
mod law;
mod open311;
mod pool;
mod registers;
