//! The interface's texts: those without values in `msg`, what is said of something done in `done`, other sentences here.

mod done;
mod msg;

pub use self::done::*;
pub use self::msg::Msg;

use chrono::NaiveDate;
use guide_common::sop::gate::Hold;
use guide_common::sop::plan::Lang::{self, En, Zh};
use guide_common::wire::local::Status;

use super::app::Link;
use super::glyph::GlyphSet;
use super::settings::Glyphs;
use crate::lang::date;

/// Stands for what nobody beside the counter may read.
pub const MASK: &str = "***";

/// What a language is called, in itself.
pub fn lang_name(lang: Lang) -> &'static str {
    match lang {
        Zh => "中文",
        En => "English",
    }
}

/// What a choice of glyphs is called.
pub fn glyphs_name(glyphs: Glyphs, lang: Lang) -> &'static str {
    let texts = match glyphs {
        Glyphs::Auto => ["自动", "auto"],
        Glyphs::Always(GlyphSet::Unicode) => ["线条与符号", "lines and marks"],
        Glyphs::Always(GlyphSet::Safe) => ["老终端（宽字符不错位）", "safe for CJK consoles"],
        Glyphs::Always(GlyphSet::Ascii) => ["只用 ASCII", "ASCII"],
    };
    texts[lang as usize]
}

/// What is wrong with the guide's own key file.
pub fn key_fault(line: usize, what: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("keys.toml 第 {line} 行：{what}"),
        En => format!("keys.toml, line {line}: {what}"),
    }
}

/// A reminder, as the interface tells it.
pub fn reminder(title: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("提醒：{title}"),
        En => format!("reminder: {title}"),
    }
}

/// What is wrong with the file of settings: the rest of it holds.
pub fn settings_fault(what: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("配置有误，用默认值：{what}"),
        En => format!("a setting has its default: {what}"),
    }
}

/// When a hold ends: the day, and the time where it has one; on the day itself the time alone.
pub fn hold_end(hold: &Hold, today: NaiveDate, lang: Lang) -> Option<String> {
    let until_on = hold.until_on?;
    let day = date::short(until_on, today, lang);
    Some(match hold.until_time.map(date::time) {
        Some(time) if until_on == today => time,
        Some(time) => format!("{day} {time}"),
        None => day,
    })
}

/// In the place of what is hidden: until when, where a surprise hides it.
pub fn hidden(until_on: Option<NaiveDate>, today: NaiveDate, lang: Lang) -> String {
    match (until_on.map(|until_on| date::short(until_on, today, lang)), lang) {
        (Some(until), Zh) => format!("保密至 {until}"),
        (Some(until), En) => format!("secret until {until}"),
        (None, _) => MASK.to_owned(),
    }
}

/// How many tasks follow that were not read yet.
pub fn unread(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("还有 {n} 条"),
        En => format!("{n} more"),
    }
}

/// Why a list of what headquarters published is empty, and what helps: `texts` say that nothing matches, and that
/// nothing was published.
pub fn empty_library(
    link: &Link,
    status: Option<&Status>,
    n_published: Option<usize>,
    texts: [Msg; 2],
    lang: Lang,
) -> (&'static str, Vec<&'static str>) {
    let text = |msg: Msg| msg.text(lang);
    match (link, n_published) {
        (_, Some(n)) if n > 0 => (text(texts[0]), vec![text(Msg::ClearFilter)]),
        (Link::Down(_), _) => (problem("unreachable", lang).unwrap_or_default(), vec![text(Msg::LostNext)]),
        _ if status.is_some_and(|status| status.guide.is_none()) => {
            (text(Msg::EnrollTitle), vec![text(Msg::EnrollNext), text(Msg::EnrollCommand)])
        }
        _ if status.is_some_and(|status| status.sync.last_ok_at.is_none()) => {
            (text(Msg::UnsyncedTitle), vec![text(Msg::UnsyncedNext)])
        }
        (_, None) => (text(Msg::Loading), Vec::new()),
        (_, Some(_)) => (text(texts[1]), vec![text(Msg::SyncForMore)]),
    }
}

