//! The command line of headquarters. A command reads its arguments, calls the library and says what came of it.

mod args;
mod bar;
mod device;
mod directory;
mod dispatch;
mod import;
mod inspect;
mod lead;
mod migrate;
mod plan;
mod plan_diff;
mod price;
mod proposals;
mod publish;
mod report;
mod serve;
mod table;
mod verify;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::CommandFactory;
use guide_common::paths::{Env, Paths, state_with};
use guide_common::wire::SCHEMA;

pub use args::{Args, Command};

use crate::db::Db;
use crate::error::HubError;
use crate::loan;

/// What a command prints, and whether it did all that was asked.
#[derive(Debug, Default)]
pub struct Output {
    /// For standard output.
    pub text: String,
    /// For standard error.
    pub notes: String,
    /// The exit code: 0, or 1 where something was left out.
    pub status: u8,
}

impl Output {
    /// Text for standard output; everything was done.
    fn done(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A value as one line of JSON with the schema's version.
    fn json(value: impl serde::Serialize) -> Result<Self, HubError> {
        #[derive(serde::Serialize)]
        struct Versioned<T> {
            schema: u32,
            #[serde(flatten)]
            value: T,
        }
        Ok(Self::done(crate::db::directory::json(&Versioned { schema: SCHEMA, value })? + "\n"))
    }
}

/// Runs the program and returns its exit code.
pub async fn run(args: Args) -> u8 {
    match dispatch(args).await {
        Ok(output) => {
            // who closes the pipe early has read enough
            let _ = std::io::stdout().lock().write_all(output.text.as_bytes());
            let _ = std::io::stderr().lock().write_all(output.notes.as_bytes());
            output.status
        }
        Err(error) => {
            let text = error.chain();
            let mut stderr = std::io::stderr().lock();
            let _ = writeln!(stderr, "guide-hub: {text}");
            if text.contains("disk is full") || text.contains("No space left") {
                // whatever runs in steps leaves off between two of them, and picks up there
                let _ = writeln!(
                    stderr,
                    "make room and run the command again: what was written stays, nothing is half done"
                );
            }
            1
        }
    }
}

async fn dispatch(args: Args) -> Result<Output, HubError> {
    // what needs no database
    match &args.command {
        Command::Migrate(migrate) if migrate.dry_run => return Ok(migrate::dry_run()),
        Command::Man { folder } => return manual(folder),
        _ => {}
    }
    let paths = paths();
    let folder = args.database.data.clone().unwrap_or_else(|| paths.hub());
    let db = match &args.database.database_url {
        Some(url) => Db::open(url).await?,
        None if args.command.may_begin() => Db::open_dir(&folder).await?,
        None => Db::open_existing_dir(&folder).await?,
    };
    let clock = serve::clock(&args.clock, &paths);
    let zone = args.zone;
    let writes_files = matches!(args.command, Command::Import(_) | Command::Dispatch(_) | Command::Rush(_));
    let result = match args.command {
        Command::Serve(serve) => serve::run(&db, zone, serve, clock).await,
        Command::Migrate(migrate) => migrate::migrate(&db, migrate).await,
        Command::Backup(backup) => migrate::backup(&db, &backup).await,
        Command::Purge(purge) => migrate::run_purge(&db, purge).await,
        Command::Import(import) => import::run(&db, import).await,
        Command::Publish(publish) => publish::run(&db, publish, clock.moment(zone)?.today()).await,
        Command::Dispatch(dispatch) => dispatch::run(&db, dispatch, clock.moment(zone)?).await,
        Command::Rush(rush) => dispatch::rush(&db, rush, clock.moment(zone)?).await,
        Command::Plan(plan) => plan::run(&db, plan, clock.moment(zone)?).await,
        Command::Proposals(proposals) => proposals::run(&db, proposals, clock.moment(zone)?).await,
        Command::Price(price) => price::run(&db, price, clock.shop_time(zone)?).await,
        Command::Store(store) => directory::store(&db, store).await,
        Command::Guide(guide) => directory::guide(&db, guide, clock.moment(zone)?.today()).await,
        Command::Device(device) => device::run(&db, device).await,
        Command::Report(report) => report::run(&db, report, clock.moment(zone)?).await,
        Command::Inspect(inspect) => inspect::run(&db, inspect).await,
        Command::Leads(args) => lead::run(&db, args).await,
        Command::Verify(args) => verify::run(&db, args).await,
        Command::Man { folder } => manual(&folder),
    };
    if writes_files && result.is_ok() {
        // customers on loan change on both sides; which day it is the server knows best
        loan::settle(&db, None).await?;
    }
    db.close().await;
    result
}

fn manual(folder: &Path) -> Result<Output, HubError> {
    let failed = |error| HubError::refused(format!("{}: {error}", folder.display()));
    clap_mangen::generate_to(Args::command(), folder).map_err(failed)?;
    Ok(Output::default())
}

fn paths() -> Paths {
    let dirs = directories::ProjectDirs::from("", "", "guide");
    let fallback = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let env = Env {
        guide_home: std::env::var_os("GUIDE_HOME").filter(|home| !home.is_empty()).map(PathBuf::from),
        runtime_dir: std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from),
        config_dir: dirs.as_ref().map_or_else(fallback, |dirs| dirs.config_dir().to_owned()),
        data_dir: dirs.as_ref().map_or_else(fallback, |dirs| dirs.data_local_dir().to_owned()),
        state_dir: dirs.as_ref().map_or_else(fallback, |dirs| {
            dirs.state_dir().map_or_else(|| state_with(dirs.data_local_dir()), PathBuf::from)
        }),
    };
    Paths::of(&env)
}

/// One line on standard error about work that takes more than two seconds.
struct Progress {
    started: Instant,
    last: Option<Instant>,
}

impl Progress {
    /// What is done without a word.
    const SILENT: Duration = Duration::from_secs(2);

    fn new() -> Self {
        Self { started: Instant::now(), last: None }
    }

    fn at(&mut self, n_done: usize, n_all: usize) {
        self.say(|| format!("{n_done} of {n_all} …"));
    }

    /// The same where nobody knows how many there are.
    fn so_far(&mut self, n_done: u64, what: &str) {
        self.say(|| format!("{n_done} {what} …"));
    }

    fn say(&mut self, text: impl FnOnce() -> String) {
        let started = self.last.map_or_else(|| self.started + Self::SILENT, |last| last + Duration::from_secs(1));
        if Instant::now() < started {
            return;
        }
        self.last = Some(Instant::now());
        let mut stderr = std::io::stderr().lock();
        let (before, after) = if stderr.is_terminal() { ("\r", "") } else { ("", "\n") };
        let _ = write!(stderr, "{before}{}{after}", text());
        let _ = stderr.flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.is_some() && std::io::stderr().is_terminal() {
            let _ = writeln!(std::io::stderr());
        }
    }
}
