//! Laws of the engine and of `apply`, over generated stories.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod story;

use guide_common::apply::{Applied, CustomerFile};
use guide_common::fact::FactBody;
use guide_common::id::DueId;
use guide_common::op::{Op, OpBody, Undo};
use guide_common::outcome::{Outcome, OutcomeCode, SkipReason};
use guide_common::report::report;
use guide_common::sop::engine::dues;
use guide_common::sop::queue::customer_day;
use guide_common::time::Period;
use proptest::prelude::*;
use story::{P01, Story, day, one_step, plan};

const D0: &str = "2026-01-01";
const N_DAYS: u64 = 200;

/// What happens to the customer: on a day, a purchase or return, or an outcome of what is due, perhaps undone.
#[derive(Clone, Debug)]
enum Event {
    Buy(i64),
    Log(usize, u64),
    Undo,
}

fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    let event = prop_oneof![
        3 => (1_i64..80).prop_map(|n| Event::Buy(n * 1_000)),
        1 => (1_i64..80).prop_map(|n| Event::Buy(-n * 1_000)),
        4 => (0_usize..10, 1_u64..40).prop_map(|(code, days)| Event::Log(code, days)),
        1 => Just(Event::Undo),
    ];
    let events = prop::collection::vec((0..N_DAYS, event), 0..24);
    events.prop_map(|mut events| {
        events.sort_by_key(|(on, _)| *on);
        events
    })
}

fn date(n: u64) -> String {
    (day(D0) + chrono::Days::new(n)).to_string()
}

/// Plays events in order, logging on each day what is due on that day; returns the ops too.
fn play(restart: &str, events: &[(u64, Event)]) -> (Story, Vec<Op>) {
    let promo = one_step("every", "on = \"purchase\"", "offset = \"+1d\"\nuntil = \"+30d\"\npurpose = \"promo\"");
    let mut story = Story::new(vec![plan(&P01.replace("\"supersede\"", &format!("{restart:?}"))), promo]);
    let mut ops = Vec::new();
    for (n, event) in events {
        let on = date(*n);
        let body = match event {
            Event::Buy(fen) => {
                story = story.buy(&on, *fen);
                continue;
            }
            Event::Log(code, days) => {
                let mut outcome = Outcome::new(day(&on), OutcomeCode::ALL[*code]);
                outcome.due_ids = dues(&story.file, &story.rules, day(&on)).iter().map(|due| due.id).collect();
                outcome.amount_fen = (outcome.code == OutcomeCode::Bought).then_some(40_000);
                outcome.next_on =
                    (outcome.code == OutcomeCode::CallLater).then(|| outcome.on + chrono::Days::new(*days));
                outcome.reason = (outcome.code == OutcomeCode::Skipped).then_some(SkipReason::Travelling);
                OpBody::Fact(FactBody::Outcome(outcome))
            }
            Event::Undo => match story.file.standing().last() {
                Some(fact) => OpBody::Undo(Undo { on: day(&on), op_id: fact.id }),
                None => continue,
            },
        };
        let op = story.op(&on, body);
        let guide = story.guide.clone();
        story.file.apply(&op, &guide).unwrap();
        ops.push(op);
    }
    (story, ops)
}

