//! While a purchase is kept secret, no answer of the daemon says what it cost, nor lets it be worked out.

use guide_common::fact::FactBody;
use guide_common::sop::explain::task::TaskExplained;
use guide_common::sop::queue::TermName;
use guide_common::wire::ask::*;
use guide_common::wire::card::*;
use guide_common::wire::local::*;
use guide_common::wire::record::*;
use serde_json::{Value, json};

use crate::support::{Daemon, hub::Hub};

/// Missing to the next level, of what it asks for; what lies between is the price of the ring.
const TO_NEXT_FEN: i64 = 5_320_000;
const NEXT_FEN: i64 = 8_000_000;
const PRICE_FEN: i64 = 2_680_000;

const PLANS: [&str; 4] = [
    r#"
id = "P21"
version = 1
name = { zh = "升级在望", en = "Near the next level" }
[trigger]
on = "level"
event = "near"
gap_percent = 10
[[step]]
id = "tell"
offset = "0d"
until = "+7d"
channels = ["wecom"]
"#,
    r#"
id = "P22"
version = 1
name = { zh = "大额", en = "Large" }
[trigger]
on = "purchase"
min_amount_fen = 9000000
[[step]]
id = "thank"
offset = "0d"
until = "+7d"
channels = ["wecom"]
"#,
    r#"
id = "P23"
version = 1
name = { zh = "贵宾", en = "Guest" }
audience = "total_yuan > 90000 or spent_yuan > 90000 or points > 90000"
[trigger]
on = "purchase"
[[step]]
id = "invite"
offset = "0d"
until = "+7d"
channels = ["wecom"]
"#,
    r#"
id = "P24"
version = 1
name = { zh = "换季", en = "Season" }
priority = 100
[trigger]
on = "date"
date = "08-12"
[[step]]
id = "care"
offset = "0d"
until = "0d"
channels = ["wecom"]
"#,
];

const LEVEL: &str = r#"
id = "T40"
version = 1
name = { zh = "升级", en = "Level" }
channel = "wecom"
[text]
zh = "您距升级还差{距升级}，积分{积分}。"
en = "{to_next_level} to go, {points} points."
"#;

/// C0000 gives C0001 the ring, C0002 bought for as much as C0000 seems to have.
async fn shop() -> (Daemon, crate::support::hub::Serving, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(0);
    hub.add_buyer("C0000", "送礼人", "10000000001", "2026-08-12", PRICE_FEN);
    hub.add_buyer("C0001", "收礼人", "10000000002", "2026-08-12", 100_000);
    hub.add_buyer("C0002", "旁人", "10000000003", "2026-08-12", 200_000);
    let level = json!({ "on": "2026-08-12", "level": "gold", "to_next_fen": TO_NEXT_FEN, "next_fen": NEXT_FEN });
    hub.record("C0000", 1, FactBody::Level(serde_json::from_value(level).unwrap()));
    let points = json!({ "on": "2026-08-12", "balance": PRICE_FEN / 100 });
    hub.record("C0000", 2, FactBody::Points(serde_json::from_value(points).unwrap()));
    PLANS.iter().for_each(|plan| hub.publish_plan(plan));
    hub.publish("template", "T40", &guide_common::template::file::parse(LEVEL).unwrap());
    let serving = hub.serve().await;
    (Daemon::enrolled(home.path(), &hub).await, serving, home)
}

const PATHS: [&str; 12] = [
    "/v1/today",
    "/v1/today?limit=1",
    "/v1/tasks/C0000",
    "/v1/tasks/C0000?lang=en",
    "/v1/tasks/C0000/explain",
    "/v1/customers?q=C0000",
    "/v1/customers/C0000",
    "/v1/customers/C0000/explain",
    "/v1/customers/C0001",
    "/v1/templates/T40/script?customer=C0000&lang=zh",
    "/v1/amnesty",
    "/v1/secrets",
];

async fn answers(daemon: &Daemon) -> Vec<(&'static str, Value)> {
    let mut answers = Vec::new();
    for path in PATHS {
        answers.push((path, daemon.get::<Value>(path).await.unwrap()));
    }
    answers
}

