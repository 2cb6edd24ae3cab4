//! Applying ops to a customer's file: the same function on the terminal and at the hub.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::customer::Customer;
use crate::fact::{Fact, FactBody, next_number};
use crate::id::{CustomerId, GuideId, OpId};
use crate::op::{Op, OpBody};
use crate::outcome::{OutcomeCode, Refusal};
use crate::purchase::Purchase;
use crate::undone::{Redone, Undone};

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

    /// The file of the facts about the guide, such as leaves: it stands for no customer, and has no document.
    pub fn of_guide_itself(facts: Vec<Fact>) -> Self {
        Self { facts, ..Self::new(Customer::new(CustomerId::guide_itself(), String::new())) }
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
        match &content {
            OpBody::Undo(undo) => {
                let target = self.marked(undo.op_id)?;
                let is_changed = target.undone.add(Undone::new(op.op_id, undo.on))?;
                return Ok(if is_changed { Applied::Changed(target.id) } else { Applied::Already });
            }
            OpBody::Redo(redo) => {
                let target = self.marked(redo.op_id)?;
                let is_changed = target.undone.redo(redo.undo, Redone { op_id: op.op_id, on: redo.on })?;
                return Ok(if is_changed { Applied::Changed(target.id) } else { Applied::Already });
            }
            // it is the terminal's own business
            OpBody::Settled(_) => return Err(Refusal::UnknownKind),
            // a lead begins the file that is named after it, and no other
            OpBody::Fact(FactBody::LeadAdded(_)) if op.customer != CustomerId::of_lead(op.op_id) => {
                return Err(Refusal::UnknownCustomer);
            }
            OpBody::Fact(body) => self.check_target(body)?,
        }
        let Some(fact) = Fact::of(op, content, guide, next_number(&self.facts)) else {
            return Ok(Applied::Already);
        };
        self.facts.push(fact);
        Ok(Applied::Changed(op.op_id))
    }

    /// The fact that an undo or a redo marks: a guide's own.
    fn marked(&mut self, id: OpId) -> Result<&mut Fact, Refusal> {
        let target = self.facts.iter_mut().find(|fact| fact.id == id).ok_or(Refusal::UnknownTarget)?;
        if target.body.is_headquarters_own() { Err(Refusal::NotForTerminals) } else { Ok(target) }
    }

    /// Whether what a fact refers to is there: the guide itself for what is about the guide and a customer for
    /// everything else, the promise, the visit, the complaint.
    fn check_target(&self, body: &FactBody) -> Result<(), Refusal> {
        if body.is_about_guide() != self.customer.id.is_guide_itself() {
            return Err(Refusal::UnknownCustomer);
        }
        let knows = |id: OpId, is_it: fn(&FactBody) -> bool| {
            let known = self.facts.iter().any(|fact| fact.id == id && is_it(&fact.body));
            if known { Ok(()) } else { Err(Refusal::UnknownTarget) }
        };
        match body {
            FactBody::PromiseKept(kept) => knows(kept.promise, |body| matches!(body, FactBody::Promise(_))),
            FactBody::AppointmentClosed(closed) => knows(closed.appointment, agrees_on_visit),
            FactBody::Field(edit) => edit.check(),
            FactBody::ComplaintClosed(_) if self.open_complaint().is_none() => Err(Refusal::NoOpenComplaint),
            _ => Ok(()),
        }
    }

    /// The file as it was at the end of a day: facts and purchases dated later do not exist, and what was taken back
    /// later still stands.
    pub fn as_of(&self, day: NaiveDate) -> Cow<'_, Self> {
        let is_later = |fact: &Fact| fact.on() > day || fact.undone.as_of(day) != fact.undone;
        if !self.facts.iter().any(is_later) && !self.purchases.iter().any(|purchase| purchase.bought_on > day) {
            return Cow::Borrowed(self);
        }
        let mut file = self.clone();
        file.purchases.retain(|purchase| purchase.bought_on <= day);
        file.facts.retain(|fact| fact.on() <= day);
        for fact in &mut file.facts {
            fact.undone = fact.undone.as_of(day);
        }
        Cow::Owned(file)
    }

    /// The facts that count: those not taken back.
    pub fn standing(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| !fact.is_undone())
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

