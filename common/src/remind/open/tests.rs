use super::*;
use crate::customer::Tier;
use crate::id::{DueId, TaskId};
use crate::outcome::Channel;
use crate::promise::Promise;
use crate::sop::plan::{Purpose, Text};
use crate::wire::local::RushRow;

fn day(text: &str) -> NaiveDate {
    format!("2026-08-{text}").parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    format!("2026-08-{text}:00").parse().unwrap()
}

fn time(text: &str) -> NaiveTime {
    format!("{text}:00").parse().unwrap()
}

fn times() -> Times {
    Times { on: day("12"), begins: time("09:30"), ends: time("20:30") }
}

fn due() -> DueRow {
    let text = || Text { zh: "x".to_owned(), en: "x".to_owned() };
    DueRow {
        due_id: DueId(7),
        plan: "P01".parse().unwrap(),
        plan_name: text(),
        step: "s".parse().unwrap(),
        step_name: text(),
        anchor_on: day("12"),
        anchor_key: "2026-08-12".to_owned(),
        opens_on: day("12"),
        until_on: day("14"),
        attempt: 0,
        channel: Channel::Wecom,
        purpose: Purpose::Service,
        asks: None,
        template: None,
        not_before: None,
        snoozed_until: None,
        deadline_at: None,
        coupon: None,
    }
}

fn told(open: Customer<'_>, kind: Kind) -> Vec<String> {
    let found = of_customer(open, &times(), |_| kind);
    let mut ids: Vec<_> = found.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), found.len(), "two have one id");
    let show = |one: &Reminder| {
        let (at, until) = (one.at.format("%d %H:%M"), one.until.format("%d %H:%M"));
        format!("{} {} {at} – {until}", one.kind.name(), one.moment.name())
    };
    found.iter().map(show).collect()
}

#[track_caller]
fn check_due(due: DueRow, kind: Kind, expected: &[&str]) {
    let id: CustomerId = "C1".parse().unwrap();
    let task = TaskRow {
        id: TaskId(1),
        customer: id.clone(),
        name: "单雅宁".to_owned(),
        tier: Tier::S,
        score: 0,
        terms: Vec::new(),
        channel: Channel::Wecom,
        rush: None,
        dues: vec![due],
    };
    assert_eq!(
        told(Customer { id: &id, task: Some(&task), held: &[], promises: &[], appointments: &[] }, kind),
        expected
    );
}

#[test]
fn a_task_is_told_of_at_its_own_time_and_before_it_ends() {
    check_due(due(), Kind::Task, &[]);
    check_due(DueRow { until_on: day("12"), ..due() }, Kind::Task, &["closing now 12 18:30 – 12 20:30"]);
    check_due(DueRow { not_before: Some(time("15:00")), ..due() }, Kind::Task, &["task now 12 15:00 – 13 00:00"]);
    // the digest has told of it
    check_due(DueRow { not_before: Some(time("09:00")), ..due() }, Kind::Task, &[]);
    check_due(DueRow { opens_on: day("11"), not_before: Some(time("15:00")), ..due() }, Kind::Task, &[]);
    check_due(DueRow { snoozed_until: Some(time("14:30")), ..due() }, Kind::Task, &["task now 12 14:30 – 13 00:00"]);
    check_due(due(), Kind::Coupon, &["coupon now 12 09:30 – 13 00:00"]);
}

#[test]
fn a_clock_of_hours_is_told_of_before_it_ends_and_when_it_has() {
    let two_hours = DueRow { deadline_at: Some(at("12T12:10")), until_on: day("12"), ..due() };
    let expected = ["deadline before 12 11:40 – 12 12:10", "deadline past 12 12:10 – 13 00:10"];
    check_due(two_hours, Kind::Task, &expected);
    let days = DueRow { deadline_at: Some(at("14T12:10")), ..due() };
    let expected = ["deadline before 14 10:10 – 14 12:10", "deadline past 14 12:10 – 15 00:10"];
    check_due(days, Kind::Task, &expected);
}

#[test]
fn a_promise_is_told_of_on_its_day_and_after_it_and_a_visit_before() {
    let id: CustomerId = "C1".parse().unwrap();
    let promise = Promise { on: day("10"), text: "改圈".to_owned(), item: None, due_on: day("13") };
    let promises = [PromiseRow { op_id: "0198a000-0000-7000-8000-000000000001".parse().unwrap(), promise }];
    let visit = |visit_time| AppointmentRow {
        op_id: "0198a000-0000-7000-8000-000000000002".parse().unwrap(),
        made_on: day("10"),
        visit_on: day("14"),
        visit_time,
        text: None,
    };
    let of = |appointments: &[AppointmentRow]| {
        told(Customer { id: &id, task: None, held: &[], promises: &promises, appointments }, Kind::Task)
    };
    let promised = ["promise now 13 09:30 – 14 00:00", "promise past 14 09:30 – 22 00:00"];
    let visits = ["appointment day_before 13 15:00 – 14 14:00", "appointment before 14 14:00 – 14 15:00"];
    assert_eq!(of(&[visit(Some(time("15:00")))]), [promised, visits].concat());
    let visits = ["appointment day_before 13 09:30 – 14 09:30", "appointment before 14 09:30 – 15 00:00"];
    assert_eq!(of(&[visit(None)]), [promised, visits].concat());
    let today = AppointmentRow { made_on: day("13"), ..visit(Some(time("15:00"))) };
    assert_eq!(of(&[today]).len(), 3, "agreed on the day before");
}

#[test]
fn a_rush_is_told_of_whether_or_not_the_gate_holds() {
    let id: CustomerId = "C1".parse().unwrap();
    let rush = |on| Some(RushRow { on: Some(day(on)), by: "店长".to_owned(), why: "尽快".to_owned() });
    let hold =
        crate::sop::gate::Hold { reason: crate::sop::gate::HoldReason::ContactHours, until_on: None, until_time: None };
    let held = |on| {
        [HeldRow { customer: id.clone(), name: String::new(), tier: Tier::S, hold, rush: rush(on), dues: Vec::new() }]
    };
    let days = ["10", "10", "12"].map(held);
    let open = |held| Customer { id: &id, task: None, held, promises: &[], appointments: &[] };
    assert_eq!(told(open(&days[2]), Kind::Task), ["rush now 12 00:00 – 13 00:00"]);
    let ids = days.each_ref().map(|held| of_customer(open(held), &times(), |_| Kind::Task)[0].id);
    assert_eq!(ids[0], ids[1], "a rush that stands for days is one");
    assert_ne!(ids[0], ids[2], "the same words some days later are another one");
}

#[test]
fn a_day_has_its_digests_where_they_are_wanted() {
    let digests = |remind: &Remind| of_day(day("12"), remind).iter().map(|one| (one.kind, one.at, one.until)).collect();
    let both: Vec<_> = digests(&Remind::default());
    let morning = (Kind::Morning, at("12T09:30"), at("12T20:00"));
    assert_eq!(both, [morning, (Kind::Evening, at("12T20:00"), at("13T00:00"))]);
    let none: Vec<_> = digests(&Remind { morning: None, evening: None, ..Remind::default() });
    assert_eq!(none, []);
}
