//! The footer: the keys that matter here. Help is laid out first and never dropped.

use crossterm::event::KeyCode;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{piece, spread};
use crate::interface::action::{Action, ActionSpec, spec};
use crate::interface::app::App;
use crate::interface::keymap::{Chord, Key};
use crate::interface::mouse::Hit;
use crate::interface::screens::{Screen, plans, reports, sync, templates};
use crate::interface::text::cut;
use crate::interface::theme::Role;
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::training::{self, Busy};

/// News of customers are not worth telling in fewer columns.
const SHORTEST_NEWS: usize = 16;
/// Ways out and away, the most needed first.
const ALWAYS: [Action; 3] = [Action::NextScreen, Action::Quit, Action::Privacy];

/// Draws the footer. What every screen needs has its room before the rest, and all stands in the order of use. Under a
/// sheet the screen's keys do nothing: the sheet names its own, and only what works everywhere is left here.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    if app.layer.is_some() || app.trouble.is_some() {
        return under_sheet(app, frame, area);
    }
    if let Some(spec) = app.audience.held() {
        return held(app, spec, frame, area);
    }
    let typing = app.is_filtering() || app.is_typing();
    let hint_of = |action: &Action| hint(app, *action, typing);
    let mut spans = vec![Span::raw(" ")];
    spans.extend(hint_of(&Action::Help));
    let mut line = Line::from(spans);
    let all = match (typing, app.screen) {
        (true, Screen::Customers) => {
            vec![Action::AddLead, Action::Lists, Action::SaveList, Action::NextScreen, Action::Quit]
        }
        (true, _) => vec![Action::NextScreen, Action::Quit],
        (false, _) => actions(app),
    };
    // a demo speaks the language in which it was opened
    let all: Vec<Action> =
        all.into_iter().filter(|action| *action != Action::OtherLang || app.training.is_none()).collect();
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
    app.hits
        .note(Rect { width: u16::try_from(line.width()).unwrap_or(0).min(area.width), ..area }, Hit::Act(Action::Help));
    for action in all.iter().filter(|action| kept.contains(action)) {
        line.spans.push(Span::raw("  "));
        let x = area.x.saturating_add(u16::try_from(line.width()).unwrap_or(0));
        let hint = hint_of(action);
        let cols = u16::try_from(Line::from(hint.clone()).width()).unwrap_or(0);
        line.spans.extend(hint);
        app.hits.note(Rect { x, width: cols, ..area }.intersection(area), Hit::Act(*action));
    }
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

