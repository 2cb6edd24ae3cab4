//! Importing what shops export: CSV files of customers, purchases and records. `docs/import.md` is the guide's side of this.

pub mod columns;
pub mod csv_file;
pub mod customers;
pub mod demo;
pub mod field;
mod people;
pub mod purchases;
mod record_row;
pub mod records;

use std::collections::BTreeSet;

use guide_common::id::{CustomerId, StoreId};

use crate::db::Db;
use crate::db::directory;
use crate::db::feed::Written;
use crate::error::HubError;

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The shop of rows that name none.
    pub store: Option<StoreId>,
    /// Whether to write or only to say what would be written.
    pub mode: Mode,
}

/// Whether to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Writes.
    #[default]
    Write,
    /// Does all the work and then takes it back.
    DryRun,
}

/// What an import did. `rows = new + updated + unchanged + repeated + bad`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rows below the header, empty ones not counted.
    pub rows: u64,
    /// Rows that added something.
    pub new: u64,
    /// Rows that changed something.
    pub updated: u64,
    /// Rows that were known as they are.
    pub unchanged: u64,
    /// Rows that another row of this file says too (the same sale number or customer).
    pub repeated: u64,
    /// Customers made because a purchase named them.
    pub customers_created: u64,
    /// Columns of the file that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Rows that were left out, with the reason.
    pub bad: Vec<BadRow>,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BadRow {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl Summary {
    fn count(&mut self, did: Written) {
        match did {
            Written::New => self.new += 1,
            Written::Changed => self.updated += 1,
            Written::Unchanged => self.unchanged += 1,
        }
    }
}

/// How often rows whose customer moves to another guide meanwhile are tried.
const ROUNDS: usize = 5;
/// How many entities are written in one transaction: a guide's ops wait no longer than that takes.
const BATCH: usize = 500;

/// The shops that rows may name.
async fn known_stores(db: &Db, options: &ImportOptions) -> Result<Vec<StoreId>, HubError> {
    let mut conn = db.conn().await?;
    let stores: Vec<StoreId> = directory::stores(&mut conn).await?.into_iter().map(|store| store.id).collect();
    match &options.store {
        Some(store) if !stores.contains(store) => Err(directory::unknown_store(store.as_str())),
        _ => Ok(stores),
    }
}

/// The customers whom a file names in its column `customer_id`; other columns are not read.
pub fn customer_ids(bytes: &[u8]) -> Result<BTreeSet<CustomerId>, HubError> {
    let mut summary = Summary::default();
    let file = csv_file::CsvFile::parse(bytes, &columns::ID_COLUMNS, &mut summary)?;
    let mut ids = BTreeSet::new();
    for row in file.rows() {
        let id = customer_id(&row).map_err(|reason| HubError::refused(format!("line {}: {reason}", row.line)))?;
        ids.insert(id);
    }
    match summary.bad.first() {
        Some(bad) => Err(HubError::refused(format!("line {}: {}", bad.line, bad.reason))),
        None => Ok(ids),
    }
}

/// Whom a row is about.
fn customer_id(row: &csv_file::Row<'_>) -> Result<CustomerId, String> {
    let customer = CustomerId::new(row.cell("customer_id")).map_err(|error| error.to_string())?;
    if customer.is_guide_itself() {
        return Err(format!("{customer} stands for a guide: give the customer another id"));
    }
    Ok(customer)
}

/// The shop of a row: its own cell, else the one given for the file.
fn store_of(cell: &str, stores: &[StoreId], options: &ImportOptions) -> Result<Option<StoreId>, String> {
    if cell.is_empty() {
        return Ok(options.store.clone());
    }
    let store = stores.iter().find(|store| store.as_str() == cell);
    store
        .cloned()
        .map(Some)
        .ok_or_else(|| format!("there is no store {}: `guide-hub store add` makes it", field::shown(cell)))
}

fn meanwhile_moved(n_left: usize) -> HubError {
    HubError::refused(format!(
        "{n_left} rows were not written because their customers were moved meanwhile: import the file again, \
         what is there already stays as it is"
    ))
}
