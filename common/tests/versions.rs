//! Published versions of a plan: what running customers follow, and that nothing that was done is done again.

use guide_common::customer::Birthday;
use guide_common::outcome::OutcomeCode::*;
use guide_common::purchase::Item;
use guide_common::sop::plan::{Earlier, Plan};

use crate::story::{Story, day, sop};

/// A version whose earlier one goes on for anchors before a day.
fn keep(before_on: &str, earlier: &Plan, plan: Plan) -> Plan {
    Plan { version: 2, earlier: Some(Box::new(Earlier { before_on: day(before_on), plan: earlier.clone() })), ..plan }
}

fn publish(mut story: Story, plan: Plan) -> Story {
    story.rules = story.rules.with_plans(vec![plan]);
    story
}

fn purchase(head: &str, steps: &[&str]) -> Plan {
    sop(head, &["on = 'purchase'"], steps)
}

#[test]
fn runs_that_began_before_a_version_follow_the_earlier_one_to_their_end() {
    let first = purchase("", &["offset = '+3d'; until = '+5d'"]);
    let second = keep("2026-01-10", &first, purchase("", &["offset = '+10d'; until = '+12d'"]));
    let story = Story::new(vec![second]).buy("2026-01-09", 100).buy("2026-01-10", 100);
    story.check_days("2026-01-01", "2026-02-28", "01-12..01-14, 01-20..01-22");
}

#[test]
fn of_three_versions_each_anchor_follows_its_own() {
    let step = |days: u32| purchase("", &[&format!("offset = '+{days}d'; until = '+{days}d'")]);
    let second = keep("2026-01-10", &step(1), step(2));
    let third = keep("2026-01-20", &second, step(3));
    let story = Story::new(vec![third]).buy("2026-01-05", 100).buy("2026-01-15", 100).buy("2026-01-25", 100);
    story.check_days("2026-01-01", "2026-02-28", "01-06, 01-17, 01-28");
}

#[test]
fn an_anchor_that_only_one_version_s_trigger_meets_starts_a_run_in_its_time() {
    let of =
        |min: u32| sop("", &[&format!("on = 'purchase'; min_amount_fen = {min}")], &["offset = '0d'; until = '0d'"]);
    let story = || Story::new(vec![keep("2026-01-10", &of(100), of(300))]);
    story().buy("2026-01-05", 200).buy("2026-01-15", 200).check_days("2026-01-01", "2026-01-31", "01-05");
    story().buy("2026-01-05", 50).buy("2026-01-15", 300).check_days("2026-01-01", "2026-01-31", "01-15");
}

#[test]
fn restart_joins_the_runs_of_all_versions() {
    let plan = |restart: &str| purchase(&format!("restart = '{restart}'"), &["offset = '0d'; until = '+30d'"]);
    let story = |restart: &str| {
        let version = keep("2026-01-10", &plan(restart), plan(restart));
        Story::new(vec![version]).buy("2026-01-05", 100).buy("2026-01-15", 100)
    };
    story("every").check("2026-01-20", "s 01-05 wecom, s 01-15 wecom");
    story("supersede").check("2026-01-14", "s 01-05 wecom").check("2026-01-20", "s 01-15 wecom");
    story("once").check("2026-01-20", "s 01-05 wecom");
    // the newer purchase returned: the run of the earlier version counts again
    let back = story("supersede").buy("2026-01-17", -100);
    back.check("2026-01-16", "s 01-15 wecom").check("2026-01-17", "s 01-05 wecom");
}

#[test]
fn supersede_and_return_cross_versions_with_what_was_done() {
    let plan =
        || purchase("restart = 'supersede'", &["offset = '0d'; until = '+30d'", "offset = '+2d'; until = '+30d'"]);
    let story = Story::new(vec![keep("2026-01-10", &plan(), plan())]).buy("2026-01-05", 100);
    let story = story.log("2026-01-08", Interested, &["s"]).buy("2026-01-15", 200);
    let story = story.log("2026-01-16", Interested, &["s"]).buy("2026-01-20", -200);
    story.check("2026-01-19", "s2 01-15 wecom").check("2026-01-20", "s2 01-05 wecom");
}

