//! For whom a plan is, which of its steps come to be, how attempts follow one another, and what ends them.

use guide_common::customer::{Tag, Tier};
use guide_common::outcome::Channel;
use guide_common::outcome::OutcomeCode::{self, *};
use guide_common::purchase::Item;
use guide_common::record::Level;
use guide_common::sop::engine::dues;
use guide_common::sop::gate::HoldReason;
use guide_common::wire::hub::StoreTier;

use crate::story::{Story, day, sop};

/// A customer who became a lead on the first of January.
fn lead(plan: guide_common::sop::plan::Plan) -> Story {
    let mut story = Story::new(vec![plan]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story
}

const OPEN: &str = "offset = '0d'; until = '+300d'";

// the audience

fn is_for(head: &str, change: impl FnOnce(Story) -> Story) -> bool {
    !change(lead(sop(head, &["on = 'lead'"], &[OPEN]))).due_on("2026-01-10").is_empty()
}

#[test]
fn an_audience_is_any_of_its_tiers() {
    let tier = |tier| {
        move |mut story: Story| {
            story.file.customer.tier = tier;
            story
        }
    };
    let of = |of| is_for("tiers = ['S', 'A']", tier(of));
    assert_eq!([Tier::S, Tier::A, Tier::B, Tier::C, Tier::Unknown].map(of), [true, true, false, false, false]);
}

#[test]
fn an_audience_is_any_of_its_shops_ranks_and_nobody_of_a_shop_without_one() {
    let shop = |tier| {
        is_for("store_tiers = ['A', 'B']", move |mut story| {
            story.rules.store_tier = tier;
            story
        })
    };
    assert_eq!([Some(StoreTier::A), Some(StoreTier::C), None].map(shop), [true, false, false]);
}

#[test]
fn within_a_group_any_tag_will_do_and_every_group_must_be_met() {
    let tagged = |tags: &[&str]| {
        is_for("tags = ['MAT:珍珠', 'MAT:翡翠', 'OCC']", |story| {
            tags.iter().fold(story, |story, tag| story.tag("2025-12-01", tag))
        })
    };
    assert!(!tagged(&[]) && !tagged(&["MAT:珍珠"]) && !tagged(&["OCC:生日"]) && !tagged(&["MAT:足金", "OCC:生日"]));
    assert!(tagged(&["MAT:翡翠", "OCC:生日"]) && tagged(&["MAT:珍珠", "MAT:翡翠", "OCC:婚嫁"]));
}

#[test]
fn an_audience_is_as_of_the_day_on_which_the_run_came_to_be() {
    let tagged = |story: fn(Story) -> Story| is_for("tags = ['OCC']", story);
    assert!(tagged(|story| story.tag("2026-01-01", "OCC:生日")), "on that day");
    assert!(!tagged(|story| story.tag("2026-01-02", "OCC:生日")), "too late");
    assert!(tagged(|story| story.tag("2025-12-01", "OCC:生日").untag("2026-01-02", "OCC:生日")), "what changes later");
    assert!(!tagged(|story| story.tag("2025-12-01", "OCC:生日").untag("2025-12-31", "OCC:生日")));
    assert!(is_for("audience = 'level_rank >= 2'", |story| {
        story.level("2025-12-01", Level::Gold, |_| {}).level("2026-01-05", Level::Regular, |_| {})
    }));
    assert!(!is_for("audience = 'level_rank >= 2'", |story| story.level("2026-01-05", Level::Gold, |_| {})));
}

#[test]
fn a_tag_that_headquarters_applied_after_the_guide_took_it_away_stands() {
    let tagged = |on: &str| {
        is_for("tags = ['OCC']", |mut story| {
            story.file.customer.tags =
                vec![Tag { group: "OCC".to_owned(), value: "生日".to_owned(), on: Some(day(on)), source: None }];
            story.untag("2025-12-10", "OCC:生日")
        })
    };
    assert!(!tagged("2025-12-01") && !tagged("2025-12-10") && tagged("2025-12-11"));
}

#[test]
fn a_condition_that_cannot_be_told_is_not_met() {
    assert!(!is_for("audience = 'age > 30'", |story| story));
    assert!(is_for("audience = 'age is undefined or age > 30'", |story| story));
}

// conditions and variants of steps

fn bought(step: &str, material: &str) -> Story {
    let mut story = Story::new(vec![sop("", &["on = 'purchase'"], &[step])]).buy("2026-01-01", 50_000);
    story.file.purchases[0].items = vec![Item { material: Some(material.to_owned()), ..Item::default() }];
    story
}

#[test]
fn a_step_comes_to_be_only_where_its_condition_is_met_on_its_first_day() {
    let step = "offset = '+10d'; until = '+20d'; when = 'n_coupons >= 1'";
    let story = || lead(sop("", &["on = 'lead'"], &[step]));
    let coupon =
        |on: &str, until_on: &str| story().coupon("K1", on, until_on, |_| {}).due_days("2026-01-01", "2026-02-28");
    assert_eq!(coupon("2026-01-05", "2026-01-15"), "01-11..01-21", "what changes later does not end it");
    assert_eq!(coupon("2026-01-12", "2026-02-15"), "");
    assert_eq!(coupon("2026-01-01", "2026-01-10"), "");
}

#[test]
fn what_was_done_stays_done_though_its_condition_changed_on_the_same_day() {
    let step = "offset = '0d'; until = '+20d'; when = 'not open_complaint'; positive = ['next']";
    let next = "id = 'next'; offset = '+5d'; until = '+6d'";
    let story = lead(sop("", &["on = 'lead'"], &[step, next])).log("2026-01-01", Interested, &["s"]);
    story.contact("2026-01-01", Complaint, |_| {}).check("2026-01-06", "next 01-01 wecom");
}

#[test]
fn the_first_variant_that_is_met_decides_template_and_channels() {
    let step = "offset = '0d'; until = '+9d'; template = 'T1'; channels = ['wecom', 'sms']; \
                variant = [{ when = 'material == \"珍珠\"', template = 'T2' }, { when = 'material in [\"珍珠\", \"翡翠\"]', channels = ['phone', 'visit'] }]";
    let said = |material: &str| {
        let story = bought(step, material);
        let due = &dues(&story.file, &story.rules, day("2026-01-02"))[0];
        format!("{} {}", due.template.unwrap(), due.channel.name())
    };
    assert_eq!([said("珍珠"), said("翡翠"), said("足金")], ["T2 wecom", "T1 phone", "T1 wecom"]);
    let story = bought(step, "翡翠").log("2026-01-02", NoReply, &["s"]);
    story.check("2026-01-04", "s 01-01#1 visit");
}

// branches

fn branching() -> Story {
    let first = "offset = '0d'; until = '+9d'; channels = ['wecom', 'phone']; positive = ['good']; negative = ['bad']; no_reply = ['silent']";
    let step = |id: &str| format!("id = '{id}'; from = 'outcome'; offset = '+1d'; until = '+2d'");
    let mut story =
        Story::new(vec![sop("", &["on = 'contact_added'"], &[first, &step("good"), &step("bad"), &step("silent")])]);
    story.file.customer.wecom_on = Some(day("2026-01-01"));
    story
}

#[test]
fn a_branch_is_taken_by_the_score_or_without_one_by_the_code() {
    let next = |code: OutcomeCode, score: Option<u8>| {
        branching()
            .log_with("2026-01-05", code, &["s"], |outcome| {
                outcome.score = score;
                outcome.amount_fen = (code == Bought).then_some(100);
            })
            .due_on("2026-01-06")
    };
    for code in [Interested, Appointment, Visited, Bought] {
        assert_eq!(next(code, None), "good 01-01 wecom", "{code:?}");
    }
    for code in [NoNeed, Complaint] {
        assert_eq!(next(code, None), "bad 01-01 wecom", "{code:?}");
    }
    for code in [Skipped, DoNotContact, NoReply] {
        assert_eq!(next(code, None), "", "{code:?}");
    }
    let by_score = [1, 2, 3, 4, 5].map(|score| next(NoNeed, Some(score)));
    assert_eq!(by_score, ["bad 01-01 wecom", "bad 01-01 wecom", "bad 01-01 wecom", "", "good 01-01 wecom"]);
    assert_eq!(next(Interested, Some(2)), "bad 01-01 wecom");
}

#[test]
fn a_step_that_asks_for_a_score_takes_no_good_end_for_granted() {
    let first = "offset = '0d'; until = '+9d'; asks = 'satisfaction'; positive = ['good']; negative = ['bad']";
    let step = |id: &str| format!("id = '{id}'; from = 'outcome'; offset = '+1d'; until = '+2d'");
    let next = |code| {
        lead(sop("", &["on = 'lead'"], &[first, &step("good"), &step("bad")]))
            .log("2026-01-05", code, &["s"])
            .due_on("2026-01-06")
    };
    assert_eq!([Interested, NoNeed, Complaint].map(next), ["", "", "bad 01-01 wecom"]);
}

#[test]
fn nobody_replied_when_no_attempt_is_left() {
    let story = branching().log("2026-01-05", NoReply, &["s"]);
    story.check("2026-01-07", "s 01-01#1 phone");
    let story = story.log("2026-01-07", NoReply, &["s"]);
    let thrice = story.log("2026-01-09", NoReply, &["s"]);
    thrice.check("2026-01-10", "silent 01-01 wecom").check("2026-01-11", "silent 01-01 wecom").check("2026-01-12", "");
}

#[test]
fn nobody_replied_when_the_second_attempt_expired() {
    let story = branching().log("2026-01-08", NoReply, &["s"]);
    // the window ends on the tenth, the branch counts from the eleventh
    story.check("2026-01-10", "s 01-01#1 phone").check("2026-01-11", "").check("2026-01-12", "silent 01-01 wecom");
}

#[test]
fn a_step_that_nobody_tried_ends_in_no_branch() {
    branching().check_days("2026-01-01", "2026-12-31", "01-01..01-10");
}

#[test]
fn who_asked_for_another_day_has_replied() {
    let later = branching().log_with("2026-01-05", CallLater, &["s"], |o| o.next_on = Some(day("2026-01-07")));
    later.check_days("2026-01-05", "2026-12-31", "01-07..01-10");
    let tried = later.log("2026-01-09", NoReply, &["s"]);
    tried.check_days("2026-01-09", "2026-12-31", "");
}

#[test]
fn a_branch_that_counts_from_the_anchor_waits_for_its_day() {
    let steps = ["offset = '0d'; until = '+9d'; no_reply = ['value']", "id = 'value'; offset = '+14d'; until = '+24d'"];
    let story = lead(sop("", &["on = 'lead'"], &steps)).log("2026-01-09", NoReply, &["s"]);
    story.check_days("2026-01-11", "2026-12-31", "01-15..01-25");
}

#[test]
fn a_branch_too_late_for_its_window_never_comes_to_be() {
    let steps = ["offset = '0d'; until = '+9d'; positive = ['next']", "id = 'next'; offset = '+1d'; until = '+2d'"];
    let story = || lead(sop("", &["on = 'lead'"], &steps));
    story().log("2026-01-02", Interested, &["s"]).check_days("2026-01-02", "2026-12-31", "01-02..01-03");
    story().log("2026-01-04", Interested, &["s"]).check_days("2026-01-04", "2026-12-31", "");
}

#[test]
fn branches_lead_on_to_branches() {
    let steps = [
        "offset = '0d'; until = '+3d'; no_reply = ['b']",
        "id = 'b'; from = 'outcome'; offset = '+2d'; until = '+5d'; positive = ['c']",
        "id = 'c'; from = 'outcome'; offset = '+1d'; until = '+1d'",
    ];
    let story = lead(sop("", &["on = 'lead'"], &steps)).log("2026-01-04", NoReply, &["s"]);
    story.check("2026-01-06", "b 01-01 wecom");
    let story = story.log("2026-01-06", Interested, &["b"]);
    story.check("2026-01-07", "c 01-01 wecom");
    // with the second contact gone only the branch that it took is
    story.undo_last("2026-01-07").check("2026-01-07", "b 01-01 wecom");
}

// attempts

#[test]
fn after_no_reply_the_channels_are_taken_in_order_and_the_last_one_again() {
    let story = lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+9d'; channels = ['wecom', 'phone']"]));
    let story = story.log("2026-01-02", NoReply, &["s"]).log("2026-01-04", NoReply, &["s"]);
    story.check("2026-01-05", "").check("2026-01-06", "s 01-01#2 phone");
    story.log("2026-01-06", NoReply, &["s"]).check_days("2026-01-06", "2026-12-31", "");
}

#[test]
fn no_reply_after_a_chosen_day_follows_the_step_s_own_window() {
    let story = || lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+9d'"]));
    let later = |on: &str| story().log_with("2026-01-02", CallLater, &["s"], |outcome| outcome.next_on = Some(day(on)));
    let early = later("2026-01-05").log("2026-01-05", NoReply, &["s"]);
    early.check_days("2026-01-05", "2026-12-31", "01-07..01-10");
    let late = later("2026-02-05").log("2026-02-05", NoReply, &["s"]);
    late.check_days("2026-02-05", "2026-12-31", "");
}

#[test]
fn call_later_can_be_asked_for_again_and_again_and_beyond_the_window() {
    let later =
        |story: Story, on: &str, next: &str| story.log_with(on, CallLater, &["s"], |o| o.next_on = Some(day(next)));
    let story = lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+1d'"]));
    let story =
        later(later(later(story, "2026-01-02", "2026-02-28"), "2026-03-01", "2026-03-31"), "2026-03-31", "2026-12-01");
    story.check_days("2026-03-31", "2027-12-31", "12-01..12-04").check("2026-12-04", "s 01-01#3 wecom");
}

#[test]
fn the_first_contact_that_names_a_due_closes_it() {
    let story = lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+9d'"]));
    let ids = story.due_ids("2026-01-02", &["s"]);
    let story = story.log_dues("2026-01-02", NoReply, ids.clone()).log_dues("2026-01-03", Interested, ids);
    story.check("2026-01-03", "").check("2026-01-04", "s 01-01#1 wecom");
}

#[test]
fn a_contact_too_late_closes_nothing() {
    let story = lead(sop(
        "",
        &["on = 'lead'"],
        &[
            "offset = '0d'; until = '+3d'; positive = ['next']",
            "id = 'next'; from = 'outcome'; offset = '+1d'; until = '+1d'",
        ],
    ));
    let ids = story.due_ids("2026-01-04", &["s"]);
    story.log_dues("2026-01-05", Interested, ids).check("2026-01-06", "");
}

#[test]
fn an_outcome_of_a_newer_version_closes_nothing() {
    let mut story =
        lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+9d'"])).log("2026-01-02", Interested, &["s"]);
    let guide_common::fact::FactBody::Outcome(outcome) = &mut story.file.facts[0].body else { panic!() };
    outcome.code = OutcomeCode::Unknown;
    story.check("2026-01-03", "s 01-01 wecom");
}

// early ends

#[test]
fn an_outcome_ends_a_run_that_began_on_an_earlier_day() {
    let story = || lead(sop("ends_on = ['bought']", &["on = 'lead'"], &["offset = '0d'; until = '+9d'"]));
    let bought =
        |on: &str| story().contact(on, Bought, |outcome| outcome.amount_fen = Some(100)).due_days(on, "2026-12-31");
    assert_eq!(bought("2026-01-02"), "");
    let other = story().contact("2026-01-02", Visited, |_| {});
    other.check_days("2026-01-02", "2026-12-31", "01-02..01-10");
}

#[test]
fn who_walked_out_and_bought_on_the_same_day_is_not_followed() {
    let plan =
        || sop("ends_on = ['bought']", &["on = 'outcome'; codes = ['visited']"], &["offset = '+1d'; until = '+2d'"]);
    let story = Story::new(vec![plan()]).contact("2026-01-02", Visited, |_| {});
    story.check_days("2026-01-01", "2026-01-31", "01-03..01-04");
    let bought = story.contact("2026-01-02", Bought, |outcome| outcome.amount_fen = Some(100));
    bought.check_days("2026-01-01", "2026-01-31", "");
    let again = bought.contact("2026-01-02", Visited, |_| {});
    again.check_days("2026-01-01", "2026-01-31", "01-03..01-04");
}

#[test]
fn do_not_contact_ends_the_runs_of_its_own_day_too() {
    let story =
        lead(sop("", &["on = 'lead'"], &["offset = '0d'; until = '+9d'"])).contact("2026-01-01", DoNotContact, |_| {});
    story.check_days("2026-01-01", "2026-12-31", "");
    // what begins later is held, not ended
    let story = story.agree_visit("2026-01-02", "2026-01-02");
    assert!(story.day("2026-01-02").held.iter().all(|row| row.hold.reason == HoldReason::DoNotContact));
}

#[test]
fn a_promise_kept_on_a_day_on_which_it_was_superseded_or_ended_is_not_done_by_it() {
    let promise = |head: &str| Story::new(vec![sop(head, &["on = 'promise'"], &["offset = '0d'; until = '+14d'"])]);
    let ended = promise("").promise("2026-01-01", "2026-01-10").contact("2026-01-12", DoNotContact, |_| {});
    let figures = |story: &Story| {
        let period = guide_common::time::Period::new(day("2026-01-01"), day("2026-01-31")).unwrap();
        let files = std::iter::once(&story.file);
        guide_common::report::report(files, &story.rules, period, day("2026-01-31"), None).total
    };
    let ended = figures(&ended.keep_promise("2026-01-15"));
    assert_eq!((ended.due, ended.ended, ended.done), (1, 1, 0));
    let kept = figures(&promise("").promise("2026-01-01", "2026-01-10").keep_promise("2026-01-15"));
    assert_eq!((kept.due, kept.done, kept.on_time), (1, 1, 1));
}

#[test]
fn an_anchor_that_came_late_supersedes_from_the_day_on_which_it_was_heard_of() {
    let plan = sop("restart = 'supersede'", &["on = 'life_event'; kind = 'birth'"], &["offset = '0d'; until = '+60d'"]);
    let story = Story::new(vec![plan]).life_event("2026-01-01", "birth", "2026-01-01", true);
    let story = story.log("2026-01-10", Interested, &["s"]);
    // told on the twentieth of an event of the fifth: what was done on the tenth stays done
    let story = story.life_event("2026-01-20", "birth", "2026-01-05", true);
    story.check("2026-01-19", "").check("2026-01-20", "s 01-05 wecom");
    let period = guide_common::time::Period::new(day("2026-01-01"), day("2026-01-31")).unwrap();
    let report =
        guide_common::report::report(std::iter::once(&story.file), &story.rules, period, day("2026-01-31"), None);
    assert_eq!((report.total.done, report.total.open, report.total.superseded), (1, 1, 0));
}

#[test]
fn a_step_over_a_channel_of_a_dispatch_goes_on_over_its_own() {
    let plan = sop("", &["on = 'dispatch'"], &["offset = '0d'; until = '+9d'; channels = ['wecom', 'sms']"]);
    let story = Story::new(vec![plan]).dispatch("D1", "2026-01-01", "2026-01-01", Some(Channel::Sms));
    let story = story.log("2026-01-01", NoReply, &["s"]);
    story.check("2026-01-03", "s 01-01#1 wecom");
}
