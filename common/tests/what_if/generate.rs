//! Random stories: two customers, three plans, two months.

use chrono::{Days, NaiveDate, Weekday};
use guide_common::amnesty::{Handed, WaiveReason, Waived};
use guide_common::apply::CustomerFile;
use guide_common::calendar::{Calendar, Leave};
use guide_common::consent::{Consent, Secret, SecretSide};
use guide_common::customer::{Anniversary, Birthday, Customer, Link, Loan, Tag, TagChange, Tier};
use guide_common::fact::{ComplaintClosed, Fact, FactBody};
use guide_common::id::{CustomerId, DeviceId, DueId, GuideId, OpId, PurchaseId};
use guide_common::outcome::{Channel, Outcome, OutcomeCode, SkipReason};
use guide_common::promise::{Appointment, AppointmentClosed, AppointmentResult, Promise, PromiseKept};
use guide_common::purchase::{Item, Purchase};
use guide_common::record::{Coupon, Dispatched, Level, LevelRecord, LifeEvent, OwnerChanged, Risk, RiskRecord, Ticket};
use guide_common::sop::engine::dues;
use guide_common::sop::plan::{Earlier, Plan};
use guide_common::sop::rules::Rules;
use guide_common::sop::settings::Settings;
use guide_common::sop::simulate::Assumption;
use guide_common::time::Period;
use guide_common::undone::Undone;

use super::day;
use super::plans::PLANS;

/// The days of a story.
pub const N_DAYS: u64 = 70;

/// Something to simulate.
pub struct Case {
    pub files: Vec<CustomerFile>,
    pub rules: Rules,
    pub period: Period,
    pub assume: Assumption,
}

/// Numbers from a seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn maybe<T>(&mut self, one_in: u64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(one_in).then(|| value(self))
    }
}

/// The day so many days after 1 January 2026.
pub fn date(n: u64) -> NaiveDate {
    day("2026-01-01") + Days::new(n)
}

pub fn case(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let mut plans: Vec<Plan> = Vec::new();
    while plans.len() < 3 {
        let plan = &PLANS[dice.below(PLANS.len() as u64) as usize];
        if !plans.contains(plan) {
            plans.push(plan.clone());
        }
    }
    if dice.one_in(6) {
        edit(&mut plans[0], &mut dice);
    }
    let mut rules = Rules::new(plans);
    rules.calendar = calendar(&mut dice);
    rules.settings = Settings { tasks_per_day: 1, promo_rest_days: 12, ..Settings::default() }.into();
    let from = 20 + dice.below(30);
    let period = Period::new(date(from), date(from + 5 + dice.below(12))).unwrap();
    let n_files = if dice.one_in(3) { 2 } else { 1 };
    let files = (0..n_files).map(|n| file(n, &rules, &mut dice)).collect();
    Case { files, rules, period, assume: Assumption { seed, ..Assumption::default() } }
}

/// Publishes another version of a plan on some day; earlier runs follow the one before.
fn edit(plan: &mut Plan, dice: &mut Dice) {
    let before = plan.clone();
    plan.version += 1;
    plan.steps.rotate_left(1);
    plan.steps.retain(|step| step.from.is_none());
    for step in &mut plan.steps {
        [&mut step.positive, &mut step.negative, &mut step.no_reply].into_iter().for_each(Vec::clear);
    }
    let before_on = date(10 + dice.below(40));
    plan.earlier = Some(Box::new(Earlier { before_on, plan: before }));
}

fn calendar(dice: &mut Dice) -> Calendar {
    let days_off = dice.maybe(4, |dice| dice.pick(&[Weekday::Mon, Weekday::Wed, Weekday::Sat]));
    let leave = dice.maybe(6, |dice| {
        let from = 15 + dice.below(40);
        Leave { on: date(0), from_on: date(from), to_on: date(from + dice.below(9)), deputy: None }
    });
    Calendar { days_off: days_off.into_iter().collect(), leaves: leave.into_iter().collect() }
}

