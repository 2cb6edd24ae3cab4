//! What terminals may record: nothing that is headquarters' own, and facts about the guide without a customer.

use std::collections::BTreeSet;

use guide_common::calendar::Leave;
use guide_common::fact::FactBody;
use guide_common::field::FieldEdit;
use guide_common::id::CustomerId;
use guide_common::op::{Op, OpBody, Undo};
use guide_common::sop::engine::dues;
use guide_common::time::Period;
use guide_hub::db::{Db, Engine, directory, file};
use guide_hub::desk;
use guide_hub::import::{ImportOptions, customers, records};
use guide_hub::publish::What;
use guide_hub::report::{ReportRequest, chain_report};
use serde_json::{Value, json};

use crate::support::{
    TODAY, Terminal, TestDb, TestHub, all_facts_of, assign, customer_id, day, guide_id, live_entities, moment,
    publish_texts, results,
};

/// G1 serves C1 and C2 who bought on 10 August, C2 for more; G2 is there too.
async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-10,500\nC2,2026-08-10,900\n").await;
    assign(&test, &["C1", "C2"], "G1").await;
    TestHub::serve(test).await
}

fn leave(terminal: &Terminal, customer: &str, from: &str, to: &str, deputy: Option<&str>) -> Op {
    let leave = Leave { on: day(TODAY), from_on: day(from), to_on: day(to), deputy: deputy.map(guide_id) };
    terminal.op(customer, &OpBody::Fact(FactBody::Leave(leave)))
}

fn undo(terminal: &Terminal, customer: &str, op_id: guide_common::id::OpId) -> Op {
    terminal.op(customer, &OpBody::Undo(Undo { on: day(TODAY), op_id }))
}

async fn push(terminal: &Terminal, ops: &[Op]) -> Vec<String> {
    results(&terminal.push(ops).await)
}

const PLAN: &str = r#"
id = "X1"
version = 1
name = { zh = "回访", en = "Call" }
[trigger]
on = "purchase"
[[step]]
id = "call"
offset = "+3d"
until = "+7d"
channels = ["wecom"]
"#;

#[tokio::test]
async fn a_terminal_s_op_of_a_kind_of_headquarters_is_rejected_and_changes_nothing() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let mut ops = Vec::new();
    for (kind, body) in [
        ("coupon", json!({"no": "K1", "name": "券", "kind": "CASH", "on": TODAY, "until_on": TODAY})),
        ("ticket", json!({"no": "W1", "work": "改圈", "on": TODAY})),
        ("level", json!({"on": TODAY, "level": "diamond"})),
        ("points", json!({"on": TODAY, "balance": 9_000_000})),
        ("risk", json!({"on": TODAY, "risk": "green"})),
        ("owner_changed", json!({"on": TODAY, "to": "G1", "to_name": "林"})),
        ("life_event", json!({"on": TODAY, "kind": "birth", "event_on": TODAY, "told_by_customer": true})),
        ("dispatched", json!({"on": TODAY, "from_on": TODAY, "plan": "P04", "dispatch": "d", "by": "hq"})),
        ("rush", json!({"on": TODAY, "by": "hq", "why": "now", "until_on": TODAY})),
    ] {
        let mut op = terminal.outcome("C1", TODAY, |_| {});
        op.kind = kind.to_owned();
        op.body = serde_json::value::to_raw_value(&body).unwrap();
        op.hash = guide_common::op::payload_hash(&op.kind, &op.customer, &op.body);
        ops.push(op);
    }
    let answers = push(&terminal, &ops).await;
    assert!(answers.iter().all(|answer| answer == "not_for_terminals"), "{answers:?}");
    assert!(all_facts_of(&hub.test_db.db, "G1", "C1").await.is_empty());
}

#[tokio::test]
async fn what_headquarters_recorded_is_not_taken_back_by_a_terminal() {
    let hub = hub().await;
    let csv = "customer_id,kind,on,balance\nC1,points,2026-08-01,500\n";
    records::import(&hub.test_db.db, csv.as_bytes(), &ImportOptions::default(), &mut |_, _| {}).await.unwrap();
    let points = all_facts_of(&hub.test_db.db, "G1", "C1").await.remove(0);
    let terminal = hub.terminal("G1").await;
    assert_eq!(push(&terminal, &[undo(&terminal, "C1", points.id)]).await, ["not_for_terminals"]);
    assert_eq!(all_facts_of(&hub.test_db.db, "G1", "C1").await, [points]);
}

