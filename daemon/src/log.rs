//! The log: a file a day, seven of them. What goes in has ids and counts, never a name, a phone number, a text or a
//! token.

use std::path::Path;

use tracing::Level;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many files are kept.
const MAX_FILES: usize = 7;
/// Crates that carry others' data stay quiet, whatever is asked for: their traces would quote it.
const QUIET: [(&str, Level); 6] = [
    ("sled", Level::WARN),
    ("pagecache", Level::WARN),
    ("hyper", Level::INFO),
    ("hyper_util", Level::INFO),
    ("reqwest", Level::INFO),
    ("rustls", Level::INFO),
];

/// Starts logging into a folder. `filter` is `GUIDE_LOG`, such as `debug` or `guided::sync=trace`; `info` where it is
/// missing or not understood.
pub fn start(folder: &Path, filter: Option<&str>) -> anyhow::Result<()> {
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("guided")
        .filename_suffix("log")
        .max_log_files(MAX_FILES)
        .build(folder)?;
    let asked = filter.and_then(|text| text.parse::<Targets>().ok());
    let targets = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)).with_targets(QUIET);
    let layer = tracing_subscriber::fmt::layer().with_writer(appender).with_ansi(false);
    tracing_subscriber::registry().with(targets).with(layer).try_init()?;
    Ok(())
}
