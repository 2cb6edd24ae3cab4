//! Glyph sets: how a finished frame is drawn where a terminal gives some characters two cells, or has no glyph for
//! them. Everything is laid out in the first set; the others change characters one for one, so nothing moves.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthStr;

/// A glyph set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GlyphSet {
    /// Lines, blocks and marks of Unicode that old Chinese fonts have too (GBK).
    #[default]
    Unicode,
    /// For terminals that give ambiguous characters two cells: frames of ASCII, bars of reversed cells.
    Safe,
    /// ASCII only, beside the Chinese text itself.
    Ascii,
}

impl GlyphSet {
    /// Every set.
    pub const ALL: [Self; 3] = [Self::Unicode, Self::Safe, Self::Ascii];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Safe => "safe",
            Self::Ascii => "ascii",
        }
    }

    /// Draws a frame in this set.
    pub fn apply(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        let cols = usize::from(buffer.area.width).max(1);
        for idx in 0..buffer.content.len() {
            if buffer.content[idx].symbol().is_ascii() {
                continue;
            }
            let has_neighbour = |idx: Option<usize>, row: usize| {
                idx.is_some_and(|idx| idx / cols == row)
                    && idx.and_then(|idx| buffer.content.get(idx)).is_some_and(|cell| is_dots(cell.symbol()))
            };
            let row = idx / cols;
            // two of them are a pause in a text, one alone is what was cut off
            let dots = has_neighbour(idx.checked_sub(1), row) || has_neighbour(Some(idx + 1), row);
            self.change(&mut buffer.content[idx], dots);
        }
    }

    fn change(self, cell: &mut Cell, dots: bool) {
        let symbol = cell.symbol();
        if symbol.width() != 1 {
            return;
        }
        let Some(c) = symbol.chars().next() else { return };
        let ascii = match c {
            '─' | '—' | '–' | '‐' | '‑' | '―' | '╌' => '-',
            '│' | '║' | '╎' => '|',
            '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => {
                '+'
            }
            '═' => '=',
            '●' | '•' | '★' | '◆' | '■' | '※' => '*',
            '○' | '☆' | '◇' | '□' | '°' => 'o',
            '√' => 'v',
            '×' => 'x',
            '→' => '>',
            '←' => '<',
            '↑' => '^',
            '↓' => 'v',
            '…' if dots => '.',
            '…' => '~',
            '·' | '‧' => '.',
            '“' | '”' | '„' => '"',
            '‘' | '’' => '\'',
            '±' => '+',
            '÷' => '/',
            '█' | '▉' | '▊' | '▇' | '▆' => return self.fill(cell),
            '▋' | '▌' | '▍' | '▅' | '▄' | '▃' => '=',
            '▎' | '▏' | '▂' | '▁' => '_',
            _ if self == Self::Safe && !is_uncertain(c) => return,
            _ => plain(c),
        };
        cell.set_char(ascii);
    }

    /// A filled cell of a bar.
    fn fill(self, cell: &mut Cell) {
        match self {
            Self::Safe => {
                cell.set_char(' ');
                cell.modifier.insert(Modifier::REVERSED);
            }
            Self::Unicode | Self::Ascii => {
                cell.set_char('#');
            }
        }
    }
}

fn is_dots(symbol: &str) -> bool {
    matches!(symbol, "…" | ".")
}

/// Whether some terminals give a one-cell character two cells. Latin, Greek and Cyrillic letters count: `width_cjk` calls
/// them narrow, terminals that follow the old Chinese and Japanese character sets do not.
fn is_uncertain(c: char) -> bool {
    let is_letter = matches!(c, '\u{a1}'..='\u{2ff}' | '\u{370}'..='\u{4ff}');
    is_letter || c.encode_utf8(&mut [0; 4]).width_cjk() == 2
}

/// What is left of a letter without its marks, a circled digit's digit, or a question mark.
fn plain(c: char) -> char {
    c.nfkd().find(char::is_ascii_graphic).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[track_caller]
    fn check(set: GlyphSet, text: &str, expected: &str) {
        let cols = u16::try_from(text.width()).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, cols, 1));
        buffer.set_string(0, 0, text, Style::default());
        set.apply(&mut buffer);
        let mut shown = String::new();
        let mut skip = 0;
        for cell in &buffer.content {
            if skip == 0 {
                shown.push_str(cell.symbol());
            }
            skip = if skip > 0 { skip - 1 } else { cell.symbol().width().saturating_sub(1) };
        }
        assert_eq!(shown, expected, "{set:?}");
    }

    #[test]
    fn characters_of_uncertain_width_become_ascii_and_nothing_moves() {
        for set in [GlyphSet::Safe, GlyphSet::Ascii] {
            check(set, "╭─ 今日 ─╮", "+- 今日 -+");
            check(set, "尉迟…  好的……再见", "尉迟~  好的..再见");
            check(set, "“您好”——王·宁", "\"您好\"--王.宁");
            check(set, "√ ● ○ × → ↓", "v * o x > v");
            check(set, "① é α", "1 e ?");
        }
        check(GlyphSet::Unicode, "╭─ “…” ─╮", "╭─ “…” ─╮");
        check(GlyphSet::Ascii, "██▌", "##=");
        check(GlyphSet::Safe, "██▌", "  =");
    }

    #[test]
    fn a_safe_bar_is_seen_without_colour() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
        buffer.set_string(0, 0, "█", Style::default());
        GlyphSet::Safe.apply(&mut buffer);
        assert!(buffer.content[0].modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn no_set_but_the_first_leaves_a_character_of_uncertain_width() {
        for c in (0x80..0x3000).filter_map(char::from_u32).filter(|c| !c.is_control()) {
            let text = c.to_string();
            if text.width() != 1 || !is_uncertain(c) {
                continue;
            }
            let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
            buffer.set_string(1, 0, &text, Style::default());
            GlyphSet::Safe.apply(&mut buffer);
            assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()), "{c:?}");
        }
    }
}
