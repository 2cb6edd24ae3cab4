//! The screens: their state, and how they are drawn.

pub mod customers;
pub mod customers_view;
pub mod task_view;
pub mod today;
pub mod today_view;

/// Which screen is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The queue.
    #[default]
    Today,
    /// The customers.
    Customers,
}