/// How old something is, in the fewest words.
pub fn age(days: i64, lang: Lang) -> String {
    match (days, lang) {
        (..60, Zh) => format!("{days}天"),
        (..60, En) => format!("{days}d"),
        (..730, Zh) => format!("{}个月", days / 30),
        (..730, En) => format!("{}mo", days / 30),
        (_, Zh) => format!("{}年", days / 365),
        (_, En) => format!("{}y", days / 365),
    }
}

/// Which gaps of a script are open.
pub fn open_gaps(gaps: &[&str], lang: Lang) -> String {
    match lang {
        Zh => format!("! 还空着：{}。f 填写后才能复制", gaps.join("、")),
        En => format!("! still empty: {}. f fills them, then y copies", gaps.join(", ")),
    }
}

/// What stays on this terminal only.
pub fn unsent(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("本机已存，{n} 条未发"),
        En => format!("saved here, {n} unsent"),
    }
}

/// The same in the fewest words.
pub fn unsent_short(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("{n} 条未发"),
        En => format!("{n} unsent"),
    }
}

/// What headquarters rejected.
pub fn rejected(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("{n} 条需处理"),
        En if n == 1 => "1 needs attention".to_owned(),
        En => format!("{n} need attention"),
    }
}

/// Why the terminal is not allowed to sync, in the fewest words; none where another reason wants attention.
pub fn refused_short(code: &str, lang: Lang) -> Option<&'static str> {
    let texts = match code {
        "revoked" => ["已被总部停用", "revoked by HQ"],
        "unauthorised" => ["需重新登记", "enrol again"],
        "too_old" => ["版本太旧", "too old for HQ"],
        _ => return crate::lang::problem::sentence(code, lang),
    };
    Some(texts[lang as usize])
}

/// What somebody must do about sync, with the command, or with the key that shows more.
pub fn attention(code: Option<&str>, n_rejected: usize, key: &str, lang: Lang) -> String {
    match (code, n_rejected, lang) {
        (Some("revoked"), _, Zh) => "总部已停用本机，记录都在本机：要登记码，然后 guide enroll 网址".to_owned(),
        (Some("revoked"), _, En) => {
            "HQ revoked this terminal, nothing is lost: get a code, guide enroll URL".to_owned()
        }
        (Some("unauthorised"), _, Zh) => "总部不认得本机，记录都在本机：要登记码，然后 guide enroll 网址".to_owned(),
        (Some("unauthorised"), _, En) => {
            "HQ does not know this terminal; nothing is lost: new code, guide enroll URL".to_owned()
        }
        (Some("too_old"), _, Zh) => "本机版本太旧，总部不再接收；记录都在本机，请升级 guide".to_owned(),
        (Some("too_old"), _, En) => "This version is too old for HQ; nothing is lost: upgrade guide".to_owned(),
        (_, 0, Zh) => format!("同步需要处理，记录都在本机：按 {key} 看原因"),
        (_, 0, En) => format!("Sync needs attention, nothing is lost: {key} shows why"),
        (_, n, Zh) => format!("总部退回了 {n} 条记录，都还在本机：按 {key} 处理"),
        (_, n, En) => format!("HQ rejected {n} of your records, all still here: {key} shows them"),
    }
}

/// Says why a script cannot be copied.
pub fn has_gap(gap: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("话术里“{gap}”还空着，不能复制。按 f 填写"),
        En => format!("The script's “{gap}” is still empty, so it cannot be copied. f fills it"),
    }
}

/// How many days late, or how many days are left.
pub fn days_left(until: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    let days = (until - today).num_days();
    match (lang, days) {
        (Zh, 0) => "今天截止".to_owned(),
        (En, 0) => "last day".to_owned(),
        (Zh, days) if days > 0 => format!("还有 {days} 天"),
        (En, days) if days > 0 => format!("{days}d left"),
        (Zh, days) => format!("逾期 {} 天", -days),
        (En, days) => format!("{}d late", -days),
    }
}

