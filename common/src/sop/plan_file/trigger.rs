//! The table `[trigger]`.

use crate::customer::Calendar;
use crate::file_error::FileError;
use crate::id::{PlanId, StepId};
use crate::record::{Level, Risk};
use crate::sop::plan_file::{MAX_ENTRIES, code, interval};
use crate::sop::trigger::{
    DateTrigger, DormantTrigger, LevelEvent, OutcomeTrigger, PurchaseTrigger, Since, TicketEvent, Trigger,
};
use crate::toml_file::{Key, Table};

const TRIGGERS: [&str; 17] = [
    "purchase",
    "birthday",
    "anniversary",
    "dormant",
    "lead",
    "contact_added",
    "tagged",
    "level",
    "coupon_expiry",
    "life_event",
    "date",
    "outcome",
    "promise",
    "appointment",
    "ticket",
    "owner_changed",
    "dispatch",
];
const CALENDARS: &[(&str, Calendar)] = &[("solar", Calendar::Solar), ("lunar", Calendar::Lunar)];
const SINCE: &[(&str, Since)] = &[("visit", Since::Visit), ("purchase", Since::Purchase), ("contact", Since::Contact)];
const RISKS: &[(&str, Risk)] = &[("amber", Risk::Amber), ("red", Risk::Red)];
const LEVEL_EVENTS: &[(&str, LevelEvent)] =
    &[("expires", LevelEvent::Expires), ("near", LevelEvent::Near), ("rose", LevelEvent::Rose)];
const TICKET_EVENTS: &[(&str, TicketEvent)] = &[
    ("received", TicketEvent::Received),
    ("ready", TicketEvent::Ready),
    ("collected", TicketEvent::Collected),
    ("uncollected", TicketEvent::Uncollected),
    ("promised", TicketEvent::Promised),
];

pub(super) fn trigger(mut table: Table<'_>) -> Result<Trigger, FileError> {
    let on = table.required("on")?;
    let trigger = match on.str()? {
        "purchase" => Trigger::Purchase(purchase(&mut table)?),
        "birthday" => Trigger::Birthday,
        "anniversary" => Trigger::Anniversary { of: table.optional("of", |key| key.label())? },
        "dormant" => Trigger::Dormant(dormant(&mut table)?),
        "lead" => Trigger::Lead,
        "contact_added" => Trigger::ContactAdded,
        "tagged" => Trigger::Tagged {
            group: table.required("group")?.label()?,
            value: table.optional("value", |key| key.label())?,
        },
        "level" => level(&mut table)?,
        "coupon_expiry" => Trigger::CouponExpiry { kinds: labels(&mut table, "kinds")? },
        "life_event" => Trigger::LifeEvent { kind: table.required("kind")?.label()? },
        "date" => Trigger::Date(date(&mut table)?),
        "outcome" => Trigger::Outcome(outcome(&mut table)?),
        "promise" => Trigger::Promise,
        "appointment" => Trigger::Appointment,
        "ticket" => Trigger::Ticket { event: table.required("event")?.one_of(TICKET_EVENTS)? },
        "owner_changed" => Trigger::OwnerChanged,
        "dispatch" => Trigger::Dispatch,
        other => return Err(on.error(format!("{other:?} is no trigger; use one of {}", TRIGGERS.join(", ")))),
    };
    table.finish()?;
    Ok(trigger)
}

fn labels(table: &mut Table<'_>, name: &'static str) -> Result<Vec<String>, FileError> {
    Ok(table.optional(name, |key| key.short_list(MAX_ENTRIES, |key| key.label()))?.unwrap_or_default())
}

fn purchase(table: &mut Table<'_>) -> Result<PurchaseTrigger, FileError> {
    let trigger = PurchaseTrigger {
        min_amount_fen: table.optional("min_amount_fen", |key| key.integer(0..=i64::MAX))?.unwrap_or(0),
        categories: labels(table, "categories")?,
        each_item: table.optional("each_item", |key| key.boolean())?.unwrap_or(false),
        repeat_by_material: table
            .optional("repeat_by_material", |key| key.map(MAX_ENTRIES, interval))?
            .unwrap_or_default()
            .into_iter()
            .collect(),
    };
    if !trigger.repeat_by_material.is_empty() && !trigger.each_item {
        return Err(table.error_at("repeat_by_material", "repeat_by_material needs each_item = true"));
    }
    Ok(trigger)
}

