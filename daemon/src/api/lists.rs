//! `/v1/lists`: filters that a guide keeps under names.

use axum::Json;
use axum::extract::Path;
use guide_common::wire::list::{ListRequest, SavedList, SavedLists};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated};
use crate::core::Core;
use crate::lists::{KeptList, ListError};

/// `GET /v1/lists`.
pub async fn list(Seated(terminal): Seated) -> Answer<Json<SavedLists>> {
    let core = &terminal.core;
    let lists = core.lists.all().into_iter().map(|kept| counted(core, kept)).collect();
    Ok(Json(SavedLists { lists }))
}

/// `PUT /v1/lists/{name}`.
pub async fn put(
    Seated(terminal): Seated,
    Path(name): Path<String>,
    Body(request): Body<ListRequest>,
) -> Answer<Json<SavedList>> {
    let core = &terminal.core;
    let (n_found, notes) = core.count(&request.filter);
    let KeptList { name, filter } = core.lists.put(&name, &request.filter, &notes)?;
    Ok(Json(SavedList { name, filter, n_found, notes }))
}

/// `DELETE /v1/lists/{name}`: answers what it took away.
pub async fn remove(Seated(terminal): Seated, Path(name): Path<String>) -> Answer<Json<SavedList>> {
    let core = &terminal.core;
    let unknown = || ApiError::new(404, "unknown_list", "there is no list of this name").hint("guide customer list");
    let kept = core.lists.remove(&name)?.ok_or_else(unknown)?;
    Ok(Json(counted(core, kept)))
}

fn counted(core: &Core, KeptList { name, filter }: KeptList) -> SavedList {
    let (n_found, notes) = core.count(&filter);
    SavedList { name, filter, n_found, notes }
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        let detail = error.to_string();
        match error {
            ListError::Name => Self::new(422, "list_name", detail),
            ListError::Empty => Self::new(422, "empty_filter", detail),
            ListError::NotUnderstood { .. } => Self::new(422, "malformed_filter", detail),
            ListError::Full => Self::new(409, "too_many_lists", detail).hint("guide customer list remove NAME"),
            ListError::Newer => Self::new(503, "store", detail),
            ListError::Io(error) => {
                tracing::error!(%error, "writing the saved lists");
                Self::new(503, "store", detail).hint("make room on the disk, then save it again")
            }
        }
    }
}
