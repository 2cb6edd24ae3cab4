//! The named pipe: this user alone may open it, nobody over the network, and the name is taken by its first server only.

use std::fs;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use guide_common::paths::Paths;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::named_pipe::tokio::{PipeListener, PipeStream};
use interprocess::os::windows::named_pipe::{PipeListenerOptions, PipeMode};
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::windows::named_pipe::ClientOptions;
use widestring::U16CString;

use super::{Lock, ServeError, announce, unwritable};
use crate::platform::own_sid;
use crate::reveals::Peer;

/// How long after a failed connection the next one is waited for.
const PAUSE: Duration = Duration::from_millis(100);
/// What the system keeps of what one side has not read yet.
const BUFFER_BYTES: u32 = 64 * 1024;

/// A pipe that somebody else listens on: there is none.
#[derive(Debug)]
pub enum Passed {}

/// Takes the pipe's name. A name that is taken is left alone: whoever has it is no guided, since this one holds the lock.
pub async fn bind(paths: &Paths, _lock: &Lock) -> Result<LocalListener, ServeError> {
    // Wine lets a second server have a name: whoever answers there has it
    if ClientOptions::new().open(&paths.socket).is_ok() {
        return Err(ServeError::Taken { path: paths.socket.clone() });
    }
    let listener = listen(paths).map_err(|error| match error.kind() {
        // the first instance of a name is refused where there is another
        io::ErrorKind::PermissionDenied => ServeError::Taken { path: paths.socket.clone() },
        _ => unwritable(&paths.socket)(error),
    })?;
    announce(paths)?;
    Ok(LocalListener(listener))
}

fn listen(paths: &Paths) -> io::Result<PipeListener<Bytes, Bytes>> {
    // all access for this user, none for anybody else, and none that a folder would hand down
    let access = U16CString::from_str(format!("D:P(A;;GA;;;{})", own_sid()?)).map_err(io::Error::other)?;
    let mut options = PipeListenerOptions::new();
    options.path = U16CString::from_os_str(&paths.socket).map_err(io::Error::other)?.into();
    options.mode = PipeMode::Bytes;
    options.accept_remote = false;
    options.input_buffer_size_hint = BUFFER_BYTES;
    options.output_buffer_size_hint = BUFFER_BYTES;
    options.security_descriptor = Some(SecurityDescriptor::deserialize(&access)?);
    options.create_tokio_duplex::<Bytes>()
}

/// Serves a pipe that was passed.
pub fn adopt(_paths: &Paths, _lock: &Lock, passed: Passed) -> Result<LocalListener, ServeError> {
    match passed {}
}

/// Removes the note at a clean stop; the pipe is gone with the process.
pub fn remove(paths: &Paths) {
    let path = paths.socket_note();
    if let Err(error) = fs::remove_file(&path) {
        tracing::warn!(%error, path = %path.display(), "removing at the end");
    }
}

/// Accepts connections of this user; the system refuses all others.
#[derive(Debug)]
pub struct LocalListener(PipeListener<Bytes, Bytes>);

impl Listener for LocalListener {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.0.accept().await {
                Ok(stream) => {
                    let pid = stream.client_process_id().ok().and_then(|pid| i32::try_from(pid).ok());
                    let peer = Peer { uid: None, pid };
                    return (Connection { stream, peer }, peer);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection failed");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Peer::default())
    }
}

impl Connected<IncomingStream<'_, LocalListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, LocalListener>) -> Self {
        stream.io().peer
    }
}

/// One client. Flushing a pipe waits until the other side has read everything, on a thread of its own: nothing here waits
/// for that. What is written stays readable after the pipe is closed.
#[derive(Debug)]
pub struct Connection {
    stream: PipeStream<Bytes, Bytes>,
    peer: Peer,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.stream.assume_flushed();
    }
}
