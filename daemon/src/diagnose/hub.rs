//! The way to the hub, looked at piece by piece: name, connection, TLS, answer, token, versions.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Request;
use guide_common::wire::hub::FeedName;
use guide_common::wire::support::{Check, CheckState};
use guide_common::wire::{SCHEMA, SCHEMA_MIN};
use reqwest::Url;
use serde::Deserialize;

use crate::diagnose::doctor::CheckExt;
use crate::seat::Terminal;
use crate::sync::address::address;
use crate::sync::client::HubError;
use crate::sync::pull;
use crate::sync::transport::{Broken, Http, Transport};

/// How long each piece may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Where the network is to be looked at.
const NETWORK_FIX: (&str, &str) = (
    "检查本店网络与总部地址；记录都已保存在本机",
    "check the shop's network and the hub's address; what was recorded is saved",
);

/// What the hub says of itself.
#[derive(Debug, Deserialize)]
struct Health {
    version: String,
    schema: u32,
}

/// Looks at the way to the hub up to the first thing that does not work.
pub async fn checks(terminal: &Terminal) -> Vec<Check> {
    let access = terminal.sync.access();
    let mut checks = Vec::new();
    let base = match address(&access.hub, access.trust.plain_http) {
        Ok(base) => base,
        Err(error) => {
            let check = Check::new("hub_address", CheckState::Fail, "总部地址", "Hub's address");
            checks.push(check.found(error.clone(), error).fix("guide enroll URL", "guide enroll URL"));
            return checks;
        }
    };
    let Some(addresses) = name(&base, &mut checks).await else { return checks };
    if !connection(&addresses, &mut checks).await {
        return checks;
    }
    let way = match Http::new(&base, &access.trust) {
        Ok(way) => way,
        Err(error) => {
            let check = Check::new("hub_tls", CheckState::Fail, "加密连接", "TLS");
            checks.push(
                check.found(error.clone(), error).fix("guide enroll URL --ca FILE", "guide enroll URL --ca FILE"),
            );
            return checks;
        }
    };
    let Some(health) = answer(&way, &base, &mut checks).await else { return checks };
    checks.push(versions(&health));
    checks.push(token(terminal).await);
    checks
}

async fn name(base: &Url, checks: &mut Vec<Check>) -> Option<Vec<std::net::SocketAddr>> {
    let (host, port) = (base.host_str()?.trim_matches(['[', ']']).to_owned(), base.port_or_known_default()?);
    let began = Instant::now();
    let found = tokio::time::timeout(LIMIT, tokio::net::lookup_host((host.as_str(), port))).await;
    let addresses: Vec<_> = found.ok().and_then(Result::ok).map(Iterator::collect).unwrap_or_default();
    let check = |state| Check::new("hub_dns", state, "总部域名", "Hub's name");
    if addresses.is_empty() {
        checks.push(
            check(CheckState::Fail)
                .found(format!("找不到 {host}"), format!("{host} is not found"))
                .fix(NETWORK_FIX.0, NETWORK_FIX.1),
        );
        return None;
    }
    let took = ms(began.elapsed());
    checks.push(check(CheckState::Ok).found(format!("{host}，{took}"), format!("{host}, {took}")));
    Some(addresses)
}

async fn connection(addresses: &[std::net::SocketAddr], checks: &mut Vec<Check>) -> bool {
    let began = Instant::now();
    let connected = tokio::time::timeout(LIMIT, tokio::net::TcpStream::connect(addresses)).await;
    let check = |state| Check::new("hub_tcp", state, "网络连接", "Connection");
    let took = ms(began.elapsed());
    match connected {
        Ok(Ok(_)) => checks.push(check(CheckState::Ok).found(took.clone(), took)),
        Ok(Err(error)) => checks.push(
            check(CheckState::Fail)
                .found(format!("无法连接：{error}"), format!("no connection: {error}"))
                .fix(NETWORK_FIX.0, NETWORK_FIX.1),
        ),
        Err(_) => checks.push(
            check(CheckState::Fail)
                .found("五秒内没有连上", "no connection within five seconds")
                .fix(NETWORK_FIX.0, NETWORK_FIX.1),
        ),
    }
    checks.last().is_some_and(|check| check.state == CheckState::Ok)
}

