//! What an edited plan changes, for the plan and for runs under way; and that nothing that was done is done again.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::NaiveDate;
use guide_common::id::{CustomerId, DueId, StepId, TemplateId};
use guide_common::op::OpBody;
use guide_common::outcome::{Outcome, OutcomeCode, SkipReason};
use guide_common::sop::anchor::AnchorKey;
use guide_common::sop::engine::dues;
use guide_common::sop::plan::{Earlier, Plan, Restart};
use guide_common::sop::plan_diff::{Class, PlanDiff, RunningDiff, StepChange, diff};
use guide_common::time::Offset;
use serde_json::json;

use crate::story::{P01, Story, day, one_step, plan};
use crate::what_if::generate::{Dice, date};

/// P01 as a later version, changed.
fn edited(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = Plan { version: 9, ..plan(P01) };
    change(&mut plan);
    plan
}

fn step<'p>(plan: &'p mut Plan, id: &str) -> &'p mut guide_common::sop::plan::Step {
    plan.steps.iter_mut().find(|step| step.id.as_str() == id).unwrap()
}

/// A customer who bought on 12 August and was thanked, the day after.
fn bought() -> Story {
    Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", OutcomeCode::Interested, &["thanks"])
}

fn compare(story: &Story, new: &Plan, today: &str) -> PlanDiff {
    diff([&story.file], &story.rules, Some(&story.rules.plans()[0]), Some(new), day(today))
}

/// The steps and their fates, as in `thanks closed, care kept`.
fn fates(running: &RunningDiff) -> String {
    let mut fates = Vec::new();
    for figures in &running.steps {
        let classes = [
            ("kept", &figures.kept),
            ("moved", &figures.moved),
            ("dropped", &figures.dropped),
            ("added", &figures.added),
            ("closed", &figures.closed),
        ];
        fates.extend(
            classes.iter().filter(|(_, class)| class.n > 0).map(|(fate, _)| format!("{} {fate}", figures.step)),
        );
    }
    fates.join(", ")
}

#[test]
fn a_moved_step_moves_for_running_customers_or_stays_with_the_version_before() {
    let new = edited(|plan| step(plan, "satisfaction").offset = Offset::Days(5));
    let found = compare(&bought(), &new, "2026-08-13");
    assert_eq!(fates(&found.keep), "thanks closed, satisfaction kept, knowledge kept, care kept");
    assert_eq!(fates(&found.migrate), "thanks closed, satisfaction moved, knowledge kept, care kept");
    let moved = &found.migrate.moves[0];
    assert_eq!((moved.from.from, moved.from.to), (day("2026-08-15"), day("2026-08-19")));
    assert_eq!((moved.to.from, moved.to.to), (day("2026-08-17"), day("2026-08-19")));
    assert_eq!(
        (moved.step.as_str(), moved.anchor_on, moved.customer.as_str()),
        ("satisfaction", day("2026-08-12"), "C1")
    );
    assert_eq!((found.migrate.n_customers, found.migrate.n_runs, found.keep.moves.len()), (1, 1, 0));
    let [StepChange::Changed { step, moved, reworded }] = &found.steps[..] else { panic!("{:?}", found.steps) };
    assert_eq!((step.as_str(), reworded.len()), ("satisfaction", 0));
    assert_eq!(
        (moved[0].key.as_str(), &moved[0].old, &moved[0].new),
        ("offset", &Some(json!("+3d")), &Some(json!("+5d")))
    );
}

