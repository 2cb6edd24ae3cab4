//! The lines below the header that say what nobody may overlook: a clock that is off, and what sync needs a person for.

use guide_common::wire::local::SavedState;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::paint::{lines, piece};
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::screens::Screen;
use crate::interface::theme::Role;
use crate::interface::words::{self, Msg};
use crate::lang::support::skew;

/// A screen of so many rows has room for one line, and one of so many for all of them.
const ROOM: (u16, u16) = (9, 16);

/// The lines, the most urgent first; none where all is well.
pub fn texts(app: &App, rows: u16) -> Vec<(String, Role)> {
    let Some(status) = app.data.status.as_ref().filter(|status| status.guide.is_some()) else {
        return Vec::new();
    };
    let sync = &status.sync;
    let full = status.disk_full.then(|| (Msg::DiskFull.text(app.lang).to_owned(), Role::Bad));
    let code = sync.last_error.as_ref().map(|error| error.code.as_str());
    // on the screen itself it is one key to the section that says more
    let key = match (app.screen, sync.n_rejected) {
        (Screen::Sync, 0) => app.keymap.label(Action::Check),
        (Screen::Sync, _) => app.keymap.label(Action::Section(2)),
        _ => app.keymap.label(Action::Goto(Screen::Sync)),
    };
    let attention = (sync.state == SavedState::Attention)
        .then(|| (words::attention(code, sync.n_rejected, &key, app.lang), Role::Bad));
    let skew = skew(sync.skew_ms, app.lang).map(|text| (text, Role::Warn));
    let n_lines = match rows {
        rows if rows >= ROOM.1 => 2,
        rows if rows >= ROOM.0 => 1,
        _ => 0,
    };
    full.into_iter().chain(attention).chain(skew).take(n_lines).collect()
}

/// Draws them.
pub fn draw(app: &App, frame: &mut Frame, area: Rect, texts: Vec<(String, Role)>) {
    let line = |(text, role): (String, Role)| piece(format!(" ! {text}"), role, &app.theme).into();
    let all: Vec<_> = texts.into_iter().map(line).collect();
    lines(frame.buffer_mut(), area, &all);
}
