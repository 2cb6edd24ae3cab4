//! `guide outbox`: what was recorded on this terminal and what became of it; the command by which a person deals with
//! what headquarters rejected.

use std::io::IsTerminal;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args as ClapArgs, Subcommand};
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::{Outbox, OutboxRow};

use crate::cli::bar::page_columns;
use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::cli::{outbox_edit, outbox_settle};
use crate::client::Client;
use crate::lang::name::{op_kind_name, op_state_name};
use crate::lang::{pick, rejection};
use crate::text;

/// From so many columns on, a record's whole id has its room.
const WIDE_COLUMNS: usize = 120;
/// An id's beginning has at least so many characters, so that a short word is never taken for one.
const MIN_ID_CHARS: usize = 6;

/// Arguments of `guide outbox`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all of it
    List,
    /// Show one record with what it says
    Show {
        /// Its number in the list, or the beginning of its id
        #[arg(value_name = "RECORD")]
        record: String,
    },
    /// Send a rejected record again, as it is or for another customer
    Resend {
        /// Its number in the list, or the beginning of its id
        #[arg(value_name = "RECORD")]
        record: String,
        /// The customer whom it is about, where that was wrong: an id, or a name that only one has
        #[arg(long, value_name = "CUSTOMER")]
        customer: Option<String>,
    },
    /// Change a rejected record in your editor and send it again
    Edit {
        /// Its number in the list, or the beginning of its id
        #[arg(value_name = "RECORD")]
        record: String,
    },
    /// Give a rejected record up
    Discard {
        /// Its number in the list, or the beginning of its id
        #[arg(value_name = "RECORD")]
        record: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Write the rejected records, whole, as JSON
    Export {
        /// Where to; standard output without it
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    match args.command.unwrap_or(Command::List) {
        Command::List => {
            let outbox = client.outbox().await?;
            context.show(&outbox, |context| page(&outbox, ids(), context))
        }
        Command::Show { record } => {
            outbox_settle::show(&named(&record, &client, context).await?, &client, context).await
        }
        Command::Resend { record, customer } => {
            let row = named(&record, &client, context).await?;
            outbox_settle::resend(&row, customer.as_deref(), &client, context).await
        }
        Command::Edit { record } => outbox_edit::edit(&named(&record, &client, context).await?, &client, context).await,
        Command::Discard { record, yes } => {
            outbox_settle::discard(&named(&record, &client, context).await?, yes, &client, context).await
        }
        Command::Export { file } => outbox_settle::export(file.as_deref(), &client, context).await,
    }
}

/// The one record that a word names.
async fn named(word: &str, client: &Client, context: &Context) -> Answer<OutboxRow> {
    chosen(word, client.outbox().await?.ops, context)
}

fn chosen(word: &str, ops: Vec<OutboxRow>, context: &Context) -> Answer<OutboxRow> {
    let lang = context.lang;
    let number = word.strip_prefix('#').unwrap_or(word).parse::<u64>().ok();
    let by_number = |op: &&OutboxRow| Some(op.local_seq) == number;
    let begins_so = |op: &&OutboxRow| word.len() >= MIN_ID_CHARS && op.op_id.to_string().starts_with(word);
    let found: Vec<&OutboxRow> = match ops.iter().find(by_number) {
        Some(op) => vec![op],
        None => ops.iter().filter(begins_so).collect(),
    };
    match found[..] {
        [op] => Ok(op.clone()),
        [] => Err(Failure::Failed(text!(
            lang,
            "没有记录“{word}”；guide outbox 列出编号",
            "there is no record {word:?}; guide outbox lists the numbers"
        ))),
        _ => Err(Failure::Usage(text!(
            lang,
            "“{word}”不止一条；写 guide outbox 里的序号",
            "{word:?} begins more than one; give the number in guide outbox"
        ))),
    }
}

/// Whether the list has a column for whole ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    /// It has.
    Whole,
    /// There is no room.
    Left,
}

fn ids() -> Ids {
    match std::io::stdout().is_terminal() && page_columns() < WIDE_COLUMNS {
        true => Ids::Left,
        false => Ids::Whole,
    }
}

