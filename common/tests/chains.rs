//! Runs that outcomes start: by code and score, of another plan's steps, as its recovery; and those of promises.

use guide_common::consent::SecretSide;
use guide_common::outcome::OutcomeCode::*;

use crate::story::{Story, day, one_step, sop};

/// A story of one plan of one step that is open for a while after its anchor.
fn open_for(trigger: &str, step: &str) -> Story {
    Story::new(vec![sop("", &[trigger], &[step])])
}

/// A step that is due on the anchor's day only.
const THAT_DAY: &str = "offset = '0d'; until = '0d'";

/// The days on which a plan is due that an outcome of the 10th starts.
fn after_outcome(trigger: &str, code: guide_common::outcome::OutcomeCode, score: Option<u8>) -> String {
    let story = open_for(&format!("on = 'outcome'; {trigger}"), "offset = '+1d'; until = '+2d'");
    story.contact("2026-08-10", code, |outcome| outcome.score = score).due_days("2026-08-01", "2026-08-31")
}

#[test]
fn an_outcome_starts_a_run_by_code_or_score() {
    assert_eq!(after_outcome("codes = ['visited', 'no_need']", NoNeed, None), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['visited']", NoNeed, None), "");
    for (score, expected) in
        [(None, ""), (Some(2), ""), (Some(3), "08-11..08-12"), (Some(4), "08-11..08-12"), (Some(5), "")]
    {
        assert_eq!(after_outcome("min_score = 3; max_score = 4", Interested, score), expected, "{score:?}");
    }
    // with codes and a score either will do
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", Complaint, None), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", NoNeed, Some(3)), "08-11..08-12");
    assert_eq!(after_outcome("codes = ['complaint']; max_score = 3", NoNeed, Some(4)), "");
    assert_eq!(after_outcome("", Complaint, Some(1)), "", "only a recovery calls it");
}

#[test]
fn two_outcomes_of_one_day_are_two_anchors() {
    let story = open_for("on = 'outcome'; codes = ['visited']", "offset = '+1d'; until = '+2d'");
    let story = story.contact("2026-08-10", Visited, |_| {}).contact("2026-08-10", Visited, |_| {});
    story.check("2026-08-11", "s 08-10 wecom, s 08-10 wecom");
}

/// Plan A's steps `a`, `a2`; plan B waits for A, plan C for B.
fn chain(trigger: &str) -> Story {
    let a = sop(
        "id = 'A'",
        &["on = 'purchase'"],
        &["id = 'a'; offset = '0d'; until = '+5d'", "id = 'a2'; offset = '0d'; until = '+5d'"],
    );
    let b = sop("id = 'B'", &[trigger], &["id = 'b'; offset = '+1d'; until = '+5d'"]);
    let c = sop("id = 'C'", &["on = 'outcome'; plan = 'B'"], &["id = 'c'; offset = '+1d'; until = '+5d'"]);
    // those who wait stand before those for whom they wait
    Story::new(vec![c, b, a]).buy("2026-08-01", 100)
}

#[test]
fn an_outcome_of_another_plan_starts_a_run_and_its_outcome_the_next_one() {
    let story = chain("on = 'outcome'; plan = 'A'").log("2026-08-02", Interested, &["a", "a2"]);
    story.check("2026-08-03", "b 08-02 wecom");
    let story = story.log("2026-08-03", NoNeed, &["b"]);
    story.check("2026-08-04", "c 08-03 wecom").check("2026-08-08", "c 08-03 wecom").check("2026-08-09", "");
}

#[test]
fn an_outcome_of_another_step_or_of_no_step_starts_nothing() {
    let story = chain("on = 'outcome'; plan = 'A'; step = 'a2'");
    story.log("2026-08-02", Interested, &["a"]).check("2026-08-03", "a2 08-01 wecom");
    let story = chain("on = 'outcome'; plan = 'A'; step = 'a2'");
    story.log("2026-08-02", Interested, &["a2"]).check("2026-08-03", "a 08-01 wecom, b 08-02 wecom");
    let free = chain("on = 'outcome'; plan = 'A'").contact("2026-08-02", Interested, |_| {});
    free.check("2026-08-03", "a 08-01 wecom, a2 08-01 wecom");
}

#[test]
fn what_was_undone_started_no_chain() {
    let story = chain("on = 'outcome'; plan = 'A'").log("2026-08-02", Interested, &["a", "a2"]);
    let story = story.log("2026-08-03", Interested, &["b"]);
    let first = story.file.facts[0].id;
    let mut story = story;
    let undo = guide_common::op::Undo { on: day("2026-08-04"), op_id: first };
    story.apply("2026-08-04", guide_common::op::OpBody::Undo(undo));
    // the outcome of b stays in the log, but there is no run of B that it could have closed
    story.check("2026-08-04", "a 08-01 wecom, a2 08-01 wecom");
}

#[test]
fn a_plan_that_waits_remembers_until_its_branches_are_over() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+1d'"]);
    let b = "id = 'b'; offset = '0d'; until = '+2d'; positive = ['b2']";
    let b = sop(
        "id = 'B'",
        &["on = 'outcome'; plan = 'A'"],
        &[b, "id = 'b2'; from = 'outcome'; offset = '+5d'; until = '+6d'"],
    );
    let story = Story::new(vec![a, b]).buy("2026-01-01", 100).log("2026-01-01", Interested, &["a"]);
    story.log("2026-01-03", Interested, &["b"]).check_days("2026-01-04", "2026-02-28", "01-08..01-09");
}

