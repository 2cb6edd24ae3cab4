//! What is recorded in a story beside contacts: by the guide, and by headquarters.

use guide_common::amnesty::{Handed, WaiveReason, Waived};
use guide_common::calendar::Leave;
use guide_common::consent::{Consent, Secret, SecretSide};
use guide_common::customer::TagChange;
use guide_common::fact::{Fact, FactBody, next_number};
use guide_common::id::{DeviceId, DueId, GuideId, OpId, PurchaseId};
use guide_common::op::OpBody;
use guide_common::outcome::{Channel, Outcome, OutcomeCode, SkipReason};
use guide_common::promise::{Appointment, AppointmentClosed, AppointmentResult};
use guide_common::record::{
    Coupon, Dispatched, Level, LevelRecord, LifeEvent, OwnerChanged, PointsRecord, Risk, RiskRecord, Rush, Ticket,
};
use guide_common::snooze::Snooze;

use super::{Story, day};

impl Story {
    /// Records a fact: the guide's by an op, headquarters' own as it comes in the feed.
    pub fn fact(mut self, on: &str, body: FactBody) -> Self {
        if body.is_headquarters_own() {
            let op = self.op(on, OpBody::Fact(body.clone()));
            let (guide, device) = (GuideId::new("hq").unwrap(), DeviceId::new("hq").unwrap());
            let id = self.record_id(&body).unwrap_or(op.op_id);
            self.file.facts.retain(|fact| fact.id != id);
            let (at, number) = (op.at_wall, next_number(&self.file.facts));
            let undone = Default::default();
            self.file.facts.push(Fact {
                id,
                customer: op.customer,
                guide,
                device,
                at,
                body,
                number,
                undone,
                group: None,
            });
        } else {
            self.apply(on, OpBody::Fact(body));
        }
        self
    }

    fn record_id(&self, body: &FactBody) -> Option<OpId> {
        let number = match body {
            FactBody::Coupon(coupon) => coupon.no.clone(),
            FactBody::Ticket(ticket) => ticket.no.clone(),
            FactBody::Level(level) => level.on.to_string(),
            FactBody::Risk(risk) => risk.on.to_string(),
            FactBody::Dispatched(dispatched) => dispatched.dispatch.clone(),
            _ => return None,
        };
        Some(OpId::of_record(body.kind(), &self.file.customer.id, &number))
    }

    /// Logs a contact that no task asked for.
    pub fn contact(self, on: &str, code: OutcomeCode, change: impl FnOnce(&mut Outcome)) -> Self {
        self.log_with(on, code, &[], change)
    }

    /// Logs an outcome of these dues, open or not.
    pub fn log_dues(mut self, on: &str, code: OutcomeCode, due_ids: Vec<DueId>) -> Self {
        let mut outcome = Outcome { due_ids, ..Outcome::new(day(on), code) };
        outcome.reason = (code == OutcomeCode::Skipped).then_some(SkipReason::MetToday);
        self.apply(on, OpBody::Fact(FactBody::Outcome(outcome)));
        self
    }

    /// Applies or takes away a tag, named `GROUP:value`.
    pub fn tag(self, on: &str, tag: &str) -> Self {
        self.fact(on, FactBody::TagAdded(tag_change(on, tag)))
    }

    pub fn untag(self, on: &str, tag: &str) -> Self {
        self.fact(on, FactBody::TagRemoved(tag_change(on, tag)))
    }

    pub fn allow(self, on: &str, channel: Option<Channel>) -> Self {
        self.fact(on, FactBody::Consent(Consent { on: day(on), channel, allowed: true, until_on: None }))
    }

    pub fn forbid(self, on: &str, channel: Option<Channel>, until_on: Option<&str>) -> Self {
        self.fact(on, FactBody::Consent(Consent { on: day(on), channel, allowed: false, until_on: until_on.map(day) }))
    }

    pub fn secret(self, on: &str, until_on: &str, side: SecretSide, purchase: Option<&str>) -> Self {
        let purchase = purchase.map(|id| PurchaseId::new(id).unwrap());
        self.fact(on, FactBody::Secret(Secret { on: day(on), until_on: day(until_on), side, person: None, purchase }))
    }

    pub fn agree_visit(self, on: &str, visit_on: &str) -> Self {
        let visit = Appointment { on: day(on), visit_on: day(visit_on), visit_time: None, text: None };
        self.fact(on, FactBody::Appointment(visit))
    }

    /// Says what became of the visit agreed last.
    pub fn close_visit(self, on: &str, result: AppointmentResult) -> Self {
        let agrees = |fact: &&Fact| match &fact.body {
            FactBody::Appointment(_) => true,
            FactBody::Outcome(outcome) => outcome.code == OutcomeCode::Appointment,
            _ => false,
        };
        let appointment = self.file.facts.iter().rfind(agrees).unwrap().id;
        self.fact(on, FactBody::AppointmentClosed(AppointmentClosed { on: day(on), appointment, result }))
    }

