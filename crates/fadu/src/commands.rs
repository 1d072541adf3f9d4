//! The commands, one file a noun.

pub mod account;
pub mod appraisal;
pub mod audit;
pub mod checkpoint;
pub mod coverage;
pub mod hall;
pub mod intake;
pub mod law;
pub mod ledger;
pub mod rehearse;
pub mod report;
pub mod serve;
