//! `guide customer list`: filters under names, kept on this terminal.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::list::{SavedList, SavedLists};

use crate::cli::context::{Context, today};
use crate::cli::customer::list_page;
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::lang::{note, pick};
use crate::text;

/// Arguments of `guide customer list`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep a filter under a name, in the place of the one that had it
    Save {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
        /// The filter, as guide customer find takes it
        #[arg(value_name = "FILTER", num_args = 1.., required = true)]
        filter: Vec<String>,
    },
    /// Show the customers of a list
    Show {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
        /// Show at most so many
        #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
        limit: usize,
    },
    /// Take a list away
    Remove {
        /// The name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let lang = context.lang;
    match args.command {
        None => {
            let lists = context.client().await?.lists().await?;
            context.show(&lists, |context| page(&lists, context))
        }
        Some(Command::Save { name, filter }) => {
            let saved = context.client().await?.save_list(&name, &filter.join(" ")).await?;
            let (name, n) = (&saved.name, saved.n_found);
            let line =
                text!(lang, "已保存“{name}”：现有 {n} 位客户\n", "saved {name:?}: {n} customers at this moment\n");
            context.show(&saved, |context| line + &note::lines(&saved.notes, context.lang))
        }
        Some(Command::Show { name, limit }) => {
            let (client, status) = context.client_and_status().await?;
            let lists = client.lists().await?.lists;
            let list =
                lists.into_iter().find(|list| list.name == name.trim()).ok_or_else(|| unknown(&name, context))?;
            let found = client.customers(&list.filter, limit).await?;
            context.show(&found, |context| format!("{}\n{}", head(&list), list_page(&found, today(&status), context)))
        }
        Some(Command::Remove { name }) => {
            let gone = context.client().await?.remove_list(&name).await?;
            let (name, filter) = (&gone.name, &gone.filter);
            let line = text!(lang, "已删除“{name}”：{filter}\n", "removed {name:?}: {filter}\n");
            context.show(&gone, |_| line)
        }
    }
}

fn unknown(name: &str, context: &Context) -> Failure {
    Failure::Failed(text!(
        context.lang,
        "没有名为“{name}”的名单；guide customer list 列出已保存的",
        "no list is called {name:?}; guide customer list shows those that are saved"
    ))
}

fn head(list: &SavedList) -> String {
    sanitise(&format!("{} · {}", list.name, list.filter), Lines::One, 300)
}

pub(crate) fn page(lists: &SavedLists, context: &Context) -> String {
    let lang = context.lang;
    if lists.lists.is_empty() {
        return text!(
            lang,
            "还没有保存的名单；guide customer list save 名称 条件 保存一个\n",
            "no list is saved; guide customer list save NAME FILTER saves one\n"
        );
    }
    let mut table = Table::new([
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("客户", "Customers")), Side::Right),
        (pick(lang, ("条件", "Filter")), Side::Left),
    ]);
    for list in &lists.lists {
        table.row([list.name.clone(), list.n_found.to_string(), list.filter.clone()]);
    }
    let notes = lists.lists.iter().map(|list| note::lines(&list.notes, lang));
    table.render(context.style) + &notes.collect::<String>()
}
