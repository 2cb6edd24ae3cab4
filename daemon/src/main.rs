//! `guided`: reads the command line and the environment, takes the lock, and serves until a signal stops it.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{CommandFactory, Parser};
use guide_common::paths::Paths;
use guided::app::{App, OpenError};
use guided::clock::Clock;
use guided::config::{self, CheckArgs, Cli, ClockArg, Command, RunArgs};
use guided::diagnose::replay::Replayable;
use guided::diagnose::{bundle, doctor, replay};
use guided::platform::{self, Wish, Wishes};
use guided::seat::open::check as check_cache;
use guided::serve::{Serving, serve};
use guided::socket::ServeError;
use guided::store::{StoreError, check as store_check};
use guided::{log, profile, socket, systemd};
use tokio::sync::{Notify, oneshot, watch};

/// Threads for what blocks: sync, a check, a report, the day sheet.
const MAX_BLOCKING_THREADS: usize = 4;

fn main() -> ExitCode {
    let command = Cli::parse().command();
    let detached = matches!(&command, Command::Run(args) if args.detach);
    let ended = match command {
        Command::Run(args) => run(&args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check(&args),
        Command::Doctor(args) => once(&args, async |app| Ok(serde_json::to_string_pretty(&doctor::doctor(app).await)?)),
        Command::Bundle(args) => {
            once(&args, async |app| Ok(serde_json::to_string_pretty(&bundle::bundle(app).await?)?))
        }
        Command::Replay { file } => replay(&file),
        Command::Man { folder } => clap_mangen::generate_to(<Cli as CommandFactory>::command(), folder)
            .map(|()| ExitCode::SUCCESS)
            .context("writing the manual"),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            // the code at the end is for whoever started this and speaks another language
            let words = code(&error).map_or_else(|| format!("{error:#}"), |code| format!("{error:#} ({code})"));
            eprintln!("guided: {words}");
            if detached {
                leave_words(&words);
            }
            tracing::error!(error = format!("{error:#}"), "guided cannot serve");
            ExitCode::FAILURE
        }
    }
}

/// On Windows whoever starts it for good has no pipe to it, and reads its last words in a file.
fn leave_words(words: &str) {
    #[cfg(windows)]
    if let Ok(paths) = config::paths(&config::env()) {
        platform::leave_words(&paths.log(), words);
    }
    #[cfg(not(windows))]
    let _ = words;
}

/// The stable code of why it cannot serve.
fn code(error: &anyhow::Error) -> Option<&'static str> {
    let of_folder = error.downcast_ref::<ServeError>().map(ServeError::code);
    of_folder.or_else(|| error.downcast_ref::<OpenError>().and_then(OpenError::code))
}

/// glibc keeps memory for each thread apart and gives little of it back: without that `guided` takes an eighth less. It
/// asks the environment when a program starts, so this one starts itself once more, as the same process.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn restart_with_one_arena() {
    use std::os::unix::process::CommandExt;
    const ARENAS: &str = "MALLOC_ARENA_MAX";
    if std::env::var_os(ARENAS).is_none()
        && let Ok(this) = std::env::current_exe()
    {
        // where that fails it goes on as it is
        let _ = std::process::Command::new(this).args(std::env::args_os().skip(1)).env(ARENAS, "1").exec();
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn restart_with_one_arena() {}

fn run(args: &RunArgs) -> anyhow::Result<()> {
    restart_with_one_arena();
    platform::keep_to_its_user();
    let passed = systemd::passed_socket()?;
    let paths = config::paths(&config::env())?;
    let lock = socket::take_lock(&paths)?;
    log::start(&paths.log(), std::env::var("GUIDE_LOG").ok().as_deref())?;
    let clock = clock(args, &paths)?;
    let log_folder = paths.log();
    runtime()?.block_on(async move {
        let (stopping, stop) = watch::channel(false);
        let reload = Arc::new(Notify::new());
        stop_on_signals(stopping.clone(), Arc::clone(&reload), args.exit_with_parent.then(end_of_stdin))?;
        let stopper = args.is_plain().then_some(stopping);
        let serving = Serving { paths, clock, lock, passed, stop, stopper, reload, fault_lab: args.fault_lab };
        serve(serving, || {
            if args.detach
                && let Err(error) = platform::detach(&log_folder)
            {
                tracing::warn!(%error, "leaving the terminal");
            }
        })
        .await
    })
}

/// One thread for everything that waits, a few for what blocks.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .build()
        .context("starting the runtime")
}

