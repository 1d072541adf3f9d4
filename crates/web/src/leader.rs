//! For leaders: the whole division on one screen; every figure opens, and an order goes out from where something was seen.

pub mod figure;
pub mod map;
pub mod order;
pub mod screen;
pub mod tile;
