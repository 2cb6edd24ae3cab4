//! A saga: a customer, plans and months of events drawn from numbers, of every kind of fact, for the laws.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{Days, NaiveDate, Weekday};
use guide_common::amnesty::{Handed, WaiveReason, Waived};
use guide_common::calendar::Leave;
use guide_common::consent::{Consent, Secret, SecretSide};
use guide_common::customer::{Anniversary, Birthday, Link, Tag, TagChange, Tier};
use guide_common::fact::{ComplaintClosed, FactBody};
use guide_common::id::{DueId, GuideId, OpId};
use guide_common::op::{Op, OpBody, Undo};
use guide_common::outcome::{Channel, Outcome, OutcomeCode, SkipReason};
use guide_common::promise::{Appointment, AppointmentClosed, AppointmentResult, Promise, PromiseKept};
use guide_common::purchase::Item;
use guide_common::sop::engine::dues;
use guide_common::sop::plan::{Plan, Purpose};
use guide_common::sop::rules::Rules;
use guide_common::sop::starts::Starts;
use guide_common::wire::hub::StoreTier;
use proptest::prelude::*;

use crate::story::{Story, day};

pub mod book;
pub mod pool;
mod record;

use pool::{N_REAL, POOL};

/// The first day of every saga, a week before 20 May; 七夕 lies on day 98.
pub const FIRST: &str = "2026-05-13";
/// The days of a saga.
pub const N_DAYS: u64 = 110;

/// The day of a number.
pub fn date(n: u64) -> NaiveDate {
    day(FIRST) + Days::new(n)
}

/// What a saga is made of: which plans, what kind of customer, and what happens on which day.
#[derive(Clone, Debug)]
pub struct Seed {
    pub plans: Vec<usize>,
    pub customer: u32,
    pub events: Vec<(u64, Draw)>,
}

/// An event: its kind, and two numbers that tell the rest.
#[derive(Clone, Copy, Debug)]
pub struct Draw(pub u8, pub u16, pub u16);

impl Draw {
    /// Whether it is an undo, or a leave that may have begun.
    pub fn changes_the_past(self) -> bool {
        matches!(KINDS[usize::from(self.0) % KINDS.len()], "undo" | "leave")
    }

    /// Whether it is a sale at the till.
    pub fn is_purchase(self) -> bool {
        KINDS[usize::from(self.0) % KINDS.len()] == "buy"
    }
}

pub fn seed(n_events: usize) -> impl Strategy<Value = Seed> {
    let event = (0..N_DAYS, (0..KINDS.len() as u8, any::<u16>(), any::<u16>()).prop_map(|(k, a, b)| Draw(k, a, b)));
    // the made-up ones more often: they are open longer
    let plans = prop::collection::vec(prop_oneof![0..POOL.len(), N_REAL..POOL.len()], 2..7);
    (plans, any::<u32>(), prop::collection::vec(event, 0..n_events)).prop_map(|(plans, customer, mut events)| {
        events.sort_by_key(|(on, _)| *on);
        Seed { plans, customer, events }
    })
}

const KINDS: [&str; 41] = [
    "log", "log", "log", "log", "log", "log", "log", "log", "buy", "buy", "buy", "return", "return", "free", "free",
    "undo", "undo", "promise", "keep", "close", "visit", "visited", "tag", "untag", "consent", "secret", "waive",
    "hand", "leave", "coupon", "redeem", "ticket", "level", "points", "risk", "owner", "life", "dispatch", "rush",
    "complain", "close",
];
const MATERIALS: [&str; 4] = ["足金", "珍珠", "钻石", "银饰"];
const TAGS: [&str; 6] = ["OCC:生日", "OCC:婚嫁", "MAT:珍珠", "MAT:足金", "BUD:1千内", "COM:短信"];

pub struct Saga {
    pub story: Story,
    pub leaves: Vec<Leave>,
    pub ops: Vec<Op>,
}

