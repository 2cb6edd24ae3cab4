//! A script as lines: gaps marked, fills shown, wrapped by the rules of the language.

use std::collections::BTreeMap;
use std::ops::Range;

use guide_common::template::Piece;
use guide_common::wire::local::ScriptView;
use ratatui::text::{Line, Span};

use crate::interface::text::wrap;
use crate::interface::theme::{Role, Theme};

/// The lines of a script in a width.
pub fn script_lines(
    view: &ScriptView,
    fills: Option<&BTreeMap<String, String>>,
    cols: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let (text, marks) = marked(view, fills);
    wrap(&text, cols).into_iter().map(|range| styled(&text, range, &marks, theme)).collect()
}

/// The whole text, and which ranges of it are gaps or fills.
fn marked(view: &ScriptView, fills: Option<&BTreeMap<String, String>>) -> (String, Vec<(Range<usize>, Role)>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    for piece in &view.script.pieces {
        let start = text.len();
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Gap(name) => {
                if let Some(fill) = fills.and_then(|fills| fills.get(name)) {
                    text.push_str(fill);
                    marks.push((start..text.len(), Role::Fill));
                } else {
                    text.push_str(&format!("[{name}]"));
                    marks.push((start..text.len(), Role::Gap));
                }
            }
            Piece::Stale { name, .. } => {
                text.push_str(&format!("[{name}!]"));
                marks.push((start..text.len(), Role::Gap));
            }
            Piece::Blocked { .. } | Piece::CutOff => {
                text.push_str("[…]");
                marks.push((start..text.len(), Role::Gap));
            }
        }
    }
    (text, marks)
}

/// A range of a text as a line, with its marked parts in their roles.
pub fn styled(text: &str, range: Range<usize>, marks: &[(Range<usize>, Role)], theme: &Theme) -> Line<'static> {
    let mut spans = Vec::new();
    let mut at = range.start;
    let mut push = |range: Range<usize>, role: Role| {
        if !range.is_empty() {
            spans.push(Span::styled(text[range].to_owned(), theme.style(role)));
        }
    };
    for (mark, role) in marks {
        let (start, end) = (mark.start.max(range.start), mark.end.min(range.end));
        if start < end {
            push(at..start, Role::Text);
            push(start..end, *role);
            at = end;
        }
    }
    push(at..range.end, Role::Text);
    Line::from(spans)
}