#[test]
fn a_plan_that_waits_and_rests_remembers_what_lies_before_its_window() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+2d'"]);
    let b = |head: &str| {
        sop(&format!("id = 'B'; {head}"), &["on = 'outcome'; plan = 'A'"], &["id = 'b'; offset = '+1d'; until = '+2d'"])
    };
    let told = |head: &str| {
        let story = Story::new(vec![a.clone(), b(head)]).buy("2026-01-01", 100).log("2026-01-01", Interested, &["a"]);
        let story = story.buy("2026-03-01", 100).log("2026-03-01", Interested, &["a"]);
        story.buy("2026-07-01", 100).log("2026-07-01", Interested, &["a"]).due_days("2026-01-01", "2026-07-31")
    };
    assert_eq!(told(""), "01-02..01-03, 03-02..03-03, 07-02..07-03");
    assert_eq!(told("rest = '+180d'"), "01-02..01-03, 07-02..07-03");
    assert_eq!(told("restart = 'once'"), "01-02..01-03");
    assert_eq!(told("repeat = '+2m'; restart = 'supersede'"), "01-02..01-03, 03-02..03-03, 05-02..05-03, 07-02..07-03");
}

#[test]
fn a_plan_that_waits_remembers_as_long_as_its_steps_are_open() {
    let a = sop("id = 'A'", &["on = 'lead'"], &["id = 'a'; offset = '0d'; until = '+2d'"]);
    let b = sop(
        "id = 'B'",
        &["on = 'outcome'; plan = 'A'"],
        &["id = 'b'; from = 'wedding_on'; offset = '-30d'; until = '-20d'"],
    );
    let mut story = Story::new(vec![a, b]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story.file.customer.wedding_on = Some(day("2026-10-31"));
    story.log("2026-01-01", Interested, &["a"]).check_days("2026-01-02", "2026-12-31", "10-01..10-11");
}

// recovery

#[test]
fn a_bad_score_or_a_complaint_calls_the_recovery_that_the_step_names() {
    let a = sop("id = 'A'", &["on = 'purchase'"], &["id = 'a'; offset = '0d'; until = '+5d'; recovery = 'R'"]);
    let r = sop(
        "id = 'R'; recovery = true",
        &["on = 'outcome'"],
        &["id = 'r'; offset = '0d'; until = '+1d'; purpose = 'answer'"],
    );
    let story = || Story::new(vec![a.clone(), r.clone()]).buy("2026-08-01", 100);
    let scored = |score| story().log_with("2026-08-02", NoNeed, &["a"], |o| o.score = Some(score));
    scored(3).check_days("2026-08-02", "2026-08-31", "08-02..08-03");
    scored(4).check_days("2026-08-02", "2026-08-31", "");
    story().log("2026-08-02", Complaint, &["a"]).check_days("2026-08-02", "2026-08-31", "08-02..08-03");
    story().contact("2026-08-02", Complaint, |_| {}).check("2026-08-02", "a 08-01 wecom");
}

#[test]
fn hours_count_from_the_instant_of_the_outcome() {
    let story = open_for(
        "on = 'outcome'; codes = ['complaint']",
        "offset = '0d'; until = '+5d'; within = '24h'; purpose = 'answer'",
    );
    // logged at ten in the morning: until ten of the next day
    let story = story.contact("2026-08-10", Complaint, |_| {});
    story.check_days("2026-08-01", "2026-08-31", "08-10..08-11");
    let due = &guide_common::sop::engine::dues(&story.file, &story.rules, day("2026-08-11"))[0];
    assert_eq!(due.deadline_at.unwrap().format("%m-%d %H:%M").to_string(), "08-11 10:00");
}

#[test]
fn a_clock_that_is_behind_hides_no_recovery() {
    let story = open_for(
        "on = 'outcome'; codes = ['complaint']",
        "offset = '0d'; until = '+5d'; within = '24h'; purpose = 'answer'",
    );
    let mut story = story.contact("2026-08-10", Complaint, |_| {});
    story.file.facts[0].at = "1970-01-01T00:00:00Z".parse().unwrap();
    story.check("2026-08-10", "s 08-10 wecom");
}

// promises

#[test]
fn a_promise_made_again_after_it_was_taken_back_is_one_due() {
    let story = one_step("every", "on = 'promise'", "offset = '0d'\nuntil = '+14d'");
    let story = Story::new(vec![story]).promise("2026-08-01", "2026-08-10").undo_last("2026-08-02");
    story.check_days("2026-08-02", "2026-08-31", "");
    story.promise("2026-08-02", "2026-08-11").check_days("2026-08-02", "2026-08-31", "08-11..08-25");
}

#[test]
fn a_secret_says_nothing_of_what_starts() {
    let story = open_for("on = 'purchase'", THAT_DAY).buy("2026-08-12", 100);
    story.secret("2026-08-12", "2026-08-20", SecretSide::Giver, None).check("2026-08-12", "s 08-12 wecom");
}
