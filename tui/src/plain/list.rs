//! The open list as rows that are told: each with what names it, so that a number means the row that was told even
//! where the list has changed since.

use guide_common::sop::plan::Lang;
use guide_common::sop::queue::TermName;
use guide_common::wire::local::{CustomerRow, DoneRow, HeldRow, TaskRow};
use guide_common::wire::support::CheckState;

use super::linear;
use crate::interface::app::App;
use crate::interface::data::Entry;
use crate::interface::screens::{Screen, plans, reports, reports_view, sync, sync_view, templates, today_view};
use crate::interface::text::LINEAR;
use crate::interface::widgets::panes::{Content, Panes};
use crate::interface::widgets::panes_view::{SectionRow, Shown};
use crate::interface::words::{self, Msg};
use crate::lang::name::{channel_name, hold_name, outcome_name, term_name};
use crate::lang::{amount, date, pick};
use crate::text;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What names it while the list changes.
    pub key: String,
    /// The head of the group that it begins.
    pub head: Option<String>,
    /// What is told of it.
    pub text: String,
}

/// The list of the open screen.
pub fn rows(app: &App) -> Vec<Row> {
    match app.screen {
        Screen::Today => app.data.entries().enumerate().map(|(idx, entry)| queue_row(app, idx, entry)).collect(),
        Screen::Customers => {
            let rows = app.data.customers.iter().flat_map(|list| &list.rows);
            rows.map(|row| Row { key: row.id.to_string(), head: None, text: customer(app, row) }).collect()
        }
        Screen::Templates => template_rows(app),
        Screen::Plans => plans::rows(app).into_iter().map(|plan| plan_row(app, plan)).collect(),
        Screen::Reports => of_panes(app, &app.reports.panes, reports_view::section_rows(app)),
        Screen::Sync => of_panes(app, &app.sync.panes, sync_view::section_rows(app)),
    }
}

/// The place of the selected row.
pub fn selected(app: &App) -> usize {
    let of = |panes: &Panes| if panes.is_at_sections() { panes.section() } else { panes.rows.list.selected };
    match app.screen {
        Screen::Today => app.today.list.selected,
        Screen::Customers => app.customers.list.selected,
        Screen::Templates => app.templates.browser.list.selected,
        Screen::Plans => app.plans.browser.list.selected,
        Screen::Reports => of(&app.reports.panes),
        Screen::Sync => of(&app.sync.panes),
    }
}

/// Which list is open: where it changes, the rows are told anew.
pub fn name(app: &App) -> String {
    let of = |panes: &Panes| (panes.is_at_sections(), panes.section());
    let place = match app.screen {
        Screen::Reports => Some(of(&app.reports.panes)),
        Screen::Sync => Some(of(&app.sync.panes)),
        _ => None,
    };
    let view = (app.screen == Screen::Customers).then(|| app.customers.input.value().to_owned());
    format!("{:?} {place:?} {view:?} {:?}", app.screen, app.templates.grouping)
}

/// Whether the open section is lines to be read, without rows.
pub fn is_prose(app: &App) -> bool {
    match app.screen {
        Screen::Reports => !app.reports.panes.is_at_sections() && reports::content(app) == Content::Lines,
        Screen::Sync => !app.sync.panes.is_at_sections() && sync::content(app) == Content::Lines,
        _ => false,
    }
}

fn queue_row(app: &App, idx: usize, entry: Entry<'_>) -> Row {
    let (n_tasks, n_held) = (app.data.n_tasks(), app.data.today.as_ref().map_or(0, |today| today.held.len()));
    let head = |msg: Msg, n: usize| Some(format!("{} {n}", msg.text(app.lang)));
    let (key, head, text) = match entry {
        Entry::Task(row) => (format!("t{:?}", row.id), None, task(app, row)),
        Entry::Held(row) => {
            let head = if idx == n_tasks { head(Msg::Held, n_held) } else { None };
            (format!("h{}", row.customer), head, held(app, row))
        }
        Entry::Done(row) => {
            let n_done = app.data.n_entries() - n_tasks - n_held;
            let head = if idx == n_tasks + n_held { head(Msg::Done, n_done) } else { None };
            (format!("d{}", row.op_id), head, done(app, row))
        }
    };
    Row { key, head, text }
}

/// A task: who, how long there is, what for, over what, and the weightiest reason of its place.
pub fn task(app: &App, row: &TaskRow) -> String {
    let (left, _) = today_view::deadline(app, row);
    let why = row.terms.iter().filter(|term| term.points > 0 && term.name != TermName::Unknown);
    let why = why.max_by_key(|term| term.points).map(|term| term_name(term.name, app.lang));
    let what = today_view::what(row, app.lang);
    let parts =
        [&row.name, row.tier.letter(), &left, &what, channel_name(row.channel, app.lang), why.unwrap_or_default()];
    joined(&parts)
}

fn held(app: &App, row: &HeldRow) -> String {
    let until = words::hold_end(&row.hold, app.data.on(), app.lang);
    let until = until.map(|until| text!(app.lang, "到 {until}", "until {until}")).unwrap_or_default();
    let rush = if row.rush.is_some() { Msg::Rush.text(app.lang) } else { "" };
    joined(&[&row.name, row.tier.letter(), rush, hold_name(row.hold.reason, app.lang), &until])
}

fn done(app: &App, row: &DoneRow) -> String {
    joined(&[&row.name, outcome_name(row.outcome.code, app.lang), &date::time(row.at.time())])
}

