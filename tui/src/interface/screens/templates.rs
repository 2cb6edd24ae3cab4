//! The state of the screen Templates, and what it asks for. What actions do is `actions`', its rows are `rows`'.

mod actions;
pub mod detail;
pub mod draft;
pub mod rows;

use std::collections::BTreeMap;

use chrono::Days;
use guide_common::id::TemplateId;
use guide_common::sop::plan::Lang;
use guide_common::template::Template;
use guide_common::template::lint::Finding;
use guide_common::time::Period;
use guide_common::wire::ask::TemplateStats;

use self::draft::Draft;
use self::rows::Grouping;
use crate::interface::app::{App, Refresh, ToastKind, Trouble};
use crate::interface::effect::Request;
use crate::interface::event::{Failure, FailureKind};
use crate::interface::layers::Layer;
use crate::interface::library::{PlanRequest, PlanSlot, Preview, TemplateAnswer, TemplateRequest, TemplateSlot};
use crate::interface::queries::Slot;
use crate::interface::widgets::browser::Browser;
use crate::interface::words::{self, Msg};

pub use actions::{act, actions, begin_proposal, edit_outside, edited, other, propose, save_fills, script};

/// The use of templates is counted over so many days.
const STATS_DAYS: u64 = 90;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct TemplatesScreen {
    /// The list and what is selected of it.
    pub browser: Browser,
    /// Every template.
    pub all: Option<Vec<Template>>,
    /// How they are grouped.
    pub grouping: Grouping,
    /// The language of the texts, where it is not the interface's.
    pub lang: Option<Lang>,
    /// Their use.
    pub stats: Option<TemplateStats>,
    /// What the last template that was selected must not say.
    pub lint: Option<(TemplateId, Vec<Finding>)>,
    /// The template that was last filled in for a customer, or why it could not be.
    pub preview: Option<Result<Preview, Failure>>,
    /// What was filled into the gaps of the preview by hand.
    pub fills: BTreeMap<String, String>,
    /// The changes that are being written; none of them has left this program.
    pub drafts: BTreeMap<TemplateId, Draft>,
    /// What the draft that was last written must not say, or why it is no template.
    pub draft_lint: Option<Result<Vec<Finding>, String>>,
    /// Whose draft is checked.
    pub(super) linting: Option<TemplateId>,
    /// Whether the draft has changed since its lint was asked for.
    pub(super) is_lint_stale: bool,
    /// Whose draft the user's own editor changes, and in which language.
    pub(super) outside: Option<(TemplateId, Lang)>,
}

impl TemplatesScreen {
    /// One template.
    pub fn template(&self, id: &TemplateId) -> Option<&Template> {
        self.all.as_ref()?.iter().find(|template| template.id == *id)
    }

    /// The language of the texts.
    pub fn lang(&self, interface: Lang) -> Lang {
        self.lang.unwrap_or(interface)
    }
}

/// Asks for what the screen shows.
pub fn enter(app: &mut App) {
    app.ask(Slot::Template(TemplateSlot::All), Request::Template(TemplateRequest::All));
    // which plan says which template
    app.ask(Slot::Plan(PlanSlot::All), Request::Plan(PlanRequest::All));
    let today = app.data.on();
    let from = today.checked_sub_days(Days::new(STATS_DAYS - 1));
    if let Some(period) = from.and_then(|from| Period::new(from, today)) {
        app.ask(Slot::Template(TemplateSlot::Stats), Request::Template(TemplateRequest::Stats(period)));
    }
}

/// Asks for the selected template's lint and its preview.
pub(in crate::interface) fn ask_shown(app: &mut App, refresh: Refresh) {
    let Some(id) = rows::selected(app).map(|template| template.id.clone()) else { return };
    let has_lint = app.templates.lint.as_ref().is_some_and(|(of, _)| *of == id);
    if !has_lint || refresh == Refresh::Shown {
        app.ask(Slot::Template(TemplateSlot::Lint), Request::Template(TemplateRequest::Lint(id.clone())));
    }
    let Some(customer) = app.chosen.as_ref().map(|chosen| chosen.id.clone()) else { return };
    let lang = app.templates.lang(app.lang);
    let has_preview = detail::preview(app, &id).is_some();
    if !has_preview {
        app.templates.fills.clear();
    }
    if !has_preview || refresh == Refresh::Shown {
        let request = TemplateRequest::Script(id, customer, lang);
        app.ask(Slot::Template(TemplateSlot::Script), Request::Template(request));
    }
}

/// Takes an answer in.
pub fn take(app: &mut App, answer: TemplateAnswer) {
    match answer {
        TemplateAnswer::All(all) => {
            let before = rows::selected_key(app);
            app.templates.all = Some(all);
            rows::reselect(app, before);
            app.ask_details(Refresh::Missing);
        }
        TemplateAnswer::Stats(stats) => app.templates.stats = Some(stats),
        TemplateAnswer::Lint(id, found) => app.templates.lint = Some((id, found.findings)),
        TemplateAnswer::LintDraft(found) => {
            app.templates.draft_lint = Some(found);
            if app.templates.is_lint_stale {
                draft::lint(app);
            }
        }
        TemplateAnswer::Script(preview) => app.templates.preview = Some(Ok(*preview)),
        TemplateAnswer::Found(list) => {
            if let Some(Layer::Picker(picker)) = &mut app.layer {
                picker.take(list);
            }
        }
        TemplateAnswer::Proposed(id) => {
            app.recording = None;
            app.layer = None;
            app.templates.drafts.remove(&id);
            app.say(ToastKind::Done, words::proposed(id.as_str(), app.lang));
        }
    }
}

/// Takes in that a request has no answer.
pub fn fail(app: &mut App, slot: TemplateSlot, failure: Failure) {
    let is_lost = failure.kind == FailureKind::Unreachable || failure.code == "not_enrolled";
    match slot {
        TemplateSlot::Script => app.templates.preview = Some(Err(failure)),
        // it is asked again with the next letter
        TemplateSlot::LintDraft => app.templates.draft_lint = None,
        TemplateSlot::Find => {
            if let Some(Layer::Picker(picker)) = &mut app.layer {
                picker.failed = Some(words::problem(&failure.code, app.lang).unwrap_or(Msg::NotRead.text(app.lang)));
            }
        }
        TemplateSlot::All | TemplateSlot::Stats | TemplateSlot::Lint if is_lost => {}
        TemplateSlot::All | TemplateSlot::Stats | TemplateSlot::Lint => app.trouble = Some(Trouble::Reading(failure)),
    }
}
