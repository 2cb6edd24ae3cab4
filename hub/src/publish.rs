//! Publishing plans and templates: every file is checked before any is published.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use guide_common::file_error::{FileError, line_at};
use guide_common::sop::plan::Plan;
use guide_common::sop::plan_file;
use guide_common::template::Template;
use guide_common::template::file as template_file;

use crate::db::directory::json;
use crate::db::feed::{Feed, SHARED, Stored, Written, kind};
use crate::db::publication::{NewPublication, put};
use crate::db::{Conn, Db, commit};
use crate::error::HubError;

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// SOP plans.
    Plans,
    /// Templates.
    Templates,
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
            HubError::refused(format!("{}: line {line}: this is not UTF-8; nothing was published", file.display()))
        })?;
        let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
        Ok(Self { file: file.to_owned(), text })
    }
}

/// Publishes files, all or none. A file that is published already with the same content is left alone; one with other
/// content needs a higher version.
pub async fn publish(db: &Db, what: What, sources: &[Source]) -> Result<Vec<Published>, HubError> {
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for source in sources {
        match parse(what, source) {
            Ok(one) => parsed.push((source, one)),
            Err(error) => faults.push(format!("{}: {error}", source.file.display())),
        }
    }
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, SHARED).await?;
    check(&mut tx, &feed, what, &parsed, &mut faults).await?;
    if !faults.is_empty() {
        let mut text = String::new();
        for fault in &faults {
            let _ = writeln!(text, "{fault}");
        }
        return Err(HubError::refused(format!("{text}nothing was published")));
    }
    let new: Vec<NewPublication> = parsed.iter().map(|(_, one)| one.publication.clone()).collect();
    let written = put(&mut tx, &mut feed, &new).await?;
    commit(tx).await?;
    let rows = parsed.iter().zip(written).map(|((source, one), did)| Published {
        file: source.file.clone(),
        id: one.publication.id.clone(),
        version: one.publication.version,
        did: match did {
            Written::New => "new",
            Written::Changed => "changed",
            Written::Unchanged => "unchanged",
        },
    });
    Ok(rows.collect())
}

struct Parsed {
    publication: NewPublication,
    /// The templates that a plan's steps name.
    templates: Vec<String>,
}

fn parse(what: What, source: &Source) -> Result<Parsed, FileError> {
    let text = &source.text;
    let encode = |result: Result<String, HubError>| result.map_err(|error| FileError::new(1, error.to_string()));
    match what {
        What::Plans => {
            let plan: Plan = plan_file::parse(text)?;
            let templates = plan.steps.iter().filter_map(|step| step.template.as_ref()).map(ToString::to_string);
            Ok(Parsed {
                templates: templates.collect(),
                publication: publication(kind::PLAN, plan.id.as_str(), plan.version, encode(json(&plan))?, text),
            })
        }
        What::Templates => {
            let template: Template = template_file::parse(text)?;
            let id = template.id.as_str();
            Ok(Parsed {
                templates: Vec::new(),
                publication: publication(kind::TEMPLATE, id, template.version, encode(json(&template))?, text),
            })
        }
    }
}

fn publication(kind: &'static str, id: &str, version: u32, body: String, source: &str) -> NewPublication {
    NewPublication { kind, id: id.to_owned(), version, body, source: source.to_owned() }
}

/// What can only be checked against what is published: versions grow, and templates are there.
async fn check(
    conn: &mut Conn,
    feed: &Feed,
    what: What,
    parsed: &[(&Source, Parsed)],
    faults: &mut Vec<String>,
) -> Result<(), HubError> {
    let kind = if what == What::Plans { kind::PLAN } else { kind::TEMPLATE };
    let ids: Vec<&str> = parsed.iter().map(|(_, one)| one.publication.id.as_str()).collect();
    let published = feed.load(conn, kind, &ids).await?;
    let named: BTreeSet<&str> = parsed.iter().flat_map(|(_, one)| &one.templates).map(String::as_str).collect();
    let named: Vec<&str> = named.into_iter().collect();
    let templates = feed.load(conn, kind::TEMPLATE, &named).await?;
    let mut files: BTreeMap<&str, &Path> = BTreeMap::new();
    for (source, one) in parsed {
        let file = source.file.display();
        let new = &one.publication;
        if let Some(other) = files.insert(&new.id, &source.file) {
            faults.push(format!("{file}: line {}: {} is also in {}", line_of_id(source), new.id, other.display()));
        }
        if let Some(fault) = published.get(&new.id).and_then(|before| version_fault(new, before)) {
            faults.push(format!("{file}: line {}: {fault}", line_of(&source.text, "version", "").unwrap_or(1)));
        }
        for id in one.templates.iter().filter(|id| templates.get(*id).is_none_or(|stored| stored.deleted)) {
            let line = line_of(&source.text, "template", id).unwrap_or(1);
            faults.push(format!(
                "{file}: line {line}: the template {id} is not published: publish it first with `guide-hub publish templates`"
            ));
        }
    }
    Ok(())
}

fn version_fault(new: &NewPublication, before: &Stored) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct VersionOnly {
        version: u32,
    }
    let published = serde_json::from_str::<VersionOnly>(&before.body).ok()?.version;
    (before.body != new.body && new.version <= published).then(|| {
        format!(
            "version {published} of {} is published with other content: set version = {}",
            new.id,
            published.saturating_add(1)
        )
    })
}

fn line_of_id(source: &Source) -> usize {
    line_of(&source.text, "id", "").unwrap_or(1)
}

/// The first line that sets a key to a value that holds `value`.
fn line_of(text: &str, key: &str, value: &str) -> Option<usize> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let sets = line.trim_start().strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix('='));
        if sets.is_some_and(|rest| value.is_empty() || rest.contains(&format!("\"{value}\""))) {
            return Some(line_at(text, offset));
        }
        offset += line.len();
    }
    None
}