#[test]
fn rest_is_kept_over_versions() {
    let plan = || purchase("rest = '+30d'", &["offset = '0d'; until = '0d'"]);
    let story = Story::new(vec![keep("2026-01-10", &plan(), plan())]).buy("2026-01-05", 100).buy("2026-01-15", 100);
    story.buy("2026-02-04", 100).check_days("2026-01-01", "2026-02-28", "01-05, 02-04");
}

#[test]
fn a_step_that_was_done_is_not_repeated_by_a_version_that_moves_it() {
    for (offset, until) in
        [("+10d", "+20d"), ("0d", "+30d"), ("+3d", "+20d"), ("-5d", "+9d"), ("+4d", "+5d"), ("0d", "+2d")]
    {
        let story = Story::new(vec![purchase("", &["offset = '+3d'; until = '+7d'"])]).buy("2026-01-01", 100);
        let story = story.log("2026-01-05", Interested, &["s"]);
        let moved = publish(story, purchase("version = 2", &[&format!("offset = '{offset}'; until = '{until}'")]));
        moved.check_days("2026-01-05", "2026-03-31", "");
    }
}

#[test]
fn a_greeting_that_was_sent_early_is_not_sent_again_by_a_version_that_moves_it() {
    let wish = |trigger: &str, offset: &str| sop("", &[trigger], &[&format!("offset = '{offset}'; until = '+9d'")]);
    let care = "on = 'purchase'; each_item = true; repeat_by_material = { '珍珠' = '+1m' }";
    for trigger in ["on = 'birthday'", "on = 'date'; date = '01-20'", care] {
        let mut story = Story::new(vec![wish(trigger, "-9d")]).buy("2025-12-20", 100);
        story.file.purchases[0].items = vec![Item { material: Some("珍珠".to_owned()), ..Item::default() }];
        story.file.customer.birthday = Birthday::solar(None, 1, 20);
        let story = story.log("2026-01-15", Interested, &["s"]);
        publish(story, wish(trigger, "0d")).check_days("2026-01-16", "2026-02-05", "");
    }
}

#[test]
fn an_attempt_that_was_made_is_not_repeated_by_a_version_that_moves_its_step() {
    let story = Story::new(vec![purchase("", &["offset = '+3d'; until = '+7d'"])]).buy("2026-01-01", 100);
    let story = story.log("2026-01-04", NoReply, &["s"]);
    let moved = publish(story, purchase("version = 2", &["offset = '+10d'; until = '+20d'"]));
    moved.check_days("2026-01-05", "2026-03-31", "01-11..01-21").check("2026-01-11", "s 01-01#1 wecom");
}

#[test]
fn a_version_that_drops_a_step_drops_its_dues_and_one_that_adds_it_again_does_not_repeat_it() {
    let both = purchase("", &["offset = '0d'; until = '+30d'", "offset = '0d'; until = '+30d'"]);
    let story = Story::new(vec![both.clone()]).buy("2026-01-01", 100).log("2026-01-05", Interested, &["s2"]);
    let story = publish(story, purchase("version = 2", &["offset = '0d'; until = '+30d'"]));
    story.check("2026-01-06", "s 01-01 wecom");
    publish(story, Plan { version: 3, ..both }).check("2026-01-07", "s 01-01 wecom");
}

#[test]
fn a_chain_follows_the_outcomes_of_earlier_versions_too() {
    let a =
        |until: &str| sop("id = 'A'", &["on = 'purchase'"], &[&format!("id = 'a'; offset = '0d'; until = '{until}'")]);
    let b = sop("id = 'B'", &["on = 'outcome'; plan = 'A'"], &["id = 'b'; offset = '+1d'; until = '+2d'"]);
    let story = Story::new(vec![b, keep("2026-01-10", &a("+30d"), a("+1d"))]).buy("2026-01-05", 100);
    story.log("2026-01-20", Interested, &["a"]).check("2026-01-21", "b 01-20 wecom");
}

#[test]
fn a_branch_is_taken_though_a_version_moved_the_step_that_leads_to_it() {
    let steps = |offset: &str| {
        purchase(
            "",
            &[
                &format!("offset = '{offset}'; until = '+20d'; positive = ['next']"),
                "id = 'next'; from = 'outcome'; offset = '+5d'; until = '+6d'",
            ],
        )
    };
    let story = Story::new(vec![steps("0d")]).buy("2026-01-01", 100).log("2026-01-02", Interested, &["s"]);
    publish(story, steps("+10d")).check_days("2026-01-02", "2026-02-28", "01-07..01-08");
}