/// Whether a fact is a visit agreed: an appointment of its own, or an outcome 2 that names the day.
fn agrees_on_visit(body: &FactBody) -> bool {
    match body {
        FactBody::Appointment(_) => true,
        FactBody::Outcome(outcome) => outcome.code == OutcomeCode::Appointment && outcome.next_on.is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Leave;
    use crate::op::{Stamp, Undo};
    use crate::outcome::Outcome;
    use crate::promise::{Appointment, AppointmentClosed, AppointmentResult};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn op(n: u64, customer: &str, body: OpBody) -> Op {
        let stamp = Stamp {
            op_id: OpId(uuid::Uuid::from_u64_pair(0, n)),
            device: "d".parse().unwrap(),
            local_seq: n,
            base_rev: None,
            at_wall: "2026-08-12T02:00:00Z".parse().unwrap(),
            at_mono: 0,
        };
        Op::new(stamp, customer.parse().unwrap(), &body)
    }

    #[track_caller]
    fn check(file: &mut CustomerFile, n: u64, body: FactBody, expected: Result<(), Refusal>) {
        let op = op(n, file.customer.id.as_str(), OpBody::Fact(body));
        let applied = file.apply(&op, &"G1".parse().unwrap());
        assert_eq!(applied, expected.map(|()| Applied::Changed(op.op_id)));
    }

    fn customer() -> CustomerFile {
        CustomerFile::new(Customer::new("C1".parse().unwrap(), "王宁".to_owned()))
    }

    fn closes(n: u64) -> FactBody {
        let appointment = OpId(uuid::Uuid::from_u64_pair(0, n));
        let (on, result) = (day("2026-08-20"), AppointmentResult::NoShow);
        FactBody::AppointmentClosed(AppointmentClosed { on, appointment, result })
    }

    #[test]
    fn only_a_visit_that_was_agreed_is_closed() {
        let mut file = customer();
        let (on, visit_on) = (day("2026-08-12"), day("2026-08-20"));
        check(&mut file, 1, FactBody::Outcome(Outcome::new(on, OutcomeCode::Appointment)), Ok(()));
        let booked = Outcome { next_on: Some(visit_on), ..Outcome::new(on, OutcomeCode::Appointment) };
        check(&mut file, 2, FactBody::Outcome(booked), Ok(()));
        check(&mut file, 3, FactBody::Appointment(Appointment { on, visit_on, visit_time: None, text: None }), Ok(()));
        check(&mut file, 4, closes(1), Err(Refusal::UnknownTarget));
        check(&mut file, 5, closes(9), Err(Refusal::UnknownTarget));
        check(&mut file, 6, closes(2), Ok(()));
        check(&mut file, 7, closes(3), Ok(()));
    }

    #[test]
    fn a_leave_concerns_the_guide_and_everything_else_a_customer() {
        let on = day("2026-08-12");
        let leave = || FactBody::Leave(Leave { on, from_on: on, to_on: day("2026-08-20"), deputy: None });
        let mut guide = CustomerFile::of_guide_itself(Vec::new());
        check(&mut guide, 1, leave(), Ok(()));
        let outcome = FactBody::Outcome(Outcome::new(on, OutcomeCode::Interested));
        check(&mut guide, 2, outcome, Err(Refusal::UnknownCustomer));
        check(&mut customer(), 3, leave(), Err(Refusal::UnknownCustomer));
        let undo = op(4, "@guide", OpBody::Undo(Undo { on, op_id: guide.facts[0].id }));
        assert!(guide.apply(&undo, &"G1".parse().unwrap()).is_ok());
        assert_eq!(guide.standing().count(), 0);
    }
}
