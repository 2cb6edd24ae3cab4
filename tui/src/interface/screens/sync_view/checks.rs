//! The doctor's checks, the comparison with headquarters, and what goes wrong on purpose in training.

use guide_common::wire::support::{Check, CheckState, How, Verified};
use ratatui::text::Line;
use serde_json::Value;

use crate::cli::faults::meaning;
use crate::cli::verify::feed_name;
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::queries::Slot;
use crate::interface::screens::sync::faults::{is_on, rows as fault_rows};
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::{Rows, pair, texts};
use crate::lang::pick;
use crate::lang::support::entity_name;
use crate::text;

/// So many differences are named.
const N_NAMED: usize = 50;
/// Cells of the bar of something under way.
const BAR_COLS: u64 = 24;

/// What the checks come to.
pub(super) fn sum(app: &App) -> Option<(String, Role)> {
    let lang = app.lang;
    if app.queries.awaits(&Slot::Doctor) {
        return Some((text!(lang, "正在检查… {} 秒", "checking… {} s", app.sync.waited_s), Role::Accent));
    }
    let doctor = app.sync.doctor.as_ref()?;
    let count = |state| doctor.checks.iter().filter(|check| check.state == state).count();
    Some(match (count(CheckState::Fail), count(CheckState::Warn)) {
        (0, 0) => (text!(lang, "{} 项全部正常", "all {} are well", doctor.checks.len()), Role::Good),
        (0, n) => (text!(lang, "{n} 项值得看一下", "worth a look: {n}"), Role::Warn),
        (n, _) => (text!(lang, "{n} 项有故障", "broken: {n}"), Role::Bad),
    })
}

/// A row a check.
pub(super) fn rows(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let checks = app.sync.doctor.as_ref().map(|doctor| doctor.checks.as_slice()).unwrap_or_default();
    let name_cols = checks.iter().map(|check| width(check.name.in_lang(lang))).max().unwrap_or(0).min(cols / 3);
    let row = |check: &Check| {
        let (sign, role) = sign(check.state);
        let found = if check.state == CheckState::Ok { Role::Muted } else { Role::Text };
        Line::from(vec![
            piece(format!(" {sign} "), role, &app.theme),
            piece(fit(check.name.in_lang(lang), name_cols), Role::Text, &app.theme),
            piece(format!("  {}", check.found.in_lang(lang)), found, &app.theme),
        ])
    };
    let selected = checks.get(app.sync.panes.rows.list.selected);
    let detail = selected.map(|check| detail(app, check, cols)).unwrap_or_default();
    let title = ("还没有检查", "Nothing was checked so far");
    let step = text!(lang, "按 {} 检查", "{} checks", app.keymap.label(Action::Check));
    let empty = match app.queries.awaits(&Slot::Doctor) {
        true => (text!(lang, "正在检查…", "checking…"), Vec::new()),
        false => (pick(lang, title).to_owned(), vec![step]),
    };
    Rows { heads: None, rows: checks.iter().map(row).collect(), detail, empty }
}

fn sign(state: CheckState) -> (&'static str, Role) {
    match state {
        CheckState::Ok => ("√", Role::Good),
        CheckState::Warn => ("!", Role::Warn),
        CheckState::Fail => ("×", Role::Bad),
    }
}

fn detail(app: &App, check: &Check, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let (sign, role) = sign(check.state);
    let mut lines = texts(app, &format!("{sign} {}", check.name.in_lang(lang)), role, cols);
    lines.extend(texts(app, check.found.in_lang(lang), Role::Text, cols));
    if let Some(fix) = check.fix.as_ref().filter(|_| check.state != CheckState::Ok) {
        lines.extend(texts(app, &format!("→ {}", fix.in_lang(lang)), Role::Strong, cols));
    }
    lines.extend(pair(app, pick(lang, ("代号", "Code")), &check.code, Role::Muted, pick(lang, (4, 4)), cols));
    lines
}

