//! Laws of the engine and of `apply`, over generated sagas: every kind of fact, the chain's plans and made-up ones.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use guide_common::apply::{Applied, CustomerFile};
use guide_common::fact::FactBody;
use guide_common::id::{DueId, OpId, PlanId, StepId};
use guide_common::op::OpBody;
use guide_common::outcome::{Outcome, OutcomeCode, SkipReason};
use guide_common::report::{Report, report};
use guide_common::sop::engine::{Due, dues};
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{FromDate, Plan};
use guide_common::sop::queue::{CustomerDay, customer_day};
use guide_common::time::Period;
use proptest::prelude::*;

use crate::saga::book::{Book, Wish};
use crate::saga::pool::edited_otherwise;
use crate::saga::{Draw, N_DAYS, Saga, Seed, date, seed};
use crate::story::cases::cases;

/// Cases of each law.
const CASES: u32 = 10_000;

/// Some days worth asking about: those of the events and shortly after them.
fn days(seed: &Seed, n: usize) -> Vec<NaiveDate> {
    let near = seed.events.iter().flat_map(|(on, _)| [0, 2, 11].map(|later| date(on + later)));
    let days: BTreeSet<NaiveDate> = near.collect();
    let step = days.len().div_ceil(n).max(1);
    days.into_iter().step_by(step).collect()
}

impl Saga {
    fn day_of(&self, file: &CustomerFile, on: NaiveDate) -> CustomerDay {
        customer_day(file, &self.rules_of(file, on), on)
    }

    fn report_of(&self, file: &CustomerFile, period: Period) -> Report {
        report(std::iter::once(file), &self.rules_of(file, period.to), period, period.to, None)
    }

    fn apply(&mut self, on: NaiveDate, body: OpBody) -> OpId {
        self.story.apply(&on.to_string(), body)
    }
}

/// All rows of a day, offered and held.
fn all_rows(day: &CustomerDay) -> Vec<DueId> {
    let offered = day.task.iter().flat_map(|task| &task.dues);
    offered.chain(day.held.iter().flat_map(|row| &row.dues)).map(|due| due.due_id).collect()
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for idx in (1..items.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(idx, (state >> 33) as usize % (idx + 1));
    }
}

