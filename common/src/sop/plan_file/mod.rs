//! Plan files: TOML read and checked, key by key, so that every refusal names its line. `docs/plans.md` describes
//! every key.

mod check;
mod step;
mod trigger;

use chrono::NaiveDate;

use crate::customer::Tier;
use crate::file_error::FileError;
use crate::id::{PlanId, StepId};
use crate::outcome::OutcomeCode;
use crate::sop::condition::{Condition, Scope};
use crate::sop::plan::{Audience, Campaign, EndsOn, Plan, Restart, ReturnedWord, Text, WantedTag};
use crate::time::Offset;
use crate::toml_file::{Key, Table, read};
use crate::wire::hub::StoreTier;

pub use check::check_plans;
pub(crate) use check::sources;

/// Reads a plan file. The error is the first one found, with its line.
pub fn parse(text: &str) -> Result<Plan, FileError> {
    let document = read(text)?;
    let mut table = Table::new(text, "the plan", document.get_ref(), document.span());
    let plan = Plan {
        id: table.required("id")?.parse_str(PlanId::new)?,
        version: table.required("version")?.integer(1..=i64::from(u32::MAX))? as u32,
        name: table.required("name")?.table(name)?,
        priority: table.optional("priority", |key| key.integer(0..=100))?.unwrap_or(0) as u32,
        restart: table.optional("restart", |key| key.one_of(RESTARTS))?.unwrap_or_default(),
        ends_on: table.optional("ends_on", |key| key.short_list(MAX_ENTRIES, ends_on))?.unwrap_or_default(),
        triggers: table.required("trigger")?.one_or_more(MAX_TRIGGERS, |key| key.table(trigger::trigger))?,
        starts_on: table.optional("starts_on", |key| key.parse_str(date))?,
        repeat: table.optional("repeat", interval)?,
        rest: table.optional("rest", interval)?,
        audience: audience(&mut table)?,
        exclusive: table.optional("exclusive", |key| key.label())?,
        throttle: table.optional("throttle", |key| key.integer(1..=1_000))?.map(|n| n as u32),
        recovery: table.optional("recovery", |key| key.boolean())?.unwrap_or(false),
        campaign: table.optional("campaign", |key| key.table(campaign))?,
        steps: table.required("step")?.short_list(MAX_STEPS, |key| key.table(step::step))?,
        earlier: None,
    };
    check::check(&plan, &table, text, &document)?;
    table.finish()?;
    Ok(plan)
}

/// The most steps of a plan.
const MAX_STEPS: usize = 64;
/// The most triggers of a plan.
const MAX_TRIGGERS: usize = 8;
/// The most entries of any other list.
const MAX_ENTRIES: usize = 64;

const RESTARTS: &[(&str, Restart)] =
    &[("every", Restart::Every), ("once", Restart::Once), ("supersede", Restart::Supersede)];
const TIERS: &[(&str, Tier)] = &[("S", Tier::S), ("A", Tier::A), ("B", Tier::B), ("C", Tier::C)];
const STORE_TIERS: &[(&str, StoreTier)] = &[("A", StoreTier::A), ("B", StoreTier::B), ("C", StoreTier::C)];

/// Reads `{ zh = "…", en = "…" }`.
pub(crate) fn name(mut table: Table<'_>) -> Result<Text, FileError> {
    let text = Text { zh: table.required("zh")?.label()?, en: table.required("en")?.label()? };
    table.finish()?;
    Ok(text)
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| format!("{text:?} is no date; write 2026-08-12"))
}

/// An offset that leads forward.
fn interval(key: Key<'_>) -> Result<Offset, FileError> {
    let offset = key.parse_str(str::parse::<Offset>)?;
    if offset.max_days() < 1 { Err(key.error("this must lead forward, such as \"+6m\"")) } else { Ok(offset) }
}

fn condition(key: &Key<'_>, scope: Scope) -> Result<Condition, FileError> {
    Condition::parse(key.str()?, scope).map_err(|error| key.error_inside(error.offset, error.message))
}

fn outcome_code(text: &str) -> Option<OutcomeCode> {
    OutcomeCode::ALL.into_iter().find(|code| code.names().2 == text)
}

fn code(key: Key<'_>) -> Result<OutcomeCode, FileError> {
    key.parse_str(|text| outcome_code(text).ok_or_else(|| format!("{text:?} is no outcome's name, such as bought")))
}

fn ends_on(key: Key<'_>) -> Result<EndsOn, FileError> {
    if key.str()? == "returned" {
        return Ok(EndsOn::Return(ReturnedWord::Returned));
    }
    let unknown = |text: &str| format!("{text:?} is neither an outcome's name nor \"returned\"");
    key.parse_str(|text| outcome_code(text).ok_or_else(|| unknown(text))).map(EndsOn::Code)
}

fn audience(table: &mut Table<'_>) -> Result<Audience, FileError> {
    Ok(Audience {
        condition: table.optional("audience", |key| condition(&key, Scope::Customer))?,
        tiers: table.optional("tiers", |key| key.short_list(MAX_ENTRIES, |key| key.one_of(TIERS)))?.unwrap_or_default(),
        tags: table.optional("tags", |key| key.short_list(MAX_ENTRIES, wanted_tag))?.unwrap_or_default(),
        store_tiers: table
            .optional("store_tiers", |key| key.short_list(MAX_ENTRIES, |key| key.one_of(STORE_TIERS)))?
            .unwrap_or_default(),
    })
}

/// Reads `MAT` or `MAT:珍珠`.
fn wanted_tag(key: Key<'_>) -> Result<WantedTag, FileError> {
    let text = key.label()?;
    let (group, value) = match text.split_once([':', '：']) {
        Some((group, value)) => (group.trim(), Some(value.trim())),
        None => (text.as_str(), None),
    };
    if group.is_empty() || value.is_some_and(str::is_empty) {
        return Err(key.error("a tag is written as \"MAT\" or \"MAT:珍珠\""));
    }
    Ok(WantedTag { group: group.to_owned(), value: value.map(str::to_owned) })
}

fn campaign(mut table: Table<'_>) -> Result<Campaign, FileError> {
    let campaign = Campaign {
        name: table.required("name")?.table(name)?,
        until: table.optional("until", |key| key.parse_str(str::parse::<Offset>))?,
        rules: table.optional("rules", |key| key.table(long_text))?,
    };
    table.finish()?;
    Ok(campaign)
}

/// Reads a text in both languages that may be as long as a sentence.
fn long_text(mut table: Table<'_>) -> Result<Text, FileError> {
    let text = Text { zh: table.required("zh")?.sentence()?, en: table.required("en")?.sentence()? };
    table.finish()?;
    Ok(text)
}

fn step_id(key: Key<'_>) -> Result<StepId, FileError> {
    key.parse_str(StepId::new)
}
