//! A guide's terminal reads and writes nothing of another guide through any endpoint, whatever ids it names, and is told
//! of a foreign id what it is told of one that nobody has.

use std::collections::BTreeMap;
use std::sync::Arc;

use guide_common::id::{GuideId, OpId};
use guide_common::op::{Op, OpBody, Undo};
use guide_hub::db::device;
use guide_hub::db::snapshot::Place;
use guide_hub::limit::Limits;
use hyper::{Method, StatusCode};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::{Answer, TODAY, Terminal, TestDb, TestHub, assign, at_head, live_entities};

const GUIDES: [&str; 3] = ["G1", "G2", "G3"];
const N_PAIRS: usize = 1_000;
/// Those of [`ask`] that change nothing.
const ENDPOINTS: [usize; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14];

/// Every guide serves two customers, with a purchase and a fact each; all that lives in a feed names its guide.
async fn hub() -> (TestHub, Vec<Terminal>) {
    let test = TestDb::with_guides(&GUIDES).await;
    let mut csv = "customer_id,purchased_on,amount\n".to_owned();
    for guide in GUIDES {
        csv += &format!("{guide}-a,2026-08-10,500\n{guide}-b,2026-08-11,600\n");
    }
    test.import(csv).await;
    for guide in GUIDES {
        assign(&test, &[&format!("{guide}-a"), &format!("{guide}-b")], guide).await;
    }
    let hub = TestHub::serve_with(test, |app| app.limits = Arc::new(Limits::new(0))).await;
    let mut terminals = Vec::new();
    for guide in GUIDES {
        let terminal = hub.terminal(guide).await;
        terminal.push(&["a", "b"].map(|c| terminal.outcome(&format!("{guide}-{c}"), TODAY, |_| {}))).await;
        terminals.push(terminal);
    }
    (hub, terminals)
}

/// The ids that live in each guide's feed and in no other, by guide, as (kind, id).
async fn own_ids(hub: &TestHub) -> BTreeMap<&'static str, Vec<(String, String)>> {
    let mut ids = BTreeMap::new();
    for guide in GUIDES {
        let entities = live_entities(&hub.test_db.db, guide).await;
        ids.insert(guide, entities.into_iter().map(|(kind, id, _)| (kind, id)).collect());
    }
    ids
}

/// What an answer says once the ids and times that each request has for itself are taken away.
fn told(answer: &Answer, ids: &[&str]) -> (StatusCode, String) {
    let mut text = answer.text();
    for id in ids {
        text = text.replace(id, "ID");
    }
    (answer.status, text)
}

/// A foreign id in whatever place an endpoint has for one.
async fn ask(terminal: &Terminal, endpoint: usize, kind: &str, id: &str) -> Answer {
    let get = async |path: String| terminal.get(&path).await;
    let push = async |op: Op| terminal.push(&[op]).await;
    match endpoint {
        0 => get(format!("/v1/inventory?feed=guide&kind={kind}&after={id}")).await,
        1 => get(format!("/v1/inventory?feed={id}")).await,
        2 => get(format!("/v1/changes?feed=guide&guide={id}&customer={id}")).await,
        3 => get(format!("/v1/changes?feed={id}")).await,
        4 => get(format!("/v1/changes?feed=guide&epoch={id}&since=3&other={id}:3&wait=1")).await,
        5 => get(format!("/v1/snapshot?feed=guide&guide={id}&customer={id}")).await,
        6 => get(format!("/v1/snapshot?feed={id}")).await,
        7 => get(format!("/v1/customers/{id}")).await,
        8 => push(terminal.outcome(id, TODAY, |_| {})).await,
        9 => push(terminal.outcome(&format!("{id}-a"), TODAY, |_| {})).await,
        12 => get(format!("/v1/changes?feed=shared&guide={id}")).await,
        13 => get(format!("/v1/snapshot?feed=shared&customer={id}")).await,
        14 => get(format!("/v1/inventory?feed=shared&kind={kind}&guide={id}")).await,
        10 => {
            // taking back what another guide recorded
            let op_id = id.parse().unwrap_or(OpId(uuid::Uuid::now_v7()));
            let own = format!("{}-a", terminal.enrolled.guide.id);
            push(terminal.op(&own, &OpBody::Undo(Undo { op_id, on: TODAY.parse().unwrap() }))).await
        }
        _ => terminal.send(Method::POST, "/v1/token/rotate", format!("{{\"device\":\"{id}\"}}")).await,
    }
}