proptest! {
    #![proptest_config(cases(CASES))]

    #[test]
    fn the_order_of_facts_never_matters(seed in seed(10), key in any::<u64>()) {
        let saga = Saga::play(&seed);
        let mut shuffled = saga.story.file.clone();
        shuffle(&mut shuffled.facts, key);
        shuffle(&mut shuffled.purchases, key);
        for on in days(&seed, 4) {
            prop_assert_eq!(saga.day_of(&saga.story.file, on), saga.day_of(&shuffled, on));
        }
        let period = Period::new(date(0), date(N_DAYS)).unwrap();
        prop_assert_eq!(saga.report_of(&saga.story.file, period), saga.report_of(&shuffled, period));
    }

    /// A due that a contact closed is not due on any later day, unless that contact is taken back.
    #[test]
    fn no_due_appears_twice_over_any_sequence_of_days(seed in seed(9), diligence in 1_u16..16) {
        let mut saga = Saga::new(&seed);
        let mut closed: HashMap<DueId, OpId> = HashMap::new();
        let mut events = seed.events.iter().peekable();
        let mut on_n = 0;
        while on_n <= N_DAYS {
            while let Some((n, draw)) = events.next_if(|(n, _)| *n <= on_n) {
                let n_facts = saga.story.file.facts.len();
                saga.happen(*n, *draw);
                note(&saga, n_facts, &mut closed);
            }
            let on = date(on_n);
            let open = saga.due_ids(on);
            let unique: HashSet<_> = open.iter().collect();
            prop_assert_eq!(unique.len(), open.len(), "twice on {}", on);
            for due in &open {
                prop_assert!(!closed.contains_key(due), "{due} is due on {on} again");
            }
            let n_facts = saga.story.file.facts.len();
            saga.happen(on_n, Draw(0, diligence.wrapping_mul(on_n as u16 + 7) & 63, u16::MAX));
            note(&saga, n_facts, &mut closed);
            on_n += 1 + u64::from(diligence + on_n as u16) % 25;
        }
    }

    /// What a guide who contacts everything that is offered may do, an independent account of the rules allows, and
    /// what is held it forbids.
    #[test]
    fn nothing_passes_the_gate_that_the_rules_forbid(seed in seed(14), diligence in 1_u16..16) {
        let (mut saga, mut book) = (Saga::new(&seed), Book::default());
        let mut events = seed.events.iter().peekable();
        let mut on_n = 0;
        while on_n <= N_DAYS {
            while let Some((n, draw)) = events.next_if(|(n, _)| *n <= on_n) {
                contact(&mut saga, &mut book, *n, *draw);
            }
            let on = date(on_n);
            let day = saga.day_of(&saga.story.file, on);
            check_gate(&saga, &book, &day, on)?;
            if let Some(task) = day.task.filter(|_| (diligence + on_n as u16) & 1 == 0) {
                let mut outcome = Outcome::new(on, OutcomeCode::ALL[usize::from(diligence * 3 + on_n as u16) % 5]);
                outcome.channel = task.channel;
                outcome.amount_fen = (outcome.code == OutcomeCode::Bought).then_some(100);
                outcome.due_ids = task.dues.iter().map(|due| due.due_id).collect();
                outcome.purpose = saga.purpose(on, &outcome.due_ids);
                let id = saga.apply(on, OpBody::Fact(FactBody::Outcome(outcome)));
                book.0.insert(id, task.dues.iter().map(|due| due.purpose).collect());
            }
            on_n += 1 + u64::from(diligence + on_n as u16) % 13;
        }
    }

    #[test]
    fn an_undo_restores_the_state_exactly(seed in seed(8), draw in (any::<u8>(), any::<u16>(), any::<u16>())) {
        let mut saga = Saga::play(&seed);
        let before = saga.story.file.clone();
        let n_leaves = saga.leaves.len();
        let Some(id) = saga.happen(N_DAYS, Draw(draw.0, draw.1, draw.2)) else { return Ok(()) };
        prop_assume!(saga.leaves.len() == n_leaves && before.facts.iter().all(|fact| fact.id != id));
        let on = date(N_DAYS);
        saga.story.take_back(&on.to_string(), id);
        let after = &saga.story.file;
        prop_assert!(before.standing().eq(after.standing()));
        for later in [0, 1, 3, 16] {
            let on = on + Days::new(later);
            prop_assert_eq!(saga.day_of(&before, on), saga.day_of(after, on));
        }
        let period = Period::new(date(N_DAYS - 30), date(N_DAYS + 5)).unwrap();
        prop_assert_eq!(saga.report_of(&before, period), saga.report_of(after, period));
    }

    #[test]
    fn every_due_stands_in_exactly_one_column(seed in seed(10), from in 0..N_DAYS, length in 0_u64..60) {
        let saga = Saga::play(&seed);
        let period = Period::new(date(from), date(from + length)).unwrap();
        let report = saga.report_of(&saga.story.file, period);
        let mut sum = 0;
        for figures in report.by_plan.values().chain([&report.total]) {
            prop_assert_eq!(figures.due, figures.sum_of_columns());
            prop_assert!(figures.on_time <= figures.done);
            prop_assert_eq!(figures.skipped, figures.skipped_by.values().sum::<u64>());
            sum += figures.due;
            let stages = figures.funnel.stages().map(|(_, n)| n);
            prop_assert_eq!(stages[0], figures.due, "the funnel begins with what was due");
            prop_assert!(stages.is_sorted_by(|wider, narrower| wider >= narrower), "{:?}", stages);
            prop_assert!(figures.answered <= figures.asked && figures.asked <= stages[1]);
        }
        let n_done: u64 = report.days.iter().map(|day| day.done).sum();
        prop_assert_eq!(n_done, report.total.done, "the days add up to the total");
        prop_assert!(report.by_template.values().map(|figures| figures.funnel.due).sum::<u64>() <= report.total.due);
        prop_assert_eq!(sum, 2 * report.total.due, "the plans add up to the total");
        // whatever the last day's queue holds was due in the period, and is open
        let left = saga.due_ids(period.to).len() as u64;
        prop_assert!(left <= report.total.open, "{} of {} are open", left, report.total.open);
    }

    /// What an evening's queue of the period held is counted, and nothing is that no queue of it held at any time.
    #[test]
    fn a_report_counts_the_steps_that_the_queues_of_its_days_held(seed in seed(7), from in 0..N_DAYS, length in 0_u64..20) {
        let mut saga = Saga::new(&seed);
        // steps that count from a visit go where the visit goes
        let plans = saga.story.rules.plans().iter().filter(|plan| plan.steps.iter().all(|s| s.from != Some(FromDate::VisitOn)));
        saga.story.rules = saga.story.rules.with_plans(plans.cloned().collect());
        let (mut evenings, mut ever): (Steps, Steps) = (Steps::new(), Steps::new());
        // what is taken back, or a leave that is entered late, changes what was seen
        let mut events = seed.events.iter().filter(|(_, draw)| !draw.changes_the_past()).peekable();
        for n in 0..=from + length {
            if from <= n {
                ever.extend(steps(&saga, date(n)));
            }
            while let Some((_, draw)) = events.next_if(|(on, _)| *on <= n) {
                if draw.is_purchase() && saga.reported_a_sale_since(n.saturating_sub(1)) {
                    // the sale takes the place of the one that the guide reported, with its own day and amount
                    continue;
                }
                saga.happen(n, *draw);
                if from <= n {
                    ever.extend(steps(&saga, date(n)));
                }
            }
            if from <= n {
                evenings.extend(steps(&saga, date(n)));
            }
        }
        let period = Period::new(date(from), date(from + length)).unwrap();
        for (plan, figures) in saga.report_of(&saga.story.file, period).by_plan {
            let count = |steps: &Steps| steps.iter().filter(|(of, _, _)| *of == plan).count() as u64;
            let (least, most) = (count(&evenings), count(&ever));
            prop_assert!((least..=most).contains(&figures.due), "{plan}: {least} to {most}, not {}", figures.due);
        }
    }

    #[test]
    fn an_edited_plan_never_repeats_a_step_that_was_done(seed in seed(10), cut in 0..N_DAYS, how in any::<u8>()) {
        let mut saga = Saga::new(&seed);
        let mut closed: HashMap<DueId, OpId> = HashMap::new();
        for (n, draw) in seed.events.iter().filter(|(n, _)| *n <= cut) {
            let n_facts = saga.story.file.facts.len();
            saga.happen(*n, *draw);
            note(&saga, n_facts, &mut closed);
        }
        let plans: Vec<Plan> = saga.story.rules.plans().iter().map(|plan| edited_otherwise(plan, how)).collect();
        saga.story.rules = saga.story.rules.with_plans(plans);
        for later in [0, 1, 3, 8, 20, 40] {
            for due in saga.due_ids(date(cut + later)) {
                prop_assert!(!closed.contains_key(&due), "{due} is due again {later} days later");
            }
        }
    }
}

