//! The terminal: alternate screen, bracketed paste and synchronised frames, given back as it was on every way out.

use std::io::{self, Stdout, Write};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::App;
use super::view;

/// The terminal while the interface has it.
pub struct Session {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Session {
    /// Takes the terminal. A panic gives it back before it is reported.
    pub fn open() -> io::Result<Self> {
        let terminal = ratatui::try_init()?;
        let restore_and_report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // the report matters more than a terminal that cannot be written to
            let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste);
            restore_and_report(panic);
        }));
        execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(Self { terminal })
    }

    /// Draws a frame as one update, so that an input method's window never jumps with the cursor in between.
    pub fn draw(&mut self, app: &mut App) -> io::Result<()> {
        crossterm::queue!(io::stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view::draw(app, frame))?;
        execute!(io::stdout(), EndSynchronizedUpdate)
    }

    /// Asks the terminal to put a text on the clipboard (OSC 52); whether it does cannot be known.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?;
        io::stdout().flush()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // on the way out there is nobody left to tell
        let _ = execute!(io::stdout(), DisableBracketedPaste);
        ratatui::restore();
    }
}
