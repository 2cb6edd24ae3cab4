//! Customers from a CSV file: filled cells change a customer's document, empty ones leave it as it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use guide_common::customer::{Anniversary, Birthday, Customer, Link, Tag, Tier};
use guide_common::id::{CustomerId, StoreId};
use guide_common::names::generated_name;
use guide_common::text::{Lines, sanitise};

use super::columns::CUSTOMER_COLUMNS;
use super::csv_file::{CsvFile, Row};
use super::field::{self, shown};
use super::{
    BATCH, BadRow, ImportOptions, Mode, ROUNDS, Summary, customer_id, known_stores, meanwhile_moved, people, store_of,
};
use crate::db::directory::{json, owners, put_owners};
use crate::db::feed::{Change, Feed, POOL, Written, kind};
use crate::db::retry::retry;
use crate::db::{Db, commit, file as files};
use crate::error::HubError;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 40;
/// The most tags of one customer.
const MAX_TAGS: usize = 50;
/// What marks a tag as imported.
const TAG_SOURCE: &str = "import";

/// What a row says of a customer; `None` for what it leaves as it is.
#[derive(Clone, Debug, PartialEq)]
struct Patch {
    id: CustomerId,
    name: Option<String>,
    salutation: Option<String>,
    phone: Option<String>,
    store: Option<StoreId>,
    tier: Option<Tier>,
    birthday: Option<Birthday>,
    since_on: Option<NaiveDate>,
    tags: Option<Vec<Tag>>,
    wecom_on: Option<NaiveDate>,
    lead_on: Option<NaiveDate>,
    wedding_on: Option<NaiveDate>,
    anniversaries: Option<Vec<Anniversary>>,
    links: Option<Vec<Link>>,
    do_not_contact: Option<bool>,
}

/// Imports a file's bytes. `progress` hears how many customers of how many are done.
pub async fn import(
    db: &Db,
    bytes: &[u8],
    options: &ImportOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, HubError> {
    let stores = known_stores(db, options).await?;
    let mut summary = Summary::default();
    let file = CsvFile::parse(bytes, &CUSTOMER_COLUMNS, &mut summary)?;
    let mut patches: BTreeMap<String, Vec<Patch>> = BTreeMap::new();
    for row in file.rows() {
        match parse(&row, &stores, options) {
            Ok(patch) => {
                let of_customer = patches.entry(patch.id.to_string()).or_default();
                summary.repeated += u64::from(!of_customer.is_empty());
                of_customer.push(patch);
            }
            Err(reason) => summary.bad.push(BadRow { line: row.line, reason }),
        }
    }
    summary.bad.sort_by_key(|bad| bad.line);
    write(db, &patches, options.mode, &mut summary, progress).await?;
    Ok(summary)
}

async fn write(
    db: &Db,
    patches: &BTreeMap<String, Vec<Patch>>,
    mode: Mode,
    summary: &mut Summary,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), HubError> {
    let mut pending: Vec<&str> = patches.keys().map(String::as_str).collect();
    let mut n_done = 0;
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let mut conn = db.conn().await?;
        let owners = owners(&mut conn, &pending).await?;
        drop(conn);
        let mut by_feed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for id in std::mem::take(&mut pending) {
            by_feed.entry(owners.get(id).map_or(POOL, String::as_str)).or_default().push(id);
        }
        for (feed, ids) in by_feed {
            for batch in ids.chunks(BATCH) {
                let (did, left) = retry(|| write_batch(db, feed, batch, patches, mode)).await?;
                did.iter().for_each(|did| summary.count(*did));
                n_done += did.len();
                pending.extend(left);
                progress(n_done, patches.len());
            }
        }
    }
    if pending.is_empty() { Ok(()) } else { Err(meanwhile_moved(pending.len())) }
}

async fn write_batch<'p>(
    db: &Db,
    feed_id: &str,
    batch: &[&'p str],
    patches: &BTreeMap<String, Vec<Patch>>,
    mode: Mode,
) -> Result<(Vec<Written>, Vec<&'p str>), HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, feed_id).await?;
    let owners = owners(&mut tx, batch).await?;
    let (here, left): (Vec<&str>, Vec<&str>) =
        batch.iter().copied().partition(|id| owners.get(*id).map_or(feed_id == POOL, |owner| owner == feed_id));
    let stored = feed.load(&mut tx, kind::CUSTOMER, &here).await?;
    let mut changes = Vec::with_capacity(here.len());
    for id in &here {
        let mut customer: Option<Customer> = match stored.get(*id).filter(|stored| !stored.deleted) {
            Some(stored) => Some(files::parse(kind::CUSTOMER, id, &stored.body)?),
            None => None,
        };
        for patch in patches.get(*id).into_iter().flatten() {
            patch.apply(customer.get_or_insert_with(|| made_up(&patch.id)));
        }
        if let Some(customer) = customer {
            changes.push(Change::put(kind::CUSTOMER, id, id, json(&customer)?));
        }
    }
    let new: Vec<&str> = here.iter().copied().filter(|id| !owners.contains_key(*id)).collect();
    put_owners(&mut tx, feed_id, &new).await?;
    let did = feed.apply(&mut tx, changes).await?;
    if mode == Mode::Write {
        commit(tx).await?;
    }
    Ok((did, left))
}

