//! What the system does for the hub, on Unix.

use std::fs::OpenOptions;
use std::future::Future;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::task::Poll;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// From here on everything that is made is its user's alone.
pub fn keep_to_its_user() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// A file that is made by these is its user's alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// How many files may be open at once. The soft limit, often 1,024, is raised to the hard one, which only the
/// administrator raises (`LimitNOFILE=`, `ulimit -Hn`).
pub fn n_open_files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    current.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX))
}

/// Begins to listen for the system's or a person's wish to stop the program; the future ends with it. A signal that
/// comes before the future is awaited is not missed.
pub fn stop_signal() -> impl Future<Output = ()> {
    let mut wishes = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
    std::future::poll_fn(move |context| {
        let mut poll =
            |wish: &mut std::io::Result<Signal>| wish.as_mut().is_ok_and(|signal| signal.poll_recv(context).is_ready());
        if wishes.iter_mut().any(&mut poll) { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Wishes to read the certificate again: SIGHUP.
#[derive(Debug)]
pub struct Reloads(Option<Signal>);

impl Reloads {
    /// Listens from here on.
    pub fn listen() -> Self {
        Self(signal(SignalKind::hangup()).ok())
    }

    /// Waits for the next one; none where there will be no further one.
    pub async fn next(&mut self) -> Option<()> {
        self.0.as_mut()?.recv().await
    }
}
