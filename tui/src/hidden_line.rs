//! A line that a terminal does not show, such as a PIN.

use std::io::{self, Write};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// The longest that is taken, in bytes.
pub const MAX_BYTES: usize = 64;

/// Reads what is typed up to Enter, a star on standard error for each character; none where it is given up.
pub fn read() -> io::Result<Option<String>> {
    enable_raw_mode()?;
    let typed = typed();
    // whatever was typed, the terminal is as it was
    let _ = disable_raw_mode();
    show("\n");
    typed
}

fn typed() -> io::Result<Option<String>> {
    let mut line = String::new();
    loop {
        let Event::Key(KeyEvent { code, modifiers, kind, .. }) = event::read()? else { continue };
        if kind == KeyEventKind::Release {
            continue;
        }
        match code {
            KeyCode::Enter => return Ok(Some(line)),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('c' | 'd') if modifiers.contains(KeyModifiers::CONTROL) => return Ok(None),
            KeyCode::Backspace if line.pop().is_some() => show("\u{8} \u{8}"),
            KeyCode::Char(c) if line.len() < MAX_BYTES => {
                line.push(c);
                show("*");
            }
            _ => {}
        }
    }
}

fn show(text: &str) {
    let mut out = io::stderr().lock();
    // without a terminal to say it on, what is typed is read all the same
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}