#[tokio::test]
async fn for_a_thousand_foreign_ids_nothing_of_another_guide_is_read_written_or_told_from_an_unknown_id() {
    let (hub, terminals) = hub().await;
    let ids = own_ids(&hub).await;
    let mut random = StdRng::seed_from_u64(4);
    let before = all_feeds(&hub).await;
    for n in 0..N_PAIRS {
        let mine = random.random_range(0..GUIDES.len());
        let theirs = (mine + random.random_range(1..GUIDES.len())) % GUIDES.len();
        let of_theirs = &ids[GUIDES[theirs]];
        let (kind, id) = &of_theirs[random.random_range(0..of_theirs.len())];
        let terminal = &terminals[mine];
        let endpoint = ENDPOINTS[n % ENDPOINTS.len()];
        let answer = ask(terminal, endpoint, kind, id).await;
        // all guides are told of each other as colleagues
        let foreign = ids.iter().filter(|(guide, _)| **guide != GUIDES[mine]).flat_map(|(_, ids)| ids);
        for (_, foreign) in foreign.filter(|(kind, foreign)| kind != "guide" && foreign != id) {
            assert!(!answer.text().contains(&format!("\"{foreign}\"")), "{endpoint}: {foreign} in {}", answer.text());
        }
        // the same shape, known to nobody
        let unknown = match uuid::Uuid::parse_str(id) {
            Ok(_) if endpoint != 0 => uuid::Uuid::now_v7().to_string(),
            // in a list the same place among one's own
            _ => format!("{id}0"),
        };
        let of_unknown = ask(terminal, endpoint, kind, &unknown).await;
        let (op, device) = (op_id(&answer), op_id(&of_unknown));
        let (named, as_named) = match endpoint {
            // what all share names guides
            12..=14 => (Vec::new(), Vec::new()),
            _ => (vec![id.as_str(), &op], vec![unknown.as_str(), &device]),
        };
        assert_eq!(told(&answer, &named), told(&of_unknown, &as_named), "{endpoint}: {kind} {id}");
    }
    let after = all_feeds(&hub).await;
    assert_eq!(before, after, "nothing was written into any feed");
}

async fn all_feeds(hub: &TestHub) -> Vec<Vec<(String, String, String)>> {
    let mut all = Vec::new();
    for guide in GUIDES {
        all.push(live_entities(&hub.test_db.db, guide).await);
    }
    all
}

fn op_id(answer: &Answer) -> String {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    json["answers"][0]["op_id"].as_str().unwrap_or("no op").to_owned()
}

#[tokio::test]
async fn a_snapshot_goes_on_from_another_guide_s_place_with_one_s_own_items_only() {
    let (hub, terminals) = hub().await;
    let ids = own_ids(&hub).await;
    let other = terminals[1].get("/v1/snapshot?feed=guide&limit=3").await.json();
    let next = other["next"].as_str().unwrap();
    assert!(Place::of(next).is_some());
    let answer = terminals[0].get(&format!("/v1/snapshot?feed=guide&after={next}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    for item in answer.json()["items"].as_array().unwrap() {
        let name = (item["kind"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().to_owned());
        assert!(ids["G1"].contains(&name), "{name:?}");
    }
}

#[tokio::test]
async fn what_a_body_says_of_guide_and_device_is_overruled_by_the_token() {
    let (hub, terminals) = hub().await;
    let mut op = serde_json::to_string(&terminals[0].outcome("G1-a", TODAY, |_| {})).unwrap();
    op = op.replacen('{', r#"{"guide":"G2","#, 1).replace("another-device", terminals[1].enrolled.device.as_str());
    let answer = terminals[0].send(Method::POST, "/v1/ops", format!(r#"{{"guide":"G2","ops":[{op}]}}"#)).await;
    assert_eq!(answer.json()["answers"][0]["result"], "applied");
    let bodies = live_entities(&hub.test_db.db, "G1").await;
    let fact = bodies.iter().find(|(_, id, _)| *id == op_id(&answer)).unwrap();
    let fact: serde_json::Value = serde_json::from_str(&fact.2).unwrap();
    assert_eq!((&fact["guide"], &fact["device"]), (&"G1".into(), &terminals[0].enrolled.device.as_str().into()));
}

#[tokio::test]
async fn a_revoked_terminal_gets_nothing_from_any_endpoint() {
    let (hub, terminals) = hub().await;
    // one that no process remembers yet
    let terminal = hub.terminal("G1").await;
    device::revoke(&hub.test_db.db, &terminal.enrolled.device).await.unwrap();
    for endpoint in (0..=11).filter(|endpoint| *endpoint != 7) {
        ask(&terminal, endpoint, "customer", "G1-a").await.check_problem(401, "token_revoked");
    }
    let (_, query) = at_head(&terminals[0], "guide").await;
    assert_eq!(terminals[0].get(&query).await.status, StatusCode::NOT_MODIFIED, "the guide's others go on");
    assert_eq!(terminals[0].enrolled.guide.id, GuideId::new("G1").unwrap());
}
