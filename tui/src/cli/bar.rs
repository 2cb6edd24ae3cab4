//! Bars of block characters, exact to an eighth of a column.

use std::io::IsTerminal;

/// The width of a page where standard output is no terminal.
const DEFAULT_COLUMNS: usize = 80;
/// A character filled by so many eighths from the left.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar for `n` where `most` fills `columns`; what is there is seen.
pub fn bar(n: u64, most: u64, columns: usize) -> String {
    let n_eighths = (n.min(most) * columns as u64 * 8).div_ceil(most.max(1));
    let n_eighths = usize::try_from(n_eighths).unwrap_or_default();
    "█".repeat(n_eighths / 8) + PARTS[n_eighths % 8]
}

/// The columns of the terminal on standard output.
pub fn page_columns() -> usize {
    let size = std::io::stdout().is_terminal().then(crossterm::terminal::size).and_then(Result::ok);
    size.map_or(DEFAULT_COLUMNS, |(columns, _)| usize::from(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_fills_the_columns_and_what_is_there_is_seen() {
        assert_eq!(bar(8, 8, 4), "████");
        assert_eq!(bar(5, 8, 4), "██▌");
        assert_eq!(bar(1, 1_000, 4), "▏");
        assert_eq!((bar(0, 8, 4), bar(0, 0, 4)), (String::new(), String::new()));
    }
}
