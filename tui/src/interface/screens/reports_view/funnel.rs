//! Plan by plan and template by template: a row each, and the selected one as a funnel.

use guide_common::report::funnel::{CREDIT_DAYS, Funnel, Stage};
use guide_common::report::rates::share;
use ratatui::text::Line;

use super::overview::columns;
use super::{bars, heading, whole};
use crate::interface::app::App;
use crate::interface::screens::reports::{plans as plan_rows, report, templates as template_rows};
use crate::interface::text::{fit, fit_right, is_linear};
use crate::interface::theme::Role;
use crate::interface::widgets::chart::bar;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::{Rows, texts};
use crate::lang::pick;
use crate::report::words::stage_name;
use crate::text;

/// Cells of the bar in a row.
const ROW_BAR_COLS: usize = 10;

/// The plans.
pub(super) fn plans(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let shown = plan_rows(app);
    let heads = [("到期", "Due"), ("完成", "Done"), ("完成率", "Rate")].map(|pair| pick(lang, pair));
    let rows = shown.iter().map(|(name, figures)| {
        let (n_due, n_done) = (figures.due, figures.done);
        let cells = [n_due.to_string(), n_done.to_string(), whole(share(n_done, n_due))];
        match is_linear(cols) {
            true => told(name, heads, &cells),
            false => row(app, name, &cells, (n_done, n_due), cols),
        }
    });
    let rows = rows.collect();
    let detail = selected(app, &shown).map(|(name, figures)| {
        let mut lines = funnel(app, name, figures.funnel, cols);
        lines.push(Line::default());
        lines.push(heading(app, pick(lang, ("到期的去向", "What became of what was due"))));
        lines.extend(bars(app, &columns(figures, lang), figures.due, cols));
        lines
    });
    Rows { heads: Some(head(app, heads, cols)), rows, detail: detail.unwrap_or_default(), empty: empty(app) }
}

/// The templates.
pub(super) fn templates(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let shown = template_rows(app);
    let heads = [("说过", "Said"), ("回复", "Replied"), ("回复率", "Rate")].map(|pair| pick(lang, pair));
    let rows = shown.iter().map(|(name, figures)| {
        let usage = figures.usage;
        let cells =
            [usage.n_used.to_string(), usage.n_replied.to_string(), whole(share(usage.n_replied, usage.n_used))];
        match is_linear(cols) {
            true => told(name, heads, &cells),
            false => row(app, name, &cells, (usage.n_replied, usage.n_used), cols),
        }
    });
    let rows = rows.collect();
    let detail = selected(app, &shown).map(|(name, figures)| funnel(app, name, figures.funnel, cols));
    Rows { heads: Some(head(app, heads, cols)), rows, detail: detail.unwrap_or_default(), empty: empty(app) }
}

fn selected<'r, T>(app: &App, rows: &'r [(String, T)]) -> Option<&'r (String, T)> {
    rows.get(app.reports.panes.rows.list.selected.min(rows.len().saturating_sub(1)))
}

/// Cells of the numbers, and of the name that has the rest.
fn room(cols: usize) -> (usize, usize, usize) {
    let (n_cols, bar_cols) = (7, if cols >= 46 { ROW_BAR_COLS } else { 0 });
    (cols.saturating_sub(3 * (n_cols + 1) + bar_cols + 2), n_cols, bar_cols)
}

/// The cells of a row with their heads, where columns say nothing.
fn told(name: &str, heads: [&str; 3], cells: &[String; 3]) -> Line<'static> {
    let cells: Vec<String> = heads.iter().zip(cells).map(|(head, cell)| format!("{head} {cell}")).collect();
    Line::from(format!("{name}  {}", cells.join("  ")))
}

fn head(app: &App, heads: [&str; 3], cols: usize) -> Line<'static> {
    let (name_cols, n_cols, _) = room(cols);
    let heads: String = heads.iter().map(|head| format!(" {}", fit_right(head, n_cols))).collect();
    Line::from(piece(format!(" {}{heads}", fit("", name_cols)), Role::Muted, &app.theme))
}

fn row(app: &App, name: &str, cells: &[String; 3], (part, whole): (u64, u64), cols: usize) -> Line<'static> {
    let (name_cols, n_cols, bar_cols) = room(cols);
    let cells: String = cells.iter().map(|cell| format!(" {}", fit_right(cell, n_cols))).collect();
    Line::from(vec![
        piece(format!(" {}", fit(name, name_cols)), Role::Text, &app.theme),
        piece(cells, Role::Strong, &app.theme),
        piece(format!(" {}", fit(&bar(part, whole, bar_cols), bar_cols)), Role::Good, &app.theme),
    ])
}

/// How far the steps came.
fn funnel(app: &App, name: &str, funnel: Funnel, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let role = |stage| match stage {
        Stage::Due => Role::Muted,
        Stage::Contacted | Stage::Replied => Role::Accent,
        Stage::Booked | Stage::Visited | Stage::Bought => Role::Good,
    };
    let stages = funnel.stages().map(|(stage, n)| (stage_name(stage, lang).to_owned(), n, role(stage)));
    let mut lines = vec![heading(app, &text!(lang, "{name}：走到哪一步", "{name}: how far it came"))];
    lines.extend(bars(app, &stages, funnel.due, cols));
    let note = text!(
        lang,
        "回复后 {CREDIT_DAYS} 天内的预约、到店和成交也算在内；每一步都算到此为止最远的。",
        "What the customer does within {CREDIT_DAYS} days of a reply counts; each stage has those that came at least so far."
    );
    lines.extend(texts(app, &note, Role::Muted, cols));
    lines
}

fn empty(app: &App) -> (String, Vec<String>) {
    let lang = app.lang;
    let is_filtered = !app.reports.panes.rows.filter.value().is_empty();
    let (title, step) = match (is_filtered, report(app).is_some()) {
        (true, _) => (("没有符合的", "Nothing matches"), ("Esc 清除筛选", "Esc clears the filter")),
        _ => (
            ("这段时间没有", "There is none in these days"),
            ("s 换时段，- 看前一段", "s changes the length, - shows the period before"),
        ),
    };
    (pick(lang, title).to_owned(), vec![pick(lang, step).to_owned()])
}
