//! `guide-hub plan diff`.

use std::fmt::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use guide_common::id::PlanId;
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_diff::{Change, Class, PlanDiff, RunningDiff, StepChange};
use guide_common::sop::plan_file;
use serde_json::Value;

use super::Output;
use super::args::plan::DiffArgs;
use super::table::Table;
use crate::clock::Moment;
use crate::db::{Conn, Db, file, publication};
use crate::error::HubError;
use crate::publish::{Source, checked_plans};
use crate::what_if::chain_diff;

/// How many customers are named for a step and a fate.
const MAX_NAMED: usize = 8;

pub(super) async fn run(db: &Db, args: DiffArgs, moment: Moment) -> Result<Output, HubError> {
    let mut conn = db.conn().await?;
    let (old, new) = match args.versions.as_slice() {
        [new] => {
            let new = version(&mut conn, new).await?;
            (published(&mut conn, &new.id).await?, new)
        }
        [old, new] => (Some(version(&mut conn, old).await?), version(&mut conn, new).await?),
        _ => return Err(HubError::refused("name one or two versions of a plan")),
    };
    drop(conn);
    if let Some(old) = old.as_ref().filter(|old| old.id != new.id) {
        return Err(HubError::refused(format!("{} and {} are two plans: compare versions of one", old.id, new.id)));
    }
    let whom = (args.guide.as_ref(), args.store.as_ref());
    let found = chain_diff(db, (old.as_ref(), Some(&new)), whom, moment).await?;
    if args.json {
        return Output::json(found);
    }
    Ok(Output::done(told(&found.total)))
}

/// A plan as it stands in a file, or was published.
async fn version(conn: &mut Conn, named: &str) -> Result<Plan, HubError> {
    let path = PathBuf::from(named);
    if path.is_file() {
        let plans = checked_plans(conn, &[Source::read(&path)?]).await?;
        return plans.into_iter().next().ok_or_else(|| HubError::corrupt("the plan that was read"));
    }
    let unknown = || HubError::refused(format!("{named} is neither a file nor a published plan, such as P03 or P03/1"));
    let (id, number) = match named.rsplit_once('/') {
        Some((id, number)) => (id, Some(number.parse::<u32>().map_err(|_| unknown())?)),
        None => (named, None),
    };
    let id = PlanId::new(id).map_err(|_| unknown())?;
    let latest = published(conn, &id).await?.ok_or_else(unknown)?;
    let Some(number) = number.filter(|number| *number != latest.version) else {
        return Ok(latest);
    };
    let text = publication::source(conn, "plan", id.as_str(), number).await?.ok_or_else(unknown)?;
    let plan = plan_file::parse(&text).map_err(|error| {
        HubError::refused(format!("version {number} of {id} cannot be read by this version of guide-hub: {error}"))
    })?;
    Ok(Plan { starts_on: plan.starts_on.or(given_start(conn, &plan, &latest).await?), ..plan })
}

/// The first day that the hub gave an earlier version at its publication: later ones keep it, unless a file names
/// another.
async fn given_start(conn: &mut Conn, plan: &Plan, latest: &Plan) -> Result<Option<NaiveDate>, HubError> {
    if !plan.starts_with_publication() {
        return Ok(None);
    }
    let later = publication::sources_after(conn, "plan", plan.id.as_str(), plan.version).await?;
    let names_one = |text: &String| plan_file::parse(text).map_or(true, |plan| plan.starts_on.is_some());
    Ok(latest.starts_on.filter(|_| !later.iter().any(names_one)))
}

async fn published(conn: &mut Conn, id: &PlanId) -> Result<Option<Plan>, HubError> {
    Ok(file::plans(conn).await?.into_iter().find(|plan| plan.id == *id))
}

fn told(diff: &PlanDiff) -> String {
    let version = |version: Option<u32>| version.map_or("none".to_owned(), |version| version.to_string());
    let id = diff.plan.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{id}, version {} to {}\n", version(diff.old_version), version(diff.new_version));
    for change in &diff.changes {
        let _ = writeln!(text, "  {}", changed(change));
    }
    for step in &diff.steps {
        let _ = match step {
            StepChange::Added { step } => writeln!(text, "  step {step} is added"),
            StepChange::Removed { step } => writeln!(text, "  step {step} is removed"),
            StepChange::Changed { step, moved, reworded } => {
                let all: Vec<String> = moved.iter().chain(reworded).map(changed).collect();
                writeln!(text, "  step {step}: {}", all.join("; "))
            }
        };
    }
    if diff.changes.is_empty() && diff.steps.is_empty() {
        text.push_str("  nothing differs\n");
    }
    for (title, running) in [
        ("Published with --running migrate (the default): runs under way move to it", &diff.migrate),
        ("Published with --running keep: runs under way go on with the version before", &diff.keep),
    ] {
        let _ = writeln!(text, "\n{title}\n{} runs of {} customers", running.n_runs, running.n_customers);
        text.push_str(&table(running));
    }
    text.push_str(&customers(&diff.migrate));
    text
}

fn changed(change: &Change) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), words);
    format!("{}: {} to {}", change.key.replace('_', " "), value(&change.old), value(&change.new))
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(" | "),
        Value::Object(names) => names.get("en").map_or_else(|| value.to_string(), words),
        other => other.to_string(),
    }
}

fn table(running: &RunningDiff) -> String {
    let mut table = Table::new(&["STEP", "KEPT", "MOVED", "DROPPED", "ADDED", "CLOSED"]);
    for step in &running.steps {
        let numbers =
            [&step.kept, &step.moved, &step.dropped, &step.added, &step.closed].map(|class| class.n.to_string());
        table.row(std::iter::once(step.step.to_string()).chain(numbers));
    }
    table.text()
}

/// Whose steps move, go and come.
fn customers(running: &RunningDiff) -> String {
    let mut text = String::new();
    for step in &running.steps {
        for (fate, class) in [("moved", &step.moved), ("dropped", &step.dropped), ("added", &step.added)] {
            if class.n > 0 {
                let _ = writeln!(text, "{} {fate}: {}", step.step, named(class));
            }
        }
    }
    for one in running.moves.iter().take(MAX_NAMED) {
        let (from, to) = (&one.from, &one.to);
        let _ = writeln!(
            text,
            "{} {}: {} to {} becomes {} to {}",
            one.customer, one.step, from.from, from.to, to.from, to.to
        );
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn named(class: &Class) -> String {
    let mut names: Vec<&str> = class.customers.iter().take(MAX_NAMED).map(|id| id.as_str()).collect();
    if class.n > names.len() as u64 {
        names.push("…");
    }
    names.join(", ")
}
