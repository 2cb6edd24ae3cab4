//! Proposals of templates: listed, accepted by publishing them, or rejected. The answer is a fact in the feed of the guide
//! who proposed, so it is given once, whoever else answers at the same time.

use guide_common::fact::{Fact, FactBody, next_number};
use guide_common::id::{CustomerId, GuideId, OpId};
use guide_common::proposal::{
    Proposal, ProposalAnswer, ProposalAnswered, ProposalState, TemplateProposed, answer_id, proposals,
};
use guide_common::template::{Template, file as template_file};
use serde::Serialize;

use crate::clock::Moment;
use crate::db::directory::json;
use crate::db::feed::{Change, Feed, kind};
use crate::db::retry::retry;
use crate::db::{Conn, Db, commit, file};
use crate::error::HubError;
use crate::publish::{Publishing, Running, Source, What, publish};
use crate::record;

/// A proposal as headquarters sees it.
#[derive(Clone, Debug, Serialize)]
pub struct ProposalRow {
    /// The op that proposed it.
    pub id: OpId,
    /// Who proposed it.
    pub guide: GuideId,
    /// `open`, `withdrawn`, `accepted`, `rejected`.
    pub state: &'static str,
    /// What is proposed.
    #[serde(flatten)]
    pub proposed: TemplateProposed,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<ProposalAnswered>,
}

/// How to accept a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Not where another version was published since.
    Refuse,
    /// In the place of whatever is published.
    Overrule,
}

/// Every proposal, the newest first.
pub async fn all(db: &Db) -> Result<Vec<ProposalRow>, HubError> {
    let mut rows: Vec<ProposalRow> = Vec::new();
    for (guide, facts) in file::about_guides(&mut *db.conn().await?).await? {
        rows.extend(proposals(&facts).iter().map(|proposal| row(&guide, proposal)));
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.proposed.on, row.id)));
    Ok(rows)
}

/// The proposal of an id, or of the end of one that no other id has.
pub async fn find(db: &Db, wanted: &str) -> Result<ProposalRow, HubError> {
    let mut found = all(db).await?;
    found.retain(|row| row.id.to_string().ends_with(wanted) && !wanted.is_empty());
    match (found.pop(), found.len()) {
        (Some(row), 0) => Ok(row),
        (Some(_), _) => {
            Err(HubError::refused(format!("more than one proposal ends in {wanted:?}: give more of the id")))
        }
        (None, _) => Err(HubError::refused(format!(
            "there is no proposal {wanted:?}: `guide-hub proposals list` shows those that wait"
        ))),
    }
}

/// The template that is published of a proposal's.
pub async fn published(conn: &mut Conn, row: &ProposalRow) -> Result<Option<Template>, HubError> {
    let id = row.proposed.template.as_str();
    let stored = file::of_shared(conn, kind::TEMPLATE, id).await?;
    stored.map(|body| file::parse(kind::TEMPLATE, id, &body)).transpose()
}

/// Publishes a proposal as the template's next version and tells its guide. Accepted again it changes nothing.
pub async fn accept(
    db: &Db,
    row: &ProposalRow,
    by: Option<&str>,
    conflict: Conflict,
    moment: Moment,
) -> Result<ProposalRow, HubError> {
    if let Some(done) = settled(row, ProposalAnswer::Accepted)? {
        return Ok(done);
    }
    let version = publish_next(db, row, conflict, moment).await?;
    let answer = (ProposalAnswer::Accepted, Some(version), None);
    say(db, row, answer, by, moment).await
}

/// Answers a proposal with a reason. Rejected again it changes nothing.
pub async fn reject(
    db: &Db,
    row: &ProposalRow,
    by: Option<&str>,
    reason: &str,
    moment: Moment,
) -> Result<ProposalRow, HubError> {
    if reason.trim().is_empty() {
        return Err(HubError::refused("a rejection needs its reason: --why"));
    }
    if let Some(done) = settled(row, ProposalAnswer::Rejected)? {
        return Ok(done);
    }
    say(db, row, (ProposalAnswer::Rejected, None, Some(reason.to_owned())), by, moment).await
}

