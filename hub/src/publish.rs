//! Publishing plans, templates, settings and lint words: every file is checked before any is published.

mod line;
mod plan;
mod read;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use guide_common::sop::plan::Plan;
use guide_common::template::lint::words::LintWords;
use serde::Deserialize;

use self::line::line_of;
use self::read::{Content, Parsed};
use crate::db::directory::json;
use crate::db::feed::{Feed, SHARED, Stored, Written, kind};
use crate::db::publication::{NewPublication, put};
use crate::db::retry::retry;
use crate::db::{Conn, Db, commit, file};
use crate::error::HubError;

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// SOP plans.
    Plans,
    /// Templates.
    Templates,
    /// The chain's settings.
    Settings,
    /// The words that lint looks for.
    Lint,
}

impl What {
    fn kind(self) -> &'static str {
        match self {
            Self::Plans => kind::PLAN,
            Self::Templates => kind::TEMPLATE,
            Self::Settings => kind::SETTINGS,
            Self::Lint => kind::LINT,
        }
    }
}

/// What becomes of customers in the middle of a plan of which a further version is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Running {
    /// They follow the version with which they began.
    Keep,
    /// They follow the further version from its publication on.
    #[default]
    Migrate,
}

/// How to publish.
#[derive(Clone, Copy, Debug)]
pub struct Publishing {
    /// What becomes of running customers.
    pub running: Running,
    /// The shop's date: the day of publication.
    pub today: NaiveDate,
}

/// What became of one file.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Published {
    /// The file.
    pub file: PathBuf,
    /// The id in it.
    pub id: String,
    /// The version in it.
    pub version: u32,
    /// `new`, `changed` or `unchanged`.
    pub did: &'static str,
    /// What should be mended, and does not stop it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it lies, for messages.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, HubError> {
        let bytes =
            std::fs::read(file).map_err(|source| HubError::File { doing: "reading", path: file.to_owned(), source })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
            HubError::refused(format!("{}: line {line}: this is not UTF-8", file.display()))
        })?;
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        Ok(Self { file: file.to_owned(), text })
    }

    /// A fault of this file as people read it.
    fn fault(&self, line: usize, message: impl std::fmt::Display) -> String {
        format!("{}: line {line}: {message}", self.file.display())
    }
}

/// Publishes files, all or none. A file that is published already with the same content is left alone; one with other
/// content needs a higher version.
pub async fn publish(
    db: &Db,
    what: What,
    sources: &[Source],
    publishing: Publishing,
) -> Result<Vec<Published>, HubError> {
    retry(|| publish_once(db, what, sources, publishing)).await
}

async fn publish_once(
    db: &Db,
    what: What,
    sources: &[Source],
    publishing: Publishing,
) -> Result<Vec<Published>, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, SHARED).await?;
    let words = lint_words(&mut tx).await?;
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for source in sources {
        match read::parse(what, source, &words) {
            Ok(one) => parsed.push(one),
            Err(of_file) => faults.extend(of_file),
        }
    }
    check_ids(&parsed, &mut faults);
    check_templates(&mut tx, &feed, &parsed, &mut faults).await?;
    let ids: Vec<&str> = parsed.iter().map(|one| one.id.as_str()).collect();
    let before = feed.load(&mut tx, what.kind(), &ids).await?;
    let before = |id: &str| before.get(id).filter(|stored| !stored.deleted);
    let published = file::plans(&mut tx).await?;
    let mut new = Vec::with_capacity(parsed.len());
    for one in &parsed {
        let (body, is_further) = match &one.content {
            Content::Plan(plan) => plan::next(plan, published.iter().find(|other| other.id == plan.id), publishing)?,
            Content::Other { body } => (body.clone(), before(&one.id).is_some_and(|stored| stored.body != *body)),
        };
        if is_further && let Some(fault) = before(&one.id).and_then(|stored| version_fault(one, stored)) {
            faults.push(one.source.fault(line_of(&one.source.text, "version", "").unwrap_or(1), fault));
        }
        new.push(NewPublication {
            kind: what.kind(),
            id: one.id.clone(),
            version: one.version,
            body,
            source: one.source.text.clone(),
        });
    }
    if faults.is_empty() && what == What::Plans {
        plan::check_together(&published, &parsed, &mut faults);
    }
    if !faults.is_empty() {
        let mut text = String::new();
        for fault in &faults {
            let _ = writeln!(text, "{fault}");
        }
        return Err(HubError::refused(format!("{text}nothing was published")));
    }
    let written = put(&mut tx, &mut feed, &new).await?;
    commit(tx).await?;
    Ok(parsed.iter().zip(written).map(|(one, did)| one.published(did)).collect())
}

