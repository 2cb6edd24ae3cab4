//! Draws the layers that are lists: help and palette, settings, pages to read, and what may follow a prefix.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::page::Page;
use super::palette::{Entry, Kind, Palette};
use super::settings_sheet::{self, SettingsSheet};
use super::view::{bottom, sheet, title};
use crate::interface::action::ActionSpec;
use crate::interface::app::App;
use crate::interface::keymap::Key;
use crate::interface::mouse::Hit;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::field::{self, Focus};
use crate::interface::widgets::paint::{bar, lines, piece, spread};
use crate::interface::words::Msg;

/// Help and palette leave this much at the sides of a wide screen.
const COLS: u16 = 92;

/// Draws the help or the palette.
pub fn palette(app: &App, palette: &Palette, frame: &mut Frame, body: Rect) {
    let cols = body.width.min(COLS);
    let area = Rect { x: body.x + (body.width - cols) / 2, width: cols, ..body };
    let heading = if palette.kind == Kind::Help { Msg::HelpTitle } else { Msg::PaletteTitle };
    let inner = padded(sheet(app, frame, area, title(app, heading.text(app.lang)), keys(app, Msg::HelpKeys)));
    if inner.is_empty() {
        return;
    }
    let rows = palette.rows(app);
    let count = format!(" {}", rows.len());
    let count_cols = u16::try_from(count.len()).unwrap_or(0).min(inner.width / 4);
    let input = Rect { height: 1, width: inner.width - count_cols, ..inner };
    field::draw(frame, input, &palette.input, Msg::FieldFilter.text(app.lang), Focus::On, &app.theme);
    let style = app.theme.style(Role::Muted);
    frame.buffer_mut().set_stringn(input.right(), inner.y, count, usize::from(count_cols), style);
    let list = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    if rows.is_empty() {
        let text = piece(Msg::HelpNone.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), list, &[Line::from(text)]);
    }
    let first = (palette.selected + 1).saturating_sub(usize::from(list.height));
    let head = |entry: &Entry| if palette.kind == Kind::Help { entry.keys.clone() } else { entry.name.clone() };
    let head_cols = rows.iter().map(|entry| width(&head(entry))).max().unwrap_or(0).min(usize::from(list.width) / 3);
    for ((idx, entry), y) in rows.iter().enumerate().skip(first).zip(list.top()..list.bottom()) {
        let role = if entry.why_not.is_some() { Role::Muted } else { Role::Text };
        let why_not = entry.why_not.map(|msg| format!("{}  ", msg.text(app.lang))).unwrap_or_default();
        let left = vec![
            piece(fit(&head(entry), head_cols) + "  ", Role::Key, &app.theme),
            piece(entry.help.clone(), role, &app.theme),
        ];
        let right = if palette.kind == Kind::Commands { why_not + &entry.keys } else { why_not };
        let line = spread(left, piece(right, Role::Muted, &app.theme), usize::from(list.width));
        let selected = (idx == palette.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), list, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..list }, Hit::Row(idx));
    }
}

/// Draws the settings.
pub fn settings(app: &App, sheet_state: &SettingsSheet, frame: &mut Frame, body: Rect) {
    let rows = settings_sheet::rows(app);
    let area = bottom(app, body, u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2));
    let heading = title(app, Msg::SettingsTitle.text(app.lang));
    let inner = padded(sheet(app, frame, area, heading, keys(app, Msg::SettingsKeys)));
    let label_cols = rows.iter().map(|(msg, _)| width(msg.text(app.lang))).max().unwrap_or(0);
    let first = (sheet_state.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, (label, value)), y) in rows.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let line = Line::from(vec![
            piece(fit(label.text(app.lang), label_cols) + "  ", Role::Muted, &app.theme),
            piece(value.clone(), Role::Text, &app.theme),
        ]);
        let selected = (idx == sheet_state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// Draws a page to read.
pub fn page(app: &App, page: &Page, frame: &mut Frame, body: Rect) {
    let cols = body.width.min(COLS);
    let area = Rect { x: body.x + (body.width - cols) / 2, width: cols, ..body };
    let heading = title(app, page.title.text(app.lang));
    let inner = padded(sheet(app, frame, area, heading, keys(app, Msg::PageKeys)));
    let wrap = |(text, role): &(String, Role)| {
        let lines = wrapped(text, usize::from(inner.width)).into_iter();
        lines.map(|line| Line::from(piece(line, *role, &app.theme))).collect::<Vec<_>>()
    };
    let all: Vec<Line<'static>> = page.lines.iter().skip(page.scroll).flat_map(wrap).collect();
    lines(frame.buffer_mut(), inner, &all);
}

/// So many keys after a prefix stand below one another; more stand in columns over the whole width.
const MOST_IN_A_COLUMN: u16 = 10;

/// What may follow the first of two keys.
pub fn continuations(app: &App, prefix: Key, frame: &mut Frame, body: Rect) {
    let all = app.continuations(prefix);
    let n = u16::try_from(all.len()).unwrap_or(u16::MAX);
    let n_columns = if n > MOST_IN_A_COLUMN { n.div_ceil(body.height.saturating_sub(2).max(1)).max(2) } else { 1 };
    let n_rows = n.div_ceil(n_columns);
    let area = match n_columns {
        1 => bottom(app, body, n_rows.saturating_add(2)),
        _ => {
            let height = n_rows.saturating_add(2).min(body.height);
            Rect { y: body.bottom() - height, height, ..body }
        }
    };
    let heading = format!("{} {}", prefix.label(), Msg::PrefixTitle.text(app.lang));
    let inner = sheet(app, frame, area, title(app, &heading), keys(app, Msg::PrefixKeys));
    let row = |(key, spec): (Key, &ActionSpec)| {
        let key = piece(format!(" {} ", key.label()), Role::Key, &app.theme);
        Line::from(vec![key, piece(spec.help(app.lang), Role::Text, &app.theme)])
    };
    let rows: Vec<Line<'_>> = all.into_iter().map(row).collect();
    let width = inner.width / n_columns;
    for (rows, at) in rows.chunks(usize::from(n_rows).max(1)).zip(0..) {
        lines(frame.buffer_mut(), Rect { x: inner.x + at * width, width, ..inner }, rows);
    }
}

pub(super) fn keys(app: &App, msg: Msg) -> Line<'static> {
    Line::from(piece(format!(" {} ", msg.text(app.lang)), Role::Muted, &app.theme))
}

pub(super) fn padded(area: Rect) -> Rect {
    Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area }
}
