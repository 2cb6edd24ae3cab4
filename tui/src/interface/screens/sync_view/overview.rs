//! Is it safe, and what is to be done: in words first, then the figures for support.

use chrono::{DateTime, TimeDelta, Utc};
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::{FeedState, SavedState, Status, SyncStatus};
use ratatui::text::{Line, Span};

use crate::cli::sync::rhythm;
use crate::interface::action::Action;
use crate::interface::app::{App, Link};
use crate::interface::text::{fit, fit_right};
use crate::interface::theme::Role;
use crate::interface::widgets::chart::level;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::{pair, texts};
use crate::lang::name::{sync_error_name, sync_error_next};
use crate::lang::support::{off_by, skew};
use crate::lang::{date, pick};
use crate::text;

/// The most cycles in a line.
const MAX_CYCLES: usize = 40;

/// The state's mark for the list of sections.
pub(super) fn mark(app: &App) -> (String, Role) {
    let Some(status) = &app.data.status else { return (String::new(), Role::Muted) };
    let (mark, role) = match (&app.link, status.sync.state) {
        (Link::Down(_), _) => ("×", Role::Bad),
        (_, SavedState::Attention) => ("!", Role::Bad),
        (_, SavedState::Saved) => ("●", Role::Warn),
        (_, SavedState::Received) if status.sync.last_ok_at.is_none() => ("○", Role::Warn),
        (_, SavedState::Received) => ("√", Role::Good),
    };
    (mark.to_owned(), role)
}

/// The section.
pub(super) fn lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(status) = &app.data.status else { return Vec::new() };
    let (sync, lang) = (&status.sync, app.lang);
    let (sign, role) = mark(app);
    let mut lines = texts(app, &format!("{sign} {}", headline(app, sync)), role, cols);
    for step in next(app, status) {
        lines.extend(texts(app, &format!("→ {step}"), Role::Text, cols));
    }
    lines.push(Line::default());
    let label_cols = pick(lang, (8, 10));
    let mut row = |label: (&str, &str), value: String, role: Role| {
        lines.extend(pair(app, pick(lang, label), &value, role, label_cols, cols));
    };
    let n_unsent = text!(lang, "{} 条{}", "{}{}", sync.n_unsent, oldest(app, status));
    row(("未发", "Unsent"), n_unsent, if sync.n_unsent > 0 { Role::Warn } else { Role::Text });
    let n_rejected = text!(lang, "{} 条", "{}", sync.n_rejected);
    row(("被退回", "Rejected"), n_rejected, if sync.n_rejected > 0 { Role::Bad } else { Role::Text });
    row(("最近联系", "Last seen"), last(app, sync), Role::Text);
    if let Some(error) = &sync.last_error {
        row(("这一轮", "This time"), sync_error_name(&error.code, lang).to_owned(), Role::Warn);
        row(("原文", "Detail"), error.detail.clone(), Role::Muted);
    }
    if let Some(hub) = &sync.hub {
        row(("总部", "HQ"), hub.clone(), Role::Text);
        if let Some(at) = app.sync.read_at {
            row(("节奏", "Rhythm"), rhythm(sync, at, lang), Role::Text);
        }
        let (clock, role) = clock(sync, lang);
        row(("时钟", "Clock"), clock, role);
    }
    lines.extend(cycles(app, label_cols, cols));
    lines.extend(feeds(app, sync, cols));
    lines
}

