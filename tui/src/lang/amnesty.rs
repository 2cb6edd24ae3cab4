//! The amnesty after a leave, in words.

use chrono::NaiveDate;
use guide_common::amnesty::WaiveReason;
use guide_common::sop::backlog::{Amnesty, DueFate, Fate};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};

use super::course::waive_name;
use super::{date, pick};
use crate::text;

/// Of which leave, and what becomes of how much.
pub fn heading(amnesty: &Amnesty, lang: Lang) -> String {
    let (from, to) = (date::day(amnesty.leave.from_on, lang), date::day(amnesty.leave.to_on, lang));
    let (n_dues, n_kept) = (amnesty.count.n_dues, amnesty.count.n_kept);
    text!(
        lang,
        "休假 {from} 至 {to}：积压 {n_dues} → {n_kept}",
        "Leave from {from} to {to}: {n_dues} dues → {n_kept} tasks"
    )
}

/// The numbers, which add up to all that is open: how many, what becomes of them, and more about it.
pub fn counts(amnesty: &Amnesty, lang: Lang) -> Vec<(usize, &'static str, String)> {
    let count = &amnesty.count;
    let at_risk = match count.n_at_risk {
        0 => String::new(),
        n => text!(lang, "其中 {n} 条会来不及", "{n} of them too late"),
    };
    let reasons = [WaiveReason::MomentPassed, WaiveReason::PromoPassed, WaiveReason::Overtaken];
    let by_reason: Vec<String> = reasons
        .into_iter()
        .filter(|reason| amnesty.n_expired_by(*reason) > 0)
        .map(|reason| format!("{} {}", waive_name(reason, lang), amnesty.n_expired_by(reason)))
        .collect();
    let name = amnesty.deputy_name.as_deref().map(|name| sanitise(name, Lines::One, 40));
    let deputy = name.or_else(|| amnesty.deputy.as_ref().map(ToString::to_string)).unwrap_or_default();
    let mut rows = vec![
        (count.n_kept, pick(lang, ("保留", "stay")), at_risk),
        (count.n_merged, pick(lang, ("合并到同一次联系", "go with another one")), String::new()),
        (count.n_expired, pick(lang, ("过期", "expire")), by_reason.join(pick(lang, ("，", ", ")))),
        (count.n_handed, pick(lang, ("交给代班", "go to the deputy")), deputy),
    ];
    if count.n_held > 0 {
        rows.push((count.n_held, pick(lang, ("仍暂缓，不动", "held as before")), String::new()));
    }
    rows
}

/// The dues by what becomes of them; those that stay only where all are asked for.
pub fn listed(amnesty: &Amnesty, all: bool) -> Vec<&DueFate> {
    let mut listed: Vec<&DueFate> = amnesty.dues.iter().filter(|due| all || changes(due.fate)).collect();
    listed.sort_by_key(|due| rank(due.fate));
    listed
}

/// The step, and the piece that it is about; of two that read alike the days from which they count too.
pub fn what(due: &DueFate, listed: &[&DueFate], today: NaiveDate, lang: Lang) -> String {
    let step = due.due.step_name.in_lang(lang);
    let what = match &due.piece {
        Some(piece) => format!("{step} · {}", sanitise(piece, Lines::One, 60)),
        None => step.to_owned(),
    };
    let same = |other: &&&DueFate| {
        (&other.customer, &other.due.step_name, &other.piece) == (&due.customer, &due.due.step_name, &due.piece)
    };
    match listed.iter().filter(same).count() {
        0 | 1 => what,
        _ => format!("{what} · {}", date::short(due.due.anchor_on, today, lang)),
    }
}

/// Whether anything is recorded of it.
fn changes(fate: Fate) -> bool {
    !matches!(fate, Fate::Kept { .. } | Fate::Unknown)
}

/// What is gone comes first.
fn rank(fate: Fate) -> (u8, Option<WaiveReason>) {
    match fate {
        Fate::Expired { reason } => (0, Some(reason)),
        Fate::Handed { .. } => (1, None),
        Fate::AtRisk { .. } => (2, None),
        Fate::Merged { .. } => (3, None),
        Fate::Kept { .. } | Fate::Unknown => (4, None),
    }
}

/// What becomes of one.
pub fn fate(fate: Fate, today: NaiveDate, lang: Lang) -> String {
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
