//! One customer's facts as they stand on a day, prepared once for all plans.

mod day;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use crate::amnesty::{Handed, WaiveReason, Waived};
use crate::apply::CustomerFile;
use crate::consent::{Consent, Secret};
use crate::customer::{Customer, TagChange};
use crate::fact::{Fact, FactBody, Order};
use crate::id::{DueId, OpId};
use crate::outcome::{Outcome, OutcomeCode};
use crate::promise::{Appointment, AppointmentClosed, AppointmentResult, Promise};
use crate::purchase::Purchase;
use crate::record::{Coupon, Dispatched, LevelRecord, LifeEvent, OwnerChanged, PointsRecord, RiskRecord, Rush, Ticket};
use crate::snooze::Snooze;
use crate::sop::history::day::purchase_days;

/// Facts of one customer up to a day. Nothing dated later is in it.
#[derive(Debug)]
pub struct History<'f> {
    /// Whose.
    pub file: &'f CustomerFile,
    /// Who it is on that day, with every field as the one says whose word counts.
    pub customer: Cow<'f, Customer>,
    /// The day.
    pub today: NaiveDate,
    /// Whether the customer is a lead that was taken back by that day: nothing is begun for them.
    pub is_withdrawn: bool,
    /// Days with purchases, oldest first; returns are taken off the day that they return.
    pub days: Vec<PurchaseDay>,
    /// Sales that were taken back as a whole, by their ids, and when.
    pub returned: Vec<(&'f str, NaiveDate)>,
    /// Contacts that stand, in the order of facts.
    pub contacts: Vec<Contact<'f>>,
    /// Promises that stand, by the day by which they are due.
    pub promises: Vec<(OpId, &'f Promise)>,
    /// Promises that were kept, and when.
    pub kept: Vec<(OpId, NaiveDate)>,
    /// Visits agreed, by the day of the visit.
    pub visits: Vec<Visit>,
    /// Tags applied and taken away by guides, oldest first.
    pub tag_changes: Vec<Tagging<'f>>,
    /// What was allowed and forbidden, oldest first.
    pub consents: Vec<(Order, &'f Consent)>,
    /// What is or was kept secret.
    pub secrets: Vec<&'f Secret>,
    /// What amnesties let expire.
    pub waived: Vec<&'f Waived>,
    /// What was handed to deputies.
    pub handed: Vec<&'f Handed>,
    /// What was put off, oldest first.
    pub snoozes: Vec<(Order, &'f Snooze)>,
    /// What headquarters recorded.
    pub records: Records<'f>,
}

/// What headquarters recorded of a customer up to a day; lists of states are in the order of their days.
#[derive(Debug, Default)]
pub struct Records<'f> {
    /// Coupons.
    pub coupons: Vec<(OpId, &'f Coupon)>,
    /// Job tickets.
    pub tickets: Vec<(OpId, &'f Ticket)>,
    /// Levels.
    pub levels: Vec<&'f LevelRecord>,
    /// Balances of points.
    pub points: Vec<&'f PointsRecord>,
    /// Risks.
    pub risks: Vec<&'f RiskRecord>,
    /// Changes of owner.
    pub owners: Vec<(OpId, &'f OwnerChanged)>,
    /// Life events.
    pub life_events: Vec<(OpId, &'f LifeEvent)>,
    /// Plans sent by headquarters.
    pub dispatched: Vec<(OpId, &'f Dispatched)>,
    /// Haste asked for.
    pub rushes: Vec<(Order, &'f Rush)>,
}

/// A tag that a guide applied or took away.
#[derive(Clone, Copy, Debug)]
pub struct Tagging<'f> {
    /// Its place among the facts.
    pub order: Order,
    /// Whether it was applied.
    pub added: bool,
    /// Which.
    pub change: &'f TagChange,
}

/// A visit agreed (预约), by an appointment of its own or by an outcome 2 that named its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The op that made it.
    pub id: OpId,
    /// The day on which it was agreed.
    pub made_on: NaiveDate,
    /// The day of the visit.
    pub visit_on: NaiveDate,
    /// When and how it ended.
    pub closed: Option<(NaiveDate, AppointmentResult)>,
}

impl Visit {
    /// Whether nobody is expected any more: it was called off, or another one took its place.
    pub fn is_called_off(&self) -> bool {
        matches!(self.closed, Some((_, AppointmentResult::Cancelled | AppointmentResult::Unknown)))
    }
}

/// A standing contact.
#[derive(Clone, Copy, Debug)]
pub struct Contact<'f> {
    /// The op that logged it.
    pub id: OpId,
    /// Its place among the facts.
    pub order: Order,
    /// What came of it.
    pub outcome: &'f Outcome,
}

impl Contact<'_> {
    /// Its day.
    pub fn on(&self) -> NaiveDate {
        self.outcome.on
    }

    /// Its place among the facts.
    pub fn order(&self) -> Order {
        self.order
    }

    /// When, by the terminal's clock: to be shown, and never to order anything by.
    pub fn at(&self) -> DateTime<Utc> {
        self.order.at
    }

    /// Whether it names a due.
    pub fn names(&self, due: DueId) -> bool {
        self.outcome.due_ids.contains(&due)
    }
}

/// The purchases of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseDay {
    /// The day.
    pub on: NaiveDate,
    /// Their sum in fen.
    pub gross_fen: i64,
    /// Returns of them, oldest first: the day of the return and its amount, positive.
    pub returns: Vec<(NaiveDate, i64)>,
}

impl PurchaseDay {
    /// What is left of the day's sum.
    pub fn net_fen(&self) -> i64 {
        self.gross_fen - self.returns.iter().map(|(_, fen)| fen).sum::<i64>()
    }

    /// What is left of the day's sum after the returns up to a day.
    pub fn net_fen_on(&self, until: NaiveDate) -> i64 {
        self.gross_fen - self.returns.iter().filter(|(on, _)| *on <= until).map(|(_, fen)| fen).sum::<i64>()
    }

    /// The day on which returns brought the sum below `min_fen` (or to nothing), where they did.
    pub fn below_since(&self, min_fen: i64) -> Option<NaiveDate> {
        let mut net = self.gross_fen;
        self.returns.iter().find_map(|(on, fen)| {
            net -= fen;
            (net < min_fen.max(1)).then_some(*on)
        })
    }
}

impl<'f> History<'f> {
    /// Prepares a customer's facts as of the end of `today`.
    pub fn of(file: &'f CustomerFile, today: NaiveDate) -> Self {
        let mut history = Self {
            file,
            customer: file.person(today),
            today,
            is_withdrawn: file.is_withdrawn_on(today),
            days: Vec::new(),
            returned: Vec::new(),
            contacts: Vec::new(),
            promises: Vec::new(),
            kept: Vec::new(),
            visits: Vec::new(),
            tag_changes: Vec::new(),
            consents: Vec::new(),
            secrets: Vec::new(),
            waived: Vec::new(),
            handed: Vec::new(),
            snoozes: Vec::new(),
            records: Records::default(),
        };
        let mut taken = Taken::default();
        for fact in file.facts.iter().filter(|fact| fact.stands_on(today)) {
            history.take(fact, &mut taken);
        }
        history.sort();
        history.promises = taken.promises();
        history.visits = taken.visits(&history.contacts);
        (history.days, history.returned) =
            purchase_days(&file.purchases.iter().collect::<Vec<_>>(), &history.contacts, today);
        history
    }

    fn take(&mut self, fact: &'f Fact, taken: &mut Taken<'f>) {
        let id = fact.id;
        match &fact.body {
            FactBody::Outcome(outcome) => self.contacts.push(Contact { id, order: fact.order(), outcome }),
            FactBody::Promise(promise) => taken.promises.push((fact.order(), promise)),
            FactBody::PromiseKept(body) => self.kept.push((body.promise, body.on)),
            FactBody::Appointment(body) => taken.made.push((fact.order(), body)),
            FactBody::AppointmentClosed(body) => taken.closed.push((fact.order(), body)),
            FactBody::TagAdded(change) => {
                self.tag_changes.push(Tagging { order: fact.order(), added: true, change });
            }
            FactBody::TagRemoved(change) => {
                self.tag_changes.push(Tagging { order: fact.order(), added: false, change });
            }
            FactBody::Consent(consent) => self.consents.push((fact.order(), consent)),
            FactBody::Secret(secret) => self.secrets.push(secret),
            FactBody::Waived(waived) => self.waived.push(waived),
            FactBody::Handed(handed) => self.handed.push(handed),
            FactBody::Snooze(snooze) => self.snoozes.push((fact.order(), snooze)),
            FactBody::Coupon(coupon) => self.records.coupons.push((id, coupon)),
            FactBody::Ticket(ticket) => self.records.tickets.push((id, ticket)),
            FactBody::Level(level) => self.records.levels.push(level),
            FactBody::Points(points) => self.records.points.push(points),
            FactBody::Risk(risk) => self.records.risks.push(risk),
            FactBody::OwnerChanged(change) => self.records.owners.push((id, change)),
            FactBody::LifeEvent(event) => self.records.life_events.push((id, event)),
            FactBody::Dispatched(dispatched) => self.records.dispatched.push((id, dispatched)),
            FactBody::Rush(rush) => self.records.rushes.push((fact.order(), rush)),
            // who the customer is was asked already
            FactBody::Field(_) => {}
            // it is in the document
            FactBody::LeadAdded(_) => {}
            FactBody::TemplateProposed(_) | FactBody::ProposalAnswered(_) => {}
            FactBody::ComplaintClosed(_) | FactBody::Note(_) | FactBody::Leave(_) | FactBody::Unknown { .. } => {}
        }
    }

    /// Facts come in no particular order: every list gets one that depends on its content alone.
    fn sort(&mut self) {
        self.contacts.sort_by_key(Contact::order);
        self.kept.sort_unstable();
        self.tag_changes.sort_by_key(|tagging| tagging.order);
        self.consents.sort_by_key(|(order, _)| *order);
        self.secrets.sort_by_key(|secret| (secret.on, secret.until_on));
        self.waived.sort_by_key(|waived| (waived.on, waived.reason));
        self.handed.sort_by_key(|handed| (handed.on, handed.until_on));
        self.snoozes.sort_by_key(|(order, _)| *order);
        let records = &mut self.records;
        records.coupons.sort_by_key(|(id, coupon)| (coupon.until_on, *id));
        records.tickets.sort_by_key(|(id, ticket)| (ticket.on, *id));
        records.levels.sort_by_key(|level| (level.on, level.level.rank()));
        records.points.sort_by_key(|points| (points.on, points.balance));
        records.risks.sort_by_key(|risk| (risk.on, risk.risk.name()));
        records.owners.sort_by_key(|(id, change)| (change.on, *id));
        records.life_events.sort_by_key(|(id, event)| (event.event_on, *id));
        records.dispatched.sort_by_key(|(id, dispatched)| (dispatched.on, *id));
        records.rushes.sort_by_key(|(order, _)| *order);
    }

    /// The number of a fact; 0 of one that is not there.
    pub(crate) fn number_of(&self, id: OpId) -> u64 {
        self.file.facts.iter().find(|fact| fact.id == id).map_or(0, |fact| fact.number)
    }

    /// The day on which a promise was first marked as kept.
    pub fn kept_on(&self, promise: OpId) -> Option<NaiveDate> {
        self.kept.iter().filter(|(id, _)| *id == promise).map(|(_, on)| *on).min()
    }

    /// When and why an amnesty let a due expire.
    pub fn waived(&self, due: DueId) -> Option<(NaiveDate, WaiveReason)> {
        self.waived.iter().find(|waived| waived.due_ids.contains(&due)).map(|waived| (waived.on, waived.reason))
    }

    /// The days on which the customer came to the shop without buying, in no order: logged as visited, or as an agreed
    /// visit that was kept.
    pub(crate) fn visit_days(&self) -> impl Iterator<Item = NaiveDate> {
        let logged = self.contacts.iter().filter(|contact| contact.outcome.code == OutcomeCode::Visited);
        let kept = self.visits.iter().filter_map(|visit| visit.closed);
        let kept = kept.filter(|(_, result)| *result == AppointmentResult::Kept).map(|(on, _)| on);
        logged.map(Contact::on).chain(kept)
    }

    /// The last day up to `until` on which the customer came to the shop: bought, or visited.
    pub fn last_visit(&self, until: NaiveDate) -> Option<NaiveDate> {
        let bought = self.days.iter().map(|day| day.on).take_while(|on| *on <= until).last();
        bought.max(self.visit_days().filter(|on| *on <= until).max())
    }

    /// The days with purchases that meet a condition. What guides reported counts for none: its pieces are not known.
    pub fn days_where(&self, is_wanted: impl Fn(&Purchase) -> bool) -> Vec<PurchaseDay> {
        let known = self.file.purchases.iter();
        let sales: Vec<&Purchase> = known.clone().filter(|sale| !sale.is_return() && is_wanted(sale)).collect();
        let takes_back = |other: &&Purchase| {
            other.is_return()
                && (is_wanted(other)
                    || other.returns_sale_no.is_some()
                        && sales.iter().any(|sale| sale.sale_no == other.returns_sale_no))
        };
        let purchases: Vec<&Purchase> = sales.iter().copied().chain(known.filter(takes_back)).collect();
        purchase_days(&purchases, &[], self.today).0
    }

    /// What was bought in the 24 months up to a day, returns taken off, in fen.
    pub fn spent_fen(&self, until: NaiveDate) -> i64 {
        let since = until.checked_sub_months(chrono::Months::new(24)).unwrap_or(NaiveDate::MIN);
        self.days.iter().filter(|day| since < day.on && day.on <= until).map(|day| day.net_fen_on(until)).sum()
    }
}

/// Promises before they are put in order, and appointments before they are matched with what became of them.
#[derive(Default)]
struct Taken<'f> {
    promises: Vec<(Order, &'f Promise)>,
    made: Vec<(Order, &'f Appointment)>,
    closed: Vec<(Order, &'f AppointmentClosed)>,
}

impl<'f> Taken<'f> {
    fn promises(&mut self) -> Vec<(OpId, &'f Promise)> {
        self.promises.sort_by_key(|(order, promise)| (promise.due_on, *order));
        self.promises.drain(..).map(|(order, promise)| (order.id, promise)).collect()
    }

    /// Every visit agreed. One ends where it is closed; where the customer visited or bought on its day or later,
    /// before another one was agreed; or where another one takes its place: by what came first.
    fn visits(&mut self, contacts: &[Contact<'_>]) -> Vec<Visit> {
        self.closed.sort_by_key(|(order, _)| *order);
        let own = self.made.iter().map(|(order, made)| (*order, made.visit_on));
        let of_outcomes = contacts
            .iter()
            .filter(|contact| contact.outcome.code == OutcomeCode::Appointment)
            .filter_map(|contact| Some((contact.order(), contact.outcome.next_on?)));
        let mut agreed: Vec<(Order, NaiveDate)> = own.chain(of_outcomes).collect();
        agreed.sort_by_key(|(order, _)| *order);
        let visit =
            |(order, visit_on): (Order, NaiveDate)| Visit { id: order.id, made_on: order.on, visit_on, closed: None };
        let mut visits: Vec<Visit> = agreed.into_iter().map(visit).collect();
        let next_made: Vec<Option<NaiveDate>> =
            (0..visits.len()).map(|idx| visits.get(idx + 1).map(|next| next.made_on)).collect();
        for (visit, next_made_on) in visits.iter_mut().zip(next_made) {
            let said = self.closed.iter().map(|(_, closed)| closed).find(|closed| closed.appointment == visit.id);
            let said = said.map(|closed| (closed.on, closed.result));
            let came = contacts
                .iter()
                .filter(|contact| matches!(contact.outcome.code, OutcomeCode::Visited | OutcomeCode::Bought))
                .map(Contact::on)
                .find(|on| visit.visit_on <= *on && next_made_on.is_none_or(|next| *on <= next))
                .map(|on| (on, AppointmentResult::Kept));
            let moved = next_made_on.filter(|on| *on <= visit.visit_on).map(|on| (on, AppointmentResult::Cancelled));
            visit.closed = [said, came, moved].into_iter().flatten().min_by_key(|(on, _)| *on);
        }
        // those of one day stay in the order in which they were agreed
        visits.sort_by_key(|visit| visit.visit_on);
        visits
    }
}

/// Whether a fact is a standing outcome of a code on a day.
pub fn is_outcome(fact: &Fact, code: OutcomeCode, day: NaiveDate) -> bool {
    fact.stands_on(day) && matches!(&fact.body, FactBody::Outcome(outcome) if outcome.code == code)
}
