//! Rush (催办): headquarters asks a guide for haste with one customer.

use chrono::NaiveDate;
use guide_common::fact::{Fact, FactBody, Undone};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::record::Rush;
use serde::Serialize;

use crate::clock::Moment;
use crate::db::directory::{self, json};
use crate::db::feed::{Change, Feed, POOL, Written, kind};
use crate::db::{Db, commit, file};
use crate::error::HubError;
use crate::import::Mode;
use crate::record::{self, Existing};

/// A rush that stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RushRow {
    /// Its id.
    pub id: OpId,
    /// For whom.
    pub customer: CustomerId,
    /// Who is to hurry; none where nobody serves the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideId>,
    /// Who asks, why, and until when.
    #[serde(flatten)]
    pub rush: Rush,
}

/// Asks for haste: the customer's task stands on top of the queue until a contact, or until the last day.
pub async fn ask(
    db: &Db,
    customer: &CustomerId,
    by: &str,
    why: &str,
    until_on: NaiveDate,
    moment: Moment,
) -> Result<RushRow, HubError> {
    let on = moment.today();
    let owner = owner(db, customer).await?;
    let Some(guide) = owner else {
        return Err(HubError::refused(format!(
            "nobody serves {customer}: `guide-hub guide assign --customers {customer} --to G1` names a guide"
        )));
    };
    if until_on < on {
        return Err(HubError::refused(format!("{until_on} is over: --until names a day from {on} on")));
    }
    let rush = Rush { on, by: by.to_owned(), why: why.to_owned(), until_on };
    let id = OpId::of_record("rush", customer, &uuid::Uuid::now_v7().to_string());
    let at = moment.zone.instant(moment.shop_time);
    let fact = record::fact(id, customer, at, FactBody::Rush(rush)).map_err(|fault| HubError::refused(told(&fault)))?;
    let did = record::put(db, std::slice::from_ref(&fact), Existing::Leave, Mode::Write, &mut |_| {}).await?;
    match (did.first(), fact.body) {
        (Some(Some(Written::New)), FactBody::Rush(rush)) => {
            Ok(RushRow { id, customer: customer.clone(), guide: Some(guide), rush })
        }
        _ => Err(HubError::corrupt(format!("the rush {id}"))),
    }
}

/// The rushes that stand on a day, by their last days. Those that a contact has answered are among them: whether one has
/// is the engine's to say.
pub async fn list(db: &Db, today: NaiveDate) -> Result<Vec<RushRow>, HubError> {
    let mut conn = db.conn().await?;
    let mut rows = Vec::new();
    for (owner, fact) in file::facts_of_kind(&mut conn, "rush").await? {
        if let FactBody::Rush(rush) = fact.body
            && fact.undone.is_none()
            && today <= rush.until_on
        {
            let guide = guide_id(&owner)?;
            rows.push(RushRow { id: fact.id, customer: fact.customer, guide, rush });
        }
    }
    rows.sort_by(|a, b| (a.rush.until_on, &a.customer, a.id).cmp(&(b.rush.until_on, &b.customer, b.id)));
    Ok(rows)
}

/// Takes a rush back from today on; taking it back again changes nothing.
pub async fn take_back(db: &Db, id: OpId, today: NaiveDate) -> Result<CustomerId, HubError> {
    let rushes = file::facts_of_kind(&mut *db.conn().await?, "rush").await?;
    let Some((owner, _)) = rushes.into_iter().find(|(_, fact)| fact.id == id) else {
        return Err(HubError::refused(format!("there is no rush {id}: `guide-hub rush list` shows those that stand")));
    };
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, &owner).await?;
    let stored = feed.load(&mut tx, kind::FACT, &[&id.to_string()]).await?.remove(&id.to_string());
    let Some(stored) = stored.filter(|stored| !stored.deleted) else {
        return Err(HubError::refused("the customer was moved meanwhile: run the command again"));
    };
    let fact: Fact = file::parse(kind::FACT, &stored.id, &stored.body)?;
    let customer = fact.customer.clone();
    let undone = fact.undone.or(Some(Undone { op_id: OpId(uuid::Uuid::now_v7()), on: today }));
    let body = json(&Fact { undone, ..fact })?;
    feed.apply(&mut tx, vec![Change::put(kind::FACT, &stored.id, customer.as_str(), body)]).await?;
    commit(tx).await?;
    Ok(customer)
}

async fn owner(db: &Db, customer: &CustomerId) -> Result<Option<GuideId>, HubError> {
    let owners = directory::owners(&mut *db.conn().await?, &[customer.as_str()]).await?;
    let owner = owners.get(customer.as_str());
    let owner = owner.ok_or_else(|| HubError::refused(format!("there is no customer {customer}")))?;
    guide_id(owner)
}

fn guide_id(owner: &str) -> Result<Option<GuideId>, HubError> {
    if owner == POOL {
        return Ok(None);
    }
    GuideId::new(owner).map(Some).map_err(|_| HubError::corrupt(format!("the guide {owner}")))
}

fn told(fault: &str) -> String {
    format!("{fault}: say why with --why, who asks with --by, and the last day with --until")
}
