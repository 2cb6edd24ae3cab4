//! Runs `guided doctor`, `bundle` or `replay` once, where no daemon serves: the same code, under the store's lock.

use std::path::Path;
use std::process::{Output, Stdio};

use guide_common::text::{Lines, sanitise};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::start::{StartError, beside_or_in_path};
use crate::client::Client;

/// With what `guided` ends where a bundle's cycles go another way.
const DIFFERS: i32 = 3;

/// The daemon that serves, if one does; none is started.
pub(crate) async fn serving(context: &Context) -> Option<Client> {
    let client = Client::find(&context.paths).await.ok()?;
    client.health().await.is_ok().then_some(client)
}

/// Runs `guided` with these words and returns what it printed. A training terminal opens on the virtual clock only, so
/// that one is tried again there.
pub(crate) async fn ask(words: &[&str], context: &Context) -> Result<Vec<u8>, StartError> {
    let program = beside_or_in_path("guided").ok_or(StartError::Missing)?;
    let first = run(&program, words, context).await?;
    let is_training = !succeeded(&first) && last_words(&first).ends_with("(training_terminal)");
    let output = match is_training {
        true => run(&program, &[words, &["--clock", "virtual"]].concat(), context).await?,
        false => first,
    };
    match succeeded(&output) {
        true => Ok(output.stdout),
        false => Err(StartError::Ended { detail: last_words(&output), log: context.paths.log() }),
    }
}

async fn run(program: &Path, words: &[&str], context: &Context) -> Result<Output, StartError> {
    let ended = |detail: String| StartError::Ended { detail, log: context.paths.log() };
    let mut command = std::process::Command::new(program);
    command.args(words).stdin(Stdio::null());
    let run = tokio::task::spawn_blocking(move || command.output()).await;
    let run = run.map_err(|error| ended(error.to_string()))?;
    run.map_err(|error| ended(format!("{}: {error}", program.display())))
}

fn succeeded(output: &Output) -> bool {
    output.status.success() || output.status.code() == Some(DIFFERS)
}

/// The last line that it said on standard error.
fn last_words(output: &Output) -> String {
    let words = String::from_utf8_lossy(&output.stderr);
    let last = words.lines().rev().find(|line| !line.trim().is_empty());
    let last = last.map(|line| line.strip_prefix("guided: ").unwrap_or(line));
    last.map_or_else(|| output.status.to_string(), |line| sanitise(line, Lines::One, 300))
}

/// What was printed, read as JSON.
pub(crate) fn read<T: serde::de::DeserializeOwned>(printed: &[u8]) -> Answer<T> {
    use crate::cli::failure::Failure;
    serde_json::from_slice(printed).map_err(|error| Failure::Failed(format!("reading what guided printed: {error}")))
}
