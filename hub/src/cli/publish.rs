//! `guide-hub publish`.

use super::Output;
use super::args::publish::PublishCommand;
use super::table::Table;
use crate::db::Db;
use crate::error::HubError;
use crate::publish::{Published, Source, What, publish};

pub(super) async fn run(db: &Db, command: PublishCommand) -> Result<Output, HubError> {
    let (what, args) = match command {
        PublishCommand::Plans(args) => (What::Plans, args),
        PublishCommand::Templates(args) => (What::Templates, args),
    };
    let sources: Result<Vec<Source>, HubError> = args.files.iter().map(|file| Source::read(file)).collect();
    let published = publish(db, what, &sources?).await?;
    if args.json {
        #[derive(serde::Serialize)]
        struct Answer {
            published: Vec<Published>,
        }
        return Output::json(Answer { published });
    }
    let mut table = Table::new(&["ID", "VERSION", "", "FILE"]);
    for one in &published {
        table.row([one.id.clone(), one.version.to_string(), one.did.to_owned(), one.file.display().to_string()]);
    }
    Ok(Output::done(table.text()))
}
