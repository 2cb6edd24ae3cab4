//! What of a filter was not understood, as sentences.

use guide_common::search::note::{Note, NoteCode};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};

use crate::lang::pick;
use crate::text;

/// The sentence of a note.
pub fn sentence(note: &Note, lang: Lang) -> String {
    let word = sanitise(&note.word, Lines::One, 60);
    let near: Vec<String> = note.suggestions.iter().map(|text| sanitise(text, Lines::One, 40)).collect();
    let near = near.join(pick(lang, ("、", ", ")));
    let what = match note.code {
        NoteCode::UnknownKey => text!(lang, "不认识“{word}”里的条件名", "{word:?} has a key that is not known"),
        NoteCode::NobodyHas => text!(lang, "没有客户符合“{word}”", "no customer has {word:?}"),
        NoteCode::NoValue => text!(lang, "“{word}”后面缺少值", "{word:?} lacks its value"),
        NoteCode::TooLong => {
            text!(lang, "条件太长：“{word}”及其后面的没有用上", "too long: {word:?} and what follows were left out")
        }
        NoteCode::Unknown => text!(lang, "“{word}”没有用上", "{word:?} was not used"),
    };
    match near.is_empty() {
        true => what,
        false => text!(lang, "{what}；可用：{near}", "{what}; there is: {near}"),
    }
}

/// The sentences of notes, a line each, marked as something to look at.
pub fn lines(notes: &[Note], lang: Lang) -> String {
    notes.iter().map(|note| format!("! {}\n", sentence(note, lang))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_is_wrong_and_what_there_is() {
        let note = Note {
            code: NoteCode::UnknownKey,
            word: "levl:\u{1b}金卡".to_owned(),
            suggestions: vec!["level".to_owned(), "等级".to_owned()],
        };
        assert_eq!(sentence(&note, Lang::Zh), "不认识“levl:金卡”里的条件名；可用：level、等级");
        assert_eq!(sentence(&note, Lang::En), "\"levl:金卡\" has a key that is not known; there is: level, 等级");
        let note = Note { code: NoteCode::NobodyHas, word: "#x".to_owned(), suggestions: Vec::new() };
        assert_eq!(lines(&[note], Lang::En), "! no customer has \"#x\"\n");
    }
}
