//! `guide-hub leads`: the leads that guides entered, and whose phone numbers another customer has, without names or
//! numbers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use guide_common::customer::Customer;
use guide_common::id::{CustomerId, GuideId};
use guide_common::lead::LEAD_ADDED;
use serde::Serialize;

use super::Output;
use super::args::LeadsArgs;
use super::table::Table;
use crate::db::feed::{kind, load_of_customers};
use crate::db::{Db, file, lead};
use crate::error::HubError;

#[derive(Serialize)]
struct Leads {
    leads: Vec<LeadRow>,
}

/// A lead that a guide entered.
#[derive(Serialize)]
struct LeadRow {
    customer: CustomerId,
    /// Who entered them.
    entered_by: GuideId,
    on: NaiveDate,
    /// In whose feed they live.
    feed: String,
    undone: bool,
    /// Customers with the same phone number.
    same_phone: Vec<String>,
}

pub(super) async fn run(db: &Db, args: LeadsArgs) -> Result<Output, HubError> {
    let mut conn = db.conn().await?;
    let mut rows = Vec::new();
    let mut by_feed: BTreeMap<String, Vec<guide_common::fact::Fact>> = BTreeMap::new();
    for (feed, fact) in file::facts_of_kind(&mut conn, LEAD_ADDED).await? {
        by_feed.entry(feed).or_default().push(fact);
    }
    for (feed, facts) in by_feed {
        let ids: Vec<&str> = facts.iter().map(|fact| fact.customer.as_str()).collect();
        let mut phones: BTreeMap<String, String> = BTreeMap::new();
        for stored in load_of_customers(&mut conn, &feed, &ids).await?.iter().filter(|of| of.kind == kind::CUSTOMER) {
            let customer: Customer = file::parse(kind::CUSTOMER, &stored.id, &stored.body)?;
            phones.extend(customer.phone.map(|phone| (stored.id.clone(), phone)));
        }
        let numbers: Vec<&str> = phones.values().map(String::as_str).collect();
        let known = lead::with_phones(&mut conn, db.engine(), &numbers).await?;
        rows.extend(facts.iter().map(|fact| {
            let others = phones.get(fact.customer.as_str()).and_then(|phone| known.get(phone));
            let is_other = |id: &&String| id.as_str() != fact.customer.as_str();
            LeadRow {
                customer: fact.customer.clone(),
                entered_by: fact.guide.clone(),
                on: fact.on(),
                feed: feed.clone(),
                undone: fact.is_undone(),
                same_phone: others.into_iter().flatten().filter(is_other).cloned().collect(),
            }
        }));
    }
    if args.duplicates {
        rows.retain(|row| !row.same_phone.is_empty() && !row.undone);
    }
    rows.sort_by(|a, b| (b.on, &a.customer).cmp(&(a.on, &b.customer)));
    if args.json {
        return Output::json(Leads { leads: rows });
    }
    if rows.is_empty() {
        return Ok(Output::done("there are none\n"));
    }
    let mut table = Table::new(&["customer", "day", "entered by", "feed", "", "same phone"]);
    for row in &rows {
        let (on, undone) = (row.on.to_string(), if row.undone { "undone" } else { "" });
        let same = row.same_phone.join(" ");
        table.row([row.customer.as_str(), &on, row.entered_by.as_str(), &row.feed, undone, &same]);
    }
    Ok(Output::done(table.text()))
}