fn dormant(table: &mut Table<'_>) -> Result<DormantTrigger, FileError> {
    let trigger = DormantTrigger {
        days: table.optional("days", |key| key.integer(1..=3_653))?.map(|days| days as u32),
        since: table.optional("since", |key| key.one_of(SINCE))?.unwrap_or_default(),
        risk: table.optional("risk", |key| key.one_of(RISKS))?,
    };
    match (trigger.days, trigger.risk) {
        (None, None) => Err(table.error_at("on", "dormant needs days or risk")),
        (Some(_), Some(_)) => {
            Err(table
                .error_at("risk", "days and risk are two triggers: write [[trigger]] twice, either one starts a run"))
        }
        _ => Ok(trigger),
    }
}

fn level(table: &mut Table<'_>) -> Result<Trigger, FileError> {
    let names: Vec<(&str, Level)> = Level::ALL.iter().map(|level| (level.name(), *level)).collect();
    let event = table.required("event")?.one_of(LEVEL_EVENTS)?;
    let level = table.optional("level", |key| key.one_of(&names))?;
    let gap_percent = table.optional("gap_percent", |key| key.integer(1..=100))?.map(|gap| gap as u32);
    if (event == LevelEvent::Near) != gap_percent.is_some() {
        return Err(table.error_at("event", "gap_percent belongs to event = \"near\", and to no other"));
    }
    Ok(Trigger::Level { event, level, gap_percent })
}

/// `date = "08-19"`, `"2026-08-19"`, or with `calendar = "lunar"` `"07-07"`.
fn date(table: &mut Table<'_>) -> Result<DateTrigger, FileError> {
    let calendar = table.optional("calendar", |key| key.one_of(CALENDARS))?.unwrap_or_default();
    table.required("date")?.parse_str(|text| day_of_year(text, calendar))
}

fn day_of_year(text: &str, calendar: Calendar) -> Result<DateTrigger, String> {
    let error = || format!("{text:?} is no day; write 08-19, or 2026-08-19 for one year only");
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (Some(year.parse().map_err(|_| error())?), month, day),
        [month, day] => (None, month, day),
        _ => return Err(error()),
    };
    let number = |text: &str| if text.len() == 2 { text.parse::<u32>().map_err(|_| error()) } else { Err(error()) };
    let (month, day) = (number(month)?, number(day)?);
    let exists = match calendar {
        Calendar::Lunar => (1..=12).contains(&month) && (1..=30).contains(&day),
        _ => chrono::NaiveDate::from_ymd_opt(year.unwrap_or(2024), month, day).is_some(),
    };
    if exists { Ok(DateTrigger { year, month, day, calendar }) } else { Err(error()) }
}

fn outcome(table: &mut Table<'_>) -> Result<OutcomeTrigger, FileError> {
    let score = |key: Key<'_>| key.integer(1..=5).map(|score| score as u8);
    let trigger = OutcomeTrigger {
        plan: table.optional("plan", |key| key.parse_str(PlanId::new))?,
        step: table.optional("step", |key| key.parse_str(StepId::new))?,
        codes: table.optional("codes", |key| key.short_list(MAX_ENTRIES, code))?.unwrap_or_default(),
        min_score: table.optional("min_score", score)?,
        max_score: table.optional("max_score", score)?,
    };
    if trigger.step.is_some() && trigger.plan.is_none() {
        return Err(table.error_at("step", "step names a step of a plan: add plan = \"…\""));
    }
    if let (Some(min), Some(max)) = (trigger.min_score, trigger.max_score)
        && min > max
    {
        return Err(table.error_at("min_score", "min_score lies above max_score: no outcome is meant"));
    }
    Ok(trigger)
}
