//! Draws the screen Templates: the list in its groups at the left, the selected template at the right.

use guide_common::template::Template;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::templates::{detail, rows};
use crate::interface::app::App;
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::browser_view::{self as view, Entry, Look};
use crate::interface::widgets::paint::{notice, piece};
use crate::interface::words::{self, Msg};
use crate::lang::name::channel_name;

/// The columns of the list.
pub fn list_cols(area: Rect) -> u16 {
    (area.width * 2 / 5).clamp(30, 46)
}

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    let mut browser = app.templates.browser.clone();
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
        let titles = rows::selected(app).map(|template| detail_titles(app, template)).unwrap_or_default();
        view::detail(app, frame, area, titles, &mut browser, |cols| detail::lines(app, cols));
    }
    app.templates.browser = browser;
}

fn titles(app: &App) -> [Line<'static>; 2] {
    let name = Msg::TabTemplates.text(app.lang);
    let left = Line::from(vec![
        piece(format!(" {name} "), Role::Title, &app.theme),
        piece(format!("{} ", app.templates.grouping.name(app.lang)), Role::Muted, &app.theme),
    ]);
    let count = app.templates.all.as_ref().map(|all| {
        let mut found: Vec<&str> = rows::rows(app).iter().map(|row| row.template.id.as_str()).collect();
        found.sort_unstable();
        found.dedup();
        format!(" {}/{} ", found.len(), all.len())
    });
    [left, Line::from(piece(count.unwrap_or_default(), Role::Muted, &app.theme))]
}

fn detail_titles(app: &App, template: &Template) -> [Line<'static>; 2] {
    let lang = app.lang;
    let left = Line::from(vec![
        piece(format!(" {} ", template.id), Role::Muted, &app.theme),
        piece(format!("{} ", template.name.in_lang(lang)), Role::Title, &app.theme),
    ]);
    let right = format!(" {} · v{} ", channel_name(template.channel, lang), template.version);
    [left, Line::from(piece(right, Role::Muted, &app.theme))]
}

/// The list: heads of groups, and of each template its id, its name and its rate of replies.
fn entries(app: &App, cols: usize) -> Vec<Entry> {
    let rows = rows::rows(app);
    let id_cols = rows.iter().map(|row| width(row.template.id.as_str())).max().unwrap_or(0).min(8);
    let mut entries = Vec::new();
    let mut group: Option<&str> = None;
    for row in &rows {
        if group != Some(row.group.as_str()) {
            let n = rows.iter().filter(|other| other.group == row.group).count();
            entries.push(Entry::Head(format!("{} {n}", row.group)));
            group = Some(&row.group);
        }
        let id = &row.template.id;
        let rate = detail::rate(app, id).map(|share| format!("{:.0}%", share * 100.0)).unwrap_or_default();
        let mark = if app.templates.drafts.contains_key(id) { "~" } else { " " };
        let name_cols = cols.saturating_sub(2 + id_cols + 1 + 5);
        entries.push(Entry::Row(Line::from(vec![
            piece(format!("{mark} "), Role::Warn, &app.theme),
            piece(format!("{} ", fit(id.as_str(), id_cols)), Role::Muted, &app.theme),
            piece(fit(row.name, name_cols), Role::Text, &app.theme),
            piece(fit_right(&rate, 5), Role::Muted, &app.theme),
        ])));
    }
    entries
}

/// Why the list is empty: nothing matches, nothing came so far, or nothing was published.
fn empty(app: &App, frame: &mut Frame, area: Rect) {
    let published = app.templates.all.as_ref().map(Vec::len);
    let texts = [Msg::NoTemplateMatches, Msg::NoTemplates];
    let (title, steps) = words::empty_library(&app.link, app.data.status.as_ref(), published, texts, app.lang);
    notice(frame, area, title, &steps, &app.theme);
}
