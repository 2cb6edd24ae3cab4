//! `guide promise CUSTOMER TEXT --by DATE`, `add|list|kept`: what the guide said would be done by a date.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use guide_common::wire::card::Promises;
use guide_common::wire::record::PromiseRequest;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::{day, show_saved};
use crate::cli::open::{of_customer, one};
use crate::cli::table::{Side, Table};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide promise`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    add: Option<Promised>,
}

/// A promise with its date.
#[derive(Debug, ClapArgs)]
struct Promised {
    /// The customer's id
    #[arg(value_name = "CUSTOMER", required = true)]
    customer: String,
    /// What was promised
    #[arg(value_name = "TEXT", num_args = 1.., required = true)]
    text: Vec<String>,
    /// By when: 2026-08-20, 8-20, +3, 3d, 1w
    #[arg(long, value_name = "DATE", required = true)]
    by: DateWord,
    /// The piece that it is about
    #[arg(long, value_name = "TEXT")]
    item: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record a promise with its date
    Add(Promised),
    /// List the promises that are open, the soonest first
    List {
        /// Only this customer's
        #[arg(value_name = "CUSTOMER")]
        customer: Option<String>,
    },
    /// Mark a promise as kept
    Kept {
        /// Its record, the beginning of it, or the id of a customer who has only one
        #[arg(value_name = "RECORD")]
        promise: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let command = args.command.or(args.add.map(Command::Add));
    match command {
        // the parser asks for one or the other
        None => Err(Failure::Usage(text!(context.lang, "要写客户和内容", "give the customer and what was promised"))),
        Some(Command::Add(Promised { customer, text, by, item })) => {
            let customer = context.customer_id(&customer)?;
            let (client, status) = context.client_and_status().await?;
            let due_on = day(by, today(&status), context)?;
            let request = PromiseRequest { text: text.join(" "), item, due_on };
            let saved = client.promise(&customer, &request).await?;
            let by = date::day(due_on, context.lang);
            show_saved(&saved, &text!(context.lang, "承诺在 {by} 前办好", "promised by {by}"), context)
        }
        Some(Command::List { customer }) => {
            let (client, status) = context.client_and_status().await?;
            let promises = Promises { promises: of_customer(client.promises().await?.promises, customer, context)? };
            context.show(&promises, |context| page(&promises, today(&status), context))
        }
        Some(Command::Kept { promise }) => {
            let client = context.client().await?;
            let promises = client.promises().await?.promises;
            let promise = one(&promises, &promise, |row| row.op_id, context)?;
            let saved = client.keep_promise(promise.row.op_id).await?;
            let what = promise.row.promise.text.as_str();
            show_saved(&saved, &text!(context.lang, "已兑现：{what}", "kept: {what}"), context)
        }
    }
}

pub(crate) fn page(promises: &Promises, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    if promises.promises.is_empty() {
        return text!(lang, "没有未兑现的承诺。\n", "No promise is open.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("最晚", "By")), Side::Left),
        ("", Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("承诺", "Promise")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for of in &promises.promises {
        let promise = &of.row.promise;
        table.row([
            date::short(promise.due_on, today, lang),
            if promise.due_on < today { pick(lang, ("已逾期", "overdue")).to_owned() } else { String::new() },
            of.name.clone(),
            of.customer.to_string(),
            promise.item.iter().fold(promise.text.clone(), |text, item| format!("{text} · {item}")),
            of.row.op_id.to_string(),
        ]);
    }
    table.render(context.style)
}
