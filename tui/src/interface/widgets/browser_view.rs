//! Draws a list with its filter and groups, and the detail beside it, for every screen that has a browser.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::browser::{Browser, Focus};
use super::field;
use super::paint::{Frames, bar, lines, panel, piece};
use crate::interface::app::App;
use crate::interface::mouse::Hit;
use crate::interface::text::{fit, width};
use crate::interface::theme::{Role, Theme};
use crate::interface::words::Msg;
use guide_common::sop::plan::Lang;

/// A line of a list.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The head of a group, which cannot be selected.
    Head(String),
    /// A row.
    Row(Line<'static>),
}

/// What lists are drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Look<'t> {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: &'t Theme,
}

/// Draws the list's frame and its filter, and returns where the rows stand.
pub fn list_area(
    frame: &mut Frame,
    area: Rect,
    titles: [Line<'static>; 2],
    browser: &Browser,
    is_layer_open: bool,
    look: Look<'_>,
) -> Rect {
    let frames = if browser.focus == Focus::Detail { Frames::Plain } else { Frames::Focused };
    let inner = if area.height >= 6 { panel(frame, area, titles, frames, look.theme) } else { area };
    let is_typing = browser.focus == Focus::Filter;
    if inner.is_empty() || (!is_typing && browser.filter.value().is_empty()) {
        return inner;
    }
    let label = format!("{} ", Msg::FieldFilter.text(look.lang));
    let cols = u16::try_from(width(&label)).unwrap_or(0).min(inner.width);
    let style = look.theme.style(Role::Key);
    frame.buffer_mut().set_stringn(inner.x, inner.y, &label, usize::from(cols), style);
    let field_area = Rect { x: inner.x + cols, width: inner.width - cols, height: 1, ..inner };
    let focus = if is_typing && !is_layer_open { field::Focus::On } else { field::Focus::Off };
    field::draw(frame, field_area, &browser.filter, "", focus, look.theme);
    Rect { y: inner.y + 1, height: inner.height - 1, ..inner }
}

/// Draws the rows: the selected one as one bar, and as little moved as can be.
pub fn rows(app: &App, frame: &mut Frame, area: Rect, entries: &[Entry], browser: &mut Browser) {
    let theme = &app.theme;
    let is_row = |entry: &&Entry| matches!(entry, Entry::Row(_));
    let n_rows = entries.iter().filter(is_row).count();
    let mut state = browser.list;
    state.selected = state.selected.min(n_rows.saturating_sub(1));
    let mut places = entries.iter().enumerate().filter(|(_, entry)| is_row(entry)).map(|(line, _)| line);
    let selected_line = places.nth(state.selected).unwrap_or(0);
    let first = state.window(selected_line, entries.len(), usize::from(area.height));
    let role = if browser.focus == Focus::List { Role::Selection } else { Role::SelectionIdle };
    for ((idx, entry), y) in entries.iter().enumerate().skip(first).zip(area.top()..area.bottom()) {
        match entry {
            Entry::Head(title) => {
                let title = format!("─ {title} ");
                let cols = usize::from(area.width);
                let rest = "─".repeat(cols.saturating_sub(width(&title)));
                let line = Line::from(vec![
                    piece("─ ", Role::Border, theme),
                    piece(
                        fit(&title[4..], width(&title).saturating_sub(2).min(cols.saturating_sub(2))),
                        Role::Muted,
                        theme,
                    ),
                    piece(rest, Role::Border, theme),
                ]);
                frame.buffer_mut().set_line(area.x, y, &line, area.width);
            }
            Entry::Row(line) => {
                let selected = (idx == selected_line).then(|| theme.style(role));
                let n_before = entries[..idx].iter().filter(is_row).count();
                app.hits.note(Rect { y, height: 1, ..area }, Hit::Row(n_before));
                bar(frame.buffer_mut(), area, y, line, selected);
            }
        }
    }
    browser.list = state;
}

/// Draws the detail's frame and as many of its lines as fit from where it is scrolled to.
pub fn detail(
    app: &App,
    frame: &mut Frame,
    area: Rect,
    titles: [Line<'static>; 2],
    browser: &mut Browser,
    all: impl FnOnce(usize) -> Vec<Line<'static>>,
) {
    let look = Look { lang: app.lang, theme: &app.theme };
    app.hits.note(area, Hit::Detail);
    let frames = if browser.focus == Focus::Detail { Frames::Focused } else { Frames::Plain };
    let inner = if area.height >= 6 { panel(frame, area, titles, frames, look.theme) } else { area };
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    if inner.is_empty() {
        return;
    }
    let all = all(usize::from(inner.width));
    let n_rows = usize::from(inner.height);
    let from = browser.first_line(all.len(), n_rows);
    lines(frame.buffer_mut(), inner, &all[from.min(all.len())..]);
    if all.len() > from + n_rows {
        let more = Line::from(vec![Span::raw(" "), piece(Msg::More.text(look.lang), Role::Accent, look.theme)]);
        let cols = u16::try_from(more.width()).unwrap_or(0).min(inner.width);
        frame.buffer_mut().set_line(inner.right() - cols, inner.bottom() - 1, &more, cols);
    }
}

/// The head of a part of a detail.
pub fn section(title: &str, cols: usize, theme: &Theme) -> Line<'static> {
    let title = format!("{title} ");
    let rest = "─".repeat(cols.saturating_sub(width(&title)));
    Line::from(vec![piece(title, Role::Title, theme), piece(rest, Role::Border, theme)])
}
