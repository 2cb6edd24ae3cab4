//! Promises, appointments, tags, consent and secrets over the local API.

use guide_common::consent::SecretSide;
use guide_common::promise::AppointmentResult;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::settings::{Settings, TagChoice, TagGroup, TagValue};
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde_json::json;

use crate::support::{Daemon, hub::Hub};

struct Shop {
    daemon: Daemon,
    hub: Hub,
    _serving: crate::support::hub::Serving,
    _home: tempfile::TempDir,
}

async fn shop(prepare: impl FnOnce(&Hub)) -> Shop {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    prepare(&hub);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    Shop { daemon, hub, _serving: serving, _home: home }
}

impl Shop {
    async fn card(&self, id: &str) -> CustomerCard {
        self.daemon.get(&format!("/v1/customers/{id}")).await.unwrap()
    }

    async fn post(&self, path: &str, body: serde_json::Value) -> Result<SavedResponse, guide_common::wire::Problem> {
        self.daemon.post(path, &body).await
    }
}

#[tokio::test]
async fn a_promise_is_open_until_it_is_kept_and_again_when_that_is_taken_back() {
    let shop = shop(|_| {}).await;
    let made =
        shop.post("/v1/customers/C0001/promises", json!({"text": "寄证书", "due_on": "2026-08-14"})).await.unwrap();
    shop.post("/v1/customers/C0000/promises", json!({"text": "留款", "due_on": "2026-08-13"})).await.unwrap();
    let open = || async { shop.daemon.get::<Promises>("/v1/promises").await.unwrap().promises };
    let texts: Vec<_> = open().await.into_iter().map(|of| (of.name, of.row.promise.text)).collect();
    assert_eq!(texts, [("顾客0000".to_owned(), "留款".to_owned()), ("顾客0001".to_owned(), "寄证书".to_owned())]);
    let path = format!("/v1/promises/{}/kept", made.op_id);
    shop.post(&path, json!({})).await.unwrap();
    assert_eq!(open().await.len(), 1);
    assert_eq!(shop.post(&path, json!({})).await.unwrap_err().code, "unknown_record");
    shop.post("/v1/undo", json!({})).await.unwrap();
    assert_eq!(open().await.len(), 2);
}

#[tokio::test]
async fn a_visit_is_agreed_for_a_time_alone_or_while_logging_and_closed() {
    let shop = shop(|_| {}).await;
    let visit = json!({"visit_on": "2026-08-20", "visit_time": "14:30:00", "text": "试对戒"});
    let made = shop.post("/v1/customers/C0000/appointments", visit.clone()).await.unwrap();
    let logged = json!({"code": "interested", "appointment": {"visit_on": "2026-08-18"}});
    assert_eq!(shop.post("/v1/tasks/C0001/outcome", logged).await.unwrap().n_ops, 2);
    let booked = json!({"code": "appointment", "next_on": "2026-08-19", "next_time": "10:00:00"});
    let booked = shop.post("/v1/tasks/C0002/outcome", booked).await.unwrap();
    let open = || async { shop.daemon.get::<Appointments>("/v1/appointments").await.unwrap().appointments };
    let visits: Vec<_> = open().await.iter().map(|of| (of.customer.to_string(), of.row.visit_on.to_string())).collect();
    let expected = [("C0001", "2026-08-18"), ("C0002", "2026-08-19"), ("C0000", "2026-08-20")];
    assert_eq!(visits, expected.map(|(id, on)| (id.to_owned(), on.to_owned())));
    let card = shop.card("C0000").await;
    assert_eq!(card.appointments[0].visit_time, "14:30:00".parse().ok());
    assert_eq!(card.appointments[0].text.as_deref(), Some("试对戒"));
    assert_eq!(card.holds.iter().map(|hold| hold.reason).collect::<Vec<_>>(), [HoldReason::VisitAgreed]);
    for (op, result) in [(made.op_id, AppointmentResult::NoShow), (booked.op_id, AppointmentResult::Cancelled)] {
        shop.post(&format!("/v1/appointments/{op}/close"), json!({"result": result})).await.unwrap();
    }
    assert_eq!(open().await.len(), 1);
    let again = shop.post(&format!("/v1/appointments/{}/close", made.op_id), json!({"result": "kept"})).await;
    assert_eq!(again.unwrap_err().code, "unknown_record");
    assert_eq!(shop.daemon.sync_now().await.n_rejected, 0);
    assert_eq!(shop.hub.facts().len(), 6);
    let past = json!({"visit_on": "2026-08-11"});
    assert_eq!(shop.post("/v1/customers/C0000/appointments", past).await.unwrap_err().code, "date_out_of_range");
}

