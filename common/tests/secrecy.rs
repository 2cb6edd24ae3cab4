//! A gift that must not be given away: who is silent about what, and until when.

use guide_common::consent::SecretSide::{self, Giver, Recipient};
use guide_common::outcome::OutcomeCode::{CallLater, Interested};
use guide_common::purchase::Item;
use guide_common::sop::engine::dues;

use crate::story::{Story, day, sop};

/// A plan over a purchase: one step that is discreet, one that is not.
fn bought() -> Story {
    let discreet = "id = 'd'; offset = '0d'; until = '+90d'; discreet = true; purpose = 'answer'; template = 'T1'; variant = [{ when = 'secret', template = 'T2' }]";
    let plan = sop("", &["on = 'purchase'"], &["offset = '0d'; until = '+90d'; purpose = 'answer'", discreet]);
    Story::new(vec![plan]).buy("2026-08-07", 100)
}

/// A plan of one step that speaks of a linked person, and one that does not.
fn linked() -> Story {
    let plan = sop(
        "",
        &["on = 'lead'"],
        &[
            "offset = '0d'; until = '+90d'; purpose = 'answer'; linked = true",
            "offset = '0d'; until = '+90d'; purpose = 'answer'",
        ],
    );
    let mut story = Story::new(vec![plan]);
    story.file.customer.lead_on = Some(day("2026-08-01"));
    story
}

#[test]
fn of_a_hidden_purchase_only_the_discreet_steps_go_on_until_the_day_after_the_last_one() {
    let story = bought().secret("2026-08-07", "2026-08-21", Giver, Some("p0"));
    story.check_gate("2026-08-07", "d wecom | secrecy 08-22: s");
    story.check_gate("2026-08-21", "d wecom | secrecy 08-22: s").check_gate("2026-08-22", "d wecom, s wecom");
}

#[test]
fn a_secret_holds_from_the_day_on_which_it_is_kept() {
    let story = bought().secret("2026-08-10", "2026-08-21", Giver, Some("p0"));
    story.check_gate("2026-08-09", "d wecom, s wecom").check_gate("2026-08-10", "d wecom | secrecy 08-22: s");
}

#[test]
fn without_a_purchase_every_purchase_from_its_day_on_is_hidden_and_no_earlier_one() {
    bought().secret("2026-08-07", "2026-08-21", Giver, None).check_gate("2026-08-07", "d wecom | secrecy 08-22: s");
    bought().secret("2026-08-08", "2026-08-21", Giver, None).check_gate("2026-08-08", "d wecom, s wecom");
    let later = bought().secret("2026-08-08", "2026-08-21", Giver, None).log("2026-08-08", Interested, &["s", "d"]);
    later.buy("2026-08-10", 100).check_gate("2026-08-10", "d wecom | secrecy 08-22: s");
}

#[test]
fn another_purchase_than_the_hidden_one_is_not_hidden() {
    let story = bought().log("2026-08-07", Interested, &["s", "d"]).buy("2026-08-10", 100);
    story.secret("2026-08-10", "2026-08-21", Giver, Some("p0")).check_gate("2026-08-10", "d wecom, s wecom");
}

#[test]
fn of_two_secrets_the_longer_one_counts_and_one_taken_back_does_not() {
    let story =
        bought().secret("2026-08-07", "2026-08-21", Giver, Some("p0")).secret("2026-08-07", "2026-08-25", Giver, None);
    story.check_gate("2026-08-22", "d wecom | secrecy 08-26: s");
    story.undo_last("2026-08-23").check_gate("2026-08-23", "d wecom, s wecom");
}

#[test]
fn the_thanks_for_a_hidden_purchase_are_discreet() {
    let template = |story: &Story| {
        let dues = dues(&story.file, &story.rules, day("2026-08-07"));
        dues.iter().find(|due| due.step.id.as_str() == "d").unwrap().template.unwrap().to_string()
    };
    assert_eq!(template(&bought()), "T1");
    assert_eq!(template(&bought().secret("2026-08-07", "2026-08-21", Giver, Some("p0"))), "T2");
}

#[test]
fn a_hidden_piece_is_hidden_and_the_piece_of_another_purchase_is_not() {
    let plan = sop("", &["on = 'purchase'; each_item = true"], &["offset = '0d'; until = '+90d'; purpose = 'answer'"]);
    let mut story = Story::new(vec![plan]).buy("2026-08-07", 100).buy("2026-08-07", 200);
    story.file.purchases.iter_mut().for_each(|purchase| purchase.items = vec![Item::default()]);
    story.secret("2026-08-07", "2026-08-21", Giver, Some("p0")).check_gate("2026-08-07", "s wecom | secrecy 08-22: s");
}

#[test]
fn a_hidden_purchase_stays_hidden_in_runs_that_repeat() {
    let step = "offset = '0d'; until = '+2d'; purpose = 'answer'; variant = [{ when = 'amount_yuan >= 1', channels = ['phone'] }]";
    let plan = sop("repeat = '+10d'", &["on = 'purchase'"], &[step]);
    let story = Story::new(vec![plan]).buy("2026-08-07", 100);
    story.check_gate("2026-08-17", "s phone");
    let story = story.secret("2026-08-07", "2026-08-21", Giver, Some("p0"));
    story.check_gate("2026-08-17", "| secrecy 08-22: s").check_gate("2026-08-27", "s phone");
    // bought on the day on which the hidden one's turn comes again: the run is about what was bought that day
    story.buy("2026-08-17", 200).check_gate("2026-08-17", "s phone");
}

#[test]
fn who_must_not_know_hears_nothing_of_the_giver_until_the_day_after_the_last_one() {
    let story = linked().secret("2026-08-07", "2026-08-21", Recipient, None);
    story.check_gate("2026-08-06", "s wecom, s2 wecom").check_gate("2026-08-07", "s2 wecom | secrecy 08-22: s");
    story.check_gate("2026-08-21", "s2 wecom | secrecy 08-22: s").check_gate("2026-08-22", "s wecom, s2 wecom");
    story.undo_last("2026-08-10").check_gate("2026-08-10", "s wecom, s2 wecom");
}

#[test]
fn a_side_of_a_newer_version_is_kept_like_the_recipient_s() {
    linked()
        .secret("2026-08-07", "2026-08-21", SecretSide::Unknown, None)
        .check_gate("2026-08-07", "s2 wecom | secrecy 08-22: s");
}

#[test]
fn the_giver_may_be_spoken_to_of_the_recipient_and_the_recipient_of_own_purchases() {
    linked().secret("2026-08-07", "2026-08-21", Giver, None).check_gate("2026-08-07", "s wecom, s2 wecom");
    bought().secret("2026-08-07", "2026-08-21", Recipient, None).check_gate("2026-08-07", "d wecom, s wecom");
}

#[test]
fn a_day_that_the_customer_chose_does_not_open_a_secret() {
    let story = linked().log_with("2026-08-05", CallLater, &["s"], |outcome| outcome.next_on = Some(day("2026-08-10")));
    story.secret("2026-08-07", "2026-08-21", Recipient, None).check_gate("2026-08-10", "s2 wecom | secrecy 08-22: s");
}
