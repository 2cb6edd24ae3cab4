//! Plans (SOP 方案) as data: what a published plan says. Reading and checking the TOML is `plan_file`'s work.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::customer::{Tier, is_false};
use crate::id::{PlanId, StepId, TemplateId};
use crate::outcome::{Channel, OutcomeCode};
use crate::sop::condition::Condition;
use crate::sop::trigger::Trigger;
use crate::time::Offset;
use crate::wire::hub::StoreTier;

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
    /// What starts a run; any of them does.
    #[serde(rename = "trigger")]
    pub triggers: Vec<Trigger>,
    /// Anchors before this day start nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
    /// The next run starts so long after each anchor, again and again, while the trigger is still met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Offset>,
    /// No further run starts so long after one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Offset>,
    /// For whom, as of the day of the anchor.
    #[serde(default, skip_serializing_if = "Audience::is_everyone")]
    pub audience: Audience,
    /// Of plans with the same word here, a customer runs one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<String>,
    /// The most runs that start per guide and day, the most valuable customers first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<u32>,
    /// Whether it runs on while a complaint is open: it is what puts the complaint right.
    #[serde(default, skip_serializing_if = "is_false")]
    pub recovery: bool,
    /// What its scripts say of a campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Campaign>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// The version that runs with earlier anchors still follow; set by a publication that keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Box<Earlier>>,
}

impl Plan {
    /// Whether runs wait for their turn to start, by this version or by one that earlier runs follow.
    pub fn is_throttled(&self) -> bool {
        self.throttle.is_some() || self.earlier.as_ref().is_some_and(|earlier| earlier.plan.is_throttled())
    }

    /// It and the earlier versions that runs still follow, the latest first.
    pub fn versions(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |plan| plan.earlier.as_deref().map(|earlier| &earlier.plan))
    }

    /// The earlier versions that runs still follow, each with its last day, the latest first.
    pub fn earlier_versions(&self) -> impl Iterator<Item = &Earlier> {
        std::iter::successors(self.earlier.as_deref(), |earlier| earlier.plan.earlier.as_deref())
    }

    /// Whether a plan would otherwise start for everyone who ever met its trigger, and so starts on the day on which it
    /// is first published.
    pub fn starts_with_publication(&self) -> bool {
        self.throttle.is_some() || self.triggers.iter().any(|trigger| matches!(trigger, Trigger::Dormant(_)))
    }

    /// The plan as all runs follow it from `today` on, in the place of `before`: of earlier versions only their throttles
    /// stay, because who started when is not worked out anew.
    #[must_use]
    pub fn migrated(&self, before: &Self, today: NaiveDate) -> Self {
        let mut in_force = vec![(today, before.throttle)];
        in_force.extend(before.earlier_versions().map(|earlier| (earlier.before_on, earlier.plan.throttle)));
        // a version of less than a day was never in force
        let lasted: Vec<bool> = (0..in_force.len())
            .map(|idx| in_force.get(idx + 1).is_none_or(|older| older.0 < in_force[idx].0))
            .collect();
        let mut newer = self.throttle;
        let mut kept: Vec<(NaiveDate, Option<u32>)> = Vec::new();
        for ((before_on, throttle), _) in in_force.into_iter().zip(lasted).filter(|(_, lasted)| *lasted) {
            if throttle != newer {
                kept.push((before_on, throttle));
                newer = throttle;
            }
        }
        let earlier = kept.into_iter().rev().fold(None, |earlier, (before_on, throttle)| {
            Some(Box::new(Earlier { before_on, plan: Self { throttle, earlier, ..self.clone() } }))
        });
        Self { earlier, ..self.clone() }
    }

    /// The most runs that start on a day, by the version in force on it.
    pub fn throttle_on(&self, day: NaiveDate) -> Option<u32> {
        match &self.earlier {
            Some(earlier) if day < earlier.before_on => earlier.plan.throttle_on(day),
            _ => self.throttle,
        }
    }
}

/// A version that earlier runs follow to their end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// Runs whose anchor lies before this day follow it.
    pub before_on: NaiveDate,
    /// The version.
    pub plan: Plan,
}

