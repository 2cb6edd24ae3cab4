//! Changes of templates that are being written: kept until they are proposed or given up, also while the screen shows
//! something else.

use guide_common::id::TemplateId;
use guide_common::sop::plan::{Lang, Text};
use guide_common::template::{Template, file};

use crate::interface::app::App;
use crate::interface::effect::Request;
use crate::interface::library::{TemplateRequest, TemplateSlot};
use crate::interface::queries::Slot;

/// A changed template: its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The version on which it stands.
    pub version: u32,
    /// The changed texts.
    pub text: Text,
}

impl Draft {
    /// A draft that changes nothing yet.
    pub fn of(template: &Template) -> Self {
        Self { version: template.version, text: template.text.clone() }
    }

    /// The template as it would be.
    pub fn applied(&self, template: &Template) -> Template {
        Template { text: self.text.clone(), ..template.clone() }
    }

    /// Whether it changes anything.
    pub fn changes(&self, template: &Template) -> bool {
        self.text != template.text
    }

    /// One of its texts.
    pub fn set(&mut self, lang: Lang, text: String) {
        match lang {
            Lang::Zh => self.text.zh = text,
            Lang::En => self.text.en = text,
        }
    }
}

/// Changes one text of a template's draft and has it checked.
pub fn write(app: &mut App, id: &TemplateId, lang: Lang, text: String) {
    let Some(template) = app.templates.template(id).cloned() else { return };
    let draft = app.templates.drafts.entry(id.clone()).or_insert_with(|| Draft::of(&template));
    draft.set(lang, text);
    if !draft.changes(&template) {
        app.templates.drafts.remove(id);
    }
    check(app, id);
}

/// Has a template's draft checked; while a check is under way, once more after it.
pub fn check(app: &mut App, id: &TemplateId) {
    app.templates.linting = Some(id.clone());
    match app.queries.awaits(&Slot::Template(TemplateSlot::LintDraft)) {
        true => app.templates.is_lint_stale = true,
        false => lint(app),
    }
}

/// Asks for the lint of the draft that is being written.
pub fn lint(app: &mut App) {
    app.templates.is_lint_stale = false;
    let Some(id) = app.templates.linting.clone() else { return };
    if let Some(text) = file_of(app, &id) {
        app.ask(Slot::Template(TemplateSlot::LintDraft), Request::Template(TemplateRequest::LintDraft(text)));
    }
}

/// The file of a template with its draft.
pub fn file_of(app: &App, id: &TemplateId) -> Option<String> {
    let template = app.templates.template(id)?;
    let drafted = app.templates.drafts.get(id).map(|draft| draft.applied(template));
    Some(file::write(drafted.as_ref().unwrap_or(template)))
}
