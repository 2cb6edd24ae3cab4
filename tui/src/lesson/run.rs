//! A lesson that runs: which step is next, what was a mistake, what it is worth.

use std::sync::Arc;

use chrono::NaiveDateTime;
use guide_common::demo::answer::{Happening, Means, What};
use guide_common::id::CustomerId;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::{Lang, Text};

use super::want::{Kind, Seen, Want};
use super::{Lesson, Step};
use crate::interface::app::App;
use crate::lang::name::outcome_name;
use crate::text;

/// After so many seconds without getting on, a step offers its hint by itself.
pub const HINT_AFTER_S: u64 = 20;
/// What a mistake costs, and what a hint does that was asked for, of a hundred.
const COST: (usize, usize) = (10, 5);

/// A lesson that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// The place of the step that is next; as many as there are steps where all is done.
    pub step: usize,
    /// How often that step's wish was met: for each customer once.
    pub n_met: usize,
    /// For whom.
    met: Vec<CustomerId>,
    /// The shop's time when it began.
    pub began_at: NaiveDateTime,
    /// How many things customers had done when it began.
    pub n_happened: usize,
    /// How many seconds it took so far.
    pub seconds: u64,
    /// How many seconds the step that is next has been open.
    pub step_seconds: u64,
    /// What was a mistake, with its step.
    pub mistakes: Vec<(usize, String)>,
    /// In how many steps the hint was asked for.
    pub n_hints: usize,
    /// Whether the hint of the step that is next is shown.
    pub is_hinted: bool,
    /// How many keys were pressed.
    pub n_keys: usize,
    /// The answers of customers that were logged already.
    logged: Vec<CustomerId>,
}

impl Running {
    /// A lesson on its first step.
    pub fn new(lesson: Arc<Lesson>, began_at: NaiveDateTime, n_happened: usize) -> Self {
        Self {
            lesson,
            step: 0,
            n_met: 0,
            met: Vec::new(),
            began_at,
            n_happened,
            seconds: 0,
            step_seconds: 0,
            mistakes: Vec::new(),
            n_hints: 0,
            is_hinted: false,
            n_keys: 0,
            logged: Vec::new(),
        }
    }

    /// The step that is next.
    pub fn next(&self) -> Option<&Step> {
        self.lesson.steps.get(self.step)
    }

    /// Whether all is done.
    pub fn is_over(&self) -> bool {
        self.step >= self.lesson.steps.len()
    }

    /// What it is worth, of a hundred.
    pub fn score(&self) -> usize {
        100_usize.saturating_sub(COST.0 * self.mistakes.len() + COST.1 * self.n_hints)
    }

    /// A second has passed.
    pub fn tick(&mut self) {
        if self.is_over() {
            return;
        }
        self.seconds += 1;
        self.step_seconds += 1;
    }

    /// Whether the hint is to be seen: it was asked for, or nothing has happened for long.
    pub fn shows_hint(&self) -> bool {
        self.is_hinted || self.step_seconds >= HINT_AFTER_S
    }

    /// Asks for the hint.
    pub fn ask_hint(&mut self) {
        if !self.is_hinted && !self.is_over() {
            self.is_hinted = true;
            self.n_hints += 1;
        }
    }

    /// Takes what was done, and how everything stands; returns whether a step was done with it.
    pub fn follow(&mut self, seen: &[Seen], app: &App) -> bool {
        let before = self.step;
        for one in seen {
            self.judge(one, app);
            self.take_back(one);
            if self.is_wanted(one) {
                self.meet(one.customer());
            }
        }
        // what stands so already is done as soon as it is asked for
        while self.next().is_some_and(|step| step.wants.is_so(app, self)) {
            self.step_on();
        }
        self.step != before
    }

    fn is_wanted(&self, seen: &Seen) -> bool {
        self.next().is_some_and(|step| step.wants.is_done_by(seen))
    }

