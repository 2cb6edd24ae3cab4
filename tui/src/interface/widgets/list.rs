//! A list's selection and its window; it knows numbers of rows and nothing of what they show.

/// Which row is selected, and which is the first on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListState {
    /// The selected row.
    pub selected: usize,
    /// The first visible line.
    pub offset: usize,
    /// How many lines were visible at the last drawing.
    pub n_visible: usize,
}

impl ListState {
    /// Moves the selection by some rows, within `n` rows.
    pub fn move_by(&mut self, by: isize, n: usize) {
        self.selected = self.selected.saturating_add_signed(by).min(n.saturating_sub(1));
    }

    /// Rows on a page, for moving by pages.
    pub fn page(&self) -> isize {
        isize::try_from(self.n_visible.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// Moves the window so that a line is in it, and returns the first visible line. The window moves as little as it can.
    pub fn window(&mut self, line: usize, n_lines: usize, n_visible: usize) -> usize {
        self.n_visible = n_visible;
        let margin = 1.min(n_visible.saturating_sub(1) / 2);
        if line < self.offset + margin {
            self.offset = line.saturating_sub(margin);
        }
        if line + margin >= self.offset + n_visible {
            self.offset = (line + margin + 1).saturating_sub(n_visible);
        }
        self.offset = self.offset.min(n_lines.saturating_sub(n_visible));
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_no_more_than_it_must() {
        let mut state = ListState::default();
        assert_eq!(state.window(0, 30, 10), 0);
        assert_eq!(state.window(8, 30, 10), 0);
        assert_eq!(state.window(9, 30, 10), 1);
        assert_eq!(state.window(8, 30, 10), 1);
        assert_eq!(state.window(29, 30, 10), 20);
        assert_eq!(state.window(0, 0, 0), 0);
    }
}
