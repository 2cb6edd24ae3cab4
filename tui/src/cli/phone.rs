//! `guide customer phone`: the whole phone number of one customer; the terminal notes that it was looked at.

use clap::Args as ClapArgs;
use guide_common::text::{Lines, sanitise};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::who;
use crate::text;

/// Arguments of `guide customer phone`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The customer's id, or a name that only one has
    #[arg(value_name = "CUSTOMER")]
    id: String,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let id = who::customer(&args.id, &client, context).await?;
    let revealed = client.reveal_phone(&id).await?;
    context.show(&revealed, |context| match &revealed.phone {
        Some(phone) => format!("{}  {phone}\n", sanitise(&revealed.name, Lines::One, 80)),
        None => text!(context.lang, "没有手机号。\n", "No phone number is known.\n"),
    })
}
