//! A feed that says something else than its rows is named, and says what they hold once it was healed.

use guide_hub::verify::verify;

use crate::support::check_feeds;
use crate::support::without_http::with_customers;

#[tokio::test]
async fn feeds_that_were_never_touched_agree_with_their_rows() {
    let test = with_customers().await;
    let mut n_told = 0;
    let verified = verify(&test.db, None, false, |n| n_told = n).await.unwrap();
    assert_eq!((verified.n_feeds, n_told, verified.contradictions.len()), (4, 4, 0), "two guides, shared, pool");
    assert!(verified.n_live > 6 && !verified.is_left());
}

#[tokio::test]
async fn a_feed_that_contradicts_its_rows_is_named_and_counted_anew_only_when_asked() {
    let test = with_customers().await;
    let wrong = "UPDATE guide_feed SET n_live = 99, digest = '00000000000000aa' WHERE guide_id = 'G1'";
    sqlx::query(wrong).execute(&mut *test.db.conn().await.unwrap()).await.unwrap();
    let found = verify(&test.db, None, false, |_| {}).await.unwrap();
    assert_eq!(found.contradictions.len(), 1);
    let first = &found.contradictions[0];
    assert_eq!((first.feed.as_str(), first.says.n_live, first.healed), ("G1", 99, false));
    assert!(found.is_left() && verify(&test.db, Some("G1"), false, |_| {}).await.unwrap().is_left());
    assert!(!verify(&test.db, Some("G2"), false, |_| {}).await.unwrap().is_left());
    let healed = verify(&test.db, None, true, |_| {}).await.unwrap();
    assert!(healed.contradictions[0].healed && !healed.is_left());
    assert_eq!(healed.contradictions[0].holds, first.holds);
    check_feeds(&test.db, &["G1", "G2", "@pool", "@shared"]).await;
    assert!(verify(&test.db, None, true, |_| {}).await.unwrap().contradictions.is_empty());
}

#[tokio::test]
async fn an_unknown_guide_has_no_feed() {
    let test = with_customers().await;
    let error = verify(&test.db, Some("G9"), false, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("there is no feed G9"), "{error}");
}
