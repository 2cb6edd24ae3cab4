//! The step of a lesson that is next, beside the work: where one is, what to do, and a hint where it is wanted.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::paint::{Frames, lines, panel, piece};
use crate::interface::app::App;
use crate::interface::privacy::Privacy;
use crate::interface::text::{cut, wrapped};
use crate::interface::theme::Role;
use crate::interface::words::{self, Msg};

/// The most rows of the text.
const TEXT_ROWS: usize = 3;

/// How many rows it takes on a screen of so many columns and rows; none where there is no lesson or no room.
pub fn rows(app: &App, cols: u16, rows: u16) -> u16 {
    if app.lesson.is_none() || rows < 10 {
        return 0;
    }
    let n = u16::try_from(text(app, usize::from(cols.saturating_sub(4))).len()).unwrap_or(u16::MAX);
    (n + 2).min(rows / 3)
}

/// Draws it.
pub fn draw(app: &App, frame: &mut Frame, area: Rect) {
    let Some(running) = &app.lesson else { return };
    let title = Line::from(piece(format!(" {} ", words::lesson_title(running, app.lang)), Role::Title, &app.theme));
    let right = Line::from(piece(format!(" {} ", words::lesson_state(running, app.lang)), Role::Muted, &app.theme));
    let inner = panel(frame, area, [title, right], Frames::Focused, &app.theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let rows: Vec<Line<'static>> = text(app, usize::from(inner.width))
        .into_iter()
        .map(|(text, role)| Line::from(piece(text, role, &app.theme)))
        .collect();
    lines(frame.buffer_mut(), inner, &rows);
}

fn text(app: &App, cols: usize) -> Vec<(String, Role)> {
    let Some(running) = &app.lesson else { return Vec::new() };
    let Some(step) = running.next() else {
        let over = [words::lesson_result(running, app.lang), Msg::LessonOver.text(app.lang).to_owned()];
        return over.into_iter().zip([Role::Good, Role::Accent]).collect();
    };
    let text = step.text.in_lang(app.lang);
    let mut rows: Vec<(String, Role)> =
        wrapped(text, cols).into_iter().take(TEXT_ROWS).map(|line| (line, Role::Text)).collect();
    if app.audience.presents && app.privacy == Privacy::On {
        rows.push((cut(Msg::LessonShown.text(app.lang), cols), Role::Muted));
    }
    if let Some((_, why)) = running.mistakes.last().filter(|(idx, _)| *idx == running.step) {
        rows.extend(wrapped(&format!("! {why}"), cols).into_iter().take(2).map(|line| (line, Role::Bad)));
    }
    if let Some(hint) = step.hint.as_ref().filter(|_| running.shows_hint()) {
        rows.extend(
            wrapped(&format!("→ {}", hint.in_lang(app.lang)), cols)
                .into_iter()
                .take(2)
                .map(|line| (line, Role::Accent)),
        );
    }
    rows
}
