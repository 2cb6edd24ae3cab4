//! `guide undo`: takes a record back; both stay in the log.

use clap::Args as ClapArgs;
use guide_common::id::OpId;

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::log::show_saved;
use crate::lang::pick;

/// Arguments of `guide undo`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The record; the newest that still stands, where it is missing
    #[arg(value_name = "RECORD")]
    op: Option<OpId>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let saved = context.client().await?.undo(args.op).await?;
    show_saved(&saved, pick(context.lang, ("已撤销", "taken back")), context)
}
