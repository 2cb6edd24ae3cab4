//! `POST /v1/enroll`: a one-time code for a token.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use guide_common::id::{DeviceId, GuideId};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::Problem;
use guide_common::wire::hub::{DigestKeys, EnrollRequest, EnrollResponse};

use crate::app::App;
use crate::auth::other_kind;
use crate::db::device::{self, CodeAnswer, Device};
use crate::db::{commit, directory, epoch_seconds, feed, page};
use crate::error::HubError;
use crate::problem::ProblemAnswer;
use crate::secret;

/// The longest name of a terminal.
const MAX_NAME_CHARS: usize = 60;

/// Uses up the code and makes the terminal, both or neither; a wrong code is counted.
pub async fn enroll(
    State(app): State<App>,
    body: Result<Json<EnrollRequest>, JsonRejection>,
) -> Result<Json<EnrollResponse>, ProblemAnswer> {
    let Json(request) = body.map_err(|rejection| bad_body(&rejection))?;
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
    let corrupt = || HubError::corrupt(format!("the guide {guide} of an enrolment code"));
    let profile = directory::guide(&mut tx, &guide).await?.ok_or_else(corrupt)?;
    let id = uuid::Uuid::now_v7().to_string();
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
