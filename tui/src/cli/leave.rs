//! `guide leave`: days on which the guide is away, and who stands in.

use chrono::{Datelike, NaiveDate, Weekday};
use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::{GuideId, OpId};
use guide_common::wire::card::Leaves;
use guide_common::wire::record::LeaveRequest;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::{day, show_saved};
use crate::cli::table::{Side, Table};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide leave`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The first day: 2026-08-20, 8-20, +3, 1w
    #[arg(value_name = "FROM", required = true, allow_hyphen_values = true)]
    from: Option<DateWord>,
    /// The last day
    #[arg(value_name = "TO", required = true, allow_hyphen_values = true)]
    to: Option<DateWord>,
    /// The id of the guide who stands in
    #[arg(long, value_name = "GUIDE")]
    deputy: Option<GuideId>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List days off and leaves
    List,
    /// Cancel a leave
    Cancel {
        /// Its record, or the beginning of it
        #[arg(value_name = "RECORD")]
        leave: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    match (args.command, args.from, args.to) {
        (Some(Command::List), _, _) => {
            let (client, status) = context.client_and_status().await?;
            let leaves = client.leaves().await?;
            context.show(&leaves, |context| page(&leaves, today(&status), context))
        }
        (Some(Command::Cancel { leave }), _, _) => cancel(&leave, context).await,
        (None, Some(from), Some(to)) => enter(from, to, args.deputy, context).await,
        // the parser asks for both
        (None, _, _) => {
            Err(Failure::Usage(text!(context.lang, "要写开始日和结束日", "give the first and the last day")))
        }
    }
}

async fn enter(from: DateWord, to: DateWord, deputy: Option<GuideId>, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let (client, status) = context.client_and_status().await?;
    let today = today(&status);
    let (from_on, to_on) = (day(from, today, context)?, day(to, today, context)?);
    if to_on < from_on {
        return Err(Failure::Usage(text!(
            lang,
            "开始日 {from_on} 晚于结束日 {to_on}",
            "the first day, {from_on}, lies after the last, {to_on}"
        )));
    }
    let saved = client.take_leave(&LeaveRequest { from_on, to_on, deputy }).await?;
    let (from, to) = (date::day(from_on, lang), date::day(to_on, lang));
    show_saved(&saved, &text!(lang, "休假 {from} 至 {to}", "on leave from {from} to {to}"), context)
}

async fn cancel(word: &str, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let client = context.client().await?;
    let leaves = client.leaves().await?.leaves;
    let ids: Vec<OpId> = leaves.iter().map(|row| row.op_id).filter(|id| id.to_string().starts_with(word)).collect();
    let [leave] = ids[..] else {
        return Err(Failure::Failed(text!(
            lang,
            "没有唯一的休假“{word}”；guide leave list 列出记录编号",
            "{word:?} names no one leave; guide leave list shows the records"
        )));
    };
    let saved = client.cancel_leave(leave).await?;
    show_saved(&saved, pick(lang, ("休假已取消", "the leave is cancelled")), context)
}

pub(crate) fn page(leaves: &Leaves, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let mut page = String::new();
    if !leaves.days_off.is_empty() {
        let names: Vec<&str> = leaves.days_off.iter().map(|day| weekday(*day, context)).collect();
        let names = names.join(pick(lang, ("、", ", ")));
        page.push_str(&text!(lang, "每周休息：{names}\n", "off every week: {names}\n"));
    }
    if leaves.leaves.is_empty() {
        return page + &text!(lang, "没有休假。\n", "No leave is entered.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("从", "From")), Side::Left),
        (pick(lang, ("到", "To")), Side::Left),
        (pick(lang, ("代班", "Deputy")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for row in &leaves.leaves {
        table.row([
            date::short(row.leave.from_on, today, lang),
            date::short(row.leave.to_on, today, lang),
            row.leave.deputy.as_ref().map(ToString::to_string).unwrap_or_default(),
            row.op_id.to_string(),
        ]);
    }
    page + &table.render(context.style)
}

/// The name of a weekday, by way of a day that is one.
fn weekday(weekday: Weekday, context: &Context) -> &'static str {
    let monday = NaiveDate::default().week(Weekday::Mon).first_day();
    let day = monday.iter_days().take(7).find(|day| day.weekday() == weekday);
    date::weekday(day.unwrap_or(monday), context.lang)
}
