//! `guide demo`: a whole chain in a temporary folder, with an embedded hub and a daemon as processes of their own.
//! On exit, also after an error, a panic or a signal, no process and no file is left.

mod check;
mod home;
mod hub;
mod process;
mod stage;
mod verdict;

use clap::Args as ClapArgs;

use crate::cli::context::{Context, note};
use crate::cli::demo::stage::Stage;
use crate::cli::failure::{Answer, Failure};
use crate::cli::interactive;
use crate::cli::signal::Signals;
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
}

/// Runs the command.
pub async fn run(args: Args, context: &Context, theme: Option<String>) -> Answer<()> {
    // before anything exists that would have to be removed
    let signals = Signals::new()?;
    let check = args.check;
    let answer = tokio::select! {
        answer = play(args, context, theme) => answer,
        signal = signals.first() => Err(Failure::Signal(signal)),
    };
    if !check && matches!(answer, Err(Failure::Signal(_))) {
        // last, so that the interface draws nothing over what the shell shows next
        crate::interface::give_back();
    }
    answer
}

/// Everything that the demo makes is owned by this future: whoever drops it cleans up.
async fn play(args: Args, context: &Context, theme: Option<String>) -> Answer<()> {
    if args.check {
        return check::run(args.guide.as_deref(), context).await;
    }
    interactive::needs_terminal(context)?;
    note(&text!(context.lang, "正在准备演示门店…", "Preparing the demo shop…"));
    let stage = Stage::set(args.guide.as_deref(), context.lang).await?;
    let answer = interactive::show(stage.paths().socket.clone(), context, theme).await;
    stage.strike().await;
    answer
}
