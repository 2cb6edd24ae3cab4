//! Whole cycles of the machine, written down as what came of each step.

use super::*;

const GUIDE: FeedName = FeedName::Guide;
const SHARED: FeedName = FeedName::Shared;

/// Runs a cycle over events and gives the steps, the first one and the last included.
fn steps(events: &[Event]) -> Vec<Step> {
    let (mut machine, first) = Machine::begin();
    let mut steps = vec![first];
    for event in events {
        steps.push(machine.next(event.clone()));
    }
    steps
}

fn page(more: bool) -> Event {
    Event::Page { n: 1, more }
}

fn failed(code: &str, is_refusal: bool) -> Event {
    Event::Failed { code: code.to_owned(), is_refusal }
}

fn answered(to: u64) -> Event {
    Event::Answered { to, n: 1, n_retry: 0, n_rejected: 0 }
}

fn reset(reason: ResetReason, is_other: bool) -> Event {
    Event::Reset { reason, epoch: "e2".to_owned(), is_other }
}

fn end(failed: Option<&str>) -> Step {
    Step::End { failed: failed.map(str::to_owned) }
}

#[test]
fn a_cycle_pushes_pulls_looks_and_works_out() {
    let events =
        [answered(7), Event::NothingToSend, Event::Same, page(true), page(false), Event::Lost { n: 0 }, Event::Done];
    let expected = [
        Step::Push { after: 0 },
        Step::Push { after: 7 },
        Step::Pull { feed: SHARED },
        Step::Pull { feed: GUIDE },
        Step::Pull { feed: GUIDE },
        Step::Confirm,
        Step::WorkOut,
        end(None),
    ];
    assert_eq!(steps(&events), expected);
}

#[test]
fn a_push_that_is_refused_whole_is_sent_in_halves_in_order() {
    let refused = |from, to| Event::RefusedWhole { from, to, n: to - from + 1 };
    let events = [refused(1, 4), answered(2), refused(3, 4), answered(3), refused(4, 4), Event::NothingToSend];
    let expected = [
        Step::Push { after: 0 },
        Step::PushRange { from: 1, to: 2 },
        Step::PushRange { from: 3, to: 4 },
        Step::PushRange { from: 3, to: 3 },
        Step::PushRange { from: 4, to: 4 },
        Step::Push { after: 4 },
        Step::Pull { feed: SHARED },
    ];
    assert_eq!(steps(&events), expected);
    let (mut machine, _) = Machine::begin();
    for event in &events {
        machine.next(event.clone());
    }
    for event in [Event::Same, Event::Same, Event::Lost { n: 0 }] {
        machine.next(event);
    }
    assert_eq!(machine.next(Event::Done), end(Some("refused")), "and it is told of");
}

#[test]
fn a_hub_that_refuses_every_op_is_left_alone_with_them_but_heard() {
    let mut events: Vec<Event> = (1..=8).map(|n| Event::RefusedWhole { from: n, to: n, n: 1 }).collect();
    assert_eq!(steps(&events).last(), Some(&Step::Pull { feed: SHARED }));
    events.pop();
    assert_eq!(steps(&events).last(), Some(&Step::Push { after: 7 }));
}

#[test]
fn a_hub_that_does_not_answer_ends_the_cycle_and_what_came_before_is_worked_out() {
    assert_eq!(steps(&[failed("unreachable", false)]).last(), Some(&end(Some("unreachable"))));
    let events = [Event::NothingToSend, page(false), failed("unreachable", false)];
    assert_eq!(steps(&events).last(), Some(&Step::WorkOut));
    let (mut machine, _) = Machine::begin();
    for event in events {
        machine.next(event);
    }
    assert_eq!(machine.next(Event::Done), end(Some("unreachable")));
}

#[test]
fn in_a_new_epoch_acknowledged_ops_are_sent_again_and_equal_content_is_adopted() {
    let epoch = || "e2".to_owned();
    let events = [
        Event::NothingToSend,
        Event::Same,
        reset(ResetReason::Epoch, true),
        Event::Done,
        Event::Same,
        Event::Done,
        Event::Lost { n: 0 },
        Event::Done,
        answered(3),
        Event::NothingToSend,
        page(false),
        Event::Lost { n: 0 },
        Event::Done,
    ];
    let expected = [
        Step::Push { after: 0 },
        Step::Pull { feed: SHARED },
        Step::Pull { feed: GUIDE },
        Step::Resend,
        Step::Compare { feed: GUIDE, epoch: epoch() },
        Step::Adopt { feed: GUIDE, epoch: epoch() },
        Step::Confirm,
        Step::WorkOut,
        Step::Push { after: 0 },
        Step::Push { after: 3 },
        Step::Pull { feed: GUIDE },
        Step::Confirm,
        Step::WorkOut,
        end(None),
    ];
    assert_eq!(steps(&events), expected);
}

