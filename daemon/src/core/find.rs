//! Finding customers by what a guide types, and tasks by what a guide names.

use std::sync::Arc;

use guide_common::id::{CustomerId, OpId, TaskId};
use guide_common::search::filter::Filter;
use guide_common::search::index::Slot;
use guide_common::search::note::Note;
use guide_common::wire::card::Of;
use guide_common::wire::local::{CustomerList, CustomerRow, TaskRow};

use crate::core::open::Open;
use crate::core::row::Row;
use crate::core::{Core, State};

/// Hexadecimal digits of a task's id.
const TASK_ID_DIGITS: usize = 12;

/// What a guide's word for a task means.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// An open task.
    Open(Box<TaskRow>),
    /// The task was logged today.
    Closed(CustomerId),
    /// The gate holds it.
    Held(CustomerId),
    /// The customer is known and has no task today.
    NoTask(CustomerId),
    /// More than one open task begins so.
    Ambiguous,
    /// Nothing.
    Unknown,
}

impl Core {
    /// The customers who meet a filter, the best first. Right after a start those that were read so far.
    pub fn customers(&self, q: &str, limit: usize) -> CustomerList {
        let filter = Filter::read(q);
        let mut state = self.state();
        let shared = Arc::clone(&state.shared);
        let found = state.index.find(&filter, &shared.rules.settings, limit);
        let n_all = state.rows.len();
        let mut n_found = found.n_found;
        let mut first = found.first;
        // letters alone are a name to the index: an id that is written out names its customer all the same
        let named = CustomerId::new(q.trim()).ok().and_then(|id| Some((state.rows.get(&id)?.slot?, id)));
        if let Some(named) = named.filter(|named| !first.contains(named)) {
            first.insert(0, named);
            first.truncate(limit.max(1));
            n_found = n_found.max(first.len());
        }
        let rows = first.into_iter().filter_map(|(slot, id)| list_row(&state, &filter, id, slot)).collect();
        let is_partial = n_all < state.n_customers;
        CustomerList { q: q.to_owned(), n_all, n_found, rows, notes: found.notes, is_partial }
    }

    /// How many customers meet a filter, and what of it is not understood.
    pub fn count(&self, filter: &str) -> (usize, Vec<Note>) {
        let filter = Filter::read(filter);
        let state = self.state();
        state.index.count(&filter, &state.shared.rules.settings)
    }

    /// Something that is open, over all customers, in the order of their ids.
    pub fn all_open<T: Clone>(&self, of: impl Fn(&Open) -> &Vec<T>) -> Vec<Of<T>> {
        let state = self.state();
        let rows = state.rows.iter().filter_map(|(id, row)| Some((id, row, row.open.as_deref()?)));
        rows.flat_map(|(id, row, open)| {
            let one = |row_of: &T| Of { customer: id.clone(), name: row.name.to_string(), row: row_of.clone() };
            of(open).iter().map(one).collect::<Vec<_>>()
        })
        .collect()
    }

    /// The customer of an op, where it is open.
    pub fn customer_with(&self, op: OpId, is_open: impl Fn(&Open) -> bool) -> Option<CustomerId> {
        let state = self.state();
        let is_it = |row: &Row| row.open.as_deref().is_some_and(&is_open);
        // this terminal's own ops are found at once
        if let Some(kept) = state.outbox.find(op) {
            let customer = kept.op.customer.clone();
            return state.rows.get(&customer).is_some_and(is_it).then_some(customer);
        }
        state.rows.iter().find(|(_, row)| is_it(row)).map(|(id, _)| id.clone())
    }

    /// What a task's id, the beginning of one, or a customer's id names.
    pub fn task_named(&self, name: &str) -> Named {
        let state = self.state();
        if let Ok(customer) = CustomerId::new(name)
            && (state.rows.contains_key(&customer) || state.days.contains_key(&customer))
        {
            return state.task_of(&customer);
        }
        let Some(beginning) = IdBeginning::read(name) else {
            return Named::Unknown;
        };
        let open = state.days.values().filter(|day| day.open).filter_map(|day| day.task.as_ref());
        let mut begins = open.filter(|task| beginning.is_of(task.id));
        match (begins.next(), begins.next()) {
            (Some(task), None) => return Named::Open(Box::new(task.clone())),
            (Some(_), Some(_)) => return Named::Ambiguous,
            (None, _) => {}
        }
        let Ok(id) = name.parse::<TaskId>() else {
            return Named::Unknown;
        };
        // rare: the task of a customer who has none open
        let known = state.rows.keys().chain(state.days.keys());
        known
            .into_iter()
            .find(|customer| TaskId::of(customer, state.on) == id)
            .map_or(Named::Unknown, |c| state.task_of(c))
    }
}

/// The first digits of a task's id. Compared as a number: a long queue has thousands of them.
#[derive(Clone, Copy, Debug)]
struct IdBeginning {
    digits: u64,
    n_missing_bits: u32,
}

impl IdBeginning {
    fn read(text: &str) -> Option<Self> {
        let n_missing = TASK_ID_DIGITS.checked_sub(text.len()).filter(|_| !text.is_empty())?;
        // a sign is no digit
        let digits = u64::from_str_radix(text, 16).ok().filter(|_| !text.starts_with('+'))?;
        Some(Self { digits, n_missing_bits: 4 * n_missing as u32 })
    }

    fn is_of(self, id: TaskId) -> bool {
        id.0 >> self.n_missing_bits == self.digits
    }
}

impl State {
    /// The open task of a customer.
    pub fn open_task(&self, id: &CustomerId) -> Option<&TaskRow> {
        self.days.get(id).filter(|day| day.open)?.task.as_ref()
    }

    fn task_of(&self, id: &CustomerId) -> Named {
        if let Some(task) = self.open_task(id) {
            return Named::Open(Box::new(task.clone()));
        }
        match self.days.get(id) {
            Some(day) if !day.done.is_empty() => Named::Closed(id.clone()),
            Some(day) if !day.held.is_empty() => Named::Held(id.clone()),
            _ => Named::NoTask(id.clone()),
        }
    }
}

fn list_row(state: &State, filter: &Filter, id: CustomerId, slot: Slot) -> Option<CustomerRow> {
    let row = state.rows.get(&id)?;
    Some(CustomerRow {
        name: row.name.to_string(),
        phone_masked: row.phone_masked.as_deref().map(str::to_owned),
        tier: row.tier,
        last_bought_on: row.last_bought_on,
        total_fen: row.total_fen,
        task: state.open_task(&id).map(|task| task.id),
        name_spans: state.index.spans(slot, &row.name, filter),
        level: state.index.level(slot),
        stage: state.index.stage(slot).map(str::to_owned),
        id,
    })
}
