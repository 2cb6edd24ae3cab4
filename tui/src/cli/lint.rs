//! `guide template lint`: what templates must not say, with the rule, the place and what to write instead.

use clap::Args as ClapArgs;
use guide_common::id::TemplateId;
use guide_common::template::lint::{Finding, Place, Severity};
use guide_common::text::{Lines, sanitise};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::source::Source;
use crate::cli::table::{Side, Table};
use crate::client::{Client, ClientError};
use crate::lang::lint::{rule_name, weight};
use crate::lang::pick;
use crate::text;

/// Arguments of `guide template lint`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Template files, or ids of templates such as T01
    #[arg(value_name = "FILE|ID", required = true)]
    what: Vec<String>,
    /// Refuse also what only headquarters refuses
    #[arg(long)]
    strict: bool,
}

/// One template with what was found in it.
#[derive(Debug, Serialize)]
pub(crate) struct Linted {
    /// As it was named.
    pub what: String,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why the file is no template, with its line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, client: &Client, context: &Context) -> Answer<()> {
    let sources: Answer<Vec<_>> = args.what.iter().map(|what| Source::<TemplateId>::of(what, context)).collect();
    let mut templates = Vec::with_capacity(args.what.len());
    for (what, source) in args.what.into_iter().zip(sources?) {
        templates.push(lint(what, source, client).await?);
    }
    context.show(&serde_json::json!({ "templates": templates }), |context| page(&templates, context))?;
    let place = if args.strict { Place::Headquarters } else { Place::Shop };
    if templates.iter().any(|linted| linted.is_refused_at(place)) {
        return Err(Failure::Refused(match place {
            Place::Shop => text!(context.lang, "有不能发给客户的内容", "it holds what must not be said to a customer"),
            Place::Headquarters => text!(context.lang, "有不能发布的内容", "it holds what must not be published"),
        }));
    }
    Ok(())
}

async fn lint(what: String, source: Source<TemplateId>, client: &Client) -> Answer<Linted> {
    let found = match source {
        Source::Id(id) => client.lint_template(&id).await,
        Source::File(text) => client.lint_file(text).await,
    };
    match found {
        Ok(found) => Ok(Linted { what, findings: found.findings, fault: None }),
        Err(ClientError::Problem(problem)) if problem.code == "template_fault" => {
            Ok(Linted { what, findings: Vec::new(), fault: Some(problem.detail) })
        }
        Err(error) => Err(error.into()),
    }
}

impl Linted {
    fn is_refused_at(&self, place: Place) -> bool {
        self.fault.is_some() || self.findings.iter().any(|finding| finding.rule.severity(place) == Severity::Block)
    }
}

pub(crate) fn page(templates: &[Linted], context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut page = String::new();
    for (idx, linted) in templates.iter().enumerate() {
        if idx > 0 {
            page.push('\n');
        }
        if templates.len() > 1 {
            page.push_str(&format!("{}\n", style.bold(&sanitise(&linted.what, Lines::One, 200))));
        }
        match &linted.fault {
            Some(fault) => {
                let fault = sanitise(fault, Lines::One, 400);
                let fault = text!(lang, "不是模板：{fault}", "no template: {fault}");
                page.push_str(&format!("{}\n", style.red(&fault)));
            }
            None if linted.findings.is_empty() => {
                page.push_str(pick(lang, ("没有发现问题。\n", "Nothing was found.\n")));
            }
            None => page.push_str(&table(&linted.findings, context)),
        }
    }
    page
}

fn table(findings: &[Finding], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("位置", "At")), Side::Left),
        (pick(lang, ("语言", "Text")), Side::Left),
        ("", Side::Left),
        (pick(lang, ("规则", "Rule")), Side::Left),
        (pick(lang, ("内容", "Found")), Side::Left),
        (pick(lang, ("怎么改", "Instead")), Side::Left),
    ])
    .uncut();
    for finding in findings {
        let (line, column) = (finding.line, finding.column);
        table.row([
            format!("{line}:{column}"),
            pick(finding.lang, ("zh", "en")).to_owned(),
            weight(finding, lang).to_owned(),
            rule_name(finding.rule, lang).to_owned(),
            finding.found.clone(),
            finding.fix.in_lang(lang).to_owned(),
        ]);
    }
    table.render(context.style)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linted(rule: &str) -> Linted {
        let finding = serde_json::json!({
            "rule": rule, "severity": "warn", "lang": "zh", "line": 1, "column": 1, "found": "…",
            "fix": { "zh": "…", "en": "…" }
        });
        Linted { what: "T01".to_owned(), findings: vec![serde_json::from_value(finding).unwrap()], fault: None }
    }

    #[track_caller]
    fn check(linted: &Linted, at_the_shop: bool, at_headquarters: bool) {
        let found = [Place::Shop, Place::Headquarters].map(|place| linted.is_refused_at(place));
        assert_eq!(found, [at_the_shop, at_headquarters], "{linted:?}");
    }

    #[test]
    fn a_claim_is_refused_by_headquarters_alone_privacy_and_a_fault_everywhere_and_pressure_nowhere() {
        check(&linted("absolute_claim"), false, true);
        check(&linted("privacy"), true, true);
        check(&linted("pressure"), false, false);
        check(&Linted { findings: Vec::new(), fault: Some("line 1".to_owned()), ..linted("pressure") }, true, true);
        check(&Linted { findings: Vec::new(), ..linted("pressure") }, false, false);
    }
}
