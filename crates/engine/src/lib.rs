//! The engine computes what the law requires: values in, values and reasons out. No clock, no disk, no network, no randomness.
//!
//! Modules import downward: `decide` and `example` stand on `guard`, those on `case` and `clock`, those on `law` and `calendar`.

pub mod example;
pub mod check;
pub mod read;
pub mod decide;
pub mod register;
pub mod guard;
pub mod figure;
pub mod report;
pub mod value;
pub mod case;
pub mod clock;
pub mod law;
pub mod calendar;
pub mod diagram;
pub mod audit;
