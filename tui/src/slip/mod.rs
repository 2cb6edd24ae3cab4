//! Today's queue for a receipt printer: lines of so many columns, with a box to tick for each task.

pub mod receipt;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{ClockKind, TaskRow};

use crate::lang::name::channel_name;
use crate::lang::{date, pick};
use crate::slip::receipt::{Encoding, apart, columns, cut, paragraph, plain};
use crate::text;

/// How many spaces stand before what belongs to a task.
const INDENT: usize = 4;
/// How many of a phone's last digits are printed.
const N_PHONE_DIGITS: usize = 4;

/// What is printed.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The shop's name.
    pub store: String,
    /// The guide's name.
    pub guide: String,
    /// A virtual clock marks training data.
    pub clock: ClockKind,
    /// When, shop-local.
    pub now: NaiveDateTime,
    /// The tasks, in the queue's order, each with the customer's phone, masked.
    pub tasks: Vec<(TaskRow, Option<String>)>,
    /// How many tasks are open, printed or not.
    pub n_open: usize,
    /// How many the gate holds.
    pub n_held: usize,
    /// How many contacts were logged today.
    pub n_done: usize,
}

/// A printer's paper and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The columns of a line.
    pub columns: usize,
    /// In what bytes it takes text.
    pub encoding: Encoding,
}

/// The lines, none wider than the paper.
pub fn lines(slip: &Slip, paper: Paper, lang: Lang) -> Vec<String> {
    let rule = "-".repeat(paper.columns);
    let mut lines = head(slip, paper, lang);
    lines.push(rule.clone());
    for (idx, (task, phone)) in slip.tasks.iter().enumerate() {
        lines.extend(of_task(idx + 1, task, phone.as_deref(), slip.now.date(), paper, lang));
    }
    if slip.tasks.is_empty() {
        lines.push(cut(pick(lang, ("今天没有待办", "Nothing is due today")), paper.columns));
    }
    lines.push(rule);
    let (n_open, n_held, n_done) = (slip.n_open, slip.n_held, slip.n_done);
    let counts = text!(lang, "待办{n_open} 暂缓{n_held} 已记{n_done}", "{n_open} open, {n_held} held, {n_done} done");
    lines.extend(paragraph(&counts, 0, paper.columns));
    let n_more = n_open.saturating_sub(slip.tasks.len());
    if n_more > 0 {
        let more = text!(lang, "另有 {n_more} 条没有打印", "{n_more} more are not printed");
        lines.extend(paragraph(&more, 0, paper.columns));
    }
    lines
}

fn head(slip: &Slip, paper: Paper, lang: Lang) -> Vec<String> {
    let text = |text: &str| plain(text, paper.encoding);
    let (on, time) = (slip.now.date(), date::time(slip.now.time()));
    let mut lines = vec![apart(&text(&slip.store), pick(lang, ("今日待办", "Today's tasks")), paper.columns)];
    let day = format!("{on} {}", date::weekday(on, lang));
    lines.push(apart(&text(&slip.guide), &format!("{day} {time}"), paper.columns));
    if slip.clock == ClockKind::Virtual {
        lines.push(cut(pick(lang, ("** 演示数据 **", "** training data **")), paper.columns));
    }
    lines
}

fn of_task(
    number: usize,
    task: &TaskRow,
    phone: Option<&str>,
    today: NaiveDate,
    paper: Paper,
    lang: Lang,
) -> Vec<String> {
    let text = |text: &str| plain(text, paper.encoding);
    let name = format!("[ ] {number} {} {}", text(&task.name), task.tier.letter());
    let mut lines = vec![apart(&name, &window(task, today, lang), paper.columns)];
    let steps: Vec<&str> = task.dues.iter().map(|due| due.step_name.in_lang(lang)).collect();
    let what = text(&format!("{} {}", channel_name(task.channel, lang), steps.join(" + ")));
    lines.extend(paragraph(&what, INDENT, paper.columns));
    if let Some(rush) = &task.rush {
        let why = text(&rush.why);
        let rush = text!(lang, "总部催办: {why}", "headquarters asks for haste: {why}");
        lines.extend(paragraph(&rush, INDENT, paper.columns));
    }
    if let Some(digits) = phone.and_then(last_digits) {
        lines.push(" ".repeat(INDENT) + &text!(lang, "手机尾号 {digits}", "phone ends in {digits}"));
    }
    lines
}

/// When the first of what is due opens and closes, in the few columns that there are.
fn window(task: &TaskRow, today: NaiveDate, lang: Lang) -> String {
    let opens = task.dues.iter().filter(|due| due.opens_on == today).filter_map(|due| due.not_before).max();
    let deadline_at = task.dues.iter().filter_map(|due| due.deadline_at).min();
    let until_on = task.dues.iter().map(|due| due.until_on).min();
    let day = |on: NaiveDate| format!("{}/{}", on.month(), on.day());
    let closes = match (deadline_at, until_on) {
        (Some(at), _) if at.date() == today => date::time(at.time()),
        (Some(at), _) => format!("{} {}", day(at.date()), date::time(at.time())),
        (None, Some(on)) if on == today => pick(lang, ("今天", "today")).to_owned(),
        (None, Some(on)) => day(on),
        (None, None) => String::new(),
    };
    match opens {
        Some(opens) => format!("{}-{closes}", date::time(opens)),
        None if closes.is_empty() => closes,
        None => text!(lang, "至{closes}", "to {closes}"),
    }
}

/// The last digits of a masked phone; none where they are masked too.
fn last_digits(masked: &str) -> Option<&str> {
    let end = &masked[masked.len().checked_sub(N_PHONE_DIGITS).filter(|at| masked.is_char_boundary(*at))?..];
    end.bytes().all(|byte| byte.is_ascii_digit()).then_some(end)
}

/// The widest line, in columns.
pub fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| columns(line)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests;
