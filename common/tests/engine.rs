//! The engine's rules, each as a named claim.

use guide_common::customer::Birthday;
use guide_common::outcome::OutcomeCode::*;
use guide_common::sop::engine::gone;
use guide_common::sop::gate::{HoldReason, holds};
use guide_common::sop::queue::{TermName, customer_day};
use guide_common::sop::rules::Rules;

use crate::story::{P01, Story, day, one_step, plan};

#[test]
fn every_step_is_due_in_its_window_both_ends_inclusive() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    story
        .check("2026-08-11", "")
        .check("2026-08-12", "thanks 08-12 wecom")
        .check("2026-08-13", "")
        .check("2026-08-14", "")
        .check("2026-08-15", "satisfaction 08-12 wecom")
        .check("2026-08-19", "satisfaction 08-12 wecom")
        .check("2026-08-20", "")
        .check("2026-09-01", "")
        .check("2026-09-02", "knowledge 08-12 wecom")
        .check("2026-09-16", "knowledge 08-12 wecom")
        .check("2026-09-17", "")
        .check("2026-11-11", "")
        .check("2026-11-12", "care 08-12 wecom")
        .check("2026-12-12", "care 08-12 wecom")
        .check("2026-12-13", "");
}

#[test]
fn months_are_clamped_to_the_months_end_and_counted_from_the_anchor() {
    // 30 November + 3 months = 28 February, + 4 months = 30 March
    let story = Story::p01().buy("2025-11-30", 50_000);
    story.check("2026-02-27", "").check("2026-02-28", "care 11-30 wecom").check("2026-03-30", "care 11-30 wecom");
    story.check("2026-03-31", "");
    // 31 January + 3 months = 30 April
    Story::p01().buy("1997-01-31", 50_000).check("1997-04-29", "").check("1997-04-30", "care 01-31 wecom");
}

#[test]
fn in_a_leap_year_november_30_plus_3_months_is_february_29() {
    let story = Story::p01().buy("2027-11-30", 50_000);
    story.check("2028-02-28", "").check("2028-02-29", "care 11-30 wecom");
}

#[test]
fn purchases_of_one_day_are_one_anchor_and_their_amounts_are_summed() {
    let story = Story::p01().buy("2026-08-12", 16_000).buy("2026-08-12", 14_000);
    story.check("2026-08-12", "thanks 08-12 wecom");
}

#[test]
fn a_day_below_the_minimum_starts_nothing() {
    Story::p01().buy("2026-08-12", 29_999).check("2026-08-12", "");
}

#[test]
fn a_day_below_the_minimum_supersedes_nothing() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-16", 29_999);
    story.check("2026-08-16", "satisfaction 08-12 wecom");
}

#[test]
fn a_second_purchase_supersedes_open_steps_but_not_those_to_keep() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-16", 50_000);
    story.check("2026-08-15", "satisfaction 08-12 wecom").check("2026-08-16", "thanks 08-16 wecom");
    let keep = plan(&P01.replace("until = \"0d\"", "until = \"+9d\""));
    let story = Story::new(vec![keep]).buy("2026-08-12", 50_000).buy("2026-08-16", 50_000);
    story.check("2026-08-17", "thanks 08-12 wecom, thanks 08-16 wecom");
}

#[test]
fn a_second_purchase_supersedes_steps_that_are_not_yet_due() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-14", 50_000);
    story.check("2026-09-02", "").check("2026-09-04", "knowledge 08-14 wecom").check("2026-11-13", "");
    story.check("2026-11-14", "care 08-14 wecom");
}

#[test]
fn what_was_done_stays_done_after_a_second_purchase() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Interested, &["satisfaction"]);
    story.buy("2026-08-16", 50_000).check("2026-08-16", "thanks 08-16 wecom");
}

#[test]
fn with_restart_every_each_anchor_has_its_own_run() {
    let every = plan(&P01.replace("\"supersede\"", "\"every\""));
    let story = Story::new(vec![every]).buy("2026-08-12", 50_000).buy("2026-08-14", 50_000);
    story.check("2026-08-17", "satisfaction 08-12 wecom, satisfaction 08-14 wecom");
}

#[test]
fn with_restart_once_only_the_first_anchor_starts_a_run() {
    let once = plan(&P01.replace("\"supersede\"", "\"once\""));
    let story = Story::new(vec![once]).buy("2026-08-12", 50_000).buy("2026-08-14", 50_000);
    story.check("2026-08-17", "satisfaction 08-12 wecom").check("2026-11-14", "care 08-12 wecom");
}

