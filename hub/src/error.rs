//! What can go wrong at the hub, sorted by who must act.

use std::path::PathBuf;

/// An error of the hub.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// What was asked for cannot be done; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The database failed.
    #[error("{doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The tables could not be brought to this version.
    #[error("bringing the database to this version: {0}; nothing was changed")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A file could not be read or written.
    #[error("{doing} {}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused something that is no file.
    #[error("{doing}")]
    System {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row of the database has not the form that it was written in.
    #[error("the database holds {what} in a form that cannot be read")]
    Corrupt {
        /// Which row.
        what: String,
    },
}

impl HubError {
    /// A refusal with its sentence.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    /// A row that cannot be read.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    /// The error and its causes as one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        text
    }
}

/// Names what was being done when the database failed.
pub trait DatabaseContext<T> {
    /// Adds what was being done.
    fn doing(self, doing: &'static str) -> Result<T, HubError>;
}

impl<T> DatabaseContext<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, HubError> {
        self.map_err(|source| HubError::Database { doing, source })
    }
}
