//! `guide status`: whom the terminal serves, its clock, counts and sync.

use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{ClockKind, Status};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::sync;
use crate::lang::{date, pick};
use crate::text;

/// Runs the command.
pub async fn run(context: &Context) -> Answer<()> {
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
    page.push_str(&format!("{now}{kind}\n"));
    page.push_str(&text!(
        lang,
        "待办 {n_open} · 暂缓 {n_held} · 今天已记 {n_done} · 客户 {n_customers}\n",
        "{n_open} open · {n_held} held · {n_done} logged today · {n_customers} customers\n"
    ));
    page.push_str(&sync::page(&status.sync, context));
    page
}
