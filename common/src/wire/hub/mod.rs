//! The protocol between daemon and hub, described in `docs/protocol.md`: enrolment, the feeds, ops, and the digest by
//! which both sides know that they hold the same.

mod digest;
mod enroll;
mod feed;
mod inventory;
mod ops;

pub use digest::{DigestKey, FeedDigest, item_hash};
pub use enroll::{
    Colleague, DigestKeys, EnrollRequest, EnrollResponse, GuideProfile, Role, RotateResponse, StoreProfile, StoreTier,
};
pub use feed::{
    ChangesQuery, ChangesResponse, FeedName, FeedPlace, Item, ItemOp, ResetReason, ResetResponse, SnapshotQuery,
    SnapshotResponse,
};
pub use inventory::{Entry, InventoryQuery, InventoryResponse, KindCount};
pub use ops::{OpAnswer, OpResult, PushRequest, PushResponse};

/// The header that names the schema of the sender.
pub const SCHEMA_HEADER: &str = "x-guide-schema";
/// The header that carries one id through both logs.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
/// The header of every answer with the hub's real time, RFC 3339 with milliseconds: terminals measure their clock by it.
pub const TIME_HEADER: &str = "x-guide-time";
/// The header of an answer to changes with the place of the other feed, as [`FeedPlace`].
pub const OTHER_HEADER: &str = "x-guide-other";
/// The header of an answer by which the hub asks the terminal to change its token.
pub const ROTATE_HEADER: &str = "x-guide-rotate";
/// The most ops in one push.
pub const MAX_PUSH_OPS: usize = 200;
/// The most bytes in one push, before it is packed.
pub const MAX_PUSH_BYTES: usize = 256 * 1024;
/// The most items in one page of changes.
pub const MAX_PAGE_ITEMS: usize = 200;
/// The most items in one page of a snapshot.
pub const MAX_SNAPSHOT_ITEMS: usize = 1_000;
/// The most entries in one page of an inventory.
pub const MAX_INVENTORY_ENTRIES: usize = 2_000;
/// The most bytes of bodies in one page of changes or of a snapshot.
pub const MAX_PAGE_BYTES: usize = 1024 * 1024;
/// The longest that a call waits for a change, in seconds.
pub const MAX_WAIT_S: u32 = 25;
