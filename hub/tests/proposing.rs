//! Proposals of templates at the hub: who may propose, what is taken in, and what an answer does.

use guide_common::fact::FactBody;
use guide_common::op::{Op, OpBody, Undo};
use guide_common::outcome::Refusal;
use guide_common::proposal::{MAX_PROPOSAL_CHARS, TemplateProposed};
use guide_common::template::file;
use guide_common::wire::hub::Role;
use guide_hub::proposal::{self, Conflict, ProposalRow};
use guide_hub::publish::What;

use crate::support::{TODAY, Terminal, TestDb, TestHub, day, live_entities, moment, publish_texts, results};

const T03: &str = include_str!("../../content/templates/T03-satisfaction.toml");

async fn hub() -> TestHub {
    let test = TestDb::with_guides(&["G1", "G2"]).await;
    publish_texts(&test, What::Templates, &[T03]).await;
    TestHub::serve(test).await
}

fn propose(terminal: &Terminal, customer: &str, text: &str) -> Op {
    let proposed = TemplateProposed {
        on: day(TODAY),
        template: "T03".parse().unwrap(),
        base_version: 1,
        text: text.to_owned(),
        why: Some("更口语".to_owned()),
    };
    terminal.op(customer, &OpBody::Fact(FactBody::TemplateProposed(proposed)))
}

fn changed() -> String {
    T03.replace("感觉怎么样", "还习惯吗")
}

async fn push(terminal: &Terminal, ops: &[Op]) -> Vec<String> {
    results(&terminal.push(ops).await)
}

async fn found(hub: &TestHub, op: &Op) -> ProposalRow {
    proposal::find(&hub.test_db.db, &op.op_id.to_string()).await.unwrap()
}

async fn published_version(hub: &TestHub) -> u64 {
    let shared = live_entities(&hub.test_db.db, "@shared").await;
    let (.., body) = shared.iter().find(|(kind, id, _)| kind == "template" && id == "T03").unwrap();
    serde_json::from_str::<serde_json::Value>(body).unwrap()["version"].as_u64().unwrap()
}

#[tokio::test]
async fn only_a_trainer_proposes_and_only_what_is_that_template() {
    let hub = hub().await;
    let guide = hub.terminal("G1").await;
    let answer = guide.push(&[propose(&guide, "@guide", &changed())]).await.json();
    assert_eq!(answer["answers"][0]["code"], "not_a_trainer");
    assert_eq!(answer["answers"][0]["detail"], Refusal::NotATrainer.to_string());
    let trainer = hub.terminal_as("G1", Role::Trainer).await;
    let ops = [
        propose(&trainer, "C1", &changed()),
        propose(&trainer, "@guide", "id = 1"),
        propose(&trainer, "@guide", &changed().replace("T03", "T04")),
        propose(&trainer, "@guide", &format!("{}#{}", changed(), "x".repeat(MAX_PROPOSAL_CHARS))),
        propose(&trainer, "@guide", &changed()),
    ];
    let expected = ["unknown_customer", "malformed_body", "malformed_body", "malformed_body", "applied"];
    assert_eq!(push(&trainer, &ops).await, expected);
    assert_eq!(push(&trainer, &ops[4..]).await, ["applied"], "the same answer again");
    assert_eq!(proposal::all(&hub.test_db.db).await.unwrap().len(), 1);
    hub.check_feeds(&["G1"]).await;
}

#[tokio::test]
async fn accepting_publishes_the_next_version_once_and_answers_in_the_guides_own_feed() {
    let hub = hub().await;
    let trainer = hub.terminal_as("G1", Role::Trainer).await;
    let op = propose(&trainer, "@guide", &changed());
    assert_eq!(push(&trainer, std::slice::from_ref(&op)).await, ["applied"]);
    let row = found(&hub, &op).await;
    let db = &hub.test_db.db;
    let accept = async || proposal::accept(db, &row, Some("陈"), Conflict::Refuse, moment(TODAY)).await.unwrap();
    // whoever accepts at the same time, and whoever comes with what was read before, finds the first answer
    let (one, other) = tokio::join!(accept(), accept());
    let third = accept().await;
    for told in [&one, &other, &third] {
        assert_eq!((told.state, told.answer.as_ref().and_then(|answer| answer.version)), ("accepted", Some(2)));
    }
    assert_eq!(published_version(&hub).await, 2);
    let own = live_entities(db, "G1").await;
    assert_eq!(own.iter().filter(|(.., body)| body.contains("proposal_answered")).count(), 1);
    assert!(!live_entities(db, "G2").await.iter().any(|(.., body)| body.contains("proposal")));
    hub.check_feeds(&["G1", "@shared"]).await;
}

#[tokio::test]
async fn what_lint_stops_is_not_accepted_and_waits_on() {
    let hub = hub().await;
    let trainer = hub.terminal_as("G1", Role::Trainer).await;
    let op = propose(&trainer, "@guide", &T03.replace("感觉怎么样", "全网最佳"));
    assert_eq!(push(&trainer, std::slice::from_ref(&op)).await, ["applied"]);
    let row = found(&hub, &op).await;
    let refused = proposal::accept(&hub.test_db.db, &row, None, Conflict::Overrule, moment(TODAY)).await.unwrap_err();
    assert!(refused.to_string().contains("最佳"), "{refused}");
    assert_eq!((published_version(&hub).await, found(&hub, &op).await.state), (1, "open"));
    let empty = proposal::reject(&hub.test_db.db, &row, None, " ", moment(TODAY)).await.unwrap_err();
    assert!(empty.to_string().contains("--why"));
}

#[tokio::test]
async fn what_was_taken_back_is_not_answered_and_an_answer_stays_whatever_is_taken_back_later() {
    let hub = hub().await;
    let trainer = hub.terminal_as("G1", Role::Trainer).await;
    let ops = [propose(&trainer, "@guide", &changed()), propose(&trainer, "@guide", &changed())];
    assert_eq!(push(&trainer, &ops).await, ["applied", "applied"]);
    let undo = |op: &Op| trainer.op("@guide", &OpBody::Undo(Undo { on: day(TODAY), op_id: op.op_id }));
    assert_eq!(push(&trainer, &[undo(&ops[0])]).await, ["applied"]);
    let withdrawn = found(&hub, &ops[0]).await;
    let refused = proposal::accept(&hub.test_db.db, &withdrawn, None, Conflict::Refuse, moment(TODAY)).await;
    assert!(refused.unwrap_err().to_string().contains("withdrawn already"));
    let row = found(&hub, &ops[1]).await;
    proposal::reject(&hub.test_db.db, &row, None, "太长", moment(TODAY)).await.unwrap();
    assert_eq!(push(&trainer, &[undo(&ops[1])]).await, ["applied"]);
    assert_eq!(found(&hub, &ops[1]).await.state, "rejected");
    assert_eq!(published_version(&hub).await, 1);
}

#[tokio::test]
async fn an_end_of_an_id_names_a_proposal_where_it_is_the_only_one() {
    let hub = hub().await;
    let trainer = hub.terminal_as("G1", Role::Trainer).await;
    let op = propose(&trainer, "@guide", &changed());
    push(&trainer, std::slice::from_ref(&op)).await;
    let id = op.op_id.to_string();
    let named = proposal::find(&hub.test_db.db, &id[id.len() - 6..]).await.unwrap();
    assert_eq!(named.id, op.op_id);
    assert_eq!(file::parse(&named.proposed.text).unwrap().version, 1);
    for wanted in ["", "zz"] {
        assert!(proposal::find(&hub.test_db.db, wanted).await.unwrap_err().to_string().contains("proposals list"));
    }
}
