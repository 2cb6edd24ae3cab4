//! The one gate: what it holds, why, and until when; and what the queue makes of what it lets through.

use guide_common::customer::Loan;
use guide_common::id::GuideId;
use guide_common::outcome::Channel;
use guide_common::outcome::OutcomeCode::{self, *};
use guide_common::promise::AppointmentResult::*;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Purpose;
use guide_common::sop::settings::Settings;

use crate::story::{Story, day, sop};

const PROMO: &str = "id = 'p'; offset = '0d'; until = '+300d'; purpose = 'promo'; channels = ['wecom', 'phone']";
const SERVICE: &str = "id = 's'; offset = '0d'; until = '+300d'; channels = ['wecom', 'phone']";
const ANSWER: &str = "id = 'a'; offset = '0d'; until = '+300d'; purpose = 'answer'; channels = ['wecom', 'phone']";

/// A customer for whom a step of each purpose is open from the first of the year on.
fn all_open() -> Story {
    open(vec![sop("", &["on = 'lead'"], &[PROMO, SERVICE, ANSWER])])
}

fn open(plans: Vec<guide_common::sop::plan::Plan>) -> Story {
    let mut story = Story::new(plans);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story
}

const FREE: &str = "a wecom, p wecom, s wecom";

/// A contact of the tenth of January that no task asked for.
fn touched(code: OutcomeCode, channel: Channel, purpose: Option<Purpose>) -> Story {
    all_open().contact("2026-01-10", code, |outcome| (outcome.channel, outcome.purpose) = (channel, purpose))
}

// the touch cap

#[test]
fn between_two_contacts_lie_three_days_day_0_and_day_3_are_allowed() {
    let story = touched(Interested, Channel::Wecom, None);
    story.check_gate("2026-01-09", FREE);
    for on in ["2026-01-10", "2026-01-11", "2026-01-12"] {
        story.check_gate(on, "a wecom | touch_cap 01-13: p, s");
    }
    story.check_gate("2026-01-13", FREE);
}

#[test]
fn the_latest_contact_decides() {
    let story = touched(Interested, Channel::Wecom, None).contact("2026-01-12", Interested, |_| {});
    story.check_gate("2026-01-14", "a wecom | touch_cap 01-15: p, s").check_gate("2026-01-15", FREE);
}

#[test]
fn the_touch_cap_counts_over_all_guides_and_channels() {
    for channel in [Channel::Wecom, Channel::Phone, Channel::Sms, Channel::Card] {
        let mut story = all_open();
        story.guide = GuideId::new("somebody_else").unwrap();
        let story = story.contact("2026-01-10", Interested, |outcome| outcome.channel = channel);
        story.check_gate("2026-01-12", "a wecom | touch_cap 01-13: p, s");
    }
}

#[test]
fn whatever_came_of_it_a_contact_counts_and_only_a_skipped_one_was_none() {
    for code in OutcomeCode::ALL.into_iter().filter(|code| !matches!(code, Complaint | DoNotContact | NoNeed)) {
        let story = all_open().contact("2026-01-10", code, |outcome| {
            outcome.amount_fen = (code == Bought).then_some(100);
            outcome.next_on = (code == CallLater).then_some(day("2026-02-01"));
            outcome.reason = (code == Skipped).then_some(guide_common::outcome::SkipReason::MetToday);
        });
        let story = if code == Bought { open(story.rules.plans().to_vec()) } else { story };
        match code {
            Bought => {}
            Skipped => _ = story.check_gate("2026-01-11", FREE),
            _ => _ = story.check_gate("2026-01-11", "a wecom | touch_cap 01-13: p, s"),
        }
    }
    let mut story = all_open().contact("2026-01-10", Interested, |_| {});
    let guide_common::fact::FactBody::Outcome(outcome) = &mut story.file.facts[0].body else { panic!() };
    outcome.code = OutcomeCode::Unknown;
    story.check_gate("2026-01-11", "a wecom | touch_cap 01-13: p, s");
}

#[test]
fn an_answer_passes_the_caps_and_counts_in_none() {
    touched(Interested, Channel::Wecom, Some(Purpose::Answer)).check_gate("2026-01-11", FREE);
    let story = all_open().log("2026-01-10", Interested, &["a"]);
    story.check_gate("2026-01-10", "p wecom, s wecom");
}

#[test]
fn a_post_and_a_meeting_in_the_shop_are_no_touch() {
    for channel in [Channel::Moments, Channel::Group, Channel::OfficialAccount, Channel::Visit] {
        touched(Interested, channel, None).check_gate("2026-01-11", FREE);
    }
}