#[test]
fn a_returned_purchase_ends_its_run_from_that_day() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-17", -50_000);
    story.check("2026-08-16", "satisfaction 08-12 wecom").check("2026-08-17", "").check("2026-09-02", "");
}

#[test]
fn a_purchase_returned_on_its_own_day_starts_nothing() {
    Story::p01().buy("2026-08-12", 50_000).buy("2026-08-12", -50_000).check("2026-08-12", "");
}

#[test]
fn the_run_that_a_returned_purchase_superseded_counts_again() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-14", 60_000).buy("2026-08-16", -60_000);
    story.check("2026-08-15", "").check("2026-08-16", "satisfaction 08-12 wecom");
    story.check("2026-11-12", "care 08-12 wecom");
}

#[test]
fn a_part_returned_leaves_the_anchor_while_the_rest_meets_the_minimum() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-13", -20_000);
    story.check("2026-08-15", "satisfaction 08-12 wecom");
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-13", -20_001);
    story.check("2026-08-15", "");
}

#[test]
fn a_return_takes_back_the_sale_that_it_names() {
    let mut story = Story::p01().buy("2026-08-01", 50_000).buy("2026-08-12", 50_000).buy("2026-08-13", -50_000);
    story.file.purchases[0].sale_no = Some("S1".to_owned());
    story.file.purchases[2].returns_sale_no = Some("S1".to_owned());
    story.check("2026-08-15", "satisfaction 08-12 wecom");
}

#[test]
fn facts_after_today_do_not_exist() {
    let story = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-16", 50_000);
    let story = story.log("2026-08-19", DoNotContact, &["satisfaction"]);
    // the purchase of the 16th, and the outcome of the 19th, are unknown on the 15th and the 18th
    story.check("2026-08-15", "satisfaction 08-12 wecom");
    assert!(holds(&story.file, &story.rules, day("2026-08-18")).is_empty());
    assert_eq!(holds(&story.file, &story.rules, day("2026-08-19"))[0].reason, HoldReason::DoNotContact);
}

#[test]
fn outcomes_1_to_5_and_8_close_the_due_as_done() {
    for code in [Interested, Appointment, Visited, NoNeed] {
        let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", code, &["satisfaction"]);
        story.check("2026-08-15", "").check("2026-08-16", "").check("2026-09-02", "knowledge 08-12 wecom");
    }
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Complaint, &["satisfaction"]);
    story.check("2026-08-16", "");
}

#[test]
fn a_reported_purchase_is_provisional_until_an_imported_one_replaces_it() {
    let bought = |story: Story| {
        story.log_with("2026-08-15", Bought, &["satisfaction"], |outcome| outcome.amount_fen = Some(40_000))
    };
    let story = bought(Story::p01().buy("2026-08-12", 50_000));
    story.check("2026-08-15", "thanks 08-15 wecom").check("2026-08-18", "satisfaction 08-15 wecom");
    // the import of the next day says what was really paid: too little for the plan
    let story = bought(Story::p01().buy("2026-08-12", 50_000)).buy("2026-08-16", 10_000);
    story.check("2026-08-18", "").check("2026-09-02", "knowledge 08-12 wecom");
}

#[test]
fn no_need_rests_promotions_for_sixty_days_and_lets_service_go_on() {
    let promo = one_step("every", "on = \"purchase\"", "offset = \"0d\"\nuntil = \"+4m\"\npurpose = \"promo\"");
    let story = Story::new(vec![plan(P01), promo]).buy("2026-08-12", 50_000);
    let story = story.log("2026-08-15", NoNeed, &["satisfaction"]);
    let held = |on: &str| customer_day(&story.file, &story.rules, day(on)).held;
    assert_eq!(held("2026-08-14").len(), 0);
    for on in ["2026-08-15", "2026-10-13"] {
        let rows = held(on);
        assert_eq!(rows[0].hold.reason, HoldReason::PromoRest, "{on}");
        assert_eq!(rows[0].hold.until_on, Some(day("2026-10-14")));
    }
    assert_eq!(held("2026-10-14").len(), 0);
    assert!(customer_day(&story.file, &story.rules, day("2026-09-02")).task.is_some());
}

#[test]
fn no_reply_opens_the_next_attempt_two_days_later_over_the_next_channel() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    story.check("2026-08-15", "").check("2026-08-16", "").check("2026-08-17", "satisfaction 08-12#1 phone");
    let story = story.log("2026-08-17", NoReply, &["satisfaction"]);
    story.check("2026-08-18", "").check("2026-08-19", "satisfaction 08-12#2 phone").check("2026-08-20", "");
}

