//! Draws the amnesty: the numbers, which add up, and under them what is no longer the guide's and why.

use guide_common::sop::backlog::Fate;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::amnesty_sheet::AmnestySheet;
use super::list_view::{keys, padded};
use super::view::{sheet, title};
use crate::interface::app::App;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::{bar, lines, piece, spread};
use crate::interface::words::Msg;
use crate::lang::amnesty as words;

/// Draws the sheet over the whole body: the list is long, and it is what is agreed to.
pub fn draw(app: &App, state: &AmnestySheet, frame: &mut Frame, body: Rect) {
    let (amnesty, lang, theme) = (&state.amnesty, app.lang, &app.theme);
    let keys_of = match (app.recording.is_some(), state.changes()) {
        (true, _) => Msg::Saving,
        (false, true) => Msg::AmnestyKeys,
        (false, false) => Msg::AmnestyNothing,
    };
    let inner = padded(sheet(app, frame, body, title(app, &words::heading(amnesty, lang)), keys(app, keys_of)));
    let cols = usize::from(inner.width);
    let counts: Vec<Line<'_>> =
        words::counts(amnesty, lang).into_iter().flat_map(|row| count(row, cols, app)).collect();
    lines(frame.buffer_mut(), inner, &counts);
    let above = u16::try_from(counts.len()).unwrap_or(u16::MAX).saturating_add(1).min(inner.height);
    let inner = Rect { y: inner.y + above, height: inner.height - above, ..inner };
    let listed = words::listed(amnesty, false);
    let name_cols = listed.iter().map(|due| width(&due.name)).max().unwrap_or(0).min(cols / 3);
    let first = (state.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, due), y) in listed.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let role = match due.fate {
            Fate::Expired { .. } => Role::Muted,
            Fate::AtRisk { .. } => Role::Warn,
            _ => Role::Text,
        };
        let left = vec![
            piece(format!("{} ", fit(&due.name, name_cols)), Role::Strong, theme),
            piece(format!("{} ", due.tier.letter()), Role::Accent, theme),
            piece(words::what(due, &listed, amnesty.on, lang), role, theme),
        ];
        let line = spread(left, piece(words::fate(due.fate, amnesty.on, lang), role, theme), cols);
        let selected = (idx == state.selected).then(|| theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
    }
}

/// A number with what it is of; what does not fit beside it stands below.
fn count((n, what, more): (usize, &str, String), cols: usize, app: &App) -> Vec<Line<'static>> {
    let head = format!("{n:>4} ");
    let indent = head.len() + width(what) + 2;
    let mut rows = wrapped(&more, cols.saturating_sub(indent).max(1)).into_iter();
    let mut first = vec![piece(head, Role::Strong, &app.theme), piece(format!("{what}  "), Role::Text, &app.theme)];
    first.extend(rows.next().map(|row| piece(row, Role::Muted, &app.theme)));
    let below = rows.map(|row| Line::from(piece(format!("{}{row}", " ".repeat(indent)), Role::Muted, &app.theme)));
    std::iter::once(Line::from(first)).chain(below).collect()
}
