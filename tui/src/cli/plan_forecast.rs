//! `guide plan simulate`: what a plan would have meant for the last days, before it is published (先算再发).

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use clap::Args as ClapArgs;
use guide_common::id::PlanId;
use guide_common::sop::gate::HoldReason;
use guide_common::sop::plan::Lang;
use guide_common::sop::simulate::{SimulatedDay, Simulation};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::forecast::{MAX_SIMULATED_DAYS, PlanSource, SimulateRequest, SimulateResponse};

use crate::cli::bar::{bar, page_columns};
use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::patience::patiently;
use crate::cli::source::Source;
use crate::cli::table::{Side, Table};
use crate::client::{Client, ClientError};
use crate::lang::forecast::{assumed, summary};
use crate::lang::name::hold_name;
use crate::lang::{date, pick};
use crate::text;

/// Arguments of `guide plan simulate`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// A plan file, or the id of a published plan
    #[arg(value_name = "FILE|ID")]
    plan: String,
    /// Over so many days, of which today is the last
    #[arg(long, value_name = "N", default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SIMULATED_DAYS)))]
    days: u32,
    /// At most so many starts a day in place of the plan's own throttle; 0 takes it away
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    throttle: Option<u32>,
    /// At least so much on one day, in yuan, in place of what the plan asks of purchases
    #[arg(long, value_name = "YUAN", value_parser = crate::cli::log::fen)]
    min_amount: Option<i64>,
    /// Of a published plan: an earlier version that runs still follow
    #[arg(long, value_name = "N")]
    version: Option<u32>,
    /// Show every day in place of weeks
    #[arg(long)]
    daily: bool,
}

/// How much of the days is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// A row a week.
    Weeks,
    /// A row a day.
    Days,
}

/// Runs the command.
pub async fn run(args: Args, client: &Client, context: &Context) -> Answer<()> {
    let plan = plan_source(&args.plan, args.version, context)?;
    let request = SimulateRequest {
        days: args.days,
        throttle: args.throttle,
        min_amount_fen: args.min_amount,
        ..SimulateRequest::new(plan)
    };
    let what = text!(context.lang, "正在推演 {} 天…", "simulating {} days …", args.days);
    let found = patiently(&what, client.simulate(&request)).await.map_err(|error| in_file(&args.plan, error))?;
    let rows = if args.daily { Rows::Days } else { Rows::Weeks };
    context.show(&found, |context| page(&found, rows, page_columns(), context))
}

/// The plan that a word names.
pub(crate) fn plan_source(word: &str, version: Option<u32>, context: &Context) -> Answer<PlanSource> {
    if let (Some(named), None) = (named_version(word), version) {
        return Ok(named);
    }
    match Source::of(word, context)? {
        Source::Id(id) => Ok(PlanSource::Published { id, version }),
        Source::File(text) if version.is_none() => Ok(PlanSource::Text(text)),
        Source::File(_) => Err(Failure::Usage(text!(
            context.lang,
            "--version 只用于已发布的方案",
            "--version goes with a published plan"
        ))),
    }
}

/// A published version by its plan and number, such as `P03/1`; none where the word is a path.
fn named_version(word: &str) -> Option<PlanSource> {
    let (id, version) = word.split_once('/')?;
    if std::path::Path::new(word).exists() {
        return None;
    }
    Some(PlanSource::Published { id: id.parse().ok()?, version: Some(version.parse().ok()?) })
}

/// Says in which file a fault lies.
pub(crate) fn in_file(file: &str, error: ClientError) -> Failure {
    match error {
        ClientError::Problem(mut problem) if problem.code == "malformed_plan" => {
            problem.detail = format!("{file}: {}", problem.detail);
            ClientError::Problem(problem).into()
        }
        error => error.into(),
    }
}

pub(crate) fn page(found: &SimulateResponse, rows: Rows, columns: usize, context: &Context) -> String {
    let simulation = &found.simulation;
    let mut page = head(found, context);
    page.push('\n');
    page.push_str(&load(simulation, &found.plan, rows, columns, context));
    page.push('\n');
    for line in summary(found, context.lang) {
        page.push_str(&line);
        page.push('\n');
    }
    page.push_str(&holds(simulation, context));
    page
}

fn head(found: &SimulateResponse, context: &Context) -> String {
    let lang = context.lang;
    let (id, name, version) = (&found.plan, sanitise(found.name.in_lang(lang), Lines::One, 200), found.version);
    let throttle = match found.throttle {
        Some(n) => text!(lang, "每天最多启动 {n} 条", "at most {n} starts a day"),
        None => text!(lang, "不限启动", "no throttle"),
    };
    let simulation = &found.simulation;
    let (from, to) = (date::full(simulation.period.from, lang), date::full(simulation.period.to, lang));
    let (n_days, n_customers) = (simulation.days.len(), simulation.n_customers);
    let title = context.style.bold(&format!("{id} · {name} · v{version} · {throttle}"));
    let period = text!(
        lang,
        "{from} 至 {to}（{n_days} 天）· {n_customers} 位客户",
        "{from} to {to} ({n_days} days) · {n_customers} customers"
    );
    format!("{title}\n{period}\n{}\n", context.style.dim(&assumed(&found.assume, lang)))
}