/// Opens what a daemon would serve, asks it once, and prints the answer.
fn once(args: &RunArgs, ask: impl AsyncFnOnce(&App) -> anyhow::Result<String>) -> anyhow::Result<ExitCode> {
    platform::keep_to_its_user();
    let paths = config::paths(&config::env())?;
    let _lock = socket::take_lock(&paths)?;
    let clock = clock(args, &paths)?;
    runtime()?.block_on(async move {
        let (stopping, stop) = watch::channel(false);
        let app = Arc::new(App::new(paths, clock, stop));
        app.open_enrolled()?;
        println!("{}", ask(&app).await?);
        // nobody left to tell means that it has stopped
        let _ = stopping.send(true);
        app.flush();
        Ok(ExitCode::SUCCESS)
    })
}

/// Goes through a bundle's cycles again, `-` reads it from standard input; ends with 3 where this version takes another
/// way.
fn replay(file: &std::path::Path) -> anyhow::Result<ExitCode> {
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()).map(String::into_bytes),
        false => std::fs::read(file),
    };
    let text = text.with_context(|| format!("reading {}", file.display()))?;
    let bundle: Replayable =
        serde_json::from_slice(&text).with_context(|| format!("{} is no bundle of guide", file.display()))?;
    let replayed: Vec<_> = bundle.traces.iter().map(replay::replay).collect();
    println!("{}", serde_json::to_string_pretty(&replayed)?);
    let differs = replayed.iter().any(|cycle| cycle.differs.is_some());
    Ok(if differs { ExitCode::from(store_check::DAMAGED) } else { ExitCode::SUCCESS })
}

/// Reads the cache of a terminal that no daemon serves.
fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    platform::keep_to_its_user();
    if args.exit_with_parent {
        let parent = end_of_stdin();
        std::thread::spawn(move || {
            // an error is the news
            let _ = parent.blocking_recv();
            std::process::exit(1);
        });
    }
    let found = match &args.folder {
        Some(folder) => profile::read(folder)?.into_iter().collect(),
        None => profile::all(&config::paths(&config::env())?.guides())?,
    };
    anyhow::ensure!(!found.is_empty(), "this terminal is not enrolled: there is nothing to check");
    let mut is_sound = true;
    for (folder, profile) in found {
        match check_cache(&folder, &profile) {
            Ok(found) => println!("the cache is sound: {} entries, {} bytes", found.n_entries, found.n_bytes),
            Err(OpenError::Store(StoreError::Damaged(fault))) => {
                println!("the cache is damaged: {fault}");
                is_sound = false;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::from(store_check::DAMAGED) })
}

fn clock(args: &RunArgs, paths: &Paths) -> anyhow::Result<Clock> {
    match args.clock {
        ClockArg::Real => {
            anyhow::ensure!(
                args.clock_file.is_none() && args.clock_at.is_none(),
                "--clock-file and --clock-at need --clock virtual"
            );
            Ok(Clock::real())
        }
        ClockArg::Virtual => {
            let file = args.clock_file.clone().unwrap_or_else(|| paths.virtual_clock());
            let file = std::path::absolute(file)?;
            Clock::virtual_at(&file, args.clock_at)
                .with_context(|| format!("reading the virtual clock {}", file.display()))
        }
    }
}

/// Tells the daemon to stop when the system asks for it or a parent that is watched has gone, and to read its settings
/// again when that is asked.
fn stop_on_signals(
    stopping: watch::Sender<bool>,
    reload: Arc<Notify>,
    parent: Option<oneshot::Receiver<()>>,
) -> anyhow::Result<()> {
    let mut wishes = Wishes::new()?;
    tokio::spawn(async move {
        let parent_gone = async {
            match parent {
                // an error is the news: the reading thread has dropped the other end
                Some(parent) => drop(parent.await),
                None => std::future::pending().await,
            }
        };
        let mut parent_gone = std::pin::pin!(parent_gone);
        loop {
            tokio::select! {
                () = &mut parent_gone => break,
                wish = wishes.next() => match wish {
                    Wish::Stop => break,
                    Wish::Reload => reload.notify_one(),
                },
            }
        }
        tracing::info!("asked to stop");
        // nobody left to tell means that it has stopped
        let _ = stopping.send(true);
    });
    Ok(())
}

/// Ends when standard input does. The reading thread is left behind: it blocks until the process ends.
fn end_of_stdin() -> oneshot::Receiver<()> {
    let (told, end) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        // an error ends it like the end itself: there is no parent to wait for
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        drop(told);
    });
    end
}
