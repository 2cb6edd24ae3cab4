//! The demo chain: shops, guides, customers, purchases and a history of contacts, all fictional and all from a seed.
//! The same seed gives the same bytes on every machine, so nothing here uses floats, clocks or the order of a hash map.

pub mod answer;
mod backlog;
mod cast;
mod catalogue;
mod circle;
mod content;
mod diary;
mod dice;
mod history;
mod people;
mod record;
mod shop;
mod staff;
mod story;
mod tags;
mod words;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::apply::CustomerFile;
use crate::calendar::Calendar;
use crate::customer::Customer;
use crate::fact::{Fact, next_number};
use crate::id::{CustomerId, GuideId};
use crate::op::Op;
use crate::purchase::Purchase;
use crate::sop::plan::Lang;
use crate::sop::settings::GoldPrice;
use crate::wire::hub::{GuideProfile, StoreProfile};

pub use content::{plan_files, settings_file, template_files};

/// The seed of the lesson set.
pub const SEED: u64 = 20_260_812;
/// Customers of the lesson set.
const N_LESSON_CUSTOMERS: usize = 600;

/// A whole chain as a hub is filled with it. Purchases and records go on after [`d0`], so that days to come have work
/// too; no op does, since nobody has recorded one.
#[derive(Clone, Debug, Serialize)]
pub struct Chain {
    /// The shops.
    pub stores: Vec<StoreProfile>,
    /// The guides; the first one is the demo's own.
    pub guides: Vec<GuideProfile>,
    /// The customers, each with the guide who serves them; a few leads have none.
    pub customers: Vec<(Customer, Option<GuideId>)>,
    /// Sales and returns, by day.
    pub purchases: Vec<Purchase>,
    /// What headquarters recorded, with the leaves of guides; a fact about a guide lies in the feed of that guide.
    pub records: Vec<Fact>,
    /// What the guides recorded before [`d0`], in the order in which it was recorded.
    pub ops: Vec<(GuideId, Op)>,
    /// The plans to publish: file name and TOML.
    pub plans: Vec<(&'static str, &'static str)>,
    /// The templates to publish: file name and TOML.
    pub templates: Vec<(&'static str, &'static str)>,
    /// The settings to publish: file name and TOML.
    pub settings: (&'static str, &'static str),
    /// The gold price that was set last: yesterday.
    pub gold_price: GoldPrice,
}

impl Chain {
    /// What is known of each customer, with the guide who serves them.
    pub fn files(&self) -> Vec<(Option<GuideId>, CustomerFile)> {
        let mut files: Vec<_> = self
            .customers
            .iter()
            .map(|(customer, guide)| (guide.clone(), CustomerFile::new(customer.clone())))
            .collect();
        let places: BTreeMap<CustomerId, usize> =
            files.iter().enumerate().map(|(idx, (_, file))| (file.customer.id.clone(), idx)).collect();
        for purchase in &self.purchases {
            if let Some(idx) = places.get(&purchase.customer) {
                files[*idx].1.purchases.push(purchase.clone());
            }
        }
        for fact in &self.records {
            if let Some(idx) = places.get(&fact.customer) {
                let facts = &mut files[*idx].1.facts;
                facts.push(Fact { number: next_number(facts.iter()), ..fact.clone() });
            }
        }
        for (guide, op) in &self.ops {
            if let Some(idx) = places.get(&op.customer) {
                // a test applies every op and finds none refused
                let _ = files[*idx].1.apply(op, guide);
            }
        }
        files
    }

    /// When a guide works, as of a day.
    pub fn calendar(&self, guide: &GuideId, today: NaiveDate) -> Calendar {
        let days_off = self.guides.iter().find(|profile| profile.id == *guide).map(|profile| &profile.days_off[..]);
        let of_guide = |fact: &&Fact| fact.customer.is_guide_itself() && fact.guide == *guide;
        let facts: Vec<Fact> = self.records.iter().filter(of_guide).cloned().collect();
        Calendar::of(days_off.unwrap_or_default(), &facts, today)
    }
}

/// The demo's first day, 12 August 2026: one week before 七夕.
pub fn d0() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 8, 12).unwrap_or_default()
}

/// The lesson set: 600 customers of 3 shops and 5 guides, with the cast of the demo's stories.
pub fn chain(seed: u64, lang: Lang) -> Chain {
    shop::open(seed, lang, staff::lesson(lang), N_LESSON_CUSTOMERS)
}

/// Whether the lesson set has a customer.
pub fn has_customer(id: &CustomerId) -> bool {
    (0..N_LESSON_CUSTOMERS).filter_map(people::customer_id).any(|known| known == *id)
}

/// Whether a guide of the lesson set has this id.
pub fn has_guide(id: &GuideId) -> bool {
    staff::lesson(Lang::default()).staff.iter().any(|one| one.profile.id == *id)
}

/// A set of any size from the same generator, in Chinese and without the cast: for benchmarks and load.
pub fn sized(seed: u64, n_customers: usize, n_stores: usize, guides_per_store: usize) -> Chain {
    shop::open(seed, Lang::Zh, staff::plain(n_stores, guides_per_store), n_customers)
}

/// The gold price of the day before the first one.
fn gold_price() -> GoldPrice {
    GoldPrice { price_fen: 79_800, at: day(-1).and_hms_opt(16, 30, 0).unwrap_or_default() }
}

/// A text in Chinese and in English.
type Both = (&'static str, &'static str);

/// The day so many days after [`d0`].
fn day(offset: i64) -> NaiveDate {
    let days = Days::new(offset.unsigned_abs());
    let day = if offset < 0 { d0().checked_sub_days(days) } else { d0().checked_add_days(days) };
    day.unwrap_or_else(d0)
}

fn in_lang((zh, en): (&str, &str), lang: Lang) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}

#[cfg(test)]
mod tests;
