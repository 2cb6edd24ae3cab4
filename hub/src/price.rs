//! The shop's gold price: set by headquarters several times a day, one entity of the shared feed.

use chrono::NaiveDateTime;
use guide_common::sop::settings::GoldPrice;

use crate::db::directory::json;
use crate::db::feed::{Change, Feed, SHARED, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, file};
use crate::error::HubError;

/// Sets the price; returns the one that it replaces. A price is never set for later: terminals would say it now.
pub async fn set(db: &Db, price: GoldPrice, now: NaiveDateTime) -> Result<Option<GoldPrice>, HubError> {
    if price.price_fen <= 0 {
        return Err(HubError::refused("a gold price is more than zero: write yuan a gram, such as 1034.50"));
    }
    if now < price.at {
        return Err(HubError::refused(format!(
            "{} lies in the future, it is {}: set the price when it holds",
            price.at.format("%Y-%m-%d %H:%M"),
            now.format("%Y-%m-%d %H:%M")
        )));
    }
    retry(|| put(db, &price)).await
}

async fn put(db: &Db, price: &GoldPrice) -> Result<Option<GoldPrice>, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, SHARED).await?;
    let before = file::gold_price(&mut tx).await?;
    feed.apply(&mut tx, vec![Change::put(kind::GOLD_PRICE, kind::GOLD_PRICE, "", json(price)?)]).await?;
    commit(tx).await?;
    Ok(before)
}
