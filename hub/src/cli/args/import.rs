//! The arguments of `guide-hub import`.

use std::path::PathBuf;

use clap::Subcommand;
use guide_common::id::StoreId;
use guide_common::sop::plan::Lang;

/// What to import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Customers: filled cells change what is there, empty ones leave it
    Customers(ImportArgs),
    /// Purchases and returns; customers that are not known are made
    Purchases(ImportArgs),
    /// Coupons, job tickets, levels, points, risks, life events, consents and secrets of known customers
    Records(ImportArgs),
    /// The demo's chain, into an empty hub
    Demo(DemoArgs),
}

/// A file to import.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A CSV file, UTF-8 or GB18030, its first line names the columns
    pub(in crate::cli) file: PathBuf,
    /// The store of rows that name none
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) store: Option<StoreId>,
    /// Say what would be written and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// Which demo.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The language of names: zh or en
    #[arg(long, default_value = "zh")]
    pub(in crate::cli) lang: Lang,
    /// The same seed gives the same chain
    #[arg(long, default_value_t = guide_common::demo::SEED)]
    pub(in crate::cli) seed: u64,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
