//! What the screens Templates and Plans ask of the daemon, and what it answers.

use guide_common::id::{CustomerId, PlanId, TemplateId};
use guide_common::sop::plan::{Lang, Plan};
use guide_common::template::Template;
use guide_common::template::lint::Finding;
use guide_common::time::Period;
use guide_common::wire::ask::{CustomerExplained, LintResponse, TemplateStats};
use guide_common::wire::forecast::{DiffResponse, SimulateRequest, SimulateResponse};
use guide_common::wire::local::{CustomerList, ScriptView};

/// A request of the screen Templates, or about whom something is shown for.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplateRequest {
    /// `GET /v1/templates`.
    All,
    /// `GET /v1/templates/stats?from=&to=`.
    Stats(Period),
    /// `GET /v1/templates/{id}/lint`.
    Lint(TemplateId),
    /// `POST /v1/templates/lint` with a template's file.
    LintDraft(String),
    /// `GET /v1/templates/{id}/script?customer=&lang=`.
    Script(TemplateId, CustomerId, Lang),
    /// `GET /v1/customers?q=`, to choose one.
    Find {
        /// What to look for.
        q: String,
        /// The most rows.
        limit: usize,
    },
    /// `POST /v1/templates/{id}/propose`.
    Propose {
        /// Which template is to be changed.
        template: TemplateId,
        /// The changed template's file.
        text: String,
        /// Why.
        why: String,
    },
}

/// An answer to it.
#[derive(Clone, Debug)]
pub enum TemplateAnswer {
    /// Every template.
    All(Vec<Template>),
    /// Their use.
    Stats(TemplateStats),
    /// What a published template must not say.
    Lint(TemplateId, LintResponse),
    /// What a draft must not say, or why its file is no template.
    LintDraft(Result<Vec<Finding>, String>),
    /// A template filled in for a customer.
    Script(Box<Preview>),
    /// Customers that match.
    Found(CustomerList),
    /// A proposal is saved on this terminal.
    Proposed(TemplateId),
}

/// A template filled in for a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Which.
    pub template: TemplateId,
    /// For whom.
    pub customer: CustomerId,
    /// In which language.
    pub lang: Lang,
    /// The script.
    pub view: ScriptView,
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateSlot {
    /// Every template.
    All,
    /// Their use.
    Stats,
    /// The selected template's lint.
    Lint,
    /// The draft's lint.
    LintDraft,
    /// The selected template's preview.
    Script,
    /// Whom to choose from.
    Find,
}

/// A request of the screen Plans.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanRequest {
    /// `GET /v1/plans`.
    All,
    /// `GET /v1/customers/{id}/explain`.
    Explain(CustomerId),
    /// `POST /v1/plans/simulate`.
    Simulate(Box<SimulateRequest>),
    /// `POST /v1/plans/diff`: the newest published version and another one.
    Diff(PlanId, Version),
}

/// With which version the newest one is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// An earlier one that runs still follow.
    Earlier(u32),
    /// The one that a plan file says.
    File(String),
}

/// An answer to it.
#[derive(Clone, Debug)]
pub enum PlanAnswer {
    /// Every plan.
    All(Vec<Plan>),
    /// What every plan makes of a customer.
    Explained(Box<CustomerExplained>),
    /// What a plan would have meant.
    Simulated(Box<SimulateResponse>),
    /// What differs.
    Diff(PlanId, Version, Box<DiffResponse>),
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanSlot {
    /// Every plan.
    All,
    /// The customer's course.
    Explain,
    /// The what-if.
    Simulate,
    /// The comparison.
    Diff,
}
