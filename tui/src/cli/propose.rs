//! `guide template propose|edit|proposals`: a trainer's text on its way to headquarters. What was typed and cannot be sent
//! stays in its file; what was sent, or is as it was, leaves no file behind.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use guide_common::id::TemplateId;
use guide_common::sop::plan::Lang;
use guide_common::template::file as template_file;
use guide_common::wire::proposal::{ProposalRow, Proposals, ProposeRequest};
use guide_common::wire::record::SavedResponse;

use crate::cli::context::{Context, note, print};
use crate::cli::editor::{forget, open, read};
use crate::cli::failure::{Answer, Failure};
use crate::cli::private_file;
use crate::cli::source::Source;
use crate::cli::table::{Side, Table};
use crate::client::Client;
use crate::lang::pick;
use crate::text;

/// Arguments of `guide template propose`.
#[derive(Debug, ClapArgs)]
pub struct ProposeArgs {
    /// The template file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Why it should change
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// Arguments of `guide template edit`.
#[derive(Debug, ClapArgs)]
pub struct EditArgs {
    /// Such as T01
    #[arg(value_name = "ID")]
    id: TemplateId,
    /// Why it should change
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
}

/// Proposes a file.
pub async fn propose(args: ProposeArgs, client: &Client, context: &Context) -> Answer<()> {
    // as a path with a slash it is a file whatever its name
    let path = Path::new(".").join(&args.file);
    let Source::File(text) = Source::<TemplateId>::of(&path.display().to_string(), context)? else {
        return Err(Failure::Usage(pick(context.lang, ("写模板文件的名字", "name a template file")).to_owned()));
    };
    let id = id_of(&text, context)?;
    let saved = client.propose(&id, &ProposeRequest { text, why: args.why }).await?;
    context.show(&saved, |context| proposed_page(&saved, &id, context))
}

/// Opens a template in the editor, and proposes what came of it.
pub async fn edit(args: EditArgs, client: &Client, context: &Context) -> Answer<()> {
    let template = client.template(&args.id).await?;
    let before = template_file::write(&template);
    let file = context.paths.state.join(format!("template-{}.toml", args.id.as_str().replace([':', '.'], "_")));
    let kept = kept(&file, context.lang);
    if file.exists() {
        note(&text!(
            context.lang,
            "接着上次没发成的修改：{}",
            "going on with the changes that were not sent: {}",
            file.display()
        ));
    } else {
        private_file::write(&file, before.as_bytes(), context)?;
    }
    open(&file, &kept, context)?;
    let text = read(&file, context)?;
    if text == before {
        forget(&file);
        return print(pick(context.lang, ("没有改动，什么都没有发。\n", "Nothing was changed, and nothing sent.\n")));
    }
    match client.propose(&args.id, &ProposeRequest { text, why: args.why }).await {
        Ok(saved) => {
            forget(&file);
            context.show(&saved, |context| proposed_page(&saved, &args.id, context))
        }
        Err(error) => {
            note(&kept);
            Err(error.into())
        }
    }
}

/// Which template a file is about; the daemon checks the rest.
fn id_of(text: &str, context: &Context) -> Answer<TemplateId> {
    template_file::parse(text)
        .map(|template| template.id)
        .map_err(|fault| Failure::Failed(text!(context.lang, "不是模板：{fault}", "no template: {fault}")))
}

fn kept(file: &Path, lang: Lang) -> String {
    text!(lang, "修改留在 {}，再次 edit 会接着改", "the changes are kept in {}; edit goes on with them", file.display())
}

fn proposed_page(saved: &SavedResponse, id: &TemplateId, context: &Context) -> String {
    let op = saved.op_id;
    text!(
        context.lang,
        "已保存在本机，将发往总部：{id} 的修改提议（{op}）\n",
        "saved on this terminal, on its way to headquarters: a proposal for {id} ({op})\n"
    )
}

pub(crate) fn page(proposals: &Proposals, context: &Context) -> String {
    let lang = context.lang;
    if proposals.proposals.is_empty() {
        return pick(lang, ("本机没有提议过修改。\n", "Nothing was proposed from here.\n")).to_owned();
    }
    let mut table = Table::new([
        (pick(lang, ("日期", "Day")), Side::Left),
        (pick(lang, ("话术", "Template")), Side::Left),
        (pick(lang, ("原版本", "Of")), Side::Left),
        (pick(lang, ("状态", "State")), Side::Left),
        (pick(lang, ("答复", "Answer")), Side::Left),
        (pick(lang, ("为什么", "Why")), Side::Left),
        (pick(lang, ("记录编号", "Record")), Side::Left),
    ]);
    for row in &proposals.proposals {
        table.row([
            row.on.to_string(),
            row.template.to_string(),
            format!("v{}", row.base_version),
            state_name(&row.state, lang).to_owned(),
            answer(row, lang),
            row.why.clone().unwrap_or_default(),
            row.op_id.to_string(),
        ]);
    }
    table.render(context.style)
}

fn state_name(state: &str, lang: Lang) -> &str {
    let pair = match state {
        "unsent" => ("待发送", "not sent yet"),
        "open" => ("等待答复", "waits for an answer"),
        "withdrawn" => ("已撤回", "taken back"),
        "accepted" => ("已采纳", "accepted"),
        "rejected" => ("未采纳", "rejected"),
        other => return other,
    };
    pick(lang, pair)
}

/// What headquarters said: the version that was published, or the reason, and who said it.
fn answer(row: &ProposalRow, lang: Lang) -> String {
    let version = row.version.map(|version| text!(lang, "发布为 v{version}", "published as v{version}"));
    let parts = [version, row.reason.clone(), row.by.clone(), row.answered_on.map(|on| on.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(pick(lang, ("，", ", ")))
}

#[cfg(test)]
mod tests {
    use guide_common::paths::{Env, Paths};
    use serde_json::json;

    use super::*;
    use crate::cli::context::{Form, Style};

    fn context(lang: Lang) -> Context {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        Context { lang, form: Form::Text, style: Style::Plain, paths }
    }

    #[test]
    fn each_proposal_is_listed_with_its_state_and_what_headquarters_said() {
        let row = |state: &str, more: serde_json::Value| {
            let mut row = json!({ "op_id": "01989b0e-8a1e-7000-8000-000000000001", "template": "T03", "base_version": 1,
                "on": "2026-08-12", "why": "更口语", "state": state, "text": "" });
            row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            row
        };
        let proposals: Proposals = serde_json::from_value(json!({ "proposals": [
            row("unsent", json!({})),
            row("accepted", json!({ "version": 2, "by": "陈", "answered_on": "2026-08-13" })),
            row("rejected", json!({ "reason": "太\u{1b}长", "answered_on": "2026-08-13" })),
        ] }))
        .unwrap();
        let zh = page(&proposals, &context(Lang::Zh));
        for words in ["待发送", "已采纳", "发布为 v2，陈，2026-08-13", "未采纳", "太长，2026-08-13", "更口语"]
        {
            assert!(zh.contains(words), "{words}\n{zh}");
        }
        assert!(page(&proposals, &context(Lang::En)).contains("published as v2, 陈, 2026-08-13"));
        assert!(page(&Proposals::default(), &context(Lang::En)).contains("Nothing"));
    }
}
