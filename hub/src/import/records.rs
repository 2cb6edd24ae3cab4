//! Records of headquarters from a CSV file: coupons, job tickets, levels, points, risks, life events, consents, secrets.
//! They become facts on their customers' files.

use std::collections::{BTreeSet, HashMap};

use guide_common::fact::Fact;
use guide_common::id::OpId;

use super::columns::RECORD_COLUMNS;
use super::csv_file::CsvFile;
use super::field::shown;
use super::record_row::{Record, read};
use super::{BadRow, ImportOptions, Summary, known_stores};
use crate::db::feed::Written;
use crate::db::{Db, directory, sale};
use crate::error::HubError;
use crate::record::{Existing, put};

/// Imports a file's bytes. `progress` hears how many facts of how many are done.
pub async fn import(
    db: &Db,
    bytes: &[u8],
    options: &ImportOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, HubError> {
    let stores = known_stores(db, options).await?;
    let mut summary = Summary::default();
    let file = CsvFile::parse(bytes, &RECORD_COLUMNS, &mut summary)?;
    let mut records = Vec::new();
    for row in file.rows() {
        match read(&row, &stores, options) {
            Ok(record) => records.push(record),
            Err(reason) => summary.bad.push(BadRow { line: row.line, reason }),
        }
    }
    let records = known(db, once_each(records, &mut summary), &mut summary).await?;
    summary.bad.sort_by_key(|bad| bad.line);
    let facts: Vec<Fact> = records.iter().flat_map(|record| record.facts.iter().cloned()).collect();
    let n_all = facts.len();
    let did = put(db, &facts, Existing::Replace, options.mode, &mut |n_done| progress(n_done, n_all)).await?;
    let mut did = did.into_iter();
    for record in &records {
        summary.count(of_row(did.by_ref().take(record.facts.len())));
    }
    Ok(summary)
}

/// A row that writes two facts is as new as the newer one.
fn of_row(did: impl Iterator<Item = Option<Written>>) -> Written {
    let did: Vec<Written> = did.flatten().collect();
    let is = |what| did.contains(&what);
    match (is(Written::New), is(Written::Changed)) {
        (true, _) => Written::New,
        (false, true) => Written::Changed,
        (false, false) => Written::Unchanged,
    }
}

/// Leaves out rows that say again what another row says, and reports those that contradict one.
fn once_each(records: Vec<Record>, summary: &mut Summary) -> Vec<Record> {
    let mut kept: Vec<Record> = Vec::with_capacity(records.len());
    let mut places: HashMap<OpId, usize> = HashMap::new();
    for record in records {
        let Some(first) = record.facts.first() else { continue };
        match places.get(&first.id).map(|idx| &kept[*idx]) {
            Some(other) if other.facts == record.facts => summary.repeated += 1,
            Some(other) => {
                let reason = format!("line {} says this record otherwise: one row is one record", other.line);
                summary.bad.push(BadRow { line: record.line, reason });
            }
            None => {
                places.insert(first.id, kept.len());
                kept.push(record);
            }
        }
    }
    kept
}

/// Leaves out rows whose customers or sale the hub does not know. A secret stands on both files or on none.
async fn known(db: &Db, records: Vec<Record>, summary: &mut Summary) -> Result<Vec<Record>, HubError> {
    let mut conn = db.conn().await?;
    let customers: BTreeSet<&str> =
        records.iter().flat_map(|record| &record.facts).map(|fact| fact.customer.as_str()).collect();
    let owners = directory::owners(&mut conn, &customers.into_iter().collect::<Vec<_>>()).await?;
    let sales: Vec<&str> = records.iter().filter_map(Record::named_sale).map(|(sale, _)| sale.as_str()).collect();
    let buyers = sale::buyers(&mut conn, &sales).await?;
    drop(conn);
    let fault = |record: &Record| {
        let unknown = record.facts.iter().find(|fact| !owners.contains_key(fact.customer.as_str()));
        if let Some(fact) = unknown {
            let customer = shown(fact.customer.as_str());
            return Some(format!("there is no customer {customer}: import customers or purchases first"));
        }
        let (sale, customer) = record.named_sale()?;
        (buyers.get(sale.as_str()).map(String::as_str) != Some(customer.as_str())).then(|| {
            "this customer has no such sale in this store: import the purchases first, or check sale_no and store"
                .to_owned()
        })
    };
    let (mut good, mut bad) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        match fault(&record) {
            Some(reason) => bad.push(BadRow { line: record.line, reason }),
            None => good.push(record),
        }
    }
    summary.bad.extend(bad);
    Ok(good)
}
