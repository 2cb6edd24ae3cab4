//! Draws the screen Plans: the list at the left, what is shown of the selected plan at the right.

use guide_common::sop::plan::Plan;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::plans::{self, View, course_view, diff_view, timeline_view, what_if_view};
use crate::interface::app::App;
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::browser_view::{self as view, Entry, Look};
use crate::interface::widgets::paint::{notice, piece};
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::lang::plan::triggers;
use crate::text;

/// From so many columns on the list says what starts a plan.
const WITH_TRIGGER: usize = 44;

/// The columns of the list.
pub fn list_cols(area: Rect) -> u16 {
    if area.width >= 140 { 58 } else { (area.width * 3 / 8).clamp(28, 36) }
}

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    let mut browser = app.plans.browser.clone();
    let (list_area, detail_area) = browser.areas(area, list_cols(area));
    let look = Look { lang: app.lang, theme: &app.theme };
    if let Some(area) = list_area {
        let inner = view::list_area(frame, area, titles(app), &browser, app.layer.is_some(), look);
        let entries = entries(app, usize::from(inner.width));
        match entries.is_empty() {
            true => empty(app, frame, inner),
            false => view::rows(app, frame, inner, &entries, &mut browser),
        }
    }
    if let Some(area) = detail_area {
        let titles = plans::selected(app).map(|plan| detail_titles(app, plan, area)).unwrap_or_default();
        let lines = |cols: usize| {
            let Some(plan) = plans::selected(app) else { return Vec::new() };
            match app.plans.view {
                View::Timeline => timeline_view::lines(app, plan, cols),
                View::Course => course_view::lines(app, plan, cols),
                View::WhatIf => what_if_view::lines(app, plan, cols),
                View::Diff => diff_view::lines(app, plan, cols),
            }
        };
        view::detail(app, frame, area, titles, &mut browser, lines);
    }
    app.plans.browser = browser;
}

fn titles(app: &App) -> [Line<'static>; 2] {
    let left = Line::from(piece(format!(" {} ", Msg::TabPlans.text(app.lang)), Role::Title, &app.theme));
    let count = app.plans.all.as_ref().map(|all| format!(" {}/{} ", plans::rows(app).len(), all.len()));
    [left, Line::from(piece(count.unwrap_or_default(), Role::Muted, &app.theme))]
}

/// The plan at the left, the views at the right: the open one in brackets.
fn detail_titles(app: &App, plan: &Plan, area: Rect) -> [Line<'static>; 2] {
    let lang = app.lang;
    let mut views = vec![piece(" ", Role::Muted, &app.theme)];
    for view in View::ALL {
        let name = view.name(lang);
        views.push(match view == app.plans.view {
            true => piece(format!("[{name}] "), Role::TabOn, &app.theme),
            false => piece(format!("{name} "), Role::Muted, &app.theme),
        });
    }
    let views = Line::from(views);
    let id = format!(" {} ", plan.id);
    let room = usize::from(area.width).saturating_sub(views.width() + 6 + width(&id));
    let name = plan.name.in_lang(lang);
    let name = if room >= 6 { format!("{} ", crate::interface::text::cut(name, room)) } else { String::new() };
    let left = Line::from(vec![piece(id, Role::Muted, &app.theme), piece(name, Role::Title, &app.theme)]);
    [left, views]
}

fn entries(app: &App, cols: usize) -> Vec<Entry> {
    let rows = plans::rows(app);
    let (today, lang) = (app.data.on(), app.lang);
    let id_cols = rows.iter().map(|plan| width(plan.id.as_str())).max().unwrap_or(0).min(8);
    let with_trigger = cols >= WITH_TRIGGER;
    let entry = |plan: &&Plan| {
        // what a plan is doing: it begins later, earlier versions are still followed, or it simply runs
        let begins = plan.starts_on.filter(|on| *on > today).map(|on| date::short(on, today, lang));
        let is_followed = plan.earlier_versions().any(|earlier| earlier.plan.version != plan.version);
        let (mark, role) = match (&begins, is_followed) {
            (Some(_), _) => ("○", Role::Warn),
            (None, true) => ("+", Role::Accent),
            (None, false) => ("●", Role::Good),
        };
        let state = begins.unwrap_or_else(|| format!("v{}", plan.version));
        let state_cols = width(&state).max(3);
        let rest = cols.saturating_sub(2 + id_cols + 1 + 1 + state_cols);
        let name_cols = if with_trigger { rest / 2 } else { rest };
        let mut spans = vec![
            piece(format!("{mark} "), role, &app.theme),
            piece(format!("{} ", fit(plan.id.as_str(), id_cols)), Role::Muted, &app.theme),
            piece(fit(plan.name.in_lang(lang), name_cols), Role::Text, &app.theme),
        ];
        if with_trigger {
            let on = format!(" {}", triggers(plan, lang));
            spans.push(piece(fit(&on, rest - name_cols), Role::Muted, &app.theme));
        }
        spans.push(piece(fit_right(&state, state_cols + 1), Role::Muted, &app.theme));
        Entry::Row(Line::from(spans))
    };
    rows.iter().map(entry).collect()
}

fn empty(app: &App, frame: &mut Frame, area: Rect) {
    let published = app.plans.all.as_ref().map(Vec::len);
    let texts = [Msg::NoPlanMatches, Msg::NoPlans];
    let (title, steps) = words::empty_library(&app.link, app.data.status.as_ref(), published, texts, app.lang);
    notice(frame, area, title, &steps, &app.theme);
}

/// What a customer's name is followed by where nobody was chosen.
pub fn nobody(app: &App) -> String {
    text!(app.lang, "还没有选客户：按 u 选一位", "nobody is chosen: u chooses a customer")
}
