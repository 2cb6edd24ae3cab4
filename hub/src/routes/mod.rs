//! The handlers, a file a path.

pub mod changes;
pub mod enroll;
pub mod health;
pub mod inventory;
pub mod ops;
pub mod snapshot;
pub mod token;

use axum::extract::rejection::QueryRejection;
use guide_common::wire::Problem;
use guide_common::wire::hub::FeedName;

use crate::db::device::Device;
use crate::db::feed::SHARED;
use crate::error::HubError;

/// Whose rows a terminal reads when it asks for a feed: its own guide's or the shared ones, and no others.
fn feed_id(device: &Device, feed: FeedName) -> &str {
    match feed {
        FeedName::Guide => device.guide.as_str(),
        FeedName::Shared => SHARED,
    }
}

fn no_feed(guide_id: &str) -> HubError {
    HubError::corrupt(format!("the guide {guide_id} (no feed)"))
}

fn bad_query(rejection: &QueryRejection) -> Problem {
    Problem::new(400, "bad_request", rejection.body_text())
}
