//! What a customer allows, and what is kept from whom: `/v1/customers/{id}/consent` and `/secrets`.

use axum::Json;
use axum::extract::Path;
use guide_common::consent::{Consent, Secret, SecretSide};
use guide_common::fact::FactBody;
use guide_common::id::{CustomerId, PurchaseId};
use guide_common::wire::record::{ConsentRequest, SavedResponse, SecretRequest};

use crate::api::error::{Answer, ApiError};
use crate::api::extract::{Body, Seated, customer};
use crate::api::record;
use crate::core::Core;

/// `POST /v1/customers/{id}/consent`.
pub async fn consent(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<ConsentRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let ConsentRequest { allowed, channel, until_on } = request;
    if allowed && until_on.is_some() {
        return Err(ApiError::bad_request("only a refusal has a last day"));
    }
    let consent = Consent { on: terminal.core.clock.today(), channel, allowed, until_on };
    record::save(core, &customer(&id)?, vec![FactBody::Consent(consent)]).await.map(Json)
}

/// `POST /v1/customers/{id}/secrets`: a fact on the giver's file, and one on the other person's where that one is this
/// guide's customer too.
pub async fn secret(
    Seated(terminal): Seated,
    Path(id): Path<String>,
    Body(request): Body<SecretRequest>,
) -> Answer<Json<SavedResponse>> {
    let core = &terminal.core;
    let giver = customer(&id)?;
    let SecretRequest { from, until_on, purchase } = request;
    if from.as_ref().is_some_and(|from| *from == giver || from.is_guide_itself()) {
        return Err(ApiError::bad_request("a gift is kept from another customer"));
    }
    if let Some(purchase) = &purchase {
        check_purchase(core, &giver, purchase)?;
    }
    let on = terminal.core.clock.today();
    let side = |side, person, purchase| FactBody::Secret(Secret { on, until_on, side, person, purchase });
    let mut facts = vec![(giver.clone(), side(SecretSide::Giver, from.clone(), purchase))];
    let mut elsewhere = None;
    match from {
        Some(from) if core.load(&from)?.is_some() => {
            facts.push((from, side(SecretSide::Recipient, Some(giver), None)));
        }
        from => elsewhere = from,
    }
    let saved = core.record_all(facts).await?;
    Ok(Json(SavedResponse { elsewhere, ..saved }))
}

fn check_purchase(core: &Core, giver: &CustomerId, purchase: &PurchaseId) -> Answer<()> {
    let loaded = core.load(giver)?.ok_or_else(ApiError::unknown_customer)?;
    if loaded.file.purchases.iter().any(|known| known.id == *purchase) {
        return Ok(());
    }
    Err(ApiError::new(422, "unknown_purchase", "this customer has no such purchase")
        .hint("guide customer show ID --reveal --json lists their ids"))
}