/// Every number that stands in an answer, and the numbers in its texts.
fn numbers(answer: &Value) -> Vec<i64> {
    match answer {
        Value::Number(number) => number.as_i64().into_iter().collect(),
        Value::String(text) => {
            let plain = text.replace(',', "");
            plain.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
        }
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        Value::Object(values) => values.values().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

fn tells(answer: &Value) -> bool {
    let secret = [TO_NEXT_FEN, PRICE_FEN, TO_NEXT_FEN / 100, PRICE_FEN / 100, NEXT_FEN, NEXT_FEN / 100];
    numbers(answer).iter().any(|number| secret.contains(number))
}

#[tokio::test]
async fn no_answer_says_the_price_of_a_secret_gift_nor_the_gap_by_which_it_is_known() {
    let (daemon, _serving, _home) = shop().await;
    let open: Vec<&str> =
        answers(&daemon).await.into_iter().filter(|(_, of)| tells(of)).map(|(path, _)| path).collect();
    for path in ["/v1/tasks/C0000", "/v1/customers/C0000/explain", "/v1/templates/T40/script?customer=C0000&lang=zh"] {
        assert!(open.contains(&path), "{path} says it as long as it is no secret: {open:?}");
    }
    let before = daemon.today().await;
    let secret = json!({ "from": "C0001", "until_on": "2026-08-21", "purchase": "p-C0000" });
    daemon.post::<SavedResponse>("/v1/customers/C0000/secrets", &secret).await.unwrap();
    for (path, answer) in answers(&daemon).await {
        assert!(!tells(&answer), "{path} tells: {answer}");
    }
    let after = daemon.today().await;
    let order = |today: &Today| today.tasks.iter().map(|task| task.customer.to_string()).collect::<Vec<_>>();
    assert_eq!((order(&before), order(&after)), (order(&after), order(&before)), "the queue's order stays");
    assert_eq!(order(&after)[0], "C0000", "the highest value stands first");
    for task in &after.tasks {
        let has_value = task.terms.iter().any(|term| term.name == TermName::Value);
        assert_eq!(has_value, task.customer.as_str() != "C0000", "{task:?}");
        assert_eq!(task.score, task.terms.iter().map(|term| term.points).sum::<i64>());
        let explained: TaskExplained = daemon.get(&format!("/v1/tasks/{}/explain", task.customer)).await.unwrap();
        assert_eq!(&explained.task, task);
        let tells_value = explained.prospects.iter().any(|prospect| prospect.term == TermName::Value);
        assert!(has_value || !tells_value, "what would be bought for one more point tells how many there are");
    }
    let revealed: CustomerCard = daemon.get("/v1/customers/C0000?reveal=true").await.unwrap();
    assert_eq!(revealed.total_fen, PRICE_FEN, "the guide can ask for it");
    daemon.set_clock("2026-08-22T10:00:00").await;
    let over: CustomerExplained = daemon.get("/v1/customers/C0000/explain").await.unwrap();
    assert!(tells(&serde_json::to_value(&over).unwrap()), "once the secret is over it is said again");
}

#[tokio::test]
async fn an_amount_that_was_only_reported_is_kept_secret_too() {
    let (daemon, _serving, _home) = shop().await;
    let secret = json!({ "from": "C0001", "until_on": "2026-08-21" });
    daemon.post::<SavedResponse>("/v1/customers/C0002/secrets", &secret).await.unwrap();
    let bought = json!({ "code": "bought", "amount_fen": PRICE_FEN });
    daemon.post::<SavedResponse>("/v1/customers/C0002/contacts", &bought).await.unwrap();
    for path in ["/v1/today", "/v1/customers/C0002", "/v1/customers/C0002/explain"] {
        let answer: Value = daemon.get(path).await.unwrap();
        let of_other = |value: &Value| value["customer"] == "C0000";
        let own: Value = match answer["tasks"].as_array() {
            Some(tasks) => tasks.iter().filter(|task| !of_other(task)).cloned().collect(),
            None => answer,
        };
        assert!(!tells(&own), "{path} tells: {own}");
    }
    let task = daemon.today().await.tasks.into_iter().find(|task| task.customer.as_str() == "C0002");
    assert!(task.is_none_or(|task| task.terms.iter().all(|term| term.name != TermName::Value)));
}
