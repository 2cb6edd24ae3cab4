//! `guide slip`: today's queue for a receipt printer.

use clap::Args as ClapArgs;
use guide_common::text::{Lines, sanitise};
use serde_json::json;

use crate::cli::context::{Context, Form, print_bytes};
use crate::cli::failure::{Answer, Failure};
use crate::client::{Client, ClientError};
use crate::lang::pick;
use crate::slip::receipt::{Encoding, encoded};
use crate::slip::{Paper, Slip, lines};

/// How many tasks fit a guide's day.
const DEFAULT_LIMIT: usize = 50;
/// The longest name of a shop or a guide.
const MAX_NAME_CHARS: usize = 80;
/// ESC @: the printer forgets what it was told before.
const INIT: &[u8] = b"\x1b@";
/// GS V 66 0: feeds to the cutter and cuts.
const CUT: &[u8] = b"\x1dVB\0";

/// Arguments of `guide slip`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Columns of a line: 32 on paper of 58 mm, 48 on paper of 80 mm
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u8).range(24..=80))]
    columns: u8,
    /// In what bytes the printer takes text
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    encoding: Encoding,
    /// Add what makes an ESC/POS printer begin anew and cut
    #[arg(long)]
    escpos: bool,
    /// Print at most so many tasks
    #[arg(long, short = 'n', value_name = "N", default_value_t = DEFAULT_LIMIT)]
    limit: usize,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let paper = Paper { columns: args.columns.into(), encoding: args.encoding };
    let (client, status) = context.client_and_status().await?;
    let profile = status.guide.ok_or_else(|| {
        let message =
            ("本机还没有登记导购；先用 guide enroll", "this terminal serves no guide yet; guide enroll begins");
        Failure::Refused(pick(context.lang, message).to_owned())
    })?;
    let name = |name: &str| sanitise(name, Lines::One, MAX_NAME_CHARS);
    let today = client.today_first(args.limit).await?;
    let n_open = today.n_open.max(today.tasks.len());
    let mut tasks = Vec::with_capacity(today.tasks.len());
    for task in today.tasks.into_iter().take(args.limit) {
        let phone = phone(&client, &task.customer).await?;
        tasks.push((task, phone));
    }
    let slip = Slip {
        store: name(&profile.store.name),
        guide: name(&profile.name),
        clock: status.clock,
        now: status.now,
        tasks,
        n_open,
        n_held: today.held.len(),
        n_done: today.done.len(),
    };
    let lines = lines(&slip, paper, context.lang);
    if context.form == Form::Json {
        let data = json!({ "on": today.on, "columns": paper.columns, "n_open": slip.n_open, "n_printed": slip.tasks.len(),
            "n_held": slip.n_held, "n_done": slip.n_done, "lines": lines });
        return context.show(&data, |_| String::new());
    }
    print_bytes(&bytes(&lines, args.encoding, args.escpos))
}

/// A customer's phone, masked; a customer who has gone meanwhile has none.
async fn phone(client: &Client, customer: &guide_common::id::CustomerId) -> Answer<Option<String>> {
    match client.customer(customer).await {
        Ok(card) => Ok(card.phone_masked),
        Err(ClientError::Problem(problem)) if problem.status == 404 => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the printer gets.
fn bytes(lines: &[String], encoding: Encoding, escpos: bool) -> Vec<u8> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let text = encoded(&text, encoding);
    match escpos {
        true => [INIT, &text, CUT].concat(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escpos_adds_the_start_and_the_cut_and_nothing_between() {
        let lines = ["致谢".to_owned(), "[ ] 1".to_owned()];
        let text = bytes(&lines, Encoding::Gbk, false);
        assert_eq!(text, b"\xd6\xc2\xd0\xbb\n[ ] 1\n");
        assert_eq!(bytes(&lines, Encoding::Gbk, true), [b"\x1b@", &text[..], b"\x1dVB\0"].concat());
        assert_eq!(bytes(&lines, Encoding::Utf8, false), "致谢\n[ ] 1\n".as_bytes());
    }
}
