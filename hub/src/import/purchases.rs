//! Purchases from a CSV file. What makes a row the same purchase as one imported before is its sale number, else its
//! content and its place among the equal rows of its file.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use guide_common::customer::Customer;
use guide_common::id::{PurchaseId, StoreId};
use guide_common::names::generated_name;
use guide_common::purchase::{Item, Purchase, parse_fen};
use guide_common::text::{Lines, sanitise};

use super::columns::PURCHASE_COLUMNS;
use super::csv_file::{CsvFile, Row};
use super::field::{self, shown};
use super::{
    BATCH, BadRow, ImportOptions, Mode, ROUNDS, Summary, customer_id, known_stores, meanwhile_moved, store_of,
};
use crate::db::directory::{json, owners, put_owners};
use crate::db::feed::{Change, Feed, POOL, Written, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, sale};
use crate::error::HubError;
use crate::secret;

/// The longest text of a cell, in characters.
const MAX_CELL_CHARS: usize = 120;

/// Imports a file's bytes. `progress` hears how many rows of how many are done.
pub async fn import(
    db: &Db,
    bytes: &[u8],
    options: &ImportOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, HubError> {
    let stores = known_stores(db, options).await?;
    let mut summary = Summary::default();
    let file = CsvFile::parse(bytes, &PURCHASE_COLUMNS, &mut summary)?;
    let purchases = read(&file, &stores, options, &mut summary);
    summary.bad.sort_by_key(|bad| bad.line);
    write(db, &purchases, options.mode, &mut summary, progress).await?;
    Ok(summary)
}

/// Writes purchases that have their ids, and the customers that they name where there are none.
pub async fn write(
    db: &Db,
    purchases: &[Purchase],
    mode: Mode,
    summary: &mut Summary,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), HubError> {
    let mut created: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<&Purchase> = purchases.iter().collect();
    let (mut n_done, n_all) = (0, purchases.len());
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let customers: BTreeSet<&str> = pending.iter().map(|purchase| purchase.customer.as_str()).collect();
        let mut conn = db.conn().await?;
        let owners = owners(&mut conn, &customers.into_iter().collect::<Vec<_>>()).await?;
        drop(conn);
        let mut by_feed: BTreeMap<&str, Vec<&Purchase>> = BTreeMap::new();
        for purchase in std::mem::take(&mut pending) {
            let feed = owners.get(purchase.customer.as_str()).map_or(POOL, String::as_str);
            by_feed.entry(feed).or_default().push(purchase);
        }
        for (feed, of_feed) in by_feed {
            for batch in of_feed.chunks(BATCH) {
                let written = retry(|| write_batch(db, feed, batch, mode)).await?;
                written.did.iter().for_each(|did| summary.count(*did));
                created.extend(written.created);
                n_done += written.did.len();
                pending.extend(written.left);
                progress(n_done, n_all);
            }
        }
    }
    summary.customers_created += created.len() as u64;
    if pending.is_empty() { Ok(()) } else { Err(meanwhile_moved(pending.len())) }
}

fn read(file: &CsvFile, stores: &[StoreId], options: &ImportOptions, summary: &mut Summary) -> Vec<Purchase> {
    let mut purchases: Vec<Purchase> = Vec::new();
    let mut n_equal: HashMap<String, u32> = HashMap::new();
    let mut by_number: HashMap<String, (u64, usize)> = HashMap::new();
    for row in file.rows() {
        let mut purchase = match parse(&row, stores, options) {
            Ok(purchase) => purchase,
            Err(reason) => {
                summary.bad.push(BadRow { line: row.line, reason });
                continue;
            }
        };
        let key = identity(&purchase);
        if purchase.sale_no.is_none() {
            let ordinal = n_equal.entry(key.clone()).or_default();
            *ordinal += 1;
            purchase.id = id(&format!("p-{}-{ordinal}", &key[..32]));
            purchases.push(purchase);
            continue;
        }
        purchase.id = id(&format!("{}-{}", if purchase.is_return() { "r" } else { "s" }, &key[..32]));
        match by_number.get(&key) {
            Some((_, idx)) if purchases[*idx] == purchase => summary.repeated += 1,
            Some((line, _)) => {
                let number = shown(purchase.sale_no.as_deref().unwrap_or_default());
                let reason =
                    format!("the sale number {number} stands on line {line} with other content: one row is one sale");
                summary.bad.push(BadRow { line: row.line, reason });
            }
            None => {
                by_number.insert(key, (row.line, purchases.len()));
                purchases.push(purchase);
            }
        }
    }
    purchases
}

fn parse(row: &Row<'_>, stores: &[StoreId], options: &ImportOptions) -> Result<Purchase, String> {
    let customer = customer_id(row)?;
    let cell = row.cell("purchased_on");
    let bought_on = field::date(cell).ok_or_else(|| {
        format!("{:?} is no date: write it as 2026-08-12, 2026/8/12, 20260812 or 2026年8月12日", shown(cell))
    })?;
    let cell = row.cell("amount");
    let amount_fen = parse_fen(cell)
        .ok_or_else(|| format!("{:?} is no amount: write it as 1234.50, with at most two decimals", shown(cell)))?;
    let text = |name| {
        let text = sanitise(row.cell(name), Lines::One, MAX_CELL_CHARS);
        (!text.is_empty()).then_some(text)
    };
    let item = Item {
        name: text("item"),
        category: text("category"),
        material: text("material"),
        quantity: quantity(row.cell("quantity"), amount_fen)?,
    };
    let mut purchase = Purchase {
        id: id("unnamed"),
        customer,
        bought_on,
        amount_fen,
        items: if item == Item::default() { Vec::new() } else { vec![item] },
        sale_no: text("sale_no"),
        returns_sale_no: text("returns_sale_no"),
        store: store_of(row.cell("store"), stores, options)?,
    };
    if !purchase.is_return() {
        purchase.returns_sale_no = None;
    }
    Ok(purchase)
}

