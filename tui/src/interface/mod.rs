//! The interactive interface: screens, layers and keys over the daemon's local API. The app is pure; `terminal` and
//! `backend` are its edges.

mod act;
pub mod action;
mod answers;
pub mod app;
pub mod backend;
pub mod data;
pub mod date;
pub mod effect;
pub mod event;
pub mod fixture;
mod input;
pub mod keymap;
pub mod layers;
pub mod privacy;
mod queries;
mod reading;
pub mod screens;

mod run;
pub mod svg;
mod terminal;
pub mod text;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod words;

pub use run::{Options, run};
pub use terminal::give_back;
