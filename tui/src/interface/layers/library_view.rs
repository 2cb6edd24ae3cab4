//! Draws the choice of a customer, and the editor of a template's text.

use guide_common::sop::plan::Lang;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use super::editor::Editor;
use super::picker::Picker;
use super::view::{sheet, title};
use crate::interface::app::{App, Link};
use crate::interface::mouse::Hit;
use crate::interface::screens::templates::detail::findings;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::card::tier_role;
use crate::interface::widgets::field::{self, Focus};
use crate::interface::widgets::paint::{bar, lines, piece, spread};
use crate::interface::words::{self, Msg};
use crate::lang::pick;
use crate::text;

/// The rows of the choice, its frame and its field among them.
const PICKER_ROWS: u16 = 16;

pub(super) fn picker(app: &App, picker: &Picker, frame: &mut Frame, body: Rect) {
    let cols = body.width.min(60);
    let rows = PICKER_ROWS.min(body.height);
    let area = Rect::new(body.x + (body.width - cols) / 2, body.y + (body.height - rows) / 3, cols, rows);
    let keys = Line::from(piece(format!(" {} ", Msg::PickerKeys.text(app.lang)), Role::Muted, &app.theme));
    let inner = sheet(app, frame, area, title(app, Msg::PickerTitle.text(app.lang)), keys);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    if inner.is_empty() {
        return;
    }
    let field_area = Rect { height: 1, ..inner };
    field::draw(frame, field_area, &picker.input, Msg::FieldFind.text(app.lang), Focus::On, &app.theme);
    let list = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    if picker.rows().is_empty() {
        let text = match (&picker.list, picker.failed) {
            (_, Some(failed)) => failed,
            (Some(_), None) => Msg::FilteredTitle.text(app.lang),
            (None, None) => Msg::Loading.text(app.lang),
        };
        return lines(frame.buffer_mut(), list, &[Line::from(piece(text, Role::Muted, &app.theme))]);
    }
    let n_visible = usize::from(list.height);
    let first = (picker.selected + 1).saturating_sub(n_visible);
    for ((idx, row), y) in picker.rows().iter().enumerate().skip(first).zip(list.top()..list.bottom()) {
        let left = vec![
            piece(format!("{} ", row.tier.letter()), tier_role(row.tier), &app.theme),
            piece(fit(&row.name, 16), Role::Strong, &app.theme),
        ];
        let phone = piece(row.phone_masked.clone().unwrap_or_default(), Role::Muted, &app.theme);
        let selected = (idx == picker.selected).then(|| app.theme.style(crate::interface::theme::Role::Selection));
        bar(frame.buffer_mut(), list, y, &spread(left, phone, usize::from(list.width)), selected);
        app.hits.note(Rect { y, height: 1, ..list }, Hit::Row(idx));
    }
}

pub(super) fn editor(app: &App, editor: &Editor, frame: &mut Frame, body: Rect) {
    let lang = app.lang;
    let (id, name) = (&editor.template.id, editor.template.name.in_lang(lang));
    let of = match editor.lang {
        Lang::Zh => pick(lang, ("中文", "Chinese")),
        Lang::En => pick(lang, ("英文", "English")),
    };
    let changed = if app.templates.drafts.contains_key(id) { "~ " } else { "" };
    let heading = text!(lang, "{changed}改 {id} {name} · {of}", "{changed}Edit {id} {name} · {of}");
    let all = [Msg::EditorKeys, Msg::EditorKeysShort, Msg::EditorKeysTiny].map(|msg| msg.text(lang));
    let room = usize::from(body.width).saturating_sub(6);
    let keys = all.into_iter().find(|keys| width(keys) <= room).unwrap_or_default();
    let keys = Line::from(piece(format!(" {keys} "), Role::Muted, &app.theme));
    let inner = sheet(app, frame, body, title(app, &heading), keys);
    let inner = Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner };
    if inner.is_empty() {
        return;
    }
    // what is found stands below the text, and as little of it as leaves the text its room
    let found = lint_lines(app, usize::from(inner.width));
    let lint_rows = u16::try_from(found.len() + 1).unwrap_or(u16::MAX).min(inner.height / 2);
    let [text_area, lint_area] = Layout::vertical([Constraint::Min(1), Constraint::Length(lint_rows)]).areas(inner);
    frame.render_widget(editor.area.as_ref(), text_area);
    if let Some(caret) = editor.area.rendered_cursor_position()
        && app.trouble.is_none()
    {
        let at = Position::new(caret.x.min(text_area.right().saturating_sub(1)), caret.y);
        frame.set_cursor_position(at);
    }
    if lint_area.height > 1 {
        let rule = crate::interface::widgets::browser_view::section(
            pick(lang, ("检查", "Lint")),
            usize::from(lint_area.width),
            &app.theme,
        );
        lines(frame.buffer_mut(), lint_area, &[vec![rule], found].concat());
    }
}

fn lint_lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    let say = |text: &str, role: Role| -> Vec<Line<'static>> {
        wrapped(text, cols).into_iter().map(|line| Line::from(piece(line, role, &app.theme))).collect()
    };
    match &app.templates.draft_lint {
        Some(Ok(found)) => findings(found, cols, app.lang, &app.theme),
        Some(Err(fault)) => say(&format!("× {}: {fault}", Msg::NoTemplate.text(app.lang)), Role::Bad),
        None if matches!(app.link, Link::Down(_)) => {
            say(words::problem("unreachable", app.lang).unwrap_or_default(), Role::Bad)
        }
        None => say(Msg::Loading.text(app.lang), Role::Muted),
    }
}