/// Days that stand in one row.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    contacts: u64,
    merged: u64,
    held: u64,
    starts: u64,
    full: u64,
    over: u64,
}

impl Load {
    fn of(days: &[&SimulatedDay], plan: &PlanId) -> Self {
        let sum = |figure: &dyn Fn(&SimulatedDay) -> u64| days.iter().map(|day| figure(day)).sum();
        Self {
            contacts: sum(&|day| day.contacts),
            merged: sum(&|day| day.merged),
            held: sum(&|day| day.held.values().sum()),
            starts: sum(&|day| day.starts.get(plan).copied().unwrap_or_default()),
            full: sum(&|day| u64::from(day.full.contains_key(plan))),
            over: sum(&|day| day.over),
        }
    }
}

/// The load as rows with bars; columns in which nothing stands are left out.
fn load(simulation: &Simulation, plan: &PlanId, rows: Rows, columns: usize, context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (if rows == Rows::Weeks { pick(lang, ("周", "Week")) } else { pick(lang, ("日期", "Day")) }, Side::Left),
        (pick(lang, ("接触", "Contacts")), Side::Right),
        (pick(lang, ("并入", "Merged")), Side::Right),
        (pick(lang, ("暂缓", "Held")), Side::Right),
        (pick(lang, ("启动", "Starts")), Side::Right),
        (pick(lang, ("限流", "Full")), Side::Right),
        (pick(lang, ("超量", "Over")), Side::Right),
        ("", Side::Left),
    ]);
    let loads: Vec<(String, Load)> =
        grouped(&simulation.days, rows, lang).into_iter().map(|(name, days)| (name, Load::of(&days, plan))).collect();
    let most = loads.iter().map(|(_, load)| load.contacts).max().unwrap_or_default();
    let n = |n: u64| if n == 0 { String::new() } else { n.to_string() };
    for (name, load) in loads {
        let bar = bar(load.contacts, most, columns.saturating_sub(OTHER_COLUMNS).clamp(8, MAX_BAR_COLUMNS));
        let Load { contacts, merged, held, starts, full, over } = load;
        table.row([name, contacts.to_string(), n(merged), n(held), n(starts), n(full), n(over), bar]);
    }
    table.render(context.style)
}

/// What the other columns of a row take at most.
const OTHER_COLUMNS: usize = 62;
/// A longer bar says nothing more.
const MAX_BAR_COLUMNS: usize = 56;

/// The days in rows, each with its name; weeks begin on Monday.
fn grouped(days: &[SimulatedDay], rows: Rows, lang: Lang) -> Vec<(String, Vec<&SimulatedDay>)> {
    if rows == Rows::Days {
        return days.iter().map(|day| (date::day(day.on, lang), vec![day])).collect();
    }
    let mut weeks: BTreeMap<NaiveDate, Vec<&SimulatedDay>> = BTreeMap::new();
    for day in days {
        weeks.entry(day.on.week(chrono::Weekday::Mon).first_day()).or_default().push(day);
    }
    let name = |days: &[&SimulatedDay]| match (days.first(), days.last()) {
        (Some(first), Some(last)) => week(first.on, last.on, lang),
        _ => String::new(),
    };
    weeks.into_values().map(|days| (name(&days), days)).collect()
}

/// The days of a week: `5月11日–17日`, `11–17 May`.
fn week(first: NaiveDate, last: NaiveDate, lang: Lang) -> String {
    let (of_first, of_last) = (date::short(first, first, lang), date::short(last, last, lang));
    match (first == last, first.month() == last.month(), lang) {
        (true, ..) => of_first,
        (false, false, _) => format!("{of_first}–{of_last}"),
        (false, true, Lang::Zh) => format!("{of_first}–{}日", last.day()),
        (false, true, Lang::En) => format!("{}–{of_last}", first.day()),
    }
}

fn holds(simulation: &Simulation, context: &Context) -> String {
    let (lang, total) = (context.lang, &simulation.total);
    if total.held_days.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        (pick(lang, ("暂缓原因", "Held because")), Side::Left),
        (pick(lang, ("节点", "Dues")), Side::Right),
        (pick(lang, ("节点·天", "Due-days")), Side::Right),
    ]);
    let mut reasons: Vec<(&HoldReason, &u64)> = total.held_days.iter().collect();
    reasons.sort_by_key(|(_, n_days)| std::cmp::Reverse(**n_days));
    for (reason, n_days) in reasons {
        let n_dues = total.held.get(reason).copied().unwrap_or_default();
        table.row([hold_name(*reason, lang).to_owned(), n_dues.to_string(), n_days.to_string()]);
    }
    format!("\n{}", table.render(context.style))
}
