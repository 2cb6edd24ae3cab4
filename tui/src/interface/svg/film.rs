//! A film as one animated picture: what a row shows is drawn once and used by every frame that shows it, and each frame
//! is seen in its time, over and over again.

use std::collections::HashMap;
use std::fmt::Write;

use ratatui::buffer::Buffer;

use super::{CELL, Palette, draw_row, ends, head};

/// Frames with the times at which they begin.
#[derive(Debug, Default)]
pub struct Film {
    frames: Vec<(u64, Buffer)>,
    at_ms: u64,
}

impl Film {
    /// Time passes.
    pub fn wait(&mut self, ms: u64) {
        self.at_ms += ms;
    }

    /// The screen looks so from now on.
    pub fn show(&mut self, screen: Buffer) {
        match self.frames.last_mut() {
            Some((_, last)) if *last == screen => {}
            // nobody has seen it
            Some((at_ms, last)) if *at_ms == self.at_ms => *last = screen,
            _ => self.frames.push((self.at_ms, screen)),
        }
    }

    /// The picture; it is as large as the first frame.
    pub fn into_svg(self, palette: &Palette) -> String {
        let Some((_, first)) = self.frames.first() else { return String::new() };
        let mut svg = head(first, palette);
        let mut rows: HashMap<String, usize> = HashMap::new();
        let (mut defs, mut groups) = (String::new(), String::new());
        let total = self.at_ms.max(1) as f64;
        for (idx, (at_ms, frame)) in self.frames.iter().enumerate() {
            let until_ms = self.frames.get(idx + 1).map(|(at_ms, _)| *at_ms);
            // where nothing moves the first one is seen
            let visibility = if idx == 0 { "visible" } else { "hidden" };
            let _ = writeln!(groups, "<g visibility=\"{visibility}\">{}", seen(*at_ms, until_ms, total));
            for y in 0..frame.area.height {
                let mut row = String::new();
                draw_row(&mut row, frame, y, 0, palette);
                if row.is_empty() {
                    continue;
                }
                let n = rows.len();
                let id = *rows.entry(row).or_insert_with_key(|row| {
                    let _ = writeln!(defs, "<g id=\"r{n}\">\n{row}</g>");
                    n
                });
                let _ = write!(groups, "<use href=\"#r{id}\" y=\"{}\"/>", f32::from(y) * CELL.1);
            }
            groups.push_str("</g>\n");
        }
        let _ = write!(svg, "<defs>\n{defs}</defs>\n{groups}{}", ends());
        svg
    }
}

/// When a frame is seen, as parts of the whole.
fn seen(at_ms: u64, until_ms: Option<u64>, total: f64) -> String {
    let part = |ms: u64| (ms as f64 / total * 100_000.0).round() / 100_000.0;
    let (values, times) = match (at_ms, until_ms) {
        (0, None) => return String::new(),
        (0, Some(until)) => ("visible;hidden", format!("0;{}", part(until))),
        (at, None) => ("hidden;visible", format!("0;{}", part(at))),
        (at, Some(until)) => ("hidden;visible;hidden", format!("0;{};{}", part(at), part(until))),
    };
    format!(
        "<animate attributeName=\"visibility\" values=\"{values}\" keyTimes=\"{times}\" dur=\"{}s\" \
         calcMode=\"discrete\" repeatCount=\"indefinite\"/>",
        total / 1_000.0
    )
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_row_that_stays_is_drawn_once_and_each_frame_is_seen_in_its_time() {
        let screen = |second: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
            buffer.set_string(0, 0, "stays", Style::new());
            buffer.set_string(0, 1, second, Style::new());
            buffer
        };
        let mut film = Film::default();
        for text in ["one", "two", "one"] {
            film.show(screen(text));
            film.wait(500);
        }
        film.show(screen("one"));
        film.wait(500);
        let svg = film.into_svg(&Palette::DARK);
        assert_eq!(svg.matches("stays").count(), 1);
        assert_eq!((svg.matches("<g id=").count(), svg.matches("<animate").count()), (3, 3), "{svg}");
        for times in ["keyTimes=\"0;0.25\"", "keyTimes=\"0;0.25;0.5\"", "keyTimes=\"0;0.5\"", "dur=\"2s\""] {
            assert!(svg.contains(times), "{times}\n{svg}");
        }
    }
}
