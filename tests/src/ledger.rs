//! What a week of work should come to: a ledger kept beside the programs, from what each day's queue showed and what
//! was logged, with bookkeeping of its own. The hub's report is compared with it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use guide_common::outcome::OutcomeCode;
use guide_common::wire::local::DueRow;

/// One step of one run of one customer, over its attempts.
type StepKey = (String, String, String);

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Completed.
    Done,
    /// Skipped.
    Skipped,
    /// No answer, and no attempt left.
    NotReached,
    /// Its window passed.
    Expired,
    /// A newer purchase took its place.
    Superseded,
    /// The customer wants no contact.
    Ended,
    /// Still to do, held, or put off.
    Open,
}

#[derive(Clone, Debug)]
struct Entry {
    keep: bool,
    /// The step's own last day.
    step_until: NaiveDate,
    /// The last day of the attempt that runs.
    until: NaiveDate,
    n_no_replies: usize,
    column: Column,
    on_time: bool,
}

/// The ledger of a walk over some days.
#[derive(Debug, Default)]
pub struct Ledger {
    steps: BTreeMap<StepKey, Entry>,
    /// Contacts by code.
    pub outcomes: BTreeMap<OutcomeCode, u64>,
    /// Contacts by score.
    pub satisfaction: [u64; 5],
}

impl Ledger {
    /// Notes a due that a day's queue shows, open or held.
    pub fn see(&mut self, customer: &str, due: &DueRow) {
        let entry = self.steps.entry(key(customer, due)).or_insert_with(|| Entry {
            keep: due.step.as_str() == "thanks",
            step_until: due.until_on,
            until: due.until_on,
            n_no_replies: 0,
            column: Column::Open,
            on_time: false,
        });
        assert_eq!(entry.column, Column::Open, "{customer} {due:?} was closed and is back in the queue");
        entry.until = due.until_on;
    }

    /// Notes an outcome of dues that the day's queue showed.
    pub fn log(
        &mut self,
        customer: &str,
        dues: &[DueRow],
        code: OutcomeCode,
        on: NaiveDate,
        next_on: Option<NaiveDate>,
    ) {
        *self.outcomes.entry(code).or_default() += 1;
        for due in dues {
            let entry = self.steps.get_mut(&key(customer, due)).expect("a due that was seen");
            match code {
                OutcomeCode::NoReply => {
                    entry.n_no_replies += 1;
                    entry.until = entry.step_until;
                    let retry_on = on + Days::new(2);
                    if entry.n_no_replies > 2 || retry_on > entry.step_until {
                        entry.column = Column::NotReached;
                    }
                }
                OutcomeCode::CallLater => entry.until = next_on.expect("a date") + Days::new(3),
                OutcomeCode::Skipped => entry.column = Column::Skipped,
                OutcomeCode::DoNotContact => entry.column = Column::Ended,
                _ => {
                    entry.column = Column::Done;
                    entry.on_time = on <= entry.step_until;
                }
            }
        }
        if code == OutcomeCode::DoNotContact {
            self.close_all(customer, Column::Ended, |_, _| true);
        }
    }

    /// Notes that a customer's purchases of a day meet the plan: older runs give way.
    pub fn bought(&mut self, customer: &str, on: NaiveDate) {
        let today = on.to_string();
        self.close_all(customer, Column::Superseded, |key, entry| key.2 != today && !entry.keep);
    }

    /// Notes that a day is over.
    pub fn end_day(&mut self, on: NaiveDate) {
        for entry in self.steps.values_mut().filter(|entry| entry.column == Column::Open && entry.until <= on) {
            // the last day of the report is not yet past for what is due on it
            entry.column = Column::Expired;
        }
    }

    fn close_all(&mut self, customer: &str, column: Column, which: impl Fn(&StepKey, &Entry) -> bool) {
        for (key, entry) in &mut self.steps {
            if key.0 == customer && entry.column == Column::Open && which(key, entry) {
                entry.column = column;
            }
        }
    }

    /// How many steps stand in each column.
    pub fn columns(&self) -> BTreeMap<Column, u64> {
        let mut columns = BTreeMap::new();
        for entry in self.steps.values() {
            *columns.entry(entry.column).or_default() += 1;
        }
        columns
    }

    /// How many were done by their own last day.
    pub fn n_on_time(&self) -> u64 {
        self.steps.values().filter(|entry| entry.on_time).count() as u64
    }

    /// How many steps were seen.
    pub fn n_due(&self) -> u64 {
        self.steps.len() as u64
    }
}

fn key(customer: &str, due: &DueRow) -> StepKey {
    (customer.to_owned(), due.step.to_string(), due.anchor_on.to_string())
}
