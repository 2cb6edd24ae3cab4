//! The order of facts is the one in which headquarters took them in: no client's clock and no id decides anything.
use chrono::{DateTime, NaiveDate, Utc};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::consent::Consent;
use guide_common::customer::Customer;
use guide_common::fact::FactBody;
use guide_common::id::OpId;
use guide_common::op::{Op, OpBody, Stamp};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::promise::{Appointment, AppointmentClosed, AppointmentResult};
use guide_common::sop::gate::{HoldReason, holds};
use guide_common::sop::history::History;
use guide_common::sop::rules::Rules;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-08-12")
}

/// An op of a terminal whose clock shows `at`; the id is made of that clock, as a version 7 UUID is.
fn op(device: &str, at: &str, body: FactBody) -> Op {
    let at_wall: DateTime<Utc> = at.parse().unwrap();
    let millis = u64::try_from(at_wall.timestamp_millis()).unwrap();
    let low = device.bytes().map(u64::from).sum();
    let stamp = Stamp {
        op_id: OpId(uuid::Uuid::from_u64_pair(millis << 16, low)),
        device: device.parse().unwrap(),
        local_seq: 1,
        base_rev: None,
        at_wall,
        at_mono: 0,
    };
    Op::new(stamp, "C1".parse().unwrap(), &OpBody::Fact(body))
}

fn file_of(ops: &[Op]) -> CustomerFile {
    let mut file = CustomerFile::new(Customer::new("C1".parse().unwrap(), "华绍棠".to_owned()));
    for op in ops {
        assert_eq!(file.apply(op, &"G1".parse().unwrap()), Ok(Applied::Changed(op.op_id)));
    }
    file
}

fn opts(allowed: bool) -> FactBody {
    FactBody::Consent(Consent { on: today(), allowed, channel: None, until_on: None })
}

fn opted_out() -> FactBody {
    FactBody::Outcome(Outcome::new(today(), OutcomeCode::DoNotContact))
}

/// Whether the last word of these ops, as headquarters took them in, is that nobody may contact the customer.
#[track_caller]
fn check_forbidden(ops: &[Op], expected: bool) {
    let mut file = file_of(ops);
    for _ in 0..2 {
        let held = holds(&file, &Rules::default(), today()).iter().any(|hold| hold.reason == HoldReason::DoNotContact);
        let history = History::of(&file, today());
        let refused = history.consents.last().is_some_and(|(_, consent)| !consent.allowed);
        assert_eq!(held || refused, expected);
        // in a file facts stand in no particular order
        file.facts.reverse();
    }
}

const LATE: &str = "2031-01-01T00:00:00Z";
const EARLY: &str = "2019-01-01T00:00:00Z";

#[test]
fn of_two_terminals_with_clocks_years_apart_the_later_at_headquarters_has_the_last_word() {
    check_forbidden(&[op("d1", LATE, opts(false)), op("d2", EARLY, opts(true))], false);
    check_forbidden(&[op("d1", LATE, opts(true)), op("d2", EARLY, opts(false))], true);
    check_forbidden(&[op("d1", LATE, opted_out()), op("d2", EARLY, opts(true))], false);
    check_forbidden(&[op("d1", LATE, opts(true)), op("d2", EARLY, opted_out())], true);
}

#[test]
fn a_clock_that_jumps_back_between_two_ops_of_a_day_changes_nothing() {
    let ops = [op("d1", "2026-08-12T08:00:00Z", opted_out()), op("d1", "2026-08-11T23:00:00Z", opts(true))];
    check_forbidden(&ops, false);
    let file = file_of(&ops);
    let [first, second] = [0, 1].map(|idx| file.facts[idx].order());
    assert!(first < second);
    assert_eq!([first.number, second.number], [1, 2]);
}

#[test]
fn the_last_agreed_visit_of_a_day_is_that_which_headquarters_took_in_last() {
    let visit =
        |on| FactBody::Appointment(Appointment { on: today(), visit_on: day(on), visit_time: None, text: None });
    let ops = [op("d1", LATE, visit("2026-08-20")), op("d2", EARLY, visit("2026-08-18"))];
    let file = file_of(&ops);
    let history = History::of(&file, today());
    let open: Vec<_> =
        history.visits.iter().filter(|visit| visit.closed.is_none()).map(|visit| visit.visit_on).collect();
    assert_eq!(open, [day("2026-08-18")]);
}

#[test]
fn what_became_of_a_visit_is_what_headquarters_heard_first() {
    let visit = FactBody::Appointment(Appointment { on: today(), visit_on: today(), visit_time: None, text: None });
    let made = op("d1", "2026-08-12T01:00:00Z", visit);
    let closed = |device, at, result| {
        let body = AppointmentClosed { on: today(), appointment: made.op_id, result };
        op(device, at, FactBody::AppointmentClosed(body))
    };
    let ops =
        [made.clone(), closed("d2", LATE, AppointmentResult::NoShow), closed("d3", EARLY, AppointmentResult::Kept)];
    let file = file_of(&ops);
    assert_eq!(History::of(&file, today()).visits[0].closed, Some((today(), AppointmentResult::NoShow)));
    let mut shuffled = file.clone();
    shuffled.facts.reverse();
    assert_eq!(History::of(&shuffled, today()).visits[0].closed, Some((today(), AppointmentResult::NoShow)));
}

#[test]
fn headquarters_number_takes_the_place_of_the_terminals_own() {
    let [a, b] = [op("d1", EARLY, opts(false)), op("d2", LATE, opts(true))];
    let hub = file_of(&[b.clone(), a.clone()]);
    let offline = file_of(std::slice::from_ref(&a));
    assert_eq!(offline.facts[0].number, 1);
    let mut rebased = hub.clone();
    assert_eq!(rebased.apply(&a, &"G1".parse().unwrap()), Ok(Applied::Already));
    assert_eq!(rebased, hub);
    assert_eq!(hub.facts.iter().find(|fact| fact.id == a.op_id).map(|fact| fact.number), Some(2));
}

#[test]
fn a_fact_from_before_numbers_reads_as_it_was_and_is_written_without_one() {
    let fact = file_of(&[op("d1", EARLY, opts(true))]).facts.remove(0);
    let mut json = serde_json::to_value(&fact).unwrap();
    assert_eq!(json["number"], 1);
    json.as_object_mut().unwrap().remove("number");
    let old: guide_common::fact::Fact = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(old.number, 0);
    assert_eq!(serde_json::to_value(&old).unwrap(), json);
}