#[test]
fn a_merged_contact_counts_as_the_most_selling_of_its_steps() {
    let story = all_open().log("2026-01-10", Interested, &["a", "s"]);
    story.check_gate("2026-01-11", "| touch_cap 01-13: p");
    let story = all_open().log("2026-01-10", Interested, &["a", "p"]).contact("2026-01-20", Interested, |outcome| {
        outcome.purpose = Some(Purpose::Promo);
    });
    let story = open_again(story);
    story.check_gate("2026-02-01", "a wecom, s wecom | promo_cap 02-09: q");
}

/// The same facts with one more promotion open.
fn open_again(mut story: Story) -> Story {
    let more = sop(
        "id = 'Q'",
        &["on = 'lead'"],
        &[
            "id = 'q'; offset = '0d'; until = '+300d'; purpose = 'promo'",
            "id = 'a'; offset = '0d'; until = '+300d'; purpose = 'answer'",
        ],
    );
    let plans = story.rules.plans().iter().cloned().chain([more]).collect();
    story.rules = story.rules.with_plans(plans);
    story
}

#[test]
fn the_second_attempt_two_days_later_waits_for_the_touch_cap_too() {
    let story = open(vec![sop("", &["on = 'lead'"], &[SERVICE])]).log("2026-01-10", NoReply, &["s"]);
    story.check("2026-01-12", "s 01-01#1 phone").check_gate("2026-01-12", "| touch_cap 01-13: s");
    story.check_gate("2026-01-13", "s phone");
}

#[test]
fn an_undone_contact_counts_in_no_cap() {
    touched(Interested, Channel::Wecom, None).undo_last("2026-01-11").check_gate("2026-01-11", FREE);
}

// promotions

fn promos(days: &[&str]) -> Story {
    days.iter()
        .fold(all_open(), |story, on| story.contact(on, Interested, |outcome| outcome.purpose = Some(Purpose::Promo)))
}

#[test]
fn two_promotions_in_thirty_days_are_the_most_until_the_first_is_thirty_days_old() {
    promos(&["2026-01-01"]).check_gate("2026-01-05", FREE);
    let story = promos(&["2026-01-01", "2026-01-10"]);
    story.check_gate("2026-01-14", "a wecom, s wecom | promo_cap 01-31: p");
    story.check_gate("2026-01-30", "a wecom, s wecom | promo_cap 01-31: p").check_gate("2026-01-31", FREE);
    // with a third one, whyever it was made, the second must be that old
    let story = promos(&["2026-01-01", "2026-01-10", "2026-01-12"]);
    story.check_gate("2026-02-08", "a wecom, s wecom | promo_cap 02-09: p").check_gate("2026-02-09", FREE);
}

#[test]
fn service_counts_as_no_promotion() {
    let service = |story: Story, on: &str| story.contact(on, Interested, |_| {});
    let story = service(service(service(all_open(), "2026-01-01"), "2026-01-05"), "2026-01-09");
    story.check_gate("2026-01-12", FREE);
}

#[test]
fn with_no_promotion_allowed_every_one_is_held() {
    let mut story = all_open();
    story.rules.settings = Settings { promo_max: 0, ..Settings::default() }.into();
    story.check_gate("2026-01-05", "a wecom, s wecom | promo_cap: p");
}

#[test]
fn a_promotion_whose_due_had_gone_was_a_promotion_all_the_same() {
    let story = all_open();
    let ids = story.due_ids("2026-01-05", &["p"]);
    let story = story.log("2026-01-05", Interested, &["p"]).log_dues("2026-01-06", Interested, ids);
    open_again(story).check_gate("2026-01-20", "a wecom, a wecom, s wecom | promo_cap 02-04: q");
}

#[test]
fn a_promotion_whose_run_is_no_more_was_a_promotion_all_the_same() {
    let gift = sop("id = 'G'", &["on = 'life_event'; kind = 'birth'"], &[PROMO]);
    let story = open(vec![
        gift,
        sop("", &["on = 'lead'"], &[ANSWER, "id = 'q'; offset = '0d'; until = '+300d'; purpose = 'promo'"]),
    ]);
    let story = story.contact("2026-01-01", Interested, |outcome| outcome.purpose = Some(Purpose::Promo));
    let story = story.life_event("2026-01-05", "birth", "2026-01-05", true);
    let named = story.due_ids("2026-01-05", &["p", "a"]);
    let mut story =
        story.log_with("2026-01-05", Interested, &["p", "a"], |outcome| outcome.purpose = Some(Purpose::Promo));
    let event = story.file.facts[1].id;
    story.take_back("2026-01-06", event);
    assert_eq!(named.len(), 2);
    story.check_gate("2026-01-20", "| promo_cap 01-31: q");
}

