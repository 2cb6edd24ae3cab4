//! What headquarters recorded of the customers: level, points, coupons, tickets, risk, changes of owner, life events and
//! consents. Some of it is dated later than the first day, as purchases are.

mod member;
mod voucher;

use chrono::{NaiveDate, NaiveTime};

use super::dice::Dice;
use super::shop::Sale;
use super::{Both, day, in_lang};
use crate::calendar::Leave;
use crate::consent::{Consent, Secret, SecretSide};
use crate::customer::Customer;
use crate::fact::{Fact, FactBody};
use crate::id::{CustomerId, DeviceId, GuideId, OpId, PurchaseId};
use crate::outcome::Channel;
use crate::record::{LifeEvent, OwnerChanged, Risk, RiskRecord};
use crate::sop::plan::Lang;
use crate::undone::Undos;
use crate::wire::hub::GuideProfile;

/// Who records what no guide does, and on which device.
const HEADQUARTERS: &str = "hq";
/// A guide who left the chain before the demo begins.
const FORMER_GUIDE: &str = "wuqingyan";

/// Everything that headquarters recorded of a drawn customer.
pub(super) fn of_customer(
    dice: &mut Dice,
    customer: &Customer,
    guide: &GuideProfile,
    sales: &[Sale],
    lang: Lang,
) -> Vec<Fact> {
    let mut facts = of_member(customer, sales, lang);
    if sales.is_empty() {
        return facts;
    }
    facts.extend(voucher::coupons(dice, customer, lang));
    facts.extend(voucher::tickets(dice, customer, sales, lang));
    facts.extend(risk(dice, customer, sales, lang));
    facts.extend(owner_changed(dice, customer, guide));
    facts.extend(life_events(dice, customer));
    facts.extend(consents(dice, customer));
    facts
}

/// What headquarters records of every member without being asked: levels, points, the birthday's coupon.
pub(super) fn of_member(customer: &Customer, sales: &[Sale], lang: Lang) -> Vec<Fact> {
    let mut facts = member::records(customer, sales);
    facts.extend(voucher::birthdays(customer, sales, lang));
    facts
}

/// A fact of headquarters under a number of its own.
pub(super) fn fact(customer: &CustomerId, number: &str, body: FactBody) -> Option<Fact> {
    Some(Fact {
        id: OpId::of_record(body.kind(), customer, number),
        customer: customer.clone(),
        guide: GuideId::new(HEADQUARTERS).ok()?,
        device: DeviceId::new(HEADQUARTERS).ok()?,
        at: body.on()?.and_time(NaiveTime::MIN).and_utc(),
        body,
        number: 0,
        undone: Undos::default(),
        group: None,
    })
}

/// A record of which a customer has one a day.
fn dated(customer: &CustomerId, on: NaiveDate, body: FactBody) -> Option<Fact> {
    fact(customer, &on.to_string(), body)
}

/// A leave, in the feed of the guide whom it concerns.
pub(super) fn leave(guide: &GuideId, leave: Leave) -> Option<Fact> {
    let number = format!("{guide}/{}", leave.from_on);
    let fact = fact(&CustomerId::guide_itself(), &number, FactBody::Leave(leave))?;
    Some(Fact { guide: guide.clone(), ..fact })
}

/// A secret as it stands on both files.
pub(super) fn secret(
    giver: &CustomerId,
    recipient: &CustomerId,
    (on, until_on): (NaiveDate, NaiveDate),
    purchase: Option<PurchaseId>,
) -> Vec<Fact> {
    let side = |of: &CustomerId, other: &CustomerId, side, purchase| {
        let secret = Secret { on, until_on, side, person: Some(other.clone()), purchase };
        fact(of, &format!("{on}/{other}"), FactBody::Secret(secret))
    };
    let sides =
        [side(giver, recipient, SecretSide::Giver, purchase), side(recipient, giver, SecretSide::Recipient, None)];
    sides.into_iter().flatten().collect()
}

/// Something in a customer's life, which the customer told.
pub(super) fn life_event(customer: &CustomerId, kind: &str, on: i64, event_on: i64) -> Option<Fact> {
    let event = LifeEvent { on: day(on), kind: kind.to_owned(), event_on: day(event_on), told_by_customer: true };
    fact(customer, &format!("{kind}/{}", event.event_on), FactBody::LifeEvent(event))
}