/// Reads plan files that are not to be published, and checks them as if they were: each by itself, and all of them
/// together with the published ones.
pub async fn checked_plans(conn: &mut Conn, sources: &[Source]) -> Result<Vec<Plan>, HubError> {
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for source in sources {
        match read::parse(What::Plans, source, LintWords::standard()) {
            Ok(one) => parsed.push(one),
            Err(of_file) => faults.extend(of_file),
        }
    }
    check_ids(&parsed, &mut faults);
    if faults.is_empty() {
        plan::check_together(&file::plans(conn).await?, &parsed, &mut faults);
    }
    if !faults.is_empty() {
        return Err(HubError::refused(faults.join("\n")));
    }
    let plan = |one: Parsed<'_>| match one.content {
        Content::Plan(plan) => Some(*plan),
        Content::Other { .. } => None,
    };
    Ok(parsed.into_iter().filter_map(plan).collect())
}

impl Parsed<'_> {
    fn published(&self, did: Written) -> Published {
        Published {
            file: self.source.file.clone(),
            id: self.id.clone(),
            version: self.version,
            did: match did {
                Written::New => "new",
                Written::Changed => "changed",
                Written::Unchanged => "unchanged",
            },
            warnings: self.warnings.clone(),
        }
    }
}

/// The published list of words, as terminals get it; its text is a file of words.
#[derive(Debug, serde::Serialize, Deserialize)]
struct LintEntity {
    version: u32,
    text: String,
}

/// The words in force: those that headquarters published, else those that come with the program.
pub async fn lint_words(conn: &mut Conn) -> Result<LintWords, HubError> {
    match file::shared::<LintEntity>(conn, kind::LINT).await? {
        Some(entity) => LintWords::parse(&entity.text).map_err(|_| HubError::corrupt("the published lint words")),
        None => Ok(LintWords::standard().clone()),
    }
}

fn lint_body(version: u32, text: &str) -> Result<String, HubError> {
    json(&LintEntity { version, text: text.to_owned() })
}

fn check_ids(parsed: &[Parsed<'_>], faults: &mut Vec<String>) {
    let mut files: BTreeMap<&str, &Path> = BTreeMap::new();
    for one in parsed {
        if let Some(other) = files.insert(&one.id, &one.source.file) {
            let line = line_of(&one.source.text, "id", "").unwrap_or(1);
            faults.push(one.source.fault(line, format!("{} is also in {}", one.id, other.display())));
        }
    }
}

/// Every template that a step or a variant names must be published.
async fn check_templates(
    conn: &mut Conn,
    feed: &Feed,
    parsed: &[Parsed<'_>],
    faults: &mut Vec<String>,
) -> Result<(), HubError> {
    let mut named: Vec<&str> = parsed.iter().flat_map(Parsed::templates).collect();
    named.sort_unstable();
    named.dedup();
    let templates = feed.load(conn, kind::TEMPLATE, &named).await?;
    for one in parsed {
        let mut missing: Vec<&str> =
            one.templates().filter(|id| templates.get(*id).is_none_or(|stored| stored.deleted)).collect();
        missing.dedup();
        for id in missing {
            let line = line_of(&one.source.text, "template", id).unwrap_or(1);
            faults.push(one.source.fault(
                line,
                format!("the template {id} is not published: publish it first with `guide-hub publish templates`"),
            ));
        }
    }
    Ok(())
}

fn version_fault(new: &Parsed<'_>, before: &Stored) -> Option<String> {
    #[derive(Deserialize)]
    struct VersionOnly {
        version: u32,
    }
    let published = serde_json::from_str::<VersionOnly>(&before.body).ok()?.version;
    (new.version <= published).then(|| {
        format!(
            "version {published} of {} is published with other content: set version = {}",
            new.id,
            published.saturating_add(1)
        )
    })
}