/// Steps of runs.
type Steps = HashSet<(PlanId, StepId, String)>;

fn steps(saga: &Saga, on: NaiveDate) -> Steps {
    let step = |due: &Due<'_>| (due.plan.id.clone(), due.step.id.clone(), due.anchor_key.to_string());
    dues(&saga.story.file, &saga.rules_on(on), on).iter().map(step).collect()
}

/// Notes which dues the latest contacts closed, which named only what was open, and forgets those of contacts that were
/// taken back.
fn note(saga: &Saga, n_facts: usize, closed: &mut HashMap<DueId, OpId>) {
    let facts = &saga.story.file.facts;
    closed.retain(|_, contact| facts.iter().any(|fact| fact.id == *contact && !fact.is_undone()));
    for fact in facts.iter().skip(n_facts) {
        if let FactBody::Outcome(outcome) = &fact.body {
            closed.extend(outcome.due_ids.iter().map(|due| (*due, fact.id)));
        }
    }
}

/// Lets an event happen, and notes for what a contact among them was.
fn contact(saga: &mut Saga, book: &mut Book, n: u64, draw: Draw) {
    let on = date(n);
    let rules = saga.rules_on(on);
    let file = saga.story.file.clone();
    let purposes: HashMap<DueId, _> = dues(&file, &rules, on).iter().map(|due| (due.id, due.step.purpose)).collect();
    saga.happen(n, draw);
    for fact in saga.story.file.facts.iter().skip(file.facts.len()) {
        if let FactBody::Outcome(outcome) = &fact.body {
            book.0.insert(fact.id, outcome.due_ids.iter().filter_map(|due| purposes.get(due).copied()).collect());
        }
    }
}

