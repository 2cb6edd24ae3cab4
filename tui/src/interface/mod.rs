//! The interactive interface: screens, layers and keys over the daemon's local API. The app is pure; `terminal` and
//! `backend` are its edges.

mod act;
mod act_customers;
mod act_log;
mod act_person;
mod act_remind;
pub mod action;
mod answers;
pub mod app;
pub mod backend;
pub mod clipboard;
pub mod data;
pub mod date;
pub mod effect;
pub mod event;
pub mod fixture;
mod forms;
pub mod glyph;
pub mod home;
mod input;
mod input_layer;
pub mod keyfile;
pub mod keymap;
pub mod layers;
pub mod legend;
pub mod library;
pub mod mouse;
pub mod outside;
pub mod privacy;
mod probe;
mod queries;
mod reading;
mod ring;
mod run;
pub mod screens;
pub mod session;
pub mod settings;
pub mod svg;
mod terminal;
pub mod text;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod words;

pub use run::{Options, run};
pub use terminal::give_back;
