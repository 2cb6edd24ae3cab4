//! Draws the selected row of the queue: the customer, the script, and the outcomes to choose from.

use guide_common::sop::plan::Lang;
use guide_common::wire::local::{DoneRow, HeldRow, ScriptView, TaskRow};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::today::Pane;
use super::today_view::{deadline, look, what};
use crate::interface::action::{Action, spec};
use crate::interface::app::App;
use crate::interface::data::Entry;
use crate::interface::text::{fit, fit_right, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::card::{self, tier_role};
use crate::interface::widgets::paint::{Frames, bar, cut_line, lines, over, panel, piece};
use crate::interface::widgets::script::script_lines;
use crate::interface::words::Msg;
use crate::lang::hold::customer_text;
use crate::lang::name::{channel_name, outcome_name};

/// Draws three frames, one under the other: customer, script, outcomes.
pub fn wide(app: &mut App, frame: &mut Frame, area: Rect) {
    let inner_cols = area.width.saturating_sub(4);
    let keys = outcome_lines(app, usize::from(inner_cols));
    let keys_rows = if keys.is_empty() { 0 } else { rows(keys.len()) + 2 };
    let body = script_body(app, inner_cols);
    let room = area.height.saturating_sub(keys_rows);
    let script_needs = rows(body.len()) + 2;
    let card_needs = rows(card_lines(app, usize::MAX, inner_cols).len()) + 2;
    let card_rows = card_needs.min(room.saturating_sub(script_needs).max(room / 2));
    let [customer, script, outcome] = split(area, [card_rows, room - card_rows, keys_rows]);

    draw_customer(app, frame, customer);
    let titles = script_titles(app);
    let inner = padded(panel(frame, script, titles, Frames::Plain, &app.theme));
    draw_script(app, frame, inner, &body);
    if keys.is_empty() {
        return;
    }
    let title = Line::from(piece(format!(" {} ", Msg::OutcomeTitle.text(app.lang)), Role::Title, &app.theme));
    let inner = padded(panel(frame, outcome, [title, Line::default()], Frames::Plain, &app.theme));
    lines(frame.buffer_mut(), inner, &keys);
}

/// Draws the same without frames: the row itself first, then as much of the rest as there is room for.
pub fn narrow(app: &mut App, frame: &mut Frame, area: Rect) {
    if area.is_empty() {
        return;
    }
    let theme = app.theme.clone();
    bar(frame.buffer_mut(), area, area.y, &focused_row(app, area.width), Some(theme.style(Role::Selection)));
    let mut rest = below(area, 1);
    let keys = narrow_keys(app, area);
    let body = script_body(app, rest.width);
    let room = usize::from(rest.height).saturating_sub(keys.len() + usize::from(!keys.is_empty()));
    let script_rows = (body.len() + 1).min(room.saturating_sub(room / 3));
    let card_rows = room.saturating_sub(script_rows);
    let mut card = card_lines(app, card_rows, rest.width);
    card.truncate(card_rows);
    lines(frame.buffer_mut(), rest, &card);
    rest = below(rest, rows(card.len()));
    if rest.height > 1 {
        let [left, right] = script_titles(app);
        rule(app, frame, rest, left, right);
        rest = below(rest, 1);
    }
    let n_keys = rows(keys.len());
    let script = Rect { height: rest.height.saturating_sub(if n_keys > 0 { n_keys + 1 } else { 0 }), ..rest };
    let script = Rect { height: script.height.min(rows(body.len())), ..script };
    draw_script(app, frame, script, &body);
    if n_keys > 0 {
        let rest = below(rest, rest.height.saturating_sub(n_keys + 1));
        let title = Line::from(piece(format!(" {} ", Msg::OutcomeTitle.text(app.lang)), Role::Title, &app.theme));
        rule(app, frame, rest, title, Line::default());
        lines(frame.buffer_mut(), below(rest, 1), &keys);
    }
}

/// The rows that the outcomes take at the bottom where the task has no frames, their rule included.
pub fn outcome_rows(app: &App, area: Rect) -> u16 {
    let shows_task = app.data.n_entries() > 0 && app.today.pane == Pane::Detail;
    match narrow_keys(app, area).len() {
        n if n > 0 && shows_task => rows(n + 1),
        _ => 0,
    }
}

fn narrow_keys(app: &App, area: Rect) -> Vec<Line<'static>> {
    if area.height >= 12 { outcome_lines(app, usize::from(area.width)) } else { Vec::new() }
}

