//! The handlers, a file a path.

pub mod changes;
pub mod enroll;
pub mod health;
pub mod ops;
