//! A guide's day over the local API: the queue, outcomes, promises, undo, search, the clock.

use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;

use crate::support::{Daemon, eventually, hub::Hub, outcome};

struct Shop {
    daemon: Daemon,
    hub: Hub,
    _serving: crate::support::hub::Serving,
    home: tempfile::TempDir,
}

async fn shop(n_customers: usize) -> Shop {
    let (home, hub, serving, daemon) = crate::support::enrolled(n_customers).await;
    Shop { daemon, hub, _serving: serving, home }
}

#[tokio::test]
async fn an_outcome_closes_its_task_and_reaches_the_hub() {
    let shop = shop(5).await;
    let today = shop.daemon.today().await;
    assert!(today.checked);
    assert_eq!((today.tasks.len(), today.done.len()), (5, 0));
    let id = today.tasks[0].id.to_string();
    let detail: TaskDetail = shop.daemon.get(&format!("/v1/tasks/{}?lang=en", &id[..10])).await.unwrap();
    assert_eq!(detail.customer.id, today.tasks[0].customer);
    assert_eq!(detail.scripts[0].script.filled(&Default::default()).unwrap(), "Hello, thank you.");
    let saved: SavedResponse = shop.daemon.post(&format!("/v1/tasks/{id}/outcome"), &outcome("1")).await.unwrap();
    assert!(saved.gone.is_empty());
    assert_eq!((saved.queue.n_open, saved.queue.n_done), (4, 1));
    let after = shop.daemon.today().await;
    assert_eq!(after.done[0].steps[0].en, "thanks");
    let due = &today.tasks[0].dues[0];
    assert_eq!(after.done[0].outcome.due_ids, [due.due_id]);
    assert_eq!(after.done[0].outcome.purpose, Some(due.purpose), "what it was for outlives its run");
    let sync = shop.daemon.sync_now().await;
    assert_eq!((sync.state, sync.n_unsent), (SavedState::Received, 0));
    assert_eq!(shop.hub.facts(), [saved.op_id]);
    assert_eq!((sync.guide_feed.n_live, sync.guide_feed.digest), shop.hub.digest());
    let card: CustomerCard = shop.daemon.get(&format!("/v1/customers/{}", saved.customer)).await.unwrap();
    assert!(card.contacts[0].received);
    assert_eq!(shop.daemon.today().await.tasks.len(), 4, "a closed task does not come back with the next sync");
}

#[tokio::test]
async fn a_closed_task_is_not_closed_again_not_even_by_two_at_once() {
    let shop = shop(2).await;
    let request = outcome("2");
    let post = || shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &request);
    let (a, b) = tokio::join!(post(), post());
    let codes: Vec<_> = [a, b].into_iter().filter_map(|answer| answer.err().map(|problem| problem.code)).collect();
    assert_eq!(codes, ["task_closed"]);
    assert_eq!(post().await.unwrap_err().code, "task_closed");
    let unknown = shop.daemon.post::<SavedResponse>("/v1/tasks/nobody/outcome", &outcome("1")).await;
    assert_eq!(unknown.unwrap_err().code, "unknown_task");
    assert_eq!(shop.daemon.outbox().await.len(), 1);
}

#[tokio::test]
async fn what_a_rule_refuses_is_not_recorded() {
    let shop = shop(1).await;
    for (code, refusal) in [("4", "needs_amount"), ("7", "needs_date"), ("0", "needs_reason")] {
        let problem = shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome(code)).await.unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (422, refusal));
    }
    let bad = shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("44")).await.unwrap_err();
    assert_eq!(bad.code, "bad_request");
    let words = ComplaintCloseRequest { words: "好的".to_owned() };
    let none = shop.daemon.post::<SavedResponse>("/v1/customers/C0000/complaint/close", &words).await.unwrap_err();
    assert_eq!(none.code, "no_open_complaint");
    let contact = shop.daemon.post::<SavedResponse>("/v1/customers/C1/contacts", &outcome("1")).await.unwrap_err();
    assert_eq!(contact.code, "unknown_customer");
    assert!(shop.daemon.outbox().await.is_empty());
    assert_eq!(shop.daemon.today().await.tasks.len(), 1);
}

