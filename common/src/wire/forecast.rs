//! Forecasts over the local API: what a plan would mean for this terminal's customers, and what an edited one would
//! change, before it is published.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, PlanId, StepId};
use crate::sop::plan::Text;
use crate::sop::plan_diff::PlanDiff;
use crate::sop::simulate::{Assumption, Simulation, Total};

/// The longest period that is simulated, in days.
pub const MAX_SIMULATED_DAYS: u32 = 366;

/// A plan to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanSource {
    /// The text of a plan file.
    Text(String),
    /// One that was published.
    Published {
        /// Which.
        id: PlanId,
        /// Its version, or one before it that earlier runs still follow; the newest where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u32>,
    },
}

/// `POST /v1/plans/simulate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimulateRequest {
    /// The plan, which takes the place of the published one with its id, or stands beside the published ones.
    pub plan: PlanSource,
    /// So many days, of which today is the last.
    #[serde(default = "ninety")]
    pub days: u32,
    /// Another throttle than the plan's own; 0 takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<u32>,
    /// Of a plan that purchases start: another least amount of a day in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_amount_fen: Option<i64>,
    /// What is assumed to come of contacts.
    #[serde(default)]
    pub assume: Assumption,
}

fn ninety() -> u32 {
    90
}

impl SimulateRequest {
    /// A plan as it is, over the last ninety days.
    pub fn new(plan: PlanSource) -> Self {
        Self { plan, days: ninety(), throttle: None, min_amount_fen: None, assume: Assumption::default() }
    }
}

/// What a plan would mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimulateResponse {
    /// The plan.
    pub plan: PlanId,
    /// Its name.
    pub name: Text,
    /// Its version.
    pub version: u32,
    /// Its throttle, as it was simulated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<u32>,
    /// What was assumed.
    pub assume: Assumption,
    /// All plans together, this one among them.
    pub simulation: Simulation,
    /// The same days with the plans as they are published.
    pub published: Total,
}

/// `POST /v1/plans/diff`: two versions of one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffRequest {
    /// The version before.
    pub old: PlanSource,
    /// The edited version.
    pub new: PlanSource,
}

/// What would change if the edited version were published today in place of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffResponse {
    /// What differs, and what becomes of runs under way.
    pub diff: PlanDiff,
    /// The plan's name in the edited version.
    pub name: Text,
    /// The names of its steps, those of both versions.
    pub steps: BTreeMap<StepId, Text>,
    /// The names of the customers whose steps move.
    pub customers: BTreeMap<CustomerId, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_a_text_or_a_published_plan_and_has_defaults_for_the_rest() {
        let of_text: SimulateRequest = serde_json::from_str(r#"{"plan":{"text":"id = \"P03\""}}"#).unwrap();
        assert_eq!(of_text, SimulateRequest::new(PlanSource::Text("id = \"P03\"".to_owned())));
        let published: SimulateRequest =
            serde_json::from_str(r#"{"plan":{"published":{"id":"P03","version":2}},"days":30,"throttle":0}"#).unwrap();
        let plan = PlanSource::Published { id: "P03".parse().unwrap(), version: Some(2) };
        assert_eq!(published, SimulateRequest { days: 30, throttle: Some(0), ..SimulateRequest::new(plan) });
    }
}
