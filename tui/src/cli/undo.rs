//! `guide undo` and `guide redo`: take a step back, record it again; everything stays in the log.

use clap::Args as ClapArgs;
use guide_common::id::OpId;
use guide_common::sop::plan::Lang;
use guide_common::wire::record::{SavedResponse, StepRow, Steps};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::log::saved_page;
use crate::cli::table::{Side, Table};
use crate::lang::name::{op_kind_name, outcome_name};
use crate::lang::pick;
use crate::text;

/// Arguments of `guide undo`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The record; the newest step that still stands, where it is missing
    #[arg(value_name = "RECORD")]
    op: Option<OpId>,
    /// List the steps that can be taken back and those that can be recorded again, the newest first
    #[arg(long, conflicts_with = "op")]
    list: bool,
}

/// Runs `guide undo`.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    if args.list {
        let steps = client.steps().await?;
        return context.show(&steps, |context| steps_page(&steps, context));
    }
    let saved = client.undo(args.op).await?;
    context.show(&saved, |context| stepped_page(&saved, pick(context.lang, ("已撤销", "taken back")), context))
}

/// Runs `guide redo`.
pub async fn redo(context: &Context) -> Answer<()> {
    let saved = context.client().await?.redo().await?;
    context.show(&saved, |context| stepped_page(&saved, pick(context.lang, ("已恢复", "recorded again")), context))
}

/// What was taken back or recorded again, and what is left of the day.
pub(crate) fn stepped_page(saved: &SavedResponse, did: &str, context: &Context) -> String {
    let lang = context.lang;
    let Some(step) = &saved.step else { return saved_page(saved, did, context) };
    let mut page = saved_page(saved, &format!("{did} {}", what(step, lang)), context);
    if step.received {
        page.push_str(pick(
            lang,
            ("总部收到过原来的记录，这一步也会上传。\n", "Headquarters had received it; this step is sent too.\n"),
        ));
    }
    page
}

/// The kind of a step; of an outcome what came of the contact.
fn what(step: &StepRow, lang: Lang) -> String {
    let kind = op_kind_name(&step.kind, lang);
    match step.code {
        Some(code) => format!("{kind} {}", outcome_name(code, lang)),
        None => kind.to_owned(),
    }
}

/// The steps as a table each.
pub(crate) fn steps_page(steps: &Steps, context: &Context) -> String {
    let lang = context.lang;
    let mut page = section(&steps.undo, ("可以撤销", "Can be taken back"), context);
    if page.is_empty() {
        page = text!(lang, "没有可以撤销的记录。\n", "There is nothing to take back.\n");
    }
    let redo = section(&steps.redo, ("可以恢复（guide redo）", "Can be recorded again (guide redo)"), context);
    if !redo.is_empty() {
        page.push('\n');
        page.push_str(&redo);
    }
    page
}

fn section(steps: &[StepRow], title: (&'static str, &'static str), context: &Context) -> String {
    let lang = context.lang;
    if steps.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        (pick(lang, ("时间", "Made")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("内容", "What")), Side::Left),
        (pick(lang, ("条数", "Records")), Side::Right),
        (pick(lang, ("总部", "Headquarters")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for step in steps {
        let name = match step.customer.is_guide_itself() {
            true => pick(lang, ("本人", "yourself")).to_owned(),
            false => step.name.clone(),
        };
        let received = match step.received {
            true => pick(lang, ("已收到", "received")),
            false => pick(lang, ("未收到", "not yet")),
        };
        table.row([
            step.at.format("%m-%d %H:%M").to_string(),
            name,
            what(step, lang),
            step.n_ops.to_string(),
            received.to_owned(),
            step.op_id.to_string(),
        ]);
    }
    format!("{}\n{}", context.style.bold(pick(lang, title)), table.render(context.style))
}
