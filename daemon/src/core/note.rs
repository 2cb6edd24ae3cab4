//! What the guides keep in mind of a customer.

use std::cmp::Reverse;

use guide_common::apply::CustomerFile;
use guide_common::fact::{Fact, FactBody, Note};
use guide_common::id::CustomerId;
use guide_common::time::Zone;
use guide_common::wire::card::{NoteRow, Notes};

use crate::core::{Core, State};
use crate::store::StoreError;

impl Core {
    /// All notes on a customer, newest first.
    pub fn notes(&self, id: &CustomerId) -> Result<Option<Notes>, StoreError> {
        let Some(loaded) = self.load_shown(id)? else { return Ok(None) };
        let (on, zone) = (self.day(), self.clock.zone());
        let file = loaded.file.as_of(on);
        let notes = self.state().notes(&file, zone);
        Ok(Some(Notes { customer: id.clone(), name: file.person(on).name.clone(), notes }))
    }
}

impl State {
    /// The notes that stand, newest first.
    pub(super) fn notes(&self, file: &CustomerFile, zone: Zone) -> Vec<NoteRow> {
        let mut notes: Vec<(&Fact, &Note)> = file
            .standing()
            .filter_map(|fact| match &fact.body {
                FactBody::Note(note) => Some((fact, note)),
                _ => None,
            })
            .collect();
        notes.sort_by_key(|(fact, _)| Reverse(fact.order()));
        let row = |(fact, note): (&Fact, &Note)| NoteRow {
            op_id: fact.id,
            at: zone.shop_time(fact.at),
            text: note.text.clone(),
            guide: fact.guide.clone(),
            guide_name: self.guide_name(&fact.guide),
            received: self.is_received(fact.id),
        };
        notes.into_iter().map(row).collect()
    }
}
