//! The hub's protocol over a real connection.

use std::collections::BTreeMap;

use guide_common::fact::{Fact, FactBody};
use guide_common::id::DueId;
use guide_common::op::{Op, OpBody, Redo, Undo};
use guide_common::outcome::OutcomeCode;
use guide_common::promise::Promise;
use guide_common::wire::hub::{ChangesResponse, DigestKey, FeedDigest, Item, ItemOp, Role, item_hash};
use guide_hub::db::{device, feed};
use guide_hub::publish::{Publishing, Running, Source, What, publish};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, TODAY, Terminal, TestDb, TestHub, assign, customer_id, facts_of, guide_id, send};

/// A hub with guides G1 and G2, and C1 to C3 with a purchase each, of whom G1 serves C1 and C2 and G2 C3.
async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    let head = "customer_id,purchased_on,amount\n";
    test.import(format!("{head}C1,2026-08-12,500\nC2,2026-08-10,500\nC3,2026-08-10,500\n")).await;
    assign(&test, &["C1", "C2"], "G1").await;
    assign(&test, &["C3"], "G2").await;
    TestHub::serve(test).await
}

async fn publish_p01(test: &TestDb) {
    let (templates, plans) = (guide_common::demo::template_files(), guide_common::demo::plan_files());
    let sources = |files: Vec<(&'static str, &'static str)>| -> Vec<Source> {
        files.into_iter().map(|(name, text)| Source { file: name.into(), text: text.to_owned() }).collect()
    };
    let publishing = Publishing { running: Running::Keep, today: TODAY.parse().unwrap() };
    publish(&test.db, What::Templates, &sources(templates), publishing).await.unwrap();
    publish(&test.db, What::Plans, &sources(plans), publishing).await.unwrap();
}

/// Pulls a feed page by page, as a terminal that holds nothing.
async fn pull(terminal: &Terminal, feed: &str, limit: usize) -> (ChangesResponse, Vec<Item>) {
    let mut items: Vec<Item> = Vec::new();
    let mut query = format!("/v1/changes?feed={feed}&limit={limit}");
    for _ in 0..1_000 {
        let answer = terminal.get(&query).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let mut page: ChangesResponse = serde_json::from_slice(&answer.body).unwrap();
        assert!(page.items.len() <= limit);
        items.append(&mut page.items);
        if !page.more {
            return (page, items);
        }
        let since = items.last().unwrap().seq;
        query = format!("/v1/changes?feed={feed}&limit={limit}&epoch={}&since={since}", page.epoch);
    }
    panic!("a pull without end");
}

/// What a terminal holds after applying items, and its digest.
fn held(items: &[Item], key: &DigestKey) -> (u64, FeedDigest) {
    let mut live: BTreeMap<(String, String), u64> = BTreeMap::new();
    for item in items {
        let name = (item.kind.clone(), item.id.clone());
        match item.op {
            ItemOp::Put => {
                let body = item.body.as_ref().unwrap().get();
                live.insert(name, item_hash(key, &item.kind, &item.id, item.rev, body));
            }
            ItemOp::Del => {
                live.remove(&name);
            }
        }
    }
    let digest = live.values().fold(FeedDigest::default(), |digest, hash| digest.with(*hash));
    (live.len() as u64, digest)
}

