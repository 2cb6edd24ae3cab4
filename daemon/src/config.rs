//! The command line and the environment, read once.

use std::path::PathBuf;

use chrono::NaiveDateTime;
use clap::{Args, Parser, Subcommand, ValueEnum};
use guide_common::paths::{Env, Paths, state_with};

/// The daemon of `guide`: keeps a guide's customers on this terminal, works out the queue, saves and syncs.
#[derive(Debug, Parser)]
#[command(name = "guided", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; `run` where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What the daemon can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves until it is told to stop.
    Run(RunArgs),
    /// Reads the cache of this terminal from one end to the other and says whether it is sound.
    ///
    /// Ends with 0 where it is, with 3 where it is damaged, with 1 where that cannot be said, as while guided has it open.
    Check(CheckArgs),
    /// Looks at everything that can be wrong at this terminal, once, where no daemon serves; prints JSON.
    Doctor(RunArgs),
    /// Prints what support takes along, without personal data, once, where no daemon serves.
    Bundle(RunArgs),
    /// Goes through the cycles of a bundle again, and says where this version takes another way.
    Replay {
        /// The bundle
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Writes a manual page for every command.
    #[command(hide = true)]
    Man {
        /// Into this folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

/// What to check.
#[derive(Clone, Debug, Default, Args)]
pub struct CheckArgs {
    /// The guide's folder; the enrolled one where it is left out
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Ends at the end of standard input
    #[arg(long, hide = true)]
    pub exit_with_parent: bool,
}

/// How to run.
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// The machine's clock, or the demo's: training data that never reaches a real hub
    #[arg(long, value_enum, default_value_t)]
    pub clock: ClockArg,
    /// The file that holds the virtual time
    #[arg(long, value_name = "FILE")]
    pub clock_file: Option<PathBuf>,
    /// The virtual time to begin with where the file is missing, such as 2026-08-12T10:00:00
    #[arg(long, value_name = "TIME")]
    pub clock_at: Option<NaiveDateTime>,
    /// Leaves the terminal: a session of its own, output to the log
    #[arg(long)]
    pub detach: bool,
    /// Stops at the end of standard input, which is a pipe from a parent that may die without a word
    #[arg(long, conflicts_with = "detach")]
    pub exit_with_parent: bool,
    /// Lets faults on the way to the hub be switched on, as in training
    #[arg(long)]
    pub fault_lab: bool,
}

impl RunArgs {
    /// Whether a daemon that `guide` starts is the same one: it may take this one's place.
    pub fn is_plain(&self) -> bool {
        let is_real = self.clock == ClockArg::Real && self.clock_file.is_none() && self.clock_at.is_none();
        is_real && !self.exit_with_parent && !self.fault_lab
    }
}

/// Which clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ClockArg {
    /// The machine's.
    #[default]
    Real,
    /// The demo's.
    Virtual,
}

impl Cli {
    /// What to do, wherever it was said.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Run(self.run))
    }
}

/// Reads the environment.
pub fn env() -> Env {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folders = directories::ProjectDirs::from("", "", "guide");
    let folder = |of: fn(&directories::ProjectDirs) -> PathBuf| folders.as_ref().map(of).unwrap_or_default();
    Env {
        guide_home: set("GUIDE_HOME"),
        runtime_dir: set("XDG_RUNTIME_DIR"),
        config_dir: folder(|folders| folders.config_dir().to_owned()),
        // not the folder that Windows carries from machine to machine
        data_dir: folder(|folders| folders.data_local_dir().to_owned()),
        state_dir: folder(|folders| {
            folders.state_dir().map_or_else(|| state_with(folders.data_local_dir()), PathBuf::from)
        }),
    }
}

/// The paths of an environment; relative ones would change with the folder that the daemon is started in.
pub fn paths(env: &Env) -> anyhow::Result<Paths> {
    let mut env = env.clone();
    if let Some(home) = &mut env.guide_home {
        *home = std::path::absolute(&*home)?;
    }
    let paths = Paths::of(&env);
    anyhow::ensure!(paths.state.is_absolute(), "no home folder is known: set GUIDE_HOME");
    Ok(paths)
}
