//! What comes from a hub that is newer, or hostile: nothing is lost of the one, and nothing of the other reaches a
//! terminal's screen.

use guide_common::wire::local::*;
use guide_common::wire::record::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::support::{Daemon, enrolled, hub::Hub, outcome};

#[tokio::test]
async fn fields_kinds_and_values_of_a_newer_hub_are_kept_and_what_is_known_goes_on_working() {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(3);
    let customer = json!({ "id": "C0000", "name": "顾客0000", "tier": "Platinum", "shoe_size": { "eu": 38 },
        "birthday": { "month": 5, "day": 1, "calendar": "tibetan" } });
    hub.put_raw("customer", "C0000", "C0000", &customer);
    let fact = |id: u128, kind: &str, body: Value| {
        let id = uuid::Uuid::from_u128(id).to_string();
        let fact = json!({ "id": id, "customer": "C0000", "guide": "G1", "device": "D9", "mood": "good",
            "at": "2026-08-12T01:00:00Z", "kind": kind, "body": body });
        hub.put_raw("fact", &id, "C0000", &fact);
    };
    fact(1, "hologram", json!({ "on": "2026-08-12", "frames": [1, 2, 3] }));
    fact(2, "outcome", json!({ "on": "2026-08-11", "code": "teleported", "channel": "telepathy" }));
    hub.put_raw("wardrobe", "w-1", "C0000", &json!({ "hats": 3 }));
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error, sync.guide_feed.digest), (None, hub.digest().1), "every byte is kept");
    assert_eq!(daemon.today().await.tasks.len(), 3);
    let card: Value = daemon.get("/v1/customers/C0000").await.unwrap();
    assert_eq!(card["name"], "顾客0000");
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.state, sync.guide_feed.digest), (SavedState::Received, hub.digest().1));
    assert!(hub.facts().contains(&saved.op_id));
    assert_eq!(hub.raw("customer", "C0000"), customer.to_string(), "nothing of it was written back changed");
    // a start with what is held, and an update of what was not understood
    daemon.kill();
    hub.put_raw("wardrobe", "w-1", "C0000", &json!({ "hats": 4 }));
    let daemon = Daemon::start(home.path()).await;
    assert_eq!(daemon.sync_now().await.guide_feed.digest, hub.digest().1);
}

#[tokio::test]
async fn a_hub_that_needs_a_newer_version_is_told_of_and_costs_no_op() {
    let (_home, hub, _serving, daemon) = enrolled(2).await;
    hub.inner.lock().unwrap().needs_newer = true;
    let saved: SavedResponse = daemon.post("/v1/tasks/C0000/outcome", &outcome("1")).await.unwrap();
    let sync = daemon.sync_now().await;
    assert_eq!((sync.last_error.unwrap().code.as_str(), sync.n_unsent), ("too_old", 1));
    assert_eq!(daemon.today().await.tasks.len(), 1, "work goes on");
    // the newer version is installed
    hub.inner.lock().unwrap().needs_newer = false;
    assert_eq!(daemon.sync_now().await.state, SavedState::Received);
    assert_eq!(hub.facts(), [saved.op_id]);
}

/// What nobody may put on a screen: escapes, controls, overrides of direction, what has no width.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as somebody might enter it who wants to do harm.
fn hostile(dice: &mut ChaCha8Rng) -> String {
    const PARTS: [&str; 20] = [
        "\u{1b}]52;c;aGFjaw==\u{7}",
        "\u{1b}]8;;http://evil.example\u{1b}\\here\u{1b}]8;;\u{1b}\\",
        "\u{1b}]0;title\u{7}",
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}[6n",
        "\u{1b}P$qm\u{1b}\\",
        "\u{9b}2J",
        "\u{9d}52;c;eA==\u{9c}",
        "\u{202e}gnp.exe",
        "\u{2066}\u{2069}",
        "\u{200b}\u{200d}\u{feff}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\u{e0041}\u{e0042}",
        "\u{0}\u{8}\u{c}\r\n",
        "=cmd|' /C calc'!A0",
        "＝1+1",
        "王姐",
        "👩‍👩‍👧",
        "<script>alert(1)</script>",
        "{称呼}{{x}}%s",
    ];
    (0..dice.random_range(1..6)).map(|_| PARTS[dice.random_range(0..PARTS.len())]).collect()
}

/// Every text of an answer.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name);
                texts(value, found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn five_thousand_hostile_texts_reach_nobody_s_screen() {
    const N: usize = 500;
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    let mut dice = ChaCha8Rng::seed_from_u64(15);
    for n in 0..N {
        let id = format!("C{n:04}");
        let mut text = || hostile(&mut dice);
        let customer = json!({ "id": id, "name": text(), "salutation": text(), "phone": text(),
            "tags": [{ "group": text(), "value": text(), "source": text() }],
            "links": [{ "relation": text(), "name": text() }] });
        hub.put_raw("customer", &id, &id, &customer);
        let purchase = json!({ "id": format!("p{n}"), "customer": id, "bought_on": "2026-08-12", "amount_fen": 880_000,
            "items": [{ "name": text(), "material": text() }] });
        hub.put_raw("purchase", &format!("p{n}"), &id, &purchase);
        let fact = json!({ "id": uuid::Uuid::from_u128(n as u128 + 9).to_string(), "customer": id, "guide": "G1",
            "device": "D9", "at": "2026-08-01T01:00:00Z", "kind": "outcome",
            "body": { "on": "2026-08-01", "code": "interested", "note": text() } });
        hub.put_raw("fact", fact["id"].as_str().unwrap(), &id, &fact);
    }
    let _serving = hub.serve().await;
    let daemon = Daemon::enrolled(home.path(), &hub).await;
    let mut paths: Vec<String> =
        ["/v1/status", "/v1/today", "/v1/customers?q=&limit=1000", "/v1/outbox", "/v1/promises", "/v1/doctor"]
            .map(str::to_owned)
            .to_vec();
    for n in 0..N {
        paths.push(format!("/v1/customers/C{n:04}?reveal=true"));
        paths.push(format!("/v1/tasks/C{n:04}"));
        paths.push(format!("/v1/customers/C{n:04}/explain"));
    }
    let mut n_texts = 0;
    for path in paths {
        let answer: Value = daemon.get(&path).await.unwrap_or_default();
        let mut found = Vec::new();
        texts(&answer, &mut found);
        n_texts += found.len();
        for text in found {
            assert!(!text.chars().any(is_forbidden), "{path}: {text:?}");
        }
    }
    assert!(n_texts > 20 * N, "{n_texts} texts were looked at");
}
