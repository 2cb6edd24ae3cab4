//! The arguments of every command.

pub mod directory;
pub mod dispatch;
pub mod import;
pub mod plan;
pub mod proposals;
pub mod publish;
pub mod serve;

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime};
use clap::{Parser, Subcommand, ValueEnum};
use guide_common::id::{DeviceId, GuideId, PlanId, StoreId};
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;

use self::directory::{GuideCommand, StoreCommand};
use self::dispatch::{DispatchArgs, RushArgs};
use self::import::ImportCommand;
use self::plan::PlanCommand;
use self::proposals::ProposalsCommand;
use self::publish::PublishCommand;
use self::serve::ServeArgs;

/// Headquarters' side of guide: holds customers, plans and templates, serves terminals, reports.
#[derive(Debug, Parser)]
#[command(name = "guide-hub", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Args {
    #[command(flatten)]
    pub(super) database: DatabaseArgs,
    /// The shops' time zone
    #[arg(long, global = true, env = "GUIDE_HUB_ZONE", default_value = "Asia/Shanghai", value_name = "NAME")]
    pub(super) zone: Zone,
    #[command(flatten)]
    pub(super) clock: ClockArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, clap::Args)]
pub(super) struct DatabaseArgs {
    /// The folder of the embedded database (default: `hub` in the data folder of guide)
    #[arg(long, global = true, value_name = "DIR", env = "GUIDE_HUB_DATA", conflicts_with = "database_url")]
    pub(super) data: Option<PathBuf>,
    /// sqlite://FILE or postgres://USER@HOST/DATABASE; a password is better kept in the environment than in arguments
    #[arg(long, global = true, value_name = "URL", env = "GUIDE_HUB_DATABASE_URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve terminals until SIGTERM or Ctrl-C
    Serve(ServeArgs),
    /// Bring a database to this version (every command does so) and say what was done
    Migrate(MigrateArgs),
    /// Copy an SQLite database into a file while terminals are served; PostgreSQL has pg_dump
    Backup(BackupArgs),
    /// Remove tombstones and recorded answers that no terminal needs any more (serve does so every hour)
    Purge(PurgeArgs),
    /// Import what shops export; docs/import.md lists the columns
    #[command(subcommand)]
    Import(ImportCommand),
    /// Publish plans, templates, settings or lint words to all terminals
    #[command(subcommand)]
    Publish(PublishCommand),
    /// Published plans, and what plans would do
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Templates that trainers propose
    #[command(subcommand)]
    Proposals(ProposalsCommand),
    /// The shop's gold price
    #[command(subcommand)]
    Price(PriceCommand),
    /// Send a plan to named customers, a segment or a tier
    Dispatch(DispatchArgs),
    /// Ask a guide for haste with a customer
    Rush(RushArgs),
    /// Shops
    #[command(subcommand)]
    Store(StoreCommand),
    /// Guides, and whom they serve
    #[command(subcommand)]
    Guide(GuideCommand),
    /// Terminals
    #[command(subcommand)]
    Device(DeviceCommand),
    /// What was due, and what became of it, from the hub's own facts
    Report(ReportArgs),
    /// A guide's feed and terminals, for support
    Inspect(InspectArgs),
    /// The leads that guides entered, and whose phone numbers another customer has
    Leads(LeadsArgs),
    /// Count every feed anew and compare it with what it says of itself
    Verify(VerifyArgs),
    /// Write a manual page for every command
    #[command(hide = true)]
    Man {
        /// Into this folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

impl Command {
    /// Whether it may make a database where there is none: what fills one or serves one. Everything else would tell of an
    /// empty hub where the folder is only misspelt.
    pub(super) fn may_begin(&self) -> bool {
        matches!(
            self,
            Self::Serve(_)
                | Self::Import(_)
                | Self::Store(StoreCommand::Add { .. })
                | Self::Guide(GuideCommand::Add { .. })
        )
    }
}

/// What else to do with the tables.
#[derive(Debug, clap::Args)]
pub struct MigrateArgs {
    /// Distribute them over the nodes of a PostgreSQL cluster with the Citus extension; docs/scale.md
    #[arg(long)]
    pub(super) distributed: bool,
    /// Only print the statements that --distributed would run
    #[arg(long, requires = "distributed", conflicts_with = "new_epoch")]
    pub(super) dry_run: bool,
    /// Begin an epoch, after a backup was put back by hand: terminals push again what they keep
    #[arg(long)]
    pub(super) new_epoch: bool,
}

/// Where to copy the database.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// A file that is not there yet
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

/// How to tell what was removed.
#[derive(Debug, clap::Args)]
pub struct PurgeArgs {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ClockArgs {
    /// The clock that rules shop dates; a hub on the virtual one takes training terminals only
    #[arg(long, global = true, value_enum, default_value_t = ClockKind::Real)]
    pub(super) clock: ClockKind,
    /// The file that holds the virtual time (default: `clock` in the state folder of guide)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) clock_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ClockKind {
    Real,
    Virtual,
}

/// What to do with the gold price.
#[derive(Debug, Subcommand)]
pub enum PriceCommand {
    /// Set the price that scripts name
    Set {
        /// Yuan a gram, such as 1034.50
        #[arg(value_name = "YUAN")]
        yuan: String,
        /// Since when it holds, shop time, such as 2026-08-12T09:30 (default: now)
        #[arg(long, value_name = "TIME", value_parser = shop_time)]
        at: Option<NaiveDateTime>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the price and how old it is
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

fn shop_time(text: &str) -> Result<NaiveDateTime, String> {
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"];
    let read = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    read.ok_or_else(|| "write it as 2026-08-12T09:30".to_owned())
}

/// What a device may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// A sales guide's terminal
    #[default]
    Guide,
    /// A trainer's, at a training hub only
    Trainer,
    /// Support's: reads, and records nothing
    Support,
}

/// What to do with terminals.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Make a one-time code that enrols a guide's terminal: ten minutes, five tries
    Code {
        /// Whose terminal
        guide: GuideId,
        /// What it may do
        #[arg(long, value_enum, default_value_t)]
        role: RoleArg,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the terminals
    List {
        /// Only this guide's
        #[arg(long)]
        guide: Option<GuideId>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a terminal's token, at once
    Revoke {
        /// The id that `device list` shows
        device: DeviceId,
    },
}

/// What to report on.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// The first day
    #[arg(long, value_name = "DATE")]
    pub(super) from: NaiveDate,
    /// The last day
    #[arg(long, value_name = "DATE")]
    pub(super) to: NaiveDate,
    /// Only this guide
    #[arg(long, value_name = "ID")]
    pub(super) guide: Option<GuideId>,
    /// Only the guides of this store
    #[arg(long, value_name = "ID")]
    pub(super) store: Option<StoreId>,
    /// Only this plan
    #[arg(long, value_name = "ID")]
    pub(super) plan: Option<PlanId>,
    /// The language: zh or en (default: en where LANG begins with en, else zh)
    #[arg(long)]
    pub(super) lang: Option<Lang>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Whom to inspect.
/// Which leads to list.
#[derive(Debug, clap::Args)]
pub struct LeadsArgs {
    /// Only those whose phone number another customer has
    #[arg(long)]
    pub(super) duplicates: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Which feeds to look at, and what to do with one that contradicts itself.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Only this guide's
    pub(super) guide: Option<GuideId>,
    /// Let a feed that contradicts its rows say what they hold
    #[arg(long)]
    pub(super) heal: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// The guide
    #[arg(required_unless_present = "dump")]
    pub(super) guide: Option<GuideId>,
    /// Print every fact and document that the hub holds, of this guide or of all, a line of JSON each, by kind and id; with
    /// their names and numbers, without tokens and without the order in which they came
    #[arg(long, conflicts_with_all = ["facts", "json"])]
    pub(super) dump: bool,
    /// Also list what guides recorded on these customers: ids, days and codes, no texts
    #[arg(long)]
    pub(super) facts: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
