//! Why a task stands where it does, amnesties after a leave, prices that scripts name, lint, and the use of templates.

use guide_common::sop::backlog::Fate;
use guide_common::sop::explain::plan::Standing;
use guide_common::sop::explain::task::TaskExplained;
use guide_common::sop::settings::GoldPrice;
use guide_common::template::lint::{LintRule, Severity};
use guide_common::template::{Piece, Template};
use guide_common::wire::ask::*;
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde_json::json;

use crate::support::{Daemon, hub::Hub, outcome};

async fn open(prepare: impl FnOnce(&Hub)) -> (Daemon, crate::support::hub::Serving, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    prepare(&hub);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    (daemon, serving, home)
}

#[tokio::test]
async fn an_explained_task_s_terms_add_up_and_its_place_is_that_of_the_queue() {
    let (daemon, _serving, _home) = open(|_| {}).await;
    let today = daemon.today().await;
    for (idx, task) in today.tasks.iter().enumerate() {
        let explained: TaskExplained = daemon.get(&format!("/v1/tasks/{}/explain", task.id)).await.unwrap();
        assert_eq!(explained.task, *task);
        assert_eq!(explained.task.terms.iter().map(|term| term.points).sum::<i64>(), task.score);
        assert_eq!(explained.place, Some(idx + 1));
        assert!(explained.prospects.iter().all(|prospect| prospect.place.is_some()));
    }
    let unknown = daemon.get::<TaskExplained>("/v1/tasks/C99/explain").await.unwrap_err();
    assert_eq!(unknown.code, "unknown_task");
}

#[tokio::test]
async fn every_plan_says_what_it_makes_of_a_customer_the_liveliest_first() {
    let quiet = r#"
id = "A00"
version = 1
name = { zh = "券到期", en = "Coupon" }
[trigger]
on = "coupon_expiry"
[[step]]
id = "remind"
offset = "-3d"
until = "0d"
channels = ["wecom"]
"#;
    let (daemon, _serving, _home) = open(|hub| hub.publish_plan(quiet)).await;
    let explained: CustomerExplained = daemon.get("/v1/customers/C0000/explain").await.unwrap();
    let standings: Vec<_> = explained.plans.iter().map(|plan| (plan.plan.as_str(), plan.standing)).collect();
    assert_eq!(standings, [("P01", Standing::Open), ("A00", Standing::NotTriggered)]);
    assert!(explained.task.is_some());
    assert!(explained.plans[1].triggers[0].missing.is_some());
    assert_eq!(daemon.get::<CustomerExplained>("/v1/customers/C9/explain").await.unwrap_err().code, "unknown_customer");
}

const WINDOWS: &str = r#"
id = "P90"
version = 1
name = { zh = "回访", en = "Follow up" }
[trigger]
on = "purchase"
[[step]]
id = "moment"
offset = "+4d"
until = "+10d"
channels = ["wecom"]
[[step]]
id = "long"
offset = "+3d"
until = "+30d"
channels = ["wecom"]
"#;

#[tokio::test]
async fn an_amnesty_is_previewed_done_and_taken_back_as_one() {
    let (daemon, _serving, _home) = open(|hub| hub.publish_plan(WINDOWS)).await;
    let none: AmnestyPreview = daemon.get("/v1/amnesty").await.unwrap();
    assert_eq!(none.amnesty, None);
    let refused = daemon.post::<AmnestyResponse>("/v1/amnesty", &AmnestyRequest::default()).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (409, "no_leave_over"));
    let leave = json!({ "from_on": "2026-08-13", "to_on": "2026-08-20" });
    daemon.post::<SavedResponse>("/v1/leaves", &leave).await.unwrap();
    daemon.set_clock("2026-08-21T10:00:00").await;
    let before = daemon.today().await;
    assert_eq!(before.tasks.iter().map(|task| task.dues.len()).collect::<Vec<_>>(), [2, 2, 2]);

    let preview = daemon.get::<AmnestyPreview>("/v1/amnesty").await.unwrap().amnesty.unwrap();
    let count = preview.count;
    assert_eq!((count.n_dues, count.n_kept, count.n_merged, count.n_expired, count.n_handed), (6, 3, 0, 3, 0));
    assert_eq!(daemon.today().await.tasks, before.tasks, "a preview changes nothing");
    let done: AmnestyResponse = daemon.post("/v1/amnesty", &AmnestyRequest::default()).await.unwrap();
    assert_eq!((&done.amnesty, done.saved.n_ops), (&preview, 3));
    assert!(done.amnesty.dues.iter().any(|due| matches!(due.fate, Fate::Expired { .. })));
    let after = daemon.today().await;
    assert_eq!(after.tasks.iter().map(|task| task.dues.len()).collect::<Vec<_>>(), [1, 1, 1]);
    let undone: SavedResponse = daemon.post("/v1/undo", &UndoRequest::default()).await.unwrap();
    assert_eq!(undone.n_ops, 3);
    assert_eq!(daemon.today().await.tasks, before.tasks);
    assert_eq!(daemon.sync_now().await.n_rejected, 0);
}

