//! A program in a pane of tmux, as many guides who work over SSH have it: a server of its own on a socket of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::program::{path_of, wait_for};

/// A tmux server with one session; dropped, it is ended with all that runs in it.
pub struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    /// A server in a folder, or why there can be none. Where CI runs there must be one.
    pub fn find(folder: &Path) -> Result<Self, String> {
        match Command::new("tmux").arg("-V").stdin(Stdio::null()).output() {
            Ok(output) if output.status.success() => Ok(Self { socket: folder.join("tmux") }),
            found => {
                let why = format!("tmux is not installed here, ./test.sh installs it where it may: {found:?}");
                assert!(std::env::var_os("CI").is_none(), "{why}");
                Err(why)
            }
        }
    }

    /// Opens the interface of a terminal's home in a new session of 100×30, and waits until it shows a text.
    pub fn open(&self, home: &Path, text: &str) {
        let (guide, home) = (path_of("guide"), home.display());
        let command = format!("exec env GUIDE_HOME={home} HOME={home} LANG=C.UTF-8 {} --lang zh", guide.display());
        let output = self.run(&["-u", "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", &command]);
        assert!(output.status.success(), "{output:?}");
        self.see("", text);
    }

    /// Types a text and waits until the pane shows another.
    #[track_caller]
    pub fn see(&self, keys: &str, text: &str) {
        if !keys.is_empty() {
            assert!(self.run(&["send-keys", "-l", keys]).status.success(), "{keys:?}");
        }
        wait_for(&format!("{text:?} after {keys:?}"), || self.text().contains(text).then_some(()));
    }

    /// Presses a key by its name, such as `Enter`, and waits until the pane shows a text.
    #[track_caller]
    pub fn press(&self, key: &str, text: &str) {
        assert!(self.run(&["send-keys", key]).status.success(), "{key:?}");
        wait_for(&format!("{text:?} after {key}"), || self.text().contains(text).then_some(()));
    }

    /// What the pane shows.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// The process in the pane.
    pub fn pid(&self) -> u32 {
        let output = self.run(&["display-message", "-p", "#{pane_pid}"]);
        String::from_utf8_lossy(&output.stdout).trim().parse().unwrap()
    }

    /// Closes the session, and with it the pane's terminal; the program in it is gone after that.
    pub fn close(&self) {
        let process = PathBuf::from(format!("/proc/{}", self.pid()));
        assert!(self.run(&["kill-session"]).status.success());
        wait_for("the program to end with its terminal", || (!process.exists()).then_some(()));
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.env_remove("TMUX").env("LC_ALL", "C.UTF-8").arg("-S").arg(&self.socket).args(args);
        command.stdin(Stdio::null()).output().unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.run(&["kill-server"]);
    }
}