#[test]
fn after_no_need_promotions_rest_for_sixty_days() {
    let story = touched(NoNeed, Channel::Wecom, Some(Purpose::Answer));
    story.check_gate("2026-01-10", "a wecom, s wecom | promo_rest 03-11: p");
    story.check_gate("2026-03-10", "a wecom, s wecom | promo_rest 03-11: p").check_gate("2026-03-11", FREE);
}

#[test]
fn an_agreed_visit_holds_promotions_until_the_day_after_it() {
    let story = || all_open().agree_visit("2026-01-10", "2026-01-20");
    story().check_gate("2026-01-09", FREE).check_gate("2026-01-10", "a wecom, s wecom | visit_agreed 01-21: p");
    story().check_gate("2026-01-20", "a wecom, s wecom | visit_agreed 01-21: p").check_gate("2026-01-21", FREE);
    story().close_visit("2026-01-15", Cancelled).check_gate("2026-01-15", FREE);
    let moved = story().agree_visit("2026-01-12", "2026-01-25");
    moved.check_gate("2026-01-21", "a wecom, s wecom | visit_agreed 01-26: p");
}

// complaints, do not contact, consent

#[test]
fn an_open_complaint_holds_all_but_the_recovery() {
    let recovery = sop(
        "id = 'R'; recovery = true",
        &["on = 'outcome'; codes = ['complaint']"],
        &["id = 'r'; offset = '0d'; until = '+300d'; purpose = 'answer'"],
    );
    let story = open(vec![sop("", &["on = 'lead'"], &[PROMO, SERVICE, ANSWER]), recovery]);
    let story = story.contact("2026-01-10", Complaint, |outcome| outcome.purpose = Some(Purpose::Answer));
    story.check_gate("2026-01-20", "r wecom | open_complaint: a, p, s");
    let story = story.close_complaint("2026-01-21");
    story.check_gate("2026-01-20", "r wecom | open_complaint: a, p, s");
    story.check_gate("2026-01-21", "a wecom, p wecom, r wecom, s wecom");
    let again = story.contact("2026-01-25", Complaint, |outcome| outcome.purpose = Some(Purpose::Answer));
    again.check_gate("2026-01-26", "r wecom, r wecom | open_complaint: a, p, s");
}

#[test]
fn a_bad_score_without_a_complaint_holds_nothing() {
    let story =
        all_open().contact("2026-01-10", Interested, |o| (o.score, o.purpose) = (Some(1), Some(Purpose::Answer)));
    story.check_gate("2026-01-10", FREE);
}

#[test]
fn do_not_contact_holds_everything_that_starts_later_until_the_customer_allows_it_again() {
    let recovery = sop("recovery = true", &["on = 'purchase'"], &[ANSWER]);
    let story =
        || Story::new(vec![recovery.clone()]).contact("2026-01-01", DoNotContact, |_| {}).buy("2026-01-05", 100);
    story().check_gate("2026-01-05", "| do_not_contact: a");
    let one = story().allow("2026-01-10", Some(Channel::Wecom));
    one.check_gate("2026-01-10", "| do_not_contact: a");
    let all = story().allow("2026-01-10", None);
    all.check_gate("2026-01-09", "| do_not_contact: a").check_gate("2026-01-10", "a wecom");
    let again = all.contact("2026-01-12", DoNotContact, |_| {}).buy("2026-01-13", 100);
    again.check_gate("2026-01-13", "| do_not_contact: a");
    // said on one day, the later word counts
    again.allow("2026-01-12", None).check_gate("2026-01-13", "a wecom");
}

#[test]
fn headquarters_own_mark_is_lifted_by_headquarters_only() {
    let mut story = all_open();
    story.file.customer.do_not_contact = true;
    story.allow("2026-01-02", None).check_gate("2026-01-05", "| do_not_contact: a, p, s");
}

#[test]
fn a_refused_channel_is_passed_over_for_the_next_one() {
    let story = all_open().forbid("2026-01-05", Some(Channel::Wecom), None);
    story.check_gate("2026-01-04", FREE).check_gate("2026-01-05", "a phone, p phone, s phone");
    let story = story.forbid("2026-01-06", Some(Channel::Phone), Some("2026-01-20"));
    story.check_gate("2026-01-20", "| no_consent 01-21: a, p, s").check_gate("2026-01-21", "a phone, p phone, s phone");
    story.allow("2026-01-07", None).check_gate("2026-01-07", FREE);
}

