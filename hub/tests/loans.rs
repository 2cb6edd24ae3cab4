//! Customers on loan to a deputy: two feeds that are never written in one transaction.

use guide_common::amnesty::Handed;
use guide_common::customer::{Customer, Loan};
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{DueId, OpId};
use guide_common::op::{Op, OpBody, Redo, Undo};
use guide_common::outcome::OutcomeCode;
use guide_common::wire::hub::Role;
use guide_hub::db::Db;
use guide_hub::db::device::Device;
use guide_hub::db::loan::{LoanRow, open};
use guide_hub::loan::{hand_out, settle, take_in};
use guide_hub::push::push;
use serde_json::value::to_raw_value;

use crate::support::{
    Ran, TODAY, Terminal, TestDb, TestHub, all_facts_of, assign, customer_id, day, facts_of, guide_id, head,
    hub_command, live_entities, moment, results,
};

/// G1 serves C1 and C2, with a purchase each; G2 is the deputy, G3 somebody else.
async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2", "G3"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-10,500\nC2,2026-08-10,500\nC9,2026-08-10,500\n").await;
    assign(&test, &["C1", "C2"], "G1").await;
    assign(&test, &["C9"], "G2").await;
    TestHub::serve(test).await
}

const UNTIL: &str = "2026-08-20";

fn handed(terminal: &Terminal, customer: &str, to: &str, until_on: &str) -> Op {
    let due = DueId::of(&"P01".parse().unwrap(), &"care".parse().unwrap(), &customer_id(customer), "2026-05-10", 0);
    let handed = Handed {
        on: day(TODAY),
        due_ids: vec![due],
        to: guide_id(to),
        until_on: day(until_on),
        amnesty: OpId(uuid::Uuid::now_v7()),
    };
    terminal.op(customer, &OpBody::Fact(FactBody::Handed(handed)))
}

fn undo(terminal: &Terminal, customer: &str, on: &str, op_id: OpId) -> Op {
    terminal.op(customer, &OpBody::Undo(Undo { on: day(on), op_id }))
}

async fn send(terminal: &Terminal, ops: &[Op]) -> Vec<String> {
    results(&terminal.push(ops).await)
}

/// The loan that a feed's copy of a customer names; `None` where the feed has no such customer.
async fn copy(db: &Db, guide: &str, customer: &str) -> Option<Option<Loan>> {
    let entities = live_entities(db, guide).await;
    let found = entities.into_iter().find(|(kind, id, _)| kind == "customer" && id == customer);
    found.map(|(_, _, body)| serde_json::from_str::<Customer>(&body).unwrap().lent)
}

fn ids(facts: &[Fact]) -> Vec<OpId> {
    facts.iter().map(|fact| fact.id).collect()
}