pub(crate) fn page(outbox: &Outbox, ids: Ids, context: &Context) -> String {
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
            if ids == Ids::Whole { op.op_id.to_string() } else { String::new() },
            made(op.at),
            op_kind_name(&op.kind, lang).to_owned(),
            customer(op, lang),
            state(op, lang).to_owned(),
            why(op, lang),
        ]);
    }
    let mut page = table.render(context.style);
    if let Some(rejected) = outbox.ops.iter().find(|op| op.state == "rejected") {
        page.push_str(&next_steps(rejected, context));
    }
    page
}

/// What can be done about a rejected record.
pub(crate) fn next_steps(op: &OutboxRow, context: &Context) -> String {
    let (lang, n) = (context.lang, op.local_seq);
    let steps = [
        (format!("guide outbox show {n}"), ("看内容", "what it says")),
        (format!("guide outbox edit {n}"), ("修改后重发", "change it and send it again")),
        (
            format!("guide outbox resend {n}"),
            ("原样重发（--customer 换客户）", "send it again (--customer for another one)"),
        ),
        (format!("guide outbox discard {n}"), ("放弃", "give it up")),
    ];
    let mut table = Table::new([("", Side::Left), ("", Side::Left)]);
    for (command, what) in steps {
        table.row([command, pick(lang, what).to_owned()]);
    }
    let title = pick(lang, ("被总部退回的，都还在本机：", "What headquarters rejected is still here:"));
    format!("\n{title}\n{}", table.render_bare())
}

/// When an op was made, by the shop's clock.
pub(crate) fn made(at: DateTime<Utc>) -> String {
    Zone::default().shop_time(at).format("%Y-%m-%d %H:%M").to_string()
}

/// What became of an op. Of a field that headquarters keeps itself no task had gone.
fn state(op: &OutboxRow, lang: Lang) -> &str {
    match (op.kind.as_str(), op.state.as_str()) {
        ("field_set", "superseded") => pick(lang, ("已收到，以总部的值为准", "received, headquarters' value stays")),
        ("lead_added", "superseded") => pick(lang, ("已收到，手机号可能重复", "received, a possible duplicate")),
        (_, state) => op_state_name(state, lang),
    }
}

/// Of a rejected one: why. The wire's detail begins with the code.
pub(crate) fn why(op: &OutboxRow, lang: Lang) -> String {
    if op.state == "superseded" && op.kind == "field_set" {
        let customer = &op.customer;
        return text!(lang, "guide explain {customer} 字段 说明原因", "guide explain {customer} FIELD says why");
    }
    let prefix = op.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
    let detail = op.detail.as_deref().map(|detail| detail.strip_prefix(&prefix).unwrap_or(detail));
    rejection::sentence(op.code.as_deref(), detail, lang)
}

/// Whom an op concerns.
pub(crate) fn customer(op: &OutboxRow, lang: Lang) -> String {
    match op.customer.is_guide_itself() {
        true => pick(lang, ("本人", "yourself")).to_owned(),
        false => op.customer.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use serde_json::json;

    use super::*;
    use crate::cli::context::{Form, Style};

    fn ops() -> Vec<OutboxRow> {
        let op = |n: u64, id: &str| {
            serde_json::from_value(json!({ "op_id": id, "local_seq": n, "kind": "note", "customer": "C1",
                "at": "2026-08-12T02:00:00Z", "state": "rejected", "code": "needs_text", "detail": "needs_text: x" }))
            .unwrap()
        };
        vec![op(3, "01989b0e-8a1e-7000-8000-000000000001"), op(12, "01989b0e-8a1e-7000-8000-000000000002")]
    }

    fn find(word: &str) -> Answer<u64> {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        let context = Context { lang: Lang::En, form: Form::Text, style: Style::Plain, paths };
        chosen(word, ops(), &context).map(|op| op.local_seq)
    }

    #[test]
    fn a_record_is_named_by_its_number_or_by_a_beginning_that_only_it_has() {
        assert_eq!(find("12").unwrap(), 12);
        assert_eq!(find("#3").unwrap(), 3);
        assert_eq!(find("01989b0e-8a1e-7000-8000-000000000002").unwrap(), 12);
        assert!(matches!(find("01989b0e"), Err(Failure::Usage(_))));
        assert!(matches!(find("01989"), Err(Failure::Failed(_))), "too short for a beginning");
        assert!(matches!(find("4"), Err(Failure::Failed(_))));
    }
}
