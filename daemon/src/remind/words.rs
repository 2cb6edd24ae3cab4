//! What reminders say. On the desktop they name nobody unless the settings allow it: others may see the screen.

use chrono::{NaiveDateTime, NaiveTime};
use guide_common::remind::{Kind, Moment, Reminder, Toast};
use guide_common::sop::plan::Lang;

use crate::remind::Counts;

/// What of a day is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Tasks that are open.
    Open,
    /// Promises that are due, or should have been kept.
    Promises,
    /// Visits of the day.
    Appointments,
    /// Tasks whose window ends with the day.
    Closing,
    /// What was logged.
    Done,
    /// What headquarters has not received.
    Unsent,
}

/// A title and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In a few words.
    pub title: String,
    /// A line each.
    pub body: String,
}

/// How many customers a body names at most.
const MAX_LINES: usize = 4;

/// What a toast says. `name` tells whom a reminder concerns, where that may be told.
pub fn message(
    toast: &Toast,
    counts: &Counts,
    name: impl Fn(&Reminder) -> Option<String>,
    now: NaiveDateTime,
    lang: Lang,
) -> Words {
    let digest = toast.reminders.iter().find(|one| matches!(one.kind, Kind::Morning | Kind::Evening));
    let others: Vec<&Reminder> =
        toast.reminders.iter().filter(|one| !matches!(one.kind, Kind::Morning | Kind::Evening)).collect();
    let mut lines = lines(&others, digest.is_some(), name, now, lang);
    let title = match (digest.map(|digest| digest.kind), others.as_slice()) {
        (Some(kind), _) => {
            lines.insert(0, summary(kind, counts, lang));
            digest_title(kind, counts, lang)
        }
        (None, [one]) => title(one, now, lang),
        (None, many) => n_things(many.len(), lang),
    };
    Words { title, body: lines.join("\n") }
}

fn lines(
    others: &[&Reminder],
    is_digest: bool,
    name: impl Fn(&Reminder) -> Option<String>,
    now: NaiveDateTime,
    lang: Lang,
) -> Vec<String> {
    let named: Vec<String> =
        others.iter().filter_map(|one| Some(format!("{}　{}", name(one)?, title(one, now, lang)))).collect();
    if !named.is_empty() && named.len() <= MAX_LINES {
        return named;
    }
    if let [one] = others {
        // alone it is the title
        return is_digest.then(|| title(one, now, lang)).into_iter().collect();
    }
    // how many of each, the most important first
    let mut kinds: Vec<(Kind, Moment, usize)> = Vec::new();
    for one in others {
        match kinds.iter_mut().find(|(kind, moment, _)| (*kind, *moment) == (one.kind, one.moment)) {
            Some((_, _, n)) => *n += 1,
            None => kinds.push((one.kind, one.moment, 1)),
        }
    }
    kinds.into_iter().map(|(kind, moment, n)| of_kind(kind, moment, n, lang)).collect()
}

fn n_things(n: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{n} 件事要办"),
        Lang::En => format!("{n} things to do"),
    }
}

fn digest_title(kind: Kind, counts: &Counts, lang: Lang) -> String {
    let count = |what| counts.get(&what).copied().unwrap_or_default();
    match (kind, lang) {
        (Kind::Morning, Lang::Zh) => format!("今天 {} 项服务任务", count(Count::Open)),
        (Kind::Morning, Lang::En) => format!("{} tasks today", count(Count::Open)),
        (_, Lang::Zh) => format!("今天已记 {} 项，还有 {} 项", count(Count::Done), count(Count::Open)),
        (_, Lang::En) => format!("{} logged today, {} left", count(Count::Done), count(Count::Open)),
    }
}

fn summary(kind: Kind, counts: &Counts, lang: Lang) -> String {
    let shown: &[(Count, &str, &str)] = match kind {
        Kind::Morning => &[
            (Count::Promises, "到期承诺", "promises due"),
            (Count::Appointments, "预约", "visits"),
            (Count::Closing, "今天截止", "end today"),
        ],
        _ => &[
            (Count::Promises, "到期承诺", "promises due"),
            (Count::Closing, "今天截止", "end today"),
            (Count::Unsent, "未送达总部", "not sent yet"),
        ],
    };
    let parts: Vec<String> = shown
        .iter()
        .filter_map(|(what, zh, en)| Some((counts.get(what).copied().filter(|n| *n > 0)?, zh, en)))
        .map(|(n, zh, en)| match lang {
            Lang::Zh => format!("{zh} {n}"),
            Lang::En => format!("{n} {en}"),
        })
        .collect();
    match (parts.is_empty(), lang) {
        (true, Lang::Zh) => "没有到期承诺，也没有今天截止的".to_owned(),
        (true, Lang::En) => "no promise is due and nothing ends today".to_owned(),
        (false, _) => parts.join(" · "),
    }
}

