//! Text on a grid of cells: cutting, padding and wrapping. It knows widths and nothing of screens.

use std::ops::Range;

use guide_common::search;
use ratatui::buffer::CellWidth;
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_segmentation::UnicodeSegmentation;

const ELLIPSIS: &str = "…";

/// A width in which nothing wraps: what is made for it is read line by line, and has neither bars nor columns.
pub const LINEAR: usize = 8_000;

/// Whether lines of a width are to be read one by one, so that what stands in columns needs its heads beside it.
pub fn is_linear(cols: usize) -> bool {
    cols > LINEAR / 2
}

/// The cells that a text takes.
pub fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_cols).sum()
}

/// A control character takes no cell: it is never drawn.
fn grapheme_cols(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

/// The text in exactly `cols` cells: cut between graphemes with an ellipsis, or padded with spaces.
pub fn fit(text: &str, cols: usize) -> String {
    let mut fitted = cut(text, cols);
    let missing = cols.saturating_sub(width(&fitted));
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

/// The text in exactly `cols` cells, at their right end.
pub fn fit_right(text: &str, cols: usize) -> String {
    let cut = cut(text, cols);
    let missing = cols.saturating_sub(width(&cut));
    format!("{}{cut}", " ".repeat(missing))
}

/// The text in at most `cols` cells: cut between graphemes with an ellipsis where it is longer. A number, an amount or
/// a date is never cut apart: what is left of it would be another one.
pub fn cut(text: &str, cols: usize) -> String {
    if width(text) <= cols {
        return text.to_owned();
    }
    let mut kept = String::new();
    if cols == 0 {
        return kept;
    }
    let mut n_cols = width(ELLIPSIS);
    for grapheme in text.graphemes(true) {
        n_cols += grapheme_cols(grapheme);
        if n_cols > cols {
            if is_of_number(grapheme) {
                kept.truncate(kept.trim_end_matches(|c: char| is_of_number(c.encode_utf8(&mut [0; 4]))).len());
            }
            break;
        }
        kept.push_str(grapheme);
    }
    kept.push_str(ELLIPSIS);
    kept
}

/// Whether a character is part of a number, an amount or a date.
fn is_of_number(grapheme: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | ':' | '-' | '*' | '¥' | '年' | '月' | '日');
    grapheme.chars().next().is_some_and(is_part)
}

/// Whether a text matches what was typed: as it is written in any case, or as it is read (`docs/search.md`).
pub fn matches(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.to_lowercase()) || search::matches(text, wanted).is_some()
}

/// Whether what was typed into a filter stands in one of the texts; nothing typed is in all.
pub fn matches_any<'t>(wanted: &str, texts: impl IntoIterator<Item = &'t str>) -> bool {
    let wanted = wanted.trim();
    wanted.is_empty() || texts.into_iter().any(|text| matches(text, wanted))
}

/// Byte ranges of the lines into which a text wraps at `cols` cells. Lines break where Unicode's line breaking (UAX 14)
/// allows it, so that Chinese closing marks never begin a line; what is still too long is broken between graphemes.
pub fn wrap(text: &str, cols: usize) -> Vec<Range<usize>> {
    let cols = cols.max(2);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut end = 0;
    let mut n_cols = 0;
    for (to, opportunity) in linebreaks(text) {
        let piece = &text[end..to];
        let visible = width(piece.trim_end());
        if n_cols + visible > cols && end > start {
            lines.push(trimmed(text, start..end));
            (start, n_cols) = (end, 0);
        }
        if visible > cols {
            for (idx, grapheme) in piece.grapheme_indices(true) {
                let grapheme_cols = grapheme_cols(grapheme);
                if n_cols + grapheme_cols > cols && end + idx > start {
                    lines.push(trimmed(text, start..end + idx));
                    (start, n_cols) = (end + idx, 0);
                }
                n_cols += grapheme_cols;
            }
        } else {
            n_cols += width(piece);
        }
        end = to;
        if opportunity == BreakOpportunity::Mandatory && to < text.len() {
            lines.push(trimmed(text, start..end));
            (start, n_cols) = (end, 0);
        }
    }
    if start < text.len() || lines.is_empty() {
        lines.push(trimmed(text, start..text.len()));
    }
    lines
}

