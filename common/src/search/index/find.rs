//! Going over the customers: who meets a filter, how well, and who are the first of them. Where a line grows while it is
//! typed, only those are looked at who met it before.

use crate::id::CustomerId;
use crate::search::filter::Filter;
use crate::search::fold::Folded;
use crate::search::index::ask::{Bare, Check, Condition, IdWord, Query, narrow};
use crate::search::index::digits::DigitRank;
use crate::search::index::intern::Steps;
use crate::search::index::order::Order;
use crate::search::index::{Index, Slot};
use crate::search::needle::{Needle, Step};
use crate::search::note::Note;
use crate::search::{Rank, Span, joined_places};
use crate::sop::settings::Settings;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many meet the filter.
    pub n_found: usize,
    /// The first of them, in order.
    pub first: Vec<(Slot, CustomerId)>,
    /// What was not understood.
    pub notes: Vec<Note>,
}

/// What was looked for last, and who met it.
#[derive(Debug)]
pub(super) struct Last {
    generation: u64,
    conditions: Vec<Condition>,
    slots: Vec<Slot>,
}

/// A condition with what its word makes of the characters.
struct Probe<'q> {
    condition: &'q Condition,
    steps: Option<Steps<'q>>,
}

impl Probe<'_> {
    /// Whether the name alone can meet it.
    fn is_name(&self) -> bool {
        matches!(&self.condition.check, Check::Bare(bare) if bare.digits.is_none() && bare.id.is_none())
    }
}

impl Index {
    /// The customers who meet a filter, the best first.
    pub fn find(&mut self, filter: &Filter, settings: &Settings, limit: usize) -> Found {
        let Query { conditions, notes } = self.understand(filter, settings);
        let Some(conditions) = conditions else {
            return Found { notes, ..Found::default() };
        };
        let last = self.last.take().filter(|last| last.generation == self.generation);
        let last = last.filter(|last| narrow(&conditions, &last.conditions));
        let mut slots = Vec::new();
        let mut best = Best::new(limit);
        let each = |slot, rank| {
            slots.push(slot);
            best.offer(self.orders[self.place(slot)].with(rank), slot, self);
        };
        let joined = joined(&conditions);
        match &last {
            Some(last) => self.hunt(&conditions, joined.as_ref(), last.slots.iter().copied(), each),
            None => self.hunt(&conditions, joined.as_ref(), self.slots(), each),
        }
        let first = best.sorted(self).into_iter().filter_map(|slot| Some((slot, self.id(slot)?.clone()))).collect();
        let found = Found { n_found: slots.len(), first, notes };
        self.last = Some(Last { generation: self.generation, conditions, slots });
        found
    }

    /// How many customers meet a filter, and what of it was not understood.
    pub fn count(&self, filter: &Filter, settings: &Settings) -> (usize, Vec<Note>) {
        let Query { conditions, notes } = self.understand(filter, settings);
        let mut n_found = 0;
        if let Some(conditions) = &conditions {
            self.hunt(conditions, None, self.slots(), |_, _| n_found += 1);
        }
        (n_found, notes)
    }

    /// Where the names that a filter asks for lie in a customer's name, as it is shown.
    pub fn spans(&self, slot: Slot, name: &str, filter: &Filter) -> Vec<Span> {
        let (numbers, alias) = self.name(slot);
        let mut places = Folded::of(name).places;
        places.truncate(numbers.len());
        let trace = |word: &Needle, numbers: &[u16]| {
            let step = |at: usize, idx: usize| {
                self.interner.glyph(numbers[idx]).map_or(Step::default(), |glyph| word.step(at, glyph))
            };
            word.trace(numbers.len(), step)
        };
        let mut marked = Vec::new();
        for word in filter.names() {
            match trace(word, numbers) {
                Some(range) => marked.extend(places.get(range).unwrap_or_default()),
                // the other reading is one of the whole name
                None if trace(word, alias).is_some() => marked.extend(&places),
                None => {}
            }
        }
        joined_places(marked)
    }

    fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        (0..self.facets.len() as u32).map(Slot)
    }

    fn id(&self, slot: Slot) -> Option<&CustomerId> {
        Some(&self.facets[self.place(slot)].as_ref()?.id)
    }

    fn hunt(
        &self,
        conditions: &[Condition],
        joined: Option<&Needle>,
        slots: impl Iterator<Item = Slot>,
        mut each: impl FnMut(Slot, Rank),
    ) {
        let steps = |needle| Steps::new(needle, &self.interner);
        let mut probes: Vec<Probe<'_>> = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let needle = match &condition.check {
                Check::Bare(bare) => Some(&bare.needle),
                _ => None,
            };
            probes.push(Probe { condition, steps: needle.map(steps) });
        }
        let mut joined = joined.map(|needle| (needle, steps(needle)));
        // whoever meets a word without a key is there: free slots have neither name nor phone nor id
        let is_there = probes.iter().any(|probe| !probe.condition.negated && probe.steps.is_some());
        let lead = probes.iter_mut().find(|probe| !probe.condition.negated && probe.is_name());
        let begins = lead.and_then(|probe| probe.steps.as_mut()).map(Steps::begins);
        'slots: for slot in slots {
            if let Some(begins) = &begins
                && self.names[self.place(slot)].iter().all(|number| begins[usize::from(*number)] == 0)
            {
                continue;
            }
            let mut rank = Rank::Exact;
            for probe in &mut probes {
                match (self.meets(slot, probe), probe.condition.negated) {
                    (Some(met), false) => rank = rank.max(met),
                    (None, true) => {}
                    _ => continue 'slots,
                }
            }
            if !is_there && self.facets[self.place(slot)].is_none() {
                continue;
            }
            if rank > Rank::Exact
                && let Some((needle, steps)) = &mut joined
            {
                rank = self.name_rank(slot, needle, steps).map_or(rank, |joined| rank.min(joined));
            }
            each(slot, rank);
        }
    }

    /// How a customer meets a condition, negated or not; the rank is that of names, phones and ids.
    fn meets(&self, slot: Slot, probe: &mut Probe<'_>) -> Option<Rank> {
        let facets = || self.facets[self.place(slot)].as_ref();
        let is_met = match &probe.condition.check {
            Check::Bare(bare) => return self.bare_rank(slot, bare, probe.steps.as_mut()?),
            Check::Tags(tags) => facets()?.tags.iter().any(|tag| tags.binary_search(tag).is_ok()),
            Check::Tiers(tiers) => tiers.contains(&facets()?.tier),
            Check::Levels(levels) => facets()?.level.is_some_and(|level| levels.contains(&level)),
        };
        is_met.then_some(Rank::Exact)
    }

    /// Whether anybody meets a word without a key.
    pub(super) fn is_anybody(&self, bare: &Bare) -> bool {
        let mut steps = Steps::new(&bare.needle, &self.interner);
        self.slots().any(|slot| self.bare_rank(slot, bare, &mut steps).is_some())
    }

    fn bare_rank(&self, slot: Slot, bare: &Bare, steps: &mut Steps<'_>) -> Option<Rank> {
        let name = self.name_rank(slot, &bare.needle, steps);
        let phone = bare.digits.and_then(|digits| self.phones[self.place(slot)].rank(digits)).map(|rank| match rank {
            DigitRank::Whole => Rank::Exact,
            DigitRank::End => Rank::Prefix,
            DigitRank::Inside => Rank::Inside,
        });
        let id = bare.id.as_ref().and_then(|id| self.id_rank(slot, id));
        name.into_iter().chain(phone).chain(id).min()
    }

    fn name_rank(&self, slot: Slot, needle: &Needle, steps: &mut Steps<'_>) -> Option<Rank> {
        let (name, alias) = self.name(slot);
        let mut of = |numbers: &[u16]| {
            let mut step = |at: usize, idx: usize| steps.step(at, numbers[idx]);
            needle.is_in(numbers.len(), &mut step).then(|| needle.rank(numbers.len(), &mut step))
        };
        match alias.is_empty() {
            true => of(name),
            false => of(name).into_iter().chain(of(alias)).min(),
        }
    }

    fn id_rank(&self, slot: Slot, word: &IdWord) -> Option<Rank> {
        // most ids lack one of the marks
        if self.id_marks[self.place(slot)] & word.marks != word.marks {
            return None;
        }
        let id = self.id(slot)?.as_str();
        let place = match id.is_ascii() {
            true => {
                id.as_bytes().windows(word.text.len()).position(|part| part.eq_ignore_ascii_case(word.text.as_bytes()))
            }
            false => id.to_lowercase().find(&word.text),
        };
        Some(match place? {
            0 if id.len() == word.text.len() => Rank::Exact,
            0 => Rank::Prefix,
            _ => Rank::Inside,
        })
    }
}

/// The names of a line as one word: `zhang xiao ming` is 张小明 in full.
fn joined(conditions: &[Condition]) -> Option<Needle> {
    let names =
        conditions.iter().filter(|condition| !condition.negated).filter_map(|condition| match &condition.check {
            Check::Bare(bare) => Some(bare.needle.chars()),
            _ => None,
        });
    let words: Vec<&[char]> = names.collect();
    if words.len() < 2 {
        return None;
    }
    Needle::new(&words.concat().into_iter().collect::<String>())
}

/// An id's marks: a bit for each three bytes in a row, in lower case. Whoever has a word has its marks.
pub(super) fn marks(id: &str) -> u64 {
    let mark = |part: &[u8]| {
        let number = part.iter().fold(0_u32, |all, byte| all << 8 | u32::from(byte.to_ascii_lowercase()));
        // the upper bits of a product with a large odd number are well mixed
        1 << (number.wrapping_mul(0x9e37_79b1) >> 26)
    };
    let of = |id: &str| id.as_bytes().windows(3).fold(0, |all, part| all | mark(part));
    if id.is_ascii() { of(id) } else { of(&id.to_lowercase()) }
}

/// The first of many, without sorting the rest.
struct Best {
    limit: usize,
    rows: Vec<(Order, Slot)>,
    /// Behind this nobody is among the first.
    bound: Option<Order>,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { limit, rows: Vec::with_capacity(2 * limit), bound: None }
    }

    fn offer(&mut self, order: Order, slot: Slot, index: &Index) {
        if self.limit == 0 || self.bound.is_some_and(|bound| order > bound) {
            return;
        }
        self.rows.push((order, slot));
        if self.rows.len() == 2 * self.limit {
            self.rows.select_nth_unstable_by(self.limit - 1, |one, other| index.compare(one, other));
            self.rows.truncate(self.limit);
            self.bound = self.rows.last().map(|(order, _)| *order);
        }
    }

    fn sorted(mut self, index: &Index) -> Vec<Slot> {
        self.rows.sort_unstable_by(|one, other| index.compare(one, other));
        self.rows.truncate(self.limit);
        self.rows.into_iter().map(|(_, slot)| slot).collect()
    }
}

impl Index {
    /// By their order; the id decides between those who are equal in everything else.
    fn compare(&self, one: &(Order, Slot), other: &(Order, Slot)) -> std::cmp::Ordering {
        one.0.cmp(&other.0).then_with(|| self.id(one.1).cmp(&self.id(other.1)))
    }
}