/// Says in the guide's language what went wrong, by the problem's code.
pub fn problem(code: &str, lang: Lang) -> Option<&'static str> {
    let texts = match code {
        "unreachable" => ["后台程序没有回应", "The daemon does not answer"],
        "unknown_version" => ["本机没有这个版本", "That version is not on this terminal"],
        "unknown_plan" => ["总部没有发布这个方案", "Headquarters has not published that plan"],
        "malformed_plan" => ["方案文件有错", "The plan file has a fault"],
        "unfit_plan" => ["这个方案与已发布的方案配不上", "The plan does not go with the published ones"],
        "different_plans" => ["文件里是另一个方案", "The file is of another plan"],
        "unreadable_file" => ["方案文件读不出来", "The plan file cannot be read"],
        "not_a_trainer" => ["只有培训终端能提议话术", "Only a trainer's terminal proposes templates"],
        "nothing_to_propose" => ["和总部发布的一样，没有可提议的", "It says what is published"],
        "lint_stops" => ["含有总部不会发布的内容", "It holds what headquarters does not publish"],
        "too_many_proposals" => ["等待答复的提议太多", "Too many proposals wait for an answer"],
        "not_enrolled" => {
            ["这台终端还没有登记，请运行 guide enroll", "This terminal is not enrolled; run guide enroll"]
        }
        "unknown_task" => ["这个任务已经不在今天的队列里", "This task is not in today's queue any more"],
        "task_held" => ["这位客户今天暂缓联系", "This customer's task is held today"],
        "task_closed" => ["这个任务已经记过结果了", "This task has been logged already"],
        "unknown_customer" => ["这位客户已不在您名下", "This customer is not yours any more"],
        "unknown_target" | "nothing_to_undo" => ["没有可以撤销的记录", "There is nothing to take back"],
        "nothing_to_redo" => ["没有可以恢复的撤销", "There is nothing to record again"],
        "no_open_complaint" => ["这位客户没有未结的投诉", "This customer has no open complaint"],
        "unknown_record" => ["这条记录已经不在了", "This record is not open any more"],
        "needs_amount" => ["已成交要填金额", "A purchase needs its amount"],
        "amount_not_positive" => ["金额要大于 0", "The amount must be more than zero"],
        "amount_too_large" => ["一笔成交最多 1000 万元", "One sale is at most 10,000,000 yuan"],
        "needs_date" => ["改日联系要填日期", "A later contact needs its date"],
        "date_out_of_range" => ["日期要在一年之内", "The date must lie within a year"],
        "needs_reason" => ["跳过要选原因", "A skipped task needs a reason"],
        "score_out_of_range" => ["满意度是 1 到 5", "Satisfaction goes from 1 to 5"],
        "needs_text" => ["请写几个字", "The text is missing"],
        "store" => {
            ["本机存储写不进去，请检查磁盘空间", "This terminal's store cannot be written; check the disk's space"]
        }
        "file_exists" => ["已经有这个文件", "There is such a file already"],
        "no_folder" => ["没有这个文件夹", "There is no such folder"],
        "not_permitted" => ["没有权限写在这里", "Writing here is not permitted"],
        "is_folder" => ["这是文件夹，不是文件", "That is a folder, not a file"],
        "disk_full" => ["磁盘已满", "The disk is full"],
        "not_rejected" => ["这条记录没有被退回", "This record was not rejected"],
        "malformed_body" => ["内容不完整或格式不对", "Something is missing or has not its form"],
        "old_hub" => ["总部的版本太旧，不能核对", "Headquarters' version is too old to compare with"],
        "restless" => ["数据一直在变，稍后再核对", "The data keeps changing; compare again later"],
        "clock_is_real" => ["真实时钟不能拨动", "The real clock cannot be moved"],
        "hub_unreachable" => [
            "连不上总部；照常工作，连上后自动补发",
            "Headquarters cannot be reached; go on, it is sent later by itself",
        ],
        "hub_refused" => ["总部拒绝了请求", "Headquarters refused the request"],
        _ => return None,
    };
    Some(texts[lang as usize])
}