    /// The guide is away; it is known from the start.
    pub fn leave(mut self, from: &str, to: &str) -> Self {
        let leave = Leave { on: day("2000-01-01"), from_on: day(from), to_on: day(to), deputy: None };
        self.rules.calendar.leaves.push(leave);
        self
    }

    pub fn waive(self, on: &str, steps: &[&str]) -> Self {
        let (due_ids, amnesty) = (self.due_ids(on, steps), OpId(uuid::Uuid::from_u128(9_000)));
        self.fact(on, FactBody::Waived(Waived { on: day(on), due_ids, reason: WaiveReason::MomentPassed, amnesty }))
    }

    pub fn snooze(self, on: &str, until: &str, steps: &[&str]) -> Self {
        let until: chrono::NaiveDateTime = until.parse().unwrap();
        let (due_ids, until_time) = (self.due_ids(on, steps), Some(until.time()));
        self.fact(on, FactBody::Snooze(Snooze { on: day(on), due_ids, until_on: until.date(), until_time }))
    }

    pub fn hand_over(self, on: &str, until_on: &str, steps: &[&str]) -> Self {
        let (due_ids, amnesty) = (self.due_ids(on, steps), OpId(uuid::Uuid::from_u128(9_000)));
        let to = GuideId::new("g2").unwrap();
        self.fact(on, FactBody::Handed(Handed { on: day(on), due_ids, to, until_on: day(until_on), amnesty }))
    }

    /// A coupon's state; a later one takes the earlier one's place.
    pub fn coupon(self, no: &str, on: &str, until_on: &str, change: impl FnOnce(&mut Coupon)) -> Self {
        let (on, until_on) = (day(on), day(until_on));
        let (name, kind) = ("满减券".to_owned(), "CASH".to_owned());
        let mut coupon = Coupon {
            no: no.to_owned(),
            name,
            kind,
            face_fen: 10_000,
            on,
            until_on,
            redeemed_on: None,
            voided_on: None,
        };
        change(&mut coupon);
        self.fact(&on.to_string(), FactBody::Coupon(coupon))
    }

    /// A ticket's state: received, promised, ready and collected on these days; `-` where it is not known.
    pub fn ticket(self, no: &str, [received, promised, ready, collected]: [&str; 4]) -> Self {
        let known = |text: &str| (text != "-").then(|| day(text));
        let ticket = Ticket {
            no: no.to_owned(),
            work: "改圈".to_owned(),
            item: None,
            on: day(received),
            promised_on: known(promised),
            ready_on: known(ready),
            collected_on: known(collected),
        };
        self.fact(received, FactBody::Ticket(ticket))
    }

    pub fn level(self, on: &str, level: Level, change: impl FnOnce(&mut LevelRecord)) -> Self {
        let mut record = LevelRecord { on: day(on), level, until_on: None, to_next_fen: None, next_fen: None };
        change(&mut record);
        self.fact(on, FactBody::Level(record))
    }

    pub fn risk(self, on: &str, risk: Risk) -> Self {
        self.fact(on, FactBody::Risk(RiskRecord { on: day(on), risk, reason: None }))
    }

    pub fn change_owner(self, on: &str) -> Self {
        let (from, to) = (Some(GuideId::new("g0").unwrap()), self.guide.clone());
        self.fact(on, FactBody::OwnerChanged(OwnerChanged { on: day(on), from, to, to_name: "林知夏".to_owned() }))
    }

    pub fn life_event(self, on: &str, kind: &str, event_on: &str, told_by_customer: bool) -> Self {
        let (kind, event_on) = (kind.to_owned(), day(event_on));
        self.fact(on, FactBody::LifeEvent(LifeEvent { on: day(on), kind, event_on, told_by_customer }))
    }

    /// Headquarters sends the story's first plan.
    pub fn dispatch(self, dispatch: &str, on: &str, from_on: &str, channel: Option<Channel>) -> Self {
        let plan = self.rules.plans()[0].id.to_string();
        self.dispatch_plan(&plan, dispatch, on, from_on, channel)
    }

    pub fn dispatch_plan(self, plan: &str, dispatch: &str, on: &str, from_on: &str, channel: Option<Channel>) -> Self {
        let (plan, dispatch) = (plan.parse().unwrap(), dispatch.to_owned());
        let (on_day, from_on, by) = (day(on), day(from_on), "顾南星".to_owned());
        self.fact(on, FactBody::Dispatched(Dispatched { on: on_day, from_on, plan, dispatch, by, why: None, channel }))
    }

    pub fn points(self, on: &str, balance: i64) -> Self {
        self.fact(on, FactBody::Points(PointsRecord { on: day(on), balance }))
    }

    pub fn rush(self, on: &str, until_on: &str) -> Self {
        let (by, why) = ("顾南星".to_owned(), "七夕名单".to_owned());
        self.fact(on, FactBody::Rush(Rush { on: day(on), by, why, until_on: day(until_on) }))
    }
}

fn tag_change(on: &str, tag: &str) -> TagChange {
    let (group, value) = tag.split_once(':').unwrap();
    TagChange { on: day(on), group: group.to_owned(), value: value.to_owned() }
}
