//! What becomes of forms of checked fields and of questions: a rejected op is sent again, a file is written.

use serde_json::Value;

use super::app::{App, Recording, ToastKind};
use super::effect::{Existing, FileRequest, ListRequest, Request, SyncRequest};
use super::event::Failure;
use super::layers::Layer;
use super::layers::ask_form::{AskForm, AskPurpose, FileKind};
use super::layers::confirm::{Confirm, ConfirmPurpose};
use super::queries::Slot;
use super::screens::{reports, sync};
use super::words::{self, Msg};
use crate::lang::pick;
use crate::text;

impl App {
    /// Whether a file is being written.
    pub fn is_writing(&self) -> bool {
        self.queries.awaits(&Slot::File)
    }

    /// A form is complete.
    pub(super) fn answer_form(&mut self, form: AskForm, values: Vec<Option<Value>>) {
        if self.is_writing() {
            self.layer = Some(Layer::Ask(form));
            return;
        }
        match &form.purpose {
            AskPurpose::Mend { .. } => {
                if let Some(request) = sync::mend::request(&form, values) {
                    self.record(Recording::Resent, Request::Sync(request));
                }
                self.layer = Some(Layer::Ask(form));
            }
            AskPurpose::File(kind) => {
                let path = values.into_iter().flatten().next();
                let path = path.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
                let bytes = self.file_bytes(*kind, &path);
                self.layer = Some(Layer::Ask(form));
                self.ask(Slot::File, Request::Write(Box::new(FileRequest { path, bytes, existing: Existing::Keep })));
            }
            AskPurpose::Dates => reports::own_dates(self, form, values),
            AskPurpose::Lead => self.save_lead(form, values),
        }
    }

    /// Something was agreed to.
    pub(super) fn confirmed(&mut self, confirm: Confirm) {
        match confirm.purpose.clone() {
            ConfirmPurpose::Discard(op) => {
                self.record(Recording::Discarded, Request::Sync(SyncRequest::Discard(op)));
                self.layer = Some(Layer::Confirm(confirm));
            }
            ConfirmPurpose::Heal => sync::compare(self, SyncRequest::Heal),
            ConfirmPurpose::ReplaceList { name, filter } => {
                self.put_list(name, filter);
                self.layer = Some(Layer::Confirm(confirm));
            }
            ConfirmPurpose::RemoveList(name) => {
                self.record(Recording::List, Request::List(ListRequest::Remove(name)));
                self.layer = Some(Layer::Confirm(confirm));
            }
            ConfirmPurpose::Replace { form, request } => {
                let request = FileRequest { existing: Existing::Replace, ..request };
                self.layer = Some(Layer::Ask(*form));
                self.ask(Slot::File, Request::Write(Box::new(request)));
            }
        }
    }

    /// A file is on disk.
    pub(super) fn on_written(&mut self, path: &str) {
        let kind = match self.layer.take() {
            Some(Layer::Ask(AskForm { purpose: AskPurpose::File(kind), .. })) => Some(kind),
            layer => {
                self.layer = layer;
                None
            }
        };
        if kind == Some(FileKind::Bundle) {
            self.sync.bundle_at = Some(path.to_owned());
        }
        self.sync.rejected.clear();
        self.say(ToastKind::Done, text!(self.lang, "已写好：{path}", "Written: {path}"));
    }

    /// A file was not written: one that is there already takes a question, everything else is said in the form.
    pub(super) fn fail_writing(&mut self, failure: Failure) {
        let Some(Layer::Ask(mut form)) = self.layer.take() else { return };
        let lang = self.lang;
        let path = &failure.detail;
        if failure.code == "file_exists" {
            let typed = form.fields.first().map(|field| field.input.value().trim().to_owned()).unwrap_or_default();
            let bytes = match form.purpose {
                AskPurpose::File(kind) => self.file_bytes(kind, &typed),
                AskPurpose::Mend { .. } | AskPurpose::Dates | AskPurpose::Lead => Vec::new(),
            };
            let request = FileRequest { path: typed, bytes, existing: Existing::Keep };
            let purpose = ConfirmPurpose::Replace { form: Box::new(form), request };
            let title = pick(lang, ("已经有这个文件，要替换吗？", "There is such a file. Replace it?")).to_owned();
            let answers = pick(lang, (["不，换一个名字", "替换"], ["No, another name", "Replace it"]));
            self.layer = Some(Layer::Confirm(Confirm::new(purpose, title, path.clone(), answers)));
            return;
        }
        let sentence = words::problem(&failure.code, lang).map_or_else(
            || text!(lang, "写不了 {path}", "{path} cannot be written"),
            |sentence| text!(lang, "{sentence}：{path}", "{sentence}: {path}"),
        );
        form.error = Some(format!("{sentence} · {}", Msg::NotWritten.text(lang)));
        self.layer = Some(Layer::Ask(form));
    }

    /// What a file holds.
    fn file_bytes(&self, kind: FileKind, path: &str) -> Vec<u8> {
        match kind {
            FileKind::Rejected => self.sync.rejected.clone(),
            FileKind::Bundle => {
                let bundle = self.sync.bundle.as_ref().map(|bundle| bundle.get()).unwrap_or("null");
                let readable =
                    serde_json::from_str::<Value>(bundle).and_then(|value| serde_json::to_vec_pretty(&value));
                readable.unwrap_or_else(|_| bundle.as_bytes().to_vec())
            }
            FileKind::Report => reports::file(self, path),
        }
    }
}
