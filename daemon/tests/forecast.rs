//! What is worked out ahead over the local API: what a plan would mean before it is published.

use guide_common::sop::plan_diff::RunningDiff;
use guide_common::wire::Problem;
use guide_common::wire::forecast::*;
use serde_json::json;

use crate::support::{Daemon, hub::Hub};

const WAKE_UP: &str = r#"
id = "P03"
version = 1
name = { zh = "唤醒", en = "Wake up" }
throttle = 1
[trigger]
on = "dormant"
days = 270
[[step]]
id = "service"
offset = "0d"
until = "+10d"
channels = ["wecom"]
"#;

struct Shop {
    daemon: Daemon,
    _serving: crate::support::hub::Serving,
    _home: tempfile::TempDir,
}

/// A shop with three customers who are dormant since 2026-08-11; A is worth more than B, B more than C.
async fn shop(prepare: impl FnOnce(&Hub)) -> Shop {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    for (id, amount_fen) in [("A", 300_000), ("B", 200_000), ("C", 100_000)] {
        hub.add_buyer(id, &format!("顾客{id}"), "10000000009", "2025-11-14", amount_fen);
    }
    prepare(&hub);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    daemon.set_clock("2026-08-12T10:00:00").await;
    Shop { daemon, _serving: serving, _home: home }
}

impl Shop {
    async fn simulate(&self, request: serde_json::Value) -> Result<SimulateResponse, Problem> {
        self.daemon.post("/v1/plans/simulate", &request).await
    }
}

/// The days with contacts, as `MM-DD:n`, joined by spaces.
fn days(response: &SimulateResponse) -> String {
    let days = response.simulation.days.iter().filter(|day| day.contacts > 0);
    days.map(|day| format!("{}:{}", day.on.format("%m-%d"), day.contacts)).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_unpublished_plan_is_run_over_the_last_days_and_leaves_nothing_behind() {
    let shop = shop(|_| {}).await;
    let found = shop.simulate(json!({ "plan": { "text": WAKE_UP }, "days": 30 })).await.unwrap();
    assert_eq!((found.plan.as_str(), found.version, found.throttle), ("P03", 1, Some(1)));
    let simulation = &found.simulation;
    let (first, last) = (simulation.period.from.to_string(), simulation.period.to.to_string());
    assert_eq!((first.as_str(), last.as_str(), simulation.days.len()), ("2026-07-14", "2026-08-12", 30));
    assert_eq!(days(&found), "08-11:1 08-12:1");
    let of_plan = &simulation.by_plan[&found.plan];
    assert_eq!((simulation.n_customers, of_plan.starts, of_plan.full_days), (3, 2, 2));
    assert_eq!((found.published.contacts, simulation.total.contacts), (0, 2));
    assert!(shop.daemon.today().await.tasks.is_empty());
    assert_eq!(shop.daemon.get::<serde_json::Value>("/v1/plans/P03").await.unwrap_err().code, "unknown_plan");
}

#[tokio::test]
async fn another_throttle_gives_another_load() {
    let shop = shop(|hub| hub.publish_plan(WAKE_UP)).await;
    let with = async |throttle: u32| {
        let request = json!({ "plan": { "published": { "id": "P03" } }, "throttle": throttle });
        shop.simulate(request).await.unwrap()
    };
    let of_two = with(2).await;
    assert_eq!(days(&of_two), "08-11:2 08-12:1");
    assert_eq!((of_two.simulation.peak_on, of_two.published.contacts), ("2026-08-11".parse().ok(), 2));
    let of_none = with(0).await;
    assert_eq!((days(&of_none).as_str(), of_none.throttle, of_none.simulation.total.full_days), ("08-11:3", None, 0));
}

const THANKS: &str = r#"
id = "P20"
version = 1
name = { zh = "致谢", en = "Thanks" }
[trigger]
on = "purchase"
min_amount_fen = 30000
[[step]]
id = "thanks"
offset = "0d"
until = "+3d"
channels = ["wecom"]
"#;

#[tokio::test]
async fn another_least_amount_starts_fewer_and_is_refused_where_no_purchase_starts_the_plan() {
    let shop = shop(|hub| {
        for (id, amount_fen) in [("D", 50_000), ("E", 250_000)] {
            hub.add_buyer(id, &format!("顾客{id}"), "10000000008", "2026-08-03", amount_fen);
        }
        hub.publish_plan(WAKE_UP);
    })
    .await;
    let with = async |plan: serde_json::Value, least: Option<i64>| {
        shop.simulate(json!({ "plan": plan, "days": 30, "min_amount_fen": least })).await
    };
    let starts = |found: SimulateResponse| found.simulation.by_plan[&found.plan].starts;
    let thanks = json!({ "text": THANKS });
    assert_eq!(starts(with(thanks.clone(), None).await.unwrap()), 2);
    assert_eq!(starts(with(thanks.clone(), Some(100_000)).await.unwrap()), 1);
    assert_eq!(with(thanks, Some(-1)).await.unwrap_err().status, 400);
    let refused = with(json!({ "published": { "id": "P03" } }), Some(100_000)).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (422, "unfit_plan"));
}

#[tokio::test]
async fn an_edited_plan_takes_the_place_of_the_published_one() {
    let shop = shop(|hub| hub.publish_plan(WAKE_UP)).await;
    let edited = WAKE_UP.replace("days = 270", "days = 240");
    let found = shop.simulate(json!({ "plan": { "text": edited } })).await.unwrap();
    assert_eq!(days(&found), "07-12:1 07-13:1 07-14:1");
    assert_eq!(found.simulation.by_plan.len(), 2, "P01 and one P03");
}

