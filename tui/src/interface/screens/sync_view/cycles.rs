//! The cycles of sync: a row each with its figures and its end, and the selected one in full.

use chrono::Utc;
use guide_common::wire::support::CycleRow;
use ratatui::text::Line;

use super::overview::stamp;
use crate::cli::sync_log::began;
use crate::interface::app::App;
use crate::interface::screens::sync::cycles;
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::{Rows, pair, texts};
use crate::interface::words::Msg;
use crate::lang::name::sync_error_next;
use crate::lang::pick;
use crate::lang::support::{bytes, end_name, took, trigger_name};
use crate::text;

/// From so many cells on, a cycle's bytes have a column.
const WIDE_COLS: usize = 72;

/// The rows with the detail of the selected one.
pub(super) fn rows(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let shown = cycles(app);
    let now = app.sync.read_at.unwrap_or_else(|| shown.first().map_or(chrono::DateTime::<Utc>::MIN_UTC, |row| row.at));
    let trigger_cols = shown.iter().map(|row| width(trigger_name(&row.trigger, lang))).max().unwrap_or(0).max(7);
    let is_wide = cols >= WIDE_COLS;
    let n_cols = if is_wide { 14 } else { 6 };
    let began_cols = shown.iter().map(|row| began(row.at, now).len()).max().unwrap_or(8);
    let left = |[at, trigger, took, up, down]: [&str; 5]| {
        let [up, down] = [up, down].map(|text| fit_right(text, n_cols));
        let (at, trigger) = (fit(at, began_cols), fit(trigger, trigger_cols));
        format!(" {at} {trigger} {} {up} {down}  ", fit_right(took, 7))
    };
    let heads = [("时间", "Began"), ("起因", "Trigger"), ("用时", "Took"), ("上传", "Up"), ("下载", "Down")];
    let head = format!("{}{}", left(heads.map(|pair| pick(lang, pair))), pick(lang, ("结果", "End")));
    let amount = |n: u64, n_bytes: u64| match (is_wide, n, n_bytes) {
        (_, 0, 0) => "-".to_owned(),
        (true, n, n_bytes) => format!("{n} · {}", bytes(n_bytes)),
        (false, n, _) => n.to_string(),
    };
    let row = |row: &CycleRow| {
        let up = amount(row.n_pushed, row.n_bytes_up);
        let down = amount(row.n_pulled, row.n_bytes_down);
        let cells = [&began(row.at, now), trigger_name(&row.trigger, lang), &took(row.took_ms), &up, &down];
        let (end, role) = end(row, app);
        Line::from(vec![piece(left(cells), Role::Text, &app.theme), piece(end, role, &app.theme)])
    };
    let rows = shown.iter().map(|cycle| row(cycle)).collect();
    let selected = shown.get(app.sync.panes.rows.list.selected.min(shown.len().saturating_sub(1)));
    let detail = selected.map(|row| detail(app, row, cols)).unwrap_or_default();
    let heads = Some(Line::from(piece(head, Role::Muted, &app.theme)));
    Rows { heads, rows, detail, empty: empty(app) }
}

fn end(row: &CycleRow, app: &App) -> (String, Role) {
    let name = end_name(&row.end, app.lang);
    match (row.end.as_str(), row.n_rejected) {
        ("ok", 0) => (format!("√ {name}"), Role::Good),
        ("ok", n) => (text!(app.lang, "! 退回 {n}", "! {n} rejected"), Role::Bad),
        _ => (format!("× {name}"), Role::Bad),
    }
}

fn empty(app: &App) -> (String, Vec<String>) {
    let lang = app.lang;
    if app.sync.log.is_none() {
        return (Msg::Loading.text(lang).to_owned(), Vec::new());
    }
    let (title, step) = match app.sync.panes.rows.filter.value().is_empty() {
        false => (("没有符合的轮次", "No cycle matches"), ("Esc 清除筛选", "Esc clears the filter")),
        true => (
            ("后台启动以来还没有同步过", "There was no cycle since the daemon started"),
            ("按 r 马上同步", "r syncs now"),
        ),
    };
    (pick(lang, title).to_owned(), vec![pick(lang, step).to_owned()])
}

/// A cycle in full.
fn detail(app: &App, row: &CycleRow, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let (end, role) = end(row, app);
    let mut lines = texts(app, &end, role, cols);
    if let Some(cause) = &row.cause {
        lines.extend(texts(app, cause, Role::Text, cols));
    }
    if let Some(next) = sync_error_next(&row.end, lang) {
        lines.extend(texts(app, &format!("→ {next}"), Role::Text, cols));
    }
    let label_cols = pick(lang, (8, 10));
    let mut field = |label: (&str, &str), value: String| {
        lines.extend(pair(app, pick(lang, label), &value, Role::Text, label_cols, cols));
    };
    let began = text!(lang, "{}，{}", "{}, {}", stamp(row.at), trigger_name(&row.trigger, lang));
    field(("开始", "Began"), text!(lang, "{began}，用了 {}", "{began}, took {}", took(row.took_ms)));
    let up = text!(lang, "{} 条，{}", "{} records, {}", row.n_pushed, bytes(row.n_bytes_up));
    field(("上传", "Up"), text!(lang, "{up}，退回 {}", "{up}, {} rejected", row.n_rejected));
    field(("下载", "Down"), text!(lang, "{} 条，{}", "{} items, {}", row.n_pulled, bytes(row.n_bytes_down)));
    field(("轮次", "Cycle"), row.id.clone());
    lines
}
