//! What would move a task up: the same terms, worked out for other days and for changed inputs.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::apply::CustomerFile;
use crate::customer::Tier;
use crate::id::PlanId;
use crate::record::{Risk, RiskRecord};
use crate::sop::engine::Due;
use crate::sop::history::{History, PurchaseDay};
use crate::sop::plan::Plan;
use crate::sop::queue::{Term, TermName, day_of, terms};
use crate::sop::rules::Rules;
use crate::wire::local::TaskRow;

/// So many days ahead are looked at.
const AHEAD_DAYS: u64 = 62;
/// So many days on which a term grows alike are told as one.
const ALIKE_DAYS: usize = 3;
/// The greatest purchase that is tried, in fen.
const MAX_FEN: i64 = 100_000_000;
/// The greatest weight that a plan can have.
const MAX_PRIORITY: u32 = 100;

/// Something that would give a task more points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prospect {
    /// What would have to happen.
    pub change: Change,
    /// Which term grows.
    pub term: TermName,
    /// By how many points over today's; of `each_day` by how many each day.
    pub points: i64,
    /// The task's score then; of `each_day` on the last of these days.
    pub score: i64,
    /// The place in today's queue with that score, from 1; none until the queue is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
}

/// What would have to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "if", rename_all = "snake_case")]
pub enum Change {
    /// Nothing but that this day comes.
    Day {
        /// The day.
        on: NaiveDate,
    },
    /// Nothing but that days pass: so much more each day.
    EachDay {
        /// The first of them.
        from_on: NaiveDate,
        /// The last of them.
        until_on: NaiveDate,
    },
    /// Headquarters asks for haste.
    Rush,
    /// Headquarters ranks the customer so.
    Tier {
        /// The tier.
        tier: Tier,
    },
    /// The customer buys for so much.
    Bought {
        /// In fen.
        fen: i64,
    },
    /// Headquarters sees this risk.
    Risk {
        /// Which.
        risk: Risk,
    },
    /// Headquarters gives the plan this weight.
    Priority {
        /// The plan.
        plan: PlanId,
        /// The weight.
        priority: u32,
    },
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What would move a task up: first what time does, by day, then what people would have to do.
pub(super) fn prospects(history: &History<'_>, rules: &Rules, task: &TaskRow, open: &[Due<'_>]) -> Vec<Prospect> {
    let today = Today { history, terms: &task.terms, open, is_rushed: task.rush.is_some() };
    let mut prospects = of_days(history, rules, task);
    prospects.extend(today.rush());
    prospects.extend(today.tiers());
    prospects.extend(today.bought());
    prospects.extend(today.risks());
    prospects.extend(today.priority());
    prospects
}

fn points(terms: &[Term], name: TermName) -> i64 {
    terms.iter().find(|term| term.name == name).map_or(0, |term| term.points)
}

fn score(terms: &[Term]) -> i64 {
    terms.iter().map(|term| term.points).sum()
}

/// A term that stands higher on a day than on all days before.
struct Rise {
    on: NaiveDate,
    term: TermName,
    points: i64,
    more_than_before: i64,
    score: i64,
}

/// What the coming days do to the task, as long as anything of it is open and nothing is recorded.
fn of_days(history: &History<'_>, rules: &Rules, task: &TaskRow) -> Vec<Prospect> {
    let mut rises: Vec<Rise> = Vec::new();
    let mut highest = task.terms.clone();
    for n in 1..=AHEAD_DAYS {
        let Some(on) = history.today.checked_add_days(Days::new(n)) else { break };
        let day = day_of(&History::of(history.file, on), rules);
        let goes_on = |of_day: &&TaskRow| {
            of_day.dues.iter().any(|due| task.dues.iter().any(|of_today| of_today.due_id == due.due_id))
        };
        let Some(of_day) = day.task.as_ref().filter(goes_on) else { break };
        if of_day.score <= task.score {
            // what is gone by then weighs more than what has grown
            continue;
        }
        for term in &of_day.terms {
            let before = points(&highest, term.name);
            if term.points <= before {
                continue;
            }
            let (points, more_than_before) = (term.points - points(&task.terms, term.name), term.points - before);
            rises.push(Rise { on, term: term.name, points, more_than_before, score: of_day.score });
            highest.retain(|of| of.name != term.name);
            highest.push(*term);
        }
    }
    let mut prospects: Vec<Prospect> = Vec::new();
    for (idx, rise) in rises.iter().enumerate() {
        let of_term = |rise: &&Rise, term: TermName| rise.term == term;
        if rises[..idx].iter().any(|of| of.term == rise.term) {
            continue;
        }
        let own: Vec<&Rise> = rises[idx..].iter().filter(|of| of_term(of, rise.term)).collect();
        prospects.extend(told(&own));
    }
    prospects.sort_by_key(|prospect| match prospect.change {
        Change::Day { on } | Change::EachDay { from_on: on, .. } => on,
        _ => NaiveDate::MAX,
    });
    prospects
}

