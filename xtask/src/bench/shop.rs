//! A shop to measure in: a hub with a generated shop of one guide, and a home for that guide's daemon. All programs run
//! on the machine's clock, as in a real shop, but for the one in training.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use guide::client::Client;
use guide_common::demo::{self, Chain};
use guide_common::time::Zone;
use guide_tests::program::{Hub, Terminal};

/// A hub and a guide's home, in a temporary folder.
pub struct Shop {
    folder: tempfile::TempDir,
    hub: Hub,
    guide: String,
}

impl Shop {
    /// Generates a shop of so many customers, imports it as headquarters would, and serves it.
    pub fn open(n_customers: usize) -> anyhow::Result<Self> {
        Self::on_clock(n_customers, Hub::on_real_clock)
    }

    /// The same on a virtual clock, at ten o'clock of this day.
    pub fn open_in_training(n_customers: usize) -> anyhow::Result<Self> {
        let today = Zone::default().shop_time(chrono::Utc::now()).date();
        Self::on_clock(n_customers, |home| Hub::new(home, &format!("{today}T10:00:00")))
    }

    fn on_clock(n_customers: usize, hub: impl FnOnce(&Path) -> Hub) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp")?;
        let chain = demo::sized(1, n_customers, 1, 1);
        let guide = chain.guides.first().context("a guide")?.clone();
        write_files(&chain, folder.path())?;
        let mut hub = hub(&folder.path().join("h"));
        let (store, id) = (guide.store.id.to_string(), guide.id.to_string());
        hub.cli(&["store", "add", "--id", &store, "--name", &guide.store.name]);
        hub.cli(&["guide", "add", "--id", &id, "--name", &guide.name, "--store", &store]);
        for what in ["customers", "purchases"] {
            let file = folder.path().join(format!("{what}.csv"));
            hub.cli(&["import", what, &file.to_string_lossy(), "--store", &store]);
        }
        hub.cli(&["guide", "assign", "--unassigned", "--store", &store, "--to", &id]);
        for (what, files) in [("templates", &chain.templates), ("plans", &chain.plans)] {
            let mut args = vec!["publish".to_owned(), what.to_owned()];
            for (name, text) in files {
                let file = folder.path().join(name);
                std::fs::write(&file, text)?;
                args.push(file.to_string_lossy().into_owned());
            }
            hub.cli(&args.iter().map(String::as_str).collect::<Vec<_>>());
        }
        // the machine's clock may show any hour: here customers may always be contacted
        let settings = folder.path().join("settings.toml");
        let (name, text) = chain.settings;
        std::fs::write(&settings, text.replace("\"09:30\"", "\"00:00\"").replace("\"20:30\"", "\"23:59\""))
            .with_context(|| format!("writing {name}"))?;
        hub.cli(&["publish", "settings", &settings.to_string_lossy()]);
        hub.serve();
        Ok(Self { folder, hub, guide: id })
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Whom the shop's customers belong to.
    pub fn guide(&self) -> &str {
        &self.guide
    }

    /// The guide's `GUIDE_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("t")
    }

    /// Where the guide's daemon serves.
    pub fn socket(&self) -> PathBuf {
        self.home().join("run/guided.sock")
    }

    /// Starts the guide's daemon; the time until it answers `/v1/status` and `/v1/today`.
    pub fn start_daemon(&self) -> anyhow::Result<(Terminal, Duration)> {
        let started = Instant::now();
        let terminal = Terminal::start(&self.home(), &self.hub);
        block_on(async {
            let client = Client::at(&self.socket());
            client.status().await?;
            // before enrolment there is no queue to ask for
            let _ = client.today_first(100).await;
            anyhow::Ok(())
        })?;
        Ok((terminal, started.elapsed()))
    }

    /// Enrols the daemon that runs, and waits for the first sync and the checked queue.
    pub fn enroll(&self, terminal: &Terminal) -> anyhow::Result<()> {
        block_on(async {
            terminal.enroll(&self.hub, &self.guide).await;
            self.until_checked().await
        })
    }

    /// Waits until the engine has checked the queue.
    pub async fn until_checked(&self) -> anyhow::Result<()> {
        let client = Client::at(&self.socket());
        let deadline = Instant::now() + Duration::from_secs(600);
        while !client.today_first(1).await?.checked {
            anyhow::ensure!(Instant::now() < deadline, "the queue was not checked");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// The names of the queue's first customers.
    pub fn first_names(&self, n: usize) -> anyhow::Result<Vec<String>> {
        block_on(async {
            let today = Client::at(&self.socket()).today_first(n).await?;
            Ok(today.tasks.into_iter().map(|task| task.name).collect())
        })
    }

    /// What the screen shows of the first task once it is whole: the customer's phone, masked.
    pub fn first_phone(&self) -> anyhow::Result<String> {
        block_on(async {
            let client = Client::at(&self.socket());
            let today = client.today_first(1).await?;
            let first = today.tasks.first().context("a task")?;
            let card = client.customer(&first.customer).await?;
            Ok(card.phone_masked.unwrap_or_default())
        })
    }
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// Writes the chain as a shop's export, its days moved so that the demo's first day is today.
fn write_files(chain: &Chain, folder: &Path) -> anyhow::Result<()> {
    let today = Zone::default().shop_time(chrono::Utc::now()).date();
    let moved = |on: chrono::NaiveDate| on + (today - demo::d0());
    let mut customers = std::io::BufWriter::new(std::fs::File::create(folder.join("customers.csv"))?);
    writeln!(customers, "customer_id,name,phone,tier,birthday,since_on")?;
    for (customer, _) in &chain.customers {
        let birthday = customer.birthday.and_then(|birthday| birthday.solar_date_in(birthday.year.unwrap_or(2000)));
        let birthday = birthday.map(|on| on.to_string()).unwrap_or_default();
        let since_on = customer.since_on.map(|on| moved(on).to_string()).unwrap_or_default();
        // the generator also makes wrong numbers, which an import reports
        let phone = customer.phone.as_deref().filter(|phone| phone.len() == 11).unwrap_or_default();
        let tier = customer.tier.letter();
        writeln!(customers, "{},{},{phone},{tier},{birthday},{since_on}", customer.id, customer.name)?;
    }
    let mut purchases = std::io::BufWriter::new(std::fs::File::create(folder.join("purchases.csv"))?);
    writeln!(purchases, "customer_id,purchased_on,amount,item,material")?;
    for purchase in &chain.purchases {
        let item = purchase.items.first().cloned().unwrap_or_default();
        let (name, material) = (item.name.unwrap_or_default(), item.material.unwrap_or_default());
        let sign = if purchase.amount_fen < 0 { "-" } else { "" };
        let (yuan, fen) = (purchase.amount_fen.unsigned_abs() / 100, purchase.amount_fen.unsigned_abs() % 100);
        let (customer, on) = (&purchase.customer, moved(purchase.bought_on));
        writeln!(purchases, "{customer},{on},{sign}{yuan}.{fen:02},{name},{material}")?;
    }
    Ok(())
}
