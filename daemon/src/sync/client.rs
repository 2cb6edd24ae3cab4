//! The hub over HTTP: limits of time and size, the token, and what its answers mean. It knows nothing of the store.

use std::net::IpAddr;
use std::sync::Once;
use std::time::Duration;

use axum::body::Bytes;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{
    ChangesQuery, EnrollRequest, EnrollResponse, PushRequest, PushResponse, REQUEST_ID_HEADER, ResetResponse,
    SCHEMA_HEADER,
};
use guide_common::wire::{Problem, SCHEMA};
use reqwest::header::{ETAG, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};

use crate::profile::Token;

const CONNECT: Duration = Duration::from_secs(5);
const READ: Duration = Duration::from_secs(15);
const TOTAL: Duration = Duration::from_secs(60);
/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 8 << 20;
const MAX_DETAIL_CHARS: usize = 300;

/// Why the hub did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No answer: it is unknown what the hub did.
    #[error("the hub does not answer: {0}")]
    Unreachable(String),
    /// The token is not accepted.
    #[error("the hub does not accept this terminal: it was revoked or has to be enrolled again")]
    Unauthorised,
    /// The hub asks to be left alone.
    #[error("the hub is busy")]
    Busy {
        /// For how long.
        retry_after: Option<Duration>,
    },
    /// A planned refusal.
    #[error("the hub refused with status {status}: {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The hub's code.
        code: String,
        /// The hub's sentence, sanitised.
        detail: String,
    },
    /// The answer is not what the protocol says.
    #[error("the hub's answer is not understood: {0}")]
    Protocol(&'static str),
    /// The client could not be made.
    #[error("the connection to the hub cannot be set up: {0}")]
    Setup(String),
}

/// What `GET /v1/changes` said.
#[derive(Debug)]
pub enum Changes {
    /// Nothing has changed, and both sides hold the same.
    NotModified,
    /// A page, as bytes: parsing it takes its time and is done elsewhere.
    Page(Bytes),
    /// The cursor cannot be read from.
    Reset(ResetResponse),
}

/// Checks the address of a hub: HTTPS, or plain HTTP to this machine.
pub fn check_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|_| "the address is no URL; write https://hub.example".to_owned())?;
    let is_loopback = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    };
    match url.scheme() {
        _ if url.host_str().is_none() => Err("the address names no host".to_owned()),
        _ if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
            Err("the address may hold neither a name, a password nor a query".to_owned())
        }
        "https" => Ok(url),
        "http" if is_loopback => Ok(url),
        "http" => Err("plain http is allowed to this machine only; write https://".to_owned()),
        _ => Err("the address must begin with https://".to_owned()),
    }
}

/// A way to one hub.
#[derive(Clone, Debug)]
pub struct HubClient {
    http: reqwest::Client,
    base: Url,
    token: Option<Token>,
}

