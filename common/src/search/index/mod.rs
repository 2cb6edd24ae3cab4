//! Customers in a form that is searched while somebody types: columns of small numbers, one place a customer, about a
//! hundred bytes each. It holds what is found by and what decides the order, not what is shown.

mod ask;
mod digits;
pub mod find;
mod intern;
mod order;
mod vocabulary;

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::customer::{Tag, Tier};
use crate::id::CustomerId;
use crate::record::Level;
use crate::search::MAX_TEXT_CHARS;
use crate::search::fold::Folded;
use crate::search::glyph::Glyph;
use crate::search::index::digits::Digits;
use crate::search::index::find::Last;
use crate::search::index::intern::Interner;
use crate::search::index::order::Order;
use crate::search::index::vocabulary::{TagId, Vocabulary};
use crate::search::reading::joined;

/// The tag group of the life stage (阶段).
pub const STAGE_GROUP: &str = "STG";
/// The most characters of a name that stand in its column.
const N_INLINE: usize = 4;
/// In the first place of a name's column: it stands with the long ones.
const LONG: u16 = u16::MAX;

/// A customer's place in the index, until the customer is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

/// What is known of a customer to find.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The reading that a guide wrote down (读音校正).
    pub reading: Option<String>,
    /// The phone number; what is no digit does not count.
    pub phone: Option<String>,
    /// The tier.
    pub tier: Tier,
    /// The member's level.
    pub level: Option<Level>,
    /// The tags.
    pub tags: Vec<Tag>,
    /// The day of the last contact or purchase.
    pub recent_on: Option<NaiveDate>,
    /// Whether there is a task today.
    pub has_task: bool,
}

/// A name that has no room in its column, or a second reading.
#[derive(Clone, Debug, Default)]
struct LongName {
    name: Box<[u16]>,
    alias: Box<[u16]>,
}

/// What is looked at of few.
#[derive(Clone, Debug)]
struct Facets {
    id: CustomerId,
    tags: Box<[TagId]>,
    tier: Tier,
    level: Option<Level>,
}

/// The index.
#[derive(Debug, Default)]
pub struct Index {
    interner: Interner,
    vocabulary: Vocabulary,
    /// By slot, all of the same length. A free slot has no facets.
    names: Vec<[u16; N_INLINE]>,
    phones: Vec<Digits>,
    id_marks: Vec<u64>,
    orders: Vec<Order>,
    facets: Vec<Option<Facets>>,
    long: HashMap<Slot, LongName>,
    free: Vec<Slot>,
    /// Grows with every change of what is found.
    generation: u64,
    last: Option<Last>,
}

