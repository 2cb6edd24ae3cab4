//! Draws the screen Customers: the filter and the list at the left, the selected customer's card at the right, or over
//! the list where there is no room for both.

use guide_common::id::CustomerId;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::CustomerRow;
use guide_common::wire::timeline::Happened;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::customers::CustomersFocus;
use super::today_view::{WIDE, look};
use crate::interface::app::{App, Link};
use crate::interface::mouse::Hit;
use crate::interface::text::{fit, fit_right, is_linear, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::card::{self, tier_role};
use crate::interface::widgets::field::{self, Focus};
use crate::interface::widgets::paint::{Frames, bar, lines, marked, notice, panel, piece};
use crate::interface::words::{self, Msg};
use crate::lang::{amount, date, note, timeline};

/// From so many columns on the card that has the keys stays beside the list; on a narrower screen it takes all of it.
pub const BESIDE_COLS: u16 = 110;
/// Marks who has a task today: not the mark of haste that the queue has.
const HAS_TASK: &str = "*";

/// The areas of list and card; where there is no room for both, none.
pub fn areas(app: &App, area: Rect) -> Option<[Rect; 2]> {
    let card_has_keys = app.customers.focus == CustomersFocus::Card;
    if area.width < if card_has_keys { BESIDE_COLS } else { WIDE.0 } || area.height < 6 {
        return None;
    }
    // the card needs room for what was bought; a wide screen has it for both
    let list_cols = (area.width / 2).clamp(36, 60);
    Some(Layout::horizontal([Constraint::Length(list_cols), Constraint::Min(0)]).areas(area))
}

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    match areas(app, area) {
        Some([left, right]) => {
            draw_list(app, frame, left);
            draw_card(app, frame, right);
        }
        None if app.customers.focus == CustomersFocus::Card => draw_card(app, frame, area),
        None => draw_list(app, frame, area),
    }
}

fn draw_list(app: &mut App, frame: &mut Frame, area: Rect) {
    let frames = if app.customers.focus == CustomersFocus::Card { Frames::Plain } else { Frames::Focused };
    let title = Line::from(vec![
        piece(format!(" {} ", app.shown_list().unwrap_or(Msg::TabCustomers.text(app.lang))), Role::Title, &app.theme),
        piece(HAS_TASK, Role::Warn, &app.theme),
        piece(format!(" {} ", Msg::HasTask.text(app.lang)), Role::Muted, &app.theme),
    ]);
    let count = app.data.customers.as_ref().map(|list| format!(" {}/{} ", list.n_found, list.n_all));
    let count = Line::from(piece(count.unwrap_or_default(), Role::Muted, &app.theme));
    let inner = if area.height >= 8 { panel(frame, area, [title, count], frames, &app.theme) } else { area };
    draw_filter(app, frame, Rect { height: inner.height.min(1), ..inner });
    let mut rows_area = Rect { y: inner.y + 1.min(inner.height), height: inner.height.saturating_sub(1), ..inner };
    let notes = notes(app, usize::from(rows_area.width));
    let n_notes = u16::try_from(notes.len()).unwrap_or(u16::MAX).min(rows_area.height / 2);
    lines(frame.buffer_mut(), Rect { height: n_notes, ..rows_area }, &notes);
    rows_area = Rect { y: rows_area.y + n_notes, height: rows_area.height - n_notes, ..rows_area };
    let Some(list) = app.data.customers.as_ref().filter(|list| !list.rows.is_empty()) else {
        return empty(app, frame, rows_area);
    };
    let columns = Columns::of(&list.rows, usize::from(rows_area.width), app);
    if rows_area.height >= 6 {
        lines(frame.buffer_mut(), Rect { height: 1, ..rows_area }, &[columns.heads(app)]);
        rows_area = Rect { y: rows_area.y + 1, height: rows_area.height - 1, ..rows_area };
    }
    let mut state = app.customers.list;
    let first = state.window(state.selected, list.rows.len(), usize::from(rows_area.height));
    let role = match app.customers.focus {
        CustomersFocus::List => Role::Selection,
        CustomersFocus::Filter | CustomersFocus::Card => Role::SelectionIdle,
    };
    for ((idx, row), y) in list.rows.iter().enumerate().skip(first).zip(rows_area.top()..rows_area.bottom()) {
        let selected = (idx == state.selected).then(|| app.theme.style(role));
        bar(frame.buffer_mut(), rows_area, y, &columns.row(app, row), selected);
        app.hits.note(Rect { y, height: 1, ..rows_area }, Hit::Row(idx));
    }
    app.customers.list = state;
}

