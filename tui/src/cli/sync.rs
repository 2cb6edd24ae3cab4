//! `guide sync [now|status|log]`.

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{FeedState, SavedState, SyncStatus};

use crate::cli::context::{Context, note};
use crate::cli::failure::{Answer, Failure};
use crate::cli::sync_log;
use crate::lang::name::{saved_state_name, sync_error_name, sync_error_next};
use crate::lang::support::{off_by, skew};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide sync`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a cycle and wait for its end
    Now,
    /// Show when it last worked and what is unsent
    Status,
    /// List the last cycles: when and why each ran, what it carried, how it ended
    Log(sync_log::Args),
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    match args.command.unwrap_or(Command::Now) {
        Command::Status => {
            let sync = client.sync_status().await?;
            context.show(&sync, |context| page(&sync, context))
        }
        Command::Log(args) => sync_log::run(&args, &client, context).await,
        Command::Now => {
            let sync = client.sync_now().await?;
            context.show(&sync, |context| page(&sync, context))?;
            ended_well(&sync, context.lang)
        }
    }
}

/// A cycle that failed fails the command, as far as the hub is to blame with the code for that.
fn ended_well(sync: &SyncStatus, lang: Lang) -> Answer<()> {
    let Some(error) = &sync.last_error else {
        return Ok(());
    };
    let code = if error.code == "unreachable" { "hub_unreachable" } else { "sync_failed" };
    let problem = guide_common::wire::Problem::new(502, code, sync_error_name(&error.code, lang));
    Err(Failure::Client(match sync_error_next(&error.code, lang) {
        Some(next) => problem.hint(next).into(),
        None => problem.into(),
    }))
}

/// Notes on standard error that this machine's clock is off by more than two minutes.
pub(crate) fn tell_of_skew(sync: &SyncStatus, lang: Lang) {
    if let Some(text) = skew(sync.skew_ms, lang) {
        note(&format!("guide: {text}"));
    }
}

/// The state of sync in lines.
pub(crate) fn page(sync: &SyncStatus, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let state = saved_state_name(sync.state, lang);
    let state = match sync.state {
        SavedState::Received => style.green(state),
        SavedState::Saved => state.to_owned(),
        SavedState::Attention => style.red(state),
    };
    let now = Utc::now();
    let last = sync.last_ok_at.map_or_else(
        || pick(lang, ("还没有同步过", "never synchronised")).to_owned(),
        |at| text!(lang, "上次同步 {}", "last synchronised {}", date::ago(at, now, lang)),
    );
    let (n_unsent, n_rejected) = (sync.n_unsent, sync.n_rejected);
    let mut page = match sync.last_ok_at {
        // nothing was ever sent: that nothing waits says nothing about headquarters
        None if sync.state == SavedState::Received => text!(lang, "{last}", "{last}"),
        _ => text!(lang, "{state} · {last} · 待发 {n_unsent}", "{state} · {last} · {n_unsent} unsent"),
    };
    if n_rejected > 0 {
        page.push_str(&text!(lang, " · 被退回 {n_rejected}", " · {n_rejected} rejected"));
    }
    page.push('\n');
    if let Some(hub) = &sync.hub {
        let hub = sanitise(hub, Lines::One, 200);
        page.push_str(&text!(lang, "总部 {hub}\n", "headquarters {hub}\n"));
    }
    if let Some(error) = &sync.last_error {
        let (what, detail) = (sync_error_name(&error.code, lang), sanitise(&error.detail, Lines::One, 300));
        page.push_str(&style.red(&format!("{what} ({detail})")));
        page.push('\n');
        if let Some(next) = sync_error_next(&error.code, lang) {
            page.push_str(&format!("  {next}\n"));
        }
    }
    if n_rejected > 0 {
        let next = ("guide outbox 查看被退回的记录", "guide outbox shows what was rejected");
        page.push_str(&format!("  {}\n", pick(lang, next)));
    }
    if sync.hub.is_some() {
        page.push_str(&format!("{}\n", rhythm(sync, now, lang)));
        page.push_str(&clock(sync, context));
        page.push_str(&style.dim(&feed(pick(lang, ("客户数据", "customers")), &sync.guide_feed, lang)));
        page.push_str(&style.dim(&feed(pick(lang, ("方案话术", "plans and templates")), &sync.shared_feed, lang)));
    }
    page
}

/// When the terminal hears of the hub next.
pub(crate) fn rhythm(sync: &SyncStatus, now: DateTime<Utc>, lang: Lang) -> String {
    let mut rhythm = match sync.is_waiting {
        true => pick(lang, ("总部有变化会立即送到", "what changes at headquarters comes at once")).to_owned(),
        false => pick(lang, ("总部的变化定时去取", "headquarters is asked from time to time")).to_owned(),
    };
    if let Some(next_at) = sync.next_at {
        let seconds = (next_at - now).num_seconds().max(0);
        rhythm.push_str(&match seconds {
            0 => pick(lang, (" · 马上同步下一轮", " · next cycle at once")).to_owned(),
            1..120 => text!(lang, " · {seconds} 秒内同步下一轮", " · next cycle within {seconds} s"),
            _ => text!(lang, " · {} 分钟内同步下一轮", " · next cycle within {} min", seconds.div_euclid(60) + 1),
        });
    }
    rhythm
}

/// How far this machine's clock is off, where it was measured.
fn clock(sync: &SyncStatus, context: &Context) -> String {
    let lang = context.lang;
    if let Some(far) = skew(sync.skew_ms, lang) {
        return context.style.red(&far) + "\n";
    }
    let Some(ahead) = sync.skew_ms.and_then(TimeDelta::try_milliseconds) else { return String::new() };
    let by = off_by(ahead, lang);
    match ahead < TimeDelta::zero() {
        true => text!(lang, "本机时钟比总部慢 {by}\n", "this clock is {by} behind headquarters'\n"),
        false => text!(lang, "本机时钟比总部快 {by}\n", "this clock is {by} ahead of headquarters'\n"),
    }
}

fn feed(name: &str, feed: &FeedState, lang: Lang) -> String {
    let (n_live, seq, digest) = (feed.n_live, feed.seq, feed.digest);
    text!(
        lang,
        "{name}：{n_live} 条，到第 {seq} 号，校验 {digest}\n",
        "{name}: {n_live} items, at {seq}, digest {digest}\n"
    )
}