#[tokio::test]
async fn a_leave_lies_in_the_guide_s_own_feed_and_can_be_taken_back() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let op = leave(&terminal, "@guide", "2026-08-13", "2026-08-15", Some("G2"));
    assert_eq!(push(&terminal, std::slice::from_ref(&op)).await, ["applied"]);
    let page: Value = terminal.get("/v1/changes?feed=guide").await.json();
    let items = page["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["id"] == json!(op.op_id)).unwrap();
    assert_eq!((&item["kind"], &item["customer"]), (&json!("fact"), &json!("@guide")));
    assert_eq!(item["body"]["guide"], "G1");
    let other = hub.terminal("G2").await;
    assert!(!other.get("/v1/changes?feed=guide").await.text().contains("@guide"), "the leave is nobody else's");
    assert_eq!(push(&terminal, &[undo(&terminal, "@guide", op.op_id)]).await, ["applied"]);
    let facts = file::guide_facts(&mut hub.test_db.db.conn().await.unwrap(), "G1").await.unwrap();
    assert!(facts.len() == 1 && facts[0].is_undone(), "{facts:?}");
    let moves = guide_hub::assign::plan_named(&hub.test_db.db, &[CustomerId::guide_itself()], &guide_id("G2")).await;
    assert!(moves.unwrap_err().to_string().contains("no such customers"));
}

#[tokio::test]
async fn facts_about_customers_and_about_the_guide_are_not_mixed_up_and_deputies_are_known() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let ops = [
        terminal.outcome("@guide", TODAY, |_| {}),
        leave(&terminal, "C1", "2026-08-13", "2026-08-15", None),
        leave(&terminal, "@guide", "2026-08-13", "2026-08-15", Some("G9")),
        leave(&terminal, "@guide", "2026-08-13", "2026-08-15", Some("G1")),
        leave(&terminal, "@guide", "2026-08-13", "2026-08-15", None),
    ];
    let expected = ["unknown_customer", "unknown_customer", "unknown_deputy", "unknown_deputy", "applied"];
    assert_eq!(push(&terminal, &ops).await, expected);
    let again = terminal.push(&ops[2..3]).await.json();
    assert!(again["answers"][0]["detail"].as_str().unwrap().contains("G9"), "{again}");
}

#[tokio::test]
async fn every_terminal_is_told_of_all_guides_also_of_those_whom_an_earlier_hub_took_in() {
    let hub = hub().await;
    let told = async || {
        let entities = live_entities(&hub.test_db.db, "@shared").await;
        entities.into_iter().filter(|(kind, ..)| kind == "colleague").map(|(_, id, _)| id).collect::<BTreeSet<_>>()
    };
    let all = told().await;
    assert!(all.contains("G1") && all.contains("G2"), "{all:?}");
    let mut conn = hub.test_db.db.conn().await.unwrap();
    // as a database of before is: no guide was ever told of
    sqlx::query("DELETE FROM entity WHERE kind = 'colleague'").execute(&mut *conn).await.unwrap();
    drop(conn);
    if hub.test_db.db.engine() == Engine::Sqlite {
        Db::open_dir(hub.test_db.dir.path()).await.unwrap();
        assert_eq!(told().await, all);
    }
}

#[tokio::test]
async fn the_report_knows_the_guide_s_calendar() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    publish_texts(&hub.test_db, What::Plans, &[PLAN]).await;
    let terminal = hub.terminal("G1").await;
    // C1's and C2's calls open on 13 August
    let period = Period::new(day("2026-08-13"), day("2026-08-14")).unwrap();
    let request = ReportRequest { period, moment: moment("2026-08-14"), guide: None, store: None, plan: None };
    let n_due = async || chain_report(db, &request).await.unwrap().report.total.due;
    assert_eq!(n_due().await, 2);
    let op = leave(&terminal, "@guide", "2026-08-13", "2026-08-14", None);
    push(&terminal, std::slice::from_ref(&op)).await;
    assert_eq!(n_due().await, 0, "the calls moved to the day after the leave");
    push(&terminal, &[undo(&terminal, "@guide", op.op_id)]).await;
    assert_eq!(n_due().await, 2);
    directory::put_guide(db, &guide_id("G1"), "林", &crate::support::store_id(), &[chrono::Weekday::Thu])
        .await
        .unwrap();
    let thursday = Period::new(day("2026-08-13"), day("2026-08-13")).unwrap();
    let request = ReportRequest { period: thursday, moment: moment("2026-08-13"), ..request };
    assert_eq!(chain_report(db, &request).await.unwrap().report.total.due, 0, "13 August is a Thursday");
}

