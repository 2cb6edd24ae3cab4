//! The local API, described in `docs/protocol.md`: a file per resource. Handlers are thin; rules live in `core`. What is
//! anybody's data is reached through `extract::Seated` alone.

mod ask;
mod clock;
mod consent;
mod customers;
mod enroll;
mod error;
mod events;
mod extract;
mod health;
mod history;
mod leaves;
mod library;
mod lists;
mod open;
mod outbox;
mod plans;
mod proposals;
mod record;
mod remind;
mod reports;
mod seats;
mod session;
mod snooze;
mod stop;
mod support;
mod sync;
mod tags;
mod tasks;
mod today;
mod undo;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};

use crate::app::App;

/// The longest request.
const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// The routes.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/health", get(health::health))
        .route("/v1/status", get(health::status))
        .route("/v1/stop", post(stop::stop))
        .route("/v1/seats", get(seats::list))
        .route("/v1/unlock", post(seats::unlock))
        .route("/v1/lock", post(seats::lock))
        .route("/v1/here", post(seats::here))
        .route("/v1/pin", put(seats::pin))
        .route("/v1/today", get(today::show))
        .route("/v1/tasks/{id}", get(tasks::show))
        .route("/v1/tasks/{id}/outcome", post(tasks::log))
        .route("/v1/tasks/{id}/snooze", post(snooze::snooze))
        .route("/v1/tasks/{id}/explain", get(ask::task))
        .route("/v1/customers", get(customers::list).post(customers::add))
        .route("/v1/customers/{id}", get(customers::show))
        .route("/v1/customers/{id}/contacts", post(customers::log_contact))
        .route("/v1/customers/{id}/timeline", get(customers::timeline))
        .route("/v1/customers/{id}/notes", get(customers::notes).post(customers::note))
        .route("/v1/customers/{id}/reveal", post(customers::reveal))
        .route("/v1/customers/{id}/promises", post(customers::promise))
        .route("/v1/customers/{id}/appointments", post(customers::appointment))
        .route("/v1/customers/{id}/complaint/close", post(customers::close_complaint))
        .route("/v1/customers/{id}/explain", get(ask::explain))
        .route("/v1/customers/{id}/history", get(history::show))
        .route("/v1/customers/{id}/fields", post(history::set))
        .route("/v1/customers/{id}/tags", post(tags::add))
        .route("/v1/customers/{id}/tags/remove", post(tags::remove))
        .route("/v1/customers/{id}/consent", post(consent::consent))
        .route("/v1/customers/{id}/secrets", post(consent::secret))
        .route("/v1/tags", get(tags::groups))
        .route("/v1/promises", get(open::promises))
        .route("/v1/promises/{op}/kept", post(open::keep))
        .route("/v1/appointments", get(open::appointments))
        .route("/v1/appointments/{op}/close", post(open::close_appointment))
        .route("/v1/secrets", get(open::secrets))
        .route("/v1/secrets/{op}/lift", post(open::lift_secret))
        .route("/v1/leaves", get(leaves::list).post(leaves::enter))
        .route("/v1/leaves/{op}/cancel", post(leaves::cancel))
        .route("/v1/lists", get(lists::list))
        .route("/v1/lists/{name}", put(lists::put).delete(lists::remove))
        .route("/v1/templates", get(library::templates))
        .route("/v1/templates/lint", post(ask::lint_file))
        .route("/v1/templates/stats", get(ask::stats))
        .route("/v1/templates/{id}", get(library::template))
        .route("/v1/templates/{id}/lint", get(ask::lint_template))
        .route("/v1/templates/{id}/propose", post(proposals::propose))
        .route("/v1/proposals", get(proposals::list))
        .route("/v1/templates/{id}/script", get(library::script))
        .route("/v1/plans", get(library::plans))
        .route("/v1/plans/{id}", get(library::plan))
        .route("/v1/amnesty", get(ask::preview).post(ask::amnesty))
        .route("/v1/plans/simulate", post(plans::simulate))
        .route("/v1/plans/diff", post(plans::diff))
        .route("/v1/reports", get(reports::show))
        .route("/v1/reminders", get(remind::list))
        .route("/v1/reminders/test", post(remind::test))
        .route("/v1/reminders/{id}/snooze", post(remind::snooze))
        .route("/v1/reload", post(remind::reload))
        .route("/v1/undo", get(undo::steps).post(undo::undo))
        .route("/v1/redo", post(undo::redo))
        .route("/v1/session", get(session::show).put(session::keep))
        .route("/v1/sync", get(sync::show))
        .route("/v1/sync/now", post(sync::now))
        .route("/v1/sync/log", get(support::sync_log))
        .route("/v1/outbox", get(outbox::show))
        .route("/v1/outbox/rejected", get(outbox::rejected))
        .route("/v1/outbox/{op}", get(outbox::detail))
        .route("/v1/outbox/{op}/resend", post(outbox::resend))
        .route("/v1/outbox/{op}/discard", post(outbox::discard))
        .route("/v1/doctor", get(support::doctor))
        .route("/v1/verify", post(support::verify))
        .route("/v1/bundle", get(support::bundle))
        .route("/v1/faults", get(support::faults).put(support::set_faults))
        .route("/v1/events", get(events::listen))
        .route("/v1/clock", get(clock::show).put(clock::set))
        .route("/v1/enroll", post(enroll::enroll))
        .fallback(error::no_such_path)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), extract::resolve))
        .with_state(app)
}