/// What the key that was pressed will do, and how it does it.
fn held(app: &App, spec: &ActionSpec, frame: &mut Frame, area: Rect) {
    let how = format!("  {} ", Msg::HeldKeys.text(app.lang));
    let left = vec![
        piece(format!(" {} ", app.keymap.label(spec.action)), Role::Key, &app.theme),
        piece(format!("{} ", spec.label(app.lang)), Role::Strong, &app.theme),
        piece(spec.help(app.lang), Role::Accent, &app.theme),
    ];
    let line = spread(left, piece(how, Role::Muted, &app.theme), usize::from(area.width));
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

fn under_sheet(app: &App, frame: &mut Frame, area: Rect) {
    let mut line = Line::default();
    for (between, action) in [(" ", Action::Privacy), ("  ", Action::Quit)] {
        let hint = hint(app, action, true);
        if line.width() + between.len() + Line::from(hint.clone()).width() <= usize::from(area.width) {
            line.spans.push(Span::raw(between));
            line.spans.extend(hint);
        }
    }
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

/// Draws the training clock's bar: the time, what is under way, the newest thing that a customer did, and the keys.
pub fn training(app: &App, frame: &mut Frame, area: Rect) {
    let Some(status) = &app.data.status else { return };
    let state = app.training.as_deref();
    let lang = app.lang;
    let mut spans = vec![piece(format!(" {} ", date::full_time(status.now, lang)), Role::Training, &app.theme)];
    let marks = [
        (state.and_then(|state| state.busy).map(busy), Role::Accent),
        (state.filter(|state| state.day_ms.is_some()).map(|_| Msg::Playing), Role::Accent),
        (state.filter(|state| state.is_killed).map(|_| Msg::DaemonKilled), Role::Bad),
    ];
    for (msg, role) in marks {
        spans.extend(msg.map(|msg| piece(format!(" {}", msg.text(lang)), role, &app.theme)));
    }
    if state.is_some() {
        for (key, msg) in [("T", Msg::TrainingMenu), ("T t", Msg::LessonsTitle)] {
            spans.push(piece(format!("  {key}"), Role::Key, &app.theme));
            spans.push(piece(format!(" {}", msg.text(lang)), Role::Muted, &app.theme));
        }
    }
    let mut line = Line::from(spans);
    for far in [training::Span::Day, training::Span::Week, training::Span::Month] {
        let mut of_key = hint(app, Action::Forward(far), false);
        if let Some(label) = of_key.get_mut(1) {
            label.content = format!(" +{}", label.content.trim()).into();
        }
        // a half of one says nothing
        if line.width() + 2 + Line::from(of_key.clone()).width() <= usize::from(area.width) {
            line.spans.push(Span::raw("  "));
            line.spans.extend(of_key);
        }
    }
    if let Some(newest) = state.and_then(|state| state.happened.last()) {
        let room = usize::from(area.width).saturating_sub(line.width() + 3);
        if room > SHORTEST_NEWS {
            let news = cut(&words::happened(newest, lang), room);
            line.spans.push(piece(format!("   {news}"), Role::Text, &app.theme));
        }
    }
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

fn busy(busy: Busy) -> Msg {
    match busy {
        Busy::Forward => Msg::Moving,
        Busy::Back => Msg::GoingBack,
        Busy::Starting => Msg::StartingDaemon,
    }
}

fn actions(app: &App) -> Vec<Action> {
    match app.screen {
        Screen::Customers if app.customers.selected(&app.data).is_none() => also(vec![Action::AddLead, Action::Filter]),
        Screen::Customers => {
            let complaint = app.shown_complaint().then_some(Action::CloseComplaint);
            let rest = [
                Action::OtherScript,
                Action::Timeline,
                Action::Tag,
                Action::Undo,
                Action::Filter,
                Action::NextScreen,
                Action::Privacy,
                Action::Quit,
                Action::AddLead,
                Action::WriteNote,
                Action::RevealPhone,
                Action::Note,
            ];
            let promise = app.shown_promise().then_some(Action::KeepPromise);
            complaint.into_iter().chain(promise).chain(rest).collect()
        }
        Screen::Templates => also(templates::actions(app)),
        Screen::Plans => also(plans::actions(app)),
        Screen::Reports => also(reports::actions(app)),
        Screen::Sync => also(sync::actions(app)),
        Screen::Today => {
            let script = app.script();
            let has_gaps = script.is_some_and(|view| !view.script.gaps().is_empty());
            let several = app
                .shown_task()
                .and_then(|id| app.data.details.get(&id))
                .is_some_and(|detail| detail.scripts.len() > 1);
            let mut actions = Vec::new();
            // the way out of it
            actions.extend(app.today.walking.then_some(Action::Walk));
            actions.extend(script.map(|_| Action::Copy));
            actions.extend(has_gaps.then_some(Action::Fill));
            actions.extend(several.then_some(Action::NextScript));
            actions.extend(app.shown_complaint().then_some(Action::CloseComplaint));
            actions.extend(app.shown_promise().then_some(Action::KeepPromise));
            actions.extend([Action::Undo, Action::Note, Action::Filter, Action::NextScreen]);
            actions.extend([Action::SyncNow, Action::Privacy, Action::OtherLang, Action::Quit]);
            actions
        }
    }
}

/// A screen's own actions, and what every screen has.
fn also(mut own: Vec<Action>) -> Vec<Action> {
    own.extend([Action::NextScreen, Action::SyncNow, Action::Privacy, Action::OtherLang, Action::Quit]);
    own
}

/// A key and what it does; while letters are typed into a field, a key that is none.
fn hint(app: &App, action: Action, typing: bool) -> Vec<Span<'static>> {
    let Some(spec) = spec(action) else { return Vec::new() };
    let chords = app.keymap.chords(action);
    let reaches = |chord: &&Chord| !typing || !matches!(chord.first, Key { code: KeyCode::Char(_), ctrl: false });
    let key = chords.iter().find(reaches).map(|chord| chord.label()).unwrap_or_default();
    vec![piece(key, Role::Key, &app.theme), piece(format!(" {}", spec.label(app.lang)), Role::Muted, &app.theme)]
}
