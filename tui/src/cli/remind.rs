//! `guide remind`: what the guide is reminded of, putting it off, and whether the desktop shows it.

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::remind::{ReminderRow, ReminderTest, Reminders};

use crate::cli::context::{Context, today};
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::lang::remind::{state, what};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide remind`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them: those that were told and still stand, and those of today and tomorrow
    List,
    /// Put one off
    Snooze {
        /// Its id, or the beginning of it
        id: String,
        /// By how many minutes; by those of the settings where nothing is said
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1440))]
        minutes: Option<u32>,
    },
    /// Show one on the desktop, to see whether that works
    Test,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let on = today(&status);
    match args.command.unwrap_or(Command::List) {
        Command::List => {
            let reminders = client.reminders().await?;
            context.show(&reminders, |context| page(&reminders, on, context))
        }
        Command::Snooze { id, minutes } => {
            let row = find(&client.reminders().await?, &id, context.lang)?;
            let reminders = client.snooze_reminder(row.id, minutes).await?;
            let at = reminders.reminders.iter().find(|other| other.id == row.id).and_then(|row| row.at);
            context.show(&reminders, |context| match at {
                Some(at) => {
                    let at = date::full_time(at, context.lang);
                    text!(context.lang, "{at} 再提醒\n", "it comes again at {at}\n")
                }
                None => text!(context.lang, "推迟到了它没有用的时候\n", "by then it is of no use\n"),
            })
        }
        Command::Test => {
            let test = client.test_reminder().await?;
            context.show(&test, |context| test_page(&test, context))?;
            if test.shown { Ok(()) } else { Err(Failure::Reported) }
        }
    }
}

fn find(reminders: &Reminders, id: &str, lang: Lang) -> Answer<ReminderRow> {
    let mut found = reminders.reminders.iter().filter(|row| row.id.to_string().starts_with(id));
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row.clone()),
        (None, _) => Err(Failure::Usage(text!(
            lang,
            "没有“{id}”这条提醒；guide remind 列出全部",
            "there is no reminder {id:?}; guide remind lists them"
        ))),
        _ => Err(Failure::Usage(text!(lang, "“{id}”不止一条；多写几位", "{id:?} begins several; write more of it"))),
    }
}

fn test_page(test: &ReminderTest, context: &Context) -> String {
    let lang = context.lang;
    if test.shown {
        let buttons = match test.actions {
            true => pick(lang, ("，带按钮", ", with buttons")),
            false => pick(lang, ("；这个桌面不显示按钮", "; this desktop shows no buttons")),
        };
        return text!(lang, "桌面已弹出通知{buttons}\n", "the desktop shows it{buttons}\n");
    }
    let fault = sanitise(test.fault.as_deref().unwrap_or_default(), Lines::One, 200);
    text!(
        lang,
        "桌面没有弹出通知（{fault}）；提醒仍在界面和 guide remind 里，打开的界面会响铃\n",
        "the desktop shows nothing ({fault}); reminders are in the interface and in guide remind, and an open interface rings\n"
    )
}

fn page(reminders: &Reminders, on: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    if !reminders.enabled {
        return text!(
            lang,
            "提醒已关闭，或今天的队列还没算完；guide config get remind.enabled 查看\n",
            "reminders are switched off, or the queue is being worked out; see guide config get remind.enabled\n"
        );
    }
    if reminders.reminders.is_empty() {
        return text!(lang, "今明两天没有提醒\n", "nothing to be reminded of today or tomorrow\n");
    }
    let mut table = Table::new([
        (pick(lang, ("时间", "When")), Side::Left),
        (pick(lang, ("状态", "State")), Side::Left),
        (pick(lang, ("事项", "What")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("编号", "Id")), Side::Left),
    ]);
    for row in &reminders.reminders {
        let when = row.at.map_or_else(String::new, |at| {
            let time = date::time(at.time());
            if at.date() == on { time } else { format!("{} {time}", date::short(at.date(), on, lang)) }
        });
        let id: String = row.id.to_string().chars().take(6).collect();
        table.row([when, state(row.state, lang).to_owned(), what(row, on, lang), row.name.clone(), id]);
    }
    table.render(context.style)
}
