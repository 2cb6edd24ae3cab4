//! A recording of a terminal as asciinema keeps it (asciicast v2): a line of JSON with the size, then one for each moment
//! with what the terminal got. The times are those of somebody who reads and types, not of the machine, so that the same
//! solution gives the same bytes.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use serde_json::json;

/// A recording.
#[derive(Debug)]
pub(super) struct Cast {
    text: String,
    at_ms: u64,
    shown: Option<Buffer>,
}

impl Cast {
    /// A recording of a terminal of this size.
    pub(super) fn new(title: &str, (cols, rows): (u16, u16)) -> Self {
        let header = json!({
            "version": 2, "width": cols, "height": rows, "title": title, "env": { "TERM": "xterm-256color" },
        });
        Self { text: format!("{header}\n"), at_ms: 0, shown: None }
    }

    /// Time passes.
    pub(super) fn wait(&mut self, ms: u64) {
        self.at_ms += ms;
    }

    /// The screen looks so from now on; only the rows that have changed are written.
    pub(super) fn show(&mut self, screen: Buffer) {
        let mut out = String::new();
        if self.shown.is_none() {
            out.push_str("\x1b[?25l\x1b[2J");
        }
        let area = screen.area;
        for y in area.top()..area.bottom() {
            let row = |buffer: &Buffer| (area.left()..area.right()).map(|x| buffer[(x, y)].clone()).collect::<Vec<_>>();
            let cells = row(&screen);
            let is_shown = self.shown.as_ref().is_some_and(|before| before.area == area && row(before) == cells);
            if !is_shown {
                let _ = write!(out, "\x1b[{};1H", y + 1);
                write_row(&mut out, &cells);
            }
        }
        if !out.is_empty() {
            let (seconds, rest) = (self.at_ms / 1_000, self.at_ms % 1_000);
            let _ = writeln!(self.text, "[{seconds}.{rest:03}, \"o\", {}]", json!(out));
        }
        self.shown = Some(screen);
    }

    /// The file.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

fn write_row(out: &mut String, cells: &[Cell]) {
    let mut style = None;
    let mut n_covered = 0;
    for cell in cells {
        if n_covered > 0 {
            n_covered -= 1;
            continue;
        }
        let of_cell = (cell.fg, cell.bg, cell.modifier);
        if style != Some(of_cell) {
            write_style(out, of_cell);
            style = Some(of_cell);
        }
        out.push_str(cell.symbol());
        // a wide character covers the cell after it
        n_covered = usize::from(cell.symbol().cell_width().saturating_sub(1));
    }
    out.push_str("\x1b[0m");
}

fn write_style(out: &mut String, (fg, bg, modifier): (Color, Color, Modifier)) {
    out.push_str("\x1b[0");
    let marks = [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
        (Modifier::CROSSED_OUT, "9"),
    ];
    for (_, mark) in marks.iter().filter(|(of, _)| modifier.contains(*of)) {
        let _ = write!(out, ";{mark}");
    }
    write_color(out, fg, 30);
    write_color(out, bg, 40);
    out.push('m');
}

/// A colour as SGR says it: the eight at `base`, their bright ones sixty further.
fn write_color(out: &mut String, color: Color, base: u8) {
    let named = match color {
        Color::Reset => return,
        Color::Rgb(r, g, b) => {
            let _ = write!(out, ";{};2;{r};{g};{b}", base + 8);
            return;
        }
        Color::Indexed(n) => {
            let _ = write!(out, ";{};5;{n}", base + 8);
            return;
        }
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    let _ = write!(out, ";{}", base + named);
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn screen(rows: [&str; 2]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        for (y, text) in (0..).zip(rows) {
            buffer.set_string(0, y, text, Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        }
        buffer
    }

    #[test]
    fn only_rows_that_change_are_written_and_wide_characters_once() {
        let mut cast = Cast::new("t", (6, 2));
        cast.show(screen(["客户1", "ab"]));
        cast.wait(1_250);
        cast.show(screen(["客户1", "cd"]));
        cast.wait(10);
        cast.show(screen(["客户1", "cd"]));
        let text = cast.into_text();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), lines[0]["version"].as_u64()), (3, Some(2)), "what does not change is not told");
        let shown = |idx: usize| lines[idx][2].as_str().unwrap().to_owned();
        assert!(shown(1).contains("\x1b[1;1H\x1b[0;1;31m客户1"), "{:?}", shown(1));
        assert_eq!(lines[2][0].as_f64(), Some(1.25));
        assert!(shown(2).starts_with("\x1b[2;1H\x1b[0;1;31mcd") && !shown(2).contains("客户"), "{:?}", shown(2));
    }
}