fn quantity(cell: &str, amount_fen: i64) -> Result<Option<u32>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let fault = || format!("{:?} is no quantity: write a whole number", shown(cell));
    // whole numbers in hundredths, so that 2, 2.0 and full-width digits are read alike
    let hundredths = parse_fen(cell).ok_or_else(fault)?;
    if hundredths % 100 != 0 {
        return Err(fault());
    }
    if hundredths < 0 && amount_fen > 0 {
        return Err("the quantity is negative and the amount is not: a return has a negative amount".to_owned());
    }
    u32::try_from((hundredths / 100).unsigned_abs()).map(Some).map_err(|_| fault())
}

/// What makes two rows the same: the shop's sale number, else everything that the row says.
fn identity(purchase: &Purchase) -> String {
    let store = purchase.store.as_ref().map_or("", StoreId::as_str);
    if let Some(number) = &purchase.sale_no {
        return numbered(store, number, purchase.is_return());
    }
    let item = purchase.items.first().cloned().unwrap_or_default();
    let parts = [
        purchase.customer.to_string(),
        purchase.bought_on.to_string(),
        purchase.amount_fen.to_string(),
        store.to_owned(),
        purchase.returns_sale_no.clone().unwrap_or_default(),
        item.name.unwrap_or_default(),
        item.category.unwrap_or_default(),
        item.material.unwrap_or_default(),
        item.quantity.map(|n| n.to_string()).unwrap_or_default(),
    ];
    secret::hash(&parts.join("\u{1f}"))
}

fn numbered(store: &str, number: &str, is_return: bool) -> String {
    secret::hash(&format!("sale\u{1f}{store}\u{1f}{number}\u{1f}{is_return}"))
}

/// The id that the import gives to a sale of a number in a store.
pub(super) fn sale_id(store: Option<&StoreId>, number: &str) -> PurchaseId {
    let number = sanitise(number, Lines::One, MAX_CELL_CHARS);
    id(&format!("s-{}", &numbered(store.map_or("", StoreId::as_str), &number, false)[..32]))
}

#[expect(clippy::expect_used, reason = "the id is made of a letter, hexadecimal digits, dashes and a number")]
fn id(text: &str) -> PurchaseId {
    PurchaseId::new(text).expect("a purchase id of safe characters")
}

struct BatchWritten<'p> {
    did: Vec<Written>,
    created: Vec<String>,
    /// Purchases whose customer lives in another feed by now.
    left: Vec<&'p Purchase>,
}

async fn write_batch<'p>(
    db: &Db,
    feed_id: &str,
    batch: &[&'p Purchase],
    mode: Mode,
) -> Result<BatchWritten<'p>, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, feed_id).await?;
    let customers: BTreeSet<&str> = batch.iter().map(|purchase| purchase.customer.as_str()).collect();
    let owners = owners(&mut tx, &customers.iter().copied().collect::<Vec<_>>()).await?;
    let (here, left): (Vec<&Purchase>, Vec<&Purchase>) = batch
        .iter()
        .copied()
        .partition(|purchase| owners.get(purchase.customer.as_str()).map_or(feed_id == POOL, |owner| owner == feed_id));
    let mut changes = Vec::with_capacity(here.len());
    let mut created: Vec<&str> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for purchase in &here {
        let id = purchase.customer.as_str();
        if !owners.contains_key(id) && seen.insert(id) {
            changes.push(Change::put(kind::CUSTOMER, id, id, json(&made_up(purchase))?));
            created.push(id);
        }
    }
    for purchase in &here {
        changes.push(Change::put(kind::PURCHASE, purchase.id.as_str(), purchase.customer.as_str(), json(purchase)?));
    }
    put_owners(&mut tx, feed_id, &created).await?;
    let did = feed.apply(&mut tx, changes).await?.split_off(created.len());
    let numbered: Vec<(&str, &str)> = here
        .iter()
        .filter(|purchase| purchase.sale_no.is_some())
        .map(|purchase| (purchase.id.as_str(), purchase.customer.as_str()))
        .collect();
    let moved = sale::enter(&mut tx, &numbered).await?;
    let created = created.into_iter().map(str::to_owned).collect();
    if mode == Mode::Write {
        commit(tx).await?;
        for moved in &moved {
            retry(|| sale::leave(db, moved)).await?;
        }
    }
    Ok(BatchWritten { did, created, left })
}

/// The customer of a purchase of whom nothing else is known.
fn made_up(purchase: &Purchase) -> Customer {
    let mut customer = Customer::new(purchase.customer.clone(), generated_name(&purchase.customer));
    customer.name_generated = true;
    customer.store.clone_from(&purchase.store);
    customer
}
