//! Text from outside: sanitised once, at the border, so that nothing behind it needs to fear control characters.

use unicode_normalization::UnicodeNormalization;

/// The most combining marks that one base character keeps.
const MAX_MARKS: usize = 8;

/// Whether line breaks are part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// A name or label: line breaks become spaces.
    One,
    /// A note or script: line breaks stay.
    Many,
}

/// Returns `text` without control, escape, bidirectional-override, zero-width, tag, private-use and unassigned-plane
/// characters, in normal form C, with at most `max_chars` characters and eight combining marks a character.
pub fn sanitise(text: &str, lines: Lines, max_chars: usize) -> String {
    let mut clean = String::with_capacity(text.len().min(max_chars * 4));
    let mut n_marks = 0;
    let mut n_chars = 0;
    let mut previous = ' ';
    for c in text.nfc() {
        let c = match c {
            '\r' => continue,
            '\n' if lines == Lines::Many => '\n',
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c => c,
        };
        if is_unsafe(c, previous) {
            continue;
        }
        if unicode_normalization::char::is_combining_mark(c) {
            n_marks += 1;
            if n_marks > MAX_MARKS {
                continue;
            }
        } else {
            n_marks = 0;
        }
        if n_chars == max_chars {
            break;
        }
        n_chars += 1;
        previous = c;
        clean.push(c);
    }
    let trimmed = clean.trim();
    if trimmed.len() == clean.len() { clean } else { trimmed.to_owned() }
}

fn is_unsafe(c: char, previous: char) -> bool {
    match c {
        '\n' => false,
        // joins emoji; anywhere else it only hides
        '\u{200d}' => !is_pictograph(previous),
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}' => true,
        c => c.is_control(),
    }
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Returns a phone number with its middle hidden, as it is shown unless it was revealed: `138****1234`.
pub fn mask_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    if chars.len() < 7 {
        return "*".repeat(chars.len());
    }
    let head: String = chars[..3].iter().collect();
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}****{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(sanitise(input, Lines::One, 40), expected);
    }

    #[test]
    fn controls_and_overrides_are_removed() {
        check("\u{1b}]0;x\u{7}王\u{9b}2J芳", "]0;x王2J芳");
        check("a\u{202e}b\u{2066}c\u{200b}d\u{feff}", "abcd");
        check("两\n行\t字", "两 行 字");
        check("  单雅宁 ", "单雅宁");
    }

    #[test]
    fn decomposed_text_is_composed_and_marks_are_bounded() {
        check("e\u{301}", "é");
        let zalgo = format!("a{}", "\u{330}".repeat(50));
        assert!(sanitise(&zalgo, Lines::One, 40).chars().count() <= 1 + MAX_MARKS);
    }

    #[test]
    fn text_is_cut_at_its_limit() {
        assert_eq!(sanitise(&"长".repeat(100), Lines::Many, 7), "长".repeat(7));
    }

    #[test]
    fn a_masked_phone_keeps_head_and_tail() {
        assert_eq!(mask_phone("10000000001"), "100****0001");
        assert_eq!(mask_phone("12345"), "*****");
    }
}