impl Saga {
    /// The customer before anything happened.
    pub fn new(seed: &Seed) -> Self {
        let mut plans: Vec<Plan> = Vec::new();
        for idx in &seed.plans {
            if plans.iter().all(|plan| plan.id != POOL[*idx].id) {
                plans.push(POOL[*idx].clone());
            }
        }
        let mut story = Story::new(plans);
        let n = seed.customer;
        let bit = |at: u32| n >> at & 1 == 1;
        let customer = &mut story.file.customer;
        customer.tier = [Tier::S, Tier::A, Tier::B, Tier::C][(n & 3) as usize];
        customer.birthday = match n >> 2 & 3 {
            0 => Birthday::solar(Some(1990), 5 + (n >> 4 & 3), 1 + (n >> 6 & 15)),
            1 => Birthday::lunar(None, 4 + (n >> 4 & 3), 1 + (n >> 6 & 15), false),
            2 => Birthday::lunar(Some(1995), 8, 5, true),
            _ => None,
        };
        customer.since_on = bit(10).then(|| date(u64::from(n >> 11 & 31)));
        customer.lead_on = bit(16).then(|| date(u64::from(n >> 11 & 63)));
        customer.wecom_on = bit(17).then(|| date(u64::from(n >> 12 & 63)));
        customer.wedding_on = bit(18).then(|| date(60 + u64::from(n >> 13 & 63)));
        let anniversary = Birthday::solar(Some(2020), 6 + (n >> 4 & 1), 1 + (n >> 6 & 15));
        customer.anniversaries = anniversary
            .filter(|_| bit(19))
            .map(|date| Anniversary { kind: "wedding".to_owned(), date })
            .into_iter()
            .collect();
        customer.links = if bit(20) {
            vec![Link { relation: "spouse".to_owned(), person: None, name: None, consented: bit(21) }]
        } else {
            Vec::new()
        };
        customer.tags = if bit(22) {
            vec![Tag {
                group: "OCC".to_owned(), value: "婚嫁".to_owned(), on: bit(23).then(|| date(9)), source: None
            }]
        } else {
            Vec::new()
        };
        customer.do_not_contact = n >> 24 & 31 == 31;
        story.rules.store_tier = bit(29).then_some(StoreTier::A);
        story.rules.calendar.days_off = if bit(30) { vec![Weekday::Mon, Weekday::Tue] } else { Vec::new() };
        Self { story, leaves: Vec::new(), ops: Vec::new() }
    }

    /// Plays all events.
    pub fn play(seed: &Seed) -> Self {
        let mut saga = Self::new(seed);
        for (n, draw) in &seed.events {
            saga.happen(*n, *draw);
        }
        saga
    }

    /// The rules as they are known at the end of a day, with the starts of throttled plans.
    pub fn rules_on(&self, on: NaiveDate) -> Rules {
        self.rules_of(&self.story.file, on)
    }

    pub fn rules_of(&self, file: &guide_common::apply::CustomerFile, on: NaiveDate) -> Rules {
        let mut rules = self.story.rules.clone();
        rules.calendar.leaves = self.leaves.iter().filter(|leave| leave.on <= on).cloned().collect();
        if rules.is_throttled() {
            rules.with_starts(Starts::work_out(std::iter::once(file), &rules, on))
        } else {
            rules
        }
    }

    /// What a contact that names these dues is for, as a terminal notes it down.
    pub fn purpose(&self, on: NaiveDate, due_ids: &[DueId]) -> Option<Purpose> {
        let rules = self.rules_on(on);
        let named: Vec<Purpose> = dues(&self.story.file, &rules, on)
            .iter()
            .filter(|due| due_ids.contains(&due.id))
            .map(|due| due.step.purpose)
            .collect();
        [Purpose::Promo, Purpose::Service, Purpose::Answer].into_iter().find(|purpose| named.contains(purpose))
    }

    /// What is due on a day, held or not.
    pub fn due_ids(&self, on: NaiveDate) -> Vec<DueId> {
        dues(&self.story.file, &self.rules_on(on), on).iter().map(|due| due.id).collect()
    }

    fn pick(&self, on: NaiveDate, mask: u16) -> Vec<DueId> {
        let ids = self.due_ids(on);
        ids.into_iter().enumerate().filter(|(idx, _)| mask >> (idx % 16) & 1 == 1).map(|(_, id)| id).collect()
    }