/// The wrapped lines as texts.
pub fn wrapped(text: &str, cols: usize) -> Vec<String> {
    wrap(text, cols).into_iter().map(|range| text[range].to_owned()).collect()
}

/// Parts in lines of at most `cols` cells, `between` two in a line; a part breaks only where it is longer than a line.
pub fn packed(parts: impl IntoIterator<Item = String>, between: &str, cols: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if width(line) + width(between) + width(part.trim_end()) <= cols => {
                line.push_str(between);
                line.push_str(&part);
            }
            _ => lines.extend(wrapped(&part, cols)),
        }
    }
    lines
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    range.start..range.start + text[range].trim_end().len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, cols: usize, expected: &[&str]) {
        assert_eq!(wrapped(text, cols), expected);
    }

    #[test]
    fn a_cut_name_ends_in_an_ellipsis() {
        assert_eq!(fit("尉迟嘉宁", 6), "尉迟… ");
        assert_eq!(fit("尉迟嘉", 6), "尉迟嘉");
        assert_eq!(fit("Lin", 5), "Lin  ");
        assert_eq!(fit_right("12", 4), "  12");
        assert_eq!(fit("x", 0), "");
    }

    #[test]
    fn a_number_or_a_date_is_shown_whole_or_not_at_all() {
        assert_eq!(cut("secret until 21 Aug", 15), "secret until …");
        assert_eq!(cut("保密至 8月21日", 10), "保密至 …");
        assert_eq!(cut("古法金手镯 ¥12,800", 15), "古法金手镯 …");
        assert_eq!(cut("2 rings", 4), "2 r…");
    }

    #[test]
    fn closing_marks_never_begin_a_line() {
        check("感觉怎么样？打几分", 10, &["感觉怎么", "样？打几分"]);
        check("提重物、运动时，先摘", 8, &["提重物、", "运动时，", "先摘"]);
    }

    #[test]
    fn parts_are_packed_whole_and_only_a_long_one_breaks() {
        let check = |parts: &[&str], cols: usize, expected: &[&str]| {
            assert_eq!(packed(parts.iter().map(ToString::to_string), "  ", cols), expected);
        };
        check(&["简约·5天", "本人·10天", "电话·23天"], 22, &["简约·5天  本人·10天", "电话·23天"]);
        check(&["the customer·3d", "gold·1d"], 8, &["the", "customer", "·3d", "gold·1d"]);
        check(&[], 8, &[]);
    }

    #[test]
    fn words_stay_whole_and_newlines_break() {
        check("how does it feel", 8, &["how does", "it feel"]);
        check("一\n二", 8, &["一", "二"]);
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fitted_text_has_exactly_its_width(text in "\\PC{0,40}", cols in 0_usize..60) {
            prop_assert_eq!(width(&fit(&text, cols)), cols);
            prop_assert_eq!(width(&fit_right(&text, cols)), cols);
        }

        #[test]
        fn wrapped_text_loses_only_spaces_and_stays_within(text in "[\\PC\n]{0,80}", cols in 2_usize..40) {
            let lines = wrap(&text, cols);
            for line in &lines {
                let line = &text[line.clone()];
                // what is one character to the eye is never taken apart
                prop_assert!(width(line) <= cols || line.graphemes(true).count() == 1, "{line:?}");
            }
            for (a, b) in lines.iter().zip(lines.iter().skip(1)) {
                prop_assert!(a.end <= b.start);
                prop_assert!(text[a.end..b.start].trim().is_empty());
            }
        }
    }
}
