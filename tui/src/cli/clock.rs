//! `guide clock show|set|forward`: the demo's clock. The real one cannot be moved.

use chrono::{NaiveDateTime, NaiveTime};
use clap::{Args as ClapArgs, Subcommand};
use guide_common::wire::local::{Clock, ClockKind};

use crate::cli::context::Context;
use crate::cli::dates::DateWord;
use crate::cli::failure::Answer;
use crate::cli::log::day;
use crate::lang::{date, pick};

/// Arguments of `guide clock`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the shop's time
    Show,
    /// Set the demo's clock
    Set {
        /// A day, or a day with a time: 2026-08-20, 8-20, 2026-08-20T10:00
        #[arg(value_name = "WHEN", value_parser = when)]
        when: When,
    },
    /// Move the demo's clock forward
    Forward {
        /// How far: 1d, 1w, 1m
        #[arg(value_name = "SPAN", default_value = "1d")]
        span: DateWord,
    },
}

#[derive(Clone, Copy, Debug)]
enum When {
    Day(DateWord),
    Time(NaiveDateTime),
}

/// The hour at which a demo's day begins where none is named.
const OPENING_HOUR: u32 = 10;

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let before = client.clock().await?;
    let clock = match args.command.unwrap_or(Command::Show) {
        Command::Show => before,
        Command::Set { when: When::Time(now) } => client.set_clock(now).await?,
        Command::Set { when: When::Day(word) } => {
            let on = day(word, before.now.date(), context)?;
            let time = NaiveTime::from_hms_opt(OPENING_HOUR, 0, 0).unwrap_or_default();
            client.set_clock(on.and_time(time)).await?
        }
        Command::Forward { span } => {
            let on = day(span, before.now.date(), context)?;
            client.set_clock(on.and_time(before.now.time())).await?
        }
    };
    context.show(&clock, |context| page(&clock, context))
}

fn page(clock: &Clock, context: &Context) -> String {
    let kind = match clock.kind {
        ClockKind::Real => "",
        ClockKind::Virtual => pick(context.lang, ("（演示时钟）", " (demo clock)")),
    };
    format!("{}{kind}\n", date::full_time(clock.now, context.lang))
}

fn when(text: &str) -> Result<When, String> {
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Ok(When::Time(time));
        }
    }
    text.parse().map(When::Day)
}