fn draw_customer(app: &App, frame: &mut Frame, area: Rect) {
    let entry = app.data.entry(app.today.list.selected);
    let look = look(app, area.width.saturating_sub(4));
    let card = entry.and_then(|entry| app.data.card(entry.customer()));
    let titles = match (card, entry) {
        (Some(card), _) => [card::title(card, look), card::total(card, look)],
        (None, Some(entry)) => {
            [Line::from(piece(format!(" {} ", entry.name()), Role::Title, &app.theme)), Line::default()]
        }
        (None, None) => [Line::default(), Line::default()],
    };
    let inner = padded(panel(frame, area, titles, Frames::Plain, &app.theme));
    lines(frame.buffer_mut(), inner, &card_lines(app, usize::from(inner.height), inner.width));
}

/// What stands before the task of the selected row, in at most so many lines.
pub fn card_lines(app: &App, max_rows: usize, cols: u16) -> Vec<Line<'static>> {
    let look = look(app, cols);
    let Some(entry) = app.data.entry(app.today.list.selected) else { return Vec::new() };
    let (terms, rush) = match entry {
        Entry::Task(row) => (row.terms.as_slice(), row.rush.as_ref()),
        Entry::Held(row) => (&[][..], row.rush.as_ref()),
        Entry::Done(_) => (&[][..], None),
    };
    let mut lines = rush.map(|rush| card::rush(rush, look)).unwrap_or_default();
    let room = max_rows.min(40).saturating_sub(lines.len());
    match app.data.card(entry.customer()) {
        Some(card) => lines.extend(card::brief(card, terms, room, look)),
        None => {
            lines.push(Line::from(piece(Msg::Loading.text(app.lang), Role::Muted, &app.theme)));
            lines.extend(card::why(terms, room.saturating_sub(1), look));
        }
    }
    lines
}

/// What the script is called, and what stands at the right of that.
pub fn script_titles(app: &App) -> [Line<'static>; 2] {
    let title = |text: String| Line::from(piece(format!(" {text} "), Role::Title, &app.theme));
    match app.data.entry(app.today.list.selected) {
        Some(Entry::Task(_)) => {}
        Some(Entry::Held(_)) => return [title(Msg::Held.text(app.lang).to_owned()), Line::default()],
        Some(Entry::Done(_)) => return [title(Msg::DoneTodayTitle.text(app.lang).to_owned()), Line::default()],
        None => return [Line::default(), Line::default()],
    }
    let Some(view) = app.script() else {
        return [title(Msg::Script.text(app.lang).to_owned()), Line::default()];
    };
    let n = app.shown_task().and_then(|id| app.data.details.get(&id)).map_or(1, |detail| detail.scripts.len());
    let place = if n > 1 { format!(" {}/{n}", app.today.script_idx.min(n - 1) + 1) } else { String::new() };
    // the channel stands first: a long name is cut, and never takes it away
    let left = Line::from(vec![
        piece(format!(" {}{place} ", Msg::Script.text(app.lang)), Role::Title, &app.theme),
        piece(format!("{} ", channel_name(view.channel, app.lang)), Role::Accent, &app.theme),
        piece(format!("{} ", view.name.in_lang(app.lang)), Role::Muted, &app.theme),
    ]);
    [left, Line::default()]
}

/// The script of the selected row; of one that is held or done, what is known of it.
pub fn script_body(app: &App, cols: u16) -> Vec<Line<'static>> {
    match app.data.entry(app.today.list.selected) {
        Some(Entry::Held(row)) => held_body(app, row, cols),
        Some(Entry::Done(row)) => done_body(app, row, cols),
        Some(Entry::Task(row)) => match app.script() {
            Some(view) => script_of(app, row, view, cols),
            None if app.data.details.contains_key(&row.id) => plain(app, Msg::NoScript.text(app.lang), cols),
            None => plain(app, Msg::Loading.text(app.lang), cols),
        },
        None => Vec::new(),
    }
}

