//! Reports: what counts where.

use guide_common::outcome::OutcomeCode::*;
use guide_common::report::{Figures, report};
use guide_common::time::Period;

use crate::story::{Story, day, sop};

fn figures(story: &Story, from: &str, to: &str, today: &str) -> Figures {
    let period = Period::new(day(from), day(to)).unwrap();
    let report = report(std::iter::once(&story.file), &story.rules, period, day(today), None);
    assert_eq!(report.total.due, report.total.sum_of_columns());
    report.total
}

/// due, done, on time, skipped, not reached, expired, superseded, ended, open
type Row = [u64; 9];

#[track_caller]
fn check(story: &Story, from: &str, to: &str, expected: Row) {
    let f = figures(story, from, to, "2030-01-01");
    let row = [f.due, f.done, f.on_time, f.skipped, f.not_reached, f.expired, f.superseded, f.ended, f.open];
    assert_eq!(row, expected, "{from} to {to}");
}

#[test]
fn each_step_open_in_the_period_stands_in_one_column() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", Interested, &["thanks"]);
    check(&story, "2026-08-12", "2026-08-12", [1, 1, 1, 0, 0, 0, 0, 0, 0]);
    check(&story, "2026-08-12", "2026-08-15", [2, 1, 1, 0, 0, 0, 0, 0, 1]);
    check(&story, "2026-08-13", "2026-08-14", [0; 9]);
    check(&story, "2026-08-13", "2026-08-20", [1, 0, 0, 0, 0, 1, 0, 0, 0]);
}

#[test]
fn what_is_open_at_the_end_counts_again_in_the_next_period() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-18", Interested, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-08-16", [1, 0, 0, 0, 0, 0, 0, 0, 1]);
    check(&story, "2026-08-17", "2026-08-18", [1, 1, 1, 0, 0, 0, 0, 0, 0]);
    check(&story, "2026-08-19", "2026-08-20", [0; 9]);
}

#[test]
fn a_step_superseded_before_it_opened_is_not_counted() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-17", 50_000);
    // thanks of both expire, satisfaction of the first is superseded after two days, that of the second expires
    check(&story, "2026-08-12", "2026-08-31", [4, 0, 0, 0, 0, 3, 1, 0, 0]);
    check(&story, "2026-08-17", "2026-08-31", [2, 0, 0, 0, 0, 2, 0, 0, 0]);
}

#[test]
fn the_attempts_of_one_step_are_one_due_placed_by_the_last() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-08-15", [1, 0, 0, 0, 0, 0, 0, 0, 1]);
    let story = story.log("2026-08-17", Interested, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-08-17", [1, 1, 1, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn without_an_attempt_left_the_step_is_not_reached() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-19", NoReply, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-08-31", [1, 0, 0, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn on_time_is_by_the_step_s_own_day_before_any_postponement() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log_with("2026-08-15", CallLater, &["satisfaction"], |o| o.next_on = Some(day("2026-08-25")));
    let story = story.log("2026-08-25", Interested, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-08-31", [1, 1, 0, 0, 0, 0, 0, 0, 0]);
    check(&story, "2026-08-15", "2026-08-20", [1, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn do_not_contact_and_returns_end_what_was_open() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", DoNotContact, &["satisfaction"]);
    check(&story, "2026-08-15", "2026-12-31", [1, 0, 0, 0, 0, 0, 0, 1, 0]);
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-16", -50_000);
    check(&story, "2026-08-13", "2026-12-31", [1, 0, 0, 0, 0, 0, 0, 1, 0]);
    check(&story, "2026-08-16", "2026-12-31", [0; 9]);
}

#[test]
fn a_run_returned_while_it_was_superseded_is_not_open_again_when_the_newer_one_is_returned_too() {
    let story = Story::p01().buy("2026-01-01", 57_000).buy("2026-01-02", 30_000);
    let story = story.buy("2026-03-02", -57_000).buy("2026-04-03", -27_000);
    // only the care step of the second run was ever open, on 2 April
    check(&story, "2026-03-18", "2026-04-03", [1, 0, 0, 0, 0, 0, 0, 1, 0]);
}

#[test]
fn a_repetition_that_had_opened_when_its_tag_was_taken_away_ended() {
    let plan = sop("repeat = '+10d'", &["on = 'tagged'; group = 'OCC'"], &["offset = '-2d'; until = '+6d'"]);
    let story = Story::new(vec![plan]).tag("2026-08-01", "OCC:婚嫁").untag("2026-08-10", "OCC:婚嫁");
    // that of the eleventh had been open on the ninth, that of the twenty-first never came to be
    check(&story, "2026-08-09", "2026-08-10", [1, 0, 0, 0, 0, 0, 0, 1, 0]);
    check(&story, "2026-08-10", "2026-09-30", [0; 9]);
}

#[test]
fn what_came_to_be_on_a_day_that_forbade_contacts_was_never_due() {
    let story = Story::p01().contact("2026-08-12", DoNotContact, |_| {}).buy("2026-08-12", 50_000);
    check(&story, "2026-08-12", "2026-12-31", [0; 9]);
    // what that contact itself closed was
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", DoNotContact, &["thanks"]);
    check(&story, "2026-08-12", "2026-12-31", [1, 0, 0, 0, 0, 0, 0, 1, 0]);
}

#[test]
fn what_one_contact_starts_and_ends_at_once_was_never_due() {
    let recovery = sop("", &["on = 'outcome'; max_score = 3"], &["offset = '0d'; until = '+5d'"]);
    let story = Story::new(vec![recovery]).contact("2026-08-15", DoNotContact, |outcome| outcome.score = Some(2));
    check(&story, "2026-08-15", "2026-08-31", [0; 9]);
}

#[test]
fn a_report_is_as_of_the_end_of_its_last_day_or_of_today() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-18", Interested, &["satisfaction"]);
    assert_eq!(figures(&story, "2026-08-15", "2026-08-31", "2026-08-16").open, 1);
    assert_eq!(figures(&story, "2026-08-15", "2026-08-31", "2026-08-18").done, 1);
    assert_eq!(figures(&story, "2026-08-15", "2026-08-31", "2026-08-16").outcomes.len(), 0);
}

#[test]
fn an_undone_outcome_and_its_undo_are_counted_by_neither_column() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log("2026-08-15", NoNeed, &["satisfaction"]).undo_last("2026-08-15");
    let figures = figures(&story, "2026-08-15", "2026-08-16", "2026-08-16");
    assert_eq!((figures.open, figures.done, figures.outcomes.len()), (1, 0, 0));
}

#[test]
fn a_merged_contact_counts_once_in_the_total_and_closes_each_step() {
    let every = crate::story::plan(&crate::story::P01.replace("\"supersede\"", "\"every\""));
    let story = Story::new(vec![every]).buy("2026-08-12", 50_000).buy("2026-08-15", 50_000);
    let story = story.log_with("2026-08-15", Interested, &["satisfaction", "thanks"], |o| o.score = Some(5));
    let figures = figures(&story, "2026-08-15", "2026-08-15", "2026-08-15");
    assert_eq!((figures.done, figures.outcomes[&Interested], figures.satisfaction), (2, 1, [0, 0, 0, 0, 1]));
}
