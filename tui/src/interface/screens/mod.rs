//! The screens: their state, and how they are drawn.

pub mod customers;
pub mod customers_view;
pub mod plans;
pub mod plans_view;
pub mod reports;
pub mod reports_view;
pub mod sync;
pub mod sync_view;
pub mod task_view;
pub mod templates;
pub mod templates_view;
pub mod today;
pub mod today_view;

use super::words::Msg;

/// Which screen is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The queue.
    #[default]
    Today,
    /// The customers.
    Customers,
    /// The templates.
    Templates,
    /// The plans.
    Plans,
    /// The reports.
    Reports,
    /// The state of sync.
    Sync,
}

impl Screen {
    /// Every screen, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::Today, Self::Customers, Self::Templates, Self::Plans, Self::Reports, Self::Sync];

    /// Its name in lessons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Customers => "customers",
            Self::Templates => "templates",
            Self::Plans => "plans",
            Self::Reports => "reports",
            Self::Sync => "sync",
        }
    }

    /// The screen so many tabs further.
    pub fn turn(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }

    /// What its tab says.
    pub fn tab(self) -> Msg {
        match self {
            Self::Today => Msg::TabToday,
            Self::Customers => Msg::TabCustomers,
            Self::Templates => Msg::TabTemplates,
            Self::Plans => Msg::TabPlans,
            Self::Reports => Msg::TabReports,
            Self::Sync => Msg::TabSync,
        }
    }
}
