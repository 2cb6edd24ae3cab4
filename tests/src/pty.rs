//! A program in a pseudo-terminal, as a person meets it, and timed so: from the key to the last byte before silence.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::program::path_of;

const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLS: NonZero<u16> = NonZero::new(120).unwrap();
/// So much silence ends a frame.
const QUIET: Duration = Duration::from_millis(60);
/// A key that has drawn nothing for so long draws nothing.
const SILENCE: Duration = Duration::from_millis(400);
/// What does not come within this time does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of a key.
#[derive(Clone, Copy, Debug)]
pub struct Keyed {
    /// To the last byte before silence; zero where nothing was drawn.
    pub settled: Duration,
    /// How many bytes were drawn.
    pub n_bytes: usize,
}

/// The interface at a terminal's home, which sees nothing of the machine's user.
pub fn interface(home: &Path, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(path_of("guide"));
    command.args(args);
    command.env_clear();
    let home = home.to_str().unwrap_or_default();
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "zh_CN.UTF-8"), ("GUIDE_HOME", home), ("HOME", home)] {
        command.env(name, value);
    }
    command
}

/// A program in a pseudo-terminal of 120×40.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// Every byte that the program has written.
    pub bytes: Vec<u8>,
    /// From before fork and exec to the last byte of the frame that showed what was awaited.
    pub first_frame: Duration,
}

impl Pty {
    /// Starts a program and waits until its screen shows all of `texts` and is quiet.
    pub fn start(command: CommandBuilder, texts: &[&str]) -> anyhow::Result<Self> {
        let size = PtySize { rows: ROWS.get(), cols: COLS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        let keyboard = pair.master.take_writer()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(ROWS, COLS, 0);
        let (bytes, first_frame) = (Vec::new(), Duration::ZERO);
        let mut pty = Self { child, master: pair.master, keyboard, output, screen, bytes, first_frame };
        let last = pty.until(texts).with_context(|| format!("the first frame: {texts:?}"))?;
        pty.first_frame = last - started;
        Ok(pty)
    }

    /// Presses keys and waits so long until the screen shows `text`; the time to the bytes that brought it.
    pub fn press_until(&mut self, keys: &str, text: &str, limit: Duration) -> anyhow::Result<Duration> {
        self.drain();
        let pressed = Instant::now();
        self.keyboard.write_all(keys.as_bytes())?;
        self.keyboard.flush()?;
        while pressed.elapsed() < limit {
            if let Ok((at, bytes)) = self.output.recv_timeout(limit) {
                self.feed(&bytes);
                if self.text().contains(text) {
                    return Ok(at - pressed);
                }
            }
        }
        anyhow::bail!("{text:?} did not come:\n{}", self.text())
    }

    /// Presses keys and waits until the screen shows all of `texts` and is quiet; the time to the last byte.
    pub fn press(&mut self, keys: &str, texts: &[&str]) -> anyhow::Result<Duration> {
        self.drain();
        let pressed = Instant::now();
        self.keyboard.write_all(keys.as_bytes())?;
        self.keyboard.flush()?;
        let last = self.until(texts).with_context(|| format!("after {keys:?}: {texts:?}"))?;
        Ok(last - pressed)
    }

    /// Presses a key and reads until nothing has come for a while; a key may draw nothing.
    pub fn key(&mut self, key: &str) -> anyhow::Result<Keyed> {
        self.drain();
        let pressed = Instant::now();
        self.type_only(key)?;
        let mut keyed = Keyed { settled: Duration::ZERO, n_bytes: 0 };
        // the first answer may take longer than the pause within one
        let mut patience = SILENCE;
        loop {
            match self.output.recv_timeout(patience) {
                Ok((at, bytes)) => {
                    self.feed(&bytes);
                    keyed = Keyed { settled: at - pressed, n_bytes: keyed.n_bytes + bytes.len() };
                    patience = QUIET;
                }
                Err(RecvTimeoutError::Timeout) => return Ok(keyed),
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the program ended:\n{}", self.text()),
            }
        }
    }

    /// Presses keys and waits until the screen shows what is looked for, be it there already.
    pub fn see(&mut self, keys: &str, is_shown: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        self.type_only(keys)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.settle();
            if is_shown(&self.text()) {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "did not come after {keys:?}:\n{}", self.text());
        }
    }

    /// The line is cut: the program is told as the kernel tells it, and its end is waited for.
    pub fn hang_up(&mut self) -> anyhow::Result<()> {
        let status = Command::new("kill").args(["-HUP", &self.pid()?.to_string()]).status()?;
        anyhow::ensure!(status.success(), "kill -HUP: {status}");
        self.wait().map(drop)
    }

    /// Presses keys and waits for nothing.
    pub fn type_only(&mut self, keys: &str) -> anyhow::Result<()> {
        self.keyboard.write_all(keys.as_bytes())?;
        Ok(self.keyboard.flush()?)
    }

    /// Waits for the program's end; whether it ended well.
    pub fn wait(&mut self) -> anyhow::Result<bool> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.settle();
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
        }
        anyhow::bail!("the program did not end:\n{}", self.text())
    }

    /// Reads what has come; the number of bytes.
    pub fn drain(&mut self) -> usize {
        let mut n_bytes = 0;
        while let Ok((_, bytes)) = self.output.try_recv() {
            n_bytes += bytes.len();
            self.feed(&bytes);
        }
        n_bytes
    }

    /// Reads until nothing has come for a while.
    pub fn settle(&mut self) {
        while let Ok((_, bytes)) = self.output.recv_timeout(QUIET) {
            self.feed(&bytes);
        }
    }

    /// The text of the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The columns in which a character stands in at least five rows: where the lines between panes are.
    pub fn columns_of(&self, char: &str) -> Vec<u16> {
        let has = |row, col| self.screen.screen().cell(row, col).is_some_and(|cell| cell.contents() == char);
        (0..COLS.get()).filter(|col| (0..ROWS.get()).filter(|row| has(*row, *col)).count() >= 5).collect()
    }

    /// The process.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.process_id().context("the program has ended")
    }

    fn until(&mut self, texts: &[&str]) -> anyhow::Result<Instant> {
        let deadline = Instant::now() + PATIENCE;
        let mut last = None;
        loop {
            match self.output.recv_timeout(QUIET) {
                Ok((at, bytes)) => {
                    self.feed(&bytes);
                    last = Some(at);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let shown = self.text();
                    if let Some(last) = last
                        && texts.iter().all(|text| shown.contains(text))
                    {
                        return Ok(last);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the program ended:\n{}", self.text()),
            }
            anyhow::ensure!(Instant::now() < deadline, "did not come within {PATIENCE:?}:\n{}", self.text());
        }
    }

    /// Shows bytes on the screen, and answers what the program asks of its terminal.
    fn feed(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.bytes.extend_from_slice(bytes);
        for (question, answer) in [(&b"\x1b[6n"[..], &b"\x1b[1;1R"[..]), (b"\x1b[c", b"\x1b[?62;22c")] {
            if bytes.windows(question.len()).any(|window| window == question) {
                let _ = self.keyboard.write_all(answer).and_then(|()| self.keyboard.flush());
            }
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = &self.master;
    }
}
