//! What every plan makes of a customer: the engine's runs, and a second look at what it left out.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::absence::gaps;
use super::missing::missing;
use super::plan::{NextRun, NotStarted, PlanExplained, RunExplained, Standing, TriggerExplained, WhyNotStarted};
use super::probe::{Triggers, anchors_with, bare, is_met, version_on, without_rest};
use super::run::{OfRun, Open};
use super::step::{AttemptState, NotDue, StepExplained};
use crate::apply::CustomerFile;
use crate::sop::anchor::{Anchor, AnchorKey, Search, anchors, candidates};
use crate::sop::history::History;
use crate::sop::plan::{Plan, Restart, Step};
use crate::sop::rules::Rules;
use crate::sop::run::{Absence, Run, follow};

/// Runs that were over before so many days are counted and not shown: the last time of what comes every year is.
const SHOWN_DAYS: i64 = 400;
/// So many days ahead the next run is looked for.
const AHEAD_DAYS: u64 = 400;
/// Facts so many years old are not asked about.
const MAX_YEARS: u32 = 20;

pub(super) fn explain(file: &CustomerFile, rules: &Rules, today: NaiveDate) -> Vec<PlanExplained> {
    let history = History::of(file, today);
    let ahead = History::of(file, today.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(today));
    let desk = Desk { history: &history, ahead: &ahead, rules, open: Open::of(&history, rules) };
    let first_day = known_since(file, today);
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut explained: Vec<(usize, PlanExplained)> = Vec::new();
    for (idx, plan, _) in rules.in_order() {
        let search = Search { history: &history, rules, plan, first_day, runs: &runs };
        let (of_plan, answer) = desk.plan(&search);
        explained.push((idx, answer));
        runs.extend(of_plan);
    }
    explained.sort_by_key(|(idx, _)| *idx);
    explained.into_iter().map(|(_, answer)| answer).collect()
}

/// The first day of which anything is known.
fn known_since(file: &CustomerFile, today: NaiveDate) -> NaiveDate {
    let customer = file.person(today);
    let of_document = [customer.since_on, customer.lead_on, customer.wecom_on].into_iter().flatten();
    let of_tags = customer.tags.iter().filter_map(|tag| tag.on);
    let of_facts = file.facts.iter().map(|fact| fact.on());
    let days = of_document.chain(of_tags).chain(of_facts).chain(file.purchases.iter().map(|sale| sale.bought_on));
    let oldest = today.checked_sub_months(chrono::Months::new(12 * MAX_YEARS)).unwrap_or(today);
    days.min().unwrap_or(today).clamp(oldest, today)
}

/// What all plans are explained from.
struct Desk<'a, 'f> {
    history: &'a History<'f>,
    /// The same facts, looked back at from a day far ahead.
    ahead: &'a History<'f>,
    rules: &'a Rules,
    open: Open,
}

