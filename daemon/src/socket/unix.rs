//! The Unix socket: open to this user alone, and each connection checked for it.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use guide_common::paths::Paths;
use tokio::net::{UnixListener, UnixStream};

use super::{Lock, ServeError, announce, private_folder, unwritable};
use crate::reveals::Peer;

/// A socket that somebody else listens on, and passes.
pub type Passed = std::os::unix::net::UnixListener;

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
    serve(listener, paths)
}

/// Serves the socket that systemd listens on: the one that clients look for, in a folder that is this user's alone.
pub fn adopt(paths: &Paths, _lock: &Lock, passed: Passed) -> Result<LocalListener, ServeError> {
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
    serve(UnixListener::from_std(passed).map_err(not_served)?, paths)
}

/// Closes the socket to others, and notes where it is.
fn serve(listener: UnixListener, paths: &Paths) -> Result<LocalListener, ServeError> {
    fs::set_permissions(&paths.socket, fs::Permissions::from_mode(0o600)).map_err(unwritable(&paths.socket))?;
    announce(paths)?;
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
