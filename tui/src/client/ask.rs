//! The calls that ask why things are so, and what should become of them.

use std::time::Duration;

use guide_common::id::{CustomerId, GuideId, TemplateId};
use guide_common::sop::explain::task::TaskExplained;
use guide_common::time::Period;
use guide_common::wire::ask::{
    AmnestyPreview, AmnestyRequest, AmnestyResponse, CustomerExplained, LintRequest, LintResponse, TemplateStats,
};
use guide_common::wire::history::FieldHistory;
use guide_common::wire::proposal::{Proposals, ProposeRequest};
use guide_common::wire::record::SavedResponse;
use hyper::Method;

use crate::client::{Client, Result, encoded, to_json};

/// How long what looks at every customer may take.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

impl Client {
    /// Why a task stands where it does.
    pub async fn explain_task(&self, task: &str) -> Result<TaskExplained> {
        self.read(&format!("/v1/tasks/{}/explain", encoded(task))).await
    }

    /// What every plan makes of a customer.
    pub async fn explain_customer(&self, customer: &CustomerId) -> Result<CustomerExplained> {
        self.read(&format!("/v1/customers/{}/explain", encoded(customer.as_str()))).await
    }

    /// Who wrote a customer's field, and whose word counts; of every field that was written where none is named.
    pub async fn field_history(
        &self,
        customer: &CustomerId,
        field: Option<&str>,
        reveal: bool,
    ) -> Result<FieldHistory> {
        let field = field.map(|field| format!("&field={}", encoded(field))).unwrap_or_default();
        self.read(&format!("/v1/customers/{}/history?reveal={reveal}{field}", encoded(customer.as_str()))).await
    }

    /// What an amnesty would do today, with this deputy or with the leave's own.
    pub async fn amnesty(&self, deputy: Option<&GuideId>) -> Result<AmnestyPreview> {
        let query = deputy.map(|deputy| format!("?deputy={}", encoded(deputy.as_str()))).unwrap_or_default();
        self.call(Method::GET, &format!("/v1/amnesty{query}"), Vec::new(), LONG_PATIENCE).await
    }

    /// Does what a preview of this moment would show.
    pub async fn apply_amnesty(&self, request: &AmnestyRequest) -> Result<AmnestyResponse> {
        let path = "/v1/amnesty";
        self.call(Method::POST, path, to_json(path, request)?, LONG_PATIENCE).await
    }

    /// What lint says of a template file.
    pub async fn lint_file(&self, text: String) -> Result<LintResponse> {
        let path = "/v1/templates/lint";
        self.call(Method::POST, path, to_json(path, &LintRequest { text })?, LONG_PATIENCE).await
    }

    /// What lint says of a published template.
    pub async fn lint_template(&self, template: &TemplateId) -> Result<LintResponse> {
        self.read(&format!("/v1/templates/{}/lint", encoded(template.as_str()))).await
    }

    /// Proposes another text of a template to headquarters.
    pub async fn propose(&self, template: &TemplateId, request: &ProposeRequest) -> Result<SavedResponse> {
        let path = format!("/v1/templates/{}/propose", encoded(template.as_str()));
        self.write(Method::POST, &path, request).await
    }

    /// What was proposed from here, and what headquarters said.
    pub async fn proposals(&self) -> Result<Proposals> {
        self.read("/v1/proposals").await
    }

    /// How often templates were said in a period, and how often the customer replied.
    pub async fn template_stats(&self, period: Period) -> Result<TemplateStats> {
        let path = format!("/v1/templates/stats?from={}&to={}", period.from, period.to);
        self.call(Method::GET, &path, Vec::new(), LONG_PATIENCE).await
    }
}