/// The comparison with headquarters.
pub(super) fn verify(app: &App, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let mut lines = Vec::new();
    if app.queries.awaits(&Slot::Verify) {
        let at = usize::try_from(app.sync.waited_s % BAR_COLS).unwrap_or(0);
        let bar: String = (0..BAR_COLS as usize).map(|cell| if cell.abs_diff(at) < 3 { '█' } else { '·' }).collect();
        lines.push(Line::from(piece(bar, Role::Accent, &app.theme)));
        let said = text!(
            lang,
            "正在与总部逐项核对… {} 秒（可以去做别的）",
            "comparing with headquarters… {} s (go on working)",
            app.sync.waited_s
        );
        lines.extend(texts(app, &said, Role::Accent, cols));
        lines.push(Line::default());
    }
    let Some(verified) = &app.sync.verified else {
        let what = (
            "把本机的每一类数据与总部逐项比对，再看总部是不是真有它确认过的记录：一条都不能少。",
            "Compares every kind of data with headquarters, and looks whether it has all that it acknowledged: nothing \
             may be missing.",
        );
        lines.extend(texts(app, pick(lang, what), Role::Text, cols));
        let key = app.keymap.label(Action::Verify);
        lines.extend(texts(app, &text!(lang, "→ 按 {key} 核对", "→ {key} compares"), Role::Strong, cols));
        return lines;
    };
    let (said, role) = outcome(verified, app);
    lines.extend(texts(app, &said, role, cols));
    lines.push(Line::default());
    lines.extend(kinds(verified, app, cols));
    if !verified.differences.is_empty() {
        lines.push(Line::default());
        lines.push(Line::from(piece(pick(lang, ("不一致的", "What differs")), Role::Strong, &app.theme)));
    }
    for difference in verified.differences.iter().take(N_NAMED) {
        let how = match difference.how {
            How::MissingHere => ("本机没有", "not here"),
            How::MissingAtHub => ("总部没有", "not at headquarters"),
            How::Differs => ("两边内容不同", "not the same on both sides"),
        };
        let text = format!("{} {}  {}", entity_name(&difference.kind, lang), difference.id, pick(lang, how));
        lines.extend(texts(app, &text, Role::Bad, cols));
    }
    lines
}

/// What it means, and what to do.
fn outcome(verified: &Verified, app: &App) -> (String, Role) {
    let lang = app.lang;
    let (n_ops, n_differences, n_lost) = (verified.n_ops, verified.n_differences, verified.lost.len());
    let key = app.keymap.label(Action::Heal);
    let (text, role) = match (verified.same, verified.healed) {
        (true, false) => (
            text!(
                lang,
                "√ 两边一致，一条不少；近期 {n_ops} 条已确认的记录总部都有",
                "√ Both sides are the same; headquarters has all that it acknowledged lately ({n_ops})"
            ),
            Role::Good,
        ),
        (true, true) => (
            text!(
                lang,
                "√ 已修复：{n_differences} 处不一致、总部缺的 {n_lost} 条；现在两边一致",
                "√ Mended (differences: {n_differences}, lacking at headquarters: {n_lost}); both sides are the same"
            ),
            Role::Good,
        ),
        (false, false) => (
            text!(
                lang,
                "× {n_differences} 处不一致、总部缺 {n_lost} 条；本机记录都在。按 {key} 修复",
                "× Differences: {n_differences}, lacking at headquarters: {n_lost}; what was saved is safe. {key} mends it"
            ),
            Role::Bad,
        ),
        (false, true) => (
            text!(
                lang,
                "× 修复后仍不一致；本机记录都在。按 7 把支持包交给支持人员",
                "× It still differs after mending; what was saved is safe. 7 makes a bundle for support"
            ),
            Role::Bad,
        ),
    };
    match verified.n_unsent {
        0 => (text, role),
        n => (text!(lang, "{text}；{n} 条待发，都在本机", "{text}; waiting to be sent, saved here: {n}"), role),
    }
}

