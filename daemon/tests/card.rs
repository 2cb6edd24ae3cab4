//! The card and what stands beside it: notes, the timeline, groups of tags, and whole phone numbers.

use guide_common::fact::FactBody;
use guide_common::record::{Coupon, Level, LevelRecord, PointsRecord};
use guide_common::wire::card::*;
use guide_common::wire::member::CouponState;
use guide_common::wire::record::*;
use guide_common::wire::support::Doctor;
use guide_common::wire::timeline::*;
use serde_json::json;

use crate::support::{Daemon, hub};

async fn shop(change: impl FnOnce(&hub::Hub)) -> (tempfile::TempDir, hub::Hub, hub::Serving, Daemon) {
    let home = tempfile::tempdir().unwrap();
    let mut hub = hub::Hub::new(2);
    change(&hub);
    let serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    (home, hub, serving, daemon)
}

async fn card(daemon: &Daemon) -> CustomerCard {
    daemon.get("/v1/customers/C0000").await.unwrap()
}

async fn timeline(daemon: &Daemon, query: &str) -> Timeline {
    daemon.get(&format!("/v1/customers/C0000/timeline{query}")).await.unwrap()
}

fn kinds(timeline: &Timeline) -> Vec<String> {
    let kind = |entry: &TimelineEntry| serde_json::to_value(entry).unwrap()["kind"].as_str().unwrap().to_owned();
    timeline.entries.iter().map(kind).collect()
}

#[tokio::test]
async fn the_timeline_says_what_was_sent_and_answered_and_marks_what_was_taken_back() {
    let (_home, _hub, serving, daemon) = shop(|_| {}).await;
    let contact = json!({ "code": "1", "sent": "您好\u{1b}[31m，周末有空吗", "reply": "好的", "note": "晚上联系" });
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &contact).await.unwrap();
    daemon.sync_now().await;
    serving.stop().await;
    let note: SavedResponse = daemon.post("/v1/customers/C0000/notes", &json!({ "text": "喜欢素圈" })).await.unwrap();
    daemon.post::<SavedResponse>("/v1/undo", &json!({ "op_id": note.op_id })).await.unwrap();
    let shown = timeline(&daemon, "").await;
    assert_eq!(kinds(&shown), ["note", "outcome", "purchase"]);
    let [note, contact, sale] = &shown.entries[..] else { unreachable!() };
    assert!(!note.received && note.here && note.undone_on.is_some());
    assert!(contact.received && contact.here && contact.undone_on.is_none() && contact.guide_name.is_some());
    let Happened::Outcome(outcome) = &contact.what else { unreachable!() };
    assert_eq!(outcome.sent.as_deref(), Some("您好[31m，周末有空吗"), "what a terminal would obey is gone");
    assert_eq!(outcome.reply.as_deref(), Some("好的"));
    assert!(sale.received && sale.at.is_none());
    let first = timeline(&daemon, "?limit=1").await;
    assert_eq!((first.entries.len(), first.n_all), (1, 3));
    assert_eq!(card(&daemon).await.member.last_contact_on, "2026-08-12".parse().ok());
}

#[tokio::test]
async fn the_text_of_the_template_that_was_used_is_recorded() {
    let (_home, _hub, _serving, daemon) = shop(|_| {}).await;
    let task: guide_common::wire::local::TaskDetail = daemon.get("/v1/tasks/C0000").await.unwrap();
    let script = &task.scripts[0].script;
    let used = json!({ "code": "1", "template": script.template });
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &used).await.unwrap();
    assert_eq!(card(&daemon).await.contacts[0].outcome.sent, script.filled(&Default::default()).ok());
    assert!(card(&daemon).await.contacts[0].outcome.sent.is_some());
}