/// For whom a plan is: all that is named must be met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    /// An expression over a customer's fields.
    #[serde(rename = "when", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Any of these tiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// Within a group any of these tags, and every group that is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<WantedTag>,
    /// Any of these ranks of the shop.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub store_tiers: Vec<StoreTier>,
}

impl Audience {
    /// Whether nothing is asked for.
    pub fn is_everyone(&self) -> bool {
        *self == Self::default()
    }
}

/// A tag that an audience asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedTag {
    /// The group's code.
    pub group: String,
    /// The value; any of the group where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What the scripts of a plan say of its campaign (活动).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// What it is called.
    pub name: Text,
    /// Its last day, from the anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Offset>,
    /// Where its rules are published, or the rules (公示).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Text>,
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
    /// From which date it counts, in place of the anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<FromDate>,
    /// Not offered before this time of its days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveTime>,
    /// Within so many hours of the outcome that started the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_hours: Option<u32>,
    /// It comes to be only where this is met on its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The first one that is met decides template and channels.
    #[serde(default, rename = "variant", skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Steps that come to be where it ends well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positive: Vec<StepId>,
    /// Steps that come to be where it ends badly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub negative: Vec<StepId>,
    /// Steps that come to be where nobody replied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_reply: Vec<StepId>,
    /// The plan that a bad score or a complaint on it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<PlanId>,
    /// The kind of coupon to hand out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    /// Whether it speaks of a linked person: an open secret with that person silences it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub linked: bool,
    /// Whether it goes on while the purchase of its anchor is kept secret.
    #[serde(default, skip_serializing_if = "is_false")]
    pub discreet: bool,
}

impl Step {
    /// The step's name in a language.
    pub fn title(&self, lang: Lang) -> &str {
        self.name.as_ref().map_or(self.id.as_str(), |name| name.in_lang(lang))
    }

    /// The channel after `n_no_replies` attempts without a reply: the next in order, the last one again at the end.
    pub fn channel(&self, n_no_replies: usize) -> Channel {
        nth_channel(&self.channels, n_no_replies)
    }

    /// The steps of which one comes to be only where a branch of this one is taken.
    pub fn branches(&self) -> impl Iterator<Item = (Branch, &StepId)> {
        let positive = self.positive.iter().map(|step| (Branch::Positive, step));
        let negative = self.negative.iter().map(|step| (Branch::Negative, step));
        positive.chain(negative).chain(self.no_reply.iter().map(|step| (Branch::NoReply, step)))
    }
}

/// The channel after `n_no_replies` attempts without a reply: the next in order, the last one again at the end.
pub(crate) fn nth_channel(channels: &[Channel], n_no_replies: usize) -> Channel {
    let idx = n_no_replies.min(channels.len().saturating_sub(1));
    channels.get(idx).copied().unwrap_or_default()
}

/// How a step ended, as far as its plan distinguishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// A score of 5; without a score interested, appointment, visited or bought.
    Positive,
    /// A score of 3 or less; without a score no need or a complaint.
    Negative,
    /// No attempt got a reply.
    NoReply,
}

/// Another template or other channels where a condition is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Where.
    pub when: Condition,
    /// What to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// Over what, in order; the step's own where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
}

/// A date beside the anchor from which a step can count. Where the date is not known the step is not due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromDate {
    /// The contact that took the branch in which the step lies.
    Outcome,
    /// The next date that the outcome of the anchor or of the branch named.
    NextOn,
    /// The day of the visit: of the anchor's appointment, else of the latest one agreed since the anchor.
    VisitOn,
    /// The day on which the customer did not come to that visit.
    NoShowOn,
    /// The day of the wedding.
    WeddingOn,
    /// The next wedding anniversary from the anchor on.
    AnniversaryOn,
    /// The latest purchase up to the anchor.
    BoughtOn,
    /// The day on which the ticket's piece was ready.
    ReadyOn,
    /// The day for which the ticket was promised.
    PromisedOn,
    /// One of a newer version: never known.
    #[serde(other)]
    Unknown,
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
