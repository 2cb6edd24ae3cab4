//! What a later anchor does to the runs before it, and what its return does.

use guide_common::outcome::OutcomeCode::Interested;

use crate::story::{Story, sop};

#[test]
fn returned_on_the_day_of_the_newer_purchase_both_ways() {
    let plan = || sop("restart = 'supersede'", &["on = 'purchase'"], &["offset = '+1d'; until = '+30d'"]);
    // bought again and returned on one day: nothing changed
    let story = Story::new(vec![plan()]).buy("2026-01-01", 100).buy("2026-01-05", 200).buy("2026-01-05", -200);
    story.check_days("2026-01-01", "2026-02-28", "01-02..01-31");
    // the older one returned on the day of the newer one
    let story = Story::new(vec![plan()]).buy("2026-01-01", 100).buy("2026-01-05", 200).buy("2026-01-05", -100);
    story.check("2026-01-04", "s 01-01 wecom").check("2026-01-05", "").check("2026-01-06", "s 01-05 wecom");
}

#[test]
fn the_middle_one_of_three_returned_leaves_the_first_superseded_by_the_third() {
    let plan = sop("restart = 'supersede'", &["on = 'purchase'"], &["offset = '+1d'; until = '+30d'"]);
    let story = Story::new(vec![plan]).buy("2026-01-01", 100).buy("2026-01-05", 200).buy("2026-01-08", 300);
    let story = story.buy("2026-01-10", -200);
    story.check("2026-01-10", "s 01-08 wecom");
    story.buy("2026-01-12", -300).check("2026-01-12", "s 01-01 wecom");
}

#[test]
fn what_was_done_in_a_run_that_was_superseded_and_counts_again_stays_done() {
    let steps = ["offset = '0d'; until = '+9d'", "offset = '+5d'; until = '+30d'"];
    let story = Story::new(vec![sop("restart = 'supersede'", &["on = 'purchase'"], &steps)]).buy("2026-01-01", 100);
    let story = story.log("2026-01-02", Interested, &["s"]).buy("2026-01-03", 200).buy("2026-01-06", -200);
    story.check("2026-01-06", "s2 01-01 wecom").check("2026-01-10", "s2 01-01 wecom");
}

#[test]
fn what_was_done_before_a_purchase_was_heard_of_is_not_due_again_when_it_is_returned() {
    let plan = sop("restart = 'supersede'", &["on = 'purchase'"], &["offset = '0d'; until = '+30d'"]);
    let story = Story::new(vec![plan]).buy("2026-01-01", 100).log("2026-01-10", Interested, &["s"]);
    // imported after the contact: bought five days before it
    let story = story.buy("2026-01-05", 200);
    story.check("2026-01-10", "s 01-05 wecom");
    story.buy("2026-01-12", -200).check_days("2026-01-12", "2026-02-28", "");
}
