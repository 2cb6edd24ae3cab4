//! What differs between two versions of a plan as data: key by key, as the plan stands in the feed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::StepId;
use crate::sop::plan::{Plan, Step};

use super::StepChange;

/// Keys of a plan that are compared elsewhere or not at all.
const NOT_COMPARED: [&str; 4] = ["id", "version", "steps", "earlier"];
/// The keys that move a step's days.
const MOVES: [&str; 4] = ["offset", "until", "from", "within_hours"];

/// One key that differs. A value that is not there is the default; what is a table in a plan file, such as a trigger, is
/// a text: `on = "dormant", days = 270`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The key; `order` for the order of the steps that both versions have.
    pub key: String,
    /// What the version before says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// What the edited version says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// The steps of both versions: those of the version before in their order, then those that are added.
pub(super) fn step_ids(old: Option<&Plan>, new: Option<&Plan>) -> Vec<StepId> {
    let mut ids: Vec<StepId> = steps(old).map(|step| step.id.clone()).collect();
    ids.extend(steps(new).filter(|step| find(old, &step.id).is_none()).map(|step| step.id.clone()));
    ids
}

fn steps(plan: Option<&Plan>) -> impl Iterator<Item = &Step> {
    plan.into_iter().flat_map(|plan| &plan.steps)
}

fn find<'p>(plan: Option<&'p Plan>, id: &StepId) -> Option<&'p Step> {
    steps(plan).find(|step| step.id == *id)
}

/// What of the plan's own keys differs; nothing where one version is not there.
pub(super) fn of_plan(old: Option<&Plan>, new: Option<&Plan>) -> Vec<Change> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let mut changes = between(&object(old), &object(new));
    changes.retain(|change| !NOT_COMPARED.contains(&change.key.as_str()));
    let order = |plan: &Plan, other: &Plan| -> Vec<StepId> {
        let ids = plan.steps.iter().map(|step| step.id.clone());
        ids.filter(|id| find(Some(other), id).is_some()).collect()
    };
    let (before, after) = (order(old, new), order(new, old));
    if before != after {
        let ids = |ids: Vec<StepId>| serde_json::to_value(ids).ok();
        changes.push(Change { key: "order".to_owned(), old: ids(before), new: ids(after) });
    }
    changes
}

/// The steps that differ.
pub(super) fn of_steps(old: Option<&Plan>, new: Option<&Plan>) -> Vec<StepChange> {
    let change = |id: StepId| match (find(old, &id), find(new, &id)) {
        (Some(before), Some(after)) => changed(before, after),
        (Some(_), None) => Some(StepChange::Removed { step: id }),
        (None, _) => Some(StepChange::Added { step: id }),
    };
    step_ids(old, new).into_iter().filter_map(change).collect()
}

fn changed(before: &Step, after: &Step) -> Option<StepChange> {
    let changes = between(&object(before), &object(after));
    let (moved, reworded): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| MOVES.contains(&change.key.as_str()));
    let differs = !moved.is_empty() || !reworded.is_empty();
    differs.then(|| StepChange::Changed { step: before.id.clone(), moved, reworded })
}

fn object<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn between(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let known = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    let added = new.keys().filter(|key| !old.contains_key(*key));
    let keys = old.keys().chain(added);
    let changes = keys.map(|key| Change { key: key.clone(), old: known(old.get(key)), new: known(new.get(key)) });
    let differing = changes.filter(|change| change.old != change.new);
    differing.map(|Change { key, old, new }| Change { key, old: old.map(told), new: new.map(told) }).collect()
}

/// A value as somebody reads it: what is a table in a plan file stands as the file writes it, several as a list. A name
/// keeps its languages.
fn told(value: Value) -> Value {
    match value {
        Value::Object(table) if !table.contains_key("zh") => Value::String(entries(table)),
        Value::Array(mut values) => match (values.len(), values.first()) {
            (1, Some(Value::Object(_))) => told(values.remove(0)),
            _ => Value::Array(values.into_iter().map(told).collect()),
        },
        other => other,
    }
}

/// The entries of a table, such as `on = "dormant", days = 270`; what a trigger is called stands first.
fn entries(mut table: Map<String, Value>) -> String {
    let mut entries: Vec<(String, Value)> = table.remove("on").map(|on| ("on".to_owned(), on)).into_iter().collect();
    if entries.iter().any(|(_, on)| on == "date") {
        entries.extend(date_of(&mut table).map(|date| ("date".to_owned(), Value::String(date))));
    }
    // the defaults, which nobody writes
    table.retain(|key, value| {
        let is_default = (key == "since" && *value == "visit") || (key == "calendar" && *value == "solar");
        !value.is_null() && !is_default
    });
    entries.extend(table);
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {}", written(value))).collect();
    entries.join(", ")
}

/// `08-19`, or `2026-08-19` of one year.
fn date_of(table: &mut Map<String, Value>) -> Option<String> {
    let (month, day) = (table.get("month")?.as_u64()?, table.get("day")?.as_u64()?);
    let year = table.get("year").and_then(Value::as_i64).map(|year| format!("{year:04}-")).unwrap_or_default();
    table.retain(|key, _| !matches!(key.as_str(), "year" | "month" | "day"));
    Some(format!("{year}{month:02}-{day:02}"))
}

fn written(value: &Value) -> String {
    match value {
        Value::Object(table) => format!("{{ {} }}", entries(table.clone())),
        Value::Array(values) => format!("[{}]", values.iter().map(written).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
