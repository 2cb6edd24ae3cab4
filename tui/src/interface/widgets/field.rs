//! A field that takes one line of text. The terminal's own cursor stands at its caret, for input methods and
//! magnifiers.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use guide_common::text::{Lines, sanitise};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use tui_input::{Input, InputRequest};

use crate::interface::text::{cut, fit, width};
use crate::interface::theme::{Role, Theme};

/// The longest text of a field, in characters.
const MAX_CHARS: usize = 400;

/// Applies a key to a field; false where the key is not for a field.
pub fn edit(input: &mut Input, key: &KeyEvent) -> bool {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let request = match key.code {
        KeyCode::Char('a') if ctrl => InputRequest::GoToStart,
        KeyCode::Char('e') if ctrl => InputRequest::GoToEnd,
        KeyCode::Char('w') if ctrl => InputRequest::DeletePrevWord,
        KeyCode::Char('u') if ctrl => InputRequest::DeleteLine,
        KeyCode::Char('k') if ctrl => InputRequest::DeleteTillEnd,
        KeyCode::Char(_) if ctrl || key.modifiers.contains(KeyModifiers::ALT) => return false,
        KeyCode::Char(c) => {
            insert(input, &c.to_string());
            return true;
        }
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return false,
    };
    input.handle(request);
    true
}

/// Inserts a text at the caret; controls are removed and lines joined.
pub fn insert(input: &mut Input, text: &str) {
    let spaces_kept = if text.trim().is_empty() && !text.is_empty() { " ".to_owned() } else { clean(text) };
    for c in spaces_kept.chars() {
        if input.value().chars().count() >= MAX_CHARS {
            return;
        }
        input.handle(InputRequest::InsertChar(c));
    }
}

fn clean(text: &str) -> String {
    sanitise(text, Lines::One, MAX_CHARS)
}

/// Draws a field, or its hint while it is empty; the focused one takes the cursor.
pub fn draw(frame: &mut Frame, area: Rect, input: &Input, hint: &str, focus: Focus, theme: &Theme) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let cols = usize::from(area.width);
    let scroll = input.visual_scroll(cols.saturating_sub(1).max(1));
    let visible = skip_cols(input.value(), scroll);
    let buffer = frame.buffer_mut();
    buffer.set_stringn(area.x, area.y, fit(&visible, cols), cols, theme.style(Role::Field));
    if input.value().is_empty() {
        let style = theme.style(Role::Field).patch(theme.style(Role::Muted));
        buffer.set_stringn(area.x, area.y, cut(hint, cols), cols, style);
    }
    if focus == Focus::On {
        let caret = input.visual_cursor().saturating_sub(scroll).min(cols - 1);
        let x = area.x.saturating_add(u16::try_from(caret).unwrap_or(0));
        frame.set_cursor_position(Position::new(x, area.y));
    }
}

/// Whether a field has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// It has.
    On,
    /// It has not.
    Off,
}

fn skip_cols(text: &str, cols: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut skipped = 0;
    text.graphemes(true)
        .skip_while(|grapheme| {
            let skip = skipped < cols;
            if skip {
                skipped += width(grapheme);
            }
            skip
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_controls_never_reach_a_field() {
        let mut input = Input::default();
        insert(&mut input, "王\u{1b}[2J\n芳");
        assert_eq!(input.value(), "王[2J 芳");
    }

    #[test]
    fn editing_moves_by_graphemes() {
        let mut input = Input::new("单雅宁".to_owned());
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        assert!(edit(&mut input, &key(KeyCode::Backspace)));
        assert!(edit(&mut input, &key(KeyCode::Char(' '))));
        assert_eq!(input.value(), "单雅 ");
        assert!(!edit(&mut input, &key(KeyCode::Enter)));
    }
}
