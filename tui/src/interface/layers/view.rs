//! Draws layers, messages and toasts over a screen.

use guide_common::outcome::SkipReason;
use guide_common::sop::plan::Lang;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::library_view;
use super::outcome_form::{FieldKind, OutcomeForm};
use super::promise_choice::PromiseChoice;
use super::sheet_view;
use super::text_form::{TextForm, TextPurpose};
use super::{Layer, amnesty_view, ask_view, list_view, training_view};
use crate::interface::app::{App, ToastKind, Trouble};
use crate::interface::event::FailureKind;
use crate::interface::mouse::Hit;
use crate::interface::screens::{Screen, customers_view, plans_view, task_view, templates_view, today_view};
use crate::interface::text::{cut, fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::field::{self, Focus};
use crate::interface::widgets::paint::{Frames, bar, clear, lines, over, panel, piece, spread};
use crate::interface::widgets::panes_view;
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::lang::name::{outcome_name, reason_name};

/// The rows of the frame of the outcomes, so that nothing of it looks out below a form.
const OUTCOME_ROWS: u16 = 5;

/// Draws what lies over the screen.
pub fn draw(app: &App, frame: &mut Frame, body: Rect) {
    if let Some(toast) = app.toast.as_ref().filter(|_| app.layer.is_none() && app.trouble.is_none()) {
        let role = if toast.kind == ToastKind::Done { Role::Toast } else { Role::Bad };
        let text = cut(&format!(" {} ", toast.text), usize::from(body.width));
        let cols = u16::try_from(width(&text)).unwrap_or(0);
        // the frame's corner stays, and so do the outcomes where they have no frame
        let below = if app.screen == Screen::Today && !today_view::is_wide(body) && !app.today.walking {
            task_view::outcome_rows(app, body)
        } else {
            0
        };
        let from_right = (cols + 2).min(body.width);
        let y = body.bottom().saturating_sub(1 + below).max(body.y);
        let area = Rect::new(body.right() - from_right, y, cols, 1);
        clear(frame, area.intersection(body), &app.theme);
        frame.buffer_mut().set_stringn(area.x, area.y, text, usize::from(cols), app.theme.style(role));
    }
    match &app.layer {
        Some(Layer::Outcome(form)) => outcome_form(app, form, frame, body),
        Some(Layer::Text(form)) => text_form(app, form, frame, body),
        Some(Layer::Promise(choice)) => promise_choice(app, choice, frame, body),
        Some(Layer::Ask(form)) => ask_view::form(app, form, frame, body),
        Some(Layer::Confirm(confirm)) => ask_view::confirm(app, confirm, frame, body),
        Some(Layer::NoteFirst) => {
            let area = bottom(app, body, 3);
            let title = title(app, Msg::OutcomeTitle.text(app.lang));
            let inner = sheet(app, frame, area, title, Line::default());
            let text = piece(format!(" {}", Msg::NoteTitle.text(app.lang)), Role::Text, &app.theme);
            lines(frame.buffer_mut(), inner, &[Line::from(text)]);
        }
        Some(Layer::Palette(palette)) => list_view::palette(app, palette, frame, body),
        Some(Layer::Settings(sheet)) => list_view::settings(app, sheet, frame, body),
        Some(Layer::Amnesty(sheet)) => amnesty_view::draw(app, sheet, frame, body),
        Some(Layer::Page(page)) => list_view::page(app, page, frame, body),
        Some(Layer::Steps(sheet)) => sheet_view::steps(app, sheet, frame, body),
        Some(Layer::Lists(sheet)) => sheet_view::lists(app, sheet, frame, body),
        Some(Layer::Reminders(sheet)) => sheet_view::reminders(app, sheet, frame, body),
        Some(Layer::Tags(sheet)) => sheet_view::tags(app, sheet, frame, body),
        Some(Layer::Picker(picker)) => library_view::picker(app, picker, frame, body),
        Some(Layer::Editor(editor)) => library_view::editor(app, editor, frame, body),
        Some(Layer::Training(sheet)) => training_view::draw(app, sheet, frame, body),
        None => {}
    }
    if let Some(prefix) = app.prefix {
        list_view::continuations(app, prefix, frame, body);
    }
    if let Some(trouble) = &app.trouble {
        message(app, trouble, frame, body);
    }
}

/// One row of a form.
enum FormRow<'a> {
    Field { label: String, input: &'a tui_input::Input, hint: &'a str, after: String, idx: usize },
    Reasons(usize, usize),
    Error(String),
}