impl HubClient {
    /// A client; it connects with the first call.
    pub fn new(base: &str, token: Option<Token>) -> Result<Self, HubError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // whoever installed one before has chosen
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let base = check_url(base).map_err(HubError::Setup)?;
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .timeout(TOTAL)
            .pool_max_idle_per_host(1)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .user_agent(concat!("guided/", env!("CARGO_PKG_VERSION")));
        if base.scheme() == "http" {
            // no roots are needed, and a machine may have none
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| HubError::Setup(error.without_url().to_string()))?;
        Ok(Self { http, base, token })
    }

    /// Asks for a token.
    pub async fn enroll(&self, request: &EnrollRequest) -> Result<EnrollResponse, HubError> {
        let body = serde_json::to_vec(request).map_err(|_| HubError::Protocol("the request cannot be written"))?;
        let response = self.send(self.request(Method::POST, "v1/enroll", &[]).body(body)).await?;
        self.json(response).await
    }

    /// Pushes ops.
    pub async fn push(&self, request: &PushRequest) -> Result<PushResponse, HubError> {
        let body = serde_json::to_vec(request).map_err(|_| HubError::Protocol("the ops cannot be written"))?;
        let response = self.send(self.request(Method::POST, "v1/ops", &[]).body(body)).await?;
        self.json(response).await
    }

    /// Asks for changes.
    pub async fn changes(&self, query: &ChangesQuery) -> Result<Changes, HubError> {
        let mut request = self.request(Method::GET, "v1/changes", &pairs(query));
        if let (Some(epoch), Some(digest)) = (&query.epoch, &query.digest) {
            request = request.header(IF_NONE_MATCH, format!("\"{epoch}:{}:{digest}\"", query.since));
        }
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(Changes::NotModified),
            StatusCode::CONFLICT => {
                let bytes = read(response).await?;
                match serde_json::from_slice::<ResetResponse>(&bytes) {
                    Ok(reset) if reset.reset => Ok(Changes::Reset(reset)),
                    _ => Err(refusal(StatusCode::CONFLICT, &bytes)),
                }
            }
            status if status.is_success() => Ok(Changes::Page(read(response).await?)),
            status => Err(refusal(status, &read(response).await.unwrap_or_default())),
        }
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, String)]) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self
            .http
            .request(method, url)
            .header(SCHEMA_HEADER, SCHEMA)
            .header(REQUEST_ID_HEADER, uuid::Uuid::now_v7().to_string())
            .header(reqwest::header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            // marked as sensitive by the call: it is shown in no log
            request = request.bearer_auth(&token.0);
        }
        request
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, HubError> {
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED && self.token.is_some() {
            return Err(HubError::Unauthorised);
        }
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds =
                response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            return Err(HubError::Busy { retry_after: seconds.map(Duration::from_secs) });
        }
        tracing::trace!(status = status.as_u16(), etag = ?response.headers().get(ETAG), "the hub answered");
        Ok(response)
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, response: Response) -> Result<T, HubError> {
        let status = response.status();
        let bytes = read(response).await?;
        if !status.is_success() {
            return Err(refusal(status, &bytes));
        }
        serde_json::from_slice(&bytes)
            .map_err(|_| HubError::Protocol("the answer has not the form that it should have"))
    }
}

fn pairs(query: &ChangesQuery) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("feed", query.feed.name().to_owned()), ("since", query.since.to_string())];
    pairs.extend(query.epoch.clone().map(|epoch| ("epoch", epoch)));
    pairs.extend(query.n_live.map(|n_live| ("n_live", n_live.to_string())));
    pairs.extend(query.digest.map(|digest| ("digest", digest.to_string())));
    pairs.extend(query.limit.map(|limit| ("limit", limit.to_string())));
    pairs
}

fn unreachable(error: reqwest::Error) -> HubError {
    use std::error::Error as _;
    let what = match &error {
        error if error.is_connect() => "no connection",
        error if error.is_timeout() => "no answer in time",
        _ => "the connection broke",
    };
    tracing::debug!(source = ?error.source(), "calling the hub");
    HubError::Unreachable(what.to_owned())
}

/// Reads an answer up to the limit.
async fn read(mut response: Response) -> Result<Bytes, HubError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(HubError::Protocol("the answer is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

fn refusal(status: StatusCode, bytes: &[u8]) -> HubError {
    let clean = |text: &str| sanitise(text, Lines::One, MAX_DETAIL_CHARS);
    let problem = serde_json::from_slice::<Problem>(bytes).ok();
    HubError::Refused {
        status: status.as_u16(),
        code: problem.as_ref().map_or_else(|| "unknown".to_owned(), |problem| clean(&problem.code)),
        detail: problem.map_or_else(|| format!("status {}", status.as_u16()), |problem| clean(&problem.detail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_allowed_to_this_machine_only() {
        for url in ["https://hub.example", "http://127.0.0.1:7600", "http://localhost:1/", "http://[::1]:7600/x"] {
            assert!(check_url(url).is_ok(), "{url}");
        }
        for url in
            ["http://hub.example", "ftp://127.0.0.1", "hub", "https://a:b@hub.example", "http://127.0.0.1.evil.example"]
        {
            assert!(check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_the_hub_says_is_sanitised() {
        let body = b"{\"status\":403,\"code\":\"no\\u001b[2J\",\"detail\":\"x\\u202ey\"}";
        match refusal(StatusCode::FORBIDDEN, body) {
            HubError::Refused { code, detail, .. } => assert_eq!((code.as_str(), detail.as_str()), ("no[2J", "xy")),
            other => panic!("{other:?}"),
        }
    }
}
