//! When the guide works: how days off and leaves move dues, and what an amnesty makes of the rest.

use chrono::Weekday;
use guide_common::outcome::OutcomeCode::*;
use guide_common::report::{Figures, report};
use guide_common::sop::engine::gone;
use guide_common::time::Period;

use crate::story::{Story, day, sop};

/// A step that is open from Thursday the first of January for so long.
fn open_until(until: &str) -> Story {
    let step = format!("offset = '0d'; until = '{until}'; channels = ['wecom', 'phone']");
    let mut story = Story::new(vec![sop("", &["on = 'lead'"], &[&step])]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story
}

fn off(mut story: Story, days_off: &[Weekday]) -> Story {
    story.rules.calendar.days_off = days_off.to_vec();
    story
}

fn figures(story: &Story, to: &str) -> Figures {
    let period = Period::new(day("2026-01-01"), day(to)).unwrap();
    let report = report(std::iter::once(&story.file), &story.rules, period, day(to), None);
    assert_eq!(report.total.due, report.total.sum_of_columns());
    report.total
}

#[test]
fn a_due_moves_to_the_next_shift_inside_its_window() {
    let story = off(open_until("+5d"), &[Weekday::Thu, Weekday::Fri]);
    story.check_days("2026-01-01", "2026-01-31", "01-03..01-06");
    open_until("+5d").leave("2025-12-20", "2026-01-04").check_days("2026-01-01", "2026-01-31", "01-05..01-06");
    let both = off(open_until("+5d"), &[Weekday::Mon]).leave("2025-12-20", "2026-01-04");
    both.check_days("2026-01-01", "2026-01-31", "01-06");
}

#[test]
fn a_due_without_a_shift_in_its_window_stays_where_it_is() {
    off(open_until("0d"), &[Weekday::Thu]).check_days("2026-01-01", "2026-01-31", "01-01");
    open_until("+5d").leave("2026-01-01", "2026-01-06").check_days("2026-01-01", "2026-01-31", "01-01..01-06");
}

#[test]
fn a_due_that_is_open_stays_open_over_days_off() {
    let story = off(open_until("+5d"), &[Weekday::Fri, Weekday::Sat]);
    story.check_days("2026-01-01", "2026-01-31", "01-01..01-06");
}

#[test]
fn the_attempt_after_no_reply_moves_to_the_next_shift_too() {
    let story = off(open_until("+9d"), &[Weekday::Sat, Weekday::Sun]).log("2026-01-01", NoReply, &["s"]);
    story.check_days("2026-01-01", "2026-01-31", "01-05..01-10");
    // not past the step's last day
    let short = off(open_until("+3d"), &[Weekday::Sat, Weekday::Sun]).log("2026-01-01", NoReply, &["s"]);
    short.check_days("2026-01-01", "2026-01-31", "01-03..01-04");
}

#[test]
fn a_day_that_the_customer_chose_moves_to_the_next_shift_within_its_three_days() {
    let later = |days_off: &[Weekday]| {
        let story = off(open_until("+9d"), days_off);
        let story =
            story.log_with("2026-01-01", CallLater, &["s"], |outcome| outcome.next_on = Some(day("2026-01-03")));
        story.due_days("2026-01-01", "2026-01-31")
    };
    assert_eq!(later(&[Weekday::Sat, Weekday::Sun]), "01-05..01-06");
    assert_eq!(later(&[Weekday::Sat, Weekday::Sun, Weekday::Mon, Weekday::Tue]), "01-03..01-06");
}

#[test]
fn what_was_done_before_a_leave_was_entered_stays_done() {
    let story = open_until("+9d");
    let ids = story.due_ids("2026-01-01", &["s"]);
    let story = story.log("2026-01-01", Interested, &["s"]).leave("2026-01-01", "2026-01-05");
    story.check_days("2026-01-01", "2026-01-31", "");
    assert_eq!((figures(&story, "2026-01-31").due, figures(&story, "2026-01-31").done), (1, 1));
    // nobody answered: the next attempt comes after the leave
    let tried = open_until("+9d").log("2026-01-01", NoReply, &["s"]).leave("2026-01-01", "2026-01-05");
    tried.check_days("2026-01-01", "2026-01-31", "01-06..01-10");
    // a contact on the leave's last day closes what opens after it
    let away = open_until("+9d").leave("2026-01-01", "2026-01-05");
    assert_eq!(gone(&away.file, &away.rules, &ids, day("2026-01-05")), []);
    away.log_dues("2026-01-05", Interested, ids).check_days("2026-01-05", "2026-01-31", "");
}

#[test]
fn a_leave_that_was_taken_back_moves_nothing() {
    let mut story = open_until("+9d").leave("2026-01-01", "2026-01-05");
    story.rules.calendar.leaves.clear();
    story.check_days("2026-01-01", "2026-01-31", "01-01..01-10");
}

// amnesty

#[test]
fn what_an_amnesty_let_expire_is_not_due_again_and_counts_as_expired() {
    let story = open_until("+9d").waive("2026-01-05", &["s"]);
    story.check("2026-01-04", "s 01-01 wecom").check_days("2026-01-05", "2026-01-31", "");
    let figures = figures(&story, "2026-01-31");
    assert_eq!((figures.due, figures.expired), (1, 1));
    story.undo_last("2026-01-06").check_days("2026-01-06", "2026-01-31", "01-06..01-10");
}

#[test]
fn a_contact_on_the_day_of_the_amnesty_may_have_come_first_and_one_after_it_came_too_late() {
    let story = open_until("+9d");
    let ids = story.due_ids("2026-01-01", &["s"]);
    let contact = |on: &str| {
        let story = open_until("+9d").waive("2026-01-05", &["s"]).log_dues(on, Interested, ids.clone());
        let figures = figures(&story, "2026-01-31");
        (figures.done, figures.expired)
    };
    assert_eq!([contact("2026-01-04"), contact("2026-01-05"), contact("2026-01-06")], [(1, 0), (1, 0), (0, 1)]);
    let story = open_until("+9d").waive("2026-01-05", &["s"]);
    assert_eq!(gone(&story.file, &story.rules, &ids, day("2026-01-05")), []);
    assert_eq!(gone(&story.file, &story.rules, &ids, day("2026-01-06")), ids);
}

#[test]
fn what_an_amnesty_let_expire_stays_so_when_a_leave_moves_its_first_day() {
    let story = open_until("+9d").waive("2026-01-05", &["s"]).leave("2026-01-01", "2026-01-07");
    story.check_days("2026-01-05", "2026-01-31", "");
}

#[test]
fn a_waived_step_takes_no_branch() {
    let steps = [
        "offset = '0d'; until = '+9d'; positive = ['good']; no_reply = ['silent']",
        "id = 'good'; from = 'outcome'; offset = '0d'; until = '+9d'",
        "id = 'silent'; from = 'outcome'; offset = '0d'; until = '+9d'",
    ];
    let mut story = Story::new(vec![sop("", &["on = 'lead'"], &steps)]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    let story = story.log("2026-01-01", NoReply, &["s"]).waive("2026-01-05", &["s"]);
    story.check_days("2026-01-05", "2026-02-28", "");
}
