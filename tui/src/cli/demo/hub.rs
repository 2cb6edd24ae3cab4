//! The demo's hub through its own command line: what headquarters says is asked of headquarters' program, not of the
//! daemon that is being checked.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use guide_common::demo;
use guide_common::demo::answer::{Happening, What};
use guide_common::id::{GuideId, OpId};
use guide_common::outcome::OutcomeCode;
use guide_common::paths::Paths;
use guide_common::report::Report;
use guide_common::sop::plan::Lang;
use guide_common::wire::hub::{FeedDigest, GuideProfile};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cli::demo::process::{Process, demo_command, output};
use crate::cli::failure::{Answer, Failure};
use crate::text;

/// How long the hub may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is asked whether it does.
const PAUSE: Duration = Duration::from_millis(5);

/// The guide whom a demo is for where nobody is named: 林知夏, the senior one.
const FIRST_GUIDE: &str = "linzhixia";

/// One guide of the chain.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct GuideRow {
    pub(super) id: GuideId,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
struct GuideList {
    guides: Vec<GuideRow>,
}

/// What the hub holds of one guide.
#[derive(Debug, Deserialize)]
pub(super) struct Inspection {
    #[serde(rename = "feed")]
    pub(super) guide_feed: FeedRow,
    #[serde(rename = "shared")]
    pub(super) shared_feed: FeedRow,
    pub(super) facts: Vec<FactRow>,
}

/// What the hub says of a fact.
#[derive(Debug, Deserialize)]
pub(super) struct FactRow {
    pub(super) id: OpId,
    pub(super) code: Option<OutcomeCode>,
    pub(super) undone: bool,
}

/// A feed as the hub holds it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct FeedRow {
    pub(super) n_live: u64,
    pub(super) digest: FeedDigest,
}

impl Inspection {
    /// The fact that an op made.
    pub(super) fn fact(&self, id: OpId) -> Option<&FactRow> {
        self.facts.iter().find(|fact| fact.id == id)
    }
}

/// The hub's program with its data.
#[derive(Debug)]
pub(super) struct Hub {
    program: PathBuf,
    data: PathBuf,
    clock: PathBuf,
    address_file: PathBuf,
    folder: PathBuf,
    /// Where its data is instead of the folder.
    database_url: Option<String>,
    url: String,
}