impl Index {
    /// How many customers are in it.
    pub fn len(&self) -> usize {
        self.facets.len() - self.free.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts a customer in. Whoever is in it already is taken out first.
    pub fn put(&mut self, id: &CustomerId, person: &Person) -> Slot {
        self.generation += 1;
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let mut chars = Folded::of(&person.name).chars;
        chars.truncate(MAX_TEXT_CHARS);
        let (name, alias) = self.numbers(&chars, person.reading.as_deref());
        let place = self.place(slot);
        let key = match &person.reading {
            Some(corrected) => corrected.clone(),
            None => joined(&chars, |idx| self.interner.usual(name[idx])),
        };
        self.names[place] = match name.len() <= N_INLINE && alias.is_empty() {
            true => std::array::from_fn(|idx| name.get(idx).copied().unwrap_or(0)),
            false => {
                self.long.insert(slot, LongName { name: name.into(), alias: alias.into() });
                [LONG, 0, 0, 0]
            }
        };
        self.phones[place] = Digits::of(person.phone.as_deref().unwrap_or_default());
        self.id_marks[place] = find::marks(id.as_str());
        self.orders[place] = Order::new(&key, person.recent_on, person.has_task);
        let tags = person.tags.iter().map(|tag| self.vocabulary.add(&tag.group, &tag.value)).collect();
        self.facets[place] = Some(Facets { id: id.clone(), tags, tier: person.tier, level: person.level });
        slot
    }

    /// Takes a customer out; the slot may be another one's afterwards.
    pub fn remove(&mut self, slot: Slot) {
        self.generation += 1;
        let place = self.place(slot);
        let Some(facets) = self.facets[place].take() else {
            return;
        };
        for tag in facets.tags {
            self.vocabulary.drop_one(tag);
        }
        self.names[place] = [0; N_INLINE];
        self.phones[place] = Digits::default();
        self.id_marks[place] = 0;
        self.long.remove(&slot);
        self.free.push(slot);
    }

    /// Says whether a customer has a task today.
    pub fn set_task(&mut self, slot: Slot, has_task: bool) {
        let place = self.place(slot);
        self.orders[place].set_task(has_task);
    }

    /// Takes everybody out.
    pub fn clear(&mut self) {
        *self = Self { generation: self.generation + 1, ..Self::default() };
    }

    /// The member's level of a customer.
    pub fn level(&self, slot: Slot) -> Option<Level> {
        self.facets[self.place(slot)].as_ref()?.level
    }

    /// The life stage of a customer.
    pub fn stage(&self, slot: Slot) -> Option<&str> {
        let facets = self.facets[self.place(slot)].as_ref()?;
        facets.tags.iter().find_map(|tag| self.vocabulary.value_in(*tag, STAGE_GROUP))
    }

    /// How many bytes it takes, about: what its columns have room for and what hangs on them.
    pub fn n_bytes(&self) -> usize {
        let column = size_of::<[u16; N_INLINE]>() + size_of::<Digits>() + size_of::<u64>() + size_of::<Order>();
        let facets: usize = self.facets.iter().flatten().map(Facets::n_bytes).sum();
        let long: usize = self.long.values().map(|long| 2 * (long.name.len() + long.alias.len()) + 64).sum();
        self.names.capacity() * (column + size_of::<Option<Facets>>()) + facets + long
    }

    /// A name's characters in numbers, and those of a reading that does not come apart into a syllable for each of them.
    /// One that does stands beside the other readings of the characters.
    fn numbers(&mut self, chars: &[char], corrected: Option<&str>) -> (Vec<u16>, Vec<u16>) {
        let syllables: Vec<&str> = corrected.into_iter().flat_map(str::split_whitespace).collect();
        if corrected.is_some() && syllables.len() == chars.len() {
            let glyphs = chars.iter().zip(syllables).map(|(c, syllable)| Glyph::of(*c).with(syllable));
            return (glyphs.map(|glyph| self.interner.number_of(glyph)).collect(), Vec::new());
        }
        let letters = syllables.iter().flat_map(|syllable| syllable.chars()).take(MAX_TEXT_CHARS);
        let alias = letters.map(|c| self.interner.number_of(Glyph::letter(c))).collect();
        (chars.iter().map(|c| self.interner.number(*c)).collect(), alias)
    }

    fn place(&self, slot: Slot) -> usize {
        slot.0 as usize
    }

    fn grow(&mut self) -> Slot {
        let slot = Slot(self.facets.len() as u32);
        self.names.push([0; N_INLINE]);
        self.phones.push(Digits::default());
        self.id_marks.push(0);
        self.orders.push(Order::default());
        self.facets.push(None);
        slot
    }

    /// The name in numbers, and the other reading.
    fn name(&self, slot: Slot) -> (&[u16], &[u16]) {
        let name = &self.names[self.place(slot)];
        if name[0] == LONG {
            return self.long.get(&slot).map_or((&[], &[]), |long| (&long.name, &long.alias));
        }
        let n_chars = name.iter().position(|number| *number == 0).unwrap_or(N_INLINE);
        (&name[..n_chars], &[])
    }
}

impl Facets {
    fn n_bytes(&self) -> usize {
        // an allocation takes 16 bytes or more
        self.id.as_str().len().max(16) + if self.tags.is_empty() { 0 } else { (4 * self.tags.len() + 8).max(16) }
    }
}

#[cfg(test)]
mod tests;
