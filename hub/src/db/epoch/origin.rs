//! Where PostgreSQL's rows came from: what changes with a promoted standby, another cluster, a restored dump.

use std::fmt;

use super::super::{Conn, text};
use crate::error::{DatabaseContext, HubError};

/// The cluster, its timeline, and the table that holds this very note. An empty text stands for what an engine does not
/// tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    system: String,
    timeline: String,
    table: String,
}

/// The cluster's id: a dump that is restored elsewhere comes into another one.
const SYSTEM: &str = "SELECT CAST(system_identifier AS TEXT) FROM pg_control_system()";
/// The timeline: a promoted standby and a recovery to a point in time begin one.
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
/// The table's number: a dump that is restored into the same cluster makes the tables anew.
const TABLE: &str = "SELECT CAST(CAST('hub_state'::regclass AS oid) AS TEXT)";

impl Origin {
    /// The origin of a connection's database.
    pub(super) async fn of(conn: &mut Conn) -> Result<Self, HubError> {
        Ok(Self {
            system: ask(conn, SYSTEM).await?,
            timeline: ask(conn, TIMELINE).await?,
            table: ask(conn, TABLE).await?,
        })
    }

    pub(super) fn parse(text: &str) -> Self {
        let mut parts = text.split(' ').map(|part| part.trim_start_matches('-').to_owned());
        let mut next = || parts.next().unwrap_or_default();
        Self { system: next(), timeline: next(), table: next() }
    }

    /// Whether something that both tell is not the same.
    pub(super) fn differs(&self, noted: &Self) -> bool {
        self.pairs(noted).iter().any(|(seen, noted)| !seen.is_empty() && !noted.is_empty() && seen != noted)
    }

    /// This origin, completed by what only the noted one tells.
    pub(super) fn or(&self, noted: &Self) -> Self {
        let [system, timeline, table] =
            self.pairs(noted).map(|(seen, noted)| if seen.is_empty() { noted } else { seen }.to_owned());
        Self { system, timeline, table }
    }

    fn pairs<'o>(&'o self, noted: &'o Self) -> [(&'o str, &'o str); 3] {
        [(&self.system, &noted.system), (&self.timeline, &noted.timeline), (&self.table, &noted.table)]
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_dash = |part: &str| if part.is_empty() { "-".to_owned() } else { part.to_owned() };
        write!(f, "{} {} {}", or_dash(&self.system), or_dash(&self.timeline), or_dash(&self.table))
    }
}

/// One part; empty where the engine has no such function or does not let this role call it.
async fn ask(conn: &mut Conn, sql: &'static str) -> Result<String, HubError> {
    match sqlx::query(sql).fetch_one(conn).await {
        Ok(row) => text(&row, 0),
        Err(sqlx::Error::Database(fault)) => {
            tracing::debug!(%fault, "the engine does not tell a part of the database's origin");
            Ok(String::new())
        }
        Err(error) => Err(error).doing("reading the database's origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_both_tell_makes_another_origin() {
        let noted = Origin::parse("71 00000001 16385");
        assert_eq!(noted.to_string(), "71 00000001 16385");
        let engine_without_timelines = Origin::parse("71 - 16385");
        assert!(!engine_without_timelines.differs(&noted));
        assert_eq!(engine_without_timelines.or(&noted), noted);
        for other in ["72 00000001 16385", "71 00000002 16385", "71 00000001 16390"] {
            assert!(Origin::parse(other).differs(&noted), "{other}");
        }
    }
}
