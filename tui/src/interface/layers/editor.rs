//! The editor of a template's text: it is checked while it is written, and nothing that was written is lost when the
//! editor is closed.

use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::TemplateId;
use guide_common::sop::plan::Lang;
use guide_common::template::Template;
use guide_common::template::render::MAX_SCRIPT_BYTES;
use guide_common::text::{Lines, sanitise};
use tui_textarea::{CursorMove, CursorRenderMode, TextArea, WrapMode};

use super::Layer;
use crate::interface::app::{App, ToastKind};
use crate::interface::keymap::Key;
use crate::interface::screens::templates::{self, draft};
use crate::interface::words::Msg;

/// The editor.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The template whose text it is.
    pub template: Template,
    /// The language of the text.
    pub lang: Lang,
    /// The text.
    pub area: Box<TextArea<'static>>,
}

impl Editor {
    /// Opens the editor over a template's draft, or its published text, and has that checked.
    pub fn open(app: &mut App, id: &TemplateId, lang: Lang) {
        let Some(template) = app.templates.template(id).cloned() else { return app.refuse(Msg::SelectFirst) };
        let text = app.templates.drafts.get(id).map_or(&template.text, |draft| &draft.text);
        let area = Box::new(area(text.in_lang(lang), lang));
        app.layer = Some(Layer::Editor(Self { template, lang, area }));
        app.templates.draft_lint = None;
        draft::check(app, id);
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Applies a key.
    pub fn key(mut self, app: &mut App, key: &KeyEvent) {
        let id = self.template.id.clone();
        let folded = Key::of(key).map(|key| key.code);
        match folded {
            Some(KeyCode::Esc) => {
                if app.templates.drafts.contains_key(&id) {
                    app.say(ToastKind::Done, Msg::DraftKept.text(app.lang));
                }
                return;
            }
            Some(KeyCode::Tab | KeyCode::BackTab | KeyCode::F(6)) => {
                return Self::open(app, &id, templates::other(self.lang));
            }
            Some(KeyCode::F(4)) => return templates::edit_outside(app, id, self.lang),
            Some(KeyCode::F(5)) => {
                templates::begin_proposal(app, &id);
                if app.layer.is_none() {
                    app.layer = Some(Layer::Editor(self));
                }
                return;
            }
            Some(KeyCode::F(8)) => {
                app.templates.drafts.remove(&id);
                return Self::open(app, &id, self.lang);
            }
            Some(KeyCode::F(_)) => app.refuse(Msg::NoSuchKey),
            _ => {
                let before = self.area.clone();
                if self.area.input(*key) {
                    self.keep(app, before);
                }
            }
        }
        app.layer = Some(Layer::Editor(self));
    }

    /// Inserts pasted text.
    pub fn paste(mut self, app: &mut App, text: &str) {
        let before = self.area.clone();
        self.area.insert_str(sanitise(text, Lines::Many, MAX_SCRIPT_BYTES));
        self.keep(app, before);
        app.layer = Some(Layer::Editor(self));
    }

    /// Keeps what was written as the draft; a text longer than any template is not taken.
    fn keep(&mut self, app: &mut App, before: Box<TextArea<'static>>) {
        let text = self.text();
        if text.len() > MAX_SCRIPT_BYTES {
            self.area = before;
            return app.refuse(Msg::TextTooLong);
        }
        draft::write(app, &self.template.id, self.lang, text);
    }
}

/// A text area whose caret is the terminal's own cursor.
fn area(text: &str, lang: Lang) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_cursor_render_mode(CursorRenderMode::Hidden);
    area.set_cursor_line_style(Default::default());
    area.set_wrap_mode(if lang == Lang::En { WrapMode::Word } else { WrapMode::Glyph });
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}
