//! `/v1/leaves`: facts about the guide itself. They move every customer's dues, so the answer comes when the queue is
//! worked out again.

use axum::Json;
use axum::extract::Path;
use chrono::Days;
use guide_common::calendar::Leave;
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, GuideId};
use guide_common::wire::card::{LeaveRow, Leaves};
use guide_common::wire::record::{LeaveRequest, SavedResponse};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated, op};
use crate::api::record;
use crate::core::Core;
use crate::core::desk::NoDeputy;

/// For so many days a leave that is over is still listed.
const LISTED_DAYS: u64 = 31;
/// So many colleagues are named to whoever named none.
const MAX_NAMED: usize = 12;

/// `GET /v1/leaves`.
pub async fn list(Seated(terminal): Seated) -> Answer<Json<Leaves>> {
    let core = &terminal.core;
    let today = core.day();
    let since = today.checked_sub_days(Days::new(LISTED_DAYS)).unwrap_or(today);
    let own = core.own_file()?;
    let mut leaves: Vec<LeaveRow> = own
        .facts
        .iter()
        .filter(|fact| fact.stands_on(today))
        .filter_map(|fact| match &fact.body {
            FactBody::Leave(leave) if since <= leave.to_on => Some(LeaveRow { op_id: fact.id, leave: leave.clone() }),
            _ => None,
        })
        .collect();
    leaves.sort_by_key(|row| (row.leave.from_on, row.leave.to_on, row.op_id));
    Ok(Json(Leaves { days_off: core.profile().days_off, leaves }))
}

/// `POST /v1/leaves`.
pub async fn enter(Seated(terminal): Seated, Body(request): Body<LeaveRequest>) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let LeaveRequest { from_on, to_on, deputy } = request;
    check_deputy(core, deputy.as_ref())?;
    let leave = FactBody::Leave(Leave { on: terminal.core.clock.today(), from_on, to_on, deputy });
    record::save(core, &CustomerId::guide_itself(), vec![leave]).await.map(Json)
}

/// Refuses a deputy of whom this terminal knows that the hub will refuse it.
pub fn check_deputy(core: &Core, deputy: Option<&GuideId>) -> Answer<()> {
    let Some(deputy) = deputy else { return Ok(()) };
    core.can_stand_in(deputy).map_err(|why| match why {
        NoDeputy::Own => ApiError::new(422, "own_deputy", "a guide cannot stand in for the guide's own leave"),
        NoDeputy::Unknown(of_shop) => unknown_deputy(deputy, &of_shop),
    })
}

fn unknown_deputy(deputy: &GuideId, of_shop: &[GuideId]) -> ApiError {
    let ids: Vec<&str> = of_shop.iter().map(GuideId::as_str).take(MAX_NAMED).collect();
    let detail = match ids.is_empty() {
        true => format!("headquarters has no guide {deputy}"),
        false => format!("headquarters has no guide {deputy}; the others of this shop: {}", ids.join(", ")),
    };
    ApiError::new(422, "unknown_deputy", detail).hint("name a guide by the id that headquarters has given")
}

/// `POST /v1/leaves/{op}/cancel`.
pub async fn cancel(Seated(terminal): Seated, Path(id): Path<String>) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let id = op(&id)?;
    let own = core.own_file()?;
    if !own.standing().any(|fact| fact.id == id && matches!(fact.body, FactBody::Leave(_))) {
        return Err(ApiError::new(404, "unknown_record", "there is no such leave").hint("guide leave list"));
    }
    record::undo(core, Some(id)).await.map(Json)
}
