//! Leads at the hub: the customer comes into being for the guide who entered them, once, and for nobody else.

use guide_common::customer::Customer;
use guide_common::fact::{FactBody, Note};
use guide_common::id::{CustomerId, OpId};
use guide_common::lead::{Lead, LeadTag};
use guide_common::op::{Op, OpBody, Redo, Undo};
use guide_hub::db::{Db, lead};
use guide_hub::import::{ImportOptions, customers};
use serde_json::Value;

use crate::support::{TODAY, Terminal, TestDb, TestHub, assign, day, facts_of, live_entities, results};

async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-10,500\nC2,2026-08-10,900\n").await;
    let csv = b"customer_id,phone\nC2,13800000002\n";
    customers::import(&test.db, csv, &ImportOptions::default(), &mut |_, _| {}).await.unwrap();
    assign(&test, &["C1"], "G1").await;
    assign(&test, &["C2"], "G2").await;
    TestHub::serve(test).await
}

fn lead_op(terminal: &Terminal, phone: Option<&str>) -> Op {
    let lead = Lead {
        on: day(TODAY),
        name: "林知夏".to_owned(),
        phone: phone.map(str::to_owned),
        tags: vec![LeadTag { group: "OCC".to_owned(), value: "婚嫁".to_owned() }],
        looked_at: Some("对戒".to_owned()),
        budget_fen: Some(2_000_000),
        wedding_on: None,
    };
    let op = terminal.op("C0", &OpBody::Fact(FactBody::LeadAdded(lead)));
    let customer = CustomerId::of_lead(op.op_id);
    let hash = guide_common::op::payload_hash(&op.kind, &customer, &op.body);
    Op { customer, hash, ..op }
}

async fn document(db: &Db, guide: &str, id: &CustomerId) -> Option<Customer> {
    let entities = live_entities(db, guide).await;
    let found = entities.into_iter().find(|(kind, of, _)| kind == "customer" && of == id.as_str());
    found.map(|(_, _, body)| serde_json::from_str(&body).unwrap())
}

fn note(terminal: &Terminal, customer: &CustomerId) -> Op {
    let note = Note { on: day(TODAY), text: "下周来".to_owned() };
    terminal.op(customer.as_str(), &OpBody::Fact(FactBody::Note(note)))
}

async fn details(terminal: &Terminal, ops: &[Op]) -> Vec<(String, String)> {
    let answers = terminal.push(ops).await.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pair = |answer: &Value| (text(&answer["result"]), text(&answer["code"]) + &text(&answer["detail"]));
    answers["answers"].as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test]
async fn a_lead_and_what_follows_in_the_same_push_are_taken_in_once() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let terminal = hub.terminal("G1").await;
    let lead = lead_op(&terminal, Some("13800000001"));
    let undo = terminal.op(lead.customer.as_str(), &OpBody::Undo(Undo { on: day(TODAY), op_id: lead.op_id }));
    let redo = Redo { on: day(TODAY), op_id: lead.op_id, undo: undo.op_id };
    let redo = terminal.op(lead.customer.as_str(), &OpBody::Redo(redo));
    let ops = [lead.clone(), note(&terminal, &lead.customer), undo, redo];
    let first = terminal.push(&ops).await;
    assert_eq!(results(&first), ["applied"; 4]);
    assert_eq!(terminal.push(&ops).await.json()["answers"], first.json()["answers"]);
    let customer = document(db, "G1", &lead.customer).await.unwrap();
    assert_eq!((customer.name.as_str(), customer.phone.as_deref()), ("林知夏", Some("13800000001")));
    assert_eq!((customer.lead_on, customer.tags.len()), (Some(day(TODAY)), 1));
    assert!(customer.store.is_some() && !customer.possible_duplicate);
    let facts = facts_of(db, "G1", lead.customer.as_str()).await;
    assert!(facts.len() == 2 && !facts.iter().any(|fact| fact.is_undone()));
    hub.check_feeds(&["G1", "G2"]).await;
    // once more where the answers were forgotten: the fact is there
    sqlx::query("DELETE FROM applied_ops").execute(&mut hub.test_db.admin().await).await.unwrap();
    assert_eq!(results(&terminal.push(&ops).await), ["duplicate"; 4]);
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_phone_that_the_chain_knows_is_kept_and_marked_and_nobody_is_named() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let terminal = hub.terminal("G1").await;
    let (lead, twin) = (lead_op(&terminal, Some("13800000002")), lead_op(&terminal, Some("13800000002")));
    let fresh = lead_op(&terminal, Some("13800000003"));
    let answers = details(&terminal, &[lead.clone(), twin.clone(), fresh.clone()]).await;
    assert_eq!(
        answers.iter().map(|(result, _)| result.as_str()).collect::<Vec<_>>(),
        ["superseded", "superseded", "applied"]
    );
    assert!(!answers[0].1.contains("C2") && !answers[0].1.contains("138"), "{}", answers[0].1);
    for (op, is_marked) in [(&lead, true), (&twin, true), (&fresh, false)] {
        assert_eq!(document(db, "G1", &op.customer).await.unwrap().possible_duplicate, is_marked);
    }
    let page = terminal.get("/v1/changes?feed=guide").await.text();
    assert!(!page.contains("\"C2\""), "{page}");
    let known = lead::with_phones(&mut db.conn().await.unwrap(), db.engine(), &["13800000002"]).await.unwrap();
    assert_eq!(known["13800000002"].len(), 3);
}

