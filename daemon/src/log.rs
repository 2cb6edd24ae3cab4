//! The log: a file a day, seven of them. What goes in has ids and counts, never a name, a phone number, a text or a
//! token.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// How many files are kept.
const MAX_FILES: usize = 7;
/// Crates that carry others' data stay quiet, whatever is asked for: their traces would quote it.
const QUIET: [&str; 6] =
    ["sled=warn", "pagecache=warn", "hyper=info", "hyper_util=info", "reqwest=info", "rustls=info"];

/// Starts logging into a folder. `filter` is `GUIDE_LOG`; `info` where it is missing or not understood.
pub fn start(folder: &Path, filter: Option<&str>) -> anyhow::Result<()> {
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("guided")
        .filename_suffix("log")
        .max_log_files(MAX_FILES)
        .build(folder)?;
    let mut filter = filter.and_then(|text| EnvFilter::try_new(text).ok()).unwrap_or_else(|| EnvFilter::new("info"));
    for directive in QUIET {
        filter = filter.add_directive(directive.parse()?);
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(appender)
        .with_ansi(false)
        .try_init()
        .map_err(anyhow::Error::msg)
}
