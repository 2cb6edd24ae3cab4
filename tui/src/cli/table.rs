//! Tables of plain text, aligned by the width that characters take on a terminal: 汉字 take two columns.

use guide_common::text::{Lines, sanitise};
use unicode_width::UnicodeWidthStr;

use crate::cli::context::Style;

/// The widest that a cell may be where nothing else is said; what is longer ends in `…`.
const MAX_CELL_COLUMNS: usize = 60;

/// On which side a column's cells stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// Rows under a heading.
#[derive(Debug)]
pub struct Table {
    heads: Vec<(String, Side)>,
    rows: Vec<Vec<String>>,
    max_columns: usize,
}

impl Table {
    /// An empty table.
    pub fn new(heads: impl IntoIterator<Item = (&'static str, Side)>) -> Self {
        let heads = heads.into_iter().map(|(head, side)| (head.to_owned(), side)).collect();
        Self { heads, rows: Vec::new(), max_columns: MAX_CELL_COLUMNS }
    }

    /// The same with cells as wide as they are, for what must be read to its end.
    #[must_use]
    pub fn uncut(self) -> Self {
        Self { max_columns: usize::MAX, ..self }
    }

    /// Adds a row; its texts are made safe to print.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| cut(&sanitise(&cell, Lines::One, 400), self.max_columns)).collect());
    }

    /// The table as lines; columns without any text are left out.
    pub fn render(&self, style: Style) -> String {
        let widths: Vec<usize> = (0..self.heads.len()).map(|column| self.width(column)).collect();
        let heads: Vec<String> = self.heads.iter().map(|(head, _)| head.clone()).collect();
        let mut text = style.dim(&self.line(&heads, &widths));
        text.push('\n');
        for row in &self.rows {
            text.push_str(&self.line(row, &widths));
            text.push('\n');
        }
        text
    }

    /// The rows alone, indented, for a section under a title of its own.
    pub fn render_bare(&self) -> String {
        let widths: Vec<usize> = (0..self.heads.len()).map(|column| self.width(column)).collect();
        self.rows.iter().map(|row| format!("  {}\n", self.line(row, &widths))).collect()
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        match cells.max().unwrap_or(0) {
            0 => 0,
            widest => widest.max(self.heads[column].0.width()),
        }
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, width), (_, side)) in cells.iter().zip(widths).zip(&self.heads) {
            if *width == 0 {
                continue;
            }
            if !line.is_empty() {
                line.push_str("  ");
            }
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            match side {
                Side::Left => line.extend([cell.as_str(), &padding]),
                Side::Right => line.extend([padding.as_str(), cell]),
            }
        }
        line.trim_end().to_owned()
    }
}

/// Cuts a text to a width, never through a character.
fn cut(text: &str, columns: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if kept.width() + grapheme.width() >= columns {
            break;
        }
        kept.push_str(grapheme);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_cells_stand_under_one_another() {
        let mut table =
            Table::new([("客户", Side::Left), ("金额", Side::Right), ("空", Side::Left), ("渠道", Side::Left)]);
        table.row(["尉迟嘉".to_owned(), "¥105,000".to_owned(), String::new(), "企微".to_owned()]);
        table.row(["Ann".to_owned(), "¥9".to_owned(), String::new(), "phone".to_owned()]);
        assert_eq!(
            table.render(Style::Plain),
            "客户        金额  渠道\n\
             尉迟嘉  ¥105,000  企微\n\
             Ann           ¥9  phone\n"
        );
    }

    #[test]
    fn a_cell_can_neither_move_the_cursor_nor_break_the_line() {
        let mut table = Table::new([("x", Side::Left)]);
        table.row(["a\u{1b}[2J\nb\u{202e}c".to_owned()]);
        assert_eq!(table.render(Style::Plain), "x\na[2J bc\n");
    }

    #[test]
    fn a_long_cell_is_cut_between_characters() {
        assert_eq!(cut(&"字".repeat(40), 60), format!("{}…", "字".repeat(29)));
    }
}
