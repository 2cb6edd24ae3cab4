//! `guide complaint close`: ends a complaint with what the customer said to the solution.

use std::io::{IsTerminal, Read};

use clap::{Args as ClapArgs, Subcommand};
use guide_common::outcome::MAX_NOTE_CHARS;
use guide_common::wire::record::ComplaintCloseRequest;

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::show_saved;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide complaint`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Close the customer's open complaint
    Close {
        /// The customer's id
        #[arg(value_name = "CUSTOMER")]
        customer: String,
        /// What the customer said to the solution; read from standard input where it is missing
        #[arg(value_name = "WORDS", num_args = 0..)]
        words: Vec<String>,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let Command::Close { customer, words } = args.command;
    let customer = context.customer_id(&customer)?;
    let words = if words.is_empty() { read_words(context)? } else { words.join(" ") };
    let client = context.client().await?;
    let saved = client.close_complaint(&customer, &ComplaintCloseRequest { words }).await?;
    show_saved(&saved, pick(context.lang, ("投诉已关闭", "complaint closed")), context)
}

fn read_words(context: &Context) -> Answer<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        note(&text!(
            context.lang,
            "客户怎么说（原话，Ctrl-D 结束）：",
            "What the customer said (in their words, end with Ctrl-D):"
        ));
    }
    let mut words = String::new();
    let limit = MAX_NOTE_CHARS as u64 * 4;
    stdin
        .lock()
        .take(limit)
        .read_to_string(&mut words)
        .map_err(|error| Failure::Failed(format!("reading standard input: {error}")))?;
    Ok(words)
}
