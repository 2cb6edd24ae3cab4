//! Draws the sheets of steps and of tags.

use guide_common::wire::remind::{ReminderRow, ReminderState};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list_view::{keys, padded};
use super::lists_sheet::ListsSheet;
use super::reminders_sheet::RemindersSheet;
use super::steps_sheet::StepsSheet;
use super::tag_sheet::TagSheet;
use super::view::{bottom, sheet, title};
use crate::interface::app::App;
use crate::interface::mouse::Hit;
use crate::interface::text::{fit, width};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::{bar, lines, piece, spread};
use crate::interface::words::{self, Msg};
use crate::lang::{date, note, remind};

/// The cells of a value with its key, and its gap.
const VALUE_GAP: usize = 3;

/// Draws what can be taken back and recorded again.
pub fn steps(app: &App, state: &StepsSheet, frame: &mut Frame, body: Rect) {
    let rows = u16::try_from(state.n_rows().max(1)).unwrap_or(u16::MAX);
    let area = bottom(app, body, rows.saturating_add(2).min(body.height));
    let heading = title(app, Msg::StepsTitle.text(app.lang));
    let inner = padded(sheet(app, frame, area, heading, keys(app, Msg::StepsKeys)));
    if state.n_rows() == 0 {
        let text = piece(Msg::NoSteps.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), inner, &[Line::from(text)]);
    }
    let n_redo = state.steps.redo.len();
    let all = state.steps.redo.iter().rev().chain(&state.steps.undo);
    let first = (state.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, row), y) in all.enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let is_redo = idx < n_redo;
        let (mark, role) = if is_redo { ("→ ", Role::Accent) } else { ("  ", Role::Text) };
        let at = row.at.format("%H:%M ").to_string();
        let left = vec![
            piece(mark, role, &app.theme),
            piece(at, Role::Muted, &app.theme),
            piece(words::step(row, app.lang), if is_redo { Role::Muted } else { Role::Text }, &app.theme),
        ];
        let right = if row.received { "" } else { Msg::SavedMark.text(app.lang) };
        let line = spread(left, piece(right, Role::Warn, &app.theme), usize::from(inner.width));
        let selected = (idx == state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// Draws the saved lists: the name, how many customers it finds now, the filter.
pub fn lists(app: &App, state: &ListsSheet, frame: &mut Frame, body: Rect) {
    let rows = u16::try_from(state.lists.len().max(1)).unwrap_or(u16::MAX);
    let area = bottom(app, body, rows.saturating_add(2).min(body.height));
    let heading = title(app, Msg::ListsTitle.text(app.lang));
    let inner = padded(sheet(app, frame, area, heading, keys(app, Msg::ListsKeys)));
    if state.lists.is_empty() {
        let text = piece(Msg::NoLists.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), inner, &[Line::from(text)]);
    }
    let name_cols = state.lists.iter().map(|list| width(&list.name)).max().unwrap_or(0);
    let name_cols = name_cols.min(usize::from(inner.width) / 2);
    let first = (state.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, list), y) in state.lists.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let key = if idx < 9 { format!("{} ", idx + 1) } else { "  ".to_owned() };
        let note = list.notes.first().map(|found| format!("! {}", note::sentence(found, app.lang)));
        let role = if note.is_some() { Role::Warn } else { Role::Muted };
        let line = Line::from(vec![
            piece(key, Role::Key, &app.theme),
            piece(fit(&list.name, name_cols), Role::Strong, &app.theme),
            piece(format!(" {:>5}  ", list.n_found), Role::Accent, &app.theme),
            piece(note.unwrap_or_else(|| list.filter.clone()), role, &app.theme),
        ]);
        let selected = (idx == state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// Draws the reminders: a mark at what was told or put off, when, whom it concerns, what it is about.
pub fn reminders(app: &App, state: &RemindersSheet, frame: &mut Frame, body: Rect) {
    let rows = u16::try_from(state.rows.len().max(1)).unwrap_or(u16::MAX);
    let area = bottom(app, body, rows.saturating_add(2).min(body.height));
    let heading = title(app, Msg::RemindersTitle.text(app.lang));
    let inner = padded(sheet(app, frame, area, heading, keys(app, Msg::RemindersKeys)));
    if state.rows.is_empty() {
        let msg = if state.enabled { Msg::NoReminders } else { Msg::RemindersOff };
        let text = piece(msg.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), inner, &[Line::from(text)]);
    }
    let on = app.data.on();
    let when = |row: &ReminderRow| match row.at {
        Some(at) if at.date() == on => date::time(at.time()),
        Some(at) => format!("{} {}", date::short(at.date(), on, app.lang), date::time(at.time())),
        None => String::new(),
    };
    let when_cols = state.rows.iter().map(|row| width(&when(row))).max().unwrap_or(0);
    let name_cols = state.rows.iter().map(|row| width(&row.name)).max().unwrap_or(0).min(usize::from(inner.width) / 3);
    let what_cols = state.rows.iter().map(|row| width(&remind::what(row, on, app.lang))).max().unwrap_or(0);
    let first = (state.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, row), y) in state.rows.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let role = match (row.state, row.kind.is_urgent()) {
            (ReminderState::Told, _) => Role::Muted,
            (_, true) => Role::Bad,
            (_, false) => Role::Text,
        };
        let mark = match row.state {
            ReminderState::Told => "√ ",
            ReminderState::Snoozed => "→ ",
            _ => "  ",
        };
        let line = Line::from(vec![
            piece(mark, Role::Good, &app.theme),
            piece(fit(&when(row), when_cols), Role::Accent, &app.theme),
            piece(format!("  {}", fit(&row.name, name_cols)), Role::Strong, &app.theme),
            piece(format!("  {}", fit(&remind::what(row, on, app.lang), what_cols)), role, &app.theme),
        ]);
        let selected = (idx == state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// Draws the groups of tags, or the values of one with a mark at those that the customer has.
pub fn tags(app: &App, state: &TagSheet, frame: &mut Frame, body: Rect) {
    let names = state.rows(app.lang);
    let has = |idx: usize| {
        let value = state.chosen().and_then(|group| Some((group, group.values.get(idx)?)));
        let tags = app.data.card(&state.customer).map_or(&[][..], |card| &card.tags);
        value.is_some_and(|(group, value)| {
            tags.iter().any(|row| row.tag.group == group.code && row.tag.value == value.name.zh)
        })
    };
    let cell_cols = names.iter().map(|name| width(name)).max().unwrap_or(0) + 4 + VALUE_GAP;
    let cols = usize::from(bottom(app, body, 3).width.saturating_sub(4)).max(1);
    let per_row = (cols / cell_cols).max(1);
    let n_rows = names.len().div_ceil(per_row).max(1);
    let area = bottom(app, body, u16::try_from(n_rows).unwrap_or(u16::MAX).saturating_add(2));
    let group = state.chosen().map(|group| format!(" · {}", group.name.in_lang(app.lang))).unwrap_or_default();
    let heading = format!("{}{group} · {}", Msg::TagTitle.text(app.lang), state.name);
    let inner = padded(sheet(app, frame, area, title(app, &heading), keys(app, Msg::TagKeys)));
    if names.is_empty() {
        let text = piece(Msg::NoTagGroups.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), inner, &[Line::from(text)]);
    }
    let first_row = (state.selected / per_row + 1).saturating_sub(usize::from(inner.height));
    for (idx, name) in names.iter().enumerate().skip(first_row * per_row) {
        let (row, column) = (idx / per_row - first_row, idx % per_row);
        let Some(y) = u16::try_from(row).ok().map(|row| inner.y.saturating_add(row)).filter(|y| *y < inner.bottom())
        else {
            break;
        };
        let x = inner.x.saturating_add(u16::try_from(column * cell_cols).unwrap_or(u16::MAX));
        let cell_width = u16::try_from(cell_cols - VALUE_GAP).unwrap_or(u16::MAX);
        let cell = Rect { x, y, width: cell_width, height: 1 }.intersection(inner);
        let mark = if has(idx) { "√" } else { " " };
        let line = Line::from(vec![
            piece(format!("{} ", TagSheet::row_key(idx)), Role::Key, &app.theme),
            piece(mark, Role::Good, &app.theme),
            piece(format!(" {}", fit(name, cell_cols - VALUE_GAP - 4)), Role::Text, &app.theme),
        ]);
        let selected = (idx == state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), cell, y, &line, selected);
        app.hits.note(cell, Hit::Row(idx));
    }
}
