//! Copying a text: through tmux, the desktop's own program, or the terminal (OSC 52), else into a file. What cannot be
//! confirmed is not claimed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

use crate::platform::{clipboard_bytes, private};

/// How long a program may take.
const PATIENCE: Duration = Duration::from_millis(700);

/// How a text was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// A program took it.
    By(&'static str),
    /// The terminal was asked; whether it did cannot be known.
    Asked,
    /// It is in a file.
    File(PathBuf),
    /// Nothing took it.
    Nowhere(String),
}

/// A way to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A program that reads the text.
    Program(&'static str, &'static [&'static str]),
    /// OSC 52.
    Terminal,
    /// A file of the user's own.
    File,
}

/// The ways of a session, the best first.
pub fn ways(var: impl Fn(&str) -> Option<String>) -> Vec<Way> {
    let is_set = |name| var(name).is_some_and(|value: String| !value.is_empty());
    let is_remote = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
    let mut ways = Vec::new();
    if is_set("TMUX") {
        ways.push(Way::Program("tmux", &["load-buffer", "-w", "-"]));
    }
    let mut native = Vec::new();
    if is_set("WAYLAND_DISPLAY") {
        native.push(Way::Program("wl-copy", &[]));
    }
    if is_set("DISPLAY") {
        native.push(Way::Program("xclip", &["-selection", "clipboard"]));
        native.push(Way::Program("xsel", &["--clipboard", "--input"]));
    }
    if is_set("WSL_DISTRO_NAME") || cfg!(windows) {
        native.push(Way::Program("clip.exe", &[]));
    }
    if cfg!(target_os = "macos") {
        native.push(Way::Program("pbcopy", &[]));
    }
    // a program at the far end would fill a clipboard that nobody sees
    if !is_remote {
        ways.extend(native);
    }
    let term = var("TERM").unwrap_or_default();
    if term != "linux" && term != "dumb" && !term.is_empty() {
        ways.push(Way::Terminal);
    }
    ways.push(Way::File);
    ways
}

/// Copies a text by the first way that works. Inside of tmux the terminal is asked as well: an old tmux keeps the text
/// to itself.
pub fn copy(text: &str, ways: &[Way], file: &Path) -> Copied {
    let mut why = String::new();
    for way in ways {
        match way {
            Way::Program(name, args) => match feed(name, args, text) {
                Ok(()) => return Copied::By(name),
                Err(error) => why = format!("{name}: {error}"),
            },
            Way::Terminal => match execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text)) {
                Ok(()) => return Copied::Asked,
                Err(error) => why = error.to_string(),
            },
            Way::File => match write(file, text) {
                Ok(()) => return Copied::File(file.to_owned()),
                Err(error) => why = format!("{}: {error}", file.display()),
            },
        }
    }
    Copied::Nowhere(why)
}

fn feed(name: &str, args: &[&str], text: &str) -> io::Result<()> {
    let mut command = Command::new(name);
    let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let fed = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(&clipboard_bytes(name, text)));
    let started = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return fed,
            Some(status) => return Err(io::Error::other(status.to_string())),
            None if started.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// Writes the text into a file that only its user may read.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    private(&mut options).open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(vars: &[(&str, &str)], expected: &[&str]) {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let names: Vec<&str> = ways(var)
            .into_iter()
            .map(|way| match way {
                Way::Program(name, _) => name,
                Way::Terminal => "OSC 52",
                Way::File => "file",
            })
            .collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn the_way_follows_the_session() {
        check(&[("TERM", "xterm")], &["OSC 52", "file"]);
        check(&[("TERM", "xterm"), ("TMUX", "/t,1,0")], &["tmux", "OSC 52", "file"]);
        check(&[("TERM", "xterm"), ("DISPLAY", ":0")], &["xclip", "xsel", "OSC 52", "file"]);
        check(&[("TERM", "foot"), ("WAYLAND_DISPLAY", "w"), ("SSH_CONNECTION", "1 2 3 4")], &["OSC 52", "file"]);
        check(&[("TERM", "linux")], &["file"]);
    }

    #[test]
    fn a_program_that_is_missing_or_hangs_gives_way_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/clipboard.txt");
        let ways = [
            Way::Program("no-such-program", &[]),
            Way::Program("false", &[]),
            Way::Program("sh", &["-c", "cat >/dev/null; exec sleep 5"]),
            Way::File,
        ];
        assert_eq!(copy("您好", &ways, &file), Copied::File(file.clone()));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "您好");
        assert_eq!(copy("再见", &[Way::Program("cat", &[])], &file), Copied::By("cat"));
    }
}
