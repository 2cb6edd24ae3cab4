//! Starts `guided` where none serves. Whether one serves is asked of the daemon itself: a file or a process proves
//! nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use guide_common::paths::{Paths, socket_fault};
use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::local::Health;

use crate::cli::upgrade::settle;
use crate::client::{Client, ClientError};
use crate::lang::problem::Explained;
use crate::lang::{Pair, pick};
use crate::platform::{Started, is_program};
use crate::text;

/// How long a start may take. Opening a store after a crash may take seconds; serving comes before checking.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often is asked whether it serves.
const PAUSE: Duration = Duration::from_millis(3);
/// How long one that is about to end may keep the next from starting.
const HANDOVER: Duration = Duration::from_secs(8);
/// How often it is tried meanwhile.
const HANDOVER_PAUSE: Duration = Duration::from_millis(50);

/// Why no daemon serves.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The socket's path cannot be used.
    #[error("{0}")]
    Socket(String),
    /// The program is neither beside this one nor in `PATH`.
    #[error("guided was found neither beside this program nor in PATH")]
    Missing,
    /// It could not be run, or ended at once.
    #[error("guided did not start: {detail}")]
    Ended {
        /// Its last words, or the system's.
        detail: String,
        /// Its logs.
        log: PathBuf,
    },
    /// The daemon that serves is of a version whose answers are not understood.
    #[error("guided {version} serves, and this guide is the older {}", env!("CARGO_PKG_VERSION"))]
    NewerDaemon {
        /// The daemon's.
        version: String,
    },
    /// The daemon that serves is too old, and does not make way.
    #[error("guided {version} serves and does not make way for guide {}", env!("CARGO_PKG_VERSION"))]
    OlderDaemon {
        /// The daemon's.
        version: String,
        /// Its process.
        pid: u32,
    },
    /// It runs, or seems to, and does not answer.
    #[error("guided does not answer after {} s", PATIENCE.as_secs())]
    Silent {
        /// Its logs.
        log: PathBuf,
    },
}

impl StartError {
    /// As a sentence with the next step.
    pub fn explain(&self, lang: Lang) -> Explained {
        let see = |log: &Path| log.is_dir().then(|| text!(lang, "查看日志 {}", "see the log in {}", log.display()));
        match self {
            Self::Socket(fault) => Explained {
                what: text!(lang, "后台程序的套接字路径太长 ({fault})", "{fault}"),
                next: match lang {
                    Lang::Zh => Some("把 GUIDE_HOME 设为较短的文件夹".to_owned()),
                    Lang::En => None,
                },
            },
            Self::Missing => Explained {
                what: text!(
                    lang,
                    "找不到后台程序 guided（本程序旁边和 PATH 里都没有）",
                    "guided is neither beside this program nor in PATH"
                ),
                next: Some(text!(lang, "重新安装：./install.sh", "install again: ./install.sh")),
            },
            Self::Ended { detail, .. } if detail.contains("os error 28") => Explained {
                what: text!(
                    lang,
                    "磁盘已满，后台程序 guided 没能启动；已保存的都在",
                    "the disk is full and guided did not start; what was saved is safe"
                ),
                next: Some(text!(lang, "腾出空间再运行一次", "make room and run it again")),
            },
            Self::Ended { detail, log } if named(detail).is_some() => {
                let (what, next) = named(detail).unwrap_or_default();
                let what = pick(lang, what);
                match next.1.is_empty() {
                    // the cause is in guided's own words
                    true => Explained { what: format!("{what} ({detail})"), next: see(log) },
                    false => Explained { what: what.to_owned(), next: Some(pick(lang, next).to_owned()) },
                }
            }
            Self::Ended { detail, log } => Explained {
                what: text!(lang, "后台程序 guided 没能启动：{detail}", "guided did not start: {detail}"),
                next: see(log),
            },
            Self::NewerDaemon { version } => Explained {
                what: text!(
                    lang,
                    "后台程序 guided {} 比这个 guide {} 新，它的回答看不懂；已保存的记录都在",
                    "guided {} is newer than this guide {}, which does not understand it; what was saved is safe",
                    sanitise(version, Lines::One, 40),
                    env!("CARGO_PKG_VERSION")
                ),
                next: Some(text!(
                    lang,
                    "用新版的 guide（与 guided 在同一文件夹），或重新安装新版",
                    "run the newer guide, which lies beside that guided, or install the newer version again"
                )),
            },
            Self::OlderDaemon { version, pid } => Explained {
                what: text!(
                    lang,
                    "后台程序 guided {} 太旧，又不肯让位给 guide {}；已保存的记录都在",
                    "guided {} is too old for guide {} and does not make way; what was saved is safe",
                    sanitise(version, Lines::One, 40),
                    env!("CARGO_PKG_VERSION")
                ),
                next: Some(text!(
                    lang,
                    "kill {pid}，再运行一次，会启动新版",
                    "kill {pid}, then run it again, which starts the newer one"
                )),
            },
            Self::Silent { log } => Explained {
                what: text!(
                    lang,
                    "后台程序 guided {} 秒内没有应答",
                    "guided does not answer after {} s",
                    PATIENCE.as_secs()
                ),
                next: see(log),
            },
        }
    }
}

