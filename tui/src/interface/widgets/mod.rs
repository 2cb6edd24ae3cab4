//! Parts that screens are made of.

pub mod banner;
pub mod card;
pub mod field;
pub mod footer;
pub mod header;
pub mod list;
pub mod paint;
pub mod script;
