//! `guide today`: the queue, what the gate holds, and what was logged.

use clap::Args as ClapArgs;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{DueRow, HeldRow, TaskRow, Today};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::next::rush_line;
use crate::cli::sync;
use crate::cli::table::{Side, Table};
use crate::lang::name::{channel_name, hold_name, outcome_name, term_name};
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide today`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Show at most so many tasks, and at most so many that are held
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<usize>,
    /// Show what each task's place in the queue is made of
    #[arg(long)]
    terms: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let mut today = client.today().await?;
    let count = Count { n_tasks: today.tasks.len(), n_held: today.held.len() };
    let limit = args.limit.unwrap_or(usize::MAX);
    today.tasks.truncate(limit);
    today.held.truncate(limit);
    // the queue is worth showing though the state of sync cannot be read
    if let Ok(sync) = client.sync_status().await {
        sync::tell_of_skew(&sync, context.lang);
    }
    context.show(&today, |context| page(&today, count, args.terms, context))
}

/// How many there are, shown or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// Tasks.
    pub(crate) n_tasks: usize,
    /// What the gate holds.
    pub(crate) n_held: usize,
}

pub(crate) fn page(today: &Today, count: Count, terms: bool, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let Count { n_tasks, n_held } = count;
    let (day, n_done) = (date::full(today.on, lang), today.done.len());
    let title = text!(
        lang,
        "{day} · 待办 {n_tasks} · 暂缓 {n_held} · 已记 {n_done}",
        "{day} · {n_tasks} open · {n_held} held · {n_done} logged"
    );
    let mut page = style.bold(&title) + "\n";
    if !today.checked {
        let partial = ("还没有核对完：可能不全", "not checked to the end yet: something may be missing");
        page.push_str(&style.dim(pick(lang, partial)));
        page.push('\n');
    }
    if !today.tasks.is_empty() {
        page.push('\n');
        page.push_str(&tasks(today, terms, context));
    }
    page.push_str(&unshown(n_tasks, today.tasks.len(), context));
    if !today.held.is_empty() {
        page.push_str(&format!("\n{}\n{}", pick(lang, ("暂缓", "Held")), held(&today.held, today, context)));
        page.push_str(&unshown(n_held, today.held.len(), context));
    }
    if !today.done.is_empty() {
        page.push_str(&format!("\n{}\n{}", pick(lang, ("今天已记", "Logged today")), done(today, context)));
    }
    page
}

/// How many more there are than are shown.
fn unshown(n_all: usize, n_shown: usize, context: &Context) -> String {
    match n_all.saturating_sub(n_shown) {
        0 => String::new(),
        n_more => context.style.dim(&text!(context.lang, "… 还有 {n_more} 条", "… {n_more} more")) + "\n",
    }
}

fn tasks(today: &Today, terms: bool, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        ("#", Side::Right),
        (pick(lang, ("编号", "Task")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("分层", "Tier")), Side::Left),
        (pick(lang, ("做什么", "What")), Side::Left),
        (pick(lang, ("渠道", "Over")), Side::Left),
        (pick(lang, ("截止", "Until")), Side::Left),
        (pick(lang, ("分", "Score")), Side::Right),
        (if terms { pick(lang, ("排序依据", "Because")) } else { "" }, Side::Left),
    ])
    .uncut();
    for (idx, task) in today.tasks.iter().enumerate() {
        table.row([
            (idx + 1).to_string(),
            task.id.to_string(),
            task.name.clone(),
            task.tier.letter().to_owned(),
            task_what(task, context),
            channel_name(task.channel, lang).to_owned(),
            closes(task, today.on, lang),
            task.score.to_string(),
            if terms { because(task, context) } else { String::new() },
        ]);
    }
    table.render(context.style)
}

fn held(rows: &[HeldRow], today: &Today, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("分层", "Tier")), Side::Left),
        (pick(lang, ("做什么", "What")), Side::Left),
        (pick(lang, ("原因", "Because")), Side::Left),
        (pick(lang, ("到", "Until")), Side::Left),
    ]);
    for row in rows {
        let until = row.hold.until_on.map(|day| {
            let time = row.hold.until_time.map(|time| format!(" {}", date::time(time))).unwrap_or_default();
            date::short(day, today.on, lang) + &time
        });
        table.row([
            row.name.clone(),
            row.tier.letter().to_owned(),
            steps(&row.dues, context),
            held_because(row, lang),
            until.unwrap_or_default(),
        ]);
    }
    table.render(context.style)
}

fn held_because(row: &HeldRow, lang: Lang) -> String {
    let reason = hold_name(row.hold.reason, lang);
    match &row.rush {
        Some(rush) => format!("{reason}  {}", rush_line(rush, lang)),
        None => reason.to_owned(),
    }
}

fn done(today: &Today, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("时间", "Time")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("结果", "Outcome")), Side::Left),
        (pick(lang, ("做了什么", "What")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for row in &today.done {
        let steps: Vec<&str> = row.steps.iter().map(|step| step.in_lang(lang)).collect();
        table.row([
            date::time(row.at.time()),
            row.name.clone(),
            outcome_name(row.outcome.code, lang).to_owned(),
            steps.join(" + "),
            row.op_id.to_string(),
        ]);
    }
    table.render(context.style)
}

/// The names of what is due together.
pub(crate) fn steps(dues: &[DueRow], context: &Context) -> String {
    let names: Vec<&str> = dues.iter().map(|due| due.step_name.in_lang(context.lang)).collect();
    names.join(" + ")
}

/// The names of what is due together, and who asks for haste.
fn task_what(task: &TaskRow, context: &Context) -> String {
    let steps = steps(&task.dues, context);
    match &task.rush {
        Some(rush) => format!("{steps}  {}", rush_line(rush, context.lang)),
        None => steps,
    }
}

/// The first day on which something of a task closes; the hour, where one counts.
fn closes(task: &TaskRow, today: chrono::NaiveDate, lang: Lang) -> String {
    if let Some(at) = task.dues.iter().filter_map(|due| due.deadline_at).min() {
        return format!("{} {}", date::short(at.date(), today, lang), date::time(at.time()));
    }
    let until_on = task.dues.iter().map(|due| due.until_on).min();
    until_on.map(|day| date::short(day, today, lang)).unwrap_or_default()
}

/// The terms of a task's place.
pub(crate) fn because(task: &TaskRow, context: &Context) -> String {
    let terms = task.terms.iter().map(|term| format!("{} {:+}", term_name(term.name, context.lang), term.points));
    terms.collect::<Vec<_>>().join(pick(context.lang, ("，", ", ")))
}
