//! The demo's stage: a home, a hub with the demo chain, and an enrolled daemon that has synchronised once.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use guide_common::id::GuideId;
use guide_common::paths::Paths;
use guide_common::sop::plan::Lang;
use guide_common::wire::local::EnrollLocalRequest;
use guide_common::wire::support::FaultPlan;

use crate::cli::demo::home::Home;
use crate::cli::demo::hub::{GuideRow, Hub};
use crate::cli::demo::process::{Process, demo_command};
use crate::cli::failure::{Answer, Failure};
use crate::cli::start::beside;
use crate::client::Client;
use crate::platform::private_folder;
use crate::text;

/// The demo's first morning, shop time.
const DEMO_STARTS_AT: &str = "2026-08-12T10:00:00";
/// How long a program may take until it answers.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How often is asked whether it does.
const PAUSE: Duration = Duration::from_millis(5);

/// Everything that a demo has made. The order of the fields is the order in which it goes: the programs before the
/// folder in which they write.
#[derive(Debug)]
pub(super) struct Stage {
    daemon: Option<Process>,
    hub_process: Option<Process>,
    hub: Hub,
    guided: PathBuf,
    guide: GuideRow,
    /// Whom the demo is for.
    own: GuideId,
    lang: Lang,
    home: Home,
}

impl Stage {
    /// Sets the stage for a guide; for the first one where nobody is named.
    pub(super) async fn set(guide: Option<&str>, seed: u64, lang: Lang, database_url: Option<&str>) -> Answer<Self> {
        let (hub_program, guided) = (program("guide-hub", lang)?, program("guided", lang)?);
        let home = Home::new().map_err(|error| Failure::Failed(format!("making a temporary folder: {error}")))?;
        let folders = [home.paths().state.clone(), home.paths().data.clone(), home.paths().config.clone()];
        for folder in &folders {
            // as the daemon makes its own: for this user alone
            private_folder()
                .recursive(true)
                .create(folder)
                .map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
        }
        // written before either program starts, so that both begin on the same morning
        set_clock_file(home.paths(), DEMO_STARTS_AT)?;
        // the daemon speaks the demo's language in what it reminds of
        let language = if lang == Lang::Zh { "zh" } else { "en" };
        std::fs::write(home.paths().config_file(), format!("lang = \"{language}\"\n"))
            .map_err(|error| Failure::Failed(format!("writing the demo's settings: {error}")))?;
        let mut hub = Hub::new(hub_program, home.paths(), home.folder(), database_url);
        hub.import_demo(seed, lang).await?;
        let guide = hub.guide(guide, lang).await?;
        let hub_process = Some(hub.serve().await?);
        let own = guide.id.clone();
        let mut stage = Self { daemon: None, hub_process, hub, guided, guide, own, lang, home };
        stage.start_daemon().await?;
        stage.enroll().await?;
        Ok(stage)
    }

    pub(super) fn paths(&self) -> &Paths {
        self.home.paths()
    }

    /// Everything lies in it, and goes with it.
    pub(super) fn folder(&self) -> &Path {
        self.home.folder()
    }

