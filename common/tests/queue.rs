//! The queue: when a task is offered on its day, and in which order tasks and their steps stand.

use guide_common::customer::Tier;
use guide_common::outcome::OutcomeCode::{Interested, NoReply};
use guide_common::sop::gate::contact_hours;
use guide_common::sop::plan::{Plan, Purpose};
use guide_common::sop::queue::{TermName, held_at, order};
use guide_common::sop::settings::Settings;

use crate::story::{Story, day, sop};

/// A customer who became a lead on the first of January.
fn lead(plans: Vec<Plan>) -> Story {
    let mut story = Story::new(plans);
    story.file.customer.lead_on = Some(day("2026-01-01"));
    story
}

/// A customer for whom something is open all year.
fn always() -> Story {
    lead(vec![sop("", &["on = 'lead'"], &["offset = '0d'; until = '+300d'; purpose = 'answer'"])])
}

// times of the day

#[test]
fn outside_contact_hours_nothing_is_offered() {
    let settings = Settings::default();
    let at = |time: &str| {
        let hold = contact_hours(&settings, format!("2026-01-05T{time}").parse().unwrap())?;
        Some(format!("{} {}", hold.until_on.unwrap(), hold.until_time.unwrap()))
    };
    assert_eq!(at("09:29:59").unwrap(), "2026-01-05 09:30:00");
    assert_eq!((at("09:30:00"), at("20:29:59")), (None, None));
    assert_eq!(at("20:30:00").unwrap(), "2026-01-06 09:30:00");
}

#[test]
fn a_task_is_offered_when_the_time_of_its_first_step_has_come() {
    let settings = Settings::default();
    let held = |steps: &[&str], time: &str| {
        let task = lead(vec![sop("", &["on = 'lead'"], steps)]).day("2026-01-01").task.unwrap();
        let hold = held_at(&task, &settings, format!("2026-01-01T{time}").parse().unwrap())?;
        Some(format!("{:?} {}", hold.reason, hold.until_time.unwrap()))
    };
    let (early, late) = ("offset = '0d'; until = '0d'; at = '10:00'", "offset = '0d'; until = '0d'; at = '11:00'");
    assert_eq!(held(&[late, early], "09:59:59").unwrap(), "NotYet 10:00:00");
    assert_eq!(held(&[late, early], "10:00:00"), None);
    assert_eq!(held(&[late, "offset = '0d'; until = '0d'"], "09:30:00"), None);
    assert_eq!(held(&[early], "09:00:00").unwrap(), "ContactHours 09:30:00");
}

// the order of the queue

#[test]
fn a_rush_and_a_broken_promise_come_before_everything_else() {
    let plans = || {
        vec![
            sop("id = 'A'; priority = 100", &["on = 'lead'"], &["offset = '0d'; until = '0d'"]),
            sop("id = 'B'; priority = 0", &["on = 'promise'"], &["offset = '0d'; until = '+14d'; purpose = 'answer'"]),
        ]
    };
    let mut best = Story::new(plans()).buy("2026-01-10", 100_000_000).promise("2026-01-01", "2026-01-10");
    best.file.customer.lead_on = Some(day("2026-01-10"));
    best.file.customer.tier = Tier::S;
    let rushed =
        Story::new(vec![sop("", &["on = 'purchase'"], &["offset = '0d'; until = '+14d'"])]).buy("2026-01-09", 100);
    let rushed = rushed.rush("2026-01-10", "2026-01-12");
    let broken = Story::new(plans()).promise("2026-01-01", "2026-01-09");
    let score = |story: &Story| story.day("2026-01-10").task.unwrap().score;
    assert!(score(&best) < score(&rushed) && score(&best) < score(&broken), "{}", score(&best));
    let terms = |story: &Story| story.day("2026-01-10").task.unwrap().terms[0].name;
    assert_eq!(
        (terms(&rushed), terms(&broken), terms(&best)),
        (TermName::Rush, TermName::PromiseOverdue, TermName::PromiseDue)
    );
}

#[test]
fn a_rush_stands_until_its_last_day_or_until_a_contact_after_it() {
    let rushed = |story: &Story, on: &str| story.day(on).task.is_some_and(|task| task.rush.is_some());
    let story = always().contact("2026-01-10", Interested, |_| {}).rush("2026-01-10", "2026-01-12");
    assert!(rushed(&story, "2026-01-10"), "the contact was before it");
    assert!(rushed(&story, "2026-01-12") && !rushed(&story, "2026-01-09") && !rushed(&story, "2026-01-13"));
    let answered = story.contact("2026-01-11", NoReply, |outcome| outcome.purpose = Some(Purpose::Answer));
    assert!(rushed(&answered, "2026-01-10") && !rushed(&answered, "2026-01-11"));
}

#[test]
fn equal_scores_stand_in_the_order_of_customers() {
    let task = |id: &str| {
        let mut story = always();
        story.file.customer.id = guide_common::id::CustomerId::new(id).unwrap();
        story.day("2026-01-05").task.unwrap()
    };
    let mut tasks = vec![task("C3"), task("C1"), task("C2")];
    order(&mut tasks);
    let order: Vec<&str> = tasks.iter().map(|task| task.customer.as_str()).collect();
    assert_eq!(order, ["C1", "C2", "C3"]);
}

#[test]
fn the_script_offered_is_that_of_the_most_important_step() {
    let plans = vec![
        sop(
            "id = 'A'; priority = 90",
            &["on = 'lead'"],
            &["id = 'high'; offset = '0d'; until = '+14d'; purpose = 'answer'"],
        ),
        sop(
            "id = 'B'; priority = 10",
            &["on = 'promise'"],
            &["id = 'promised'; offset = '0d'; until = '+14d'; purpose = 'answer'"],
        ),
        sop(
            "id = 'C'; priority = 10",
            &["on = 'lead'"],
            &["id = 'low'; offset = '0d'; until = '+14d'; purpose = 'answer'"],
        ),
    ];
    let story = lead(plans).promise("2026-01-01", "2026-01-05");
    let steps = |on: &str| story.day(on).task.unwrap().dues.iter().map(|due| due.step.to_string()).collect::<Vec<_>>();
    assert_eq!(steps("2026-01-03"), ["high", "low"]);
    assert_eq!(steps("2026-01-05"), ["promised", "high", "low"]);
}
