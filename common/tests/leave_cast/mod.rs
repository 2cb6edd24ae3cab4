//! The customers of a guide who is back from ten days of leave: 80 people whose purchases, birthdays, tickets and
//! promises make 143 dues with the plans of `content/plans`. Days count from the day of the return, 12 August 2026:
//! seven days before 七夕, so that who is of tier S or A has its invitation too.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod desk;

use chrono::{Days, Months, NaiveDate};
use guide_common::apply::CustomerFile;
use guide_common::calendar::{Calendar, Leave};
use guide_common::customer::{Birthday, Customer, Tag, Tier};
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, DeviceId, GuideId, OpId, PurchaseId};
use guide_common::outcome::{Outcome, OutcomeCode};
use guide_common::promise::Promise;
use guide_common::purchase::{Item, Purchase};
use guide_common::record::{Coupon, Level, LevelRecord, LifeEvent, OwnerChanged, Ticket};
use guide_common::undone::Undos;

/// The day of the return: the demo's first day.
pub fn return_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 12).unwrap()
}

/// The ten days before it.
pub fn leave() -> Leave {
    Leave { on: day(-30), from_on: day(-10), to_on: day(-1), deputy: Some(GuideId::new("g02").unwrap()) }
}

/// When the guide works.
pub fn calendar() -> Calendar {
    Calendar { days_off: Vec::new(), leaves: vec![leave()] }
}

/// The 80 customers. What remains of each group stands above its builder.
pub fn customers() -> Vec<CustomerFile> {
    let mut files = Vec::new();
    let mut add = |group: &str, n: i64, build: fn(Person, i64) -> Person| {
        files.extend((0..n).map(|idx| build(Person::new(group, idx), idx).file));
    };
    add("promise", 9, promised);
    add("pieces", 10, two_pieces);
    add("ticket", 8, uncollected);
    add("care", 2, cared_for);
    add("wedding", 2, bride);
    add("sold", 12, sold_in_the_leave);
    add("treat", 7, birthday_to_come);
    add("gift", 6, birthday_over);
    add("birth", 3, newborn);
    add("friend", 4, satisfied);
    add("contact", 4, added_in_the_leave);
    add("last", 6, last_day_of_care);
    add("tip", 4, last_day_of_knowledge);
    add("taken", 3, last_day_of_preference);
    files
}

/// An overdue promise and a piece to care for: the promise is kept, its report to the manager and the care merged. Of
/// three the tier earns an invitation whose moment passed.
fn promised(person: Person, idx: i64) -> Person {
    let tier = [Tier::S, Tier::A, Tier::A].get(idx as usize).copied().unwrap_or(Tier::B);
    let due = -8 + idx % 6;
    person.tier(tier).promise(-16, due).piece(care_turn(idx - 4), 3_600, "足金")
}

/// Two pieces of one day to care for, and another sale of five weeks ago whose knowledge closes today or tomorrow: that
/// is kept, the care of both merged.
fn two_pieces(person: Person, idx: i64) -> Person {
    let turn = care_turn(idx % 7 - 3);
    person.tier(Tier::B).piece(turn, 5_200, "古法金").piece(turn, 4_400, "足金").sale(day(-35 + idx % 2), 2_800)
}

/// A repaired piece that waits for two weeks, the care of three months and that of another piece: the piece that waits
/// is kept, both cares merged.
fn uncollected(person: Person, idx: i64) -> Person {
    let three_months_and_more = months_before(3, -21);
    let person = person.tier(Tier::B).ticket(-25, -14 + idx % 2).sale(three_months_and_more, 6_800);
    person.piece(care_turn(idx % 6 - 2), 2_600, "彩宝")
}

/// The care of three months, on its last day or in its middle, and that of a piece: one is kept, one merged.
fn cared_for(person: Person, idx: i64) -> Person {
    let bought_on = if idx == 0 { months_before(4, 0) } else { months_before(3, -5) };
    person.tier(Tier::B).piece(care_turn(5), 1_900, "钻石").sale(bought_on, 4_200)
}

