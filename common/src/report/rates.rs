//! Shares and means of a report, worked out from its counts: none where there is nothing to divide by. They have four
//! decimals, so that two programs that counted the same say the same.

use serde::{Deserialize, Serialize};

use crate::report::{Figures, Report};

/// The shares of a whole report; all but the mean lie between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rates {
    /// Done of due.
    pub done: Option<f64>,
    /// Done by the step's own last day, of done.
    pub on_time: Option<f64>,
    /// The mean of all scores, 1 to 5.
    pub mean_score: Option<f64>,
    /// Steps that brought a score, of those that asked for one and were contacted.
    pub answered: Option<f64>,
    /// Customers who bought again, of the cohort.
    pub repeat: Option<f64>,
    /// Buyers who had bought before, of all buyers.
    pub returning: Option<f64>,
    /// Promises kept by their day, of those whose day has passed or that were kept.
    pub promises_kept: Option<f64>,
}

impl Rates {
    pub(super) fn of(report: &Report) -> Self {
        let (total, repeat, promises) = (&report.total, report.repeat, report.promises);
        Self {
            done: share(total.done, total.due),
            on_time: share(total.on_time, total.done),
            mean_score: total.mean_score(),
            answered: share(total.answered, total.asked),
            repeat: share(repeat.repeated, repeat.cohort),
            returning: share(repeat.returning, repeat.buyers),
            promises_kept: share(promises.kept, promises.sum() - promises.open),
        }
    }
}

impl Figures {
    /// The mean of all scores.
    pub fn mean_score(&self) -> Option<f64> {
        let sum = self.satisfaction.iter().zip(1..).map(|(n, score)| n * score).sum();
        share(sum, self.satisfaction.iter().sum())
    }
}

/// A part of a whole.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}
