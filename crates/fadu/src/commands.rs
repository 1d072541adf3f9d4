//! The commands, one file a noun.

pub mod hall;
pub mod law;
pub mod ledger;
pub mod rehearse;