#[tokio::test]
async fn a_lead_has_the_id_of_its_op_and_takes_no_customer_of_others() {
    let hub = hub().await;
    let (one, two) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let lead = lead_op(&one, None);
    assert_eq!(results(&one.push(std::slice::from_ref(&lead)).await), ["applied"]);
    // the same op by another guide, and one that names somebody else's customer
    let stolen = details(&two, std::slice::from_ref(&lead)).await;
    assert_eq!(stolen[0].0, "rejected");
    assert!(stolen[0].1.starts_with("unknown_customer"));
    for victim in ["C2", "C1", "L-0"] {
        let op = lead_op(&one, None);
        let customer: CustomerId = victim.parse().unwrap();
        let hash = guide_common::op::payload_hash(&op.kind, &customer, &op.body);
        let named = details(&one, &[Op { customer, hash, ..op }]).await;
        assert!(named[0].1.starts_with("unknown_customer"), "{victim}: {named:?}");
    }
    let unknown = note(&one, &CustomerId::of_lead(OpId(uuid::Uuid::now_v7())));
    assert!(details(&one, &[unknown]).await[0].1.starts_with("unknown_customer"));
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_lead_that_was_moved_is_the_other_guide_s_and_comes_back_to_nobody_else() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (one, two) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let lead = lead_op(&one, Some("13800000009"));
    one.push(std::slice::from_ref(&lead)).await;
    assign(&hub.test_db, &[lead.customer.as_str()], "G2").await;
    assert!(document(db, "G1", &lead.customer).await.is_none());
    assert!(document(db, "G2", &lead.customer).await.is_some());
    sqlx::query("DELETE FROM applied_ops").execute(&mut hub.test_db.admin().await).await.unwrap();
    assert_eq!(results(&one.push(std::slice::from_ref(&lead)).await), ["duplicate"]);
    assert!(document(db, "G1", &lead.customer).await.is_none());
    assert_eq!(results(&two.push(&[note(&two, &lead.customer)]).await), ["applied"]);
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_guide_enters_no_more_leads_than_headquarters_can_look_at() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let mut admin = hub.test_db.admin().await;
    for n in 0..5_000 {
        sqlx::query("INSERT INTO customer_owner (customer_id, guide_id) VALUES ($1, 'G1')")
            .bind(format!("L-{n}"))
            .execute(&mut admin)
            .await
            .unwrap();
    }
    let answers = details(&terminal, &[lead_op(&terminal, None)]).await;
    assert!(answers[0].1.starts_with("too_many_leads"), "{answers:?}");
    sqlx::query("DELETE FROM customer_owner WHERE customer_id LIKE 'L-%'").execute(&mut admin).await.unwrap();
    assert_eq!(results(&terminal.push(&[lead_op(&terminal, None)]).await), ["applied"]);
}
