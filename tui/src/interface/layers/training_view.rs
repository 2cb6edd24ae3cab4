//! Draws the sheets of training.

use std::sync::Arc;

use guide_common::demo::answer::{Happening, What};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list_view::{keys, padded};
use super::training_sheet::{Switch, TrainingSheet, Which};
use super::view::{bottom, sheet, title};
use crate::interface::app::App;
use crate::interface::mouse::Hit;
use crate::interface::screens::sync::faults;
use crate::interface::text::{fit, width, wrapped};
use crate::interface::theme::Role;
use crate::interface::widgets::paint::{bar, lines, piece, spread};
use crate::interface::words::{self, Msg};
use crate::lang::date;
use crate::lesson::{Lesson, library};
use crate::training::Moment;

/// Draws a sheet.
pub fn draw(app: &App, state: &TrainingSheet, frame: &mut Frame, body: Rect) {
    let rows = rows(app, state.which);
    let (heading, keys_of) = words_of(state.which);
    let cols = match state.which {
        Which::Lessons => body.width,
        _ => bottom(app, body, 1).width,
    };
    let rows: Vec<Vec<Line<'static>>> = rows.iter().map(|row| row_lines(app, row, cols.saturating_sub(4))).collect();
    let n = u16::try_from(rows.iter().map(Vec::len).sum::<usize>().max(1)).unwrap_or(u16::MAX);
    let rows_of_sheet = n.saturating_add(2).min(body.height);
    // what a lesson is about takes a line of its own
    let area = match state.which {
        Which::Lessons => Rect { y: body.bottom() - rows_of_sheet, height: rows_of_sheet, ..body },
        _ => bottom(app, body, rows_of_sheet),
    };
    let inner = padded(sheet(app, frame, area, title(app, heading.text(app.lang)), keys(app, keys_of)));
    if rows.is_empty() {
        let text = piece(Msg::NoAnswers.text(app.lang), Role::Muted, &app.theme);
        return lines(frame.buffer_mut(), inner, &[Line::from(text)]);
    }
    let until_selected: usize = rows.iter().take(state.selected + 1).map(Vec::len).sum();
    let first = until_selected.saturating_sub(usize::from(inner.height));
    let all = rows.iter().enumerate().flat_map(|(idx, row)| row.iter().map(move |line| (idx, line)));
    for ((idx, line), y) in all.skip(first).zip(inner.top()..inner.bottom()) {
        let selected = (idx == state.selected).then(|| app.theme.style(Role::Selection));
        bar(frame.buffer_mut(), inner, y, line, selected);
        app.hits.note(Rect { y, height: 1, ..inner }, Hit::Row(idx));
    }
}

/// A row in so many columns; what does not fit goes on below, beside its head.
fn row_lines(app: &App, row: &Row, cols: u16) -> Vec<Line<'static>> {
    let cols = usize::from(cols);
    let head = format!("{} ", row.head);
    let room = cols.saturating_sub(width(&head) + if row.after.is_empty() { 0 } else { width(&row.after) + 1 });
    let texts = if row.wraps { wrapped(&row.text, room.max(1)) } else { vec![row.text.clone()] };
    let line = |(idx, text): (usize, String)| {
        let head = if idx == 0 { head.clone() } else { " ".repeat(width(&head)) };
        let left = vec![piece(head, Role::Accent, &app.theme), piece(text, row.role, &app.theme)];
        let after = if idx == 0 { row.after.clone() } else { String::new() };
        spread(left, piece(after, Role::Muted, &app.theme), cols)
    };
    texts.into_iter().enumerate().map(line).collect()
}

/// What a sheet is called, and what its keys do.
pub fn words_of(which: Which) -> (Msg, Msg) {
    match which {
        Which::Faults => (Msg::FaultsTitle, Msg::FaultsKeys),
        Which::Moments => (Msg::MomentsTitle, Msg::MomentsKeys),
        Which::Answers => (Msg::AnswersTitle, Msg::AnswersKeys),
        Which::Lessons => (Msg::LessonsTitle, Msg::LessonsKeys),
    }
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number or time.
    pub head: String,
    /// What it says.
    pub text: String,
    /// At its end.
    pub after: String,
    role: Role,
    /// Whether it takes as many lines as it needs.
    wraps: bool,
}

/// The rows of a sheet, also for the plain mode.
pub fn rows(app: &App, which: Which) -> Vec<Row> {
    match which {
        Which::Faults => Switch::ALL.iter().enumerate().map(|(idx, of)| fault(app, idx, *of)).collect(),
        Which::Moments => {
            let moments = app.training.as_deref().map(|training| &training.moments[..]).unwrap_or_default();
            moments.iter().enumerate().map(|(idx, of)| moment(app, idx, moments.len(), of)).collect()
        }
        Which::Answers => {
            let happened = app.training.as_deref().map(|training| &training.happened[..]).unwrap_or_default();
            let name_cols = happened.iter().map(|one| width(&one.name)).max().unwrap_or(0);
            happened.iter().map(|one| answer(app, one, name_cols)).collect()
        }
        Which::Lessons => {
            let row = |(idx, lesson): (usize, &Arc<Lesson>)| Row {
                head: format!("{:>2}", idx + 1),
                text: format!("{} · {}", lesson.name.in_lang(app.lang), lesson.about.in_lang(app.lang)),
                after: format!("{} · {}", words::role(lesson.role, app.lang), marked(app, lesson)),
                role: Role::Text,
                wraps: false,
            };
            library::all().iter().enumerate().map(row).collect()
        }
    }
}

/// How long a lesson takes, or how it went.
fn marked(app: &App, lesson: &Lesson) -> String {
    match app.finished.get(&lesson.id) {
        Some(score) => words::finished(*score, app.lang),
        None => words::minutes(lesson.minutes, app.lang),
    }
}

fn fault(app: &App, idx: usize, switch: Switch) -> Row {
    let is_on = faults::is_switched_on(app, switch);
    let (name, what) = words::switch(switch, app.lang);
    let after = if is_on { Msg::SwitchOn } else { Msg::SwitchOff };
    let role = if is_on { Role::Bad } else { Role::Text };
    Row {
        head: (idx + 1).to_string(),
        text: format!("{name} · {what}"),
        after: after.text(app.lang).to_owned(),
        role,
        wraps: true,
    }
}

fn moment(app: &App, idx: usize, n: usize, moment: &Moment) -> Row {
    let (text, role) = match idx {
        _ if idx + 1 == n => (Msg::MomentNow.text(app.lang), Role::Strong),
        0 => (Msg::MomentFirst.text(app.lang), Role::Text),
        _ => ("", Role::Text),
    };
    Row { head: date::full_time(moment.at, app.lang), text: text.to_owned(), after: String::new(), role, wraps: false }
}

fn answer(app: &App, one: &Happening, name_cols: usize) -> Row {
    let on = app.data.on();
    let role = match one.what {
        What::Says { .. } | What::Comes => Role::Text,
        What::Buys { .. } => Role::Good,
        What::RingsOut => Role::Muted,
    };
    Row {
        head: format!("{} {}", date::short(one.at.date(), on, app.lang), date::time(one.at.time())),
        text: format!("{}  {}", fit(&one.name, name_cols), words::did(&one.what, app.lang)),
        after: String::new(),
        role,
        wraps: true,
    }
}