/// A lead of two months with a wedding in two more: the countdown is kept and overtakes the closing of the lead, the
/// piece of knowledge for a WeCom contact of twelve days is merged.
fn bride(person: Person, idx: i64) -> Person {
    person.lead(-68).wedding(63 + idx).wecom(-12).tag("BUD", "8千–2万")
}

/// Bought while the guide was away: the moment for asking after three days passed.
fn sold_in_the_leave(person: Person, idx: i64) -> Person {
    person.sale(day(-7 + idx % 4), 1_200 + 300 * idx)
}

/// A birthday in the days to come: the moment to announce its treat passed.
fn birthday_to_come(person: Person, idx: i64) -> Person {
    person.known(idx).level().birthday(2 + idx % 5)
}

/// A birthday during the leave: the reminder of its coupon is a promotion that passed.
fn birthday_over(person: Person, idx: i64) -> Person {
    person.known(idx).level().birthday(-10 + idx % 5).coupon(40)
}

/// A child born two weeks ago: the offer for its first month is a promotion that passed.
fn newborn(person: Person, idx: i64) -> Person {
    person.known(idx).birth(-18 + idx)
}

/// Five points a month ago: asking for a word to a friend is a promotion that passed.
fn satisfied(person: Person, idx: i64) -> Person {
    person.sale(day(-39 + idx % 3), 2_200).scored(-33)
}

/// Became a WeCom contact during the leave: the moment for the first five tags passed.
fn added_in_the_leave(person: Person, idx: i64) -> Person {
    person.wecom(-3 + idx % 2)
}

/// Care of a piece on its last day, of a customer who bought little: handed over.
fn last_day_of_care(person: Person, idx: i64) -> Person {
    person.piece(care_turn(-7), 600 + 50 * idx, "足金")
}

/// The first piece of knowledge on its last day: handed over.
fn last_day_of_knowledge(person: Person, _: i64) -> Person {
    person.wecom(-14)
}

/// Taken over from a colleague: the question for preferences on its last day, handed over.
fn last_day_of_preference(person: Person, idx: i64) -> Person {
    person.sale(day(-150 - idx), 900).taken_over(-14)
}

pub fn day(offset: i64) -> NaiveDate {
    let days = Days::new(offset.unsigned_abs());
    if offset < 0 { return_day() - days } else { return_day() + days }
}

pub fn months_before(months: u32, offset: i64) -> NaiveDate {
    day(offset) - Months::new(months)
}

/// The day on which a piece was bought whose care comes round half a year later, so many days from the return.
pub fn care_turn(offset: i64) -> NaiveDate {
    months_before(6, offset)
}

/// One customer as it is put together.
pub struct Person {
    pub file: CustomerFile,
}

impl Person {
    pub fn new(group: &str, idx: i64) -> Self {
        let mut customer =
            Customer::new(CustomerId::new(&format!("L-{group}-{idx}")).unwrap(), format!("{group} {idx}"));
        customer.since_on = Some(day(-900));
        Self { file: CustomerFile::new(customer) }
    }

    fn change(mut self, change: impl FnOnce(&mut Customer)) -> Self {
        change(&mut self.file.customer);
        self
    }

    pub fn tier(self, tier: Tier) -> Self {
        self.change(|customer| customer.tier = tier)
    }

    pub fn birthday(self, offset: i64) -> Self {
        use chrono::Datelike;
        let on = day(offset);
        self.change(|customer| customer.birthday = Birthday::solar(Some(1_988), on.month(), on.day()))
    }

    pub fn wecom(self, offset: i64) -> Self {
        self.change(|customer| customer.wecom_on = Some(day(offset)))
    }

    pub fn lead(self, offset: i64) -> Self {
        self.change(|customer| customer.lead_on = Some(day(offset)))
    }

    pub fn wedding(self, offset: i64) -> Self {
        self.change(|customer| customer.wedding_on = Some(day(offset)))
    }

