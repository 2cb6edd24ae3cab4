//! What handlers take from a request, with problems for answers where it cannot be read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use guide_common::id::{CustomerId, IdError, OpId};
use guide_common::sop::plan::Lang;
use guide_common::wire::seat::TURN_HEADER;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::error::{Answer, ApiError};
use crate::app::App;
use crate::reveals::Peer;
use crate::seat::{NoTerminal, Terminal};

/// The query `?lang=`.
#[derive(Debug, Default, Deserialize)]
pub struct LangQuery {
    /// Chinese unless it says otherwise.
    #[serde(default)]
    pub lang: Lang,
}

/// A JSON body; an empty one is read as `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Answer<Self> {
        let bytes =
            Bytes::from_request(request, app).await.map_err(|error| ApiError::bad_request(error.body_text()))?;
        let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(bytes)
            .map(Self)
            .map_err(|error| ApiError::bad_request(format!("the request is not understood: {error}")))
    }
}

/// A query.
#[derive(Debug)]
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(query)| Self(query)).map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<ConnectInfo<Self>>().map(|info| info.0).unwrap_or_default())
    }
}

/// The terminal of whose turn it is. Whoever does not ask for it has no way to anybody's data.
#[derive(Debug)]
pub struct Seated(pub Arc<Terminal>);

impl FromRequestParts<Arc<App>> for Seated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Answer<Self> {
        let Resolved { found, is_named } = Resolved::of(parts);
        let terminal = found.map_err(ApiError::no_terminal)?;
        // whoever records something, or begins to ask, is there
        if parts.method != Method::GET || !is_named {
            app.desk.used();
        }
        Ok(Self(terminal))
    }
}

/// Whose turn a request belongs to, decided once, before anything else: no switch in the middle of it answers with
/// another guide's data.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The terminal.
    pub found: Result<Arc<Terminal>, NoTerminal>,
    /// Whether the request names the turn.
    pub is_named: bool,
}

impl Resolved {
    fn of(parts: &Parts) -> Self {
        let none = Self { found: Err(NoTerminal::Locked), is_named: false };
        parts.extensions.get().cloned().unwrap_or(none)
    }
}

impl FromRequestParts<Arc<App>> for Resolved {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// Decides whose turn a request belongs to, and names it in the answer.
pub async fn resolve(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let asked = request.headers().get(TURN_HEADER).map(|turn| turn.to_str().unwrap_or_default().to_owned());
    let found = app.desk.terminal(asked.as_deref());
    let turn = found.as_ref().ok().and_then(|(_, turn)| HeaderValue::from_str(turn).ok());
    let found = found.map(|(terminal, _)| terminal);
    request.extensions_mut().insert(Resolved { found, is_named: asked.is_some() });
    let mut response = next.run(request).await;
    // what begins a turn has named it
    if let Some(turn) = turn
        && !response.headers().contains_key(TURN_HEADER)
    {
        response.headers_mut().insert(TURN_HEADER, turn);
    }
    response
}

/// An op's id in a path.
pub fn op(text: &str) -> Answer<OpId> {
    text.parse().map_err(|error: IdError| ApiError::bad_request(error.to_string()))
}

/// A customer's id in a path; what is no id names nobody, and neither does the one that stands for the guide.
pub fn customer(text: &str) -> Answer<CustomerId> {
    let id = CustomerId::new(text).ok().filter(|id| !id.is_guide_itself());
    id.ok_or_else(ApiError::unknown_customer)
}
