//! Shops with their ranks, guides with their days off.

use chrono::Weekday;
use guide_common::wire::hub::{GuideProfile, StoreProfile, StoreTier};
use guide_hub::db::directory;

use crate::support::{TestDb, guide_id, hub_command, profile_in_feed, store_id};

#[tokio::test]
async fn a_guide_s_profile_carries_the_rank_of_the_shop_and_the_days_off() {
    let test = TestDb::with_guides(&["G1"]).await;
    let store = StoreProfile {
        id: store_id(),
        name: "云杉路店".to_owned(),
        phone: Some("021-100".to_owned()),
        tier: Some(StoreTier::B),
    };
    directory::put_store(&test.db, &store).await.unwrap();
    let days_off = [Weekday::Sun, Weekday::Wed, Weekday::Sun];
    let put = directory::put_guide(&test.db, &guide_id("G1"), "林知夏", &store_id(), &days_off).await.unwrap();
    let in_feed: GuideProfile = profile_in_feed(&test.db, "G1").await;
    assert_eq!(in_feed, put);
    assert_eq!((in_feed.store.tier, in_feed.days_off), (Some(StoreTier::B), vec![Weekday::Wed, Weekday::Sun]));
    let mut conn = test.db.conn().await.unwrap();
    assert_eq!(directory::guides(&mut conn).await.unwrap()[0].profile, put);
    assert_eq!(directory::store(&mut conn, &store_id()).await.unwrap(), Some(store));
}

#[test]
fn what_a_change_does_not_name_stays() {
    let dir = tempfile::tempdir().unwrap();
    let hub = |args: &[&str]| hub_command(dir.path(), args);
    hub(&["store", "add", "--id", "S1", "--name", "云杉路店", "--phone", "021-100", "--tier", "a"]).check(0, "tier A");
    hub(&["store", "add", "--id", "S1", "--name", "云杉路"]).check(0, "tier A");
    hub(&["store", "set", "S1", "--tier", "none"]).check(0, "store S1 云杉路\n");
    hub(&["store", "list"]).check(0, "021-100");
    hub(&["store", "set", "S1", "--tier", "Z"]).check(2, "write A, B, C or none");
    hub(&["store", "set", "S9", "--tier", "A"]).check(1, "guide-hub store add --id S9");
    let add = ["guide", "add", "--id", "G1", "--name", "林知夏", "--store", "S1", "--days-off"];
    hub(&[add.as_slice(), &["sunday,Wed"]].concat()).check(0, "off on Wed,Sun");
    hub(&["guide", "set", "G1", "--name", "林"]).check(0, "guide G1 林, 云杉路, off on Wed,Sun");
    hub(&["guide", "list", "--json"]).check(0, r#""days_off":["Wed","Sun"]"#);
    hub(&["guide", "set", "G1", "--days-off", "none"]).check(0, "guide G1 林, 云杉路\n");
    hub(&["guide", "set", "G1", "--days-off", "Mon,Tue,Wed,Thu,Fri,Sat,Sun"]).check(2, "at least one day");
    hub(&["guide", "set", "G1", "--days-off", "someday"]).check(2, "is no day");
    hub(&["guide", "set", "G9", "--name", "林"]).check(1, "guide-hub guide list");
}

#[tokio::test]
async fn a_database_of_the_first_version_is_brought_to_this_one_with_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hub.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let first = guide_hub::db::migrate::migrations(guide_hub::db::Engine::Sqlite).into_iter().take(1).collect();
    sqlx::migrate::Migrator::with_migrations(first).run(&pool).await.unwrap();
    let row = "INSERT INTO store (id, name, phone) VALUES ('S01', '云杉路店', '')";
    sqlx::query(row).execute(&pool).await.unwrap();
    pool.close().await;
    let db = guide_hub::db::Db::open_dir(dir.path()).await.unwrap();
    let store = directory::store(&mut db.conn().await.unwrap(), &store_id()).await.unwrap().unwrap();
    assert_eq!((store.name.as_str(), store.tier), ("云杉路店", None));
}