    /// Sets the clock of programs that do not run.
    pub(super) fn set_clock_file(&self, now: NaiveDateTime) -> Answer<()> {
        set_clock_file(self.paths(), &now.format("%Y-%m-%dT%H:%M:%S").to_string())
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    pub(super) fn guide(&self) -> &GuideRow {
        &self.guide
    }

    /// A client of the demo's daemon.
    pub(super) fn client(&self) -> Client {
        Client::at(&self.home.paths().socket)
    }

    /// Starts the daemon and waits until it answers.
    pub(super) async fn start_daemon(&mut self) -> Answer<()> {
        let mut command = demo_command(&self.guided);
        command.args(["run", "--clock", "virtual", "--exit-with-parent"]).env("GUIDE_HOME", self.home.folder());
        let mut process = Process::start("guided", &mut command, self.home.folder())?;
        let deadline = Instant::now() + START_PATIENCE;
        while self.client().health().await.is_err() {
            process.still_runs()?;
            if Instant::now() > deadline {
                return Err(Failure::Failed(text!(self.lang, "guided 没有应答", "guided does not answer")));
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.daemon = Some(process);
        Ok(())
    }

    /// Starts the daemon with faults switched on before it can reach the hub: what was not sent is not sent now.
    pub(super) async fn start_daemon_with(&mut self, faults: &FaultPlan) -> Answer<()> {
        self.stop_hub().await;
        self.start_daemon().await?;
        self.client().set_faults(faults).await?;
        self.start_hub().await
    }

    /// Starts the hub again, at the address that the terminal knows.
    pub(super) async fn start_hub(&mut self) -> Answer<()> {
        self.hub_process = Some(self.hub.serve().await?);
        Ok(())
    }

    /// Stops the hub: headquarters cannot be reached.
    pub(super) async fn stop_hub(&mut self) {
        if let Some(process) = self.hub_process.take() {
            process.stop().await;
        }
    }

    /// Kills the daemon without a warning.
    pub(super) fn kill_daemon(&mut self) {
        if let Some(process) = self.daemon.take() {
            process.kill();
        }
    }

    /// Stops the programs and removes the folder.
    pub(super) async fn strike(mut self) {
        if let Some(process) = self.daemon.take() {
            process.stop().await;
        }
        self.stop_hub().await;
    }

    /// Has another guide at the terminal, who is enrolled anew; the demo's own where nobody is named.
    pub(super) async fn become_guide(&mut self, guide: Option<&GuideId>) -> Answer<()> {
        let wanted = guide.unwrap_or(&self.own).clone();
        if self.enrolled().as_ref() == Some(&wanted) {
            return Ok(());
        }
        self.guide = self.hub.guide(Some(wanted.as_str()), self.lang).await?;
        self.kill_daemon();
        let guides = self.paths().guides();
        if guides.exists() {
            std::fs::remove_dir_all(&guides)
                .map_err(|error| Failure::Failed(format!("{}: {error}", guides.display())))?;
        }
        self.start_daemon().await?;
        self.enroll().await
    }

    /// Whose folder the terminal has.
    fn enrolled(&self) -> Option<GuideId> {
        let folders = std::fs::read_dir(self.paths().guides()).ok()?.flatten();
        let mut guides = folders.filter(|entry| entry.path().is_dir());
        GuideId::new(guides.next()?.file_name().to_str()?).ok()
    }

    async fn enroll(&self) -> Answer<()> {
        let client = self.client();
        let code = self.hub.device_code(&self.guide).await?;
        client.enroll(&EnrollLocalRequest::new(self.hub.url(), &code)).await?;
        self.wait_for_sync().await
    }

    /// Waits until the terminal has all that headquarters has for it.
    pub(super) async fn wait_for_sync(&self) -> Answer<()> {
        let client = self.client();
        let deadline = Instant::now() + START_PATIENCE;
        loop {
            let sync = client.sync_now().await?;
            if sync.last_ok_at.is_some() && sync.guide_feed.n_live > 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                let reason = sync.last_error.map(|error| error.detail).unwrap_or_default();
                return Err(Failure::Failed(text!(
                    self.lang,
                    "第一次同步没有完成：{reason}",
                    "the first sync did not end: {reason}"
                )));
            }
            tokio::time::sleep(PAUSE * 10).await;
        }
    }
}

fn set_clock_file(paths: &Paths, now: &str) -> Answer<()> {
    std::fs::write(paths.virtual_clock(), format!("{now}\n"))
        .map_err(|error| Failure::Failed(format!("setting the demo's clock: {error}")))
}

fn program(name: &'static str, lang: Lang) -> Answer<PathBuf> {
    beside(name).ok_or_else(|| {
        Failure::Failed(text!(
            lang,
            "找不到 {name}：它应在 guide 旁边（重新安装：./install.sh）",
            "{name} is not beside guide (install again: ./install.sh)"
        ))
    })
}