fn made_up(id: &CustomerId) -> Customer {
    Customer { name_generated: true, ..Customer::new(id.clone(), generated_name(id)) }
}

impl Patch {
    fn apply(&self, customer: &mut Customer) {
        if let Some(name) = &self.name {
            customer.name.clone_from(name);
            customer.name_generated = false;
        }
        fn set<T: Clone>(field: &mut Option<T>, value: &Option<T>) {
            if value.is_some() {
                field.clone_from(value);
            }
        }
        set(&mut customer.salutation, &self.salutation);
        set(&mut customer.phone, &self.phone);
        set(&mut customer.store, &self.store);
        set(&mut customer.birthday, &self.birthday);
        set(&mut customer.since_on, &self.since_on);
        set(&mut customer.wecom_on, &self.wecom_on);
        set(&mut customer.lead_on, &self.lead_on);
        set(&mut customer.wedding_on, &self.wedding_on);
        if let Some(anniversaries) = &self.anniversaries {
            customer.anniversaries.clone_from(anniversaries);
        }
        if let Some(links) = &self.links {
            customer.links.clone_from(links);
        }
        customer.tier = self.tier.unwrap_or(customer.tier);
        customer.do_not_contact = self.do_not_contact.unwrap_or(customer.do_not_contact);
        if let Some(tags) = &self.tags {
            // what guides and headquarters tagged stays; a tag that they set too is not set twice
            customer.tags.retain(|tag| tag.source.as_deref() != Some(TAG_SOURCE));
            let there: BTreeSet<(String, String)> =
                customer.tags.iter().map(|tag| (tag.group.clone(), tag.value.clone())).collect();
            let new = tags.iter().filter(|tag| !there.contains(&(tag.group.clone(), tag.value.clone())));
            customer.tags.extend(new.cloned());
        }
    }
}

fn parse(row: &Row<'_>, stores: &[StoreId], options: &ImportOptions) -> Result<Patch, String> {
    let text = |name| {
        let text = sanitise(row.cell(name), Lines::One, MAX_NAME_CHARS);
        (!text.is_empty()).then_some(text)
    };
    Ok(Patch {
        id: customer_id(row)?,
        name: text("name"),
        salutation: text("salutation"),
        phone: filled(row, "phone", |cell| {
            field::phone(cell).ok_or("no phone number; a mobile number has 11 digits, a landline its area code")
        })?,
        store: store_of(row.cell("store"), stores, options)?,
        tier: filled(row, "tier", |cell| tier(cell).ok_or("no tier: write S, A, B or C"))?,
        birthday: filled(row, "birthday", |cell| {
            field::birthday(cell, row.cell("birthday_calendar"))
                .ok_or("no birthday: write 1990-08-05 or 08-05, and solar or lunar (公历, 农历) as its calendar")
        })?,
        since_on: date(row, "since_on")?,
        wecom_on: date(row, "wecom_on")?,
        lead_on: date(row, "lead_on")?,
        wedding_on: date(row, "wedding_on")?,
        anniversaries: filled(row, "anniversaries", |cell| {
            people::anniversaries(cell).ok_or("no yearly dates: write wedding:2015-10-01;first_met:lunar 08-15")
        })?,
        links: filled(row, "links", |cell| {
            people::links(cell).ok_or("no people: write spouse:C00004::yes;mother::王芳")
        })?,
        tags: filled(row, "tags", |cell| tags(cell).ok_or("no tags: write GROUP:value;GROUP:value"))?,
        do_not_contact: filled(row, "do_not_contact", |cell| {
            field::yes_or_no(cell).ok_or("neither yes nor no: write 1 or 0, yes or no, 是 or 否")
        })?,
    })
}

fn date(row: &Row<'_>, name: &str) -> Result<Option<NaiveDate>, String> {
    filled(row, name, |cell| field::date(cell).ok_or("no date: write it as 2026-08-12"))
}

fn filled<T>(
    row: &Row<'_>,
    name: &str,
    read: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, String> {
    let cell = row.cell(name);
    if cell.is_empty() {
        return Ok(None);
    }
    read(cell).map(Some).map_err(|fault| format!("{name} {:?} is {fault}", shown(cell)))
}

fn tier(cell: &str) -> Option<Tier> {
    match cell.to_uppercase().trim_end_matches(['级', '类']) {
        "S" => Some(Tier::S),
        "A" => Some(Tier::A),
        "B" => Some(Tier::B),
        "C" => Some(Tier::C),
        _ => None,
    }
}

fn tags(cell: &str) -> Option<Vec<Tag>> {
    let clean = |text: &str| sanitise(text, Lines::One, MAX_NAME_CHARS);
    let parts = cell.split([';', '；', '|']).filter(|part| !part.trim().is_empty());
    let tags: Option<Vec<Tag>> = parts
        .map(|part| {
            let (group, value) = part.split_once([':', '：'])?;
            let (group, value) = (clean(group), clean(value));
            let named = !group.is_empty() && !value.is_empty();
            named.then(|| Tag { group, value, on: None, source: Some(TAG_SOURCE.to_owned()) })
        })
        .collect();
    tags.filter(|tags| tags.len() <= MAX_TAGS)
}
