//! Runs: one plan for one customer from one anchor, and what became of each step by a day.

use chrono::{Days, NaiveDate};

use crate::id::DueId;
use crate::outcome::{Channel, OutcomeCode, SkipReason};
use crate::sop::anchor::{Anchor, anchors};
use crate::sop::history::{Contact, History};
use crate::sop::plan::{EndsOn, Plan, Restart, Step};
use crate::time::Period;

/// After no reply, the next attempt opens this many days later.
const RETRY_DAYS: u64 = 2;
/// So many further attempts follow a first one without a reply.
const MAX_RETRIES: usize = 2;
/// A postponed attempt stays open this many days after the chosen date.
const POSTPONED_DAYS: u64 = 3;

/// One run.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Of which plan.
    pub plan: &'a Plan,
    /// From which anchor.
    pub anchor: Anchor,
    /// Its steps that came to be, in the plan's order.
    pub steps: Vec<StepRun<'a>>,
}

/// One step of a run: its attempts, of which the last says what became of it.
#[derive(Clone, Debug)]
pub struct StepRun<'a> {
    /// Which step.
    pub step: &'a Step,
    /// The step's own last day, before any postponement.
    pub until_on: NaiveDate,
    /// One or more.
    pub attempts: Vec<Attempt>,
}

/// One attempt of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its due.
    pub due_id: DueId,
    /// From 0.
    pub number: u32,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day.
    pub until_on: NaiveDate,
    /// Over what.
    pub channel: Channel,
    /// What became of it by the day asked about.
    pub state: State,
    /// The days on which it was open or held, up to the day asked about: spans, in order.
    pub open_days: Vec<Period>,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its window has not begun.
    Upcoming,
    /// It is open; whether the gate holds it is another question.
    Open,
    /// A contact completed it on that day.
    Done {
        /// The day.
        on: NaiveDate,
    },
    /// The guide skipped it.
    Skipped {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: SkipReason,
    },
    /// Nobody answered; with a further attempt this is not the last state of the step.
    NotReached {
        /// The day.
        on: NaiveDate,
    },
    /// It was put off to another day: there is a further attempt.
    Postponed {
        /// The day on which it was put off.
        on: NaiveDate,
    },
    /// Its window passed.
    Expired,
    /// A later anchor took its place from that day on.
    Superseded {
        /// The later anchor's day.
        on: NaiveDate,
    },
    /// The run ended early.
    Ended {
        /// The day.
        on: NaiveDate,
        /// What ended it.
        cause: EndCause,
    },
}

/// What ends a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndCause {
    /// The purchase was returned: nothing of the run is open on that day.
    Returned,
    /// An outcome: the run was open until that contact.
    Outcome,
    /// The promise was kept before the step opened.
    Kept,
}

/// All runs of a plan for a customer, oldest anchor first, as of the end of `history.today`. Steps that closed before
/// `first_day` may be missing.
pub fn runs<'a>(history: &History<'_>, plan: &'a Plan, first_day: NaiveDate) -> Vec<Run<'a>> {
    let anchors = anchors(history, plan, first_day);
    let n_anchors = anchors.len();
    let mut runs = Vec::with_capacity(n_anchors);
    for (idx, anchor) in anchors.iter().enumerate() {
        let course = Course {
            history,
            plan,
            anchor,
            later: if plan.restart == Restart::Supersede { &anchors[idx + 1..] } else { &[] },
            end: RunEnd::of(history, plan, anchor),
            first_day,
        };
        let steps: Vec<_> = plan.steps.iter().filter_map(|step| course.step_run(step)).collect();
        if !steps.is_empty() {
            runs.push(Run { plan, anchor: anchor.clone(), steps });
        }
    }
    runs
}

/// The early end of a run.
#[derive(Clone, Copy, Debug, Default)]
struct RunEnd<'f> {
    /// From the start of this day on: the purchase was returned.
    returned_on: Option<NaiveDate>,
    /// After this contact.
    contact: Option<Contact<'f>>,
    /// After this day: the promise was kept, whatever was open is done.
    kept_on: Option<NaiveDate>,
}

