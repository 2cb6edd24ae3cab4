//! Draws the screen Sync: the sections at the left, what the open one holds at the right.

mod bundle;
mod checks;
mod cycles;
mod op;
mod overview;

use guide_common::wire::support::CheckState;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sync::{Section, section, sections};
use crate::interface::app::{App, Link};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::{Frames, piece};
use crate::interface::widgets::panes::Panes;
use crate::interface::widgets::panes_view::{self, SectionRow, Shown};
use crate::interface::words::{self, Msg};

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    // what is drawn asks the app which section is open
    let mut panes = app.sync.panes.clone();
    let (left, right) = panes_view::areas(&panes, area);
    if let Some(left) = left {
        panes_view::sections(app, &panes, frame, left, Msg::TabSync, &section_rows(app));
    }
    if let Some(right) = right {
        draw_section(app, &mut panes, frame, right);
    }
    app.sync.panes = panes;
}

/// The sections, each with how many it holds, or how that stands.
pub fn section_rows(app: &App) -> Vec<SectionRow> {
    sections(app).iter().map(|section| row(app, *section)).collect()
}

/// A section with how many it holds, or how that stands.
fn row(app: &App, of: Section) -> SectionRow {
    let sync = app.data.status.as_ref().map(|status| &status.sync);
    let (count, role) = match of {
        Section::Overview => overview::mark(app),
        Section::Rejected => match sync.map_or(0, |sync| sync.n_rejected) {
            0 => (String::new(), Role::Muted),
            n => (n.to_string(), Role::Bad),
        },
        Section::Outbox => match sync.map_or(0, |sync| sync.n_unsent) {
            0 => (String::new(), Role::Muted),
            n => (n.to_string(), Role::Warn),
        },
        Section::Cycles => match app.sync.log.as_ref().and_then(|log| log.cycles.first()) {
            Some(cycle) if cycle.end != "ok" => ("×".to_owned(), Role::Warn),
            _ => (String::new(), Role::Muted),
        },
        Section::Doctor => match app.sync.doctor.as_ref().map(|doctor| doctor.state) {
            Some(CheckState::Ok) => ("√".to_owned(), Role::Good),
            Some(CheckState::Warn) => ("!".to_owned(), Role::Warn),
            Some(CheckState::Fail) => ("×".to_owned(), Role::Bad),
            None => (String::new(), Role::Muted),
        },
        Section::Verify => match app.sync.verified.as_ref().map(|verified| verified.same) {
            Some(true) => ("√".to_owned(), Role::Good),
            Some(false) => ("×".to_owned(), Role::Bad),
            None => (String::new(), Role::Muted),
        },
        Section::Bundle => (String::new(), Role::Muted),
        Section::Faults if app.data.has_faults => ("●".to_owned(), Role::Warn),
        Section::Faults => (String::new(), Role::Muted),
    };
    SectionRow { name: of.name(app.lang), count, role }
}

fn draw_section(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect) {
    let frames = if panes.is_at_sections() { Frames::Plain } else { Frames::Focused };
    let of = section(app);
    let right = match of {
        Section::Rejected | Section::Outbox => op::count(app),
        Section::Doctor => checks::sum(app),
        Section::Faults => checks::faults_sum(app),
        _ => None,
    };
    let right = right.map(|(text, role)| Line::from(piece(format!(" {text} "), role, &app.theme)));
    let inner = panes_view::framed(app, frame, area, of.name(app.lang), right.unwrap_or_default(), frames);
    let cols = usize::from(inner.width).saturating_sub(2);
    panes_view::shown(app, panes, frame, inner, &shown(app, cols));
}

/// What the open section holds.
pub fn shown(app: &App, cols: usize) -> Shown {
    let of = section(app);
    if let Some((title, steps)) = missing(app, of) {
        return Shown::Nothing(title, steps);
    }
    match of {
        Section::Overview => Shown::Lines(overview::lines(app, cols)),
        Section::Verify => Shown::Lines(checks::verify(app, cols)),
        Section::Bundle => Shown::Lines(bundle::lines(app, cols)),
        Section::Rejected | Section::Outbox => Shown::Rows(Box::new(op::rows(app, cols))),
        Section::Cycles => Shown::Rows(Box::new(cycles::rows(app, cols))),
        Section::Doctor => Shown::Rows(Box::new(checks::rows(app, cols))),
        Section::Faults => Shown::Rows(Box::new(checks::faults(app, cols))),
    }
}

/// Why a section has nothing to show at all: no daemon, or a terminal that is not enrolled. The doctor tells both.
fn missing(app: &App, of: Section) -> Option<(String, Vec<String>)> {
    let lang = app.lang;
    let text = |msg: Msg| msg.text(lang).to_owned();
    match (&app.link, &app.data.status) {
        (Link::Down(_), None) => {
            Some((words::problem("unreachable", lang).unwrap_or_default().to_owned(), vec![text(Msg::LostNext)]))
        }
        (_, None) => Some((text(Msg::Loading), Vec::new())),
        (_, Some(status)) if status.guide.is_none() && of != Section::Doctor => {
            Some((text(Msg::EnrollTitle), vec![text(Msg::EnrollNext), text(Msg::EnrollCommand)]))
        }
        _ => None,
    }
}
