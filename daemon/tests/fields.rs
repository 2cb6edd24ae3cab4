//! Fields of a customer over the local API: who wrote what, on which terminal, what counts and why; and what is unsent,
//! taken back or refused.

use guide_common::sop::plan::Lang;
use guide_common::wire::Problem;
use guide_common::wire::card::CustomerCard;
use guide_common::wire::history::{ChangeName, EntryState, FieldHistory, HistoryEntry};
use guide_common::wire::local::CustomerList;
use guide_common::wire::record::SavedResponse;
use serde_json::json;

use crate::support::{Daemon, enrolled, hub::Hub};

async fn set(daemon: &Daemon, field: &str, value: Option<&str>) -> Result<SavedResponse, Problem> {
    daemon.post("/v1/customers/C0001/fields", &json!({ "field": field, "value": value })).await
}

async fn history(daemon: &Daemon, query: &str) -> FieldHistory {
    daemon.get(&format!("/v1/customers/C0001/history?{query}")).await.unwrap()
}

fn states(history: &FieldHistory) -> Vec<(&str, EntryState)> {
    history.entries.iter().map(|entry| (entry.value.as_deref().unwrap_or("-"), entry.state)).collect()
}

#[tokio::test]
async fn of_two_terminals_that_wrote_a_field_the_last_at_headquarters_counts_on_both() {
    let (first_home, second_home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut hub = Hub::new(2);
    let _serving = hub.serve().await;
    let first = Daemon::enrolled(first_home.path(), &hub).await;
    let second = Daemon::enrolled(second_home.path(), &hub).await;
    set(&first, "salutation", Some("华叔")).await.unwrap();
    first.sync_now().await;
    set(&second, "salutation", Some("华哥")).await.unwrap();
    second.sync_now().await;
    first.sync_now().await;
    for daemon in [&first, &second] {
        let history = history(daemon, "field=salutation").await;
        assert_eq!(states(&history), [("华哥", EntryState::Won), ("华叔", EntryState::Lost)]);
        assert_eq!(history.fields[0].value.as_deref(), Some("华哥"));
        let [last, before] = &history.entries[..] else { panic!() };
        assert_eq!([last.number, before.number], [Some(2), Some(1)]);
        assert_eq!(
            before.why.in_lang(Lang::En),
            format!("headquarters took in {} after it, which counts", last.op_id.unwrap())
        );
        assert_eq!(before.why.in_lang(Lang::Zh), format!("总部之后又收到 {}，以后者为准", last.op_id.unwrap()));
        let card: CustomerCard = daemon.get("/v1/customers/C0001").await.unwrap();
        assert_eq!(card.fields[0].value.as_deref(), Some("华哥"));
    }
}

#[tokio::test]
async fn what_is_unsent_taken_back_or_refused_is_told_with_its_reason() {
    let (_home, hub, serving, daemon) = enrolled(2).await;
    set(&daemon, "ring_size", Some("13")).await.unwrap();
    assert_eq!(daemon.sync_now().await.n_unsent, 0);
    hub.inner.lock().unwrap().reject = Some("unknown_customer".to_owned());
    set(&daemon, "ring_size", Some("14")).await.unwrap();
    assert_eq!(daemon.sync_now().await.n_rejected, 1);
    serving.stop().await;
    let taken_back = set(&daemon, "ring_size", Some("15")).await.unwrap();
    let undone: SavedResponse = daemon.post("/v1/undo", &json!({})).await.unwrap();
    assert_eq!(undone.undone, Some(taken_back.op_id));
    set(&daemon, "ring_size", None).await.unwrap();
    let history = history(&daemon, "field=戒圈号").await;
    let expected = [
        ("-", EntryState::Pending),
        ("14", EntryState::Rejected),
        ("15", EntryState::Undone),
        ("13", EntryState::Lost),
    ];
    assert_eq!(states(&history), expected);
    let [pending, refused, _, taken_in]: [&HistoryEntry; 4] = std::array::from_fn(|idx| &history.entries[idx]);
    assert_eq!((pending.change, pending.number, pending.here), (ChangeName::Cleared, None, true));
    assert!(pending.why.en.contains("here it counts") && pending.why.zh.contains("本机先以它为准"));
    assert_eq!(refused.code.as_deref(), Some("unknown_customer"));
    assert_eq!(taken_in.number, Some(1));
    assert!(taken_in.why.en.contains("which headquarters does not have yet"), "{}", taken_in.why.en);
    assert_eq!(history.fields[0].value, None);
}

#[tokio::test]
async fn headquarters_field_stays_and_the_phone_is_masked_unless_it_is_revealed() {
    let (_home, _hub, _serving, daemon) = enrolled(2).await;
    set(&daemon, "phone", Some("138 1234 5678")).await.unwrap();
    set(&daemon, "birthday", Some("08-05")).await.unwrap();
    daemon.sync_now().await;
    let masked = history(&daemon, "field=phone").await;
    let expected = [("138****5678", EntryState::Lost), ("139****0001", EntryState::Won)];
    assert_eq!(states(&masked), expected);
    assert_eq!(masked.fields[0].value.as_deref(), Some("139****0001"));
    let revealed = history(&daemon, "field=phone&reveal=true").await;
    assert_eq!(revealed.entries[0].value.as_deref(), Some("13812345678"));
    let all = history(&daemon, "").await;
    assert_eq!(all.fields.iter().map(|row| row.field.as_str()).collect::<Vec<_>>(), ["phone", "birthday"]);
    let card: CustomerCard = daemon.get("/v1/customers/C0001").await.unwrap();
    assert_eq!(card.birthday.map(|birthday| (birthday.month, birthday.day)), Some((8, 5)));
    let found: CustomerList = daemon.get("/v1/customers?q=13900000001").await.unwrap();
    assert_eq!(found.n_found, 1, "search reads the number that counts");
}

#[tokio::test]
async fn a_field_that_is_not_known_and_a_value_without_its_form_are_refused() {
    let (_home, _hub, _serving, daemon) = enrolled(2).await;
    let problem = set(&daemon, "shoe_size", Some("38")).await.unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (422, "unknown_field"));
    assert!(problem.detail.contains("ring_size"), "{}", problem.detail);
    let problem = set(&daemon, "wedding_on", Some("next spring")).await.unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (422, "malformed_value"));
    let problem = daemon.get::<FieldHistory>("/v1/customers/C0001/history?field=shoe_size").await.unwrap_err();
    assert_eq!(problem.code, "unknown_field");
    assert!(daemon.outbox().await.is_empty());
}

#[tokio::test]
async fn an_opt_out_is_told_with_the_terminal_that_recorded_it() {
    let (_home, _hub, _serving, daemon) = enrolled(2).await;
    let contact = json!({ "code": "do_not_contact" });
    let _: SavedResponse = daemon.post("/v1/customers/C0001/contacts", &contact).await.unwrap();
    daemon.sync_now().await;
    let history = history(&daemon, "field=consent").await;
    assert_eq!(states(&history), [("do_not_contact", EntryState::Won)]);
    assert!(history.entries[0].here && history.entries[0].device.is_some() && history.entries[0].guide_name.is_some());
}
