//! The steps that bring a database from nothing to this version. Each adds what older versions do without, so that
//! they can go on beside it; what nobody reads any more is dropped a version later.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

use super::Engine;
use crate::error::{DatabaseContext, HubError};

/// What opening a database did to its tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// The version that it has.
    pub version: i64,
    /// The steps that were taken, by their names.
    pub steps: Vec<String>,
}

/// All steps, in order.
pub fn migrations(engine: Engine) -> Vec<Migration> {
    let migration = |version, description: &'static str, sql: &'static str| {
        Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let purge = match engine {
        Engine::Sqlite => include_str!("../../migrations/0004_purge.sql"),
        Engine::Postgres => {
            concat!(include_str!("../../migrations/0004_purge.sql"), include_str!("../../migrations/0004_postgres.sql"))
        }
    };
    let leads = match engine {
        Engine::Sqlite => include_str!("../../migrations/0006_leads.sql"),
        Engine::Postgres => include_str!("../../migrations/0006_leads_postgres.sql"),
    };
    vec![
        migration(1, "hub", include_str!("../../migrations/0001_hub.sql")),
        migration(2, "sop", include_str!("../../migrations/0002_sop.sql")),
        migration(3, "epoch", include_str!("../../migrations/0003_epoch.sql")),
        migration(4, "purge", purge),
        migration(5, "protocol", include_str!("../../migrations/0005_protocol.sql")),
        migration(6, "leads", leads),
        migration(7, "proposals", include_str!("../../migrations/0007_proposals.sql")),
    ]
}

/// Brings the tables to this version.
pub(super) async fn run(pool: &AnyPool, engine: Engine) -> Result<Brought, HubError> {
    let migrations = migrations(engine);
    let before = applied(pool).await?;
    let migrator = Migrator::with_migrations(migrations.clone());
    if once(&migrator, pool, engine).await.is_err() {
        // two programs that open an empty database at once: the loser finds the winner's tables
        once(&migrator, pool, engine).await.map_err(fault)?;
    }
    let taken = migrations.iter().filter(|migration| !before.contains(&migration.version));
    Ok(Brought {
        version: migrations.last().map_or(0, |last| last.version),
        steps: taken.map(|migration| migration.description.to_string()).collect(),
    })
}

async fn once(migrator: &Migrator, pool: &AnyPool, engine: Engine) -> Result<(), MigrateError> {
    // closed afterwards: its limits are those of a migration, which may build an index over everything
    let mut conn = pool.acquire().await?.detach();
    if engine == Engine::Postgres {
        let limits = "SET statement_timeout = 0; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = 0";
        sqlx::raw_sql(limits).execute(&mut conn).await?;
    }
    let ran = migrator.run_direct(None, &mut conn, false).await;
    sqlx::Connection::close(conn).await?;
    ran
}

/// The versions of the steps that were taken before; none where the database is empty.
async fn applied(pool: &AnyPool) -> Result<Vec<i64>, HubError> {
    let mut conn = pool.acquire().await.doing("taking a connection")?;
    let applied = conn.list_applied_migrations(TABLE).await.unwrap_or_default();
    Ok(applied.iter().map(|migration| migration.version).collect())
}

/// Where sqlx notes the steps that were taken.
const TABLE: &str = "_sqlx_migrations";

fn fault(error: MigrateError) -> HubError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) | MigrateError::VersionTooNew(..) => {
            HubError::refused(
                "this database was made by another, probably newer version of guide-hub: use that one; \
                 nothing was changed",
            )
        }
        error => HubError::Migration(error),
    }
}
