//! Draws forms of checked fields, and questions.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::ask_form::{AskField, AskForm, AskPurpose};
use super::confirm::Confirm;
use super::view::{bottom, sheet, title};
use crate::interface::app::App;
use crate::interface::mouse::Hit;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::field::{self, Focus};
use crate::interface::widgets::paint::{bar, lines, piece};
use crate::interface::words::Msg;

/// Draws a form: its note, its fields, what is wrong.
pub fn form(app: &App, form: &AskForm, frame: &mut Frame, body: Rect) {
    let cols = usize::from(bottom(app, body, 3).width).saturating_sub(4);
    let note = if form.note.is_empty() { Vec::new() } else { wrapped(&form.note, cols) };
    let error = form.error.as_ref().map(|error| wrapped(error, cols)).unwrap_or_default();
    let n_rows = note.len() + form.fields.len() + error.len();
    let is_busy = app.is_recording() || app.is_writing();
    let keys = match (is_busy, &form.purpose, form.fields.len()) {
        (true, _, _) => Msg::Saving,
        (_, AskPurpose::Mend { .. }, _) => Msg::MendKeys,
        (_, AskPurpose::File(_), _) => Msg::FileKeys,
        (_, AskPurpose::Dates, _) => Msg::DatesKeys,
        (_, AskPurpose::Lead, _) => Msg::LeadKeys,
    };
    let area = bottom(app, body, u16::try_from(n_rows).unwrap_or(u16::MAX).saturating_add(2));
    let keys = Line::from(piece(format!(" {} ", keys.text(app.lang)), Role::Muted, &app.theme));
    let inner = within(sheet(app, frame, area, title(app, &form.title), keys));
    let rows = usize::from(inner.height);
    // what is wrong and the field that has the keys stay, the note goes first
    let n_error = error.len().min(rows.saturating_sub(1));
    let n_note = note.len().min((rows - n_error).saturating_sub(form.fields.len().max(1)));
    let n_fields = rows - n_error - n_note;
    let muted = |text: &String| Line::from(piece(text.clone(), Role::Muted, &app.theme));
    lines(frame.buffer_mut(), inner, &note.iter().take(n_note).map(muted).collect::<Vec<_>>());
    let label_cols = form.fields.iter().map(|asked| width(&asked.label) + 1).max().unwrap_or(0);
    let label_cols = label_cols.min(usize::from(inner.width) / 2);
    let skip = (form.focus + 1).saturating_sub(n_fields);
    let mut y = inner.y + u16::try_from(n_note).unwrap_or_default();
    for (idx, asked) in form.fields.iter().enumerate().skip(skip).take(n_fields) {
        let focus = if idx == form.focus && !is_busy { Focus::On } else { Focus::Off };
        draw_field(app, frame, Rect { y, height: 1, ..inner }, asked, label_cols, focus);
        y += 1;
    }
    let bad = |text: &String| Line::from(piece(text.clone(), Role::Bad, &app.theme));
    let rest = Rect { y, height: inner.bottom().saturating_sub(y), ..inner };
    lines(frame.buffer_mut(), rest, &error.iter().take(n_error).map(bad).collect::<Vec<_>>());
}

fn draw_field(app: &App, frame: &mut Frame, area: Rect, asked: &AskField, label_cols: usize, focus: Focus) {
    let role = if focus == Focus::On { Role::Accent } else { Role::Text };
    let label = fit(&asked.label, label_cols);
    frame.buffer_mut().set_stringn(area.x, area.y, label, label_cols, app.theme.style(role));
    let label_cols = u16::try_from(label_cols).unwrap_or(0).min(area.width);
    let meaning = match asked.meaning(app.data.on(), app.lang) {
        meaning if meaning.is_empty() => meaning,
        meaning => format!(" {meaning}"),
    };
    let room = area.width - label_cols;
    let meaning_cols = u16::try_from(width(&meaning)).unwrap_or(0).min(room / 2);
    let field_area = Rect { x: area.x + label_cols, width: room - meaning_cols, ..area };
    field::draw(frame, field_area, &asked.input, &asked.hint, focus, &app.theme);
    let x = area.right() - meaning_cols;
    frame.buffer_mut().set_stringn(x, area.y, meaning, usize::from(meaning_cols), app.theme.style(Role::Good));
}

/// Draws a question and its two answers.
pub fn confirm(app: &App, confirm: &Confirm, frame: &mut Frame, body: Rect) {
    let cols = usize::from(bottom(app, body, 3).width).saturating_sub(4);
    let note = wrapped(&confirm.note, cols);
    let n_rows = note.len() + confirm.answers.len();
    let area = bottom(app, body, u16::try_from(n_rows).unwrap_or(u16::MAX).saturating_add(2));
    let keys = if app.is_recording() || app.is_writing() { Msg::Saving } else { Msg::ConfirmKeys };
    let keys = Line::from(piece(format!(" {} ", keys.text(app.lang)), Role::Muted, &app.theme));
    let inner = within(sheet(app, frame, area, title(app, &confirm.title), keys));
    let n_note = note.len().min(usize::from(inner.height).saturating_sub(confirm.answers.len()));
    let text = |text: &String| Line::from(piece(text.clone(), Role::Text, &app.theme));
    lines(frame.buffer_mut(), inner, &note.iter().take(n_note).map(text).collect::<Vec<_>>());
    let top = inner.y + u16::try_from(n_note).unwrap_or_default();
    for ((idx, answer), y) in confirm.answers.iter().enumerate().zip(top..inner.bottom()) {
        let line = Line::from(vec![
            piece(format!("{} ", idx + 1), Role::Key, &app.theme),
            piece(answer.clone(), if idx == 0 { Role::Text } else { Role::Bad }, &app.theme),
        ]);
        let selected = (idx == confirm.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

fn within(inner: Rect) -> Rect {
    Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner }
}
