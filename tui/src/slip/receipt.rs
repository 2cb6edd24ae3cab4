//! Text for a receipt printer: a letter of ASCII takes one column, a wide character two, and nothing else is printed, so
//! that a line is as wide as it was counted, on every printer.

use encoding_rs::GBK;
use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthChar;

use crate::interface::text::wrapped;

/// In what bytes a printer takes text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[value(name = "utf-8")]
    Utf8,
    /// GBK, as most printers sold in China take it.
    Gbk,
}

/// The text with characters of one certain width only: what has another form is printed in that one, the rest as `?`.
pub fn plain(text: &str, encoding: Encoding) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        match c {
            ' '..='~' => plain.push(c),
            '“' | '”' => plain.push('"'),
            '‘' | '’' => plain.push('\''),
            '—' | '–' | '−' => plain.push('-'),
            '·' | '•' => plain.push('.'),
            '×' => plain.push('x'),
            '¥' => plain.push(if is_printed('￥', encoding) { '￥' } else { '?' }),
            c if c.width().unwrap_or(0) == 0 => {}
            c if is_wide(c) => match is_printed(c, encoding) {
                true => plain.push(c),
                false => plain.push_str("??"),
            },
            c => plain.push_str(&in_ascii(c)),
        }
        plain
    })
}

/// The columns of a plain text.
pub fn columns(plain: &str) -> usize {
    plain.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// A plain text in at most so many columns; what is cut ends in two dots.
pub fn cut(plain: &str, max_columns: usize) -> String {
    if columns(plain) <= max_columns {
        return plain.to_owned();
    }
    let mut kept = String::new();
    for c in plain.chars() {
        if columns(&kept) + columns(c.encode_utf8(&mut [0; 4])) + 2 > max_columns {
            break;
        }
        kept.push(c);
    }
    kept.push_str(&".."[..max_columns.saturating_sub(columns(&kept)).min(2)]);
    kept
}

/// Two texts at both ends of a line; the left one gives way.
pub fn apart(left: &str, right: &str, max_columns: usize) -> String {
    let right = cut(right, max_columns);
    let room = max_columns.saturating_sub(columns(&right) + 1);
    let left = cut(left, room);
    let gap = max_columns.saturating_sub(columns(&left) + columns(&right));
    format!("{left}{}{right}", " ".repeat(gap)).trim_end().to_owned()
}

/// A plain text in lines, each behind so many spaces.
pub fn paragraph(plain: &str, indent: usize, max_columns: usize) -> Vec<String> {
    let lines = wrapped(plain, max_columns.saturating_sub(indent));
    lines.iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect()
}

/// The bytes of a text that was made plain for the encoding.
pub fn encoded(plain: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => plain.as_bytes().to_vec(),
        Encoding::Gbk => GBK.encode(plain).0.into_owned(),
    }
}

/// Wide whatever the printer makes of ambiguous characters; pictures are not printed.
fn is_wide(c: char) -> bool {
    c.width() == Some(2)
        && c.width_cjk() == Some(2)
        && !matches!(c, '\u{2300}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_printed(c: char, encoding: Encoding) -> bool {
    match encoding {
        Encoding::Utf8 => true,
        Encoding::Gbk => !GBK.encode(c.encode_utf8(&mut [0; 4])).2,
    }
}

/// A character without its marks or in its simpler form: `é` as `e`, `…` as `...`.
fn in_ascii(c: char) -> String {
    let simple: String = std::iter::once(c).nfkd().filter(|c| matches!(c, ' '..='~')).collect();
    if simple.is_empty() { "?".to_owned() } else { simple }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(plain(text, Encoding::Gbk), expected);
    }

    #[test]
    fn characters_of_uncertain_width_are_printed_in_another_form() {
        check("“七夕”—预热…", "\"七夕\"-预热...");
        check("René · 2×3 ¥88", "Rene . 2x3 ￥88");
        check("💍戒指", "?戒指");
        check("Ω", "?");
        check("王\u{200b}芳\u{301}", "王芳");
    }

    #[test]
    fn a_character_that_the_encoding_lacks_keeps_its_columns() {
        check("𠮷野", "??野");
        assert_eq!(plain("𠮷野", Encoding::Utf8), "𠮷野");
    }

    #[test]
    fn what_is_cut_ends_in_two_dots() {
        assert_eq!(cut("尉迟嘉宁", 8), "尉迟嘉宁");
        assert_eq!(cut("尉迟嘉宁", 7), "尉迟..");
        assert_eq!(cut("abc", 1), ".");
        assert_eq!(apart("尉迟嘉宁", "18:30", 12), "尉迟.. 18:30");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_line_has_as_many_columns_as_a_gbk_printer_gets_bytes(text in "\\PC{0,60}", max in 2_usize..60) {
            let plain = plain(&text, Encoding::Gbk);
            for line in [cut(&plain, max), apart(&plain, &plain, max)].into_iter().chain(paragraph(&plain, 0, max)) {
                prop_assert_eq!(encoded(&line, Encoding::Gbk).len(), columns(&line), "{:?}", line);
                prop_assert!(columns(&line) <= max, "{:?}", line);
            }
        }
    }
}
