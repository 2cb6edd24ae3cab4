//! The command line: what can be asked, one file a command. Everything that the interface does can be done here.

mod agree;
pub mod amnesty;
pub mod appointment;
pub mod bar;
pub mod bundle;
pub mod clock;
pub mod complaint;
pub mod completions;
pub mod config;
pub mod consent;
pub mod context;
pub mod customer;
pub mod dates;
pub mod demo;
pub mod doctor;
mod editor;
pub mod enroll;
pub mod explain;
pub mod failure;
pub mod faults;
pub mod field;
pub mod interactive;
pub mod keys;
pub mod lead;
pub mod leave;
pub mod lesson;
pub mod lint;
pub mod list;
pub mod log;
pub mod man;
mod member_page;
pub mod next;
pub mod note;
mod once;
mod open;
pub mod outbox;
mod outbox_edit;
mod outbox_settle;
pub(crate) mod own_checks;
pub mod patience;
pub mod phone;
pub mod plan;
pub mod plan_diff;
pub mod plan_forecast;
mod plan_page;
mod private_file;
pub mod promise;
pub mod propose;
pub mod remind;
pub mod replay;
pub mod report;
pub mod seat;
mod secret;
pub mod signal;
pub mod slip;
pub mod snooze;
pub mod source;
pub mod start;
pub mod status;
pub mod status_bar;
pub mod stop;
pub mod sync;
pub mod sync_log;
pub mod table;
pub mod tag;
pub mod template;
pub mod theme;
pub mod timeline;
pub mod today;
pub mod undo;
mod units;
mod upgrade;
pub mod verify;
pub(crate) mod who;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use guide_common::paths::{Env, Paths, state_with};
use guide_common::sop::plan::Lang;