#[test]
fn no_reply_opens_at_most_two_further_attempts() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log("2026-11-12", NoReply, &["care"]).log("2026-11-14", NoReply, &["care"]);
    story.check("2026-11-16", "care 08-12#2 phone");
    story.log("2026-11-16", NoReply, &["care"]).check("2026-11-18", "").check("2026-11-30", "");
}

#[test]
fn no_reply_never_opens_an_attempt_past_the_window() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-18", NoReply, &["satisfaction"]);
    story.check("2026-08-19", "").check("2026-08-20", "").check("2026-08-21", "");
}

#[test]
fn call_later_opens_the_next_attempt_on_the_chosen_date_for_three_days_more() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log_with("2026-08-15", CallLater, &["satisfaction"], |o| o.next_on = Some(day("2026-08-25")));
    story.check("2026-08-19", "").check("2026-08-24", "").check("2026-08-25", "satisfaction 08-12#1 wecom");
    story.check("2026-08-28", "satisfaction 08-12#1 wecom").check("2026-08-29", "");
}

#[test]
fn a_postponed_step_is_superseded_like_any_other() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let story = story.log_with("2026-08-15", CallLater, &["satisfaction"], |o| o.next_on = Some(day("2026-08-25")));
    story.buy("2026-08-22", 50_000).check("2026-08-25", "satisfaction 08-22 wecom");
}

#[test]
fn an_open_complaint_holds_everything_until_it_is_closed() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Complaint, &["satisfaction"]);
    let day_of = |story: &Story, on: &str| customer_day(&story.file, &story.rules, day(on));
    let held = day_of(&story, "2026-09-02");
    assert!(held.task.is_none());
    assert_eq!(held.held[0].hold.reason, HoldReason::OpenComplaint);
    let story = story.close_complaint("2026-09-03");
    assert!(day_of(&story, "2026-09-02").task.is_none(), "it was open on the day before");
    assert!(day_of(&story, "2026-09-03").task.is_some());
}

#[test]
fn do_not_contact_ends_every_run_of_the_customer() {
    let other = one_step("every", "on = \"purchase\"", "offset = \"0d\"\nuntil = \"+4m\"");
    let story = Story::new(vec![plan(P01), other]).buy("2026-08-12", 50_000);
    let story = story.log("2026-08-15", DoNotContact, &["satisfaction"]);
    story.check("2026-08-15", "").check("2026-09-02", "").check("2026-11-12", "");
    // a later purchase starts a run, which the gate holds: it is never missing
    let story = story.buy("2026-09-10", 50_000);
    let held = customer_day(&story.file, &story.rules, day("2026-09-10"));
    assert!(held.task.is_none());
    assert_eq!(held.held[0].hold.reason, HoldReason::DoNotContact);
}

#[test]
fn skipped_closes_the_due() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Skipped, &["satisfaction"]);
    story.check("2026-08-16", "").check("2026-09-02", "knowledge 08-12 wecom");
}

#[test]
fn an_undone_outcome_never_was_from_the_day_of_the_undo_on() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", NoReply, &["satisfaction"]);
    let before = story.due_on("2026-08-17");
    let story = story.undo_last("2026-08-16");
    story.check("2026-08-15", "").check("2026-08-16", "satisfaction 08-12 wecom");
    story.check("2026-08-17", "satisfaction 08-12 wecom");
    assert_eq!(before, "satisfaction 08-12#1 phone");
}

#[test]
fn an_outcome_of_ends_on_ends_the_run_for_whatever_reason_the_contact_was_made() {
    let ends = plan(&P01.replace("\"do_not_contact\", \"returned\"", "\"visited\""));
    let story = Story::new(vec![ends]).buy("2026-08-12", 50_000).log("2026-08-20", Visited, &[]);
    story.check("2026-08-19", "satisfaction 08-12 wecom").check("2026-09-02", "");
}

#[test]
fn a_contact_without_a_task_closes_nothing() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Interested, &[]);
    story.check("2026-08-15", "satisfaction 08-12 wecom");
}

#[test]
fn a_due_that_has_gone_is_named_as_gone() {
    let story = Story::p01().buy("2026-08-12", 50_000);
    let ids = story.due_ids("2026-08-15", &["satisfaction"]);
    assert_eq!(gone(&story.file, &story.rules, &ids, day("2026-08-16")), []);
    assert_eq!(gone(&story.file, &story.rules, &ids, day("2026-08-20")), ids, "expired");
    let bought = Story::p01().buy("2026-08-12", 50_000).buy("2026-08-16", 50_000);
    assert_eq!(gone(&bought.file, &bought.rules, &ids, day("2026-08-16")), [], "the contact may have come first");
    assert_eq!(gone(&bought.file, &bought.rules, &ids, day("2026-08-17")), ids, "superseded the day before");
    let done = story.log("2026-08-15", Interested, &["satisfaction"]);
    assert_eq!(gone(&done.file, &done.rules, &ids, day("2026-08-16")), ids, "done");
}

