//! Tables for people: columns as wide as their widest cell, Chinese characters counted as two.

use unicode_width::UnicodeWidthStr;

/// A table; the first row is its head.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with its head.
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The text; cells that are numbers stand on the right.
    pub fn text(&self) -> String {
        let n_columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..n_columns)
            .map(|idx| self.rows.iter().filter_map(|row| row.get(idx)).map(|cell| cell.width()).max().unwrap_or(0))
            .collect();
        let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
        let right: Vec<bool> = (0..n_columns)
            .map(|idx| {
                self.rows.len() > 1 && self.rows.iter().skip(1).filter_map(|row| row.get(idx)).all(|c| is_number(c))
            })
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (idx, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[idx].saturating_sub(cell.width()));
                if idx > 0 {
                    line.push_str("  ");
                }
                if right[idx] {
                    line.push_str(&gap);
                    line.push_str(cell);
                } else {
                    line.push_str(cell);
                    line.push_str(&gap);
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_with_chinese_text() {
        let mut table = Table::new(&["导购", "n"]);
        table.row(["林知夏", "7"]);
        table.row(["Li", "120"]);
        assert_eq!(table.text(), "导购      n\n林知夏    7\nLi      120\n");
    }
}
