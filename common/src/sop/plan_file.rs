//! Plan files: TOML read and checked, key by key, so that every refusal names its line. `docs/plans.md` describes
//! every key; what is described there and not built is refused here, never ignored.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::file_error::{FileError, line_at};
use crate::id::{PlanId, StepId, TemplateId};
use crate::outcome::{Channel, OutcomeCode};
use crate::sop::plan::{Asks, EndsOn, Plan, Purpose, Restart, ReturnedWord, Step, Text, Trigger};
use crate::time::Offset;
use crate::toml_file::{Key, Table, read};

/// The most steps of a plan.
const MAX_STEPS: usize = 64;

const PLANNED_PLAN_KEYS: &[&str] = &["audience", "tiers", "tags", "store_tiers", "exclusive", "throttle"];
const PLANNED_TRIGGER_KEYS: &[&str] =
    &["category", "calendar", "repeat", "days", "plan", "codes", "value", "date", "group"];
const PLANNED_STEP_KEYS: &[&str] = &["from", "at", "within", "positive", "negative", "recovery", "coupon", "repeat"];
const PLANNED_TRIGGERS: &[&str] = &[
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
    "appointment",
    "ticket",
    "owner_changed",
    "dispatch",
];

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
        ends_on: table.optional("ends_on", |key| key.list(ends_on))?.unwrap_or_default(),
        trigger: table.required("trigger")?.table(trigger)?,
        steps: table.required("step")?.list(|key| key.table(step))?,
    };
    let steps_at = table.line_of("step");
    table.finish(PLANNED_PLAN_KEYS)?;
    check_steps(&plan, text, &document, steps_at)?;
    Ok(plan)
}

const RESTARTS: &[(&str, Restart)] =
    &[("every", Restart::Every), ("once", Restart::Once), ("supersede", Restart::Supersede)];
const PURPOSES: &[(&str, Purpose)] =
    &[("promo", Purpose::Promo), ("service", Purpose::Service), ("answer", Purpose::Answer)];
const ASKS: &[(&str, Asks)] =
    &[("satisfaction", Asks::Satisfaction), ("appointment", Asks::Appointment), ("amount", Asks::Amount)];

/// Reads `{ zh = "…", en = "…" }`.
pub(crate) fn name(mut table: Table<'_>) -> Result<Text, FileError> {
    let text = Text { zh: table.required("zh")?.label()?, en: table.required("en")?.label()? };
    table.finish(&[])?;
    Ok(text)
}

fn ends_on(key: Key<'_>) -> Result<EndsOn, FileError> {
    if key.str()? == "returned" {
        return Ok(EndsOn::Return(ReturnedWord::Returned));
    }
    let by_name = |text: &str| OutcomeCode::ALL.into_iter().find(|code| code.names().2 == text);
    key.parse_str(|text| by_name(text).ok_or_else(|| format!("{text:?} is neither an outcome's name nor \"returned\"")))
        .map(EndsOn::Code)
}

fn trigger(mut table: Table<'_>) -> Result<Trigger, FileError> {
    let on = table.required("on")?;
    let trigger = match on.str()? {
        "purchase" => Trigger::Purchase {
            min_amount_fen: table.optional("min_amount_fen", |key| key.integer(0..=i64::MAX))?.unwrap_or(0),
        },
        "birthday" => Trigger::Birthday,
        "promise" => Trigger::Promise,
        planned if PLANNED_TRIGGERS.contains(&planned) => {
            return Err(on.error(format!(
                "the trigger {planned:?} is not built yet; this version has purchase, birthday, promise"
            )));
        }
        other => return Err(on.error(format!("{other:?} is no trigger; use purchase, birthday or promise"))),
    };
    table.finish(PLANNED_TRIGGER_KEYS)?;
    Ok(trigger)
}

fn step(mut table: Table<'_>) -> Result<Step, FileError> {
    let step = Step {
        id: table.required("id")?.parse_str(StepId::new)?,
        name: table.optional("name", |key| key.table(name))?,
        offset: table.required("offset")?.parse_str(str::parse::<Offset>)?,
        until: table.required("until")?.parse_str(str::parse::<Offset>)?,
        keep: table.optional("keep", |key| key.boolean())?.unwrap_or(false),
        purpose: table.optional("purpose", |key| key.one_of(PURPOSES))?.unwrap_or_default(),
        channels: table.required("channels")?.list(|key| key.parse_str(str::parse::<Channel>))?,
        template: table.optional("template", |key| key.parse_str(TemplateId::new))?,
        asks: table.optional("asks", |key| key.one_of(ASKS))?,
    };
    if step.channels.is_empty() {
        return Err(table.error_at("channels", "a step needs at least one channel"));
    }
    if window_is_never_open(step.offset, step.until) {
        return Err(
            table.error_at("until", format!("until = \"{}\" lies before offset = \"{}\"", step.until, step.offset))
        );
    }
    table.finish(PLANNED_STEP_KEYS)?;
    Ok(step)
}

/// Whether `until` lies before `offset` from any anchor: tried over every day of four years, since months differ.
fn window_is_never_open(offset: Offset, until: Offset) -> bool {
    let Some(first) = chrono::NaiveDate::from_ymd_opt(2023, 1, 1) else { return true };
    first.iter_days().take(4 * 366).any(|anchor| match (offset.from(anchor), until.from(anchor)) {
        (Some(opens), Some(closes)) => closes < opens,
        _ => true,
    })
}

fn check_steps(plan: &Plan, text: &str, document: &Spanned<DeTable<'_>>, steps_at: usize) -> Result<(), FileError> {
    if plan.steps.is_empty() || plan.steps.len() > MAX_STEPS {
        return Err(FileError::new(steps_at, format!("a plan has 1 to {MAX_STEPS} steps")));
    }
    for (idx, step) in plan.steps.iter().enumerate() {
        if plan.steps[..idx].iter().any(|earlier| earlier.id == step.id) {
            let line = match document.get_ref().get("step").map(Spanned::get_ref) {
                Some(DeValue::Array(steps)) => {
                    steps.get(idx).map_or(steps_at, |table| line_at(text, table.span().start))
                }
                _ => steps_at,
            };
            return Err(FileError::new(line, format!("the step {:?} stands here twice", step.id)));
        }
    }
    Ok(())
}
