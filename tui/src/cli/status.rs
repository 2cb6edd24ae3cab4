//! `guide status`: whom the terminal serves, its clock, counts and sync.

use std::time::Duration;

use clap::Args as ClapArgs;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{ClockKind, Status};

use crate::cli::context::{self, Context};
use crate::cli::failure::{Answer, Failure};
use crate::cli::status_bar::{Bar, FIELDS};
use crate::cli::sync;
use crate::client::Client;
use crate::lang::{date, pick};
use crate::text;

/// How long a status bar waits.
const PATIENCE: Duration = Duration::from_millis(500);

/// Arguments of `guide status`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// One line for a status bar: tmux, waybar, or a text with {open}, {held}, {done}, {unsent}, {rejected}, {state},
    /// {customers}, {guide} or {store} in it; the daemon is not started for it
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    if let Some(format) = args.format {
        let bar = Bar::read(&format).map_err(|name| unknown(&name, context))?;
        // a status bar asks every few seconds: a daemon that does not serve is news, and not its business
        let status = match Client::find(&context.paths).await {
            Ok(client) => tokio::time::timeout(PATIENCE, client.status()).await.ok().and_then(Result::ok),
            Err(_) => None,
        };
        return context::print(&format!("{}\n", bar.line(status.as_ref(), context.lang)));
    }
    let status = context.client().await?.status().await?;
    sync::tell_of_skew(&status.sync, context.lang);
    context.show(&status, |context| page(&status, context))
}

/// The status in lines.
pub(crate) fn page(status: &Status, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let Some(guide) = &status.guide else {
        return text!(
            lang,
            "本机还没有登记到总部：向总部要登记码，然后 guide enroll 网址\n",
            "This terminal is not enrolled: ask headquarters for a code, then guide enroll URL\n"
        );
    };
    let (name, store) = (sanitise(&guide.name, Lines::One, 80), sanitise(&guide.store.name, Lines::One, 80));
    let mut page = style.bold(&format!("{name} · {store}")) + &format!(" ({})\n", guide.id);
    let now = date::full_time(status.now, lang);
    let kind = match status.clock {
        ClockKind::Real => "",
        ClockKind::Virtual => pick(lang, ("（演示时钟）", " (demo clock)")),
    };
    let (n_open, n_held, n_done) = (status.queue.n_open, status.queue.n_held, status.queue.n_done);
    let n_customers = status.n_customers;
    let locked = if status.locked { pick(lang, (" · 已锁定", " · locked")) } else { "" };
    page.push_str(&format!("{now}{kind}{locked}\n"));
    page.push_str(&text!(
        lang,
        "待办 {n_open} · 暂缓 {n_held} · 今天已记 {n_done} · 客户 {n_customers}\n",
        "{n_open} open · {n_held} held · {n_done} logged today · {n_customers} customers\n"
    ));
    page.push_str(&sync::page(&status.sync, context));
    page
}

fn unknown(name: &str, context: &Context) -> Failure {
    let known = FIELDS.map(|field| format!("{{{field}}}")).join(" ");
    let name = sanitise(name, Lines::One, 40);
    Failure::Usage(text!(
        context.lang,
        "没有 {{{name}}}；可用 {known}，或 tmux、waybar",
        "there is no {{{name}}}; there are {known}, and tmux and waybar"
    ))
}
