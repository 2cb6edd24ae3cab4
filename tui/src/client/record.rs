//! The calls that record something: each answers when it is on disk.

use guide_common::id::{CustomerId, OpId};
use guide_common::wire::card::PhoneRevealed;
use guide_common::wire::history::FieldRequest;
use guide_common::wire::record::{
    AppointmentCloseRequest, AppointmentRequest, ComplaintCloseRequest, ConsentRequest, LeadRequest, LeadResponse,
    LeaveRequest, NoteRequest, OutcomeRequest, PromiseRequest, SavedResponse, SecretRequest, SnoozeRequest, Steps,
    TagRequest, UndoRequest,
};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::{Client, Result, encoded};

impl Client {
    /// Logs what came of a task.
    pub async fn log_outcome(&self, task: &str, request: &OutcomeRequest) -> Result<SavedResponse> {
        self.record(&format!("/v1/tasks/{}/outcome", encoded(task)), request).await
    }

    /// Puts a task off.
    pub async fn snooze(&self, task: &str, request: &SnoozeRequest) -> Result<SavedResponse> {
        self.record(&format!("/v1/tasks/{}/snooze", encoded(task)), request).await
    }

    /// Logs a contact that no task asked for.
    pub async fn log_contact(&self, customer: &CustomerId, request: &OutcomeRequest) -> Result<SavedResponse> {
        self.record_of(customer, "contacts", request).await
    }

    /// Records a promise.
    pub async fn promise(&self, customer: &CustomerId, request: &PromiseRequest) -> Result<SavedResponse> {
        self.record_of(customer, "promises", request).await
    }

    /// Marks a promise as kept.
    pub async fn keep_promise(&self, promise: OpId) -> Result<SavedResponse> {
        self.record(&format!("/v1/promises/{promise}/kept"), &()).await
    }

    /// Records a visit agreed.
    pub async fn appoint(&self, customer: &CustomerId, request: &AppointmentRequest) -> Result<SavedResponse> {
        self.record_of(customer, "appointments", request).await
    }

    /// Records what became of a visit.
    pub async fn close_appointment(&self, visit: OpId, request: AppointmentCloseRequest) -> Result<SavedResponse> {
        self.record(&format!("/v1/appointments/{visit}/close"), &request).await
    }

    /// Closes the customer's open complaint with the customer's words.
    pub async fn close_complaint(
        &self,
        customer: &CustomerId,
        request: &ComplaintCloseRequest,
    ) -> Result<SavedResponse> {
        self.record_of(customer, "complaint/close", request).await
    }

    /// Writes a field, or clears it.
    pub async fn set_field(&self, customer: &CustomerId, request: &FieldRequest) -> Result<SavedResponse> {
        self.record_of(customer, "fields", request).await
    }

    /// Enters a person.
    pub async fn add_lead(&self, request: &LeadRequest) -> Result<LeadResponse> {
        self.record("/v1/customers", request).await
    }

    /// The whole phone number of a customer; the terminal notes that it was looked at.
    pub async fn reveal_phone(&self, customer: &CustomerId) -> Result<PhoneRevealed> {
        self.record(&format!("/v1/customers/{}/reveal", encoded(customer.as_str())), &()).await
    }

    /// Notes something about a customer.
    pub async fn add_note(&self, customer: &CustomerId, request: &NoteRequest) -> Result<SavedResponse> {
        self.record_of(customer, "notes", request).await
    }

    /// Applies a tag.
    pub async fn add_tag(&self, customer: &CustomerId, request: &TagRequest) -> Result<SavedResponse> {
        self.record_of(customer, "tags", request).await
    }

    /// Takes a tag away.
    pub async fn remove_tag(&self, customer: &CustomerId, request: &TagRequest) -> Result<SavedResponse> {
        self.record_of(customer, "tags/remove", request).await
    }

    /// Records what a customer allows.
    pub async fn consent(&self, customer: &CustomerId, request: ConsentRequest) -> Result<SavedResponse> {
        self.record_of(customer, "consent", &request).await
    }

    /// Keeps a gift of this customer secret.
    pub async fn keep_secret(&self, giver: &CustomerId, request: &SecretRequest) -> Result<SavedResponse> {
        self.record_of(giver, "secrets", request).await
    }

    /// Ends a secret, on both sides.
    pub async fn lift_secret(&self, secret: OpId) -> Result<SavedResponse> {
        self.record(&format!("/v1/secrets/{secret}/lift"), &()).await
    }

    /// Enters a leave; answers when the queue is worked out again.
    pub async fn take_leave(&self, request: &LeaveRequest) -> Result<SavedResponse> {
        self.record("/v1/leaves", request).await
    }

    /// Cancels a leave.
    pub async fn cancel_leave(&self, leave: OpId) -> Result<SavedResponse> {
        self.record(&format!("/v1/leaves/{leave}/cancel"), &()).await
    }

    /// Takes a step back: that of an op, or the newest that still stands.
    pub async fn undo(&self, op_id: Option<OpId>) -> Result<SavedResponse> {
        self.record("/v1/undo", &UndoRequest { op_id }).await
    }

    /// Records again what the last undo took back.
    pub async fn redo(&self) -> Result<SavedResponse> {
        self.record("/v1/redo", &()).await
    }

    /// The steps that can be taken back and recorded again.
    pub async fn steps(&self) -> Result<Steps> {
        self.read("/v1/undo").await
    }

    async fn record_of(&self, customer: &CustomerId, what: &str, request: &impl Serialize) -> Result<SavedResponse> {
        self.record(&format!("/v1/customers/{}/{what}", encoded(customer.as_str())), request).await
    }

    async fn record<T: DeserializeOwned>(&self, path: &str, request: &impl Serialize) -> Result<T> {
        self.write(Method::POST, path, request).await
    }
}
