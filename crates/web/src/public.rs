//! For everybody: find an item, apply, complain, review, look up; no account needed to read.

pub mod apply;
pub mod audit;
pub mod feed;
pub mod home;
pub mod items;
pub mod open;
pub mod publications;
pub mod report;
pub mod sign_in;
pub mod track;
