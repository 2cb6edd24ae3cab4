//! Where the interface was left is kept through a kill of the daemon, bounded, and for its user alone.

use guide_common::wire::Problem;
use guide_common::wire::session::KeptSession;
use serde_json::json;

use crate::support::Daemon;

#[tokio::test]
async fn a_session_is_kept_through_a_kill_and_let_go_when_it_is_empty() {
    let (home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    assert_eq!(daemon.get::<KeptSession>("/v1/session").await.unwrap(), KeptSession::default());
    let session = json!({ "session": { "draft": { "texts": ["手链断了"] } } });
    let _: KeptSession = daemon.put("/v1/session", &session).await.unwrap();
    daemon.kill();
    let daemon = Daemon::start(home.path()).await;
    let kept: KeptSession = daemon.get("/v1/session").await.unwrap();
    assert_eq!(kept.session, Some(session["session"].clone()));
    let _: KeptSession = daemon.put("/v1/session", &json!({})).await.unwrap();
    assert_eq!(daemon.get::<KeptSession>("/v1/session").await.unwrap(), KeptSession::default());
}

#[tokio::test]
async fn a_session_without_measure_is_refused() {
    let (_home, _hub, _serving, daemon) = crate::support::enrolled(1).await;
    let long = json!({ "session": "x".repeat(20_000) });
    let refused: Result<KeptSession, Problem> = daemon.put("/v1/session", &long).await;
    assert_eq!(refused.unwrap_err().code, "bad_request");
}