/// What a field of an outcome is called, and what is typed there.
pub fn field_words(kind: FieldKind) -> (Msg, Msg) {
    match kind {
        FieldKind::Score => (Msg::FieldScore, Msg::HintScore),
        FieldKind::Amount => (Msg::FieldAmount, Msg::HintAmount),
        FieldKind::Date => (Msg::FieldDate, Msg::HintDate),
        FieldKind::Visit => (Msg::FieldVisit, Msg::HintVisit),
        FieldKind::Reason => (Msg::FieldReason, Msg::HintReason),
        FieldKind::Note => (Msg::FieldNote, Msg::HintNote),
    }
}

fn outcome_form(app: &App, form: &OutcomeForm, frame: &mut Frame, body: Rect) {
    let lang = app.lang;
    let mut rows = Vec::new();
    for (idx, field) in form.fields.iter().enumerate() {
        let (label, hint) = field_words(field.kind);
        let is_date = matches!(field.kind, FieldKind::Date | FieldKind::Visit);
        let day = form.date().filter(|_| is_date).map(|day| format!(" {}", date::day(day, lang))).unwrap_or_default();
        let label = label.text(lang).to_owned();
        rows.push(FormRow::Field { label, input: &field.input, hint: hint.text(lang), after: day, idx });
        if field.kind == FieldKind::Reason {
            rows.extend((0..3).map(|row| FormRow::Reasons(row, idx)));
        }
    }
    let heading = format!("{} · {}", outcome_name(form.code, lang), form.target.name);
    let state = if app.recording.is_some() { Msg::Saving } else { Msg::FormKeys };
    draw_form(app, frame, body, &heading, state, rows, form.focus, form.error.as_deref());
}

/// What a form of texts is called, its keys, and what is typed there.
pub fn text_words(form: &TextForm, lang: Lang) -> (String, Msg, &'static str) {
    match &form.purpose {
        TextPurpose::Fill(_) | TextPurpose::FillPreview => (Msg::FillTitle.text(lang).to_owned(), Msg::FillKeys, ""),
        TextPurpose::Propose(id) => {
            (format!("{} · {id}", Msg::ProposeTitle.text(lang)), Msg::SendKeys, Msg::HintWhy.text(lang))
        }
        TextPurpose::Parameters(id) => (format!("{} · {id}", Msg::ParametersTitle.text(lang)), Msg::RunKeys, ""),
        TextPurpose::Compare(id) => {
            (format!("{} · {id}", Msg::CompareTitle.text(lang)), Msg::RunKeys, Msg::HintCompare.text(lang))
        }
        TextPurpose::CloseComplaint { name, .. } => {
            let heading = format!("{} · {name}", Msg::ComplaintTitle.text(lang));
            (heading, Msg::FormKeys, Msg::HintWords.text(lang))
        }
        TextPurpose::Snooze { name, .. } => {
            let heading = format!("{} · {name}", Msg::SnoozeTitle.text(lang));
            (heading, Msg::FormKeys, Msg::HintSnooze.text(lang))
        }
        TextPurpose::SaveList { filter } => {
            (format!("{} · {filter}", Msg::SaveListTitle.text(lang)), Msg::FormKeys, "")
        }
        TextPurpose::Note { name, .. } => {
            let heading = format!("{} · {name}", Msg::NoteSheetTitle.text(lang));
            (heading, Msg::FormKeys, Msg::HintNoteText.text(lang))
        }
    }
}

