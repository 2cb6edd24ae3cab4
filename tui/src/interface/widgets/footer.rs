//! The footer: the keys that matter here. Help is laid out first and never dropped.

use guide_common::sop::plan::Lang;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::piece;
use crate::interface::action::{Action, spec};
use crate::interface::app::App;
use crate::interface::screens::Screen;
use crate::interface::screens::customers::CustomersFocus;
use crate::interface::theme::{Role, Theme};
use crate::lang::date;

/// Ways out and away, the most needed first.
const ALWAYS: [Action; 3] = [Action::OtherScreen, Action::Quit, Action::Privacy];

/// Draws the footer. What every screen needs has its room before the rest, and all stands in the order of use.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let help = if app.is_filtering() { 1 } else { 0 };
    let mut spans = vec![Span::raw(" ")];
    spans.extend(hint(Action::Help, help, app.lang, &app.theme));
    let mut line = Line::from(spans);
    let hint_of = |action: &Action| {
        let key_idx = usize::from(app.is_filtering() && *action == Action::Quit) * 2;
        hint(*action, key_idx, app.lang, &app.theme)
    };
    let all = actions(app);
    let mut kept: Vec<Action> = Vec::new();
    let mut used = line.width();
    let rest = all.iter().filter(|action| !ALWAYS.contains(action));
    for action in ALWAYS.iter().filter(|action| all.contains(action)).chain(rest) {
        let cols = 2 + Line::from(hint_of(action)).width();
        if used + cols <= usize::from(area.width) {
            used += cols;
            kept.push(*action);
        }
    }
    for action in all.iter().filter(|action| kept.contains(action)) {
        line.spans.push(Span::raw("  "));
        line.spans.extend(hint_of(action));
    }
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

/// Draws the virtual clock's bar.
pub fn training(app: &App, frame: &mut Frame, area: Rect) {
    let Some(status) = &app.data.status else { return };
    let mut spans = vec![piece(format!(" {} ", date::full_time(status.now, app.lang)), Role::Training, &app.theme)];
    for action in [Action::DayForward, Action::WeekForward, Action::MonthForward] {
        spans.push(Span::raw("  "));
        for (idx, mut span) in hint(action, 0, app.lang, &app.theme).into_iter().enumerate() {
            if idx == 1 {
                span.content = format!(" +{}", span.content.trim()).into();
            }
            spans.push(span);
        }
    }
    frame.buffer_mut().set_line(area.x, area.y, &Line::from(spans), area.width);
}

fn actions(app: &App) -> Vec<Action> {
    match app.screen {
        Screen::Customers if app.customers.focus == CustomersFocus::Filter => vec![Action::OtherScreen, Action::Quit],
        Screen::Customers => {
            let complaint = app.shown_complaint().then_some(Action::CloseComplaint);
            let rest = [
                Action::Open,
                Action::Undo,
                Action::Filter,
                Action::OtherScreen,
                Action::Note,
                Action::Privacy,
                Action::Quit,
            ];
            let promise = app.shown_promise().then_some(Action::KeepPromise);
            complaint.into_iter().chain(promise).chain(rest).collect()
        }
        Screen::Today => {
            let script = app.script();
            let has_gaps = script.is_some_and(|view| !view.script.gaps().is_empty());
            let several = app
                .shown_task()
                .and_then(|id| app.data.details.get(&id))
                .is_some_and(|detail| detail.scripts.len() > 1);
            let mut actions = Vec::new();
            actions.extend(script.map(|_| Action::Copy));
            actions.extend(has_gaps.then_some(Action::Fill));
            actions.extend(several.then_some(Action::NextScript));
            actions.extend(app.shown_complaint().then_some(Action::CloseComplaint));
            actions.extend(app.shown_promise().then_some(Action::KeepPromise));
            actions.extend([Action::Undo, Action::Note, Action::Filter, Action::OtherScreen]);
            actions.extend([Action::SyncNow, Action::Privacy, Action::OtherLang, Action::Quit]);
            actions
        }
    }
}

fn hint(action: Action, key_idx: usize, lang: Lang, theme: &Theme) -> Vec<Span<'static>> {
    let Some(spec) = spec(action) else { return Vec::new() };
    let key = spec.keys.get(key_idx).or(spec.keys.first()).map(|key| key.label()).unwrap_or_default();
    vec![piece(key, Role::Key, theme), piece(format!(" {}", spec.label(lang)), Role::Muted, theme)]
}
