//! `guide customer note`: what the guides keep in mind of a customer.

use clap::Args as ClapArgs;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::card::{NoteRow, Notes};
use guide_common::wire::record::NoteRequest;

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::log::show_saved;
use crate::cli::who;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide customer note`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The customer's id, or a name that only one has
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The note; without it the notes are listed
    #[arg(value_name = "TEXT", num_args = 0..)]
    text: Vec<String>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let customer = who::customer(&args.customer, &client, context).await?;
    if args.text.is_empty() {
        let notes = client.notes(&customer).await?;
        return context.show(&notes, |context| page(&notes, context));
    }
    let saved = client.add_note(&customer, &NoteRequest { text: args.text.join(" ") }).await?;
    show_saved(&saved, pick(context.lang, ("备注", "noted")), context)
}

fn page(notes: &Notes, context: &Context) -> String {
    if notes.notes.is_empty() {
        return text!(context.lang, "没有备注。\n", "There are no notes.\n");
    }
    notes.notes.iter().map(|row| format!("{}\n", line(row, context))).collect()
}

/// A note with its day, who wrote it, and whether it was sent.
pub(crate) fn line(row: &NoteRow, context: &Context) -> String {
    let by = row.guide_name.clone().unwrap_or_else(|| row.guide.to_string());
    let unsent = if row.received { "" } else { pick(context.lang, ("（未发出）", " (unsent)")) };
    let day = row.at.format("%Y-%m-%d");
    format!("{day} {}  {}{unsent}", sanitise(&by, Lines::One, 40), sanitise(&row.text, Lines::One, 400))
}
