//! Anchors (锚点): the days that start runs of a plan for one customer. Which days meet a trigger is worked out in
//! `anchor::*`; here they become runs: versions, repetition, audience, rest, throttle.

pub(crate) mod beside;
mod dated;
mod purchase;
mod recorded;

use std::cmp::Ordering;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::customer::Calendar;
use crate::id::{OpId, PurchaseId};
use crate::outcome::Channel;
use crate::sop::fields::CustomerFields;
use crate::sop::history::History;
use crate::sop::plan::{Plan, Restart};
use crate::sop::rules::Rules;
use crate::sop::run::Run;
use crate::sop::trigger::Trigger;
use crate::time::Offset;

/// A day that meets a plan's trigger, and so starts a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The date from which the steps count.
    pub on: NaiveDate,
    /// What tells it from other anchors of the plan.
    pub key: AnchorKey,
    /// The day on which its fact came to be: nothing of the run was open before.
    pub born_on: NaiveDate,
    /// The first day on which a contact could be about it: the same, but where its start was put off.
    pub known_on: NaiveDate,
    /// What it is about.
    pub about: About,
    /// The day of what it is about; a repetition and a start that was put off count from a later one.
    pub about_on: NaiveDate,
    /// From this day on it is no anchor: its purchase was returned.
    pub returned_on: Option<NaiveDate>,
    /// From this day on there is nothing left to do: the coupon was used, the piece collected, the customer came back.
    pub settled_on: Option<NaiveDate>,
    /// The day on which what it asks for was done: a promise kept, a visit made.
    pub kept_on: Option<NaiveDate>,
    /// The day on which the customer did not come to the visit.
    pub missed_on: Option<NaiveDate>,
    /// The channel that headquarters chose for this customer.
    pub channel: Option<Channel>,
}

impl Anchor {
    /// An anchor of which only its day is known.
    pub(crate) fn new(on: NaiveDate, key: AnchorKey, born_on: NaiveDate, about: About) -> Self {
        Self {
            on,
            key,
            born_on,
            known_on: born_on,
            about,
            about_on: on,
            returned_on: None,
            settled_on: None,
            kept_on: None,
            missed_on: None,
            channel: None,
        }
    }

    /// The first day from which it starts nothing more, where there is one.
    pub(crate) fn over_on(&self) -> Option<NaiveDate> {
        [self.returned_on, self.settled_on, self.kept_on].into_iter().flatten().min()
    }

    /// Where it stands beside another one: by day, then as headquarters took their facts in. Their ids, which are made
    /// of a terminal's clock, only keep those apart that were never counted.
    fn place(&self, other: &Self, history: &History<'_>) -> Ordering {
        let number = |key: &AnchorKey| key.fact().map_or(0, |id| history.number_of(id));
        self.on.cmp(&other.on).then_with(|| match self.key == other.key {
            true => Ordering::Equal,
            false => number(&self.key).cmp(&number(&other.key)).then_with(|| self.key.cmp(&other.key)),
        })
    }

    /// Joins another trigger's anchor of the same key: the run goes on while either is met.
    fn join(&mut self, other: &Self) {
        let later = |a: Option<NaiveDate>, b: Option<NaiveDate>| a.zip(b).map(|(a, b)| a.max(b));
        self.born_on = self.born_on.min(other.born_on);
        self.known_on = self.known_on.min(other.known_on);
        self.returned_on = later(self.returned_on, other.returned_on);
        self.settled_on = later(self.settled_on, other.settled_on);
        // a purchase on the day on which an earlier one's turn comes again
        if self.about_on < other.about_on {
            (self.about, self.about_on) = (other.about.clone(), other.about_on);
        }
    }
}

/// What tells anchors of one plan and customer apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorKey {
    /// The date: one anchor a day.
    Day(NaiveDate),
    /// The fact: a day can have several.
    Fact(OpId),
    /// A repetition of a fact's anchor.
    Again(OpId, NaiveDate),
    /// A piece of a purchase, and the date of its turn.
    Piece(PurchaseId, usize, NaiveDate),
}