/// What the code says with which guided's last words end, and the next step where it is not the log.
fn named(detail: &str) -> Option<(Pair, Pair)> {
    let code = detail.trim_end().strip_suffix(')')?.rsplit_once('(')?.1;
    let log = ("", "");
    Some(match code {
        "training_terminal" => (
            ("本机登记为练习终端，后台程序没有启动", "this terminal is enrolled for training: guided did not start"),
            (
                "用 guided run --clock virtual --clock-file 文件 启动",
                "start guided run --clock virtual --clock-file FILE",
            ),
        ),
        "real_terminal" => (
            ("本机登记为正式终端，不能用练习时钟", "this terminal is enrolled for real work, not on a virtual clock"),
            ("不带 --clock virtual 启动 guided", "start guided without --clock virtual"),
        ),
        "already_serves" => (("另一个后台程序正在运行", "another guided serves this folder"), log),
        "newer_store" => (
            (
                "本机数据由更新的版本写成，这个版本不打开它；什么都没有改动，已保存的记录都在",
                "a newer version wrote what lies on this terminal, and this one does not open it; nothing was changed, what was \
                 saved is safe",
            ),
            ("重新安装那个较新的版本", "install the newer version again"),
        ),
        "socket_taken" => (
            ("另一个程序占着后台程序的套接字", "another program listens on the daemon's socket"),
            (
                "若由 systemd 管理：systemctl --user restart guided.socket",
                "where systemd keeps it: systemctl --user restart guided.socket",
            ),
        ),
        "socket_passed" => (("systemd 交来的套接字不能用", "the socket that systemd passed cannot be served"), log),
        "socket_path" => (
            ("后台程序的套接字路径不能用", "the path of the daemon's socket cannot be used"),
            ("把 GUIDE_HOME 设为较短的文件夹", "set GUIDE_HOME to a shorter folder"),
        ),
        "folder_unwritable" => (("数据文件夹不可写", "the folder cannot be written to"), log),
        "folder_unsafe" => (
            ("其他用户能写入数据文件夹，后台程序拒绝使用", "others can write to the folder: guided refuses it"),
            ("chmod 700 该文件夹", "chmod 700 the folder"),
        ),
        "profile" => (("本机的登记资料无法识别", "the terminal's profile is not understood"), log),
        "store" => (("本机数据打不开；已保存的记录都在", "the store cannot be opened; what was saved is safe"), log),
        _ => return None,
    })
}

/// The daemon that serves; it is started where none does, and an older one makes way for it.
pub async fn client(paths: &Paths) -> Result<Client, StartError> {
    if let Some(fault) = socket_fault(&paths.socket) {
        return Err(StartError::Socket(fault));
    }
    let (client, health) = match serving(paths).await {
        Ok(found) => found,
        Err(_) => start(paths).await?,
    };
    settle(client, health, paths).await
}

/// Starts a daemon. While one that is about to end holds the lock, that is tried again.
pub(crate) async fn start(paths: &Paths) -> Result<(Client, Health), StartError> {
    let program = beside_or_in_path("guided").ok_or(StartError::Missing)?;
    let handed_over_by = Instant::now() + HANDOVER;
    loop {
        match start_once(&program, paths).await {
            Err(StartError::Ended { detail, .. })
                if detail.ends_with("(already_serves)") && Instant::now() < handed_over_by =>
            {
                tokio::time::sleep(HANDOVER_PAUSE).await;
            }
            started => return started,
        }
    }
}

async fn start_once(program: &Path, paths: &Paths) -> Result<(Client, Health), StartError> {
    let ended = |detail: String| StartError::Ended { detail, log: paths.log() };
    let started = Started::new(program, &["run", "--detach"], paths.log());
    let mut started = started.map_err(|error| ended(format!("{}: {error}", program.display())))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match serving(paths).await {
            Ok(found) => {
                // reaped where it has ended; a `--detach` that lingers is not waited for
                let _ = started.failed();
                return Ok(found);
            }
            Err(error) if Instant::now() > deadline => {
                drop(error);
                return Err(StartError::Silent { log: paths.log() });
            }
            Err(_) => {}
        }
        if let Err(words) = started.failed() {
            // another guide may have started one in the same moment
            return serving(paths).await.map_err(|_| ended(words));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The daemon that answers, if one does: neither a file nor a process says so, only its answer.
pub(crate) async fn serving(paths: &Paths) -> Result<(Client, Health), ClientError> {
    let client = Client::find(paths).await?;
    let health = client.health().await?;
    Ok((client, health))
}

/// A program of ours: beside this one, else in `PATH`.
pub fn beside_or_in_path(name: &str) -> Option<PathBuf> {
    beside(name).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(file_name(name))).find(|file| is_program(file))
    })
}

/// A program of ours beside this one.
pub fn beside(name: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let own = own.canonicalize().unwrap_or(own);
    Some(own.parent()?.join(file_name(name))).filter(|file| is_program(file))
}

/// What a program's file is called: on Windows with `.exe`.
fn file_name(program: &str) -> String {
    format!("{program}{}", std::env::consts::EXE_SUFFIX)
}
