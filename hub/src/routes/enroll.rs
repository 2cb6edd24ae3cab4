//! `POST /v1/enroll`: a one-time code for a token.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use guide_common::id::{DeviceId, GuideId, training_uuid};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::Problem;
use guide_common::wire::hub::{DigestKeys, EnrollRequest, EnrollResponse, Role};

use crate::app::App;
use crate::auth::{other_kind, role_forbids};
use crate::db::device::{self, CodeAnswer, Device};
use crate::db::{Conn, commit, directory, epoch, epoch_seconds, feed, page};
use crate::error::HubError;
use crate::problem::ProblemAnswer;
use crate::secret;
use crate::server::Peer;

/// The longest name of a terminal.
const MAX_NAME_CHARS: usize = 60;

/// Uses up the code and makes the terminal, both or neither; a wrong code is counted.
pub async fn enroll(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    body: Result<Json<EnrollRequest>, JsonRejection>,
) -> Result<Json<EnrollResponse>, ProblemAnswer> {
    if let Some(address) = address(&app, peer, &headers)
        && let Err(wait) = app.limits.enrolments.take(&address.to_string(), Instant::now())
    {
        let problem = Problem::new(429, "too_many_requests", "too many codes were tried from this address");
        return Err(ProblemAnswer::later(problem.hint("wait as long as Retry-After says"), wait));
    }
    let Json(request) = body.map_err(|rejection| bad_body(&rejection))?;
    let _permit = app.admit()?;
    if request.training != app.clock.is_virtual() {
        return Err(other_kind(request.training).into());
    }
    let mut tx = app.db.begin().await?;
    let answer = device::try_code(&mut tx, &request.code).await?;
    let CodeAnswer::Right { guide, role } = answer else {
        commit(tx).await?;
        tracing::warn!("an enrolment code was refused");
        return Err(refused_code(&answer).into());
    };
    // without a commit the code stays good for the hub for which it was meant
    if role == Role::Trainer && !app.clock.is_virtual() {
        return Err(role_forbids("a trainer's terminal is enrolled at a training hub only").into());
    }
    let corrupt = || HubError::corrupt(format!("the guide {guide} of an enrolment code"));
    let profile = directory::guide(&mut tx, &guide).await?.ok_or_else(corrupt)?;
    let id = device_id(&mut tx, &app, &guide).await?.to_string();
    let token = secret::new_token();
    let device = Device {
        id: DeviceId::new(&id).map_err(|_| corrupt())?,
        guide: GuideId::new(&guide).map_err(|_| corrupt())?,
        role,
        name: sanitise(&request.device_name, Lines::One, MAX_NAME_CHARS),
        training: request.training,
        created_at: epoch_seconds(),
        seen_at: epoch_seconds(),
        revoked_at: 0,
    };
    device::create(&mut tx, &device, &token).await?;
    let digest_keys = DigestKeys {
        guide: page::digest_key(&mut tx, &guide).await?,
        shared: page::digest_key(&mut tx, feed::SHARED).await?,
    };
    commit(tx).await?;
    tracing::info!(device = device.id.as_str(), guide, "a device was enrolled");
    let zone = app.zone.to_string();
    Ok(Json(EnrollResponse { token, device: device.id, role: device.role, guide: profile, zone, digest_keys }))
}

/// The id of a new terminal. In training it follows from the demo's seed, the virtual time and how many there are, so that
/// the ids of what is recorded there do too.
async fn device_id(conn: &mut Conn, app: &App, guide: &str) -> Result<uuid::Uuid, HubError> {
    if !app.clock.is_virtual() {
        return Ok(uuid::Uuid::now_v7());
    }
    let at = app.zone.instant(app.clock.shop_time(app.zone)?);
    let seed = epoch::demo_seed(conn).await?.unwrap_or_default();
    let guide_id = GuideId::new(guide).ok();
    let n = device::list(conn, guide_id.as_ref()).await?.len() as u64;
    Ok(training_uuid(at, n, &["device", &seed, guide]))
}

/// The address whose tries are counted. From this machine itself come tests, the demo, and everybody where a proxy stands
/// before the hub that is not to be trusted: those are limited by the codes alone.
fn address(app: &App, Peer(peer): Peer, headers: &HeaderMap) -> Option<IpAddr> {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().filter(|_| app.trust_proxy);
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
    match last.and_then(|address| address.trim().parse().ok()) {
        Some(address) => Some(address),
        None => peer.filter(|peer| !peer.is_loopback()),
    }
}

fn refused_code(answer: &CodeAnswer) -> Problem {
    let hint = "ask headquarters for another one: guide-hub device code GUIDE";
    match answer {
        CodeAnswer::Spent => Problem::new(403, "code_spent", "this code was tried too often").hint(hint),
        CodeAnswer::Over => {
            Problem::new(403, "code_over", "this code was used or is older than ten minutes").hint(hint)
        }
        _ => Problem::new(403, "wrong_code", "this code is not right")
            .hint("check the eight characters; after five wrong tries a code is worthless"),
    }
}

/// Says what is wrong with a body.
pub fn bad_body(rejection: &JsonRejection) -> Problem {
    match rejection.status().as_u16() {
        413 => Problem::new(413, "too_large", "the body is larger than this path takes"),
        status => Problem::new(status, "bad_request", rejection.body_text()),
    }
}
