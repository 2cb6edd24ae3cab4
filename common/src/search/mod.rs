//! Finding by what a guide types: characters, pinyin, initials or a mix of them, described in `docs/search.md`. `matches`
//! is for short lists; customers have an index.

pub mod filter;
pub mod fold;
pub mod glyph;
pub mod index;
pub mod needle;
pub mod note;
pub mod reading;
pub mod surname;
mod traditional;

use serde::{Deserialize, Serialize};

use crate::search::filter::MAX_LINE_CHARS;
use crate::search::glyph::Glyphs;
use crate::search::needle::Needle;

/// So much of a text is searched.
pub const MAX_TEXT_CHARS: usize = 120;

/// How well a text matches; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// All of it, each character written or read in full.
    Exact,
    /// Its beginning, in full up to where the word ends.
    Prefix,
    /// Its beginning, with initials.
    Initials,
    /// Something within it.
    Inside,
}

/// Characters of a text that match: from the first, to before the second, counted in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span(pub usize, pub usize);

/// How a text matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// How well.
    pub rank: Rank,
    /// Where, in the order of the text, without overlaps.
    pub spans: Vec<Span>,
}

/// Whether every word of a query lies in a text, by characters, pinyin or initials. A query without words matches
/// everything.
pub fn matches(text: &str, query: &str) -> Option<Hit> {
    let words: Vec<Needle> = needles(query);
    let glyphs = Glyphs::of(text, MAX_TEXT_CHARS);
    let mut rank = Rank::Exact;
    for word in &words {
        rank = rank.max(rank_of(word, &glyphs)?);
    }
    if words.len() > 1
        && let Some(joined) = Needle::new(&query.chars().take(MAX_LINE_CHARS).collect::<String>())
    {
        rank = rank_of(&joined, &glyphs).map_or(rank, |joined| rank.min(joined));
    }
    let Glyphs { glyphs, places } = &glyphs;
    let trace = |word: &Needle| word.trace(glyphs.len(), |at, idx| word.step(at, &glyphs[idx]));
    let marked = words.iter().filter_map(trace).flat_map(|range| places[range].to_vec()).collect();
    Some(Hit { rank, spans: joined_places(marked) })
}

fn needles(query: &str) -> Vec<Needle> {
    let query: String = query.chars().take(MAX_LINE_CHARS).collect();
    query.split_whitespace().filter_map(Needle::new).collect()
}

fn rank_of(word: &Needle, Glyphs { glyphs, .. }: &Glyphs) -> Option<Rank> {
    let step = |at: usize, idx: usize| word.step(at, &glyphs[idx]);
    word.is_in(glyphs.len(), step).then(|| word.rank(glyphs.len(), step))
}

/// Places of a text as spans.
fn joined_places(mut places: Vec<usize>) -> Vec<Span> {
    places.sort_unstable();
    places.dedup();
    let mut spans: Vec<Span> = Vec::new();
    for place in places {
        match spans.last_mut() {
            Some(last) if last.1 == place => last.1 += 1,
            _ => spans.push(Span(place, place + 1)),
        }
    }
    spans
}

#[cfg(test)]
mod tests;
