//! `guide-hub migrate`: what it says that it did, and where tables cannot be distributed.

use guide_hub::db::distribute::distribute;

use crate::support::{TestDb, hub_command};

#[test]
fn migrate_says_what_it_did_and_new_epoch_begins_one() {
    let dir = tempfile::tempdir().unwrap();
    hub_command(dir.path(), &["store", "add", "--id", "S01", "--name", "云杉路店"]).check(0, "");
    hub_command(dir.path(), &["migrate"]).check(0, "the tables are those of this version (");
    let began = |text: &str| text.split("epoch ").nth(1).map(|rest| rest[..36].to_owned());
    let first = hub_command(dir.path(), &["migrate", "--new-epoch"]);
    first.check(0, "began: terminals compare what they hold");
    let second = hub_command(dir.path(), &["migrate", "--new-epoch"]);
    assert_ne!(began(&first.text()).unwrap(), began(&second.text()).unwrap());
}

#[tokio::test]
async fn migrate_names_the_steps_that_an_older_database_needed() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("hub.db").display());
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let first = guide_hub::db::migrate::migrations(guide_hub::db::Engine::Sqlite).into_iter().take(2).collect();
    sqlx::migrate::Migrator::with_migrations(first).run(&pool).await.unwrap();
    pool.close().await;
    let ran = hub_command(dir.path(), &["migrate"]);
    ran.check(0, "the tables were brought to version");
    ran.check(0, ": epoch, purge");
    hub_command(dir.path(), &["migrate"]).check(0, "the tables are those of this version (");
}

#[test]
fn a_dry_run_prints_the_statements_and_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("none");
    let ran = hub_command(&data, &["migrate", "--distributed", "--dry-run"]);
    ran.check(0, "SELECT create_distributed_table('guide_feed', 'guide_id', colocate_with => 'default');");
    ran.check(0, "SELECT create_distributed_table('entity', 'guide_id', colocate_with => 'guide_feed');");
    ran.check(0, "SELECT create_distributed_table('applied_ops', 'guide_id', colocate_with => 'guide_feed');");
    ran.check(0, "SELECT create_reference_table('hub_state');");
    assert!(!data.exists());
}

#[test]
fn an_embedded_database_is_not_distributed_and_that_is_said_with_another_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    hub_command(dir.path(), &["store", "add", "--id", "S01", "--name", "云杉路店"]).check(0, "");
    hub_command(dir.path(), &["migrate", "--distributed"]).check(1, "an SQLite database is one file");
}

#[tokio::test]
async fn where_there_is_no_citus_the_refusal_says_what_to_do() {
    let test = TestDb::new().await;
    let words = if test.is_postgres() { "CREATE EXTENSION citus" } else { "SQLite" };
    let refused = distribute(&test.db).await.unwrap_err().chain();
    assert!(refused.contains(words) && refused.contains("docs/scale.md"), "{refused}");
}
