//! The arguments of `guide-hub publish`.

use std::path::PathBuf;

use clap::Subcommand;

/// What to publish.
#[derive(Debug, Subcommand)]
pub enum PublishCommand {
    /// SOP plans (docs/plans.md)
    Plans(PublishArgs),
    /// Templates (docs/templates.md)
    Templates(PublishArgs),
}

/// The files to publish.
#[derive(Debug, clap::Args)]
pub struct PublishArgs {
    /// TOML files; all are published or none
    #[arg(required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
