//! `guide-hub proposals`.

use std::fmt::Write as _;

use guide_common::template::lint::{Finding, Place, lint};
use guide_common::template::{Template, file as template_file};

use super::Output;
use super::args::proposals::ProposalsCommand;
use super::table::Table;
use crate::clock::Moment;
use crate::db::Db;
use crate::error::HubError;
use crate::proposal::{self, Conflict, ProposalRow};
use crate::publish::lint_words;

pub(super) async fn run(db: &Db, command: ProposalsCommand, moment: Moment) -> Result<Output, HubError> {
    match command {
        ProposalsCommand::List { all, json } => {
            let mut rows = proposal::all(db).await?;
            rows.retain(|row| all || row.state == "open");
            if json {
                return Output::json(serde_json::json!({ "proposals": rows }));
            }
            Ok(Output::done(listed(&rows)))
        }
        ProposalsCommand::Show { id, file, json } => show(db, &id, file, json).await,
        ProposalsCommand::Accept { id, by, anyway, json } => {
            let row = proposal::find(db, &id).await?;
            let conflict = if anyway { Conflict::Overrule } else { Conflict::Refuse };
            answered(&proposal::accept(db, &row, by.as_deref(), conflict, moment).await?, json)
        }
        ProposalsCommand::Reject { id, why, by, json } => {
            let row = proposal::find(db, &id).await?;
            answered(&proposal::reject(db, &row, by.as_deref(), &why, moment).await?, json)
        }
    }
}

fn listed(rows: &[ProposalRow]) -> String {
    if rows.is_empty() {
        return "no proposal waits\n".to_owned();
    }
    let mut table = Table::new(&["ID", "DAY", "GUIDE", "TEMPLATE", "OF", "STATE", "WHY"]);
    for row in rows {
        let proposed = &row.proposed;
        table.row([
            row.id.to_string(),
            proposed.on.to_string(),
            row.guide.to_string(),
            proposed.template.to_string(),
            format!("v{}", proposed.base_version),
            row.state.to_owned(),
            proposed.why.clone().unwrap_or_default().replace('\n', " "),
        ]);
    }
    table.text()
}

async fn show(db: &Db, id: &str, file: bool, json: bool) -> Result<Output, HubError> {
    let row = proposal::find(db, id).await?;
    if file {
        return Ok(Output::done(row.proposed.text.clone() + "\n"));
    }
    let mut conn = db.conn().await?;
    let published = proposal::published(&mut conn, &row).await?;
    let words = lint_words(&mut conn).await?;
    let proposed = template_file::parse(&row.proposed.text);
    let findings = proposed.as_ref().map(|template| lint(template, &words, Place::Headquarters, &[]));
    let findings = findings.unwrap_or_default();
    if json {
        return Output::json(serde_json::json!({ "proposal": row, "published": published, "findings": findings }));
    }
    let proposed = proposed.map_err(|fault| HubError::refused(format!("the proposal is no template: {fault}")))?;
    Ok(Output::done(shown(&row, published.as_ref(), &proposed, &findings)))
}

fn shown(row: &ProposalRow, published: Option<&Template>, proposed: &Template, findings: &[Finding]) -> String {
    let mut text = listed(std::slice::from_ref(row));
    if let Some(why) = &row.proposed.why {
        let _ = writeln!(text, "\nwhy: {why}");
    }
    let is =
        published.map_or("is not published".to_owned(), |published| format!("v{} is published", published.version));
    let _ = writeln!(text, "\n{}: {is}", row.proposed.template);
    type Part = (&'static str, fn(&Template) -> String);
    let parts: [Part; 5] = [
        ("name zh", |template| template.name.zh.clone()),
        ("name en", |template| template.name.en.clone()),
        ("channel", |template| template.channel.name().to_owned()),
        ("text zh", |template| template.text.zh.clone()),
        ("text en", |template| template.text.en.clone()),
    ];
    for (name, part) in parts {
        let (before, after) = (published.map(part).unwrap_or_default(), part(proposed));
        if before != after {
            let lines =
                |sign: &str, text: &str| text.lines().map(|line| format!("  {sign} {line}\n")).collect::<String>();
            let _ = write!(text, "{name}\n{}{}", lines("-", &before), lines("+", &after));
        }
    }
    for finding in findings {
        let _ = writeln!(text, "lint: {} {:?}: {}", finding.rule.name(), finding.found, finding.fix.en);
    }
    text
}

fn answered(row: &ProposalRow, json: bool) -> Result<Output, HubError> {
    if json {
        return Output::json(serde_json::json!({ "proposal": row }));
    }
    let template = &row.proposed.template;
    let version = row.answer.as_ref().and_then(|answer| answer.version);
    Ok(Output::done(match version {
        Some(version) => format!("accepted: {template} is published as version {version}\n"),
        None => format!("{}: {template} stays as it is; {} reads why\n", row.state, row.guide),
    }))
}
