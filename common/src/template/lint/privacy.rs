//! Phone numbers and names of people in a text.

use super::plain::{Plain, Span};
use crate::sop::plan::Text;

/// The digits of a mobile number in China.
const N_MOBILE_DIGITS: usize = 11;

/// Full phone numbers but those of `own_phones`, and the names, each with what to do about it. A name of one letter is
/// no name.
pub(super) fn find(text: &Plain, names: &[&str], own_phones: &[&str]) -> Vec<(Span, Text)> {
    let own: Vec<String> =
        own_phones.iter().map(|phone| phone.chars().filter(char::is_ascii_digit).collect()).collect();
    let mut found: Vec<(Span, Text)> = text
        .digit_runs()
        .filter(|(digits, _)| is_mobile(digits) && !own.contains(digits))
        .map(|(_, span)| {
            let zh = "不写完整手机号；门店电话用{电话}";
            (span, fix(zh, "write no full phone number; the shop's own is {phone}"))
        })
        .collect();
    // a shop has thousands of names, and a text next to none of their characters
    let letters = text.letter_set();
    let near = names.iter().filter(|name| letters.may_hold(name));
    for name in near.map(|name| Plain::new(name)).filter(|name| name.n_letters() > 1) {
        found.extend(text.find(&name).into_iter().map(|span| (span, fix("不写别人的姓名", "name nobody else"))));
    }
    found.sort_by_key(|(span, _)| *span);
    found.dedup_by_key(|(span, _)| *span);
    found
}

fn fix(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: en.to_owned() }
}

/// Whether digits are a mobile number, with or without the country's code. Numbers that begin with 100 are the demo's.
fn is_mobile(digits: &str) -> bool {
    let number = if digits.len() > N_MOBILE_DIGITS { digits.strip_prefix("86").unwrap_or(digits) } else { digits };
    let is_prefix = matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..] | [b'1', b'0', b'0', ..]);
    number.len() == N_MOBILE_DIGITS && is_prefix
}
