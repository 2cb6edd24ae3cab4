//! Where values come from: the guide and the shop, purchases, promises.

mod record;

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::customer::{Anniversary, Birthday, Customer};
use crate::fact::next_number;
use crate::id::{CustomerId, DueId, OpId, PlanId, StepId};
use crate::op::{Op, OpBody, Stamp};
use crate::purchase::{Item, Purchase};
use crate::sop::plan::{Lang, Text};
use crate::wire::hub::StoreProfile;

const TODAY: &str = "2026-08-12";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn guide() -> GuideProfile {
    let phone = Some("10020000001".to_owned());
    let store = StoreProfile { id: "A".parse().unwrap(), name: "云杉路店".to_owned(), phone, tier: None };
    GuideProfile { id: "linzhixia".parse().unwrap(), name: "林知夏".to_owned(), store, days_off: Vec::new() }
}

fn purchase(id: &str, on: &str, amount_fen: i64, name: &str, material: &str) -> Purchase {
    let item = Item { name: Some(name.to_owned()), material: Some(material.to_owned()), ..Item::default() };
    let body = json!({
        "id": id, "customer": "C1", "bought_on": on, "amount_fen": amount_fen, "sale_no": id, "items": [item],
    });
    serde_json::from_value(body).unwrap()
}

fn file(purchases: Vec<Purchase>) -> CustomerFile {
    let mut customer = Customer::new(CustomerId::new("C1").unwrap(), "王宁".to_owned());
    customer.salutation = Some("王姐".to_owned());
    CustomerFile { purchases, ..CustomerFile::new(customer) }
}

/// Adds a fact; `n` orders facts of one day.
fn add(file: &mut CustomerFile, n: u64, kind: &str, body: serde_json::Value) -> OpId {
    let stamp = Stamp {
        op_id: OpId(uuid::Uuid::from_u64_pair(0, n)),
        device: "d".parse().unwrap(),
        local_seq: n,
        base_rev: None,
        at_wall: "2026-08-01T02:00:00Z".parse().unwrap(),
        at_mono: 0,
    };
    let fact = FactBody::decode(kind, &body.to_string()).unwrap();
    let op = Op::new(stamp, file.customer.id.clone(), &OpBody::Fact(fact.clone()));
    let number = next_number(&file.facts);
    file.facts.push(Fact::of(&op, OpBody::Fact(fact), &guide().id, number).unwrap());
    op.op_id
}

fn promise(file: &mut CustomerFile, n: u64, text: &str, due_on: &str) -> OpId {
    add(file, n, "promise", json!({ "on": "2026-08-01", "text": text, "due_on": due_on }))
}

fn due(anchor_on: &str, anchor_key: impl ToString) -> DueRow {
    let (plan, step): (PlanId, StepId) = ("P01".parse().unwrap(), "care".parse().unwrap());
    let anchor_key = anchor_key.to_string();
    let body = json!({
        "due_id": DueId::of(&plan, &step, &"C1".parse().unwrap(), &anchor_key, 0),
        "plan": plan, "plan_name": { "zh": "试", "en": "test" }, "step": step, "step_name": { "zh": "试", "en": "test" },
        "anchor_on": anchor_on, "anchor_key": anchor_key, "opens_on": anchor_on, "until_on": anchor_on,
        "attempt": 0, "channel": "wecom", "purpose": "service",
    });
    serde_json::from_value(body).unwrap()
}

fn values_of(file: &CustomerFile, due: Option<&DueRow>) -> Values {
    let guide = guide();
    values(&ScriptFacts { due, ..ScriptFacts::new(file, &guide, day(TODAY).and_hms_opt(10, 0, 0).unwrap()) })
}

fn written(values: &Values, variable: Variable) -> Option<String> {
    values.get(variable).map(|value| value.write(Lang::Zh, day(TODAY)).into_owned())
}

#[track_caller]
fn check(file: &CustomerFile, due: Option<&DueRow>, variable: Variable, expected: Option<&str>) {
    assert_eq!(written(&values_of(file, due), variable).as_deref(), expected);
}

#[test]
fn the_guide_and_the_shop_introduce_themselves() {
    let file = file(vec![]);
    check(&file, None, Variable::Salutation, Some("王姐"));
    check(&file, None, Variable::Guide, Some("林知夏"));
    check(&file, None, Variable::Store, Some("云杉路店"));
    check(&file, None, Variable::Phone, Some("10020000001"));
}

#[test]
fn a_customer_of_whom_nothing_is_known_leaves_every_other_variable_without_a_value() {
    let values = values_of(&file(vec![]), None);
    let set: Vec<_> = Variable::all().filter(|variable| values.get(*variable).is_some()).collect();
    assert_eq!(set, [Variable::Salutation, Variable::Guide, Variable::Store, Variable::Phone]);
}

#[test]
fn a_purchase_due_talks_about_the_purchase_of_its_anchor() {
    let file = file(vec![
        purchase("S1", "2026-05-12", 100_000, "古法金手镯", "古法金"),
        purchase("S2", "2026-05-12", 20_000, "珍珠耳钉", "珍珠"),
        purchase("S3", "2026-08-01", 900_000, "钻石戒指", "钻石"),
    ]);
    let due = due("2026-05-12", "2026-05-12");
    check(&file, Some(&due), Variable::Item, Some("古法金手镯"));
    check(&file, Some(&due), Variable::Material, Some("古法金"));
    check(&file, Some(&due), Variable::Care, Some("清洗、整形"));
    check(&file, Some(&due), Variable::BoughtOn, Some("5月12日"));
    check(&file, None, Variable::Item, Some("钻石戒指"));
}

