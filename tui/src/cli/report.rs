//! `guide report`: what was due in a period and what became of it.

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use clap::Args as ClapArgs;
use guide_common::id::PlanId;
use guide_common::report::Report;
use guide_common::text::{Lines, sanitise};
use guide_common::time::Period;
use guide_common::wire::local::Status;
use serde_json::json;

use crate::cli::context::{Context, print, today};
use crate::cli::dates::DateWord;
use crate::cli::failure::{Answer, Failure};
use crate::cli::log::day;
use crate::cli::private_file;
use crate::cli::table::{Side, Table};
use crate::lang::{date, pick};
use crate::report::html::{self, Heading};
use crate::report::spreadsheet::{Start, csv};
use crate::report::{Section, SectionKind, sections};
use crate::text;

/// The longest name that a page's heading shows.
const MAX_NAME_CHARS: usize = 80;
/// The most days that the page tells apart.
const MAX_DAYS_SHOWN: usize = 14;

/// Arguments of `guide report`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The first day; the first of this month where it is missing
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: Option<DateWord>,
    /// The last day; today where it is missing
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: Option<DateWord>,
    /// Only this plan
    #[arg(long, value_name = "ID")]
    plan: Option<PlanId>,
    /// Write every figure as CSV; - for standard output
    #[arg(long, value_name = "FILE|-")]
    csv: Option<PathBuf>,
    /// Begin the CSV with the mark by which Excel knows UTF-8
    #[arg(long, requires = "csv")]
    bom: bool,
    /// Write a page with charts that a browser shows and prints; - for standard output
    #[arg(long, value_name = "FILE|-")]
    html: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let (client, status) = context.client_and_status().await?;
    let period = period(&args, today(&status), context)?;
    if args.csv.as_deref().is_some_and(is_stdout) && args.html.as_deref().is_some_and(is_stdout) {
        let message = ("标准输出只能写一种格式", "standard output takes one form only");
        return Err(Failure::Usage(pick(context.lang, message).to_owned()));
    }
    let report = client.report(period, args.plan.as_ref()).await?;
    if args.csv.is_some() || args.html.is_some() {
        return export(&args, &report, &status, context);
    }
    context.show(&report, |context| page(&report, context))
}

/// Writes the files that are asked for; what goes to standard output stands there alone.
fn export(args: &Args, report: &Report, status: &Status, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let mut files = Vec::new();
    if let Some(file) = &args.csv {
        let start = if args.bom { Start::Bom } else { Start::Plain };
        let text = csv(report, start, lang).map_err(|error| Failure::Failed(error.to_string()))?;
        files.push((file, text));
    }
    if let Some(file) = &args.html {
        files.push((file, html::page(report, &heading(status), lang)));
    }
    let mut written = Vec::new();
    for (file, text) in files {
        if is_stdout(file) {
            print(&text)?;
            continue;
        }
        write(file, text.as_bytes(), args, context)?;
        written.push(std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string());
    }
    if [&args.csv, &args.html].into_iter().flatten().any(|file| is_stdout(file)) {
        return Ok(());
    }
    context.show(&json!({ "files": written }), |_| {
        written.iter().map(|file| text!(lang, "已写入 {file}\n", "written: {file}\n")).collect()
    })
}

fn write(file: &Path, bytes: &[u8], args: &Args, context: &Context) -> Answer<()> {
    if args.force {
        return private_file::replace(file, bytes, context);
    }
    if file.exists() {
        let shown = file.display();
        return Err(Failure::Refused(text!(
            context.lang,
            "已经有 {shown}；加上 --force 覆盖它",
            "{shown} is there already; --force writes over it"
        )));
    }
    private_file::write(file, bytes, context)
}

fn is_stdout(file: &Path) -> bool {
    file.as_os_str() == "-"
}

pub(crate) fn heading(status: &Status) -> Heading {
    let name = |name: &str| sanitise(name, Lines::One, MAX_NAME_CHARS);
    let (guide, store) = match &status.guide {
        Some(profile) => (name(&profile.name), name(&profile.store.name)),
        None => Default::default(),
    };
    Heading { guide, store, clock: status.clock }
}

fn period(args: &Args, today: NaiveDate, context: &Context) -> Answer<Period> {
    let to = args.to.map_or(Ok(today), |word| day(word, today, context))?;
    let from = args.from.map_or(Ok(to.with_day(1).unwrap_or(to)), |word| day(word, today, context))?;
    Period::new(from, to).ok_or_else(|| {
        Failure::Usage(text!(
            context.lang,
            "开始日 {from} 晚于结束日 {to}",
            "the first day, {from}, lies after the last, {to}"
        ))
    })
}

pub(crate) fn page(report: &Report, context: &Context) -> String {
    let (lang, style) = (context.lang, context.style);
    let (from, to) = (date::full(report.period.from, lang), date::full(report.period.to, lang));
    let mut page = style.bold(&text!(lang, "{from} 至 {to}", "{from} to {to}")) + "\n";
    for section in sections(report, lang).iter().filter(|section| is_shown(section)) {
        page.push_str(&format!("\n{}\n", style.bold(section.title)));
        page.push_str(&table(section).render(style));
        if let Some(note) = &section.note {
            page.push_str(&format!("{}\n", style.dim(note)));
        }
    }
    page
}

/// Day by day only what a screen holds: the files hold every day.
fn is_shown(section: &Section) -> bool {
    section.kind != SectionKind::Days || (2..=MAX_DAYS_SHOWN).contains(&section.rows.len())
}

fn table(section: &Section) -> Table {
    let side = |idx: usize| if idx == 0 { Side::Left } else { Side::Right };
    let mut table = Table::new(section.heads.iter().enumerate().map(|(idx, head)| (*head, side(idx))));
    for (name, cells) in &section.rows {
        table.row(std::iter::once(name.clone()).chain(cells.iter().map(|cell| cell.shown())));
    }
    table
}