#[tokio::test]
async fn undo_takes_the_newest_back_and_then_the_one_before() {
    let shop = shop(2).await;
    for id in ["C0000", "C0001"] {
        shop.daemon.post::<SavedResponse>(&format!("/v1/tasks/{id}/outcome"), &outcome("3")).await.unwrap();
    }
    for expected in ["C0001", "C0000"] {
        let undone: SavedResponse = shop.daemon.post("/v1/undo", &UndoRequest::default()).await.unwrap();
        assert_eq!(undone.customer.as_str(), expected);
        assert!(undone.undone.is_some());
    }
    let nothing = shop.daemon.post::<SavedResponse>("/v1/undo", &UndoRequest::default()).await.unwrap_err();
    assert_eq!((nothing.status, nothing.code.as_str()), (409, "nothing_to_undo"));
    let today = shop.daemon.today().await;
    assert_eq!((today.tasks.len(), today.done.len()), (2, 0));
    shop.daemon.sync_now().await;
    assert!(shop.hub.facts().is_empty());
    assert_eq!(shop.daemon.today().await.tasks.len(), 2);
    let again: SavedResponse = shop.daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let named = UndoRequest { op_id: Some(again.op_id) };
    assert_eq!(shop.daemon.post::<SavedResponse>("/v1/undo", &named).await.unwrap().undone, Some(again.op_id));
    assert_eq!(shop.daemon.post::<SavedResponse>("/v1/undo", &named).await.unwrap_err().code, "nothing_to_undo");
}

#[tokio::test]
async fn a_promise_in_a_contact_is_a_fact_of_its_own() {
    let shop = shop(1).await;
    let mut request = outcome("interested");
    let due_on = "2026-08-20".parse().unwrap();
    request.promise = Some(PromiseRequest { text: "改圈口".to_owned(), item: None, due_on });
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &request).await.unwrap();
    let card: CustomerCard = shop.daemon.get("/v1/customers/C0000").await.unwrap();
    assert_eq!(card.promises[0].promise.text, "改圈口");
    assert_eq!(card.contacts.len(), 1);
    shop.daemon.sync_now().await;
    assert_eq!(shop.hub.facts().len(), 2);
}

#[tokio::test]
async fn an_open_complaint_holds_the_rest_until_it_is_closed() {
    let shop = shop(1).await;
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("8")).await.unwrap();
    let clock = Clock { kind: ClockKind::Virtual, now: "2026-08-15T10:00:00".parse().unwrap() };
    shop.daemon.put::<Clock>("/v1/clock", &clock).await.unwrap();
    let today = shop.daemon.today().await;
    assert_eq!((today.tasks.len(), today.held.len()), (0, 1));
    assert_eq!(shop.daemon.get::<TaskDetail>("/v1/tasks/C0000").await.unwrap_err().code, "task_held");
    let words = ComplaintCloseRequest { words: "客户满意".to_owned() };
    shop.daemon.post::<SavedResponse>("/v1/customers/C0000/complaint/close", &words).await.unwrap();
    assert_eq!(shop.daemon.today().await.tasks.len(), 1);
}

#[tokio::test]
async fn the_clock_moves_the_queue_and_back_and_facts_of_later_days_do_not_exist() {
    let shop = shop(3).await;
    let to = async |time: &str| {
        let clock = Clock { kind: ClockKind::Virtual, now: time.parse().unwrap() };
        shop.daemon.put::<Clock>("/v1/clock", &clock).await.unwrap();
        shop.daemon.today().await
    };
    let later = to("2026-08-16T10:00:00").await;
    assert_eq!((later.on.to_string().as_str(), later.tasks.len(), later.checked), ("2026-08-16", 3, true));
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0001/outcome", &outcome("1")).await.unwrap();
    let back = to("2026-08-12T10:00:00").await;
    assert_eq!((back.tasks.len(), back.done.len()), (3, 0));
    let card: CustomerCard = shop.daemon.get("/v1/customers/C0001").await.unwrap();
    assert!(card.contacts.is_empty());
    assert!(to("2026-08-11T10:00:00").await.tasks.is_empty());
    let card: CustomerCard = shop.daemon.get("/v1/customers/C0001").await.unwrap();
    assert_eq!((card.total_fen, card.purchases.len()), (0, 0));
    assert_eq!(to("2026-08-16T10:00:00").await.tasks.len(), 2);
}