fn draw_filter(app: &App, frame: &mut Frame, area: Rect) {
    if area.is_empty() {
        return;
    }
    let label = format!("{} ", Msg::FieldFind.text(app.lang));
    let cols = u16::try_from(width(&label)).unwrap_or(0).min(area.width);
    frame.buffer_mut().set_stringn(area.x, area.y, &label, usize::from(cols), app.theme.style(Role::Key));
    let field_area = Rect { x: area.x + cols, width: area.width - cols, ..area };
    let focus = if app.is_filtering() { Focus::On } else { Focus::Off };
    let hint = match app.lang {
        Lang::Zh => "姓名、拼音、手机尾号、#标签",
        Lang::En => "name, pinyin, last digits, #tag",
    };
    field::draw(frame, field_area, &app.customers.input, hint, focus, &app.theme);
}

/// What of the filter was not understood, and whether somebody may be missing yet.
fn notes(app: &App, cols: usize) -> Vec<Line<'static>> {
    let Some(list) = &app.data.customers else { return Vec::new() };
    let partial = list.is_partial.then(|| Msg::StillIndexing.text(app.lang).to_owned());
    let all = list.notes.iter().map(|found| note::sentence(found, app.lang)).chain(partial);
    let wrap = |text: String| wrapped(&format!("! {text}"), cols);
    all.flat_map(wrap).map(|line| Line::from(piece(line, Role::Warn, &app.theme))).collect()
}

fn empty(app: &App, frame: &mut Frame, area: Rect) {
    let (title, steps) = why_empty(app);
    notice(frame, area, title, &steps, &app.theme);
}

/// Why the list is empty: not enrolled, not synced, nobody there, or nobody matches.
pub fn why_empty(app: &App) -> (&'static str, Vec<&'static str>) {
    let lang = app.lang;
    let status = app.data.status.as_ref();
    match (&app.link, &app.data.customers) {
        (_, Some(list)) if list.n_all > 0 => (Msg::FilteredTitle.text(lang), vec![Msg::FilteredNext.text(lang)]),
        (Link::Down(_), _) => (words::problem("unreachable", lang).unwrap_or_default(), vec![Msg::LostNext.text(lang)]),
        _ if status.is_some_and(|status| status.guide.is_none()) => {
            (Msg::EnrollTitle.text(lang), vec![Msg::EnrollNext.text(lang), Msg::EnrollCommand.text(lang)])
        }
        _ if status.is_some_and(|status| status.n_customers == 0 && status.sync.last_ok_at.is_none()) => {
            (Msg::UnsyncedTitle.text(lang), vec![Msg::UnsyncedNext.text(lang)])
        }
        (_, None) => (Msg::Loading.text(lang), Vec::new()),
        (_, Some(_)) => (Msg::NoCustomerTitle.text(lang), vec![Msg::NoCustomerNext.text(lang)]),
    }
}

/// The columns of the list: what has no room goes from the right.
struct Columns {
    name: usize,
    phone: usize,
    last: usize,
    total: usize,
}

impl Columns {
    fn of(rows: &[CustomerRow], cols: usize, app: &App) -> Self {
        let longest = |of: &dyn Fn(&CustomerRow) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let name = longest(&|row| width(&row.name)).clamp(6, if cols < 52 { 12 } else { 18 });
        let total_head = width(Msg::ColumnTotal.text(app.lang));
        let total = longest(&|row| width(&amount(row.total_fen))).clamp(total_head, 14);
        let last = longest(&|row| width(&last_bought(row, app)));
        let mut columns = Self { name, phone: 11, last: last.max(width(Msg::ColumnLast.text(app.lang))), total };
        if columns.cols() > cols {
            columns.last = 0;
        }
        if columns.cols() > cols {
            columns.phone = 0;
        }
        if columns.cols() > cols {
            columns.total = 0;
        }
        columns.name += cols.saturating_sub(columns.cols());
        columns
    }

    fn cols(&self) -> usize {
        let rest = [self.phone, self.last, self.total];
        4 + self.name + rest.iter().filter(|cols| **cols > 0).map(|cols| cols + 1).sum::<usize>()
    }

