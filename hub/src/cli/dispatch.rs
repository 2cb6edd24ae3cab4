//! `guide-hub dispatch` and `guide-hub rush`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use guide_common::id::{CustomerId, PlanId};
use guide_common::sop::condition::{Condition, Scope};
use guide_common::text::{Lines, sanitise};
use serde::Serialize;

use super::args::dispatch::{DispatchArgs, RushArgs, RushCommand};
use super::table::Table;
use super::{Output, Progress};
use crate::clock::Moment;
use crate::db::Db;
use crate::dispatch::text_list::{self, TextList};
use crate::dispatch::{Counts, Request, Who, preview, send};
use crate::error::HubError;
use crate::import::csv_file::read_bytes;
use crate::import::customer_ids;
use crate::rush::{self, RushRow, Shows};

/// The longest name of a dispatch or of a person, in characters.
const MAX_NAME_CHARS: usize = 60;
/// So many days a rush stands where no day is named.
const RUSH_DAYS: u64 = 3;

#[derive(Serialize)]
struct Answer<'a> {
    plan: &'a PlanId,
    dispatch: &'a str,
    from_on: NaiveDate,
    dry_run: bool,
    #[serde(flatten)]
    counts: &'a Counts,
    n_written: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_list: Option<&'a Path>,
}

pub(super) async fn run(db: &Db, args: DispatchArgs, moment: Moment) -> Result<Output, HubError> {
    let request = request(&args, moment)?;
    let preview = preview(db, &request, moment).await?;
    let mut n_written = 0;
    if !args.dry_run {
        if let Some(file) = &args.sms_list {
            text_list::write(file, &preview.texts)?;
        }
        let n_all = preview.facts.len();
        let mut progress = Progress::new();
        n_written = send(db, &preview, &mut |n_done| progress.at(n_done, n_all)).await?;
    }
    if args.json {
        return Output::json(Answer {
            plan: &request.plan,
            dispatch: &request.dispatch,
            from_on: request.from_on,
            dry_run: args.dry_run,
            counts: &preview.counts,
            n_written,
            sms_list: args.sms_list.as_deref(),
        });
    }
    Ok(Output::done(told(&args, &request, &preview.counts, n_written)))
}

fn request(args: &DispatchArgs, moment: Moment) -> Result<Request, HubError> {
    let line = |text: &str| sanitise(text, Lines::One, MAX_NAME_CHARS);
    let from_on = args.on.unwrap_or_else(|| moment.today());
    if from_on < moment.today() {
        return Err(HubError::refused(format!("{from_on} is over: --on names a day from {} on", moment.today())));
    }
    let dispatch = args.id.as_deref().map_or_else(|| format!("{}-{from_on}", args.plan), line);
    if dispatch.is_empty() || line(&args.by).is_empty() {
        return Err(HubError::refused("--id and --by are not empty"));
    }
    let audience = args.audience.as_deref().map(|text| {
        Condition::parse(text, Scope::Customer).map_err(|error| {
            let column = 1 + text.get(..error.offset).unwrap_or(text).chars().count();
            HubError::refused(format!("--audience, character {column}: {}", error.message))
        })
    });
    let who = Who {
        customers: args.customers.as_deref().map(customers).transpose()?,
        tiers: args.tiers.clone(),
        audience: audience.transpose()?,
        guide: args.guide.clone(),
        store: args.store.clone(),
    };
    let text_list = args.sms_list.is_some().then(|| TextList { template: args.sms_template.clone(), lang: args.lang });
    Ok(Request {
        plan: args.plan.clone(),
        who,
        from_on,
        dispatch,
        by: line(&args.by),
        why: args.why.clone(),
        channel: args.channel,
        text_list,
    })
}

/// Reads ids separated by commas, or a file that names them.
fn customers(text: &str) -> Result<BTreeSet<CustomerId>, HubError> {
    let file = PathBuf::from(text);
    if file.is_file() {
        let ids = customer_ids(&read_bytes(&file)?);
        return ids.map_err(|error| HubError::refused(format!("{}: {error}", file.display())));
    }
    if looks_like_a_file(text) {
        return Err(HubError::refused(format!("--customers: there is no file {}", file.display())));
    }
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    let ids: Result<BTreeSet<CustomerId>, _> = ids.map(CustomerId::new).collect();
    ids.map_err(|error| HubError::refused(format!("--customers: {error}, and there is no file of this name")))
}

/// Whether what was written means a file rather than an id.
fn looks_like_a_file(text: &str) -> bool {
    let is_csv = Path::new(text).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    !text.contains(',') && (is_csv || text.contains(std::path::MAIN_SEPARATOR))
}