fn groups() -> Settings {
    let text = |zh: &str, en: &str| guide_common::sop::plan::Text { zh: zh.to_owned(), en: en.to_owned() };
    let value = |zh, en, initials: &str| TagValue { name: text(zh, en), initials: initials.to_owned() };
    let group =
        |code: &str, name, choice, values| TagGroup { code: code.to_owned(), name, choice, ttl_days: Some(30), values };
    let material = vec![value("珍珠", "pearl", "zz"), value("钻石", "diamond", "zs")];
    let budget = vec![value("1–3千", "1–3k", ""), value("3–8千", "3–8k", "")];
    let groups = vec![
        group("MAT", text("材质", "material"), TagChoice::Multi, material),
        group("BUD", text("预算", "budget"), TagChoice::Single, budget),
    ];
    Settings { tag_groups: groups, ..Settings::default() }
}

#[tokio::test]
async fn tags_are_found_by_name_and_initials_and_a_single_one_takes_the_other_s_place() {
    let shop = shop(|hub| hub.publish("settings", "settings", &groups())).await;
    let tag = |group: &str, value: &str| json!({"group": group, "value": value});
    for (group, value) in [("mat", "zz"), ("材质", "Diamond"), ("BUD", "1–3千"), ("budget", "3–8k")] {
        shop.post("/v1/customers/C0000/tags", tag(group, value)).await.unwrap();
    }
    let values = |card: CustomerCard| card.tags.into_iter().map(|row| row.tag.value).collect::<Vec<_>>();
    assert_eq!(values(shop.card("C0000").await), ["珍珠", "钻石", "3–8千"]);
    for (group, value) in [("MAT", "翡翠"), ("XXX", "珍珠")] {
        let refused = shop.post("/v1/customers/C0000/tags", tag(group, value)).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (422, "unknown_tag"));
    }
    shop.post("/v1/customers/C0000/tags/remove", tag("MAT", "珍珠")).await.unwrap();
    assert_eq!(values(shop.card("C0000").await), ["钻石", "3–8千"]);
    let refused = shop.post("/v1/customers/C0000/tags/remove", tag("MAT", "珍珠")).await.unwrap_err();
    assert_eq!(refused.code, "unknown_tag");
    assert!(!shop.card("C0000").await.tags[0].stale);
    shop.daemon.set_clock("2026-09-12T10:00:00").await;
    assert!(shop.card("C0000").await.tags[0].stale);
}

#[tokio::test]
async fn a_refused_channel_is_passed_over_and_a_refusal_of_all_holds_the_task() {
    let shop = shop(|_| {}).await;
    shop.daemon.set_clock("2026-08-15T10:00:00").await;
    let channel = |today: &Today, id: &str| {
        today.tasks.iter().find(|task| task.customer.as_str() == id).map(|task| task.channel.name())
    };
    let today = shop.daemon.today().await;
    assert_eq!((channel(&today, "C0000"), channel(&today, "C0001")), (Some("wecom"), Some("wecom")));
    shop.post("/v1/customers/C0000/consent", json!({"allowed": false, "channel": "wecom"})).await.unwrap();
    let until = json!({"allowed": false, "until_on": "2026-08-16"});
    shop.post("/v1/customers/C0001/consent", until).await.unwrap();
    let today = shop.daemon.today().await;
    assert_eq!((channel(&today, "C0000"), channel(&today, "C0001")), (Some("phone"), None));
    let hold = today.held[0].hold;
    assert_eq!((hold.reason, hold.until_on), (HoldReason::NoConsent, "2026-08-17".parse().ok()));
    shop.daemon.set_clock("2026-08-17T10:00:00").await;
    let today = shop.daemon.today().await;
    assert_eq!((channel(&today, "C0000"), channel(&today, "C0001")), (Some("phone"), Some("wecom")));
    let odd = json!({"allowed": true, "until_on": "2026-08-20"});
    assert_eq!(shop.post("/v1/customers/C0000/consent", odd).await.unwrap_err().code, "bad_request");
}

