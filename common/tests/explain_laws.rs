//! Laws of the answers to why, over generated stories: they say what the engine says, neither more nor less.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use guide_common::customer::{Birthday, Link, Tier};
use guide_common::demo::plan_files;
use guide_common::id::{DueId, PlanId};
use guide_common::outcome::{Channel, Outcome, OutcomeCode};
use guide_common::purchase::Item;
use guide_common::record::{Level, Risk};
use guide_common::sop::engine::dues;
use guide_common::sop::explain::plan::PlanExplained;
use guide_common::sop::explain::prospect::Change;
use guide_common::sop::explain::step::{AttemptExplained, AttemptState};
use guide_common::sop::explain::{explain_customer, explain_task};
use guide_common::sop::gate::Hold;
use guide_common::sop::history::History;
use guide_common::sop::plan::{Earlier, Plan};
use guide_common::sop::plan_file;
use guide_common::sop::queue::customer_day;
use guide_common::sop::rules::Rules;
use guide_common::sop::run::{State, all_runs};
use guide_common::sop::starts::Starts;
use proptest::prelude::*;

use crate::story::cases::cases;
use crate::story::{Story, day, sop};

const D0: &str = "2026-05-01";
const N_DAYS: u64 = 150;

/// The chain's plans, and of what these do not use one each: chained plans, versions, one run only, repetition.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut plans: Vec<Plan> = plan_files().iter().map(|(_, toml)| plan_file::parse(toml).unwrap()).collect();
    let steps =
        ["offset = '0d'; until = '+5d'; no_reply = ['s2']", "offset = '+6d'; until = '+20d'; purpose = 'promo'"];
    let mut add = |id: &str, head: &str, trigger: &str| {
        plans.push(Plan { id: PlanId::new(id).unwrap(), ..sop(head, &[trigger], &steps) });
    };
    add("Z1", "", "on = 'outcome'; plan = 'P01'; codes = ['interested', 'bought', 'no_reply']");
    add("Z2", "restart = 'once'", "on = 'outcome'; plan = 'Z1'");
    add("Z3", "restart = 'once'", "on = 'purchase'; categories = ['足金']");
    add("Z4", "repeat = '+20d'; tiers = ['S', 'A']", "on = 'tagged'; group = 'BUD'");
    let new = plans.iter().position(|plan| plan.id.as_str() == "P16").unwrap();
    let mut old = plans[new].clone();
    old.steps.remove(0);
    plans[new] = Plan {
        version: 3,
        earlier: Some(Box::new(Earlier { before_on: day(&date(70)), plan: old })),
        ..plans[new].clone()
    };
    Rules::new(plans)
});

