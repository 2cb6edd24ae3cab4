//! Large letters: eight by eight points each, two to a cell, four rows high. Letters of ASCII only; there is no such font
//! for Chinese.

use font8x8::legacy::BASIC_LEGACY;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// How many rows large letters take.
pub const ROWS: u16 = 4;
/// The columns of a space.
const SPACE_COLS: usize = 4;

/// How many columns a text takes in large letters; none where it has others than ASCII's.
pub fn cols(text: &str) -> Option<u16> {
    let cols: usize = text.chars().map(|c| letter(c).map(|letter| letter.cols.len() + 1)).sum::<Option<usize>>()?;
    u16::try_from(cols.saturating_sub(1)).ok()
}

/// Draws a text at the upper left of an area, as far as there is room.
pub fn draw(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    let area = area.intersection(buffer.area);
    let mut x = area.left();
    for letter in text.chars().filter_map(letter) {
        for (col, at) in letter.cols.clone().zip(x..area.right()) {
            for (row, y) in (0..ROWS).zip(area.top()..area.bottom()) {
                let is_set = |line: u16| letter.lines[usize::from(line)] & (1 << col) != 0;
                let cell = &mut buffer[(at, y)];
                cell.set_style(style);
                // old fonts have the lower half and not the upper one
                match (is_set(2 * row), is_set(2 * row + 1)) {
                    (true, true) => cell.set_char('█'),
                    (false, true) => cell.set_char('▄'),
                    (true, false) => cell.set_char('▄').set_style(Style::new().add_modifier(Modifier::REVERSED)),
                    (false, false) => cell.set_char(' '),
                };
            }
        }
        x = x.saturating_add(u16::try_from(letter.cols.len()).unwrap_or(0) + 1);
    }
}

struct Letter {
    /// A byte a line, the leftmost point in its lowest bit.
    lines: [u8; 8],
    /// Between which columns its points are.
    cols: std::ops::Range<usize>,
}

fn letter(c: char) -> Option<Letter> {
    let lines = *BASIC_LEGACY.get(usize::try_from(u32::from(c)).ok()?)?;
    let used = lines.iter().fold(0, |used, line| used | line);
    let cols = match used {
        0 if c == ' ' => 0..SPACE_COLS,
        0 => return None,
        used => used.trailing_zeros() as usize..8 - used.leading_zeros() as usize,
    };
    Some(Letter { lines, cols })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_drawn_from_full_and_half_cells_and_a_text_takes_the_columns_that_it_says() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 4));
        draw(&mut buffer, Rect::new(1, 0, 11, 4), "1!", Style::new());
        let rows: Vec<String> = (0..4).map(|y| (0..12).map(|x| buffer[(x, y)].symbol()).collect()).collect();
        assert_eq!(rows, ["  ▄██   ▄██▄", "   ██   ▄██▄", "   ██    ▄▄ ", " ▄▄▄▄▄▄  ▄▄ "]);
        // an upper half is a lower one reversed
        let is_reversed = |x, y| buffer[(x, y)].modifier.contains(Modifier::REVERSED);
        assert_eq!([is_reversed(8, 0), is_reversed(8, 1), is_reversed(9, 1)], [false, true, false]);
        assert_eq!(cols("1!"), Some(11));
        assert_eq!(cols("金"), None);
    }

    #[test]
    fn what_does_not_fit_is_cut_off() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 2));
        let area = buffer.area;
        draw(&mut buffer, area, "WW", Style::new());
    }
}
