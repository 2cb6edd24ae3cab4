//! What starts a run of facts: headquarters' records, visits, outcomes, promises; and the dates beside an anchor.

use guide_common::customer::{Anniversary, Birthday};
use guide_common::outcome::Channel;
use guide_common::outcome::OutcomeCode::*;
use guide_common::promise::AppointmentResult::*;
use guide_common::record::Level;

use crate::story::{Story, day, sop};

/// A story of one plan of one step that is open for a while after its anchor.
fn open_for(trigger: &str, step: &str) -> Story {
    Story::new(vec![sop("", &[trigger], &[step])])
}

/// A step that is due on the anchor's day only.
const THAT_DAY: &str = "offset = '0d'; until = '0d'";

// headquarters' records

#[test]
fn a_level_that_expires_counts_from_its_last_sure_day_and_renewing_it_ends_the_run() {
    let story = || open_for("on = 'level'; event = 'expires'; level = 'gold'", "offset = '-30d'; until = '-1d'");
    let until =
        |story: Story, on: &str, level, until_on: &str| story.level(on, level, |r| r.until_on = Some(day(until_on)));
    let gold = until(story(), "2026-01-01", Level::Gold, "2026-08-31");
    gold.check_days("2026-07-01", "2026-09-30", "08-01..08-30");
    let same = until(gold, "2026-08-05", Level::Gold, "2026-08-31");
    same.check_days("2026-07-01", "2026-09-30", "08-01..08-30");
    until(same, "2026-08-10", Level::Gold, "2027-08-31").check_days("2026-07-01", "2026-09-30", "08-01..08-09");
    until(story(), "2026-01-01", Level::Silver, "2026-08-31").check_days("2026-07-01", "2026-09-30", "");
}

#[test]
fn a_level_renewed_and_taken_back_expires_after_all() {
    let story = open_for("on = 'level'; event = 'expires'", "offset = '-30d'; until = '-1d'");
    let until =
        |story: Story, on: &str, until_on: &str| story.level(on, Level::Gold, |r| r.until_on = Some(day(until_on)));
    let story =
        until(until(until(story, "2026-01-01", "2026-08-31"), "2026-08-10", "2027-08-31"), "2026-08-20", "2026-08-31");
    story.check("2026-08-25", "s 08-31 wecom");
}

#[test]
fn a_level_is_near_on_the_day_on_which_headquarters_saw_it() {
    let story = open_for("on = 'level'; event = 'near'; gap_percent = 10", "offset = '0d'; until = '+9d'");
    let gap = |story: Story, on: &str, fen| {
        story.level(on, Level::Silver, |r| (r.to_next_fen, r.next_fen) = (Some(fen), Some(2_000_000)))
    };
    let story = gap(gap(story, "2026-08-01", 200_001), "2026-08-03", 200_000);
    story.check_days("2026-07-01", "2026-08-31", "08-03..08-12");
    let story = gap(story, "2026-08-05", 100_000);
    story.check_days("2026-07-01", "2026-08-31", "08-03..08-12");
    gap(story, "2026-08-07", 300_000).check_days("2026-07-01", "2026-08-31", "08-03..08-06");
}

#[test]
fn a_level_that_rose_counts_from_the_day_on_which_headquarters_saw_it() {
    let story = open_for("on = 'level'; event = 'rose'", "offset = '0d'; until = '+4d'");
    let story = story.level("2026-08-01", Level::Silver, |_| {}).level("2026-08-05", Level::Gold, |_| {});
    story.check_days("2026-07-01", "2026-08-31", "08-05..08-09");
    story.level("2026-08-07", Level::Regular, |_| {}).check_days("2026-07-01", "2026-08-31", "08-05..08-06");
}

#[test]
fn a_coupon_counts_from_its_last_day_until_it_is_redeemed_or_void() {
    let story = |change: fn(&mut guide_common::record::Coupon)| {
        let story = open_for("on = 'coupon_expiry'; kinds = ['CASH']", "offset = '-3d'; until = '0d'");
        story.coupon("K1", "2026-08-01", "2026-08-20", change).due_days("2026-07-01", "2026-08-31")
    };
    assert_eq!(story(|_| {}), "08-17..08-20");
    assert_eq!(story(|coupon| coupon.redeemed_on = Some(day("2026-08-19"))), "08-17..08-18");
    assert_eq!(story(|coupon| coupon.voided_on = Some(day("2026-08-10"))), "");
    assert_eq!(story(|coupon| coupon.kind = "SVC".to_owned()), "");
}

#[test]
fn two_coupons_that_expire_on_one_day_are_two_dues_and_a_late_one_has_what_is_left() {
    let story = open_for("on = 'coupon_expiry'", "offset = '-3d'; until = '0d'");
    let story = story.coupon("K1", "2026-08-01", "2026-08-20", |_| {}).coupon("K2", "2026-08-19", "2026-08-20", |_| {});
    story.check("2026-08-18", "s 08-20 wecom").check("2026-08-19", "s 08-20 wecom, s 08-20 wecom");
}

