//! Requests that record, made into facts.

use std::sync::Arc;

use chrono::NaiveDate;
use guide_common::fact::{ComplaintClosed, FactBody, Note};
use guide_common::id::{CustomerId, DueId, OpId};
use guide_common::lead::{LEAD_ADDED, Lead};
use guide_common::op::OpBody;
use guide_common::outcome::{Channel, MAX_NOTE_CHARS, Outcome};
use guide_common::promise::{Appointment, Promise};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::record::{
    AppointmentRequest, ComplaintCloseRequest, NoteRequest, OutcomeRequest, PromiseRequest, SavedResponse,
};

use crate::api::error::{Answer, ApiError};
use crate::api::library::unknown_template;
use crate::app::run_whole_check;
use crate::core::Core;
use crate::core::record::ClosesTask;

fn clean(text: &str) -> String {
    sanitise(text, Lines::Many, MAX_NOTE_CHARS)
}

/// An outcome, and the promise and the visit that were agreed with it.
pub fn outcome(
    core: &Core,
    customer: &CustomerId,
    request: OutcomeRequest,
    due_ids: Vec<DueId>,
    channel: Channel,
) -> Answer<Vec<FactBody>> {
    let on = core.clock.today();
    let code = request.code.parse().map_err(ApiError::bad_request)?;
    let reason = request.reason.as_deref().map(str::parse).transpose().map_err(ApiError::bad_request)?;
    if let Some(template) = &request.template
        && core.shared().templates.get(template).is_none()
    {
        return Err(unknown_template());
    }
    let quoted = match (request.quoted, &request.template) {
        (None, Some(template)) => core.quote(template, customer)?,
        (quoted, _) => quoted,
    };
    let sent = match (request.sent, &request.template) {
        (None, Some(template)) => core.text_of(template, customer, &request.fills)?,
        (sent, _) => sent,
    };
    let outcome = Outcome {
        channel: request.channel.unwrap_or(channel),
        due_ids,
        score: request.score,
        next_on: request.next_on,
        next_time: request.next_time,
        amount_fen: request.amount_fen,
        reason,
        note: request.note.as_deref().map(clean).filter(|note| !note.is_empty()),
        template: request.template,
        fills: request.fills.iter().map(|(name, fill)| (clean(name), clean(fill))).collect(),
        purpose: request.purpose,
        quoted,
        sent: sent.as_deref().map(clean).filter(|sent| !sent.is_empty()),
        reply: request.reply.as_deref().map(clean).filter(|reply| !reply.is_empty()),
        ..Outcome::new(on, code)
    };
    outcome.check()?;
    let promise = request.promise.map(|promise| self::promise(&promise, on));
    let appointment = request.appointment.map(|appointment| self::appointment(&appointment, on));
    Ok(std::iter::once(FactBody::Outcome(outcome)).chain(promise).chain(appointment).collect())
}

/// A visit agreed.
pub fn appointment(request: &AppointmentRequest, on: NaiveDate) -> FactBody {
    let text = request.text.as_deref().map(clean).filter(|text| !text.is_empty());
    let AppointmentRequest { visit_on, visit_time, .. } = *request;
    FactBody::Appointment(Appointment { on, visit_on, visit_time, text })
}

/// A promise.
pub fn promise(request: &PromiseRequest, on: NaiveDate) -> FactBody {
    let item = request.item.as_deref().map(clean).filter(|item| !item.is_empty());
    FactBody::Promise(Promise { on, text: clean(&request.text), item, due_on: request.due_on })
}

/// A note.
pub fn note(request: &NoteRequest, on: NaiveDate) -> FactBody {
    FactBody::Note(Note { on, text: clean(&request.text) })
}

/// A lead with its texts sanitised and its phone as digits, or what it lacks.
pub fn checked_lead(lead: Lead) -> Answer<Lead> {
    let body = serde_json::value::to_raw_value(&lead).map_err(|error| ApiError::bad_request(error.to_string()))?;
    match OpBody::decode(LEAD_ADDED, &body)? {
        OpBody::Fact(FactBody::LeadAdded(lead)) => Ok(lead),
        _ => Err(ApiError::bad_request("the lead is not understood")),
    }
}

/// A closed complaint.
pub fn complaint_closed(request: &ComplaintCloseRequest, on: NaiveDate) -> FactBody {
    FactBody::ComplaintClosed(ComplaintClosed { on, words: clean(&request.words) })
}

/// Saves facts that close no task.
pub async fn save(core: &Arc<Core>, customer: &CustomerId, facts: Vec<FactBody>) -> Answer<SavedResponse> {
    let saved = core.record(customer, facts, ClosesTask::No).await?;
    Ok(settled(core, saved).await)
}

/// Takes a record back.
pub async fn undo(core: &Arc<Core>, op_id: Option<OpId>) -> Answer<SavedResponse> {
    let saved = core.undo(op_id).await?;
    Ok(settled(core, saved).await)
}

/// Records again what the last undo took back.
pub async fn redo(core: &Arc<Core>) -> Answer<SavedResponse> {
    let saved = core.redo().await?;
    Ok(settled(core, saved).await)
}

/// What concerns the guide itself moves every customer's dues: the answer waits for them.
async fn settled(core: &Arc<Core>, saved: SavedResponse) -> SavedResponse {
    if !saved.customer.is_guide_itself() {
        return saved;
    }
    run_whole_check(core).await;
    SavedResponse { queue: core.queue_count(), ..saved }
}
