//! Asks the terminal how many columns it gives a character of ambiguous width: prints one and asks for the cursor
//! (DSR 6). Old Chinese consoles say two, and every frame would be torn there.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::glyph::GlyphSet;
use super::home::Home;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_millis(150);

/// A terminal that is asked, or known.
#[derive(Debug)]
pub struct Probe {
    terminal: String,
    asked_at: Option<Instant>,
    known: Option<u16>,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The set that fits.
    pub glyphs: GlyphSet,
    /// What was typed meanwhile.
    pub typed: String,
}

impl Probe {
    /// Asks, unless this terminal is known. The alternate screen must be open: nothing of it stays visible.
    pub fn ask(home: &Home, var: impl Fn(&str) -> Option<String>) -> io::Result<Self> {
        let host = var("SSH_CONNECTION").and_then(|value| value.split(' ').next().map(str::to_owned));
        let names = [var("TERM"), var("TERM_PROGRAM"), host];
        let terminal = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if let Some(known) = home.known_width(&terminal) {
            return Ok(Self { terminal, asked_at: None, known });
        }
        if cfg!(unix) {
            let mut out = io::stdout();
            out.write_all("\u{1b}[H“\u{1b}[6n\u{1b}[H\u{1b}[K".as_bytes())?;
            out.flush()?;
        }
        Ok(Self { terminal, asked_at: Some(Instant::now()), known: None })
    }

    /// Waits for what is left of the time, and remembers the answer.
    pub fn found(self, home: &Home) -> Found {
        let Some(asked_at) = self.asked_at else {
            return Found { glyphs: set_for(self.known), typed: String::new() };
        };
        let mut reply = Vec::new();
        let column = loop {
            if let Some(column) = column(&reply) {
                break Some(column);
            }
            let left = PATIENCE.saturating_sub(asked_at.elapsed());
            match read(left) {
                Some(bytes) => reply.extend(bytes),
                None => break None,
            }
        };
        home.keep_width(&self.terminal, column);
        Found { glyphs: set_for(column), typed: typed(&reply) }
    }
}

/// Only a cursor in the third column says that a character took two.
fn set_for(column: Option<u16>) -> GlyphSet {
    if column == Some(3) { GlyphSet::Safe } else { GlyphSet::Unicode }
}

/// The column of the first report in what was read.
fn column(reply: &[u8]) -> Option<u16> {
    report(reply).map(|(_, column)| column)
}

/// The range and the column of `ESC [ row ; column R`.
fn report(reply: &[u8]) -> Option<(std::ops::Range<usize>, u16)> {
    let starts = (0..reply.len()).filter(|at| reply[*at..].starts_with(b"\x1b["));
    for start in starts {
        let rest = &reply[start + 2..];
        let Some(end) = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b';')) else { continue };
        if rest[end] != b'R' {
            continue;
        }
        let text = std::str::from_utf8(&rest[..end]).ok()?;
        let column = text.split_once(';').and_then(|(_, column)| column.parse().ok())?;
        return Some((start..start + 2 + end + 1, column));
    }
    None
}

/// What was typed while the answer was waited for: plain characters; keys that send sequences are lost.
fn typed(reply: &[u8]) -> String {
    let mut rest = reply.to_vec();
    if let Some((range, _)) = report(reply) {
        rest.drain(range);
    }
    let text = String::from_utf8_lossy(&rest).into_owned();
    let plain = text.split('\u{1b}').next().unwrap_or_default();
    plain.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect()
}

/// Bytes of the terminal, within a time.
#[cfg(unix)]
fn read(limit: Duration) -> Option<Vec<u8>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = rustix::stdio::stdin();
    let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
    let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(limit.subsec_nanos()) };
    if poll(&mut waiting, Some(&limit)).ok()? == 0 {
        return None;
    }
    let mut bytes = [0; 256];
    let n = rustix::io::read(stdin, &mut bytes).ok().filter(|n| *n > 0)?;
    Some(bytes[..n].to_vec())
}

#[cfg(not(unix))]
fn read(_limit: Duration) -> Option<Vec<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_read_whatever_comes_around_it() {
        assert_eq!(column(b"\x1b[1;2R"), Some(2));
        assert_eq!(column(b"jj\x1b[A\x1b[1;3Rk"), Some(3));
        assert_eq!(column(b"\x1b[1;"), None);
        assert_eq!(column(b"\x1b[200~x"), None);
        assert_eq!(column(b""), None);
    }

    #[test]
    fn only_a_character_of_two_columns_changes_the_glyphs() {
        for (column, expected) in [
            (Some(3), GlyphSet::Safe),
            (Some(2), GlyphSet::Unicode),
            (Some(1), GlyphSet::Unicode),
            (None, GlyphSet::Unicode),
        ] {
            assert_eq!(set_for(column), expected);
        }
    }

    #[test]
    fn keys_typed_meanwhile_are_not_lost() {
        assert_eq!(typed(b"jj\x1b[1;3R6"), "jj6");
        assert_eq!(typed("：\u{1b}[1;2R".as_bytes()), "：");
        assert_eq!(typed(b"\x1b[1;3R\x1b[A"), "");
    }
}
