//! What is done about the customers as a whole: a person is entered, a filter is kept under a name, a list is shown.

use guide_common::sop::plan::Lang;
use guide_common::wire::list::{SavedList, SavedLists};
use guide_common::wire::record::{LeadRequest, LeadResponse};
use serde_json::Value;
use tui_input::Input;

use super::app::{App, Recording, ToastKind};
use super::effect::{ListRequest, Request};
use super::layers::Layer;
use super::layers::ask_form::{AskField, AskForm, AskKind, AskPurpose};
use super::layers::confirm::{Confirm, ConfirmPurpose};
use super::layers::lists_sheet::{ListChoice, ListsSheet};
use super::layers::text_form::{TextForm, TextPurpose};
use super::queries::Slot;
use super::screens::Screen;
use super::screens::customers::CustomersFocus;
use super::words::{self, Msg};
use crate::lang::pick;
use crate::text;

/// The fields of a lead: their names on the wire, what they take, what they are called, what is typed there.
const LEAD: [(&str, AskKind, Msg, Msg); 5] = [
    ("name", AskKind::NeededText, Msg::ColumnName, Msg::HintName),
    ("phone", AskKind::Text, Msg::ColumnPhone, Msg::HintPhone),
    ("looked_at", AskKind::Text, Msg::FieldLooked, Msg::HintLooked),
    ("budget_fen", AskKind::Amount, Msg::FieldBudget, Msg::HintAmount),
    ("wedding_on", AskKind::Date, Msg::FieldWedding, Msg::HintDate),
];

impl App {
    /// Opens the form of a lead; what was typed to find the person is not typed again.
    pub(super) fn begin_lead(&mut self) {
        let typed = Some(self.customers.input.value().trim()).filter(|_| self.is_nobody_found());
        let (name, phone) = match typed {
            Some(typed) if typed.bytes().all(|byte| byte.is_ascii_digit()) => ("", typed),
            Some(typed) if !typed.is_ascii() && typed.chars().all(char::is_alphabetic) => (typed, ""),
            _ => ("", ""),
        };
        let lang = self.lang;
        let field = |(key, kind, label, hint): (&str, AskKind, Msg, Msg)| {
            let text = match key {
                "name" => name,
                "phone" => phone,
                _ => "",
            };
            AskField::new(key, label.text(lang).to_owned(), hint.text(lang), kind, text.to_owned())
        };
        let fields = LEAD.map(field).into_iter().collect();
        let title = Msg::LeadTitle.text(lang).to_owned();
        let focus = usize::from(!name.is_empty());
        self.layer =
            Some(Layer::Ask(AskForm { focus, ..AskForm::new(AskPurpose::Lead, title, String::new(), fields) }));
    }

    fn is_nobody_found(&self) -> bool {
        let is_empty = self.data.customers.as_ref().is_some_and(|list| list.rows.is_empty());
        self.screen == Screen::Customers && is_empty
    }

    /// Enters the person of a complete form.
    pub(super) fn save_lead(&mut self, form: AskForm, values: Vec<Option<Value>>) {
        let body = form.fields.iter().map(|field| field.key.clone()).zip(values);
        let body = body.filter_map(|(key, value)| Some((key, value?))).collect();
        if let Ok(request) = serde_json::from_value::<LeadRequest>(Value::Object(body)) {
            self.record(Recording::Lead, Request::AddLead(Box::new(request)));
        }
        self.layer = Some(Layer::Ask(form));
    }

    /// A person is entered: it is selected, and who has the same number is named.
    pub(super) fn on_lead(&mut self, added: &LeadResponse) {
        self.today.wanted = Some(added.saved.customer.clone());
        if self.screen == Screen::Customers {
            self.customers.wanted = Some(added.saved.customer.clone());
            self.customers.input = Input::default();
            self.customers.focus = CustomersFocus::List;
        }
        self.on_saved(&added.saved);
        if let Some(same) = added.same_phone.first() {
            self.say(ToastKind::Refused, words::same_phone(&same.name, self.lang));
        }
    }