fn answers(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["answers"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_code_enrols_one_terminal_once() {
    let hub = hub().await;
    let code = device::create_code(&hub.test_db.db, &guide_id("G1"), Role::Guide).await.unwrap();
    let answer = hub.enroll(&code.to_lowercase().replace('-', "")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let body = answer.json();
    assert!(body["token"].as_str().unwrap().starts_with("gdt_"));
    assert_eq!(
        (&body["guide"]["id"], &body["role"], &body["zone"]),
        (&json!("G1"), &json!("guide"), &json!("Asia/Shanghai"))
    );
    hub.enroll(&code).await.check_problem(403, "code_over");
}

#[tokio::test]
async fn after_five_wrong_tries_a_code_is_worthless() {
    let hub = hub().await;
    let code = device::create_code(&hub.test_db.db, &guide_id("G1"), Role::Guide).await.unwrap();
    let last = if code.ends_with('2') { "3" } else { "2" };
    let wrong = format!("{}{last}", &code[..code.len() - 1]);
    for _ in 0..5 {
        hub.enroll(&wrong).await.check_problem(403, "wrong_code");
    }
    hub.enroll(&code).await.check_problem(403, "code_spent");
    hub.enroll("").await.check_problem(403, "wrong_code");
}

#[tokio::test]
async fn a_training_hub_refuses_a_terminal_on_the_real_clock() {
    let hub = hub().await;
    let code = device::create_code(&hub.test_db.db, &guide_id("G1"), Role::Guide).await.unwrap();
    let body = json!({"code": code, "device_name": "till", "training": false}).to_string();
    send(hub.address, Method::POST, "/v1/enroll", &[], body).await.check_problem(409, "training_mismatch");
    assert_eq!(hub.enroll(&code).await.status, StatusCode::OK, "the code was not used up");
}

#[tokio::test]
async fn without_a_good_token_nothing_is_answered() {
    let hub = hub().await;
    for path in ["/v1/changes?feed=guide", "/v1/ops"] {
        let method = if path == "/v1/ops" { Method::POST } else { Method::GET };
        send(hub.address, method.clone(), path, &[], "{}").await.check_problem(401, "unauthorized");
        let forged = [("authorization", "Bearer gdt_00")];
        send(hub.address, method, path, &forged, "{}").await.check_problem(401, "unauthorized");
    }
    let terminal = hub.terminal("G1").await;
    device::revoke(&hub.test_db.db, &terminal.enrolled.device).await.unwrap();
    terminal.get("/v1/changes?feed=guide").await.check_problem(401, "token_revoked");
    terminal.push(&[]).await.check_problem(401, "token_revoked");
}

#[tokio::test]
async fn a_guide_sees_that_guide_s_customers_only() {
    let hub = hub().await;
    for (guide, expected) in [("G1", vec!["C1", "C2"]), ("G2", vec!["C3"])] {
        let terminal = hub.terminal(guide).await;
        let (_, items) = pull(&terminal, "guide", 200).await;
        let mut customers: Vec<&str> =
            items.iter().filter_map(|item| item.customer.as_ref()).map(|id| id.as_str()).collect();
        customers.sort_unstable();
        customers.dedup();
        assert_eq!(customers, expected);
        assert!(items.iter().any(|item| item.kind == "guide" && item.id == guide));
    }
}

#[tokio::test]
async fn a_full_pull_in_pages_gives_the_feed_s_count_and_digest() {
    let hub = hub().await;
    publish_p01(&hub.test_db).await;
    let terminal = hub.terminal("G1").await;
    for (feed, key) in
        [("guide", terminal.enrolled.digest_keys.guide), ("shared", terminal.enrolled.digest_keys.shared)]
    {
        let (last, items) = pull(&terminal, feed, 2).await;
        assert!(items.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        assert_eq!(held(&items, &key), (last.n_live, last.digest), "{feed}");
        assert_eq!(items.last().unwrap().seq, last.head);
    }
}

#[tokio::test]
async fn a_page_holds_no_more_than_a_mebibyte() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let mut tx = db.begin().await.unwrap();
    let mut feed = feed::Feed::lock_known(&mut tx, "G1").await.unwrap();
    let body = serde_json::to_string(&"长".repeat(200_000)).unwrap();
    let changes = (0..4).map(|n| feed::Change::put("fact", &format!("big{n}"), "", body.clone())).collect();
    feed.apply(&mut tx, changes).await.unwrap();
    guide_hub::db::commit(tx).await.unwrap();
    let terminal = hub.terminal("G1").await;
    let page: ChangesResponse = serde_json::from_slice(&terminal.get("/v1/changes?feed=guide").await.body).unwrap();
    let n_bytes: usize = page.items.iter().map(|item| item.body.as_ref().unwrap().get().len()).sum();
    assert!(page.more && n_bytes <= 1024 * 1024, "{n_bytes}");
    let (last, items) = pull(&terminal, "guide", 200).await;
    assert_eq!(items.len() as u64, last.n_live);
}

#[tokio::test]
async fn nothing_new_is_answered_304_only_when_epoch_cursor_count_and_digest_agree() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (last, _) = pull(&terminal, "guide", 200).await;
    let ChangesResponse { epoch, head, n_live, digest, .. } = &last;
    let ask = |epoch: &str, since: u64, n_live: u64, digest: FeedDigest| {
        format!("/v1/changes?feed=guide&epoch={epoch}&since={since}&n_live={n_live}&digest={digest}")
    };
    let same = terminal.get(&ask(epoch, *head, *n_live, *digest)).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(same.header("etag"), format!("\"{epoch}:{head}:{digest}\""));
    for (query, reason) in [
        (ask("another", *head, *n_live, *digest), "epoch"),
        (ask(epoch, head + 1, *n_live, *digest), "ahead"),
        (ask(epoch, *head, n_live + 1, *digest), "digest"),
        (ask(epoch, *head, *n_live, digest.with(1)), "digest"),
    ] {
        let answer = terminal.get(&query).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{query}");
        let body = answer.json();
        assert_eq!((&body["reset"], &body["reason"]), (&json!(true), &json!(reason)));
        assert_eq!((&body["epoch"], &body["head"]), (&json!(epoch), &json!(head)));
    }
    let behind = terminal.get(&ask(epoch, head - 1, 0, FeedDigest::default())).await;
    assert_eq!(behind.json()["items"].as_array().unwrap().len(), 1, "a terminal that is behind is not compared");
    terminal.get("/v1/changes?feed=G2").await.check_problem(400, "bad_request");
}

#[tokio::test]
async fn a_cursor_below_the_floor_is_too_old() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (last, _) = pull(&terminal, "guide", 200).await;
    let mut conn = hub.test_db.db.conn().await.unwrap();
    sqlx::query("UPDATE guide_feed SET floor = 3 WHERE guide_id = 'G1'").execute(&mut *conn).await.unwrap();
    let old = terminal.get(&format!("/v1/changes?feed=guide&epoch={}&since=2", last.epoch)).await;
    assert_eq!(old.json()["reason"], "too_old");
    assert_eq!(terminal.get("/v1/changes?feed=guide&since=0").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_push_is_applied_once_and_answered_the_same_byte_for_byte() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let ops = [
        terminal.outcome("C1", TODAY, |outcome| outcome.note = Some("喜欢\u{202e}珍珠".to_owned())),
        terminal.outcome("C2", TODAY, |outcome| outcome.code = OutcomeCode::NoReply),
    ];
    let first = terminal.push(&ops).await;
    assert!(answers(&first).iter().all(|answer| answer["result"] == "applied"));
    let (after_first, items) = pull(&terminal, "guide", 200).await;
    assert_eq!(items.iter().filter(|item| item.kind == "fact").count(), 2);
    let fact = items.iter().find(|item| item.id == ops[0].op_id.to_string()).unwrap().body.as_ref().unwrap().get();
    let fact: Value = serde_json::from_str(fact).unwrap();
    assert_eq!(fact["body"]["note"], "喜欢珍珠");
    assert_eq!(fact["device"], json!(terminal.enrolled.device), "the token says which device it was");
    assert_eq!(fact["guide"], "G1");
    let second = terminal.push(&ops).await;
    assert_eq!(first.text(), second.text());
    let (after_second, _) = pull(&terminal, "guide", 200).await;
    assert_eq!((after_first.head, after_first.digest), (after_second.head, after_second.digest));
    assert_eq!(first.json()["head"], json!(after_first.head));
}

#[tokio::test]
async fn a_bad_op_never_fails_its_neighbours() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let good = [terminal.outcome("C1", TODAY, |_| {}), terminal.outcome("C2", TODAY, |_| {})];
    let bad = [
        terminal.outcome("C3", TODAY, |_| {}),
        terminal.outcome("C99", TODAY, |_| {}),
        terminal.outcome("C1", "2026-08-14", |_| {}),
        terminal.outcome("C1", TODAY, |outcome| outcome.code = OutcomeCode::Bought),
        {
            let mut op = terminal.outcome("C1", TODAY, |_| {});
            op.hash = "00".to_owned();
            op
        },
        terminal.op(
            "C1",
            &OpBody::Undo(Undo { on: TODAY.parse().unwrap(), op_id: terminal.outcome("C1", TODAY, |_| {}).op_id }),
        ),
    ];
    let mut ops = vec![serde_json::to_string(&good[0]).unwrap()];
    ops.extend(bad.iter().map(|op| serde_json::to_string(op).unwrap()));
    ops.push(json!({"op_id": uuid::Uuid::now_v7(), "kind": 7}).to_string());
    ops.push(serde_json::to_string(&good[1]).unwrap());
    let answer = terminal.send(Method::POST, "/v1/ops", format!("{{\"ops\":[{}]}}", ops.join(","))).await;
    let codes: Vec<String> = answers(&answer)
        .iter()
        .map(|answer| answer["code"].as_str().or(answer["result"].as_str()).unwrap().to_owned())
        .collect();
    let expected = [
        "applied",
        "unknown_customer",
        "unknown_customer",
        "from_the_future",
        "needs_amount",
        "bad_hash",
        "unknown_target",
        "malformed_body",
        "applied",
    ];
    assert_eq!(codes, expected);
    let (_, items) = pull(&terminal, "guide", 200).await;
    assert_eq!(items.iter().filter(|item| item.kind == "fact").count(), 2);
    let other = hub.terminal("G2").await;
    let (_, items) = pull(&other, "guide", 200).await;
    assert!(items.iter().all(|item| item.kind != "fact"), "nothing reached the other guide's customer");
}

#[tokio::test]
async fn an_op_id_with_another_payload_is_a_hash_conflict() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let op = terminal.outcome("C1", TODAY, |_| {});
    terminal.push(std::slice::from_ref(&op)).await;
    let mut forged = terminal.outcome("C1", TODAY, |outcome| outcome.code = OutcomeCode::DoNotContact);
    forged.op_id = op.op_id;
    assert_eq!(answers(&terminal.push(&[forged]).await)[0]["code"], "hash_conflict");
    assert_eq!(answers(&terminal.push(&[op]).await)[0]["result"], "applied");
}

