//! `guide explain`: why a task stands where it does and what would move it up; what every plan makes of a customer; who
//! wrote a field of a customer, and whose word counts.

use chrono::NaiveDate;
use clap::Args as ClapArgs;
use guide_common::id::StepId;
use guide_common::sop::explain::plan::{PlanExplained, RunExplained};
use guide_common::sop::explain::step::StepExplained;
use guide_common::sop::explain::task::{DueExplained, TaskExplained};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::ask::CustomerExplained;
use guide_common::wire::local::DueRow;

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::field;
use crate::cli::log::resolve;
use crate::cli::next::rush_line;
use crate::cli::today::steps;
use crate::cli::who;
use crate::lang::course::{not_due_text, prospect_text, state_text};
use crate::lang::explain::{missing_text, not_started_text, standing_name, trigger_word};
use crate::lang::hold::{passed_text, task_text};
use crate::lang::name::term_name;
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide explain`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// A customer's id or name; or a task's id, the beginning of it, or `next`
    #[arg(value_name = "TASK|CUSTOMER")]
    what: String,
    /// A field of the customer, such as salutation, tags or consent: who wrote it, and whose word counts
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    /// Show the whole phone number: only where nobody else sees the screen
    #[arg(long, requires = "field")]
    reveal: bool,
    /// Show every run and step of every plan
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let what = resolve(&args.what, &client).await?;
    if let Some(name) = &args.field {
        let customer = who::customer(&what, &client, context).await?;
        let history = client.field_history(&customer, Some(name), args.reveal).await?;
        return context.show(&history, |context| field::page(&history, context));
    }
    if let Ok(customer) = what.parse() {
        match client.explain_customer(&customer).await {
            Ok(explained) => {
                return context.show(&explained, |context| customer_page(&explained, args.all, context));
            }
            Err(error) if error.code() != "unknown_customer" => return Err(error.into()),
            Err(_) => {}
        }
    }
    match client.explain_task(&what).await {
        Ok(explained) => return context.show(&explained, |context| task_page(&explained, context)),
        Err(error) if error.code() != "unknown_task" => return Err(error.into()),
        Err(_) => {}
    }
    let explained = client.explain_customer(&who::customer(&what, &client, context).await?).await?;
    context.show(&explained, |context| customer_page(&explained, args.all, context))
}

pub(crate) fn task_page(explained: &TaskExplained, context: &Context) -> String {
    let (lang, style, today) = (context.lang, context.style, explained.on);
    let task = &explained.task;
    let (name, id, score) = (sanitise(&task.name, Lines::One, 80), task.id, task.score);
    let place = explained.place.map(|place| text!(lang, " · 第 {place} 位", " · place {place}")).unwrap_or_default();
    let mut page = style.bold(&text!(
        lang,
        "{name} · {} · 任务 {id}{place} · {score} 分",
        "{name} · {} · task {id}{place} · score {score}",
        task.customer
    ));
    page.push('\n');
    if let Some(hold) = &explained.waits {
        page.push_str(&style.red(&format!("! {}\n", task_text(hold, today, lang))));
    }
    if let Some(rush) = &task.rush {
        page.push_str(&style.red(&rush_line(rush, lang)));
        page.push('\n');
    }
    for term in &task.terms {
        page.push_str(&format!("  {:>+6}  {}\n", term.points, term_name(term.name, lang)));
    }
    page.push_str(&format!("  {score:>6}  {}\n", pick(lang, ("合计", "together"))));
    let dues = task.dues.iter().map(|due| {
        let why = explained.dues.iter().find(|why| why.due_id == due.due_id);
        due_line(due, why, today, context)
    });
    page.push_str(&section(pick(lang, ("为什么有", "Why it is there")), dues));
    let held = explained
        .held
        .iter()
        .map(|row| format!("{}: {}", steps(&row.dues, context), task_text(&row.hold, today, lang)));
    page.push_str(&section(pick(lang, ("暂缓", "Held")), held));
    let prospects = explained.prospects.iter().map(|prospect| prospect_text(prospect, today, lang));
    page.push_str(&section(pick(lang, ("怎样会靠前", "What would move it up")), prospects));
    page
}

fn section(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("  {}\n", sanitise(&line, Lines::One, 400))).collect();
    if lines.is_empty() { lines } else { format!("\n{title}\n{lines}") }
}

fn due_line(due: &DueRow, why: Option<&DueExplained>, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let (step, plan) = (due.step_name.in_lang(lang), &due.plan);
    let days = days(due.opens_on, due.until_on, today, context);
    let mut line = format!("{step} ({plan}) {days}");
    let Some(why) = why else { return line };
    let (trigger, born) = (trigger_word(&why.trigger, lang), date::short(why.born_on, today, lang));
    line.push_str(&text!(lang, "：{trigger}，{born} 起", ": {trigger}, since {born}"));
    for passed in &why.passed {
        let note = passed_text(passed, today, lang);
        line.push_str(&text!(lang, "；{note}", "; {note}"));
    }
    line
}

pub(crate) fn customer_page(explained: &CustomerExplained, all: bool, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut page = String::new();
    match &explained.task {
        Some(task) => page.push_str(&task_page(task, context)),
        None => {
            let (name, id) = (sanitise(&explained.name, Lines::One, 80), &explained.customer);
            page.push_str(&style.bold(&format!("{name} · {id}")));
            page.push_str(&text!(lang, "\n今天没有任务。\n", "\nThere is no task today.\n"));
        }
    }
    page.push_str(&field::known_line(explained.customer.as_str(), &explained.fields, lang));
    for plan in &explained.plans {
        page.push_str(&plan_block(plan, explained.on, all, context));
    }
    page
}

fn plan_block(plan: &PlanExplained, today: NaiveDate, all: bool, context: &Context) -> String {
    let lang = context.lang;
    let (id, name, version) = (&plan.plan, plan.name.in_lang(lang), plan.version);
    let standing = standing_name(plan.standing, lang);
    let title = sanitise(&format!("{id} {name} · v{version} · {standing}"), Lines::One, 200);
    let mut block = format!("\n{}\n", context.style.bold(&title));
    let mut say = |line: String| block.push_str(&format!("  {}\n", sanitise(&line, Lines::One, 400)));
    for trigger in &plan.triggers {
        if let Some(missing) = &trigger.missing {
            let (trigger, missing) = (trigger_word(&trigger.trigger, lang), missing_text(missing, today, lang));
            say(text!(lang, "{trigger}：{missing}", "{trigger}: {missing}"));
        }
    }
    let n_shown = if all { usize::MAX } else { 1 };
    for not_started in plan.not_started.iter().rev().take(n_shown) {
        let (on, why) =
            (date::short(not_started.anchor_on, today, lang), not_started_text(&not_started.why, today, lang));
        say(text!(lang, "{on} 没有开始：{why}", "{on} starts nothing: {why}"));
    }
    if let Some(until) = plan.rests_until.map(|until| date::short(until, today, lang)) {
        say(text!(lang, "{until} 之前不再开始", "no further run before {until}"));
    }
    for run in plan.runs.iter().rev().take(n_shown) {
        run_lines(run, today, context).into_iter().for_each(&mut say);
    }
    let n_more = plan.n_older + plan.runs.len().saturating_sub(n_shown);
    match (n_more, all) {
        (0, _) => {}
        (1, false) => say(text!(lang, "… 还有 1 轮（--all）", "… 1 more run (--all)")),
        (_, false) => say(text!(lang, "… 还有 {n_more} 轮（--all）", "… {n_more} more runs (--all)")),
        (1, true) => say(text!(lang, "… 更早的 1 轮不再列出", "… 1 older run is not listed")),
        (_, true) => say(text!(lang, "… 更早的 {n_more} 轮不再列出", "… {n_more} older runs are not listed")),
    }
    if let Some(next) = &plan.next {
        let (on, starts) = (date::short(next.anchor_on, today, lang), date::short(next.starts_on, today, lang));
        let counted = text!(lang, "（从 {on} 计）", ", counted from {on}");
        let counted = if next.anchor_on == next.starts_on { String::new() } else { counted };
        say(text!(lang, "下一轮：{starts} 开始{counted}", "next run: from {starts}{counted}"));
    }
    block
}

fn run_lines(run: &RunExplained, today: NaiveDate, context: &Context) -> Vec<String> {
    let lang = context.lang;
    let (trigger, on) = (trigger_word(&run.trigger, lang), date::short(run.anchor_on, today, lang));
    let mut lines = vec![text!(
        lang,
        "由 {trigger} 开始，从 {on} 计（v{}）",
        "started by {trigger}, counted from {on} (v{})",
        run.version
    )];
    lines.extend(run.steps.iter().map(|step| format!("· {}", step_line(step, &run.steps, today, context))));
    lines
}

fn step_name(step: &StepExplained, lang: Lang) -> &str {
    step.name.as_ref().map_or(step.step.as_str(), |name| name.in_lang(lang))
}

/// What became of one step among all of its run.
fn step_line<'a>(step: &'a StepExplained, all: &'a [StepExplained], today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let name = step_name(step, lang);
    let named =
        |id: &'a StepId| all.iter().find(|step| step.step == *id).map_or(id.as_str(), |step| step_name(step, lang));
    let what = match (step.attempts.last(), &step.not_due) {
        (Some(attempt), _) => {
            let days = days(attempt.opens_on, attempt.until_on, today, context);
            text!(lang, "{days}，{}", "{days}, {}", state_text(attempt, today, lang))
        }
        (None, Some(not_due)) => not_due_text(not_due, named, today, lang),
        (None, None) => String::new(),
    };
    text!(lang, "{name}：{what}", "{name}: {what}")
}

/// A window's first and last day.
fn days(from: NaiveDate, until: NaiveDate, today: NaiveDate, context: &Context) -> String {
    let (first, last) = (date::short(from, today, context.lang), date::short(until, today, context.lang));
    if from == until { first } else { format!("{first}–{last}") }
}
