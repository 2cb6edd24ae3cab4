//! The state of the screen Reports, and what actions do on it: which days, which section, and the report as a file.

pub mod period;

use guide_common::id::{PlanId, TemplateId};
use guide_common::report::{Figures, Report, TemplateFigures};
use guide_common::sop::plan::Lang;
use guide_common::time::Period;
use serde_json::Value;

use self::period::Span;
use super::sync::deal::path_form;
use crate::cli::report::heading;
use crate::interface::action::Action;
use crate::interface::app::App;
use crate::interface::effect::Request;
use crate::interface::event::Names;
use crate::interface::layers::Layer;
use crate::interface::layers::ask_form::{AskField, AskForm, AskKind, AskPurpose, FileKind};
use crate::interface::queries::Slot;
use crate::interface::text::matches;
use crate::interface::widgets::browser::Moved;
use crate::interface::widgets::panes::{Content, Panes};
use crate::interface::words::Msg;
use crate::lang::pick;
use crate::report::html;
use crate::report::spreadsheet::{Start, csv};
use crate::report::words::total_name;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct ReportsScreen {
    /// The sections and what they hold.
    pub panes: Panes,
    /// How long the period is.
    pub span: Span,
    /// How many such periods ago it ended.
    pub n_back: u32,
    /// The report that was read last; its period may be another one while the next is on its way.
    pub report: Option<Report>,
    /// What plans and templates are called.
    pub names: Option<Names>,
}

/// A section of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What was due and what became of it.
    Overview,
    /// Plan by plan.
    Plans,
    /// Template by template.
    Templates,
    /// Scores.
    Satisfaction,
    /// Who bought again.
    Repeat,
    /// What became of promises.
    Promises,
}

impl Section {
    /// Every section, in the order of their digits.
    pub const ALL: [Self; 6] =
        [Self::Overview, Self::Plans, Self::Templates, Self::Satisfaction, Self::Repeat, Self::Promises];

    /// What it is called.
    pub fn name(self, lang: Lang) -> &'static str {
        let pair = match self {
            Self::Overview => ("总览", "Overview"),
            Self::Plans => ("各方案", "Plans"),
            Self::Templates => ("各话术", "Templates"),
            Self::Satisfaction => ("满意度", "Scores"),
            Self::Repeat => ("复购", "Repeat"),
            Self::Promises => ("承诺", "Promises"),
        };
        pick(lang, pair)
    }
}

/// The open section.
pub fn section(app: &App) -> Section {
    Section::ALL.get(app.reports.panes.section()).copied().unwrap_or(Section::Overview)
}

/// The days that the screen is about.
pub fn wanted(app: &App) -> Period {
    app.reports.span.period(app.data.on(), app.reports.n_back)
}

/// The report of these days, once it is there.
pub fn report(app: &App) -> Option<&Report> {
    app.reports.report.as_ref().filter(|report| report.period == wanted(app))
}

/// All plans together, then those of which something was due, the most first.
pub fn plans(app: &App) -> Vec<(String, &Figures)> {
    let Some(report) = report(app) else { return Vec::new() };
    let name = |id: &PlanId| {
        let known = app.reports.names.as_ref().and_then(|names| names.plans.get(id));
        known.map_or_else(|| id.to_string(), |name| format!("{id} {}", name.in_lang(app.lang)))
    };
    let mut rows: Vec<(String, &Figures)> =
        report.by_plan.iter().filter(|(_, figures)| figures.due > 0).map(|(id, figures)| (name(id), figures)).collect();
    rows.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.due));
    let filter = app.reports.panes.rows.filter.value().trim();
    rows.retain(|(name, _)| matches(name, filter));
    if filter.is_empty() && !rows.is_empty() {
        rows.insert(0, (total_name(app.lang).to_owned(), &report.total));
    }
    rows
}

/// The templates that were due or said, the most used first.
pub fn templates(app: &App) -> Vec<(String, &TemplateFigures)> {
    let Some(report) = report(app) else { return Vec::new() };
    let name = |id: &TemplateId| {
        let known = app.reports.names.as_ref().and_then(|names| names.templates.get(id));
        known.map_or_else(|| id.to_string(), |name| format!("{id} {}", name.in_lang(app.lang)))
    };
    let mut rows: Vec<(String, &TemplateFigures)> =
        report.by_template.iter().map(|(id, figures)| (name(id), figures)).collect();
    rows.retain(|(name, _)| matches(name, app.reports.panes.rows.filter.value().trim()));
    rows.sort_by_key(|(_, figures)| std::cmp::Reverse((figures.usage.n_used, figures.funnel.due)));
    rows
}

/// What the open section holds.
pub fn content(app: &App) -> Content {
    match section(app) {
        Section::Plans => Content::Rows(plans(app).len()),
        Section::Templates => Content::Rows(templates(app).len()),
        Section::Overview | Section::Satisfaction | Section::Repeat | Section::Promises => Content::Lines,
    }
}

