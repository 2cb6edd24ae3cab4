//! Headquarters' directory: shops, guides, and who serves whom.

use std::collections::BTreeMap;

use chrono::Weekday;
use guide_common::id::{GuideId, StoreId};
use guide_common::wire::hub::{Colleague, GuideProfile, StoreProfile, StoreTier};
use sqlx::AssertSqlSafe;

use super::feed::{self, Change, Feed, POOL, SHARED, kind};
use super::retry::retry;
use super::{Conn, Db, MAX_ROWS, Tx, commit, count, placeholders, text};
use crate::error::{DatabaseContext, HubError};
use crate::record::is_headquarters;

/// A guide as headquarters lists them.
#[derive(Clone, Debug, serde::Serialize)]
pub struct GuideRow {
    /// Who and where.
    #[serde(flatten)]
    pub profile: GuideProfile,
    /// How many customers they serve.
    pub n_customers: u64,
}

/// Adds a shop or changes what is said of it, also in the profiles of its guides, one after the other.
pub async fn put_store(db: &Db, store: &StoreProfile) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    sqlx::query(
        "INSERT INTO store (id, name, phone, tier) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, phone = excluded.phone, tier = excluded.tier",
    )
    .bind(store.id.as_str())
    .bind(&store.name)
    .bind(store.phone.as_deref().unwrap_or_default())
    .bind(tier_letter(store.tier))
    .execute(&mut *conn)
    .await
    .doing("writing a store")?;
    let profiles = guides(&mut conn).await?;
    drop(conn);
    // a guide's feed at a time; where the program ends between two of them the same command does the rest
    for guide in profiles.into_iter().filter(|guide| guide.profile.store.id == store.id) {
        retry(|| put_profile_again(db, guide.profile.id.as_str())).await?;
    }
    Ok(())
}

async fn put_profile_again(db: &Db, id: &str) -> Result<(), HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, id).await?;
    // read under the lock: the guide may have moved to another shop meanwhile
    if let Some(profile) = guide(&mut tx, id).await? {
        feed.apply(&mut tx, vec![Change::put(kind::GUIDE, id, "", json(&profile)?)]).await?;
    }
    commit(tx).await
}

/// Adds a guide or changes name, shop and days off; the shop must be known.
pub async fn put_guide(
    db: &Db,
    id: &GuideId,
    name: &str,
    store_id: &StoreId,
    days_off: &[Weekday],
) -> Result<GuideProfile, HubError> {
    if id.as_str().starts_with('@') || is_headquarters(id) {
        return Err(HubError::refused(
            "a guide's id does not begin with @, and hq is headquarters: choose another one",
        ));
    }
    let profile = retry(|| put_guide_alone(db, id, name, store_id, days_off)).await?;
    // the other feed has a transaction of its own; what a crash cuts off is told when the database is opened
    let told = [&profile];
    retry(|| put_colleagues(db, &told)).await?;
    Ok(profile)
}

async fn put_guide_alone(
    db: &Db,
    id: &GuideId,
    name: &str,
    store_id: &StoreId,
    days_off: &[Weekday],
) -> Result<GuideProfile, HubError> {
    let mut tx = db.begin().await?;
    // the first statement writes, so that on SQLite the transaction holds the lock before it reads
    sqlx::query(
        "INSERT INTO guide (id, name, store_id, days_off) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET \
         name = excluded.name, store_id = excluded.store_id, days_off = excluded.days_off",
    )
    .bind(id.as_str())
    .bind(name)
    .bind(store_id.as_str())
    .bind(days_off_text(days_off))
    .execute(&mut *tx)
    .await
    .doing("writing a guide")?;
    let Some(store) = store(&mut tx, store_id).await? else {
        return Err(unknown_store(store_id.as_str()));
    };
    let profile = GuideProfile { id: id.clone(), name: name.to_owned(), store, days_off: in_order(days_off) };
    put_profile(&mut tx, &profile).await?;
    commit(tx).await?;
    Ok(profile)
}

/// Says that there is no such shop, and what to do.
pub fn unknown_store(id: &str) -> HubError {
    HubError::refused(format!("there is no store {id}: `guide-hub store add --id {id} --name NAME` makes it"))
}

/// Says that there is no such guide, and what to do.
pub fn unknown_guide(id: &str) -> HubError {
    HubError::refused(format!("there is no guide {id}: `guide-hub guide list` shows those that there are"))
}

