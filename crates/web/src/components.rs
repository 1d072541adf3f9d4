//! The design system: one function a component. `/components` shows each of them.

pub mod chapters;
pub mod chart;
pub mod draw;
pub mod figure;
pub mod form;
pub mod lamp;
pub mod law;
pub mod order;
pub mod page;
pub mod pager;
pub mod steps;
pub mod timeline;
