//! `/v1/tasks/{id}`: the id, a unique beginning of it, or the customer's id.

use axum::Json;
use axum::extract::Path;
use guide_common::outcome::Channel;
use guide_common::sop::gate::most_selling;
use guide_common::wire::local::TaskDetail;
use guide_common::wire::record::{OutcomeRequest, SavedResponse};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Asked, Body, LangQuery, Seated};
use crate::api::record;
use crate::core::find::Named;
use crate::core::record::ClosesTask;

/// `GET /v1/tasks/{id}`.
pub async fn show(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Asked(query): Asked<LangQuery>,
) -> Answer<Json<TaskDetail>> {
    let core = &terminal.core;
    let Named::Open(task) = core.task_named(&id) else {
        return Err(not_open(&core.task_named(&id)));
    };
    core.task_detail(*task, query.lang)?.map(Json).ok_or_else(ApiError::unknown_customer)
}

/// `POST /v1/tasks/{id}/outcome`.
pub async fn log(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<OutcomeRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let target = core.task_target(&id, &request.due_ids);
    let (customer, due_ids, named) = target.map_err(|named| not_open(&named))?;
    let (channel, purpose) = match &named {
        Named::Open(task) => {
            let closed = task.dues.iter().filter(|due| due_ids.contains(&due.due_id));
            (task.channel, most_selling(closed.map(|due| due.purpose)))
        }
        _ => (Channel::default(), None),
    };
    let request = OutcomeRequest { purpose: request.purpose.or(purpose), ..request };
    let facts = record::outcome(core, &customer, request, due_ids, channel)?;
    Ok(Json(core.record(&customer, facts, ClosesTask::Yes).await?))
}

pub fn not_open(named: &Named) -> ApiError {
    match named {
        Named::Closed(_) => ApiError::new(409, "task_closed", "this task was logged today")
            .hint("guide undo takes the outcome back; guide log --customer ID CODE logs a further contact"),
        Named::Held(_) => ApiError::new(409, "task_held", "the gate holds this customer's task today")
            .hint("guide today shows the reason and the date"),
        Named::Ambiguous => {
            ApiError::new(404, "unknown_task", "more than one task begins so").hint("write more of the id")
        }
        Named::NoTask(_) => ApiError::new(404, "unknown_task", "this customer has no task today")
            .hint("guide log --customer ID CODE logs a contact that no task asked for"),
        Named::Open(_) | Named::Unknown => {
            ApiError::new(404, "unknown_task", "there is no such task today").hint("guide today lists the tasks")
        }
    }
}
