//! Spreading the tables over the nodes of a PostgreSQL cluster with the Citus extension: what is keyed by guide by
//! guide, so that all of one guide's rows stand on one node, and what all share as a copy on every node.

use sqlx::AssertSqlSafe;

use super::{Conn, Db, Engine, count};
use crate::error::{DatabaseContext, HubError};

/// The tables whose rows belong to one guide. They stand together: a push touches one node.
pub const BY_GUIDE: [&str; 4] = ["guide_feed", "entity", "applied_ops", "device_cursor"];
/// The tables that every node holds whole. Terminals' requests read the first five and seldom write them.
pub const REFERENCE: [&str; 10] = [
    "hub_state",
    "device",
    "revocation",
    "guide",
    "store",
    "loan",
    "enroll_code",
    "customer_owner",
    "sale",
    "publication",
];

/// The statements that spread the tables, in order.
pub fn statements() -> Vec<String> {
    let shared = REFERENCE.iter().map(|table| format!("SELECT create_reference_table('{table}')"));
    let by_guide = BY_GUIDE.iter().enumerate().map(|(idx, table)| {
        // the first one's shards are the places of the others' rows
        let with = if idx == 0 { "default" } else { BY_GUIDE[0] };
        format!("SELECT create_distributed_table('{table}', 'guide_id', colocate_with => '{with}')")
    });
    shared.chain(by_guide).collect()
}

/// Spreads the tables; returns the statements that it ran. Tables that are spread already are left alone, so that a run
/// that was cut off goes on.
pub async fn distribute(db: &Db) -> Result<Vec<String>, HubError> {
    if db.engine() == Engine::Sqlite {
        return Err(HubError::refused(
            "an SQLite database is one file and cannot be distributed: name a PostgreSQL cluster with the Citus \
             extension with --database-url, import there, and see docs/scale.md",
        ));
    }
    let mut conn = db.conn().await?;
    if counted(&mut conn, "SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'").await? == 0 {
        return Err(HubError::refused(
            "this PostgreSQL database has no Citus extension, so nothing was distributed: install Citus on every node, \
             run CREATE EXTENSION citus and add the workers, then run this again; one server serves without it, and \
             docs/scale.md says what other engines need",
        ));
    }
    // moving rows takes longer than any request may
    sqlx::raw_sql("SET statement_timeout = 0").execute(&mut *conn).await.doing("preparing to move rows")?;
    let mut ran = Vec::new();
    let result = spread(&mut conn, &mut ran).await;
    sqlx::raw_sql("SET statement_timeout = '60s'").execute(&mut *conn).await.doing("restoring the limits")?;
    result.map(|()| ran)
}

async fn spread(conn: &mut Conn, ran: &mut Vec<String>) -> Result<(), HubError> {
    for (table, statement) in REFERENCE.iter().chain(&BY_GUIDE).zip(statements()) {
        let there = format!("SELECT COUNT(*) FROM pg_dist_partition WHERE logicalrelid = '{table}'::regclass");
        if counted(conn, &there).await? > 0 {
            continue;
        }
        // safe: the names of tables stand in this file
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *conn).await.doing("distributing the tables")?;
        ran.push(statement);
    }
    Ok(())
}

async fn counted(conn: &mut Conn, sql: &str) -> Result<u64, HubError> {
    // safe: only names that stand in this file are put into the text
    let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(conn).await;
    count(&row.doing("asking how the tables are distributed")?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::migrate::migrations;

    #[test]
    fn every_table_is_either_distributed_by_guide_or_a_reference_table() {
        let mut tables = Vec::new();
        for migration in migrations(Engine::Postgres) {
            let sql = migration.sql.as_str().to_owned();
            tables
                .extend(sql.split("CREATE TABLE ").skip(1).filter_map(|rest| Some(rest.split_once(' ')?.0.to_owned())));
        }
        let mut named: Vec<String> = BY_GUIDE.iter().chain(&REFERENCE).map(|table| (*table).to_owned()).collect();
        tables.sort();
        named.sort();
        assert_eq!(named, tables);
    }

    #[test]
    fn all_rows_of_a_guide_stand_together() {
        let statements = statements();
        let by_guide: Vec<&String> = statements.iter().filter(|text| text.contains("'guide_id'")).collect();
        assert_eq!(by_guide.len(), 4);
        assert!(by_guide[0].contains("colocate_with => 'default'"), "{}", by_guide[0]);
        assert!(by_guide[1..].iter().all(|text| text.contains("colocate_with => 'guide_feed'")));
    }
}
