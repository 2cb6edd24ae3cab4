//! The strip for an audience: the key that was pressed last in large letters with what it means, and, while somebody
//! presents, the day in large letters.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;

use super::big;
use super::paint::{lines, piece};
use crate::interface::action::spec;
use crate::interface::app::App;
use crate::interface::glyph::GlyphSet;
use crate::interface::text::{cut, wrapped};
use crate::interface::theme::Role;
use crate::interface::words::Msg;

/// The strip needs a screen of so many rows.
const FROM_ROWS: u16 = 18;
/// Between what stands beside each other.
const GAP: u16 = 2;

/// How many rows it takes; none where nothing is shown to an audience, or there is no room.
pub fn rows(app: &App, rows: u16) -> u16 {
    if app.audience.shows_keys() && rows >= FROM_ROWS { big::ROWS } else { 0 }
}

/// Draws it.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let mut room = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if app.audience.presents
        && let Some(now) = app.data.status.as_ref().map(|status| status.now)
    {
        let day = now.format("%m-%d").to_string();
        let cols = large(app, frame, room, Side::Right, &day, Role::Strong);
        room.width = room.width.saturating_sub(cols + GAP);
    }
    let Some(pressed) = &app.audience.pressed else {
        let text = piece(Msg::CastEmpty.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), Rect { y: room.y + 1, height: 1, ..room }, &[Line::from(text)]);
    };
    let keys = match pressed.keys.as_str() {
        "↑" => "Up",
        "↓" => "Down",
        "←" => "Left",
        "→" => "Right",
        keys => keys,
    };
    let cols = large(app, frame, room, Side::Left, keys, Role::Key);
    room = Rect { x: room.x + cols + GAP, width: room.width.saturating_sub(cols + GAP), ..room };
    if room.is_empty() {
        return;
    }
    let width = usize::from(room.width);
    let mut rows = Vec::new();
    let times = if pressed.n > 1 { format!(" ×{}", pressed.n) } else { String::new() };
    match pressed.action.and_then(spec) {
        Some(spec) => {
            let label = format!("{}{times}", spec.label(app.lang));
            rows.push(Line::from(piece(cut(&label, width), Role::Strong, &app.theme)));
            let help = wrapped(spec.help(app.lang), width).into_iter().take(usize::from(big::ROWS) - 1);
            rows.extend(help.map(|line| Line::from(piece(line, Role::Muted, &app.theme))));
        }
        None => rows.push(Line::from(piece(times.trim_start().to_owned(), Role::Muted, &app.theme))),
    }
    lines(frame.buffer_mut(), room, &rows);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Draws a text large where the glyphs and the room allow it, else in a line; returns its columns.
fn large(app: &App, frame: &mut Frame, room: Rect, side: Side, text: &str, role: Role) -> u16 {
    let is_drawn = app.settings.glyph_set() == GlyphSet::Unicode;
    let at = |cols: u16| match side {
        Side::Left => room,
        Side::Right => Rect { x: room.right() - cols, width: cols, ..room },
    };
    if let Some(cols) = big::cols(text).filter(|cols| is_drawn && *cols <= room.width) {
        big::draw(frame.buffer_mut(), at(cols), text, app.theme.style(role));
        return cols;
    }
    let mut span = piece(format!(" {} ", cut(text, usize::from(room.width.saturating_sub(2)))), role, &app.theme);
    span.style = span.style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    let line = Line::from(span);
    let cols = u16::try_from(line.width()).unwrap_or(u16::MAX).min(room.width);
    let area = at(cols);
    frame.buffer_mut().set_line(area.x, area.y + 1, &line, cols);
    cols
}