fn ids(file: &CustomerFile, story: &Story, n: u64) -> Vec<DueId> {
    let mut ids: Vec<_> = dues(file, &story.rules, day(&date(n))).iter().map(|due| due.id).collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_global_rejects: 1 << 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_facts_in_any_order_give_the_same_dues_and_ids(events in events(), seed in any::<u64>()) {
        let (story, _) = play("supersede", &events);
        let mut shuffled = story.file.clone();
        let mut state = seed;
        let mut key = |_: &_| { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); state >> 33 };
        shuffled.facts.sort_by_cached_key(|f| key(&f.id));
        shuffled.purchases.reverse();
        for n in (0..N_DAYS).step_by(7) {
            prop_assert_eq!(
                customer_day(&story.file, &story.rules, day(&date(n))),
                customer_day(&shuffled, &story.rules, day(&date(n)))
            );
        }
    }

    #[test]
    fn applying_an_op_twice_is_applying_it_once(events in events()) {
        let (mut story, ops) = play("every", &events);
        let before = story.file.clone();
        for op in &ops {
            let guide = story.guide.clone();
            prop_assert_eq!(story.file.apply(op, &guide).unwrap(), Applied::Already);
        }
        prop_assert_eq!(before, story.file);
    }

    #[test]
    fn two_dates_asked_of_one_store_are_two_consistent_pictures(events in events(), cut in 0..N_DAYS) {
        let (story, _) = play("supersede", &events);
        let earlier: Vec<_> = events.iter().filter(|(on, _)| *on <= cut).cloned().collect();
        let (as_it_was, _) = play("supersede", &earlier);
        prop_assert_eq!(ids(&story.file, &story, cut), ids(&as_it_was.file, &as_it_was, cut));
        prop_assert_eq!(
            customer_day(&story.file, &story.rules, day(&date(cut))),
            customer_day(&story.file.as_of(day(&date(cut))), &story.rules, day(&date(cut)))
        );
        let period = Period::new(day(D0), day(&date(cut))).unwrap();
        let at = |story: &Story| report(std::iter::once(&story.file), &story.rules, period, day(&date(N_DAYS)), None);
        prop_assert_eq!(at(&story), at(&as_it_was));
    }

    #[test]
    fn an_outcome_closes_what_it_names_so_that_it_is_not_due_again_that_day(events in events(), n in 0..N_DAYS) {
        let (story, _) = play("every", &events);
        let on = date(n);
        let open = ids(&story.file, &story, n);
        prop_assume!(!open.is_empty());
        let mut outcome = Outcome::new(day(&on), OutcomeCode::Interested);
        outcome.due_ids = open.clone();
        let mut story = story;
        // later than every other contact of that day
        let op = Op { at_wall: "2030-01-01T00:00:00Z".parse().unwrap(), ..story.op(&on, OpBody::Fact(FactBody::Outcome(outcome))) };
        let guide = story.guide.clone();
        story.file.apply(&op, &guide).unwrap();
        let left = ids(&story.file, &story, n);
        prop_assert!(open.iter().all(|id| !left.contains(id)), "{:?} still open", left);
    }

    #[test]
    fn undoing_the_last_outcome_gives_the_dues_before_it(events in events()) {
        let (story, _) = play("supersede", &events);
        let on = date(N_DAYS);
        let before = customer_day(&story.file, &story.rules, day(&on));
        let named: Vec<_> = dues(&story.file, &story.rules, day(&on)).iter().map(|due| due.id).collect();
        let mut story = story;
        let mut outcome = Outcome::new(day(&on), OutcomeCode::DoNotContact);
        outcome.due_ids = named;
        story.apply(&on, OpBody::Fact(FactBody::Outcome(outcome)));
        let story = story.undo_last(&on);
        prop_assert_eq!(before, customer_day(&story.file, &story.rules, day(&on)));
    }

    #[test]
    fn every_due_stands_in_exactly_one_column(events in events(), from in 0..N_DAYS, length in 0_u64..60) {
        let (story, _) = play("supersede", &events);
        let period = Period::new(day(&date(from)), day(&date(from + length))).unwrap();
        let report = report(std::iter::once(&story.file), &story.rules, period, day(&date(N_DAYS + 99)), None);
        prop_assert_eq!(report.total.due, report.total.sum_of_columns());
        prop_assert!(report.total.on_time <= report.total.done);
    }

    /// A due is counted by a period's report exactly if some day's queue of the period held its step.
    #[test]
    fn a_report_counts_the_steps_that_the_queues_of_its_days_held(events in events(), from in 0..N_DAYS, length in 0_u64..20) {
        // outcomes of a day close dues of that day, so each day's queue is looked at before them
        let morning: Vec<_> = events.iter().filter(|(_, event)| matches!(event, Event::Buy(_))).cloned().collect();
        let (story, _) = play("supersede", &morning);
        let period = Period::new(day(&date(from)), day(&date(from + length))).unwrap();
        let mut seen = std::collections::HashSet::new();
        for n in from..=from + length {
            seen.extend(ids(&story.file, &story, n));
        }
        let report = report(std::iter::once(&story.file), &story.rules, period, day(&date(from + length)), None);
        prop_assert_eq!(report.total.due, seen.len() as u64);
    }
}
