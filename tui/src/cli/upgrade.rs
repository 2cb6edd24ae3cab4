//! Whether the daemon that serves goes with this program, and how a newer program has an older daemon make way. What was
//! recorded is in the outbox on the disk: it stays there whichever daemon serves.

use std::time::{Duration, Instant};

use guide_common::paths::Paths;
use guide_common::wire::local::Health;
use guide_common::wire::{SCHEMA, SCHEMA_MIN};

use crate::cli::start::{self, StartError};
use crate::client::Client;

/// How long a daemon may take to end: it waits for what is under way, and closes its cache.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often is asked whether it has.
const PAUSE: Duration = Duration::from_millis(10);

/// How a daemon's version stands to this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// They go together.
    Fits,
    /// The daemon is the older one: it makes way where it can.
    Older,
    /// The daemon is of a version whose answers this program does not understand.
    Newer,
}

/// Compares versions. A daemon of a newer version with the same schema is understood.
pub(crate) fn fit(health: &Health) -> Fit {
    let is_older = match (number(&health.version), number(env!("CARGO_PKG_VERSION"))) {
        (Some(theirs), Some(own)) => theirs < own,
        _ => false,
    };
    match health.schema {
        theirs if theirs > SCHEMA => Fit::Newer,
        theirs if theirs < SCHEMA || is_older => Fit::Older,
        _ => Fit::Fits,
    }
}

/// The three numbers of a version.
fn number(version: &str) -> Option<[u64; 3]> {
    let core = version.split(['-', '+']).next()?;
    let mut parts = core.split('.').map(|part| part.parse().ok());
    let number = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(number)
}

/// A client of a daemon that goes with this program. One that cannot make way goes on where it is understood: it was
/// started for something of its own, such as training.
pub(crate) async fn settle(client: Client, health: Health, paths: &Paths) -> Result<Client, StartError> {
    match fit(&health) {
        Fit::Fits => Ok(client),
        Fit::Newer => Err(StartError::NewerDaemon { version: health.version }),
        Fit::Older => match client.stop().await {
            Ok(_) => successor(&health, paths).await,
            Err(_) if health.schema >= SCHEMA_MIN => Ok(client),
            Err(_) => Err(StartError::OlderDaemon { version: health.version, pid: health.pid }),
        },
    }
}

/// The daemon after the one that was asked to stop: systemd's, or one that is started here.
async fn successor(before: &Health, paths: &Paths) -> Result<Client, StartError> {
    let after = match ended(before, paths).await? {
        Some(after) => after,
        None => start::start(paths).await?,
    };
    match fit(&after.1) {
        Fit::Newer => Err(StartError::NewerDaemon { version: after.1.version }),
        // still the older one where systemd starts another copy: it is understood, or says which call is not
        Fit::Fits | Fit::Older => Ok(after.0),
    }
}

/// Waits until a daemon no longer answers; returns the one that answers in its place, where there is one already.
async fn ended(before: &Health, paths: &Paths) -> Result<Option<(Client, Health)>, StartError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match start::serving(paths).await {
            Err(_) => return Ok(None),
            Ok((client, health)) if is_another(&health, before) => return Ok(Some((client, health))),
            Ok(_) if Instant::now() > deadline => return Err(StartError::Silent { log: paths.log() }),
            Ok(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn is_another(health: &Health, before: &Health) -> bool {
    health.pid != before.pid || health.uptime_ms < before.uptime_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(version: &str, schema: u32) -> Health {
        Health { program: "guided".to_owned(), version: version.to_owned(), schema, uptime_ms: 10, pid: 1 }
    }

    #[track_caller]
    fn check(version: &str, schema: u32, expected: Fit) {
        assert_eq!(fit(&health(version, schema)), expected, "{version} {schema}");
    }

    #[test]
    fn a_daemon_makes_way_for_a_newer_program_and_a_newer_schema_is_not_understood() {
        check(env!("CARGO_PKG_VERSION"), SCHEMA, Fit::Fits);
        check("99.0.0", SCHEMA, Fit::Fits);
        check("99.0.0", SCHEMA + 1, Fit::Newer);
        check("0.0.9", SCHEMA, Fit::Older);
        check("0.0.10-rc.1", SCHEMA, Fit::Older);
        check("99.0.0", SCHEMA - 1, Fit::Older);
    }

    #[test]
    fn a_version_that_is_none_replaces_nothing() {
        check("", SCHEMA, Fit::Fits);
        check("0.0", SCHEMA, Fit::Fits);
        check("a.b.c", SCHEMA, Fit::Fits);
    }

    #[test]
    fn a_daemon_that_began_later_is_another_one_whatever_its_process() {
        let before = health("0.1.0", 1);
        assert!(!is_another(&Health { uptime_ms: 20, ..before.clone() }, &before));
        assert!(is_another(&Health { uptime_ms: 3, ..before.clone() }, &before));
        assert!(is_another(&Health { pid: 2, uptime_ms: 20, ..before.clone() }, &before));
    }
}