impl Hub {
    pub(super) fn new(program: PathBuf, paths: &Paths, folder: &Path, database_url: Option<&str>) -> Self {
        Self {
            program,
            data: paths.hub(),
            clock: paths.virtual_clock(),
            address_file: folder.join("hub-address"),
            folder: folder.to_owned(),
            database_url: database_url.map(str::to_owned),
            url: String::new(),
        }
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Fills it with the demo chain.
    pub(super) async fn import_demo(&self, seed: u64, lang: Lang) -> Answer<()> {
        let lang = match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        self.ask(&["import", "demo", "--lang", lang, "--seed", &seed.to_string()]).await.map(drop)
    }

    /// Starts it and waits until it listens; a second time at the same address, which terminals know.
    pub(super) async fn serve(&mut self) -> Answer<Process> {
        let _ = std::fs::remove_file(&self.address_file);
        let mut command = self.command(&["serve"]);
        command.arg("--listen").arg(self.url.strip_prefix("http://").unwrap_or("127.0.0.1:0"));
        command.arg("--address-file").arg(&self.address_file);
        command.args(["--clock", "virtual", "--exit-with-parent"]).arg("--clock-file").arg(&self.clock);
        let mut process = Process::start("guide-hub", &mut command, &self.folder)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let address = std::fs::read_to_string(&self.address_file).unwrap_or_default();
            // the line's end says that it was written to the end
            if let Some(url) = address.strip_suffix('\n') {
                self.url = url.trim().to_owned();
                return Ok(process);
            }
            process.still_runs()?;
            if Instant::now() > deadline {
                return Err(Failure::Failed("guide-hub does not listen".to_owned()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The guide whose id or name matches; 林知夏 where nobody is named.
    pub(super) async fn guide(&self, named: Option<&str>, lang: Lang) -> Answer<GuideRow> {
        let guides = self.read::<GuideList>(&["guide", "list", "--json"]).await?.guides;
        let first = || guides.iter().find(|guide| guide.id.as_str() == FIRST_GUIDE).or(guides.first());
        let found = |named| matching(&guides, named).or_else(|| in_other_lang(&guides, named, lang));
        match named.map_or_else(first, found) {
            Some(guide) => Ok(guide.clone()),
            None => {
                let names: Vec<&str> = guides.iter().map(|guide| guide.name.as_str()).collect();
                let (names, named) = (names.join(crate::lang::pick(lang, ("、", ", "))), named.unwrap_or_default());
                Err(Failure::Usage(text!(
                    lang,
                    "没有叫 {named:?} 的导购；有：{names}",
                    "no guide is called {named:?}; there are {names}"
                )))
            }
        }
    }

    /// A one-time enrolment code for a guide.
    pub(super) async fn device_code(&self, guide: &GuideRow) -> Answer<String> {
        let printed = self.ask(&["device", "code", guide.id.as_str()]).await?;
        Ok(printed.trim().to_owned())
    }

    /// What it holds of a guide: both feeds with count and digest, and every fact.
    pub(super) async fn inspect(&self, guide: &GuideRow) -> Answer<Inspection> {
        self.read(&["inspect", guide.id.as_str(), "--facts", "--json"]).await
    }

    /// Whether its data is in files of the demo, which can be put back.
    pub(super) fn is_in_files(&self) -> bool {
        self.database_url.is_none()
    }

    /// Copies its database into a file, while it serves.
    pub(super) async fn backup(&self, file: &Path) -> Answer<()> {
        self.ask(&["backup", &file.to_string_lossy()]).await.map(drop)
    }

    /// Tells it what customers have bought, as the tills do; each sale with its number.
    pub(super) async fn import_sales(&self, sales: &[(usize, &Happening)]) -> Answer<()> {
        let mut rows = String::from("customer_id,purchased_on,amount,item,category,material,quantity,sale_no\n");
        for (number, sale) in sales {
            let What::Buys { amount_fen, item } = &sale.what else { continue };
            let cell = |text: &Option<String>| text.clone().unwrap_or_default();
            let (customer, on, yuan) = (&sale.customer, sale.at.date(), amount_fen / 100);
            let (name, category, material) = (cell(&item.name), cell(&item.category), cell(&item.material));
            rows.push_str(&format!("{customer},{on},{yuan},{name},{category},{material},1,TRAIN-{number:05}\n"));
        }
        let file = self.folder.join("sales.csv");
        std::fs::write(&file, rows).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
        self.ask(&["import", "purchases", &file.to_string_lossy()]).await.map(drop)
    }

    /// Its own report of a guide's day.
    pub(super) async fn report(&self, guide: &GuideRow, day: NaiveDate) -> Answer<Report> {
        let day = day.to_string();
        self.read(&["report", "--guide", guide.id.as_str(), "--from", &day, "--to", &day, "--json"]).await
    }

    async fn read<T: DeserializeOwned>(&self, words: &[&str]) -> Answer<T> {
        let printed = self.ask(words).await?;
        serde_json::from_str(&printed)
            .map_err(|error| Failure::Failed(format!("guide-hub {}: {error}", words.join(" "))))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = demo_command(&self.program);
        command.args(words);
        match &self.database_url {
            // it may hold a password, and arguments can be seen by everybody
            Some(url) => command.env("GUIDE_HUB_DATABASE_URL", url),
            None => command.arg("--data").arg(&self.data),
        };
        command
    }

    async fn ask(&self, words: &[&str]) -> Answer<String> {
        let mut command = self.command(words);
        if words.first() == Some(&"report") {
            command.args(["--clock", "virtual", "--clock-file"]).arg(&self.clock);
        }
        output("guide-hub-command", &mut command, &self.folder).await
    }
}

/// The guide whom the other language's chain has under these words: both chains have the same people.
fn in_other_lang<'a>(guides: &'a [GuideRow], named: &str, lang: Lang) -> Option<&'a GuideRow> {
    let other = match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    };
    let row = |profile: GuideProfile| GuideRow { id: profile.id, name: profile.name };
    let others: Vec<GuideRow> = demo::chain(demo::SEED, other).guides.into_iter().map(row).collect();
    let id = &matching(&others, named)?.id;
    guides.iter().find(|guide| guide.id == *id)
}

/// The guide of this id, else of this name, else the first whose name or id holds the words, upper and lower case
/// alike.
fn matching<'a>(guides: &'a [GuideRow], named: &str) -> Option<&'a GuideRow> {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-', '·', '\'', '’'], "");
    let named = plain(named);
    guides
        .iter()
        .find(|guide| plain(guide.id.as_str()) == named)
        .or_else(|| guides.iter().find(|guide| plain(&guide.name) == named))
        .or_else(|| guides.iter().find(|guide| !named.is_empty() && plain(&guide.name).contains(&named)))
        .or_else(|| guides.iter().find(|guide| !named.is_empty() && plain(guide.id.as_str()).contains(&named)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_is_named_by_id_name_or_a_part_of_it() {
        let row = |id: &str, name: &str| GuideRow { id: id.parse().unwrap(), name: name.to_owned() };
        let guides = [row("G01", "林知夏"), row("G02", "周予安"), row("G03", "Anna Lin"), row("G04", "Lin")];
        let found = |named| matching(&guides, named).map(|guide| guide.id.to_string());
        assert_eq!(found("g02").as_deref(), Some("G02"));
        assert_eq!(found("予安").as_deref(), Some("G02"));
        assert_eq!(found("lin").as_deref(), Some("G04"));
        assert_eq!(found("anna").as_deref(), Some("G03"));
        assert_eq!(found("nobody"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn a_guide_is_found_by_the_name_in_the_other_language() {
        let row = |id: &str, name: &str| GuideRow { id: id.parse().unwrap(), name: name.to_owned() };
        let guides = [row("linzhixia", "Lin Zhixia"), row("zhouyuan", "Zhou Yu'an")];
        assert_eq!(in_other_lang(&guides, "周予安", Lang::En).map(|guide| guide.id.as_str()), Some("zhouyuan"));
        assert_eq!(in_other_lang(&guides, "周某", Lang::En).map(|guide| guide.id.as_str()), None);
    }
}
