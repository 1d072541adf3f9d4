//! The commands, one file a noun.

pub mod law;
