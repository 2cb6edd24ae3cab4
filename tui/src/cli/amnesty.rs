//! `guide amnesty`: what becomes of the backlog after a leave, shown before it is done.

use chrono::NaiveDate;
use clap::Args as ClapArgs;
use guide_common::amnesty::WaiveReason;
use guide_common::id::GuideId;
use guide_common::sop::backlog::{Amnesty, DueFate, Fate};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::ask::{AmnestyRequest, AmnestyResponse};

use crate::cli::agree::{self, Agreed};
use crate::cli::context::{Context, Form, print};
use crate::cli::failure::{Answer, Failure};
use crate::cli::table::{Side, Table};
use crate::lang::course::waive_name;
use crate::lang::{date, pick};
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
    let (lang, style, count) = (context.lang, context.style, &amnesty.count);
    let (from, to) = (date::day(amnesty.leave.from_on, lang), date::day(amnesty.leave.to_on, lang));
    let (n_dues, n_kept) = (count.n_dues, count.n_kept);
    let mut page = style.bold(&text!(
        lang,
        "休假 {from} 至 {to}：积压 {n_dues} → {n_kept}",
        "Leave from {from} to {to}: {n_dues} dues → {n_kept} tasks"
    )) + "\n";
    page.push_str(&counts(amnesty, context));
    page.push_str(&list(amnesty, all, context));
    page
}

/// The numbers, which add up to all that is open.
fn counts(amnesty: &Amnesty, context: &Context) -> String {
    let (lang, count) = (context.lang, &amnesty.count);
    let mut table = Table::new([("", Side::Right), ("", Side::Left), ("", Side::Left)]).uncut();
    let mut row = |n: usize, what: &str, more: String| table.row([n.to_string(), what.to_owned(), more]);
    let at_risk = match count.n_at_risk {
        0 => String::new(),
        n => text!(lang, "其中 {n} 条会来不及", "{n} of them too late"),
    };
    row(count.n_kept, pick(lang, ("保留", "stay")), at_risk);
    row(count.n_merged, pick(lang, ("合并到同一次联系", "go with another one")), String::new());
    let reasons = [WaiveReason::MomentPassed, WaiveReason::PromoPassed, WaiveReason::Overtaken];
    let by_reason: Vec<String> = reasons
        .into_iter()
        .filter(|reason| amnesty.n_expired_by(*reason) > 0)
        .map(|reason| format!("{} {}", waive_name(reason, lang), amnesty.n_expired_by(reason)))
        .collect();
    row(count.n_expired, pick(lang, ("过期", "expire")), by_reason.join(pick(lang, ("，", ", "))));
    let deputy = amnesty.deputy.as_ref().map(ToString::to_string).unwrap_or_default();
    row(count.n_handed, pick(lang, ("交给代班", "go to the deputy")), deputy);
    if count.n_held > 0 {
        row(count.n_held, pick(lang, ("仍暂缓，不动", "stay held as they are")), String::new());
    }
    table.render_bare()
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
    let mut shown: Vec<&DueFate> = amnesty.dues.iter().filter(|due| all || changes(due.fate)).collect();
    shown.sort_by_key(|due| rank(due.fate));
    for due in &shown {
        table.row([
            due.name.clone(),
            due.tier.letter().to_owned(),
            what(due, &shown, amnesty.on, lang),
            due.due.plan.to_string(),
            date::short(due.due.until_on, amnesty.on, lang),
            fate_text(due.fate, amnesty.on, context),
        ]);
    }
    if shown.is_empty() { String::new() } else { format!("\n{}", table.render(context.style)) }
}

/// The step, and the piece that it is about; of two that read alike the days from which they count too.
fn what(due: &DueFate, shown: &[&DueFate], today: NaiveDate, lang: Lang) -> String {
    let step = due.due.step_name.in_lang(lang);
    let what = match &due.piece {
        Some(piece) => format!("{step} · {}", sanitise(piece, Lines::One, 60)),
        None => step.to_owned(),
    };
    let same = |other: &&&DueFate| {
        (&other.customer, &other.due.step_name, &other.piece) == (&due.customer, &due.due.step_name, &due.piece)
    };
    match shown.iter().filter(same).count() {
        0 | 1 => what,
        _ => format!("{what} · {}", date::short(due.due.anchor_on, today, lang)),
    }
}

fn changes(fate: Fate) -> bool {
    !matches!(fate, Fate::Kept { .. } | Fate::Unknown)
}

fn rank(fate: Fate) -> (u8, Option<WaiveReason>) {
    match fate {
        Fate::Expired { reason } => (0, Some(reason)),
        Fate::Handed { .. } => (1, None),
        Fate::AtRisk { .. } => (2, None),
        Fate::Merged { .. } => (3, None),
        Fate::Kept { .. } | Fate::Unknown => (4, None),
    }
}

fn fate_text(fate: Fate, today: NaiveDate, context: &Context) -> String {
    let lang = context.lang;
    let day = |day| date::short(day, today, lang);
    match fate {
        Fate::Expired { reason } => {
            let reason = waive_name(reason, lang);
            text!(lang, "过期：{reason}", "expires: {reason}")
        }
        Fate::Handed { until_on } => text!(lang, "交给代班，到 {}", "the deputy's until {}", day(until_on)),
        Fate::AtRisk { until_on } => {
            text!(lang, "保留，{} 前可能来不及", "stays, perhaps too late for {}", day(until_on))
        }
        Fate::Merged { .. } => text!(lang, "合并", "goes along"),
        Fate::Kept { turn_on } => text!(lang, "保留，{} 轮到", "stays, its turn comes on {}", day(turn_on)),
        Fate::Unknown => text!(lang, "其他", "other"),
    }
}
