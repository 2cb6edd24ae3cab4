//! What goes wrong on purpose in training: one row a fault, switched with one key.

use guide_common::wire::support::FaultPlan;
use serde_json::{Map, Value};

use super::{Section, show};
use crate::cli::faults::fields;
use crate::interface::app::App;
use crate::interface::effect::{Request, SyncRequest};
use crate::interface::queries::Slot;
use crate::interface::words::Msg;

/// How often a fault comes that is switched on here, in a thousand requests.
const CHANCE: u16 = 300;
/// How late a request is at most, where nothing else was said, in ms.
const DELAY_MS: u32 = 3_000;
/// The order of the rows: what is shown to guides first.
const ORDER: [&str; 12] = [
    "offline",
    "delay",
    "drop_reply",
    "drop_request",
    "busy",
    "error",
    "double",
    "reorder",
    "truncate",
    "swap",
    "garbage",
    "expire",
];

/// Each fault with what it is set to.
pub fn rows(app: &App) -> Vec<(&'static str, Value)> {
    let Some(faults) = &app.sync.faults else { return Vec::new() };
    let fields = fields(&faults.plan);
    ORDER.iter().filter_map(|key| Some((*key, fields.get(*key)?.clone()))).collect()
}

/// Whether a fault is on.
pub fn is_on(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_u64().is_some_and(|chance| chance > 0))
}

/// Switches the selected fault on or off.
pub(super) fn switch(app: &mut App) {
    let selected = rows(app).get(app.sync.panes.rows.list.selected).cloned();
    match selected {
        Some((key, value)) => set(app, key, !is_on(&value)),
        None => app.refuse(Msg::SelectFirst),
    }
}

/// Cuts the line to headquarters, or joins it again.
pub(super) fn cut_line(app: &mut App) {
    if !app.data.is_training() {
        return app.refuse(Msg::TrainingFaults);
    }
    let is_cut = app.sync.faults.as_ref().is_some_and(|faults| faults.plan.offline);
    set(app, "offline", !is_cut);
}

/// Ends everything that goes wrong on purpose.
pub(super) fn end(app: &mut App) {
    if !app.data.is_training() {
        return app.refuse(Msg::TrainingFaults);
    }
    let seed = app.sync.faults.as_ref().map_or(0, |faults| faults.plan.seed);
    put(app, FaultPlan { seed, ..FaultPlan::default() });
}

fn set(app: &mut App, key: &str, on: bool) {
    let plan = app.sync.faults.as_ref().map(|faults| faults.plan.clone()).unwrap_or_default();
    let mut fields = fields(&plan);
    let value = match fields.get(key) {
        Some(Value::Bool(_)) => Value::Bool(on),
        _ if on => CHANCE.into(),
        _ => 0.into(),
    };
    fields.insert(key.to_owned(), value);
    if key == "delay" && on && plan.delay_ms == 0 {
        fields.insert("delay_ms".to_owned(), DELAY_MS.into());
    }
    put(app, read(fields).unwrap_or(plan));
}

fn read(fields: Map<String, Value>) -> Option<FaultPlan> {
    serde_json::from_value(Value::Object(fields)).ok()
}

fn put(app: &mut App, plan: FaultPlan) {
    show(app, Section::Faults);
    app.ask(Slot::Faults, Request::Sync(SyncRequest::SetFaults(Box::new(plan))));
}
