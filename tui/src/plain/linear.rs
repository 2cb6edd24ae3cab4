//! From drawn lines to lines that are read out: what was put in columns is joined, what was drawn is left out.

use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use ratatui::text::Line;

use crate::lang::pick;

/// The longest line that is told, in bytes: no text of the program is longer.
const MAX_BYTES: usize = 16 << 10;

/// A line as it is read out: bars, rules and marks are left out, gaps between columns become commas.
pub fn told(line: &Line<'_>, lang: Lang) -> String {
    let drawn: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    spoken(&drawn, lang)
}

/// The lines as they are read out; what is empty then is left out.
pub fn all(lines: &[Line<'_>], lang: Lang) -> Vec<String> {
    lines.iter().map(|line| told(line, lang)).filter(|line| !line.is_empty()).collect()
}

/// A text of somebody's own as it stands: not a character of it is a mark.
pub fn verbatim(line: &Line<'_>) -> String {
    let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
    clean(text.trim_end())
}

/// A drawn text as it is read out.
pub fn spoken(drawn: &str, lang: Lang) -> String {
    let kept: String = drawn.chars().map(|c| if is_drawing(c) { ' ' } else { c }).collect();
    let kept = kept.trim().trim_start_matches(is_mark).trim_start();
    let (next, rest) = match kept.strip_prefix('→') {
        Some(rest) => (pick(lang, ("下一步：", "next: ")), rest),
        None => ("", kept),
    };
    let parts = rest.split("  ").map(|part| part.trim_start_matches(is_mark).trim_end());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    clean(&format!("{next}{}", parts.join(pick(lang, ("，", ", ")))))
}

/// A text without anything that would move a cursor.
pub fn clean(text: &str) -> String {
    sanitise(text, Lines::One, MAX_BYTES)
}

/// What is drawn and says nothing: boxes, blocks, rules.
fn is_drawing(c: char) -> bool {
    matches!(c, '\u{2500}'..='\u{259f}')
}

/// What stands before a line for the eye; the words behind it say the same.
fn is_mark(c: char) -> bool {
    matches!(c, '√' | '×' | '●' | '○' | '·' | '!' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(drawn: &str, expected: &str) {
        assert_eq!(spoken(drawn, Lang::En), expected);
    }

    #[test]
    fn columns_become_commas_and_drawings_nothing() {
        check("│ ├ +3d … +5d   Care call", "+3d … +5d, Care call");
        check("Due      12 ████▌     66%", "Due, 12, 66%");
        check("√ both sides are the same", "both sides are the same");
        check("→ 7 makes a bundle", "next: 7 makes a bundle");
        check("Lint ──────────", "Lint");
        check("3 items  √ ok", "3 items, ok");
        check("  ", "");
    }

    #[test]
    fn nothing_that_moves_a_cursor_is_told() {
        check("a\u{1b}[2Jb\u{202e}c", "a[2Jbc");
    }
}
