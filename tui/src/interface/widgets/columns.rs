//! Columns along the time, on the grid of cells.

use ratatui::text::Line;

use super::paint::piece;
use crate::interface::text::{fit_right, width};
use crate::interface::theme::{Role, Theme};

/// Eighths of a cell, from the bottom.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Columns of values: which values stand in which cells.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The largest value of each column.
    pub values: Vec<u64>,
    /// So many values stand in one column.
    pub n_each: usize,
    /// So many cells a column takes.
    pub cells: usize,
}

impl Columns {
    /// Values in a width: several in one column where there are more than cells, the largest of which is shown.
    pub fn of(values: &[u64], cols: usize) -> Self {
        let cols = cols.max(1);
        let n_each = values.len().div_ceil(cols).max(1);
        let values: Vec<u64> =
            values.chunks(n_each).map(|part| part.iter().copied().max().unwrap_or_default()).collect();
        let cells = (cols / values.len().max(1)).clamp(1, 3);
        Self { values, n_each, cells }
    }

    /// The cells that all columns take.
    pub fn width(&self) -> usize {
        self.values.len() * self.cells
    }

    /// The first cell of the column in which a value stands.
    pub fn cell_of(&self, idx: usize) -> usize {
        idx / self.n_each * self.cells
    }

    /// The rows from the top, with the largest value and zero at their left; `role` says of a column's value what it
    /// means.
    pub fn lines(&self, n_rows: usize, role: impl Fn(usize, u64) -> Role, theme: &Theme) -> Vec<Line<'static>> {
        let most = self.values.iter().copied().max().unwrap_or_default().max(1);
        let label_cols = width(&most.to_string());
        let n_eighths = n_rows as u64 * 8;
        let row = |row: usize| {
            let label = match row {
                0 => most.to_string(),
                row if row + 1 == n_rows => "0".to_owned(),
                _ => String::new(),
            };
            let mut spans =
                vec![piece(fit_right(&label, label_cols), Role::Muted, theme), piece("│", Role::Border, theme)];
            for (idx, value) in self.values.iter().enumerate() {
                // what is there is seen, however small
                let height = (value * n_eighths / most).max(u64::from(*value > 0));
                let below = ((n_rows - 1 - row) * 8) as u64;
                let filled = height.saturating_sub(below).min(8) as usize;
                spans.push(piece(EIGHTHS[filled].repeat(self.cells), role(idx, *value), theme));
            }
            Line::from(spans)
        };
        (0..n_rows).map(row).collect()
    }

    /// The cells before the first column.
    pub fn margin(&self) -> usize {
        width(&self.values.iter().copied().max().unwrap_or_default().max(1).to_string()) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[u64], cols: usize, n_rows: usize) -> Vec<String> {
        let theme = Theme::built_in("ansi").unwrap();
        let lines = Columns::of(values, cols).lines(n_rows, |_, _| Role::Text, &theme);
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_largest_value_fills_its_column_and_the_smallest_is_still_seen() {
        assert_eq!(drawn(&[0, 1, 8, 100], 4, 2), ["100│   █", "  0│ ▁▁█"]);
        assert_eq!(drawn(&[1, 2], 4, 1), ["2│▄▄██"]);
        assert_eq!(drawn(&[], 4, 1), ["1│"]);
    }

    #[test]
    fn of_several_values_in_one_column_the_largest_is_shown() {
        let columns = Columns::of(&[1, 9, 2, 2, 3], 3);
        assert_eq!((columns.values.as_slice(), columns.n_each, columns.cell_of(4)), (&[9, 2, 3][..], 2, 2));
    }
}
