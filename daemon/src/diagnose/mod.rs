//! What support asks: is everything as it should be (`doctor`), do both sides hold the same (`verify`), and a bundle to
//! take along (`bundle`), whose cycles can be gone through again (`replay`).

pub mod bundle;
pub mod doctor;
mod hub;
pub mod replay;
pub mod verify;
