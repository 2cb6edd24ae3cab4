//! `guide promise`: something the guide said would be done by a date.

use clap::Args as ClapArgs;
use guide_common::wire::record::PromiseRequest;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::Answer;
use crate::cli::log::{day, show_saved};
use crate::lang::date;
use crate::text;

/// Arguments of `guide promise`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The customer's id
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// What was promised
    #[arg(value_name = "TEXT", num_args = 1.., required = true)]
    text: Vec<String>,
    /// By when: 2026-08-20, 8-20, +3, 3d, 1w
    #[arg(long, value_name = "DATE")]
    by: DateWord,
    /// The piece that it is about
    #[arg(long, value_name = "TEXT")]
    item: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let customer = context.customer_id(&args.customer)?;
    let (client, status) = context.client_and_status().await?;
    let due_on = day(args.by, today(&status), context)?;
    let request = PromiseRequest { text: args.text.join(" "), item: args.item, due_on };
    let saved = client.promise(&customer, &request).await?;
    let by = date::day(due_on, context.lang);
    show_saved(&saved, &text!(context.lang, "承诺在 {by} 前办好", "promised by {by}"), context)
}
