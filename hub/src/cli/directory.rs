//! `guide-hub store` and `guide-hub guide`.

use guide_common::id::GuideId;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::StoreProfile;

use super::args::{AssignArgs, GuideCommand, StoreCommand};
use super::table::Table;
use super::{Output, Progress};
use crate::assign::{self, Assigned, Move};
use crate::db::Db;
use crate::db::directory::{self, GuideRow};
use crate::error::HubError;

/// The longest name of a store or guide, in characters.
const MAX_NAME_CHARS: usize = 40;

pub(super) async fn store(db: &Db, command: StoreCommand) -> Result<Output, HubError> {
    match command {
        StoreCommand::Add { id, name, phone } => {
            let phone = phone.map(|phone| sanitise(&phone, Lines::One, MAX_NAME_CHARS)).filter(|p| !p.is_empty());
            let store = StoreProfile { id, name: clean_name(&name)?, phone, tier: None };
            directory::put_store(db, &store).await?;
            Ok(Output::done(format!("store {} {}\n", store.id, store.name)))
        }
        StoreCommand::List { json } => {
            let mut conn = db.conn().await?;
            let stores = directory::stores(&mut conn).await?;
            if json {
                #[derive(serde::Serialize)]
                struct Answer {
                    stores: Vec<StoreProfile>,
                }
                return Output::json(Answer { stores });
            }
            let mut table = Table::new(&["ID", "NAME", "PHONE"]);
            for store in stores {
                table.row([store.id.to_string(), store.name, store.phone.unwrap_or_default()]);
            }
            Ok(Output::done(table.text()))
        }
    }
}

pub(super) async fn guide(db: &Db, command: GuideCommand) -> Result<Output, HubError> {
    match command {
        GuideCommand::Add { id, name, store } => {
            let profile = directory::put_guide(db, &id, &clean_name(&name)?, &store).await?;
            Ok(Output::done(format!("guide {} {}, {}\n", profile.id, profile.name, profile.store.name)))
        }
        GuideCommand::List { json } => list(db, json).await,
        GuideCommand::Assign(args) => assign(db, args).await,
    }
}

async fn list(db: &Db, json: bool) -> Result<Output, HubError> {
    let mut conn = db.conn().await?;
    let guides = directory::guides(&mut conn).await?;
    let n_unassigned = directory::count_unassigned(&mut conn).await?;
    if json {
        #[derive(serde::Serialize)]
        struct Answer {
            guides: Vec<GuideRow>,
            n_unassigned: u64,
        }
        return Output::json(Answer { guides, n_unassigned });
    }
    let mut table = Table::new(&["ID", "NAME", "STORE", "CUSTOMERS"]);
    for GuideRow { profile, n_customers } in guides {
        let store = format!("{} {}", profile.store.id, profile.store.name);
        table.row([profile.id.to_string(), profile.name, store, n_customers.to_string()]);
    }
    let mut text = table.text();
    if n_unassigned > 0 {
        text.push_str(&format!(
            "{n_unassigned} customers have no guide: `guide-hub guide assign --unassigned --to G1,G2` deals them out\n"
        ));
    }
    Ok(Output::done(text))
}

async fn assign(db: &Db, args: AssignArgs) -> Result<Output, HubError> {
    let moves = if args.unassigned {
        assign::plan_unassigned(db, args.store.as_ref(), &args.to).await?
    } else {
        match args.to.as_slice() {
            [to] => assign::plan_named(db, &args.customers, to).await?,
            _ => return Err(HubError::refused("named customers go to one guide: --to G1")),
        }
    };
    let assigned = if args.dry_run {
        planned(&moves, &args.to)
    } else {
        let mut progress = Progress::new();
        assign::carry_out(db, &moves, |n_done| progress.at(n_done, moves.len())).await?
    };
    if args.json {
        #[derive(serde::Serialize)]
        struct Answer {
            dry_run: bool,
            assigned: Vec<Assigned>,
        }
        return Output::json(Answer { dry_run: args.dry_run, assigned });
    }
    if assigned.is_empty() {
        return Ok(Output::done("there was nobody to assign\n"));
    }
    let mut text = String::new();
    for one in &assigned {
        text.push_str(&format!("{}: {} customers", one.guide, one.n_moved));
        if one.n_there > 0 {
            text.push_str(&format!(", {} were there already", one.n_there));
        }
        text.push('\n');
    }
    if args.dry_run {
        text.push_str("dry run: nobody was moved\n");
    }
    Ok(Output::done(text))
}

fn planned(moves: &[Move], to: &[GuideId]) -> Vec<Assigned> {
    let count = |guide: &GuideId| moves.iter().filter(|one| one.to == guide.as_str()).count() as u64;
    to.iter().map(|guide| Assigned { guide: guide.clone(), n_moved: count(guide), n_there: 0 }).collect()
}

fn clean_name(name: &str) -> Result<String, HubError> {
    let name = sanitise(name, Lines::One, MAX_NAME_CHARS);
    if name.is_empty() { Err(HubError::refused("the name is empty: give one with --name")) } else { Ok(name) }
}
