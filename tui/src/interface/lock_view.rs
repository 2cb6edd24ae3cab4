//! How a locked terminal looks: who can unlock it, what was typed as so many dots, and what to do with a forgotten PIN.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::app::{App, Link};
use super::lock::Lock;
use super::text::{cut, fit, width};
use super::theme::Role;
use super::widgets::paint::{Frames, lines, panel, piece};
use super::words::Msg;
use crate::lang::seat;

/// Columns of the panel, with its frame.
const COLS: u16 = 52;

/// Draws the lock in place of everything else.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let Some(lock) = &app.lock else { return };
    let theme = &app.theme;
    let rows = rows(app, lock, usize::from(COLS.min(area.width)).saturating_sub(4));
    let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let (cols, height) = (COLS.min(area.width), wanted.min(area.height));
    let place =
        Rect { x: area.x + (area.width - cols) / 2, y: area.y + (area.height - height) / 3, width: cols, height };
    if cols < 8 || height < 3 {
        return lines(frame.buffer_mut(), area, &rows);
    }
    let title = if lock.may_go_back { Msg::LockChoose } else { Msg::Locked };
    let title = Line::from(piece(format!(" {} ", title.text(app.lang)), Role::Title, theme));
    let inner = panel(frame, place, [title, Line::default()], Frames::Focused, theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    // on a small screen the row that is typed into stays
    let n_hidden = rows.len().saturating_sub(usize::from(inner.height));
    let from = if n_hidden > 0 { lock.selected.min(n_hidden) } else { 0 };
    lines(frame.buffer_mut(), inner, &rows[from..]);
}

fn rows(app: &App, lock: &Lock, cols: usize) -> Vec<Line<'static>> {
    let (lang, theme) = (app.lang, &app.theme);
    let text = |text: &str, role| Line::from(piece(text, role, theme));
    if lock.seats.is_empty() {
        let waits = match (&lock.failure, &app.link) {
            (Some(failure), _) | (None, Link::Down(failure)) => seat::failure(&failure.code, &failure.detail, lang),
            _ => Msg::Loading.text(lang).to_owned(),
        };
        return vec![text(&waits, Role::Muted), Line::default(), text(Msg::LockKeysNone.text(lang), Role::Muted)];
    }
    let mut rows = vec![Line::default()];
    for (idx, seat_row) in lock.seats.iter().enumerate() {
        let is_selected = idx == lock.selected;
        let mark = if is_selected { "> " } else { "  " };
        let after = seat::note(seat_row, lang);
        let room = cols.saturating_sub(width(mark) + width(&after) + 1);
        let name = format!("{} · {}", seat_row.name, seat_row.store);
        let mut line = Line::from(piece(mark, Role::Accent, theme));
        line.push_span(piece(fit(&cut(&name, room), room), Role::Text, theme));
        line.push_span(piece(format!(" {after}"), Role::Muted, theme));
        rows.push(if is_selected { line.style(theme.style(Role::Selection)) } else { line });
    }
    rows.push(Line::default());
    let has_pin = lock.seat().is_some_and(|seat| seat.has_pin);
    if has_pin {
        let mut line = Line::from(piece(format!("{} ", Msg::LockPin.text(lang)), Role::Text, theme));
        line.push_span(piece("* ".repeat(lock.n_typed()), Role::Accent, theme));
        if !lock.is_trying {
            line.push_span(piece("_", Role::Accent, theme));
        }
        rows.push(line);
    }
    rows.push(match (&lock.failure, lock.is_trying) {
        (_, true) => text(Msg::LockTrying.text(lang), Role::Muted),
        (Some(failure), _) => text(&seat::failure(&failure.code, &failure.detail, lang), Role::Bad),
        (None, _) => Line::default(),
    });
    if has_pin {
        rows.push(text(Msg::LockForgotten.text(lang), Role::Muted));
    }
    rows.push(Line::default());
    let keys = if lock.may_go_back { Msg::LockKeysBack } else { Msg::LockKeys };
    rows.push(text(keys.text(lang), Role::Muted));
    rows
}