#[tokio::test]
async fn search_finds_by_name_id_and_phone_and_puts_tasks_first() {
    let shop = shop(30).await;
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let list: CustomerList = shop.daemon.get("/v1/customers?q=%E9%A1%BE%E5%AE%A2&limit=30").await.unwrap();
    assert_eq!((list.n_all, list.n_found), (30, 30));
    assert_eq!(list.rows.last().unwrap().id.as_str(), "C0000", "who has no task comes last");
    let list: CustomerList = shop.daemon.get("/v1/customers?q=0007&limit=5").await.unwrap();
    assert_eq!(list.rows[0].id.as_str(), "C0007");
    assert_eq!(list.rows[0].phone_masked.as_deref(), Some("139****0007"));
    assert_eq!(list.rows[0].total_fen, 880_000);
    let list: CustomerList = shop.daemon.get("/v1/customers?q=zzz").await.unwrap();
    assert_eq!((list.n_found, list.rows.len()), (0, 0));
}

#[tokio::test]
async fn plans_templates_scripts_and_reports_are_served() {
    let shop = shop(4).await;
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let plans: Vec<guide_common::sop::plan::Plan> = shop.daemon.get("/v1/plans").await.unwrap();
    assert_eq!(plans.len(), 1);
    let _: guide_common::sop::plan::Plan = shop.daemon.get("/v1/plans/P01").await.unwrap();
    let _: Vec<guide_common::template::Template> = shop.daemon.get("/v1/templates").await.unwrap();
    let script: ScriptView = shop.daemon.get("/v1/templates/T01/script?customer=C0000&lang=zh").await.unwrap();
    assert_eq!(script.script.filled(&Default::default()).unwrap(), "您好，谢谢惠顾。");
    let report: guide_common::report::Report =
        shop.daemon.get("/v1/reports?from=2026-08-12&to=2026-08-12&plan=P01").await.unwrap();
    assert_eq!((report.total.due, report.total.done, report.total.open), (4, 1, 3));
    for (path, code) in [
        ("/v1/plans/P99", "unknown_plan"),
        ("/v1/templates/T99/script?customer=C0000", "unknown_template"),
        ("/v1/templates/T01/script?customer=C99", "unknown_customer"),
        ("/v1/reports?from=2026-08-13&to=2026-08-12", "bad_request"),
        ("/v1/reports?from=tomorrow", "bad_request"),
    ] {
        assert_eq!(shop.daemon.get::<serde_json::Value>(path).await.unwrap_err().code, code, "{path}");
    }
}

#[tokio::test]
async fn events_tell_what_changed_by_id() {
    let shop = shop(1).await;
    let mut stream = shop.daemon.stream().await;
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let mut text = String::new();
    while !(text.contains("\"today\"") && text.contains("C0000")) {
        let chunk = tokio::time::timeout(crate::support::LIMIT, stream.chunk()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(!text.contains("顾客"), "{text}");
}

#[tokio::test]
async fn after_a_restart_the_sheet_is_shown_at_once_and_then_checked() {
    let shop = shop(5).await;
    shop.daemon.post::<SavedResponse>("/v1/tasks/C0002/outcome", &outcome("1")).await.unwrap();
    let before = shop.daemon.today().await;
    let home = shop.home.path().to_owned();
    let mut daemon = shop.daemon;
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.ended().await.success());
    let daemon = Daemon::start(&home).await;
    let first = daemon.today().await;
    assert_eq!((&first.tasks, &first.done), (&before.tasks, &before.done));
    assert_eq!(daemon.get::<Status>("/v1/status").await.unwrap().n_customers, 5);
    let checked = eventually("the check", async || Some(daemon.today().await).filter(|today| today.checked)).await;
    assert_eq!((checked.tasks, checked.done), (before.tasks, before.done));
}

#[tokio::test]
async fn thirty_two_writers_at_once_are_all_saved() {
    let shop = shop(32).await;
    let requests: Vec<_> = (0..32).map(|n| (format!("/v1/tasks/C{n:04}/outcome"), outcome("1"))).collect();
    let posts = requests.iter().map(|(path, request)| shop.daemon.post::<SavedResponse>(path, request));
    for saved in futures_util::future::join_all(posts).await {
        saved.unwrap();
    }
    let mut seqs: Vec<_> = shop.daemon.outbox().await.iter().map(|row| row.local_seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=32).collect::<Vec<_>>());
    assert_eq!(shop.daemon.sync_now().await.n_unsent, 0);
    assert_eq!(shop.hub.facts().len(), 32);
}
