//! The tags that customers have, each kept once under a number, with how many have it.

use std::collections::HashMap;

use crate::search::MAX_TEXT_CHARS;
use crate::search::glyph::Glyphs;
use crate::search::needle::Needle;
use crate::search::{Rank, note};
use crate::sop::plan::Text;
use crate::sop::settings::{Settings, TagGroup};

/// The number of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagId(u32);

#[derive(Debug)]
struct Entry {
    group: Box<str>,
    value: Box<str>,
    glyphs: Glyphs,
    n_customers: usize,
}

/// The tags that customers have.
#[derive(Debug, Default)]
pub struct Vocabulary {
    entries: Vec<Entry>,
    numbers: HashMap<Box<str>, HashMap<Box<str>, TagId>>,
    free: Vec<TagId>,
}

/// How well a word names a tag; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    Value,
    Group,
    Beginning,
    Inside,
}

impl Vocabulary {
    /// One more customer has a tag.
    pub fn add(&mut self, group: &str, value: &str) -> TagId {
        if let Some(tag) = self.numbers.get(group).and_then(|values| values.get(value)) {
            self.entries[tag.0 as usize].n_customers += 1;
            return *tag;
        }
        let glyphs = Glyphs::of(value, MAX_TEXT_CHARS);
        let entry = Entry { group: group.into(), value: value.into(), glyphs, n_customers: 1 };
        let tag = match self.free.pop() {
            Some(tag) => {
                self.entries[tag.0 as usize] = entry;
                tag
            }
            None => {
                self.entries.push(entry);
                TagId(self.entries.len() as u32 - 1)
            }
        };
        self.numbers.entry(group.into()).or_default().insert(value.into(), tag);
        tag
    }

    /// One customer fewer has it.
    pub fn drop_one(&mut self, tag: TagId) {
        let entry = &mut self.entries[tag.0 as usize];
        entry.n_customers -= 1;
        if entry.n_customers == 0 {
            self.numbers.get_mut(&entry.group).and_then(|values| values.remove(&entry.value));
            self.free.push(tag);
        }
    }

    /// The value of a tag, where it is of a group.
    pub fn value_in(&self, tag: TagId, group: &str) -> Option<&str> {
        let entry = &self.entries[tag.0 as usize];
        (*entry.group == *group).then_some(&entry.value)
    }

    /// The tags that a word names, all equally well, in the order of their numbers; of one group where it is given.
    pub fn named(&self, word: &Needle, within: Option<&str>, settings: &Settings) -> Vec<TagId> {
        let groups: Vec<(&TagGroup, bool)> =
            settings.tag_groups.iter().map(|group| (group, within.is_none() && names_group(word, group))).collect();
        let mut named: Vec<(Naming, TagId)> = Vec::new();
        for (tag, entry) in self.held().filter(|(_, entry)| within.is_none_or(|within| *entry.group == *within)) {
            let group = groups.iter().find(|(group, _)| *group.code == *entry.group);
            let is_group =
                group.map_or_else(|| within.is_none() && is_same(word, &entry.group), |(_, is_named)| *is_named);
            let naming = naming(word, entry, group.map(|(group, _)| *group));
            let naming =
                if is_group { Some(naming.map_or(Naming::Group, |naming| naming.min(Naming::Group))) } else { naming };
            named.extend(naming.map(|naming| (naming, tag)));
        }
        let Some(best) = named.iter().map(|(naming, _)| *naming).min() else {
            return Vec::new();
        };
        named.retain(|(naming, _)| *naming == best);
        let mut tags: Vec<TagId> = named.into_iter().map(|(_, tag)| tag).collect();
        tags.sort_unstable();
        tags
    }

    /// Values that may be meant by a word, else those that most customers have; of one group where it is given.
    pub fn suggestions(&self, word: &[char], within: Option<&str>) -> Vec<String> {
        let is_in = |entry: &Entry| within.is_none_or(|within| *entry.group == *within);
        let mut held: Vec<&Entry> = self.held().map(|(_, entry)| entry).filter(|entry| is_in(entry)).collect();
        held.sort_by(|one, other| {
            other
                .n_customers
                .cmp(&one.n_customers)
                .then_with(|| (&one.group, &one.value).cmp(&(&other.group, &other.value)))
        });
        let form = |entry: &Entry| entry.glyphs.glyphs.iter().map(|glyph| glyph.c).collect();
        note::nearest(word, held.into_iter().map(|entry| (form(entry), &*entry.value)))
    }

    fn held(&self) -> impl Iterator<Item = (TagId, &Entry)> {
        let entries = self.entries.iter().enumerate().filter(|(_, entry)| entry.n_customers > 0);
        entries.map(|(idx, entry)| (TagId(idx as u32), entry))
    }
}

fn is_same(word: &Needle, text: &str) -> bool {
    Needle::new(text).is_some_and(|text| text == *word)
}

fn names_group(word: &Needle, group: &TagGroup) -> bool {
    let Text { zh, en } = &group.name;
    let is_whole = |text: &str| lies(word, &Glyphs::of(text, MAX_TEXT_CHARS)).is_some_and(|(_, is_whole)| is_whole);
    is_same(word, &group.code) || is_whole(zh) || is_same(word, en)
}

/// How a word names a tag by its value: the Chinese name, the English one, the initials.
fn naming(word: &Needle, entry: &Entry, group: Option<&TagGroup>) -> Option<Naming> {
    let value = group.and_then(|group| group.values.iter().find(|value| value.name.zh == *entry.value));
    let mut namings = [None; 3];
    namings[0] = lies(word, &entry.glyphs).map(|(rank, is_whole)| match (rank, is_whole) {
        (_, true) => Naming::Value,
        (Rank::Exact | Rank::Prefix | Rank::Initials, false) => Naming::Beginning,
        (Rank::Inside, false) => Naming::Inside,
    });
    if let Some(value) = value {
        let en = Needle::new(&value.name.en);
        namings[1] =
            en.filter(|en| en.extends(word)).map(|en| if en == *word { Naming::Value } else { Naming::Beginning });
        namings[2] = is_same(word, &value.initials).then_some(Naming::Value);
    }
    namings.into_iter().flatten().min()
}

fn lies(word: &Needle, glyphs: &Glyphs) -> Option<(Rank, bool)> {
    let glyphs = &glyphs.glyphs;
    let step = |at: usize, idx: usize| word.step(at, &glyphs[idx]);
    word.is_in(glyphs.len(), step).then(|| (word.rank(glyphs.len(), step), word.covers(glyphs.len(), step)))
}