#[tokio::test]
async fn handed_dues_appear_in_the_deputy_s_feed_with_the_whole_file() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let earlier = owner.outcome("C1", TODAY, |_| {});
    assert_eq!(send(&owner, &[earlier, handed(&owner, "C1", "G2", UNTIL)]).await, ["applied", "applied"]);
    let loan = Loan { from: guide_id("G1"), until_on: day(UNTIL) };
    assert_eq!(copy(db, "G2", "C1").await, Some(Some(loan)));
    assert_eq!(copy(db, "G1", "C1").await, Some(None), "the owner's document is not marked");
    assert_eq!(copy(db, "G2", "C2").await, None, "nobody else is lent");
    let facts = facts_of(db, "G2", "C1").await;
    assert_eq!(facts, facts_of(db, "G1", "C1").await);
    assert!(facts.iter().any(|fact| matches!(fact.body, FactBody::Handed(_))));
    let page = deputy.get("/v1/changes?feed=guide").await.text();
    assert!(page.contains("\"lent\"") && page.contains("p-"), "{page}");
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn what_the_deputy_records_arrives_in_the_owner_s_feed_and_what_the_owner_records_in_the_copy() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    send(&owner, &[handed(&owner, "C1", "G2", UNTIL)]).await;
    let said = deputy.outcome("C1", TODAY, |outcome| outcome.code = OutcomeCode::NoNeed);
    assert_eq!(send(&deputy, std::slice::from_ref(&said)).await, ["applied"]);
    let arrived = facts_of(db, "G1", "C1").await;
    let fact = arrived.iter().find(|fact| fact.id == said.op_id).unwrap();
    assert_eq!(fact.guide, guide_id("G2"), "the fact says who recorded it");
    send(&owner, &[owner.outcome("C1", TODAY, |_| {})]).await;
    assert_eq!(facts_of(db, "G2", "C1").await, facts_of(db, "G1", "C1").await);
    let undone = undo(&deputy, "C1", TODAY, said.op_id);
    assert_eq!(send(&deputy, &[undone]).await, ["applied"]);
    let of_owner = facts_of(db, "G1", "C1").await;
    assert!(of_owner.iter().find(|fact| fact.id == said.op_id).unwrap().is_undone());
    assert_eq!(of_owner, facts_of(db, "G2", "C1").await);
    assert_eq!(of_owner.len(), 3, "{of_owner:?}");
    let marks = of_owner.iter().find(|fact| fact.id == said.op_id).unwrap().undone.all().to_vec();
    let redo = Redo { on: day(TODAY), op_id: said.op_id, undo: marks[0].op_id };
    assert_eq!(send(&deputy, &[deputy.op("C1", &OpBody::Redo(redo))]).await, ["applied"]);
    let of_owner = facts_of(db, "G1", "C1").await;
    assert!(!of_owner.iter().find(|fact| fact.id == said.op_id).unwrap().is_undone(), "the owner hears of it");
    assert_eq!(of_owner, facts_of(db, "G2", "C1").await);
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn the_owner_s_feed_numbers_what_the_deputy_recorded_and_both_sides_agree() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    send(&owner, &[handed(&owner, "C1", "G2", UNTIL)]).await;
    let said = [deputy.outcome("C1", TODAY, |_| {}), deputy.outcome("C1", TODAY, |_| {})];
    // what both record before either hears of the other
    push_and_die(db, &deputy, &said).await;
    push_and_die(db, &owner, &[owner.outcome("C1", TODAY, |_| {})]).await;
    settle(db, Some(day(TODAY))).await.unwrap();
    let facts = facts_of(db, "G1", "C1").await;
    let mut numbers: Vec<u64> = facts.iter().map(|fact| fact.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4], "{facts:?}");
    let number = |id| facts.iter().find(|fact| fact.id == id).map(|fact| fact.number);
    assert_eq!(said.each_ref().map(|op| number(op.op_id)), [Some(3), Some(4)], "the deputy's keep their order");
    let mut copy = facts_of(db, "G2", "C1").await;
    copy.sort_by_key(Fact::order);
    let mut own = facts.clone();
    own.sort_by_key(Fact::order);
    assert_eq!(copy, own);
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn what_headquarters_imports_reaches_the_copy_too() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let owner = hub.terminal("G1").await;
    send(&owner, &[handed(&owner, "C1", "G2", UNTIL)]).await;
    hub.test_db.import("customer_id,purchased_on,amount\nC1,2026-08-11,700\n").await;
    settle(db, Some(day(TODAY))).await.unwrap();
    let n_purchases = |entities: Vec<(String, String, String)>| {
        entities.iter().filter(|(kind, _, body)| kind == "purchase" && body.contains("\"C1\"")).count()
    };
    assert_eq!(n_purchases(live_entities(db, "G2").await), 2);
}

#[tokio::test]
async fn a_command_on_another_clock_neither_ends_a_loan_nor_begins_one_again() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let owner = hub.terminal("G1").await;
    send(&owner, &[handed(&owner, "C1", "G2", "2026-08-12")]).await;
    hub.test_db.import("customer_id,purchased_on,amount\nC1,2026-08-11,700\n").await;
    settle(db, None).await.unwrap();
    assert!(copy(db, "G2", "C1").await.is_some());
    hub.set_clock("2026-08-13T09:00:00");
    send(&owner, &[]).await;
    hub.test_db.import("customer_id,purchased_on,amount\nC1,2026-08-12,700\n").await;
    settle(db, None).await.unwrap();
    assert_eq!(copy(db, "G2", "C1").await, None);
}