#[test]
fn a_refusal_without_a_channel_is_of_all_of_them() {
    all_open().forbid("2026-01-05", None, None).check_gate("2026-01-05", "| no_consent: a, p, s");
}

#[test]
fn a_refusal_that_is_over_leaves_the_one_before_it() {
    let story =
        all_open().forbid("2026-01-02", Some(Channel::Wecom), None).forbid("2026-01-05", None, Some("2026-01-10"));
    story.check_gate("2026-01-10", "| no_consent 01-11: a, p, s").check_gate("2026-01-11", "a phone, p phone, s phone");
    let only = open(vec![sop("", &["on = 'lead'"], &["offset = '0d'; until = '+300d'"])]);
    let only = only.forbid("2026-01-02", Some(Channel::Wecom), None).forbid("2026-01-05", None, Some("2026-01-10"));
    only.check_gate("2026-01-10", "| no_consent: s");
}

#[test]
fn of_two_words_on_one_day_the_later_one_counts() {
    all_open()
        .allow("2026-01-05", None)
        .forbid("2026-01-05", None, None)
        .check_gate("2026-01-05", "| no_consent: a, p, s");
    all_open().forbid("2026-01-05", None, None).allow("2026-01-05", None).check_gate("2026-01-05", FREE);
}

#[test]
fn a_refusal_that_was_taken_back_is_none() {
    all_open().forbid("2026-01-05", None, None).undo_last("2026-01-06").check_gate("2026-01-06", FREE);
}

#[test]
fn of_several_reasons_the_strongest_is_shown() {
    let story = promos(&["2026-01-01", "2026-01-10"]).agree_visit("2026-01-10", "2026-01-20");
    story.check_gate("2026-01-11", "a wecom | visit_agreed 01-21: p | touch_cap 01-13: s");
    let story = story.forbid("2026-01-11", None, None);
    story.check_gate("2026-01-11", "| no_consent: a, p, s");
    let story = story.contact("2026-01-11", Complaint, |_| {});
    story.check_gate("2026-01-11", "| open_complaint: a, p, s");
}

// days that the customer chose

#[test]
fn a_day_that_the_customer_chose_passes_the_caps_and_nothing_else() {
    let later = |story: Story, step: &str, on: &str| {
        story.log_with("2026-01-10", CallLater, &[step], |outcome| outcome.next_on = Some(day(on)))
    };
    let story = || later(all_open(), "p", "2026-01-11").agree_visit("2026-01-10", "2026-01-20");
    story().check_gate("2026-01-11", "a wecom, p wecom | touch_cap 01-13: s");
    let refused = story().forbid("2026-01-11", None, None);
    refused.check_gate("2026-01-11", "| no_consent: a, p, s");
    let complained = story().contact("2026-01-11", Complaint, |_| {});
    complained.check_gate("2026-01-11", "| open_complaint: a, p, s");
}

#[test]
fn a_contact_on_a_chosen_day_counts_like_any_other() {
    let story =
        all_open().log_with("2026-01-10", CallLater, &["s"], |outcome| outcome.next_on = Some(day("2026-01-13")));
    story.log("2026-01-13", Interested, &["s"]).check_gate("2026-01-15", "a wecom | touch_cap 01-16: p");
}

// plans of one group

#[test]
fn of_an_exclusive_group_the_run_that_began_first_goes_on_until_it_is_over() {
    let of = |id: &str, trigger: &str, priority: u32| {
        let head = format!("id = '{id}'; exclusive = 'x'; priority = {priority}");
        sop(
            &head,
            &[trigger],
            &[&format!("id = '{}'; offset = '0d'; until = '+10d'; purpose = 'answer'", id.to_lowercase())],
        )
    };
    let mut story = Story::new(vec![of("A", "on = 'lead'", 1), of("B", "on = 'contact_added'", 9)]);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story.file.customer.wecom_on = Some(day("2026-01-05"));
    story.check_gate("2026-01-05", "a wecom | exclusive_plan 01-12: b").check_gate("2026-01-12", "b wecom");
    let done = story.log("2026-01-06", Interested, &["a"]);
    done.check_gate("2026-01-06", "b wecom");
    let mut same_day = Story::new(done.rules.plans().to_vec());
    same_day.file.customer.lead_on = Some(day("2026-01-05"));
    same_day.file.customer.wecom_on = Some(day("2026-01-05"));
    same_day.check_gate("2026-01-05", "b wecom | exclusive_plan 01-16: a");
}