impl<'f> RunEnd<'f> {
    fn of(history: &History<'f>, plan: &Plan, anchor: &Anchor) -> Self {
        let ends = |contact: &&Contact<'f>| {
            let code = contact.outcome.code;
            // do_not_contact ends every run, those of the same day too; other codes end what began before
            (code == OutcomeCode::DoNotContact && contact.on() >= anchor.born_on)
                || (plan.ends_on.contains(&EndsOn::Code(code)) && contact.on() > anchor.born_on)
        };
        Self {
            returned_on: anchor.returned_on,
            contact: history.contacts.iter().find(ends).copied(),
            kept_on: anchor.kept_on,
        }
    }

    /// The last day on which anything of the run could be open.
    fn last_day(&self) -> Option<NaiveDate> {
        let before_return = self.returned_on.map(|on| on.pred_opt().unwrap_or(on));
        let contact = self.contact.map(|contact| contact.on());
        [before_return, contact, self.kept_on].into_iter().flatten().min()
    }
}

/// What the steps of one run share.
struct Course<'a, 'h, 'f> {
    history: &'h History<'f>,
    plan: &'a Plan,
    anchor: &'h Anchor,
    /// Later anchors, which supersede.
    later: &'h [Anchor],
    end: RunEnd<'f>,
    first_day: NaiveDate,
}

