//! The plain mode: the interface's actions line by line, for screen readers and very slow lines. No cursor addressing,
//! no alternate screen, no colours, no columns. The state is the interface's own app; here are only the words for it.

mod act;
pub mod command;
pub mod form;
pub mod front;
pub mod help;
pub mod item;
pub mod linear;
pub mod list;
mod lock;
mod prompt;
mod run;
mod told;
mod words;

pub use run::{Options, run};