// deputies

#[test]
fn what_was_handed_over_is_held_for_the_owner_and_all_that_the_deputy_sees() {
    let story = || all_open().hand_over("2026-01-10", "2026-01-20", &["s"]);
    story().check_gate("2026-01-10", "a wecom, p wecom | with_deputy 01-21: s");
    story().check_gate("2026-01-20", "a wecom, p wecom | with_deputy 01-21: s").check_gate("2026-01-21", FREE);
    let mut lent = story();
    lent.file.customer.lent = Some(Loan { from: GuideId::new("g1").unwrap(), until_on: day("2026-01-20") });
    lent.check_gate("2026-01-10", "s wecom").check_gate("2026-01-20", "s wecom").check_gate("2026-01-21", "");
    lent.undo_last("2026-01-12").check_gate("2026-01-12", "");
}

#[test]
fn the_next_attempt_of_what_was_handed_over_is_the_deputy_s_too() {
    let story = || all_open().hand_over("2026-01-10", "2026-01-20", &["s"]).log("2026-01-11", NoReply, &["s"]);
    story().check_gate("2026-01-14", "a wecom, p wecom | with_deputy 01-21: s");
    let mut lent = story();
    lent.file.customer.lent = Some(Loan { from: GuideId::new("g1").unwrap(), until_on: day("2026-01-20") });
    lent.check_gate("2026-01-14", "s phone");
}

#[test]
fn the_gate_holds_the_deputy_s_tasks_like_the_owner_s() {
    let mut lent = all_open().hand_over("2026-01-10", "2026-01-20", &["s"]).contact("2026-01-10", Interested, |_| {});
    lent.file.customer.lent = Some(Loan { from: GuideId::new("g1").unwrap(), until_on: day("2026-01-20") });
    lent.check_gate("2026-01-12", "| touch_cap 01-13: s").check_gate("2026-01-13", "s wecom");
}

// what the guide put off

#[test]
fn what_was_put_off_is_held_until_then_and_nothing_else_is() {
    let story = all_open().snooze("2026-01-05", "2026-01-08T00:00:00", &["s"]);
    story.check_gate("2026-01-04", FREE);
    story.check_gate("2026-01-05", "a wecom, p wecom | snoozed 01-08: s").check_gate("2026-01-08", FREE);
    let story = story.undo_last("2026-01-06");
    story.check_gate("2026-01-05", "a wecom, p wecom | snoozed 01-08: s").check_gate("2026-01-06", FREE);
}

#[test]
fn the_last_word_on_a_due_decides_also_an_earlier_time() {
    let story = all_open().snooze("2026-01-05", "2026-01-20T00:00:00", &["s"]);
    let story = story.snooze("2026-01-06", "2026-01-09T00:00:00", &["s"]);
    story.check_gate("2026-01-08", "a wecom, p wecom | snoozed 01-09: s").check_gate("2026-01-09", FREE);
}

#[test]
fn a_due_is_offered_on_its_last_day_however_far_it_was_put_off() {
    let short = "id = 's'; offset = '0d'; until = '+6d'; channels = ['wecom', 'phone']";
    let story = open(vec![sop("", &["on = 'lead'"], &[short])]).snooze("2026-01-02", "2026-03-01T00:00:00", &["s"]);
    story.check_gate("2026-01-06", "| snoozed 01-07: s").check_gate("2026-01-07", "s wecom");
}

#[test]
fn a_snooze_is_no_contact_and_the_next_attempt_is_not_put_off() {
    let story = all_open().snooze("2026-01-05", "2026-01-08T00:00:00", &["s"]);
    let story = story.log("2026-01-06", NoReply, &["s"]);
    story.check_gate("2026-01-10", "a wecom, p wecom, s phone");
    assert_eq!(story.day("2026-01-10").task.unwrap().dues.iter().map(|due| due.attempt).max(), Some(1));
}

#[test]
fn on_its_day_what_was_put_off_waits_for_the_time() {
    let story = all_open().snooze("2026-01-05", "2026-01-08T14:30:00", &["a", "p", "s"]);
    let task = story.day("2026-01-08").task.unwrap();
    let held = |time: &str| {
        let now = format!("2026-01-08T{time}:00").parse().unwrap();
        guide_common::sop::queue::held_at(&task, &Settings::default(), now).map(|hold| hold.reason)
    };
    assert_eq!((held("14:29"), held("14:30")), (Some(HoldReason::Snoozed), None));
    assert_eq!(held("09:00"), Some(HoldReason::ContactHours));
}