fn headline(app: &App, sync: &SyncStatus) -> String {
    let lang = app.lang;
    let n = sync.n_unsent;
    match sync.state {
        _ if matches!(app.link, Link::Down(_)) => pick(
            lang,
            (
                "后台程序断开了；已经显示“已保存”的都在本机磁盘上",
                "The daemon is gone; whatever was shown as saved is on this terminal's disk",
            ),
        )
        .to_owned(),
        SavedState::Received if sync.last_ok_at.is_none() => {
            pick(lang, ("还没有和总部联系上", "Headquarters has not been reached so far")).to_owned()
        }
        SavedState::Received => {
            pick(lang, ("安全：您记的总部都收到了", "Safe: headquarters has all that you recorded")).to_owned()
        }
        SavedState::Saved => text!(
            lang,
            "安全：都在本机磁盘上，{n} 条还没发到总部",
            "Safe on this terminal's disk; not yet at headquarters: {n}"
        ),
        SavedState::Attention if sync.n_rejected > 0 => text!(
            lang,
            "总部退回了 {} 条；没有丢，都在本机",
            "Headquarters rejected {}; nothing is lost, it is all here",
            sync.n_rejected
        ),
        SavedState::Attention => {
            let code = sync.last_error.as_ref().map_or("", |error| error.code.as_str());
            text!(
                lang,
                "{}；记录都在本机，没有丢",
                "{}; nothing is lost, it is all on this terminal",
                sync_error_name(code, lang)
            )
        }
    }
}

/// What the guide does about it.
fn next(app: &App, status: &Status) -> Vec<String> {
    let (sync, lang) = (&status.sync, app.lang);
    let key = |action| app.keymap.label(action);
    let mut steps = Vec::new();
    if sync.n_rejected > 0 {
        steps.push(text!(
            lang,
            "按 {} 看被退回的，逐条处理",
            "{} shows what was rejected: deal with each",
            key(Action::Section(2))
        ));
    }
    if let Some(next) = sync.last_error.as_ref().and_then(|error| sync_error_next(&error.code, lang)) {
        steps.push(next.to_owned());
    }
    match sync.state {
        _ if status.disk_full => {
            let step = ("腾出磁盘空间，再把没存上的记一遍", "Make room on the disk, then log again what was refused");
            steps.push(pick(lang, step).to_owned());
        }
        _ if matches!(app.link, Link::Down(_)) => {
            let step =
                ("正在自动重连；一直不行，退出再运行 guide", "It reconnects by itself; else leave and run guide");
            steps.push(pick(lang, step).to_owned());
        }
        SavedState::Saved if sync.last_error.is_none() => {
            steps.push(text!(
                lang,
                "不用做什么，会自动发出；{} 马上发",
                "Nothing is to be done, it goes by itself; {} sends it now",
                key(Action::SyncNow)
            ));
        }
        SavedState::Received if sync.last_ok_at.is_none() => {
            steps.push(text!(lang, "按 {} 马上同步", "{} syncs now", key(Action::SyncNow)));
        }
        SavedState::Received if sync.last_error.is_none() => {
            steps.push(pick(lang, ("不用做什么", "Nothing is to be done")).to_owned());
        }
        _ => {}
    }
    steps
}

/// Since when the oldest unsent op has waited.
fn oldest(app: &App, status: &Status) -> String {
    let ops = app.sync.outbox.iter().flat_map(|outbox| &outbox.ops);
    let oldest = ops.filter(|row| matches!(row.state.as_str(), "unsent" | "retry")).map(|row| row.at).min();
    match oldest.filter(|_| status.sync.n_unsent > 0) {
        Some(at) => text!(app.lang, "，最早一条 {}", ", the oldest from {}", age(app, at)),
        None => String::new(),
    }
}

/// How long ago something was recorded. In training that is told by the training clock, which dates records.
pub(super) fn age(app: &App, at: DateTime<Utc>) -> String {
    let status = app.data.status.as_ref();
    let training = status.filter(|_| app.data.is_training()).map(|status| Zone::default().instant(status.now));
    let now = training.or(app.sync.read_at);
    now.map_or_else(|| stamp(at), |now| date::ago(at, now, app.lang))
}

/// An instant by the shop's clock.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    Zone::default().shop_time(at).format("%m-%d %H:%M:%S").to_string()
}

/// When headquarters answered last. In training that is real time, which beside the training clock would confuse.
fn last(app: &App, sync: &SyncStatus) -> String {
    let lang = app.lang;
    let Some(at) = sync.last_ok_at else {
        return pick(lang, ("还没有同步过", "never synchronised")).to_owned();
    };
    let ago = app.sync.read_at.map(|now| date::ago(at, now, lang));
    match (ago, app.data.is_training()) {
        (Some(ago), true) => ago,
        (Some(ago), false) => text!(lang, "{}（{ago}）", "{} ({ago})", stamp(at)),
        (None, _) => stamp(at),
    }
}

