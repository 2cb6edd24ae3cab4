//! What handlers take from a request, with problems for answers where it cannot be read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use guide_common::id::{CustomerId, IdError, OpId};
use guide_common::sop::plan::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::error::{Answer, ApiError};
use crate::app::{App, Terminal};
use crate::reveals::Peer;

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

/// The terminal, or the answer that there is none.
pub fn terminal(app: &App) -> Answer<&Terminal> {
    app.terminal().ok_or_else(ApiError::not_enrolled)
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
