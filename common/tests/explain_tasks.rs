//! Why, of a task: the terms of its place, and what would move it up.

use std::sync::LazyLock;

use guide_common::customer::Tier;
use guide_common::demo::plan_files;
use guide_common::id::PlanId;
use guide_common::outcome::OutcomeCode::Interested;
use guide_common::record::Risk;
use guide_common::sop::explain::explain_task;
use guide_common::sop::explain::prospect::{Change, Prospect};
use guide_common::sop::explain::task::{PassReason, TaskExplained};
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_file;
use guide_common::sop::queue::TermName;

use crate::story::{Story, day};

static PLANS: LazyLock<Vec<Plan>> =
    LazyLock::new(|| plan_files().iter().map(|(_, toml)| plan_file::parse(toml).unwrap()).collect());

const TODAY: &str = "2026-08-12";

/// A story with one plan of the chain and what it waits for.
fn chain(ids: &[&str]) -> Story {
    Story::new(PLANS.iter().filter(|plan| ids.contains(&plan.id.as_str())).cloned().collect())
}

fn task(story: &Story, on: &str) -> TaskExplained {
    let now = day(on).and_hms_opt(10, 0, 0).unwrap();
    explain_task(&story.file, &story.rules, now).unwrap_or_else(|| panic!("no task on {on}"))
}

fn gain(explained: &TaskExplained, change: &Change) -> Vec<(TermName, i64)> {
    let of_change = explained.prospects.iter().filter(|prospect| prospect.change == *change);
    of_change.map(|prospect| (prospect.term, prospect.points)).collect()
}

#[test]
fn a_tasks_terms_are_its_score_and_its_due_names_its_trigger() {
    let story = chain(&["P01"]).buy("2026-08-08", 500_000);
    let explained = task(&story, TODAY);
    assert_eq!(explained.task.score, explained.task.terms.iter().map(|term| term.points).sum::<i64>());
    let due = &explained.dues[0];
    assert_eq!((due.trigger.as_str(), due.born_on), ("purchase", day("2026-08-08")));
    assert_eq!(explained.waits, None);
    let early = day(TODAY).and_hms_opt(8, 0, 0).unwrap();
    let early = explain_task(&story.file, &story.rules, early).unwrap();
    assert_eq!(early.waits.unwrap().reason, HoldReason::ContactHours);
}

#[test]
fn the_days_to_come_raise_a_task_by_its_closing_window_and_its_lateness() {
    // open from the 11th to the 15th
    let explained = task(&chain(&["P01"]).buy("2026-08-08", 50_000), TODAY);
    assert_eq!(gain(&explained, &Change::Day { on: day("2026-08-14") }), [(TermName::WindowClosing, 60)]);
    assert_eq!(gain(&explained, &Change::Day { on: day("2026-08-15") }), [(TermName::WindowClosing, 120)]);
    let days = Change::EachDay { from_on: day("2026-08-13"), until_on: day("2026-08-15") };
    assert_eq!(gain(&explained, &days), [(TermName::Lateness, 3)]);
}

#[test]
fn a_promise_raises_its_task_on_its_day_and_again_when_it_is_overdue() {
    let explained = task(&chain(&["P16"]).promise("2026-08-10", "2026-08-13"), TODAY);
    // it is prepared today, and due tomorrow as a step of its own
    assert!(gain(&explained, &Change::Day { on: day("2026-08-13") }).is_empty());
    let explained = task(&chain(&["P16"]).promise("2026-08-10", TODAY), TODAY);
    assert_eq!(gain(&explained, &Change::Day { on: day("2026-08-13") })[0], (TermName::PromiseOverdue, 2_010));
    let days = Change::EachDay { from_on: day("2026-08-14"), until_on: day("2026-08-26") };
    assert_eq!(gain(&explained, &days), [(TermName::PromiseOverdue, 10)]);
}

