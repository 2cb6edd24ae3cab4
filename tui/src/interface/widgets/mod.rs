//! Parts that screens are made of.

pub mod banner;
pub mod big;
pub mod browser;
pub mod browser_view;
pub mod card;
pub mod chart;
pub mod columns;
pub mod field;
pub mod footer;
pub mod header;
pub mod lesson;
pub mod list;
pub mod paint;
pub mod panes;
pub mod panes_view;
pub mod script;
pub mod strip;
