//! The Unix socket: bound under the single-instance lock, open to this user alone, and each connection checked for it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use guide_common::paths::{Paths, socket_fault};
use tokio::net::{UnixListener, UnixStream};

use crate::outbox::recover::replace;
use crate::reveals::Peer;

/// Why the daemon cannot begin to serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket's path is too long.
    #[error("{0}")]
    Path(String),
    /// A folder or file cannot be made.
    #[error("{} cannot be written; set GUIDE_HOME to a folder of your own", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The socket's folder is open to others.
    #[error("{} {reason}; others could take the socket's place", path.display())]
    Unsafe {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something else listens where this one would.
    #[error("another program listens on {}: this one leaves it alone", path.display())]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// The socket that systemd passed cannot be served.
    #[error("the socket that systemd passed is not served: {reason}")]
    Passed {
        /// What is wrong with it.
        reason: String,
    },
    /// Another daemon holds the lock.
    #[error("another guided (pid {pid}) serves this folder")]
    AlreadyServes {
        /// Its process, as the lock names it.
        pid: String,
    },
}

impl ServeError {
    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Path(_) => "socket_path",
            Self::Unwritable { .. } => "folder_unwritable",
            Self::Unsafe { .. } => "folder_unsafe",
            Self::Taken { .. } => "socket_taken",
            Self::Passed { .. } => "socket_passed",
            Self::AlreadyServes { .. } => "already_serves",
        }
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> ServeError {
    let path = path.to_owned();
    move |source| ServeError::Unwritable { path, source }
}

/// The single-instance lock; it is given up when the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] fs::File);

/// Makes the folders and takes the lock.
pub fn take_lock(paths: &Paths) -> Result<Lock, ServeError> {
    if let Some(fault) = socket_fault(&paths.socket) {
        return Err(ServeError::Path(fault));
    }
    let folders = [&paths.data, &paths.state, &paths.log(), &paths.guides()];
    for folder in folders {
        private_folder(folder)?;
    }
    let path = paths.lock();
    let file = fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = file.map_err(unwritable(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let pid = io::read_to_string(&file).unwrap_or_default().trim().to_owned();
            return Err(ServeError::AlreadyServes { pid: if pid.is_empty() { "unknown".to_owned() } else { pid } });
        }
        Err(fs::TryLockError::Error(source)) => return Err(ServeError::Unwritable { path, source }),
    }
    // a full disk must not keep this from starting
    crate::upkeep::make_room(&paths.data);
    use io::Write;
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(unwritable(&path))?;
    Ok(Lock(file))
}

fn private_folder(folder: &Path) -> Result<(), ServeError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unwritable(folder))
}

/// Binds the socket. Holding the lock makes it safe to remove one that a killed daemon left: whoever listens there is no
/// guided, but it may be systemd, which would go on listening where nobody can reach it.
pub async fn bind(paths: &Paths, _lock: &Lock) -> Result<LocalListener, ServeError> {
    let folder = paths.socket.parent().unwrap_or(Path::new("/"));
    private_folder(folder)?;
    check_folder(folder)?;
    match UnixStream::connect(&paths.socket).await {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => {}
        _ => return Err(ServeError::Taken { path: paths.socket.clone() }),
    }
    match fs::remove_file(&paths.socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&paths.socket)(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&paths.socket).map_err(unwritable(&paths.socket))?;
    announce(listener, paths)
}

/// Serves the socket that systemd listens on: the one that clients look for, in a folder that is this user's alone.
pub fn adopt(
    paths: &Paths,
    _lock: &Lock,
    passed: std::os::unix::net::UnixListener,
) -> Result<LocalListener, ServeError> {
    let not_served = |error: io::Error| ServeError::Passed { reason: error.to_string() };
    let address = passed.local_addr().map_err(not_served)?;
    if address.as_pathname() != Some(&paths.socket) {
        let passed = address.as_pathname().map_or_else(|| "at no path".to_owned(), |path| path.display().to_string());
        let wanted = paths.socket.display();
        return Err(ServeError::Passed {
            reason: format!(
                "it is {passed}, and guide looks for {wanted}: ListenStream in guided.socket must name that"
            ),
        });
    }
    check_folder(paths.socket.parent().unwrap_or(Path::new("/")))?;
    passed.set_nonblocking(true).map_err(not_served)?;
    announce(UnixListener::from_std(passed).map_err(not_served)?, paths)
}

/// Closes the socket to others, and notes where it is.
fn announce(listener: UnixListener, paths: &Paths) -> Result<LocalListener, ServeError> {
    fs::set_permissions(&paths.socket, fs::Permissions::from_mode(0o600)).map_err(unwritable(&paths.socket))?;
    let note = paths.socket_note();
    replace(&note, format!("{}\n", paths.socket.display()).as_bytes()).map_err(unwritable(&note))?;
    Ok(LocalListener { listener })
}

fn check_folder(folder: &Path) -> Result<(), ServeError> {
    let unsafe_for = |reason| ServeError::Unsafe { path: folder.to_owned(), reason };
    let found = fs::symlink_metadata(folder).map_err(unwritable(folder))?;
    if found.file_type().is_symlink() {
        return Err(unsafe_for("is a symbolic link"));
    }
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(unsafe_for("belongs to another user"));
    }
    if found.mode() & 0o022 != 0 {
        return Err(unsafe_for("can be written by others"));
    }
    Ok(())
}

/// Removes the socket and its note at a clean stop, where they are the daemon's own: on what systemd listens, the next
/// client is heard, and the note leads there.
pub fn remove(paths: &Paths) {
    for path in [paths.socket.clone(), paths.socket_note()] {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "removing at the end");
        }
    }
}

/// Accepts connections of this user.
#[derive(Debug)]
pub struct LocalListener {
    listener: UnixListener,
}

impl Listener for LocalListener {
    type Io = UnixStream;
    type Addr = tokio::net::unix::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            match stream.peer_cred() {
                Ok(peer) if peer.uid() == rustix::process::geteuid().as_raw() => return (stream, address),
                Ok(peer) => tracing::warn!(uid = peer.uid(), "a connection of another user was refused"),
                Err(error) => tracing::warn!(%error, "a connection whose user is unknown was refused"),
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, LocalListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, LocalListener>) -> Self {
        let peer = stream.io().peer_cred().ok();
        Self { uid: peer.map(|peer| peer.uid()), pid: peer.and_then(|peer| peer.pid()) }
    }
}