#[tokio::test]
async fn a_refusal_that_can_pass_is_judged_again_when_the_op_comes_again() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let early = terminal.outcome("C1", "2026-08-14", |_| {});
    let foreign = terminal.outcome("C3", TODAY, |_| {});
    let ops = [early, foreign];
    assert!(answers(&terminal.push(&ops).await).iter().all(|answer| answer["result"] == "rejected"));
    hub.set_clock("2026-08-13T09:00:00");
    assign(&hub.test_db, &["C3"], "G1").await;
    assert!(answers(&terminal.push(&ops).await).iter().all(|answer| answer["result"] == "applied"));
}

#[tokio::test]
async fn an_outcome_for_a_due_that_has_gone_is_superseded_and_its_contact_counts() {
    let hub = hub().await;
    publish_p01(&hub.test_db).await;
    let terminal = hub.terminal("G1").await;
    let due = |step: &str, anchor: &str, customer: &str| {
        DueId::of(&"P01".parse().unwrap(), &step.parse().unwrap(), &customer_id(customer), anchor, 0)
    };
    let open = terminal.outcome("C1", TODAY, |outcome| outcome.due_ids = vec![due("thanks", "2026-08-12", "C1")]);
    let gone = terminal.outcome("C2", TODAY, |outcome| outcome.due_ids = vec![due("thanks", "2026-08-10", "C2")]);
    let again = terminal.outcome("C1", TODAY, |outcome| outcome.due_ids = vec![due("thanks", "2026-08-12", "C1")]);
    let answer = terminal.push(&[open, gone.clone(), again]).await;
    let results: Vec<Value> = answers(&answer).iter().map(|answer| answer["result"].clone()).collect();
    assert_eq!(results, ["applied", "superseded", "superseded"]);
    let (_, items) = pull(&terminal, "guide", 200).await;
    assert!(items.iter().any(|item| item.kind == "fact" && item.id == gone.op_id.to_string()));
}

