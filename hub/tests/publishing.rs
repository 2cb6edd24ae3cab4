//! Publishing plans and templates: all files or none, and an error names file and line.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod support;

use guide_hub::db::feed::SHARED;
use guide_hub::db::page;
use guide_hub::publish::{Published, Source, What, publish};
use support::TestDb;

fn source(file: &str, text: &str) -> Source {
    Source { file: file.into(), text: text.to_owned() }
}

fn p01() -> String {
    guide_common::demo::plan_files().into_iter().find(|(name, _)| name.starts_with("P01")).unwrap().1.to_owned()
}

fn templates() -> Vec<Source> {
    guide_common::demo::template_files().into_iter().map(|(name, text)| source(name, text)).collect()
}

async fn head(test: &TestDb) -> u64 {
    let mut conn = test.db.conn().await.unwrap();
    page::read(&mut conn, SHARED, 0, 1).await.unwrap().unwrap().head
}

async fn plans(test: &TestDb, sources: &[Source]) -> Result<Vec<Published>, String> {
    publish(&test.db, What::Plans, sources).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_same_content_again_changes_nothing() {
    let test = TestDb::new().await;
    publish(&test.db, What::Templates, &templates()).await.unwrap();
    let first = plans(&test, &[source("P01.toml", &p01())]).await.unwrap();
    assert_eq!((first[0].id.as_str(), first[0].did), ("P01", "new"));
    let head_before = head(&test).await;
    let commented = format!("# a comment is no content\n{}", p01());
    assert_eq!(plans(&test, &[source("P01.toml", &commented)]).await.unwrap()[0].did, "unchanged");
    assert_eq!(head(&test).await, head_before);
}

#[tokio::test]
async fn other_content_needs_a_higher_version_and_the_error_names_its_line() {
    let test = TestDb::new().await;
    publish(&test.db, What::Templates, &templates()).await.unwrap();
    plans(&test, &[source("P01.toml", &p01())]).await.unwrap();
    let changed = p01().replace("priority = 80", "priority = 70");
    let error = plans(&test, &[source("a/P01.toml", &changed)]).await.unwrap_err();
    assert!(error.contains("a/P01.toml: line ") && error.contains("set version = 2"), "{error}");
    let line = 1 + p01().lines().position(|line| line.starts_with("version")).unwrap();
    assert!(error.contains(&format!("line {line}:")), "{error}");
    let raised = changed.replace("version = 1", "version = 2");
    assert_eq!(plans(&test, &[source("P01.toml", &raised)]).await.unwrap()[0].did, "changed");
    let error = plans(&test, &[source("P01.toml", &p01())]).await.unwrap_err();
    assert!(error.contains("set version = 3"), "an older version does not come back: {error}");
}

#[tokio::test]
async fn a_plan_that_names_an_unpublished_template_is_refused_with_its_line() {
    let test = TestDb::new().await;
    let error = plans(&test, &[source("P01.toml", &p01())]).await.unwrap_err();
    let line = 1 + p01().lines().position(|line| line.contains("\"T03\"")).unwrap();
    assert!(error.contains(&format!("P01.toml: line {line}: the template T03 is not published")), "{error}");
}

#[tokio::test]
async fn nothing_is_published_when_any_file_is_bad() {
    let test = TestDb::new().await;
    publish(&test.db, What::Templates, &templates()).await.unwrap();
    let head_before = head(&test).await;
    let bad = p01().replace("id = \"P01\"", "id = \"P77\"\ncolour = \"red\"");
    let error = plans(&test, &[source("good.toml", &p01()), source("bad.toml", &bad)]).await.unwrap_err();
    assert!(error.contains("bad.toml: line ") && error.contains("nothing was published"), "{error}");
    let twice = plans(&test, &[source("a.toml", &p01()), source("b.toml", &p01())]).await.unwrap_err();
    assert!(twice.contains("P01 is also in a.toml"), "{twice}");
    assert_eq!(head(&test).await, head_before);
}

#[tokio::test]
async fn the_demo_fills_an_empty_hub_only() {
    let test = TestDb::new().await;
    let demo =
        guide_hub::import::demo::import(&test.db, guide_common::demo::SEED, guide_common::sop::plan::Lang::Zh).await;
    let demo = demo.unwrap();
    assert_eq!((demo.n_stores, demo.n_guides, demo.n_customers), (3, 5, 600));
    let again =
        guide_hub::import::demo::import(&test.db, guide_common::demo::SEED, guide_common::sop::plan::Lang::Zh).await;
    assert!(again.unwrap_err().to_string().contains("empty"));
}
