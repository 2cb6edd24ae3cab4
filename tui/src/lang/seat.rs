//! The guides of a terminal in words.

use guide_common::sop::plan::Lang;
use guide_common::wire::seat::Seat;

use crate::lang::pick;
use crate::text;

/// What is to be known of a guide before the turn begins.
pub fn note(seat: &Seat, lang: Lang) -> String {
    let unsent = match seat.n_unsent {
        0 => String::new(),
        n => text!(lang, "{n} 条待发送", "{n} unsent"),
    };
    let pin = if seat.has_pin { "" } else { pick(lang, ("无 PIN", "no PIN")) };
    [unsent.as_str(), pin].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What to do with a PIN that was forgotten.
pub fn forgotten(lang: Lang) -> &'static str {
    let words = (
        "忘了 PIN：向总部要登记码，再 guide enroll 网址；没发出去的记录都在",
        "forgotten: ask headquarters for a code, then guide enroll URL; nothing unsent is lost",
    );
    pick(lang, words)
}

/// Why a turn did not begin.
pub fn failure(code: &str, detail: &str, lang: Lang) -> String {
    let n: String = detail.chars().filter(char::is_ascii_digit).collect();
    match code {
        "wrong_pin" if n == "0" => {
            pick(lang, ("PIN 不对；再试要等一会儿", "not the PIN; the next try has to wait")).to_owned()
        }
        "wrong_pin" => text!(lang, "PIN 不对；还可以错 {n} 次", "not the PIN; {n} more may be wrong"),
        "wait" => text!(lang, "错得太多：请等 {n} 秒", "too many wrong PINs: wait {n} s"),
        "unreachable" => {
            pick(lang, ("后台程序没有应答，正在重试", "the daemon does not answer; trying again")).to_owned()
        }
        "pin" if detail.contains("easy") => pick(
            lang,
            (
                "这个 PIN 太好猜：不要全相同，不要连号",
                "too easy to guess: not one digit again and again, and none in a row",
            ),
        )
        .to_owned(),
        "pin" => pick(lang, ("PIN 是 6 到 12 位数字", "a PIN has 6 to 12 digits")).to_owned(),
        _ => detail.to_owned(),
    }
}
