//! The SOP engine: plans as data, and what they make due for whom on which day.

pub mod plan;
pub mod queue;
