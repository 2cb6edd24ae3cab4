//! How often a template was said at a step, and how often the customer replied: counts that can be added up over
//! guides and periods, and a rate with its interval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{PlanId, StepId, TemplateId};
use crate::outcome::{Outcome, OutcomeCode};

/// The quantile of the normal distribution for an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The plan and the step at which a template was said.
pub type StepKey = (PlanId, StepId);

/// How often something was said, and answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Contacts in which it was said.
    pub n_used: u64,
    /// Those of them to which the customer replied.
    pub n_replied: u64,
}

/// A reply rate with Wilson's interval of 95 %, all between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The share that replied.
    pub share: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// The use of every template at every step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<UsageRow>", into = "Vec<UsageRow>")]
pub struct Usages(BTreeMap<(TemplateId, Option<StepKey>), Usage>);

/// The use of one template at one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRow {
    /// The template.
    pub template: TemplateId,
    /// The plan and step; none for contacts that no step asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepKey>,
    /// How often.
    #[serde(flatten)]
    pub usage: Usage,
}

/// Counts the contacts in which a template was said, each with the step that asked for it.
pub fn usages<'o>(outcomes: impl IntoIterator<Item = (Option<StepKey>, &'o Outcome)>) -> Usages {
    let mut usages = Usages::default();
    for (step, outcome) in outcomes {
        if let (Some(template), Some(replied)) = (&outcome.template, replied(outcome.code)) {
            let usage = usages.0.entry((template.clone(), step)).or_default();
            usage.n_used += 1;
            usage.n_replied += u64::from(replied);
        }
    }
    usages
}

/// Whether an outcome means that the customer replied; none where nothing was said, or where this version cannot know.
/// A customer who asks to be contacted later, or never again, has replied; a contact that was skipped was none.
pub(crate) fn replied(code: OutcomeCode) -> Option<bool> {
    match code {
        OutcomeCode::Interested
        | OutcomeCode::Appointment
        | OutcomeCode::Visited
        | OutcomeCode::Bought
        | OutcomeCode::NoNeed
        | OutcomeCode::CallLater
        | OutcomeCode::Complaint
        | OutcomeCode::DoNotContact => Some(true),
        OutcomeCode::NoReply => Some(false),
        OutcomeCode::Skipped | OutcomeCode::Unknown => None,
    }
}

impl Usage {
    /// Adds another count.
    pub fn add(&mut self, other: Self) {
        self.n_used += other.n_used;
        self.n_replied += other.n_replied;
    }

    /// The reply rate; none where nothing was said. The interval is Wilson's score interval (1927), which stays within
    /// 0 and 1 and is honest for few contacts.
    pub fn rate(self) -> Option<Rate> {
        if self.n_used == 0 {
            return None;
        }
        let n = self.n_used as f64;
        let share = self.n_replied as f64 / n;
        let spread = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / spread;
        let half = Z / spread * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(Rate { share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
    }
}

impl Usages {
    /// Adds the counts of other guides or other days.
    pub fn add(&mut self, other: &Self) {
        for (key, usage) in &other.0 {
            self.0.entry(key.clone()).or_default().add(*usage);
        }
    }

    /// The counts by template and step.
    pub fn rows(&self) -> impl Iterator<Item = UsageRow> {
        self.0.iter().map(|((template, step), usage)| UsageRow {
            template: template.clone(),
            step: step.clone(),
            usage: *usage,
        })
    }

    /// The count of a template over all its steps.
    pub fn of(&self, template: &TemplateId) -> Usage {
        let mut total = Usage::default();
        for (_, usage) in self.0.iter().filter(|((said, _), _)| said == template) {
            total.add(*usage);
        }
        total
    }
}

impl From<Vec<UsageRow>> for Usages {
    fn from(rows: Vec<UsageRow>) -> Self {
        let mut usages = Self::default();
        for row in rows {
            usages.0.entry((row.template, row.step)).or_default().add(row.usage);
        }
        usages
    }
}

impl From<Usages> for Vec<UsageRow> {
    fn from(usages: Usages) -> Self {
        usages.rows().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(code: OutcomeCode, template: Option<&str>) -> Outcome {
        let mut outcome = Outcome::new("2026-08-12".parse().unwrap(), code);
        outcome.template = template.map(|id| id.parse().unwrap());
        outcome
    }

    fn step(id: &str) -> Option<StepKey> {
        Some(("P01".parse().unwrap(), id.parse().unwrap()))
    }

    #[track_caller]
    fn check(n_used: u64, n_replied: u64, expected: [f64; 3]) {
        let rate = Usage { n_used, n_replied }.rate().unwrap();
        for (found, expected) in [rate.share, rate.low, rate.high].into_iter().zip(expected) {
            assert!((found - expected).abs() < 5e-5, "{rate:?}");
        }
    }

    #[test]
    fn every_code_counts_as_said_and_answered_as_its_table_says() {
        for code in OutcomeCode::ALL.into_iter().chain([OutcomeCode::Unknown]) {
            let outcome = outcome(code, Some("T03"));
            let usage = usages([(step("satisfaction"), &outcome)]).of(&"T03".parse().unwrap());
            let expected = match code.names().0 {
                '0' | '?' => (0, 0),
                '6' => (1, 0),
                _ => (1, 1),
            };
            assert_eq!((usage.n_used, usage.n_replied), expected, "{code:?}");
        }
    }

    #[test]
    fn contacts_are_counted_by_template_and_step_and_those_without_a_template_not_at_all() {
        let [yes, no, none] = [
            outcome(OutcomeCode::Interested, Some("T10")),
            outcome(OutcomeCode::NoReply, Some("T10")),
            outcome(OutcomeCode::Interested, None),
        ];
        let counted = usages([(step("care"), &yes), (step("care"), &no), (None, &yes), (step("care"), &none)]);
        let rows: Vec<_> = counted.rows().map(|row| (row.step, row.usage.n_used, row.usage.n_replied)).collect();
        assert_eq!(rows, [(None, 1, 1), (step("care"), 2, 1)]);
    }

    #[test]
    fn counts_added_up_are_the_counts_of_everything() {
        let outcomes = [
            outcome(OutcomeCode::Interested, Some("T10")),
            outcome(OutcomeCode::NoReply, Some("T10")),
            outcome(OutcomeCode::Bought, Some("T01")),
        ];
        let all = usages(outcomes.iter().map(|outcome| (step("care"), outcome)));
        let mut sum = usages([(step("care"), &outcomes[0])]);
        sum.add(&usages(outcomes[1..].iter().map(|outcome| (step("care"), outcome))));
        assert_eq!(sum, all);
        let wire = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Usages>(&wire).unwrap(), all, "{wire}");
    }

    #[test]
    fn nothing_said_has_no_rate() {
        assert_eq!(Usage::default().rate(), None);
    }

    #[test]
    fn the_interval_is_wilson_s() {
        // worked out apart from this code, with the formula as published
        check(10, 5, [0.5, 0.236_59, 0.763_41]);
        check(100, 46, [0.46, 0.365_61, 0.557_35]);
        check(1, 0, [0.0, 0.0, 0.793_45]);
        check(1, 1, [1.0, 0.206_55, 1.0]);
        check(40, 0, [0.0, 0.0, 0.087_62]);
    }
}
