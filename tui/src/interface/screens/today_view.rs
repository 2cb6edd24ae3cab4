//! Draws the screen Today: the queue with its held and done rows at the left, the selected row's task at the right.
//! Where there is no room for both, one of them.

use guide_common::sop::plan::Lang;
use guide_common::sop::queue::TermName;
use guide_common::wire::local::{DoneRow, HeldRow, TaskRow};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::task_view;
use super::today::{FIRST_TASKS, Pane};
use crate::interface::app::{App, Link};
use crate::interface::data::Entry;
use crate::interface::mouse::Hit;
use crate::interface::text::{cut, fit, fit_right, width};
use crate::interface::theme::Role;
use crate::interface::widgets::card::{Look, tier_role};
use crate::interface::widgets::paint::{Frames, bar, cut_line, notice, panel, piece};
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::lang::name::{channel_name, hold_name, outcome_name};

/// Where a screen has room for two panes.
pub const WIDE: (u16, u16) = (72, 15);

/// Draws the screen.
pub fn draw(app: &mut App, frame: &mut Frame, area: Rect) {
    if app.data.n_entries() == 0 {
        return empty(app, frame, area);
    }
    if app.today.walking {
        return walk(app, frame, area);
    }
    if !is_wide(area) {
        return match app.today.pane {
            Pane::Detail => task_view::narrow(app, frame, area),
            Pane::List => list(app, frame, area),
        };
    }
    let [left, right] = columns(area);
    let titles = [list_title(app), progress(app)];
    let inner = panel(frame, left, titles, Frames::Focused, &app.theme);
    list(app, frame, inner);
    app.hits.note(right, Hit::Detail);
    task_view::wide(app, frame, right);
}

/// One task at a time, with how far the day has come.
fn walk(app: &mut App, frame: &mut Frame, area: Rect) {
    let count = app.data.count;
    let head = Rect { height: area.height.min(1), ..area };
    let label = words::walked(count.n_done, count.n_open, app.lang);
    let label_cols = u16::try_from(width(&label)).unwrap_or(0).min(head.width);
    frame.buffer_mut().set_stringn(head.x, head.y, &label, usize::from(label_cols), app.theme.style(Role::Title));
    let bar_cols = usize::from(head.width.saturating_sub(label_cols + 1));
    let n_all = (count.n_done + count.n_open).max(1);
    let n_full = bar_cols * count.n_done / n_all;
    let line = Line::from(vec![
        piece("█".repeat(n_full), Role::Good, &app.theme),
        piece("─".repeat(bar_cols - n_full), Role::Border, &app.theme),
    ]);
    frame.buffer_mut().set_line(head.x + label_cols, head.y, &line, head.width - label_cols);
    let body = Rect { y: area.y + head.height, height: area.height - head.height, ..area };
    if count.n_open == 0 {
        let steps = [Msg::WalkDoneNext.text(app.lang)];
        return notice(frame, body, Msg::WalkDone.text(app.lang), &steps, &app.theme);
    }
    match is_wide(body) {
        true => task_view::wide(app, frame, body),
        false => task_view::narrow(app, frame, body),
    }
}

/// Whether there is room for two panes.
pub fn is_wide(area: Rect) -> bool {
    area.width >= WIDE.0 && area.height >= WIDE.1
}

/// The list's column, and the task's.
pub fn columns(area: Rect) -> [Rect; 2] {
    let list_cols = (area.width * 2 / 5).clamp(37, 58);
    Layout::horizontal([Constraint::Length(list_cols), Constraint::Min(0)]).areas(area)
}

fn empty(app: &App, frame: &mut Frame, area: Rect) {
    let frame_area = if area.height >= 8 {
        panel(frame, area, [list_title(app), Line::default()], Frames::Focused, &app.theme)
    } else {
        area
    };
    let (title, steps) = why_empty(app);
    notice(frame, frame_area, title, &steps, &app.theme);
}

/// Why the queue is empty, and what to do: three different reasons.
pub fn why_empty(app: &App) -> (&str, Vec<&str>) {
    let lang = app.lang;
    match (&app.link, &app.data.status) {
        (Link::Down(failure), _) => {
            let detail = failure.detail.as_str();
            let title = words::problem("unreachable", lang).unwrap_or(detail);
            (title, vec![detail, Msg::AllSafe.text(lang), Msg::LostNext.text(lang)])
        }
        (_, None) => (Msg::Connecting.text(lang), Vec::new()),
        (_, Some(status)) if status.guide.is_none() => {
            (Msg::EnrollTitle.text(lang), vec![Msg::EnrollNext.text(lang), Msg::EnrollCommand.text(lang)])
        }
        (_, Some(status)) if status.n_customers == 0 && status.sync.last_ok_at.is_none() => {
            (Msg::UnsyncedTitle.text(lang), vec![Msg::UnsyncedNext.text(lang)])
        }
        (_, Some(_)) if app.data.today.is_none() => (Msg::Loading.text(lang), Vec::new()),
        _ => (Msg::NoTaskTitle.text(lang), vec![Msg::NoTaskNext.text(lang)]),
    }
}

