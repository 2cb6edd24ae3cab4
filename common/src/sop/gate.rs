//! The one gate that every contact passes: what it holds, why, and until when.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::amnesty::Handed;
use crate::apply::CustomerFile;
use crate::consent::{Consent, Secret, SecretSide};
use crate::fact::{Fact, FactBody, Order};
use crate::id::DueId;
use crate::outcome::{Channel, OutcomeCode};
use crate::sop::anchor::{About, Anchor};
use crate::sop::engine::Due;
use crate::sop::history::{Contact, History};
use crate::sop::plan::Purpose;
use crate::sop::rules::Rules;
use crate::sop::run::{Attempt, Run, StepRun, all_runs};
use crate::sop::settings::Settings;

/// Why the gate holds a contact, the strongest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The customer wants no contact.
    DoNotContact,
    /// A complaint is open: only its recovery goes on.
    OpenComplaint,
    /// A gift must not be given away.
    Secrecy,
    /// The customer allows none of the step's channels.
    NoConsent,
    /// It was handed to the deputy.
    WithDeputy,
    /// Another plan of the same group runs for the customer.
    ExclusivePlan,
    /// A visit is agreed: promotions wait for it.
    VisitAgreed,
    /// The customer had no need: promotions rest.
    PromoRest,
    /// The customer had as many promotions as the days allow.
    PromoCap,
    /// The last contact that the shop began is too near.
    TouchCap,
    /// The guide put it off.
    Snoozed,
    /// Customers are not contacted at this time of the day.
    ContactHours,
    /// The step has its own time of the day.
    NotYet,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl HoldReason {
    /// The reasons of this version, the strongest first.
    pub const ALL: [Self; 13] = [
        Self::DoNotContact,
        Self::OpenComplaint,
        Self::Secrecy,
        Self::NoConsent,
        Self::WithDeputy,
        Self::ExclusivePlan,
        Self::VisitAgreed,
        Self::PromoRest,
        Self::PromoCap,
        Self::TouchCap,
        Self::Snoozed,
        Self::ContactHours,
        Self::NotYet,
    ];
}

/// A hold of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// The first day on which it no longer holds; none where an event must end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_on: Option<NaiveDate>,
    /// On that day, from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_time: Option<NaiveTime>,
}

impl Hold {
    /// A hold until a day, or until an event ends it.
    pub fn new(reason: HoldReason, until_on: Option<NaiveDate>) -> Self {
        Self { reason, until_on, until_time: None }
    }

    /// Of two holds the one that ends first.
    fn sooner(self, other: Self) -> Self {
        let end = |hold: &Self| hold.until_on.unwrap_or(NaiveDate::MAX);
        if end(&other) < end(&self) { other } else { self }
    }
}

/// What holds contacts with one customer on a day.
#[derive(Debug)]
pub struct Gate<'g, 'f, 'r> {
    history: &'g History<'f>,
    runs: &'g [Run<'r>],
    do_not_contact: Option<Hold>,
    complaint: Option<Hold>,
    recipient: Option<Hold>,
    promo: Option<Hold>,
    touch: Option<Hold>,
}

/// What somebody wants to contact a customer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What for: decides which caps count.
    pub purpose: Purpose,
    /// Whether it puts an open complaint right.
    pub recovery: bool,
    /// Whether it speaks of a linked person.
    pub linked: bool,
    /// Whether the customer chose the day: then no cap counts.
    pub chosen: bool,
}

impl Intent {
    /// A contact for a purpose, and nothing else.
    pub fn of(purpose: Purpose) -> Self {
        Self { purpose, recovery: false, linked: false, chosen: false }
    }
}

