//! The line of those who wait for one throttled plan, and who of them started when.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use chrono::NaiveDate;

use super::Candidate;
use crate::calendar::Calendar;
use crate::id::CustomerId;
use crate::sop::anchor::AnchorKey;
use crate::sop::plan::{Plan, Restart};
use crate::time::Offset;

/// One plan's line. Days up to `admitted_to` are decided, but for those from `changed_on` on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    places: HashMap<CustomerId, Vec<Place>>,
    full: Vec<NaiveDate>,
    admitted_to: Option<NaiveDate>,
    changed_on: Option<NaiveDate>,
    basis: Basis,
    /// Customers whose start was forgotten since the last admission.
    forgotten: Vec<CustomerId>,
}

/// A candidate, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    candidate: Candidate,
    turn: Turn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Has not come.
    Waits,
    /// Came on that day.
    Started(NaiveDate),
    /// Came on that day, when another run of the customer had started: this one rests for good.
    Rests(NaiveDate),
}

impl Turn {
    fn came_on(self) -> Option<NaiveDate> {
        match self {
            Self::Waits => None,
            Self::Started(on) | Self::Rests(on) => Some(on),
        }
    }
}

impl Place {
    fn started_on(&self) -> Option<NaiveDate> {
        match self.turn {
            Turn::Started(on) => Some(on),
            Turn::Waits | Turn::Rests(_) => None,
        }
    }

    fn waits(&self, today: NaiveDate) -> bool {
        let has_come = match self.turn {
            Turn::Waits => false,
            Turn::Started(on) => on <= today,
            Turn::Rests(_) => true,
        };
        self.candidate.ready_on <= today && !self.candidate.is_lost(today) && !has_come
    }
}

impl Candidate {
    fn is_lost(&self, day: NaiveDate) -> bool {
        self.lost_on.is_some_and(|lost_on| lost_on <= day)
    }
}

/// What of a plan and a calendar decides starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Basis {
    /// Of each version, the newest first: until which day it was in force, and its throttle.
    throttles: Vec<(Option<NaiveDate>, Option<u32>)>,
    once: bool,
    rest: Option<Offset>,
    calendar: Calendar,
}

impl Basis {
    fn of(plan: &Plan, calendar: &Calendar) -> Self {
        let mut throttles = vec![(None, plan.throttle)];
        throttles.extend(plan.earlier_versions().map(|earlier| (Some(earlier.before_on), earlier.plan.throttle)));
        Self { throttles, once: plan.restart == Restart::Once, rest: plan.rest, calendar: calendar.clone() }
    }

    /// Whether a run that started on a day keeps one from starting that was ready on another.
    fn rests(&self, started_on: NaiveDate, ready_on: NaiveDate) -> bool {
        self.once || self.rest.is_some_and(|rest| rest.from(started_on).is_none_or(|until| ready_on < until))
    }
}

/// A candidate in the heap: the most valuable first, of equal ones the one with the first id.
type Next<'l> = (i64, Reverse<(&'l CustomerId, NaiveDate, &'l AnchorKey)>, usize);

impl Line {
    /// Puts a customer's candidates in the place of earlier ones. Returns whether they differ.
    pub fn put(&mut self, customer: &CustomerId, found: Vec<Candidate>) -> bool {
        let old = self.places.get(customer).map_or(&[][..], Vec::as_slice);
        if old.iter().map(|place| &place.candidate).eq(&found) {
            return false;
        }
        let changed_on = first_difference(old, &found);
        let is_final = |turn: &Turn| turn.came_on().is_some_and(|on| changed_on.is_none_or(|from| on < from));
        let kept = |candidate: &Candidate| {
            let old = old.iter().find(|old| old.candidate.key == candidate.key);
            old.map(|old| old.turn).filter(is_final).unwrap_or(Turn::Waits)
        };
        let places: Vec<Place> =
            found.into_iter().map(|candidate| Place { turn: kept(&candidate), candidate }).collect();
        let forgets =
            old.iter().any(|old| old.started_on().is_some() && !places.iter().any(|new| new.turn == old.turn));
        if forgets {
            self.forgotten.push(customer.clone());
        }
        if places.is_empty() {
            self.places.remove(customer);
        } else {
            self.places.insert(customer.clone(), places);
        }
        self.changed_on = self.changed_on.into_iter().chain(changed_on).min();
        true
    }

    /// Lets candidates start up to a day. Returns the customers whose starts may have become others.
    pub fn admit(&mut self, plan: &Plan, calendar: &Calendar, today: NaiveDate) -> Vec<CustomerId> {
        let basis = Basis::of(plan, calendar);
        let undecided = self.admitted_to.filter(|to| *to <= today && basis == self.basis).and_then(|to| to.succ_opt());
        let from = undecided.map_or(NaiveDate::MIN, |from| self.changed_on.map_or(from, |on| on.min(from)));
        self.basis = basis;
        (self.admitted_to, self.changed_on) = (Some(today), None);
        let mut changed = std::mem::take(&mut self.forgotten);
        if today < from {
            return changed;
        }
        let before = self.put_back(from);
        for (customer, idx, turn) in self.turns(plan, from, today) {
            if let Some(place) = self.places.get_mut(&customer).and_then(|places| places.get_mut(idx)) {
                place.turn = turn;
            }
            let was = before.get(&(customer.clone(), idx)).copied();
            if was != Some(turn) && (matches!(turn, Turn::Started(_)) || was.is_some()) {
                changed.push(customer);
            }
        }
        // who had started and now waits
        let lost = before.into_keys().filter(|(customer, idx)| self.places[customer][*idx].turn == Turn::Waits);
        changed.extend(lost.map(|(customer, _)| customer));
        changed
    }

