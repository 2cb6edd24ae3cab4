//! The interactive interface: screens, layers and keys over the daemon's local API. The app is pure; `terminal` and
//! `backend` are its edges.

pub mod action;
mod act;
pub mod app;
pub mod backend;
pub mod data;
pub mod date;
pub mod effect;
pub mod event;
pub mod fixture;
pub mod keymap;
pub mod layers;
pub mod queries;
pub mod screens;

mod terminal;
pub mod svg;
pub mod text;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod words;
mod run;

pub use run::{Options, run};
pub use terminal::give_back;
