//! The edge to the guide's own files: settings, themes, keys, and what the terminal was found to be.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::settings::Setting;
use crate::config;

/// The longest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;
/// The most own themes.
const MAX_THEMES: usize = 40;
/// For how long a terminal is taken for what it was found to be.
const KNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the interface keeps what is the guide's own.
#[derive(Clone, Debug)]
pub struct Home {
    /// Holds `config.toml`, `keys.toml` and `themes/`.
    pub config: PathBuf,
    /// Holds what may be lost.
    pub state: PathBuf,
    /// Whether anything is written down; not in the demo.
    pub keeping: Keeping,
}

/// Whether choices outlive the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// They do.
    Kept,
    /// They are the demo's.
    Forgotten,
}

impl Home {
    /// The guide's own themes: every `themes/NAME.toml`, by name.
    pub fn themes(&self) -> Vec<(String, String)> {
        let Ok(folder) = fs::read_dir(self.config.join("themes")) else { return Vec::new() };
        let files =
            folder.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "toml"));
        let read = |path: PathBuf| Some((path.file_stem()?.to_str()?.to_owned(), read(&path)?));
        let mut themes: Vec<_> = files.filter_map(read).take(MAX_THEMES).collect();
        themes.sort();
        themes
    }

    /// The guide's own keys; empty where there is no such file.
    pub fn keys(&self) -> String {
        read(&self.config.join("keys.toml")).unwrap_or_default()
    }

    /// Writes a choice into `config.toml`; everything else in it, comments included, stays as it is.
    pub fn save(&self, setting: &Setting) -> io::Result<()> {
        if self.keeping == Keeping::Forgotten {
            return Ok(());
        }
        let file = self.config.join("config.toml");
        config::save(&file, setting.key(), Some(&setting.value())).map_err(|error| match error {
            config::SaveError::Io(error) => error,
            config::SaveError::NoToml(what) => io::Error::new(io::ErrorKind::InvalidData, what),
        })
    }

    /// The columns that the terminal gives an ambiguous character, where it was asked not long ago.
    pub fn known_width(&self, terminal: &str) -> Option<Option<u16>> {
        let file = self.width_file(terminal);
        let age = fs::metadata(&file).ok()?.modified().ok()?.elapsed().ok()?;
        if age > KNOWN_FOR {
            return None;
        }
        Some(fs::read_to_string(file).ok()?.trim().parse().ok())
    }

    /// Remembers what the terminal said, or that it did not.
    pub fn keep_width(&self, terminal: &str, cols: Option<u16>) {
        if self.keeping == Keeping::Forgotten {
            return;
        }
        let text = cols.map_or_else(|| "silent".to_owned(), |cols| cols.to_string());
        let file = self.width_file(terminal);
        // it is asked again next time where it cannot be written
        if let Some(folder) = file.parent()
            && fs::create_dir_all(folder).is_ok()
        {
            let _ = replace(&file, text.as_bytes());
        }
    }

    fn width_file(&self, terminal: &str) -> PathBuf {
        let name: String = terminal.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(80).collect();
        self.state.join("terminals").join(name)
    }
}

fn read(path: &Path) -> Option<String> {
    let is_short = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_FILE_BYTES);
    is_short.then(|| fs::read_to_string(path).ok()).flatten()
}

/// Writes a file beside the old one and puts it in its place.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = file.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, file).inspect_err(|_| drop(fs::remove_file(&beside)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::settings::{Glyphs, Mouse};

    fn home(folder: &Path) -> Home {
        Home { config: folder.join("config"), state: folder.join("state"), keeping: Keeping::Kept }
    }

    #[test]
    fn a_choice_is_written_and_everything_else_in_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        home.save(&Setting::Theme("day".to_owned())).unwrap();
        let file = home.config.join("config.toml");
        assert_eq!(fs::read_to_string(&file).unwrap(), "theme = \"day\"\n");
        fs::write(&file, "# mine\nlang = \"en\" # for the trainer\n\n[later]\nx = 1\n").unwrap();
        home.save(&Setting::Lang(guide_common::sop::plan::Lang::Zh)).unwrap();
        home.save(&Setting::Mouse(Mouse::Free)).unwrap();
        home.save(&Setting::Glyphs(Glyphs::Auto)).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# mine\nlang = \"zh\" # for the trainer\n"), "{text}");
        assert!(text.contains("mouse = false\n") && text.contains("[later]\nx = 1\n"), "{text}");
        assert!(toml::from_str::<toml::Table>(&text).unwrap().contains_key("glyphs"), "{text}");
    }

    #[test]
    fn a_file_that_is_no_toml_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        fs::create_dir_all(&home.config).unwrap();
        let file = home.config.join("config.toml");
        fs::write(&file, "theme = = 1").unwrap();
        assert!(home.save(&Setting::Theme("day".to_owned())).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "theme = = 1");
    }

    #[test]
    fn a_demo_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home { keeping: Keeping::Forgotten, ..home(folder.path()) };
        home.save(&Setting::Theme("day".to_owned())).unwrap();
        home.keep_width("xterm", Some(2));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_terminal_said_is_remembered_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        assert_eq!(home.known_width("xterm 10.0.0.1"), None);
        home.keep_width("xterm 10.0.0.1", Some(3));
        home.keep_width("../../vt", None);
        assert_eq!(home.known_width("xterm 10.0.0.1"), Some(Some(3)));
        assert_eq!(home.known_width("../../vt"), Some(None));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside the state folder");
    }
}
