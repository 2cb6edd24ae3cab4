//! Finding customers by what a guide types, and tasks by what a guide names.

use guide_common::id::{CustomerId, OpId, TaskId};
use guide_common::wire::card::Of;
use guide_common::wire::local::{CustomerList, CustomerRow, TaskRow};

use crate::core::open::Open;
use crate::core::row::{Row, search_form};
use crate::core::{Core, State};

/// Hexadecimal digits of a task's id.
const TASK_ID_DIGITS: usize = 12;

/// How well a row matches; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Exact,
    Prefix,
    Inside,
}

/// How `needle` lies in the lines of `key`: name, id, phone. Of a phone the last digits count as its beginning does.
fn match_of(key: &str, needle: &str) -> Option<Match> {
    if needle.is_empty() {
        return Some(Match::Inside);
    }
    if !key.contains(needle) {
        return None;
    }
    let best = key.split('\n').enumerate().filter(|(_, line)| line.contains(needle)).map(|(idx, line)| {
        if line == needle {
            Match::Exact
        } else if line.starts_with(needle) || (idx == 2 && line.ends_with(needle)) {
            Match::Prefix
        } else {
            Match::Inside
        }
    });
    // a needle that spans two lines lies in none of them
    best.min()
}

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
    /// The customers that match, the best first: those with a task today before the others of the same rank.
    pub fn customers(&self, q: &str, limit: usize) -> CustomerList {
        let needle = search_form(q);
        let state = self.state();
        let mut found: Vec<(Match, bool, &CustomerId, &Row)> = Vec::new();
        for (id, row) in &state.rows {
            if let Some(rank) = match_of(&row.key, &needle) {
                found.push((rank, state.open_task(id).is_none(), id, row));
            }
        }
        let n_found = found.len();
        let by_rank = |a: &(Match, bool, &CustomerId, &Row), b: &(Match, bool, &CustomerId, &Row)| {
            (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2))
        };
        if limit < found.len() && limit > 0 {
            found.select_nth_unstable_by(limit - 1, by_rank);
        }
        found.truncate(limit);
        found.sort_unstable_by(by_rank);
        let rows = found.into_iter().map(|(_, _, id, row)| list_row(&state, id, row)).collect();
        CustomerList { q: q.to_owned(), n_all: state.rows.len(), n_found, rows }
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

fn list_row(state: &State, id: &CustomerId, row: &Row) -> CustomerRow {
    CustomerRow {
        id: id.clone(),
        name: row.name.to_string(),
        phone_masked: row.phone_masked.as_deref().map(str::to_owned),
        tier: row.tier,
        last_bought_on: row.last_bought_on,
        total_fen: row.total_fen,
        task: state.open_task(id).map(|task| task.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(needle: &str, expected: Option<Match>) {
        assert_eq!(match_of("单雅宁\nc00042\n10000000421", &search_form(needle)), expected, "{needle}");
    }

    #[test]
    fn a_whole_field_ranks_before_a_beginning_before_an_inside() {
        check("单雅宁", Some(Match::Exact));
        check("Ｃ00042", Some(Match::Exact));
        check("单", Some(Match::Prefix));
        check("c000", Some(Match::Prefix));
        check("宁", Some(Match::Inside));
        check("雅 宁", Some(Match::Inside));
        check("0421", Some(Match::Prefix));
        check("000421", Some(Match::Prefix));
        check("王", None);
        check("", Some(Match::Inside));
    }
}