#[tokio::test]
async fn a_leave_that_was_forgotten_is_entered_afterwards_and_its_amnesty_hands_to_the_deputy_who_is_named() {
    let settings = guide_common::sop::settings::Settings { tasks_per_day: 1, ..Default::default() };
    // one customer a day, and everything closes on the first day back
    let (head, _) = WINDOWS.split_once("[[step]]").unwrap();
    let short = format!("{head}[[step]]\nid = \"visit\"\noffset = \"+1d\"\nuntil = \"+9d\"\nchannels = [\"wecom\"]\n");
    let (daemon, _serving, _home) = open(|hub| {
        hub.publish_plan(&short);
        hub.publish("settings", "settings", &settings);
    })
    .await;
    daemon.set_clock("2026-08-21T10:00:00").await;
    assert_eq!(daemon.get::<AmnestyPreview>("/v1/amnesty").await.unwrap().amnesty, None);
    let leave = json!({ "from_on": "2026-08-14", "to_on": "2026-08-20" });
    daemon.post::<SavedResponse>("/v1/leaves", &leave).await.unwrap();
    let preview = async |path: &str| daemon.get::<AmnestyPreview>(path).await.unwrap().amnesty.unwrap();
    let alone = preview("/v1/amnesty").await.count;
    let helped = preview("/v1/amnesty?deputy=G2").await;
    assert!(alone.n_at_risk > 0 && alone.n_handed == 0, "{alone:?}");
    assert!(helped.count.n_at_risk == 0 && helped.count.n_handed > 0, "{:?}", helped.count);
    let own = daemon.get::<AmnestyPreview>("/v1/amnesty?deputy=G1").await.unwrap_err();
    assert_eq!((own.status, own.code.as_str()), (422, "own_deputy"));
    let before = daemon.today().await;
    let request = AmnestyRequest { deputy: "G2".parse().ok() };
    let done: AmnestyResponse = daemon.post("/v1/amnesty", &request).await.unwrap();
    assert_eq!(done.amnesty, helped);
    assert_eq!(daemon.today().await.tasks.len(), helped.count.n_kept);
    daemon.post::<SavedResponse>("/v1/undo", &UndoRequest { op_id: Some(done.saved.op_id) }).await.unwrap();
    assert_eq!(daemon.today().await.tasks, before.tasks);
}

const PRICE: &str = r#"
id = "T35"
version = 1
name = { zh = "金价", en = "Gold price" }
channel = "wecom"
[text]
zh = "本店牌价每克{今日金价!30min}元。"
en = "Our price is {gold_price!30min} a gram."
"#;

fn publish_price(hub: &Hub) {
    let template = guide_common::template::file::parse(PRICE).unwrap();
    hub.publish("template", "T35", &template);
    let price = GoldPrice { price_fen: 78_800, at: "2026-08-12T09:50:00".parse().unwrap() };
    hub.publish("gold_price", "gold_price", &price);
}

