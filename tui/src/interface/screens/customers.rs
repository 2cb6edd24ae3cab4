//! The state of the screen Customers: the filter, and who is selected.

use guide_common::id::CustomerId;
use guide_common::wire::local::CustomerRow;
use tui_input::Input;

use crate::interface::data::Data;
use crate::interface::widgets::list::ListState;

/// The most rows asked for: more than anyone scrolls through.
pub const MAX_ROWS: usize = 500;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct CustomersScreen {
    /// The filter.
    pub input: Input,
    /// What has the keys.
    pub focus: CustomersFocus,
    /// The selected row.
    pub list: ListState,
    /// How far the card is scrolled.
    pub scroll: usize,
    /// Whether the timeline is shown in the place of the card.
    pub timeline: bool,
    /// Who is to be selected once the list has come.
    pub wanted: Option<CustomerId>,
    /// Whether the saved lists are to be shown once they have come.
    pub shows_lists: bool,
}

/// What has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomersFocus {
    /// The filter: letters and digits are typed into it.
    #[default]
    Filter,
    /// The list.
    List,
    /// The card.
    Card,
}

impl CustomersScreen {
    /// The selected row.
    pub fn selected<'a>(&self, data: &'a Data) -> Option<&'a CustomerRow> {
        data.customers.as_ref()?.rows.get(self.list.selected)
    }

    /// Selects whom was selected before the list changed, else the first.
    pub fn reselect(&mut self, data: &Data, before: Option<&CustomerId>) {
        let rows = data.customers.as_ref().map_or(&[][..], |list| &list.rows);
        let same = before.and_then(|id| rows.iter().position(|row| row.id == *id));
        self.list.selected = same.unwrap_or(0);
        if same.is_none() {
            self.scroll = 0;
        }
    }
}
