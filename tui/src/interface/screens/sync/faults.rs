//! What goes wrong on purpose in training: one row a fault, switched with one key.

use guide_common::wire::support::FaultPlan;
use serde_json::{Map, Value};

use super::{Section, show};
use crate::cli::faults::fields;
use crate::interface::app::App;
use crate::interface::effect::{Request, SyncRequest};
use crate::interface::layers::training_sheet::Switch;
use crate::interface::queries::Slot;
use crate::interface::words::Msg;

/// How often a fault comes that is switched on here, in a thousand requests.
const CHANCE: u16 = 300;
/// How late a request is at most, where nothing else was said, in ms.
const DELAY_MS: u32 = 3_000;
/// By how many minutes a clock is ahead that is made wrong here.
const AHEAD_MIN: u32 = 180;
/// The order of the rows: what is shown to guides first.
const ORDER: [&str; 14] = [
    "offline",
    "delay",
    "drop_reply",
    "clock_ahead_min",
    "expire",
    "disk_full",
    "drop_request",
    "busy",
    "error",
    "double",
    "reorder",
    "truncate",
    "swap",
    "garbage",
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

/// Whether a switch of training is on.
pub fn is_switched_on(app: &App, switch: Switch) -> bool {
    let Some(key) = key_of(switch) else {
        return app.training.as_ref().is_some_and(|training| training.is_killed);
    };
    let plan = app.sync.faults.as_ref().map(|faults| fields(&faults.plan)).unwrap_or_default();
    plan.get(key).is_some_and(is_on)
}

/// Turns a switch of training, on whatever screen.
pub fn turn(app: &mut App, switch: Switch) {
    let plan = app.sync.faults.as_ref().map(|faults| faults.plan.clone()).unwrap_or_default();
    let plan = with(plan, switch, !is_switched_on(app, switch));
    app.ask(Slot::Faults, Request::Sync(SyncRequest::SetFaults(Box::new(plan))));
}

/// A plan with one switch on or off; that of the daemon is no part of it.
pub fn with(plan: FaultPlan, switch: Switch, on: bool) -> FaultPlan {
    match key_of(switch) {
        Some(key) => changed(plan, key, on),
        None => plan,
    }
}

fn key_of(switch: Switch) -> Option<&'static str> {
    Some(match switch {
        Switch::Cable => "offline",
        Switch::SlowLine => "delay",
        Switch::LostReplies => "drop_reply",
        Switch::WrongClock => "clock_ahead_min",
        Switch::ExpiredToken => "expire",
        Switch::FullDisk => "disk_full",
        Switch::KilledDaemon => return None,
    })
}

fn set(app: &mut App, key: &str, on: bool) {
    let plan = app.sync.faults.as_ref().map(|faults| faults.plan.clone()).unwrap_or_default();
    put(app, changed(plan, key, on));
}

/// The plan with one fault on or off.
fn changed(plan: FaultPlan, key: &str, on: bool) -> FaultPlan {
    let mut fields = fields(&plan);
    let value = match fields.get(key) {
        Some(Value::Bool(_)) => Value::Bool(on),
        _ if on && key == "clock_ahead_min" => AHEAD_MIN.into(),
        // a token is known or not, and a slow line always is
        _ if on && matches!(key, "expire" | "delay") => 1_000.into(),
        _ if on => CHANCE.into(),
        _ => 0.into(),
    };
    fields.insert(key.to_owned(), value);
    if key == "delay" && on && plan.delay_ms == 0 {
        fields.insert("delay_ms".to_owned(), DELAY_MS.into());
    }
    read(fields).unwrap_or(plan)
}

fn read(fields: Map<String, Value>) -> Option<FaultPlan> {
    serde_json::from_value(Value::Object(fields)).ok()
}

fn put(app: &mut App, plan: FaultPlan) {
    show(app, Section::Faults);
    app.ask(Slot::Faults, Request::Sync(SyncRequest::SetFaults(Box::new(plan))));
}