fn check_gate(saga: &Saga, book: &Book, day: &CustomerDay, on: NaiveDate) -> Result<(), TestCaseError> {
    let plans = || {
        saga.story.rules.plans().iter().flat_map(|plan| {
            std::iter::successors(Some(plan), |plan| plan.earlier.as_deref().map(|earlier| &earlier.plan))
        })
    };
    let forbidden = |due| {
        let due: &guide_common::wire::local::DueRow = due;
        let plan =
            plans().find(|plan| plan.id == due.plan && plan.steps.iter().any(|step| step.id == due.step)).unwrap();
        let step = plan.steps.iter().find(|step| step.id == due.step).unwrap();
        book.forbids(&saga.story.file, &Wish { on, due, plan, step })
    };
    let mut groups: HashMap<&str, &guide_common::id::PlanId> = HashMap::new();
    for due in day.task.iter().flat_map(|task| &task.dues) {
        prop_assert_eq!(forbidden(due), None, "{} {} is offered on {}", due.plan, due.step, on);
        if let Some(group) = plans().find(|plan| plan.id == due.plan).and_then(|plan| plan.exclusive.as_deref()) {
            let other = groups.insert(group, &due.plan);
            prop_assert!(other.is_none_or(|other| *other == due.plan), "two plans of {group} on {on}");
        }
    }
    for row in day.held.iter().filter(|row| row.hold.reason != HoldReason::ExclusivePlan) {
        for due in &row.dues {
            prop_assert!(forbidden(due).is_some(), "{} {} is held on {} by {:?}", due.plan, due.step, on, row.hold);
            prop_assert!(row.hold.until_on.is_none_or(|until_on| on < until_on));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn applying_an_op_twice_is_applying_it_once(seed in seed(12)) {
        let mut saga = Saga::play(&seed);
        let before = saga.story.file.clone();
        for op in &saga.ops {
            prop_assert_eq!(saga.story.file.apply(op, &saga.story.guide).unwrap(), Applied::Already);
        }
        prop_assert_eq!(before, saga.story.file);
    }

    /// What was due on a day depends on nothing that was recorded after it.
    #[test]
    fn two_dates_asked_of_one_store_are_two_consistent_pictures(seed in seed(12), cut in 0..N_DAYS) {
        let saga = Saga::play(&seed);
        let events = seed.events.iter().filter(|(on, _)| *on <= cut).copied().collect();
        let as_it_was = Saga::play(&Seed { events, ..seed.clone() });
        let (on, file) = (date(cut), &saga.story.file);
        prop_assert_eq!(saga.day_of(file, on), as_it_was.day_of(&as_it_was.story.file, on));
        prop_assert_eq!(saga.day_of(file, on), saga.day_of(&file.as_of(on), on));
        let period = Period::new(date(0), on).unwrap();
        prop_assert_eq!(saga.report_of(file, period), as_it_was.report_of(&as_it_was.story.file, period));
    }

    /// Offered or held, never missing: the queue has a row for every due, and no other.
    #[test]
    fn every_due_is_offered_or_held(seed in seed(12)) {
        let saga = Saga::play(&seed);
        for on in days(&seed, 6) {
            let mut rows = all_rows(&saga.day_of(&saga.story.file, on));
            let mut open = saga.due_ids(on);
            rows.sort();
            open.sort();
            prop_assert_eq!(rows, open);
        }
    }

    #[test]
    fn an_outcome_closes_what_it_names_so_that_it_is_not_due_again_that_day(seed in seed(10), n in 0..N_DAYS, code in 0_usize..10) {
        let events = seed.events.iter().filter(|(on, _)| *on <= n).copied().collect();
        let mut saga = Saga::play(&Seed { events, ..seed });
        let (on, open) = (date(n), saga.due_ids(date(n)));
        prop_assume!(!open.is_empty());
        let mut outcome = Outcome::new(on, OutcomeCode::ALL[code]);
        outcome.due_ids = open.clone();
        outcome.amount_fen = Some(100);
        outcome.next_on = on.succ_opt();
        outcome.reason = Some(SkipReason::Travelling);
        saga.apply(on, OpBody::Fact(FactBody::Outcome(outcome)));
        let left = saga.due_ids(on);
        prop_assert!(open.iter().all(|id| !left.contains(id)), "{:?} still open", left);
    }
}