#[test]
fn open_steps_of_one_customer_are_merged_to_one_task() {
    let every = plan(&P01.replace("\"supersede\"", "\"every\""));
    let story = Story::new(vec![every]).buy("2026-08-12", 50_000).buy("2026-08-15", 50_000);
    let task = customer_day(&story.file, &story.rules, day("2026-08-15")).task.unwrap();
    assert_eq!(task.dues.len(), 2);
    let story = story.log("2026-08-15", Interested, &["satisfaction", "thanks"]);
    assert_eq!(customer_day(&story.file, &story.rules, day("2026-08-15")).task, None);
}

#[test]
fn a_score_is_the_sum_of_its_terms() {
    let story = Story::p01().buy("2026-08-12", 5_000_000);
    let task = customer_day(&story.file, &story.rules, day("2026-08-18")).task.unwrap();
    assert_eq!(task.score, task.terms.iter().map(|term| term.points).sum::<i64>());
    let names: Vec<_> = task.terms.iter().map(|term| (term.name, term.points)).collect();
    let expected =
        [(TermName::WindowClosing, 60), (TermName::Lateness, 9), (TermName::Value, 100), (TermName::Priority, 80)];
    assert_eq!(names, expected);
}

#[test]
fn a_promise_is_due_on_its_day_and_overdue_after_it() {
    let promise = one_step("every", "on = \"promise\"", "offset = \"0d\"\nuntil = \"+14d\"\npurpose = \"answer\"");
    let story = Story::new(vec![promise]).promise("2026-08-01", "2026-08-10");
    story.check("2026-08-09", "").check("2026-08-10", "s 08-10 wecom").check("2026-08-12", "s 08-10 wecom");
    let task = customer_day(&story.file, &story.rules, day("2026-08-12")).task.unwrap();
    assert_eq!(task.terms[0].name, TermName::PromiseOverdue);
    story.keep_promise("2026-08-12").check("2026-08-12", "").check("2026-08-13", "");
}

#[test]
fn two_promises_for_one_day_are_two_dues() {
    let promise = one_step("every", "on = \"promise\"", "offset = \"0d\"\nuntil = \"+14d\"");
    let story = Story::new(vec![promise]).promise("2026-08-01", "2026-08-10").promise("2026-08-02", "2026-08-10");
    story.check("2026-08-10", "s 08-10 wecom, s 08-10 wecom");
}

#[test]
fn a_step_before_the_promise_was_made_never_was() {
    let promise = one_step("every", "on = \"promise\"", "offset = \"-7d\"\nuntil = \"-1d\"");
    let story = Story::new(vec![promise]).promise("2026-08-08", "2026-08-10");
    story.check("2026-08-07", "").check("2026-08-08", "s 08-10 wecom").check("2026-08-10", "");
}

#[test]
fn a_birthday_is_wished_each_year_and_on_28_february_where_there_is_no_29th() {
    let wish = one_step("every", "on = \"birthday\"", "offset = \"0d\"\nuntil = \"0d\"");
    let mut story = Story::new(vec![wish]);
    story.file.customer.birthday = Birthday::solar(Some(1992), 2, 29);
    story.check("2026-02-28", "s 02-28 wecom").check("2026-03-01", "").check("2028-02-29", "s 02-29 wecom");
    story.check("2028-02-28", "");
}

#[test]
fn a_window_before_a_birthday_reaches_over_the_new_year() {
    let early = one_step("every", "on = \"birthday\"", "offset = \"-7d\"\nuntil = \"-2d\"");
    let mut story = Story::new(vec![early]);
    story.file.customer.birthday = Birthday::solar(None, 1, 3);
    story.check("2026-12-26", "").check("2026-12-27", "s 01-03 wecom").check("2027-01-01", "s 01-03 wecom");
    story.check("2027-01-02", "");
}

#[test]
fn an_edited_plan_never_repeats_a_step_that_was_done() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-15", Interested, &["satisfaction"]);
    let mut story = story;
    story.rules = Rules::new(vec![plan(&P01.replace("version = 1", "version = 2").replace("\"+7d\"", "\"+20d\""))]);
    story.check("2026-08-20", "");
}