#[test]
fn different_content_is_fetched_as_a_snapshot_brought_up_to_date_and_switched_to() {
    let events = [
        Event::NothingToSend,
        Event::Same,
        Event::Differs,
        Event::Done,
        page(true),
        page(false),
        page(true),
        Event::Same,
        Event::Done,
    ];
    let expected = [
        Step::Push { after: 0 },
        Step::Pull { feed: SHARED },
        Step::Pull { feed: GUIDE },
        Step::Resend,
        Step::Snapshot { feed: GUIDE },
        Step::Snapshot { feed: GUIDE },
        Step::CatchUp { feed: GUIDE },
        Step::CatchUp { feed: GUIDE },
        Step::Switch { feed: GUIDE },
        Step::Confirm,
    ];
    assert_eq!(steps(&events), expected);
}

#[test]
fn a_cursor_that_is_too_old_costs_a_snapshot_and_no_op_is_sent_again() {
    let events = [Event::NothingToSend, Event::Same, reset(ResetReason::TooOld, false)];
    assert_eq!(steps(&events).last(), Some(&Step::Snapshot { feed: GUIDE }));
    let events = [Event::NothingToSend, reset(ResetReason::Digest, false)];
    assert_eq!(steps(&events).last(), Some(&Step::Snapshot { feed: SHARED }), "ops do not depend on what all share");
    let events = [Event::NothingToSend, Event::Same, reset(ResetReason::Ahead, false)];
    assert_eq!(steps(&events).last(), Some(&Step::Resend));
}

#[test]
fn what_was_acknowledged_before_anything_was_pulled_is_sent_again() {
    let events = [answered(3), Event::NothingToSend, Event::Same, Event::Empty, Event::Done, page(false), Event::Same];
    let expected = [
        Step::Push { after: 0 },
        Step::Push { after: 3 },
        Step::Pull { feed: SHARED },
        Step::Pull { feed: GUIDE },
        Step::Resend,
        Step::Snapshot { feed: GUIDE },
        Step::CatchUp { feed: GUIDE },
        Step::Switch { feed: GUIDE },
    ];
    assert_eq!(steps(&events), expected);
}

#[test]
fn a_hub_without_snapshots_sends_everything_with_the_changes() {
    let events = [Event::NothingToSend, Event::Empty, Event::NoSnapshots, page(false)];
    let expected = [
        Step::Push { after: 0 },
        Step::Pull { feed: SHARED },
        Step::Snapshot { feed: SHARED },
        Step::CatchUp { feed: SHARED },
        Step::Switch { feed: SHARED },
    ];
    assert_eq!(steps(&events), expected);
}

#[test]
fn what_the_hub_acknowledged_and_does_not_hold_is_sent_again_once_a_cycle() {
    let round = [Event::NothingToSend, Event::Same, Event::Lost { n: 2 }, Event::Done];
    let mut events = vec![Event::NothingToSend, Event::Same, Event::Same, Event::Lost { n: 2 }, Event::Done];
    assert_eq!(steps(&events).last(), Some(&Step::Push { after: 0 }));
    events.extend(round);
    assert_eq!(steps(&events).last(), Some(&end(None)));
}

#[test]
fn a_machine_ends_whatever_comes() {
    use rand::{RngExt, SeedableRng};
    for seed in 0..2_000 {
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let (mut machine, mut step) = Machine::begin();
        let mut n_steps = 0;
        while !matches!(step, Step::End { .. }) {
            let event = match dice.random_range(0..12) {
                0 => answered(n_steps),
                1 => Event::RefusedWhole { from: n_steps, to: n_steps + 3, n: 4 },
                2 => page(dice.random_range(0..2) == 0),
                3 => Event::Same,
                4 => Event::Differs,
                5 => reset(ResetReason::Epoch, dice.random_range(0..2) == 0),
                6 => Event::Empty,
                7 => Event::NoSnapshots,
                8 => Event::Done,
                9 => Event::Lost { n: 1 },
                10 => failed("refused", true),
                _ => Event::NothingToSend,
            };
            step = machine.next(event);
            n_steps += 1;
            assert!(n_steps < 1_000, "seed {seed} does not end");
        }
    }
}
