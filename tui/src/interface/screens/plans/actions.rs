//! What actions do on the screen Plans.

use guide_common::id::PlanId;

use super::what_if::{self, Parameters};
use super::{Diff, View, rows, selected};
use crate::interface::action::Action;
use crate::interface::app::{App, Refresh, ToastKind};
use crate::interface::effect::Request;
use crate::interface::layers::Layer;
use crate::interface::layers::picker::Picker;
use crate::interface::layers::text_form::{TextForm, TextPurpose};
use crate::interface::library::{PlanRequest, PlanSlot, Version};
use crate::interface::queries::Slot;
use crate::interface::widgets::browser::Moved;
use crate::interface::words::Msg;

/// What an action does here; false where it does nothing.
pub fn act(app: &mut App, action: Action) -> bool {
    match action {
        Action::NextView => show(app, app.plans.view.next()),
        Action::ForWhom => {
            show(app, View::Course);
            Picker::open(app);
        }
        Action::Simulate => {
            show(app, View::WhatIf);
            what_if::run(app);
        }
        Action::Parameters => match selected(app) {
            Some(plan) => {
                let form = app.plans.what_if.parameters(plan).form(plan, app.lang);
                show(app, View::WhatIf);
                app.layer = Some(Layer::Text(form));
            }
            None => app.refuse(Msg::SelectFirst),
        },
        Action::Compare => begin_comparison(app),
        Action::Back if app.plans.what_if.running.is_some() => {
            what_if::cancel(app);
            app.say(ToastKind::Done, Msg::Stopped.text(app.lang));
        }
        _ => {
            let n = rows(app).len();
            match app.plans.browser.act(action, n) {
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
    if app.plans.what_if.running.is_some() {
        actions.push(Action::Back);
    }
    if selected(app).is_some() {
        actions.extend([Action::NextView, Action::ForWhom, Action::Simulate, Action::Parameters, Action::Compare]);
    }
    actions.extend([Action::Filter, Action::Open]);
    actions
}

fn show(app: &mut App, view: View) {
    if app.plans.view != view {
        app.plans.view = view;
        app.plans.browser.scroll = 0;
    }
    app.ask_details(Refresh::Missing);
}

/// Takes the parameters of a what-if and runs it.
pub fn save_parameters(app: &mut App, plan: &PlanId, mut form: TextForm) {
    match Parameters::read(&form) {
        Ok(parameters) => {
            app.plans.what_if.parameters.insert(plan.clone(), parameters);
            what_if::run(app);
        }
        Err((idx, msg)) => {
            form.focus = idx;
            form.error = Some(msg.text(app.lang).to_owned());
            app.layer = Some(Layer::Text(form));
        }
    }
}

/// Asks with what the selected plan is compared: an earlier version that runs still follow is offered.
fn begin_comparison(app: &mut App) {
    let Some(plan) = selected(app) else { return app.refuse(Msg::SelectFirst) };
    let earlier = plan.versions().nth(1).map(|plan| plan.version.to_string()).unwrap_or_default();
    let id = plan.id.clone();
    show(app, View::Diff);
    let fields = [(Msg::FieldCompare.text(app.lang), earlier)];
    app.layer = Some(Layer::Text(TextForm::of_texts(TextPurpose::Compare(id), fields)));
}

/// Compares a plan with what was typed: a version, or a plan file.
pub fn compare(app: &mut App, plan: PlanId, mut form: TextForm) {
    let typed = form.fields.first().map(|(_, input)| input.value().trim().to_owned()).unwrap_or_default();
    let with = match typed.trim_start_matches(['v', 'V']).parse::<u32>() {
        Ok(version) => Version::Earlier(version),
        Err(_) if typed.ends_with(".toml") => Version::File(typed),
        Err(_) => {
            form.error = Some(Msg::ErrCompare.text(app.lang).to_owned());
            app.layer = Some(Layer::Text(form));
            return;
        }
    };
    app.plans.diff = Some(Diff { plan: plan.clone(), with: with.clone(), found: None });
    app.plans.browser.scroll = 0;
    app.ask(Slot::Plan(PlanSlot::Diff), Request::Plan(PlanRequest::Diff(plan, with)));
}
