//! Somebody for whom `install.sh` installs, and folders to install from.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use guide::client::Client;

use crate::install::{Detached, folder_of};
use crate::program::folder;

const RC_FILES: [&str; 4] = [".bashrc", ".zshrc", ".profile", ".config/fish/config.fish"];

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Somebody's home, with start-up files of shells, and a `systemctl` that writes down what it was asked.
pub struct User {
    // it goes before the folder that names it
    _daemon: Detached,
    /// Holds the home, and what is installed from.
    pub folder: tempfile::TempDir,
}

impl User {
    /// A home in which nothing was installed.
    pub fn open() -> Self {
        let folder = folder();
        let home = folder.path().join("home");
        for file in RC_FILES {
            fs::create_dir_all(home.join(file).parent().unwrap()).unwrap();
            fs::write(home.join(file), format!("# {file}\n")).unwrap();
        }
        let tools = folder.path().join("tools");
        fs::create_dir(&tools).unwrap();
        let manager = folder.path().join("manager").display().to_string();
        let log = folder.path().join("systemctl.log").display().to_string();
        script(
            &tools.join("systemctl"),
            &format!("[ \"$2\" != show-environment ] || exec test -e {manager}\necho \"$*\" >>{log}"),
        );
        let daemon = Detached::with_state(&home.join(".local/state/guide"));
        Self { folder, _daemon: daemon }
    }

    /// The home.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A path below `.local`.
    pub fn local(&self, path: &str) -> PathBuf {
        self.home().join(".local").join(path)
    }

    /// A program that sees this home and nothing of the machine's user.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.folder.path().join("tools").display(), std::env::var("PATH").unwrap());
        command.env_clear().env("HOME", self.home()).env("PATH", path).env("LANG", "C.UTF-8").stdin(Stdio::null());
        command
    }

    /// Runs `install.sh`.
    pub fn install(&self, words: &[&str]) -> Output {
        self.command(Path::new("sh")).arg(root().join("install.sh")).args(words).output().unwrap()
    }

    /// Runs `install.sh`, which must succeed; what it said.
    #[track_caller]
    pub fn installs(&self, words: &[&str]) -> String {
        let output = self.install(words);
        assert!(output.status.success(), "{words:?}: {}\n{}", output.status, said(&output));
        said(&output)
    }

    /// Runs `install.sh`, which must refuse with a reason and change nothing.
    #[track_caller]
    pub fn refused(&self, words: &[&str], code: i32, reason: &str) {
        let before = self.files();
        let output = self.install(words);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert!(text.contains(reason), "{words:?}: {text}");
        self.is_as_before(&before, words);
    }

    /// Compares the files of the home with those of before.
    #[track_caller]
    pub fn is_as_before(&self, before: &BTreeMap<PathBuf, u64>, words: &[&str]) {
        let now = self.files();
        let differs = |(path, hash): &(&PathBuf, &u64)| before.get(*path) != Some(hash);
        let changed: Vec<_> = now.iter().filter(differs).map(|(path, _)| path).collect();
        let gone: Vec<_> = before.keys().filter(|path| !now.contains_key(*path)).collect();
        assert!(changed.is_empty() && gone.is_empty(), "{words:?} changed {changed:?} and removed {gone:?}");
    }

    /// Runs the installed `guide`, which must succeed; what it printed.
    #[track_caller]
    pub fn guide(&self, words: &[&str]) -> String {
        let output = self.command(&self.local("bin/guide")).args(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A client of the daemon.
    pub fn client(&self) -> Client {
        Client::at(&self.local("state/guide/run/guided.sock"))
    }

    /// Every file and folder of the home with what it holds, without what the daemon keeps and the folders above that.
    pub fn files(&self) -> BTreeMap<PathBuf, u64> {
        let mut found = BTreeMap::new();
        list(&self.home(), &mut found);
        let own = [self.local("state/guide"), self.local("share/guide")];
        found.retain(|path, _| !own.iter().any(|own| path.starts_with(own) || own.starts_with(path)));
        found
    }

    /// What `systemctl` was asked, a line each.
    pub fn asked_of_systemd(&self) -> String {
        fs::read_to_string(self.folder.path().join("systemctl.log")).unwrap_or_default()
    }

    /// Compares the start-up files of shells with those of before.
    #[track_caller]
    pub fn start_up_files_are_as_they_were(&self) {
        for file in RC_FILES {
            assert_eq!(fs::read_to_string(self.home().join(file)).unwrap(), format!("# {file}\n"));
        }
    }
}

fn list(folder: &Path, found: &mut BTreeMap<PathBuf, u64>) {
    use std::hash::{DefaultHasher, Hash, Hasher};
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut hasher = DefaultHasher::new();
        if path.is_dir() {
            list(&path, found);
        } else if path.is_file() {
            fs::read(&path).unwrap().hash(&mut hasher);
            path.metadata().unwrap().permissions().mode().hash(&mut hasher);
        }
        found.insert(path, hasher.finish());
    }
}

/// What a program said on both of its outputs.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Writes a shell script that can be run.
pub fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // what was there may be a link to one of the project's programs
    let _ = fs::remove_file(path);
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Programs that only pretend, which is enough for everything but the daemon.
pub fn pretenders(folder: &Path, version: &str) -> PathBuf {
    for program in ["guide", "guided", "guide-hub"] {
        let text = format!(
            "case \"$*\" in\n--version) echo {program} {version} ;;\n*'man --dir'*) echo page >\"$5/guide.1\" ;;\n\
             *completions*) echo completions ;;\nstop*) echo '\"served\": false' ;;\nesac"
        );
        script(&folder.join(program), &text);
    }
    folder.to_owned()
}

/// A folder for `--from`, of programs that lie in another.
pub fn packed(user: &User, programs: &Path, name: &str) -> String {
    let pack = user.folder.path().join(name).display().to_string();
    user.installs(&["--pack", &pack, "--built", programs.to_str().unwrap()]);
    pack
}

/// A folder for `--from` with programs that only pretend to be of a version.
pub fn pretended(user: &User, version: &str) -> String {
    let programs = pretenders(&user.folder.path().join(format!("programs-{version}")), version);
    packed(user, &programs, version)
}

/// A folder for `--from` with the real programs, of this version or the later one.
pub fn real(user: &User, name: &str, [guide, guided, hub]: [&str; 3]) -> String {
    let programs = user.folder.path().join(format!("programs-{name}"));
    folder_of(&programs, [("guide", guide), ("guided", guided), ("guide-hub", hub)]);
    for program in ["guide", "guided", "guide-hub"] {
        // without what only a debugger reads, where there is the tool for it: they are copied often
        let thin = programs.join("thin");
        let strip = Command::new("strip").arg("-o").arg(&thin).arg(programs.join(program)).output();
        if strip.is_ok_and(|output| output.status.success()) {
            fs::rename(&thin, programs.join(program)).unwrap();
        }
    }
    packed(user, &programs, name)
}

/// The programs of this version.
pub const THIS: [&str; 3] = ["guide", "guided", "guide-hub"];
