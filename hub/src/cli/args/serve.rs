//! The arguments of `guide-hub serve`.

use std::path::PathBuf;

use crate::app::ROTATE_AFTER_S;
use crate::limit::DEVICE_RATE;

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:7600", value_name = "ADDR")]
    pub(in crate::cli) listen: String,
    /// Serve over TLS with this certificate and its chain (PEM); SIGHUP reads both files again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(in crate::cli) tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(in crate::cli) tls_key: Option<PathBuf>,
    /// Listen without TLS on an address that other machines reach: behind a proxy that has it, or in a closed network
    #[arg(long, conflicts_with = "tls_cert")]
    pub(in crate::cli) plain_http: bool,
    /// A proxy in front says in X-Forwarded-For who asks
    #[arg(long)]
    pub(in crate::cli) trust_proxy: bool,
    /// How many requests a second a terminal may make over a while, five times as many at once; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = DEVICE_RATE)]
    pub(in crate::cli) device_rate: u32,
    /// After how many seconds terminals are asked to change their tokens
    #[arg(long, value_name = "N", default_value_t = ROTATE_AFTER_S, env = "GUIDE_HUB_ROTATE_AFTER_S", hide = true)]
    pub(in crate::cli) rotate_after_s: i64,
    /// Write the URL into this file as soon as the hub listens
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) address_file: Option<PathBuf>,
    /// Stop at the end of standard input, which is a pipe from a parent that may die without a word
    #[arg(long)]
    pub(in crate::cli) exit_with_parent: bool,
}
