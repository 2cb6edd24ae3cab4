//! `guide-hub store` and `guide-hub guide`.

use chrono::{NaiveDate, Weekday};
use guide_common::id::{GuideId, StoreId};
use guide_common::text::{Lines, sanitise};
use guide_common::wire::hub::StoreProfile;

use super::args::directory::{AssignArgs, GuideCommand, StoreCommand, StoreTraits};
use super::table::Table;
use super::{Output, Progress};
use crate::assign::{self, Assigned, Move};
use crate::db::Db;
use crate::db::directory::{self, GuideRow, unknown_guide};
use crate::error::HubError;

/// The longest name of a store or guide, in characters.
const MAX_NAME_CHARS: usize = 40;

pub(super) async fn store(db: &Db, command: StoreCommand) -> Result<Output, HubError> {
    match command {
        StoreCommand::Add { id, name, traits } => {
            let before = directory::store(&mut *db.conn().await?, &id).await?;
            let before = before.unwrap_or(StoreProfile { id, name: String::new(), phone: None, tier: None });
            put_store(db, before, Some(name), traits).await
        }
        StoreCommand::Set { id, name, traits } => {
            let before = directory::store(&mut *db.conn().await?, &id).await?;
            put_store(db, before.ok_or_else(|| directory::unknown_store(id.as_str()))?, name, traits).await
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
            let mut table = Table::new(&["ID", "NAME", "TIER", "PHONE"]);
            for store in stores {
                let tier = directory::tier_letter(store.tier).to_owned();
                table.row([store.id.to_string(), store.name, tier, store.phone.unwrap_or_default()]);
            }
            Ok(Output::done(table.text()))
        }
    }
}

async fn put_store(
    db: &Db,
    mut store: StoreProfile,
    name: Option<String>,
    traits: StoreTraits,
) -> Result<Output, HubError> {
    if let Some(name) = name {
        store.name = clean_name(&name)?;
    }
    if let Some(phone) = traits.phone {
        store.phone = Some(sanitise(&phone, Lines::One, MAX_NAME_CHARS)).filter(|phone| !phone.is_empty());
    }
    if let Some(tier) = traits.tier {
        store.tier = tier.0;
    }
    directory::put_store(db, &store).await?;
    let tier = store.tier.map(|tier| format!(", tier {}", directory::tier_letter(Some(tier)))).unwrap_or_default();
    Ok(Output::done(format!("store {} {}{tier}\n", store.id, store.name)))
}

pub(super) async fn guide(db: &Db, command: GuideCommand, today: NaiveDate) -> Result<Output, HubError> {
    match command {
        GuideCommand::Add { id, name, store, days_off } => {
            let before = directory::guide(&mut *db.conn().await?, id.as_str()).await?;
            let days_off = days_off.map(|days| days.0);
            let days_off = days_off.unwrap_or_else(|| before.map(|guide| guide.days_off).unwrap_or_default());
            put_guide(db, &id, &name, &store, &days_off).await
        }
        GuideCommand::Set { id, name, store, days_off } => {
            let before = directory::guide(&mut *db.conn().await?, id.as_str()).await?;
            let before = before.ok_or_else(|| unknown_guide(id.as_str()))?;
            let store = store.unwrap_or(before.store.id);
            let days_off = days_off.map_or(before.days_off, |days| days.0);
            put_guide(db, &id, &name.unwrap_or(before.name), &store, &days_off).await
        }
        GuideCommand::List { json } => list(db, json).await,
        GuideCommand::Assign(args) => assign(db, args, today).await,
    }
}

async fn put_guide(
    db: &Db,
    id: &GuideId,
    name: &str,
    store: &StoreId,
    days_off: &[Weekday],
) -> Result<Output, HubError> {
    let profile = directory::put_guide(db, id, &clean_name(name)?, store, days_off).await?;
    let off = directory::days_off_text(&profile.days_off);
    let off = if off.is_empty() { off } else { format!(", off on {off}") };
    Ok(Output::done(format!("guide {} {}, {}{off}\n", profile.id, profile.name, profile.store.name)))
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
    let mut table = Table::new(&["ID", "NAME", "STORE", "DAYS OFF", "CUSTOMERS"]);
    for GuideRow { profile, n_customers } in guides {
        let store = format!("{} {}", profile.store.id, profile.store.name);
        let days_off = directory::days_off_text(&profile.days_off);
        table.row([profile.id.to_string(), profile.name, store, days_off, n_customers.to_string()]);
    }
    let mut text = table.text();
    if n_unassigned > 0 {
        text.push_str(&format!(
            "{n_unassigned} customers have no guide: `guide-hub guide assign --unassigned --to G1,G2` deals them out\n"
        ));
    }
    Ok(Output::done(text))
}

async fn assign(db: &Db, args: AssignArgs, today: NaiveDate) -> Result<Output, HubError> {
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
        assign::carry_out(db, &moves, today, |n_done| progress.at(n_done, moves.len())).await?
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
