//! `guide customer add`: enters a person.

use clap::Args as ClapArgs;
use guide_common::purchase::parse_fen;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::record::{LeadRequest, LeadResponse, TagRequest};

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::Answer;
use crate::cli::log::{day, saved_page};
use crate::text;

/// Arguments of `guide customer add`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The name
    #[arg(value_name = "NAME")]
    name: String,
    /// The phone number
    #[arg(value_name = "PHONE")]
    phone: Option<String>,
    /// A tag: group and value by code, name or initials; may be given more than once
    #[arg(long = "tag", value_name = "GROUP:VALUE", value_parser = tag)]
    tags: Vec<TagRequest>,
    /// What the person looked at
    #[arg(long, value_name = "TEXT")]
    looked: Option<String>,
    /// What the person wants to spend, in yuan
    #[arg(long, value_name = "YUAN", value_parser = fen)]
    budget: Option<i64>,
    /// The day of a wedding to come
    #[arg(long, value_name = "DATE")]
    wedding: Option<DateWord>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let request = LeadRequest {
        name: args.name,
        phone: args.phone,
        tags: args.tags,
        looked_at: args.looked,
        budget_fen: args.budget,
        wedding_on: args.wedding.map(|word| day(word, today(&status), context)).transpose()?,
    };
    let added = client.add_lead(&request).await?;
    context.show(&added, |context| page(&added, context))
}

fn page(added: &LeadResponse, context: &Context) -> String {
    let (lang, id) = (context.lang, &added.saved.customer);
    let mut page = saved_page(&added.saved, &text!(lang, "新客 {id}", "entered as {id}"), context);
    for same in &added.same_phone {
        let (name, other) = (sanitise(&same.name, Lines::One, 80), &same.customer);
        page.push_str(&context.style.yellow(&text!(
            lang,
            "你的客户 {name}（{other}）也是这个手机号：如是同一人，guide undo 撤销",
            "your customer {name} ({other}) has that phone number: if it is one person, guide undo takes this back"
        )));
        page.push('\n');
    }
    page
}

fn tag(text: &str) -> Result<TagRequest, String> {
    let (group, value) =
        text.split_once([':', '：', '=']).ok_or_else(|| format!("{text:?} is no tag; write GROUP:VALUE"))?;
    Ok(TagRequest { group: group.trim().to_owned(), value: value.trim().to_owned() })
}

fn fen(text: &str) -> Result<i64, String> {
    parse_fen(text).ok_or_else(|| format!("{text:?} is no amount; write 1280 or 1280.50"))
}