    /// Whether the guide reported a sale on a day or later.
    pub fn reported_a_sale_since(&self, n: u64) -> bool {
        self.story.file.standing().any(|fact| {
            matches!(&fact.body, FactBody::Outcome(outcome) if outcome.code == OutcomeCode::Bought && date(n) <= outcome.on)
        })
    }

    /// Lets one event happen; one that makes no sense on its day does not. Returns the fact that it made.
    pub fn happen(&mut self, n: u64, Draw(kind, a, b): Draw) -> Option<OpId> {
        let on = date(n);
        let text = on.to_string();
        let later = |least: u16| on + Days::new(u64::from(least + b % 30));
        let kind = KINDS[usize::from(kind) % KINDS.len()];
        match kind {
            "buy" => {
                self.buy(&text, i64::from(1 + a % 90) * 1_000, b);
                return None;
            }
            "return" => {
                self.take_back(&text, a, b);
                return None;
            }
            "leave" => {
                let from_on = on + Days::new(u64::from(b % 4)) - Days::new(u64::from(a % 3));
                self.leaves.push(Leave { on, from_on, to_on: from_on + Days::new(u64::from(b % 9)), deputy: None });
                return None;
            }
            "undo" => return self.undo(on, a),
            _ => {}
        }
        let body = self.body(kind, on, a, b, later)?;
        Some(self.record(on, body))
    }

    /// Records a fact as it is; every op is kept, to be applied again.
    pub fn record(&mut self, on: NaiveDate, body: FactBody) -> OpId {
        let text = on.to_string();
        if body.is_headquarters_own() {
            let story = std::mem::replace(&mut self.story, Story::new(Vec::new()));
            self.story = story.fact(&text, body);
            return self.story.file.facts.last().unwrap().id;
        }
        let op = self.story.op(&text, OpBody::Fact(body));
        let guide = self.story.guide.clone();
        if self.story.file.apply(&op, &guide).is_ok() {
            self.ops.push(op.clone());
        }
        op.op_id
    }

    fn undo(&mut self, on: NaiveDate, a: u16) -> Option<OpId> {
        let guides = self.story.file.standing().filter(|fact| !fact.body.is_headquarters_own());
        let standing: Vec<OpId> = guides.map(|fact| fact.id).collect();
        let op_id = *standing.get(usize::from(a) % standing.len().max(1))?;
        let op = self.story.op(&on.to_string(), OpBody::Undo(Undo { on, op_id }));
        let guide = self.story.guide.clone();
        self.story.file.apply(&op, &guide).unwrap();
        self.ops.push(op);
        None
    }

    fn buy(&mut self, on: &str, fen: i64, b: u16) {
        let story = std::mem::replace(&mut self.story, Story::new(Vec::new()));
        self.story = story.buy(on, fen);
        let purchase = self.story.file.purchases.last_mut().unwrap();
        purchase.sale_no = (b & 1 == 1).then(|| format!("S{}", purchase.id));
        let item =
            |idx: u16| Item { material: Some(MATERIALS[usize::from(b >> idx & 3)].to_owned()), ..Item::default() };
        purchase.items = (0..b >> 8 & 3).map(|idx| item(2 * idx)).collect();
    }

    fn take_back(&mut self, on: &str, a: u16, b: u16) {
        let sales: Vec<_> = self.story.file.purchases.iter().filter(|sale| !sale.is_return()).cloned().collect();
        let Some(sale) = sales.get(usize::from(a) % sales.len().max(1)) else { return };
        let fen = if b & 2 == 2 { sale.amount_fen } else { 1 + sale.amount_fen / 3 };
        let story = std::mem::replace(&mut self.story, Story::new(Vec::new()));
        self.story = story.buy(on, -fen);
        self.story.file.purchases.last_mut().unwrap().returns_sale_no = sale.sale_no.clone().filter(|_| b & 1 == 1);
    }