fn customer(n: u64, dice: &mut Dice) -> Customer {
    let mut customer = Customer::new(CustomerId::new(&format!("C{n}")).unwrap(), "单雅宁".to_owned());
    customer.tier = dice.pick(&[Tier::S, Tier::A, Tier::B, Tier::C]);
    let yearly =
        |dice: &mut Dice| Birthday::solar(Some(1990), 1 + dice.below(3) as u32, 1 + dice.below(28) as u32).unwrap();
    customer.birthday = dice.maybe(2, yearly);
    customer.since_on = dice.maybe(3, |dice| date(dice.below(N_DAYS)));
    customer.lead_on = dice.maybe(3, |dice| date(dice.below(N_DAYS)));
    customer.wecom_on = dice.maybe(3, |dice| date(dice.below(N_DAYS)));
    customer.do_not_contact = dice.one_in(40);
    if dice.one_in(2) {
        customer.anniversaries.push(Anniversary { kind: "wedding".to_owned(), date: yearly(dice) });
        customer.links.push(Link { relation: "spouse".to_owned(), person: None, name: None, consented: true });
    }
    if dice.one_in(3) {
        let on = dice.maybe(2, |dice| date(dice.below(N_DAYS)));
        customer.tags.push(Tag { group: "A".to_owned(), value: "a".to_owned(), on, source: None });
    }
    if dice.one_in(30) {
        customer.lent = Some(Loan { from: GuideId::new("g2").unwrap(), until_on: date(dice.below(N_DAYS)) });
    }
    customer
}

fn file(n: u64, rules: &Rules, dice: &mut Dice) -> CustomerFile {
    let mut file = CustomerFile::new(customer(n, dice));
    let n_events = 2 + dice.below(11);
    let mut days: Vec<u64> = (0..n_events).map(|_| dice.below(N_DAYS)).collect();
    days.sort_unstable();
    for (number, n) in days.into_iter().enumerate() {
        if dice.one_in(3) {
            let purchase = purchase(&file, number, date(n), dice);
            file.purchases.push(purchase);
            continue;
        }
        let Some(body) = body(&file, rules, n, dice) else { continue };
        let op_id = OpId(uuid::Uuid::from_u128(u128::from(dice.below(u64::MAX))));
        file.facts.push(Fact {
            id: OpId(uuid::Uuid::from_u128(number as u128 + 1)),
            customer: file.customer.id.clone(),
            guide: GuideId::new("g1").unwrap(),
            device: DeviceId::new("d1").unwrap(),
            at: date(n).and_hms_opt(dice.below(24) as u32, 0, 0).unwrap().and_utc(),
            body,
            number: number as u64 + 1,
            undone: dice.maybe(8, |dice| Undone::new(op_id, date(n + dice.below(20)))).into(),
            group: None,
        });
    }
    file
}

fn purchase(file: &CustomerFile, number: usize, on: NaiveDate, dice: &mut Dice) -> Purchase {
    let returns = file.purchases.last().filter(|_| dice.one_in(4));
    let amount_fen = match returns {
        Some(sale) => -sale.amount_fen.abs() / if dice.one_in(3) { 2 } else { 1 },
        None => dice.pick(&[20_000, 30_000, 45_000, 90_000]),
    };
    let material = dice.pick(&["gold", "pearl", "silver"]);
    Purchase {
        id: PurchaseId::new(&format!("p{number}")).unwrap(),
        customer: file.customer.id.clone(),
        bought_on: on,
        amount_fen,
        items: vec![Item { material: Some(material.to_owned()), ..Item::default() }],
        sale_no: None,
        returns_sale_no: None,
        store: None,
    }
}

