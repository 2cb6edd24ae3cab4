//! `guide bundle`: what support takes along, without anybody's data. What is in it is shown before it is written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args as ClapArgs;
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::cli::agree::{self, Agreed};
use crate::cli::context::{Context, Form, note, print};
use crate::cli::failure::{Answer, Failure};
use crate::cli::patience::patiently;
use crate::cli::table::{Side, Table};
use crate::cli::{once, private_file};
use crate::lang::pick;
use crate::lang::support::bytes;
use crate::text;

/// Arguments of `guide bundle`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Where to write it; without it a file of its own in this folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write it without asking
    #[arg(long)]
    yes: bool,
}

/// What is in a bundle, part by part.
#[derive(Debug, Serialize)]
pub(crate) struct Contents {
    /// The parts, as they are called in the file.
    pub(crate) parts: Vec<Part>,
    /// How long all of it is.
    pub(crate) n_bytes: u64,
}

/// One part of a bundle.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    /// Its name in the file.
    pub(crate) name: String,
    /// How many entries it has; none where it is no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) n_entries: Option<usize>,
    /// How long it is.
    pub(crate) n_bytes: u64,
}

/// What was written, with `--json`.
#[derive(Serialize)]
struct Written<'a> {
    file: &'a str,
    #[serde(flatten)]
    contents: &'a Contents,
}

/// What names a bundle's file.
#[derive(Deserialize)]
struct Head {
    made_at: DateTime<Utc>,
    device: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let what = pick(context.lang, ("正在收集…", "collecting…"));
    let text = patiently(what, collect(context)).await?;
    let contents = contents(&text)?;
    if context.form == Form::Text {
        print(&page(&contents, context))?;
    }
    if !args.yes {
        match agree::ask(("写成文件？", "Write it to a file?"), context)? {
            Agreed::Yes => {}
            Agreed::No => return print(pick(context.lang, ("没有写。\n", "Nothing was written.\n"))),
            Agreed::NobodyAsked => {
                let message = ("没有写；加上 --yes 才会写成文件", "nothing was written; add --yes to write it");
                return Err(Failure::Usage(pick(context.lang, message).to_owned()));
            }
        }
    }
    let file = match args.output {
        Some(file) => file,
        None => PathBuf::from(own_name(&text)?),
    };
    let readable: Value = once::read(text.get().as_bytes())?;
    let readable = serde_json::to_vec_pretty(&readable).map_err(|error| Failure::Failed(error.to_string()))?;
    private_file::write(&file, &readable, context)?;
    let shown = std::path::absolute(&file).unwrap_or(file).display().to_string();
    if context.form == Form::Text {
        return print(&written_page(&shown, context));
    }
    context.show(&Written { file: &shown, contents: &contents }, |_| String::new())
}

/// The daemon's bundle; where none serves, that of a `guided` that is run once.
async fn collect(context: &Context) -> Answer<Box<RawValue>> {
    match once::serving(context).await {
        Some(client) => Ok(client.bundle().await?),
        None => {
            note(pick(
                context.lang,
                ("后台程序没有运行，由 guided bundle 收集", "no daemon runs: guided bundle collects it"),
            ));
            once::read(&once::ask(&["bundle"], context).await.map_err(Failure::Start)?)
        }
    }
}

pub(crate) fn contents(text: &RawValue) -> Answer<Contents> {
    let parts: BTreeMap<String, Box<RawValue>> = once::read(text.get().as_bytes())?;
    let part = |(name, value): (String, Box<RawValue>)| {
        let entries = serde_json::from_str::<Vec<serde::de::IgnoredAny>>(value.get()).ok();
        Part { name, n_entries: entries.map(|entries| entries.len()), n_bytes: value.get().len() as u64 }
    };
    let mut parts: Vec<Part> = parts.into_iter().map(part).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.n_bytes));
    Ok(Contents { parts, n_bytes: text.get().len() as u64 })
}

