//! `guide outbox`: what was recorded on this terminal and what became of it.

use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::{Outbox, OutboxRow};

use crate::cli::context::Context;
use crate::cli::failure::Answer;
use crate::cli::table::{Side, Table};
use crate::lang::name::{op_kind_name, op_state_name};
use crate::lang::{pick, rejection};
use crate::text;

/// Runs the command.
pub async fn run(context: &Context) -> Answer<()> {
    let outbox = context.client().await?.outbox().await?;
    context.show(&outbox, |context| page(&outbox, context))
}

pub(crate) fn page(outbox: &Outbox, context: &Context) -> String {
    let lang = context.lang;
    if outbox.ops.is_empty() {
        return text!(lang, "没有记录。\n", "Nothing is recorded.\n");
    }
    let mut table = Table::new([
        ("#", Side::Right),
        (pick(lang, ("记录编号", "Record")), Side::Left),
        (pick(lang, ("时间", "Made")), Side::Left),
        (pick(lang, ("种类", "Kind")), Side::Left),
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("状态", "State")), Side::Left),
        (pick(lang, ("说明", "Detail")), Side::Left),
    ]);
    for op in &outbox.ops {
        table.row([
            op.local_seq.to_string(),
            op.op_id.to_string(),
            Zone::default().shop_time(op.at).format("%Y-%m-%d %H:%M").to_string(),
            op_kind_name(&op.kind, lang).to_owned(),
            customer(op, lang),
            state(op, lang).to_owned(),
            why(op, lang),
        ]);
    }
    table.render(context.style)
}

/// What became of an op. Of a field that headquarters keeps itself no task had gone.
fn state(op: &OutboxRow, lang: Lang) -> &str {
    match (op.kind.as_str(), op.state.as_str()) {
        ("field_set", "superseded") => pick(lang, ("已收到，以总部的值为准", "received, headquarters' value stays")),
        (_, state) => op_state_name(state, lang),
    }
}

/// Of a rejected one: why. The wire's detail begins with the code.
fn why(op: &OutboxRow, lang: Lang) -> String {
    if op.state == "superseded" && op.kind == "field_set" {
        let customer = &op.customer;
        return text!(lang, "guide explain {customer} 字段 说明原因", "guide explain {customer} FIELD says why");
    }
    let prefix = op.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
    let detail = op.detail.as_deref().map(|detail| detail.strip_prefix(&prefix).unwrap_or(detail));
    rejection::sentence(op.code.as_deref(), detail, lang)
}

/// Whom an op concerns.
fn customer(op: &OutboxRow, lang: Lang) -> String {
    match op.customer.is_guide_itself() {
        true => pick(lang, ("本人", "yourself")).to_owned(),
        false => op.customer.to_string(),
    }
}
