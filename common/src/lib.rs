//! `guide-common`: the domain of `guide`. It has no runtime, no I/O and no clock of its own: time comes in as an
//! argument, and the same facts and time give the same answers on every machine.

pub mod amnesty;
pub mod apply;
pub mod calendar;
pub mod config;
pub mod consent;
pub mod customer;
pub mod demo;
pub mod fact;
mod fact_body;
pub mod field;
pub mod file_error;
pub mod id;
pub mod keep;
pub mod lead;
pub mod lunar;
pub mod names;
pub mod op;
pub mod outcome;
pub mod pack;
pub mod paths;
pub mod promise;
pub mod proposal;
pub mod purchase;
pub mod record;
pub mod remind;
pub mod report;
pub mod search;
pub mod snooze;
pub mod sop;
pub mod template;
pub mod text;
pub mod time;
pub mod toml_file;
pub mod undone;
pub mod wire;