#[tokio::test]
async fn an_earlier_version_that_runs_still_follow_can_be_simulated() {
    let shop = shop(|hub| {
        let plan = guide_common::sop::plan_file::parse(WAKE_UP).unwrap();
        let next = WAKE_UP.replace("version = 1", "version = 2").replace("throttle = 1", "throttle = 3");
        let mut next = guide_common::sop::plan_file::parse(&next).unwrap();
        next.earlier =
            Some(Box::new(guide_common::sop::plan::Earlier { before_on: "2026-08-01".parse().unwrap(), plan }));
        hub.publish("plan", "P03", &next);
    })
    .await;
    let of = async |version: u32| {
        shop.simulate(json!({ "plan": { "published": { "id": "P03", "version": version } } })).await
    };
    assert_eq!(
        (days(&of(1).await.unwrap()).as_str(), days(&of(2).await.unwrap()).as_str()),
        ("08-11:1 08-12:1", "08-11:3")
    );
    let unknown = of(7).await.unwrap_err();
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "unknown_version"));
    assert_eq!(unknown.detail, "of P03 the versions 2, 1 are here");
}

#[tokio::test]
async fn what_is_no_plan_is_refused_with_its_line_and_what_fits_no_other_plan_with_its_name() {
    let shop = shop(|_| {}).await;
    let refused = async |request: serde_json::Value| {
        let problem = shop.simulate(request).await.unwrap_err();
        (problem.status, problem.code, problem.detail)
    };
    let wrong = WAKE_UP.replace("throttle = 1", "throttle = 1\ncolour = \"red\"");
    let (status, code, detail) = refused(json!({ "plan": { "text": wrong } })).await;
    assert_eq!((status, code.as_str()), (422, "malformed_plan"));
    assert!(detail.starts_with("line 6: "), "{detail}");
    let lonely = WAKE_UP.replace("channels = [\"wecom\"]", "channels = [\"wecom\"]\nrecovery = \"P10\"");
    let (status, code, detail) = refused(json!({ "plan": { "text": lonely } })).await;
    assert_eq!((status, code.as_str()), (422, "unfit_plan"));
    assert!(detail.starts_with("P03: "), "{detail}");
    let unknown = json!({ "plan": { "published": { "id": "P99" } } });
    assert_eq!(refused(unknown).await.1, "unknown_plan");
    for days in [0, 367] {
        assert_eq!(refused(json!({ "plan": { "text": WAKE_UP }, "days": days })).await.0, 400, "{days} days");
    }
    let long = json!({ "plan": { "text": "#".repeat(300_000) } });
    assert_eq!(refused(long).await.0, 400);
}

/// What becomes of a step, as `kept moved dropped added closed`.
fn fates(running: &RunningDiff, step: &str) -> [u64; 5] {
    let figures = running.steps.iter().find(|figures| figures.step.as_str() == step).unwrap();
    [&figures.kept, &figures.moved, &figures.dropped, &figures.added, &figures.closed].map(|class| class.n)
}

#[tokio::test]
async fn an_edited_plan_is_compared_for_runs_that_keep_their_version_and_for_runs_that_move() {
    let plan = WAKE_UP.replace("throttle = 1", "starts_on = \"2026-01-01\"");
    let shop = shop(|hub| hub.publish_plan(&plan)).await;
    let edited = plan.replace("version = 1", "version = 2").replace("+10d", "+20d");
    let request = json!({ "old": { "published": { "id": "P03" } }, "new": { "text": edited } });
    let found: DiffResponse = shop.daemon.post("/v1/plans/diff", &request).await.unwrap();
    let diff = &found.diff;
    assert_eq!((diff.old_version, diff.new_version, diff.steps.len()), (Some(1), Some(2), 1));
    assert_eq!((diff.migrate.n_customers, fates(&diff.migrate, "service")), (3, [0, 3, 0, 0, 0]));
    assert_eq!((diff.keep.n_customers, fates(&diff.keep, "service")), (3, [3, 0, 0, 0, 0]));
    assert_eq!(found.customers.values().collect::<Vec<_>>(), ["顾客A", "顾客B", "顾客C"]);
    assert_eq!(found.steps.len(), 1);
}

#[tokio::test]
async fn two_plans_or_a_text_that_is_none_are_not_compared() {
    let shop = shop(|hub| hub.publish_plan(WAKE_UP)).await;
    let refused = async |old: serde_json::Value, new: serde_json::Value| {
        let request = json!({ "old": old, "new": new });
        let problem = shop.daemon.post::<DiffResponse>("/v1/plans/diff", &request).await.unwrap_err();
        (problem.code, problem.detail)
    };
    let (known, of) = (json!({ "published": { "id": "P03" } }), |id: &str| json!({ "published": { "id": id } }));
    assert_eq!(refused(known.clone(), of("P01")).await.0, "different_plans");
    let (code, detail) = refused(known.clone(), json!({ "text": "id = \"P03\"\nversion = 2\ncolour = 1" })).await;
    assert!(code == "malformed_plan" && detail.starts_with("the new plan, line "), "{code}: {detail}");
    let (code, detail) = refused(json!({ "text": "id = 7" }), known).await;
    assert!(code == "malformed_plan" && detail.starts_with("the old plan, line 1: "), "{code}: {detail}");
    assert_eq!(refused(of("P99"), of("P01")).await.0, "unknown_plan");
}
