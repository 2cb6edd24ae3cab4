//! The amnesty after a leave: shown, agreed to, and recorded as one step.

use guide_common::sop::backlog::Amnesty;
use guide_common::wire::ask::AmnestyResponse;

use super::app::{App, Recording, ToastKind};
use super::effect::Request;
use super::layers::Layer;
use super::layers::amnesty_sheet::AmnestySheet;
use super::queries::Slot;
use super::words::{self, Msg};

impl App {
    /// Asks what an amnesty would do, to be shown.
    pub(super) fn preview_amnesty(&mut self) {
        self.ask(Slot::Amnesty, Request::Amnesty);
    }

    pub(super) fn on_amnesty(&mut self, amnesty: Option<Box<Amnesty>>) {
        match amnesty {
            _ if self.layer.is_some() => {}
            Some(amnesty) => self.layer = Some(Layer::Amnesty(AmnestySheet::new(amnesty))),
            None => self.refuse(Msg::NoLeave),
        }
    }

    /// Does what is shown.
    pub(super) fn apply_amnesty(&mut self, sheet: AmnestySheet) {
        self.record(Recording::Amnesty, Request::ApplyAmnesty);
        self.layer = Some(Layer::Amnesty(sheet));
    }

    /// It is on disk.
    pub(super) fn on_amnesty_done(&mut self, done: &AmnestyResponse) {
        self.on_saved(&done.saved);
        self.say(ToastKind::Done, words::amnesty_done(&done.amnesty.count, self.lang));
    }
}