#[tokio::test]
async fn a_fresh_price_is_said_and_recorded_and_an_old_one_is_withheld() {
    let (daemon, _serving, _home) = open(publish_price).await;
    let path = "/v1/templates/T35/script?customer=C0000&lang=zh";
    let script: ScriptView = daemon.get(path).await.unwrap();
    assert_eq!(script.script.filled(&Default::default()).unwrap(), "本店牌价每克788元。");
    let said = json!({ "code": "interested", "template": "T35" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/contacts", &said).await.unwrap();
    let card: CustomerCard = daemon.get("/v1/customers/C0000").await.unwrap();
    let quoted = card.contacts[0].outcome.quoted.unwrap();
    assert_eq!((quoted.price_fen, quoted.at.to_string().as_str()), (78_800, "2026-08-12 09:50:00"));
    daemon.set_clock("2026-08-12T10:21:00").await;
    let old: ScriptView = daemon.get(path).await.unwrap();
    assert!(old.script.withheld().is_some());
    assert!(old.script.pieces.iter().any(|piece| matches!(piece, Piece::Stale { age_minutes: Some(31), .. })));
    let later = daemon.post::<SavedResponse>("/v1/customers/C0001/contacts", &said).await;
    assert!(later.is_ok(), "what was said can be logged");
    let card: CustomerCard = daemon.get("/v1/customers/C0001").await.unwrap();
    assert_eq!(card.contacts[0].outcome.quoted, None);
}

#[tokio::test]
async fn a_price_that_headquarters_sets_comes_with_the_next_sync() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(1);
    publish_price(&hub);
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    let price = GoldPrice { price_fen: 79_000, at: "2026-08-12T10:00:00".parse().unwrap() };
    hub.publish("gold_price", "gold_price", &price);
    daemon.sync_now().await;
    let script: ScriptView = daemon.get("/v1/templates/T35/script?customer=C0000").await.unwrap();
    assert_eq!(script.script.quoted.map(|quote| quote.price_fen), Some(79_000));
    assert!(daemon.today().await.checked);
}

#[tokio::test]
async fn lint_warns_at_the_shop_of_words_and_stops_the_names_of_customers() {
    let (daemon, _serving, _home) = open(publish_price).await;
    let file =
        |zh: &str| PRICE.replace("本店牌价每克{今日金价!30min}元。", zh).replace("{gold_price!30min} a gram", "fair");
    let lint = |zh: &str| {
        let request = LintRequest { text: file(zh) };
        let daemon = &daemon;
        async move { daemon.post::<LintResponse>("/v1/templates/lint", &request).await }
    };
    assert_eq!(lint("最后戴、最先摘。").await.unwrap().findings, []);
    let found = lint("全城最佳的款式。").await.unwrap().findings;
    assert_eq!((found[0].rule, found[0].severity, found[0].line), (LintRule::AbsoluteClaim, Severity::Warn, 7));
    let found = lint("和顾客0001一样。").await.unwrap().findings;
    assert_eq!((found[0].rule, found[0].severity), (LintRule::Privacy, Severity::Block));
    let fault = lint("{称乎}").await.unwrap_err();
    assert_eq!((fault.status, fault.code.as_str()), (422, "template_fault"));
    assert!(fault.detail.starts_with("line 7:"), "{}", fault.detail);
    let published: LintResponse = daemon.get("/v1/templates/T01/lint").await.unwrap();
    assert_eq!(published.findings, []);
    assert_eq!(daemon.get::<LintResponse>("/v1/templates/T99/lint").await.unwrap_err().code, "unknown_template");
}

#[tokio::test]
async fn headquarters_words_take_the_place_of_the_program_s() {
    let words = "version = 2\n[[words]]\nrule = \"pressure\"\nfind = [\"谢谢惠顾\"]\nfix = { zh = \"换个说法\", en = \"say it otherwise\" }\n";
    let (daemon, _serving, _home) =
        open(|hub| hub.publish("lint", "lint", &json!({ "version": 2, "text": words }))).await;
    let found: LintResponse = daemon.get("/v1/templates/T01/lint").await.unwrap();
    assert_eq!(found.findings[0].rule, LintRule::Pressure);
}

#[tokio::test]
async fn the_use_of_a_template_is_counted_by_step_with_its_interval() {
    let (daemon, _serving, _home) = open(publish_price).await;
    for (id, code) in [("C0000", "interested"), ("C0001", "no_reply")] {
        let said = json!({ "code": code, "template": "T01" });
        daemon.post::<SavedResponse>(&format!("/v1/tasks/{id}/outcome"), &said).await.unwrap();
    }
    let said = json!({ "code": "interested", "template": "T35" });
    daemon.post::<SavedResponse>("/v1/customers/C0002/contacts", &said).await.unwrap();
    daemon.post::<SavedResponse>("/v1/customers/C0002/contacts", &outcome("1")).await.unwrap();
    let stats: TemplateStats = daemon.get("/v1/templates/stats").await.unwrap();
    let rows: Vec<_> = stats
        .rows
        .iter()
        .map(|row| {
            let step = row.used.step.as_ref().map(|(plan, step)| format!("{plan}/{step}"));
            (row.used.template.to_string(), step, row.used.usage.n_used, row.used.usage.n_replied)
        })
        .collect();
    let thanks = Some("P01/thanks".to_owned());
    assert_eq!(rows, [("T01".to_owned(), thanks, 2, 1), ("T35".to_owned(), None, 1, 1)]);
    let rate = stats.rows[0].rate.unwrap();
    assert!(rate.low < rate.share && rate.share < rate.high && rate.share == 0.5);
    let before: TemplateStats = daemon.get("/v1/templates/stats?from=2026-08-01&to=2026-08-11").await.unwrap();
    assert_eq!(before.rows, []);
    let _: Vec<Template> = daemon.get("/v1/templates").await.unwrap();
}

#[tokio::test]
async fn an_outcome_with_a_template_that_was_never_published_is_refused() {
    let (daemon, _serving, _home) = open(|_| {}).await;
    let said = json!({ "code": "interested", "template": "T99" });
    for path in ["/v1/tasks/C0000/outcome", "/v1/customers/C0000/contacts"] {
        let refused = daemon.post::<SavedResponse>(path, &said).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (404, "unknown_template"), "{path}");
    }
    assert_eq!(daemon.outbox().await.len(), 0);
}

