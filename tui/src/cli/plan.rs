//! `guide plan list|show`; what looks ahead is `plan_forecast`'s.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::PlanId;
use guide_common::sop::plan::{EndsOn, Lang, Plan, Restart, Step};
use guide_common::text::{Lines, sanitise};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::plan_forecast;
use crate::cli::table::{Side, Table};
use crate::lang::name::{asks_name, channel_name, outcome_name, purpose_name};
use crate::lang::pick;
use crate::lang::trigger::trigger_name;
use crate::text;

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

pub(crate) fn plan_page(plan: &Plan, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let (id, name, version) = (&plan.id, sanitise(plan.name.in_lang(lang), Lines::One, 200), plan.version);
    let mut page = style.bold(&format!("{id} · {name} · v{version}")) + "\n";
    let (trigger, restart, priority) = (triggers(plan, lang), restart(plan.restart, lang), plan.priority);
    page.push_str(&text!(
        lang,
        "触发：{trigger} · 再次触发：{restart} · 优先级 {priority}\n",
        "starts on {trigger} · a new one {restart} · priority {priority}\n"
    ));
    let ends: Vec<&str> = plan.ends_on.iter().map(|end| ends_on(*end, lang)).collect();
    if !ends.is_empty() {
        let ends = ends.join(pick(lang, ("、", ", ")));
        page.push_str(&text!(lang, "遇到即结束：{ends}\n", "ends on {ends}\n"));
    }
    page.push('\n');
    page.push_str(&steps(&plan.steps, context));
    page
}

fn steps(steps: &[Step], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("节点", "Step")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("从", "From")), Side::Right),
        (pick(lang, ("到", "Until")), Side::Right),
        (pick(lang, ("渠道", "Over")), Side::Left),
        (pick(lang, ("目的", "For")), Side::Left),
        (pick(lang, ("话术", "Template")), Side::Left),
        (pick(lang, ("要问", "Asks")), Side::Left),
    ]);
    for step in steps {
        let channels: Vec<&str> = step.channels.iter().map(|channel| channel_name(*channel, lang)).collect();
        table.row([
            step.id.to_string(),
            step.title(lang).to_owned(),
            step.offset.to_string(),
            step.until.to_string(),
            channels.join(" → "),
            purpose_name(step.purpose, lang).to_owned(),
            step.template.as_ref().map(ToString::to_string).unwrap_or_default(),
            step.asks.map(|asks| asks_name(asks, lang).to_owned()).unwrap_or_default(),
        ]);
    }
    table.render(context.style)
}

fn triggers(plan: &Plan, lang: Lang) -> String {
    let names: Vec<String> = plan.triggers.iter().map(|trigger| trigger_name(trigger, lang)).collect();
    names.join(pick(lang, (" 或 ", " or ")))
}

fn restart(restart: Restart, lang: Lang) -> &'static str {
    let pair = match restart {
        Restart::Every => ("各自进行", "runs beside it"),
        Restart::Once => ("只做一次", "starts nothing"),
        Restart::Supersede => ("取代旧的", "takes its place"),
    };
    pick(lang, pair)
}

fn ends_on(ends_on: EndsOn, lang: Lang) -> &'static str {
    match ends_on {
        EndsOn::Return(_) => pick(lang, ("退货", "a return")),
        EndsOn::Code(code) => outcome_name(code, lang),
    }
}