impl<'a> Desk<'a, '_> {
    fn plan(&self, search: &Search<'_, '_, 'a>) -> (Vec<Run<'a>>, PlanExplained) {
        let plan = search.plan;
        let triggers = Triggers::of(search);
        let mut absences: BTreeMap<AnchorKey, Vec<(&Step, Absence)>> = BTreeMap::new();
        let found = follow(search, |(anchor, _), step, absence| match absences.get_mut(&anchor.key) {
            Some(of_run) => of_run.push((step, absence)),
            None => drop(absences.insert(anchor.key.clone(), vec![(step, absence)])),
        });
        let by_key: BTreeMap<&AnchorKey, &Run<'_>> = found.iter().map(|run| (&run.anchor.key, run)).collect();
        let mut runs: Vec<RunExplained> = Vec::new();
        for (anchor, version) in anchors(search) {
            let run = by_key.get(&anchor.key).copied();
            let absent = absences.get(&anchor.key).map(Vec::as_slice).unwrap_or_default();
            let of_run = OfRun { history: self.history, rules: self.rules, anchor: &anchor, plan: version };
            runs.push(of_run.explained(&self.open, triggers.of_anchor(&anchor.key), run, absent));
        }
        runs.retain(|run| run.steps.iter().any(|step| step.not_due != Some(NotDue::Past)));
        let n_all = runs.len();
        let newest = runs.last().map(|run| run.anchor_key.clone());
        runs.retain(|run| Some(&run.anchor_key) == newest.as_ref() || self.is_shown(run));

        let not_started = self.not_started(search, &triggers);
        let rests_until = self.rests_until(search);
        let standing = standing(&runs, &not_started, rests_until.is_some());
        let answer = PlanExplained {
            plan: plan.id.clone(),
            name: plan.name.clone(),
            version: plan.version,
            standing,
            triggers: self.triggers(search),
            not_started,
            rests_until,
            next: self.next(search),
            n_older: n_all - runs.len(),
            runs,
        };
        (found, answer)
    }

    fn triggers(&self, search: &Search<'_, '_, '_>) -> Vec<TriggerExplained> {
        let explained = search.plan.triggers.iter().map(|trigger| TriggerExplained {
            trigger: trigger.name().to_owned(),
            missing: (!is_met(search, trigger)).then(|| missing(trigger, self.history, self.rules)),
        });
        explained.collect()
    }

    fn is_shown(&self, run: &RunExplained) -> bool {
        let attempts = run.steps.iter().flat_map(|step| &step.attempts);
        let last_on = attempts.map(|attempt| attempt.until_on).max().unwrap_or(run.anchor_on);
        (self.history.today - last_on).num_days() <= SHOWN_DAYS
    }

    /// The days that meet a trigger and start no run: each was kept back by the first part of the plan without which
    /// it would have started one.
    fn not_started(&self, search: &Search<'_, '_, '_>, triggers: &Triggers) -> Vec<NotStarted> {
        let plan = search.plan;
        let met = anchors_with(search, &bare);
        let in_audience = anchors_with(search, &without_rest);
        let started: Vec<Anchor> = anchors(search).into_iter().map(|(anchor, _)| anchor).collect();
        let lacks = |anchors: &[Anchor], anchor: &Anchor| !anchors.iter().any(|of| of.key == anchor.key);
        let why = |anchor: &Anchor| {
            if lacks(&in_audience, anchor) {
                let gaps = gaps(self.history, self.rules, version_on(plan, anchor.on), anchor.born_on);
                return (!gaps.is_empty()).then_some(WhyNotStarted::NotInAudience { as_of: anchor.born_on, gaps });
            }
            match version_on(plan, self.history.today).throttle {
                Some(throttle) => Some(self.has_no_turn(plan, throttle, anchor, &started)),
                None => kept_back(plan, &started, anchor.on),
            }
        };
        let not_met = met.iter().filter(|anchor| lacks(&started, anchor));
        let mut not_started: Vec<(Anchor, WhyNotStarted)> =
            not_met.filter_map(|anchor| Some((anchor.clone(), why(anchor)?))).collect();
        if met.is_empty() {
            not_started.extend(self.before_start(search));
        }
        let answer = |(anchor, why): (Anchor, WhyNotStarted)| NotStarted {
            anchor_on: anchor.on,
            trigger: triggers.of_anchor(&anchor.key),
            anchor_key: anchor.key,
            why,
        };
        let shown = not_started.into_iter().filter(|(of, _)| (self.history.today - of.on).num_days() <= SHOWN_DAYS);
        shown.map(answer).collect()
    }

    /// Why a day that would start a run of a throttled plan has not: others go first, or another run of the customer
    /// had started when its turn came.
    fn has_no_turn(&self, plan: &Plan, throttle: u32, anchor: &Anchor, started: &[Anchor]) -> WhyNotStarted {
        let (customer, today) = (&self.history.customer.id, self.history.today);
        let place = self.rules.starts.place_of(&plan.id, customer, &anchor.key, today);
        if let Some((place, n_waiting)) = place {
            return WhyNotStarted::Waits { throttle, place: Some(place), n_waiting: Some(n_waiting) };
        }
        if let Some(on) = anchor.over_on().filter(|on| *on <= today) {
            return WhyNotStarted::Lost { on };
        }
        let unknown = WhyNotStarted::Waits { throttle, place: None, n_waiting: None };
        kept_back(plan, started, NaiveDate::MAX).unwrap_or(unknown)
    }

    /// The latest day that meets a trigger, of a plan that begins after it.
    fn before_start(&self, search: &Search<'_, '_, '_>) -> Option<(Anchor, WhyNotStarted)> {
        let starts_on = search.plan.starts_on?;
        let whenever = |plan: &mut Plan| {
            bare(plan);
            plan.starts_on = None;
        };
        let latest = anchors_with(search, &whenever).pop().filter(|anchor| anchor.on < starts_on)?;
        Some((latest, WhyNotStarted::BeforeStart { starts_on }))
    }

    fn rests_until(&self, search: &Search<'_, '_, '_>) -> Option<NaiveDate> {
        let rest = search.plan.rest?;
        let started = anchors(search);
        let (latest, _) = started.iter().rfind(|(anchor, _)| anchor.returned_on.is_none())?;
        rest.from(latest.on).filter(|until| self.history.today < *until)
    }

    /// The next run, should nothing else happen.
    fn next(&self, search: &Search<'_, '_, '_>) -> Option<NextRun> {
        let known = candidates(search);
        let Search { rules, plan, first_day, runs, .. } = *search;
        let to_come = candidates(&Search { history: self.ahead, rules, plan, first_day, runs });
        let to_come = to_come.into_iter().map(|(anchor, _)| anchor).filter(|anchor| {
            self.history.today < anchor.born_on && !known.iter().any(|(known, _)| known.key == anchor.key)
        });
        let next = to_come.min_by_key(|anchor| (anchor.born_on, anchor.on))?;
        Some(NextRun { anchor_on: next.on, starts_on: next.born_on })
    }
}

