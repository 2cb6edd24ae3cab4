//! What support takes along: what it is, then the list of what is in it, then where it lies.

use ratatui::text::Line;

use crate::cli::bundle::{ABOUT, contents, is_about, part_name};
use crate::cli::replay::verdict;
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::queries::Slot;
use crate::interface::text::{fit, fit_right};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::piece;
use crate::interface::widgets::panes_view::texts;
use crate::lang::pick;
use crate::lang::support::bytes;
use crate::text;

/// The section.
pub(super) fn lines(app: &App, cols: usize) -> Vec<Line<'static>> {
    let lang = app.lang;
    let mut lines = Vec::new();
    let mut say = |text: &str, role: Role| lines.extend(texts(app, text, role, cols));
    if let Some(file) = &app.sync.bundle_at {
        say(&text!(lang, "√ 已写好（只有您可读）：{file}", "√ Written (yours alone): {file}"), Role::Good);
        let give = (
            "→ 交给支持人员：企微文件、U 盘都可以；对方用 guide replay 文件 重现同步步骤",
            "→ Give it to support by WeCom or a USB stick; guide replay FILE goes through its cycles again",
        );
        say(pick(lang, give), Role::Text);
        say("", Role::Text);
    }
    let is_replaying = app.queries.awaits(&Slot::Replay);
    if is_replaying || app.sync.replayed.is_some() {
        let how = ("像在另一台机器上：", "As on another machine: ");
        let (sentence, role) = match &app.sync.replayed {
            _ if is_replaying => (pick(lang, ("正在重走…", "going through them…")).to_owned(), Role::Accent),
            Some(replay) => (verdict(replay, lang), if replay.is_same() { Role::Good } else { Role::Bad }),
            None => (String::new(), Role::Text),
        };
        say(&format!("{}{sentence}", pick(lang, how)), role);
        for cycle in app.sync.replayed.iter().flat_map(|replay| &replay.cycles) {
            // the ends differ: they begin with their time
            let (id, n) = (cycle.id.get(cycle.id.len().saturating_sub(7)..).unwrap_or(&cycle.id), cycle.n_same);
            let mark = if cycle.differs.is_none() { "√" } else { "×" };
            say(
                &text!(lang, "  {mark} 轮次 …{id}：{n} 步相同", "  {mark} cycle …{id}: {n} steps the same"),
                Role::Muted,
            );
        }
        say("", Role::Text);
    }
    let without = (
        "不含：客户和导购的姓名、电话、编号，备注，话术，金额，令牌，文件夹路径。",
        "Not in it: names, phones and ids of customers and guides, notes, scripts, amounts, tokens, paths.",
    );
    let Some(bundle) = app.sync.bundle.as_ref().and_then(|bundle| contents(bundle).ok()) else {
        let key = app.keymap.label(Action::Export);
        say(
            &text!(
                lang,
                "出了问题，把支持包交给支持人员：本机的检查结果、同步轮次和日志结尾，一个文件。",
                "Where something is wrong, support takes this along: what the doctor found, cycles of sync and the end of \
                 the log, in one file."
            ),
            Role::Text,
        );
        say(pick(lang, without), Role::Strong);
        say("", Role::Text);
        match app.queries.awaits(&Slot::Bundle) {
            true => say(&text!(lang, "正在收集… {} 秒", "collecting… {} s", app.sync.waited_s), Role::Accent),
            false => say(
                &text!(lang, "按 {key} 收集；先看内容，再写文件。", "{key} collects it; you see what is in it first."),
                Role::Text,
            ),
        }
        return lines;
    };
    let name_cols = cols.saturating_sub(19).clamp(8, 44);
    let row = |name: &str, entries: &str, size: &str, role: Role| {
        let text = format!("{} {} {}", fit(name, name_cols), fit_right(entries, 6), fit_right(size, 9));
        Line::from(piece(text, role, &app.theme))
    };
    let heads = [("会带走什么", "What is taken along"), ("条数", "Rows"), ("大小", "Size")];
    let [name, entries, size] = heads.map(|pair| pick(lang, pair));
    lines.push(row(name, entries, size, Role::Muted));
    let n_about = bundle.parts.iter().filter(|part| is_about(&part.name)).map(|part| part.n_bytes).sum();
    lines.push(row(pick(lang, ABOUT), "", &bytes(n_about), Role::Text));
    for part in bundle.parts.iter().filter(|part| !is_about(&part.name)) {
        let n_entries = part.n_entries.map(|n| n.to_string()).unwrap_or_default();
        lines.push(row(part_name(&part.name, lang), &n_entries, &bytes(part.n_bytes), Role::Text));
    }
    lines.push(row(pick(lang, ("合计", "together")), "", &bytes(bundle.n_bytes), Role::Strong));
    lines.push(Line::default());
    lines.extend(texts(app, pick(lang, without), Role::Strong, cols));
    lines
}