#[test]
fn a_ticket_counts_from_the_day_that_is_named() {
    let story = |event: &str, days: [&str; 4]| {
        let story = open_for(&format!("on = 'ticket'; event = '{event}'"), "offset = '0d'; until = '+4d'");
        story.ticket("R1", days).due_days("2026-07-01", "2026-08-31")
    };
    let whole = ["2026-08-01", "2026-08-08", "2026-08-10", "2026-08-12"];
    assert_eq!(story("received", whole), "08-01..08-05");
    assert_eq!(story("ready", whole), "08-10..08-11", "collecting settles it");
    assert_eq!(story("uncollected", whole), "08-10..08-11");
    assert_eq!(story("collected", whole), "08-12..08-16");
    assert_eq!(story("promised", whole), "08-08..08-09", "being ready settles it");
    for event in ["promised", "ready", "uncollected", "collected"] {
        assert_eq!(story(event, ["2026-08-01", "-", "-", "-"]), "", "{event} is not known");
    }
}

#[test]
fn a_change_of_owner_counts_from_its_day() {
    let story = open_for("on = 'owner_changed'", "offset = '0d'; until = '+3d'").change_owner("2026-08-01");
    story.check_days("2026-07-01", "2026-08-31", "08-01..08-04");
}

#[test]
fn a_life_event_counts_from_its_day_and_only_where_the_customer_told_of_it() {
    let story = |told: bool, on: &str| {
        let story = open_for("on = 'life_event'; kind = 'birth'", "offset = '+10d'; until = '+25d'");
        story.life_event(on, "birth", "2026-08-01", told).due_days("2026-07-01", "2026-08-31")
    };
    assert_eq!(story(true, "2026-08-02"), "08-11..08-26");
    assert_eq!(story(true, "2026-08-20"), "08-20..08-26", "told late");
    assert_eq!(story(false, "2026-08-02"), "");
    let other = open_for("on = 'life_event'; kind = 'birth'", THAT_DAY);
    other.life_event("2026-08-02", "move", "2026-08-02", true).check("2026-08-02", "");
}

#[test]
fn a_dispatch_counts_from_the_day_that_headquarters_named_over_the_channel_that_it_chose() {
    let story = open_for("on = 'dispatch'", "offset = '-1d'; until = '+2d'; channels = ['wecom', 'phone']");
    let story = story.dispatch("D1", "2026-08-01", "2026-08-05", Some(Channel::Phone));
    story.check("2026-08-03", "").check("2026-08-04", "s 08-05 phone").check("2026-08-07", "s 08-05 phone");
    let story = story.log("2026-08-05", NoReply, &["s"]);
    story.check("2026-08-07", "s 08-05#1 wecom");
    let twice = open_for("on = 'dispatch'", THAT_DAY).dispatch("D1", "2026-08-01", "2026-08-05", None);
    twice.dispatch("D2", "2026-08-02", "2026-08-05", None).check("2026-08-05", "s 08-05 wecom, s 08-05 wecom");
}

#[test]
fn a_dispatch_of_another_plan_starts_nothing() {
    let other = sop("id = 'B'", &["on = 'dispatch'"], &["id = 'b'; offset = '0d'; until = '0d'"]);
    let mine = sop("", &["on = 'dispatch'"], &[THAT_DAY]);
    Story::new(vec![mine, other]).dispatch("D1", "2026-08-01", "2026-08-05", None).check("2026-08-05", "s 08-05 wecom");
}

// visits

const VISIT: [&str; 3] = [
    "id = 'confirm'; offset = '-1d'; until = '-1d'",
    "id = 'visit'; offset = '0d'; until = '0d'",
    "id = 'missed'; from = 'no_show_on'; offset = '0d'; until = '+1d'",
];

fn visits() -> Story {
    Story::new(vec![sop("", &["on = 'appointment'"], &VISIT)])
}

#[test]
fn a_visit_counts_from_its_day_whether_agreed_by_itself_or_by_an_outcome() {
    let own = visits().agree_visit("2026-08-10", "2026-08-20");
    own.check("2026-08-19", "confirm 08-20 wecom").check("2026-08-20", "visit 08-20 wecom").check("2026-08-21", "");
    let story = visits().contact("2026-08-10", Appointment, |outcome| outcome.next_on = Some(day("2026-08-20")));
    story.check("2026-08-19", "confirm 08-20 wecom").check("2026-08-20", "visit 08-20 wecom").check("2026-08-21", "");
    visits().contact("2026-08-10", Appointment, |_| {}).check_days("2026-08-10", "2026-09-30", "");
}

#[test]
fn a_visit_agreed_for_the_same_day_needs_no_confirming() {
    visits().agree_visit("2026-08-20", "2026-08-20").check("2026-08-20", "visit 08-20 wecom");
}

#[test]
fn a_visit_kept_is_done() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-20", Kept);
    story.check("2026-08-20", "").check("2026-08-21", "");
    let came = visits().agree_visit("2026-08-10", "2026-08-20").contact("2026-08-20", Visited, |_| {});
    came.check("2026-08-20", "").check("2026-08-21", "");
}

#[test]
fn who_did_not_come_is_asked_after_and_nothing_else_of_the_visit_goes_on() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-20", NoShow);
    story.check("2026-08-20", "missed 08-20 wecom").check("2026-08-21", "missed 08-20 wecom").check("2026-08-22", "");
}