#[tokio::test]
async fn an_outcome_for_a_due_of_a_throttled_plan_is_applied_where_its_run_has_started() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    hub.test_db.import("customer_id,purchased_on,amount\nC3,2026-08-10,100\n").await;
    assign(&hub.test_db, &["C3"], "G1").await;
    let throttled =
        PLAN.replace("[trigger]", "throttle = 1\nstarts_on = \"2026-08-01\"\n[trigger]").replace("+3d", "0d");
    publish_texts(&hub.test_db, What::Plans, &[&throttled]).await;
    let mut conn = db.conn().await.unwrap();
    let files = file::of_feed(&mut conn, "G1").await.unwrap();
    let chain = desk::chain_rules(&mut conn, moment(TODAY).zone).await.unwrap();
    drop(conn);
    let rules = desk::with_starts(&chain, files.values(), day(TODAY));
    let due = |customer: &str| dues(&files[&customer_id(customer)], &rules, day(TODAY))[0].id;
    let terminal = hub.terminal("G1").await;
    let say = |customer: &str, on: &str| {
        let due_id = due(customer);
        terminal.outcome(customer, on, |outcome| outcome.due_ids = vec![due_id])
    };
    // who bought for more starts first: C2 on the 10th, C1 on the 11th, C3 on the 12th
    let ops = [say("C2", "2026-08-10"), say("C1", "2026-08-11"), say("C3", "2026-08-11")];
    assert_eq!(push(&terminal, &ops).await, ["applied", "applied", "superseded"]);
}

fn edit(terminal: &Terminal, field: &str, value: &str) -> Op {
    let edit = FieldEdit { on: day(TODAY), field: field.to_owned(), value: Some(value.to_owned()) };
    terminal.op("C1", &OpBody::Fact(FactBody::Field(edit)))
}

#[tokio::test]
async fn an_edit_of_a_field_that_headquarters_owns_is_superseded_where_it_has_a_value_and_kept() {
    let hub = hub().await;
    let customers = "customer_id,name,phone\nC1,王宁,13800000001\n";
    customers::import(&hub.test_db.db, customers.as_bytes(), &ImportOptions::default(), &mut |_, _| {}).await.unwrap();
    let terminal = hub.terminal("G1").await;
    let ops = [
        edit(&terminal, "phone", "13900000009"),
        edit(&terminal, "phone", "138-0000-0001"),
        edit(&terminal, "birthday", "08-05"),
        edit(&terminal, "salutation", "王姐"),
        edit(&terminal, "shoe_size", "38"),
        edit(&terminal, "wedding_on", "next spring"),
    ];
    let answer = terminal.push(&ops).await;
    assert_eq!(results(&answer), ["superseded", "applied", "applied", "applied", "applied", "malformed_value"]);
    let answers = answer.json();
    assert!(answers["answers"][0]["detail"].as_str().unwrap().contains("headquarters owns this field"), "{answers}");
    assert_eq!(answers["answers"][5]["code"], "malformed_value");
    let file = file::of_customers(&mut hub.test_db.db.conn().await.unwrap(), "G1", &["C1"]).await.unwrap();
    let file = &file[&customer_id("C1")];
    let person = file.person(day(TODAY));
    assert_eq!(person.phone.as_deref(), Some("13800000001"));
    assert_eq!(person.salutation.as_deref(), Some("王姐"));
    assert!(person.birthday.is_some());
    assert_eq!(file.claims("phone", day(TODAY)).len(), 3, "what does not count is kept");
    let again = terminal.push(&ops).await;
    assert_eq!(again.text(), answer.text(), "byte for byte");
}

#[tokio::test]
async fn headquarters_own_facts_have_numbers_among_the_guides_and_putting_them_again_changes_nothing() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let terminal = hub.terminal("G1").await;
    assert_eq!(push(&terminal, &[edit(&terminal, "salutation", "王姐")]).await, ["applied"]);
    let coupons = "customer_id,kind,no,name,on,until_on\nC1,coupon,K1,券,2026-08-11,2026-08-30\n";
    let put = || async {
        records::import(db, coupons.as_bytes(), &ImportOptions::default(), &mut |_, _| {}).await.unwrap();
    };
    put().await;
    assert_eq!(push(&terminal, &[edit(&terminal, "salutation", "王阿姨")]).await, ["applied"]);
    let numbers = || async {
        let facts = all_facts_of(db, "G1", "C1").await;
        let mut numbers: Vec<(u64, String)> = facts.iter().map(|f| (f.number, f.body.kind().to_owned())).collect();
        numbers.sort();
        numbers
    };
    let before = numbers().await;
    let kinds: Vec<(u64, &str)> = before.iter().map(|(number, kind)| (*number, kind.as_str())).collect();
    assert_eq!(kinds, [(1, "field_set"), (2, "coupon"), (3, "field_set")]);
    put().await;
    assert_eq!(numbers().await, before);
}
