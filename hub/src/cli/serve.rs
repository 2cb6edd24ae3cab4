//! `guide-hub serve`.

use std::io::IsTerminal;

use guide_common::paths::Paths;
use guide_common::time::Zone;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Output;
use super::args::{ClockArgs, ClockKind, ServeArgs};
use crate::app::App;
use crate::clock::Clock;
use crate::db::{Db, epoch};
use crate::error::HubError;
use crate::loan;
use crate::router::router;
use crate::server;

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
    let signal = server::stop_signal();
    let parent = args.exit_with_parent.then(server::end_of_stdin);
    let stop = async {
        match parent {
            Some(gone) => tokio::select! { () = signal => {}, () = gone => {} },
            None => signal.await,
        }
    };
    let listener = server::bind(&args.listen).await?;
    epoch::begin_serving(db).await?;
    let address = listener
        .local_addr()
        .map_err(|source| HubError::System { doing: format!("listening on {}", args.listen), source })?;
    tracing::info!(%address, %shop_time, training = clock.is_virtual(), engine = ?db.engine(), "serving");
    if let Some(file) = &args.address_file {
        server::note_address(&listener, file)?;
    }
    server::serve(listener, router(App::new(db.clone(), clock, zone)), stop).await;
    tracing::info!("stopped");
    Ok(Output::default())
}

pub(super) fn clock(args: &ClockArgs, paths: &Paths) -> Clock {
    match args.clock {
        ClockKind::Real => Clock::Real,
        ClockKind::Virtual => Clock::Virtual(args.clock_file.clone().unwrap_or_else(|| paths.virtual_clock())),
    }
}