fn text_form(app: &App, form: &TextForm, frame: &mut Frame, body: Rect) {
    let (heading, keys, hint) = text_words(form, app.lang);
    let row = |(idx, (label, input)): (usize, &'_ (String, tui_input::Input))| (idx, label.clone(), input.clone());
    let fields: Vec<_> = form.fields.iter().enumerate().map(row).collect();
    let rows = fields
        .iter()
        .map(|(idx, label, input)| FormRow::Field {
            label: label.clone(),
            input,
            hint,
            after: String::new(),
            idx: *idx,
        })
        .collect();
    let state = if app.recording.is_some() { Msg::Saving } else { keys };
    draw_form(app, frame, body, &heading, state, rows, form.focus, form.error.as_deref());
}

#[expect(clippy::too_many_arguments, reason = "one caller a form, each names what it shows")]
fn draw_form(
    app: &App,
    frame: &mut Frame,
    body: Rect,
    heading: &str,
    keys: Msg,
    mut rows: Vec<FormRow<'_>>,
    focus: usize,
    error: Option<&str>,
) {
    let cols = bottom(app, body, 3).width;
    if let Some(error) = error {
        let inner_cols = usize::from(cols).saturating_sub(4);
        rows.extend(wrapped(error, inner_cols).into_iter().map(FormRow::Error));
    }
    let area = bottom(app, body, u16::try_from(rows.len()).unwrap_or(1).saturating_add(2));
    let n_fields = rows.iter().filter(|row| matches!(row, FormRow::Field { .. })).count();
    let keys = match keys {
        Msg::FormKeys if n_fields < 2 => Msg::FormKeysOne,
        Msg::FillKeys if n_fields < 2 => Msg::FillKeysOne,
        Msg::RunKeys if n_fields < 2 => Msg::RunKeysOne,
        keys => keys,
    };
    let keys = Line::from(piece(format!(" {} ", keys.text(app.lang)), Role::Muted, &app.theme));
    let inner = sheet(app, frame, area, title(app, heading), keys);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    let label_cols = rows
        .iter()
        .map(|row| match row {
            FormRow::Field { label, .. } => width(label) + 1,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
        .min(usize::from(inner.width) / 2);
    let focused = rows.iter().position(|row| matches!(row, FormRow::Field { idx, .. } if *idx == focus)).unwrap_or(0);
    let skip = (focused + 1).saturating_sub(usize::from(inner.height));
    for (row, y) in rows.iter().skip(skip).zip(inner.top()..inner.bottom()) {
        let line = Rect { y, height: 1, ..inner };
        form_row(app, frame, line, row, label_cols, focus);
    }
}

fn form_row(app: &App, frame: &mut Frame, area: Rect, row: &FormRow<'_>, label_cols: usize, focus: usize) {
    let cols = usize::from(area.width);
    match row {
        FormRow::Field { label, input, hint, after, idx } => {
            let role = if *idx == focus { Role::Accent } else { Role::Text };
            frame.buffer_mut().set_stringn(area.x, area.y, fit(label, label_cols), cols, app.theme.style(role));
            let label_cols = u16::try_from(label_cols).unwrap_or(0).min(area.width);
            let after_cols = u16::try_from(width(after)).unwrap_or(0).min((area.width - label_cols) / 2);
            let field_area = Rect { x: area.x + label_cols, width: area.width - label_cols - after_cols, ..area };
            let state = if *idx == focus && app.recording.is_none() { Focus::On } else { Focus::Off };
            field::draw(frame, field_area, input, hint, state, &app.theme);
            let x = area.right() - after_cols;
            frame.buffer_mut().set_stringn(x, area.y, after, usize::from(after_cols), app.theme.style(Role::Good));
        }
        FormRow::Reasons(row, idx) => {
            let chosen = match &app.layer {
                Some(Layer::Outcome(form)) => form.fields.get(*idx).map(|field| field.input.value().to_owned()),
                _ => None,
            };
            for (column, reason) in [(0, SkipReason::ALL.get(*row)), (1, SkipReason::ALL.get(row + 3))] {
                let Some(reason) = reason else { continue };
                let key = reason.names().0.to_string();
                let half = area.width / 2;
                let cell = Rect { x: area.x + column * half, width: half, ..area };
                let selected = chosen.as_deref() == Some(&key);
                let line = Line::from(vec![
                    piece(format!("{key} "), Role::Key, &app.theme),
                    piece(reason_name(*reason, app.lang), Role::Text, &app.theme),
                ]);
                bar(frame.buffer_mut(), cell, area.y, &line, selected.then(|| app.theme.style(Role::Selection)));
            }
        }
        FormRow::Error(text) => {
            frame.buffer_mut().set_stringn(area.x, area.y, text, cols, app.theme.style(Role::Bad));
        }
    }
}

fn promise_choice(app: &App, choice: &PromiseChoice, frame: &mut Frame, body: Rect) {
    let heading = format!("{} · {}", Msg::PromiseTitle.text(app.lang), choice.name);
    let keys = if app.recording.is_some() { Msg::Saving } else { Msg::PromiseKeys };
    let keys = Line::from(piece(format!(" {} ", keys.text(app.lang)), Role::Muted, &app.theme));
    let area = bottom(app, body, u16::try_from(choice.rows.len()).unwrap_or(u16::MAX).saturating_add(2));
    let inner = sheet(app, frame, area, title(app, &heading), keys);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    let first = (choice.selected + 1).saturating_sub(usize::from(inner.height));
    for ((idx, row), y) in choice.rows.iter().enumerate().skip(first).zip(inner.top()..inner.bottom()) {
        let due = words::days_left(row.promise.due_on, app.data.on(), app.lang);
        let what = vec![
            piece(format!("{} ", idx + 1), Role::Key, &app.theme),
            piece(row.promise.text.clone(), Role::Text, &app.theme),
        ];
        let line = spread(what, piece(due, Role::Muted, &app.theme), usize::from(inner.width));
        let selected = (idx == choice.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, &line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// What went wrong, what is safe, what to do.
pub fn trouble_texts(trouble: &Trouble, lang: Lang) -> Vec<(&str, Role)> {
    let (failure, safe) = match trouble {
        Trouble::Reading(failure) => (failure, Msg::AllSafe),
        Trouble::Recording(failure) => (failure, Msg::NotSafe),
    };
    let known = words::problem(&failure.code, lang);
    let mut texts = vec![(known.unwrap_or(&failure.detail), Role::Bad)];
    if let (None, Some(hint)) = (known, &failure.hint) {
        texts.push((hint, Role::Text));
    }
    texts.push((safe.text(lang), Role::Text));
    if failure.kind == FailureKind::Unreachable {
        texts.push((Msg::LostNext.text(lang), Role::Text));
    }
    texts
}

/// The message stays until a key is pressed.
fn message(app: &App, trouble: &Trouble, frame: &mut Frame, body: Rect) {
    let cols = usize::from(bottom(app, body, 3).width).saturating_sub(4);
    let wrap = |(text, role): (&str, Role)| {
        wrapped(text, cols).into_iter().map(move |line| Line::from(piece(line, role, &app.theme)))
    };
    let all: Vec<Line<'static>> = trouble_texts(trouble, app.lang).into_iter().flat_map(wrap).collect();
    let area = bottom(app, body, u16::try_from(all.len()).unwrap_or(1).saturating_add(2));
    let keys = Line::from(piece(format!(" {} ", Msg::PressKey.text(app.lang)), Role::Muted, &app.theme));
    let heading = Line::from(piece(" ! ", Role::Bad, &app.theme));
    let inner = sheet(app, frame, area, heading, keys);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    lines(frame.buffer_mut(), inner, &all);
}

pub(super) fn title(app: &App, text: &str) -> Line<'static> {
    Line::from(piece(format!(" {text} "), Role::Title, &app.theme))
}

/// The lowest rows of the body: over the outcomes where they have a frame, else at the right.
pub(super) fn bottom(app: &App, body: Rect, rows: u16) -> Rect {
    if app.screen == Screen::Today && today_view::is_wide(body) {
        let [_, right] = today_view::columns(body);
        let rows = rows.max(OUTCOME_ROWS).min(right.height);
        return Rect { y: right.bottom() - rows, height: rows, ..right };
    }
    if let Some(right) = detail_pane(app, body) {
        let rows = rows.min(right.height);
        return Rect { y: right.bottom() - rows, height: rows, ..right };
    }
    if body.width >= today_view::WIDE.0 {
        let (rows, cols) = (rows.min(body.height), body.width.min(58));
        return Rect::new(body.right() - cols, body.bottom() - rows, cols, rows);
    }
    // a narrow screen is covered from edge to edge, with all of the outcomes
    let outcomes = if app.screen == Screen::Today { task_view::outcome_rows(app, body) } else { 0 };
    let rows = rows.max(outcomes).min(body.height);
    Rect { y: body.bottom() - rows, height: rows, ..body }
}

/// Where what is selected stands beside the list.
fn detail_pane(app: &App, body: Rect) -> Option<Rect> {
    let (list, detail) = match app.screen {
        Screen::Today => return None,
        Screen::Customers => return customers_view::areas(app, body).map(|[_, card]| card),
        Screen::Templates => app.templates.browser.areas(body, templates_view::list_cols(body)),
        Screen::Plans => app.plans.browser.areas(body, plans_view::list_cols(body)),
        Screen::Reports => panes_view::areas(&app.reports.panes, body),
        Screen::Sync => panes_view::areas(&app.sync.panes, body),
    };
    detail.filter(|_| list.is_some())
}

/// Clears an area and frames it, with the keys in the lower border.
pub(super) fn sheet(app: &App, frame: &mut Frame, area: Rect, title: Line<'static>, keys: Line<'static>) -> Rect {
    app.hits.clear();
    clear(frame, area, &app.theme);
    if area.height < 3 {
        return area;
    }
    let inner = panel(frame, area, [title, Line::default()], Frames::Focused, &app.theme);
    let cols = u16::try_from(keys.width()).unwrap_or(u16::MAX);
    if cols.saturating_add(4) <= area.width {
        let keys = over(keys, &app.theme);
        frame.buffer_mut().set_line(area.right() - cols - 2, area.bottom() - 1, &keys, cols);
    }
    inner
}