#[tokio::test]
async fn an_undo_marks_the_fact_and_both_stay() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let op = terminal.outcome("C1", TODAY, |_| {});
    let undo = terminal.op("C1", &OpBody::Undo(Undo { on: TODAY.parse().unwrap(), op_id: op.op_id }));
    let answer = terminal.push(&[op.clone(), undo.clone()]).await;
    assert!(answers(&answer).iter().all(|answer| answer["result"] == "applied"));
    let (last, items) = pull(&terminal, "guide", 200).await;
    let fact = items.iter().find(|item| item.id == op.op_id.to_string()).unwrap();
    let body: Value = serde_json::from_str(fact.body.as_ref().unwrap().get()).unwrap();
    assert_eq!(body["undone"]["op_id"], json!(undo.op_id));
    assert_eq!(held(&items, &terminal.enrolled.digest_keys.guide), (last.n_live, last.digest));
}

#[tokio::test]
async fn a_redo_ends_the_undo_and_every_op_of_it_twice_is_once() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let on = TODAY.parse().unwrap();
    let promise = Promise { on, text: "带样".to_owned(), item: None, due_on: on };
    let said = terminal.outcome("C1", TODAY, |_| {});
    let promised = terminal.op("C1", &OpBody::Fact(FactBody::Promise(promise)));
    let group = [&said, &promised].map(|op| op.clone().of_group(Some(said.op_id)));
    let undo = terminal.op("C1", &OpBody::Undo(Undo { on, op_id: promised.op_id }));
    let redo = |undo: &Op| terminal.op("C1", &OpBody::Redo(Redo { on, op_id: promised.op_id, undo: undo.op_id }));
    let redone = redo(&undo);
    let all = [group[0].clone(), group[1].clone(), undo.clone(), redone.clone()];
    let first = terminal.push(&all).await;
    assert!(answers(&first).iter().all(|answer| answer["result"] == "applied"), "{}", first.text());
    assert_eq!(terminal.push(&all).await.json()["answers"], first.json()["answers"]);
    let unknown = redo(&said);
    assert_eq!(answers(&terminal.push(&[unknown]).await)[0]["code"], "unknown_target");
    let (_, items) = pull(&terminal, "guide", 200).await;
    let item = items.iter().find(|item| item.id == promised.op_id.to_string()).unwrap();
    let fact: Fact = serde_json::from_str(item.body.as_ref().unwrap().get()).unwrap();
    assert!(!fact.is_undone() && fact.undone.knows(undo.op_id) && fact.undone.knows(redone.op_id));
    assert_eq!(fact.group, Some(said.op_id), "what was saved together is known wherever the fact goes");
    // of another undo the first redo knows nothing
    let again = terminal.op("C1", &OpBody::Undo(Undo { on, op_id: promised.op_id }));
    assert_eq!(answers(&terminal.push(&[again]).await)[0]["result"], "applied");
    assert!(facts_of(&hub.test_db.db, "G1", "C1").await.iter().any(|fact| fact.is_undone()));
}