/// What happens to the customer on a day.
#[derive(Clone, Debug)]
enum Event {
    Buy(i64, &'static str),
    Log(usize, Option<u8>),
    Talk(usize, Option<u8>),
    Undo,
    Promise(u64),
    Visit(u64),
    Coupon(u64),
    Ticket(u64, bool),
    Level(usize, u64),
    Risk(bool),
    Owner,
    Told(&'static str),
    Dispatch(Option<Channel>),
    Tag(&'static str),
    Forbid(Channel),
    Leave(u64),
    Waive,
}

fn event() -> impl Strategy<Value = Event> {
    let score = prop::option::of(1_u8..=5);
    prop_oneof![
        4 => (1_i64..80, prop_oneof![Just("足金"), Just("银饰"), Just("木")]).prop_map(|(n, of)| Event::Buy(n * 10_000, of)),
        1 => (1_i64..80).prop_map(|n| Event::Buy(-n * 10_000, "足金")),
        5 => (0_usize..10, score.clone()).prop_map(|(code, score)| Event::Log(code, score)),
        2 => (0_usize..10, score).prop_map(|(code, score)| Event::Talk(code, score)),
        1 => Just(Event::Undo),
        2 => (0_u64..12).prop_map(Event::Promise),
        1 => (0_u64..12).prop_map(Event::Visit),
        2 => (2_u64..40).prop_map(Event::Coupon),
        2 => (0_u64..20, any::<bool>()).prop_map(|(ready, collected)| Event::Ticket(ready, collected)),
        2 => (0_usize..4, 20_u64..60).prop_map(|(level, days)| Event::Level(level, days)),
        2 => any::<bool>().prop_map(Event::Risk),
        1 => Just(Event::Owner),
        2 => prop_oneof![Just("birth"), Just("friend_visited"), Just("friend_bought")].prop_map(Event::Told),
        1 => prop::option::of(Just(Channel::Phone)).prop_map(Event::Dispatch),
        2 => prop_oneof![Just("BUD:3–8千"), Just("COM:短信"), Just("PRC:金价敏感")].prop_map(Event::Tag),
        1 => prop_oneof![Just(Channel::Wecom), Just(Channel::Phone)].prop_map(Event::Forbid),
        1 => (1_u64..9).prop_map(Event::Leave),
        1 => Just(Event::Waive),
    ]
}

#[derive(Clone, Debug)]
struct Person {
    tier: Tier,
    birthday: Option<(u32, u32)>,
    lead: Option<u64>,
    wecom: Option<u64>,
    wedding: Option<u64>,
    spouse: bool,
}

fn person() -> impl Strategy<Value = Person> {
    let tier = prop_oneof![Just(Tier::S), Just(Tier::A), Just(Tier::B), Just(Tier::C)];
    let of_day = || prop::option::of(0..N_DAYS);
    let parts = (tier, prop::option::of((5_u32..12, 1_u32..28)), of_day(), of_day(), of_day(), any::<bool>());
    parts.prop_map(|(tier, birthday, lead, wecom, wedding, spouse)| Person {
        tier,
        birthday,
        lead,
        wecom,
        wedding,
        spouse,
    })
}

fn date(n: u64) -> String {
    (day(D0) + chrono::Days::new(n)).to_string()
}

fn story_of(person: &Person, events: &[(u64, Event)]) -> Story {
    let mut story = Story::new(Vec::new());
    story.rules = RULES.clone();
    let customer = &mut story.file.customer;
    customer.tier = person.tier;
    customer.birthday = person.birthday.and_then(|(month, of_month)| Birthday::solar(None, month, of_month));
    customer.lead_on = person.lead.map(|n| day(&date(n)));
    customer.wecom_on = person.wecom.map(|n| day(&date(n)));
    customer.wedding_on = person.wedding.map(|n| day(&date(n + 60)));
    if person.spouse {
        customer.links.push(Link { relation: "spouse".to_owned(), person: None, name: None, consented: true });
        customer.anniversaries.push(guide_common::customer::Anniversary {
            kind: "wedding".to_owned(),
            date: Birthday::solar(None, 8, 1).unwrap(),
        });
    }
    events.iter().fold(story, |story, (n, event)| happen(story, *n, event))
}

fn outcome(on: &str, code: usize, score: Option<u8>, outcome: &mut Outcome) {
    outcome.score = score;
    outcome.amount_fen = (OutcomeCode::ALL[code] == OutcomeCode::Bought).then_some(90_000);
    let names_day = matches!(OutcomeCode::ALL[code], OutcomeCode::CallLater | OutcomeCode::Appointment);
    outcome.next_on = names_day.then(|| day(on) + chrono::Days::new(4));
}

fn happen(mut story: Story, n: u64, event: &Event) -> Story {
    let (on, later) = (date(n), |days: u64| date(n + days));
    match event {
        Event::Buy(fen, material) => {
            story = story.buy(&on, *fen);
            let item = Item { material: Some((*material).to_owned()), ..Item::default() };
            story.file.purchases.last_mut().unwrap().items = vec![item];
            story
        }
        Event::Log(code, score) => {
            story = story.starts(n);
            let due_ids: Vec<DueId> = dues(&story.file, &story.rules, day(&on)).iter().map(|due| due.id).collect();
            let change = |of: &mut Outcome| {
                outcome(&on, *code, *score, of);
                of.due_ids = due_ids;
            };
            story.log_with(&on, OutcomeCode::ALL[*code], &[], change)
        }
        Event::Talk(code, score) => story.contact(&on, OutcomeCode::ALL[*code], |of| outcome(&on, *code, *score, of)),
        Event::Undo if story.file.standing().last().is_some_and(|fact| fact.guide.as_str() == "g1") => {
            let op_id = story.file.standing().last().unwrap().id;
            let undo = guide_common::op::Undo { on: day(&on), op_id };
            story.apply(&on, guide_common::op::OpBody::Undo(undo));
            story
        }
        Event::Undo => story,
        Event::Promise(days) => story.promise(&on, &later(*days)),
        Event::Visit(days) => story.agree_visit(&on, &later(*days)),
        Event::Coupon(days) => {
            let no = format!("E{n}");
            story.coupon(&no, &on, &later(*days), |_| {})
        }
        Event::Ticket(ready, collected) => {
            let (ready, collected_on) = (later(*ready), later(ready + 9));
            story.ticket(&format!("T{n}"), [&on, &ready, &ready, if *collected { &collected_on } else { "-" }])
        }
        Event::Level(level, days) => story.level(&on, Level::ALL[*level], |record| {
            record.until_on = Some(day(&later(*days)));
            (record.to_next_fen, record.next_fen) = (Some(*days as i64 * 1_000), Some(500_000));
        }),
        Event::Risk(red) => story.risk(&on, if *red { Risk::Red } else { Risk::Amber }),
        Event::Owner => story.change_owner(&on),
        Event::Told(kind) => story.life_event(&on, kind, &on, !n.is_multiple_of(3)),
        Event::Dispatch(channel) => {
            let plan = RULES.plans().iter().position(|plan| plan.id.as_str() == "P04").unwrap();
            let (on, by) = (day(&on), "hq".to_owned());
            let dispatch = format!("X{n}");
            let sent = guide_common::record::Dispatched {
                on,
                from_on: on + chrono::Days::new(2),
                plan: RULES.plans()[plan].id.clone(),
                dispatch,
                by,
                why: None,
                channel: *channel,
            };
            story.fact(&on.to_string(), guide_common::fact::FactBody::Dispatched(sent))
        }
        Event::Tag(tag) => story.tag(&on, tag),
        Event::Forbid(channel) => story.forbid(&on, Some(*channel), None),
        Event::Leave(days) => story.leave(&on, &later(*days)),
        Event::Waive => {
            story = story.starts(n);
            let due_ids: Vec<DueId> = dues(&story.file, &story.rules, day(&on)).iter().map(|due| due.id).collect();
            let (reason, amnesty) =
                (guide_common::amnesty::WaiveReason::PromoPassed, guide_common::id::OpId(uuid::Uuid::nil()));
            let waived = guide_common::amnesty::Waived { on: day(&on), due_ids, reason, amnesty };
            story.fact(&on, guide_common::fact::FactBody::Waived(waived))
        }
    }
}

trait Throttled {
    /// The same with the starts of throttled plans worked out by a day.
    fn starts(self, n: u64) -> Self;
}

impl Throttled for Story {
    fn starts(mut self, n: u64) -> Self {
        let starts = Starts::work_out(std::iter::once(&self.file), &self.rules, day(&date(n)));
        self.rules = self.rules.with_starts(starts);
        self
    }
}

/// A customer, what happens, the day of the question, and whether those who wait for a start have had their turn.
fn stories() -> impl Strategy<Value = (Person, Vec<(u64, Event)>, u64, bool)> {
    let events = prop::collection::vec((0..N_DAYS, event()), 0..14).prop_map(|mut events| {
        events.sort_by_key(|(n, _)| *n);
        events
    });
    (person(), events, 0..N_DAYS + 20, any::<bool>())
}

fn attempts(plans: &[PlanExplained]) -> impl Iterator<Item = &AttemptExplained> {
    plans.iter().flat_map(|plan| &plan.runs).flat_map(|run| &run.steps).flat_map(|step| &step.attempts)
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn explain_says_of_every_due_what_the_engine_says_and_of_no_other((person, events, n, has_turn) in stories()) {
        let mut story = story_of(&person, &events);
        story = if has_turn { story.starts(n) } else { story };
        let (file, rules, today) = (&story.file, &story.rules, day(&date(n)));
        let plans = explain_customer(file, rules, today);
        prop_assert_eq!(plans.len(), rules.plans().len());

        let open: BTreeSet<DueId> = dues(file, rules, today).iter().map(|due| due.id).collect();
        let is_open = |state: &AttemptState| matches!(state, AttemptState::Open | AttemptState::Held { .. });
        let explained: Vec<DueId> =
            attempts(&plans).filter(|attempt| is_open(&attempt.state)).map(|attempt| attempt.due_id).collect();
        prop_assert_eq!(explained.len(), open.len(), "one answer a due");
        prop_assert_eq!(&explained.into_iter().collect::<BTreeSet<_>>(), &open);

        let queue = customer_day(file, rules, today);
        let held: BTreeMap<DueId, Hold> =
            queue.held.iter().flat_map(|row| row.dues.iter().map(|due| (due.due_id, row.hold))).collect();
        let explained_held: BTreeMap<DueId, Hold> = attempts(&plans)
            .filter_map(|attempt| match attempt.state {
                AttemptState::Held { hold, .. } => Some((attempt.due_id, hold)),
                _ => None,
            })
            .collect();
        prop_assert_eq!(explained_held, held);

        // what started a run is not missing, and did not fail to start one
        for plan in &plans {
            for run in &plan.runs {
                let mut own = plan.triggers.iter().filter(|trigger| trigger.trigger == run.trigger);
                prop_assert!(own.any(|trigger| trigger.missing.is_none()), "{:?} of {:?}", run, plan.triggers);
                prop_assert!(plan.not_started.iter().all(|of| of.anchor_key != run.anchor_key));
            }
        }
        // every step of every run has one answer
        for run in plans.iter().flat_map(|plan| &plan.runs) {
            for step in &run.steps {
                prop_assert!(step.attempts.is_empty() == step.not_due.is_some(), "{:?}", step);
            }
        }
        // and what the engine's runs of today say of any attempt, the answers say too
        let history = History::of(file, today);
        let by_id: BTreeMap<DueId, &AttemptExplained> = attempts(&plans).map(|attempt| (attempt.due_id, attempt)).collect();
        for attempt in all_runs(&history, rules, today).iter().flat_map(|run| &run.steps).flat_map(|step| &step.attempts) {
            let Some(explained) = by_id.get(&attempt.due_id) else {
                // runs that were over more than a year ago are only counted
                prop_assert!(400 < (today - attempt.until_on).num_days(), "{:?} is left out", attempt);
                continue;
            };
            prop_assert_eq!((explained.opens_on, explained.until_on), (attempt.opens_on, attempt.until_on));
            let is_alike = match (&explained.state, attempt.state) {
                (AttemptState::Open | AttemptState::Held { .. }, State::Open) => true,
                (AttemptState::Upcoming, State::Upcoming) | (AttemptState::Expired, State::Expired) => true,
                (AttemptState::Done { on }, State::Done { on: engine }) => *on == engine,
                (AttemptState::Superseded { on }, State::Superseded { on: engine }) => *on == engine,
                (AttemptState::Ended { on, cause, .. }, State::Ended { on: engine, cause: of_engine }) => {
                    (*on, *cause) == (engine, of_engine)
                }
                (AttemptState::Waived { on, .. }, State::Waived { on: engine, .. }) => *on == engine,
                (AttemptState::Skipped { on, .. }, State::Skipped { on: engine, .. }) => *on == engine,
                (AttemptState::NotReached { on }, State::NotReached { on: engine }) => *on == engine,
                (AttemptState::Postponed { on }, State::Postponed { on: engine }) => *on == engine,
                _ => false,
            };
            prop_assert!(is_alike, "{:?} is explained as {:?}", attempt, explained);
        }
    }

    #[test]
    fn the_terms_of_every_task_are_its_score_and_the_days_to_come_keep_their_word((person, events, n, _) in stories()) {
        let story = story_of(&person, &events).starts(n);
        let (file, rules, today) = (&story.file, &story.rules, day(&date(n)));
        let Some(explained) = explain_task(file, rules, today.and_hms_opt(10, 0, 0).unwrap()) else { return Ok(()) };
        prop_assert_eq!(explained.task.score, explained.task.terms.iter().map(|term| term.points).sum::<i64>());
        prop_assert_eq!(explained.dues.len(), explained.task.dues.len());
        prop_assert!(explained.dues.iter().all(|due| due.trigger != "unknown"), "{:?}", explained.dues);
        for prospect in &explained.prospects {
            prop_assert!(prospect.score > explained.task.score && prospect.points > 0, "{:?}", prospect);
            if let Change::Day { on } | Change::EachDay { until_on: on, .. } = prospect.change {
                let task = customer_day(file, rules, on).task;
                prop_assert_eq!(task.map(|task| task.score), Some(prospect.score), "{:?}", prospect);
            }
        }
    }
}