use crate::cli::context::{Context, Form, Style, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::interactive::{Look, Mode};
use crate::lang::{self, help};
use crate::platform;

/// The guide's terminal: today's service tasks, what to say, and what came of it.
///
/// Without a command it opens the interface. Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a rule, 4 daemon or
/// hub unreachable.
#[derive(Debug, Parser)]
#[command(name = "guide", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Language of texts: zh or en
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,
    /// Print data as JSON with a schema number
    #[arg(long, global = true)]
    json: bool,
    /// Colours of the interface by name, such as night, day or contrast
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// Walk the interface line by line, for screen readers and slow lines; standard input may be a script
    #[arg(long)]
    plain: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show today's queue
    Today(today::Args),
    /// Print today's queue for a receipt printer
    Slip(slip::Args),
    /// Show the first task of the queue with its customer and script
    Next(next::Args),
    /// Log what came of a task, or of a contact that no task asked for
    Log(log::Args),
    /// Put a task off to a later hour or day of its window
    Snooze(snooze::Args),
    /// Take back the newest step, or the record that is named; again for the one before, fifty at most
    Undo(undo::Args),
    /// Record again what the last undo took back
    Redo,
    /// Find, show, write and tag customers
    Customer(customer::Args),
    /// List the groups of tags that headquarters has published
    Tag(tag::Args),
    /// Close a complaint
    Complaint(complaint::Args),
    /// Record, list and keep promises
    Promise(promise::Args),
    /// Record, list and close visits that were agreed
    Appointment(appointment::Args),
    /// Record what a customer allows
    Consent(consent::Args),
    /// Keep a gift secret from the one who gets it
    Secret(secret::Args),
    /// Enter a leave; list and cancel leaves
    Leave(leave::Args),
    /// Clear the backlog after a leave: shown first, then done
    Amnesty(amnesty::Args),
    /// Say why a task stands where it does, what every plan makes of a customer, and who wrote a field
    Explain(explain::Args),
    /// List, show, render and check templates
    Template(template::Args),
    /// List, show and try out plans
    Plan(plan::Args),
    /// Report a period
    Report(report::Args),
    /// Synchronise with headquarters, or show the state of it
    Sync(sync::Args),
    /// List what was recorded here and what became of it; deal with what headquarters rejected
    Outbox(outbox::Args),
    /// Check everything from this terminal to headquarters, and say what mends it
    Doctor(doctor::Args),
    /// Compare what lies here with headquarters, name what differs, and mend it
    Verify(verify::Args),
    /// Collect what support needs, without anybody's data
    Bundle(bundle::Args),
    /// Go through the cycles of a bundle again
    Replay(replay::Args),
    /// Enrol this terminal; the code is asked for or read from standard input
    Enroll(enroll::Args),
    /// Show whom this terminal serves, its clock, counts and sync
    Status(status::Args),
    /// Stop the daemon, which the next command starts again
    Stop,
    /// List the guides of this terminal, and whose turn it is
    Seats,
    /// Lock the terminal until a guide enters a PIN
    Lock,
    /// Unlock the terminal, or let another guide take a turn
    #[command(alias = "switch")]
    Unlock(seat::UnlockArgs),
    /// Set, change or take away the own PIN
    Pin(seat::PinArgs),
    /// Show or move the demo's clock
    Clock(clock::Args),
    /// Make the network fail on purpose, in training only
    Faults(faults::Args),
    /// Open a demo with 600 customers that leaves nothing behind
    Demo(demo::Args),
    /// Learn, and teach: lessons in the demo, their results, and their proof
    Lesson(lesson::Args),
    /// What the guide is reminded of, putting it off, and whether the desktop shows it
    Remind(remind::Args),
    /// List, check, read and write the settings at this terminal
    Config(config::Args),
    /// List the interface's actions with their keys, and what is wrong with the own keys
    Keys(keys::Args),
    /// List the themes, or check a theme's file
    Theme(theme::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print the manual
    Man(man::Args),
    /// Print help, or that of a command
    Help {
        /// Which command
        #[arg(value_name = "COMMAND", num_args = 0..)]
        words: Vec<String>,
    },
}

/// Runs the program with the process's arguments and environment.
pub fn main() -> ExitCode {
    let paths = match environment() {
        Ok(env) => Paths::of(&env),
        Err(message) => {
            note(&format!("guide: {message}"));
            return ExitCode::from(1);
        }
    };
    let read = crate::config::read(&paths.config_file());
    let settings = read.as_ref().map(|(config, _)| config.clone()).unwrap_or_default();
    let words: Vec<OsString> = std::env::args_os().collect();
    // the help speaks the language that the same command line asks for
    let lang = lang::choose(asked_lang(&words), settings.lang(), platform::locale().as_deref());
    let cli = match parse(words, lang) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, lang),
    };
    let faults = crate::config::faults(&paths.config_file(), &read, lang);
    // the command that says what is wrong with them says it itself, and the interface shows it
    if !matches!(cli.command, None | Some(Command::Config(_))) {
        for fault in &faults {
            note(&crate::text!(
                lang,
                "guide: 配置有误，用默认值：{fault}",
                "guide: a setting has its default: {fault}"
            ));
        }
    }
    let context = Context {
        lang,
        form: if cli.json { Form::Json } else { Form::Text },
        style: Style::of(&std::io::stdout()),
        paths,
    };
    match block_on(run(
        cli.command,
        &context,
        Look { mode: Mode::of(cli.plain, &settings), theme_flag: cli.theme, config: settings, faults },
    )) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(lang);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn parse(words: Vec<OsString>, lang: Lang) -> Result<Cli, clap::Error> {
    let matches = help::in_lang(Cli::command(), lang).try_get_matches_from(words)?;
    Cli::from_arg_matches(&matches)
}

/// Prints help and version, or says what is wrong with the command line.
fn refuse(error: &clap::Error, lang: Lang) -> ExitCode {
    let fault = if lang == Lang::Zh && error.use_stderr() { help::fault_in_chinese(error) } else { None };
    match fault {
        Some(fault) => note(&format!("guide: {fault}\n       guide --help 列出命令和选项")),
        // whoever closed the pipe does not want the rest
        None => drop(error.print()),
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// The language that a command line asks for, before it is parsed.
fn asked_lang(words: &[OsString]) -> Option<Lang> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let apart = words.iter().position(|word| *word == "--lang").and_then(|idx| words.get(idx + 1).copied());
    joined.or(apart)?.parse().ok()
}

fn block_on(work: impl Future<Output = Answer<()>>) -> Answer<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Failed(format!("starting the runtime: {error}")))?.block_on(work)
}