fn list_title(app: &App) -> Line<'static> {
    let checking = app.data.today.as_ref().is_some_and(|today| !today.checked);
    let mut spans = vec![piece(format!(" {} ", Msg::TabToday.text(app.lang)), Role::Title, &app.theme)];
    if checking {
        spans.push(piece(format!("{} ", Msg::Checking.text(app.lang)), Role::Muted, &app.theme));
    }
    Line::from(spans)
}

/// How many are done of how many.
fn progress(app: &App) -> Line<'static> {
    if app.data.today.is_none() {
        return Line::default();
    }
    let count = app.data.count;
    let text = match app.lang {
        Lang::Zh => format!(" 剩 {} · 已记 {} ", count.n_open, count.n_done),
        Lang::En => format!(" {} left · {} done ", count.n_open, count.n_done),
    };
    Line::from(piece(text, Role::Muted, &app.theme))
}

/// A line of the list: a row, the head of a section, or how many tasks follow that were not read.
enum ListLine<'a> {
    Head(Msg, usize),
    Unread(usize),
    Row(usize, Entry<'a>),
}

fn list(app: &mut App, frame: &mut Frame, area: Rect) {
    let mut state = app.today.list;
    let all = list_lines(app);
    let selected_line = all.iter().position(|line| matches!(line, ListLine::Row(idx, _) if *idx == state.selected));
    let first = state.window(selected_line.unwrap_or(0), all.len(), usize::from(area.height));
    let columns = Columns::of(app, usize::from(area.width));
    let rule = |frame: &mut Frame, y: u16, title: String| {
        let rest = "─".repeat(usize::from(area.width).saturating_sub(width(&title) + 1));
        let rule = |text: String| piece(text, Role::Border, &app.theme);
        let line = Line::from(vec![rule("─".to_owned()), piece(title, Role::Muted, &app.theme), rule(rest)]);
        frame.buffer_mut().set_line(area.x, y, &line, area.width);
    };
    for (line, y) in all.iter().skip(first).zip(area.top()..area.bottom()) {
        match line {
            ListLine::Head(msg, n) => rule(frame, y, format!(" {} {n} ", msg.text(app.lang))),
            ListLine::Unread(n) => rule(frame, y, format!(" {} ", words::unread(*n, app.lang))),
            ListLine::Row(idx, entry) => {
                let selected = (*idx == state.selected).then(|| app.theme.style(Role::Selection));
                bar(frame.buffer_mut(), area, y, &columns.row(app, *entry), selected);
                app.hits.note(Rect { y, height: 1, ..area }, Hit::Row(*idx));
            }
        }
    }
    drop(all);
    app.today.list = state;
}

fn list_lines(app: &App) -> Vec<ListLine<'_>> {
    let mut lines = Vec::new();
    let mut section = None;
    let unread = || Some(app.data.n_unread()).filter(|n| *n > 0).map(ListLine::Unread);
    for (idx, entry) in app.data.entries().enumerate() {
        if idx == app.data.n_tasks() {
            lines.extend(unread());
        }
        let head = match entry {
            Entry::Task(_) => None,
            Entry::Held(_) => Some(Msg::Held),
            Entry::Done(_) => Some(Msg::Done),
        };
        if let Some(msg) = head
            && section != head
        {
            let same =
                app.data.entries().filter(|other| std::mem::discriminant(other) == std::mem::discriminant(&entry));
            lines.push(ListLine::Head(msg, same.count()));
        }
        section = head;
        lines.push(ListLine::Row(idx, entry));
    }
    if app.data.n_entries() == app.data.n_tasks() {
        lines.extend(unread());
    }
    lines
}

/// The columns of the list.
struct Columns {
    name: usize,
    what: usize,
    left: usize,
    channel: usize,
    /// All that stands after the name.
    rest: usize,
}

impl Columns {
    fn of(app: &App, cols: usize) -> Self {
        // the tasks that are always read decide, so that nothing moves when more are
        let n_unsure = app.data.n_tasks().saturating_sub(FIRST_TASKS);
        let sure = app.data.entries().take(FIRST_TASKS).chain(app.data.entries().skip(FIRST_TASKS + n_unsure));
        let longest = sure.map(|entry| width(entry.name())).max().unwrap_or(0);
        let (left, channel) = match app.lang {
            Lang::Zh => (6, 4),
            Lang::En => (7, 5),
        };
        let name = longest.clamp(6, if cols < 42 { 10 } else { 16 });
        let rest = cols.saturating_sub(4 + name + 1);
        let with_channel = 4 + name + 1 + 1 + left + 1 + channel;
        if cols >= with_channel + 8 {
            return Self { name, what: cols - with_channel, left, channel, rest };
        }
        let without = 4 + name + 1 + 1 + left;
        Self { name, what: cols.saturating_sub(without), left, channel: 0, rest }
    }

