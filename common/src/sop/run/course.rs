//! The course of one run: its steps through their attempts, branches and early ends.

use std::cell::OnceCell;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::closing::{accepts, closed_state, result};
use super::window::{Span, Window};
use super::{Absence, Attempt, EndCause, State, StepRun, named_by};
use crate::amnesty::WaiveReason;
use crate::id::{DueId, StepId};
use crate::outcome::{Channel, OutcomeCode};
use crate::sop::anchor::beside::anchor_date;
use crate::sop::anchor::{About, Anchor};
use crate::sop::fields::{CustomerFields, StepFields};
use crate::sop::history::{Contact, History, Visit};
use crate::sop::plan::{Branch, EndsOn, FromDate, Plan, Step, nth_channel};
use crate::sop::rules::Rules;
use crate::time::Period;

/// After no reply, the next attempt opens this many days later.
const RETRY_DAYS: u64 = 2;
/// So many further attempts follow a first one without a reply.
const MAX_RETRIES: usize = 2;
/// A postponed attempt stays open this many days after the chosen date.
const POSTPONED_DAYS: u64 = 3;

/// The early end of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunEnd<'f> {
    /// From the start of this day on: the purchase was returned, or nothing is left to do.
    gone: Option<(NaiveDate, EndCause)>,
    /// After this contact.
    pub contact: Option<Contact<'f>>,
    /// After this day: the promise was kept, whatever was open is done.
    pub kept_on: Option<NaiveDate>,
    /// From the start of this day on only what answers a missed visit is left.
    missed_on: Option<NaiveDate>,
}

impl<'f> RunEnd<'f> {
    pub fn of(history: &History<'f>, plan: &Plan, anchor: &Anchor) -> Self {
        let returned = anchor.returned_on.map(|on| (on, EndCause::Returned));
        let settled = anchor.settled_on.map(|on| (on, EndCause::Settled));
        let contact = ending_contact(history, plan, anchor);
        // what one contact starts and ends at once was never open, nor what came to be on a day that forbade contacts
        let at_once = contact.filter(|contact| {
            let forbids = contact.outcome.code == OutcomeCode::DoNotContact;
            anchor.about == About::Fact(contact.id) || (forbids && contact.on() == anchor.born_on)
        });
        let at_once = at_once.map(|contact| (contact.on(), EndCause::Outcome));
        Self {
            gone: [returned, settled, at_once].into_iter().flatten().min(),
            contact,
            kept_on: anchor.kept_on,
            missed_on: anchor.missed_on,
        }
    }

    /// The same, for what answers a missed visit.
    fn after_missed(self) -> Self {
        Self { missed_on: None, ..self }
    }

    /// From the start of which day on nothing is open, and why.
    pub fn gone(&self) -> Option<(NaiveDate, EndCause)> {
        self.gone.into_iter().chain(self.missed_on.map(|on| (on, EndCause::Settled))).min()
    }

    /// The last day on which anything of the run could be open.
    fn last_day(&self) -> Option<NaiveDate> {
        let before_gone = self.gone().map(|(on, _)| on.pred_opt().unwrap_or(on));
        let contact = self.contact.map(|contact| contact.on());
        [before_gone, contact, self.kept_on].into_iter().flatten().min()
    }
}

/// The contact that ended a run early.
pub(crate) fn ending_contact<'f>(history: &History<'f>, plan: &Plan, anchor: &Anchor) -> Option<Contact<'f>> {
    let ends = |contact: &&Contact<'f>| {
        let code = contact.outcome.code;
        // do_not_contact ends every run, those of the same day too; other codes end what began before
        (code == OutcomeCode::DoNotContact && contact.on() >= anchor.born_on)
            || (plan.ends_on.contains(&EndsOn::Code(code)) && began_before(history, anchor, contact))
    };
    history.contacts.iter().find(ends).copied()
}

/// Whether a run began before a contact: of one that a contact started the order of the two tells, else their days.
fn began_before(history: &History<'_>, anchor: &Anchor, contact: &Contact<'_>) -> bool {
    let starts = |other: &&Contact<'_>| anchor.about == About::Fact(other.id) && other.on() == anchor.born_on;
    match history.contacts.iter().find(starts) {
        Some(start) => start.order() < contact.order(),
        None => anchor.born_on < contact.on(),
    }
}

/// A branch that was taken: by which contact, and from which day on.
#[derive(Clone, Copy)]
struct Taken<'f> {
    on: NaiveDate,
    contact: Option<Contact<'f>>,
}

/// What the steps of one run share.
pub(super) struct Course<'a, 'h, 'f> {
    pub history: &'h History<'f>,
    pub rules: &'h Rules,
    pub plan: &'a Plan,
    pub anchor: &'h Anchor,
    /// Later anchors, which supersede.
    pub later: &'h [(Anchor, &'a Plan)],
    pub end: RunEnd<'f>,
    pub first_day: NaiveDate,
    /// The anchor's key as text, once it is asked for.
    pub key: OnceCell<String>,
}

