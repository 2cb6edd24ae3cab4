//! The arguments of `guide-hub plan`.

use std::path::PathBuf;

use clap::Subcommand;
use guide_common::id::{GuideId, PlanId, StoreId};

/// What to do with plans.
#[derive(Debug, Subcommand)]
pub enum PlanCommand {
    /// List the published plans
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a published plan as its file was
    Show {
        /// The plan
        id: PlanId,
        /// An earlier version
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Print JSON: the plan as terminals get it
        #[arg(long, conflicts_with = "version")]
        json: bool,
    },
    /// What plans would have done over the last days, for all guides
    Simulate(SimulateArgs),
    /// What a further version changes, and what becomes of customers in the middle of the plan
    Diff(DiffArgs),
}

/// What to compare.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// Two versions, each a plan file, a published plan such as P03, or a published version such as P03/1; a file alone
    /// is compared with the published plan
    #[arg(required = true, num_args = 1..=2, value_names = ["OLD", "NEW"])]
    pub(in crate::cli) versions: Vec<String>,
    /// Only this guide
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) guide: Option<GuideId>,
    /// Only the guides of this store
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) store: Option<StoreId>,
    /// Print JSON, with each guide's runs
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What to simulate.
#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// Plan files, edited or not yet published; they take the place of published plans of the same ids
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Over so many days up to today
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(in crate::cli) days: u32,
    /// Only this guide
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) guide: Option<GuideId>,
    /// Only the guides of this store
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) store: Option<StoreId>,
    /// Print JSON, with each guide's days
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
