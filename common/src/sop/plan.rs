//! Plans (SOP 方案) as data: what a published plan says. Reading and checking the TOML is `plan_file`'s work.

use serde::{Deserialize, Serialize};

use crate::id::{PlanId, StepId, TemplateId};
use crate::outcome::{Channel, OutcomeCode};
use crate::time::Offset;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in a language.
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A language of the interface and of scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl std::str::FromStr for Lang {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            _ => Err(format!("{text:?} is no language; use zh or en")),
        }
    }
}

/// A plan as published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Stable over versions.
    pub id: PlanId,
    /// Grows with every publication.
    pub version: u32,
    /// What it is called.
    pub name: Text,
    /// Its weight in the queue, 0 to 100.
    #[serde(default)]
    pub priority: u32,
    /// What a new anchor does to running runs.
    #[serde(default)]
    pub restart: Restart,
    /// What ends a run early.
    #[serde(default)]
    pub ends_on: Vec<EndsOn>,
    /// What starts a run.
    pub trigger: Trigger,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// What a new anchor does to the runs before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// Every anchor has its own run.
    #[default]
    Every,
    /// Only the first anchor starts a run.
    Once,
    /// From its date on, an anchor supersedes every step of older runs that is neither done nor `keep`.
    Supersede,
}

/// What ends a run: the outcome codes, and a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EndsOn {
    /// The purchase of the anchor was returned.
    Return(ReturnedWord),
    /// An outcome of this code, of any contact with the customer.
    Code(OutcomeCode),
}

/// The word `returned`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnedWord {
    /// The purchase was returned.
    Returned,
}

/// What starts a run, and so gives it its anchor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// A day's purchases, summed.
    Purchase {
        /// The least sum of the day, in fen.
        #[serde(default)]
        min_amount_fen: i64,
    },
    /// Each birthday in the solar calendar.
    Birthday,
    /// Each promise; the anchor is the day by which it is due.
    Promise,
    /// One of a newer version: starts nothing here.
    #[serde(other)]
    Unknown,
}

/// One step (节点).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Stable over versions: an edited step keeps what was done.
    pub id: StepId,
    /// What it is called; the id where it has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The first day, from the anchor, inclusive.
    pub offset: Offset,
    /// The last day, from the anchor, inclusive.
    pub until: Offset,
    /// Whether a later anchor leaves it alone.
    #[serde(default)]
    pub keep: bool,
    /// What it is for; decides which caps and holds it meets.
    #[serde(default)]
    pub purpose: Purpose,
    /// Over what, in order: after no reply the next one.
    pub channels: Vec<Channel>,
    /// What to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// What to ask the customer for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
}

impl Step {
    /// The step's name in a language.
    pub fn title(&self, lang: Lang) -> &str {
        self.name.as_ref().map_or(self.id.as_str(), |name| name.in_lang(lang))
    }

    /// The channel after `n_no_replies` attempts without a reply: the next in order, the last one again at the end.
    pub fn channel(&self, n_no_replies: usize) -> Channel {
        let idx = n_no_replies.min(self.channels.len().saturating_sub(1));
        self.channels.get(idx).copied().unwrap_or_default()
    }
}

/// What a step is for (目的).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Sells.
    Promo,
    /// Serves.
    #[default]
    Service,
    /// Answers the customer: thanks, recovery, a promise due.
    Answer,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What a step asks the customer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// A score from 1 to 5.
    Satisfaction,
    /// A visit.
    Appointment,
    /// An amount.
    Amount,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}