fn customer(app: &App, row: &CustomerRow) -> String {
    let lang = app.lang;
    let last = row.last_bought_on.map(|on| date::short(on, app.data.on(), lang));
    let last = last.map(|on| format!("{} {on}", Msg::ColumnLast.text(lang))).unwrap_or_default();
    let total = row.last_bought_on.map(|_| format!("{} {}", Msg::ColumnTotal.text(lang), amount(row.total_fen)));
    let task = if row.task.is_some() { Msg::HasTask.text(lang) } else { "" };
    let phone = row.phone_masked.as_deref().unwrap_or(Msg::NoPhone.text(lang));
    joined(&[&row.name, row.tier.letter(), phone, &last, &total.unwrap_or_default(), task])
}

fn template_rows(app: &App) -> Vec<Row> {
    let rows = templates::rows::rows(app);
    let mut before: Option<&str> = None;
    let mut told = Vec::new();
    for row in &rows {
        let begins = before != Some(row.group.as_str());
        before = Some(&row.group);
        let id = &row.template.id;
        let rate = templates::detail::rate(app, id).map(|share| format!("{:.0}%", share * 100.0));
        let rate = rate.map(|rate| text!(app.lang, "回复率 {rate}", "replies {rate}")).unwrap_or_default();
        let draft = if app.templates.drafts.contains_key(id) { Msg::Draft.text(app.lang) } else { "" };
        let text = joined(&[&format!("{id} {}", row.name), &rate, draft]);
        told.push(Row { key: format!("{} {id}", row.group), head: begins.then(|| row.group.clone()), text });
    }
    told
}

fn plan_row(app: &App, plan: &guide_common::sop::plan::Plan) -> Row {
    let (today, lang) = (app.data.on(), app.lang);
    let begins = plan.starts_on.filter(|on| *on > today).map(|on| date::short(on, today, lang));
    let begins = begins.map(|on| text!(lang, "{on} 开始", "from {on}")).unwrap_or_default();
    let is_followed = plan.earlier_versions().any(|earlier| earlier.plan.version != plan.version);
    let followed = if is_followed { pick(lang, ("旧版本还在进行", "earlier versions go on")) } else { "" };
    let trigger = crate::lang::plan::triggers(plan, lang);
    let name = format!("{} {}", plan.id, plan.name.in_lang(lang));
    let text = joined(&[&name, &trigger, &format!("v{}", plan.version), &begins, followed]);
    Row { key: plan.id.to_string(), head: None, text }
}

fn of_panes(app: &App, panes: &Panes, sections: Vec<SectionRow>) -> Vec<Row> {
    let lang = app.lang;
    if panes.is_at_sections() {
        let row = |(idx, row): (usize, SectionRow)| {
            let text = joined(&[row.name, &sign(&row.count, lang)]);
            Row { key: format!("s{idx}"), head: None, text }
        };
        return sections.into_iter().enumerate().map(row).collect();
    }
    let shown = match app.screen {
        Screen::Sync => sync_view::shown(app, LINEAR),
        _ => reports_view::shown(app, LINEAR),
    };
    let Shown::Rows(shown) = shown else { return Vec::new() };
    let heads = shown.heads.as_ref().filter(|_| app.screen == Screen::Sync).map(|heads| linear::told(heads, lang));
    let keys = keys(app);
    let row = |(idx, line): (usize, &ratatui::text::Line<'static>)| {
        let text = linear::told(line, lang);
        let state = check_state(app, idx);
        let key = keys.get(idx).cloned().unwrap_or_else(|| format!("r{idx}"));
        Row { key, head: heads.clone().filter(|_| idx == 0), text: joined(&[state, &text]) }
    };
    shown.rows.iter().enumerate().map(row).collect()
}

/// What names the rows of a section.
fn keys(app: &App) -> Vec<String> {
    match (app.screen, sync::section(app)) {
        (Screen::Reports, _) if reports::section(app) == reports::Section::Plans => {
            reports::plans(app).into_iter().map(|(name, _)| name).collect()
        }
        (Screen::Reports, _) => reports::templates(app).into_iter().map(|(name, _)| name).collect(),
        (_, sync::Section::Rejected | sync::Section::Outbox) => {
            sync::ops(app).into_iter().map(|row| row.op_id.to_string()).collect()
        }
        (_, sync::Section::Cycles) => sync::cycles(app).into_iter().map(|row| row.id.clone()).collect(),
        _ => Vec::new(),
    }
}

/// What the mark of a check means.
fn check_state(app: &App, idx: usize) -> &'static str {
    if app.screen != Screen::Sync || sync::section(app) != sync::Section::Doctor {
        return "";
    }
    let check = app.sync.doctor.as_ref().and_then(|doctor| doctor.checks.get(idx));
    check.map_or("", |check| match check.state {
        CheckState::Ok => pick(app.lang, ("正常", "well")),
        CheckState::Warn => pick(app.lang, ("注意", "worth a look")),
        CheckState::Fail => pick(app.lang, ("故障", "broken")),
    })
}

/// What a mark beside a section means; a number means itself.
fn sign(mark: &str, lang: Lang) -> String {
    match mark {
        "√" => pick(lang, ("好", "well")).to_owned(),
        "!" => pick(lang, ("要处理", "needs attention")).to_owned(),
        "×" => pick(lang, ("有问题", "not well")).to_owned(),
        "●" => pick(lang, ("还有没完的", "something is open")).to_owned(),
        "○" | "" => String::new(),
        count => linear::clean(count),
    }
}

/// The parts that say something, with a dot between them.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    linear::clean(&parts.join(" · "))
}