fn clock(sync: &SyncStatus, lang: Lang) -> (String, Role) {
    if let Some(far) = skew(sync.skew_ms, lang) {
        return (far, Role::Warn);
    }
    let Some(ahead) = sync.skew_ms.and_then(TimeDelta::try_milliseconds) else {
        return (pick(lang, ("还没有比过", "not compared so far")).to_owned(), Role::Text);
    };
    let by = off_by(ahead, lang);
    let text = match ahead < TimeDelta::zero() {
        true => text!(lang, "比总部慢 {by}，正常", "{by} behind headquarters, which is well"),
        false => text!(lang, "比总部快 {by}，正常", "{by} ahead of headquarters, which is well"),
    };
    (text, Role::Text)
}

/// The last cycles, the newest at the right: how long each took, and which failed.
fn cycles(app: &App, label_cols: usize, cols: usize) -> Option<Line<'static>> {
    let log = app.sync.log.as_ref().filter(|log| !log.cycles.is_empty())?;
    let n = log.cycles.len().min(MAX_CYCLES).min(cols.saturating_sub(label_cols + 14));
    let shown = &log.cycles[..n];
    // one that ran into its time limit would flatten the others
    let most = shown.iter().filter(|cycle| cycle.end == "ok").map(|cycle| cycle.took_ms).max().unwrap_or(0);
    let label = text!(app.lang, "近 {n} 轮", "Last {n}");
    let mut spans = vec![piece(format!("{} ", fit(&label, label_cols)), Role::Muted, &app.theme)];
    spans.extend(shown.iter().rev().map(|cycle| match cycle.end.as_str() {
        "ok" => piece(level(cycle.took_ms.max(1), most.max(1)), Role::Good, &app.theme),
        _ => piece("×", Role::Bad, &app.theme),
    }));
    let n_failed = shown.iter().filter(|cycle| cycle.end != "ok").count();
    if n_failed > 0 {
        let failed = text!(app.lang, "  {n_failed} 轮未成", "  {n_failed} failed");
        spans.push(piece(failed, Role::Warn, &app.theme));
    }
    Some(Line::from(spans))
}

/// What lies here of each feed, for support.
fn feeds(app: &App, sync: &SyncStatus, cols: usize) -> Vec<Line<'static>> {
    if sync.hub.is_none() {
        return Vec::new();
    }
    let lang = app.lang;
    let name_cols = pick(lang, (10, 12));
    let columns = [
        (pick(lang, ("条数", "Items")), 7),
        (pick(lang, ("到第几号", "Position")), 10),
        (pick(lang, ("代", "Epoch")), 9),
        (pick(lang, ("校验", "Digest")), 17),
    ];
    let fits = |n: usize| name_cols + columns[..n].iter().map(|(_, cols)| cols + 1).sum::<usize>() <= cols;
    let n_columns = (1..=columns.len()).rev().find(|n| fits(*n)).unwrap_or(1);
    let mut head = vec![Span::raw(" ".repeat(name_cols))];
    for (name, cols) in &columns[..n_columns] {
        head.push(piece(format!(" {}", fit_right(name, *cols)), Role::Muted, &app.theme));
    }
    let row = |name: &str, feed: &FeedState| {
        let epoch: String = feed.epoch.as_deref().unwrap_or("-").chars().rev().take(8).collect();
        let epoch: String = epoch.chars().rev().collect();
        let values = [feed.n_live.to_string(), feed.seq.to_string(), epoch, feed.digest.to_string()];
        let mut spans = vec![piece(fit(name, name_cols), Role::Text, &app.theme)];
        for ((_, cols), value) in columns[..n_columns].iter().zip(values) {
            spans.push(piece(format!(" {}", fit_right(&value, *cols)), Role::Text, &app.theme));
        }
        Line::from(spans)
    };
    vec![
        Line::default(),
        Line::from(head),
        row(pick(lang, ("客户数据", "customers")), &sync.guide_feed),
        row(pick(lang, ("方案话术", "plans, texts")), &sync.shared_feed),
    ]
}
