//! Words of what support looks at: triggers and ends of cycles, kinds of entities, sizes, and a clock that is off.

use chrono::TimeDelta;
use guide_common::sop::plan::Lang;

use crate::lang::pick;
use crate::text;

/// A clock that is off by more is told of everywhere.
const MAX_SKEW: TimeDelta = TimeDelta::minutes(2);

/// What started a cycle of sync.
pub fn trigger_name(trigger: &str, lang: Lang) -> &str {
    match trigger {
        "start" => pick(lang, ("启动", "start")),
        "timer" => pick(lang, ("定时", "timer")),
        "op" => pick(lang, ("有记录", "record")),
        "asked" => pick(lang, ("手动", "asked")),
        "hub" => pick(lang, ("总部", "hub")),
        "enrolled" => pick(lang, ("登记", "enrolled")),
        other => other,
    }
}

/// How a cycle ended, in a word.
pub fn end_name(end: &str, lang: Lang) -> &str {
    match end {
        "ok" => pick(lang, ("完成", "ok")),
        "unreachable" => pick(lang, ("连不上", "unreachable")),
        "refused" => pick(lang, ("被拒绝", "refused")),
        "unauthorised" => pick(lang, ("未授权", "unauthorised")),
        "revoked" => pick(lang, ("已停用", "revoked")),
        "too_old" => pick(lang, ("版本太旧", "too old")),
        "busy" => pick(lang, ("总部忙", "busy")),
        "protocol" => pick(lang, ("版本不符", "protocol")),
        "store" => pick(lang, ("存储出错", "store")),
        other => other,
    }
}

/// A kind of entity in a feed.
pub fn entity_name(kind: &str, lang: Lang) -> &str {
    match kind {
        "customer" => pick(lang, ("客户", "customers")),
        "purchase" => pick(lang, ("消费", "purchases")),
        "fact" => pick(lang, ("记录", "records")),
        "guide" => pick(lang, ("导购", "guide")),
        "colleague" => pick(lang, ("同事", "colleagues")),
        "plan" => pick(lang, ("方案", "plans")),
        "template" => pick(lang, ("话术模板", "templates")),
        "settings" => pick(lang, ("设置", "settings")),
        "gold_price" => pick(lang, ("金价", "gold prices")),
        "lint" => pick(lang, ("话术规则", "rules of scripts")),
        other => other,
    }
}

/// A number of bytes: `812 B`, `12.3 kB`.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

/// How long something took: `83 ms`, `1.2 s`.
pub fn took(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        _ => format!("{:.1} s", ms as f64 / 1e3),
    }
}

/// What is said of a clock that is off by more than two minutes; nothing of one that is right or was not measured.
pub fn skew(skew_ms: Option<i64>, lang: Lang) -> Option<String> {
    let ahead = TimeDelta::try_milliseconds(skew_ms?)?;
    (ahead.abs() > MAX_SKEW).then(|| {
        let by = off_by(ahead, lang);
        match ahead > TimeDelta::zero() {
            true => text!(
                lang,
                "本机时钟快 {by}：日期按总部时间计算",
                "this machine's clock is {by} fast: dates follow headquarters' time"
            ),
            false => text!(
                lang,
                "本机时钟慢 {by}：日期按总部时间计算",
                "this machine's clock is {by} slow: dates follow headquarters' time"
            ),
        }
    })
}

/// By how much a clock is off, in its largest unit that leaves a number above one.
pub fn off_by(ahead: TimeDelta, lang: Lang) -> String {
    let off = ahead.abs();
    let (n, unit) = match () {
        () if off >= TimeDelta::days(2) => (off.num_days(), pick(lang, ("天", "days"))),
        () if off >= TimeDelta::hours(2) => (off.num_hours(), pick(lang, ("小时", "hours"))),
        () if off >= TimeDelta::minutes(2) => (off.num_minutes(), pick(lang, ("分钟", "minutes"))),
        () => return text!(lang, "{:.1} 秒", "{:.1} s", off.num_milliseconds() as f64 / 1e3),
    };
    format!("{n} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(skew_ms: Option<i64>, zh: Option<&str>, en: Option<&str>) {
        assert_eq!((skew(skew_ms, Lang::Zh).as_deref(), skew(skew_ms, Lang::En).as_deref()), (zh, en));
    }

    #[test]
    fn a_clock_is_told_of_beyond_two_minutes_in_both_directions() {
        check(None, None, None);
        check(Some(120_000), None, None);
        check(Some(-120_000), None, None);
        check(
            Some(180_500),
            Some("本机时钟快 3 分钟：日期按总部时间计算"),
            Some("this machine's clock is 3 minutes fast: dates follow headquarters' time"),
        );
        check(
            Some(-3 * 86_400_000),
            Some("本机时钟慢 3 天：日期按总部时间计算"),
            Some("this machine's clock is 3 days slow: dates follow headquarters' time"),
        );
        check(Some(i64::MIN), None, None);
    }

    #[test]
    fn sizes_and_times_stand_in_a_unit_that_can_be_read() {
        assert_eq!((bytes(812), bytes(12_345), bytes(3_400_000)), ("812 B".into(), "12.3 kB".into(), "3.4 MB".into()));
        assert_eq!((took(83), took(1_240)), ("83 ms".into(), "1.2 s".into()));
    }
}