impl AnchorKey {
    fn fact(&self) -> Option<OpId> {
        match self {
            Self::Fact(id) | Self::Again(id, _) => Some(*id),
            Self::Day(_) | Self::Piece(..) => None,
        }
    }
}

impl std::fmt::Display for AnchorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Fact(id) => write!(f, "{id}"),
            Self::Again(id, day) => write!(f, "{id}/{day}"),
            Self::Piece(purchase, idx, day) => write!(f, "{purchase}/{idx}/{day}"),
        }
    }
}

/// What an anchor is about: where its scripts and conditions find their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The customer as such.
    Customer,
    /// The purchases of the anchor's day.
    PurchaseDay,
    /// One piece of a purchase.
    Piece(PurchaseId, usize),
    /// A fact: a promise, a contact, a visit, a coupon, a ticket, a dispatch …
    Fact(OpId),
    /// A yearly date in a calendar.
    Yearly(Calendar),
}

/// How many years before its steps a yearly date is looked at: a step can be put off, but not for longer.
const YEARS_BACK: i32 = 2;
/// The most repetitions of one anchor that are looked at.
const MAX_REPEATS: i32 = 400;

/// What the search for anchors needs.
pub(crate) struct Search<'s, 'f, 'r> {
    /// The customer's facts.
    pub history: &'s History<'f>,
    /// What headquarters set.
    pub rules: &'r Rules,
    /// The version whose triggers are asked.
    pub plan: &'r Plan,
    /// The earliest day that is asked about.
    pub first_day: NaiveDate,
    /// The runs of the plans for whose outcomes this one waits.
    pub runs: &'s [Run<'r>],
}

impl Search<'_, '_, '_> {
    /// The last day on which an anchor can lie and have a step that opens today.
    fn last_anchor_day(&self) -> NaiveDate {
        let lead = self.plan.steps.iter().map(|step| -step.offset.max_days()).max().unwrap_or(0).max(0) + 31;
        self.history.today.checked_add_days(Days::new(lead.unsigned_abs().into())).unwrap_or(NaiveDate::MAX)
    }

    /// The first day on which anything of an anchor can be open.
    fn opens_on(&self, anchor_on: NaiveDate) -> NaiveDate {
        let own = self.plan.steps.iter().filter(|step| step.from.is_none());
        own.filter_map(|step| step.offset.from(anchor_on)).min().unwrap_or(anchor_on)
    }
}

/// The anchors of a plan that start a run, oldest first, each with the version that its run follows.
pub(crate) fn anchors<'r>(search: &Search<'_, '_, 'r>) -> Vec<(Anchor, &'r Plan)> {
    // a customer on loan starts nothing at the deputy's desk: what was handed over has started
    if !search.plan.is_throttled() || search.history.customer.lent.is_some() {
        return candidates(search);
    }
    let mut anchors = ready(search);
    anchors.retain_mut(|(anchor, plan)| admit(search, anchor, plan));
    anchors
}

/// The anchors of a plan as they would start runs if there were no throttle.
pub(crate) fn candidates<'r>(search: &Search<'_, '_, 'r>) -> Vec<(Anchor, &'r Plan)> {
    let mut anchors = ready(search);
    let (rest, once) = (search.plan.rest, search.plan.restart == Restart::Once);
    if rest.is_none() && !once {
        return anchors;
    }
    // what came to be first starts, though what comes later may lie on an earlier day
    let history = search.history;
    anchors.sort_by(|(a, _), (b, _)| a.born_on.cmp(&b.born_on).then_with(|| a.place(b, history)));
    if let Some(rest) = rest {
        keep_rest(&mut anchors, |anchor| rest.from(anchor.on));
    }
    if once {
        keep_rest(&mut anchors, |_| Some(NaiveDate::MAX));
    }
    anchors.sort_by(|(a, _), (b, _)| a.place(b, history));
    anchors
}