#[tokio::test]
async fn a_moved_customer_leaves_tombstones_and_arrives_whole() {
    let hub = hub().await;
    let (old, new) = (hub.terminal("G1").await, hub.terminal("G2").await);
    old.push(&[old.outcome("C1", TODAY, |_| {})]).await;
    let (before, mut held_by_old) = pull(&old, "guide", 200).await;
    assign(&hub.test_db, &["C1"], "G2").await;
    let path = format!("/v1/changes?feed=guide&epoch={}&since={}", before.epoch, before.head);
    let page: ChangesResponse = serde_json::from_slice(&old.get(&path).await.body).unwrap();
    let gone: Vec<&str> = page.items.iter().map(|item| item.kind.as_str()).collect();
    assert_eq!(page.items.len(), 3, "{gone:?}");
    assert!(page.items.iter().all(|item| item.op == ItemOp::Del && item.body.is_none()));
    held_by_old.extend(page.items);
    assert_eq!(held(&held_by_old, &old.enrolled.digest_keys.guide), (page.n_live, page.digest));
    let (last, items) = pull(&new, "guide", 200).await;
    assert_eq!(held(&items, &new.enrolled.digest_keys.guide), (last.n_live, last.digest));
    let of_c1 = items.iter().filter(|item| item.customer.as_ref().is_some_and(|id| id.as_str() == "C1"));
    let kinds: Vec<&str> = of_c1.map(|item| item.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"customer"));
    assert_eq!(kinds.len(), 4, "with the fact that says who served the customer before: {kinds:?}");
    assert_eq!(answers(&old.push(&[old.outcome("C1", TODAY, |_| {})]).await)[0]["code"], "unknown_customer");
    assign(&hub.test_db, &["C1"], "G1").await;
    let (last, items) = pull(&old, "guide", 200).await;
    assert_eq!(held(&items, &old.enrolled.digest_keys.guide), (last.n_live, last.digest), "there and back");
}

