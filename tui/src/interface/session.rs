//! Where the interface is: the screen, the filter, and what is half typed. The daemon keeps it on each change, so that
//! a killed program and a dropped line lose nothing; the next interface comes back to it.

use guide_common::id::CustomerId;
use serde::{Deserialize, Serialize};
use tui_input::Input;

use super::action::{Action, named, spec};
use super::app::{App, ToastKind};
use super::data::Entry;
use super::effect::Request;
use super::layers::Layer;
use super::layers::outcome_form::{FieldKind, OutcomeForm, WithNote};
use super::layers::text_form::{TextForm, TextPurpose};
use super::queries::Slot;
use super::screens::Screen;
use super::words::{self, Msg};

/// Where an interface is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The open screen, by the name of the action that opens it.
    #[serde(default)]
    pub screen: String,
    /// What the customers are filtered by.
    #[serde(default)]
    pub filter: String,
    /// What is half typed.
    #[serde(default)]
    pub draft: Option<Draft>,
}

/// A form that was not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Whom it is about.
    pub customer: CustomerId,
    /// The action that opens it, by its name.
    pub action: String,
    /// Whether it was opened with a note.
    #[serde(default)]
    pub with_note: bool,
    /// The texts of its fields, from the top.
    pub texts: Vec<String>,
    /// The field that has the keys.
    pub focus: usize,
}

impl Session {
    /// Whether there is nothing to come back to.
    pub fn is_empty(&self) -> bool {
        self.draft.is_none() && self.filter.is_empty() && (self.screen.is_empty() || self.screen == "today")
    }
}

impl Draft {
    fn of_outcome(form: &OutcomeForm) -> Option<Self> {
        let is_note = |kind: FieldKind| kind == FieldKind::Note;
        let asks_note = matches!(form.code, guide_common::outcome::OutcomeCode::Complaint);
        Some(Self {
            customer: form.target.customer.clone(),
            action: spec(Action::Log(form.code))?.name.to_owned(),
            with_note: !asks_note && form.fields.iter().any(|field| is_note(field.kind)),
            texts: form.fields.iter().map(|field| field.input.value().to_owned()).collect(),
            focus: form.focus,
        })
    }

    fn of_text(form: &TextForm, customer: CustomerId) -> Option<Self> {
        let action = match form.purpose {
            TextPurpose::Fill(_) => Action::Fill,
            TextPurpose::CloseComplaint { .. } => Action::CloseComplaint,
            TextPurpose::Snooze { .. } => Action::Snooze,
            TextPurpose::Note { .. } => Action::WriteNote,
            // about no customer's task
            _ => return None,
        };
        Some(Self {
            customer,
            action: spec(action)?.name.to_owned(),
            with_note: false,
            texts: form.fields.iter().map(|(_, input)| input.value().to_owned()).collect(),
            focus: form.focus,
        })
    }

    /// Whether anything was typed.
    fn says_something(&self) -> bool {
        self.texts.iter().any(|text| !text.trim().is_empty())
    }
}

impl App {
    /// Where the interface is.
    fn session(&self) -> Session {
        let draft = match &self.layer {
            Some(Layer::Outcome(form)) => Draft::of_outcome(form),
            Some(Layer::Text(form)) => self.shown_customer().and_then(|customer| Draft::of_text(form, customer)),
            _ => None,
        };
        Session {
            screen: spec(Action::Goto(self.screen)).map(|spec| spec.name.to_owned()).unwrap_or_default(),
            filter: self.customers.input.value().to_owned(),
            draft: draft.filter(Draft::says_something),
        }
    }

    /// Has it kept where it changed; one request at a time, the last state always.
    pub(super) fn keep_session(&mut self) {
        if self.left.is_some() || self.queries.awaits(&Slot::Session) || self.queries.awaits(&Slot::KeepSession) {
            return;
        }
        let session = self.session();
        let both_empty = session.is_empty() && self.kept.is_empty();
        if session != self.kept && !both_empty {
            self.kept = session.clone();
            self.ask(Slot::KeepSession, Request::KeepSession(Box::new(session)));
        }
    }

    /// Whether what is half typed has not all arrived where it is kept.
    pub(super) fn is_unkept(&self) -> bool {
        let session = self.session();
        let is_newer = session.draft.is_some() && session != self.kept;
        self.left.is_none() && (is_newer || self.queries.awaits(&Slot::KeepSession))
    }

    /// Comes back to where an interface was left, once the queue is there. What was half typed is shown again; where its
    /// customer has no place any more it is among the messages.
    pub(super) fn come_back(&mut self) {
        let Some(left) = self.left.take_if(|_| self.data.today.is_some()) else { return };
        let Some(draft) = &left.draft else {
            return self.come_back_to(&left);
        };
        if !self.select_customer(&draft.customer) {
            self.lose_draft(draft);
            return self.come_back_to(&left);
        }
        let needs_script = draft.action == "fill";
        if needs_script && self.script().is_none() {
            self.left = Some(left);
            return;
        }
        let draft = draft.clone();
        self.reopen(&draft);
    }

    fn come_back_to(&mut self, left: &Session) {
        if let Some(Action::Goto(screen)) = named(&left.screen).map(|spec| spec.action)
            && self.screen == Screen::Today
            && self.layer.is_none()
        {
            self.customers.input = Input::new(left.filter.clone());
            if screen != Screen::Today {
                self.goto(screen);
            }
        }
    }

    fn select_customer(&mut self, customer: &CustomerId) -> bool {
        let found =
            self.data.entries().position(|entry| entry.customer() == customer && !matches!(entry, Entry::Done(_)));
        if let Some(idx) = found {
            self.screen = Screen::Today;
            self.today.list.selected = idx;
            self.today.turn_page();
            self.ask_details(super::app::Refresh::Missing);
        }
        found.is_some()
    }

    fn reopen(&mut self, draft: &Draft) {
        match named(&draft.action).map(|spec| spec.action) {
            Some(Action::Log(code)) => {
                let with_note = if draft.with_note { WithNote::Yes } else { WithNote::IfAsked };
                // never by the way of the key, which saves at once where nothing is asked any more
                let form = self.target().map(|target| OutcomeForm::new(target, code, with_note, self.data.on()));
                self.layer = form.map(Layer::Outcome);
            }
            Some(action @ (Action::Fill | Action::CloseComplaint | Action::Snooze | Action::WriteNote)) => {
                self.act(action);
            }
            _ => {}
        }
        let texts = draft.texts.iter().map(|text| Input::new(text.clone()));
        match &mut self.layer {
            Some(Layer::Outcome(form)) if form.fields.len() == draft.texts.len() => {
                form.fields.iter_mut().zip(texts).for_each(|(field, text)| field.input = text);
                form.focus = draft.focus.min(form.fields.len().saturating_sub(1));
            }
            Some(Layer::Text(form)) if form.fields.len() == draft.texts.len() => {
                form.fields.iter_mut().zip(texts).for_each(|((_, input), text)| *input = text);
                form.focus = draft.focus.min(form.fields.len().saturating_sub(1));
            }
            _ => {
                self.layer = None;
                return self.lose_draft(draft);
            }
        }
        self.say(ToastKind::Done, Msg::CameBack.text(self.lang));
    }

    /// What has no form any more stays readable.
    fn lose_draft(&mut self, draft: &Draft) {
        let text = words::lost_draft(&draft.texts.join(" · "), self.lang);
        self.say(ToastKind::Refused, text);
    }
}
