//! `guide-hub publish`.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::Output;
use super::args::publish::{PublishCommand, RunningChoice};
use super::table::Table;
use crate::db::Db;
use crate::error::HubError;
use crate::publish::{Published, Publishing, Running, Source, What, publish};

pub(super) async fn run(db: &Db, command: PublishCommand, today: NaiveDate) -> Result<Output, HubError> {
    let (what, running, files, json) = match command {
        PublishCommand::Plans(args) => {
            let running = match args.running {
                RunningChoice::Keep => Running::Keep,
                RunningChoice::Migrate => Running::Migrate,
            };
            (What::Plans, running, args.files.files, args.files.json)
        }
        PublishCommand::Templates(args) => (What::Templates, Running::Keep, args.files, args.json),
        PublishCommand::Settings(args) => (What::Settings, Running::Keep, vec![args.file], args.json),
        PublishCommand::Lint(args) => (What::Lint, Running::Keep, vec![args.file], args.json),
    };
    let sources: Result<Vec<Source>, HubError> = files.iter().map(|file| Source::read(file)).collect();
    let sources = sources.map_err(|error| match error {
        HubError::Refused(why) => HubError::Refused(format!("{why}\nnothing was published")),
        other => other,
    })?;
    let published = publish(db, what, &sources, Publishing { running, today }).await?;
    if json {
        #[derive(serde::Serialize)]
        struct Answer {
            published: Vec<Published>,
        }
        return Output::json(Answer { published });
    }
    let mut table = Table::new(&["ID", "VERSION", "", "FILE"]);
    let mut notes = String::new();
    for one in &published {
        table.row([one.id.clone(), one.version.to_string(), one.did.to_owned(), one.file.display().to_string()]);
        for warning in &one.warnings {
            let _ = writeln!(notes, "warning: {warning}");
        }
    }
    Ok(Output { notes, ..Output::done(table.text()) })
}
