//! `guide verify`: compares what lies here with what lies at headquarters, names what differs, and mends it.

use clap::Args as ClapArgs;
use guide_common::sop::plan::Lang;
use guide_common::wire::hub::FeedName;
use guide_common::wire::support::{Difference, How, KindVerified, Verified};

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::patience::patiently;
use crate::cli::table::{Side, Table};
use crate::lang::pick;
use crate::lang::support::entity_name;
use crate::text;

/// So many differences and lost records are named.
const N_NAMED: usize = 20;

/// Arguments of `guide verify`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Mend what differs: fetch it again, and send again what headquarters lacks
    #[arg(long)]
    heal: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let what = match args.heal {
        true => pick(context.lang, ("正在与总部逐项比对、修复…", "comparing with headquarters, and mending…")),
        false => pick(context.lang, ("正在与总部逐项比对…", "comparing with headquarters…")),
    };
    let verified = patiently(what, client.verify(args.heal)).await?;
    context.show(&verified, |context| page(&verified, context))?;
    if verified.same { Ok(()) } else { Err(Failure::Told) }
}

pub(crate) fn page(verified: &Verified, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut page = kinds(&verified.kinds, context);
    if !verified.differences.is_empty() {
        page.push_str(&format!("\n{}\n", style.bold(pick(lang, ("不一致的", "What differs")))));
        page.push_str(&differences(verified, context));
    }
    if !verified.lost.is_empty() {
        let title = ("总部确认过、现在却没有的记录", "Records that headquarters acknowledged and does not hold");
        page.push_str(&format!("\n{}\n", style.bold(pick(lang, title))));
        for id in verified.lost.iter().take(N_NAMED) {
            page.push_str(&format!("  {id}\n"));
        }
        page.push_str(&more(verified.lost.len() as u64, context));
    }
    page.push_str(&format!("\n{}\n", sentence(verified, context)));
    page
}

fn kinds(kinds: &[KindVerified], context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let mut table = Table::new([
        ("", Side::Left),
        (pick(lang, ("种类", "Kind")), Side::Left),
        (pick(lang, ("本机", "Here")), Side::Right),
        (pick(lang, ("总部", "Hub")), Side::Right),
        (pick(lang, ("内容", "Content")), Side::Left),
    ]);
    for (idx, kind) in kinds.iter().enumerate() {
        let is_first = idx == 0 || kinds[idx - 1].feed != kind.feed;
        table.row([
            if is_first { feed_name(kind.feed, lang).to_owned() } else { String::new() },
            entity_name(&kind.kind, lang).to_owned(),
            kind.n_here.to_string(),
            kind.n_hub.to_string(),
            pick(lang, if kind.same { ("一致", "the same") } else { ("不一致", "differs") }).to_owned(),
        ]);
    }
    let rendered = table.render(style);
    let mut lines = rendered.lines();
    let mut page: String = lines.next().into_iter().flat_map(|head| [head, "\n"]).collect();
    for (line, kind) in lines.zip(kinds) {
        page.push_str(&if kind.same { line.to_owned() } else { style.red(line) });
        page.push('\n');
    }
    page
}

pub(crate) fn feed_name(feed: FeedName, lang: Lang) -> &'static str {
    match feed {
        FeedName::Guide => pick(lang, ("客户数据", "customers")),
        FeedName::Shared => pick(lang, ("方案话术", "plans and templates")),
    }
}

fn differences(verified: &Verified, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([("", Side::Left), ("", Side::Left), ("", Side::Left)]);
    for Difference { kind, id, how, .. } in verified.differences.iter().take(N_NAMED) {
        let how = match how {
            How::MissingHere => ("本机没有", "not here"),
            How::MissingAtHub => ("总部没有", "not at headquarters"),
            How::Differs => ("两边内容不同", "not the same on both sides"),
        };
        table.row([entity_name(kind, lang).to_owned(), id.clone(), pick(lang, how).to_owned()]);
    }
    table.render_bare() + &more(verified.n_differences, context)
}

/// How many more there are than are named.
fn more(n_all: u64, context: &Context) -> String {
    match n_all.saturating_sub(N_NAMED as u64) {
        0 => String::new(),
        n_more => {
            let line = text!(context.lang, "  … 还有 {n_more} 条（--json 列出更多）", "  … {n_more} more (--json)");
            context.style.dim(&line) + "\n"
        }
    }
}

/// What it means, and what to do.
fn sentence(verified: &Verified, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let Verified { n_ops, n_unsent, n_differences, .. } = verified;
    let n_lost = verified.lost.len();
    let unsent = match n_unsent {
        0 => String::new(),
        n => text!(lang, "；{n} 条待发，都在本机", "; waiting to be sent, saved here: {n}"),
    };
    match (verified.same, verified.healed) {
        (true, false) => style.green(&text!(
            lang,
            "两边一致，一条不少；近期 {n_ops} 条已确认的记录总部都有{unsent}",
            "Both sides are the same and nothing is missing; headquarters has all that it acknowledged lately ({n_ops}){unsent}"
        )),
        (true, true) => style.green(&text!(
            lang,
            "已修复：{n_differences} 处不一致、{n_lost} 条总部缺的记录；现在两边一致{unsent}",
            "Mended (differences: {n_differences}, records that headquarters lacked: {n_lost}); both sides are the same again{unsent}"
        )),
        (false, false) => style.red(&text!(
            lang,
            "有 {n_differences} 处不一致、总部缺 {n_lost} 条；本机记录都在。修复：guide verify --heal",
            "Differences: {n_differences}, records that headquarters lacks: {n_lost}; what was saved here is safe. To mend it: guide verify --heal"
        )),
        (false, true) => style.red(&text!(
            lang,
            "修复后仍不一致；本机记录都在。guide sync log 和 guide bundle 交给支持人员",
            "It still differs after mending; what was saved here is safe. Give guide sync log and guide bundle to support"
        )),
    }
}