    pub fn tag(self, group: &str, value: &str) -> Self {
        let (group, value) = (group.to_owned(), value.to_owned());
        self.change(|customer| customer.tags.push(Tag { group, value, on: Some(day(-70)), source: None }))
    }

    /// A customer of five months: what follows that sale is over, and it is no long silence.
    pub fn known(self, idx: i64) -> Self {
        self.sale(day(-150 - idx), 5_400)
    }

    /// A sale of pieces without a rhythm of care.
    pub fn sale(self, on: NaiveDate, yuan: i64) -> Self {
        self.bought(on, yuan, Item::default())
    }

    /// A sale of one piece that has its rhythm of care.
    pub fn piece(self, on: NaiveDate, yuan: i64, material: &str) -> Self {
        self.bought(on, yuan, Item { material: Some(material.to_owned()), ..Item::default() })
    }

    fn bought(mut self, on: NaiveDate, yuan: i64, item: Item) -> Self {
        let (customer, number) = (self.file.customer.id.clone(), self.file.purchases.len());
        self.file.purchases.push(Purchase {
            id: PurchaseId::new(&format!("{customer}-{number}")).unwrap(),
            customer,
            bought_on: on,
            amount_fen: yuan * 100,
            items: vec![item],
            sale_no: None,
            returns_sale_no: None,
            store: None,
        });
        self
    }

    pub fn promise(self, offset: i64, due: i64) -> Self {
        let promise = Promise { on: day(offset), text: "找同款".to_owned(), item: None, due_on: day(due) };
        self.fact(FactBody::Promise(promise))
    }

    pub fn scored(self, offset: i64) -> Self {
        let mut outcome = Outcome::new(day(offset), OutcomeCode::Interested);
        outcome.score = Some(5);
        self.fact(FactBody::Outcome(outcome))
    }

    pub fn level(self) -> Self {
        let record =
            LevelRecord { on: day(-90), level: Level::Silver, until_on: None, to_next_fen: None, next_fen: None };
        self.fact(FactBody::Level(record))
    }

    pub fn coupon(self, until: i64) -> Self {
        let coupon = Coupon {
            no: format!("{}-CASH", self.file.customer.id),
            name: "生日券".to_owned(),
            kind: "CASH".to_owned(),
            face_fen: 8_000,
            on: day(-17),
            until_on: day(until),
            redeemed_on: None,
            voided_on: None,
        };
        self.fact(FactBody::Coupon(coupon))
    }

    pub fn ticket(self, received: i64, ready: i64) -> Self {
        let ticket = Ticket {
            no: format!("{}-W", self.file.customer.id),
            work: "改圈".to_owned(),
            item: None,
            on: day(received),
            promised_on: None,
            ready_on: Some(day(ready)),
            collected_on: None,
        };
        self.fact(FactBody::Ticket(ticket))
    }

    pub fn birth(self, offset: i64) -> Self {
        let on = day(offset);
        self.fact(FactBody::LifeEvent(LifeEvent { on, kind: "birth".to_owned(), event_on: on, told_by_customer: true }))
    }

    pub fn taken_over(self, offset: i64) -> Self {
        let (from, to) = (Some(GuideId::new("g03").unwrap()), GuideId::new("g01").unwrap());
        self.fact(FactBody::OwnerChanged(OwnerChanged { on: day(offset), from, to, to_name: "许未晞".to_owned() }))
    }

    pub fn fact(mut self, body: FactBody) -> Self {
        let customer = self.file.customer.id.clone();
        let maker = if body.is_headquarters_own() { "hq" } else { "g01" };
        let on = body.on().unwrap();
        self.file.facts.push(Fact {
            id: OpId::of_record(body.kind(), &customer, &on.to_string()),
            customer,
            guide: GuideId::new(maker).unwrap(),
            device: DeviceId::new(maker).unwrap(),
            at: on.and_hms_opt(2, 0, 0).unwrap().and_utc(),
            body,
            number: 0,
            undone: Undos::default(),
            group: None,
        });
        self
    }
}
