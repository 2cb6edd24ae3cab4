//! The amnesty after a leave: what becomes of every due, each rule as a named claim, and the numbers of the demo.

use std::collections::BTreeSet;

use chrono::{NaiveDate, Weekday};
use guide_common::amnesty::WaiveReason;
use guide_common::apply::CustomerFile;
use guide_common::calendar::Leave;
use guide_common::customer::{Loan, Tier};
use guide_common::fact::FactBody;
use guide_common::id::GuideId;
use guide_common::op::OpBody;
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::record::{Risk, RiskRecord};
use guide_common::sop::backlog::{Amnesty, AmnestyCount, Fate, amnesty};
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;

use crate::leave_cast::desk::{THE_AMNESTY, apply, of, record, rules, tasks, with_pace};
use crate::leave_cast::{Person, care_turn, customers, day, leave, return_day};

/// The fates of one customer's dues: `plan/step fate`, sorted and joined by `, `.
fn fates(amnesty: &Amnesty) -> String {
    let word = |fate| match fate {
        Fate::Kept { .. } => "kept".to_owned(),
        Fate::AtRisk { .. } => "at risk".to_owned(),
        Fate::Merged { .. } => "merged".to_owned(),
        Fate::Expired { reason } => format!("{reason:?}"),
        Fate::Handed { .. } => "handed".to_owned(),
        Fate::Unknown => "unknown".to_owned(),
    };
    let mut fates: Vec<String> =
        amnesty.dues.iter().map(|due| format!("{}/{} {}", due.due.plan, due.due.step, word(due.fate))).collect();
    fates.sort();
    fates.join(", ")
}

#[track_caller]
fn check(person: Person, expected: &str) {
    let files = [person.file];
    assert_eq!(fates(&of(&files, &rules(&files))), expected);
}

fn somebody() -> Person {
    Person::new("x", 1)
}

#[test]
fn of_143_dues_31_tasks_are_kept_58_dues_merged_41_expired_with_reasons_and_13_handed_to_the_deputy() {
    let files = customers();
    let amnesty = of(&files, &rules(&files));
    let handed = AmnestyCount { n_dues: 143, n_kept: 31, n_merged: 58, n_expired: 41, n_handed: 13, ..amnesty.count };
    assert_eq!(amnesty.count, handed);
    assert_eq!((amnesty.count.n_at_risk, amnesty.count.n_held), (0, 0));
    let by = |reason| amnesty.n_expired_by(reason);
    assert_eq!([by(WaiveReason::MomentPassed), by(WaiveReason::PromoPassed), by(WaiveReason::Overtaken)], [26, 13, 2]);
}

#[test]
fn once_it_is_recorded_143_dues_are_a_queue_of_31_tasks() {
    let mut files = customers();
    let rules = rules(&files);
    assert_eq!(tasks(&files, &rules).iter().map(|task| task.dues.len()).sum::<usize>(), 143);
    let facts = of(&files, &rules).facts(THE_AMNESTY);
    record(&mut files, facts);
    assert_eq!(tasks(&files, &rules).len(), 31);
    assert_eq!(tasks(&files, &rules).iter().map(|task| task.dues.len()).sum::<usize>(), 31 + 58);
}

#[test]
fn the_numbers_hold_whichever_other_day_the_guide_has_off() {
    let files = customers();
    for off in [Weekday::Mon, Weekday::Tue, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun] {
        let mut rules = rules(&files);
        rules.calendar.days_off = vec![off];
        let AmnestyCount { n_dues, n_kept, n_merged, n_expired, n_handed, .. } = of(&files, &rules).count;
        assert_eq!([n_dues, n_kept, n_merged, n_expired, n_handed], [143, 31, 58, 41, 13], "{off} off");
    }
}

#[test]
fn a_short_step_that_opened_in_the_leave_expires_and_one_that_opened_before_or_after_it_does_not() {
    check(somebody().sale(day(-5), 800), "P01/satisfaction MomentPassed");
    check(somebody().sale(day(-3), 800), "P01/satisfaction kept");
    let mut rules = rules(&[]);
    rules.calendar.leaves[0].from_on = day(-1);
    let files = [somebody().sale(day(-5), 800).file];
    let short = Leave { from_on: day(-1), ..leave() };
    assert_eq!(fates(&amnesty(&files, &rules, &short, return_day(), None)), "P01/satisfaction kept");
}

#[test]
fn a_step_that_stays_open_longer_than_a_week_is_kept() {
    check(somebody().sale(day(-25), 800), "P01/knowledge kept");
    check(somebody().taken_over(-12), "P11/preference kept");
}

#[test]
fn a_promotion_that_opened_in_the_leave_expires_and_one_that_opened_before_it_does_not() {
    check(somebody().birth(-18), "P14/first_month PromoPassed");
    check(somebody().birth(-21), "P14/first_month kept");
}

#[test]
fn an_older_step_expires_where_a_later_one_of_the_same_run_is_open() {
    let lead = somebody().lead(-68).tag("BUD", "8千–2万");
    check(lead.wedding(63), "P05/close Overtaken, P05/wedding_60 kept");
}

#[test]
fn the_care_of_two_pieces_is_one_visit_and_none_overtakes_the_other() {
    let person = somebody().piece(care_turn(-2), 800, "足金").piece(care_turn(4), 800, "钻石");
    check(person, "P07/care kept, P07/care merged");
}

