//! Bars and sparklines of block characters, on the grid of cells.

/// Eighths of a cell, from the left.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Eighths of a cell, from below.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar of a share of `cols` cells; what is more than nothing has at least an eighth of a cell.
pub fn bar(part: u64, whole: u64, cols: usize) -> String {
    if part == 0 || whole == 0 || cols == 0 {
        return String::new();
    }
    let eighths = (u128::from(part.min(whole)) * cols as u128 * 8).div_ceil(u128::from(whole));
    let eighths = usize::try_from(eighths).unwrap_or(cols * 8).min(cols * 8);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// A sparkline: a character a value, the tallest for the largest; nothing is a dot.
pub fn spark(values: &[u64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0);
    values.iter().map(|value| level(*value, most)).collect()
}

/// The character of one value among values of which the largest is `most`.
pub fn level(value: u64, most: u64) -> &'static str {
    if value == 0 || most == 0 {
        return "·";
    }
    let idx = (u128::from(value) * 8).div_ceil(u128::from(most)).clamp(1, 8) - 1;
    LEVELS[usize::try_from(idx).unwrap_or(7)]
}

/// The values summed into at most `cols` groups of neighbours.
pub fn squeezed(values: &[u64], cols: usize) -> Vec<u64> {
    let per_group = values.len().div_ceil(cols.max(1)).max(1);
    values.chunks(per_group).map(|group| group.iter().sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::text::width;

    #[test]
    fn a_bar_has_its_share_of_the_cells_and_never_vanishes() {
        assert_eq!(bar(1, 2, 4), "██");
        assert_eq!(bar(2, 2, 4), "████");
        assert_eq!(bar(1, 1_000, 4), "▏");
        assert_eq!(bar(0, 5, 4), "");
        assert_eq!(bar(5, 0, 4), "");
        assert_eq!(width(&bar(7, 5, 4)), 4, "no bar is longer than its room");
    }

    #[test]
    fn a_sparkline_has_a_character_a_value() {
        assert_eq!(spark(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(spark(&[]), "");
        assert_eq!(squeezed(&[1, 2, 3, 4, 5], 2), [6, 9]);
        assert_eq!(squeezed(&[1, 2], 5), [1, 2]);
    }
}
