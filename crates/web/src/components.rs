//! The design system: one function a component. `/components` shows each of them.

pub mod chart;
pub mod lamp;
pub mod law;
pub mod pager;
pub mod figure;
pub mod timeline;
pub mod draw;
pub mod form;
pub mod steps;
pub mod page;