#[tokio::test]
async fn an_undo_of_the_handing_takes_the_copy_back_and_what_the_deputy_recorded_stays() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let handing = handed(&owner, "C1", "G2", UNTIL);
    send(&owner, std::slice::from_ref(&handing)).await;
    let said = deputy.outcome("C1", TODAY, |_| {});
    send(&deputy, std::slice::from_ref(&said)).await;
    assert_eq!(send(&owner, &[undo(&owner, "C1", TODAY, handing.op_id)]).await, ["applied"]);
    assert_eq!(copy(db, "G2", "C1").await, None);
    assert!(all_facts_of(db, "G2", "C1").await.is_empty());
    assert!(ids(&facts_of(db, "G1", "C1").await).contains(&said.op_id));
    assert_eq!(copy(db, "G2", "C9").await, Some(None), "the deputy's own customers stay");
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_loan_ends_with_its_last_day_and_what_the_deputy_sends_late_is_taken_in() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy, other) = (hub.terminal("G1").await, hub.terminal("G2").await, hub.terminal("G3").await);
    send(&owner, &[handed(&owner, "C1", "G2", UNTIL)]).await;
    hub.set_clock("2026-08-20T23:00:00");
    send(&other, &[]).await;
    assert!(copy(db, "G2", "C1").await.is_some(), "the last day is part of the loan");
    hub.set_clock("2026-08-21T09:00:00");
    send(&other, &[]).await;
    assert_eq!(copy(db, "G2", "C1").await, None, "any push ends loans that are over");
    let late = [deputy.outcome("C1", UNTIL, |_| {}), deputy.outcome("C1", "2026-08-21", |_| {})];
    assert_eq!(send(&deputy, &late).await, ["applied", "unknown_customer"]);
    assert!(ids(&facts_of(db, "G1", "C1").await).contains(&late[0].op_id));
    assert!(all_facts_of(db, "G2", "C1").await.is_empty(), "nothing of the customer stays with the deputy");
    assert_eq!(send(&deputy, &late[..1]).await, ["applied"], "the same answer again");
    assert_eq!(send(&other, &[other.outcome("C1", UNTIL, |_| {})]).await, ["unknown_customer"]);
    hub.set_clock("2026-11-01T09:00:00");
    send(&other, &[]).await;
    assert_eq!(send(&deputy, &[deputy.outcome("C1", UNTIL, |_| {})]).await, ["unknown_customer"]);
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_loan_follows_the_customer_to_another_guide_and_ends_with_the_deputy() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    send(&owner, &[handed(&owner, "C1", "G2", UNTIL), handed(&owner, "C2", "G2", UNTIL)]).await;
    let said = deputy.outcome("C1", TODAY, |_| {});
    send(&deputy, std::slice::from_ref(&said)).await;
    assign(&hub.test_db, &["C1"], "G3").await;
    let loan = Loan { from: guide_id("G3"), until_on: day(UNTIL) };
    assert_eq!((copy(db, "G1", "C1").await, copy(db, "G2", "C1").await), (None, Some(Some(loan))));
    assert_eq!(all_facts_of(db, "G3", "C1").await, all_facts_of(db, "G2", "C1").await);
    assign(&hub.test_db, &["C1", "C2"], "G2").await;
    assert_eq!((copy(db, "G3", "C1").await, copy(db, "G2", "C1").await), (None, Some(None)));
    assert_eq!(copy(db, "G2", "C2").await, Some(None));
    assert!(ids(&facts_of(db, "G2", "C1").await).contains(&said.op_id));
    hub.set_clock("2026-08-21T09:00:00");
    send(&deputy, &[]).await;
    assert_eq!(copy(db, "G2", "C1").await, Some(None), "the end of a loan takes nothing from an owner");
    hub.check_feeds(&["G1", "G2", "G3"]).await;
}

#[tokio::test]
async fn dues_are_handed_to_another_guide_only_and_not_handed_on() {
    let hub = hub().await;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let ops = [handed(&owner, "C1", "G9", UNTIL), handed(&owner, "C1", "G1", UNTIL), handed(&owner, "C1", "G2", UNTIL)];
    assert_eq!(send(&owner, &ops).await, ["unknown_deputy", "unknown_deputy", "applied"]);
    assert_eq!(send(&deputy, &[handed(&deputy, "C1", "G3", UNTIL)]).await, ["unknown_customer"]);
    assert_eq!(copy(&hub.test_db.db, "G3", "C1").await, None);
}

fn device(terminal: &Terminal) -> Device {
    Device {
        id: terminal.enrolled.device.clone(),
        guide: terminal.enrolled.guide.id.clone(),
        role: Role::Guide,
        name: String::new(),
        training: true,
        created_at: 0,
        seen_at: 0,
        revoked_at: 0,
    }
}

/// A push after which the hub is killed before it looks at any loan.
async fn push_and_die(db: &Db, terminal: &Terminal, ops: &[Op]) {
    let raw: Vec<_> = ops.iter().map(|op| to_raw_value(op).unwrap()).collect();
    let pushed = push(db, &device(terminal), &raw, moment(TODAY)).await.unwrap().unwrap();
    assert!(pushed.answers.iter().all(|answer| answer.get().contains("\"applied\"")));
}

async fn open_rows(db: &Db) -> Vec<LoanRow> {
    open(&mut db.conn().await.unwrap(), Some(day(TODAY))).await.unwrap()
}