/// The row itself where it was answered so already; a refusal where it was answered otherwise or taken back.
fn settled(row: &ProposalRow, wanted: ProposalAnswer) -> Result<Option<ProposalRow>, HubError> {
    match (&row.answer, row.state) {
        (Some(answer), _) if answer.answer == wanted => Ok(Some(row.clone())),
        (None, "open") => Ok(None),
        (_, state) => Err(HubError::refused(format!("the proposal {} was {state} already", row.id))),
    }
}

/// Publishes what is proposed through the same checks as a file; the version is the one after the published one.
async fn publish_next(db: &Db, row: &ProposalRow, conflict: Conflict, moment: Moment) -> Result<u32, HubError> {
    let id = &row.proposed.template;
    let proposed = template_file::parse(&row.proposed.text)
        .map_err(|fault| HubError::refused(format!("the proposal {} is no template: {fault}", row.id)))?;
    let before = published(&mut *db.conn().await?, row).await?.filter(|template| template.id == proposed.id);
    let Some(before) = before else {
        return Err(HubError::refused(format!("{id} is not published: there is nothing that this could replace")));
    };
    // published by an earlier try, or by hand
    if before.has_content_of(&proposed) {
        return Ok(before.version);
    }
    let (base, version) = (row.proposed.base_version, before.version);
    if base != version && conflict == Conflict::Refuse {
        return Err(HubError::refused(format!(
            "the proposal was made of version {base} of {id}, version {version} is published: look at both with \
             `guide-hub proposals show {}`; --anyway publishes it all the same",
            row.id
        )));
    }
    let next = Template { version: version.saturating_add(1), ..proposed };
    let source = Source { file: format!("proposal {}", row.id).into(), text: template_file::write(&next) };
    let publishing = Publishing { running: Running::Keep, today: moment.today() };
    publish(db, What::Templates, &[source], publishing).await?;
    Ok(next.version)
}

type Answer = (ProposalAnswer, Option<u32>, Option<String>);

/// Puts the answer into the guide's feed, under its lock: whoever comes second finds the first answer.
async fn say(
    db: &Db,
    row: &ProposalRow,
    (answer, version, reason): Answer,
    by: Option<&str>,
    moment: Moment,
) -> Result<ProposalRow, HubError> {
    let by = by.map(str::to_owned);
    let body = ProposalAnswered { on: moment.today(), proposal: row.id, answer, version, by, reason };
    let (id, own) = (answer_id(row.id), CustomerId::guide_itself());
    let at = moment.zone.instant(moment.shop_time);
    let fact = record::fact(id, &own, at, FactBody::ProposalAnswered(body)).map_err(HubError::refused)?;
    let facts = retry(|| put_once(db, &row.guide, &fact)).await?;
    let proposals = proposals(&facts);
    let Some(proposal) = proposals.iter().find(|proposal| proposal.id == row.id) else {
        return Err(HubError::refused(format!("the proposal {} is gone", row.id)));
    };
    let told = self::row(&row.guide, proposal);
    settled(&told, answer)?;
    Ok(told)
}

/// The facts about the guide with the answer among them, the first where there was one.
async fn put_once(db: &Db, guide: &GuideId, fact: &Fact) -> Result<Vec<Fact>, HubError> {
    let mut tx = db.begin().await?;
    let mut feed = Feed::lock_known(&mut tx, guide.as_str()).await?;
    let mut facts = file::guide_facts(&mut tx, guide.as_str()).await?;
    if facts.iter().any(|known| known.id == fact.id) {
        return Ok(facts);
    }
    let fact = Fact { number: next_number(&facts), ..fact.clone() };
    let change = Change::put(kind::FACT, &fact.id.to_string(), fact.customer.as_str(), json(&fact)?);
    feed.apply(&mut tx, vec![change]).await?;
    commit(tx).await?;
    facts.push(fact);
    Ok(facts)
}

fn row(guide: &GuideId, proposal: &Proposal<'_>) -> ProposalRow {
    let answer = match proposal.state {
        ProposalState::Answered(answered) => Some(answered.clone()),
        ProposalState::Open | ProposalState::Withdrawn => None,
    };
    let proposed = proposal.proposed.clone();
    ProposalRow { id: proposal.id, guide: guide.clone(), state: proposal.state.name(), proposed, answer }
}