    fn row(&self, app: &App, entry: Entry<'_>) -> Line<'static> {
        let line = match entry {
            Entry::Task(row) => self.task(app, row),
            Entry::Held(row) => self.held(app, row),
            Entry::Done(row) => self.done(app, row),
        };
        cut_line(line, 4 + self.name + 1 + self.rest)
    }

    fn task(&self, app: &App, row: &TaskRow) -> Line<'static> {
        let (left, role) = deadline(app, row);
        let left = cut(&left, self.left);
        let mark = if role == Role::Muted { " " } else { "!" };
        let mut spans = vec![
            piece(format!("{mark} "), role, &app.theme),
            piece(format!("{} ", row.tier.letter()), tier_role(row.tier), &app.theme),
            piece(fit(&row.name, self.name) + " ", Role::Strong, &app.theme),
            // a short deadline leaves its cells to the step's name
            piece(Self::what(row, self.what + self.left - width(&left), app.lang) + " ", Role::Text, &app.theme),
            piece(left, role, &app.theme),
        ];
        if self.channel > 0 {
            let channel = fit_right(channel_name(row.channel, app.lang), self.channel + 1);
            spans.push(piece(channel, Role::Muted, &app.theme));
        }
        Line::from(spans)
    }

    /// The first step's name, and how many more there are.
    fn what(row: &TaskRow, cols: usize, lang: Lang) -> String {
        let more = match row.dues.len() {
            0 | 1 => String::new(),
            n => format!("+{}", n - 1),
        };
        let name = row.dues.first().map(|due| due.step_name.in_lang(lang)).unwrap_or_default();
        fit(&(cut(name, cols.saturating_sub(more.len())) + &more), cols)
    }

    fn held(&self, app: &App, row: &HeldRow) -> Line<'static> {
        let until = words::hold_end(&row.hold, app.data.on(), app.lang).unwrap_or_default();
        let why_cols = self.rest.saturating_sub(width(&until) + 1);
        let mark = if row.rush.is_some() { ("! ", Role::Bad) } else { ("- ", Role::Muted) };
        Line::from(vec![
            piece(mark.0, mark.1, &app.theme),
            piece(format!("{} ", row.tier.letter()), tier_role(row.tier), &app.theme),
            piece(fit(&row.name, self.name) + " ", Role::Text, &app.theme),
            piece(fit(hold_name(row.hold.reason, app.lang), why_cols), Role::Bad, &app.theme),
            piece(format!(" {until}"), Role::Muted, &app.theme),
        ])
    }

    fn done(&self, app: &App, row: &DoneRow) -> Line<'static> {
        let at = date_time(row);
        let what_cols = self.rest.saturating_sub(width(&at) + 1);
        Line::from(vec![
            piece("√   ", Role::Good, &app.theme),
            piece(fit(&row.name, self.name) + " ", Role::Muted, &app.theme),
            piece(fit(outcome_name(row.outcome.code, app.lang), what_cols), Role::Text, &app.theme),
            Span::raw(" "),
            piece(at, Role::Muted, &app.theme),
        ])
    }
}

fn date_time(row: &DoneRow) -> String {
    date::time(row.at.time())
}

/// The steps of a task, merged into a few words.
pub fn what(row: &TaskRow, lang: Lang) -> String {
    let Some(first) = row.dues.first() else { return String::new() };
    let name = first.step_name.in_lang(lang);
    match row.dues.len() {
        0 | 1 => name.to_owned(),
        n => format!("{name}+{}", n - 1),
    }
}

/// How much time a task has left: days late of a promise, else until its first window closes.
pub fn deadline(app: &App, row: &TaskRow) -> (String, Role) {
    let today = app.data.on();
    if row.rush.is_some() {
        return (Msg::Rush.text(app.lang).to_lowercase(), Role::Bad);
    }
    let hours = row.dues.iter().filter_map(|due| due.deadline_at).min().filter(|at| at.date() <= today);
    if let Some(at) = hours {
        return (date::time(at.time()), Role::Warn);
    }
    let has = |name: TermName| row.terms.iter().any(|term| term.name == name && term.points > 0);
    // the most important due comes first: here it is the promise
    let promised_on = row.dues.first().map(|due| due.anchor_on).filter(|on| *on < today);
    if let (true, Some(promised_on)) = (has(TermName::PromiseOverdue), promised_on) {
        let days = (today - promised_on).num_days();
        let text = match app.lang {
            Lang::Zh => format!("逾{days}天"),
            Lang::En => format!("{days}d late"),
        };
        return (text, Role::Bad);
    }
    if has(TermName::PromiseDue) {
        return (if app.lang == Lang::Zh { "今天" } else { "today" }.to_owned(), Role::Warn);
    }
    let Some(until) = row.dues.iter().map(|due| due.until_on).min() else {
        return (String::new(), Role::Muted);
    };
    match ((until - today).num_days(), app.lang) {
        (..=0, Lang::Zh) => ("今天".to_owned(), Role::Warn),
        (..=0, Lang::En) => ("today".to_owned(), Role::Warn),
        (days, Lang::Zh) => (format!("{days}天"), Role::Muted),
        (days, Lang::En) => (format!("{days}d"), Role::Muted),
    }
}

/// What lines about a customer are made with here.
pub fn look(app: &App, cols: u16) -> Look<'_> {
    Look { cols: usize::from(cols), today: app.data.on(), lang: app.lang, theme: &app.theme }
}