impl<'g, 'f, 'r> Gate<'g, 'f, 'r> {
    /// Works out what holds contacts on `history.today`. `runs` reach back over the days of the caps.
    pub fn of(history: &'g History<'f>, rules: &Rules, runs: &'g [Run<'r>]) -> Self {
        let today = history.today;
        let settings = &*rules.settings;
        let contacts = Contacts::of(history, runs);
        let complaint = open_complaint(history, today).map(|_| Hold::new(HoldReason::OpenComplaint, None));
        let promo = [visit_agreed(history), promo_rest(history, settings), contacts.promo_cap(settings, today)];
        Self {
            history,
            runs,
            do_not_contact: do_not_contact(history),
            complaint,
            recipient: recipient_secret(history).map(|until_on| Hold::new(HoldReason::Secrecy, until_on.succ_opt())),
            promo: promo.into_iter().flatten().next(),
            touch: contacts.touch_cap(settings, today),
        }
    }

    /// What holds a contact, whatever its channel; nothing where it may be made.
    pub fn check(&self, intent: Intent) -> Option<Hold> {
        let holds = [
            self.do_not_contact,
            self.complaint.filter(|_| !intent.recovery),
            self.recipient.filter(|_| intent.linked),
            self.promo.filter(|_| intent.purpose == Purpose::Promo && !intent.chosen),
            self.touch.filter(|_| intent.purpose != Purpose::Answer && !intent.chosen),
        ];
        holds.into_iter().flatten().next()
    }

    /// The channel over which a contact may be made, in the order of `channels`, or what forbids all of them.
    pub fn channel(&self, channels: &[Channel]) -> Result<Channel, Hold> {
        let mut refused: Option<Hold> = None;
        for channel in channels {
            match no_consent(self.history, *channel) {
                None => return Ok(*channel),
                Some(hold) => refused = Some(refused.map_or(hold, |other| other.sooner(hold))),
            }
        }
        refused.map_or(Ok(Channel::default()), Err)
    }

    /// What holds a due, or the channel over which it may go.
    pub fn check_due(&self, due: &Due<'_>) -> Result<Channel, Hold> {
        let intent = Intent {
            purpose: due.step.purpose,
            recovery: due.plan.recovery,
            linked: due.step.linked,
            chosen: due.is_chosen,
        };
        let secret = due.secret_until.filter(|_| !due.step.discreet);
        let own = [
            secret.map(|until_on| Hold::new(HoldReason::Secrecy, until_on.succ_opt())),
            self.with_deputy(due),
            self.exclusive(due),
            snoozed(due, self.history.today),
        ];
        let held = self.check(intent).into_iter().chain(own.into_iter().flatten()).min_by_key(|hold| hold.reason);
        let channels: Vec<Channel> = std::iter::once(due.channel).chain(due.step.channels.iter().copied()).collect();
        match (held, self.channel(&channels)) {
            (Some(hold), Err(refused)) => Err(if refused.reason < hold.reason { refused } else { hold }),
            (Some(hold), Ok(_)) => Err(hold),
            (None, channel) => channel,
        }
    }

    /// Everything that holds some contact today, the strongest first: what a card shows.
    pub fn holds(&self) -> Vec<Hold> {
        [self.do_not_contact, self.complaint, self.recipient, self.promo, self.touch].into_iter().flatten().collect()
    }

    fn with_deputy(&self, due: &Due<'_>) -> Option<Hold> {
        if self.history.customer.lent.is_some() {
            return None;
        }
        let until_on = handed_until(self.history, due)?;
        Some(Hold::new(HoldReason::WithDeputy, until_on.succ_opt()))
    }

    fn exclusive(&self, due: &Due<'_>) -> Option<Hold> {
        let other = self.rival(due)?;
        let last = other.steps.iter().filter_map(|step| step.attempts.last()).map(|attempt| attempt.until_on).max();
        Some(Hold::new(HoldReason::ExclusivePlan, last.and_then(|last| last.succ_opt())))
    }

    /// The run of another plan that goes before a due: of plans of one group the run that began first goes on; of one
    /// day that of the higher priority.
    pub(crate) fn rival(&self, due: &Due<'_>) -> Option<&'g Run<'r>> {
        let group = due.plan.exclusive.as_deref()?;
        let rank = |run: &Run<'_>| (run.anchor.born_on, std::cmp::Reverse(run.plan.priority), run.plan.id.clone());
        let own = (due.born_on, std::cmp::Reverse(due.plan.priority), due.plan.id.clone());
        self.runs.iter().find(|run| {
            run.plan.exclusive.as_deref() == Some(group)
                && run.plan.id != due.plan.id
                && run.anchor.born_on <= self.history.today
                && run.is_active()
                && rank(run) < own
        })
    }
}

/// Until when an attempt is put off, by the guide's last word on it. On its last day it is offered whatever was said: a
/// window can become shorter than it was.
pub(crate) fn snoozed_until(history: &History<'_>, attempt: &Attempt) -> Option<NaiveDateTime> {
    let mut of_due = history.snoozes.iter().filter(|(_, snooze)| snooze.due_ids.contains(&attempt.due_id));
    let until = of_due.next_back()?.1.until();
    let until = if until.date() > attempt.until_on { attempt.until_on.and_time(NaiveTime::MIN) } else { until };
    (until > history.today.and_time(NaiveTime::MIN)).then_some(until)
}

fn snoozed(due: &Due<'_>, today: NaiveDate) -> Option<Hold> {
    let until = due.snoozed_until.filter(|until| today < until.date())?;
    let until_time = Some(until.time()).filter(|time| *time > NaiveTime::MIN);
    Some(Hold { reason: HoldReason::Snoozed, until_on: Some(until.date()), until_time })
}

