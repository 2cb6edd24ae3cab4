//! Which language is spoken, and every text of the command line in both. A text is a pair, so that one that lacks a
//! language does not compile.

pub mod amnesty;
pub mod change;
pub mod course;
pub mod date;
pub mod explain;
pub mod fault;
pub mod forecast;
pub mod help;
pub mod hold;
pub mod lint;
pub mod member;
pub mod name;
pub mod note;
pub mod plan;
pub mod problem;
pub mod rejection;
pub mod remind;
pub mod seat;
pub mod support;
pub mod timeline;
pub mod trigger;
pub mod withheld;
pub mod word;

use guide_common::purchase::format_fen;
use guide_common::sop::plan::Lang;

/// A text in both languages: 中文, English.
pub type Pair = (&'static str, &'static str);

/// The half of a pair that a language takes.
pub fn pick<T>(lang: Lang, (zh, en): (T, T)) -> T {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A formatted text in the language: `text!(lang, "共 {n} 条", "{n} rows")`. Both languages stand beside each other, and
/// neither can be left out.
#[macro_export]
macro_rules! text {
    ($lang:expr, $zh:literal, $en:literal $(, $arg:expr)* $(,)?) => {
        match $lang {
            guide_common::sop::plan::Lang::Zh => format!($zh $(, $arg)*),
            guide_common::sop::plan::Lang::En => format!($en $(, $arg)*),
        }
    };
}

/// The language: what was asked for, else what is configured, else English where the locale begins with `en`, else
/// Chinese. `locale` is `LC_ALL`, else `LANG`.
pub fn choose(asked: Option<Lang>, configured: Option<Lang>, locale: Option<&str>) -> Lang {
    let from_locale = || match locale {
        Some(locale) if locale.starts_with("en") => Lang::En,
        _ => Lang::Zh,
    };
    asked.or(configured).unwrap_or_else(from_locale)
}

/// An amount with its sign: `¥1,280`, `-¥88.50`.
pub fn amount(fen: i64) -> String {
    match format_fen(fen).strip_prefix('-') {
        Some(digits) => format!("-¥{digits}"),
        None => format!("¥{}", format_fen(fen)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_decides_before_the_configuration_and_the_locale() {
        assert_eq!(choose(Some(Lang::Zh), Some(Lang::En), Some("en_US.UTF-8")), Lang::Zh);
        assert_eq!(choose(None, Some(Lang::En), Some("zh_CN.UTF-8")), Lang::En);
        assert_eq!(choose(None, None, Some("en_GB")), Lang::En);
        assert_eq!(choose(None, None, Some("de_DE")), Lang::Zh);
        assert_eq!(choose(None, None, None), Lang::Zh);
    }

    #[test]
    fn amounts_carry_their_sign_before_the_currency() {
        assert_eq!(amount(128_000), "¥1,280");
        assert_eq!(amount(-8_850), "-¥88.50");
    }
}
