//! The hub's calls: what is asked, under whose token, and what the answers mean. How they travel is `transport`'s
//! work; it knows nothing of the store.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use guide_common::pack;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::{
    ChangesQuery, EnrollRequest, EnrollResponse, FeedPlace, InventoryQuery, InventoryResponse, OTHER_HEADER,
    PushRequest, PushResponse, REQUEST_ID_HEADER, ROTATE_HEADER, ResetResponse, RotateResponse, SCHEMA_HEADER,
    SnapshotQuery, TIME_HEADER,
};
use guide_common::wire::{Problem, SCHEMA};
use reqwest::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::clock::skew::Sample;
use crate::profile::Token;
use crate::sync::meter::Meter;
use crate::sync::transport::{Broken, Transport};

/// The longest answer, unpacked.
const MAX_UNPACKED_BYTES: usize = 32 << 20;
/// A packed answer of this length takes longer to unpack than anybody should wait.
const LONG_PACKED_BYTES: usize = 8 * 1024;
const MAX_DETAIL_CHARS: usize = 300;

/// Why the hub did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No answer: it is unknown what the hub did.
    #[error("the hub does not answer: {0}")]
    Unreachable(#[from] Broken),
    /// The token is not known.
    #[error("the hub does not know this terminal: it has to be enrolled again")]
    Unauthorised,
    /// Headquarters has taken the token away.
    #[error("headquarters has revoked this terminal: it has to be enrolled again")]
    Revoked,
    /// The hub asks to be left alone.
    #[error("the hub is busy")]
    Busy {
        /// For how long.
        retry_after: Option<Duration>,
    },
    /// The hub speaks only to newer versions.
    #[error("the hub needs a newer version of this program; what is saved here stays and is sent by that one")]
    TooOld,
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

/// What a waiting call heard.
#[derive(Debug)]
pub struct Heard {
    /// Whether the feed that was asked for has something.
    pub changed: bool,
    /// Where the other feed is; none from a hub that does not say.
    pub other: Option<FeedPlace>,
}

/// A way to one hub.
#[derive(Clone, Debug)]
pub struct HubClient {
    base: Url,
    token: Option<Token>,
    way: Arc<dyn Transport>,
    clock: Arc<Clock>,
    meter: Arc<Meter>,
}

impl HubClient {
    /// A client; it connects with the first call.
    pub fn new(base: Url, token: Option<Token>, way: Arc<dyn Transport>, clock: Arc<Clock>, meter: Arc<Meter>) -> Self {
        Self { base, token, way, clock, meter }
    }

    /// Asks for a token.
    pub async fn enroll(&self, request: &EnrollRequest) -> Result<EnrollResponse, HubError> {
        json(self.post("v1/enroll", Some(request)).await?)
    }

    /// Asks for another token in place of this one.
    pub async fn rotate(&self) -> Result<RotateResponse, HubError> {
        json(self.post("v1/token/rotate", None::<&()>).await?)
    }

    /// Pushes ops.
    pub async fn push(&self, request: &PushRequest) -> Result<PushResponse, HubError> {
        json(self.post("v1/ops", Some(request)).await?)
    }

    /// Asks for changes.
    pub async fn changes(&self, query: &ChangesQuery) -> Result<Changes, HubError> {
        changes(self.get("v1/changes", &pairs(query), Duration::ZERO).await?)
    }

    /// Waits for changes of a feed, or of the other one where the query names its place.
    pub async fn wait(&self, query: &ChangesQuery) -> Result<Heard, HubError> {
        let patience = Duration::from_secs(query.wait.unwrap_or_default().into());
        let response = self.get("v1/changes", &pairs(query), patience).await?;
        let other = response.headers().get(OTHER_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(Heard { changed: !matches!(changes(response)?, Changes::NotModified), other })
    }

    /// Asks for a page of a snapshot, as bytes; none from a hub of an older version, which has no snapshots.
    pub async fn snapshot(&self, query: &SnapshotQuery) -> Result<Option<Bytes>, HubError> {
        let mut pairs = vec![("feed", query.feed.name().to_owned())];
        pairs.extend(query.after.clone().map(|after| ("after", after)));
        pairs.extend(query.limit.map(|limit| ("limit", limit.to_string())));
        let response = self.get("v1/snapshot", &pairs, Duration::ZERO).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(response.into_body())),
            status => Err(refusal(status, response.body())),
        }
    }

    /// Asks what lives in a feed.
    pub async fn inventory(&self, query: &InventoryQuery) -> Result<InventoryResponse, HubError> {
        let mut pairs = vec![("feed", query.feed.name().to_owned())];
        pairs.extend(query.kind.clone().map(|kind| ("kind", kind)));
        pairs.extend(query.after.clone().map(|after| ("after", after)));
        json(self.get("v1/inventory", &pairs, Duration::ZERO).await?)
    }

    async fn get(&self, path: &str, query: &[(&str, String)], patience: Duration) -> Result<Response<Bytes>, HubError> {
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        self.send(Method::GET, &url, HeaderMap::new(), Bytes::new(), patience).await
    }

    async fn post(&self, path: &str, body: Option<&impl Serialize>) -> Result<Response<Bytes>, HubError> {
        let body =
            body.map(serde_json::to_vec).transpose().map_err(|_| HubError::Protocol("the request is no JSON"))?;
        let body = body.unwrap_or_default();
        let url = self.url(path);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if body.len() >= pack::MIN_BYTES && self.meter.hub_unpacks() {
            let mut packed_headers = headers.clone();
            packed_headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            let packed = pack::pack(&body).into();
            let response = self.send(Method::POST, &url, packed_headers, packed, Duration::ZERO).await?;
            if response.status() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
                return Ok(response);
            }
        }
        self.send(Method::POST, &url, headers, body.into(), Duration::ZERO).await
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        url
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Bytes,
        patience: Duration,
    ) -> Result<Response<Bytes>, HubError> {
        let request_id = self.meter.request(body.len());
        headers.insert(SCHEMA_HEADER, SCHEMA.into());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.extend(HeaderValue::from_str(&request_id).map(|id| (REQUEST_ID_HEADER.parse().ok(), id)));
        if let Some(token) = &self.token
            && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", token.0))
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = url.as_str().parse().map_err(|_| HubError::Protocol("the address is too long"))?;
        *request.headers_mut() = headers;
        let sent = self.clock.reading();
        let response = self.way.call(request, patience).await?;
        self.meter.answer(response.body().len());
        if header(&response, REQUEST_ID_HEADER).is_some_and(|id| id != request_id) {
            return Err(HubError::Protocol("it belongs to another request"));
        }
        self.note(&response, sent);
        self.check(unpacked_aside(response).await?)
    }

    /// Takes from an answer what every answer brings: the hub's time, and its wish for another token.
    fn note(&self, response: &Response<Bytes>, sent: crate::clock::skew::Reading) {
        let Some(hub) = header(response, TIME_HEADER).and_then(|text| text.parse().ok()) else {
            return;
        };
        self.meter.hub_is_of_today();
        self.clock.measure(&Sample { hub, sent, received: self.clock.reading() });
        if response.headers().contains_key(ROTATE_HEADER) {
            self.meter.ask_for_rotation();
        }
    }

    /// Tells the answers that any call can get from those that mean something to the one that was made.
    fn check(&self, response: Response<Bytes>) -> Result<Response<Bytes>, HubError> {
        match response.status() {
            StatusCode::UNAUTHORIZED if self.token.is_some() => {
                let problem = serde_json::from_slice::<Problem>(response.body()).ok();
                let is_revoked = problem.is_some_and(|problem| problem.code == "token_revoked");
                Err(if is_revoked { HubError::Revoked } else { HubError::Unauthorised })
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let seconds =
                    response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
                Err(HubError::Busy { retry_after: seconds.map(Duration::from_secs) })
            }
            StatusCode::UPGRADE_REQUIRED => Err(HubError::TooOld),
            _ => Ok(response),
        }
    }
}