/// Asks twice: the first answer has the handshake in it, the second one has not.
async fn answer(way: &Http, base: &Url, checks: &mut Vec<Check>) -> Option<Health> {
    let mut url = base.clone();
    url.set_path(&format!("{}/v1/health", base.path().trim_end_matches('/')));
    let ask = async || {
        let began = Instant::now();
        let request = Request::get(url.as_str()).body(Bytes::new()).map_err(|_| Broken::NoConnection)?;
        let response =
            tokio::time::timeout(LIMIT, way.call(request, Duration::ZERO)).await.map_err(|_| Broken::Late)??;
        Ok::<_, Broken>((response, began.elapsed()))
    };
    let is_tls = base.scheme() == "https";
    let (first, first_took) = match ask().await {
        Ok(answered) => answered,
        Err(error) => {
            let (code, zh, en) = match &error {
                Broken::Tls(_) => ("hub_tls", "加密连接", "TLS"),
                _ => ("hub_http", "总部应答", "Hub's answer"),
            };
            let fix = match &error {
                Broken::Tls(_) => (
                    "检查本机日期；自签证书用 guide enroll URL --ca 文件",
                    "check this machine's date; for an authority of your own: guide enroll URL --ca FILE",
                ),
                _ => NETWORK_FIX,
            };
            let check = Check::new(code, CheckState::Fail, zh, en).found(format!("不成：{error}"), error.to_string());
            checks.push(check.fix(fix.0, fix.1));
            return None;
        }
    };
    let second_took = ask().await.map_or(first_took, |(_, took)| took);
    if is_tls {
        let took = ms(first_took.saturating_sub(second_took));
        checks.push(
            Check::new("hub_tls", CheckState::Ok, "加密连接", "TLS")
                .found(format!("证书有效，握手约 {took}"), format!("the certificate is good, handshake about {took}")),
        );
    } else if is_loopback(base) {
        checks.push(
            Check::new("hub_tls", CheckState::Ok, "加密连接", "TLS")
                .found("总部就在本机，不经过网络", "the hub is on this machine: no network is crossed"),
        );
    } else {
        checks.push(
            Check::new("hub_tls", CheckState::Warn, "加密连接", "TLS")
                .found("未加密：只限本机或自有网络", "not encrypted: for this machine or a network of your own only"),
        );
    }
    let check = |state| Check::new("hub_http", state, "总部应答", "Hub's answer");
    let took = ms(second_took);
    match serde_json::from_slice::<Health>(first.body()) {
        Ok(health) if first.status().is_success() => {
            checks.push(check(CheckState::Ok).found(took.clone(), took));
            Some(health)
        }
        _ => {
            let status = first.status().as_u16();
            checks.push(
                check(CheckState::Fail)
                    .found(
                        format!("应答 {status}，不是 guide-hub 正常的样子"),
                        format!("answered {status}, not as a healthy guide-hub does"),
                    )
                    .fix("请总部查看 guide-hub 的日志", "look at the hub's log"),
            );
            None
        }
    }
}

/// Whether the hub is this machine itself.
fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn versions(health: &Health) -> Check {
    let state = if health.schema < SCHEMA_MIN { CheckState::Fail } else { CheckState::Ok };
    let check = Check::new("versions", state, "版本", "Versions").found(
        format!(
            "总部 {}（格式 {}），本机 {}（格式 {SCHEMA}）",
            health.version,
            health.schema,
            env!("CARGO_PKG_VERSION")
        ),
        format!(
            "hub {} (schema {}), here {} (schema {SCHEMA})",
            health.version,
            health.schema,
            env!("CARGO_PKG_VERSION")
        ),
    );
    if state == CheckState::Ok {
        check
    } else {
        check.fix("请总部升级 guide-hub", "have headquarters upgrade guide-hub")
    }
}

/// Whether the hub still knows this terminal: it is asked for what is new, and nothing is applied.
async fn token(terminal: &Terminal) -> Check {
    let check = |state| Check::new("token", state, "终端令牌", "Token");
    let asked = async {
        let client = terminal.sync.client(&terminal.sync.access())?;
        let cursor = terminal.core.store.cursor(FeedName::Guide).unwrap_or_default();
        let query = guide_common::wire::hub::ChangesQuery { limit: Some(1), ..pull::query(FeedName::Guide, &cursor) };
        client.changes(&query).await.map(drop)
    };
    match asked.await {
        Ok(()) => check(CheckState::Ok).found("总部认得本机", "the hub knows this terminal"),
        Err(error @ (HubError::Unauthorised | HubError::Revoked)) => {
            let zh = match error {
                HubError::Revoked => "总部已停用本机；记录都在本机",
                _ => "总部不认得本机的令牌；记录都在本机",
            };
            check(CheckState::Fail)
                .found(zh, error.to_string())
                .fix("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL")
        }
        Err(HubError::TooOld) => check(CheckState::Fail)
            .found("总部需要更新的版本", "the hub needs a newer version")
            .fix("升级 guide；未发送的记录会保留", "upgrade guide; what waits to be sent is kept"),
        Err(error) => check(CheckState::Warn)
            .found(format!("没有问到：{error}"), error.to_string())
            .fix("guide sync now", "guide sync now"),
    }
}

fn ms(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}