fn body(file: &CustomerFile, rules: &Rules, n: u64, dice: &mut Dice) -> Option<FactBody> {
    let on = date(n);
    let later = |dice: &mut Dice, most: u64| date(n + dice.below(most));
    let due_ids = || -> Vec<DueId> { dues(file, rules, on).iter().map(|due| due.id).collect() };
    let latest =
        |is_wanted: fn(&FactBody) -> bool| file.facts.iter().rfind(|fact| is_wanted(&fact.body)).map(|fact| fact.id);
    let amnesty = OpId(uuid::Uuid::from_u128(9_000));
    Some(match dice.below(25) {
        0..6 => FactBody::Outcome(outcome(on, if dice.one_in(2) { due_ids() } else { Vec::new() }, dice)),
        6 => FactBody::ComplaintClosed(ComplaintClosed { on, words: "可以了".to_owned() }),
        7 => FactBody::Promise(Promise { on, text: "找同款".to_owned(), item: None, due_on: later(dice, 12) }),
        8 => FactBody::PromiseKept(PromiseKept { on, promise: latest(|body| matches!(body, FactBody::Promise(_)))? }),
        9 => FactBody::Appointment(Appointment { on, visit_on: later(dice, 12), visit_time: None, text: None }),
        10 => FactBody::AppointmentClosed(AppointmentClosed {
            on,
            appointment: latest(|body| matches!(body, FactBody::Appointment(_)))?,
            result: dice.pick(&[AppointmentResult::Kept, AppointmentResult::NoShow, AppointmentResult::Cancelled]),
        }),
        11 => FactBody::TagAdded(TagChange { on, group: "A".to_owned(), value: dice.pick(&["a", "b"]).to_owned() }),
        12 => FactBody::TagRemoved(TagChange { on, group: "A".to_owned(), value: dice.pick(&["a", "b"]).to_owned() }),
        13 => FactBody::Consent(Consent {
            on,
            channel: dice.maybe(2, |dice| dice.pick(&[Channel::Wecom, Channel::Phone])),
            allowed: dice.one_in(3),
            until_on: dice.maybe(2, |dice| later(dice, 15)),
        }),
        14 => FactBody::Secret(Secret {
            on,
            until_on: later(dice, 15),
            side: dice.pick(&[SecretSide::Giver, SecretSide::Recipient]),
            person: None,
            purchase: None,
        }),
        15 => match dice.one_in(2) {
            true => FactBody::Waived(Waived { on, due_ids: due_ids(), reason: WaiveReason::MomentPassed, amnesty }),
            false => FactBody::Handed(Handed {
                on,
                due_ids: due_ids(),
                to: GuideId::new("g2").unwrap(),
                until_on: later(dice, 9),
                amnesty,
            }),
        },
        16 | 22.. => FactBody::Coupon(Coupon {
            no: n.to_string(),
            name: "券".to_owned(),
            kind: "CASH".to_owned(),
            face_fen: 100,
            on,
            until_on: later(dice, 30),
            redeemed_on: dice.maybe(2, |dice| later(dice, 30)),
            voided_on: None,
        }),
        17 => {
            let ready_on = dice.maybe(2, |dice| later(dice, 12));
            FactBody::Ticket(Ticket {
                no: n.to_string(),
                work: "改圈".to_owned(),
                item: None,
                on,
                promised_on: dice.maybe(2, |dice| later(dice, 12)),
                ready_on,
                collected_on: ready_on.filter(|_| dice.one_in(2)).map(|on| on + Days::new(dice.below(9))),
            })
        }
        18 => FactBody::Level(LevelRecord {
            on,
            level: dice.pick(&[Level::Regular, Level::Silver]),
            until_on: dice.maybe(2, |dice| later(dice, 30)),
            to_next_fen: None,
            next_fen: None,
        }),
        19 => FactBody::Risk(RiskRecord { on, risk: dice.pick(&[Risk::Green, Risk::Red]), reason: None }),
        20 => match dice.one_in(2) {
            true => FactBody::OwnerChanged(OwnerChanged {
                on,
                from: None,
                to: GuideId::new("g1").unwrap(),
                to_name: "林知夏".to_owned(),
            }),
            false => FactBody::LifeEvent(LifeEvent {
                on,
                kind: "birth".to_owned(),
                event_on: later(dice, 9),
                told_by_customer: true,
            }),
        },
        21 => FactBody::Dispatched(Dispatched {
            on,
            from_on: later(dice, 6),
            plan: rules.plans()[dice.below(3) as usize].id.clone(),
            dispatch: n.to_string(),
            by: "顾南星".to_owned(),
            why: None,
            channel: dice.maybe(2, |_| Channel::Phone),
        }),
    })
}

fn outcome(on: NaiveDate, due_ids: Vec<DueId>, dice: &mut Dice) -> Outcome {
    let code = match dice.below(12) {
        n @ 0..10 => OutcomeCode::ALL[n as usize],
        _ => OutcomeCode::NoReply,
    };
    // who wants no contact ends the story
    let code = if code == OutcomeCode::DoNotContact && !dice.one_in(4) { OutcomeCode::Interested } else { code };
    Outcome {
        due_ids,
        channel: dice.pick(&[Channel::Wecom, Channel::Phone, Channel::Visit]),
        score: dice.maybe(4, |dice| 1 + dice.below(5) as u8),
        amount_fen: (code == OutcomeCode::Bought).then(|| dice.pick(&[20_000, 45_000])),
        next_on: matches!(code, OutcomeCode::CallLater | OutcomeCode::Appointment)
            .then(|| on + Days::new(1 + dice.below(15))),
        reason: (code == OutcomeCode::Skipped).then_some(SkipReason::Travelling),
        ..Outcome::new(on, code)
    }
}
