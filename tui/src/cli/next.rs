//! `guide next`: one task with its customer and what to say.

use clap::Args as ClapArgs;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Lang;
use guide_common::template::{Piece, Script};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::{HeldRow, RushRow, ScriptView, TaskDetail, Today};

use crate::cli::context::{Context, print};
use crate::cli::customer::{appointments, contacts, head, promises, purchases};
use crate::cli::failure::{Answer, Failure};
use crate::cli::today::because;
use crate::lang::hold::task_text;
use crate::lang::name::{asks_name, channel_name};
use crate::lang::{date, pick, withheld};
use crate::text;

/// Arguments of `guide next`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Another task: its id, the beginning of it, or the customer's id
    #[arg(value_name = "TASK")]
    task: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let today = client.today().await?;
    let id = match args.task {
        Some(task) => task,
        None => match today.tasks.first() {
            Some(task) => task.id.to_string(),
            None => return nothing(&today, context),
        },
    };
    let detail = client.task(&id, context.lang).await?;
    context.show(&detail, |context| page(&detail, today.on, context))
}

fn nothing(today: &Today, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let mut page = text!(lang, "今天没有待办的任务。\n", "Today's queue is empty.\n");
    let waits = |row: &&HeldRow| matches!(row.hold.reason, HoldReason::ContactHours | HoldReason::NotYet);
    let waiting: Vec<&HeldRow> = today.held.iter().filter(waits).collect();
    if let Some(first) = waiting.iter().min_by_key(|row| (row.hold.until_on, row.hold.until_time)) {
        let (n, hold) = (waiting.len(), task_text(&first.hold, today.on, lang));
        page.push_str(&text!(lang, "{n} 条在等时间：{hold}\n", "{n} wait for their time: {hold}\n"));
    }
    context.show(&serde_json::json!({ "task": null }), |_| page)
}

pub(crate) fn page(detail: &TaskDetail, today: chrono::NaiveDate, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let task = &detail.task;
    let mut page = head(&detail.customer, today, context);
    if let Some(hold) = &detail.hold {
        page.push_str(&format!("{}\n", style.red(&format!("! {}", task_text(hold, today, lang)))));
    }
    if let Some(rush) = &task.rush {
        page.push_str(&format!("{}\n", style.red(&rush_line(rush, lang))));
    }
    for section in [promises(&detail.customer, today, context), appointments(&detail.customer, today, context)] {
        page.push_str(section.trim_start());
    }
    let (id, score, because) = (task.id, task.score, because(task, context));
    page.push_str(&text!(lang, "任务 {id} · {score} 分：{because}\n", "Task {id} · score {score}: {because}\n"));
    for due in &task.dues {
        let (step, plan) = (due.step_name.in_lang(lang), due.plan_name.in_lang(lang));
        let (channel, until) = (channel_name(due.channel, lang), date::short(due.until_on, today, lang));
        let mut line =
            text!(lang, "  {step}（{plan}）· {channel} · {until}截止", "  {step} ({plan}) · {channel} · until {until}");
        if due.attempt > 0 {
            let n = due.attempt + 1;
            line.push_str(&text!(lang, " · 第 {n} 次", " · attempt {n}"));
        }
        if let Some(at) = due.deadline_at {
            let at = date::full_time(at, lang);
            line.push_str(&text!(lang, " · 限时 {at} 前", " · before {at}"));
        }
        if let Some(coupon) = &due.coupon {
            line.push_str(&text!(lang, " · 发券 {coupon}", " · hand out a coupon {coupon}"));
        }
        if let Some(asks) = due.asks {
            let asks = asks_name(asks, lang);
            line.push_str(&text!(lang, " · 要问：{asks}", " · ask for {asks}"));
        }
        page.push_str(&format!("  {}\n", sanitise(&line, Lines::One, 400)));
    }
    if let Some(view) = detail.scripts.first() {
        page.push('\n');
        page.push_str(&script_block(view, context));
    }
    for view in detail.scripts.iter().skip(1) {
        let (name, template, customer) = (view.name.in_lang(lang), &view.script.template, &detail.customer.id);
        let also = text!(
            lang,
            "另外：{name}（guide template render {template} --customer {customer}）",
            "also: {name} (guide template render {template} --customer {customer})"
        );
        page.push_str(&style.dim(&format!("  {}", sanitise(&also, Lines::One, 300))));
        page.push('\n');
    }
    for section in [contacts(&detail.customer, today, 3, context), purchases(&detail.customer, today, 3, context)] {
        page.push_str(&section);
    }
    page.push('\n');
    page.push_str(&style.dim(&text!(
        lang,
        "记录：guide log {id} 结果（1–9、0，如 1 有意向，6 未接未回）",
        "log it: guide log {id} CODE (1–9, 0; 1 interested, 6 no reply)"
    )));
    page.push('\n');
    page
}

/// Who asks for haste, and why.
pub(crate) fn rush_line(rush: &RushRow, lang: Lang) -> String {
    let (by, why) = (sanitise(&rush.by, Lines::One, 80), sanitise(&rush.why, Lines::One, 200));
    text!(lang, "! 催办（{by}）：{why}", "! rush by {by}: {why}")
}

/// A script under its name, as the interface shows it.
pub(crate) fn script_block(view: &ScriptView, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let title = format!("{} · {}", view.name.in_lang(lang), channel_name(view.channel, lang));
    let mut block = style.bold(&sanitise(&title, Lines::One, 200)) + "\n";
    for line in script_text(&view.script, lang).lines() {
        block.push_str(&format!("  {line}\n"));
    }
    block
}

/// A script as text; a gap is marked and names its variable.
pub(crate) fn script_text(script: &Script, lang: Lang) -> String {
    let mut text = String::new();
    for piece in &script.pieces {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Gap(name) => text.push_str(&text!(lang, "【待填：{name}】", "[fill in: {name}]")),
            Piece::Stale { name, .. } => text.push_str(&text!(lang, "【已过时：{name}】", "[too old: {name}]")),
            Piece::Blocked { name, .. } => text.push_str(&text!(lang, "【保密：{name}】", "[secret: {name}]")),
            Piece::CutOff => text.push_str(&text!(lang, "【未完】", "[cut off]")),
        }
    }
    sanitise(&text, Lines::Many, 4_000)
}

/// Prints a script alone, so that it can be piped to where it is needed. One that must not be said is not printed.
pub(crate) fn print_script(view: &ScriptView, context: &Context) -> Answer<()> {
    if let Some(withheld) = view.script.withheld() {
        return Err(Failure::Refused(withheld::sentence(&withheld, context.lang)));
    }
    let text = script_text(&view.script, context.lang);
    let gaps = view.script.gaps().join(pick(context.lang, ("、", ", ")));
    if !gaps.is_empty() {
        crate::cli::context::note(&text!(
            context.lang,
            "guide: 话术里还有待填内容：{gaps}",
            "guide: the script has gaps to fill: {gaps}"
        ));
    }
    print(&(text + "\n"))
}
