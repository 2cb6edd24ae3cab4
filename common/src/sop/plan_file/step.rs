//! The tables `[[step]]` and `[[step.variant]]`.

use chrono::NaiveTime;

use crate::file_error::FileError;
use crate::id::{PlanId, StepId, TemplateId};
use crate::outcome::Channel;
use crate::sop::condition::Scope;
use crate::sop::plan::{Asks, FromDate, Purpose, Step, Variant};
use crate::sop::plan_file::{MAX_ENTRIES, condition, name, step_id};
use crate::time::Offset;
use crate::toml_file::{Key, Table};

const PURPOSES: &[(&str, Purpose)] =
    &[("promo", Purpose::Promo), ("service", Purpose::Service), ("answer", Purpose::Answer)];
const ASKS: &[(&str, Asks)] =
    &[("satisfaction", Asks::Satisfaction), ("appointment", Asks::Appointment), ("amount", Asks::Amount)];
const FROM_DATES: &[(&str, FromDate)] = &[
    ("outcome", FromDate::Outcome),
    ("next_on", FromDate::NextOn),
    ("visit_on", FromDate::VisitOn),
    ("no_show_on", FromDate::NoShowOn),
    ("wedding_on", FromDate::WeddingOn),
    ("anniversary", FromDate::AnniversaryOn),
    ("bought_on", FromDate::BoughtOn),
    ("ready_on", FromDate::ReadyOn),
    ("promised_on", FromDate::PromisedOn),
];

pub(super) fn step(mut table: Table<'_>) -> Result<Step, FileError> {
    let step = Step {
        id: table.required("id")?.parse_str(StepId::new)?,
        name: table.optional("name", |key| key.table(name))?,
        offset: table.required("offset")?.parse_str(str::parse::<Offset>)?,
        until: table.required("until")?.parse_str(str::parse::<Offset>)?,
        keep: table.optional("keep", |key| key.boolean())?.unwrap_or(false),
        purpose: table.optional("purpose", |key| key.one_of(PURPOSES))?.unwrap_or_default(),
        channels: table.required("channels")?.short_list(MAX_ENTRIES, channel)?,
        template: table.optional("template", |key| key.parse_str(TemplateId::new))?,
        asks: table.optional("asks", |key| key.one_of(ASKS))?,
        from: table.optional("from", |key| key.one_of(FROM_DATES))?,
        at: table.optional("at", |key| key.parse_str(time))?,
        within_hours: table.optional("within", |key| key.parse_str(hours))?,
        when: table.optional("when", |key| condition(&key, Scope::Step))?,
        variants: table
            .optional("variant", |key| key.short_list(MAX_ENTRIES, |key| key.table(variant)))?
            .unwrap_or_default(),
        positive: steps(&mut table, "positive")?,
        negative: steps(&mut table, "negative")?,
        no_reply: steps(&mut table, "no_reply")?,
        recovery: table.optional("recovery", |key| key.parse_str(PlanId::new))?,
        coupon: table.optional("coupon", |key| key.label())?,
        linked: table.optional("linked", |key| key.boolean())?.unwrap_or(false),
        discreet: table.optional("discreet", |key| key.boolean())?.unwrap_or(false),
    };
    if step.channels.is_empty() {
        return Err(table.error_at("channels", "a step needs at least one channel"));
    }
    if window_is_never_open(step.offset, step.until) {
        return Err(
            table.error_at("until", format!("until = \"{}\" lies before offset = \"{}\"", step.until, step.offset))
        );
    }
    table.finish()?;
    Ok(step)
}

fn steps(table: &mut Table<'_>, name: &'static str) -> Result<Vec<StepId>, FileError> {
    let steps = table.optional(name, |key| key.short_list(MAX_ENTRIES, step_id))?.unwrap_or_default();
    match steps.iter().enumerate().find(|(idx, step)| steps[..*idx].contains(step)) {
        Some((_, step)) => Err(table.error_at(name, format!("{name} names the step {step:?} twice"))),
        None => Ok(steps),
    }
}

fn channel(key: Key<'_>) -> Result<Channel, FileError> {
    key.parse_str(str::parse::<Channel>)
}

fn variant(mut table: Table<'_>) -> Result<Variant, FileError> {
    let variant = Variant {
        when: condition(&table.required("when")?, Scope::Step)?,
        template: table.optional("template", |key| key.parse_str(TemplateId::new))?,
        channels: table.optional("channels", |key| key.short_list(MAX_ENTRIES, channel))?.unwrap_or_default(),
    };
    if variant.template.is_none() && variant.channels.is_empty() {
        return Err(table.error_at("when", "a variant names a template or channels"));
    }
    table.finish()?;
    Ok(variant)
}

fn time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time; write 10:00"))
}

/// `24h`, at most ten days.
fn hours(text: &str) -> Result<u32, String> {
    let n = text.strip_suffix('h').and_then(|n| n.parse().ok());
    n.filter(|n| (1..=240).contains(n)).ok_or_else(|| format!("{text:?} is no span of hours; write 24h, at most 240h"))
}

/// Whether `until` lies before `offset` from any anchor: tried over every day of four years, since months differ.
fn window_is_never_open(offset: Offset, until: Offset) -> bool {
    let Some(first) = chrono::NaiveDate::from_ymd_opt(2023, 1, 1) else { return true };
    first.iter_days().take(4 * 366).any(|anchor| match (offset.from(anchor), until.from(anchor)) {
        (Some(opens), Some(closes)) => closes < opens,
        _ => true,
    })
}
