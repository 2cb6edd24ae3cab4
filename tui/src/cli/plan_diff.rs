//! `guide plan diff`: what an edited plan changes, and what becomes of runs under way when it is published.

use clap::Args as ClapArgs;
use guide_common::id::StepId;
use guide_common::sop::plan::Lang;
use guide_common::sop::plan_diff::{PlanDiff, RunningDiff, StepChange};
use guide_common::text::{Lines, sanitise};
use guide_common::time::Period;
use guide_common::wire::forecast::{DiffRequest, DiffResponse};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::patience::patiently;
use crate::cli::plan_forecast::plan_source;
use crate::cli::table::{Side, Table};
use crate::client::{Client, ClientError};
use crate::lang::change::change_text;
use crate::lang::{date, pick};
use crate::text;

/// So many moved steps are shown one by one.
const N_MOVES: usize = 10;

/// Arguments of `guide plan diff`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The version before: a plan file, the id of a published plan, or a version of it such as P03/1
    #[arg(value_name = "OLD")]
    old: String,
    /// The edited version: a plan file, the id of a published plan, or a version of it such as P03/2
    #[arg(value_name = "NEW")]
    new: String,
}

/// Runs the command.
pub async fn run(args: Args, client: &Client, context: &Context) -> Answer<()> {
    let old = plan_source(&args.old, None, context)?;
    let request = DiffRequest { old, new: plan_source(&args.new, None, context)? };
    let what = text!(context.lang, "正在比较…", "comparing …");
    let found = patiently(&what, client.plan_diff(&request)).await.map_err(|error| in_file(&args, error))?;
    context.show(&found, |context| page(&found, context))
}

/// Says in which of both files a fault lies.
fn in_file(args: &Args, error: ClientError) -> Failure {
    match error {
        ClientError::Problem(mut problem) if problem.code == "malformed_plan" => {
            for (side, file) in [("the old plan, ", &args.old), ("the new plan, ", &args.new)] {
                if let Some(fault) = problem.detail.strip_prefix(side) {
                    problem.detail = format!("{file}: {fault}");
                }
            }
            ClientError::Problem(problem).into()
        }
        error => error.into(),
    }
}

pub(crate) fn page(found: &DiffResponse, context: &Context) -> String {
    let (lang, style, diff) = (context.lang, context.style, &found.diff);
    let id = diff.plan.as_ref().map(ToString::to_string).unwrap_or_default();
    let version = |version: Option<u32>| version.map(|version| format!("v{version}")).unwrap_or_default();
    let (name, old, new) = (found.name.in_lang(lang), version(diff.old_version), version(diff.new_version));
    let title = sanitise(&format!("{id} · {name} · {old} → {new}"), Lines::One, 200);
    let mut page = style.bold(&title) + "\n";
    if diff.changes.is_empty() && diff.steps.is_empty() {
        page.push_str(pick(lang, ("两个版本内容相同。\n", "Both versions say the same.\n")));
        return page;
    }
    let changes: String = diff.changes.iter().map(|change| line("~", &change_text(change, lang))).collect();
    page.push_str(&titled(pick(lang, ("方案", "Plan")), changes));
    let steps: String = diff.steps.iter().map(|step| step_lines(step, found, lang)).collect();
    page.push_str(&titled(pick(lang, ("节点", "Steps")), steps));
    page.push_str(&running(found, context));
    page
}

fn line(sign: &str, text: &str) -> String {
    format!("  {sign} {}\n", sanitise(text, Lines::One, 600))
}

fn titled(title: &str, rows: String) -> String {
    if rows.is_empty() { rows } else { format!("\n{title}\n{rows}") }
}

fn step_lines(change: &StepChange, found: &DiffResponse, lang: Lang) -> String {
    let named = |step: &StepId| match found.steps.get(step).map(|name| name.in_lang(lang)) {
        Some(name) if name != step.as_str() => format!("{step} {name}"),
        _ => step.to_string(),
    };
    match change {
        StepChange::Added { step } => line("+", &named(step)),
        StepChange::Removed { step } => line("-", &named(step)),
        StepChange::Changed { step, moved, reworded } => {
            let head = line("~", &named(step));
            let changes = moved.iter().chain(reworded).map(|change| line("   ", &change_text(change, lang)));
            head + &changes.collect::<String>()
        }
    }
}

/// What becomes of runs under way, for both ways to publish.
fn running(found: &DiffResponse, context: &Context) -> String {
    let (lang, PlanDiff { keep, migrate, .. }) = (context.lang, &found.diff);
    if keep.n_runs == 0 && migrate.n_runs == 0 {
        return text!(lang, "\n没有正在进行的。\n", "\nNothing is under way.\n");
    }
    let migrating = text!(
        lang,
        "进行中的改走新版本（发布时默认，--running migrate）",
        "Runs under way move to the edited version (as a publication does, --running migrate)"
    );
    let keeping =
        text!(lang, "进行中的照旧走完（--running keep）", "Runs under way keep the version before (--running keep)");
    let mut part = titled(&migrating, figures(migrate, found, context));
    part.push_str(&moves(migrate, found, context));
    part.push_str(&titled(&keeping, figures(keep, found, context)));
    part
}

fn figures(running: &RunningDiff, found: &DiffResponse, context: &Context) -> String {
    let lang = context.lang;
    let (n_customers, n_runs) = (running.n_customers, running.n_runs);
    let head = text!(lang, "  {n_customers} 位客户，{n_runs} 轮\n", "  customers {n_customers}, runs {n_runs}\n");
    let mut table = Table::new([
        (pick(lang, ("节点", "Step")), Side::Left),
        (pick(lang, ("不变", "Kept")), Side::Right),
        (pick(lang, ("改期", "Moved")), Side::Right),
        (pick(lang, ("取消", "Dropped")), Side::Right),
        (pick(lang, ("新增", "Added")), Side::Right),
        (pick(lang, ("已了结", "Closed")), Side::Right),
    ]);
    for step in &running.steps {
        let name = found.steps.get(&step.step).map_or(step.step.as_str(), |name| name.in_lang(lang));
        let classes = [&step.kept, &step.moved, &step.dropped, &step.added, &step.closed];
        let counts = classes.map(|class| class.n.to_string());
        table.row(std::iter::once(name.to_owned()).chain(counts));
    }
    head + &table.render(context.style).lines().map(|row| format!("  {row}\n")).collect::<String>()
}

/// The first steps that move, from which days to which.
fn moves(running: &RunningDiff, found: &DiffResponse, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([("", Side::Left), ("", Side::Left), ("", Side::Left)]);
    for moved in running.moves.iter().take(N_MOVES) {
        let step = found.steps.get(&moved.step).map_or(moved.step.as_str(), |name| name.in_lang(lang));
        let customer = found.customers.get(&moved.customer).map_or(moved.customer.as_str(), String::as_str);
        let days = |period: Period| {
            let (from, to) =
                (date::short(period.from, moved.anchor_on, lang), date::short(period.to, moved.anchor_on, lang));
            if from == to { from } else { format!("{from}–{to}") }
        };
        table.row([customer.to_owned(), step.to_owned(), format!("{} → {}", days(moved.from), days(moved.to))]);
    }
    let n_all: u64 = running.steps.iter().map(|step| step.moved.n).sum();
    let n_more = n_all.saturating_sub(running.moves.len().min(N_MOVES) as u64);
    let mut rows = table.render_bare();
    if n_more > 0 {
        rows.push_str(&text!(lang, "  … 还有 {n_more} 个\n", "  … {n_more} more\n"));
    }
    if rows.is_empty() { rows } else { format!("\n{rows}") }
}