#[test]
fn a_step_that_is_taken_out_is_dropped_and_one_that_comes_in_is_added() {
    let new = edited(|plan| {
        plan.steps.retain(|step| step.id.as_str() != "knowledge");
        let mut check = plan.steps[0].clone();
        (check.id, check.offset, check.until) = (StepId::new("check").unwrap(), Offset::Days(9), Offset::Days(12));
        plan.steps.push(check);
    });
    let found = compare(&bought(), &new, "2026-08-13");
    assert_eq!(fates(&found.migrate), "thanks closed, satisfaction kept, knowledge dropped, care kept, check added");
    assert_eq!(fates(&found.keep), "thanks closed, satisfaction kept, knowledge kept, care kept");
    let names: Vec<String> = found.steps.iter().map(|change| serde_json::to_string(change).unwrap()).collect();
    assert_eq!(names, [r#"{"kind":"removed","step":"knowledge"}"#, r#"{"kind":"added","step":"check"}"#]);
}

#[test]
fn other_words_leave_the_days_alone() {
    let new = edited(|plan| {
        step(plan, "care").template = Some(TemplateId::new("T11").unwrap());
        step(plan, "care").channels.reverse();
    });
    let found = compare(&bought(), &new, "2026-08-13");
    assert_eq!(fates(&found.migrate), fates(&found.keep));
    let [StepChange::Changed { moved, reworded, .. }] = &found.steps[..] else { panic!("{:?}", found.steps) };
    let keys: Vec<&str> = reworded.iter().map(|change| change.key.as_str()).collect();
    assert_eq!((moved.len(), keys), (0, vec!["channels", "template"]));
    assert!(found.changes.is_empty());
}

#[test]
fn a_trigger_that_a_running_customer_does_not_meet_drops_what_is_to_come() {
    let new =
        plan(&P01.replace("min_amount_fen = 30000", "min_amount_fen = 60000").replace("\"supersede\"", "\"every\""));
    let found = compare(&bought(), &Plan { version: 9, ..new }, "2026-08-13");
    assert_eq!(fates(&found.migrate), "thanks closed, satisfaction dropped, knowledge dropped, care dropped");
    assert_eq!(fates(&found.keep), "thanks closed, satisfaction kept, knowledge kept, care kept");
    let keys: Vec<&str> = found.changes.iter().map(|change| change.key.as_str()).collect();
    assert_eq!(keys, ["restart", "trigger"]);
    assert_eq!((&found.changes[0].old, &found.changes[0].new), (&Some(json!("supersede")), &Some(json!("every"))));
}

#[test]
fn the_order_of_steps_is_a_change_of_the_plan() {
    let found = compare(&bought(), &edited(|plan| plan.steps.swap(3, 4)), "2026-08-13");
    assert_eq!(found.changes[0].key, "order");
    assert_eq!(found.changes[0].new, Some(json!(["thanks", "satisfaction", "full_marks", "care", "knowledge"])));
    assert_eq!(fates(&found.migrate), fates(&found.keep));
}

#[test]
fn without_a_version_before_everything_is_added_and_without_one_after_dropped() {
    let story = bought();
    let plan = story.rules.plans()[0].clone();
    let added = diff([&story.file], &story.rules.with_plans(Vec::new()), None, Some(&plan), day("2026-08-13"));
    assert_eq!(fates(&added.migrate), "satisfaction added, knowledge added, care added");
    assert_eq!((added.old_version, added.new_version), (None, Some(plan.version)));
    let dropped = diff([&story.file], &story.rules, Some(&plan), None, day("2026-08-13"));
    assert_eq!(fates(&dropped.keep), "thanks closed, satisfaction dropped, knowledge dropped, care dropped");
    assert_eq!(dropped.plan, Some(plan.id));
}

#[test]
fn a_plan_that_says_the_same_changes_nothing() {
    let found = compare(&bought(), &plan(P01), "2026-08-13");
    assert!(found.changes.is_empty() && found.steps.is_empty());
    assert_eq!(found.keep, found.migrate);
}

#[test]
fn a_silence_counts_from_the_plan_s_first_publication() {
    let wake =
        |days: u32| one_step("every", &format!("on = \"dormant\"\ndays = {days}"), "offset = \"0d\"\nuntil = \"+30d\"");
    let story = Story::new(vec![Plan { starts_on: Some(day("2026-08-01")), ..wake(100) }]).buy("2026-01-01", 50_000);
    // silent since long when the plan began: the run from 1 August goes on, whichever number of days is asked for
    let found = compare(&story, &Plan { version: 2, ..wake(120) }, "2026-08-13");
    assert_eq!((fates(&found.keep), fates(&found.migrate)), ("s kept".to_owned(), "s kept".to_owned()));
    let keys: Vec<&str> = found.changes.iter().map(|change| change.key.as_str()).collect();
    assert_eq!(keys, ["trigger"]);
    let words = |days: u32| Some(json!(format!("on = \"dormant\", days = {days}")));
    assert_eq!((&found.changes[0].old, &found.changes[0].new), (&words(100), &words(120)));
}

#[test]
fn triggers_are_told_as_plan_files_write_them() {
    let told = |triggers: &str| {
        let edited = plan(&P01.replace("[trigger]\non = \"purchase\"\nmin_amount_fen = 30000", triggers));
        let found = compare(&bought(), &Plan { version: 9, ..edited }, "2026-08-13");
        found.changes[0].new.clone().unwrap()
    };
    assert_eq!(told("[trigger]\non = \"date\"\ndate = \"08-19\""), json!("on = \"date\", date = \"08-19\""));
    let two = "[[trigger]]\non = \"date\"\ndate = \"07-07\"\ncalendar = \"lunar\"\n\
               [[trigger]]\non = \"coupon_expiry\"\nkinds = [\"CASH\"]";
    let expected =
        ["on = \"date\", date = \"07-07\", calendar = \"lunar\"", "on = \"coupon_expiry\", kinds = [\"CASH\"]"];
    assert_eq!(told(two), json!(expected));
}

#[test]
fn customers_are_named_and_no_more_than_a_few() {
    let files: Vec<_> = (0..30)
        .map(|n| {
            let mut file = bought().file;
            file.customer.id = CustomerId::new(&format!("C{n}")).unwrap();
            file
        })
        .collect();
    let new = edited(|plan| step(plan, "care").offset = Offset::Days(60));
    let rules = Story::p01().rules;
    let mut found = diff(&files, &rules, Some(&rules.plans()[0]), Some(&new), day("2026-08-13"));
    let care = |found: &PlanDiff| found.migrate.steps.last().unwrap().moved.clone();
    assert_eq!((care(&found).n, care(&found).customers.len(), found.migrate.moves.len()), (30, 20, 30));
    assert_eq!(care(&found).customers[0].as_str(), "C0");
    found.add(&found.clone());
    assert_eq!((care(&found).n, care(&found).customers.len(), found.migrate.moves.len()), (60, 20, 50));
    assert_eq!((found.keep.n_customers, found.migrate.n_runs), (60, 60));
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<PlanDiff>(&text).unwrap(), found);
}

#[test]
fn steps_that_only_an_earlier_version_has_count_for_the_runs_that_follow_it() {
    let before = Box::new(Earlier { before_on: day("2026-08-13"), plan: plan(P01) });
    let mut second = edited(|plan| plan.steps.retain(|step| step.id.as_str() != "care"));
    second.earlier = Some(before);
    let mut story = bought();
    story.rules = story.rules.with_plans(vec![second.clone()]);
    let found = compare(&story, &Plan { version: 10, priority: 1, ..second }, "2026-08-14");
    assert_eq!(fates(&found.keep), "thanks closed, satisfaction kept, knowledge kept, care kept");
    assert_eq!(fates(&found.migrate), "thanks closed, satisfaction kept, knowledge kept, care dropped");
}

/// A random edit of the days, words and order of P01, or of steps left out.
fn random_edit(version: u32, dice: &mut Dice) -> Plan {
    static PLAN: LazyLock<Plan> = LazyLock::new(|| plan(P01));
    let mut plan = Plan { version, ..PLAN.clone() };
    for step in &mut plan.steps {
        if dice.one_in(3) {
            let from = dice.below(30) as i32;
            step.offset = Offset::Days(from);
            step.until = Offset::Days(from + dice.below(12) as i32);
        }
        if dice.one_in(4) {
            step.template = Some(TemplateId::new("T09").unwrap());
            step.channels.rotate_left(1);
        }
    }
    if dice.one_in(3) {
        let idx = dice.below(4) as usize;
        plan.steps.swap(idx, idx + 1);
    }
    if dice.one_in(4) {
        let left_out = dice.pick(&["thanks", "knowledge", "care"]);
        plan.steps.retain(|step| step.id.as_str() != left_out);
    }
    // a branch leads forward
    let place = |id: &str| plan.steps.iter().position(|step| step.id.as_str() == id);
    if let (Some(question), Some(thanks)) = (place("satisfaction"), place("full_marks"))
        && thanks < question
    {
        plan.steps.swap(question, thanks);
    }
    plan
}

/// What was done in a story: dues that a contact named, and steps of runs that came to an end by one.
#[derive(Default)]
struct Done {
    dues: HashSet<DueId>,
    steps: HashSet<(StepId, AnchorKey)>,
}

impl Done {
    fn check(&self, story: &Story, on: NaiveDate, seed: u64) {
        for due in dues(&story.file, &story.rules, on) {
            assert!(!self.dues.contains(&due.id), "{} is due again on {on}, seed {seed}", due.step.id);
            let step = (due.step.id.clone(), due.anchor_key.clone());
            assert!(!self.steps.contains(&step), "{} was done and is open on {on}, seed {seed}", due.step.id);
        }
    }

    /// Logs an outcome of everything that is due.
    fn log(&mut self, story: &mut Story, on: NaiveDate, dice: &mut Dice) {
        let open = dues(&story.file, &story.rules, on);
        let mut outcome = Outcome::new(on, OutcomeCode::ALL[[0, 1, 2, 4, 5, 5, 5, 6, 9][dice.below(9) as usize]]);
        outcome.due_ids = open.iter().map(|due| due.id).collect();
        outcome.score = dice.one_in(3).then(|| 1 + dice.below(5) as u8);
        outcome.reason = (outcome.code == OutcomeCode::Skipped).then_some(SkipReason::Travelling);
        outcome.next_on = (outcome.code == OutcomeCode::CallLater).then(|| on + chrono::Days::new(1 + dice.below(9)));
        self.dues.extend(&outcome.due_ids);
        if !matches!(outcome.code, OutcomeCode::NoReply | OutcomeCode::CallLater) {
            self.steps.extend(open.iter().map(|due| (due.step.id.clone(), due.anchor_key.clone())));
        }
        drop(open);
        story.apply(&on.to_string(), OpBody::Fact(guide_common::fact::FactBody::Outcome(outcome)));
    }
}

fn publish(story: &mut Story, new: Plan, on: NaiveDate, dice: &mut Dice) {
    let before = story.rules.plans()[0].clone();
    let earlier = dice.one_in(2).then(|| Box::new(Earlier { before_on: on, plan: before }));
    story.rules = story.rules.with_plans(vec![Plan { earlier, ..new }]);
}

/// Sums over the steps of a comparison.
fn sums(running: &RunningDiff) -> [u64; 4] {
    let sum = |class: fn(&guide_common::sop::plan_diff::StepFigures) -> &Class| {
        running.steps.iter().map(|figures| class(figures).n).sum()
    };
    [sum(|step| &step.kept), sum(|step| &step.moved), sum(|step| &step.dropped), sum(|step| &step.added)]
}

/// What the comparison says of a publication is what happens: it holds for every due that is open on the day.
fn check_diff(story: &Story, new: &Plan, on: NaiveDate, seed: u64) {
    let old = &story.rules.plans()[0];
    let found = diff([&story.file], &story.rules, Some(old), Some(new), on);
    let open = |plan: Plan| dues(&story.file, &story.rules.with_plans(vec![plan]), on).len() as u64;
    let [kept, moved, dropped, added] = sums(&found.migrate);
    assert!(open(old.clone()) <= kept + moved + dropped, "seed {seed}");
    assert!(open(Plan { earlier: None, ..new.clone() }) <= kept + moved + added, "seed {seed}");
    assert_eq!(found.migrate.moves.len() as u64, moved.min(50), "seed {seed}");
    if story.file.purchases.iter().all(|purchase| purchase.bought_on < on) {
        let [_, moved, dropped, added] = sums(&found.keep);
        assert_eq!([moved, dropped, added], [0, 0, 0], "runs that are kept stay as they are, seed {seed}");
    }
}

#[test]
fn an_edited_plan_never_repeats_a_step_that_was_done() {
    let n_cases = std::env::var("GUIDE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut n_done = 0;
    for seed in 0..n_cases {
        let mut dice = Dice(seed);
        let mut story = Story::new(vec![random_edit(1, &mut dice)]);
        let restart = dice.pick(&[Restart::Supersede, Restart::Supersede, Restart::Every, Restart::Once]);
        story.rules = story.rules.with_plans(vec![Plan { restart, ..story.rules.plans()[0].clone() }]);
        let mut done = Done::default();
        let mut days: Vec<u64> = (0..7 + dice.below(7)).map(|_| dice.below(60)).collect();
        days.sort_unstable();
        story = story.buy(&date(days[0]).to_string(), 50_000);
        for (number, n) in days.into_iter().enumerate() {
            let on = date(n);
            done.check(&story, on, seed);
            match dice.below(10) {
                0 => story = story.buy(&on.to_string(), 50_000),
                1 => story = story.buy(&on.to_string(), -50_000),
                2..5 => {
                    let new = Plan { restart, ..random_edit(number as u32 + 2, &mut dice) };
                    if dice.one_in(6) {
                        check_diff(&story, &new, on, seed);
                    }
                    publish(&mut story, new, on, &mut dice);
                    done.check(&story, on, seed);
                }
                _ => done.log(&mut story, on, &mut dice),
            }
        }
        n_done += done.dues.len() as u64;
    }
    assert!(n_done > n_cases, "the stories are too quiet: {n_done} dues");
}
