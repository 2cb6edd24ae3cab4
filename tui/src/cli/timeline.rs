//! `guide customer timeline`: what happened with a customer, newest first.

use chrono::NaiveDate;
use clap::Args as ClapArgs;
use guide_common::outcome::Outcome;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::timeline::{Happened, Timeline};

use crate::cli::context::{Context, today};
use crate::cli::failure::Answer;
use crate::cli::who;
use crate::lang::pick;
use crate::lang::timeline::line;
use crate::text;

/// Arguments of `guide customer timeline`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The customer's id, or a name that only one has
    #[arg(value_name = "CUSTOMER")]
    id: String,
    /// Show at most so many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 30)]
    limit: usize,
    /// Show what is kept secret too: only where nobody else sees the screen
    #[arg(long)]
    reveal: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let id = who::customer(&args.id, &client, context).await?;
    let timeline = client.timeline(&id, args.limit, args.reveal).await?;
    context.show(&timeline, |context| page(&timeline, today(&status), context))
}

pub(crate) fn page(timeline: &Timeline, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut page = String::new();
    for entry in &timeline.entries {
        let line = sanitise(&line(entry, today, lang), Lines::One, 400);
        page.push_str(&if entry.undone_on.is_some() { context.style.dim(&line) } else { line });
        page.push('\n');
        if let Happened::Outcome(outcome) = &entry.what {
            page.push_str(&words(outcome, context));
        }
    }
    let (n, n_all) = (timeline.entries.len(), timeline.n_all);
    page.push_str(&context.style.dim(&text!(lang, "显示 {n} 条，共 {n_all} 条", "{n} shown of {n_all}")));
    page.push('\n');
    page
}

/// What was sent and what the customer said, under their contact.
fn words(outcome: &Outcome, context: &Context) -> String {
    let said = |label: (&'static str, &'static str), text: &Option<String>| {
        let text = sanitise(text.as_ref()?, Lines::One, 2_000);
        Some(format!("    {} {text}\n", pick(context.lang, label)))
    };
    let parts = [said(("发：", "sent:"), &outcome.sent), said(("回：", "reply:"), &outcome.reply)];
    parts.into_iter().flatten().collect()
}