fn header<'r>(response: &'r Response<Bytes>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// Unpacks an answer, a longer one on a thread of its own, so that nobody waits meanwhile.
async fn unpacked_aside(response: Response<Bytes>) -> Result<Response<Bytes>, HubError> {
    if response.body().len() < LONG_PACKED_BYTES || !response.headers().contains_key(CONTENT_ENCODING) {
        return unpacked(response);
    }
    let unpacked = tokio::task::spawn_blocking(move || unpacked(response)).await;
    unpacked.unwrap_or(Err(HubError::Protocol("unpacking the answer failed")))
}

fn unpacked(mut response: Response<Bytes>) -> Result<Response<Bytes>, HubError> {
    let Some(encoding) = response.headers_mut().remove(CONTENT_ENCODING) else {
        return Ok(response);
    };
    if encoding.as_bytes() != b"gzip" {
        return Err(HubError::Protocol("it is packed in a way that was not asked for"));
    }
    let bytes = pack::unpack(response.body(), MAX_UNPACKED_BYTES).map_err(|error| match error {
        pack::UnpackError::Damaged => HubError::Protocol("the packed answer is damaged"),
        pack::UnpackError::TooLong => HubError::Protocol("the answer is too long"),
    })?;
    *response.body_mut() = bytes.into();
    Ok(response)
}

fn changes(response: Response<Bytes>) -> Result<Changes, HubError> {
    match response.status() {
        StatusCode::NOT_MODIFIED => Ok(Changes::NotModified),
        StatusCode::CONFLICT => match serde_json::from_slice::<ResetResponse>(response.body()) {
            Ok(reset) if reset.reset => Ok(Changes::Reset(reset)),
            _ => Err(refusal(StatusCode::CONFLICT, response.body())),
        },
        status if status.is_success() => Ok(Changes::Page(response.into_body())),
        status => Err(refusal(status, response.body())),
    }
}

fn json<T: DeserializeOwned>(response: Response<Bytes>) -> Result<T, HubError> {
    if !response.status().is_success() {
        return Err(refusal(response.status(), response.body()));
    }
    serde_json::from_slice(response.body())
        .map_err(|_| HubError::Protocol("the answer has not the form that it should have"))
}

fn pairs(query: &ChangesQuery) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("feed", query.feed.name().to_owned()), ("since", query.since.to_string())];
    pairs.extend(query.epoch.clone().map(|epoch| ("epoch", epoch)));
    pairs.extend(query.n_live.map(|n_live| ("n_live", n_live.to_string())));
    pairs.extend(query.digest.map(|digest| ("digest", digest.to_string())));
    pairs.extend(query.limit.map(|limit| ("limit", limit.to_string())));
    pairs.extend(query.wait.map(|wait| ("wait", wait.to_string())));
    pairs.extend(query.other.as_ref().map(|other| ("other", other.to_string())));
    pairs.extend(query.seen.map(|seen| ("seen", seen.to_string())));
    pairs
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
    fn what_the_hub_says_is_sanitised() {
        let body = b"{\"status\":403,\"code\":\"no\\u001b[2J\",\"detail\":\"x\\u202ey\"}";
        match refusal(StatusCode::FORBIDDEN, body) {
            HubError::Refused { code, detail, .. } => assert_eq!((code.as_str(), detail.as_str()), ("no[2J", "xy")),
            other => panic!("{other:?}"),
        }
    }
}
