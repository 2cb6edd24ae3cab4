//! The terminal: alternate screen, bracketed paste, mouse and synchronised frames, given back as it was on every way
//! out.

use std::io::{self, Stdout, Write};
use std::mem::ManuallyDrop;

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::Color;

use super::app::App;
use super::settings::Mouse;
use super::view;

/// The terminal while the interface has it.
pub struct Session {
    // ratatui's own way out reports failures on standard error, and panics where that is the terminal that has gone
    terminal: ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>,
    is_in_tmux: bool,
}

/// Gives the last cell of each line a colour for underlining that nothing underlines. tmux writes a captured pane
/// (`capture-pane -e`) as one run of style changes over all lines: what reads it line by line would show a line that
/// begins as the one above ends without its colours. After such a cell tmux writes the whole style again.
fn end_lines(buffer: &mut Buffer) {
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        // the last cell, or both of a wide character
        for x in (area.left()..area.right()).rev().take(2) {
            let is_last = x + 1 == area.right() || buffer[(x, y)].cell_width() == 2;
            if is_last {
                buffer[(x, y)].underline_color = Color::DarkGray;
            }
        }
    }
}

impl Session {
    /// Takes the terminal. A panic gives it back before it is reported.
    pub fn open() -> io::Result<Self> {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            report(panic);
        }));
        take().inspect_err(|_| give_back())?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout())).inspect_err(|_| give_back())?;
        let is_in_tmux = std::env::var_os("TMUX").is_some();
        Ok(Self { terminal: ManuallyDrop::new(terminal), is_in_tmux })
    }

    /// Draws a frame as one update, so that an input method's window never jumps with the cursor in between.
    pub fn draw(&mut self, app: &mut App) -> io::Result<()> {
        crossterm::queue!(io::stdout(), BeginSynchronizedUpdate)?;
        let ends_lines = self.is_in_tmux && app.theme.has_colors();
        self.terminal.draw(|frame| {
            view::draw(app, frame);
            if ends_lines {
                end_lines(frame.buffer_mut());
            }
        })?;
        execute!(io::stdout(), EndSynchronizedUpdate)
    }

    /// Sends bytes that draw nothing.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn capture(&mut self, mouse: Mouse) -> io::Result<()> {
        match mouse {
            Mouse::Captured => execute!(io::stdout(), EnableMouseCapture),
            Mouse::Free => execute!(io::stdout(), DisableMouseCapture),
        }
    }

    /// Leaves the alternate screen and prints a text as it is, with a line under it that says how to come back.
    pub fn print(&mut self, text: &str, back: &str) -> io::Result<()> {
        execute!(io::stdout(), DisableMouseCapture, LeaveAlternateScreen, Show)?;
        let mut out = io::stdout();
        // the terminal stays raw, so that any key comes back
        for line in text.lines().chain(["", back]) {
            write!(out, "{line}\r\n")?;
        }
        out.flush()
    }

    /// Comes back from a printed text.
    pub fn resume(&mut self, mouse: Mouse) -> io::Result<()> {
        execute!(io::stdout(), EnterAlternateScreen)?;
        self.capture(mouse)?;
        self.terminal.clear()
    }

    /// Gives the terminal to another program.
    pub fn lend(&mut self) {
        give_back();
    }

    /// Takes it again, and draws everything anew.
    pub fn take_again(&mut self, mouse: Mouse) -> io::Result<()> {
        take()?;
        self.capture(mouse)?;
        self.terminal.clear()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)
}

/// Gives the terminal back as it was. A terminal that has gone needs nothing.
pub fn give_back() {
    let _ = disable_raw_mode();
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
}