async fn run(command: Option<Command>, context: &Context, look: Look) -> Answer<()> {
    let Some(command) = command else {
        return interactive::open(context, look).await;
    };
    match command {
        Command::Today(args) => today::run(args, context).await,
        Command::Slip(args) => slip::run(args, context).await,
        Command::Next(args) => next::run(args, context).await,
        Command::Log(args) => log::run(args, context).await,
        Command::Snooze(args) => snooze::run(args, context).await,
        Command::Undo(args) => undo::run(args, context).await,
        Command::Redo => undo::redo(context).await,
        Command::Customer(args) => customer::run(args, context).await,
        Command::Tag(args) => tag::run(args, context).await,
        Command::Complaint(args) => complaint::run(args, context).await,
        Command::Promise(args) => promise::run(args, context).await,
        Command::Appointment(args) => appointment::run(args, context).await,
        Command::Consent(args) => consent::run(args, context).await,
        Command::Secret(args) => secret::run(args, context).await,
        Command::Leave(args) => leave::run(args, context).await,
        Command::Amnesty(args) => amnesty::run(args, context).await,
        Command::Explain(args) => explain::run(args, context).await,
        Command::Template(args) => template::run(args, context).await,
        Command::Plan(args) => plan::run(args, context).await,
        Command::Report(args) => report::run(args, context).await,
        Command::Sync(args) => sync::run(args, context).await,
        Command::Outbox(args) => outbox::run(args, context).await,
        Command::Doctor(args) => doctor::run(args, context).await,
        Command::Verify(args) => verify::run(args, context).await,
        Command::Bundle(args) => bundle::run(args, context).await,
        Command::Replay(args) => replay::run(args, context).await,
        Command::Faults(args) => faults::run(args, context).await,
        Command::Enroll(args) => enroll::run(args, context).await,
        Command::Status(args) => status::run(args, context).await,
        Command::Stop => stop::run(context).await,
        Command::Seats => seat::list(context).await,
        Command::Lock => seat::lock(context).await,
        Command::Unlock(args) => seat::unlock(args, context).await,
        Command::Pin(args) => seat::pin(args, context).await,
        Command::Clock(args) => clock::run(args, context).await,
        Command::Demo(args) => demo::run(args, context, look).await,
        Command::Lesson(args) => lesson::run(args, context, look).await,
        Command::Remind(args) => remind::run(args, context).await,
        Command::Config(args) => config::run(args, context).await,
        Command::Keys(args) => keys::run(args, &look.config, context),
        Command::Theme(args) => theme::run(args, context),
        Command::Completions(args) => completions::run(args, context),
        Command::Man(args) => man::run(args, context),
        Command::Help { words } => show_help(&words, context),
    }
}

fn show_help(words: &[String], context: &Context) -> Answer<()> {
    let mut command = help::in_lang(Cli::command(), context.lang);
    command.build();
    let mut asked = &mut command;
    for word in words {
        asked = asked.find_subcommand_mut(word).ok_or_else(|| {
            Failure::Usage(crate::text!(context.lang, "没有“{word}”这个命令", "there is no command {word:?}"))
        })?;
    }
    context::print(&asked.render_long_help().to_string())
}

/// Reads the environment, once.
fn environment() -> Result<Env, String> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let guide_home = match folder("GUIDE_HOME").map(std::path::absolute) {
        Some(Err(error)) => return Err(format!("GUIDE_HOME: {error}")),
        Some(Ok(home)) => Some(home),
        None => None,
    };
    let Some(found) = directories::ProjectDirs::from("", "", "guide") else {
        return match guide_home {
            Some(home) => Ok(Env { guide_home: Some(home), ..Env::default() }),
            None => Err("neither HOME nor GUIDE_HOME is set (没有设置 HOME 或 GUIDE_HOME)".to_owned()),
        };
    };
    Ok(Env {
        guide_home,
        runtime_dir: folder("XDG_RUNTIME_DIR"),
        config_dir: found.config_dir().to_owned(),
        data_dir: found.data_local_dir().to_owned(),
        state_dir: found.state_dir().map_or_else(|| state_with(found.data_local_dir()), PathBuf::from),
    })
}

#[cfg(test)]
mod ask_tests;
#[cfg(test)]
mod forecast_tests;
#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod support_tests;
#[cfg(test)]
mod tests;