impl<'a> Course<'a, '_, '_> {
    fn step_run(&self, step: &'a Step) -> Option<StepRun<'a>> {
        let until_on = step.until.from(self.anchor.on)?;
        let opens_on = step.offset.from(self.anchor.on)?.max(self.anchor.born_on);
        let can_be_postponed = self.history.contacts.iter().any(|contact| contact.outcome.next_on.is_some());
        if opens_on > until_on || (until_on < self.first_day && !can_be_postponed) {
            return None;
        }
        let mut attempts = Vec::new();
        let mut next = Some((opens_on, until_on, 0));
        while let Some((opens_on, attempt_until, n_no_replies)) = next {
            let number = attempts.len() as u32;
            let (attempt, contact) = self.attempt(step, number, opens_on, attempt_until, n_no_replies);
            next = contact.and_then(|contact| next_window(&contact, until_on, n_no_replies));
            attempts.push(attempt);
        }
        Some(StepRun { step, until_on, attempts })
    }

    /// One attempt, and the contact that closed it, where one did.
    fn attempt(
        &self,
        step: &Step,
        number: u32,
        opens_on: NaiveDate,
        until_on: NaiveDate,
        n_no_replies: usize,
    ) -> (Attempt, Option<Contact<'_>>) {
        let key = self.anchor.key.to_string();
        let due_id = DueId::of(&self.plan.id, &step.id, &self.history.file.customer.id, &key, number);
        let window = Window { opens_on, until_on, spans: self.superseded_spans(step) };
        let contact = self
            .history
            .contacts
            .iter()
            .find(|contact| {
                contact.outcome.code != OutcomeCode::Unknown && contact.names(due_id) && self.accepts(&window, contact)
            })
            .copied();
        let kept_on = self.end.kept_on.filter(|on| *on >= opens_on && *on <= until_on);
        let state = match (contact, kept_on) {
            (Some(contact), kept_on) if kept_on.is_none_or(|kept_on| contact.on() <= kept_on) => closed_state(&contact),
            (_, Some(kept_on)) => State::Done { on: kept_on },
            _ => self.unclosed_state(&window),
        };
        let contact = contact.filter(|_| matches!(state, State::NotReached { .. } | State::Postponed { .. }));
        let open_days = self.open_days(&window, state);
        let channel = step.channel(n_no_replies);
        (Attempt { due_id, number, opens_on, until_on, channel, state, open_days }, contact)
    }

    /// Spans in which later anchors stand in place of this run: from the anchor's day, to before its return.
    fn superseded_spans(&self, step: &Step) -> Vec<Span> {
        if step.keep {
            return Vec::new();
        }
        self.later.iter().map(|anchor| Span { from: anchor.on, to: anchor.returned_on }).collect()
    }

    /// Whether a contact on a due of this window closes it: on a day of the window, before the run ended, and not
    /// after a later anchor took its place. On the day of a later anchor or a return the contact may have come first.
    fn accepts(&self, window: &Window, contact: &Contact<'_>) -> bool {
        let on = contact.on();
        let in_window = window.opens_on <= on && on <= window.until_on;
        let superseded = window.spans.iter().any(|span| span.from < on && span.covers(on));
        let returned = self.end.returned_on.is_some_and(|returned_on| returned_on < on);
        let ended = self.end.contact.is_some_and(|end| end.order() < contact.order());
        let kept = self.end.kept_on.is_some_and(|kept_on| kept_on < window.opens_on);
        in_window && !superseded && !returned && !ended && !kept
    }

    fn unclosed_state(&self, window: &Window) -> State {
        let today = self.history.today;
        let last_day = window.until_on;
        let ends = [
            self.end.returned_on.map(|on| (on, EndCause::Returned)),
            self.end.contact.map(|contact| (contact.on(), EndCause::Outcome)),
            self.end.kept_on.filter(|on| *on < window.opens_on).map(|on| (on, EndCause::Kept)),
        ];
        if let Some((on, cause)) = ends.into_iter().flatten().min().filter(|(on, _)| *on <= last_day) {
            return match window.superseded_since(on) {
                Some(since) if since < on => State::Superseded { on: since },
                _ => State::Ended { on, cause },
            };
        }
        let day = today.min(last_day);
        if let Some(since) = window.superseded_since(day) {
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
    fn open_days(&self, window: &Window, state: State) -> Vec<Period> {
        let today = self.history.today;
        match state {
            State::Upcoming => Vec::new(),
            State::Done { on } | State::Skipped { on, .. } | State::NotReached { on } | State::Postponed { on } => {
                window.spans_open_until(on, Some(on))
            }
            State::Open | State::Expired | State::Superseded { .. } | State::Ended { .. } => {
                let last = self.end.last_day().map_or(window.until_on, |last| last.min(window.until_on));
                window.spans_open_until(last.min(today), None)
            }
        }
    }
}

/// What a contact makes of the attempt that it closes.
fn closed_state(contact: &Contact<'_>) -> State {
    let on = contact.on();
    match contact.outcome.code {
        OutcomeCode::NoReply => State::NotReached { on },
        OutcomeCode::CallLater => State::Postponed { on },
        OutcomeCode::DoNotContact => State::Ended { on, cause: EndCause::Outcome },
        OutcomeCode::Skipped => State::Skipped { on, reason: contact.outcome.reason.unwrap_or(SkipReason::Unknown) },
        _ => State::Done { on },
    }
}

/// The window of the attempt that follows a contact, and how many attempts went without a reply by then.
fn next_window(
    contact: &Contact<'_>,
    step_until: NaiveDate,
    n_no_replies: usize,
) -> Option<(NaiveDate, NaiveDate, usize)> {
    match contact.outcome.code {
        OutcomeCode::NoReply if n_no_replies < MAX_RETRIES => {
            let opens_on = contact.on().checked_add_days(Days::new(RETRY_DAYS))?;
            (opens_on <= step_until).then_some((opens_on, step_until, n_no_replies + 1))
        }
        OutcomeCode::CallLater => {
            let opens_on = contact.outcome.next_on?;
            Some((opens_on, opens_on.checked_add_days(Days::new(POSTPONED_DAYS))?, n_no_replies))
        }
        _ => None,
    }
}

/// A span of days: `from` inclusive, `to` exclusive or without end.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: NaiveDate,
    to: Option<NaiveDate>,
}

impl Span {
    fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// An attempt's window, and the spans in which later anchors supersede it.
struct Window {
    opens_on: NaiveDate,
    until_on: NaiveDate,
    spans: Vec<Span>,
}

impl Window {
    /// Since when the window is superseded, on a day on which it is.
    fn superseded_since(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.spans.iter().filter(|span| span.covers(day)).map(|span| span.from).min()
    }

    /// The open days up to `last`: the window less the superseded spans. A contact can still close it on the first
    /// day of a span, so that day counts where it did.
    fn spans_open_until(&self, last: NaiveDate, closed_on: Option<NaiveDate>) -> Vec<Period> {
        let mut open: Vec<Period> = Period::new(self.opens_on, last).into_iter().collect();
        for span in &self.spans {
            open = open.into_iter().flat_map(|period| without(period, span)).collect();
        }
        if let Some(on) = closed_on
            && !open.iter().any(|period| period.contains(on))
        {
            open.push(Period { from: on, to: on });
        }
        open
    }
}

fn without(period: Period, span: &Span) -> impl Iterator<Item = Period> {
    let before = span.from.pred_opt().and_then(|day| Period::new(period.from, period.to.min(day)));
    let after = span.to.and_then(|to| Period::new(period.from.max(to), period.to));
    before.into_iter().chain(after)
}

/// Whether a due would be closed by a contact on `on`: it is open that day, or was until a later anchor or a return
/// of the same day.
pub fn accepts_on(attempt: &Attempt, on: NaiveDate) -> bool {
    let in_window = attempt.opens_on <= on && on <= attempt.until_on;
    match attempt.state {
        State::Open => in_window,
        State::Superseded { on: since } | State::Ended { on: since, cause: EndCause::Returned } => {
            in_window && since == on
        }
        _ => false,
    }
}
