//! Draws sections, rows with a detail, and lines that scroll.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use tui_input::Input;

use super::browser::Focus;
use super::field;
use super::paint::{Frames, bar, lines, notice, panel, piece};
use super::panes::Panes;
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::mouse::Hit;
use crate::interface::privacy::Privacy;
use crate::interface::text::{fit, width};
use crate::interface::theme::Role;
use crate::interface::words::{self, Msg};

/// Cells of the list of sections; from so many columns of the screen on it is wider.
const LIST_COLS: u16 = 20;
const WIDE_LIST_COLS: u16 = 26;
const WIDE_FROM: u16 = 110;
/// A detail below its rows needs so many lines.
const DETAIL_ROWS: u16 = 5;

/// A section in the list.
#[derive(Clone, Debug)]
pub struct SectionRow {
    /// What it is called.
    pub name: &'static str,
    /// How many it holds, or a mark.
    pub count: String,
    /// How that is meant.
    pub role: Role,
}

/// The areas of the sections and of what the open one holds; where there is no room for both, of what has the keys.
pub fn areas(panes: &Panes, area: Rect) -> (Option<Rect>, Option<Rect>) {
    let list_cols = if area.width >= WIDE_FROM { WIDE_LIST_COLS } else { LIST_COLS };
    panes.sections.areas(area, list_cols)
}

/// Draws the sections, each with the digit that opens it.
pub fn sections(app: &App, panes: &Panes, frame: &mut Frame, area: Rect, title: Msg, rows: &[SectionRow]) {
    let frames = if panes.is_at_sections() { Frames::Focused } else { Frames::Plain };
    let inner = framed(app, frame, area, title.text(app.lang), Line::default(), frames);
    let role = if panes.is_at_sections() { Role::Selection } else { Role::SelectionIdle };
    let first = (panes.section() + 1).saturating_sub(usize::from(inner.height));
    for ((idx, row), y) in rows.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let count_cols = width(&row.count);
        let name_cols = usize::from(inner.width).saturating_sub(count_cols + 5);
        let line = Line::from(vec![
            piece(format!(" {} ", idx + 1), Role::Key, &app.theme),
            piece(fit(row.name, name_cols), Role::Text, &app.theme),
            piece(format!(" {} ", row.count), row.role, &app.theme),
        ]);
        bar(frame.buffer_mut(), inner, y, &line, (idx == panes.section()).then(|| app.theme.style(role)));
        let digit = u8::try_from(idx + 1).unwrap_or(u8::MAX);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Act(Action::Section(digit)));
    }
}

/// Frames an area where it has room for that.
pub fn framed(app: &App, frame: &mut Frame, area: Rect, title: &str, right: Line<'static>, frames: Frames) -> Rect {
    if area.height < 5 || area.width < 20 {
        return area;
    }
    let title = Line::from(piece(format!(" {title} "), Role::Title, &app.theme));
    panel(frame, area, [title, right], frames, &app.theme)
}

/// Draws lines from where they are scrolled to.
pub fn scrolled(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect, all: &[Line<'static>]) {
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area };
    let n_rows = usize::from(area.height);
    app.hits.note(area, Hit::Detail);
    panes.rows.list.n_visible = n_rows;
    let first = panes.rows.first_line(all.len(), n_rows);
    lines(frame.buffer_mut(), area, &all[first.min(all.len())..]);
    if all.len() > first + n_rows && n_rows > 0 {
        let more = Line::from(vec![Span::raw(" "), piece(Msg::More.text(app.lang), Role::Accent, &app.theme)]);
        let cols = u16::try_from(more.width()).unwrap_or(0).min(area.width);
        frame.buffer_mut().set_line(area.right() - cols, area.bottom() - 1, &more, cols);
    }
}

/// Rows with what they are called, and the detail of the selected one.
#[derive(Debug)]
pub struct Rows {
    /// What the columns are called.
    pub heads: Option<Line<'static>>,
    /// The rows.
    pub rows: Vec<Line<'static>>,
    /// The selected row in full.
    pub detail: Vec<Line<'static>>,
    /// Why there is no row, and what to do.
    pub empty: (String, Vec<String>),
}