/// A shop, or `None`.
pub async fn store(conn: &mut Conn, id: &StoreId) -> Result<Option<StoreProfile>, HubError> {
    Ok(stores(conn).await?.into_iter().find(|store| store.id == *id))
}

/// All shops, by id.
pub async fn stores(conn: &mut Conn) -> Result<Vec<StoreProfile>, HubError> {
    let rows = sqlx::query("SELECT id, name, phone, tier FROM store ORDER BY id").fetch_all(conn).await;
    rows.doing("reading the stores")?.iter().map(|row| store_profile(row, 0)).collect()
}

/// A guide's profile, or `None`.
pub async fn guide(conn: &mut Conn, id: &str) -> Result<Option<GuideProfile>, HubError> {
    let row = sqlx::query(
        "SELECT g.id, g.name, g.days_off, s.id, s.name, s.phone, s.tier \
         FROM guide g JOIN store s ON s.id = g.store_id WHERE g.id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await
    .doing("reading a guide")?;
    row.as_ref().map(guide_profile).transpose()
}

/// All guides, by id.
pub async fn guides(conn: &mut Conn) -> Result<Vec<GuideRow>, HubError> {
    let rows = sqlx::query(
        "SELECT g.id, g.name, g.days_off, s.id, s.name, s.phone, s.tier, \
                (SELECT COUNT(*) FROM customer_owner o WHERE o.guide_id = g.id) \
         FROM guide g JOIN store s ON s.id = g.store_id ORDER BY g.id",
    )
    .fetch_all(conn)
    .await
    .doing("reading the guides")?;
    rows.iter().map(|row| Ok(GuideRow { profile: guide_profile(row)?, n_customers: count(row, 7)? })).collect()
}

/// How many customers no guide serves.
pub async fn count_unassigned(conn: &mut Conn) -> Result<u64, HubError> {
    let row = sqlx::query("SELECT COUNT(*) FROM customer_owner WHERE guide_id = $1").bind(POOL).fetch_one(conn).await;
    count(&row.doing("counting customers")?, 0)
}

/// In which feed each of these customers lives; unknown ones are missing.
pub async fn owners(conn: &mut Conn, customers: &[&str]) -> Result<BTreeMap<String, String>, HubError> {
    let mut owners = BTreeMap::new();
    for customers in customers.chunks(MAX_ROWS) {
        let sql = format!(
            "SELECT customer_id, guide_id FROM customer_owner WHERE customer_id IN {}",
            placeholders(1, 1, customers.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for customer in customers {
            query = query.bind(*customer);
        }
        for row in query.fetch_all(&mut *conn).await.doing("reading who serves whom")? {
            owners.insert(text(&row, 0)?, text(&row, 1)?);
        }
    }
    Ok(owners)
}

/// Enters in which feed customers live.
pub async fn put_owners(conn: &mut Conn, guide_id: &str, customers: &[&str]) -> Result<(), HubError> {
    for customers in customers.chunks(MAX_ROWS) {
        let sql = format!(
            "INSERT INTO customer_owner (customer_id, guide_id) VALUES {} \
             ON CONFLICT (customer_id) DO UPDATE SET guide_id = excluded.guide_id",
            placeholders(1, customers.len(), 2)
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for customer in customers {
            query = query.bind(*customer).bind(guide_id);
        }
        query.execute(&mut *conn).await.doing("writing who serves whom")?;
    }
    Ok(())
}

/// The customers of a feed, by id.
pub async fn customers_of(conn: &mut Conn, guide_id: &str) -> Result<Vec<String>, HubError> {
    let rows = sqlx::query("SELECT customer_id FROM customer_owner WHERE guide_id = $1 ORDER BY customer_id")
        .bind(guide_id)
        .fetch_all(conn)
        .await
        .doing("reading a guide's customers")?;
    rows.iter().map(|row| text(row, 0)).collect()
}

/// Makes the feeds that belong to no guide.
pub(super) async fn create_common_feeds(db: &Db) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    for id in [SHARED, POOL] {
        if sqlx::query("SELECT head FROM guide_feed WHERE guide_id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await
            .doing("looking for a feed")?
            .is_none()
        {
            feed::create(&mut conn, id).await?;
        }
    }
    Ok(())
}

/// Tells all terminals of the guides whom a hub took in before it did so.
pub(super) async fn tell_of_guides(db: &Db) -> Result<(), HubError> {
    let untold = sqlx::query(
        "SELECT COUNT(*) FROM guide g WHERE NOT EXISTS \
         (SELECT 1 FROM entity e WHERE e.guide_id = $1 AND e.kind = $2 AND e.id = g.id)",
    )
    .bind(SHARED)
    .bind(kind::COLLEAGUE)
    .fetch_one(&mut *db.conn().await?)
    .await;
    if count(&untold.doing("looking for guides of whom nobody was told")?, 0)? == 0 {
        return Ok(());
    }
    let guides = guides(&mut *db.conn().await?).await?;
    let profiles: Vec<&GuideProfile> = guides.iter().map(|guide| &guide.profile).collect();
    for profiles in profiles.chunks(MAX_ROWS) {
        retry(|| put_colleagues(db, profiles)).await?;
    }
    Ok(())
}

async fn put_colleagues(db: &Db, profiles: &[&GuideProfile]) -> Result<(), HubError> {
    let mut changes = Vec::with_capacity(profiles.len());
    for profile in profiles {
        let colleague =
            Colleague { id: profile.id.clone(), name: profile.name.clone(), store: profile.store.id.clone() };
        changes.push(Change::put(kind::COLLEAGUE, profile.id.as_str(), "", json(&colleague)?));
    }
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, SHARED).await?;
    feed.apply(&mut tx, changes).await?;
    commit(tx).await
}

async fn put_profile(tx: &mut Tx, profile: &GuideProfile) -> Result<(), HubError> {
    let id = profile.id.as_str();
    feed::create(tx, id).await?;
    let mut feed = Feed::lock_known(tx, id).await?;
    feed.apply(tx, vec![Change::put(kind::GUIDE, id, "", json(profile)?)]).await?;
    Ok(())
}

/// The JSON of what the hub itself made.
pub fn json<T: serde::Serialize>(value: &T) -> Result<String, HubError> {
    serde_json::to_string(value).map_err(|error| HubError::refused(format!("this cannot be written as JSON: {error}")))
}

fn store_profile(row: &sqlx::any::AnyRow, first: usize) -> Result<StoreProfile, HubError> {
    let id = text(row, first)?;
    let corrupt = || HubError::corrupt(format!("the store {id}"));
    let phone = text(row, first + 2)?;
    Ok(StoreProfile {
        id: StoreId::new(&id).map_err(|_| corrupt())?,
        name: text(row, first + 1)?,
        phone: (!phone.is_empty()).then_some(phone),
        tier: match text(row, first + 3)?.as_str() {
            "" => None,
            letter => Some(store_tier(letter).ok_or_else(corrupt)?),
        },
    })
}

fn guide_profile(row: &sqlx::any::AnyRow) -> Result<GuideProfile, HubError> {
    let id = text(row, 0)?;
    let corrupt = || HubError::corrupt(format!("the guide {id}"));
    let days_off = text(row, 2)?;
    let days_off = days_off.split(',').filter(|day| !day.is_empty()).map(|day| day.parse().map_err(|_| corrupt()));
    Ok(GuideProfile {
        id: GuideId::new(&id).map_err(|_| corrupt())?,
        name: text(row, 1)?,
        store: store_profile(row, 3)?,
        days_off: days_off.collect::<Result<_, _>>()?,
    })
}

/// The rank of a shop by its letter.
pub fn store_tier(letter: &str) -> Option<StoreTier> {
    match letter {
        "A" => Some(StoreTier::A),
        "B" => Some(StoreTier::B),
        "C" => Some(StoreTier::C),
        _ => None,
    }
}

/// The letter of a shop's rank; empty where it has none that this version knows.
pub fn tier_letter(tier: Option<StoreTier>) -> &'static str {
    match tier {
        Some(StoreTier::A) => "A",
        Some(StoreTier::B) => "B",
        Some(StoreTier::C) => "C",
        Some(StoreTier::Unknown) | None => "",
    }
}

/// Days of the week as `Wed,Sun`, in their order and each once.
pub fn days_off_text(days_off: &[Weekday]) -> String {
    in_order(days_off).iter().map(Weekday::to_string).collect::<Vec<_>>().join(",")
}

fn in_order(days_off: &[Weekday]) -> Vec<Weekday> {
    let mut days_off = days_off.to_vec();
    days_off.sort_by_key(Weekday::num_days_from_monday);
    days_off.dedup();
    days_off
}
