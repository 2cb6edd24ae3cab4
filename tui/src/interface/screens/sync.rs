//! The state of the screen Sync, and what actions do on it: is it safe, what is to be done, and the figures for support.

pub mod answers;
pub mod deal;
pub mod faults;
pub mod mend;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use guide_common::id::{CustomerId, OpId};
use guide_common::sop::plan::Lang;
use guide_common::wire::local::{Outbox, OutboxRow};
use guide_common::wire::support::{CycleRow, Doctor, Faults, OpDetail, SyncLog, Verified};
use serde_json::value::RawValue;

use crate::cli::replay::Replay;
use crate::interface::action::Action;
use crate::interface::app::{App, Refresh};
use crate::interface::effect::{Request, SyncRequest};
use crate::interface::queries::Slot;
use crate::interface::screens::Screen;
use crate::interface::text::matches;
use crate::interface::widgets::browser::Moved;
use crate::interface::widgets::panes::{Content, Panes};
use crate::interface::words::Msg;
use crate::lang::name::{op_kind_name, op_state_name};
use crate::lang::pick;
use crate::lang::support::{end_name, trigger_name};

/// The state.
#[derive(Clone, Debug, Default)]
pub struct SyncScreen {
    /// The sections, their rows and the selected row's detail.
    pub panes: Panes,
    /// What was recorded here and what became of it.
    pub outbox: Option<Outbox>,
    /// What ops say.
    pub ops: BTreeMap<OpId, OpDetail>,
    /// The last cycles.
    pub log: Option<SyncLog>,
    /// What was checked.
    pub doctor: Option<Doctor>,
    /// What a comparison with the hub found.
    pub verified: Option<Verified>,
    /// What support takes along.
    pub bundle: Option<Box<RawValue>>,
    /// Where it was written to.
    pub bundle_at: Option<String>,
    /// What came of going through its cycles again.
    pub replayed: Option<Replay>,
    /// What goes wrong on purpose.
    pub faults: Option<Faults>,
    /// The rejected ops, whole, while they are being written to a file.
    pub rejected: Vec<u8>,
    /// When something was read last, real time.
    pub read_at: Option<DateTime<Utc>>,
    /// For how many seconds something has been under way.
    pub waited_s: u64,
}

/// A section of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Is it safe, and what is to be done.
    Overview,
    /// What headquarters rejected.
    Rejected,
    /// What was recorded.
    Outbox,
    /// The cycles.
    Cycles,
    /// What the doctor finds.
    Doctor,
    /// The comparison with headquarters.
    Verify,
    /// What support takes along.
    Bundle,
    /// What goes wrong on purpose, in training.
    Faults,
}

impl Section {
    /// Every section, in the order of their digits.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Rejected,
        Self::Outbox,
        Self::Cycles,
        Self::Doctor,
        Self::Verify,
        Self::Bundle,
        Self::Faults,
    ];

    /// What it is called.
    pub fn name(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Overview => ("安全吗", "Is it safe"),
            Self::Rejected => ("被退回", "Rejected"),
            Self::Outbox => ("待发已发", "Records"),
            Self::Cycles => ("同步轮次", "Cycles"),
            Self::Doctor => ("体检", "Doctor"),
            Self::Verify => ("与总部核对", "Compare"),
            Self::Bundle => ("支持包", "Bundle"),
            Self::Faults => ("训练故障", "Faults"),
        };
        pick(lang, pair)
    }
}

/// The sections that there are: faults in training only.
pub fn sections(app: &App) -> &'static [Section] {
    if app.data.is_training() { &Section::ALL } else { &Section::ALL[..7] }
}

/// The open section.
pub fn section(app: &App) -> Section {
    sections(app).get(app.sync.panes.section()).copied().unwrap_or(Section::Overview)
}