/// What a customer allows or forbids over a channel, or over all of them.
pub(super) fn consent(
    customer: &CustomerId,
    on: i64,
    channel: Option<Channel>,
    allowed: bool,
    until: Option<i64>,
) -> Option<Fact> {
    let consent = Consent { on: day(on), channel, allowed, until_on: until.map(day) };
    let number = format!("{}/{}", consent.on, channel.map_or("all", Channel::name));
    fact(customer, &number, FactBody::Consent(consent))
}

/// A risk that headquarters saw on a day.
pub(super) fn risk_of(customer: &CustomerId, on: i64, risk: Risk, reason: Both, lang: Lang) -> Option<Fact> {
    let record = RiskRecord { on: day(on), risk, reason: Some(in_lang(reason, lang)) };
    dated(customer, record.on, FactBody::Risk(record))
}

/// Of those who have not bought for more than a year, some are seen as nearly lost.
fn risk(dice: &mut Dice, customer: &Customer, sales: &[Sale], lang: Lang) -> Option<Fact> {
    let on = -dice.between(1, 30);
    let is_seen = dice.happens(600);
    let is_red = dice.happens(500);
    let last = sales.iter().map(|sale| sale.on).filter(|sale_on| *sale_on < on).max()?;
    let days = on - last;
    let once = (format!("仅一次购买已满 {days} 天"), format!("one purchase, {days} days ago"));
    let reason = if sales.len() == 1 {
        (once.0.as_str(), once.1.as_str())
    } else {
        ("超过本人购买间隔", "longer than the usual time between purchases")
    };
    let risk = match days {
        541.. if is_red => Risk::Red,
        366.. => Risk::Amber,
        _ => return None,
    };
    let record = RiskRecord { on: day(on), risk, reason: Some(in_lang(reason, lang)) };
    is_seen.then(|| dated(&customer.id, record.on, FactBody::Risk(record)))?
}

/// A few customers came from a colleague who left.
fn owner_changed(dice: &mut Dice, customer: &Customer, guide: &GuideProfile) -> Option<Fact> {
    let on = day(-dice.between(1, 120));
    if !dice.happens(40) || customer.since_on.is_none_or(|since| on <= since) {
        return None;
    }
    taken_over(&customer.id, on, guide)
}

/// That a customer came from the colleague who left.
pub(super) fn taken_over(customer: &CustomerId, on: NaiveDate, guide: &GuideProfile) -> Option<Fact> {
    let from = GuideId::new(FORMER_GUIDE).ok()?;
    let number = format!("{on}/{from}/{}", guide.id);
    let changed = OwnerChanged { on, from: Some(from), to: guide.id.clone(), to_name: guide.name.clone() };
    fact(customer, &number, FactBody::OwnerChanged(changed))
}

/// Births, and friends who came and bought.
fn life_events(dice: &mut Dice, customer: &Customer) -> Vec<Fact> {
    let event_on = dice.between(-40, 100);
    let heard_on = event_on + dice.between(-10, 5);
    let drawn = *dice.weighted(&[(975, 0), (13, 1), (12, 2)]);
    let id = &customer.id;
    let facts = match drawn {
        1 => [life_event(id, "birth", heard_on, event_on), None],
        2 => {
            [life_event(id, "friend_visited", event_on, event_on), life_event(id, "friend_bought", event_on, event_on)]
        }
        _ => [None, None],
    };
    facts.into_iter().flatten().collect()
}

/// Who refuses a channel, or all of them.
fn consents(dice: &mut Dice, customer: &Customer) -> Option<Fact> {
    let on = -dice.between(1, 200);
    match *dice.weighted(&[(940, 0), (20, 1), (30, 2), (4, 3), (6, 4)]) {
        1 => consent(&customer.id, on, Some(Channel::Phone), false, None),
        2 => consent(&customer.id, on, Some(Channel::Sms), false, None),
        3 => consent(&customer.id, on, None, false, Some(on + 240)),
        4 => consent(&customer.id, on, None, false, None),
        _ => None,
    }
}
