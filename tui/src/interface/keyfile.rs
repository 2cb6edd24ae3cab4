//! Key files: presets, and the guide's own `keys.toml` over one of them. Every fault is reported with its line and costs
//! only its own entry; no action is left without a key.

use guide_common::file_error::FileError;
use guide_common::toml_file::{self, Key as Entry, Table};

use super::action::registry;
use super::keymap::{Chord, Keymap};

/// The presets by name; `default` is the registry itself.
const PRESETS: [(&str, &str); 2] = [("default", ""), ("vim", include_str!("../../keys/vim.toml"))];
/// The most keys of one action.
const MAX_CHORDS: usize = 6;

/// The names of the presets.
pub fn presets() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// What a key file makes of a preset, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Read {
    /// The keys.
    pub keymap: Keymap,
    /// What was passed over, with its line.
    pub faults: Vec<FileError>,
    /// Which keys changed hands, with the line that took them.
    pub taken: Vec<FileError>,
}

/// A preset by name.
pub fn preset(name: &str) -> Option<Keymap> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    Some(over(Keymap::default(), text).keymap)
}

/// Reads a key file over a preset.
pub fn over(base: Keymap, text: &str) -> Read {
    let mut read = Read { keymap: base, faults: Vec::new(), taken: Vec::new() };
    let parsed = match toml_file::read(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            read.faults.push(error);
            return read;
        }
    };
    let mut table = Table::new(text, "the key file", parsed.get_ref(), parsed.span());
    let mut faults = Vec::new();
    match table.optional("keys", |key| key.table(|table| Ok(entries(table, &mut faults)))) {
        Ok(given) => assign(&mut read, given.unwrap_or_default()),
        Err(error) => read.faults.push(error),
    }
    read.faults.append(&mut faults);
    read.faults.extend(table.finish().err());
    read.faults.sort_by_key(|fault| fault.line);
    read
}

/// One entry that could be read.
struct Given {
    idx: usize,
    line: usize,
    chords: Vec<Chord>,
}

fn entries(mut table: Table<'_>, faults: &mut Vec<FileError>) -> Vec<Given> {
    let mut given = Vec::new();
    for (idx, spec) in registry().iter().enumerate() {
        match table.optional(spec.name, chords) {
            Ok(Some(chords)) => given.push(Given { idx, line: table.line_of(spec.name), chords }),
            Ok(None) => {}
            Err(error) => faults.push(error),
        }
    }
    faults.extend(table.finish().err());
    given.sort_by_key(|given| given.line);
    given
}

fn chords(entry: Entry<'_>) -> Result<Vec<Chord>, FileError> {
    let chords = entry.one_or_more(MAX_CHORDS, |key| key.parse_str(str::parse::<Chord>))?;
    if chords.is_empty() { Err(entry.error("an action needs a key")) } else { Ok(chords) }
}

/// Gives actions their keys, in the order of the file.
fn assign(read: &mut Read, given: Vec<Given>) {
    let base = read.keymap.clone();
    let waiting: Vec<usize> = given.iter().map(|given| given.idx).collect();
    // what the file names anew is free for the others
    for idx in &waiting {
        read.keymap.chords[*idx].clear();
    }
    for Given { idx, line, chords } in given {
        let name = registry()[idx].name;
        for chord in chords {
            match holder(&read.keymap, idx, chord) {
                None => read.keymap.chords[idx].push(chord),
                Some(other) => {
                    let is_own = waiting.contains(&other);
                    let n_left = read.keymap.chords[other].iter().filter(|held| !held.hides(chord)).count();
                    let (label, holder) = (chord.label(), registry()[other].name);
                    if is_own || n_left == 0 {
                        let why = if is_own { "has it already" } else { "has no other key" };
                        read.faults.push(FileError::new(line, format!("{label:?} is not for {name}: {holder} {why}")));
                        continue;
                    }
                    read.keymap.chords[other].retain(|held| !held.hides(chord));
                    let kept = read.keymap.chords[other].iter().map(|chord| chord.label()).collect::<Vec<_>>();
                    let kept = kept.join(", ");
                    let message = format!("{label:?} is taken from {holder}, which keeps {kept}");
                    read.taken.push(FileError::new(line, message));
                    read.keymap.chords[idx].push(chord);
                }
            }
        }
        if read.keymap.chords[idx].is_empty() {
            let free = |chord: &&Chord| holder(&read.keymap, idx, **chord).is_none();
            read.keymap.chords[idx] = base.chords[idx].iter().filter(free).copied().collect();
        }
    }
    // the preset's keys come back where the file took all that an action had
    for (idx, chords) in base.chords.iter().enumerate().filter(|(idx, _)| waiting.contains(idx)) {
        if read.keymap.chords[idx].is_empty() {
            read.keymap.chords[idx].clone_from(chords);
        }
    }
}

