//! Sections of a screen in a list, and beside them what the open section holds: rows with a detail, or lines. Moving
//! between the three is the same on every screen that has them.

use super::browser::{Browser, Focus, Moved};
use crate::interface::action::Action;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct Panes {
    /// The sections; its focus says whether the list of them has the keys.
    pub sections: Browser,
    /// The rows of the open section, and the detail of the selected one.
    pub rows: Browser,
}

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// So many rows, of which one is selected.
    Rows(usize),
    /// Lines that scroll.
    Lines,
}

impl Panes {
    /// Which section is open.
    pub fn section(&self) -> usize {
        self.sections.list.selected
    }

    /// Whether the list of sections has the keys.
    pub fn is_at_sections(&self) -> bool {
        self.sections.focus == Focus::List
    }

    /// The list into whose filter keys are typed.
    pub fn typing(&self) -> &Browser {
        if self.is_at_sections() { &self.sections } else { &self.rows }
    }

    /// The same, to be changed.
    pub fn typing_mut(&mut self) -> &mut Browser {
        if self.is_at_sections() { &mut self.sections } else { &mut self.rows }
    }

    /// Opens a section, from its beginning; its rows get the keys.
    pub fn open(&mut self, section: usize) {
        self.sections.list.selected = section;
        self.sections.focus = Focus::Detail;
        self.rows = Browser::default();
    }

    /// Gives the keys to the open section.
    pub fn enter(&mut self) {
        self.sections.focus = Focus::Detail;
    }

    /// Moves, opens, scrolls and goes back, among `n_sections` sections.
    pub fn act(&mut self, action: Action, n_sections: usize, content: Content) -> Moved {
        match (self.is_at_sections(), content) {
            (true, _) => self.act_on_sections(action, n_sections, content),
            (false, Content::Rows(n)) => match self.rows.act(action, n) {
                Moved::Out => self.leave(),
                moved => moved,
            },
            (false, Content::Lines) => match action {
                Action::Back => self.leave(),
                Action::Open | Action::Filter => Moved::Nothing,
                _ => {
                    self.rows.focus = Focus::Detail;
                    self.rows.act(action, 0)
                }
            },
        }
    }

    fn act_on_sections(&mut self, action: Action, n_sections: usize, content: Content) -> Moved {
        match (action, content) {
            (Action::Open, _) => {
                self.sections.focus = Focus::Detail;
                self.rows.focus = if content == Content::Lines { Focus::Detail } else { Focus::List };
                Moved::View
            }
            (Action::Filter, Content::Rows(_)) => {
                self.sections.focus = Focus::Detail;
                self.rows.act(action, 0)
            }
            (Action::ScrollDown | Action::ScrollUp, _) => self.rows.act(action, 0),
            (Action::Filter, Content::Lines) => Moved::Nothing,
            (Action::Back, _) => Moved::Out,
            _ => {
                let before = self.section();
                let moved = self.sections.act(action, n_sections);
                if self.section() != before {
                    self.rows = Browser::default();
                }
                moved
            }
        }
    }

    fn leave(&mut self) -> Moved {
        self.sections.focus = Focus::List;
        self.rows.focus = Focus::List;
        Moved::View
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_opens_its_rows_a_row_its_detail_and_back_leads_the_same_way() {
        let mut panes = Panes::default();
        let rows = Content::Rows(3);
        assert_eq!(panes.act(Action::Down, 4, rows), Moved::Row);
        assert_eq!(panes.section(), 1);
        panes.act(Action::Open, 4, rows);
        panes.act(Action::Down, 4, rows);
        assert_eq!((panes.section(), panes.rows.list.selected), (1, 1));
        panes.act(Action::Open, 4, rows);
        assert_eq!(panes.rows.focus, Focus::Detail);
        panes.act(Action::Back, 4, rows);
        panes.act(Action::Back, 4, rows);
        assert!(panes.is_at_sections());
        assert_eq!(panes.act(Action::Back, 4, rows), Moved::Out);
    }

    #[test]
    fn lines_scroll_and_have_no_filter() {
        let mut panes = Panes::default();
        panes.act(Action::Open, 4, Content::Lines);
        panes.act(Action::Down, 4, Content::Lines);
        assert_eq!((panes.section(), panes.rows.scroll), (0, 1));
        assert_eq!(panes.act(Action::Filter, 4, Content::Lines), Moved::Nothing);
        panes.act(Action::Back, 4, Content::Lines);
        panes.act(Action::Down, 4, Content::Lines);
        assert_eq!((panes.section(), panes.rows.scroll), (1, 0), "another section begins at its first line");
    }
}
