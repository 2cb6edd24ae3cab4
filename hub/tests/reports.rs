//! The report of headquarters.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod support;

use guide_common::demo;
use guide_common::report::report;
use guide_common::sop::plan::Lang;
use guide_common::sop::plan_file;
use guide_common::sop::rules::Rules;
use guide_common::time::Period;
use guide_hub::report::{ChainReport, ReportRequest, chain_report};
use support::TestDb;

fn request() -> ReportRequest {
    let period = Period::new("2026-08-01".parse().unwrap(), "2026-08-12".parse().unwrap()).unwrap();
    ReportRequest { period, today: demo::d0(), guide: None, store: None, plan: None }
}

async fn ask(test: &TestDb, change: impl FnOnce(&mut ReportRequest)) -> Result<ChainReport, String> {
    let mut request = request();
    change(&mut request);
    chain_report(&test.db, &request).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_hub_counts_what_the_engine_counts_on_the_same_facts() {
    let test = TestDb::new().await;
    let chain = demo::chain(demo::SEED, Lang::Zh);
    guide_hub::import::demo::put_chain(&test.db, &chain).await.unwrap();
    let rules = Rules::new(chain.plans.iter().map(|(_, text)| plan_file::parse(text).unwrap()).collect());
    let files = chain.files();
    let served = files.iter().filter(|(guide, _)| guide.is_some()).map(|(_, file)| file);
    let expected = report(served, &rules, request().period, demo::d0(), None);
    let chain_report = ask(&test, |_| {}).await.unwrap();
    assert_eq!(chain_report.report, expected);
    assert!(expected.total.due > 0 && expected.total.done > 0);
    assert_eq!(chain_report.by_guide.values().map(|figures| figures.due).sum::<u64>(), expected.total.due);
    assert_eq!(chain_report.by_store.values().map(|figures| figures.done).sum::<u64>(), expected.total.done);
    assert_eq!(chain_report.n_unassigned, files.iter().filter(|(guide, _)| guide.is_none()).count() as u64);

    let guide = chain.guides[0].clone();
    let one = ask(&test, |request| request.guide = Some(guide.id.clone())).await.unwrap();
    assert_eq!(one.report.total.due, chain_report.by_guide[&guide.id].due);
    let store = ask(&test, |request| request.store = Some(guide.store.id.clone())).await.unwrap();
    assert_eq!(store.report.total.due, chain_report.by_store[&guide.store.id].due);
    let plan = ask(&test, |request| request.plan = Some("P01".parse().unwrap())).await.unwrap();
    assert_eq!(plan.report.total.due, expected.by_plan[&"P01".parse().unwrap()].due);
}

#[tokio::test]
async fn what_is_not_known_is_refused() {
    let test = TestDb::with_guides(&["G1"]).await;
    assert!(ask(&test, |request| request.guide = Some("G9".parse().unwrap())).await.unwrap_err().contains("G9"));
    assert!(ask(&test, |request| request.store = Some("S9".parse().unwrap())).await.unwrap_err().contains("S9"));
    assert!(ask(&test, |request| request.plan = Some("P9".parse().unwrap())).await.unwrap_err().contains("P9"));
}