/// The action that could not be told from another on some screen, if that had a key.
fn holder(keymap: &Keymap, idx: usize, chord: Chord) -> Option<usize> {
    let spec = &registry()[idx];
    let mut rows = keymap.rows().enumerate().filter(|(other, _)| *other != idx);
    let clash =
        rows.find(|(_, (other, held))| other.place.meets(spec.place) && held.iter().any(|held| held.hides(chord)));
    clash.map(|(other, _)| other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::action::Action;
    use crate::interface::screens::Screen;

    #[track_caller]
    fn check(text: &str, action: Action, keys: &[&str], fault: Option<&str>) -> Read {
        let read = over(Keymap::default(), text);
        let labels: Vec<String> = read.keymap.chords(action).iter().map(|chord| chord.label()).collect();
        assert_eq!(labels, keys);
        let first = read.faults.first().map(ToString::to_string);
        assert!(first.as_deref().unwrap_or_default().contains(fault.unwrap_or_default()), "{first:?}");
        assert_eq!(first.is_some(), fault.is_some(), "{first:?}");
        read
    }

    #[test]
    fn a_file_overrides_only_what_it_names() {
        let read = check("[keys]\ncopy = [\"Ctrl-Y\", \"y\"]\n", Action::Copy, &["Ctrl-Y", "y"], None);
        assert_eq!(read.keymap.chords(Action::Undo), Keymap::default().chords(Action::Undo));
        assert!(read.taken.is_empty());
    }

    #[test]
    fn a_key_that_changes_hands_is_reported_with_its_line() {
        let read = check("[keys]\n\nsync = \"z\"\n", Action::SyncNow, &["z"], None);
        assert_eq!(read.taken[0].to_string(), "line 3: \"z\" is taken from undo, which keeps F9");
        assert_eq!(read.keymap.label(Action::Undo), "F9");
    }

    #[test]
    fn a_fault_names_its_line_and_costs_only_its_own_entry() {
        let own = "[keys]\nundo = \"w\"\nsync = [\"w\", \"e\"]\n";
        check(own, Action::SyncNow, &["e"], Some("line 3: \"w\" is not for sync: undo has it already"));
        check("[keys]\nundo = \"Entr\"\nsync = \"e\"\n", Action::SyncNow, &["e"], Some("line 2: "));
        check("[keys]\nsinc = \"e\"\n", Action::SyncNow, &["r", "*"], Some("did you mean \"sync\"?"));
        check("[keys\n", Action::SyncNow, &["r", "*"], Some("line 1"));
        check("[keys]\nsync = []\n", Action::SyncNow, &["r", "*"], Some("line 2: an action needs a key"));
        // the only key of another action stays its own
        let read = check("[keys]\ncopy = \"1\"\n", Action::Copy, &["y", "F5"], Some("interested has no other key"));
        let first = guide_common::outcome::OutcomeCode::Interested;
        assert_eq!(read.keymap.label(Action::Log(first)), "1");
    }

    #[test]
    fn a_prefix_takes_the_key_that_it_begins_with() {
        let read = over(Keymap::default(), "[keys]\nsync = \"z z\"\n");
        assert_eq!(read.keymap.label(Action::SyncNow), "z z");
        assert_eq!(read.keymap.label(Action::Undo), "F9");
    }

    #[test]
    fn every_preset_gives_every_action_a_key_of_its_own() {
        for name in presets() {
            let keymap = preset(name).unwrap();
            let (_, text) = PRESETS.iter().find(|(known, _)| *known == name).unwrap();
            assert_eq!(over(Keymap::default(), text).faults, [], "{name}");
            for (idx, (spec, chords)) in keymap.rows().enumerate() {
                assert!(!chords.is_empty(), "{name}: {}", spec.name);
                let clash = chords.iter().find(|chord| holder(&keymap, idx, **chord).is_some());
                assert_eq!(clash, None, "{name}: {}", spec.name);
            }
            assert!(!keymap.continuations(Screen::Today, "g".parse().unwrap()).is_empty());
        }
    }
}
