//! What the answers to this screen's requests change.

use chrono::{DateTime, Utc};
use guide_common::id::OpId;

use super::{Section, ask_selected, deal, ops, section, selected_op};
use crate::interface::app::{App, ToastKind};
use crate::interface::effect::Request;
use crate::interface::event::SyncPart;
use crate::interface::queries::Slot;
use crate::interface::words::Msg;

/// The most ops whose words are kept.
const MAX_KEPT: usize = 32;

/// Takes an answer in.
pub fn take(app: &mut App, at: DateTime<Utc>, part: SyncPart) {
    app.sync.read_at = Some(at);
    match part {
        SyncPart::Outbox(outbox) => {
            let before = selected_op(app).map(|row| row.op_id);
            // what is said of an op changes with its state
            app.sync.ops.retain(|_, detail| outbox.ops.contains(&detail.row));
            app.sync.outbox = Some(outbox);
            reselect(app, before);
            ask_selected(app);
        }
        SyncPart::Op(detail) => {
            if app.sync.ops.len() >= MAX_KEPT {
                app.sync.ops.clear();
            }
            app.sync.ops.insert(detail.row.op_id, detail);
        }
        SyncPart::Rejected(ops) => deal::export_rejected(app, &ops),
        SyncPart::Resent(saved) => app.on_saved(&saved),
        SyncPart::Discarded(_) => {
            (app.recording, app.layer) = (None, None);
            app.say(ToastKind::Done, Msg::Discarded.text(app.lang));
            app.refresh_now();
        }
        SyncPart::Log(log) => app.sync.log = Some(log),
        SyncPart::Doctor(doctor) => {
            app.sync.doctor = Some(doctor);
            app.sync.panes.rows.list.selected = first_bad(app);
        }
        SyncPart::Verified(verified) => {
            app.sync.verified = Some(verified);
            app.ask(Slot::Status, Request::Status);
        }
        SyncPart::Replayed(replayed) => app.sync.replayed = Some(replayed),
        SyncPart::Bundle(bundle) => {
            app.sync.bundle = Some(bundle);
            app.sync.replayed = None;
            deal::ask_bundle_path(app);
        }
    }
}

/// Selects the op that was selected before the list changed, else the row in its place.
fn reselect(app: &mut App, before: Option<OpId>) {
    if !matches!(section(app), Section::Rejected | Section::Outbox) {
        return;
    }
    let rows = ops(app);
    let same = before.and_then(|op| rows.iter().position(|row| row.op_id == op));
    let last = rows.len().saturating_sub(1);
    let selected = same.unwrap_or(app.sync.panes.rows.list.selected).min(last);
    app.sync.panes.rows.list.selected = selected;
}

/// The first check that is not well.
fn first_bad(app: &App) -> usize {
    let is_shown = section(app) == Section::Doctor;
    let checks = app.sync.doctor.iter().filter(|_| is_shown).flat_map(|doctor| &doctor.checks);
    let worst = checks.clone().map(|check| check.state).max();
    checks.clone().position(|check| Some(check.state) == worst).unwrap_or(0)
}
