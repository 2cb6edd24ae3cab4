//! Sizes, rates and the cost of an idle poll: what is too much is refused with a sentence and the time to wait.

use std::sync::Arc;

use guide_common::pack::{pack, unpack};
use guide_common::wire::hub::{FeedPlace, PushRequest};
use guide_hub::app::App;
use guide_hub::limit::Limits;
use hyper::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, TODAY, Terminal, TestDb, TestHub, assign, at_head, send};

async fn hub_with(change: impl FnOnce(&mut App)) -> TestHub {
    let test = TestDb::with_guides(&["G1"]).await;
    test.import("customer_id,purchased_on,amount\nC1,2026-08-12,500\n").await;
    assign(&test, &["C1"], "G1").await;
    TestHub::serve_with(test, change).await
}

async fn hub() -> TestHub {
    hub_with(|_| {}).await
}

async fn ask(terminal: &Terminal, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let token = format!("Bearer {}", terminal.enrolled.token);
    let headers: Vec<(&str, &str)> = [("authorization", &*token)].into_iter().chain(headers.iter().copied()).collect();
    send(terminal.address, method, path, &headers, body).await
}

#[tokio::test]
async fn a_packed_push_is_taken_like_one_that_is_not() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let push = serde_json::to_vec(&PushRequest { ops: vec![terminal.outcome("C1", TODAY, |_| {})] }).unwrap();
    let gzip = [("content-encoding", "gzip")];
    let packed = ask(&terminal, Method::POST, "/v1/ops", &gzip, pack(&push)).await;
    assert_eq!(packed.json()["answers"][0]["result"], "applied");
    assert_eq!(ask(&terminal, Method::POST, "/v1/ops", &[], push).await.text(), packed.text());
}

#[tokio::test]
async fn packed_bodies_are_bounded_by_what_comes_out_and_damaged_or_foreign_ones_are_refused() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let post = async |encoding: &str, body: Vec<u8>| {
        ask(&terminal, Method::POST, "/v1/ops", &[("content-encoding", encoding)], body).await
    };
    // text that packs to half: less than the limit goes over the network, more comes out
    let large: String = (0..8_192).map(|_| format!("{:032x}", rand::random::<u128>())).collect();
    let large = pack(format!("{{\"ops\":[\"{large}{large}\"]}}", large = &large[..150 * 1024]).as_bytes());
    assert!(large.len() < 256 * 1024, "{}", large.len());
    post("gzip", large).await.check_problem(413, "too_large");
    post("gzip", pack(&vec![b' '; 64 << 20])).await.check_problem(413, "too_large");
    let good = pack(b"{\"ops\":[]}");
    post("gzip", good[..good.len() - 4].to_vec()).await.check_problem(400, "bad_request");
    post("gzip", b"{\"ops\":[]}".to_vec()).await.check_problem(400, "bad_request");
    post("br", good.clone()).await.check_problem(415, "unknown_encoding");
    post("gzip, gzip", pack(&good)).await.check_problem(415, "unknown_encoding");
    assert_eq!(post("identity", b"{\"ops\":[]}".to_vec()).await.status, StatusCode::OK);
    assert_eq!(post("GZIP", good).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_large_answer_is_packed_for_who_reads_gzip_and_a_small_one_never() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let ops: Vec<_> = (0..20).map(|_| terminal.outcome("C1", TODAY, |_| {})).collect();
    terminal.push(&ops).await;
    let path = "/v1/changes?feed=guide";
    let plain = terminal.get(path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = ask(&terminal, Method::GET, path, &[("accept-encoding", "gzip")], Vec::new()).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 3 < plain.body.len(), "{} of {} bytes", packed.body.len(), plain.body.len());
    assert_eq!(unpack(&packed.body, 1 << 20).unwrap(), plain.body);
    assert_eq!(packed.header("content-length"), packed.body.len().to_string());
    let small =
        ask(&terminal, Method::GET, "/v1/inventory?feed=guide", &[("accept-encoding", "gzip")], Vec::new()).await;
    assert_eq!((small.header("content-encoding"), small.json()["n_live"].as_u64()), ("", Some(23)));
}

#[tokio::test]
async fn a_terminal_that_asks_too_often_is_told_how_long_to_wait_and_fails_nobody_else() {
    let hub = hub_with(|app| app.limits = Arc::new(Limits::new(1))).await;
    let (greedy, other) = (hub.terminal("G1").await, hub.terminal("G1").await);
    for _ in 0..5 {
        assert_eq!(greedy.get("/v1/changes?feed=guide").await.status, StatusCode::OK);
    }
    let refused = greedy.push(&[greedy.outcome("C1", TODAY, |_| {})]).await;
    refused.check_problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(other.get("/v1/changes?feed=guide").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_tries_ten_codes_a_minute() {
    let hub = hub_with(|app| app.trust_proxy = true).await;
    let try_from = async |addresses: &str| {
        let body = r#"{"code":"ABCD-EFGH","device_name":"till","training":true}"#;
        send(hub.address, Method::POST, "/v1/enroll", &[("x-forwarded-for", addresses)], body).await
    };
    for n in 0..10 {
        // what a client claims before the proxy's own word counts for nothing
        try_from(&format!("10.9.9.{n}, 10.0.0.7")).await.check_problem(403, "wrong_code");
    }
    let refused = try_from("10.0.0.7").await;
    refused.check_problem(429, "too_many_requests");
    assert!((1..=6).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
    try_from("10.0.0.8").await.check_problem(403, "wrong_code");
}

#[tokio::test]
async fn a_hub_with_too_much_to_do_says_when_to_come_back() {
    let mut app = None;
    let hub = hub_with(|serving| app = Some(serving.clone())).await;
    let terminal = hub.terminal("G1").await;
    assert_eq!(terminal.get("/v1/changes?feed=guide").await.status, StatusCode::OK);
    let app = app.unwrap();
    let busy: Vec<_> = std::iter::from_fn(|| app.admit().ok()).collect();
    for path in ["/v1/changes?feed=guide", "/v1/snapshot?feed=guide"] {
        let refused = terminal.get(path).await;
        refused.check_problem(503, "busy");
        assert_eq!(refused.header("retry-after"), "2");
    }
    drop(busy);
    assert_eq!(terminal.get("/v1/changes?feed=guide").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_poll_with_nothing_new_costs_at_most_500_bytes_each_way() {
    let hub = hub().await;
    let terminal = hub.terminal("G1").await;
    let (shared, _) = at_head(&terminal, "shared").await;
    let (own, query) = at_head(&terminal, "guide").await;
    let other = FeedPlace { epoch: shared.epoch, seq: 123_456 };
    let request = format!(
        "GET {query}&seen={head}&wait=25&other={other} HTTP/1.1\r\nhost: guide-hub.example.com:7600\r\n\
         authorization: Bearer {token}\r\naccept-encoding: gzip\r\nx-guide-schema: 1\r\n\
         x-request-id: 0198f3a2b4c67890a1b2c3d4e5f60718\r\n\r\n",
        head = own.head,
        token = terminal.enrolled.token,
    );
    let mut stream = TcpStream::connect(hub.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 304") && answer.contains("x-guide-other"), "{answer}");
    println!("an idle poll: {} bytes up, {} bytes down", request.len(), answer.len());
    assert!(request.len() <= 500 && answer.len() <= 500, "{} {}:\n{answer}", request.len(), answer.len());
}
