//! The file `hub.epoch` beside an SQLite database: it stays behind where an older copy of the database is put back.

use std::fmt;
use std::io::Write;
use std::path::Path;

use crate::platform::sync_folder;

/// What the file says. The database says the same without the heads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marker {
    /// The database's random id; empty in a file that cannot be read.
    pub(super) id: String,
    /// How often a server has begun to serve from it.
    pub(super) generation: u64,
    /// The sum of all feeds' heads when the file was written.
    pub(super) heads: u64,
}

/// What file and database say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The database goes on from where the file was written.
    Same,
    /// Neither holds a marker yet.
    First,
    /// The database is an older copy, another one, or was moved without its file.
    Other,
}

/// Compares a file with a database whose heads add up to a sum.
pub(super) fn compare(file: Option<&Marker>, database: Option<&Marker>, heads: u64) -> Verdict {
    match (file, database) {
        (None, None) => Verdict::First,
        (Some(file), Some(database)) => {
            // the database counts on before the file does
            let ahead = database.generation.checked_sub(file.generation);
            let goes_on = file.id == database.id && ahead.is_some_and(|n| n <= 1) && file.heads <= heads;
            if goes_on { Verdict::Same } else { Verdict::Other }
        }
        _ => Verdict::Other,
    }
}

impl Marker {
    /// A marker of an id of its own.
    pub(super) fn first(heads: u64) -> Self {
        Self { id: uuid::Uuid::now_v7().to_string(), generation: 1, heads }
    }

    /// Reads what a file or a database holds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let id = words.next()?.to_owned();
        let generation = words.next()?.parse().ok()?;
        let heads = words.next().map_or(Some(0), |word| word.parse().ok())?;
        Some(Self { id, generation, heads })
    }

    /// What the database holds: without heads, which it has itself.
    pub(super) fn of_database(&self) -> String {
        format!("{} {}", self.id, self.generation)
    }

    /// Writes the file, in one step and onto the disk.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        let part = path.with_extension(format!("epoch.{}.part", uuid::Uuid::now_v7().simple()));
        let written = self.write_part(&part).and_then(|()| std::fs::rename(&part, path));
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written?;
        match path.parent() {
            Some(folder) => sync_folder(folder),
            None => Ok(()),
        }
    }

    fn write_part(&self, part: &Path) -> std::io::Result<()> {
        let mut file = std::fs::File::create(part)?;
        writeln!(file, "{self}")?;
        file.sync_all()
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.id, self.generation, self.heads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, database: &str, heads: u64, expected: Verdict) {
        let (file, database) = (Marker::parse(file), Marker::parse(database));
        assert_eq!(compare(file.as_ref(), database.as_ref(), heads), expected);
    }

    #[test]
    fn a_database_goes_on_where_its_file_was_written() {
        check("", "", 0, Verdict::First);
        check("a 3 100", "a 3", 100, Verdict::Same);
        check("a 3 100", "a 3", 140, Verdict::Same);
        // a server was stopped between its two notes
        check("a 3 100", "a 4", 100, Verdict::Same);
    }

    #[test]
    fn an_older_copy_another_database_and_one_without_its_file_are_others() {
        check("a 4 100", "a 3", 100, Verdict::Other);
        check("a 3 100", "a 3", 99, Verdict::Other);
        check("a 3 100", "a 5", 100, Verdict::Other);
        check("a 3 100", "b 3", 100, Verdict::Other);
        check("a 3 100", "", 100, Verdict::Other);
        check("", "a 3", 100, Verdict::Other);
    }

    #[test]
    fn a_marker_is_written_whole_and_read_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.epoch");
        let marker = Marker { id: "a".to_owned(), generation: 7, heads: 1_200 };
        marker.write(&path).unwrap();
        assert_eq!(Marker::parse(&std::fs::read_to_string(&path).unwrap()), Some(marker));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