#[tokio::test]
async fn an_amount_that_no_sale_has_is_refused_and_nothing_is_saved() {
    let (daemon, _serving, _home) = open(|_| {}).await;
    let bought = |fen: i64| json!({ "code": "bought", "amount_fen": fen });
    let refused = daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &bought(99_999_999_999_999_900)).await;
    assert_eq!(refused.map_err(|problem| (problem.status, problem.code)), Err((422, "amount_too_large".to_owned())));
    assert_eq!(daemon.outbox().await.len(), 0);
    assert!(daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &bought(1_000_000_000)).await.is_ok());
}

const CARE: &str = r#"
id = "P06"
version = 1
name = { zh = "保养", en = "Care" }
[trigger]
on = "purchase"
each_item = true
[[step]]
id = "care"
offset = "+20d"
until = "+60d"
channels = ["wecom"]
"#;

#[tokio::test]
async fn two_pieces_of_one_customer_are_told_apart_in_an_amnesty_and_a_secret_one_is_not_named() {
    let (daemon, _serving, _home) = open(|hub| {
        hub.publish_plan(CARE);
        hub.add_sale("C0000", "p-2", "2026-08-12", 300_000, "珍珠项链");
    })
    .await;
    let leave = json!({ "from_on": "2026-08-13", "to_on": "2026-09-09" });
    daemon.post::<SavedResponse>("/v1/leaves", &leave).await.unwrap();
    daemon.set_clock("2026-09-10T10:00:00").await;
    let pieces = async || {
        let amnesty = daemon.get::<AmnestyPreview>("/v1/amnesty").await.unwrap().amnesty.unwrap();
        let of_care =
            amnesty.dues.into_iter().filter(|of| of.customer.as_str() == "C0000" && of.due.plan.as_str() == "P06");
        let mut pieces: Vec<Option<String>> = of_care.map(|of| of.piece).collect();
        pieces.sort();
        pieces
    };
    assert_eq!(pieces().await, [Some("珍珠项链".to_owned()), Some("钻石戒指".to_owned())]);
    let secret = json!({ "from": "C0001", "until_on": "2026-09-20", "purchase": "p-2" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/secrets", &secret).await.unwrap();
    assert!(!pieces().await.contains(&Some("珍珠项链".to_owned())));
}

#[tokio::test]
async fn a_held_row_carries_the_haste_that_headquarters_asks_for() {
    let (daemon, _serving, _home) = open(|hub| {
        let rush = json!({ "on": "2026-08-12", "by": "顾南星", "why": "客户在等", "until_on": "2026-08-20" });
        hub.record("C0000", 1, guide_common::fact::FactBody::Rush(serde_json::from_value(rush).unwrap()));
        let complaint = json!({ "on": "2026-08-12", "code": "complaint" });
        hub.record("C0000", 2, guide_common::fact::FactBody::Outcome(serde_json::from_value(complaint).unwrap()));
        let rush = json!({ "on": "2026-08-13", "by": "顾南星", "why": "又来催", "until_on": "2026-08-20" });
        hub.record("C0000", 3, guide_common::fact::FactBody::Rush(serde_json::from_value(rush).unwrap()));
    })
    .await;
    daemon.set_clock("2026-08-15T10:00:00").await;
    let today = daemon.today().await;
    let row = today.held.iter().find(|row| row.customer.as_str() == "C0000").unwrap();
    assert_eq!(row.rush.as_ref().map(|rush| rush.why.as_str()), Some("又来催"));
    assert!(today.tasks.iter().all(|task| task.rush.is_none()));
    daemon.set_clock("2026-08-15T21:00:00").await;
    let quiet = daemon.today().await;
    assert!(quiet.held.iter().filter(|row| row.rush.is_some()).count() == 1, "the hours of the day change nothing");
}