/// What the open section of a screen holds.
#[derive(Debug)]
pub enum Shown {
    /// Nothing at all: why, and what to do.
    Nothing(String, Vec<String>),
    /// Lines.
    Lines(Vec<Line<'static>>),
    /// Rows with the selected one in full.
    Rows(Box<Rows>),
}

/// Draws what the open section holds.
pub fn shown(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect, shown: &Shown) {
    match shown {
        Shown::Nothing(title, steps) => {
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            notice(frame, area, title, &steps, &app.theme);
        }
        Shown::Lines(lines) => scrolled(app, panes, frame, area, lines),
        Shown::Rows(shown) => rows(app, panes, frame, area, shown),
    }
}

/// Draws rows, and below them the detail where there is room; where the detail has the keys it has the room too.
pub fn rows(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect, shown: &Rows) {
    let mut area = area;
    let detail_has_keys = panes.rows.focus == Focus::Detail && !panes.is_at_sections();
    if (panes.rows.focus == Focus::Filter || !panes.rows.filter.value().is_empty()) && area.height > 1 {
        filter(app, panes, frame, Rect { height: 1, ..area });
        area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    if shown.rows.is_empty() {
        let (title, steps) = &shown.empty;
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        return notice(frame, area, title, &steps, &app.theme);
    }
    let n_heads = u16::from(shown.heads.is_some());
    let n_rows = u16::try_from(shown.rows.len()).unwrap_or(u16::MAX).saturating_add(n_heads);
    let n_detail = u16::try_from(shown.detail.len()).unwrap_or(u16::MAX).max(DETAIL_ROWS);
    let has_both = area.height >= n_heads + 3 + 1 + DETAIL_ROWS;
    let list_height = match (has_both, detail_has_keys) {
        (false, true) => 0,
        (false, false) => area.height,
        // the detail takes what it needs, the rows at least three lines
        (true, true) => n_rows.min(area.height.saturating_sub(n_detail + 1).max(n_heads + 3)),
        (true, false) => n_rows.min((area.height / 2).max(area.height.saturating_sub(n_detail + 1))),
    };
    let list = Rect { height: list_height, ..area };
    draw_list(app, panes, frame, list, shown, detail_has_keys);
    if list_height < area.height && (has_both || detail_has_keys) {
        let mut rest = Rect { y: area.y + list_height, height: area.height - list_height, ..area };
        if list_height > 0 {
            let role = if detail_has_keys { Role::BorderFocus } else { Role::Border };
            let rule = Line::from(piece("─".repeat(usize::from(area.width)), role, &app.theme));
            lines(frame.buffer_mut(), Rect { height: 1, ..rest }, &[rule]);
            rest = Rect { y: rest.y + 1, height: rest.height - 1, ..rest };
        }
        let list_rows = panes.rows.list.n_visible;
        scrolled(app, panes, frame, rest, &shown.detail);
        if list_rows > 0 && !detail_has_keys {
            panes.rows.list.n_visible = list_rows;
        }
    }
}

fn draw_list(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect, shown: &Rows, detail_has_keys: bool) {
    let mut area = area;
    if let Some(heads) = shown.heads.as_ref().filter(|_| area.height > 3) {
        lines(frame.buffer_mut(), Rect { height: 1, ..area }, std::slice::from_ref(heads));
        area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    let has_keys = !panes.is_at_sections() && !detail_has_keys && panes.rows.focus != Focus::Filter;
    let role = if has_keys { Role::Selection } else { Role::SelectionIdle };
    let state = &mut panes.rows.list;
    state.selected = state.selected.min(shown.rows.len() - 1);
    let first = state.window(state.selected, shown.rows.len(), usize::from(area.height));
    for ((idx, row), y) in shown.rows.iter().enumerate().skip(first).zip(area.top()..area.bottom()) {
        bar(frame.buffer_mut(), area, y, row, (idx == state.selected).then(|| app.theme.style(role)));
        app.hits.note(Rect { y, height: 1, ..area }, Hit::Row(idx));
    }
}

fn filter(app: &App, panes: &Panes, frame: &mut Frame, area: Rect) {
    let label = format!(" {} ", Msg::FieldFilter.text(app.lang));
    let cols = u16::try_from(width(&label)).unwrap_or(0).min(area.width);
    frame.buffer_mut().set_stringn(area.x, area.y, &label, usize::from(cols), app.theme.style(Role::Key));
    let field_area = Rect { x: area.x + cols, width: area.width - cols, ..area };
    let focus = if app.is_typing() { field::Focus::On } else { field::Focus::Off };
    let is_masked = app.privacy == Privacy::On && focus == field::Focus::Off;
    let masked = Input::new(words::MASK.to_owned());
    let shown = if is_masked { &masked } else { &panes.rows.filter };
    field::draw(frame, field_area, shown, "", focus, &app.theme);
}

/// A label and a value, the value wrapped beside the label.
pub fn pair(app: &App, label: &str, value: &str, role: Role, label_cols: usize, cols: usize) -> Vec<Line<'static>> {
    let room = cols.saturating_sub(label_cols + 1).max(4);
    let label_of = |idx: usize| if idx == 0 { fit(label, label_cols) } else { " ".repeat(label_cols) };
    let line = |(idx, text): (usize, String)| {
        Line::from(vec![piece(format!("{} ", label_of(idx)), Role::Muted, &app.theme), piece(text, role, &app.theme)])
    };
    crate::interface::text::wrapped(value, room).into_iter().enumerate().map(line).collect()
}

/// A text in lines of one role.
pub fn texts(app: &App, text: &str, role: Role, cols: usize) -> Vec<Line<'static>> {
    let wrapped = crate::interface::text::wrapped(text, cols.max(4));
    wrapped.into_iter().map(|line| Line::from(piece(line, role, &app.theme))).collect()
}
