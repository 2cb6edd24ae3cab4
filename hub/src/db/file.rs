//! Customers' files and plans, read from the feeds in which they live.

use std::collections::BTreeMap;

use guide_common::apply::CustomerFile;
use guide_common::customer::Customer;
use guide_common::fact::Fact;
use guide_common::id::{CustomerId, GuideId};
use guide_common::sop::plan::Plan;
use guide_common::sop::settings::{GoldPrice, Settings};
use guide_common::template::Template;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::directory::json;
use super::feed::{SHARED, Stored, kind, load_of_customers};
use super::{Conn, text};
use crate::error::{DatabaseContext, HubError};

/// The published plans, by id.
pub async fn plans(conn: &mut Conn) -> Result<Vec<Plan>, HubError> {
    let rows = sqlx::query("SELECT id, body FROM entity WHERE guide_id = $1 AND kind = $2 AND deleted = 0 ORDER BY id")
        .bind(SHARED)
        .bind(kind::PLAN)
        .fetch_all(conn)
        .await
        .doing("reading the plans")?;
    rows.iter().map(|row| parse(kind::PLAN, &text(row, 0)?, &text(row, 1)?)).collect()
}

/// The published templates, by id.
pub async fn templates(conn: &mut Conn) -> Result<Vec<Template>, HubError> {
    let rows = sqlx::query("SELECT id, body FROM entity WHERE guide_id = $1 AND kind = $2 AND deleted = 0 ORDER BY id")
        .bind(SHARED)
        .bind(kind::TEMPLATE)
        .fetch_all(conn)
        .await
        .doing("reading the templates")?;
    rows.iter().map(|row| parse(kind::TEMPLATE, &text(row, 0)?, &text(row, 1)?)).collect()
}

/// All facts of a kind with the feeds in which their customers live; copies of customers on loan are left out.
pub async fn facts_of_kind(conn: &mut Conn, fact_kind: &str) -> Result<Vec<(String, Fact)>, HubError> {
    let rows = sqlx::query(
        "SELECT e.guide_id, e.id, e.body FROM entity e \
         JOIN customer_owner o ON o.customer_id = e.customer_id AND o.guide_id = e.guide_id \
         WHERE e.kind = $1 AND e.deleted = 0 AND e.body LIKE $2 ORDER BY e.guide_id, e.seq",
    )
    .bind(kind::FACT)
    .bind(format!("%\"kind\":\"{fact_kind}\"%"))
    .fetch_all(conn)
    .await
    .doing("reading facts")?;
    let mut facts = Vec::with_capacity(rows.len());
    for row in &rows {
        let fact: Fact = parse(kind::FACT, &text(row, 1)?, &text(row, 2)?)?;
        if fact.body.kind() == fact_kind {
            facts.push((text(row, 0)?, fact));
        }
    }
    Ok(facts)
}

/// Every fact and document that lives in a feed, or in all where it is empty: a line of JSON each, by feed, kind and id.
/// Two hubs that hold the same give the same text, whatever the order in which they came to it and whatever keeps it.
pub async fn dump(conn: &mut Conn, feed: &str) -> Result<String, HubError> {
    #[derive(serde::Serialize)]
    struct Line<'r> {
        feed: &'r str,
        kind: &'r str,
        id: &'r str,
        body: &'r RawValue,
    }
    let rows =
        sqlx::query("SELECT guide_id, kind, id, body FROM entity WHERE deleted = 0 AND (guide_id = $1 OR $1 = '')")
            .bind(feed)
            .fetch_all(conn)
            .await
            .doing("reading everything")?;
    let mut entities = Vec::with_capacity(rows.len());
    for row in &rows {
        entities.push((text(row, 0)?, text(row, 1)?, text(row, 2)?, text(row, 3)?));
    }
    // here, since databases sort texts by the rules of a country
    entities.sort_unstable();
    let mut dump = String::new();
    for (feed, kind, id, body) in &entities {
        let body = serde_json::from_str(body).map_err(|_| HubError::corrupt(format!("the {kind} {id}")))?;
        dump.push_str(&json(&Line { feed, kind, id, body })?);
        dump.push('\n');
    }
    Ok(dump)
}

/// The published settings; the defaults hold until there are any.
pub async fn settings(conn: &mut Conn) -> Result<Settings, HubError> {
    Ok(shared(conn, kind::SETTINGS).await?.unwrap_or_default())
}

/// The shop's gold price, where one is set.
pub async fn gold_price(conn: &mut Conn) -> Result<Option<GoldPrice>, HubError> {
    shared(conn, kind::GOLD_PRICE).await
}

/// The one entity of a kind of the shared feed.
pub async fn shared<T: DeserializeOwned>(conn: &mut Conn, kind: &str) -> Result<Option<T>, HubError> {
    let row = sqlx::query("SELECT body FROM entity WHERE guide_id = $1 AND kind = $2 AND id = $2 AND deleted = 0")
        .bind(SHARED)
        .bind(kind)
        .fetch_optional(conn)
        .await
        .doing("reading what all guides share")?;
    row.map(|row| parse(kind, kind, &text(&row, 0)?)).transpose()
}

/// The body of one entity of what all guides share.
pub async fn of_shared(conn: &mut Conn, kind: &str, id: &str) -> Result<Option<String>, HubError> {
    let row = sqlx::query("SELECT body FROM entity WHERE guide_id = $1 AND kind = $2 AND id = $3 AND deleted = 0")
        .bind(SHARED)
        .bind(kind)
        .bind(id)
        .fetch_optional(conn)
        .await
        .doing("reading what all guides share")?;
    row.map(|row| text(&row, 0)).transpose()
}

