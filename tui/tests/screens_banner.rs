//! The lines that nobody may overlook: a clock that is off, what sync needs a person for, and faults in training.

use guide::interface::event::{Answer, Event, QueryId};
use guide::interface::fixture::Desk;
use guide::interface::svg::render;
use guide::interface::theme::Role;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, SavedState, SyncError};
use guide_common::wire::support::{FaultPlan, Faults};
use ratatui::buffer::{Buffer, CellWidth};

const SCREENS: [&str; 3] = ["", "<Tab>", "?"];

/// One row of the screen as text.
fn row(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut col = 0;
    while col < buffer.area.width {
        let symbol = buffer[(col, y)].symbol();
        text.push_str(symbol);
        col += symbol.cell_width().max(1);
    }
    text.trim_end().to_owned()
}

fn failing(desk: &mut Desk, code: &str) {
    desk.status.sync.state = SavedState::Attention;
    desk.status.sync.last_error = Some(SyncError { code: code.to_owned(), detail: "…".to_owned() });
}

#[test]
fn a_clock_that_is_off_is_told_of_on_every_screen_and_no_more_once_it_is_right() {
    for (lang, text) in [(Lang::Zh, "本机时钟慢 3 分钟"), (Lang::En, "this machine's clock is 3 minutes slow")] {
        for keys in SCREENS {
            let mut desk = Desk::new(lang, ClockKind::Real);
            desk.status.sync.skew_ms = Some(-200_000);
            let mut app = desk.seat((80, 24)).unwrap();
            desk.press(&mut app, keys);
            let buffer = render(&mut app);
            assert!(row(&buffer, 1).contains(text), "{keys:?}: {}", row(&buffer, 1));
            assert_eq!(buffer[(1, 1)].fg, app.theme.style(Role::Warn).fg.unwrap(), "in the colour of a warning");
            desk.status.sync.skew_ms = Some(-900);
            let effects = app.update(Event::Noticed(guide_common::wire::local::Notice::Sync));
            desk.serve(&mut app, effects);
            assert!(!row(&render(&mut app), 1).contains(text), "{keys:?}");
        }
    }
}

#[test]
fn what_sync_needs_a_person_for_is_told_with_the_command_or_the_key() {
    let told = |code: Option<&str>, n_rejected: usize, lang: Lang, size: (u16, u16)| {
        let mut desk = Desk::new(lang, ClockKind::Real);
        failing(&mut desk, code.unwrap_or("x"));
        if code.is_none() {
            desk.status.sync.last_error = None;
        }
        desk.status.sync.n_rejected = n_rejected;
        let mut app = desk.seat(size).unwrap();
        let buffer = render(&mut app);
        (row(&buffer, 0), row(&buffer, 1))
    };
    for lang in [Lang::Zh, Lang::En] {
        for (code, n_rejected, command) in [
            (Some("revoked"), 0, "guide enroll"),
            (Some("unauthorised"), 0, "guide enroll"),
            (Some("too_old"), 0, "guide"),
            (Some("journal"), 0, "g s"),
            (None, 2, "g s"),
        ] {
            let (header, banner) = told(code, n_rejected, lang, (80, 24));
            assert!(banner.contains(command) && !banner.contains('…'), "{code:?}: {banner}");
            assert!(header.contains('!'), "{header}");
        }
    }
    assert!(told(Some("revoked"), 0, Lang::Zh, (80, 24)).0.contains("已被总部停用"));
    assert!(!told(Some("revoked"), 0, Lang::Zh, (60, 8)).1.contains("guide enroll"), "the task has the little room");
}

#[test]
fn a_hub_that_is_busy_is_not_said_to_be_unreachable() {
    let header = |code: &str| {
        let mut desk = Desk::new(Lang::Zh, ClockKind::Real);
        failing(&mut desk, code);
        desk.status.sync.state = SavedState::Saved;
        let mut app = desk.seat((120, 36)).unwrap();
        row(&render(&mut app), 0)
    };
    assert!(header("busy").contains("总部忙") && !header("busy").contains("离线"), "{}", header("busy"));
    assert!(header("unreachable").contains("离线"));
}

#[test]
fn faults_are_marked_while_they_are_on_and_in_training_only() {
    let mut desk = Desk::new(Lang::En, ClockKind::Virtual);
    desk.faults = Faults { plan: FaultPlan { offline: true, ..FaultPlan::default() }, ..Faults::default() };
    let mut app = desk.seat((100, 24)).unwrap();
    assert!(row(&render(&mut app), 0).contains("FAULTS"));
    desk.faults = Faults::default();
    desk.press(&mut app, "r");
    assert!(!row(&render(&mut app), 0).contains("FAULTS"));
    let mut real = Desk::new(Lang::En, ClockKind::Real);
    let mut app = real.seat((100, 24)).unwrap();
    let asked = real.asked.contains(&guide::interface::effect::Request::Faults);
    assert!(!asked, "nobody asks for them outside of training");
    // an answer that nobody awaits changes nothing
    let answer = Ok(Answer::Faults(Box::default()));
    assert!(app.update(Event::Answered { query: QueryId(u64::MAX), answer }).is_empty());
}