/// The anchors of a plan, whether or not an earlier one keeps them from starting a run, oldest first.
pub(crate) fn ready<'r>(search: &Search<'_, '_, 'r>) -> Vec<(Anchor, &'r Plan)> {
    let mut anchors: Vec<(Anchor, &'r Plan)> = Vec::new();
    let mut version = search.plan;
    let mut until: Option<NaiveDate> = None;
    loop {
        let before = version.earlier.as_deref();
        let of_version = Search { plan: version, ..*search };
        let belongs = |anchor: &Anchor| {
            until.is_none_or(|until| anchor.on < until) && before.is_none_or(|before| before.before_on <= anchor.on)
        };
        let found = triggered(&of_version).into_iter().filter(belongs);
        anchors.extend(found.map(|anchor| (anchor, version)));
        match before {
            Some(earlier) => (version, until) = (&earlier.plan, Some(earlier.before_on)),
            None => break,
        }
    }
    anchors.sort_by(|(a, _), (b, _)| a.place(b, search.history));
    anchors.dedup_by(|(other, _), (anchor, _)| {
        let is_same = anchor.key == other.key;
        if is_same {
            anchor.join(other);
        }
        is_same
    });
    anchors
}

/// A throttled run starts on the day on which its turn came.
fn admit(search: &Search<'_, '_, '_>, anchor: &mut Anchor, plan: &Plan) -> bool {
    let customer = &search.history.customer.id;
    let Some(on) = search.rules.starts.day_of(&plan.id, customer, &anchor.key) else { return false };
    if on > search.history.today {
        return false;
    }
    (anchor.on, anchor.born_on) = (on, on);
    true
}

/// No anchor within the rest after one that starts a run. One that is returned gives no rest from that day on: what it
/// kept from starting starts then.
fn keep_rest(anchors: &mut Vec<(Anchor, &Plan)>, rests_until: impl Fn(&Anchor) -> Option<NaiveDate>) {
    let mut rests: Vec<(NaiveDate, Option<NaiveDate>)> = Vec::new();
    anchors.retain_mut(|(anchor, _)| {
        let within = || rests.iter().filter(|(until, _)| anchor.on < *until).map(|(_, returned_on)| *returned_on);
        if within().any(|returned_on| returned_on.is_none()) {
            return false;
        }
        let free_on = within().flatten().max();
        anchor.born_on = free_on.map_or(anchor.born_on, |on| on.max(anchor.born_on));
        rests.extend(rests_until(anchor).map(|until| (until, anchor.returned_on)));
        true
    });
}

/// The anchors of one version: days that meet a trigger, repeated, and of its audience.
fn triggered(search: &Search<'_, '_, '_>) -> Vec<Anchor> {
    let plan = search.plan;
    let mut anchors = Vec::new();
    for trigger in &plan.triggers {
        let found = of_trigger(search, trigger);
        match plan.repeat {
            Some(repeat) => found.into_iter().for_each(|anchor| repeated(search, anchor, repeat, &mut anchors)),
            None => anchors.extend(found),
        }
    }
    if let Some(starts_on) = plan.starts_on {
        anchors.retain(|anchor| starts_on <= anchor.on);
    }
    if !plan.audience.is_everyone() {
        anchors.retain(|anchor| {
            can_be_open(search, anchor) && is_in_audience(search.history, search.rules, plan, anchor.born_on)
        });
    }
    anchors
}

/// Whether anything of an anchor can be open from the first day asked about on; spares the audience's work. A plan
/// whose earlier anchors matter to later ones looks at all of them.
fn can_be_open(search: &Search<'_, '_, '_>, anchor: &Anchor) -> bool {
    let plan = search.plan;
    let is_independent = plan.restart == Restart::Every && plan.rest.is_none() && !plan.is_throttled();
    let is_plain = plan.steps.iter().all(|step| step.from.is_none());
    if !is_independent || !is_plain || search.history.contacts.iter().any(|contact| contact.outcome.next_on.is_some()) {
        return true;
    }
    plan.steps.iter().any(|step| step.until.from(anchor.on).is_none_or(|until| search.first_day <= until))
}

/// Whether a customer is in a plan's audience, as of a day.
pub fn is_in_audience(history: &History<'_>, rules: &Rules, plan: &Plan, day: NaiveDate) -> bool {
    let audience = &plan.audience;
    let customer = &history.customer;
    if history.is_withdrawn {
        return false;
    }
    if !audience.tiers.is_empty() && !audience.tiers.contains(&customer.tier) {
        return false;
    }
    if !audience.store_tiers.is_empty() && !rules.store_tier.is_some_and(|tier| audience.store_tiers.contains(&tier)) {
        return false;
    }
    let fields = CustomerFields { history, rules, day };
    fields.has_wanted(&audience.tags) && audience.condition.as_ref().is_none_or(|condition| condition.is_met(&fields))
}

fn of_trigger(search: &Search<'_, '_, '_>, trigger: &Trigger) -> Vec<Anchor> {
    match trigger {
        Trigger::Purchase(purchase) if purchase.each_item => purchase::pieces(search, purchase),
        Trigger::Purchase(purchase) => purchase::days(search, purchase),
        Trigger::Birthday => dated::birthdays(search),
        Trigger::Anniversary { of } => dated::anniversaries(search, of.as_deref()),
        Trigger::Date(date) => dated::festival(search, date),
        Trigger::Dormant(dormant) => dated::dormant(search, dormant),
        Trigger::Lead => dated::lead(search),
        Trigger::ContactAdded => dated::contact_added(search),
        Trigger::Tagged { group, value } => dated::tagged(search, group, value.as_deref()),
        Trigger::Level { event, level, gap_percent } => recorded::level(search, *event, *level, *gap_percent),
        Trigger::CouponExpiry { kinds } => recorded::coupons(search, kinds),
        Trigger::LifeEvent { kind } => recorded::life_events(search, kind),
        Trigger::Ticket { event } => recorded::tickets(search, *event),
        Trigger::OwnerChanged => recorded::owner_changes(search),
        Trigger::Dispatch => recorded::dispatches(search),
        Trigger::Outcome(outcome) => recorded::outcomes(search, outcome),
        Trigger::Promise => recorded::promises(search),
        Trigger::Appointment => recorded::visits(search),
        Trigger::Unknown => Vec::new(),
    }
}

/// An anchor and its repetitions, up to the last one that can matter today.
fn repeated(search: &Search<'_, '_, '_>, first: Anchor, repeat: Offset, anchors: &mut Vec<Anchor>) {
    let last = search.last_anchor_day();
    for n in 0..MAX_REPEATS {
        let Some(on) = times(repeat, n).from(first.on).filter(|on| *on <= last) else { return };
        let key = match (&first.key, n) {
            (key, 0) => key.clone(),
            (AnchorKey::Fact(id) | AnchorKey::Again(id, _), _) => AnchorKey::Again(*id, on),
            (AnchorKey::Piece(purchase, idx, _), _) => AnchorKey::Piece(purchase.clone(), *idx, on),
            (AnchorKey::Day(_), _) => AnchorKey::Day(on),
        };
        let born_on = if n == 0 { first.born_on } else { first.born_on.max(search.opens_on(on)) };
        // one that had opened by then ended; the ones after it never come to be
        if n > 0 && first.over_on().is_some_and(|over_on| over_on <= born_on) {
            return;
        }
        anchors.push(Anchor { on, key, born_on, ..first.clone() });
    }
}

/// An interval so many times.
fn times(interval: Offset, n: i32) -> Offset {
    match interval {
        Offset::Days(days) => Offset::Days(days.saturating_mul(n)),
        Offset::Months(months) => Offset::Months(months.saturating_mul(n)),
    }
}
