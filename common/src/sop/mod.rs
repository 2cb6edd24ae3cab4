//! The SOP engine: plans as data, and what they make due for whom on which day.

pub mod anchor;
pub mod backlog;
pub mod condition;
pub mod engine;
pub mod explain;
pub mod fields;
pub mod gate;
pub mod history;
pub mod plan;
pub mod plan_diff;
pub mod plan_file;
pub mod preview;
pub mod queue;
pub mod rules;
pub mod run;
pub mod settings;
pub mod settings_file;
pub mod simulate;
pub mod starts;
pub mod trigger;
