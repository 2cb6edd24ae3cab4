//! The report of headquarters.

use guide_common::apply::CustomerFile;
use guide_common::demo;
use guide_common::report::report;
use guide_common::sop::plan::Lang;
use guide_common::sop::plan_file;
use guide_common::sop::rules::Rules;
use guide_common::sop::settings_file;
use guide_common::sop::starts::Starts;
use guide_common::time::Period;
use guide_common::wire::hub::GuideProfile;
use guide_hub::report::{ChainReport, ReportRequest, chain_report};

use crate::support::{TestDb, moment};

fn request() -> ReportRequest {
    let period = Period::new("2026-08-01".parse().unwrap(), "2026-08-12".parse().unwrap()).unwrap();
    ReportRequest { period, moment: moment(&demo::d0().to_string()), guide: None, store: None, plan: None }
}

async fn ask(test: &TestDb, change: impl FnOnce(&mut ReportRequest)) -> Result<ChainReport, String> {
    let mut request = request();
    change(&mut request);
    chain_report(&test.db, &request).await.map_err(|error| error.to_string())
}

/// The rules at a guide's desk, without any of the hub's code.
fn rules(chain: &demo::Chain, guide: &GuideProfile, files: &[CustomerFile]) -> Rules {
    let plan = |(_, text): &(&str, &str)| {
        let mut plan = plan_file::parse(text).unwrap();
        let is_dormant = plan.triggers.iter().any(|trigger| trigger.name() == "dormant");
        if is_dormant || plan.throttle.is_some() {
            plan.starts_on = plan.starts_on.or(Some(demo::d0()));
        }
        plan
    };
    let mut rules = Rules::new(chain.plans.iter().map(plan).collect());
    rules.settings = settings_file::parse(chain.settings.1).unwrap().into();
    rules.store_tier = guide.store.tier;
    rules.calendar = chain.calendar(&guide.id, demo::d0());
    rules.with_starts(Starts::work_out(files.iter(), &rules, demo::d0()))
}

#[tokio::test]
async fn the_hub_counts_what_the_engine_counts_on_the_same_facts() {
    let test = TestDb::new().await;
    let chain = demo::chain(demo::SEED, Lang::Zh);
    guide_hub::import::demo::put_chain(&test.db, &chain).await.unwrap();
    let chain_report = ask(&test, |_| {}).await.unwrap();
    let files = chain.files();
    let (mut n_due, mut n_done) = (0, 0);
    for guide in &chain.guides {
        let own = files.iter().filter(|(of, _)| of.as_ref() == Some(&guide.id));
        let own: Vec<CustomerFile> = own.map(|(_, file)| file.clone()).collect();
        let expected = report(own.iter(), &rules(&chain, guide, &own), request().period, demo::d0(), None);
        assert_eq!(chain_report.by_guide[&guide.id], expected.total, "{}", guide.id);
        n_due += expected.total.due;
        n_done += expected.total.done;
    }
    assert!(0 < n_done && n_done < n_due);
    assert_eq!(chain_report.report.total.due, n_due);
    assert_eq!(chain_report.by_store.values().map(|figures| figures.due).sum::<u64>(), n_due);
    assert_eq!(chain_report.report.by_plan.values().map(|figures| figures.due).sum::<u64>(), n_due);
    assert_eq!(chain_report.n_unassigned, files.iter().filter(|(guide, _)| guide.is_none()).count() as u64);

    let guide = chain.guides[0].clone();
    let one = ask(&test, |request| request.guide = Some(guide.id.clone())).await.unwrap();
    assert_eq!(one.report.total.due, chain_report.by_guide[&guide.id].due);
    // the whole report of a guide is the one that the guide's terminal works out: funnels, templates, days and rates too
    let own = files.iter().filter(|(of, _)| of.as_ref() == Some(&guide.id)).map(|(_, file)| file.clone());
    let own: Vec<CustomerFile> = own.collect();
    let expected = report(own.iter(), &rules(&chain, &guide, &own), request().period, demo::d0(), None);
    assert!(expected.total.funnel.bought > 0 && expected.repeat.cohort > 0 && !expected.by_template.is_empty());
    assert!(expected.promises.sum() > 0 && expected.days.iter().any(|day| day.done > 0));
    assert_eq!(one.report, expected);
    let store = ask(&test, |request| request.store = Some(guide.store.id.clone())).await.unwrap();
    assert_eq!(store.report.total.due, chain_report.by_store[&guide.store.id].due);
    let plan = ask(&test, |request| request.plan = Some("P01".parse().unwrap())).await.unwrap();
    assert_eq!(plan.report.total.due, chain_report.report.by_plan[&"P01".parse().unwrap()].due);
}

#[tokio::test]
async fn what_is_not_known_is_refused() {
    let test = TestDb::with_guides(&["G1"]).await;
    assert!(ask(&test, |request| request.guide = Some("G9".parse().unwrap())).await.unwrap_err().contains("G9"));
    assert!(ask(&test, |request| request.store = Some("S9".parse().unwrap())).await.unwrap_err().contains("S9"));
    assert!(ask(&test, |request| request.plan = Some("P9".parse().unwrap())).await.unwrap_err().contains("P9"));
}
