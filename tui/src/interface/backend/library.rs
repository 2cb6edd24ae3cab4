//! The requests of the screens Templates and Plans, as calls.

use std::io::Read;

use guide_common::template::lint::Finding;
use guide_common::wire::Problem;
use guide_common::wire::forecast::{DiffRequest, PlanSource};
use guide_common::wire::proposal::ProposeRequest;

use super::Backend;
use crate::client::ClientError;
use crate::interface::library::{PlanAnswer, PlanRequest, Preview, TemplateAnswer, TemplateRequest, Version};

/// The longest plan file that is read.
const MAX_FILE_BYTES: u64 = 256 << 10;

impl Backend {
    pub(super) async fn template(&self, request: TemplateRequest) -> Result<TemplateAnswer, ClientError> {
        let client = &self.client;
        Ok(match request {
            TemplateRequest::All => TemplateAnswer::All(client.templates().await?),
            TemplateRequest::Stats(period) => TemplateAnswer::Stats(client.template_stats(period).await?),
            TemplateRequest::Lint(id) => {
                let found = client.lint_template(&id).await?;
                TemplateAnswer::Lint(id, found)
            }
            TemplateRequest::LintDraft(text) => TemplateAnswer::LintDraft(self.lint_draft(text).await?),
            TemplateRequest::Script(template, customer, lang) => {
                let view = client.script(&template, &customer, lang).await?;
                TemplateAnswer::Script(Box::new(Preview { template, customer, lang, view }))
            }
            TemplateRequest::Find { q, limit } => TemplateAnswer::Found(client.customers(&q, limit).await?),
            TemplateRequest::Propose { template, text, why } => {
                let why = Some(why).filter(|why| !why.trim().is_empty());
                client.propose(&template, &ProposeRequest { text, why }).await?;
                TemplateAnswer::Proposed(template)
            }
        })
    }

    pub(super) async fn plan(&self, request: PlanRequest) -> Result<PlanAnswer, ClientError> {
        let client = &self.client;
        Ok(match request {
            PlanRequest::All => PlanAnswer::All(client.plans().await?),
            PlanRequest::Explain(customer) => {
                PlanAnswer::Explained(Box::new(client.explain_customer(&customer).await?))
            }
            PlanRequest::Simulate(request) => PlanAnswer::Simulated(Box::new(client.simulate(&request).await?)),
            PlanRequest::Diff(id, version) => {
                let published = |version| PlanSource::Published { id: id.clone(), version };
                let request = match &version {
                    Version::Earlier(earlier) => DiffRequest { old: published(Some(*earlier)), new: published(None) },
                    Version::File(path) => {
                        DiffRequest { old: published(None), new: PlanSource::Text(plan_file(path).await?) }
                    }
                };
                let found = client.plan_diff(&request).await?;
                PlanAnswer::Diff(id, version, Box::new(found))
            }
        })
    }

    /// What a draft must not say; that its file is no template is an answer too.
    async fn lint_draft(&self, text: String) -> Result<Result<Vec<Finding>, String>, ClientError> {
        match self.client.lint_file(text).await {
            Ok(found) => Ok(Ok(found.findings)),
            Err(ClientError::Problem(problem)) if problem.code == "template_fault" => Ok(Err(problem.detail)),
            Err(error) => Err(error),
        }
    }
}

/// Reads a plan file, off the screen's thread.
async fn plan_file(path: &str) -> Result<String, ClientError> {
    let shown = path.to_owned();
    let read = move || {
        let mut text = String::new();
        let file = std::fs::File::open(&shown).map_err(|error| format!("{shown}: {error}"))?;
        let is_file = file.metadata().is_ok_and(|found| found.is_file());
        if !is_file {
            return Err(format!("{shown} is no file"));
        }
        let n = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| format!("{shown}: {error}"))?;
        if n as u64 > MAX_FILE_BYTES {
            return Err(format!("{shown} has more than {MAX_FILE_BYTES} bytes"));
        }
        Ok(text)
    };
    let unreadable = |detail: String| ClientError::Problem(Problem::new(422, "unreadable_file", detail));
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|_| Err("reading the file failed unexpectedly".to_owned())).map_err(unreadable)
}
