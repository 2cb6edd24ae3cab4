//! The preview of an audience: it says of every customer what a dispatch to that audience comes to.

use guide_common::apply::CustomerFile;
use guide_common::calendar::Calendar;
use guide_common::customer::Tier;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{DeviceId, GuideId, OpId, PlanId};
use guide_common::outcome::{Channel, OutcomeCode};
use guide_common::record::Dispatched;
use guide_common::sop::condition::{Condition, Scope};
use guide_common::sop::gate::{Hold, HoldReason, Intent};
use guide_common::sop::plan::{Audience, Plan, Purpose, WantedTag};
use guide_common::sop::preview::preview;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::undone::Undos;
use guide_common::wire::hub::StoreTier;

use crate::story::{Story, day, one_step};
use crate::what_if::generate::{Dice, case, date};

fn everyone() -> Audience {
    Audience::default()
}

#[test]
fn a_customer_is_free_or_held_for_the_strongest_reason() {
    let story = Story::new(Vec::new()).log("2026-08-10", OutcomeCode::NoNeed, &[]);
    let ask = |purpose: Purpose, on: &str| {
        let channels = [Channel::Phone, Channel::Wecom];
        preview([&story.file], &story.rules, &everyone(), Intent::of(purpose), &channels, day(on)).customers[0].1
    };
    let held = |reason, until: &str| Err(Hold::new(reason, Some(day(until))));
    assert_eq!(ask(Purpose::Promo, "2026-08-12"), held(HoldReason::PromoRest, "2026-10-09"));
    assert_eq!(ask(Purpose::Service, "2026-08-12"), held(HoldReason::TouchCap, "2026-08-13"));
    assert_eq!(ask(Purpose::Service, "2026-08-13"), Ok(Channel::Phone));
    assert_eq!(ask(Purpose::Answer, "2026-08-12"), Ok(Channel::Phone));
}

#[test]
fn only_the_audience_counts_and_the_figures_add_up() {
    let file = |id: &str, tier: Tier| {
        let mut file = Story::new(Vec::new()).file;
        (file.customer.id, file.customer.tier) = (id.parse().unwrap(), tier);
        file
    };
    let mut files = vec![file("C1", Tier::S), file("C2", Tier::S), file("C3", Tier::C)];
    files[1].customer.do_not_contact = true;
    let audience = Audience { tiers: vec![Tier::S], ..everyone() };
    let ask = |files: &[CustomerFile]| {
        preview(files, &Rules::default(), &audience, Intent::of(Purpose::Promo), &[Channel::Phone], day("2026-08-12"))
    };
    let mut found = ask(&files);
    assert_eq!((found.n_customers, found.n_matching, found.n_free), (3, 2, 1));
    assert_eq!(found.held.get(&HoldReason::DoNotContact), Some(&1));
    found.add(ask(&files[..1]));
    assert_eq!((found.n_customers, found.n_matching, found.n_free, found.customers.len()), (4, 3, 2, 3));
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<guide_common::sop::preview::Preview>(&text).unwrap(), found);
}

/// The dispatch itself: the plan published, the record on the customer's file, and what the queue makes of it.
fn dispatched(file: &CustomerFile, rules: &Rules, plan: &Plan, on: chrono::NaiveDate) -> Option<Result<Channel, Hold>> {
    let mut file = file.clone();
    let body = Dispatched {
        on,
        from_on: on,
        plan: plan.id.clone(),
        dispatch: "D1".to_owned(),
        by: "顾南星".to_owned(),
        why: None,
        channel: None,
    };
    file.facts.push(Fact {
        id: OpId::of_record("dispatched", &file.customer.id, "D1"),
        customer: file.customer.id.clone(),
        guide: GuideId::new("hq").unwrap(),
        device: DeviceId::new("hq").unwrap(),
        at: on.and_hms_opt(0, 0, 0).unwrap().and_utc(),
        body: FactBody::Dispatched(body),
        number: 0,
        undone: Undos::default(),
        group: None,
    });
    let rules = rules.with_plans(rules.plans().iter().chain([plan]).cloned().collect());
    let queue = customer_day(&file, &rules, on);
    let offered = queue.task.iter().flat_map(|task| &task.dues).find(|due| due.plan == plan.id);
    let held = queue.held.iter().find(|row| row.dues.iter().any(|due| due.plan == plan.id));
    offered.map(|due| Ok(due.channel)).or(held.map(|row| Err(row.hold)))
}

fn audience(dice: &mut Dice) -> Audience {
    let conditions = ["n_purchases >= 1", "spent_yuan > 400 and not open_complaint", "\"a\" in tags.A", "lead"];
    let condition = dice.one_in(2).then(|| Condition::parse(dice.pick(&conditions), Scope::Customer).unwrap());
    let tag = WantedTag { group: "A".to_owned(), value: dice.one_in(2).then(|| "a".to_owned()) };
    Audience {
        condition,
        tiers: if dice.one_in(3) { vec![Tier::S, Tier::C] } else { Vec::new() },
        tags: if dice.one_in(4) { vec![tag] } else { Vec::new() },
        store_tiers: if dice.one_in(4) { vec![StoreTier::A] } else { Vec::new() },
    }
}

#[test]
fn a_preview_and_a_dispatch_of_the_same_audience_agree_on_every_customer() {
    let (mut n_free, mut n_held, mut n_others) = (0, 0, 0);
    for seed in 0..4_000 {
        let mut dice = Dice(!seed);
        let case = case(seed);
        let mut rules = case.rules;
        rules.calendar = Calendar::default();
        rules.store_tier = Some(dice.pick(&[StoreTier::A, StoreTier::B]));
        let mut plan = one_step("every", "on = \"dispatch\"", "offset = \"0d\"\nuntil = \"+5d\"");
        plan.id = PlanId::new("sent-now").unwrap();
        plan.audience = audience(&mut dice);
        plan.recovery = dice.one_in(8);
        let step = &mut plan.steps[0];
        step.purpose = dice.pick(&[Purpose::Promo, Purpose::Service, Purpose::Answer]);
        step.linked = dice.one_in(3);
        step.channels = if dice.one_in(2) { vec![Channel::Phone, Channel::Wecom] } else { vec![Channel::Wecom] };
        let intent = Intent { purpose: step.purpose, recovery: plan.recovery, linked: step.linked, chosen: false };
        let on = date(20 + dice.below(40));
        let found = preview(&case.files, &rules, &plan.audience, intent, &plan.steps[0].channels, on);
        let own: Vec<_> = case.files.iter().filter(|file| file.customer.lent.is_none()).collect();
        assert_eq!(found.n_customers, own.len(), "who is on loan is the owner's, seed {seed}");
        for file in own {
            let said = found.customers.iter().find(|(id, _)| *id == file.customer.id).map(|(_, said)| *said);
            let did = dispatched(file, &rules, &plan, on);
            // who says on the very day that no contact is wanted has no run that could be held
            let is_ended = did.is_none() && said == Some(Err(Hold::new(HoldReason::DoNotContact, None)));
            assert!(said == did || is_ended, "{said:?} said, {did:?} done, on {on}, seed {seed}");
            match said {
                Some(Ok(_)) => n_free += 1,
                Some(Err(_)) => n_held += 1,
                None => n_others += 1,
            }
        }
    }
    assert!(n_free > 200 && n_held > 200 && n_others > 200, "{n_free} free, {n_held} held, {n_others} others");
}
