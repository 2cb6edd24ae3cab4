//! Filters that a guide keeps under a name (智能筛选), on the terminal where they were made.

use serde::{Deserialize, Serialize};

use crate::search::note::Note;

/// The longest name, in characters.
pub const MAX_LIST_NAME_CHARS: usize = 40;
/// The most lists of a guide.
pub const MAX_LISTS: usize = 50;

/// `PUT /v1/lists/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRequest {
    /// The filter, one line.
    pub filter: String,
}

/// A filter under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedList {
    /// The name.
    pub name: String,
    /// The filter.
    pub filter: String,
    /// How many customers meet it at this moment.
    #[serde(default)]
    pub n_found: usize,
    /// What of the filter is not understood, or met by nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// `GET /v1/lists`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedLists {
    /// In the order of their names' readings.
    pub lists: Vec<SavedList>,
}