#[test]
fn a_visit_that_was_kept_first_was_not_missed() {
    let came = visits().agree_visit("2026-08-10", "2026-08-20").contact("2026-08-20", Visited, |_| {});
    came.close_visit("2026-08-21", NoShow).check("2026-08-21", "");
}

#[test]
fn a_visit_called_off_or_moved_is_over() {
    let story = visits().agree_visit("2026-08-10", "2026-08-20").close_visit("2026-08-15", Cancelled);
    story.check_days("2026-08-15", "2026-09-30", "");
    let moved = visits().agree_visit("2026-08-10", "2026-08-20").agree_visit("2026-08-15", "2026-08-27");
    moved.check_days("2026-08-10", "2026-09-30", "08-26..08-27");
    // what is said of the first one after it was moved changes nothing
    let id = moved.file.facts[0].id;
    let closed = guide_common::promise::AppointmentClosed { on: day("2026-08-25"), appointment: id, result: NoShow };
    let moved = moved.fact("2026-08-25", guide_common::fact::FactBody::AppointmentClosed(closed));
    moved.check_days("2026-08-10", "2026-09-30", "08-26..08-27");
}

// dates beside the anchor

#[test]
fn a_step_counts_from_the_next_date_that_the_outcome_named() {
    let story = open_for("on = 'outcome'; codes = ['interested']", "from = 'next_on'; offset = '-1d'; until = '0d'");
    story.check_days("2026-08-01", "2026-08-31", "");
    let story = story.contact("2026-08-10", Interested, |outcome| outcome.next_on = Some(day("2026-08-20")));
    story.check_days("2026-08-01", "2026-08-31", "08-19..08-20");
    let unnamed = open_for("on = 'outcome'; codes = ['interested']", "from = 'next_on'; offset = '0d'; until = '+9d'");
    unnamed.contact("2026-08-10", Interested, |_| {}).check_days("2026-08-01", "2026-08-31", "");
}

#[test]
fn a_step_counts_from_the_latest_visit_agreed_since_and_not_from_one_called_off() {
    let story = open_for("on = 'dispatch'", "from = 'visit_on'; offset = '-1d'; until = '-1d'");
    let story = story.agree_visit("2026-07-30", "2026-08-15").dispatch("D1", "2026-08-01", "2026-08-01", None);
    story.check_days("2026-08-01", "2026-08-31", "");
    let story = story.agree_visit("2026-08-05", "2026-08-20");
    story.check_days("2026-08-06", "2026-08-31", "08-19");
    story.close_visit("2026-08-10", Cancelled).check_days("2026-08-10", "2026-08-31", "");
}

#[test]
fn a_step_counts_down_to_the_wedding() {
    let mut story = open_for("on = 'lead'", "from = 'wedding_on'; offset = '-30d'; until = '-20d'");
    story.file.customer.lead_on = Some(day("2026-08-01"));
    story.check_days("2026-08-01", "2026-12-31", "");
    story.file.customer.wedding_on = Some(day("2026-10-31"));
    story.check_days("2026-08-01", "2026-12-31", "10-01..10-11");
}

#[test]
fn a_step_counts_from_the_next_wedding_anniversary_and_no_other_one() {
    let mut story = open_for("on = 'lead'", "from = 'anniversary'; offset = '0d'; until = '0d'");
    story.file.customer.lead_on = Some(day("2026-08-01"));
    let date = |year, month| Birthday::solar(Some(year), month, 1).unwrap();
    story.file.customer.anniversaries = vec![
        Anniversary { kind: "first_met".to_owned(), date: date(2018, 9) },
        Anniversary { kind: "wedding".to_owned(), date: date(2020, 10) },
    ];
    story.check_days("2026-08-01", "2027-12-31", "10-01");
    story.file.customer.anniversaries[1].date = date(2026, 10);
    story.check_days("2026-08-01", "2027-12-31", "10-01").check("2026-10-01", "");
}

#[test]
fn a_step_counts_from_the_latest_purchase_up_to_the_anchor() {
    let story = open_for("on = 'outcome'; min_score = 5", "from = 'bought_on'; offset = '+30d'; until = '+31d'");
    let story =
        story.buy("2026-07-01", 100).buy("2026-07-10", 100).contact("2026-07-13", Interested, |o| o.score = Some(5));
    story.buy("2026-07-20", 100).check_days("2026-07-01", "2026-09-30", "08-09..08-10");
}

#[test]
fn a_step_counts_from_the_days_of_its_ticket() {
    let story = |from: &str, ready: &str| {
        let story =
            open_for("on = 'ticket'; event = 'received'", &format!("from = '{from}'; offset = '+1d'; until = '+1d'"));
        story.ticket("R1", ["2026-08-01", "2026-08-08", ready, "-"]).due_days("2026-08-01", "2026-08-31")
    };
    assert_eq!((story("ready_on", "2026-08-10"), story("ready_on", "-")), ("08-11".to_owned(), String::new()));
    assert_eq!(story("promised_on", "-"), "08-09");
}