/// The script, and under it what else the contact is about.
fn script_of(app: &App, row: &TaskRow, view: &ScriptView, cols: u16) -> Vec<Line<'static>> {
    let fills = app.shown_task().and_then(|id| app.today.fills.get(&id));
    let mut lines = script_lines(view, fills, usize::from(cols), &app.theme);
    let shown = row.dues.iter().position(|due| due.template.as_ref() == Some(&view.script.template)).unwrap_or(0);
    let others = row.dues.iter().enumerate().filter(|(idx, _)| *idx != shown);
    let names: Vec<&str> = others.map(|(_, due)| due.step_name.in_lang(app.lang)).collect();
    if !names.is_empty() {
        let also = Msg::Also.text(app.lang);
        let also = match app.lang {
            Lang::Zh => format!("{also}：{}", names.join("、")),
            Lang::En => format!("{also}: {}", names.join(", ")),
        };
        lines.push(Line::default());
        let wrapped = wrapped(&also, usize::from(cols)).into_iter();
        lines.extend(wrapped.map(|line| Line::from(piece(line, Role::Muted, &app.theme))));
    }
    lines
}

fn held_body(app: &App, row: &HeldRow, cols: u16) -> Vec<Line<'static>> {
    let steps: Vec<&str> = row.dues.iter().map(|due| due.step_name.in_lang(app.lang)).collect();
    let mut lines = plain(app, &customer_text(&row.hold, app.data.on(), app.lang), cols);
    lines.extend(plain(app, &steps.join(", "), cols));
    lines.push(Line::default());
    if row.hold.reason == guide_common::sop::gate::HoldReason::OpenComplaint {
        lines.extend(plain(app, Msg::ComplaintHint.text(app.lang), cols));
    }
    lines.extend(plain(app, Msg::HeldContactHint.text(app.lang), cols));
    lines
}

fn done_body(app: &App, row: &DoneRow, cols: u16) -> Vec<Line<'static>> {
    let what = [
        Some(outcome_name(row.outcome.code, app.lang).to_owned()),
        Some(channel_name(row.outcome.channel, app.lang).to_owned()),
        card::particulars(&row.outcome, look(app, cols)),
    ];
    let mut lines = plain(app, &what.into_iter().flatten().collect::<Vec<_>>().join(" · "), cols);
    let steps: Vec<&str> = row.steps.iter().map(|step| step.in_lang(app.lang)).collect();
    lines.extend(plain(app, &steps.join(", "), cols));
    lines.push(Line::default());
    lines.extend(plain(app, Msg::UndoHint.text(app.lang), cols));
    lines
}

fn plain(app: &App, text: &str, cols: u16) -> Vec<Line<'static>> {
    let lines = wrapped(text, usize::from(cols)).into_iter();
    lines.map(|line| Line::from(piece(line, Role::Text, &app.theme))).collect()
}

fn draw_script(app: &mut App, frame: &mut Frame, area: Rect, body: &[Line<'static>]) {
    let visible = usize::from(area.height);
    app.today.scroll = app.today.scroll.min(body.len().saturating_sub(visible));
    let from = app.today.scroll;
    lines(frame.buffer_mut(), area, &body[from.min(body.len())..]);
    if body.len() > from + visible && visible > 0 {
        let key = app.keymap.label(Action::ScrollDown);
        let more = format!(" {} {key}", Msg::More.text(app.lang));
        let cols = width(&more).min(usize::from(area.width));
        let x = area.right() - u16::try_from(cols).unwrap_or(0);
        frame.buffer_mut().set_stringn(x, area.bottom() - 1, more, cols, app.theme.style(Role::Accent));
    }
}

/// The ten outcomes in columns, with their keys.
fn outcome_lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    if matches!(app.data.entry(app.today.list.selected), Some(Entry::Done(_))) {
        return Vec::new();
    }
    let cells: Vec<(String, &str)> = guide_common::outcome::OutcomeCode::ALL
        .into_iter()
        .filter_map(|code| spec(Action::Log(code)))
        .map(|spec| (app.keymap.label(spec.action), spec.label(app.lang)))
        .collect();
    let per_row = [10, 5, 4, 3, 2, 1].into_iter().find(|n| grid_cols(&cells, *n) <= cols).unwrap_or(1);
    let widths = column_widths(&cells, per_row);
    cells
        .chunks(per_row)
        .map(|row| {
            let cell = |(idx, (key, label)): (usize, &(String, &str))| {
                let label_cols = widths[idx].saturating_sub(width(key) + 1);
                [
                    piece(key.clone(), Role::Key, &app.theme),
                    piece(format!(" {}", fit(label, label_cols)), Role::Text, &app.theme),
                    Span::raw(if idx + 1 < row.len() { " ".repeat(gap(&widths, cols)) } else { String::new() }),
                ]
            };
            Line::from(row.iter().enumerate().flat_map(cell).collect::<Vec<_>>())
        })
        .collect()
}