impl<'a, 'f> Course<'a, '_, 'f> {
    /// The steps that came to be; `absent` hears of each of the others. Branches lead forward, so one pass over the
    /// steps finds them.
    pub fn steps(&self, mut absent: impl FnMut(&'a Step, Absence)) -> Vec<StepRun<'a>> {
        let mut steps: Vec<StepRun<'a>> = Vec::new();
        let mut taken: Vec<(&'a StepId, Taken<'f>)> = Vec::new();
        let mut branches: Vec<&'a StepId> = Vec::new();
        for step in &self.plan.steps {
            let branch = taken.iter().find(|(id, _)| **id == step.id).map(|(_, branch)| *branch);
            let is_wanted = branch.is_some() || !branches.contains(&&step.id);
            branches.extend(step.branches().map(|(_, target)| target));
            let found = if is_wanted { self.step_run(step, branch) } else { Err(Absence::BranchNotTaken) };
            let step_run = match found {
                Ok(step_run) => step_run,
                Err(absence) => {
                    absent(step, absence);
                    continue;
                }
            };
            if let Some((ended, branch)) = self.ending(&step_run) {
                let targets = step.branches().filter(|(of, _)| *of == ended);
                taken.extend(targets.map(|(_, target)| (target, branch)));
            }
            steps.push(step_run);
        }
        steps.retain(|step_run| {
            let is_asked = self.can_be_asked_about(step_run.until_on);
            if !is_asked {
                absent(step_run.step, Absence::Past);
            }
            is_asked
        });
        steps
    }

    /// Whether a step that closed by its last day can matter to the days asked about.
    fn can_be_asked_about(&self, until_on: NaiveDate) -> bool {
        self.first_day <= until_on || self.history.contacts.iter().any(|contact| contact.outcome.next_on.is_some())
    }

    fn step_run(&self, step: &'a Step, branch: Option<Taken<'f>>) -> Result<StepRun<'a>, Absence> {
        let base = match step.from {
            None => Some(self.anchor.on),
            Some(from) => self.date_of(from, branch),
        };
        let window = base.and_then(|base| Some((step.offset.from(base)?, step.until.from(base)?)));
        let (first, last) = window.ok_or(Absence::DateUnknown)?;
        let leads_on = !step.positive.is_empty() || !step.negative.is_empty() || !step.no_reply.is_empty();
        if !leads_on && !self.can_be_asked_about(last) {
            return Err(Absence::Past);
        }
        let born_on = branch.map_or(self.anchor.born_on, |branch| branch.on.max(self.anchor.born_on));
        let deadline_at = step.within_hours.and_then(|hours| self.deadline(hours));
        let until_on = deadline_at.map_or(last, |at| last.min(at.date()));
        let earliest = first.max(born_on);
        let opens_on = self.rules.calendar.next_shift(earliest, until_on).unwrap_or(earliest);
        if opens_on > until_on {
            return Err(Absence::WindowPassed { until_on });
        }
        let as_of = opens_on.min(self.history.today);
        let fields = self.fields(as_of);
        let is_met = step.when.as_ref().is_none_or(|condition| condition.is_met(&fields));
        if !is_met && !self.was_named(step) {
            return Err(Absence::ConditionNotMet { as_of, opens_on });
        }
        let variant = step.variants.iter().find(|variant| variant.when.is_met(&fields));
        let template = variant.and_then(|variant| variant.template.as_ref()).or(step.template.as_ref());
        let channels = variant.map(|variant| variant.channels.as_slice()).filter(|channels| !channels.is_empty());
        let channels = self.channels(channels.unwrap_or(&step.channels));
        let attempts = self.attempts(step, &channels, opens_on, until_on);
        Ok(StepRun { step, opens_on, until_on, template, deadline_at, attempts })
    }

    /// Whether a contact named the step's first attempt: then it had come to be, whatever was recorded later that day.
    fn was_named(&self, step: &Step) -> bool {
        // most customers have no contact that names a due
        if self.history.contacts.iter().all(|contact| contact.outcome.due_ids.is_empty()) {
            return false;
        }
        let due_id = self.due_id(step, 0);
        self.history.contacts.iter().any(|contact| contact.names(due_id))
    }

    fn due_id(&self, step: &Step, number: u32) -> DueId {
        let key = self.key.get_or_init(|| self.anchor.key.to_string());
        DueId::of(&self.plan.id, &step.id, &self.history.customer.id, key, number)
    }

    /// Headquarters' channel for this customer goes first.
    fn channels(&self, channels: &[Channel]) -> Vec<Channel> {
        let chosen = self.anchor.channel;
        let others = channels.iter().copied().filter(|channel| Some(*channel) != chosen);
        chosen.into_iter().chain(others).collect()
    }

    fn fields(&self, day: NaiveDate) -> StepFields<'_, 'f> {
        let customer = CustomerFields { history: self.history, rules: self.rules, day };
        StepFields { customer, anchor: self.anchor, channel: self.anchor.channel }
    }

    /// So many hours after the outcome that started the run.
    fn deadline(&self, hours: u32) -> Option<NaiveDateTime> {
        let About::Fact(id) = self.anchor.about else { return None };
        let contact = self.history.contacts.iter().find(|contact| contact.id == id)?;
        let end_of_day = contact.on().and_time(NaiveTime::MIN) + TimeDelta::days(1) - TimeDelta::minutes(1);
        // the clock of a terminal can be wrong; the day of the contact cannot
        let said = contact.at().min(self.rules.zone.instant(end_of_day));
        let at = self.rules.zone.shop_time(said.checked_add_signed(TimeDelta::hours(i64::from(hours)))?);
        Some(if at.date() < contact.on() { end_of_day } else { at })
    }

    /// A date beside the anchor, where it is known.
    fn date_of(&self, from: FromDate, branch: Option<Taken<'f>>) -> Option<NaiveDate> {
        let contact = branch.and_then(|branch| branch.contact);
        match from {
            FromDate::Outcome => branch.map(|branch| branch.on),
            FromDate::NextOn if contact.is_some_and(|c| c.outcome.next_on.is_some()) => {
                contact.and_then(|contact| contact.outcome.next_on)
            }
            FromDate::VisitOn => {
                let is_own = |visit: &&Visit| contact.is_some_and(|contact| contact.id == visit.id);
                let own = self.history.visits.iter().filter(|visit| !visit.is_called_off()).find(is_own);
                own.map(|visit| visit.visit_on).or_else(|| anchor_date(self.history, self.anchor, from))
            }
            _ => anchor_date(self.history, self.anchor, from),
        }
    }

    fn attempts(&self, step: &'a Step, channels: &[Channel], opens_on: NaiveDate, until_on: NaiveDate) -> Vec<Attempt> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut next = Some(Next { opens_on, until_on, n_no_replies: 0, is_chosen: false });
        while let Some(window) = next {
            let number = attempts.len() as u32;
            let (attempt, contact) = self.attempt(step, number, window, nth_channel(channels, window.n_no_replies));
            next = contact.and_then(|contact| self.next_window(&contact, (opens_on, until_on), window.n_no_replies));
            attempts.push(attempt);
        }
        attempts
    }

    /// One attempt, and the contact that closed it, where one did.
    fn attempt(&self, step: &Step, number: u32, next: Next, channel: Channel) -> (Attempt, Option<Contact<'f>>) {
        let Next { opens_on, until_on, is_chosen, .. } = next;
        let due_id = self.due_id(step, number);
        let known_on = self.anchor.known_on.min(opens_on);
        let window = Window { known_on, opens_on, until_on, spans: self.superseded_spans(step) };
        let end = if step.from == Some(FromDate::NoShowOn) { self.end.after_missed() } else { self.end };
        let waived = self.history.waived(due_id).filter(|(on, _)| known_on <= *on && *on <= until_on);
        let waived_on = waived.map(|(on, _)| on);
        let contact = named_by(&self.history.contacts, due_id)
            .filter(|contact| contact.outcome.code != OutcomeCode::Unknown)
            .find(|contact| accepts(&window, &end, waived_on, contact.on(), Some(contact.order())))
            .copied();
        let is_kept = |on: &NaiveDate| opens_on <= *on && accepts(&window, &end, waived_on, *on, None);
        let state = match (contact, end.kept_on.filter(is_kept)) {
            (Some(contact), _) => closed_state(&contact),
            (None, Some(kept_on)) => State::Done { on: kept_on },
            (None, None) => self.unclosed_state(&window, &end, waived),
        };
        let closed_by = contact.map(|contact| contact.id);
        let open_days = self.open_days(&window, &end, state, contact.map(|contact| contact.on()));
        let contact = contact.filter(|_| matches!(state, State::NotReached { .. } | State::Postponed { .. }));
        let attempt =
            Attempt { due_id, number, known_on, opens_on, until_on, channel, is_chosen, closed_by, state, open_days };
        (attempt, contact)
    }

    /// The window of the attempt that follows a contact.
    fn next_window(
        &self,
        contact: &Contact<'_>,
        (step_opens, step_until): (NaiveDate, NaiveDate),
        n_no_replies: usize,
    ) -> Option<Next> {
        let shift = |from: NaiveDate, until: NaiveDate| self.rules.calendar.next_shift(from, until).unwrap_or(from);
        match contact.outcome.code {
            OutcomeCode::NoReply if n_no_replies < MAX_RETRIES => {
                let opens_on = contact.on().checked_add_days(Days::new(RETRY_DAYS))?.max(step_opens);
                let opens_on = shift(opens_on, step_until);
                let n_no_replies = n_no_replies + 1;
                (opens_on <= step_until).then_some(Next {
                    opens_on,
                    until_on: step_until,
                    n_no_replies,
                    is_chosen: false,
                })
            }
            OutcomeCode::CallLater => {
                let chosen_on = contact.outcome.next_on?;
                let until_on = chosen_on.checked_add_days(Days::new(POSTPONED_DAYS))?;
                Some(Next { opens_on: shift(chosen_on, until_on), until_on, n_no_replies, is_chosen: true })
            }
            _ => None,
        }
    }

    /// Spans in which later anchors stand in place of this run: from the anchor's day, or the later one on which it came
    /// to be, to before its return.
    fn superseded_spans(&self, step: &Step) -> Vec<Span> {
        if step.keep {
            return Vec::new();
        }
        let span = |anchor: &Anchor| Span { from: anchor.on.max(anchor.born_on), to: anchor.returned_on };
        Span::that_count(self.later.iter().map(|(anchor, _)| span(anchor)))
    }

    fn unclosed_state(&self, window: &Window, end: &RunEnd<'_>, waived: Option<(NaiveDate, WaiveReason)>) -> State {
        let today = self.history.today;
        let last_day = window.until_on;
        let ends = [
            end.gone(),
            end.contact.map(|contact| (contact.on(), EndCause::Outcome)),
            end.kept_on.filter(|on| *on < window.opens_on).map(|on| (on, EndCause::Kept)),
        ];
        let ended = ends.into_iter().flatten().min().filter(|(on, _)| *on <= last_day);
        if let Some((on, reason)) = waived.filter(|(on, _)| ended.is_none_or(|(ended_on, _)| on < &ended_on)) {
            return match window.superseded_since(on) {
                Some(since) if since < on => State::Superseded { on: since },
                _ => State::Waived { on, reason },
            };
        }
        if let Some((on, cause)) = ended {
            // a contact ends what the morning left: what an anchor of that day had superseded was not open any more
            let is_over = |since: NaiveDate| since < on || (since == on && cause == EndCause::Outcome);
            return match window.superseded_since(on) {
                Some(since) if is_over(since) => State::Superseded { on: since },
                _ => State::Ended { on, cause },
            };
        }
        if let Some(since) = window.superseded_since(today.min(last_day)) {
            return State::Superseded { on: since };
        }
        match today {
            _ if today < window.opens_on => State::Upcoming,
            _ if today > last_day => State::Expired,
            _ => State::Open,
        }
    }

    /// The days of a window on which it was open or held: until it was closed, or else until its end, the run's end or
    /// today, whichever came first; less the days on which a later anchor stood in its place.
    fn open_days(&self, window: &Window, end: &RunEnd<'_>, state: State, closed_on: Option<NaiveDate>) -> Vec<Period> {
        let today = self.history.today;
        match state {
            State::Upcoming => Vec::new(),
            State::Done { on }
            | State::Skipped { on, .. }
            | State::NotReached { on }
            | State::Postponed { on }
            | State::Waived { on, .. } => window.spans_open_until(on, Some(on)),
            State::Open | State::Expired | State::Superseded { .. } | State::Ended { .. } => {
                let last = end.last_day().map_or(window.until_on, |last| last.min(window.until_on));
                window.spans_open_until(last.min(today), closed_on)
            }
        }
    }

    /// How a step ended, as far as its branches distinguish it, and from when on they count.
    fn ending(&self, step_run: &StepRun<'_>) -> Option<(Branch, Taken<'f>)> {
        let last = step_run.attempts.last()?;
        let contact = last.closed_by.and_then(|id| self.history.contacts.iter().find(|contact| contact.id == id));
        // who asked for another day has replied
        let was_silent = || step_run.attempts.iter().all(|attempt| !matches!(attempt.state, State::Postponed { .. }));
        match last.state {
            State::Done { on } => Some((result(step_run.step, contact?)?, Taken { on, contact: contact.copied() })),
            State::NotReached { on } if was_silent() => {
                Some((Branch::NoReply, Taken { on, contact: contact.copied() }))
            }
            State::Expired if step_run.attempts.len() > 1 && was_silent() => {
                let on = last.until_on.succ_opt()?;
                (on <= self.history.today).then_some((Branch::NoReply, Taken { on, contact: None }))
            }
            _ => None,
        }
    }
}

/// The window of an attempt to come, and how many attempts went without a reply by then.
#[derive(Clone, Copy)]
struct Next {
    opens_on: NaiveDate,
    until_on: NaiveDate,
    n_no_replies: usize,
    is_chosen: bool,
}