/// Until when a due is the deputy's.
pub(crate) fn handed_until(history: &History<'_>, due: &Due<'_>) -> Option<NaiveDate> {
    let key = due.anchor_key.to_string();
    let attempt = |n| DueId::of(&due.plan.id, &due.step.id, &history.customer.id, &key, n);
    // the attempts that follow one that was handed over are the deputy's too
    let is_of_step = |handed: &&&Handed| (0..=due.attempt).any(|n| handed.due_ids.contains(&attempt(n)));
    let handed = history.handed.iter().filter(is_of_step);
    handed.map(|handed| handed.until_on).filter(|until_on| history.today <= *until_on).max()
}

/// What holds contacts with a customer on a day, the strongest first, whatever they are for.
pub fn holds(file: &CustomerFile, rules: &Rules, today: NaiveDate) -> Vec<Hold> {
    let history = History::of(file, today);
    let runs = all_runs(&history, rules, caps_since(&history, rules));
    Gate::of(&history, rules, &runs).holds()
}

/// The first day that runs must reach back to, so that the gate knows what the counted contacts were for.
pub(crate) fn caps_since(history: &History<'_>, rules: &Rules) -> NaiveDate {
    let days = rules.settings.promo_days.max(rules.settings.touch_gap_days);
    let since = history.today.checked_sub_days(Days::new(days.into())).unwrap_or(history.today);
    let counts = history.contacts.last().is_some_and(|contact| since <= contact.on());
    if counts { since } else { history.today }
}

/// What the time of the day holds: contact hours, for everything.
pub fn contact_hours(settings: &Settings, now: NaiveDateTime) -> Option<Hold> {
    if settings.is_contact_hour(now.time()) {
        return None;
    }
    let is_over = now.time() >= settings.contact_until;
    let until_on = if is_over { now.date().succ_opt() } else { Some(now.date()) };
    Some(Hold { reason: HoldReason::ContactHours, until_on, until_time: Some(settings.contact_from) })
}

/// The complaint that no later closing has closed by a day.
pub fn open_complaint<'f>(history: &History<'f>, day: NaiveDate) -> Option<Contact<'f>> {
    let facts = || history.file.facts.iter().filter(|fact| fact.on() <= day && fact.stands_on(history.today));
    let closed = facts().filter(|fact| matches!(fact.body, FactBody::ComplaintClosed(_))).map(Fact::order).max();
    let mut complaints = history.contacts.iter().filter(|contact| contact.outcome.code == OutcomeCode::Complaint);
    complaints.rfind(|contact| contact.on() <= day && closed.is_none_or(|closed| closed < contact.order())).copied()
}

fn do_not_contact(history: &History<'_>) -> Option<Hold> {
    let hold = Hold::new(HoldReason::DoNotContact, None);
    if history.customer.do_not_contact {
        return Some(hold);
    }
    let said = history.contacts.iter().rfind(|contact| contact.outcome.code == OutcomeCode::DoNotContact)?;
    let lifts = |order: Order, consent: &Consent| consent.allowed && consent.channel.is_none() && said.order() < order;
    (!history.consents.iter().any(|(order, consent)| lifts(*order, consent))).then_some(hold)
}

fn no_consent(history: &History<'_>, channel: Channel) -> Option<Hold> {
    let mut day = history.today;
    while let Some(refusal) = refusal_on(history, channel, day) {
        match refusal.until_on.and_then(|until_on| until_on.succ_opt()) {
            Some(next) => day = next,
            None => return Some(Hold::new(HoldReason::NoConsent, None)),
        }
    }
    (day > history.today).then(|| Hold::new(HoldReason::NoConsent, Some(day)))
}

/// What refuses a channel on a day.
fn refusal_on<'f>(history: &History<'f>, channel: Channel, day: NaiveDate) -> Option<&'f Consent> {
    word_on(history, channel, day).filter(|consent| !consent.allowed)
}

/// The latest word on a channel on a day, where refusals that are over count for nothing.
pub fn word_on<'f>(history: &History<'f>, channel: Channel, day: NaiveDate) -> Option<&'f Consent> {
    let is_over = |consent: &Consent| !consent.allowed && consent.until_on.is_some_and(|until_on| until_on < day);
    let consents = history.consents.iter().map(|(_, consent)| *consent);
    let mut of_channel = consents.filter(|consent| consent.channel.is_none_or(|of| of == channel));
    of_channel.rfind(|consent| !is_over(consent))
}

/// Until when something is kept from this customer.
pub fn recipient_secret(history: &History<'_>) -> Option<NaiveDate> {
    let kept = history.secrets.iter().filter(|secret| secret.side != SecretSide::Giver);
    kept.filter(|secret| secret.is_open_on(history.today)).map(|secret| secret.until_on).max()
}