#[tokio::test]
async fn what_was_said_of_a_gift_is_shown_only_where_it_is_revealed() {
    let (_home, _hub, _serving, daemon) = shop(|_| {}).await;
    let contact = json!({ "code": "1", "sent": "戒指已到店", "reply": "别告诉她" });
    daemon.post::<SavedResponse>("/v1/tasks/C0000/outcome", &contact).await.unwrap();
    let secret = json!({ "from": "C0001", "until_on": "2026-08-30", "purchase": "p-C0000" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/secrets", &secret).await.unwrap();
    for path in ["", "/timeline"] {
        let path = format!("/v1/customers/C0000{path}");
        let masked: serde_json::Value = daemon.get(&path).await.unwrap();
        let masked = masked.to_string();
        assert!(!masked.contains("戒指") && !masked.contains("别告诉她") && !masked.contains("880000"), "{masked}");
        let revealed: serde_json::Value = daemon.get(&format!("{path}?reveal=true")).await.unwrap();
        assert!(revealed.to_string().contains("别告诉她"));
    }
    let today: serde_json::Value = daemon.get("/v1/today").await.unwrap();
    assert!(!today.to_string().contains("别告诉她"));
}

#[tokio::test]
async fn notes_stand_on_the_card_the_newest_first_and_go_with_an_undo() {
    let (_home, hub, _serving, daemon) = shop(|_| {}).await;
    let post = |text: &str| {
        let (daemon, request) = (&daemon, json!({ "text": text }));
        async move { daemon.post::<SavedResponse>("/v1/customers/C0000/notes", &request).await }
    };
    post("喜欢素圈").await.unwrap();
    post("姐姐是老客户\n下次一起来").await.unwrap();
    assert_eq!(post("  ").await.unwrap_err().code, "needs_text");
    let texts = |card: CustomerCard| card.notes.into_iter().map(|row| row.text).collect::<Vec<_>>();
    assert_eq!(texts(card(&daemon).await), ["姐姐是老客户\n下次一起来", "喜欢素圈"]);
    daemon.sync_now().await;
    assert_eq!(hub.facts().len(), 2);
    daemon.post::<SavedResponse>("/v1/undo", &json!({})).await.unwrap();
    let notes: Notes = daemon.get("/v1/customers/C0000/notes").await.unwrap();
    assert_eq!((notes.notes.len(), notes.notes[0].received), (1, true));
}

#[tokio::test]
async fn the_card_says_level_points_coupons_dates_people_and_consents() {
    let day = |text: &str| text.parse().unwrap();
    let (_home, _hub, _serving, daemon) = shop(|hub| {
        hub.change_customer("C0000", |customer| {
            customer.birthday = guide_common::customer::Birthday::lunar(Some(1990), 7, 7, false);
            let consented = true;
            customer.links = vec![guide_common::customer::Link {
                relation: "spouse".to_owned(),
                person: None,
                name: Some("沈岳".to_owned()),
                consented,
            }];
        });
        let coupon = |no: &str, until: &str| Coupon {
            no: no.to_owned(),
            name: "生日券".to_owned(),
            kind: "CASH".to_owned(),
            face_fen: 10_000,
            on: day("2026-08-01"),
            until_on: day(until),
            redeemed_on: None,
            voided_on: None,
        };
        let level = LevelRecord {
            on: day("2026-08-01"),
            level: Level::Gold,
            until_on: Some(day("2027-08-01")),
            to_next_fen: Some(500_000),
            next_fen: None,
        };
        hub.record("C0000", 1, FactBody::Coupon(coupon("K1", "2026-08-10")));
        hub.record("C0000", 2, FactBody::Coupon(coupon("K2", "2026-08-31")));
        hub.record("C0000", 3, FactBody::Level(level));
        hub.record("C0000", 4, FactBody::Points(PointsRecord { on: day("2026-08-01"), balance: 1_280 }));
    })
    .await;
    let refused = json!({ "allowed": false, "channel": "sms", "until_on": "2026-09-30" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/consent", &refused).await.unwrap();
    let member = card(&daemon).await.member;
    let states: Vec<_> = member.coupons.iter().map(|row| (row.coupon.no.as_str(), row.state)).collect();
    assert_eq!(states, [("K2", CouponState::Open), ("K1", CouponState::Expired)]);
    let level = member.level.unwrap();
    assert_eq!((level.title.zh.as_str(), level.record.to_next_fen), ("金卡", Some(500_000)));
    assert_eq!(member.points.unwrap().balance, 1_280);
    assert_eq!((member.dates[0].kind.as_str(), member.dates[0].next_on), ("birthday", Some(day("2026-08-19"))));
    assert_eq!(member.dates[0].lunar.as_ref().unwrap().zh, "七月初七");
    assert!(member.links[0].consented && !member.is_lead);
    let consent = member.consents[0];
    assert_eq!((consent.channel.name(), consent.allowed, consent.until_on), ("sms", false, Some(day("2026-09-30"))));
    // what the amount of a gift could be worked out from is not told
    let secret = json!({ "until_on": "2026-08-30", "purchase": "p-C0000" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/secrets", &secret).await.unwrap();
    let member = card(&daemon).await.member;
    assert_eq!((member.points, member.level.unwrap().record.to_next_fen), (None, None));
}

#[tokio::test]
async fn a_whole_phone_number_is_shown_when_it_is_asked_for_and_that_is_noted() {
    let (home, _hub, _serving, daemon) = shop(|_| {}).await;
    let masked = card(&daemon).await.phone_masked.unwrap();
    assert!(masked.contains("****"));
    let audit = || std::fs::read_to_string(home.path().join("data/guides/G1/reveals.jsonl")).unwrap_or_default();
    assert_eq!(audit(), "");
    let revealed: PhoneRevealed = daemon.post("/v1/customers/C0000/reveal", &()).await.unwrap();
    let phone = revealed.phone.unwrap();
    assert!(!phone.contains('*') && phone.ends_with(&masked[masked.len() - 4..]));
    let line: serde_json::Value = serde_json::from_str(audit().trim()).unwrap();
    assert_eq!(line["customer"], "C0000");
    assert_eq!(line["pid"], std::process::id());
    assert!(!audit().contains(&phone));
    assert_eq!(
        daemon.post::<PhoneRevealed>("/v1/customers/C9/reveal", &()).await.unwrap_err().code,
        "unknown_customer"
    );
    let doctor: Doctor = daemon.get("/v1/doctor").await.unwrap();
    let check = doctor.checks.iter().find(|check| check.code == "phones").unwrap();
    assert_eq!(check.found.en, "1 on record");
    let bundle: serde_json::Value = daemon.get("/v1/bundle").await.unwrap();
    assert!(!bundle.to_string().contains(&phone) && !bundle.to_string().contains("C0000"));
}
