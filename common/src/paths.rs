//! Where things lie: a pure function of the environment, the same for all programs.

use std::hash::Hasher;
use std::path::{Path, PathBuf};

use siphasher::sip::SipHasher24;

/// What the environment says; read once, in each `main`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    /// `GUIDE_HOME`: everything under one folder.
    pub guide_home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// The user's folder for configuration of `guide`, as `directories` finds it.
    pub config_dir: PathBuf,
    /// The user's folder for data of `guide`.
    pub data_dir: PathBuf,
    /// The user's folder for state of `guide`.
    pub state_dir: PathBuf,
}

/// The folders and files of one user's `guide`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds `guides/<id>/` with cache, journal and token, and the hub's data.
    pub data: PathBuf,
    /// Holds `log/`, `guided.lock` and the file `socket`.
    pub state: PathBuf,
    /// The socket that a daemon binds; on Windows the name of its pipe.
    pub socket: PathBuf,
    /// Whether everything lies under `GUIDE_HOME`.
    pub portable: bool,
}

/// The longest path that a Unix socket may have, in bytes.
pub const MAX_SOCKET_BYTES: usize = 100;

impl Paths {
    /// The paths of an environment.
    pub fn of(env: &Env) -> Self {
        if let Some(home) = &env.guide_home {
            return Self {
                config: home.join("config"),
                data: home.join("data"),
                state: home.join("state"),
                socket: local_end(&home.join("run"), &home.join("state")),
                portable: true,
            };
        }
        let run = env.runtime_dir.as_ref().map_or_else(|| env.state_dir.join("run"), |dir| dir.join("guide"));
        Self {
            config: env.config_dir.clone(),
            data: env.data_dir.clone(),
            state: env.state_dir.clone(),
            socket: local_end(&run, &env.state_dir),
            portable: false,
        }
    }

    /// The file in which the daemon writes the path of the socket that it serves.
    pub fn socket_note(&self) -> PathBuf {
        self.state.join("socket")
    }

    /// The single-instance lock.
    pub fn lock(&self) -> PathBuf {
        self.state.join("guided.lock")
    }

    /// The folder of logs.
    pub fn log(&self) -> PathBuf {
        self.state.join("log")
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file that holds the demo's time, read by daemon and hub alike.
    pub fn virtual_clock(&self) -> PathBuf {
        self.state.join("clock")
    }

    /// What the terminal keeps of guides.
    pub fn guides(&self) -> PathBuf {
        self.data.join("guides")
    }

    /// The embedded hub's data.
    pub fn hub(&self) -> PathBuf {
        self.data.join("hub")
    }
}

/// Where a daemon listens: a socket in a folder, on Windows a named pipe, which lies in no folder.
fn local_end(run: &Path, state: &Path) -> PathBuf {
    if cfg!(windows) { pipe_name(state) } else { run.join("guided.sock") }
}

/// The name of the pipe of a daemon whose state lies in a folder. Names of pipes are shared by all users of a machine: two
/// folders have two names, and one folder has one however its path is written.
pub fn pipe_name(state: &Path) -> PathBuf {
    let folder = state.to_string_lossy().to_lowercase().replace('/', "\\");
    let mut hasher = SipHasher24::new();
    hasher.write(folder.trim_end_matches('\\').as_bytes());
    PathBuf::from(format!(r"\\.\pipe\guide-{:016x}", hasher.finish()))
}

/// Where state lies where the system knows no folder for it: with the data, on Windows beside it.
pub fn state_with(data: &Path) -> PathBuf {
    if cfg!(windows) { data.with_file_name("state") } else { data.to_owned() }
}

/// Says why a socket path cannot be used, or nothing.
pub fn socket_fault(socket: &Path) -> Option<String> {
    let length = socket.as_os_str().len();
    (length > MAX_SOCKET_BYTES).then(|| {
        format!(
            "the socket's path has {length} bytes and may have {MAX_SOCKET_BYTES}: set GUIDE_HOME to a shorter folder"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(windows, ignore = "a pipe lies in no folder")]
    fn guide_home_puts_everything_under_one_folder() {
        let paths =
            Paths::of(&Env { guide_home: Some("/g".into()), runtime_dir: Some("/run/u".into()), ..Env::default() });
        for path in [&paths.config, &paths.data, &paths.state, &paths.socket] {
            assert!(path.starts_with("/g"), "{path:?}");
        }
    }

    #[test]
    #[cfg_attr(windows, ignore = "a pipe lies in no folder")]
    fn the_socket_lies_in_the_runtime_folder_else_in_the_state_folder() {
        let mut env = Env { runtime_dir: Some("/run/u".into()), state_dir: "/s".into(), ..Env::default() };
        assert_eq!(Paths::of(&env).socket, Path::new("/run/u/guide/guided.sock"));
        env.runtime_dir = None;
        assert_eq!(Paths::of(&env).socket, Path::new("/s/run/guided.sock"));
    }

    #[test]
    fn a_pipe_has_a_name_of_its_own_for_each_state_folder_and_the_same_however_the_path_is_written() {
        let name = |folder: &str| pipe_name(Path::new(folder)).to_str().unwrap().to_owned();
        let lin = name(r"C:\Users\lin\AppData\Local\guide\state");
        assert_eq!(lin, name(r"c:\users\LIN/AppData\Local\guide\state\"));
        assert_ne!(lin, name(r"C:\Users\zhou\AppData\Local\guide\state"));
        assert_ne!(name(r"D:\顾问"), name(r"D:\导购"));
        let digits = lin.strip_prefix(r"\\.\pipe\guide-").unwrap();
        assert!(digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{lin}");
        assert_eq!(socket_fault(Path::new(&lin)), None);
    }

    #[test]
    fn a_socket_path_that_is_too_long_is_refused_with_the_reason() {
        assert!(socket_fault(Path::new(&"x".repeat(101))).unwrap().contains("GUIDE_HOME"));
        assert_eq!(socket_fault(Path::new("/run/user/1000/guide/guided.sock")), None);
    }
}