/// Until when the purchase of an anchor is kept secret, as of a day.
pub fn secret_until(history: &History<'_>, anchor: &Anchor, day: NaiveDate) -> Option<NaiveDate> {
    let is_about = |secret: &&&Secret| match (&anchor.about, &secret.purchase) {
        (About::PurchaseDay, None) => secret.on <= anchor.about_on,
        (About::PurchaseDay, Some(hidden)) => {
            let purchases = history.file.purchases.iter();
            purchases.filter(|purchase| purchase.bought_on == anchor.about_on).any(|purchase| purchase.id == *hidden)
        }
        (About::Piece(purchase, _), Some(hidden)) => purchase == hidden,
        (About::Piece(purchase, _), None) => {
            history.file.purchases.iter().any(|other| other.id == *purchase && secret.on <= other.bought_on)
        }
        _ => false,
    };
    let giver = history.secrets.iter().filter(|secret| secret.side == SecretSide::Giver && secret.is_open_on(day));
    giver.filter(is_about).map(|secret| secret.until_on).max()
}

/// A visit agreed and not over: promotions wait until the day after it.
fn visit_agreed(history: &History<'_>) -> Option<Hold> {
    let open = history.visits.iter().filter(|visit| visit.closed.is_none() && history.today <= visit.visit_on);
    open.map(|visit| visit.visit_on).max().map(|on| Hold::new(HoldReason::VisitAgreed, on.succ_opt()))
}

fn promo_rest(history: &History<'_>, settings: &Settings) -> Option<Hold> {
    let said = history.contacts.iter().filter(|contact| contact.outcome.code == OutcomeCode::NoNeed);
    let until_on = said.map(Contact::on).max()?.checked_add_days(Days::new(settings.promo_rest_days.into()))?;
    (history.today < until_on).then(|| Hold::new(HoldReason::PromoRest, Some(until_on)))
}

/// The contacts that the shop began, with what they were for; the latest last.
struct Contacts(Vec<(NaiveDate, Purpose)>);

impl Contacts {
    fn of(history: &History<'_>, runs: &[Run<'_>]) -> Self {
        let counted = history.contacts.iter().filter(|contact| is_touch(contact));
        let with_purpose = counted.map(|contact| (contact.on(), purpose(contact, runs)));
        Self(with_purpose.filter(|(_, purpose)| *purpose != Purpose::Answer).collect())
    }

    fn touch_cap(&self, settings: &Settings, today: NaiveDate) -> Option<Hold> {
        let last = self.0.last()?.0;
        let until_on = last.checked_add_days(Days::new(settings.touch_gap_days.into()))?;
        (today < until_on).then(|| Hold::new(HoldReason::TouchCap, Some(until_on)))
    }

    fn promo_cap(&self, settings: &Settings, today: NaiveDate) -> Option<Hold> {
        let ends = |on: NaiveDate| on.checked_add_days(Days::new(settings.promo_days.into()));
        let promos = self.0.iter().filter(|(_, purpose)| *purpose == Purpose::Promo).filter_map(|(on, _)| ends(*on));
        let counted: Vec<NaiveDate> = promos.filter(|until_on| today < *until_on).collect();
        let idx = counted.len().checked_sub(settings.promo_max as usize)?;
        // where none is allowed, none is ever too old
        Some(Hold::new(HoldReason::PromoCap, counted.get(idx).copied()))
    }
}

/// Whether a contact counts: the shop reached out to this one customer.
fn is_touch(contact: &Contact<'_>) -> bool {
    let outcome = contact.outcome;
    outcome.code != OutcomeCode::Skipped
        && !matches!(outcome.channel, Channel::Visit | Channel::Group | Channel::Moments | Channel::OfficialAccount)
}

/// What a contact was for: the most selling of the steps that it named, closed by it or not, and of what it says of
/// itself; it was a promotion also where its run is no more.
fn purpose(contact: &Contact<'_>, runs: &[Run<'_>]) -> Purpose {
    let own = contact.outcome.purpose;
    if contact.outcome.due_ids.is_empty() {
        return own.unwrap_or_default();
    }
    let named = |step: &&StepRun<'_>| step.attempts.iter().any(|attempt| contact.names(attempt.due_id));
    let steps = runs.iter().flat_map(|run| &run.steps).filter(named);
    most_selling(steps.map(|step| step.step.purpose).chain(own)).unwrap_or_default()
}

/// The purpose that the caps count, of several that one contact served.
pub fn most_selling(purposes: impl Iterator<Item = Purpose>) -> Option<Purpose> {
    purposes.min_by_key(|purpose| selling_rank(*purpose))
}

/// Promo counts most, answer least.
fn selling_rank(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Promo => 0,
        Purpose::Service | Purpose::Unknown => 1,
        Purpose::Answer => 2,
    }
}
