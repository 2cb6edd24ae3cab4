//! `guide template list|show|render|stats`; `lint` has a file of its own.

use chrono::Days;
use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::TemplateId;
use guide_common::template::Template;
use guide_common::text::{Lines, sanitise};
use guide_common::time::Period;
use guide_common::wire::ask::TemplateStats;

use crate::cli::context::{Context, Form, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::lint;
use crate::cli::log::day;
use crate::cli::next::print_script;
use crate::cli::patience::patiently;
use crate::cli::propose;
use crate::cli::table::{Side, Table};
use crate::lang::name::channel_name;
use crate::lang::{date, pick, withheld};
use crate::text;

/// Arguments of `guide template`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the templates
    List,
    /// Show one with its variables
    Show {
        /// Such as T01
        #[arg(value_name = "ID")]
        id: TemplateId,
    },
    /// Print what to say to a customer
    Render {
        /// Such as T01
        #[arg(value_name = "ID")]
        id: TemplateId,
        /// The customer's id
        #[arg(long, value_name = "ID")]
        customer: String,
    },
    /// Check what templates must not say; exit code 3 where they hold what must not be said to a customer
    Lint(lint::Args),
    /// Propose a template file to headquarters: a trainer's terminal only
    Propose(propose::ProposeArgs),
    /// Open a template in your editor, and propose what came of it
    Edit(propose::EditArgs),
    /// List what was proposed from here, and what headquarters said
    Proposals,
    /// Count how often templates were said, and how often the customer replied
    Stats {
        /// The first day; 90 days before the last where it is missing
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        from: Option<DateWord>,
        /// The last day; today where it is missing
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        to: Option<DateWord>,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    match args.command {
        Command::List => {
            let templates = client.templates().await?;
            context.show(&serde_json::json!({ "templates": templates }), |context| list_page(&templates, context))
        }
        Command::Show { id } => {
            let template = client.template(&id).await?;
            context.show(&template, |context| template_page(&template, context))
        }
        Command::Render { id, customer } => {
            let view = client.script(&id, &context.customer_id(&customer)?, context.lang).await?;
            match context.form {
                Form::Json => {
                    context.show(&view, |_| String::new())?;
                    let refused = |why| Err(Failure::Refused(withheld::sentence(&why, context.lang)));
                    view.script.withheld().map_or(Ok(()), refused)
                }
                Form::Text => print_script(&view, context),
            }
        }
        Command::Lint(args) => lint::run(args, &client, context).await,
        Command::Propose(args) => propose::propose(args, &client, context).await,
        Command::Edit(args) => propose::edit(args, &client, context).await,
        Command::Proposals => {
            let proposals = client.proposals().await?;
            context.show(&proposals, |context| propose::page(&proposals, context))
        }
        Command::Stats { from, to } => {
            let today = today(&client.status().await?);
            let to = to.map_or(Ok(today), |word| day(word, today, context))?;
            let from = from.map_or(Ok(to - Days::new(89)), |word| day(word, today, context))?;
            let period = Period::new(from, to).ok_or_else(|| {
                Failure::Usage(text!(context.lang, "开始日晚于结束日", "the first day lies after the last"))
            })?;
            let counting = text!(context.lang, "正在统计…", "counting…");
            let stats = patiently(&counting, client.template_stats(period)).await?;
            context.show(&stats, |context| stats_page(&stats, context))
        }
    }
}

pub(crate) fn stats_page(stats: &TemplateStats, context: &Context) -> String {
    let lang = context.lang;
    let (from, to) = (date::full(stats.period.from, lang), date::full(stats.period.to, lang));
    let mut page = context.style.bold(&text!(lang, "{from} 至 {to}", "{from} to {to}")) + "\n";
    if stats.rows.is_empty() {
        page.push_str(&text!(lang, "没有记录用过话术。\n", "No script was recorded as used.\n"));
        return page;
    }
    let mut table = Table::new([
        (pick(lang, ("话术", "Template")), Side::Left),
        (pick(lang, ("节点", "Step")), Side::Left),
        (pick(lang, ("使用", "Said")), Side::Right),
        (pick(lang, ("回复", "Replies")), Side::Right),
        (pick(lang, ("回复率", "Rate")), Side::Right),
        (pick(lang, ("95% 区间", "95% interval")), Side::Left),
    ]);
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    for row in &stats.rows {
        let step = row.used.step.as_ref().map(|(plan, step)| format!("{plan}/{step}"));
        table.row([
            row.used.template.to_string(),
            step.unwrap_or_default(),
            row.used.usage.n_used.to_string(),
            row.used.usage.n_replied.to_string(),
            row.rate.map(|rate| percent(rate.share)).unwrap_or_default(),
            row.rate.map(|rate| format!("{}–{}", percent(rate.low), percent(rate.high))).unwrap_or_default(),
        ]);
    }
    page + &table.render(context.style)
}

fn list_page(templates: &[Template], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("渠道", "Over")), Side::Left),
        (pick(lang, ("版本", "Version")), Side::Right),
        (pick(lang, ("内容", "Text")), Side::Left),
    ]);
    for template in templates {
        table.row([
            template.id.to_string(),
            template.name.in_lang(lang).to_owned(),
            channel_name(template.channel, lang).to_owned(),
            template.version.to_string(),
            template.text.in_lang(lang).to_owned(),
        ]);
    }
    table.render(context.style)
}

fn template_page(template: &Template, context: &Context) -> String {
    let lang = context.lang;
    let title = format!(
        "{} · {} · {} · v{}",
        template.id,
        template.name.in_lang(lang),
        channel_name(template.channel, lang),
        template.version
    );
    let text = sanitise(template.text.in_lang(lang), Lines::Many, 4_000);
    format!("{}\n{text}\n", context.style.bold(&sanitise(&title, Lines::One, 200)))
}
