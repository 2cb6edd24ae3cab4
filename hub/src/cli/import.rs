//! `guide-hub import`.

use std::fmt::Write as _;
use std::path::Path;

use super::args::import::{DemoArgs, ImportArgs, ImportCommand};
use super::{Output, Progress};
use crate::db::Db;
use crate::error::HubError;
use crate::import::csv_file::read_bytes;
use crate::import::{ImportOptions, Mode, Summary, customers, demo, purchases, records};

/// How many bad rows are told in words; JSON has them all.
const MAX_TOLD: usize = 50;

pub(super) async fn run(db: &Db, command: ImportCommand) -> Result<Output, HubError> {
    match command {
        ImportCommand::Customers(args) => file(db, &args, "customers").await,
        ImportCommand::Purchases(args) => file(db, &args, "purchases").await,
        ImportCommand::Records(args) => file(db, &args, "records").await,
        ImportCommand::Demo(args) => demo_chain(db, &args).await,
    }
}

async fn file(db: &Db, args: &ImportArgs, what: &'static str) -> Result<Output, HubError> {
    let bytes = read_bytes(&args.file)?;
    let mode = if args.dry_run { Mode::DryRun } else { Mode::Write };
    let options = ImportOptions { store: args.store.clone(), mode };
    let mut progress = Progress::new();
    let mut on_progress = |n_done, n_all| progress.at(n_done, n_all);
    let summary = match what {
        "customers" => customers::import(db, &bytes, &options, &mut on_progress).await,
        "records" => records::import(db, &bytes, &options, &mut on_progress).await,
        _ => purchases::import(db, &bytes, &options, &mut on_progress).await,
    };
    drop(progress);
    let summary = summary.map_err(|error| match error {
        HubError::Refused(why) => HubError::Refused(format!("{}: {why}; nothing was imported", args.file.display())),
        other => other,
    })?;
    let status = u8::from(!summary.bad.is_empty());
    if args.json {
        #[derive(serde::Serialize)]
        struct Answer<'a> {
            file: &'a Path,
            dry_run: bool,
            #[serde(flatten)]
            summary: &'a Summary,
        }
        let answer = Answer { file: &args.file, dry_run: args.dry_run, summary: &summary };
        return Ok(Output { status, ..Output::json(answer)? });
    }
    Ok(Output { text: told(args, what, &summary), notes: faults(&args.file, &summary), status })
}

fn told(args: &ImportArgs, what: &str, summary: &Summary) -> String {
    let Summary { rows, new, updated, unchanged, repeated, customers_created, bad, .. } = summary;
    let mut text = format!("{rows} rows: {new} new {what}, {updated} changed, {unchanged} unchanged");
    if *repeated > 0 {
        let _ = write!(text, ", {repeated} repeated");
    }
    let _ = write!(text, ", {} bad", bad.len());
    if *customers_created > 0 {
        let _ = write!(text, "; {customers_created} customers made with generated names");
    }
    if args.dry_run {
        text.push_str("; dry run: nothing was written");
    } else if !bad.is_empty() {
        text.push_str("; mend the bad rows and import the file again, what is there already stays as it is");
    }
    text.push('\n');
    text
}

fn faults(file: &Path, summary: &Summary) -> String {
    let mut text = String::new();
    for column in &summary.ignored_columns {
        let _ = writeln!(text, "{}: the column {column} is not known and was ignored", file.display());
    }
    for bad in summary.bad.iter().take(MAX_TOLD) {
        let _ = writeln!(text, "{}: line {}: {}", file.display(), bad.line, bad.reason);
    }
    if let Some(n_more @ 1..) = summary.bad.len().checked_sub(MAX_TOLD) {
        let _ = writeln!(text, "{}: {n_more} more bad rows; --json names them all", file.display());
    }
    text
}

async fn demo_chain(db: &Db, args: &DemoArgs) -> Result<Output, HubError> {
    let demo = demo::import(db, args.seed, args.lang).await?;
    if args.json {
        return Output::json(demo);
    }
    Ok(Output::done(format!(
        "{} stores, {} guides, {} customers, {} purchases, {} records of headquarters, {} of guides, {} plans, \
         {} templates\n",
        demo.n_stores,
        demo.n_guides,
        demo.n_customers,
        demo.n_purchases,
        demo.n_records,
        demo.n_ops,
        demo.n_plans,
        demo.n_templates
    )))
}
