//! Bars and rows of small columns, drawn with block characters.

/// A bar for `n` where `most` fills `width` characters, exact to an eighth of one.
pub(super) fn bar(n: u64, most: u64, width: usize) -> String {
    if most == 0 {
        return String::new();
    }
    let eighths = usize::try_from(n.saturating_mul(width as u64 * 8).div_ceil(most)).unwrap_or(usize::MAX);
    let eighths = eighths.min(width * 8);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(PARTS.get(eighths % 8).filter(|part| **part != ' '));
    bar
}

/// A column for each number; several numbers are drawn as their greatest where there are more than `width`.
pub(super) fn columns(numbers: &[u64], width: usize) -> String {
    let n_each = numbers.len().div_ceil(width).max(1);
    let cells: Vec<u64> = numbers.chunks(n_each).map(|cell| cell.iter().copied().max().unwrap_or(0)).collect();
    let most = cells.iter().copied().max().unwrap_or(0).max(1);
    let step = |n: u64| usize::try_from((n * 8).div_ceil(most)).unwrap_or(0);
    cells.into_iter().map(|n| COLUMNS.get(step(n)).copied().unwrap_or(' ')).collect()
}

/// A character filled by so many eighths from the left.
const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// A character filled by so many eighths from below.
const COLUMNS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_number_fills_the_width() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 8, 4), "▌");
        assert_eq!(bar(1, 1_000, 4), "▏", "what is there is seen");
        assert_eq!((bar(0, 10, 4), bar(0, 0, 4)), (String::new(), String::new()));
    }

    #[test]
    fn many_numbers_are_drawn_as_their_greatest() {
        assert_eq!(columns(&[0, 1, 8], 10), "·▁█");
        assert_eq!(columns(&[0, 8, 1, 4], 2), "█▄");
        assert_eq!(columns(&[0, 0], 10), "··");
        assert_eq!(columns(&[], 10), "");
    }
}
