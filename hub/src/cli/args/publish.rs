//! The arguments of `guide-hub publish`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// What to publish.
#[derive(Debug, Subcommand)]
pub enum PublishCommand {
    /// SOP plans (docs/plans.md)
    Plans(PlansArgs),
    /// Templates (docs/templates.md); lint finds what they must not say
    Templates(FilesArgs),
    /// The chain's settings: contact hours, caps, tag groups (docs/plans.md)
    Settings(FileArgs),
    /// The words that lint looks for, in place of those that come with the program (docs/templates.md)
    Lint(FileArgs),
}

/// Plans to publish.
#[derive(Debug, clap::Args)]
pub struct PlansArgs {
    /// What becomes of customers in the middle of a plan: they migrate at once, or keep the version with which they began
    #[arg(long, value_enum, default_value_t = RunningChoice::Migrate)]
    pub(in crate::cli) running: RunningChoice,
    #[command(flatten)]
    pub(in crate::cli) files: FilesArgs,
}

/// What becomes of running customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunningChoice {
    /// They follow the version with which they began.
    Keep,
    /// They follow the further version at once.
    Migrate,
}

/// The files to publish.
#[derive(Debug, clap::Args)]
pub struct FilesArgs {
    /// TOML files; all are published or none
    #[arg(required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// The file to publish.
#[derive(Debug, clap::Args)]
pub struct FileArgs {
    /// A TOML file
    pub(in crate::cli) file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
