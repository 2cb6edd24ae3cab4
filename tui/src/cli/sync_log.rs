//! `guide sync log`: the last cycles, each with its trigger, figures and end. A cycle's id stands in the hub's log too.

use chrono::{DateTime, Utc};
use clap::Args as ClapArgs;
use guide_common::text::{Lines, sanitise};
use guide_common::time::Zone;
use guide_common::wire::support::{CycleRow, SyncLog};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::table::{Side, Table};
use crate::client::Client;
use crate::lang::pick;
use crate::lang::support::{bytes, end_name, took, trigger_name};
use crate::text;

/// As much of an id as names a millisecond.
const ID_CHARS: usize = 12;

/// Arguments of `guide sync log`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Show at most so many cycles
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, client: &Client, context: &Context) -> Answer<()> {
    let mut log = client.sync_log().await?;
    let n_all = log.cycles.len();
    log.cycles.truncate(args.limit);
    context.show(&log, |context| page(&log, n_all, Utc::now(), context))
}

pub(crate) fn page(log: &SyncLog, n_all: usize, now: DateTime<Utc>, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    if log.cycles.is_empty() {
        return text!(lang, "还没有同步过。\n", "There was no cycle so far.\n");
    }
    let mut table = Table::new([
        (pick(lang, ("时间", "Began")), Side::Left),
        (pick(lang, ("起因", "Trigger")), Side::Left),
        (pick(lang, ("用时", "Took")), Side::Right),
        (pick(lang, ("上传", "Up")), Side::Right),
        (pick(lang, ("下载", "Down")), Side::Right),
        (pick(lang, ("结果", "End")), Side::Left),
        (pick(lang, ("轮次", "Cycle")), Side::Left),
    ]);
    for cycle in &log.cycles {
        table.row([
            began(cycle.at, now),
            trigger_name(&cycle.trigger, lang).to_owned(),
            took(cycle.took_ms),
            amount(cycle.n_pushed, cycle.n_bytes_up),
            amount(cycle.n_pulled, cycle.n_bytes_down),
            end(cycle, context),
            short_id(&cycle.id),
        ]);
    }
    let rendered = table.render(style);
    let mut lines = rendered.lines();
    let mut page: String = lines.next().into_iter().flat_map(|head| [head, "\n"]).collect();
    for (line, cycle) in lines.zip(&log.cycles) {
        page.push_str(&format!("{line}\n"));
        if let Some(cause) = &cycle.cause {
            page.push_str(&format!("  {}\n", style.dim(&sanitise(cause, Lines::One, 300))));
        }
    }
    if n_all > log.cycles.len() {
        let n_more = n_all - log.cycles.len();
        page.push_str(&style.dim(&text!(lang, "… 还有 {n_more} 轮（-n）", "… {n_more} more (-n)")));
        page.push('\n');
    }
    page
}

fn end(cycle: &CycleRow, context: &Context) -> String {
    let end = end_name(&cycle.end, context.lang);
    match cycle.n_rejected {
        0 => end.to_owned(),
        n => text!(context.lang, "{end}，退回 {n}", "{end}, {n} rejected"),
    }
}

/// The time; of another day, that day too.
pub(crate) fn began(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (at, now) = (Zone::default().shop_time(at), Zone::default().shop_time(now));
    at.format(if at.date() == now.date() { "%H:%M:%S" } else { "%m-%d %H:%M" }).to_string()
}

/// The beginning of a cycle's id that tells it from all others of a terminal, and by which the hub's log is searched.
fn short_id(id: &str) -> String {
    id.chars().take(ID_CHARS).collect()
}

/// How many, and how many bytes that took.
fn amount(n: u64, n_bytes: u64) -> String {
    match (n, n_bytes) {
        (0, 0) => "–".to_owned(),
        (0, n_bytes) => bytes(n_bytes),
        (n, n_bytes) => format!("{n} · {}", bytes(n_bytes)),
    }
}
