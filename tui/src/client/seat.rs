//! Who is at the terminal.

use guide_common::id::GuideId;
use guide_common::wire::local::Status;
use guide_common::wire::seat::{PinRequest, Seats, UnlockRequest};
use hyper::Method;

use super::{Client, Result};

impl Client {
    /// The guides of this terminal.
    pub async fn seats(&self) -> Result<Seats> {
        self.read("/v1/seats").await
    }

    /// Begins the turn of a guide, or of the one in front.
    pub async fn unlock(&self, guide: Option<&GuideId>, pin: Option<&str>) -> Result<Status> {
        self.leave_turn();
        let request = UnlockRequest { guide: guide.cloned(), pin: pin.map(str::to_owned) };
        self.write(Method::POST, "/v1/unlock", &request).await
    }

    /// Locks the terminal.
    pub async fn lock(&self) -> Result<Status> {
        let status = self.write(Method::POST, "/v1/lock", &()).await;
        self.leave_turn();
        status
    }

    /// Says that somebody is at the terminal.
    pub async fn here(&self) -> Result<Seats> {
        self.write(Method::POST, "/v1/here", &()).await
    }

    /// Sets, changes or takes away the PIN of the guide at the terminal.
    pub async fn change_pin(&self, old: Option<&str>, new: Option<&str>) -> Result<Seats> {
        let request = PinRequest { old: old.map(str::to_owned), new: new.map(str::to_owned) };
        self.write(Method::PUT, "/v1/pin", &request).await
    }

    /// Leaves the turn that was asked in so far: the next answer says whose it is.
    pub fn leave_turn(&self) {
        self.transport.leave_turn();
    }
}
