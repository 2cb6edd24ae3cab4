//! `guide consent`: what a customer allows or forbids from today on.

use clap::{Args as ClapArgs, ValueEnum};
use guide_common::outcome::Channel;
use guide_common::wire::record::ConsentRequest;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::{day, show_saved};
use crate::lang::name::channel_name;
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide consent`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The customer's id
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// allow or refuse
    #[arg(value_name = "WHAT", value_enum)]
    what: What,
    /// Over this channel only: wecom, phone, sms, …; all of them where it is missing
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<Channel>,
    /// The last day on which the refusal holds; for good where it is missing
    #[arg(long, value_name = "DATE")]
    until: Option<DateWord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Allow,
    Refuse,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let allowed = args.what == What::Allow;
    if allowed && args.until.is_some() {
        return Err(Failure::Usage(text!(
            lang,
            "只有 refuse 才有 --until",
            "only a refusal has a last day: --until goes with refuse"
        )));
    }
    let customer = context.customer_id(&args.customer)?;
    let (client, status) = context.client_and_status().await?;
    let until_on = args.until.map(|until| day(until, today(&status), context)).transpose()?;
    let saved = client.consent(&customer, ConsentRequest { allowed, channel: args.channel, until_on }).await?;
    let over =
        args.channel.map_or(pick(lang, ("所有渠道", "every channel")), |channel| channel_name(channel, lang));
    let what = match (allowed, until_on.map(|until_on| date::day(until_on, lang))) {
        (true, _) => text!(lang, "允许联系：{over}", "allows {over}"),
        (false, None) => text!(lang, "不接受：{over}", "refuses {over}"),
        (false, Some(until)) => text!(lang, "到 {until} 不接受：{over}", "refuses {over} until {until}"),
    };
    show_saved(&saved, &what, context)
}
