//! Small parts of drawing: frames, lines of pieces, and texts in the middle of an empty pane.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::interface::text::{cut, fit, width, wrapped};
use crate::interface::theme::{Role, Theme};

/// A piece of a line; line feeds of notes and promises become spaces.
pub fn piece(text: impl Into<String>, role: Role, theme: &Theme) -> Span<'static> {
    let mut text = text.into();
    if text.contains(char::is_control) {
        text = text.replace(char::is_control, " ");
    }
    Span::styled(text, theme.style(role))
}

/// Whether a frame has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// It has.
    Focused,
    /// It has not.
    Plain,
}

/// Draws a frame with a title at the left and one at the right, and returns what is inside.
pub fn panel(frame: &mut Frame, area: Rect, titles: [Line<'static>; 2], frames: Frames, theme: &Theme) -> Rect {
    let role = if frames == Frames::Focused { Role::BorderFocus } else { Role::Border };
    let [left, right] = titles.map(|title| over(title, theme));
    let mut block = Block::bordered().border_type(BorderType::Rounded).border_style(theme.style(role));
    let room = usize::from(area.width).saturating_sub(4);
    let left_cols = left.width().min(room);
    let left = match left.width() > room {
        // the ellipsis stands off the border as a whole title does
        true => {
            let mut cut = cut_line(left, room.saturating_sub(1));
            cut.spans.push(Span::raw(" "));
            cut
        }
        false => left,
    };
    block = block.title_top(left);
    if right.width() > 0 && left_cols + right.width() < room {
        block = block.title_top(right.right_aligned());
    }
    let inner = block.inner(area);
    block.render(area, frame.buffer_mut());
    inner
}

/// A line that is drawn over a frame: pieces without a colour of their own take the text's, not the frame's.
pub fn over(mut line: Line<'static>, theme: &Theme) -> Line<'static> {
    let color = theme.style(Role::Text).fg.unwrap_or(Color::Reset);
    for span in line.spans.iter_mut().filter(|span| span.style.fg.is_none()) {
        span.style.fg = Some(color);
    }
    line
}

/// Clears an area for what lies over the screen. A wide character that reaches into it goes as a whole: its other half
/// would take the cell of the frame.
pub fn clear(frame: &mut Frame, area: Rect, theme: &Theme) {
    let buffer = frame.buffer_mut();
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Role::Text));
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((x, y)).filter(|cell| width(cell.symbol()) > 1) {
            cell.set_char(' ');
        }
    }
}

/// Draws lines from the top of an area; what is too long ends in an ellipsis.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line<'static>]) {
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        buffer.set_line(area.x, y, &cut_line(line.clone(), usize::from(area.width)), area.width);
    }
}

/// A line in at most some cells; its last piece that has room ends in an ellipsis.
pub fn cut_line(line: Line<'static>, cols: usize) -> Line<'static> {
    if line.width() <= cols {
        return line;
    }
    let mut left = cols;
    let mut pieces = Vec::new();
    for span in line.spans {
        let text = cut(&span.content, left);
        left -= width(&text);
        let is_cut = text != span.content;
        pieces.push(Span::styled(text, span.style));
        if is_cut {
            break;
        }
    }
    Line::from(pieces)
}

/// A line with a piece at each end, in exactly `cols` cells; the left one is cut where both have no room.
pub fn spread(left: Vec<Span<'static>>, right: Span<'static>, cols: usize) -> Line<'static> {
    let room = cols.saturating_sub(right.width() + 1);
    let mut line = cut_line(Line::from(left), room);
    let gap = cols.saturating_sub(line.width() + right.width());
    line.spans.push(Span::raw(" ".repeat(gap)));
    line.spans.push(right);
    line
}

/// A text in exactly `cols` cells, the characters that match what was typed in another role.
pub fn marked(text: &str, spans: &[guide_common::search::Span], cols: usize, theme: &Theme) -> Vec<Span<'static>> {
    let is_match = |idx: usize| spans.iter().any(|span| (span.0..span.1).contains(&idx));
    let fitted = fit(text, cols);
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for (idx, c) in fitted.chars().enumerate() {
        match pieces.last_mut() {
            Some((matches, piece)) if *matches == is_match(idx) => piece.push(c),
            _ => pieces.push((is_match(idx), c.to_string())),
        }
    }
    let role = |matches: bool| if matches { Role::Accent } else { Role::Strong };
    pieces.into_iter().map(|(matches, text)| piece(text, role(matches), theme)).collect()
}

/// A row of a list as one styled bar where it is selected.
pub fn bar(buffer: &mut Buffer, area: Rect, y: u16, line: &Line<'static>, selected: Option<Style>) {
    match selected {
        Some(style) => {
            let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
            let cols = usize::from(area.width);
            buffer.set_stringn(area.x, y, fit(&text, cols), cols, style);
        }
        None => {
            buffer.set_line(area.x, y, &cut_line(line.clone(), usize::from(area.width)), area.width);
        }
    }
}

/// What an empty pane says: why it is empty, and the next steps.
pub fn notice(frame: &mut Frame, area: Rect, title: &str, steps: &[&str], theme: &Theme) {
    let cols = usize::from(area.width).saturating_sub(2);
    if cols < 4 || area.height == 0 {
        return;
    }
    let mut all: Vec<(String, Role)> = wrapped(title, cols).into_iter().map(|line| (line, Role::Strong)).collect();
    for step in steps {
        all.push((String::new(), Role::Text));
        all.extend(wrapped(step, cols).into_iter().map(|line| (line, Role::Text)));
    }
    let n = u16::try_from(all.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(n) / 3;
    for ((text, role), y) in all.iter().zip(top..area.bottom()) {
        let x = area.x + u16::try_from((usize::from(area.width) - width(text).min(cols)) / 2).unwrap_or(0);
        frame.buffer_mut().set_stringn(x, y, text, cols, theme.style(*role));
    }
}
