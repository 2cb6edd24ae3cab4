//! The client against a scripted listener: raw bytes in, raw bytes out.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use futures_util::StreamExt;

use guide_common::wire::record::OutcomeRequest;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("gc").tempdir().unwrap()
}

async fn request_head(stream: &mut UnixStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.unwrap() == 0 {
            break;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    head.lines().next().unwrap_or_default().to_owned()
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

const HEALTH: &str = r#"{"program":"guided","version":"0.1.0","schema":1,"uptime_ms":5,"pid":7}"#;

#[tokio::test]
async fn a_connection_is_kept_and_made_again_when_the_daemon_restarts() {
    let folder = folder();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let daemon = tokio::spawn(async move {
        let mut n_requests = Vec::new();
        for n in [2, 1] {
            let (mut stream, _) = listener.accept().await.unwrap();
            for _ in 0..n {
                let line = request_head(&mut stream).await;
                stream.write_all(answer("200 OK", HEALTH).as_bytes()).await.unwrap();
                n_requests.push(line);
            }
        }
        n_requests
    });
    let client = Client::at(&socket);
    for _ in 0..3 {
        assert_eq!(client.health().await.unwrap().pid, 7);
        tokio::task::yield_now().await;
    }
    assert_eq!(daemon.await.unwrap(), ["GET /v1/health HTTP/1.1"; 3]);
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_hint() {
    let folder = folder();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let daemon = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let line = request_head(&mut stream).await;
        let problem =
            r#"{"status":422,"code":"needs_amount","detail":"a purchase needs its amount","hint":"--amount"}"#;
        stream.write_all(answer("422 Unprocessable Content", problem).as_bytes()).await.unwrap();
        line
    });
    let request = OutcomeRequest::new("4");
    let error = Client::at(&socket).log_outcome("a/b 王", &request).await.unwrap_err();
    assert_eq!(error.code(), "needs_amount");
    assert_eq!(daemon.await.unwrap(), "POST /v1/tasks/a%2Fb%20%E7%8E%8B/outcome HTTP/1.1");
}

#[tokio::test]
async fn an_answer_cut_off_or_not_understood_is_an_error_not_a_panic() {
    let folder = folder();
    for (idx, (bytes, code)) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", "unreachable"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "protocol"),
        ("SSH-2.0-OpenSSH\r\n\r\n", "unreachable"),
        ("HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops", "protocol"),
    ]
    .into_iter()
    .enumerate()
    {
        let socket = folder.path().join(idx.to_string());
        let listener = UnixListener::bind(&socket).unwrap();
        let daemon = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            request_head(&mut stream).await;
            stream.write_all(bytes.as_bytes()).await.unwrap();
        });
        assert_eq!(Client::at(&socket).health().await.unwrap_err().code(), code, "{bytes}");
        daemon.await.unwrap();
    }
}

#[tokio::test]
async fn the_stream_of_notices_ends_with_an_error_when_the_daemon_goes() {
    let folder = folder();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request_head(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"event\":\"sync\"}\n\n";
        stream.write_all(head.as_bytes()).await.unwrap();
    });
    let notices: Vec<_> = Client::at(&socket).events().await.unwrap().collect().await;
    assert!(matches!(notices[..], [Ok(Notice::Sync), Err(ClientError::Unreachable { .. })]), "{notices:?}");
}

#[tokio::test]
async fn the_socket_note_is_tried_first_outside_guide_home_only() {
    let folder = folder();
    let noted = folder.path().join("noted");
    let _listener = UnixListener::bind(&noted).unwrap();
    let mut paths = Paths {
        config: folder.path().into(),
        data: folder.path().into(),
        state: folder.path().into(),
        socket: folder.path().join("own"),
        portable: false,
    };
    assert!(Client::find(&paths).await.is_err());
    std::fs::write(paths.socket_note(), format!("{}\n", noted.display())).unwrap();
    assert_eq!(Client::find(&paths).await.unwrap().socket(), noted);
    paths.portable = true;
    assert!(Client::find(&paths).await.is_err());
}
