//! What-if: what it counts, that jumping from event to event gives what a walk from day to day gives, and that it keeps
//! the gate's rules.

use chrono::{Days, NaiveDate, Weekday};
use guide_common::apply::CustomerFile;
use guide_common::customer::{Customer, Tag};
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, PlanId};
use guide_common::outcome::{Channel, Outcome, OutcomeCode};
use guide_common::sop::engine::dues;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::{Plan, Purpose};
use guide_common::sop::rules::Rules;
use guide_common::sop::settings::Settings;
use guide_common::sop::simulate::{Assumption, SimulatedDay, Simulation, Simulator, simulate};
use guide_common::sop::trigger::Trigger;
use guide_common::time::Period;

use crate::story::{Story, day, one_step};
use crate::what_if::generate::{Case, case};
use crate::what_if::plain;

/// As many as the issue asks for; the environment can ask for more.
fn n_cases() -> u64 {
    std::env::var("GUIDE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

fn always(percent: u8) -> Assumption {
    Assumption {
        service_percent: percent,
        promo_percent: percent,
        call_percent: percent,
        visit_percent: percent,
        seed: 0,
    }
}

fn period(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

/// What a story's customer means for some days.
fn of(story: &Story, from: &str, to: &str, assume: Assumption) -> Simulation {
    simulate([&story.file], &story.rules, period(from, to), &assume)
}

/// The days with a figure, as `MM-DD`, joined by spaces.
fn days(found: &Simulation, figure: impl Fn(&SimulatedDay) -> u64) -> String {
    let days = found.days.iter().filter(|day| figure(day) > 0);
    days.map(|day| day.on.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
}

/// Customers with these ids and one purchase each.
fn buyers(bought_on: &[(&str, &str)]) -> Vec<CustomerFile> {
    let file = |(id, on): &(&str, &str)| {
        let mut file = Story::p01().buy(on, 50_000).file;
        file.customer.id = CustomerId::new(id).unwrap();
        file
    };
    bought_on.iter().map(file).collect()
}

fn plan_id(id: &str) -> PlanId {
    PlanId::new(id).unwrap()
}

#[test]
fn every_step_is_done_on_its_first_free_day() {
    let found = of(&Story::p01().buy("2026-08-12", 50_000), "2026-08-12", "2026-11-30", always(100));
    assert_eq!(days(&found, |day| day.contacts), "08-12 08-15 09-02 11-12");
    assert_eq!((found.total.contacts, found.total.dues, found.total.merged, found.total.expired), (4, 4, 0, 0));
    assert_eq!(found.days[0].starts.get(&plan_id("P01")), Some(&1));
    assert_eq!((found.total.starts, found.by_plan[&plan_id("P01")].starts), (1, 1));
}

#[test]
fn without_a_reply_the_attempts_follow_and_the_cap_holds_them_for_a_day() {
    let found = of(&Story::p01().buy("2026-08-12", 50_000), "2026-08-12", "2026-08-31", always(0));
    // the second attempt opens after two days, the gap between two contacts is three
    assert_eq!(days(&found, |day| day.contacts), "08-12 08-15 08-18");
    assert_eq!(days(&found, |day| day.held.values().sum()), "08-17");
    assert_eq!(found.total.held.get(&HoldReason::TouchCap), Some(&1));
}

#[test]
fn what_is_open_together_is_one_contact_and_what_goes_along_is_merged() {
    let plans = ["+1d", "+2d"].map(|offset| {
        let step = format!("offset = \"{offset}\"\nuntil = \"+9d\"\nchannels = [\"phone\"]");
        one_step("every", "on = \"purchase\"", &step.replace("\nchannels = [\"phone\"]", ""))
    });
    let [first, second] = plans;
    let second = Plan { id: plan_id("U"), ..second };
    let mut story = Story::new(vec![first, second]).buy("2026-08-12", 50_000);
    story.rules.calendar.days_off = vec![Weekday::Thu];
    // the 13th is a Thursday
    let found = of(&story, "2026-08-12", "2026-08-31", always(100));
    assert_eq!(days(&found, |day| day.contacts), "08-14");
    assert_eq!((found.total.contacts, found.total.dues, found.total.merged), (1, 2, 1));
    assert_eq!((found.by_plan[&plan_id("T")].contacts, found.by_plan[&plan_id("U")].contacts), (1, 1));
}

#[test]
fn a_due_that_is_held_to_its_end_expires_unreached() {
    let step = "offset = \"+1d\"\nuntil = \"+3d\"\npurpose = \"promo\"";
    let story = Story::new(vec![one_step("every", "on = \"purchase\"", step)]).buy("2026-08-12", 50_000);
    let story = story.log("2026-08-12", OutcomeCode::NoNeed, &[]);
    let found = of(&story, "2026-08-12", "2026-08-31", always(100));
    assert_eq!(days(&found, |day| day.held.get(&HoldReason::PromoRest).copied().unwrap_or(0)), "08-13 08-14 08-15");
    assert_eq!((found.total.held_days[&HoldReason::PromoRest], found.total.held[&HoldReason::PromoRest]), (3, 1));
    assert_eq!((found.total.expired, found.by_plan[&plan_id("T")].expired, found.total.contacts), (1, 1, 0));
}

#[test]
fn a_task_waits_on_a_day_off_unless_its_window_ends_there() {
    let step = |until: &str| format!("offset = \"+1d\"\nuntil = \"{until}\"");
    let story = |until: &str| {
        let mut story =
            Story::new(vec![one_step("every", "on = \"purchase\"", &step(until))]).buy("2026-08-12", 50_000);
        story.rules.calendar.days_off = vec![Weekday::Thu, Weekday::Fri];
        story
    };
    let contacts = |until| days(&of(&story(until), "2026-08-12", "2026-08-31", always(100)), |day| day.contacts);
    assert_eq!(contacts("+9d"), "08-15");
    assert_eq!(contacts("+2d"), "08-13");
}

#[test]
fn the_guides_contacts_of_the_period_are_left_out_and_earlier_ones_stand() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-12", OutcomeCode::Interested, &["thanks"]);
    let story = story.log("2026-08-19", OutcomeCode::Interested, &["satisfaction"]);
    let found = of(&story, "2026-08-14", "2026-08-31", always(100));
    assert_eq!(days(&found, |day| day.contacts), "08-15");
    let found = of(&story, "2026-08-20", "2026-08-31", always(100));
    assert_eq!(days(&found, |day| day.contacts), "");
}

#[test]
fn what_a_customer_began_in_the_period_is_kept() {
    let story = Story::p01().buy("2026-08-12", 50_000).log("2026-08-14", OutcomeCode::DoNotContact, &[]);
    let found = of(&story, "2026-08-12", "2026-08-31", always(100));
    assert_eq!(days(&found, |day| day.contacts), "08-12");
}

#[test]
fn a_plan_with_a_throttle_counts_as_published_on_the_first_day_and_the_most_valuable_start_first() {
    let mut plan = one_step("every", "on = \"dormant\"\ndays = 30", "offset = \"0d\"\nuntil = \"+3d\"");
    plan.throttle = Some(2);
    let files = buyers(&[("C1", "2025-01-01"), ("C2", "2025-01-02"), ("C3", "2025-01-03"), ("C4", "2026-07-14")]);
    let rules = Rules::new(vec![plan]);
    let found = simulate(&files, &rules, period("2026-08-12", "2026-08-20"), &always(100));
    let starts = |on: usize| found.days[on].starts.get(&plan_id("T")).copied().unwrap_or(0);
    assert_eq!([0, 1, 2].map(starts), [2, 2, 0]);
    assert_eq!(days(&found, |day| day.full.values().sum()), "08-12");
    assert_eq!((found.total.full_days, found.by_plan[&plan_id("T")].full_days), (1, 1));
}

#[test]
fn days_with_more_than_a_guide_can_do_and_the_busiest_day_are_named() {
    let files = buyers(&[
        ("C1", "2026-08-12"),
        ("C2", "2026-08-13"),
        ("C3", "2026-08-13"),
        ("C4", "2026-08-14"),
        ("C5", "2026-08-14"),
    ]);
    let mut rules = Story::p01().rules;
    rules.settings = Settings { tasks_per_day: 1, ..Settings::default() }.into();
    let mut found = simulate(&files, &rules, period("2026-08-12", "2026-08-14"), &always(100));
    assert_eq!(found.days.iter().map(|day| day.contacts).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(found.peak_on, Some(day("2026-08-13")));
    assert_eq!((days(&found, |day| day.over), found.total.days_over), ("08-13 08-14".to_owned(), 2));

    let other = simulate(&buyers(&[("D1", "2026-08-14")]), &rules, period("2026-08-12", "2026-08-14"), &always(100));
    found.add(&other);
    assert_eq!(found.days.iter().map(|day| day.contacts).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((found.n_guides, found.n_customers, found.peak_on), (2, 6, Some(day("2026-08-14"))));
    assert_eq!(
        (found.total.contacts, found.total.starts, found.total.days_over),
        (6, 6, 2),
        "one contact is no day over"
    );
    assert_eq!(found.by_plan[&plan_id("P01")].contacts, 6);
}

/// Of a plan that runs once what came to be first starts, though another one may count from an earlier day.
#[test]
fn what_comes_to_be_later_takes_nothing_from_the_days_before() {
    let mut plan = one_step("once", "on = \"promise\"", "offset = \"-9d\"\nuntil = \"0d\"");
    plan.triggers.extend([Trigger::Lead, Trigger::ContactAdded]);
    plan.triggers.push(Trigger::Tagged { group: "A".to_owned(), value: None });
    let story = Story::new(vec![plan]).promise("2026-08-12", "2026-08-30");
    let later = Some(day("2026-08-25"));
    let changes: [fn(&mut Customer, Option<NaiveDate>); 3] = [
        |customer, on| customer.lead_on = on,
        |customer, on| customer.wecom_on = on,
        |customer, on| {
            customer.tags.push(Tag { group: "A".to_owned(), value: "a".to_owned(), on, source: None });
        },
    ];
    for change in changes {
        let mut file = story.file.clone();
        change(&mut file.customer, later);
        let found = simulate([&file], &story.rules, period("2026-08-12", "2026-08-29"), &always(100));
        assert_eq!(days(&found, |day| day.contacts), "08-21");
    }
}

/// Long after its days a campaign goes on for who asked for another day.
#[test]
fn a_campaign_that_was_put_off_keeps_others_of_its_word_waiting() {
    let word = |plan: Plan, id: &str| Plan { id: plan_id(id), exclusive: Some("x".to_owned()), ..plan };
    let campaign = one_step("every", "on = \"date\"\ndate = \"08-12\"", "offset = \"0d\"\nuntil = \"+2d\"");
    let other = one_step("every", "on = \"purchase\"", "offset = \"0d\"\nuntil = \"+30d\"");
    let story = Story::new(vec![word(campaign, "A"), word(other, "B")]);
    let story = story.log_with("2026-08-12", OutcomeCode::CallLater, &["s"], |outcome| {
        outcome.next_on = Some(day("2026-08-25"));
    });
    let found = of(&story.buy("2026-08-20", 50_000), "2026-08-19", "2026-09-10", always(100));
    let held = |day: &SimulatedDay| day.held.get(&HoldReason::ExclusivePlan).copied().unwrap_or(0);
    assert_eq!(days(&found, held), "08-20 08-21 08-22 08-23 08-24 08-25");
    // the day that the customer chose, then the next day that the cap allows
    assert_eq!(days(&found, |day| day.contacts), "08-25 08-28");
}

#[test]
fn a_simulation_survives_json() {
    let case = case(7);
    let found = at_once(&case);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Simulation>(&text).unwrap(), found);
}

fn at_once(case: &Case) -> Simulation {
    simulate(&case.files, &case.rules, case.period, &case.assume)
}

/// The plain walk simulates each single day and carries its contacts as facts to the next.
#[test]
fn simulating_at_once_equals_simulating_day_by_day() {
    let mut n_contacts = 0;
    for seed in 0..n_cases() {
        let case = case(seed);
        let found = at_once(&case);
        assert_eq!(found, plain::simulate(&case), "seed {seed}");
        n_contacts += found.total.contacts;
    }
    assert!(n_contacts > n_cases(), "the stories are too quiet: {n_contacts} contacts");
}

#[test]
fn a_simulation_run_in_parts_is_the_same() {
    for seed in 0..n_cases() / 5 {
        let case = case(seed);
        let mut simulator = Simulator::new(&case.files, &case.rules, case.period, &case.assume);
        for on in case.period.from.iter_days().take_while(|on| *on <= case.period.to).step_by(1 + seed as usize % 4) {
            simulator.run_until(on);
        }
        simulator.run_until(NaiveDate::MAX);
        assert_eq!(simulator.finish(), at_once(&case), "seed {seed}");
    }
}

/// A contact of a simulation, with the purposes of the dues that it closed and whether a customer chose its day.
struct Touch {
    on: NaiveDate,
    is_promo: bool,
    counts: bool,
    is_chosen: bool,
}

#[test]
fn no_simulated_contact_breaks_a_cap_of_the_gate() {
    let mut n_touches = 0;
    for seed in 0..n_cases() {
        let case = case(seed);
        let mut simulator = Simulator::new(&case.files, &case.rules, case.period, &case.assume);
        simulator.run_until(case.period.to);
        let contacts: Vec<Fact> = simulator.contacts().cloned().collect();
        for file in plain::without_contacts(&case.files, case.period) {
            let own: Vec<&Fact> = contacts.iter().filter(|fact| fact.customer == file.customer.id).collect();
            let touches = touches(file, simulator.rules(), &own);
            check_caps(&touches, &case.rules.settings, seed);
            n_touches += touches.len() as u64;
        }
    }
    assert!(n_touches > n_cases() / 2, "the stories are too quiet: {n_touches} contacts");
}

fn touches(mut file: CustomerFile, rules: &Rules, contacts: &[&Fact]) -> Vec<Touch> {
    assert!(!file.customer.do_not_contact || contacts.is_empty());
    let mut touches = Vec::new();
    for fact in contacts {
        let FactBody::Outcome(Outcome { on, due_ids, channel, .. }) = &fact.body else { panic!("{fact:?}") };
        let open = dues(&file, rules, *on);
        let closed: Vec<_> = due_ids.iter().map(|id| open.iter().find(|due| due.id == *id).unwrap()).collect();
        let counts = closed.iter().any(|due| due.step.purpose != Purpose::Answer);
        touches.push(Touch {
            on: *on,
            is_promo: closed.iter().any(|due| due.step.purpose == Purpose::Promo),
            counts: counts && *channel != Channel::Visit,
            is_chosen: closed.iter().all(|due| due.is_chosen || due.step.purpose == Purpose::Answer),
        });
        file.facts.push((*fact).clone());
    }
    touches
}

fn check_caps(touches: &[Touch], settings: &Settings, seed: u64) {
    for (idx, touch) in touches.iter().enumerate() {
        let before = &touches[..idx];
        assert!(before.iter().all(|other| other.on < touch.on), "two contacts on {}, seed {seed}", touch.on);
        if touch.is_chosen {
            continue;
        }
        let gap = Days::new(settings.touch_gap_days.into());
        let near = before.iter().find(|other| other.counts && touch.on < other.on + gap);
        assert!(near.is_none() || !touch.counts, "too near on {}, seed {seed}", touch.on);
        let span = Days::new(settings.promo_days.into());
        let promos = before.iter().filter(|other| other.is_promo && other.counts && touch.on < other.on + span).count();
        assert!(!touch.is_promo || promos < settings.promo_max as usize, "too many on {}, seed {seed}", touch.on);
    }
}
