//! `guide snooze`: puts a task off to a later hour or day of its window.

use std::str::FromStr;

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use clap::Args as ClapArgs;
use guide_common::wire::record::SnoozeRequest;

use crate::cli::context::{Context, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::{clock_time, resolve, saved_page};
use crate::lang::date;
use crate::text;

/// Arguments of `guide snooze`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The task: its id, the beginning of it, the customer's id, or `next` for the first of the queue
    #[arg(value_name = "TASK")]
    task: String,
    /// Until when: 30m, 2h, 14:30, tomorrow, +3, 8-20 or 2026-08-20
    #[arg(value_name = "UNTIL")]
    until: Until,
}

/// Until when, as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Minutes(i64),
    Time(NaiveTime),
    Day(DateWord),
}

/// The longest span: a day.
const MAX_MINUTES: i64 = 24 * 60;

impl FromStr for Until {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |suffixes: &[&str]| {
            let digits = suffixes.iter().find_map(|suffix| text.strip_suffix(suffix))?;
            digits.parse::<u16>().ok().map(i64::from).filter(|_| !digits.starts_with('+'))
        };
        let minutes = number(&["m", "min", "分钟", "分"]).or_else(|| number(&["h", "小时"]).map(|hours| 60 * hours));
        match minutes {
            Some(minutes @ 1..=MAX_MINUTES) => Ok(Self::Minutes(minutes)),
            Some(_) => Err(format!("{text:?} is no span up to 24h")),
            None => match clock_time(text) {
                Ok(time) => Ok(Self::Time(time)),
                Err(_) => text.parse().map(Self::Day).map_err(|_| {
                    format!("{text:?} is no time to put it off to; write 30m, 2h, 14:30, tomorrow, +3 or 2026-08-20")
                }),
            },
        }
    }
}

impl Until {
    /// As the daemon takes it.
    fn word(self, now: NaiveDateTime) -> Option<String> {
        Some(match self {
            // to the next whole minute: a minute that has begun is over
            Self::Minutes(n) => (now + TimeDelta::minutes(n)).format("%Y-%m-%dT%H:%M").to_string(),
            Self::Time(time) => time.format("%H:%M").to_string(),
            Self::Day(word) => word.on(now.date())?.to_string(),
        })
    }
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let no_day = || Failure::Usage(text!(context.lang, "没有这一天", "there is no such day"));
    let until = args.until.word(status.now).ok_or_else(no_day)?;
    let task = resolve(&args.task, &client).await?;
    let saved = client.snooze(&task, &SnoozeRequest { until: until.clone(), due_ids: Vec::new() }).await?;
    let shown = shown(&until, today(&status), context);
    context.show(&saved, |context| {
        saved_page(&saved, &text!(context.lang, "稍后：{shown}", "put off to {shown}"), context)
    })
}

fn shown(until: &str, today: chrono::NaiveDate, context: &Context) -> String {
    match until.split_once('T') {
        Some((on, at)) if on == today.to_string() => at.to_owned(),
        Some((on, at)) => format!("{} {at}", shown(on, today, context)),
        None => until.parse().map_or_else(|_| until.to_owned(), |on| date::short(on, today, context.lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let now = "2026-08-12T23:45:30".parse().unwrap();
        assert_eq!(text.parse::<Until>().unwrap().word(now).unwrap(), expected, "{text}");
    }

    #[test]
    fn a_span_a_time_and_a_day_are_told_apart() {
        check("10m", "2026-08-12T23:55");
        check("2h", "2026-08-13T01:45");
        check("2小时", "2026-08-13T01:45");
        check("14:30", "14:30");
        check("tomorrow", "2026-08-13");
        check("明天", "2026-08-13");
        check("+3", "2026-08-15");
        check("2026-08-20", "2026-08-20");
        for text in ["0m", "25h", "soon", "24:30", "-2h"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }
}
