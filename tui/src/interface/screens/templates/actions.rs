//! What actions do on the screen Templates.

use std::collections::BTreeMap;

use guide_common::id::TemplateId;
use guide_common::sop::plan::Lang;
use guide_common::wire::hub::Role;
use guide_common::wire::local::ScriptView;

use super::{detail, draft, rows};
use crate::interface::action::Action;
use crate::interface::app::{App, Recording, Refresh, ToastKind};
use crate::interface::effect::{Effect, Request};
use crate::interface::layers::Layer;
use crate::interface::layers::editor::Editor;
use crate::interface::layers::picker::Picker;
use crate::interface::layers::text_form::TextForm;
use crate::interface::library::TemplateRequest;
use crate::interface::widgets::browser::{Focus, Moved};
use crate::interface::words::{self, Msg};

/// What an action does here; false where it does nothing.
pub fn act(app: &mut App, action: Action) -> bool {
    let has_gaps = selected_id(app).is_some_and(|id| !gaps(app, &id).is_empty());
    match action {
        Action::Fill => fill(app),
        Action::Open if app.templates.browser.focus == Focus::Detail && has_gaps => fill(app),
        Action::ForWhom => Picker::open(app),
        Action::GroupBy => {
            let before = rows::selected_key(app);
            app.templates.grouping = app.templates.grouping.next();
            rows::reselect(app, before);
            app.ask_details(Refresh::Missing);
        }
        Action::TextLang => {
            app.templates.lang = Some(other(app.templates.lang(app.lang)));
            app.ask_details(Refresh::Missing);
        }
        Action::Edit => match selected_id(app) {
            Some(id) => Editor::open(app, &id, app.templates.lang(app.lang)),
            None => app.refuse(Msg::SelectFirst),
        },
        Action::EditOutside => match selected_id(app) {
            Some(id) => edit_outside(app, id, app.templates.lang(app.lang)),
            None => app.refuse(Msg::SelectFirst),
        },
        Action::Propose => match selected_id(app) {
            Some(id) => begin_proposal(app, &id),
            None => app.refuse(Msg::SelectFirst),
        },
        _ => {
            let n = rows::rows(app).len();
            match app.templates.browser.act(action, n) {
                Moved::Row => app.ask_details(Refresh::Missing),
                Moved::View => {}
                Moved::Out | Moved::Nothing => return false,
            }
        }
    }
    true
}

/// What the footer offers here.
pub fn actions(app: &App) -> Vec<Action> {
    let mut actions = Vec::new();
    if let Some(id) = selected_id(app) {
        actions.extend(detail::preview(app, &id).map(|_| Action::Copy));
        actions.extend((!gaps(app, &id).is_empty()).then_some(Action::Fill));
        actions.extend([Action::ForWhom, Action::Edit]);
        let is_changed = app.templates.drafts.contains_key(&id);
        actions.extend(is_changed.then_some(Action::Propose));
    }
    actions.extend([Action::Filter, Action::GroupBy, Action::TextLang, Action::Open]);
    actions
}

/// The other language.
pub fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    }
}

fn selected_id(app: &App) -> Option<TemplateId> {
    rows::selected(app).map(|template| template.id.clone())
}

fn gaps(app: &App, id: &TemplateId) -> Vec<String> {
    let preview = detail::preview(app, id).and_then(Result::ok);
    preview.map(|preview| preview.view.script.gaps().into_iter().map(str::to_owned).collect()).unwrap_or_default()
}

/// The selected template as it is said to the chosen customer.
pub fn script(app: &App) -> Option<&ScriptView> {
    let id = rows::selected(app).map(|template| &template.id)?;
    Some(&detail::preview(app, id)?.ok()?.view)
}

fn fill(app: &mut App) {
    let gaps = selected_id(app).map(|id| gaps(app, &id)).unwrap_or_default();
    if gaps.is_empty() {
        return app.refuse(Msg::NothingToFill);
    }
    let gaps: Vec<&str> = gaps.iter().map(String::as_str).collect();
    app.layer = Some(Layer::Text(TextForm::fill_preview(&gaps, &app.templates.fills)));
}

/// Takes what was filled into the gaps of the preview.
pub fn save_fills(app: &mut App, fills: BTreeMap<String, String>) {
    app.templates.fills = fills;
    app.say(ToastKind::Done, Msg::Filled.text(app.lang));
}

/// Hands a text to the user's own editor.
pub fn edit_outside(app: &mut App, id: TemplateId, lang: Lang) {
    let Some(template) = app.templates.template(&id) else { return app.refuse(Msg::SelectFirst) };
    let drafted = app.templates.drafts.get(&id).map_or(&template.text, |draft| &draft.text);
    let text = drafted.in_lang(lang).to_owned();
    app.templates.outside = Some((id, lang));
    app.effects.push(Effect::EditOutside(text));
}

/// Takes back what the user's own editor was left with.
pub fn edited(app: &mut App, edited: Result<String, String>) {
    let Some((id, lang)) = app.templates.outside.take() else { return };
    match edited {
        Ok(text) => {
            draft::write(app, &id, lang, text);
            // what was found stands beside the text
            Editor::open(app, &id, lang);
        }
        Err(reason) => app.say(ToastKind::Refused, words::editor_failed(&reason, app.lang)),
    }
}

/// Asks why a changed template should take the place of the published one.
pub fn begin_proposal(app: &mut App, id: &TemplateId) {
    let role = app.data.status.as_ref().and_then(|status| status.role);
    if role != Some(Role::Trainer) {
        return app.refuse(Msg::OnlyTrainersPropose);
    }
    if !app.templates.drafts.contains_key(id) {
        return app.refuse(Msg::NothingChanged);
    }
    app.layer = Some(Layer::Text(TextForm::propose(id.clone(), app.lang)));
}

/// Proposes a changed template to headquarters.
pub fn propose(app: &mut App, template: TemplateId, why: String) {
    let Some(text) = draft::file_of(app, &template) else { return };
    let recording = Recording::Proposal;
    app.record(recording, Request::Template(TemplateRequest::Propose { template, text, why }));
}