    /// Opens the form for the name under which the filter is kept.
    pub(super) fn begin_list(&mut self) {
        let filter = self.customers.input.value().trim().to_owned();
        if filter.is_empty() {
            return self.refuse(Msg::NoFilter);
        }
        // whether the name is taken is known by the time it is typed
        self.ask(Slot::Lists, Request::List(ListRequest::All));
        let purpose = TextPurpose::SaveList { filter };
        self.layer = Some(Layer::Text(TextForm::one(purpose, Msg::FieldListName, self.lang)));
    }

    /// Keeps a filter under a name; where the name is taken by another one, asks first.
    pub(super) fn save_list(&mut self, form: TextForm, name: String, filter: String) {
        let taken = self.data.lists.iter().find(|list| list.name == name && list.filter != filter);
        match taken {
            Some(taken) => {
                let title = text!(self.lang, "已有名单“{name}”，要替换吗？", "There is a list {name:?}. Replace it?");
                let (note, purpose) = (taken.filter.clone(), ConfirmPurpose::ReplaceList { name, filter });
                let answers = pick(self.lang, (["不，保留", "替换"], ["No, keep it", "Replace it"]));
                self.layer = Some(Layer::Confirm(Confirm::new(purpose, title, note, answers)));
            }
            None => {
                self.put_list(name, filter);
                self.layer = Some(Layer::Text(form));
            }
        }
    }

    /// Has a filter kept under a name.
    pub(super) fn put_list(&mut self, name: String, filter: String) {
        self.record(Recording::List, Request::List(ListRequest::Save { name, filter }));
    }

    /// The saved lists have come: they are shown where they were asked for.
    pub(super) fn on_lists(&mut self, lists: SavedLists) {
        self.data.lists = lists.lists;
        if self.layer.is_none() && std::mem::take(&mut self.customers.shows_lists) {
            self.layer = Some(Layer::Lists(ListsSheet::new(self.data.lists.clone())));
        }
    }

    /// A filter is kept, or a list was taken away.
    pub(super) fn on_list(&mut self, list: &SavedList, is_kept: bool) {
        self.recording = None;
        self.layer = None;
        self.data.lists.retain(|known| known.name != list.name);
        if is_kept {
            self.data.lists.push(list.clone());
        }
        self.say(ToastKind::Done, if is_kept { kept(list, self.lang) } else { removed(list, self.lang) });
    }

    /// Asks for the saved lists, to be shown.
    pub(super) fn show_lists(&mut self) {
        self.customers.shows_lists = true;
        self.ask(Slot::Lists, Request::List(ListRequest::All));
    }

    /// Shows a list, or asks whether it is to go.
    pub(super) fn choose_list(&mut self, choice: ListChoice) {
        match choice {
            ListChoice::Show(filter) => {
                self.filter_by(Input::new(filter));
                self.customers.focus = CustomersFocus::List;
            }
            ListChoice::Remove(list) => {
                let title = text!(self.lang, "删除名单“{}”？", "Take the list {:?} away?", list.name);
                let answers = pick(self.lang, (["不，保留", "删除"], ["No, keep it", "Take it away"]));
                let (note, purpose) = (list.filter, ConfirmPurpose::RemoveList(list.name));
                self.layer = Some(Layer::Confirm(Confirm::new(purpose, title, note, answers)));
            }
        }
    }

    /// The name of the list whose filter is typed.
    pub fn shown_list(&self) -> Option<&str> {
        let typed = self.customers.input.value().trim();
        let is_it = |list: &&SavedList| !typed.is_empty() && list.filter == typed;
        self.data.lists.iter().find(is_it).map(|list| list.name.as_str())
    }
}

fn kept(list: &SavedList, lang: Lang) -> String {
    let (name, n) = (&list.name, list.n_found);
    text!(lang, "已存名单“{name}”：现有 {n} 位客户", "The list {name:?} is saved: {n} customers at this moment")
}

fn removed(list: &SavedList, lang: Lang) -> String {
    let name = &list.name;
    text!(lang, "已删除名单“{name}”", "The list {name:?} is gone")
}
