//! `guide tag list`: the groups of tags that headquarters has published, with their values.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::settings::{TagChoice, TagGroup};
use guide_common::wire::card::TagGroups;

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::table::{Side, Table};
use crate::lang::pick;
use crate::text;

/// Arguments of `guide tag`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the groups with their values and the initials that name them
    List,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let Command::List = args.command.unwrap_or(Command::List);
    let groups = context.client().await?.tag_groups().await?;
    context.show(&groups, |context| page(&groups, context))
}

pub(crate) fn page(groups: &TagGroups, context: &Context) -> String {
    let lang = context.lang;
    if groups.groups.is_empty() {
        return text!(lang, "总部没有发布标签组。\n", "Headquarters has published no groups of tags.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("代码", "Code")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("选法", "Choice")), Side::Left),
        (pick(lang, ("有效天数", "Days")), Side::Right),
        (pick(lang, ("值（首字母）", "Values (initials)")), Side::Left),
    ])
    .uncut();
    for group in &groups.groups {
        table.row([
            group.code.clone(),
            group.name.in_lang(lang).to_owned(),
            choice(group.choice, context).to_owned(),
            group.ttl_days.map(|days| days.to_string()).unwrap_or_default(),
            values(group, context),
        ]);
    }
    table.render(context.style)
}

fn choice(choice: TagChoice, context: &Context) -> &'static str {
    let pair = match choice {
        TagChoice::Single => ("单选", "one"),
        TagChoice::Multi => ("多选", "several"),
        TagChoice::Date => ("日期", "a date"),
        TagChoice::Unknown => ("其他", "other"),
    };
    pick(context.lang, pair)
}

fn values(group: &TagGroup, context: &Context) -> String {
    let value = |value: &guide_common::sop::settings::TagValue| {
        let name = value.name.in_lang(context.lang);
        if value.initials.is_empty() { name.to_owned() } else { format!("{name} ({})", value.initials) }
    };
    group.values.iter().map(value).collect::<Vec<_>>().join(pick(context.lang, ("、", ", ")))
}
