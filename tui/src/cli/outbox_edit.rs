//! `guide outbox edit`: a rejected record in the user's own editor. Nothing that was typed is lost: what cannot be sent
//! stays in its file, and the next edit goes on with it.

use std::path::{Path, PathBuf};

use guide_common::sop::plan::Lang;
use guide_common::wire::local::OutboxRow;
use guide_common::wire::support::{OpDetail, ResendRequest};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::cli::context::{Context, note, print};
use crate::cli::editor::{forget, open, read};
use crate::cli::failure::{Answer, Failure};
use crate::cli::outbox::{customer, made, why};
use crate::cli::outbox_settle::{must_be_rejected, readable, sent_page};
use crate::cli::private_file;
use crate::client::Client;
use crate::lang::name::op_kind_name;
use crate::lang::pick;
use crate::text;

/// Opens the editor, and sends what came of it.
pub(crate) async fn edit(row: &OutboxRow, client: &Client, context: &Context) -> Answer<()> {
    must_be_rejected(row, context.lang)?;
    let detail = client.outbox_op(row.op_id).await?;
    let file = context.paths.state.join(format!("outbox-{}.json", row.op_id));
    if file.exists() {
        note(&text!(
            context.lang,
            "接着上次没发成的修改：{}",
            "going on with the changes that were not sent: {}",
            file.display()
        ));
    } else {
        private_file::write(&file, header(&detail, context.lang).as_bytes(), context)?;
    }
    open(&file, &kept(&file, context.lang), context)?;
    let text = read(&file, context)?;
    let Some(body) = changed(&text, &detail).map_err(|reason| unfit(&reason, &file, context.lang))? else {
        forget(&file);
        return print(pick(context.lang, ("没有改动，什么都没有发。\n", "Nothing was changed, and nothing sent.\n")));
    };
    match client.resend(row.op_id, &ResendRequest { body: Some(body), customer: None }).await {
        Ok(saved) => {
            forget(&file);
            context.show(&saved, |context| sent_page(&saved, context))
        }
        Err(error) => {
            note(&kept(&file, context.lang));
            Err(error.into())
        }
    }
}

/// The file as it is opened: why the record was rejected, in lines that are not sent, and what it says.
fn header(detail: &OpDetail, lang: Lang) -> String {
    let row = &detail.row;
    let lines = [
        text!(
            lang,
            "第 {} 条 · {} · {} · {}",
            "record {} · {} · {} · {}",
            row.local_seq,
            op_kind_name(&row.kind, lang),
            customer(row, lang),
            made(row.at)
        ),
        text!(lang, "总部退回的原因：{}", "headquarters rejected it: {}", why(row, lang)),
        text!(
            lang,
            "改好后保存退出，就会重发；不改就退出，什么都不发。// 开头的行不发",
            "save and leave to send it again; leave it as it is and nothing is sent. Lines beginning with // are not sent"
        ),
    ];
    let comments: String = lines.iter().map(|line| format!("// {line}\n")).collect();
    format!("{comments}{}\n", readable(detail.body.get()))
}

/// What the file holds to be sent; none where it says the same as before. A line of a JSON text cannot begin within a
/// string, so that no text is taken for a comment.
fn changed(text: &str, detail: &OpDetail) -> Result<Option<Box<RawValue>>, String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let text = lines.join("\n");
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if !value.is_object() {
        return Err("no object".to_owned());
    }
    let before: Option<Value> = serde_json::from_str(detail.body.get()).ok();
    if before.as_ref() == Some(&value) {
        return Ok(None);
    }
    serde_json::value::to_raw_value(&value).map(Some).map_err(|error| error.to_string())
}

fn unfit(reason: &str, file: &Path, lang: Lang) -> Failure {
    let kept = kept(file, lang);
    Failure::Failed(text!(
        lang,
        "改过的内容不是合格的 JSON（{reason}），什么都没有发；{kept}",
        "what was edited is no JSON object ({reason}) and nothing was sent; {kept}"
    ))
}

fn kept(file: &Path, lang: Lang) -> String {
    let file: PathBuf = file.to_owned();
    text!(lang, "修改留在 {}，再次 edit 会接着改", "the changes are kept in {}; edit goes on with them", file.display())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn detail() -> OpDetail {
        serde_json::from_value(json!({
            "row": { "op_id": "01989b0e-8a1e-7000-8000-000000000001", "local_seq": 3, "kind": "outcome",
                "customer": "C00002", "at": "2026-08-12T02:00:00Z", "state": "rejected", "code": "needs_amount",
                "detail": "needs_amount: a purchase needs its amount" },
            "body": { "code": "bought", "note": "// 不是注释" }
        }))
        .unwrap()
    }

    #[test]
    fn the_file_says_the_reason_and_is_unchanged_as_it_is_opened() {
        for lang in [Lang::Zh, Lang::En] {
            let text = header(&detail(), lang);
            let reason = if lang == Lang::Zh { "缺少金额" } else { "the amount is missing" };
            assert!(text.contains(reason), "{text}");
            assert!(changed(&text, &detail()).unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_changed_is_sent_without_its_comments_and_what_is_no_object_is_not() {
        let text = header(&detail(), Lang::Zh).replace("\"bought\"", "\"interested\"");
        let body = changed(&text, &detail()).unwrap().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(body.get()).unwrap(),
            json!({ "code": "interested", "note": "// 不是注释" })
        );
        for text in ["", "{", "[]", "// {}"] {
            assert!(changed(text, &detail()).is_err(), "{text:?}");
        }
    }
}
