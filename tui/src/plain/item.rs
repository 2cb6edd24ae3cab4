//! What is selected, whole: the customer, the script and what came of it, a template, a plan, a report's section.

use guide_common::outcome::OutcomeCode;
use guide_common::wire::card::CustomerCard;
use ratatui::text::Line;

use super::linear;
use crate::interface::action::{Action, spec};
use crate::interface::app::{App, Link};
use crate::interface::data::Entry;
use crate::interface::screens::plans::{self, View, course_view, diff_view, timeline_view, what_if_view};
use crate::interface::screens::{Screen, customers_view, reports_view, sync_view, task_view, templates, today_view};
use crate::interface::text::LINEAR;
use crate::interface::widgets::card;
use crate::interface::widgets::panes_view::Shown;
use crate::interface::words::{self, Msg};
use crate::lang::pick;
use crate::text;

/// The lines of what is selected, without its row.
pub fn lines(app: &App) -> Vec<String> {
    match app.screen {
        Screen::Today => task(app),
        Screen::Customers => customer(app),
        Screen::Templates => linear::all(&templates::detail::lines(app, LINEAR), app.lang),
        Screen::Plans => plan(app),
        Screen::Reports => section(app, reports_view::shown(app, LINEAR)),
        Screen::Sync => section(app, sync_view::shown(app, LINEAR)),
    }
}

/// Why there is no row, and what helps.
pub fn why_empty(app: &App) -> Vec<String> {
    let status = app.data.status.as_ref();
    let of_library = |n: Option<usize>, texts: [Msg; 2]| words::empty_library(&app.link, status, n, texts, app.lang);
    let (title, steps) = match app.screen {
        Screen::Today => today_view::why_empty(app),
        Screen::Customers => customers_view::why_empty(app),
        Screen::Templates => {
            of_library(app.templates.all.as_ref().map(Vec::len), [Msg::NoTemplateMatches, Msg::NoTemplates])
        }
        Screen::Plans => of_library(app.plans.all.as_ref().map(Vec::len), [Msg::NoPlanMatches, Msg::NoPlans]),
        Screen::Reports | Screen::Sync => return lines(app),
    };
    std::iter::once(title).chain(steps).map(linear::clean).collect()
}

/// What can be logged, with its digits.
pub fn outcomes(app: &App) -> Option<String> {
    let is_done = matches!(app.data.entry(app.today.list.selected), Some(Entry::Done(_)));
    let has = match app.screen {
        Screen::Today => app.data.n_entries() > 0 && !is_done,
        Screen::Customers => app.customers.selected(&app.data).is_some(),
        _ => false,
    };
    let specs = OutcomeCode::ALL.into_iter().filter_map(|code| Some((code, spec(Action::Log(code))?)));
    let named: Vec<String> =
        specs.map(|(code, spec)| format!("={} {}", code.names().0, spec.label(app.lang))).collect();
    has.then(|| named.join(pick(app.lang, ("，", ", "))))
}

fn task(app: &App) -> Vec<String> {
    let lang = app.lang;
    let mut told = Vec::new();
    if app.today.walking {
        told.push(linear::clean(&words::walked(app.data.count.n_done, app.data.count.n_open, lang)));
    }
    let cols = u16::try_from(LINEAR).unwrap_or(u16::MAX);
    if let Some(card) = app.data.entry(app.today.list.selected).and_then(|entry| app.data.card(entry.customer())) {
        told.push(contact(app, card));
    }
    told.extend(linear::all(&task_view::card_lines(app, usize::MAX, cols), lang));
    let heading = task_view::script_titles(app).map(|line| linear::told(&line, lang));
    told.extend(heading.into_iter().filter(|part| !part.is_empty()));
    let body = task_view::script_body(app, cols);
    told.extend(body.iter().map(linear::verbatim).filter(|line| !line.trim().is_empty()));
    told
}

/// The phone, and how often and for how much was bought.
fn contact(app: &App, card: &CustomerCard) -> String {
    let look = today_view::look(app, u16::try_from(LINEAR).unwrap_or(u16::MAX));
    let phone = card.phone_masked.as_deref().unwrap_or(Msg::NoPhone.text(app.lang));
    linear::spoken(&format!("{phone}  {}", card::total(card, look)), app.lang)
}

fn customer(app: &App) -> Vec<String> {
    let Some(row) = app.customers.selected(&app.data) else { return Vec::new() };
    let Some(card) = app.data.card(&row.id) else {
        let link = matches!(app.link, Link::Down(_));
        return if link { Vec::new() } else { vec![Msg::Loading.text(app.lang).to_owned()] };
    };
    let mut told = vec![contact(app, card)];
    let look = today_view::look(app, u16::try_from(LINEAR).unwrap_or(u16::MAX));
    match app.customers.timeline {
        true => told.extend(linear::all(&customers_view::timeline_lines(app, &card.id, LINEAR), app.lang)),
        false => told.extend(linear::all(&card::one_column(card, 0, look), app.lang)),
    }
    told
}

fn plan(app: &App) -> Vec<String> {
    let Some(plan) = plans::selected(app) else { return Vec::new() };
    let lines: Vec<Line<'static>> = match app.plans.view {
        View::Timeline => timeline_view::lines(app, plan, LINEAR),
        View::Course => course_view::lines(app, plan, LINEAR),
        View::WhatIf => what_if_view::lines(app, plan, LINEAR),
        View::Diff => diff_view::lines(app, plan, LINEAR),
    };
    let (id, view) = (&plan.id, app.plans.view.name(app.lang));
    let heading = text!(app.lang, "{id} {} · {view}", "{id} {} · {view}", plan.name.in_lang(app.lang));
    std::iter::once(linear::clean(&heading)).chain(linear::all(&lines, app.lang)).collect()
}

fn section(app: &App, shown: Shown) -> Vec<String> {
    match shown {
        Shown::Nothing(title, steps) => {
            std::iter::once(title).chain(steps).map(|text| linear::spoken(&text, app.lang)).collect()
        }
        Shown::Lines(lines) => linear::all(&lines, app.lang),
        Shown::Rows(rows) if rows.rows.is_empty() => {
            let (title, steps) = rows.empty;
            std::iter::once(title).chain(steps).map(|text| linear::spoken(&text, app.lang)).collect()
        }
        Shown::Rows(rows) => linear::all(&rows.detail, app.lang),
    }
}
