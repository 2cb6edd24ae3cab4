//! What a guide wrote down about one customer: facts with their time and op id, before they have their numbers.

use chrono::{DateTime, Datelike, NaiveTime, Utc};

use super::dice::Dice;
use super::staff::Staff;
use super::{d0, day};
use crate::customer::Customer;
use crate::fact::FactBody;
use crate::id::{CustomerId, OpId};
use crate::outcome::{Channel, Outcome, OutcomeCode};
use crate::sop::plan::Purpose;
use crate::time::Zone;

/// Days between two contacts that the shop began.
const TOUCH_GAP_DAYS: i64 = 3;
/// Promotions rest for so long after a customer had no need.
const PROMO_REST_DAYS: i64 = 60;

/// An op before it has its number.
pub(super) struct Draft {
    pub(super) guide_idx: usize,
    pub(super) customer: CustomerId,
    pub(super) at: DateTime<Utc>,
    pub(super) op_id: OpId,
    pub(super) body: FactBody,
}

/// What is written down about one customer.
pub(super) struct Diary<'a> {
    pub(super) dice: Dice,
    pub(super) guide_idx: usize,
    pub(super) customer: &'a Customer,
    pub(super) staff: &'a Staff,
    pub(super) drafts: Vec<Draft>,
    /// The days of contacts that count in the touch cap.
    touches: Vec<i64>,
    /// The days of promotions.
    promos: Vec<i64>,
    /// Spans of days on which promotions rest, the last day excluded.
    rests: Vec<(i64, i64)>,
    /// Spans of days on which a complaint was open.
    complaints: Vec<(i64, i64)>,
    /// From this day on the customer wants no contact.
    closed_on: i64,
}

impl<'a> Diary<'a> {
    /// An empty diary.
    pub(super) fn new(dice: Dice, guide_idx: usize, customer: &'a Customer, staff: &'a Staff) -> Self {
        Self {
            dice,
            guide_idx,
            customer,
            staff,
            drafts: Vec::new(),
            touches: Vec::new(),
            promos: Vec::new(),
            rests: Vec::new(),
            complaints: Vec::new(),
            closed_on: if customer.do_not_contact { i64::MIN } else { i64::MAX },
        }
    }

    /// Nothing is written from this day on.
    pub(super) fn close(&mut self, on: i64) {
        self.closed_on = self.closed_on.min(on);
    }

    /// Only what puts a complaint right is written on these days, the last one excluded.
    pub(super) fn complain(&mut self, from: i64, to: i64) {
        self.complaints.push((from, to));
    }

    /// Whether nothing is recorded on a day: it is still to come, the customer wants no contact, or the guide is off.
    pub(super) fn is_away(&self, on: i64) -> bool {
        let is_off = self.staff.profile.days_off.contains(&day(on).weekday());
        on >= 0 || on >= self.closed_on || is_off || self.staff.is_on_leave(on)
    }

    /// The first day of a span, both ends inclusive, on which the guide may contact the customer for a purpose.
    pub(super) fn first_free(&self, from: i64, until: i64, purpose: Purpose) -> Option<i64> {
        (from..=until.min(-1)).find(|on| !self.is_away(*on) && self.may(*on, purpose))
    }

    fn may(&self, on: i64, purpose: Purpose) -> bool {
        let complains = self.complaints.iter().any(|(from, to)| *from <= on && on < *to);
        let is_near = |touch: &i64| (on - touch).abs() < TOUCH_GAP_DAYS;
        let may_sell = purpose != Purpose::Promo || !self.rests.iter().any(|(from, to)| *from <= on && on < *to);
        !complains && may_sell && (purpose == Purpose::Answer || !self.touches.iter().any(is_near))
    }

    /// Whether a contact would let promotions rest that were made all the same.
    pub(super) fn contradicts(&self, on: i64, outcome: &Outcome) -> bool {
        rest(on, outcome).is_some_and(|(from, to)| self.promos.iter().any(|promo| from < *promo && *promo < to))
    }

    /// Writes a fact down on a day before the first one; others are not written. `after` is the earliest minute of the
    /// shop's day.
    pub(super) fn write_after(&mut self, on: i64, after: i64, body: FactBody) -> Written {
        let minute = self.dice.between(after, (after + 240).clamp(after, 599.max(after)));
        let time = day(on).and_time(NaiveTime::MIN) + chrono::TimeDelta::minutes(600 + minute);
        let at = Zone::default().instant(time);
        let op_id = op_id(&mut self.dice, at);
        if !self.is_away(on) {
            self.drafts.push(Draft { guide_idx: self.guide_idx, customer: self.customer.id.clone(), at, op_id, body });
        }
        Written { op_id, on, minute }
    }

    /// The same, at any minute of the shop's day.
    pub(super) fn write(&mut self, on: i64, body: FactBody) -> Written {
        let after = self.dice.between(0, 359);
        self.write_after(on, after, body)
    }

    /// Writes a contact down, which counts in the touch cap where its purpose does.
    pub(super) fn contact(&mut self, on: i64, purpose: Purpose, outcome: Outcome) -> Written {
        let counts =
            purpose != Purpose::Answer && outcome.channel != Channel::Visit && outcome.code != OutcomeCode::Skipped;
        if counts && !self.is_away(on) {
            self.touches.push(on);
        }
        if purpose == Purpose::Promo {
            self.promos.push(on);
        }
        if let Some(rest) = rest(on, &outcome) {
            self.rests.push(rest);
        }
        self.write(on, FactBody::Outcome(outcome))
    }
}

/// How long promotions rest after a contact.
fn rest(on: i64, outcome: &Outcome) -> Option<(i64, i64)> {
    match (outcome.code, outcome.next_on) {
        (OutcomeCode::NoNeed, _) => Some((on, on + PROMO_REST_DAYS)),
        (OutcomeCode::Appointment, Some(visit_on)) => Some((on, (visit_on - d0()).num_days() + 1)),
        _ => None,
    }
}

/// What was written, and when.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub(super) op_id: OpId,
    pub(super) on: i64,
    /// Since the shop opened.
    pub(super) minute: i64,
}

/// A UUID version 7 of an instant.
fn op_id(dice: &mut Dice, at: DateTime<Utc>) -> OpId {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&dice.next().to_be_bytes());
    random[8..].copy_from_slice(&dice.next().to_be_bytes()[..2]);
    let millis = at.timestamp_millis().unsigned_abs();
    OpId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