fn told(args: &DispatchArgs, request: &Request, counts: &Counts, n_written: u64) -> String {
    let mut text = format!("{} as {}, counted from {}\n", request.plan, request.dispatch, request.from_on);
    let mut table = Table::new(&["", "CUSTOMERS"]);
    let mut row = |name: &str, n: u64| table.row([name.to_owned(), n.to_string()]);
    row("selected", counts.n_selected);
    for (channel, n) in &counts.queued {
        row(&format!("  into the queues, {channel}"), *n);
    }
    if args.sms_list.is_some() {
        row("  text messages", counts.n_texts);
    }
    row("  have it already", counts.n_there);
    row("  left out", counts.left_out.values().sum());
    reasons(&mut row, &counts.left_out);
    row("of the queued held for now", counts.held.values().sum());
    reasons(&mut row, &counts.held);
    text.push_str(&table.text());
    if let Some(file) = args.sms_list.as_deref().filter(|_| !args.dry_run) {
        let _ = writeln!(text, "{} text messages are in {}", counts.n_texts, file.display());
    }
    if args.dry_run {
        text.push_str("dry run: nothing was sent\n");
    } else {
        let _ = writeln!(text, "{n_written} customers were sent the plan; guides see it at their next sync");
    }
    text
}

fn reasons(row: &mut impl FnMut(&str, u64), of: &BTreeMap<String, u64>) {
    for (reason, n) in of {
        row(&format!("    {}", reason.replace('_', " ")), *n);
    }
}

pub(super) async fn rush(db: &Db, args: RushArgs, moment: Moment) -> Result<Output, HubError> {
    match args.command {
        Some(RushCommand::List { json }) => {
            let rushes = rush::list(db, moment.today()).await?;
            if json {
                #[derive(Serialize)]
                struct Answer {
                    rushes: Vec<RushRow>,
                }
                return Output::json(Answer { rushes });
            }
            Ok(Output::done(rush_table(&rushes)))
        }
        Some(RushCommand::TakeBack { id }) => {
            let customer = rush::take_back(db, id, moment.today()).await?;
            Ok(Output::done(format!("the rush for {customer} is taken back\n")))
        }
        None => {
            let (Some(customer), Some(why)) = (args.customer, args.why) else {
                return Err(HubError::refused("name the customer and say why with --why"));
            };
            let in_days = || moment.today().checked_add_days(Days::new(RUSH_DAYS)).unwrap_or_else(|| moment.today());
            let until_on = args.until.unwrap_or_else(in_days);
            let row = rush::ask(db, &customer, &args.by, &why, until_on, moment).await?;
            let shows = rush::shows(db, &row, moment).await?;
            if args.json {
                #[derive(Serialize)]
                struct Answer {
                    #[serde(flatten)]
                    row: RushRow,
                    #[serde(flatten)]
                    shows: Shows,
                }
                return Output::json(Answer { row, shows });
            }
            Ok(Output::done(rush_told(&row, &shows)?))
        }
    }
}

/// What becomes of a rush, as it is.
fn rush_told(row: &RushRow, shows: &Shows) -> Result<String, HubError> {
    let RushRow { id, customer, rush, .. } = row;
    let guide = row.guide.as_ref().map(ToString::to_string).unwrap_or_default();
    let until_on = rush.until_on;
    let what = match shows {
        Shows::OnTop => format!("{customer} stands on top for {guide} until {until_on}"),
        Shows::Held { hold } => {
            let reason = serde_json::to_value(hold.reason).ok();
            let reason = reason.as_ref().and_then(|reason| reason.as_str()).unwrap_or_default().replace('_', " ");
            let until = hold.until_on.map_or_else(|| "until that ends".to_owned(), |on| format!("until {on}"));
            format!(
                "{customer} is held for {guide} {until} ({reason}): the row carries the rush, the gate still holds it"
            )
        }
        Shows::NothingDue => format!(
            "{customer} has nothing due today: {guide} sees nothing of the rush unless a step falls due by {until_on}"
        ),
    };
    Ok(format!("{what}; rush {id}\n"))
}

fn rush_table(rushes: &[RushRow]) -> String {
    let mut table = Table::new(&["RUSH", "CUSTOMER", "GUIDE", "SINCE", "UNTIL", "BY", "WHY"]);
    for RushRow { id, customer, guide, rush } in rushes {
        let guide = guide.as_ref().map(ToString::to_string).unwrap_or_default();
        let (on, until_on) = (rush.on.to_string(), rush.until_on.to_string());
        table.row([id.to_string(), customer.to_string(), guide, on, until_on, rush.by.clone(), rush.why.clone()]);
    }
    table.text()
}
