//! The file `FORMAT`: which schema the cache has, which program wrote it, and which folder of sled's is in use. It is
//! replaced in one step, so that a rewrite and a migration happen as a whole or not at all.

use std::path::{Path, PathBuf};
use std::{fs, io};

use guide_common::wire::hub::FeedName;
use serde::{Deserialize, Serialize};

use crate::outbox::recover::replace;
use crate::store::seals::{Place, Seals};
use crate::store::value::{self, Entry};
use crate::store::{StoreError, files, io_fault};

/// The schema of the cache's keys and values.
pub const SCHEMA: u32 = 2;
/// The program that writes it.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// One step forward: what becomes of an entry, or nothing where it goes.
pub type Change = fn(seals: &Seals, tree: &str, key: &[u8], value: &[u8]) -> Result<Option<Entry>, StoreError>;

/// What this version writes, and how older schemas become it.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The schema.
    pub schema: u32,
    /// For each older schema that is still known, the step to the one above it.
    pub steps: &'static [(u32, Change)],
}

/// The layout of this version. Until schema 2 values lay open.
pub const LAYOUT: Layout = Layout { schema: SCHEMA, steps: &[(1, seal)] };

fn seal(seals: &Seals, tree: &str, key: &[u8], value: &[u8]) -> Result<Option<Entry>, StoreError> {
    let value = match tree.split_once('-').map_or(tree, |(kind, _)| kind) {
        "acks" => seals.seal_answer(key, value),
        "sheets" => seals.seal(Place { tree, key, head: &[] }, value)?,
        "guide" => value::seal(seals, FeedName::Guide, key, value)?,
        "shared" => value::seal(seals, FeedName::Shared, key, value)?,
        _ => value.to_vec(),
    };
    Ok(Some((key.to_vec(), value)))
}

impl Layout {
    /// The steps from an older schema, or none where the way is not known.
    pub fn way_from(&self, schema: u32) -> Option<Vec<Change>> {
        let step = |from: u32| self.steps.iter().find(|(of, _)| *of == from).map(|(_, change)| *change);
        (schema..self.schema).map(step).collect()
    }
}

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// The schema of keys and values.
    pub schema: u32,
    /// The oldest schema whose programs can read it.
    pub min_reader: u32,
    /// The version of the program that opened it last.
    #[serde(default)]
    pub program: String,
    /// The folder of sled's.
    #[serde(default = "first_db")]
    pub db: String,
    /// CRC32C of the fields above, with spaces between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sum: Option<u32>,
}

fn first_db() -> String {
    "db".to_owned()
}

impl Format {
    /// What this version writes, for a folder of sled's.
    pub fn of(layout: Layout, db: &str) -> Self {
        Self {
            schema: layout.schema,
            min_reader: layout.schema,
            program: PROGRAM.to_owned(),
            db: db.to_owned(),
            sum: None,
        }
    }

    /// The same with another folder of sled's.
    pub fn with_db(&self, db: &str) -> Self {
        Self { db: db.to_owned(), ..self.clone() }
    }

    /// The same, opened by this program.
    pub fn with_this_program(&self) -> Self {
        Self { program: PROGRAM.to_owned(), ..self.clone() }
    }

    fn sum(&self) -> u32 {
        crc32c::crc32c(format!("{} {} {} {}", self.schema, self.min_reader, self.program, self.db).as_bytes())
    }

    /// Reads the file of a cache; none where it is missing.
    pub fn read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = files::format(folder);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(io_fault("reading", &path))?,
        };
        let format: Self =
            serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged("the file FORMAT is none"))?;
        let is_right = format.sum.is_none_or(|sum| sum == format.sum()) && files::is_db_folder(&format.db);
        if is_right { Ok(Some(format)) } else { Err(StoreError::Damaged("the file FORMAT is not as it was written")) }
    }

    /// Writes the file, so that it is on disk, or the old one is.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = files::format(folder);
        let bytes = serde_json::to_vec(&Self { sum: Some(self.sum()), ..self.clone() }).unwrap_or_default();
        replace(&path, &bytes).map_err(io_fault("writing", &path))
    }

    /// The folder of sled's that is in use.
    pub fn db_folder(&self, folder: &Path) -> PathBuf {
        folder.join(&self.db)
    }

    /// Refuses what only newer programs can read.
    pub fn check_reader(&self, folder: &Path, layout: Layout) -> Result<(), StoreError> {
        if self.min_reader > layout.schema {
            return Err(StoreError::Newer { path: folder.to_owned(), schema: self.schema });
        }
        Ok(())
    }
}

/// Refuses a cache that a newer version wrote, and changes nothing.
pub fn refuse_newer(folder: &Path) -> Result<(), StoreError> {
    match Format::read(folder) {
        Ok(Some(format)) => format.check_reader(folder, LAYOUT),
        // what else is wrong is found when it is opened
        _ => Ok(()),
    }
}
