//! Every kind of fact changes something, and taken back it changes nothing from that day on.

use guide_common::consent::SecretSide::{Giver, Recipient};
use guide_common::outcome::OutcomeCode::{self, *};
use guide_common::outcome::{Channel, SkipReason};
use guide_common::promise::AppointmentResult::{Cancelled, Kept, NoShow};
use guide_common::record::{Level, Risk};
use guide_common::report::report;
use guide_common::time::Period;

use crate::story::{Story, day, sop};

/// A desk on which something is open for every kind of fact to change.
fn desk() -> Story {
    let open = |id: &str, more: &str| {
        format!("id = '{id}'; offset = '0d'; until = '+200d'; channels = ['wecom', 'phone']; {more}")
    };
    let plan = |id: &str, trigger: &str, step: String| sop(&format!("id = '{id}'"), &[trigger], &[&step]);
    let answer = "purpose = 'answer'";
    let steps = [
        open("s", ""),
        open("promo", "purpose = 'promo'"),
        open("linked", "linked = true"),
        open("points", "when = 'points >= 10'"),
    ];
    let mut story = Story::new(vec![
        sop("id = 'A'", &["on = 'lead'"], &steps.each_ref().map(String::as_str)),
        plan("B", "on = 'purchase'", open("bought", "")),
        plan("C", "on = 'promise'", open("promised", answer)),
        sop(
            "id = 'D'",
            &["on = 'appointment'"],
            &[
                &open("visit", answer),
                "id = 'missed'; from = 'no_show_on'; offset = '0d'; until = '+200d'; purpose = 'answer'",
            ],
        ),
        plan("E", "on = 'tagged'; group = 'OCC'", open("tagged", "")),
        plan("F", "on = 'coupon_expiry'", "id = 'coupon'; offset = '-200d'; until = '0d'".to_owned()),
        plan("G", "on = 'ticket'; event = 'received'", open("ticket", answer)),
        plan("H", "on = 'level'; event = 'rose'", open("level", "")),
        plan("I", "on = 'dormant'; risk = 'red'", open("risk", "")),
        plan("J", "on = 'owner_changed'", open("owner", "")),
        plan("K", "on = 'life_event'; kind = 'birth'", open("birth", "")),
        plan("L", "on = 'outcome'; codes = ['visited']", open("chain", answer)),
        sop("id = 'Z'", &["on = 'dispatch'"], &[&open("sent", "")]),
    ]);
    // the points are known on the day on which their step would open
    story.file.customer.lead_on = Some(day("2026-01-10"));
    story
        .buy("2026-01-01", 1_000)
        .promise("2026-01-01", "2026-01-05")
        .agree_visit("2026-01-01", "2026-01-20")
        .tag("2026-01-02", "OCC:生日")
        .level("2026-01-02", Level::Silver, |_| {})
}

/// What is seen on some days from the tenth on, and counted over them.
fn picture(story: &Story) -> String {
    let days = ["2026-01-10", "2026-01-11", "2026-01-13", "2026-01-21", "2026-03-15"];
    let seen: Vec<String> = days
        .iter()
        .map(|on| format!("{} {:?}", story.gate_on(on), story.day(on).task.map(|task| (task.terms, task.rush))))
        .collect();
    let period = Period::new(day("2026-01-10"), day("2026-03-15")).unwrap();
    let report = report(std::iter::once(&story.file), &story.rules, period, period.to, None);
    format!("{seen:#?}\n{report:?}")
}

#[track_caller]
fn check(what: &str, tell: impl Fn(Story) -> Story) {
    let before = picture(&desk());
    let told = tell(desk());
    assert_eq!(told.file.facts.len(), desk().file.facts.len() + 1, "{what} is one fact");
    assert_ne!(picture(&told), before, "{what} changes nothing");
    let after = picture(&told);
    let taken_back = told.undo_last("2026-01-10");
    assert_eq!(picture(&taken_back), before, "{what} taken back");
    assert_eq!(picture(&taken_back.redo_last("2026-01-10")), after, "{what} recorded again");
}

#[test]
fn every_outcome_taken_back_never_was() {
    for code in OutcomeCode::ALL {
        check(&format!("{code:?}"), |story| {
            story.log_with("2026-01-10", code, &["s", "promo", "promised", "bought"], |outcome| {
                outcome.amount_fen = (code == Bought).then_some(5_000);
                outcome.next_on = (code == CallLater || code == Appointment).then(|| day("2026-02-01"));
                outcome.reason = (code == Skipped).then_some(SkipReason::Travelling);
            })
        });
        if code != Skipped {
            check(&format!("a free {code:?}"), |story| {
                story.contact("2026-01-10", code, |outcome| {
                    outcome.amount_fen = (code == Bought).then_some(5_000);
                    outcome.next_on = (code == CallLater).then(|| day("2026-02-01"));
                })
            });
        }
    }
}

#[test]
fn everything_else_that_a_guide_records_taken_back_never_was() {
    check("a promise", |story| story.promise("2026-01-10", "2026-01-12"));
    check("a promise kept", |story| story.keep_promise("2026-01-10"));
    check("a visit agreed", |story| story.agree_visit("2026-01-10", "2026-02-10"));
    for result in [Kept, NoShow, Cancelled] {
        check(&format!("a visit {result:?}"), |story| story.close_visit("2026-01-10", result));
    }
    check("a tag", |story| story.tag("2026-01-10", "OCC:婚嫁"));
    check("a tag taken away", |story| story.untag("2026-01-10", "OCC:生日"));
    check("a channel refused", |story| story.forbid("2026-01-10", Some(Channel::Wecom), None));
    check("every channel refused for a while", |story| story.forbid("2026-01-10", None, Some("2026-01-20")));
    check("a purchase hidden", |story| story.secret("2026-01-10", "2026-02-01", Giver, Some("p0")));
    check("something hidden from the customer", |story| story.secret("2026-01-10", "2026-02-01", Recipient, None));
    check("an amnesty", |story| story.waive("2026-01-10", &["s"]));
    check("a task put off", |story| story.snooze("2026-01-10", "2026-01-12T00:00:00", &["s"]));
    check("a deputy", |story| story.hand_over("2026-01-10", "2026-01-20", &["s"]));
}

#[test]
fn a_consent_and_a_closed_complaint_taken_back_never_were() {
    let refused = || desk().forbid("2026-01-09", None, None);
    let complained = || desk().contact("2026-01-09", Complaint, |_| {});
    let allowed = (picture(&refused()), refused().allow("2026-01-10", None));
    let closed = (picture(&complained()), complained().close_complaint("2026-01-10"));
    for (before, told) in [allowed, closed] {
        assert_ne!(picture(&told), before);
        assert_eq!(picture(&told.undo_last("2026-01-10")), before);
    }
}

#[test]
fn what_headquarters_recorded_taken_back_never_was() {
    check("a coupon", |story| story.coupon("K1", "2026-01-10", "2026-03-20", |_| {}));
    check("a ticket", |story| story.ticket("R1", ["2026-01-10", "-", "-", "-"]));
    check("a level", |story| story.level("2026-01-10", Level::Gold, |_| {}));
    check("a risk", |story| story.risk("2026-01-10", Risk::Red));
    check("points", |story| story.points("2026-01-10", 20));
    check("a change of owner", |story| story.change_owner("2026-01-10"));
    check("a life event", |story| story.life_event("2026-01-10", "birth", "2026-01-10", true));
    check("a dispatch", |story| story.dispatch_plan("Z", "D1", "2026-01-10", "2026-01-12", None));
    check("a rush", |story| story.rush("2026-01-10", "2026-01-20"));
}