#[tokio::test]
async fn limits_are_kept_and_errors_are_problems() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let op = terminal.outcome("C1", TODAY, |_| {});
    terminal.push(&vec![op; 201]).await.check_problem(413, "too_many_ops");
    let large = format!("{{\"ops\":[\"{}\"]}}", "x".repeat(300 * 1024));
    terminal.send(Method::POST, "/v1/ops", large).await.check_problem(413, "too_large");
    terminal.send(Method::POST, "/v1/ops", "{".to_owned()).await.check_problem(400, "bad_request");
    terminal.send(Method::POST, "/v1/ops", "{\"ops\":[{}]}".to_owned()).await.check_problem(400, "bad_request");
    terminal.get("/v1/customers/C3").await.check_problem(404, "unknown_path");
    terminal.send(Method::DELETE, "/v1/ops", String::new()).await.check_problem(405, "unknown_method");
}

#[tokio::test]
async fn the_request_id_comes_back_and_a_hostile_one_does_not() {
    let hub = hub().await;
    let ask = async |id: &str| send(hub.address, Method::GET, "/v1/health", &[("x-request-id", id)], "").await;
    assert_eq!(ask("cycle-7.2").await.header("x-request-id"), "cycle-7.2");
    let other = ask("a b<script>").await;
    assert_eq!(other.header("x-request-id").len(), 36);
    assert_eq!(other.json()["training"], true);
}

#[tokio::test]
async fn a_stop_closes_the_port() {
    let mut hub = hub().await;
    hub.stop();
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(hub.address).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the port is still open");
}

#[tokio::test]
async fn pushes_at_once_lose_nothing() {
    let hub = hub().await;
    let terminals = [hub.terminal("G1").await, hub.terminal("G1").await];
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 {
        let terminal = Terminal { address: hub.address, enrolled: terminals[n % 2].enrolled.clone() };
        tasks.spawn(async move {
            let ops: Vec<_> = (0..5).map(|_| terminal.outcome("C1", TODAY, |_| {})).collect();
            answers(&terminal.push(&ops).await).len()
        });
    }
    let n_answered: usize = tasks.join_all().await.into_iter().sum();
    let (last, items) = pull(&terminals[0], "guide", 200).await;
    assert_eq!(items.iter().filter(|item| item.kind == "fact").count(), n_answered);
    assert_eq!(held(&items, &terminals[0].enrolled.digest_keys.guide), (last.n_live, last.digest));
}
