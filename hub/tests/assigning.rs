//! Handing customers to guides.

use guide_common::fact::FactBody;
use guide_common::id::StoreId;
use guide_common::wire::hub::StoreProfile;
use guide_hub::assign::{carry_out, plan_named, plan_unassigned};
use guide_hub::db::{directory, page};
use guide_hub::import::ImportOptions;

use crate::support::{TODAY, TestDb, all_facts_of, assign, customer_id, day, guide_id, store_id};

async fn with_ten_customers() -> TestDb {
    let test = TestDb::with_guides(&["G1", "G2", "G3"]).await;
    let rows: String = (0..10).map(|n| format!("C{n},2026-08-01,10\n")).collect();
    test.import(format!("customer_id,purchased_on,amount\n{rows}")).await;
    test
}

async fn counts(test: &TestDb) -> Vec<u64> {
    let mut conn = test.db.conn().await.unwrap();
    directory::guides(&mut conn).await.unwrap().iter().map(|guide| guide.n_customers).collect()
}

#[tokio::test]
async fn the_unassigned_are_dealt_out_evenly_and_the_same_every_time() {
    let mut plans = Vec::new();
    for _ in 0..2 {
        let test = with_ten_customers().await;
        let to = ["G1", "G2", "G3"].map(guide_id);
        let moves = plan_unassigned(&test.db, None, &to).await.unwrap();
        carry_out(&test.db, &moves, crate::support::day(TODAY), |_| {}).await.unwrap();
        assert_eq!(counts(&test).await, [4, 3, 3]);
        let mut conn = test.db.conn().await.unwrap();
        assert_eq!(directory::count_unassigned(&mut conn).await.unwrap(), 0);
        for guide in ["G1", "G2", "G3"] {
            let kinds = page::count_kinds(&mut conn, guide).await.unwrap();
            assert_eq!(kinds["customer"], kinds["purchase"]);
        }
        plans.push(moves);
    }
    assert_eq!(plans[0], plans[1]);
}

#[tokio::test]
async fn only_the_customers_of_a_store_are_dealt_out_when_it_is_named() {
    let test = with_ten_customers().await;
    let other = StoreId::new("S02").unwrap();
    let store = StoreProfile { id: other.clone(), name: "老城南店".to_owned(), phone: None, tier: None };
    directory::put_store(&test.db, &store).await.unwrap();
    let options = ImportOptions { store: Some(other.clone()), ..ImportOptions::default() };
    test.import_with("customer_id,purchased_on,amount\nX1,2026-08-01,10\nX2,2026-08-01,10\n", &options).await;
    let moves = plan_unassigned(&test.db, Some(&other), &[guide_id("G3")]).await.unwrap();
    carry_out(&test.db, &moves, crate::support::day(TODAY), |_| {}).await.unwrap();
    assert_eq!(counts(&test).await, [0, 0, 2]);
    assert!(plan_unassigned(&test.db, Some(&store_id()), &[guide_id("G1")]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_customer_or_guide_stops_everything_before_it_begins() {
    let test = with_ten_customers().await;
    let error = plan_named(&test.db, &[customer_id("C1"), customer_id("C77")], &guide_id("G1")).await.unwrap_err();
    assert!(error.to_string().contains("C77"), "{error}");
    let error = plan_unassigned(&test.db, None, &[guide_id("G1"), guide_id("G9")]).await.unwrap_err();
    assert!(error.to_string().contains("there is no guide G9"), "{error}");
    assert_eq!(counts(&test).await, [0, 0, 0]);
}

#[tokio::test]
async fn moving_again_changes_nothing() {
    let test = with_ten_customers().await;
    let moves = plan_named(&test.db, &[customer_id("C1"), customer_id("C2")], &guide_id("G1")).await.unwrap();
    let first = carry_out(&test.db, &moves, crate::support::day(TODAY), |_| {}).await.unwrap();
    assert_eq!((first[0].n_moved, first[0].n_there), (2, 0));
    let again = carry_out(&test.db, &moves, crate::support::day(TODAY), |_| {}).await.unwrap();
    assert_eq!((again[0].n_moved, again[0].n_there), (0, 2));
}

#[tokio::test]
async fn an_import_follows_a_customer_to_the_guide() {
    let test = with_ten_customers().await;
    let moves = plan_named(&test.db, &[customer_id("C1")], &guide_id("G1")).await.unwrap();
    carry_out(&test.db, &moves, crate::support::day(TODAY), |_| {}).await.unwrap();
    let csv = "customer_id,purchased_on,amount\nC1,2026-08-01,10\nC1,2026-08-02,20\n";
    let summary = test.import(csv).await;
    assert_eq!((summary.new, summary.unchanged, summary.customers_created), (1, 1, 0));
    let mut conn = test.db.conn().await.unwrap();
    assert_eq!(page::count_kinds(&mut conn, "G1").await.unwrap()["purchase"], 2);
}

#[tokio::test]
async fn the_next_guide_learns_who_served_the_customer_before() {
    let test = with_ten_customers().await;
    assign(&test, &["C1", "C2"], "G1").await;
    assert!(all_facts_of(&test.db, "G1", "C1").await.is_empty(), "nobody served C1 before");
    assign(&test, &["C1"], "G2").await;
    assign(&test, &["C1"], "G2").await;
    let facts = all_facts_of(&test.db, "G2", "C1").await;
    let [FactBody::OwnerChanged(changed)] = facts.iter().map(|fact| &fact.body).collect::<Vec<_>>()[..] else {
        panic!("{facts:?}");
    };
    assert_eq!((changed.from.clone(), changed.to.clone()), (Some(guide_id("G1")), guide_id("G2")));
    assert_eq!((changed.to_name.as_str(), changed.on), ("导购G2", day(TODAY)));
    assign(&test, &["C1"], "G1").await;
    assert_eq!(all_facts_of(&test.db, "G1", "C1").await.len(), 2, "both changes of owner came along");
    assert!(all_facts_of(&test.db, "G2", "C1").await.is_empty());
}

#[tokio::test]
async fn a_lead_from_the_pool_changes_owner_without_a_guide_before() {
    let test = with_ten_customers().await;
    let csv = "customer_id,name,lead_on\nL1,冼清越,2026-08-06\nC1,,2026-08-06\n";
    let options = ImportOptions::default();
    guide_hub::import::customers::import(&test.db, csv.as_bytes(), &options, &mut |_, _| {}).await.unwrap();
    assign(&test, &["L1", "C1"], "G1").await;
    let facts = all_facts_of(&test.db, "G1", "L1").await;
    assert!(matches!(&facts[0].body, FactBody::OwnerChanged(changed) if changed.from.is_none()), "{facts:?}");
    assert!(all_facts_of(&test.db, "G1", "C1").await.is_empty(), "who has bought is no lead");
}