    /// Forgets what was decided from a day on; returns it, by customer and place.
    fn put_back(&mut self, from: NaiveDate) -> HashMap<(CustomerId, usize), Turn> {
        self.full.retain(|day| *day < from);
        let mut before = HashMap::new();
        for (customer, places) in &mut self.places {
            for (idx, place) in places.iter_mut().enumerate() {
                if place.turn.came_on().is_some_and(|on| from <= on) {
                    before.insert((customer.clone(), idx), std::mem::replace(&mut place.turn, Turn::Waits));
                }
            }
        }
        before
    }

    /// Whose turn comes from a day to another, and what comes of it.
    fn turns(&mut self, plan: &Plan, from: NaiveDate, today: NaiveDate) -> Vec<(CustomerId, usize, Turn)> {
        let mut waiting: Vec<Next<'_>> = Vec::new();
        let mut later: Vec<(NaiveDate, Next<'_>)> = Vec::new();
        for (customer, places) in &self.places {
            for (idx, place) in places.iter().enumerate() {
                let Candidate { key, ready_on, value_fen, .. } = &place.candidate;
                if place.turn != Turn::Waits || today < *ready_on || place.candidate.is_lost(from) {
                    continue;
                }
                let next = (*value_fen, Reverse((customer, *ready_on, key)), idx);
                if *ready_on <= from {
                    waiting.push(next);
                } else {
                    later.push((*ready_on, next));
                }
            }
        }
        later.sort_unstable_by_key(|(ready_on, _)| Reverse(*ready_on));
        let mut waiting = BinaryHeap::from(waiting);
        let candidate = |next: &Next<'_>| &self.places[next.1.0.0][next.2].candidate;
        let mut turns: Vec<(CustomerId, usize, Turn)> = Vec::new();
        let mut started: HashMap<&CustomerId, Vec<NaiveDate>> = HashMap::new();
        let mut full = Vec::new();
        let mut day = from;
        loop {
            // with nobody waiting the next day that matters is the next candidate's
            if waiting.is_empty() {
                match later.last() {
                    Some((ready_on, _)) => day = day.max(*ready_on),
                    None => break,
                }
            }
            if today < day {
                break;
            }
            while let Some((_, next)) = later.pop_if(|(ready_on, _)| *ready_on <= day) {
                waiting.push(next);
            }
            // while a version without a throttle was in force nobody waited, days off or not
            let works = self.basis.calendar.works_on(day);
            let mut n_left = match plan.throttle_on(day) {
                Some(n_a_day) if works => n_a_day,
                Some(_) => 0,
                None => u32::MAX,
            };
            while n_left > 0
                && let Some(next) = waiting.pop()
            {
                let (customer, idx) = (next.1.0.0, next.2);
                if candidate(&next).is_lost(day) {
                    continue;
                }
                let ready_on = candidate(&next).ready_on;
                let earlier = self.places[customer].iter().filter_map(Place::started_on);
                let mut earlier = earlier.chain(started.get(customer).into_iter().flatten().copied());
                if earlier.any(|on| self.basis.rests(on, ready_on)) {
                    turns.push((customer.clone(), idx, Turn::Rests(day)));
                    continue;
                }
                started.entry(customer).or_default().push(day);
                turns.push((customer.clone(), idx, Turn::Started(day)));
                n_left -= 1;
            }
            if n_left == 0 && works && waiting.iter().any(|next| !candidate(next).is_lost(day)) {
                full.push(day);
            }
            match day.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        self.full.extend(full);
        turns
    }

    pub fn day_of(&self, customer: &CustomerId, key: &AnchorKey) -> Option<NaiveDate> {
        self.places.get(customer)?.iter().find(|place| place.candidate.key == *key)?.started_on()
    }

    pub fn is_waiting(&self, customer: &CustomerId, today: NaiveDate) -> bool {
        self.places.get(customer).is_some_and(|places| places.iter().any(|place| place.waits(today)))
    }

    pub fn place_of(&self, customer: &CustomerId, key: &AnchorKey, today: NaiveDate) -> Option<(usize, usize)> {
        let all = self.places.iter().flat_map(|(of, places)| places.iter().map(move |place| (of, place)));
        let waiting = all.filter(|(_, place)| place.waits(today)).map(|(of, place)| {
            let Candidate { key, ready_on, value_fen, .. } = &place.candidate;
            (Reverse(*value_fen), of, *ready_on, key)
        });
        let mut line: Vec<_> = waiting.collect();
        line.sort_unstable();
        let place = line.iter().position(|(_, of, _, candidate)| *of == customer && *candidate == key)?;
        Some((place + 1, line.len()))
    }

    pub fn full_days(&self) -> &[NaiveDate] {
        &self.full
    }
}

/// The first day on which other candidates can make a difference.
fn first_difference(old: &[Place], new: &[Candidate]) -> Option<NaiveDate> {
    let keys: HashSet<&AnchorKey> =
        old.iter().map(|place| &place.candidate).chain(new).map(|found| &found.key).collect();
    let of_key = |key: &AnchorKey| {
        let old = old.iter().map(|place| &place.candidate).find(|found| found.key == *key);
        let new = new.iter().find(|found| found.key == *key);
        match (old, new) {
            (Some(old), Some(new)) if old == new => None,
            (Some(old), Some(new)) if (old.ready_on, old.value_fen) == (new.ready_on, new.value_fen) => {
                old.lost_on.into_iter().chain(new.lost_on).min()
            }
            (old, new) => old.into_iter().chain(new).map(|found| found.ready_on).min(),
        }
    };
    keys.into_iter().filter_map(of_key).min()
}