/// The rises of one term, those that go on alike day by day told as one.
fn told(rises: &[&Rise]) -> Vec<Prospect> {
    let follows = |pair: &[&Rise]| {
        pair[0].on.succ_opt() == Some(pair[1].on) && pair[0].more_than_before == pair[1].more_than_before
    };
    let mut told = Vec::new();
    let mut rest = rises;
    while let Some(first) = rest.first() {
        let n_alike = 1 + rest.windows(2).take_while(|pair| follows(pair)).count();
        let n_told = if n_alike >= ALIKE_DAYS { n_alike } else { 1 };
        let last = rest[n_told - 1];
        let (change, points) = match n_told {
            1 => (Change::Day { on: first.on }, first.points),
            _ => (Change::EachDay { from_on: first.on, until_on: last.on }, first.more_than_before),
        };
        told.push(Prospect { change, term: first.term, points, score: last.score, place: None });
        rest = &rest[n_told..];
    }
    told
}

/// The task as it stands, for asking what other inputs would give it.
struct Today<'a, 'f, 'r> {
    history: &'a History<'f>,
    terms: &'a [Term],
    open: &'a [Due<'r>],
    is_rushed: bool,
}

impl Today<'_, '_, '_> {
    /// The terms that would grow.
    fn gains(&self, change: &Change, after: &[Term]) -> Vec<Prospect> {
        let gain = |term: &Term| {
            let points = term.points - points(self.terms, term.name);
            let prospect =
                Prospect { change: change.clone(), term: term.name, points, score: score(after), place: None };
            (points > 0).then_some(prospect)
        };
        after.iter().filter_map(gain).collect()
    }

    fn rush(&self) -> Vec<Prospect> {
        self.gains(&Change::Rush, &terms(self.history, self.open, true))
    }

    fn tiers(&self) -> Vec<Prospect> {
        let tiers = [Tier::B, Tier::A, Tier::S].into_iter();
        let gains = |tier| {
            let mut file: CustomerFile = self.history.file.clone();
            file.customer.tier = tier;
            let history = History::of(&file, self.history.today);
            self.gains(&Change::Tier { tier }, &terms(&history, self.open, self.is_rushed))
        };
        tiers.flat_map(gains).collect()
    }

    fn risks(&self) -> Vec<Prospect> {
        let gains = |risk| {
            let record = RiskRecord { on: self.history.today, risk, reason: None };
            let mut history = History::of(self.history.file, self.history.today);
            history.records.risks.push(&record);
            self.gains(&Change::Risk { risk }, &terms(&history, self.open, self.is_rushed))
        };
        [Risk::Amber, Risk::Red].into_iter().flat_map(gains).collect()
    }

    /// The least purchase that would count.
    fn bought(&self) -> Vec<Prospect> {
        let mut history = History::of(self.history.file, self.history.today);
        history.days.push(PurchaseDay { on: self.history.today, gross_fen: 0, returns: Vec::new() });
        let mut after = |fen: i64| {
            if let Some(day) = history.days.last_mut() {
                day.gross_fen = fen;
            }
            terms(&history, self.open, self.is_rushed)
        };
        let grows = |terms: &[Term]| points(terms, TermName::Value) > points(self.terms, TermName::Value);
        if !grows(&after(MAX_FEN)) {
            return Vec::new();
        }
        let (mut too_little, mut enough) = (0, MAX_FEN);
        while enough - too_little > 1 {
            let middle = too_little + (enough - too_little) / 2;
            if grows(&after(middle)) { enough = middle } else { too_little = middle }
        }
        self.gains(&Change::Bought { fen: enough }, &after(enough))
    }

    /// The weight of the plan whose script is offered.
    fn priority(&self) -> Vec<Prospect> {
        let Some(first) = self.open.first() else { return Vec::new() };
        let heaviest = Plan { priority: MAX_PRIORITY, ..first.plan.clone() };
        let mut open: Vec<Due<'_>> = self.open.to_vec();
        open[0].plan = &heaviest;
        let change = Change::Priority { plan: heaviest.id.clone(), priority: MAX_PRIORITY };
        self.gains(&change, &terms(self.history, &open, self.is_rushed))
    }
}