/// Asks for what the screen shows.
pub fn enter(app: &mut App) {
    if app.reports.names.is_none() {
        app.ask(Slot::Names, Request::Names);
    }
    refresh(app);
}

/// Asks again for what is shown.
pub fn refresh(app: &mut App) {
    let period = wanted(app);
    app.ask(Slot::Report, Request::Report(period));
}

/// What an action does here; false where it does nothing.
pub fn act(app: &mut App, action: Action) -> bool {
    match action {
        Action::Section(n) => {
            let idx = usize::from(n).saturating_sub(1);
            if idx >= Section::ALL.len() {
                app.refuse(Msg::NothingHere);
            } else {
                app.reports.panes.open(idx);
            }
        }
        Action::PeriodBefore => turn(app, app.reports.span, app.reports.n_back.saturating_add(1)),
        Action::PeriodAfter => match later(app) {
            Some(n_back) => turn(app, app.reports.span, n_back),
            None => app.refuse(Msg::NoLaterPeriod),
        },
        Action::NextSpan => turn(app, app.reports.span.next(), 0),
        Action::OwnDates => ask_dates(app),
        Action::Export => export(app),
        _ => {
            let content = content(app);
            return match app.reports.panes.act(action, Section::ALL.len(), content) {
                Moved::Nothing | Moved::Out => false,
                Moved::Row | Moved::View => true,
            };
        }
    }
    true
}

/// How many spans ago the next one ended, where it has begun.
fn later(app: &mut App) -> Option<u32> {
    if let Some(n_back) = app.reports.n_back.checked_sub(1) {
        return Some(n_back);
    }
    let Span::Own(period) = app.reports.span else { return None };
    let n_days = chrono::TimeDelta::days((period.to - period.from).num_days() + 1);
    let next = Period { from: period.from + n_days, to: (period.to + n_days).min(app.data.on()) };
    (next.from <= app.data.on()).then(|| {
        app.reports.span = Span::Own(next);
        0
    })
}

fn turn(app: &mut App, span: Span, n_back: u32) {
    (app.reports.span, app.reports.n_back) = (span, n_back);
    app.reports.panes.rows.list.selected = 0;
    app.reports.panes.rows.scroll = 0;
    refresh(app);
}

fn ask_dates(app: &mut App) {
    let (lang, period) = (app.lang, wanted(app));
    let hint = pick(lang, ("8-01、2026-08-01、-7", "8-01, 2026-08-01, -7"));
    let field = |key: &str, label: (&str, &str), on: chrono::NaiveDate| {
        AskField::new(key, pick(lang, label).to_owned(), hint, AskKind::PastDate, on.to_string())
    };
    let fields = vec![field("from", ("从", "From"), period.from), field("to", ("到", "To"), period.to)];
    let title = pick(lang, ("报表的日期", "Days of the report")).to_owned();
    app.layer = Some(Layer::Ask(AskForm::new(AskPurpose::Dates, title, String::new(), fields)));
}

/// Takes the days of the form.
pub fn own_dates(app: &mut App, mut form: AskForm, values: Vec<Option<Value>>) {
    let days: Vec<chrono::NaiveDate> =
        values.iter().flatten().filter_map(|value| value.as_str()?.parse().ok()).collect();
    match days[..] {
        [from, to] if from <= to => turn(app, Span::Own(Period { from, to }), 0),
        _ => {
            form.error = Some(Msg::PeriodReversed.text(app.lang).to_owned());
            app.layer = Some(Layer::Ask(form));
        }
    }
}

fn export(app: &mut App) {
    let lang = app.lang;
    let Some(period) = report(app).map(|report| report.period) else {
        return app.refuse(Msg::NoReportYet);
    };
    let note = (
        "名字以 .html 结尾写成可打印的一页，以 .csv 结尾写成表格（Excel、WPS 能打开）。",
        "A name that ends in .html makes a page to be printed, one that ends in .csv a table for Excel or WPS.",
    );
    let title = pick(lang, ("导出报表", "Write the report")).to_owned();
    let path = format!("~/guide-report-{}-{}.html", period.from, period.to);
    app.layer = Some(Layer::Ask(path_form(app, FileKind::Report, title, pick(lang, note).to_owned(), path)));
}

/// The report as a file of the kind that the path's ending names: a table, else a page.
pub fn file(app: &App, path: &str) -> Vec<u8> {
    let (Some(report), Some(status)) = (report(app), &app.data.status) else { return Vec::new() };
    match path.to_lowercase().ends_with(".csv") {
        true => csv(report, Start::Bom, app.lang).unwrap_or_default().into_bytes(),
        false => html::page(report, &heading(status), app.lang).into_bytes(),
    }
}

/// What the footer offers here.
pub fn actions(app: &App) -> Vec<Action> {
    let mut actions = vec![Action::PeriodBefore];
    actions.extend((app.reports.n_back > 0).then_some(Action::PeriodAfter));
    actions.extend([Action::NextSpan, Action::OwnDates, Action::Export]);
    actions.extend(matches!(content(app), Content::Rows(_)).then_some(Action::Filter));
    actions
}
