//! Frames as text with their styles beneath: under each row a letter a cell, and at the end what the letters mean. For
//! snapshots that a person can read.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier, Style};

use super::svg;
use super::theme::{Role, Theme};

/// A frame's rows, each with a letter a cell beneath it, and the letters' meaning. A dot is ordinary text; a small letter
/// is the first role of that style, the same one in every theme; a capital letter is a style of no role.
pub fn styles(buffer: &Buffer, theme: &Theme) -> String {
    let mut letters: Vec<(char, Cell)> = Vec::new();
    let mut shown = String::new();
    for (line, y) in svg::text(buffer).lines().zip(0..) {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let cell = &buffer[(x, y)];
            // the second half of a wide character has no style of its own
            let cols = cell.symbol().cell_width().max(1);
            row.extend(std::iter::repeat_n(letter(cell, theme, &mut letters), usize::from(cols)));
            x += cols;
        }
        let _ = writeln!(shown, "{line}\n{}", row.trim_end_matches('.'));
    }
    letters.sort_by_key(|(letter, _)| (letter.is_uppercase(), *letter));
    for (letter, cell) in &letters {
        let roles = Role::ALL.into_iter().filter(|role| is_of(cell, *role, theme)).map(|role| format!(" {role:?}"));
        let _ = writeln!(shown, "{letter}{}: {}", roles.collect::<String>(), described(cell));
    }
    shown
}

fn letter(cell: &Cell, theme: &Theme, letters: &mut Vec<(char, Cell)>) -> char {
    let same = |known: &&(char, Cell)| looks(&known.1) == looks(cell);
    if let Some((letter, _)) = letters.iter().find(same) {
        return *letter;
    }
    let role =
        Role::ALL.into_iter().zip(std::iter::once('.').chain('a'..='z')).find(|(role, _)| is_of(cell, *role, theme));
    let letter = role.map_or_else(
        || {
            let n_capital = letters.iter().filter(|(letter, _)| letter.is_uppercase()).count();
            ('A'..='Z').nth(n_capital).unwrap_or('?')
        },
        |(_, letter)| letter,
    );
    letters.push((letter, cell.clone()));
    letter
}

/// Whether a cell looks as a role does over ordinary text.
fn is_of(cell: &Cell, role: Role, theme: &Theme) -> bool {
    let mut of_role = Cell::default();
    of_role.set_style(Style::default().patch(theme.style(Role::Text)).patch(theme.style(role)));
    looks(&of_role) == looks(cell)
}

fn looks(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

fn described(cell: &Cell) -> String {
    let ground = (cell.bg != Color::Reset).then(|| format!(" on {}", cell.bg));
    let modifiers = cell.modifier.iter_names().map(|(name, _)| format!(" {}", name.to_lowercase()));
    let color = if cell.fg == Color::Reset { "the terminal's".to_owned() } else { cell.fg.to_string() };
    format!("{color}{}{}", ground.unwrap_or_default(), modifiers.collect::<String>())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_letter_stands_under_each_cell_and_is_explained() {
        let theme = Theme::built_in("ansi").unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, "金饰 ok", Style::default());
        buffer.set_string(2, 0, "饰", theme.style(Role::Good));
        buffer.set_string(5, 0, "ok", Style::default().fg(Color::Blue));
        assert_eq!(styles(&buffer, &theme), "金饰 ok\n..kk.AA\n. Text: the terminal's\nk Good Money: Green\nA: Blue\n");
    }
}