fn column_widths(cells: &[(String, &str)], per_row: usize) -> Vec<usize> {
    let mut widths = vec![0; per_row];
    for (idx, (key, label)) in cells.iter().enumerate() {
        widths[idx % per_row] = widths[idx % per_row].max(width(key) + 1 + width(label));
    }
    widths
}

fn grid_cols(cells: &[(String, &str)], per_row: usize) -> usize {
    column_widths(cells, per_row).iter().sum::<usize>() + per_row - 1
}

fn gap(widths: &[usize], cols: usize) -> usize {
    let free = cols.saturating_sub(widths.iter().sum());
    free.checked_div(widths.len() - 1).unwrap_or(1).clamp(1, 3)
}

/// The selected row with its place in the queue.
fn focused_row(app: &App, cols: u16) -> Line<'static> {
    let Some(entry) = app.data.entry(app.today.list.selected) else { return Line::default() };
    let (place, n_all) = app.data.section_place(app.today.list.selected);
    let place = format!(" {place}/{n_all}");
    let mut left = Vec::new();
    let mut right = place;
    match entry {
        Entry::Task(row) => {
            let (time_left, role) = deadline(app, row);
            let mark = if role == Role::Muted { "" } else { "! " };
            left.push(piece(format!("{mark}{} ", row.tier.letter()), tier_role(row.tier), &app.theme));
            left.push(piece(format!("{}  {}", row.name, what(row, app.lang)), Role::Strong, &app.theme));
            if cols >= 36 {
                right = format!(" {time_left} {}{right}", channel_name(row.channel, app.lang));
            }
        }
        Entry::Held(row) => {
            let text = format!("- {}  {}", row.name, Msg::Held.text(app.lang));
            left.push(piece(text, Role::Strong, &app.theme));
        }
        Entry::Done(row) => {
            let text = format!("√ {}  {}", row.name, outcome_name(row.outcome.code, app.lang));
            left.push(piece(text, Role::Strong, &app.theme));
        }
    }
    let cols = usize::from(cols);
    if cols < 20 {
        right.clear();
    }
    let left = cut_line(Line::from(left), cols.saturating_sub(width(&right)));
    let used = left.width();
    let mut spans = left.spans;
    spans.push(Span::raw(fit_right(&right, cols.saturating_sub(used))));
    Line::from(spans)
}

fn rule(app: &App, frame: &mut Frame, area: Rect, left: Line<'static>, right: Line<'static>) {
    let buffer = frame.buffer_mut();
    let cols = usize::from(area.width);
    buffer.set_stringn(area.x, area.y, "─".repeat(cols), cols, app.theme.style(Role::Border));
    let [left, right] = [left, right].map(|title| over(title, &app.theme));
    let left = cut_line(left, cols.saturating_sub(2));
    buffer.set_line(area.x + 1.min(area.width), area.y, &left, area.width.saturating_sub(1));
    let right_cols = right.width();
    if right_cols > 0 && left.width() + right_cols + 3 <= cols {
        let x = area.right() - u16::try_from(right_cols + 1).unwrap_or(0);
        buffer.set_line(x, area.y, &right, area.right() - x);
    }
}

fn padded(area: Rect) -> Rect {
    let pad = 1.min(area.width / 2);
    Rect { x: area.x + pad, width: area.width.saturating_sub(2 * pad), ..area }
}

fn below(area: Rect, n: u16) -> Rect {
    let n = n.min(area.height);
    Rect { y: area.y + n, height: area.height - n, ..area }
}

fn split(area: Rect, heights: [u16; 3]) -> [Rect; 3] {
    let mut rest = area;
    heights.map(|height| {
        let part = Rect { height: height.min(rest.height), ..rest };
        rest = below(rest, height);
        part
    })
}

fn rows(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX / 4)
}
