//! A shop to measure in: a hub with a generated shop of one guide, and a home for that guide's daemon.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use guide::client::Client;
use guide_common::demo::{self, Chain};
use guide_common::sop::plan::Lang;
use guide_common::time::Zone;
use guide_common::wire::local::EnrollLocalRequest;

use crate::bench::program;

/// A program that is stopped when this is dropped.
pub struct Program(Child);

impl Program {
    /// The process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A hub and a guide's home, in a temporary folder.
pub struct Shop {
    folder: tempfile::TempDir,
    _hub: Program,
    url: String,
    guide: String,
}

impl Shop {
    /// Generates a shop of so many customers, imports it as headquarters would, and serves it.
    pub fn open(n_customers: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("gb").tempdir_in("/tmp")?;
        let chain = demo::sized(1, n_customers, 1, 1);
        let guide = chain.guides.first().context("a guide")?.clone();
        write_files(&chain, folder.path())?;
        let store = guide.store.id.to_string();
        hub_command(folder.path(), &["store", "add", "--id", &store, "--name", &guide.store.name])?;
        let id = guide.id.to_string();
        hub_command(folder.path(), &["guide", "add", "--id", &id, "--name", &guide.name, "--store", &store])?;
        for what in ["customers", "purchases"] {
            let file = folder.path().join(format!("{what}.csv"));
            hub_command(folder.path(), &["import", what, &file.to_string_lossy(), "--store", &store])?;
        }
        hub_command(folder.path(), &["guide", "assign", "--unassigned", "--store", &store, "--to", &id])?;
        for (what, files) in [("templates", &chain.templates), ("plans", &chain.plans)] {
            let mut args = vec!["publish".to_owned(), what.to_owned()];
            for (name, text) in files {
                let file = folder.path().join(name);
                std::fs::write(&file, text)?;
                args.push(file.to_string_lossy().into_owned());
            }
            hub_command(folder.path(), &args.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        let (hub, url) = serve(folder.path())?;
        Ok(Self { folder, _hub: hub, url, guide: id })
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
    pub fn start_daemon(&self) -> anyhow::Result<(Program, Duration)> {
        std::fs::create_dir_all(self.home())?;
        let started = Instant::now();
        let child = Command::new(program("guided")?)
            .arg("run")
            .env("GUIDE_HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let daemon = Program(child);
        let socket = self.socket();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            anyhow::ensure!(started.elapsed() < Duration::from_secs(20), "the daemon did not start");
            std::thread::sleep(Duration::from_micros(500));
        }
        block_on(async {
            let client = Client::at(&socket);
            client.status().await?;
            // before enrolment there is no queue to ask for
            let _ = client.today().await;
            anyhow::Ok(())
        })?;
        Ok((daemon, started.elapsed()))
    }

    /// Enrols the daemon that runs, and waits for the first sync and the checked queue.
    pub fn enroll(&self) -> anyhow::Result<()> {
        let json = hub_command(self.folder.path(), &["device", "code", &self.guide, "--json"])?;
        let answer: serde_json::Value = serde_json::from_str(&json)?;
        let code = answer["code"].as_str().context("a code")?.to_owned();
        block_on(async {
            let client = Client::at(&self.socket());
            client.enroll(&EnrollLocalRequest { url: self.url.clone(), code }).await?;
            client.sync_now().await?;
            self.until_checked(&client).await
        })
    }

    /// Waits until the engine has checked the queue.
    pub async fn until_checked(&self, client: &Client) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !client.today().await?.checked {
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

    /// The first task of the queue, as the screen shows it: the customer's name, and the end of the script.
    pub fn first_task(&self) -> anyhow::Result<(String, String)> {
        block_on(async {
            let client = Client::at(&self.socket());
            let today = client.today().await?;
            let first = today.tasks.first().context("a task")?;
            let detail = client.task(&first.id.to_string(), Lang::Zh).await?;
            Ok((first.name.clone(), detail.customer.phone_masked.unwrap_or_default()))
        })
    }
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

fn hub_command(folder: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program("guide-hub")?)
        .args(args)
        .arg("--data")
        .arg(folder.join("hub"))
        .env("GUIDE_HOME", folder)
        .stdin(Stdio::null())
        .output()?;
    anyhow::ensure!(output.status.success(), "guide-hub {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn serve(folder: &Path) -> anyhow::Result<(Program, String)> {
    let address_file = folder.join("address");
    let child = Command::new(program("guide-hub")?)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(folder.join("hub"))
        .arg("--address-file")
        .arg(&address_file)
        .env("GUIDE_HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let hub = Program(child);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(file) = std::fs::File::open(&address_file)
            && let Some(Ok(url)) = BufReader::new(file).lines().next()
        {
            return Ok((hub, url));
        }
        anyhow::ensure!(Instant::now() < deadline, "the hub did not start");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes the chain as a shop's export, its days moved so that the demo's first day is today: the programs that are
/// measured run on the machine's clock.
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
        let (yuan, fen) = (purchase.amount_fen / 100, purchase.amount_fen.unsigned_abs() % 100);
        writeln!(purchases, "{},{},{yuan}.{fen:02},{name},{material}", purchase.customer, moved(purchase.bought_on))?;
    }
    Ok(())
}
