//! The arguments of `guide-hub store` and `guide-hub guide`.

use chrono::Weekday;
use clap::Subcommand;
use guide_common::id::{CustomerId, GuideId, StoreId};
use guide_common::wire::hub::StoreTier;

use crate::db::directory;

/// What to do with shops.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Add a store, or change one; what is not named stays
    Add {
        /// Its id, such as S01
        #[arg(long)]
        id: StoreId,
        /// Its name
        #[arg(long)]
        name: String,
        #[command(flatten)]
        traits: StoreTraits,
    },
    /// Change a store; what is not named stays
    Set {
        /// Its id
        id: StoreId,
        /// Its name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        traits: StoreTraits,
    },
    /// List the stores
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What is said of a shop beside its name.
#[derive(Debug, clap::Args)]
pub struct StoreTraits {
    /// Its phone, as scripts name it; empty for none
    #[arg(long)]
    pub(in crate::cli) phone: Option<String>,
    /// How headquarters ranks it: A, B or C, none for no rank
    #[arg(long, value_name = "TIER", value_parser = store_tier)]
    pub(in crate::cli) tier: Option<TierChoice>,
}

/// A rank, or none.
#[derive(Clone, Copy, Debug)]
pub struct TierChoice(pub(in crate::cli) Option<StoreTier>);

fn store_tier(text: &str) -> Result<TierChoice, String> {
    match text.to_uppercase().as_str() {
        "NONE" => Ok(TierChoice(None)),
        letter => directory::store_tier(letter)
            .map(|tier| TierChoice(Some(tier)))
            .ok_or_else(|| "write A, B, C or none".to_owned()),
    }
}

/// What to do with guides.
#[derive(Debug, Subcommand)]
pub enum GuideCommand {
    /// Add a guide, or change one; what is not named stays
    Add {
        /// The id, such as G001
        #[arg(long)]
        id: GuideId,
        /// The name
        #[arg(long)]
        name: String,
        /// The store
        #[arg(long)]
        store: StoreId,
        /// Days off every week, such as Wed or Tue,Sun; none for none
        #[arg(long, value_name = "DAYS", value_parser = days_off)]
        days_off: Option<DaysOff>,
    },
    /// Change a guide; what is not named stays
    Set {
        /// The id
        id: GuideId,
        /// The name
        #[arg(long)]
        name: Option<String>,
        /// The store
        #[arg(long)]
        store: Option<StoreId>,
        /// Days off every week, such as Wed or Tue,Sun; none for none
        #[arg(long, value_name = "DAYS", value_parser = days_off)]
        days_off: Option<DaysOff>,
    },
    /// List the guides with the number of their customers
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand customers to guides
    Assign(AssignArgs),
}

/// Days of the week on which a guide does not work.
#[derive(Clone, Debug)]
pub struct DaysOff(pub(in crate::cli) Vec<Weekday>);

fn days_off(text: &str) -> Result<DaysOff, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(DaysOff(Vec::new()));
    }
    let day = |word: &str| word.trim().parse().map_err(|_| format!("{word:?} is no day: write Mon to Sun"));
    let days: Vec<Weekday> = text.split(',').map(day).collect::<Result<_, _>>()?;
    if (0..7).all(|n| days.iter().any(|day| day.num_days_from_monday() == n)) {
        return Err("a guide works on at least one day of the week".to_owned());
    }
    Ok(DaysOff(days))
}

/// Who goes to whom.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("who").required(true).args(["customers", "unassigned"])))]
pub struct AssignArgs {
    /// These customers, from whomever serves them
    #[arg(long, value_delimiter = ',', value_name = "C1,C2")]
    pub(in crate::cli) customers: Vec<CustomerId>,
    /// All customers whom no guide serves
    #[arg(long)]
    pub(in crate::cli) unassigned: bool,
    /// Of the unassigned, only those of this store
    #[arg(long, value_name = "ID", conflicts_with = "customers")]
    pub(in crate::cli) store: Option<StoreId>,
    /// To this guide, or to these, evenly
    #[arg(long, value_delimiter = ',', required = true, value_name = "G1,G2")]
    pub(in crate::cli) to: Vec<GuideId>,
    /// Say who would move and move nobody
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