/// Why no run starts on a day where one had started before: the plan rests, or runs once.
fn kept_back(plan: &Plan, started: &[Anchor], day: NaiveDate) -> Option<WhyNotStarted> {
    let before = started.iter().rfind(|of| of.on <= day && of.returned_on.is_none())?;
    match plan.rest.and_then(|rest| rest.from(before.on)) {
        Some(until_on) => Some(WhyNotStarted::Rests { until_on }),
        None => (plan.restart == Restart::Once).then_some(WhyNotStarted::Once),
    }
}

/// The liveliest of what there is; of days that start nothing the latest counts, where no run is younger.
fn standing(runs: &[RunExplained], not_started: &[NotStarted], rests: bool) -> Standing {
    let states = runs.iter().flat_map(|run| &run.steps).filter_map(StepExplained::state);
    let of_steps = states.map(|state| match state {
        AttemptState::Open => Standing::Open,
        AttemptState::Held { .. } => Standing::Held,
        AttemptState::Upcoming | AttemptState::WithOwner => Standing::Running,
        _ => Standing::Over,
    });
    let of_runs = of_steps.min().unwrap_or(Standing::Over);
    if !runs.is_empty() && of_runs < Standing::Over {
        return of_runs;
    }
    let latest_run = runs.last().map(|run| run.anchor_on);
    let latest = not_started.iter().rfind(|of| latest_run.is_none_or(|run_on| run_on <= of.anchor_on));
    match latest.map(|of| &of.why) {
        Some(WhyNotStarted::Waits { .. }) => Standing::Waiting,
        Some(WhyNotStarted::NotInAudience { .. }) => Standing::NotInAudience,
        Some(WhyNotStarted::BeforeStart { .. }) => Standing::BeforeStart,
        _ if rests => Standing::Resting,
        _ if runs.is_empty() => Standing::NotTriggered,
        _ => Standing::Over,
    }
}
