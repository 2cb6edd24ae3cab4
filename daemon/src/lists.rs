//! The filters that a guide keeps under names, in a file of the guide's folder: they are this terminal's alone, outlive a
//! restart and a cache that is fetched again, and go when headquarters takes the terminal's access away.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use guide_common::search::filter::Filter;
use guide_common::search::note::{Note, NoteCode};
use guide_common::search::reading::reading;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::list::{MAX_LIST_NAME_CHARS, MAX_LISTS};
use serde::{Deserialize, Serialize};

use crate::outbox::recover::replace;
use crate::vault::Sealer;

/// The version of the file's shape.
const SCHEMA: u32 = 1;

/// What the file is sealed for.
const PLACE: [&[u8]; 1] = [b"lists"];

/// A filter under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptList {
    /// The name.
    pub name: String,
    /// The filter.
    pub filter: String,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    schema: u32,
    lists: Vec<KeptList>,
}

/// Why a list was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The name is empty or too long.
    #[error("a list's name has 1 to {MAX_LIST_NAME_CHARS} characters")]
    Name,
    /// The filter says nothing.
    #[error("the filter is empty")]
    Empty,
    /// The filter has a word that nobody can ever meet, or is too long.
    #[error("the filter is not understood: {word}{}", or(suggestions))]
    NotUnderstood {
        /// The word.
        word: String,
        /// What could be meant.
        suggestions: Vec<String>,
    },
    /// There are as many as there can be.
    #[error("there are {MAX_LISTS} lists already")]
    Full,
    /// The file was written by a newer version.
    #[error("the lists were written by a newer version: install that version again; nothing was changed")]
    Newer,
    /// The file cannot be written.
    #[error("writing the lists")]
    Io(#[from] io::Error),
}

fn or(suggestions: &[String]) -> String {
    if suggestions.is_empty() { String::new() } else { format!("; there is: {}", suggestions.join(", ")) }
}

/// The lists of one guide on this terminal.
#[derive(Debug)]
pub struct ListStore {
    path: PathBuf,
    sealer: Sealer,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Read(Vec<KeptList>),
    Newer,
}

impl ListStore {
    /// Reads the lists in a guide's folder, sealed with the cache's key. A file that is damaged is set aside and nothing is
    /// kept from it.
    pub fn open(folder: &Path, sealer: Sealer) -> io::Result<Self> {
        let (path, open) = (folder.join("lists"), folder.join("lists.json"));
        // a version before left them open
        let is_open = !path.exists() && open.exists();
        let state = match std::fs::read(if is_open { &open } else { &path }) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::Read(Vec::new()),
            bytes => {
                let bytes = bytes?;
                let text = if is_open { Some(bytes) } else { sealer.open(&PLACE, &bytes) };
                match text.and_then(|text| serde_json::from_slice::<Kept>(&text).ok()) {
                    Some(kept) if kept.schema > SCHEMA => State::Newer,
                    Some(kept) => State::Read(kept.lists.into_iter().filter_map(cleaned).take(MAX_LISTS).collect()),
                    None => {
                        tracing::error!("the saved lists are damaged: the file is set aside");
                        std::fs::rename(if is_open { &open } else { &path }, folder.join("lists.damaged"))?;
                        State::Read(Vec::new())
                    }
                }
            }
        };
        let store = Self { path, sealer, state: Mutex::new(state) };
        if is_open && open.exists() && matches!(&*store.state(), State::Read(_)) {
            store.change(|_| Ok(())).map_err(io::Error::other)?;
            std::fs::remove_file(open)?;
        }
        Ok(store)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // replaced as a whole
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All lists, in the order of their names' readings.
    pub fn all(&self) -> Vec<KeptList> {
        match &*self.state() {
            State::Read(lists) => lists.clone(),
            State::Newer => Vec::new(),
        }
    }

    /// Keeps a filter under a name, in the place of the one that had it; it is on disk when this returns. `notes` are
    /// what is not understood of the filter among the customers of this moment.
    pub fn put(&self, name: &str, filter: &str, notes: &[Note]) -> Result<KeptList, ListError> {
        let list = KeptList { name: list_name(name).ok_or(ListError::Name)?, filter: line(filter) };
        if Filter::read(filter).words.is_empty() {
            return Err(ListError::Empty);
        }
        let is_lasting =
            |note: &&Note| matches!(note.code, NoteCode::UnknownKey | NoteCode::NoValue | NoteCode::TooLong);
        if let Some(Note { word, suggestions, .. }) = notes.iter().find(is_lasting).cloned() {
            return Err(ListError::NotUnderstood { word, suggestions });
        }
        self.change(|lists| {
            lists.retain(|kept| kept.name != list.name);
            if lists.len() >= MAX_LISTS {
                return Err(ListError::Full);
            }
            lists.push(list.clone());
            lists.sort_by_cached_key(|list| (reading(&list.name, None), list.name.clone()));
            Ok(list)
        })
    }

