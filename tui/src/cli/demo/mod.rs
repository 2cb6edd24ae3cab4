//! `guide demo`: a whole chain in a temporary folder, with an embedded hub and a daemon as processes of their own.
//! On exit, also after an error, a panic or a signal, no process and no file is left.

mod check;
mod director;
mod home;
mod hub;
mod process;
mod snapshot;
mod stage;
mod verdict;

use std::sync::Arc;

use clap::Args as ClapArgs;

use crate::cli::context::{Context, note};
use crate::cli::demo::director::Director;
use crate::cli::demo::stage::Stage;
use crate::cli::failure::{Answer, Failure};
use crate::cli::interactive::{self, Look, Mode, Place};
use crate::cli::signal::Signals;
use crate::interface::home::Keeping;
use crate::text;

/// Arguments of `guide demo`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Be another guide: the id, or a part of the name
    #[arg(long = "as", value_name = "NAME")]
    guide: Option<String>,
    /// Walk ten tasks without a terminal, with the hub stopped and the daemon killed on the way, and check every figure
    #[arg(long)]
    check: bool,
    /// Another chain and other customers: the same seed gives the same ones
    #[arg(long, value_name = "N", default_value_t = guide_common::demo::SEED)]
    seed: u64,
    /// Walk the demo line by line, as guide --plain does
    #[arg(long, conflicts_with = "check")]
    plain: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context, look: Look) -> Answer<()> {
    // before anything exists that would have to be removed
    let signals = Signals::new()?;
    let check = args.check;
    let look = Look { mode: if args.plain { Mode::Plain } else { look.mode }, ..look };
    let mode = look.mode;
    let answer = tokio::select! {
        answer = play(args, context, look) => answer,
        signal = signals.first() => Err(Failure::Signal(signal)),
    };
    if !check && mode == Mode::Drawn && matches!(answer, Err(Failure::Signal(_))) {
        // last, so that the interface draws nothing over what the shell shows next
        crate::interface::give_back();
    }
    answer
}

/// Everything that the demo makes is owned by this future: whoever drops it cleans up.
async fn play(args: Args, context: &Context, look: Look) -> Answer<()> {
    if args.check {
        return check::run(args.guide.as_deref(), context).await;
    }
    interactive::needs_terminal(look.mode, context)?;
    note(&text!(context.lang, "正在准备演示门店…", "Preparing the demo shop…"));
    let stage = Stage::set(args.guide.as_deref(), args.seed, context.lang).await?;
    let (socket, state) = (stage.paths().socket.clone(), stage.paths().state.clone());
    let (mut director, training, orders) = Director::new(stage, args.seed, context.lang).await?;
    let place = Place { socket, state, keeping: Keeping::Forgotten, training: Some(training) };
    let shown = interactive::show(place, context, look, Arc::default());
    let answer = tokio::select! {
        answer = shown => answer,
        () = director.run(orders) => Ok(()),
    };
    director.into_stage().strike().await;
    answer
}
