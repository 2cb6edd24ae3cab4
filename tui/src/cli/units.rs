//! What `guide doctor` looks at where systemd starts the daemon: a user's units end with the user's last session, unless
//! the user lingers.

use std::path::{Path, PathBuf};

use guide_common::paths::Paths;
use guide_common::wire::support::{Check, CheckState};

use crate::cli::own_checks::{check, fixed};

/// The unit that listens for clients.
const UNIT: &str = "guided.socket";
/// Where systemd looks for the units of all users.
const FOLDERS: [&str; 4] =
    ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user", "/usr/local/share/systemd/user"];
/// Holds a file for each user who lingers, by name.
const LINGERING: &str = "/var/lib/systemd/linger";

/// What is known of the user's units.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    /// The unit, where it is installed.
    socket: Option<PathBuf>,
    /// Whether units go on after the last session; none where the user's name is not known.
    lingers: Option<bool>,
}

impl Units {
    /// Reads it. Under `GUIDE_HOME` no unit is looked for: they are of the user's own `guide`.
    pub(crate) fn read(paths: &Paths) -> Self {
        if paths.portable {
            return Self::default();
        }
        let own = [paths.config.parent(), paths.data.parent()].into_iter().flatten();
        let own = own.map(|folder| folder.join("systemd/user"));
        let folders = own.chain(FOLDERS.into_iter().map(PathBuf::from));
        let user =
            ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var_os(name).filter(|user| !user.is_empty()));
        Self {
            socket: folders.map(|folder| folder.join(UNIT)).find(|unit| unit.is_file()),
            lingers: user.map(|user| Path::new(LINGERING).join(user).exists()),
        }
    }

    /// What is said of them: nothing where none is installed.
    pub(crate) fn checks(&self) -> Option<Check> {
        let unit = self.socket.as_ref()?.display().to_string();
        let name = ("退出登录后", "After logout");
        let fix = ("loginctl enable-linger", "loginctl enable-linger");
        Some(match self.lingers {
            Some(true) => check("linger", CheckState::Ok, name, ("后台程序继续运行", "the daemon goes on"), &[&unit]),
            Some(false) => {
                let found =
                    ("后台程序随登录结束而停止，不再同步", "the daemon stops with the last session, and sync with it");
                fixed(check("linger", CheckState::Warn, name, found, &[&unit]), fix)
            }
            None => {
                let found = ("不知道后台程序是否继续运行", "whether the daemon goes on is not known");
                fixed(check("linger", CheckState::Warn, name, found, &[&unit]), fix)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_state(socket: Option<&str>, lingers: Option<bool>, expected: Option<CheckState>) {
        let found = Units { socket: socket.map(PathBuf::from), lingers }.checks();
        assert_eq!(found.as_ref().map(|check| check.state), expected);
        let fix = found.and_then(|check| check.fix).map(|fix| fix.en);
        assert_eq!(fix.as_deref(), (expected == Some(CheckState::Warn)).then_some("loginctl enable-linger"));
    }

    #[test]
    fn where_units_are_installed_it_says_whether_the_user_lingers_and_the_command_for_it() {
        check_state(None, Some(false), None);
        check_state(Some("/u/guided.socket"), Some(true), Some(CheckState::Ok));
        check_state(Some("/u/guided.socket"), Some(false), Some(CheckState::Warn));
        check_state(Some("/u/guided.socket"), None, Some(CheckState::Warn));
    }

    #[test]
    fn a_unit_in_the_users_own_folder_is_found_and_under_guide_home_none_is_looked_for() {
        let home = tempfile::tempdir().unwrap();
        let units = home.path().join("data/systemd/user");
        std::fs::create_dir_all(&units).unwrap();
        std::fs::write(units.join(UNIT), "").unwrap();
        let env = guide_common::paths::Env {
            config_dir: home.path().join("config/guide"),
            data_dir: home.path().join("data/guide"),
            state_dir: home.path().join("state/guide"),
            ..Default::default()
        };
        assert_eq!(Units::read(&Paths::of(&env)).socket, Some(units.join(UNIT)));
        let portable = guide_common::paths::Env { guide_home: Some(home.path().to_owned()), ..env };
        assert_eq!(Units::read(&Paths::of(&portable)).socket, None);
    }
}
