//! What the system does for the hub, on Windows.

use std::fs::OpenOptions;
use std::future::Future;
use std::path::Path;
use std::task::Poll;

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

/// What is made takes over the access of its folder: the data folder decides who may read.
pub fn keep_to_its_user() {}

/// A file that is made takes over its folder's access.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Names are durable without it: NTFS has a log of its own, and a folder cannot be written through.
pub fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// How many files may be open at once: there is no limit that matters.
pub fn n_open_files() -> usize {
    usize::MAX
}

/// Begins to listen for the system's or a person's wish to stop the program; the future ends with it. A wish that comes
/// before the future is awaited is not missed.
pub fn stop_signal() -> impl Future<Output = ()> {
    let (mut interrupt, mut interrupt_hard) = (ctrl_c(), ctrl_break());
    let (mut close, mut shut_down) = (ctrl_close(), ctrl_shutdown());
    std::future::poll_fn(move |context| {
        let asked = interrupt.as_mut().is_ok_and(|wish| wish.poll_recv(context).is_ready())
            || interrupt_hard.as_mut().is_ok_and(|wish| wish.poll_recv(context).is_ready())
            || close.as_mut().is_ok_and(|wish| wish.poll_recv(context).is_ready())
            || shut_down.as_mut().is_ok_and(|wish| wish.poll_recv(context).is_ready());
        if asked { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Wishes to read the certificate again: nothing here says so, and the hub has to be started again.
#[derive(Debug)]
pub struct Reloads;

impl Reloads {
    /// Nothing to listen for.
    pub fn listen() -> Self {
        Self
    }

    /// There is none.
    pub async fn next(&mut self) -> Option<()> {
        None
    }
}
