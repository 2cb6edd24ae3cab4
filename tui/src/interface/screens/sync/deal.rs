//! What a person does about a rejected op, and the files that this screen writes.

use guide_common::op::Op;
use guide_common::wire::local::OutboxRow;
use serde_json::json;

use super::{Section, compare, mend, section, selected_op, show, whom};
use crate::cli::bundle::own_name;
use crate::interface::app::{App, Recording};
use crate::interface::effect::{Request, SyncRequest};
use crate::interface::layers::Layer;
use crate::interface::layers::ask_form::{AskField, AskForm, AskKind, AskPurpose, FileKind};
use crate::interface::layers::confirm::{Confirm, ConfirmPurpose};
use crate::interface::queries::Slot;
use crate::interface::words::Msg;
use crate::lang::name::op_kind_name;
use crate::lang::pick;
use crate::text;

/// The selected op, where headquarters rejected it; else says why there is nothing to be done.
fn rejected(app: &mut App) -> Option<OutboxRow> {
    match selected_op(app).cloned() {
        Some(row) if row.state == "rejected" => Some(row),
        Some(_) => {
            app.refuse(Msg::NotRejected);
            None
        }
        None => {
            app.refuse(Msg::SelectRejected);
            None
        }
    }
}

/// What the op is called in a title.
fn title(app: &App, row: &OutboxRow) -> String {
    format!("#{} {} · {}", row.local_seq, op_kind_name(&row.kind, app.lang), whom(app, row))
}

/// Opens the form with the fields of the rejected op.
pub(super) fn mend(app: &mut App) {
    let Some(row) = rejected(app) else { return };
    let Some(detail) = app.sync.ops.get(&row.op_id) else {
        return app.refuse(Msg::StillReadingRecord);
    };
    match mend::form(detail, title(app, &row), app.lang) {
        Some(form) => app.layer = Some(Layer::Ask(form)),
        None => app.refuse(Msg::NotMendable),
    }
}

/// Sends the rejected op again as it is.
pub(super) fn resend(app: &mut App) {
    let Some(row) = rejected(app) else { return };
    let request = SyncRequest::Resend { op: row.op_id, body: None, customer: None };
    app.record(Recording::Resent, Request::Sync(request));
}

/// Asks whether the rejected op is given up.
pub(super) fn ask_discard(app: &mut App) {
    let Some(row) = rejected(app) else { return };
    let lang = app.lang;
    let title = text!(lang, "放弃 {}？", "Give up {}?", title(app, &row));
    let note = (
        "它不会再发给总部，也不再计入；内容仍留在本机，guide outbox show 可看。",
        "It is never sent to headquarters and counts no more; what it says stays on this terminal: guide outbox show.",
    );
    let answers = pick(lang, (["留着", "放弃这一条"], ["Keep it", "Give it up"]));
    let purpose = ConfirmPurpose::Discard(row.op_id);
    app.layer = Some(Layer::Confirm(Confirm::new(purpose, title, pick(lang, note).to_owned(), answers)));
}

/// Asks whether what differs from headquarters is mended.
pub(super) fn ask_heal(app: &mut App) {
    show(app, Section::Verify);
    match &app.sync.verified {
        None => return compare(app, SyncRequest::Verify),
        Some(verified) if verified.same => return app.refuse(Msg::NothingDiffers),
        Some(_) => {}
    }
    let lang = app.lang;
    let title = pick(lang, ("修复与总部的不一致？", "Mend what differs?")).to_owned();
    let note = (
        "不一致的从总部重取一遍，总部缺的重发；本机记录不会丢。线路慢时要几分钟，期间可以照常工作。",
        "What differs is fetched again and what headquarters lacks is sent again; nothing saved here is lost. On a slow \
         line it takes minutes; go on working meanwhile.",
    );
    let answers = pick(lang, (["先不修", "修复"], ["Not now", "Mend it"]));
    app.layer = Some(Layer::Confirm(Confirm::new(ConfirmPurpose::Heal, title, pick(lang, note).to_owned(), answers)));
}

/// Writes the rejected ops where they are shown, else what support takes along.
pub(super) fn export(app: &mut App) {
    let has_rejected = app.data.status.as_ref().is_some_and(|status| status.sync.n_rejected > 0);
    match section(app) {
        Section::Rejected | Section::Outbox if has_rejected => {
            app.ask(Slot::Rejected, Request::Sync(SyncRequest::Rejected));
        }
        Section::Rejected | Section::Outbox => app.refuse(Msg::NothingRejected),
        _ => {
            show(app, Section::Bundle);
            app.sync.waited_s = 0;
            app.ask(Slot::Bundle, Request::Sync(SyncRequest::Bundle));
        }
    }
}

/// Goes through the cycles again of what support takes along.
pub(super) fn replay(app: &mut App) {
    show(app, Section::Bundle);
    match app.sync.bundle.as_ref().map(|bundle| bundle.get().to_owned()) {
        Some(bundle) => app.ask(Slot::Replay, Request::Sync(SyncRequest::Replay(bundle))),
        None => app.refuse(Msg::BundleFirst),
    }
}

/// Asks where the rejected ops are written to.
pub(super) fn export_rejected(app: &mut App, ops: &[Op]) {
    let lang = app.lang;
    let n = ops.len();
    app.sync.rejected = serde_json::to_vec_pretty(&json!({ "ops": ops })).unwrap_or_default();
    let note = text!(
        lang,
        "{n} 条，含客户资料：只交给可以看的人，用完删除。",
        "Records: {n}. It holds customers' data: for those who may see it; delete it afterwards."
    );
    let name = format!("~/guide-rejected-{}.json", app.data.on());
    let title = pick(lang, ("导出被退回的记录", "Write the rejected records")).to_owned();
    app.layer = Some(Layer::Ask(path_form(app, FileKind::Rejected, title, note, name)));
}

/// Asks where the bundle is written to, beside the list of what is in it.
pub(super) fn ask_bundle_path(app: &mut App) {
    let lang = app.lang;
    let Some(name) = app.sync.bundle.as_ref().map(|bundle| own_name(bundle)) else { return };
    let name = name.unwrap_or_else(|_| format!("guide-bundle-{}.json", app.data.on()));
    let note = ("会带走的就是上面列出的，不含任何人的资料。", "What is listed above is taken along: nobody's data.");
    let title = pick(lang, ("写支持包", "Write the bundle")).to_owned();
    let form = path_form(app, FileKind::Bundle, title, pick(lang, note).to_owned(), format!("~/{name}"));
    app.layer = Some(Layer::Ask(form));
}

/// A form that asks where a file is written to.
pub fn path_form(app: &App, kind: FileKind, title: String, note: String, path: String) -> AskForm {
    let label = pick(app.lang, ("文件", "File")).to_owned();
    let hint = pick(app.lang, ("~/ 是您的文件夹", "~/ is your home folder"));
    let field = AskField::new("path", label, hint, AskKind::Path, path);
    AskForm::new(AskPurpose::File(kind), title, note, vec![field])
}
