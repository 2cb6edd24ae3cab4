//! `guide outbox show|resend|discard|export`: looking at one record, and dealing with a rejected one.

use std::path::Path;

use guide_common::op::Op;
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::OutboxRow;
use guide_common::wire::record::SavedResponse;
use guide_common::wire::support::{OpDetail, ResendRequest};
use serde::Serialize;
use serde_json::Value;

use crate::cli::agree::{self, Agreed};
use crate::cli::context::{Context, Form, note, print};
use crate::cli::failure::{Answer, Failure};
use crate::cli::outbox::{customer, made, next_steps, why};
use crate::cli::{private_file, who};
use crate::client::Client;
use crate::lang::name::{op_kind_name, op_state_name};
use crate::lang::pick;
use crate::text;

/// The longest body that is shown.
const MAX_BODY_CHARS: usize = 64 * 1024;

/// Shows one record.
pub(crate) async fn show(row: &OutboxRow, client: &Client, context: &Context) -> Answer<()> {
    let detail = client.outbox_op(row.op_id).await?;
    context.show(&detail, |context| {
        let next = if detail.row.state == "rejected" { next_steps(&detail.row, context) } else { String::new() };
        page(&detail, context) + &next
    })
}

/// Sends a rejected record again.
pub(crate) async fn resend(row: &OutboxRow, whom: Option<&str>, client: &Client, context: &Context) -> Answer<()> {
    must_be_rejected(row, context.lang)?;
    let customer = match whom {
        Some(word) => Some(who::customer(word, client, context).await?),
        None => None,
    };
    let saved = client.resend(row.op_id, &ResendRequest { body: None, customer }).await?;
    context.show(&saved, |context| sent_page(&saved, context))
}

/// Gives a rejected record up, after it was shown and somebody agreed.
pub(crate) async fn discard(row: &OutboxRow, yes: bool, client: &Client, context: &Context) -> Answer<()> {
    let lang = context.lang;
    must_be_rejected(row, lang)?;
    if context.form == Form::Text {
        print(&page(&client.outbox_op(row.op_id).await?, context))?;
    }
    if !yes {
        let question = ("放弃这条记录？它不会再发给总部", "Give it up? It is never sent to headquarters again");
        match agree::ask(question, context)? {
            Agreed::Yes => {}
            Agreed::No => return print(pick(lang, ("没有放弃。\n", "It was kept.\n"))),
            Agreed::NobodyAsked => {
                let message = ("没有放弃；加上 --yes 才会放弃", "it was kept; add --yes to give it up");
                return Err(Failure::Usage(pick(lang, message).to_owned()));
            }
        }
    }
    let discarded = client.discard(row.op_id).await?;
    let n = row.local_seq;
    context.show(&discarded, |context| {
        text!(
            context.lang,
            "\n第 {n} 条已放弃；内容仍留在本机，guide outbox show {n} 可看。\n",
            "\nRecord {n} is given up; what it says stays here: guide outbox show {n}.\n"
        )
    })
}

/// Writes the rejected records, whole.
pub(crate) async fn export(file: Option<&Path>, client: &Client, context: &Context) -> Answer<()> {
    #[derive(Serialize)]
    struct Rejected {
        ops: Vec<Op>,
    }
    let lang = context.lang;
    let rejected = Rejected { ops: client.rejected_ops().await? };
    let n = rejected.ops.len();
    let personal = (
        "含客户资料：只交给可以看的人，用完删除",
        "it holds customers' data: for those who may see it; delete it afterwards",
    );
    let Some(file) = file else {
        context.as_json().show(&rejected, |_| String::new())?;
        note(pick(lang, personal));
        return Ok(());
    };
    let text = serde_json::to_vec_pretty(&rejected).map_err(|error| Failure::Failed(error.to_string()))?;
    private_file::write(file, &text, context)?;
    let (shown, personal) = (file.display(), pick(lang, personal));
    print(&text!(
        lang,
        "写好 {n} 条（只有本用户可读）：{shown}\n{personal}。\n",
        "Wrote {n} records (this user's alone): {shown}\nMind that {personal}.\n"
    ))
}

/// Only what headquarters rejected can be dealt with so.
pub(crate) fn must_be_rejected(row: &OutboxRow, lang: Lang) -> Answer<()> {
    if row.state == "rejected" {
        return Ok(());
    }
    let (n, state) = (row.local_seq, op_state_name(&row.state, lang));
    Err(Failure::Refused(text!(
        lang,
        "第 {n} 条没有被退回（{state}）；guide outbox 列出所有记录",
        "record {n} was not rejected ({state}); guide outbox lists all of them"
    )))
}

/// Says that a record goes up again.
pub(crate) fn sent_page(saved: &SavedResponse, context: &Context) -> String {
    let name = match saved.customer.is_guide_itself() {
        true => pick(context.lang, ("本人", "yourself")).to_owned(),
        false => sanitise(&saved.name, Lines::One, 80),
    };
    text!(
        context.lang,
        "已保存在本机，正在重发：{name}。guide outbox 看结果。\n",
        "Saved on this terminal, and on its way again: {name}. guide outbox shows what comes of it.\n"
    )
}

pub(crate) fn page(detail: &OpDetail, context: &Context) -> String {
    let (lang, style, row) = (context.lang, context.style, &detail.row);
    let (kind, state) = (op_kind_name(&row.kind, lang), op_state_name(&row.state, lang));
    let title = format!("#{} · {kind} · {} · {}", row.local_seq, customer(row, lang), made(row.at));
    let mut page =
        format!("{}\n{}\n", style.bold(&sanitise(&title, Lines::One, 200)), style.dim(&row.op_id.to_string()));
    match why(row, lang) {
        _ if row.state != "rejected" => page.push_str(&format!("{state}\n")),
        why if why.is_empty() => page.push_str(&format!("{}\n", style.red(state))),
        why => page.push_str(&format!("{}\n", style.red(&text!(lang, "{state}：{why}", "{state}: {why}")))),
    }
    page.push_str(&format!("\n{}\n", sanitise(&readable(detail.body.get()), Lines::Many, MAX_BODY_CHARS)));
    page
}

/// A body as JSON that can be read.
pub(crate) fn readable(body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    parsed.and_then(|body| serde_json::to_string_pretty(&body).ok()).unwrap_or_else(|| body.to_owned())
}