/// The rejected ops, or all of them, as far as they match the filter.
pub fn ops(app: &App) -> Vec<&OutboxRow> {
    let filter = app.sync.panes.rows.filter.value().trim();
    let is_of = |row: &&OutboxRow| section(app) == Section::Outbox || row.state == "rejected";
    let found = |row: &&OutboxRow| {
        let (kind, state) = (op_kind_name(&row.kind, app.lang), op_state_name(&row.state, app.lang));
        let whom = [row.customer.as_str(), &whom(app, row), &row.local_seq.to_string()].join(" ");
        matches(&format!("{kind} {state} {whom} {}", row.op_id), filter)
    };
    app.sync.outbox.iter().flat_map(|outbox| &outbox.ops).filter(is_of).filter(found).collect()
}

/// Whom an op concerns: the name where it is known here, else the id.
pub fn whom(app: &App, row: &OutboxRow) -> String {
    if row.customer.is_guide_itself() {
        return pick(app.lang, ("本人", "yourself")).to_owned();
    }
    app.data.name_of(&row.customer).unwrap_or(row.customer.as_str()).to_owned()
}

/// The cycles that match the filter.
pub fn cycles(app: &App) -> Vec<&CycleRow> {
    let filter = app.sync.panes.rows.filter.value().trim();
    let found = |row: &&CycleRow| {
        let words = [trigger_name(&row.trigger, app.lang), end_name(&row.end, app.lang), &row.end, &row.id];
        matches(&words.join(" "), filter)
    };
    app.sync.log.iter().flat_map(|log| &log.cycles).filter(found).collect()
}

/// What the open section holds.
pub fn content(app: &App) -> Content {
    match section(app) {
        Section::Overview | Section::Verify | Section::Bundle => Content::Lines,
        Section::Rejected | Section::Outbox => Content::Rows(ops(app).len()),
        Section::Cycles => Content::Rows(cycles(app).len()),
        Section::Doctor => Content::Rows(app.sync.doctor.as_ref().map_or(0, |doctor| doctor.checks.len())),
        Section::Faults => Content::Rows(faults::rows(app).len()),
    }
}

/// The selected op, where the section holds some.
pub fn selected_op(app: &App) -> Option<&OutboxRow> {
    matches!(section(app), Section::Rejected | Section::Outbox)
        .then(|| ops(app).get(app.sync.panes.rows.list.selected).copied())
        .flatten()
}

/// Whom the selected op concerns.
pub fn selected_customer(app: &App) -> Option<CustomerId> {
    selected_op(app).map(|row| row.customer.clone()).filter(|customer| !customer.is_guide_itself())
}

/// Asks for what the screen shows.
pub fn enter(app: &mut App) {
    app.ask(Slot::Status, Request::Status);
    refresh(app);
}

/// Asks again for what is shown.
pub fn refresh(app: &mut App) {
    app.ask(Slot::Outbox, Request::Sync(SyncRequest::Outbox));
    app.ask(Slot::SyncLog, Request::Sync(SyncRequest::Log));
    ask_selected(app);
}

/// Asks for what the open section and the selected row need and is not there.
pub fn ask_selected(app: &mut App) {
    if let Some(op) = selected_op(app).map(|row| row.op_id)
        && !app.sync.ops.contains_key(&op)
        && !app.queries.awaits(&Slot::Op(op))
    {
        app.ask(Slot::Op(op), Request::Sync(SyncRequest::Op(op)));
    }
    app.ask_details(Refresh::Missing);
    if section(app) == Section::Doctor && app.sync.doctor.is_none() && !app.queries.awaits(&Slot::Doctor) {
        check(app);
    }
}

