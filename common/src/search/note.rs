//! What of a filter was not understood: a value beside the answer, never an error.

use serde::{Deserialize, Serialize};

/// One word of a filter that was not understood, or that finds nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What is the matter.
    pub code: NoteCode,
    /// The word as it was typed.
    pub word: String,
    /// What could be meant, or what there is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
}

/// What is the matter with a word of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// There is no such key: nobody is found.
    UnknownKey,
    /// No customer has this value: nobody is found.
    NobodyHas,
    /// The value is missing: the word counts for nothing yet.
    NoValue,
    /// The line is too long: this word and those behind it were left out.
    TooLong,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// The most suggestions of a note.
pub const MAX_SUGGESTIONS: usize = 5;

/// Those of `known` that are near to a word, the nearest first; where none is, the first of them.
pub fn nearest<'k>(word: &[char], known: impl Iterator<Item = (Vec<char>, &'k str)>) -> Vec<String> {
    let mut near: Vec<(usize, &str)> = Vec::new();
    let mut first: Vec<&str> = Vec::new();
    for (form, shown) in known {
        let distance = distance(word, &form);
        if distance <= form.len().max(word.len()) / 2 {
            near.push((distance, shown));
        }
        if first.len() < MAX_SUGGESTIONS {
            first.push(shown);
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    let near: Vec<&str> = near.into_iter().map(|(_, shown)| shown).collect();
    let best = if near.is_empty() { first } else { near };
    best.into_iter().take(MAX_SUGGESTIONS).map(str::to_owned).collect()
}

/// How many characters must be put in, taken out, changed or swapped with the next one to make one text of the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (idx, c) in one.iter().enumerate() {
        let mut next = vec![idx + 1];
        for (place, d) in other.iter().enumerate() {
            let mut least = (row[place] + usize::from(c != d)).min(row[place + 1] + 1).min(next[place] + 1);
            if idx > 0 && place > 0 && *c == other[place - 1] && one[idx - 1] == *d {
                least = least.min(before[place - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_suggested_and_else_what_there_is() {
        let known = || ["tag", "tier", "level", "stage"].into_iter().map(|key| (key.chars().collect(), key));
        let near = |word: &str| nearest(&word.chars().collect::<Vec<_>>(), known());
        assert_eq!(near("teir"), ["tier"]);
        assert_eq!(near("levl"), ["level"]);
        assert_eq!(near("colour"), ["tag", "tier", "level", "stage"]);
    }
}
