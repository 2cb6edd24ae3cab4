//! `guide secret add|list|lift`: a gift that must stay hidden from the one who gets it.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use guide_common::consent::SecretSide;
use guide_common::id::{CustomerId, PurchaseId};
use guide_common::wire::card::{Of, SecretRow, Secrets};
use guide_common::wire::record::SecretRequest;

use crate::cli::context::{Context, Form, note, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::{day, show_saved};
use crate::cli::open::one;
use crate::cli::table::{Side, Table};
use crate::client::Client;
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide secret`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep what this customer bought secret from another person
    Add {
        /// The id of the customer who gives
        #[arg(value_name = "CUSTOMER")]
        customer: String,
        /// The id of the customer who must not know; left out where that person is none
        #[arg(long, value_name = "CUSTOMER")]
        from: Option<String>,
        /// The last day on which it is kept: 2026-08-21, 8-21, +9, 1w
        #[arg(long, value_name = "DATE")]
        until: DateWord,
        /// The gift: a purchase's id, or `last`; all that is bought from today on where it is missing
        #[arg(long, value_name = "PURCHASE")]
        purchase: Option<String>,
    },
    /// List the secrets that are kept today
    List,
    /// End a secret on both sides
    Lift {
        /// Its record, or the beginning of it
        #[arg(value_name = "RECORD")]
        secret: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let lang = context.lang;
    match args.command {
        Command::Add { customer, from, until, purchase } => {
            let customer = context.customer_id(&customer)?;
            let from = from.map(|from| context.customer_id(&from)).transpose()?;
            let (client, status) = context.client_and_status().await?;
            let until_on = day(until, today(&status), context)?;
            let purchase = match purchase {
                Some(word) => Some(gift(&word, &customer, &client, context).await?),
                None => None,
            };
            let saved = client.keep_secret(&customer, &SecretRequest { from, until_on, purchase }).await?;
            let until = date::day(until_on, lang);
            show_saved(&saved, &text!(lang, "保密至 {until}", "kept secret until {until}"), context)?;
            if let (Form::Text, Some(elsewhere)) = (context.form, &saved.elsewhere) {
                note(&text!(
                    lang,
                    "guide: {elsewhere} 不是本机客户：请总部在对方档案上保密",
                    "guide: {elsewhere} is not this guide's customer: ask headquarters to keep it from them too"
                ));
            }
            Ok(())
        }
        Command::List => {
            let (client, status) = context.client_and_status().await?;
            let secrets = client.secrets().await?;
            context.show(&secrets, |context| page(&secrets, today(&status), context))
        }
        Command::Lift { secret } => {
            let client = context.client().await?;
            let secrets = client.secrets().await?.secrets;
            let secret = one(&secrets, &secret, |row| row.op_id, context)?;
            let saved = client.lift_secret(secret.row.op_id).await?;
            show_saved(&saved, pick(lang, ("保密已解除", "no secret any more")), context)
        }
    }
}

/// The purchase that a word names.
async fn gift(word: &str, customer: &CustomerId, client: &Client, context: &Context) -> Answer<PurchaseId> {
    if word != "last" {
        return PurchaseId::new(word).map_err(|error| Failure::Usage(error.to_string()));
    }
    let card = client.customer_revealed(customer).await?;
    let mut bought = card.purchases.into_iter().filter_map(|row| row.purchase);
    let last = bought.find(|purchase| !purchase.is_return());
    last.map(|purchase| purchase.id).ok_or_else(|| {
        Failure::Failed(text!(
            context.lang,
            "这位客户没有消费记录；去掉 --purchase 则从今天起全部保密",
            "this customer bought nothing yet; without --purchase all from today on is kept"
        ))
    })
}

pub(crate) fn page(secrets: &Secrets, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    if secrets.secrets.is_empty() {
        return text!(lang, "没有保密中的惊喜。\n", "No secret is kept.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("保密至", "Until")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("身份", "Side")), Side::Left),
        (pick(lang, ("对方", "Other")), Side::Left),
        (pick(lang, ("礼物", "Gift")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for Of { customer, name, row } in &secrets.secrets {
        table.row([
            date::short(row.until_on, today, lang),
            name.clone(),
            customer.to_string(),
            side(row, context).to_owned(),
            row.person.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.purchase.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.op_id.to_string(),
        ]);
    }
    table.render(context.style)
}

fn side(row: &SecretRow, context: &Context) -> &'static str {
    match row.side {
        SecretSide::Giver => pick(context.lang, ("送礼", "gives")),
        SecretSide::Recipient | SecretSide::Unknown => pick(context.lang, ("不能知道", "must not know")),
    }
}