/// One reminder in a few words, without whom it concerns.
fn title(one: &Reminder, now: NaiveDateTime, lang: Lang) -> String {
    let about = one.about.filter(|about| about.time() != NaiveTime::MIN);
    let Some(about) = about else { return of_kind(one.kind, one.moment, 1, lang) };
    let time = about.format("%H:%M");
    let is_today = about.date() == now.date();
    let when = match (is_today, lang) {
        (true, _) => time.to_string(),
        (false, Lang::Zh) if Some(about.date()) == now.date().succ_opt() => format!("明天 {time}"),
        (false, Lang::En) if Some(about.date()) == now.date().succ_opt() => format!("tomorrow {time}"),
        (false, _) => about.format("%m-%d %H:%M").to_string(),
    };
    match (one.kind, one.moment, lang) {
        (Kind::Appointment, _, Lang::Zh) => format!("{when} 有客户到店"),
        (Kind::Appointment, _, Lang::En) => format!("a visit, {when}"),
        (Kind::Deadline, Moment::Past, Lang::Zh) => format!("已过补救时限 {when}"),
        (Kind::Deadline, Moment::Past, Lang::En) => format!("past the deadline of {when}"),
        (Kind::Deadline, _, Lang::Zh) => format!("{when} 前须补救"),
        (Kind::Deadline, _, Lang::En) => format!("to be put right by {when}"),
        (Kind::Task, _, Lang::Zh) => format!("{when} 的任务"),
        (Kind::Task, _, Lang::En) => format!("a task for {when}"),
        _ => of_kind(one.kind, one.moment, 1, lang),
    }
}

/// So many of a kind.
fn of_kind(kind: Kind, moment: Moment, n: usize, lang: Lang) -> String {
    let (zh, one, many) = match (kind, moment) {
        (Kind::Rush, _) => ("总部催办", "rush from headquarters", "rushes from headquarters"),
        (Kind::Deadline, Moment::Past) => ("已过补救时限", "deadline has passed", "deadlines have passed"),
        (Kind::Deadline, _) => ("补救时限将到", "deadline is near", "deadlines are near"),
        (Kind::Appointment, Moment::DayBefore) => ("明天到店", "visit tomorrow", "visits tomorrow"),
        (Kind::Appointment, _) => ("即将到店", "visit soon", "visits soon"),
        (Kind::Promise, Moment::Past) => ("承诺已过期", "promise is overdue", "promises are overdue"),
        (Kind::Promise, _) => ("承诺今天到期", "promise is due today", "promises are due today"),
        (Kind::Closing, _) => ("今天截止", "task ends today", "tasks end today"),
        (Kind::Coupon, _) => ("券将到期", "coupon ends soon", "coupons end soon"),
        (Kind::Repair, _) => ("维修改圈要跟进", "repair to follow up", "repairs to follow up"),
        (Kind::Care, _) => ("保养到期", "piece is due for care", "pieces are due for care"),
        _ => ("任务到时间", "task's time has come", "tasks' time has come"),
    };
    match lang {
        Lang::Zh if n == 1 => zh.to_owned(),
        Lang::Zh => format!("{zh} {n}"),
        Lang::En => format!("{n} {}", if n == 1 { one } else { many }),
    }
}

/// What the button says that puts a reminder off.
pub fn snooze(minutes: u32, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{minutes} 分钟后再提醒"),
        Lang::En => format!("Again in {minutes} min"),
    }
}

/// What the button says that opens the interface.
pub fn open(lang: Lang) -> String {
    match lang {
        Lang::Zh => "打开".to_owned(),
        Lang::En => "Open".to_owned(),
    }
}

/// An example.
pub fn example(lang: Lang) -> (String, String) {
    match lang {
        Lang::Zh => ("提醒试一试".to_owned(), "看得到这一条，提醒就能用".to_owned()),
        Lang::En => ("A test".to_owned(), "who sees this will see reminders".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use guide_common::id::ReminderId;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        format!("2026-08-{text}:00").parse().unwrap()
    }

    fn one(kind: Kind, moment: Moment, about: Option<&str>) -> Reminder {
        let now = at("12T10:00");
        let customer = Some("C1".parse().unwrap());
        Reminder { id: ReminderId(1), kind, moment, customer, at: now, until: now, about: about.map(at) }
    }

    #[track_caller]
    fn check(reminders: Vec<Reminder>, name: Option<&str>, lang: Lang, title: &str, body: &str) {
        let counts = [(Count::Open, 12), (Count::Promises, 2), (Count::Done, 9), (Count::Unsent, 3)].into();
        let toast = Toast { reminders, is_urgent: false };
        let words = message(&toast, &counts, |_| name.map(str::to_owned), at("12T10:00"), lang);
        assert_eq!((words.title.as_str(), words.body.as_str()), (title, body));
    }

    #[test]
    fn one_says_what_and_when_and_names_nobody_unless_it_may() {
        let visit = || vec![one(Kind::Appointment, Moment::Before, Some("12T15:00"))];
        check(visit(), None, Lang::Zh, "15:00 有客户到店", "");
        check(visit(), Some("单雅宁"), Lang::Zh, "15:00 有客户到店", "单雅宁　15:00 有客户到店");
        let tomorrow = vec![one(Kind::Appointment, Moment::DayBefore, Some("13T15:00"))];
        check(tomorrow, None, Lang::En, "a visit, tomorrow 15:00", "");
        check(vec![one(Kind::Promise, Moment::Past, Some("11T00:00"))], None, Lang::Zh, "承诺已过期", "");
    }

    #[test]
    fn many_are_counted_and_a_digest_tells_of_the_day() {
        let promise = || one(Kind::Promise, Moment::Now, None);
        let many = vec![promise(), promise(), one(Kind::Closing, Moment::Now, None)];
        check(many, None, Lang::Zh, "3 件事要办", "承诺今天到期 2\n今天截止");
        let mut morning = one(Kind::Morning, Moment::Now, None);
        morning.customer = None;
        check(vec![promise(), morning.clone()], None, Lang::Zh, "今天 12 项服务任务", "到期承诺 2\n承诺今天到期");
        check(vec![morning], None, Lang::En, "12 tasks today", "2 promises due");
        let evening = one(Kind::Evening, Moment::Now, None);
        check(vec![evening], None, Lang::Zh, "今天已记 9 项，还有 12 项", "到期承诺 2 · 未送达总部 3");
    }
}
