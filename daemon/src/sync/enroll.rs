//! Enrolment: a one-time code for a token, written down before anything else happens.

use std::sync::Arc;

use guide_common::text::{Lines, sanitise};
use guide_common::wire::SCHEMA;
use guide_common::wire::hub::{EnrollRequest, EnrollResponse};

use crate::clock::Clock;
use crate::platform::host_name;
use crate::profile::{Profile, Token};
use crate::sync::address::address;
use crate::sync::client::{HubClient, HubError};
use crate::sync::transport::{Http, Trust};

const MAX_NAME_CHARS: usize = 60;

/// Asks a hub for this terminal's token.
pub async fn enroll(
    url: &str,
    code: &str,
    trust: Trust,
    training: bool,
    clock: Arc<Clock>,
) -> Result<(Profile, Token), HubError> {
    let base = address(url, trust.plain_http).map_err(HubError::Setup)?;
    let way = Arc::new(Http::new(&base, &trust).map_err(HubError::Setup)?);
    let hub = HubClient::new(base, None, way, clock, Arc::default());
    let request = EnrollRequest { code: code.trim().to_owned(), device_name: device_name(), training };
    Ok(profile(hub.enroll(&request).await?, url, trust, training))
}

/// What is written down of an enrolment.
pub fn profile(response: EnrollResponse, url: &str, trust: Trust, training: bool) -> (Profile, Token) {
    let mut guide = response.guide;
    guide.name = sanitise(&guide.name, Lines::One, MAX_NAME_CHARS);
    guide.store.name = sanitise(&guide.store.name, Lines::One, MAX_NAME_CHARS);
    let profile = Profile {
        schema: SCHEMA,
        hub: url.trim().trim_end_matches('/').to_owned(),
        device: response.device,
        role: response.role,
        guide,
        zone: sanitise(&response.zone, Lines::One, MAX_NAME_CHARS),
        training,
        digest_keys: response.digest_keys,
        trust,
    };
    (profile, Token(response.token))
}

/// What the terminal calls itself at the hub.
fn device_name() -> String {
    let name = host_name().unwrap_or_default();
    let name = sanitise(&name, Lines::One, MAX_NAME_CHARS);
    if name.is_empty() { "terminal".to_owned() } else { name }
}
