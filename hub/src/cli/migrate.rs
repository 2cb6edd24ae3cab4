//! `guide-hub migrate` and `guide-hub purge`: what concerns the database as a whole.

use std::fmt::Write as _;

use super::Output;
use super::args::{BackupArgs, MigrateArgs, PurgeArgs};
use crate::db::migrate::Brought;
use crate::db::{Db, Engine, distribute, epoch, epoch_seconds};
use crate::error::HubError;
use crate::purge::{ANSWER_DAYS, TOMBSTONE_DAYS, purge};

/// What `migrate --distributed` would run; no database is opened for it.
pub(super) fn dry_run() -> Output {
    let mut text = String::new();
    for statement in distribute::statements() {
        let _ = writeln!(text, "{statement};");
    }
    Output::done(text)
}

pub(super) async fn migrate(db: &Db, args: MigrateArgs) -> Result<Output, HubError> {
    let mut text = brought(db.brought());
    if args.new_epoch {
        let epoch = epoch::renew(db).await?;
        let _ = writeln!(
            text,
            "epoch {epoch} began: terminals compare what they hold, and push again what they recorded in the last days"
        );
    }
    if args.distributed {
        let ran = distribute::distribute(db).await;
        let ran = ran.map_err(|error| HubError::refused(format!("{text}{}", error.chain())))?;
        for statement in &ran {
            let _ = writeln!(text, "{statement};");
        }
        let _ = match ran.len() {
            0 => writeln!(text, "the tables were distributed already"),
            n => writeln!(text, "{n} tables were distributed"),
        };
    }
    Ok(Output::done(text))
}

pub(super) async fn backup(db: &Db, args: &BackupArgs) -> Result<Output, HubError> {
    let file = &args.file;
    if db.engine() == Engine::Postgres {
        return Err(HubError::refused("a PostgreSQL database is copied by pg_dump"));
    }
    if file.exists() {
        return Err(HubError::refused(format!("{} is there already: name another file", file.display())));
    }
    db.copy_into(file).await?;
    Ok(Output::done(format!("{}\n", file.display())))
}

pub(super) async fn run_purge(db: &Db, args: PurgeArgs) -> Result<Output, HubError> {
    let purged = purge(db, epoch_seconds()).await?;
    if args.json {
        return Output::json(purged);
    }
    Ok(Output::done(format!(
        "{} tombstones older than {TOMBSTONE_DAYS} days and {} answers older than {ANSWER_DAYS} days removed from {} feeds\n",
        purged.n_tombstones, purged.n_ops, purged.n_feeds
    )))
}

fn brought(brought: &Brought) -> String {
    let version = brought.version;
    if brought.steps.is_empty() {
        return format!("the tables are those of this version ({version})\n");
    }
    format!("the tables were brought to version {version}: {}\n", brought.steps.join(", "))
}