    /// Takes a list away and returns it; none where there is none of that name.
    pub fn remove(&self, name: &str) -> Result<Option<KeptList>, ListError> {
        let Some(name) = list_name(name) else { return Ok(None) };
        self.change(|lists| {
            let idx = lists.iter().position(|list| list.name == name);
            Ok(idx.map(|idx| lists.remove(idx)))
        })
    }

    /// Takes all of them away, on disk too.
    pub fn erase(&self) -> io::Result<()> {
        let mut state = self.state();
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => *state = State::Read(Vec::new()),
        }
        Ok(())
    }

    fn change<T>(&self, work: impl FnOnce(&mut Vec<KeptList>) -> Result<T, ListError>) -> Result<T, ListError> {
        let mut state = self.state();
        let State::Read(lists) = &*state else { return Err(ListError::Newer) };
        let mut lists = lists.clone();
        let done = work(&mut lists)?;
        let kept = Kept { schema: SCHEMA, lists };
        let text = serde_json::to_vec(&kept).map_err(io::Error::from)?;
        replace(&self.path, &self.sealer.seal(&PLACE, &text))?;
        *state = State::Read(kept.lists);
        Ok(done)
    }
}

/// A name in its one way of writing; none where it is empty or too long.
fn list_name(name: &str) -> Option<String> {
    let name = sanitise(name, Lines::One, MAX_LIST_NAME_CHARS + 1);
    (1..=MAX_LIST_NAME_CHARS).contains(&name.chars().count()).then_some(name)
}

fn line(filter: &str) -> String {
    sanitise(filter, Lines::One, guide_common::search::filter::MAX_LINE_CHARS)
}

/// A list of the file, which anybody may have written.
fn cleaned(list: KeptList) -> Option<KeptList> {
    Some(KeptList { name: list_name(&list.name)?, filter: line(&list.filter) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Key;

    fn open(folder: &Path) -> io::Result<ListStore> {
        ListStore::open(folder, Sealer::new(&Key::from_bytes(&[7; 32]).unwrap()))
    }

    fn names(store: &ListStore) -> Vec<String> {
        store.all().into_iter().map(|list| list.name).collect()
    }

    #[test]
    fn lists_survive_a_restart_in_the_order_of_their_readings() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).unwrap();
        store.put("珍珠 S", "#珍珠 tier:S", &[]).unwrap();
        store.put(" 婚\u{202e}礼\n", "#婚嫁", &[]).unwrap();
        store.put("珍珠 S", "#珍珠 tier:SA", &[]).unwrap();
        assert_eq!(names(&store), ["婚礼", "珍珠 S"]);
        let again = open(folder.path()).unwrap();
        assert_eq!(again.all(), store.all());
        assert_eq!(again.all()[1].filter, "#珍珠 tier:SA");
        assert_eq!(again.remove("婚礼").unwrap().unwrap().filter, "#婚嫁");
        assert!(again.remove("婚礼").unwrap().is_none());
        again.erase().unwrap();
        assert!(names(&open(folder.path()).unwrap()).is_empty());
    }

    #[test]
    fn names_filters_and_their_number_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).unwrap();
        let put = |name: &str, filter: &str| store.put(name, filter, &Filter::read(filter).notes);
        assert!(matches!(put(" ", "syn"), Err(ListError::Name)));
        assert!(matches!(put(&"长".repeat(41), "syn"), Err(ListError::Name)));
        assert!(matches!(put("a", " - "), Err(ListError::Empty)));
        assert!(matches!(put("a", &"王 ".repeat(20)), Err(ListError::NotUnderstood { .. })));
        for n in 0..MAX_LISTS {
            put(&n.to_string(), "syn").unwrap();
        }
        assert!(matches!(put("one more", "syn"), Err(ListError::Full)));
        put("7", "dyn").unwrap();
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists");
        std::fs::write(&path, "{").unwrap();
        let store = open(folder.path()).unwrap();
        assert!(names(&store).is_empty() && folder.path().join("lists.damaged").exists());
        store.put("a", "syn", &[]).unwrap();
        let newer = store.sealer.seal(&PLACE, br#"{"schema":2,"lists":[]}"#);
        std::fs::write(&path, &newer).unwrap();
        let store = open(folder.path()).unwrap();
        assert!(matches!(store.put("a", "syn", &[]), Err(ListError::Newer)));
        assert_eq!(std::fs::read(&path).unwrap(), newer);
    }

    #[test]
    fn what_a_version_before_left_open_is_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("lists.json");
        std::fs::write(&plain, r#"{"schema":1,"lists":[{"name":"王小明","filter":"syn"}]}"#).unwrap();
        assert_eq!(names(&open(folder.path()).unwrap()), ["王小明"]);
        assert!(!plain.exists());
        let bytes = std::fs::read(folder.path().join("lists")).unwrap();
        assert!(!bytes.windows(9).any(|bytes| bytes == "王小明".as_bytes()));
        assert_eq!(names(&open(folder.path()).unwrap()), ["王小明"]);
    }
}
