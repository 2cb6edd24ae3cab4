//! The arguments of `guide-hub dispatch` and `guide-hub rush`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Subcommand;
use guide_common::customer::Tier;
use guide_common::id::{CustomerId, GuideId, OpId, PlanId, StoreId, TemplateId};
use guide_common::outcome::Channel;
use guide_common::sop::plan::Lang;

/// What to send to whom. All that is named of customers, tiers, audience, guide and store must be met.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("who").required(true).multiple(true)
    .args(["customers", "tiers", "audience", "guide", "store"])))]
pub struct DispatchArgs {
    /// The published plan
    pub(in crate::cli) plan: PlanId,
    /// These customers: ids separated by commas, or a CSV file with a column customer_id
    #[arg(long, value_name = "FILE|IDS")]
    pub(in crate::cli) customers: Option<String>,
    /// Customers of these tiers: S by call, A over WeCom, B in groups, C as a list of text messages
    #[arg(long = "tier", value_delimiter = ',', value_name = "S,A", value_parser = tier)]
    pub(in crate::cli) tiers: Vec<Tier>,
    /// Customers who meet this condition (docs/conditions.md)
    #[arg(long, value_name = "EXPR")]
    pub(in crate::cli) audience: Option<String>,
    /// This guide's customers
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) guide: Option<GuideId>,
    /// Customers of the guides of this store
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) store: Option<StoreId>,
    /// The day from which the plan's steps count (default: today)
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) on: Option<NaiveDate>,
    /// Why, as the guides read it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) why: Option<String>,
    /// Who sends it, as the guides read it
    #[arg(long, value_name = "NAME", default_value = "HQ")]
    pub(in crate::cli) by: String,
    /// The dispatch: a customer gets it once, however often it is sent (default: PLAN-DATE)
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) id: Option<String>,
    /// One channel for all, in place of that of each customer's tier
    #[arg(long, value_name = "CHANNEL")]
    pub(in crate::cli) channel: Option<Channel>,
    /// Write the text messages to customers of tier C into this CSV file: phone, text
    #[arg(long, value_name = "FILE", conflicts_with = "channel")]
    pub(in crate::cli) sms_list: Option<PathBuf>,
    /// What the text messages say (default: the plan's own template for text messages)
    #[arg(long, value_name = "ID", requires = "sms_list")]
    pub(in crate::cli) sms_template: Option<TemplateId>,
    /// The language of the text messages: zh or en
    #[arg(long, default_value = "zh")]
    pub(in crate::cli) lang: Lang,
    /// Say what would be sent and send nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn tier(text: &str) -> Result<Tier, String> {
    match text.to_uppercase().as_str() {
        "S" => Ok(Tier::S),
        "A" => Ok(Tier::A),
        "B" => Ok(Tier::B),
        "C" => Ok(Tier::C),
        _ => Err("write S, A, B or C".to_owned()),
    }
}

/// Ask for haste with a customer, list what was asked for, or take it back.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct RushArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<RushCommand>,
    /// The customer whose task is to stand on top of the guide's queue
    #[arg(required = true)]
    pub(in crate::cli) customer: Option<CustomerId>,
    /// Why, as the guide reads it
    #[arg(long, value_name = "TEXT", required = true)]
    pub(in crate::cli) why: Option<String>,
    /// Who asks, as the guide reads it
    #[arg(long, value_name = "NAME", default_value = "HQ")]
    pub(in crate::cli) by: String,
    /// The last day (default: three days from today); a contact ends it earlier
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) until: Option<NaiveDate>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What to do with rushes.
#[derive(Debug, Subcommand)]
pub enum RushCommand {
    /// List those that stand
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take one back
    TakeBack {
        /// The id that `rush list` shows
        id: OpId,
    },
}
