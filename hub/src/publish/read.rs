//! Reading files that are to be published, and what each of them lacks by itself.

use guide_common::file_error::FileError;
use guide_common::sop::plan::Plan;
use guide_common::sop::{plan_file, settings_file};
use guide_common::template::file as template_file;
use guide_common::template::lint::words::LintWords;
use guide_common::template::lint::{Finding, Place, Severity, lint};

use super::line::line_of_text;
use super::{Source, What, lint_body};
use crate::db::directory::json;
use crate::db::feed::kind;

/// A file whose content is right by itself.
pub(super) struct Parsed<'s> {
    pub(super) source: &'s Source,
    pub(super) id: String,
    pub(super) version: u32,
    pub(super) content: Content,
    pub(super) warnings: Vec<String>,
}

/// What a file holds.
pub(super) enum Content {
    /// A plan, of which the hub still sets days and earlier versions.
    Plan(Box<Plan>),
    /// What goes into the feed as it is.
    Other {
        /// Its JSON.
        body: String,
    },
}

impl Parsed<'_> {
    /// The templates that a plan's steps and their variants name.
    pub(super) fn templates(&self) -> impl Iterator<Item = &str> {
        let steps = match &self.content {
            Content::Plan(plan) => plan.steps.as_slice(),
            Content::Other { .. } => &[],
        };
        let named = steps.iter().flat_map(|step| {
            step.template.iter().chain(step.variants.iter().filter_map(|variant| variant.template.as_ref()))
        });
        named.map(guide_common::id::TemplateId::as_str)
    }
}

/// Reads a file, or says everything that is wrong with it.
pub(super) fn parse<'s>(what: What, source: &'s Source, words: &LintWords) -> Result<Parsed<'s>, Vec<String>> {
    let text = &source.text;
    let in_file = |error: FileError| vec![source.fault(error.line, error.message)];
    let encoded = |result: Result<String, crate::error::HubError>| {
        result.map(|body| Content::Other { body }).map_err(|error| vec![source.fault(1, error)])
    };
    let parsed =
        |id: &str, version, content| Parsed { source, id: id.to_owned(), version, content, warnings: Vec::new() };
    match what {
        What::Plans => {
            let plan = plan_file::parse(text).map_err(in_file)?;
            Ok(parsed(plan.id.clone().as_str(), plan.version, Content::Plan(Box::new(plan))))
        }
        What::Templates => {
            let template = template_file::parse(text).map_err(in_file)?;
            let findings = lint(&template, words, Place::Headquarters, &[]);
            let (block, warn): (Vec<Finding>, Vec<Finding>) =
                findings.into_iter().partition(|finding| finding.severity == Severity::Block);
            if !block.is_empty() {
                return Err(block.iter().map(|finding| told(source, finding)).collect());
            }
            let warnings = warn.iter().map(|finding| told(source, finding)).collect();
            Ok(Parsed { warnings, ..parsed(template.id.as_str(), template.version, encoded(json(&template))?) })
        }
        What::Settings => {
            let settings = settings_file::parse(text).map_err(in_file)?;
            Ok(parsed(kind::SETTINGS, settings.version, encoded(json(&settings))?))
        }
        What::Lint => {
            let words = LintWords::parse(text).map_err(in_file)?;
            Ok(parsed(kind::LINT, words.version, encoded(lint_body(words.version, text))?))
        }
    }
}

/// A finding with its rule and what to write instead.
fn told(source: &Source, finding: &Finding) -> String {
    let line = line_of_text(&source.text, finding.lang, &finding.found);
    let found = if finding.found.is_empty() { String::new() } else { format!(" {:?}", finding.found) };
    source.fault(line, format!("{}{found}: {}", finding.rule.name(), finding.fix.en))
}
