//! Whole screens: keys are pressed into the app at a fixed desk, and what it draws is compared as text.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use guide::interface::app::App;
use guide::interface::fixture::Desk;
use guide::interface::svg::{render, text};
use guide::interface::theme::Theme;
use guide_common::sop::gate::{Hold, HoldReason};
use guide_common::sop::plan::Lang;
use guide_common::wire::card::AppointmentRow;
use guide_common::wire::local::{ClockKind, RushRow, SavedState};

fn open(desk: &mut Desk, lang: Lang, size: (u16, u16)) -> App {
    let mut app = App::new(lang, Theme::built_in("ansi").unwrap(), size);
    desk.open(&mut app);
    app
}

/// The screen as text, a row a line.
fn screen(lang: Lang, size: (u16, u16), clock: ClockKind, keys: &str) -> String {
    let mut desk = Desk::new(lang, clock);
    let mut app = open(&mut desk, lang, size);
    desk.press(&mut app, keys);
    text(&render(&mut app))
}

/// Compares a screen in both languages.
macro_rules! check {
    ($name:literal, $size:expr, $keys:expr) => {
        for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let shown = screen(lang, $size, ClockKind::Real, $keys);
            insta::assert_snapshot!(format!("{}-{suffix}", $name), shown);
        }
    };
}

const NORMAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (60, 16);
const TINY: (u16, u16) = (40, 10);

#[test]
fn today_shows_the_queue_the_customer_and_the_script() {
    check!("today-80x24", NORMAL, "");
    check!("today-120x36", LARGE, "");
    check!("today-60x16", SMALL, "");
    check!("today-40x10", TINY, "");
}

#[test]
fn where_one_pane_fits_the_list_is_one_key_away() {
    check!("today-list-60x16", SMALL, "<Left>j");
    check!("today-list-40x10", TINY, "h");
}

#[test]
fn held_and_done_rows_are_reached_at_the_end_of_the_queue() {
    check!("held-80x24", NORMAL, "jjjjjjjjjjjj");
    check!("done-80x24", NORMAL, "G");
}

#[test]
fn each_outcome_opens_only_what_it_needs() {
    check!("form-amount-80x24", NORMAL, "jjj4");
    check!("form-date-80x24", NORMAL, "jjj7+3");
    check!("form-reason-80x24", NORMAL, "jjj0");
    check!("form-score-80x24", NORMAL, "jj1");
    check!("form-note-40x10", TINY, "8");
    check!("form-wrong-amount-80x24", NORMAL, "jjj4abc<Enter>");
}

#[test]
fn after_saving_the_next_task_is_selected() {
    check!("saved-80x24", NORMAL, "6");
    check!("undone-80x24", NORMAL, "6z");
}

#[test]
fn gaps_are_filled_by_hand() {
    check!("fill-80x24", NORMAL, "<Enter>");
    check!("filled-80x24", NORMAL, "f6.5 号戒圈<Enter>");
}

#[test]
fn customers_are_filtered_and_shown() {
    check!("customers-80x24", NORMAL, "<Tab>");
    check!("customers-120x36", LARGE, "<Tab><Enter>j");
    check!("customers-60x16", SMALL, "<Tab>");
    check!("customer-card-60x16", SMALL, "<Tab><Enter>j<Enter>");
    check!("customer-card-80x24", NORMAL, "<Tab><Enter>j<Enter>");
    check!("customers-none-80x24", NORMAL, "<Tab>xyz");
}

#[test]
fn the_privacy_key_masks_the_screen_at_once() {
    check!("privacy-80x24", NORMAL, ".");
    check!("privacy-120x36", LARGE, ".");
    check!("privacy-customers-120x36", LARGE, ".<Tab><Enter>j");
}

#[test]
fn haste_visits_hours_and_what_goes_along_stand_around_the_script() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let mut desk = Desk::new(lang, ClockKind::Real);
        let other = desk.today.tasks[2].dues[0].clone();
        let first = &mut desk.today.tasks[0];
        first.rush = Some(RushRow { on: None, by: "顾南星".to_owned(), why: "客户等回电".to_owned() });
        first.dues.push(other);
        let card = desk.cards.get_mut(&first.customer).unwrap();
        card.appointments = vec![AppointmentRow {
            op_id: guide_common::id::OpId(uuid::Uuid::nil()),
            made_on: "2026-08-01".parse().unwrap(),
            visit_on: "2026-08-13".parse().unwrap(),
            visit_time: "14:30:00".parse().ok(),
            text: Some("试对戒".to_owned()),
        }];
        desk.today.tasks[1].dues[0].deadline_at = "2026-08-12T18:30:00".parse().ok();
        desk.today.held[0].hold = Hold {
            reason: HoldReason::ContactHours,
            until_on: "2026-08-13".parse().ok(),
            until_time: "09:30:00".parse().ok(),
        };
        let mut app = open(&mut desk, lang, LARGE);
        insta::assert_snapshot!(format!("rush-120x36-{suffix}"), text(&render(&mut app)));
    }
}

#[test]
fn help_lists_every_action() {
    check!("help-80x24", NORMAL, "?");
    check!("help-filtered-60x16", SMALL, "?F5");
}

#[test]
fn training_shows_the_virtual_clock_on_every_screen() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let shown = screen(lang, NORMAL, ClockKind::Virtual, "]");
        insta::assert_snapshot!(format!("training-80x24-{suffix}"), shown);
        let shown = screen(lang, NORMAL, ClockKind::Virtual, "<Tab>");
        insta::assert_snapshot!(format!("training-customers-80x24-{suffix}"), shown);
    }
}

#[test]
fn an_empty_queue_says_why_and_what_helps() {
    for (lang, suffix) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        let mut not_enrolled = Desk::not_enrolled(lang);
        let mut unsynced = Desk::new(lang, ClockKind::Real);
        unsynced.empty();
        unsynced.status.sync.last_ok_at = None;
        let mut idle = Desk::new(lang, ClockKind::Real);
        (idle.today.tasks, idle.today.held, idle.today.done) = Default::default();
        idle.status.sync.state = SavedState::Received;
        let mut lost = Desk::new(lang, ClockKind::Real);
        lost.failing = Some(guide::interface::fixture::unreachable());
        let desks = [
            ("not-enrolled", &mut not_enrolled),
            ("unsynced", &mut unsynced),
            ("idle", &mut idle),
            ("lost", &mut lost),
        ];
        for (name, desk) in desks {
            let mut app = open(desk, lang, NORMAL);
            insta::assert_snapshot!(format!("empty-{name}-80x24-{suffix}"), text(&render(&mut app)));
        }
    }
}