fn kinds(verified: &Verified, app: &App, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let name = |feed, kind: &str| format!("{} · {}", feed_name(feed, lang), entity_name(kind, lang));
    let names = verified.kinds.iter().map(|kind| width(&name(kind.feed, &kind.kind)));
    let name_cols = names.max().unwrap_or(0).min(cols.saturating_sub(26));
    let row = |name: &str, here: &str, hub: &str| {
        format!("{} {} {}  ", fit(name, name_cols), fit_right(here, 7), fit_right(hub, 7))
    };
    let heads = [("种类", "Kind"), ("本机", "Here"), ("总部", "Hub")].map(|pair| pick(lang, pair));
    let mut lines = vec![Line::from(piece(row(heads[0], heads[1], heads[2]), Role::Muted, &app.theme))];
    for kind in &verified.kinds {
        let (sign, role) = match kind.same {
            true => (pick(lang, ("√ 一致", "√ same")), Role::Good),
            false => (pick(lang, ("× 不一致", "× differs")), Role::Bad),
        };
        let left = row(&name(kind.feed, &kind.kind), &kind.n_here.to_string(), &kind.n_hub.to_string());
        lines.push(Line::from(vec![piece(left, Role::Text, &app.theme), piece(sign, role, &app.theme)]));
    }
    lines
}

/// How many faults are on.
pub(super) fn faults_sum(app: &App) -> Option<(String, Role)> {
    let n_on = fault_rows(app).iter().filter(|(_, value)| is_on(value)).count();
    Some(match n_on {
        0 => (pick(app.lang, ("没有故障", "none is on")).to_owned(), Role::Good),
        n => (text!(app.lang, "{n} 种故障开着", "faults on: {n}"), Role::Warn),
    })
}

/// A row a fault.
pub(super) fn faults(app: &App, cols: usize) -> Rows {
    let lang = app.lang;
    let shown = fault_rows(app);
    let made = |key: &str| app.sync.faults.as_ref().and_then(|faults| faults.n_made.get(key)).copied().unwrap_or(0);
    let name_cols =
        shown.iter().map(|(key, _)| width(fault_name(key, app))).max().unwrap_or(0).min(cols.saturating_sub(18));
    let row = |(key, value): &(&str, Value)| {
        let (sign, role) = if is_on(value) { ("●", Role::Warn) } else { ("○", Role::Muted) };
        let chance = match value {
            Value::Bool(true) => pick(lang, ("开", "on")).to_owned(),
            Value::Bool(false) => String::new(),
            value if is_on(value) => format!("{value}‰"),
            _ => String::new(),
        };
        let n_made = match made(key) {
            0 => String::new(),
            n => text!(lang, "已发生 {n}", "made {n}"),
        };
        Line::from(vec![
            piece(format!(" {sign} "), role, &app.theme),
            piece(fit(fault_name(key, app), name_cols), Role::Text, &app.theme),
            piece(format!(" {}  {n_made}", fit_right(&chance, 5)), role, &app.theme),
        ])
    };
    let rows = shown.iter().map(row).collect();
    let key = |action| app.keymap.label(action);
    let what = text!(
        lang,
        "只影响这台训练终端。除了磁盘满，记录都照样先存本机。{} 开关选中的一种，{} 断网或接上，{} 全部恢复。",
        "Only this training terminal; but for a full disk, records are saved here all the same. {} switches the selected \
         one, {} cuts or joins the line, {} ends all.",
        key(Action::Open),
        key(Action::CutLine),
        key(Action::EndFaults)
    );
    let detail = texts(app, &what, Role::Muted, cols);
    let empty = (crate::interface::words::Msg::Loading.text(lang).to_owned(), Vec::new());
    Rows { heads: None, rows, detail, empty }
}

fn fault_name<'a>(key: &'a str, app: &App) -> &'a str {
    match key {
        "offline" => pick(app.lang, ("断网：什么都过不去", "the line is cut: nothing gets through")),
        key => meaning(key, app.lang),
    }
}
