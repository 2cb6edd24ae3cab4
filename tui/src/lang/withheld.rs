//! Why a script may not be said, with ages in the largest unit that fits.

use guide_common::sop::plan::Lang;
use guide_common::template::Withheld;

use crate::text;

/// Why a script may not be said, and what to do.
pub fn sentence(withheld: &Withheld<'_>, lang: Lang) -> String {
    match withheld {
        Withheld::Stale { name, age_minutes: Some(age), limit_minutes } if *age >= 0 => {
            let (age, limit) = (minutes(*age, lang), minutes(i64::from(*limit_minutes), lang));
            text!(
                lang,
                "“{name}”是 {age}前的，最多 {limit}：先取得最新的，才能发送",
                "“{name}” is {age} old, at most {limit} are allowed: get a fresh one first"
            )
        }
        other => other.sentence(lang),
    }
}

/// A span in the largest unit of which it has two or more.
fn minutes(minutes: i64, lang: Lang) -> String {
    match minutes {
        ..120 => text!(lang, "{minutes} 分钟", "{minutes} minutes"),
        120..2_880 => text!(lang, "{} 小时", "{} hours", minutes / 60),
        _ => text!(lang, "{} 天", "{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_of_hours_is_told_in_hours() {
        let stale = |age| Withheld::Stale { name: "金价", age_minutes: Some(age), limit_minutes: 60 };
        assert_eq!(
            sentence(&stale(1_050), Lang::En),
            "“金价” is 17 hours old, at most 60 minutes are allowed: get a fresh one first"
        );
        assert_eq!(sentence(&stale(61), Lang::Zh), "“金价”是 61 分钟前的，最多 60 分钟：先取得最新的，才能发送");
        assert!(sentence(&stale(4_400), Lang::Zh).contains("3 天前"));
    }
}
