//! Proposals of templates; a part of the local API.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{OpId, TemplateId};

/// `POST /v1/templates/{id}/propose`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposeRequest {
    /// The template file (TOML). Its version is set by headquarters when it publishes.
    pub text: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// `GET /v1/proposals`: this guide's, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// The proposals.
    pub proposals: Vec<ProposalRow>,
}

/// A proposal and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRow {
    /// The op that proposed it.
    pub op_id: OpId,
    /// Which template.
    pub template: TemplateId,
    /// The published version that was changed.
    pub base_version: u32,
    /// The shop-local day.
    pub on: NaiveDate,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// `unsent`, `open` (headquarters has it), `withdrawn`, `accepted`, `rejected`; others of newer versions.
    pub state: String,
    /// When headquarters answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<NaiveDate>,
    /// The version that was published of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why it was answered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The template file that was proposed.
    pub text: String,
}