#[test]
fn promises_recovery_tickets_and_agreed_visits_never_expire() {
    check(somebody().promise(-12, -9), "P16/due kept, P16/manager merged");
    check(somebody().ticket(-8, -2), "P12b/ready kept");
    let visit = |offset| Outcome { next_on: Some(day(offset)), ..Outcome::new(day(-20), OutcomeCode::Appointment) };
    check(somebody().fact(FactBody::Outcome(visit(0))), "P04b/visit kept");
    let complaint = Outcome { score: Some(2), ..Outcome::new(day(-6), OutcomeCode::Complaint) };
    check(somebody().fact(FactBody::Outcome(complaint)), "P10/check kept");
}

#[test]
fn a_day_that_the_customer_chose_never_expires() {
    let mut files = [somebody().sale(day(-14), 800).file];
    let rules = rules(&files);
    let asked_on = day(-11);
    let satisfaction = customer_day(&files[0], &rules, asked_on).task.unwrap().dues[0].due_id;
    let outcome = Outcome {
        due_ids: vec![satisfaction],
        next_on: Some(day(-2)),
        ..Outcome::new(asked_on, OutcomeCode::CallLater)
    };
    let customer = files[0].customer.id.clone();
    apply(&mut files, 1, customer, OpBody::Fact(FactBody::Outcome(outcome)));
    assert_eq!(fates(&of(&files, &rules)), "P01/satisfaction kept");
}

#[test]
fn what_the_guide_would_not_reach_in_time_goes_to_the_deputy_with_all_of_its_task() {
    let (files, rules) = busy();
    let amnesty = of(&files, &rules);
    let of_customer = |id: &str| {
        let dues = amnesty.dues.iter().filter(|due| due.customer.as_str() == id);
        dues.map(|due| due.fate).collect::<Vec<_>>()
    };
    assert_eq!(of_customer("L-s-0")[0], Fate::Kept { turn_on: day(0) });
    assert_eq!(of_customer("L-two-0"), [Fate::Handed { until_on: day(9) }; 2]);
    assert_eq!(of_customer("L-late-0"), [Fate::Kept { turn_on: day(1) }]);
}

#[test]
fn without_a_deputy_what_is_not_reached_in_time_stays_and_is_at_risk() {
    let (files, rules) = busy();
    let amnesty = amnesty(&files, &rules, &leave(), return_day(), None);
    let AmnestyCount { n_kept, n_at_risk, n_handed, n_merged, .. } = amnesty.count;
    assert_eq!([n_kept, n_at_risk, n_handed, n_merged], [3, 1, 0, 2]);
    let at_risk = amnesty.dues.iter().find(|due| due.fate == Fate::AtRisk { until_on: day(0) });
    assert_eq!(at_risk.unwrap().customer.as_str(), "L-two-0");
    assert!(amnesty.facts(THE_AMNESTY).is_empty());
}

#[test]
fn a_day_off_puts_off_every_turn_behind_it() {
    let (files, mut rules) = busy();
    rules.calendar.days_off = vec![Weekday::Thu, Weekday::Fri];
    let turns: Vec<Fate> = of(&files, &rules).dues.iter().map(|due| due.fate).collect();
    assert!(turns.contains(&Fate::Kept { turn_on: day(3) }), "{turns:?}");
}

/// One contact a day: an overdue promise, the care of two pieces of which one closes today, and a step that has time.
fn busy() -> (Vec<CustomerFile>, Rules) {
    let first = Person::new("s", 0).promise(-12, -8).file;
    let second = Person::new("two", 0).piece(care_turn(-7), 800, "足金").piece(care_turn(2), 800, "足金").file;
    let third = Person::new("late", 0).sale(day(-24), 900).file;
    let files = vec![first, second, third];
    let rules = with_pace(&rules(&files), 1);
    (files, rules)
}

#[test]
fn customers_on_loan_from_another_guide_are_left_alone() {
    let mut person = somebody().sale(day(-5), 800);
    person.file.customer.lent = Some(Loan { from: GuideId::new("g04").unwrap(), until_on: day(5) });
    check(person, "");
}

#[test]
fn what_an_expired_due_sets_free_is_counted_too() {
    // the invitation holds the wake-up that came after it, both plans exclude each other
    let risk = RiskRecord { on: day(-1), risk: Risk::Red, reason: None };
    let person = somebody().tier(Tier::A).sale(day(-200), 800).fact(FactBody::Risk(risk));
    let files = [person.file];
    let rules = rules(&files);
    let before = customer_day(&files[0], &rules, return_day());
    assert_eq!(before.task.unwrap().dues.len(), 1);
    assert_eq!(before.held.len(), 1);
    let amnesty = of(&files, &rules);
    assert_eq!(fates(&amnesty), "P03/service kept, P06/invite MomentPassed");
    assert_eq!(amnesty.count.n_held, 0);
}

#[test]
fn each_customer_has_one_fact_a_reason_and_one_for_the_deputy() {
    let files = customers();
    let facts = of(&files, &rules(&files)).facts(THE_AMNESTY);
    let mut seen = BTreeSet::new();
    for (customer, body) in &facts {
        let kind = match body {
            FactBody::Waived(waived) => format!("{:?}", waived.reason),
            FactBody::Handed(handed) => handed.to.to_string(),
            _ => panic!("{body:?} is no fact of an amnesty"),
        };
        assert!(seen.insert((customer.clone(), kind)), "{customer} has two of one kind");
    }
    assert_eq!(facts.len(), 41 + 13);
}

#[test]
fn the_leave_of_the_cast_lies_before_its_return() {
    let leave: (NaiveDate, NaiveDate) = (leave().from_on, leave().to_on);
    assert_eq!((leave.1 - leave.0).num_days(), 9);
    assert_eq!(leave.1.succ_opt(), Some(return_day()));
}
