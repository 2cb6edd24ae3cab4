//! Why things are so and what should become of them: explanations, amnesties, lint, the use of templates; a part of the
//! local API.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, GuideId};
use crate::sop::backlog::Amnesty;
use crate::sop::explain::plan::PlanExplained;
use crate::sop::explain::task::TaskExplained;
use crate::template::lint::Finding;
use crate::template::usage::{Rate, UsageRow};
use crate::time::Period;
use crate::wire::history::FieldRow;
use crate::wire::record::SavedResponse;

/// `GET /v1/customers/{id}/explain`: what every plan makes of a customer, and why today's task stands where it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerExplained {
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// As of this day.
    pub on: NaiveDate,
    /// The fields of which more is known than headquarters' document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRow>,
    /// Today's task, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskExplained>,
    /// Every plan, the liveliest first.
    pub plans: Vec<PlanExplained>,
}

/// What an amnesty would do today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmnestyPreview {
    /// The preview; none where no leave has just ended.
    pub amnesty: Option<Amnesty>,
}

/// `GET /v1/amnesty?deputy=`, and the body of `POST /v1/amnesty`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AmnestyRequest {
    /// Who takes over what would come too late; the leave's own deputy where nobody is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deputy: Option<GuideId>,
}

/// `POST /v1/amnesty`: what an amnesty did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmnestyResponse {
    /// What was saved; an undo of it takes everything back.
    pub saved: SavedResponse,
    /// What was done.
    pub amnesty: Amnesty,
}

/// `POST /v1/templates/lint`: a template file as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintRequest {
    /// The file.
    pub text: String,
}

/// What lint found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintResponse {
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

/// `GET /v1/templates/stats?from=&to=`: how often templates were said, and how often the customer replied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateStats {
    /// The days.
    pub period: Period,
    /// By template and step.
    pub rows: Vec<StatsRow>,
}

/// The use of a template at a step, and the share of replies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatsRow {
    /// The counts.
    #[serde(flatten)]
    pub used: UsageRow,
    /// The share of replies with its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}