pub(crate) fn page(contents: &Contents, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut table = Table::new([
        (pick(lang, ("会带走什么", "What would be taken along")), Side::Left),
        (pick(lang, ("条数", "Entries")), Side::Right),
        (pick(lang, ("大小", "Size")), Side::Right),
    ]);
    let about: Vec<&Part> = contents.parts.iter().filter(|part| is_about(&part.name)).collect();
    let n_about: u64 = about.iter().map(|part| part.n_bytes).sum();
    table.row([pick(lang, ABOUT).to_owned(), String::new(), bytes(n_about)]);
    for part in contents.parts.iter().filter(|part| !is_about(&part.name)) {
        let n_entries = part.n_entries.map(|n| n.to_string()).unwrap_or_default();
        table.row([part_name(&part.name, lang).to_owned(), n_entries, bytes(part.n_bytes)]);
    }
    table.row([pick(lang, ("合计", "together")).to_owned(), String::new(), bytes(contents.n_bytes)]);
    let without = (
        "不含：客户和导购的姓名、电话、编号，备注，话术，金额，令牌，文件夹路径。",
        "Not in it: names, phones and ids of customers and guides, notes, scripts, amounts, tokens, paths.",
    );
    format!("{}\n{}\n", table.render(style), style.bold(pick(lang, without)))
}

/// The parts that say of which terminal and program a bundle is, together.
pub(crate) const ABOUT: (&str, &str) = ("终端编号、系统、程序版本、时间", "terminal, system, version, time");

pub(crate) fn is_about(name: &str) -> bool {
    matches!(name, "format" | "made_at" | "version" | "system" | "device")
}

pub(crate) fn part_name(name: &str, lang: Lang) -> &str {
    match name {
        "doctor" => pick(lang, ("检查结果", "what the doctor found")),
        "sync" => pick(lang, ("同步状态", "the state of sync")),
        "outbox" => pick(lang, ("记录的种类、时间和状态", "records: kind, time and state")),
        "cycles" => pick(lang, ("同步轮次", "cycles of sync")),
        "traces" => pick(lang, ("各轮的步骤", "steps of the cycles")),
        "log" => pick(lang, ("后台日志的结尾", "the end of the daemon's log")),
        other => other,
    }
}

pub(crate) fn own_name(text: &RawValue) -> Answer<String> {
    let head: Head = once::read(text.get().as_bytes())?;
    let at = Zone::default().shop_time(head.made_at).format("%Y%m%d-%H%M%S");
    // an id's last characters tell terminals apart, its first ones only when they were enrolled
    let device: String = head.device.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    let device = &device[device.len().saturating_sub(6)..];
    let between = if device.is_empty() { "" } else { "-" };
    Ok(format!("guide-bundle-{device}{between}{at}.json"))
}

fn written_page(file: &str, context: &Context) -> String {
    text!(
        context.lang,
        "已写好（只有本用户可读）：{file}\n交给支持人员：企微文件、U 盘都可以；对方用 guide replay 文件 重现同步步骤。\n",
        "Written (this user's alone): {file}\nGive it to support by WeCom or a USB stick; guide replay FILE goes through its cycles again.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_told_with_its_entries_and_size() {
        let text = r#"{"device":"d-01989b0e8a1e","made_at":"2026-08-12T02:00:00Z","log":["a","b"],"later":{"x":1}}"#;
        let text = RawValue::from_string(text.to_owned()).unwrap();
        let contents = contents(&text).unwrap();
        let of = |name: &str| contents.parts.iter().find(|part| part.name == name).unwrap();
        assert_eq!((of("log").n_entries, of("log").n_bytes), (Some(2), 9));
        assert_eq!(of("later").n_entries, None);
        assert_eq!(
            own_name(&text).unwrap(),
            "guide-bundle-9b0e8a1e-20260812-100000.json".replace("9b0e8a1e", "0e8a1e")
        );
    }
}