    /// What is asked for several times is asked for of as many customers.
    fn meet(&mut self, customer: Option<&CustomerId>) {
        if let Some(customer) = customer {
            if self.met.contains(customer) {
                return;
            }
            self.met.push(customer.clone());
        }
        self.n_met += 1;
        if self.next().is_some_and(|step| self.n_met >= step.wants.times) {
            self.step_on();
        }
    }

    fn step_on(&mut self) {
        self.step += 1;
        self.met.clear();
        (self.n_met, self.step_seconds, self.is_hinted) = (0, 0, false);
    }

    /// What was taken back is asked for again.
    fn take_back(&mut self, seen: &Seen) {
        let Seen::Saved { kind: Kind::Undo, customer, .. } = seen else { return };
        let counts = self.next().is_some_and(|step| matches!(step.wants.want, Want::Saved { .. }));
        if let Some(idx) = self.met.iter().position(|met| met == customer).filter(|_| counts) {
            self.met.remove(idx);
            self.n_met -= 1;
        }
    }

    /// The clock has gone back to where the lesson stood so: what was a mistake stays one, and so does the time.
    pub fn back_to(&mut self, then: &Self) {
        let before = std::mem::replace(self, then.clone());
        (self.seconds, self.n_keys, self.n_hints) = (before.seconds, before.n_keys, before.n_hints);
        (self.mistakes, self.step_seconds) = (before.mistakes, 0);
    }

    /// Notes a mistake: what the step names as one and does not want, and an outcome that is not what the customer said.
    fn judge(&mut self, seen: &Seen, app: &App) {
        let named = self.next().filter(|step| !step.wants.is_done_by(seen)).and_then(|step| step.mistake(seen));
        let named = named.map(|why| why.in_lang(app.lang).to_owned());
        if let Some(why) = named.or_else(|| self.misheard(seen, app)) {
            self.mistakes.push((self.step, why));
        }
    }

    fn misheard(&mut self, seen: &Seen, app: &App) -> Option<String> {
        let Seen::Saved { kind: Kind::Outcome, code, score, customer } = seen else { return None };
        let (one, words, means) = self.last_said(app, customer)?;
        if self.logged.contains(customer) {
            return None;
        }
        let is_right = *code == Some(means.code) || means.score.is_some();
        let is_right = is_right && (means.score.is_none() || *score == means.score);
        let why = (!is_right).then(|| misheard(&one.name, words, means, *code, app.lang));
        self.logged.push(customer.clone());
        why
    }

    /// What a customer said last in this lesson.
    fn last_said<'a>(&self, app: &'a App, customer: &CustomerId) -> Option<(&'a Happening, &'a str, Means)> {
        let happened = &app.training.as_deref()?.happened;
        happened.iter().skip(self.n_happened).rev().find_map(|one| match &one.what {
            What::Says { words, means } if one.customer == *customer => Some((one, words.as_str(), *means)),
            _ => None,
        })
    }
}

fn misheard(name: &str, words: &str, means: Means, logged: Option<OutcomeCode>, lang: Lang) -> String {
    let (key, code) = (means.code.names().0, outcome_name(means.code, lang));
    match (means.score, logged) {
        (Some(score), _) => {
            text!(
                lang,
                "{name} 说“{words}”，应记满意度 {score} 分",
                "{name} said \"{words}\": that is a score of {score}"
            )
        }
        (None, Some(logged)) => {
            let logged = outcome_name(logged, lang);
            text!(
                lang,
                "{name} 说“{words}”，应按 {key} 记“{code}”，记成了“{logged}”",
                "{name} said \"{words}\": that is {key}, \"{code}\", not \"{logged}\""
            )
        }
        (None, None) => text!(
            lang,
            "{name} 说“{words}”，应按 {key} 记“{code}”",
            "{name} said \"{words}\": that is {key}, \"{code}\""
        ),
    }
}

/// A text of a lesson in a language.
pub fn told(text: &Text, lang: Lang) -> &str {
    text.in_lang(lang)
}
