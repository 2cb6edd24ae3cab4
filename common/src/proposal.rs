//! Proposals: a trainer proposes another text of a template, and headquarters answers. Both are facts about the guide.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::fact::{Fact, FactBody};
use crate::id::{CustomerId, GuideId, OpId, TemplateId};

/// The longest template file that is proposed, in characters.
pub const MAX_PROPOSAL_CHARS: usize = 8_000;
/// How many proposals of one guide may wait for an answer.
pub const MAX_OPEN: usize = 20;

/// A template file proposed in the place of a published template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateProposed {
    /// The shop-local day.
    pub on: NaiveDate,
    /// Which template.
    pub template: TemplateId,
    /// The published version that was changed.
    pub base_version: u32,
    /// The template file (TOML).
    pub text: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What headquarters said to a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalAnswered {
    /// The shop-local day.
    pub on: NaiveDate,
    /// The op that proposed it.
    pub proposal: OpId,
    /// Accepted or rejected.
    pub answer: ProposalAnswer,
    /// Of an accepted one the version that was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Accepted or rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalAnswer {
    /// It was published.
    Accepted,
    /// It was not.
    Rejected,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// A proposal with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal<'f> {
    /// The op that proposed it.
    pub id: OpId,
    /// Who proposed it.
    pub guide: &'f GuideId,
    /// When, by the terminal's clock.
    pub at: DateTime<Utc>,
    /// What.
    pub proposed: &'f TemplateProposed,
    /// What became of it.
    pub state: ProposalState<'f>,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState<'f> {
    /// Headquarters has not answered.
    Open,
    /// The trainer took it back before there was an answer.
    Withdrawn,
    /// Headquarters has answered.
    Answered(&'f ProposalAnswered),
}

/// The proposals among the facts about a guide, the newest first. An answer counts more than a withdrawal.
pub fn proposals(facts: &[Fact]) -> Vec<Proposal<'_>> {
    let answer = |id: OpId| {
        facts.iter().find_map(|fact| match &fact.body {
            FactBody::ProposalAnswered(answered) if answered.proposal == id => Some(answered),
            _ => None,
        })
    };
    let mut proposals: Vec<Proposal<'_>> = facts
        .iter()
        .filter_map(|fact| {
            let FactBody::TemplateProposed(proposed) = &fact.body else { return None };
            let state = match answer(fact.id) {
                Some(answered) => ProposalState::Answered(answered),
                None if fact.is_undone() => ProposalState::Withdrawn,
                None => ProposalState::Open,
            };
            Some(Proposal { id: fact.id, guide: &fact.guide, at: fact.at, proposed, state })
        })
        .collect();
    proposals.sort_by_key(|proposal| std::cmp::Reverse((proposal.proposed.on, proposal.at, proposal.id)));
    proposals
}

/// The id of the fact with which headquarters answers: there is one answer.
pub fn answer_id(proposal: OpId) -> OpId {
    OpId::of_record("proposal_answered", &CustomerId::guide_itself(), &proposal.to_string())
}

impl ProposalState<'_> {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Withdrawn => "withdrawn",
            Self::Answered(answered) => match answered.answer {
                ProposalAnswer::Accepted => "accepted",
                ProposalAnswer::Rejected => "rejected",
                ProposalAnswer::Unknown => "answered",
            },
        }
    }
}