#[test]
fn a_piece_s_own_care_talks_about_that_piece() {
    let mut sale = purchase("S1", "2026-05-12", 100_000, "古法金手镯", "古法金");
    sale.items
        .push(Item { name: Some("珍珠耳钉".to_owned()), material: Some("珍珠".to_owned()), ..Item::default() });
    let file = file(vec![sale, purchase("S2", "2026-08-01", 900_000, "钻石戒指", "钻石")]);
    let due = due("2026-08-12", "S1/1/2026-08-12");
    check(&file, Some(&due), Variable::Item, Some("珍珠耳钉"));
    check(&file, Some(&due), Variable::Care, Some("擦拭、换绳"));
    check(&file, Some(&due), Variable::BoughtOn, Some("5月12日"));
}

#[test]
fn purchases_and_facts_after_today_do_not_exist() {
    let mut file = file(vec![
        purchase("S1", "2025-05-12", 100_000, "古法金手镯", "古法金"),
        purchase("S2", "2026-08-13", 100_000, "钻石戒指", "钻石"),
    ]);
    add(&mut file, 1, "points", json!({ "on": "2026-08-13", "balance": 9 }));
    check(&file, None, Variable::Item, Some("古法金手镯"));
    check(&file, None, Variable::BoughtOn, Some("2025年5月12日"));
    check(&file, None, Variable::Points, None);
}

#[test]
fn a_returned_piece_is_not_talked_about() {
    let mut returned = purchase("R1", "2026-08-02", -100_000, "钻石戒指", "钻石");
    returned.returns_sale_no = Some("S2".to_owned());
    let file = file(vec![
        purchase("S1", "2026-05-12", 50_000, "珍珠耳钉", "珍珠"),
        purchase("S2", "2026-08-01", 100_000, "钻石戒指", "钻石"),
        returned,
    ]);
    check(&file, None, Variable::Item, Some("珍珠耳钉"));
}

#[test]
fn a_promise_due_talks_about_its_own_promise() {
    let mut file = file(vec![purchase("S1", "2026-08-01", 100_000, "钻石戒指", "钻石")]);
    promise(&mut file, 1, "寄证书", "2026-08-12");
    let body = json!({ "on": "2026-08-01", "text": "找同款", "item": "6.5 号戒圈", "due_on": "2026-08-12" });
    let due = due("2026-08-12", add(&mut file, 2, "promise", body));
    check(&file, Some(&due), Variable::Promise, Some("找同款"));
    check(&file, Some(&due), Variable::Item, Some("6.5 号戒圈"));
    check(&file, Some(&due), Variable::Material, None);
}

#[test]
fn a_promise_without_a_piece_names_none() {
    let mut file = file(vec![]);
    let due = due("2026-08-12", promise(&mut file, 1, "寄证书", "2026-08-12"));
    check(&file, Some(&due), Variable::Item, None);
    check(&file, Some(&due), Variable::Promise, Some("寄证书"));
}

#[test]
fn without_a_promise_of_its_own_a_script_means_the_soonest_open_one() {
    let mut file = file(vec![]);
    let kept = promise(&mut file, 1, "寄证书", "2026-08-05");
    promise(&mut file, 2, "找同款", "2026-08-20");
    promise(&mut file, 3, "留款", "2026-08-14");
    add(&mut file, 4, "promise_kept", json!({ "on": "2026-08-05", "promise": kept }));
    check(&file, None, Variable::Promise, Some("留款"));
}

#[test]
fn putting_right_names_the_promise_made_since_the_complaint_kept_or_not() {
    let mut file = file(vec![purchase("S1", "2026-08-01", 100_000, "钻石戒指", "钻石")]);
    promise(&mut file, 1, "寄证书", "2026-08-20");
    let complaint = add(&mut file, 2, "outcome", json!({ "on": "2026-08-05", "code": "complaint" }));
    let body = json!({ "on": "2026-08-06", "text": "重新镶好", "due_on": "2026-08-08" });
    let put_right = add(&mut file, 3, "promise", body);
    add(&mut file, 4, "promise_kept", json!({ "on": "2026-08-08", "promise": put_right }));
    let due = due("2026-08-05", complaint);
    check(&file, Some(&due), Variable::Promise, Some("重新镶好"));
    check(&file, Some(&due), Variable::Item, None);
}

#[test]
fn a_new_guide_is_named_by_the_change_of_owner() {
    let mut file = file(vec![]);
    let body = |on: &str, to: &str| json!({ "on": on, "from": "hyc", "to": "g", "to_name": to });
    add(&mut file, 1, "owner_changed", body("2025-01-01", "何映川"));
    let changed = add(&mut file, 2, "owner_changed", body("2026-08-11", "周予安"));
    promise(&mut file, 3, "找同款", "2026-08-20");
    let due = due("2026-08-11", changed);
    check(&file, Some(&due), Variable::Successor, Some("周予安"));
    check(&file, Some(&due), Variable::Promise, Some("找同款"));
}
