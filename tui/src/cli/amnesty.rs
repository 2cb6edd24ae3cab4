//! `guide amnesty`: what becomes of the backlog after a leave, shown before it is done.

use clap::Args as ClapArgs;
use guide_common::id::GuideId;
use guide_common::sop::backlog::Amnesty;
use guide_common::wire::ask::{AmnestyRequest, AmnestyResponse};

use crate::cli::agree::{self, Agreed};
use crate::cli::context::{Context, Form, print};
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::lang::{amnesty as words, date, pick};
use crate::text;

/// Arguments of `guide amnesty`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Who takes over what would come too late; the leave's own deputy where nobody is named
    #[arg(long, value_name = "GUIDE")]
    deputy: Option<GuideId>,
    /// Do it without asking; without this it is shown, and on a terminal asked about
    #[arg(long, visible_alias = "apply")]
    yes: bool,
    /// List every due, also those that stay
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    let request = AmnestyRequest { deputy: args.deputy };
    if args.yes {
        let done = client.apply_amnesty(&request).await?;
        return context
            .show(&done, |context| page(&done.amnesty, args.all, context) + "\n" + &done_page(&done, context));
    }
    let preview = client.amnesty(request.deputy.as_ref()).await?;
    if context.form == Form::Json {
        return context.show(&preview, |_| String::new());
    }
    let amnesty = preview.amnesty.as_ref().ok_or_else(|| no_leave(context))?;
    print(&page(amnesty, args.all, context))?;
    let changes = amnesty.count.n_expired + amnesty.count.n_handed > 0;
    if !changes {
        return print(pick(context.lang, ("\n没有需要处理的。\n", "\nNothing is left to do.\n")));
    }
    if agree::ask(("现在执行？", "Do it now?"), context)? != Agreed::Yes {
        return print(&format!("\n{}\n", context.style.dim(pick(context.lang, NOT_DONE))));
    }
    let done = client.apply_amnesty(&request).await?;
    // the backlog may have changed while the guide was reading
    let differs = done.amnesty != *amnesty;
    let changed = if differs { page(&done.amnesty, args.all, context) + "\n" } else { String::new() };
    print(&(changed + &done_page(&done, context)))
}

const NOT_DONE: (&str, &str) = (
    "以上只是预览，什么都没有改。执行：guide amnesty --yes（guide undo 可整个撤回）",
    "Nothing was changed. To do it: guide amnesty --yes (guide undo takes all of it back)",
);

fn no_leave(context: &Context) -> Failure {
    Failure::Refused(text!(
        context.lang,
        "没有刚结束的休假；忘了登记的可以补：guide leave 开始日 结束日",
        "no leave has just ended; one that was forgotten can be entered: guide leave FROM TO"
    ))
}

/// Says that it is saved: an amnesty is about no one customer.
pub(crate) fn done_page(done: &AmnestyResponse, context: &Context) -> String {
    let (lang, saved) = (context.lang, &done.saved);
    let (n_ops, n_open, op_id) = (saved.n_ops, saved.queue.n_open, saved.op_id);
    let undo = text!(lang, "整个撤销：guide undo {op_id}", "take all of it back: guide undo {op_id}");
    let said = text!(
        lang,
        "已保存在本机：休假清理完成，记录 {n_ops} 条（还有 {n_open} 条待办）",
        "Saved on this terminal: the amnesty is done, records {n_ops} ({n_open} open)"
    );
    format!("{said}\n{}\n", context.style.dim(&undo))
}

pub(crate) fn page(amnesty: &Amnesty, all: bool, context: &Context) -> String {
    let mut page = context.style.bold(&words::heading(amnesty, context.lang)) + "\n";
    let mut counts = Table::new([("", Side::Right), ("", Side::Left), ("", Side::Left)]).uncut();
    for (n, what, more) in words::counts(amnesty, context.lang) {
        counts.row([n.to_string(), what.to_owned(), more]);
    }
    page.push_str(&counts.render_bare());
    page.push_str(&list(amnesty, all, context));
    page
}

/// The dues by what becomes of them; those that stay only where all are asked for.
fn list(amnesty: &Amnesty, all: bool, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("客户", "Customer")), Side::Left),
        (pick(lang, ("分层", "Tier")), Side::Left),
        (pick(lang, ("节点", "Step")), Side::Left),
        (pick(lang, ("方案", "Plan")), Side::Left),
        (pick(lang, ("截止", "Until")), Side::Left),
        (pick(lang, ("怎么办", "What")), Side::Left),
    ]);
    let listed = words::listed(amnesty, all);
    for due in &listed {
        table.row([
            due.name.clone(),
            due.tier.letter().to_owned(),
            words::what(due, &listed, amnesty.on, lang),
            due.due.plan.to_string(),
            date::short(due.due.until_on, amnesty.on, lang),
            words::fate(due.fate, amnesty.on, lang),
        ]);
    }
    if listed.is_empty() { String::new() } else { format!("\n{}", table.render(context.style)) }
}
