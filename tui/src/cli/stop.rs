//! `guide stop`: ends the daemon, which the next command starts again. What was recorded stays on the disk.

use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use guide_common::paths::Paths;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::cli::once;
use crate::cli::start::StartError;
use crate::text;

/// How long a daemon may take to end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often is looked whether it has.
const PAUSE: Duration = Duration::from_millis(10);

/// What came of it.
#[derive(Debug, Serialize)]
struct Stopped {
    /// Whether one served.
    served: bool,
    /// Which version it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// Runs the command.
pub async fn run(context: &Context) -> Answer<()> {
    let stopped = match once::serving(context).await {
        Some(client) => {
            let before = client.stop().await?;
            ended(&context.paths).await.map_err(Failure::Start)?;
            Stopped { served: true, version: Some(before.version) }
        }
        None => Stopped { served: false, version: None },
    };
    context.show(&stopped, |context| match &stopped.version {
        Some(version) => text!(
            context.lang,
            "后台程序 guided {version} 已停止；下一条命令会再启动它\n",
            "guided {version} has stopped; the next command starts it again\n"
        ),
        None => text!(context.lang, "没有后台程序在运行\n", "no guided runs\n"),
    })
}

/// Waits until the lock is given up, which is when the process ends. Where systemd listens, asking for an answer would start
/// the next daemon.
async fn ended(paths: &Paths) -> Result<(), StartError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let held = File::open(paths.lock()).map(|lock| lock.try_lock_shared());
        if !matches!(held, Ok(Err(TryLockError::WouldBlock))) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(StartError::Silent { log: paths.log() });
        }
        tokio::time::sleep(PAUSE).await;
    }
}
