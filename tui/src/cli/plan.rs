//! `guide plan list|show`; one plan's page is `plan_page`'s, what looks ahead `plan_forecast`'s.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::PlanId;
use guide_common::sop::plan::Plan;

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::plan_diff;
use crate::cli::plan_forecast;
use crate::cli::plan_page::plan_page;
use crate::cli::table::{Side, Table};
use crate::lang::pick;
use crate::lang::plan::triggers;

/// Arguments of `guide plan`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the plans
    List,
    /// Show one with its steps
    Show {
        /// Such as P01
        #[arg(value_name = "ID")]
        id: PlanId,
    },
    /// Show what a plan would have meant for the last days; nothing is recorded or published
    Simulate(plan_forecast::Args),
    /// Show what an edited plan changes, also for customers whose runs are under way
    Diff(plan_diff::Args),
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    match args.command {
        Command::List => {
            let plans = client.plans().await?;
            context.show(&serde_json::json!({ "plans": plans }), |context| list_page(&plans, context))
        }
        Command::Show { id } => {
            let plan = client.plan(&id).await?;
            context.show(&plan, |context| plan_page(&plan, context))
        }
        Command::Simulate(args) => plan_forecast::run(args, &client, context).await,
        Command::Diff(args) => plan_diff::run(args, &client, context).await,
    }
}

fn list_page(plans: &[Plan], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("触发", "Trigger")), Side::Left),
        (pick(lang, ("节点", "Steps")), Side::Right),
        (pick(lang, ("优先", "Priority")), Side::Right),
        (pick(lang, ("版本", "Version")), Side::Right),
    ]);
    for plan in plans {
        table.row([
            plan.id.to_string(),
            plan.name.in_lang(lang).to_owned(),
            triggers(plan, lang),
            plan.steps.len().to_string(),
            plan.priority.to_string(),
            plan.version.to_string(),
        ]);
    }
    table.render(context.style)
}
