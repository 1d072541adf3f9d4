//! The engine computes what the law requires: values in, values and reasons out. No clock, no disk, no network, no randomness.
//!
//! Modules import downward: `decide` and `example` stand on `guard`, those on `case` and `clock`, those on `law` and `calendar`.

pub mod audit;
pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod check;
pub mod clock;
pub mod dataset;
pub mod decide;
pub mod diagram;
pub mod example;
pub mod figure;
pub mod guard;
pub mod indicator;
pub mod law;
pub mod read;
pub mod register;
pub mod report;
pub mod screen;
pub mod value;
