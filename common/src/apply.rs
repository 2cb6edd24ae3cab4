//! Applying ops to a customer's file: the same function on the terminal and at the hub.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::customer::Customer;
use crate::fact::{Fact, FactBody, Undone};
use crate::id::{GuideId, OpId};
use crate::op::{Op, OpBody};
use crate::outcome::{OutcomeCode, Refusal};
use crate::purchase::Purchase;

/// Everything known of one customer: the document, the purchases and the facts, in no particular order.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerFile {
    /// Who it is.
    pub customer: Customer,
    /// What was bought and returned.
    pub purchases: Vec<Purchase>,
    /// What the guides recorded.
    pub facts: Vec<Fact>,
}

/// What applying an op did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The fact of this id was added or changed.
    Changed(OpId),
    /// It had been applied before: nothing changed.
    Already,
}

impl CustomerFile {
    /// A file with nothing but the customer.
    pub fn new(customer: Customer) -> Self {
        Self { customer, purchases: Vec::new(), facts: Vec::new() }
    }

    /// Applies an op of `guide`. Idempotent: an op applied again changes nothing. An op that cannot apply is refused
    /// and changes nothing.
    pub fn apply(&mut self, op: &Op, guide: &GuideId) -> Result<Applied, Refusal> {
        let content = op.content()?;
        if op.customer != self.customer.id {
            return Err(Refusal::UnknownCustomer);
        }
        if self.facts.iter().any(|fact| fact.id == op.op_id) {
            return Ok(Applied::Already);
        }
        if let OpBody::Undo(undo) = &content {
            let target = self.facts.iter_mut().find(|fact| fact.id == undo.op_id).ok_or(Refusal::UnknownTarget)?;
            if target.undone.is_some() {
                return Ok(Applied::Already);
            }
            target.undone = Some(Undone { op_id: op.op_id, on: undo.on });
            return Ok(Applied::Changed(undo.op_id));
        }
        match &content {
            OpBody::Fact(FactBody::PromiseKept(kept)) => {
                let known = self.facts.iter().any(|f| f.id == kept.promise && matches!(f.body, FactBody::Promise(_)));
                if !known {
                    return Err(Refusal::UnknownTarget);
                }
            }
            OpBody::Fact(FactBody::ComplaintClosed(_)) if self.open_complaint().is_none() => {
                return Err(Refusal::NoOpenComplaint);
            }
            _ => {}
        }
        let Some(fact) = Fact::of(op, content, guide) else {
            return Ok(Applied::Already);
        };
        self.facts.push(fact);
        Ok(Applied::Changed(op.op_id))
    }

    /// The file as it was at the end of a day: facts and purchases dated later do not exist, and what was taken back
    /// later still stands.
    pub fn as_of(&self, day: NaiveDate) -> Cow<'_, Self> {
        let is_later = |fact: &Fact| fact.on() > day || fact.undone.is_some_and(|undone| undone.on > day);
        if !self.facts.iter().any(is_later) && !self.purchases.iter().any(|purchase| purchase.bought_on > day) {
            return Cow::Borrowed(self);
        }
        let mut file = self.clone();
        file.purchases.retain(|purchase| purchase.bought_on <= day);
        file.facts.retain(|fact| fact.on() <= day);
        for fact in &mut file.facts {
            fact.undone = fact.undone.filter(|undone| undone.on <= day);
        }
        Cow::Owned(file)
    }

    /// The facts that count: those not taken back.
    pub fn standing(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| fact.undone.is_none())
    }

    /// The complaint that no later closing has closed.
    pub fn open_complaint(&self) -> Option<&Fact> {
        let closed =
            self.standing().filter(|fact| matches!(fact.body, FactBody::ComplaintClosed(_))).map(Fact::order).max();
        self.standing()
            .filter(|fact| matches!(&fact.body, FactBody::Outcome(o) if o.code == OutcomeCode::Complaint))
            .filter(|fact| closed.is_none_or(|closed| fact.order() > closed))
            .max_by_key(|fact| fact.order())
    }
}