#[tokio::test]
async fn a_crash_between_the_transactions_loses_nothing_and_doubles_nothing() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    push_and_die(db, &owner, &[handed(&owner, "C1", "G2", UNTIL), handed(&owner, "C2", "G2", UNTIL)]).await;
    assert_eq!(copy(db, "G2", "C1").await, None);
    let rows = open_rows(db).await;
    assert_eq!(rows.len(), 2);
    // killed after the first customer was handed out
    take_in(db, "G1", "G2", &[&rows[0]]).await.unwrap();
    hand_out(db, "G1", "G2", &[&rows[0]], Some(day(TODAY))).await.unwrap();
    settle(db, Some(day(TODAY))).await.unwrap();
    assert!(copy(db, "G2", "C1").await.is_some() && copy(db, "G2", "C2").await.is_some());
    assert_eq!(open_rows(db).await, []);

    let said = deputy.outcome("C1", TODAY, |_| {});
    push_and_die(db, &deputy, std::slice::from_ref(&said)).await;
    let rows = open_rows(db).await;
    let rows: Vec<&LoanRow> = rows.iter().collect();
    // killed between the owner's transaction and the deputy's, twice
    take_in(db, "G1", "G2", &rows).await.unwrap();
    take_in(db, "G1", "G2", &rows).await.unwrap();
    assert_eq!(ids(&facts_of(db, "G1", "C1").await).iter().filter(|id| **id == said.op_id).count(), 1);
    // meanwhile both record something
    let of_owner = owner.outcome("C1", TODAY, |_| {});
    let of_deputy = deputy.outcome("C1", TODAY, |_| {});
    push_and_die(db, &owner, std::slice::from_ref(&of_owner)).await;
    push_and_die(db, &deputy, std::slice::from_ref(&of_deputy)).await;
    // and the deputy's transaction of before comes late
    hand_out(db, "G1", "G2", &rows, Some(day(TODAY))).await.unwrap();
    assert!(ids(&facts_of(db, "G2", "C1").await).contains(&of_deputy.op_id), "what is not taken in yet stays");
    assert_ne!(open_rows(db).await, [], "the changes that came in between are still to be carried");
    settle(db, Some(day(TODAY))).await.unwrap();
    let facts = facts_of(db, "G1", "C1").await;
    assert_eq!(facts, facts_of(db, "G2", "C1").await);
    assert_eq!(facts.len(), 4, "{facts:?}");
    let before = (head(db, "G1").await, head(db, "G2").await);
    settle(db, Some(day(TODAY))).await.unwrap();
    assert_eq!((head(db, "G1").await, head(db, "G2").await), before, "nothing is left to carry");
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_crash_at_the_end_of_a_loan_loses_no_record_of_the_deputy() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    let (owner, deputy) = (hub.terminal("G1").await, hub.terminal("G2").await);
    let handing = handed(&owner, "C1", "G2", UNTIL);
    send(&owner, std::slice::from_ref(&handing)).await;
    let said = deputy.outcome("C1", TODAY, |_| {});
    push_and_die(db, &deputy, std::slice::from_ref(&said)).await;
    push_and_die(db, &owner, &[undo(&owner, "C1", TODAY, handing.op_id)]).await;
    let rows = open_rows(db).await;
    let rows: Vec<&LoanRow> = rows.iter().collect();
    // the removal alone, as if the owner's transaction had been lost
    hand_out(db, "G1", "G2", &rows, Some(day(TODAY))).await.unwrap();
    assert_eq!(ids(&all_facts_of(db, "G2", "C1").await), [said.op_id], "the copies are gone, the record is not");
    // the next push of the deputy's terminal, of something else
    send(&deputy, &[deputy.outcome("C9", TODAY, |_| {})]).await;
    settle(db, Some(day(TODAY))).await.unwrap();
    assert!(ids(&facts_of(db, "G1", "C1").await).contains(&said.op_id));
    assert!(all_facts_of(db, "G2", "C1").await.is_empty());
    hub.check_feeds(&["G1", "G2"]).await;
}

#[tokio::test]
async fn a_hub_that_starts_carries_on_what_a_killed_one_had_begun() {
    let hub = hub().await;
    let db = &hub.test_db.db;
    if std::env::var("GUIDE_HUB_TEST_POSTGRES").is_ok() {
        return; // the program is started on the folder
    }
    let owner = hub.terminal("G1").await;
    push_and_die(db, &owner, &[handed(&owner, "C1", "G2", UNTIL)]).await;
    assert_eq!(copy(db, "G2", "C1").await, None);
    let clock = hub.clock_dir().join("clock");
    let clock = clock.to_str().unwrap();
    // it ends at once, since its standard input is empty
    let serve = ["serve", "--listen", "127.0.0.1:0", "--exit-with-parent", "--clock", "virtual", "--clock-file", clock];
    let ran: Ran = hub_command(hub.clock_dir(), &serve);
    ran.check(0, "stopped");
    assert!(copy(db, "G2", "C1").await.is_some());
}
