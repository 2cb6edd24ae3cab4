//! `guide-hub serve`.

use std::io::IsTerminal;
use std::sync::Arc;

use guide_common::paths::Paths;
use guide_common::time::Zone;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Output;
use super::args::serve::ServeArgs;
use super::args::{ClockArgs, ClockKind};
use crate::app::App;
use crate::clock::Clock;
use crate::db::{Db, epoch};
use crate::error::HubError;
use crate::limit::Limits;
use crate::loan;
use crate::platform::{self, Reloads};
use crate::router::router;
use crate::server;
use crate::tls::Tls;
use crate::upkeep::{self, PAUSES};

pub(super) async fn run(db: &Db, zone: Zone, args: ServeArgs, clock: Clock) -> Result<Output, HubError> {
    let asked = std::env::var("GUIDE_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let targets = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // a second subscriber in one process can only come from a test that set its own
    let _ = tracing_subscriber::registry().with(targets).with(layer).try_init();
    // a clock file that is missing or wrong is named at the start, not at the first request
    let moment = clock.moment(zone)?;
    let shop_time = moment.shop_time;
    // what a hub that was killed had begun
    loan::settle(db, Some(moment.today())).await?;
    loan::forget_old(db, moment.today()).await?;
    // before anybody can learn the address, so that a signal is never missed
    let asked_to_stop = platform::stop_signal();
    let parent = args.exit_with_parent.then(server::end_of_stdin);
    let stop = async {
        match parent {
            Some(gone) => tokio::select! { () = asked_to_stop => {}, () = gone => {} },
            None => asked_to_stop.await,
        }
    };
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(Arc::new(Tls::load(cert, key)?)),
        _ => None,
    };
    let listener = server::bind(&args.listen).await?;
    epoch::begin_serving(db).await?;
    let address = listener
        .local_addr()
        .map_err(|source| HubError::System { doing: format!("listening on {}", args.listen), source })?;
    if tls.is_none() && !args.plain_http && !address.ip().is_loopback() {
        return Err(HubError::refused(format!(
            "listening on {address} without TLS would send customers' names through the network for all to read: give \
             --tls-cert and --tls-key, or --plain-http where a proxy in front has TLS"
        )));
    }
    tracing::info!(
        %address, %shop_time, training = clock.is_virtual(), tls = tls.is_some(), engine = ?db.engine(), "serving"
    );
    if let Some(file) = &args.address_file {
        server::note_address(&listener, if tls.is_some() { "https" } else { "http" }, file)?;
    }
    let mut app = App::new(db.clone(), clock, zone);
    app.limits = Arc::new(Limits::new(args.device_rate));
    app.rotate_after_s = args.rotate_after_s;
    app.trust_proxy = args.trust_proxy;
    let reloading = tls.clone().map(|tls| tokio::spawn(reload(tls)));
    let upkeep = tokio::spawn(upkeep::run(app.clone(), PAUSES));
    server::serve_over(listener, tls, router(app.clone()), stop).await;
    upkeep.abort();
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    app.cursors.write(db).await?;
    tracing::info!("stopped");
    Ok(Output::default())
}

/// Reads the certificate again with every wish to.
async fn reload(tls: Arc<Tls>) {
    let mut wishes = Reloads::listen();
    while wishes.next().await.is_some() {
        match tls.reload() {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => tracing::error!(error = error.chain(), "the certificate stays the one that was read before"),
        }
    }
}

pub(super) fn clock(args: &ClockArgs, paths: &Paths) -> Clock {
    match args.clock {
        ClockKind::Real => Clock::Real,
        ClockKind::Virtual => Clock::Virtual(args.clock_file.clone().unwrap_or_else(|| paths.virtual_clock())),
    }
}
