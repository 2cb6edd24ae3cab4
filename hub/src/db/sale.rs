//! The directory of numbered sales: whose a sale is, so that a sale booked to another customer later leaves the first.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::feed::{Change, Feed, kind};
use super::{Conn, Db, MAX_ROWS, commit, directory, placeholders, text};
use crate::error::{DatabaseContext, HubError};

/// A sale that was booked to another customer.
#[derive(Clone, Debug)]
pub struct MovedSale {
    /// The sale.
    pub purchase_id: String,
    /// Whose it was.
    pub from: String,
    /// Whose it is.
    pub to: String,
}

/// Enters whose sales these are, as pairs of purchase and customer; returns those that were another customer's, which
/// stay entered as they were until [`leave`].
pub async fn enter(conn: &mut Conn, sales: &[(&str, &str)]) -> Result<Vec<MovedSale>, HubError> {
    let mut moved = Vec::new();
    for sales in sales.chunks(MAX_ROWS) {
        let ids: Vec<&str> = sales.iter().map(|(purchase_id, _)| *purchase_id).collect();
        let known = buyers(conn, &ids).await?;
        let mut new = Vec::new();
        for (purchase_id, customer) in sales {
            match known.get(*purchase_id) {
                None => new.push((*purchase_id, *customer)),
                Some(from) if from != customer => moved.push(MovedSale {
                    purchase_id: (*purchase_id).to_owned(),
                    from: from.clone(),
                    to: (*customer).to_owned(),
                }),
                Some(_) => {}
            }
        }
        insert(conn, &new).await?;
    }
    Ok(moved)
}

/// Whose numbered sales these are, by purchase; unknown ones are missing.
pub async fn buyers(conn: &mut Conn, purchases: &[&str]) -> Result<HashMap<String, String>, HubError> {
    let mut known = HashMap::new();
    for purchases in purchases.chunks(MAX_ROWS) {
        let sql = format!(
            "SELECT purchase_id, customer_id FROM sale WHERE purchase_id IN {}",
            placeholders(1, 1, purchases.len())
        );
        // safe: only numbered placeholders are put into the text
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for purchase_id in purchases {
            query = query.bind(*purchase_id);
        }
        for row in query.fetch_all(&mut *conn).await.doing("reading whose sales these are")? {
            known.insert(text(&row, 0)?, text(&row, 1)?);
        }
    }
    Ok(known)
}

/// Takes a sale out of its former customer's feed. Done after the sale is in the new one, so that a program that ends
/// between the two leaves it twice, which the next import of the file mends, and never nowhere.
pub async fn leave(db: &Db, sale: &MovedSale) -> Result<(), HubError> {
    let mut conn = db.conn().await?;
    let owners = directory::owners(&mut conn, &[&sale.from]).await?;
    drop(conn);
    let mut tx = db.begin().await?;
    if let Some(owner) = owners.get(&sale.from) {
        let mut feed = Feed::lock_known(&mut tx, owner).await?;
        let stored = feed.load(&mut tx, kind::PURCHASE, &[&sale.purchase_id]).await?;
        if stored.get(&sale.purchase_id).is_some_and(|stored| stored.customer_id == sale.from) {
            feed.apply(&mut tx, vec![Change::del(kind::PURCHASE, &sale.purchase_id, &sale.from)]).await?;
        }
    }
    sqlx::query("UPDATE sale SET customer_id = $1 WHERE purchase_id = $2")
        .bind(&sale.to)
        .bind(&sale.purchase_id)
        .execute(&mut *tx)
        .await
        .doing("writing whose a sale is")?;
    commit(tx).await
}

async fn insert(conn: &mut Conn, sales: &[(&str, &str)]) -> Result<(), HubError> {
    if sales.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO sale (purchase_id, customer_id) VALUES {} ON CONFLICT (purchase_id) DO NOTHING",
        placeholders(1, sales.len(), 2)
    );
    // safe: only numbered placeholders are put into the text
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (purchase_id, customer) in sales {
        query = query.bind(*purchase_id).bind(*customer);
    }
    query.execute(conn).await.doing("writing whose sales these are")?;
    Ok(())
}