#[tokio::test]
async fn a_secret_stands_on_both_files_masks_the_gift_and_is_lifted_on_both() {
    let shop = shop(|_| {}).await;
    let bought = json!({"code": "bought", "amount_fen": 1_280_000});
    shop.post("/v1/tasks/C0000/outcome", bought).await.unwrap();
    let secret = json!({"from": "C0001", "until_on": "2026-08-21", "purchase": "p-C0000"});
    let made = shop.post("/v1/customers/C0000/secrets", secret).await.unwrap();
    assert_eq!((made.n_ops, made.elsewhere), (2, None));
    let card = shop.card("C0000").await;
    assert_eq!(card.purchases, [PurchaseRow { purchase: None, secret_until: "2026-08-21".parse().ok() }]);
    assert_eq!((card.total_fen, card.contacts[0].outcome.amount_fen), (0, None));
    let shown: serde_json::Value = shop.daemon.get("/v1/customers/C0000").await.unwrap();
    assert!(!shown.to_string().contains("钻石戒指") && !shown.to_string().contains("880000"), "{shown}");
    let list: CustomerList = shop.daemon.get("/v1/customers?q=C0000").await.unwrap();
    assert_eq!((list.rows[0].total_fen, list.rows[0].last_bought_on), (0, None));
    assert_eq!(shop.daemon.today().await.done[0].outcome.amount_fen, None);
    let revealed: CustomerCard = shop.daemon.get("/v1/customers/C0000?reveal=true").await.unwrap();
    assert_eq!((revealed.total_fen, revealed.contacts[0].outcome.amount_fen), (880_000, Some(1_280_000)));
    assert_eq!(revealed.purchases[0].secret_until, "2026-08-21".parse().ok());
    let other = shop.card("C0001").await;
    assert_eq!((other.secrets[0].side, &other.secrets[0].person), (SecretSide::Recipient, &None));
    assert_eq!(other.purchases[0].purchase.as_ref().unwrap().amount_fen, 880_000, "the other's own are no secret");
    let secrets = || async { shop.daemon.get::<Secrets>("/v1/secrets").await.unwrap().secrets.len() };
    assert_eq!(secrets().await, 2);
    let recipient = other.secrets[0].op_id;
    let lifted = shop.post(&format!("/v1/secrets/{recipient}/lift"), json!({})).await.unwrap();
    assert_eq!((lifted.n_ops, secrets().await), (2, 0));
    assert_eq!(shop.card("C0000").await.total_fen, 880_000);
    assert_eq!(shop.daemon.sync_now().await.n_rejected, 0);
}

#[tokio::test]
async fn a_secret_from_another_guide_s_customer_says_that_headquarters_must_keep_it_there() {
    let shop = shop(|_| {}).await;
    let secret = json!({"from": "C9999", "until_on": "2026-08-21"});
    let made = shop.post("/v1/customers/C0000/secrets", secret).await.unwrap();
    assert_eq!((made.n_ops, made.elsewhere.unwrap().as_str()), (1, "C9999"));
    assert_eq!(shop.post("/v1/undo", json!({})).await.unwrap().n_ops, 1);
    let itself = json!({"from": "C0000", "until_on": "2026-08-21"});
    assert_eq!(shop.post("/v1/customers/C0000/secrets", itself).await.unwrap_err().code, "bad_request");
    let gift = json!({"until_on": "2026-08-21", "purchase": "p-C0001"});
    assert_eq!(shop.post("/v1/customers/C0000/secrets", gift).await.unwrap_err().code, "unknown_purchase");
}

#[tokio::test]
async fn an_amnesty_is_taken_back_as_a_whole() {
    let shop = shop(|_| {}).await;
    let today = shop.daemon.today().await;
    let amnesty = "01989b0e-8a1e-7000-8000-000000000001";
    for (n, task) in today.tasks.iter().take(2).enumerate() {
        let waived = json!({
            "on": "2026-08-12", "due_ids": [task.dues[0].due_id], "reason": "moment_passed", "amnesty": amnesty
        });
        shop.hub.record(
            task.customer.as_str(),
            n as u64,
            guide_common::fact::FactBody::decode("waived", &waived.to_string()).unwrap(),
        );
    }
    shop.daemon.sync_now().await;
    assert_eq!(shop.daemon.today().await.tasks.len(), 1);
    let one = guide_common::id::OpId(uuid::Uuid::from_u64_pair(7, 1));
    let undone = shop.post("/v1/undo", json!({"op_id": one})).await.unwrap();
    assert_eq!((undone.n_ops, undone.undone), (2, Some(one)));
    assert_eq!(shop.daemon.today().await.tasks.len(), 3);
    shop.daemon.sync_now().await;
    assert_eq!(shop.daemon.today().await.tasks.len(), 3);
}