    /// What the columns are called.
    fn heads(&self, app: &App) -> Line<'static> {
        let head = |msg: Msg| msg.text(app.lang);
        let mut text = format!("    {}", fit(head(Msg::ColumnName), self.name));
        if self.phone > 0 {
            text.push_str(&format!(" {}", fit(head(Msg::ColumnPhone), self.phone)));
        }
        if self.last > 0 {
            text.push_str(&format!(" {}", fit_right(head(Msg::ColumnLast), self.last)));
        }
        if self.total > 0 {
            text.push_str(&format!(" {}", fit_right(head(Msg::ColumnTotal), self.total)));
        }
        Line::from(piece(text, Role::Muted, &app.theme))
    }

    fn row(&self, app: &App, row: &CustomerRow) -> Line<'static> {
        let mark = if row.task.is_some() { HAS_TASK } else { " " };
        let mut spans = vec![
            piece(format!("{mark} "), Role::Warn, &app.theme),
            piece(format!("{} ", row.tier.letter()), tier_role(row.tier), &app.theme),
        ];
        spans.extend(marked(&row.name, &row.name_spans, self.name, &app.theme));
        let mut column = |text: String, role: Role| spans.push(piece(format!(" {text}"), role, &app.theme));
        if self.phone > 0 {
            column(fit(row.phone_masked.as_deref().unwrap_or("-"), self.phone), Role::Muted);
        }
        if self.last > 0 {
            column(fit_right(&last_bought(row, app), self.last), Role::Muted);
        }
        if self.total > 0 {
            let total = row.last_bought_on.map(|_| amount(row.total_fen)).unwrap_or_default();
            column(fit_right(&total, self.total), Role::Money);
        }
        Line::from(spans)
    }
}

fn last_bought(row: &CustomerRow, app: &App) -> String {
    row.last_bought_on.map_or_else(|| "-".to_owned(), |on| date::short(on, app.data.on(), app.lang))
}

/// What happened with a customer, newest first, with what was sent and answered.
pub fn timeline_lines(app: &App, customer: &CustomerId, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let Some(timeline) = app.data.timelines.get(customer) else {
        return vec![Line::from(piece(Msg::Loading.text(lang), Role::Muted, &app.theme))];
    };
    let mut lines = Vec::new();
    let mut add = |text: &str, indent: usize, role: Role| {
        let wrapped = wrapped(text, cols.saturating_sub(indent)).into_iter();
        lines.extend(wrapped.map(|line| Line::from(piece(format!("{}{line}", " ".repeat(indent)), role, &app.theme))));
    };
    let rows = timeline.entries.iter().map(|entry| (entry, timeline::parts(entry, app.data.on(), lang)));
    let rows: Vec<_> = rows.collect();
    let widest = rows.iter().map(|(_, (day, _))| width(day)).max().unwrap_or(0);
    let day_cols = if is_linear(cols) { 0 } else { widest };
    for (entry, (day, told)) in rows {
        let role = if entry.undone_on.is_some() { Role::Muted } else { Role::Text };
        let mut day = fit(&day, day_cols.max(width(&day))) + "  ";
        for text in wrapped(&told, cols.saturating_sub(width(&day))) {
            add(&format!("{day}{text}"), 0, role);
            day = " ".repeat(width(&day));
        }
        if let Happened::Outcome(outcome) = &entry.what {
            let said = [(Msg::Sent, &outcome.sent), (Msg::Reply, &outcome.reply)];
            for (label, text) in said.into_iter().filter_map(|(label, text)| Some((label, text.as_ref()?))) {
                add(&format!("{} {text}", label.text(lang)), 2, Role::Muted);
            }
        }
    }
    if timeline.entries.is_empty() {
        add(Msg::TimelineEmpty.text(lang), 0, Role::Muted);
    }
    lines
}

fn draw_card(app: &mut App, frame: &mut Frame, area: Rect) {
    let frames = if app.customers.focus == CustomersFocus::Card { Frames::Focused } else { Frames::Plain };
    let card = app.customers.selected(&app.data).and_then(|row| app.data.card(&row.id));
    let look = look(app, area.width.saturating_sub(4));
    let titles = match card {
        Some(card) => [card::title(card, look), card::total(card, look)],
        None => {
            [Line::from(piece(format!(" {} ", Msg::Customer.text(app.lang)), Role::Title, &app.theme)), Line::default()]
        }
    };
    if area.height < 3 {
        // a frame would hold nothing: the name remains
        let [name, _] = titles;
        return lines(frame.buffer_mut(), area, &[name]);
    }
    let timeline = card.filter(|_| app.customers.timeline).map(|card| timeline_lines(app, &card.id, look.cols));
    let rows = usize::from(area.height.saturating_sub(2));
    let all = timeline.or_else(|| card.map(|card| card::full(card, rows, look))).unwrap_or_default();
    app.hits.note(area, Hit::Detail);
    let inner = panel(frame, area, titles, frames, &app.theme);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    let visible = usize::from(inner.height);
    app.customers.scroll = app.customers.scroll.min(all.len().saturating_sub(visible));
    let from = app.customers.scroll;
    lines(frame.buffer_mut(), inner, &all[from.min(all.len())..]);
    if all.len() > from + visible && visible > 0 {
        let more = Line::from(vec![Span::raw(" "), piece(Msg::More.text(app.lang), Role::Accent, &app.theme)]);
        let cols = u16::try_from(more.width()).unwrap_or(0).min(inner.width);
        frame.buffer_mut().set_line(inner.right() - cols, inner.bottom() - 1, &more, cols);
    }
}