/// The facts about all guides, guide by guide; those without any are missing.
pub async fn about_guides(conn: &mut Conn) -> Result<BTreeMap<GuideId, Vec<Fact>>, HubError> {
    // the condition's text is that of the index
    let rows = sqlx::query(
        "SELECT guide_id, id, body FROM entity WHERE customer_id = '@guide' AND kind = $1 AND deleted = 0 \
         ORDER BY guide_id, id",
    );
    let rows = rows.bind(kind::FACT).fetch_all(conn).await.doing("reading the facts about guides")?;
    let mut facts: BTreeMap<GuideId, Vec<Fact>> = BTreeMap::new();
    for row in &rows {
        let guide = text(row, 0)?;
        let guide = GuideId::new(&guide).map_err(|_| HubError::corrupt(format!("the guide {guide}")))?;
        facts.entry(guide).or_default().push(parse(kind::FACT, &text(row, 1)?, &text(row, 2)?)?);
    }
    Ok(facts)
}

/// The facts about a guide, such as leaves, in the guide's own feed.
pub async fn guide_facts(conn: &mut Conn, guide_id: &str) -> Result<Vec<Fact>, HubError> {
    let rows = sqlx::query(
        "SELECT id, body FROM entity WHERE guide_id = $1 AND customer_id = $2 AND kind = $3 AND deleted = 0 ORDER BY id",
    )
    .bind(guide_id)
    .bind(CustomerId::guide_itself().as_str())
    .bind(kind::FACT)
    .fetch_all(conn)
    .await
    .doing("reading the facts about a guide")?;
    rows.iter().map(|row| parse(kind::FACT, &text(row, 0)?, &text(row, 1)?)).collect()
}

/// The files of some of a guide's customers, by id; those who are not in the feed are missing.
pub async fn of_customers(
    conn: &mut Conn,
    guide_id: &str,
    customers: &[&str],
) -> Result<BTreeMap<CustomerId, CustomerFile>, HubError> {
    of_stored(&load_of_customers(conn, guide_id, customers).await?)
}

/// The files of the customers whose entities these are, by id.
pub(super) fn of_stored<'s>(
    stored: impl IntoIterator<Item = &'s Stored>,
) -> Result<BTreeMap<CustomerId, CustomerFile>, HubError> {
    files(&stored.into_iter().map(Row::of).collect::<Vec<_>>())
}

/// The files of all customers of a feed, by id.
pub async fn of_feed(conn: &mut Conn, guide_id: &str) -> Result<BTreeMap<CustomerId, CustomerFile>, HubError> {
    let rows = sqlx::query(
        "SELECT kind, id, body FROM entity WHERE guide_id = $1 AND deleted = 0 AND customer_id <> '' ORDER BY seq",
    )
    .bind(guide_id)
    .fetch_all(conn)
    .await
    .doing("reading a guide's customers")?;
    let mut stored = Vec::with_capacity(rows.len());
    for row in &rows {
        stored.push((text(row, 0)?, text(row, 1)?, text(row, 2)?));
    }
    files(&stored.iter().map(|(kind, id, body)| Row { kind, id, body }).collect::<Vec<_>>())
}

/// The documents of all customers of a feed, by id.
pub async fn customers_of_feed(conn: &mut Conn, guide_id: &str) -> Result<Vec<Customer>, HubError> {
    let rows = sqlx::query("SELECT id, body FROM entity WHERE guide_id = $1 AND kind = $2 AND deleted = 0 ORDER BY id")
        .bind(guide_id)
        .bind(kind::CUSTOMER)
        .fetch_all(conn)
        .await
        .doing("reading a guide's customers")?;
    rows.iter().map(|row| parse(kind::CUSTOMER, &text(row, 0)?, &text(row, 1)?)).collect()
}

/// Reads a stored body.
pub fn parse<T: DeserializeOwned>(kind: &str, id: &str, body: &str) -> Result<T, HubError> {
    serde_json::from_str(body).map_err(|_| HubError::corrupt(format!("the {kind} {id}")))
}

struct Row<'r> {
    kind: &'r str,
    id: &'r str,
    body: &'r str,
}

impl<'r> Row<'r> {
    fn of(stored: &'r Stored) -> Self {
        Self { kind: &stored.kind, id: &stored.id, body: &stored.body }
    }
}

fn files(rows: &[Row<'_>]) -> Result<BTreeMap<CustomerId, CustomerFile>, HubError> {
    let mut files: BTreeMap<CustomerId, CustomerFile> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind == kind::CUSTOMER) {
        let customer: Customer = parse(row.kind, row.id, row.body)?;
        files.insert(customer.id.clone(), CustomerFile::new(customer));
    }
    for row in rows {
        match row.kind {
            kind::PURCHASE => {
                let purchase: guide_common::purchase::Purchase = parse(row.kind, row.id, row.body)?;
                if let Some(file) = files.get_mut(&purchase.customer) {
                    file.purchases.push(purchase);
                }
            }
            kind::FACT => {
                let fact: Fact = parse(row.kind, row.id, row.body)?;
                if let Some(file) = files.get_mut(&fact.customer) {
                    file.facts.push(fact);
                }
            }
            _ => {}
        }
    }
    Ok(files)
}
