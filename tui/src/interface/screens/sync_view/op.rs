//! What was recorded: a row an op, and of the selected one what it says, why it was rejected and what can be done.

use guide_common::wire::local::OutboxRow;
use ratatui::text::{Line, Span};

use super::overview::{age, stamp};
use crate::cli::outbox::why;
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::screens::sync::{Section, mend, ops, section, selected_op, whom};
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::{Rows, pair, texts};
use crate::interface::words::Msg;
use crate::lang::name::{op_kind_name, op_state_name};
use crate::lang::{pick, rejection};
use crate::text;

/// How many of how many rows match.
pub(super) fn count(app: &App) -> Option<(String, Role)> {
    let all = &app.sync.outbox.as_ref()?.ops;
    let is_of = |row: &&OutboxRow| section(app) == Section::Outbox || row.state == "rejected";
    let (n_found, n_all) = (ops(app).len(), all.iter().filter(is_of).count());
    let text = if n_found == n_all { n_all.to_string() } else { format!("{n_found}/{n_all}") };
    (n_all > 0).then_some((text, Role::Muted))
}

/// The rows with the detail of the selected one.
pub(super) fn rows(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let shown = ops(app);
    let longest =
        |of: &dyn Fn(&OutboxRow) -> usize, most: usize| shown.iter().map(|row| of(row)).max().unwrap_or(0).min(most);
    let kind_cols = longest(&|row| width(op_kind_name(&row.kind, lang)), 18);
    let whom_cols = longest(&|row| width(&whom(app, row)), 14).max(pick(lang, (4, 8)));
    let age_cols = longest(&|row| width(&age(app, row.at)), 14);
    let columns = [4, kind_cols, whom_cols, age_cols];
    let text_of = |[n, kind, whom, age]: [String; 4], last: String| {
        let [n_cols, kind_cols, whom_cols, age_cols] = columns;
        let left = format!(" {} {} {}", fit_right(&n, n_cols), fit(&kind, kind_cols), fit(&whom, whom_cols));
        (format!("{left} {} ", fit_right(&age, age_cols)), last)
    };
    let heads = [("#", "#"), ("种类", "Kind"), ("客户", "Customer"), ("多久前", "Age")];
    let (left, last) = text_of(heads.map(|pair| pick(lang, pair).to_owned()), pick(lang, ("状态", "State")).to_owned());
    let heads = Line::from(piece(format!("{left}{last}"), Role::Muted, &app.theme));
    let row = |row: &OutboxRow| {
        let kind = op_kind_name(&row.kind, lang).to_owned();
        let cells = [row.local_seq.to_string(), kind, whom(app, row), age(app, row.at)];
        let (sign, role) = sign(&row.state);
        let last = match (section(app), row.state.as_str()) {
            (Section::Rejected, _) => why(row, lang),
            (_, state) => op_state_name(state, lang).to_owned(),
        };
        let (left, last) = text_of(cells, last);
        Line::from(vec![piece(left, Role::Text, &app.theme), piece(format!("{sign} {last}"), role, &app.theme)])
    };
    let rows = shown.iter().map(|op| row(op)).collect();
    let detail = selected_op(app).map(|row| detail(app, row, cols)).unwrap_or_default();
    Rows { heads: Some(heads), rows, detail, empty: empty(app) }
}

/// The mark of a state.
fn sign(state: &str) -> (&'static str, Role) {
    match state {
        "rejected" => ("!", Role::Bad),
        "unsent" | "retry" => ("●", Role::Warn),
        "applied" | "duplicate" | "superseded" | "replaced" => ("√", Role::Good),
        _ => ("○", Role::Muted),
    }
}

fn empty(app: &App) -> (String, Vec<String>) {
    let lang = app.lang;
    if app.sync.outbox.is_none() {
        return (Msg::Loading.text(lang).to_owned(), Vec::new());
    }
    if !app.sync.panes.rows.filter.value().is_empty() {
        let step = ("Esc 清除筛选", "Esc clears the filter");
        return (pick(lang, ("没有符合的记录", "No record matches")).to_owned(), vec![pick(lang, step).to_owned()]);
    }
    let (title, step) = match section(app) {
        Section::Rejected => (
            ("没有被退回的记录", "Headquarters rejected nothing"),
            ("不用做什么；按 3 看发出的和没发的", "Nothing is to be done; 3 shows what was sent and what was not"),
        ),
        _ => (
            ("最近七天没有记录", "Nothing was recorded in the last seven days"),
            ("在“今日”按 0–9 记一次结果，就会出现在这里", "Log an outcome with 0-9 on Today and it appears here"),
        ),
    };
    (pick(lang, title).to_owned(), vec![pick(lang, step).to_owned()])
}

/// An op in full.
fn detail(app: &App, row: &OutboxRow, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let (sign, role) = sign(&row.state);
    let state = op_state_name(&row.state, lang);
    let why = why(row, lang);
    let said = match why.is_empty() {
        true => format!("{sign} {state}"),
        false => text!(lang, "{sign} {state}：{why}", "{sign} {state}: {why}"),
    };
    let mut lines = texts(app, &said, role, cols);
    if row.state == "rejected" {
        let advice = rejection::advice(row.code.as_deref(), lang);
        lines.extend(texts(app, &format!("→ {advice}"), Role::Text, cols));
        lines.push(keys(app, &[Action::Mend, Action::Resend, Action::Discard, Action::Export]));
    }
    let label_cols = pick(lang, (10, 12));
    match app.sync.ops.get(&row.op_id) {
        Some(detail) => {
            for (label, value) in
                mend::words(detail.body.get(), lang).into_iter().filter(|(_, value)| !value.is_empty())
            {
                lines.extend(pair(app, &label, &value, Role::Text, label_cols, cols));
            }
        }
        None => lines.push(Line::from(piece(Msg::Loading.text(lang), Role::Muted, &app.theme))),
    }
    let made = text!(lang, "{}（{}）", "{} ({})", stamp(row.at), age(app, row.at));
    lines.extend(pair(app, pick(lang, ("记录时间", "Made")), &made, Role::Muted, label_cols, cols));
    let whom = format!("{} {}", whom(app, row), row.customer);
    lines.extend(pair(app, pick(lang, ("客户", "Customer")), &whom, Role::Muted, label_cols, cols));
    let id = row.op_id.to_string();
    lines.extend(pair(app, pick(lang, ("编号", "Id")), &id, Role::Muted, label_cols, cols));
    lines
}

/// Keys with what they do, in one line.
fn keys(app: &App, actions: &[Action]) -> Line<'static> {
    let mut spans = vec![Span::raw("  ")];
    for spec in actions.iter().filter_map(|action| crate::interface::action::spec(*action)) {
        spans.push(piece(app.keymap.label(spec.action), Role::Key, &app.theme));
        spans.push(piece(format!(" {}  ", spec.label(app.lang)), Role::Muted, &app.theme));
    }
    Line::from(spans)
}