#[test]
fn haste_tier_risk_weight_and_purchases_raise_a_task_each_by_its_own_term() {
    let explained = task(&chain(&["P01"]).buy("2026-08-08", 55_000), TODAY);
    let plan = PlanId::new("P01").unwrap();
    for (change, term, points) in [
        (Change::Rush, TermName::Rush, 2_000),
        (Change::Tier { tier: Tier::B }, TermName::Tier, 20),
        (Change::Tier { tier: Tier::S }, TermName::Tier, 80),
        (Change::Risk { risk: Risk::Red }, TermName::Risk, 40),
        (Change::Priority { plan, priority: 100 }, TermName::Priority, 20),
        // 550 yuan make two points, 600 three
        (Change::Bought { fen: 5_000 }, TermName::Value, 1),
    ] {
        assert_eq!(gain(&explained, &change), [(term, points)]);
    }
    let rushed = chain(&["P01"]).buy("2026-08-08", 55_000).rush(TODAY, "2026-08-14");
    assert!(gain(&task(&rushed, TODAY), &Change::Rush).is_empty());
}

#[test]
fn each_prospect_names_the_place_that_the_task_would_have() {
    let queue: Vec<_> = [500_000, 1_500_000, 50_000]
        .iter()
        .enumerate()
        .map(|(n, fen)| {
            let mut story = chain(&["P01"]).buy("2026-08-08", *fen);
            story.file.customer.id = format!("C{n}").parse().unwrap();
            story
        })
        .collect();
    let rows: Vec<_> = queue.iter().map(|story| task(story, TODAY).task).collect();
    let mut last = task(&queue[2], TODAY);
    last.put_in_place(&rows);
    assert_eq!(last.place, Some(3));
    let place = |change: &Change| last.prospects.iter().find(|of| of.change == *change).and_then(|of| of.place);
    assert_eq!(place(&Change::Rush), Some(1));
    assert_eq!(place(&Change::Tier { tier: Tier::B }), Some(3));
    assert_eq!(place(&Change::Tier { tier: Tier::A }), Some(2));
}

#[test]
fn a_due_says_which_holds_let_it_pass_and_why() {
    let story = chain(&["P01", "P16"]).buy("2026-08-08", 50_000).promise("2026-08-10", TODAY);
    let story = story.contact("2026-08-11", Interested, |_| {});
    let explained = task(&story, TODAY);
    let passed: Vec<_> = explained.dues[0].passed.iter().map(|passed| (passed.hold.reason, passed.because)).collect();
    assert_eq!(passed, [(HoldReason::TouchCap, PassReason::Purpose)]);
    assert_eq!(explained.held[0].hold.reason, HoldReason::TouchCap);
}

/// What a prospect says comes true when its change happens.
#[test]
fn prospects_come_true() {
    let story = chain(&["P01", "P16"]).buy("2026-08-08", 730_000).promise("2026-08-10", "2026-08-12");
    let explained = task(&story, TODAY);
    let true_score = |prospect: &Prospect| {
        let mut story = chain(&["P01", "P16"]).buy("2026-08-08", 730_000).promise("2026-08-10", "2026-08-12");
        let mut on = day(TODAY);
        match &prospect.change {
            Change::Day { on: later } | Change::EachDay { until_on: later, .. } => on = *later,
            Change::Rush => story = story.rush(TODAY, "2026-08-20"),
            Change::Tier { tier } => story.file.customer.tier = *tier,
            Change::Risk { risk } => story = story.risk(TODAY, *risk),
            Change::Priority { plan, priority } => {
                let of_plan = |of: &Plan| if of.id == *plan { *priority } else { of.priority };
                let plans = story.rules.plans().iter().map(|of| Plan { priority: of_plan(of), ..of.clone() });
                story.rules = story.rules.with_plans(plans.collect());
            }
            // a small one is no anchor of P01
            Change::Bought { fen } => story = story.buy(TODAY, *fen),
            Change::Unknown => panic!("no such change is made"),
        }
        task(&story, &on.to_string()).task.score
    };
    assert!(explained.prospects.len() > 6, "{:?}", explained.prospects);
    for prospect in &explained.prospects {
        assert_eq!(true_score(prospect), prospect.score, "{prospect:?}");
    }
}

#[test]
fn answers_survive_the_wire() {
    let explained = task(&chain(&["P01", "P16"]).buy("2026-08-08", 50_000).promise("2026-08-10", TODAY), TODAY);
    let text = serde_json::to_string(&explained).unwrap();
    assert_eq!(serde_json::from_str::<TaskExplained>(&text).unwrap(), explained);
}
