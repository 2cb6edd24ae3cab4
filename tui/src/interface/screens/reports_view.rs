//! Draws the screen Reports: the sections at the left, figures and bars at the right.

mod funnel;
mod overview;
mod shares;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::reports::period::days;
use super::reports::{Section, report, section, wanted};
use crate::interface::action::Action;
use crate::interface::app::{App, Link};
use crate::interface::queries::Slot;
use crate::interface::text::{fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::chart::bar;
use crate::interface::widgets::paint::{Frames, piece};
use crate::interface::widgets::panes::Panes;
use crate::interface::widgets::panes_view::{self, SectionRow, Shown};
use crate::interface::words::{self, Msg};
use crate::lang::pick;
use crate::report::Figure;
use crate::text;

/// Cells of a bar at most.
const MAX_BAR_COLS: usize = 40;

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    let mut panes = app.reports.panes.clone();
    let (left, right) = panes_view::areas(&panes, area);
    if let Some(left) = left {
        panes_view::sections(app, &panes, frame, left, Msg::TabReports, &section_rows(app));
    }
    if let Some(right) = right {
        draw_section(app, &mut panes, frame, right);
    }
    app.reports.panes = panes;
}

/// The sections, each with its one figure.
pub fn section_rows(app: &App) -> Vec<SectionRow> {
    Section::ALL.iter().map(|section| row(app, *section)).collect()
}

/// A section with its one figure.
fn row(app: &App, of: Section) -> SectionRow {
    let Some(report) = report(app) else {
        return SectionRow { name: of.name(app.lang), count: String::new(), role: Role::Muted };
    };
    let rates = report.rates;
    let count = match of {
        Section::Overview => whole(rates.done),
        Section::Plans => report.by_plan.values().filter(|figures| figures.due > 0).count().to_string(),
        Section::Templates => report.by_template.len().to_string(),
        Section::Satisfaction => Figure::Mean(rates.mean_score).shown(),
        Section::Repeat => whole(rates.repeat),
        Section::Promises => whole(rates.promises_kept),
    };
    SectionRow { name: of.name(app.lang), count, role: Role::Muted }
}

/// A share without decimals, for where there is little room.
fn whole(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

/// Which days the report is about.
pub fn period(app: &App) -> String {
    let (span, n_back) = (app.reports.span, app.reports.n_back);
    format!("{} · {}", span.name(n_back, app.lang), days(wanted(app), app.data.on(), app.lang))
}

fn draw_section(app: &App, panes: &mut Panes, frame: &mut Frame, area: Rect) {
    let frames = if panes.is_at_sections() { Frames::Plain } else { Frames::Focused };
    let of = section(app);
    let right = Line::from(piece(format!(" {} ", period(app)), Role::Strong, &app.theme));
    let inner = panes_view::framed(app, frame, area, of.name(app.lang), right, frames);
    let cols = usize::from(inner.width).saturating_sub(2);
    panes_view::shown(app, panes, frame, inner, &self::shown(app, cols));
}

/// What the open section holds.
pub fn shown(app: &App, cols: usize) -> Shown {
    if let Some((title, steps)) = missing(app) {
        return Shown::Nothing(title, steps);
    }
    match section(app) {
        Section::Overview => Shown::Lines(overview::lines(app, cols)),
        Section::Plans => Shown::Rows(Box::new(funnel::plans(app, cols))),
        Section::Templates => Shown::Rows(Box::new(funnel::templates(app, cols))),
        Section::Satisfaction => Shown::Lines(shares::satisfaction(app, cols)),
        Section::Repeat => Shown::Lines(shares::repeat(app, cols)),
        Section::Promises => Shown::Lines(shares::promises(app, cols)),
    }
}

/// Why there is nothing to show: no daemon, not enrolled, not synced, still being read, or nothing was due.
fn missing(app: &App) -> Option<(String, Vec<String>)> {
    let lang = app.lang;
    let text = |msg: Msg| msg.text(lang).to_owned();
    let status = app.data.status.as_ref();
    if status.is_some_and(|status| status.guide.is_none()) {
        return Some((text(Msg::EnrollTitle), vec![text(Msg::EnrollNext), text(Msg::EnrollCommand)]));
    }
    let Some(report) = report(app) else {
        return Some(match &app.link {
            Link::Down(_) => {
                (words::problem("unreachable", lang).unwrap_or_default().to_owned(), vec![text(Msg::LostNext)])
            }
            _ if app.queries.awaits(&Slot::Report) || status.is_none() => (text(Msg::Loading), Vec::new()),
            _ => (text(Msg::ReportFailed), vec![text(Msg::ReportAgain)]),
        });
    };
    if status.is_some_and(|status| status.n_customers == 0 && status.sync.last_ok_at.is_none()) {
        return Some((text(Msg::UnsyncedTitle), vec![text(Msg::UnsyncedNext)]));
    }
    let total = &report.total;
    let is_empty = total.due == 0 && total.outcomes.is_empty();
    let has_own = matches!(section(app), Section::Repeat | Section::Promises);
    (is_empty && !has_own).then(|| {
        let key = |action| app.keymap.label(action);
        let step = text!(
            lang,
            "{} 看前一段，{} 换时段，{} 选日期",
            "{} shows the period before, {} another length, {} days of your own",
            key(Action::PeriodBefore),
            key(Action::NextSpan),
            key(Action::OwnDates)
        );
        (
            pick(
                lang,
                ("这段时间没有到期的节点，也没有联系", "Nothing was due in these days, and nobody was contacted"),
            )
            .to_owned(),
            vec![step],
        )
    })
}

/// A name, a count, a bar and a share: lines that stand below each other. A name that is indented names a part of the row
/// before.
fn bars(app: &App, rows: &[(String, u64, Role)], whole: u64, cols: usize) -> Vec<Line<'static>> {
    let name_cols = rows.iter().map(|(name, ..)| width(name)).max().unwrap_or(0).max(6).min(cols / 3);
    let n_cols = rows.iter().map(|(_, n, _)| n.to_string().len()).max().unwrap_or(1).max(3);
    let bar_cols = cols.saturating_sub(name_cols + n_cols + 10).min(MAX_BAR_COLS);
    let most = rows.iter().map(|(_, n, _)| *n).max().unwrap_or(0).max(whole);
    let line = |(idx, (name, n, role)): (usize, &(String, u64, Role))| {
        let before = idx.checked_sub(1).and_then(|idx| rows.get(idx)).map(|(_, n, _)| *n);
        let of = before.filter(|_| name.starts_with(' ')).unwrap_or(whole);
        let share = guide_common::report::rates::share(*n, of);
        Line::from(vec![
            piece(fit(name, name_cols), Role::Text, &app.theme),
            piece(format!(" {} ", fit_right(&n.to_string(), n_cols)), Role::Strong, &app.theme),
            piece(fit(&bar(*n, most, bar_cols), bar_cols), *role, &app.theme),
            piece(format!(" {}", fit_right(&Figure::Share(share).shown(), 6)), Role::Muted, &app.theme),
        ])
    };
    rows.iter().enumerate().map(line).collect()
}

/// A heading above lines.
fn heading(app: &App, text: &str) -> Line<'static> {
    Line::from(piece(text.to_owned(), Role::Title, &app.theme))
}