    fn body(&self, kind: &str, on: NaiveDate, a: u16, b: u16, later: impl Fn(u16) -> NaiveDate) -> Option<FactBody> {
        let facts = &self.story.file.facts;
        let nth = |is_it: fn(&FactBody) -> bool| {
            let found: Vec<OpId> = facts.iter().filter(|fact| is_it(&fact.body)).map(|fact| fact.id).collect();
            found.get(usize::from(a) % found.len().max(1)).copied()
        };
        let tag = |idx: u16| {
            let (group, value) = TAGS[usize::from(idx) % TAGS.len()].split_once(':').unwrap();
            TagChange { on, group: group.to_owned(), value: value.to_owned() }
        };
        let amnesty = OpId(uuid::Uuid::from_u128(9_000));
        let channel = Channel::ALL[usize::from(b >> 5) % 4];
        Some(match kind {
            "log" | "free" | "complain" => return self.outcome(kind, on, a, b),
            "promise" => FactBody::Promise(Promise { on, text: "找同款".to_owned(), item: None, due_on: later(0) }),
            "keep" => {
                FactBody::PromiseKept(PromiseKept { on, promise: nth(|body| matches!(body, FactBody::Promise(_)))? })
            }
            "close" => {
                self.story.file.open_complaint()?;
                FactBody::ComplaintClosed(ComplaintClosed { on, words: "可以了".to_owned() })
            }
            "visit" => FactBody::Appointment(Appointment { on, visit_on: later(0), visit_time: None, text: None }),
            "visited" => {
                let appointment = nth(|body| matches!(body, FactBody::Appointment(_)))?;
                use AppointmentResult::{Cancelled, Kept, NoShow};
                FactBody::AppointmentClosed(AppointmentClosed {
                    on,
                    appointment,
                    result: [Kept, NoShow, Cancelled][usize::from(b) % 3],
                })
            }
            "tag" => FactBody::TagAdded(tag(b)),
            "untag" => FactBody::TagRemoved(tag(b)),
            "consent" => FactBody::Consent(Consent {
                on,
                channel: (b & 1 == 1).then_some(channel),
                allowed: a.is_multiple_of(3),
                until_on: (b & 2 == 2).then(|| later(0)),
            }),
            "secret" => {
                let purchase = self.story.file.purchases.get(usize::from(a >> 2)).map(|purchase| purchase.id.clone());
                let side = [SecretSide::Giver, SecretSide::Recipient][usize::from(a & 1)];
                FactBody::Secret(Secret { on, until_on: later(0), side, person: None, purchase })
            }
            "waive" => {
                FactBody::Waived(Waived { on, due_ids: self.pick(on, a), reason: WaiveReason::MomentPassed, amnesty })
            }
            "hand" => FactBody::Handed(Handed {
                on,
                due_ids: self.pick(on, a),
                to: GuideId::new("g2").unwrap(),
                until_on: later(0),
                amnesty,
            }),
            _ => return self.of_headquarters(kind, on, a, b, later),
        })
    }

    fn outcome(&self, kind: &str, on: NaiveDate, a: u16, b: u16) -> Option<FactBody> {
        let code = if kind == "complain" { OutcomeCode::Complaint } else { OutcomeCode::ALL[usize::from(a) % 10] };
        // the guide's own codes that end everything are rare
        let code = if code == OutcomeCode::DoNotContact && b & 3 != 0 { OutcomeCode::NoReply } else { code };
        let mut outcome = Outcome::new(on, code);
        outcome.due_ids =
            if kind == "log" { self.pick(on, if a & 64 == 0 { u16::MAX } else { b }) } else { Vec::new() };
        outcome.channel = Channel::ALL[usize::from(a >> 4) % 8];
        let own = [None, Some(Purpose::Answer), Some(Purpose::Promo), Some(Purpose::Service)][usize::from(a >> 7) % 4];
        outcome.purpose = self.purpose(on, &outcome.due_ids).or(own);
        outcome.score = (a >> 9 & 1 == 1).then_some(1 + (a >> 10) as u8 % 5);
        outcome.amount_fen = (code == OutcomeCode::Bought).then_some(i64::from(1 + b % 60) * 1_000);
        let needs_date = code == OutcomeCode::CallLater
            || (matches!(code, OutcomeCode::Appointment | OutcomeCode::Interested) && b & 1 == 1);
        outcome.next_on = needs_date.then(|| on + Days::new(u64::from(1 + b % 25)));
        outcome.reason = (code == OutcomeCode::Skipped).then_some(SkipReason::MetToday);
        Some(FactBody::Outcome(outcome))
    }
}
