//! Rush (催办): headquarters asks a guide for haste with one customer.

use chrono::NaiveDate;
use guide_common::fact::{Fact, FactBody};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::outcome::OutcomeCode;
use guide_common::record::Rush;
use guide_common::sop::gate::Hold;
use guide_common::sop::queue::customer_day;
use guide_common::undone::Undone;
use serde::Serialize;

use crate::clock::Moment;
use crate::db::directory::{self, json};
use crate::db::feed::{Change, Feed, POOL, Written, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, file};
use crate::desk::{chain_rules, guide_rules, with_starts};
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

/// What the guide sees of a rush today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "shows", rename_all = "snake_case")]
pub enum Shows {
    /// The customer's task stands on top.
    OnTop,
    /// The gate holds what is due: its row carries the rush.
    Held {
        /// Why, and until when.
        hold: Hold,
    },
    /// Nothing is due.
    NothingDue,
}

/// What the guide sees of a rush at a moment, from the hub's own facts.
pub async fn shows(db: &Db, row: &RushRow, moment: Moment) -> Result<Shows, HubError> {
    let mut conn = db.conn().await?;
    let Some(id) = &row.guide else { return Ok(Shows::NothingDue) };
    let Some(guide) = directory::guide(&mut conn, id.as_str()).await? else { return Ok(Shows::NothingDue) };
    let facts = file::guide_facts(&mut conn, id.as_str()).await?;
    let today = moment.today();
    let mut rules = guide_rules(&chain_rules(&mut conn, moment.zone).await?, &guide, &facts, today);
    let mut files = file::of_customers(&mut conn, id.as_str(), &[row.customer.as_str()]).await?;
    if rules.is_throttled() {
        files = file::of_feed(&mut conn, id.as_str()).await?;
        rules = with_starts(&rules, files.values(), today);
    }
    let Some(file) = files.get(&row.customer) else { return Ok(Shows::NothingDue) };
    let day = customer_day(file, &rules, today);
    Ok(match (day.task, day.held.first()) {
        (Some(_), _) => Shows::OnTop,
        (None, Some(held)) => Shows::Held { hold: held.hold },
        (None, None) => Shows::NothingDue,
    })
}

/// The same rush as one that is asked for, where it stands and no contact has answered it.
async fn standing(db: &Db, guide: &GuideId, customer: &CustomerId, rush: &Rush) -> Result<Option<OpId>, HubError> {
    let mut files = file::of_customers(&mut *db.conn().await?, guide.as_str(), &[customer.as_str()]).await?;
    let Some(file) = files.remove(customer) else { return Ok(None) };
    let is_answer = |fact: &&Fact| matches!(&fact.body, FactBody::Outcome(of) if of.code != OutcomeCode::Skipped);
    let last = file.standing().filter(is_answer).map(Fact::order).max();
    let mut same = file.standing().filter(|fact| match &fact.body {
        FactBody::Rush(of) => of.why == rush.why && of.until_on == rush.until_on,
        _ => false,
    });
    Ok(same.find(|fact| last.is_none_or(|last| last < fact.order())).map(|fact| fact.id))
}

/// Asks for haste: the customer's task stands on top of the queue until a contact, or until the last day. The same
/// again is refused while it stands.
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
    let id = OpId::of_record("rush", customer, &format!("{} {until_on} {by} {why}", moment.shop_time));
    let at = moment.zone.instant(moment.shop_time);
    let fact = record::fact(id, customer, at, FactBody::Rush(rush)).map_err(|fault| HubError::refused(told(&fault)))?;
    if let FactBody::Rush(ref rush) = fact.body
        && let Some(same) = standing(db, &guide, customer, rush).await?
    {
        return Err(HubError::refused(format!(
            "this rush for {customer} stands already until {until_on}: `guide-hub rush take-back {same}` ends it"
        )));
    }
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
        if let FactBody::Rush(ref rush) = fact.body
            && !fact.is_undone()
            && today <= rush.until_on
        {
            let guide = guide_id(&owner)?;
            rows.push(RushRow { id: fact.id, customer: fact.customer.clone(), guide, rush: rush.clone() });
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
    retry(|| undo(db, &owner, id, today)).await
}

async fn undo(db: &Db, owner: &str, id: OpId, today: NaiveDate) -> Result<CustomerId, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, owner).await?;
    let stored = feed.load(&mut tx, kind::FACT, &[&id.to_string()]).await?.remove(&id.to_string());
    let Some(stored) = stored.filter(|stored| !stored.deleted) else {
        return Err(HubError::refused("the customer was moved meanwhile: run the command again"));
    };
    let fact: Fact = file::parse(kind::FACT, &stored.id, &stored.body)?;
    let customer = fact.customer.clone();
    let mut fact = fact;
    if !fact.is_undone() {
        fact.undone = Some(Undone::new(OpId::of_record("rush-undone", &customer, &id.to_string()), today)).into();
    }
    let body = json(&fact)?;
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