/// What an action does here; false where it does nothing.
pub fn act(app: &mut App, action: Action) -> bool {
    match action {
        Action::Section(n) => open_section(app, usize::from(n).saturating_sub(1)),
        Action::Mend => deal::mend(app),
        Action::Resend => deal::resend(app),
        Action::Discard => deal::ask_discard(app),
        Action::Check => {
            show(app, Section::Doctor);
            check(app);
        }
        Action::Verify => {
            show(app, Section::Verify);
            compare(app, SyncRequest::Verify);
        }
        Action::Heal => deal::ask_heal(app),
        Action::Export => deal::export(app),
        Action::Replay => deal::replay(app),
        Action::CutLine => faults::cut_line(app),
        Action::EndFaults => faults::end(app),
        Action::Open if section(app) == Section::Faults && !app.sync.panes.is_at_sections() => faults::switch(app),
        Action::Open if section(app) == Section::Rejected && is_open_row(app) => deal::mend(app),
        _ => return moved(app, action),
    }
    true
}

fn moved(app: &mut App, action: Action) -> bool {
    let (n_sections, content) = (sections(app).len(), content(app));
    match app.sync.panes.act(action, n_sections, content) {
        Moved::Nothing | Moved::Out => false,
        Moved::Row | Moved::View => {
            ask_selected(app);
            true
        }
    }
}

/// Whether the detail of a row has the keys.
fn is_open_row(app: &App) -> bool {
    use crate::interface::widgets::browser::Focus;
    !app.sync.panes.is_at_sections() && app.sync.panes.rows.focus == Focus::Detail
}

fn open_section(app: &mut App, idx: usize) {
    if idx >= sections(app).len() {
        return app.refuse(if idx < Section::ALL.len() { Msg::TrainingFaults } else { Msg::NothingHere });
    }
    app.sync.panes.open(idx);
    ask_selected(app);
}

/// Opens a section where it is not open.
pub(super) fn show(app: &mut App, wanted: Section) {
    if section(app) != wanted
        && let Some(idx) = sections(app).iter().position(|section| *section == wanted)
    {
        app.sync.panes.open(idx);
    }
}

fn check(app: &mut App) {
    app.sync.waited_s = 0;
    app.ask(Slot::Doctor, Request::Sync(SyncRequest::Doctor));
}

/// Compares with headquarters, unless that is under way.
pub(in crate::interface) fn compare(app: &mut App, request: SyncRequest) {
    if app.queries.awaits(&Slot::Verify) {
        return app.refuse(Msg::UnderWay);
    }
    app.sync.waited_s = 0;
    app.ask(Slot::Verify, Request::Sync(request));
}

/// What the footer offers here.
pub fn actions(app: &App) -> Vec<Action> {
    let of_section: &[Action] = match section(app) {
        Section::Overview => &[Action::Check, Action::Verify],
        Section::Rejected | Section::Outbox if selected_op(app).is_some_and(|row| row.state == "rejected") => {
            &[Action::Mend, Action::Resend, Action::Discard, Action::Export, Action::Filter]
        }
        Section::Rejected | Section::Outbox if selected_op(app).is_none() => &[Action::Check],
        Section::Rejected | Section::Outbox | Section::Cycles => &[Action::Open, Action::Filter],
        Section::Doctor => &[Action::Check, Action::Export],
        Section::Verify if app.sync.verified.as_ref().is_some_and(|verified| !verified.same) => {
            &[Action::Heal, Action::Verify]
        }
        Section::Verify => &[Action::Verify],
        Section::Bundle if app.sync.bundle.is_some() => &[Action::Export, Action::Replay],
        Section::Bundle => &[Action::Export],
        Section::Faults => &[Action::Open, Action::CutLine, Action::EndFaults],
    };
    of_section.to_vec()
}

impl App {
    /// The section that is open, by its digit, on the screens that have such.
    pub fn open_section(&self) -> Option<u8> {
        let panes = match self.screen {
            Screen::Sync => &self.sync.panes,
            Screen::Reports => &self.reports.panes,
            _ => return None,
        };
        u8::try_from(panes.section() + 1).ok()
    }
}

impl SyncScreen {
    /// Whether the last comparison with headquarters found both sides the same.
    pub fn has_found_same(&self) -> bool {
        self.verified.as_ref().is_some_and(|verified| verified.same)
    }
}
