//! What a guide wrote down about one customer: facts with their time and op id, before they have their numbers.

use chrono::{DateTime, NaiveTime, Utc};

use super::day;
use super::dice::Dice;
use crate::customer::Customer;
use crate::fact::FactBody;
use crate::id::{CustomerId, OpId};
use crate::time::Zone;

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
    /// Of what comes due, in thousandths.
    pub(super) handles: u64,
    leave: Option<(i64, i64)>,
    pub(super) drafts: Vec<Draft>,
    /// The customer wants no contact: nothing follows.
    pub(super) is_closed: bool,
}

impl<'a> Diary<'a> {
    /// An empty diary; on the days of `leave`, both inclusive, nothing is written.
    pub(super) fn new(
        dice: Dice,
        guide_idx: usize,
        customer: &'a Customer,
        handles: u64,
        leave: Option<(i64, i64)>,
    ) -> Self {
        Self { dice, guide_idx, customer, handles, leave, drafts: Vec::new(), is_closed: false }
    }

    /// Whether nothing is recorded on a day: it is still to come, or the guide was on leave.
    pub(super) fn is_away(&self, on: i64) -> bool {
        on >= 0 || self.leave.is_some_and(|(first, last)| (first..=last).contains(&on))
    }

    /// Writes a fact down on a day before the first one; others are not written.
    pub(super) fn write(&mut self, on: i64, body: FactBody) -> OpId {
        let minute = self.dice.between(0, 599);
        let time = day(on).and_time(NaiveTime::MIN) + chrono::TimeDelta::minutes(600 + minute);
        let at = Zone::default().instant(time);
        let op_id = op_id(&mut self.dice, at);
        if !self.is_away(on) {
            self.drafts.push(Draft { guide_idx: self.guide_idx, customer: self.customer.id.clone(), at, op_id, body });
        }
        op_id
    }
}

/// A UUID version 7 of an instant.
fn op_id(dice: &mut Dice, at: DateTime<Utc>) -> OpId {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&dice.next().to_be_bytes());
    random[8..].copy_from_slice(&dice.next().to_be_bytes()[..2]);
    let millis = at.timestamp_millis().unsigned_abs();
    OpId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
