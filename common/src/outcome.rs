//! Outcomes (跟进结果): the ten codes, what each needs, and over which channel the contact went.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::id::{DueId, TemplateId};
use crate::sop::plan::Purpose;

/// What came of a contact. The effects are the table “Outcome codes” in `docs/plans.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeCode {
    /// 1: wants to go on talking.
    Interested,
    /// 2: a visit is booked.
    Appointment,
    /// 3: came to the shop, no deal.
    Visited,
    /// 4: bought.
    Bought,
    /// 5: replied, no need at present.
    NoNeed,
    /// 6: no reply.
    NoReply,
    /// 7: asked to be contacted on another day.
    CallLater,
    /// 8: dissatisfied.
    Complaint,
    /// 9: wants no contact.
    DoNotContact,
    /// 0: skipped by the guide, with a reason.
    Skipped,
    /// A code of a newer version: closes nothing, counts as a contact.
    #[serde(other)]
    Unknown,
}

impl OutcomeCode {
    /// The ten codes in the order of their keys, `1` to `9` and `0`.
    pub const ALL: [Self; 10] = [
        Self::Interested,
        Self::Appointment,
        Self::Visited,
        Self::Bought,
        Self::NoNeed,
        Self::NoReply,
        Self::CallLater,
        Self::Complaint,
        Self::DoNotContact,
        Self::Skipped,
    ];

    /// The key that logs it, the short code, and the wire name.
    pub fn names(self) -> (char, &'static str, &'static str) {
        match self {
            Self::Interested => ('1', "INT", "interested"),
            Self::Appointment => ('2', "APT", "appointment"),
            Self::Visited => ('3', "VIS", "visited"),
            Self::Bought => ('4', "BUY", "bought"),
            Self::NoNeed => ('5', "NOT", "no_need"),
            Self::NoReply => ('6', "NRP", "no_reply"),
            Self::CallLater => ('7', "LTR", "call_later"),
            Self::Complaint => ('8', "CMP", "complaint"),
            Self::DoNotContact => ('9', "DNC", "do_not_contact"),
            Self::Skipped => ('0', "SKP", "skipped"),
            Self::Unknown => ('?', "???", "unknown"),
        }
    }

    /// Whether the contact reached its end: the dues it names are done.
    pub fn completes(self) -> bool {
        matches!(
            self,
            Self::Interested | Self::Appointment | Self::Visited | Self::Bought | Self::NoNeed | Self::Complaint
        )
    }
}

impl FromStr for OutcomeCode {
    type Err = String;
    /// Takes the key (`4`), the short code (`BUY`, in any case) or the wire name (`bought`).
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|code| {
                let (key, short, name) = code.names();
                text == name || text.eq_ignore_ascii_case(short) || (text.len() == 1 && text.starts_with(key))
            })
            .ok_or_else(|| {
                format!("{text:?} is no outcome; use a key 0-9, a code such as BUY, or a name such as bought")
            })
    }
}

/// Over what a contact goes (渠道).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 企微.
    #[default]
    Wecom,
    /// 电话.
    Phone,
    /// 到店.
    Visit,
    /// 短信.
    Sms,
    /// 公众号.
    OfficialAccount,
    /// 群.
    Group,
    /// 朋友圈.
    Moments,
    /// 邮寄卡片.
    Card,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl Channel {
    /// The channels that a plan may name.
    pub const ALL: [Self; 8] = [
        Self::Wecom,
        Self::Phone,
        Self::Visit,
        Self::Sms,
        Self::OfficialAccount,
        Self::Group,
        Self::Moments,
        Self::Card,
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wecom => "wecom",
            Self::Phone => "phone",
            Self::Visit => "visit",
            Self::Sms => "sms",
            Self::OfficialAccount => "official_account",
            Self::Group => "group",
            Self::Moments => "moments",
            Self::Card => "card",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for Channel {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|channel| channel.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|channel| channel.name()).collect();
            format!("{text:?} is no channel; use one of {}", names.join(", "))
        })
    }
}

/// Why a task was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// a: already met today.
    MetToday,
    /// b: the customer is travelling.
    Travelling,
    /// c: the data is wrong.
    WrongData,
    /// d: the content does not fit.
    UnfitContent,
    /// e: the price has expired.
    StalePrice,
    /// f: a colleague has done it.
    ColleagueDid,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

impl SkipReason {
    /// The reasons in the order of their keys, `a` to `f`.
    pub const ALL: [Self; 6] =
        [Self::MetToday, Self::Travelling, Self::WrongData, Self::UnfitContent, Self::StalePrice, Self::ColleagueDid];

    /// The key and the wire name.
    pub fn names(self) -> (char, &'static str) {
        match self {
            Self::MetToday => ('a', "met_today"),
            Self::Travelling => ('b', "travelling"),
            Self::WrongData => ('c', "wrong_data"),
            Self::UnfitContent => ('d', "unfit_content"),
            Self::StalePrice => ('e', "stale_price"),
            Self::ColleagueDid => ('f', "colleague_did"),
            Self::Unknown => ('?', "unknown"),
        }
    }
}

impl FromStr for SkipReason {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|reason| {
                let (key, name) = reason.names();
                text == name || (text.len() == 1 && text.starts_with(key))
            })
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|r| format!("{} {}", r.names().0, r.names().1)).collect();
                format!("{text:?} is no reason; use one of {}", names.join(", "))
            })
    }
}

/// The body of an outcome op, and of the fact that it makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The shop-local day of the contact.
    pub on: NaiveDate,
    /// What came of it.
    pub code: OutcomeCode,
    /// Over what it went.
    #[serde(default)]
    pub channel: Channel,
    /// The dues that the guide saw and that this closes; empty for a contact that no task asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due_ids: Vec<DueId>,
    /// Satisfaction, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The date of the visit (code 2), or of the next contact (codes 1 and 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<NaiveDate>,
    /// The time of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_time: Option<NaiveTime>,
    /// What was bought for (code 4), in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// Why it was skipped (code 0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SkipReason>,
    /// The guide's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The template whose script was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// What the guide filled into the script's gaps by hand.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub fills: std::collections::BTreeMap<String, String>,
    /// What the contact was for, by which the gate counts it where its runs are no more: the most selling purpose of its
    /// task; of a contact that no task asked for what the guide said, `answer` where the customer began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The gold price that the script named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quote>,
    /// The text that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// What the customer said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
}

/// A gold price said to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Fen a gram.
    pub price_fen: i64,
    /// When the price was set, shop-local.
    pub at: NaiveDateTime,
}

/// The longest note, text sent or reply, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;
/// The largest amount of one reported sale: 10,000,000 yuan. What is above it is a slip of the keys.
pub const MAX_AMOUNT_FEN: i64 = 10_000_000 * 100;
/// The farthest date that a next contact may have.
const MAX_NEXT_DAYS: i64 = 366;

impl Outcome {
    /// An outcome with only a code.
    pub fn new(on: NaiveDate, code: OutcomeCode) -> Self {
        Self {
            on,
            code,
            channel: Channel::default(),
            due_ids: Vec::new(),
            score: None,
            next_on: None,
            next_time: None,
            amount_fen: None,
            reason: None,
            note: None,
            template: None,
            fills: std::collections::BTreeMap::new(),
            purpose: None,
            quoted: None,
            sent: None,
            reply: None,
        }
    }

    /// Says what is missing or wrong, the same on the terminal and at the hub.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.code == OutcomeCode::Bought && self.amount_fen.is_none() {
            return Err(Refusal::NeedsAmount);
        }
        if self.amount_fen.is_some_and(|fen| fen <= 0) {
            return Err(Refusal::AmountNotPositive);
        }
        if self.amount_fen.is_some_and(|fen| fen > MAX_AMOUNT_FEN) {
            return Err(Refusal::AmountTooLarge);
        }
        if self.code == OutcomeCode::CallLater && self.next_on.is_none() {
            return Err(Refusal::NeedsDate);
        }
        if let Some(next_on) = self.next_on {
            let earliest = i64::from(self.code != OutcomeCode::Appointment);
            if !(earliest..=MAX_NEXT_DAYS).contains(&(next_on - self.on).num_days()) {
                return Err(Refusal::DateOutOfRange);
            }
        }
        if self.code == OutcomeCode::Skipped && self.reason.is_none() {
            return Err(Refusal::NeedsReason);
        }
        if self.score.is_some_and(|score| !(1..=5).contains(&score)) {
            return Err(Refusal::ScoreOutOfRange);
        }
        Ok(())
    }
}

/// A planned answer: why something that was asked for is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Outcome 4 without an amount.
    #[error("a purchase needs its amount")]
    NeedsAmount,
    /// An amount of zero or less.
    #[error("the amount must be more than zero")]
    AmountNotPositive,
    /// An amount above what one sale can be.
    #[error("the amount must not be above 10,000,000 yuan")]
    AmountTooLarge,
    /// Outcome 7 without a date.
    #[error("a later contact needs its date")]
    NeedsDate,
    /// A date before tomorrow, or more than a year away.
    #[error("the date must lie between tomorrow and a year from now")]
    DateOutOfRange,
    /// Outcome 0 without a reason.
    #[error("a skipped task needs a reason")]
    NeedsReason,
    /// A score outside 1 to 5.
    #[error("satisfaction goes from 1 to 5")]
    ScoreOutOfRange,
    /// A promise or a closed complaint without words.
    #[error("the text is missing")]
    NeedsText,
    /// A field's value that has not the field's form.
    #[error("the value has not the form of its field")]
    MalformedValue,
    /// An op that this version does not know.
    #[error("this kind of op is not known to this version")]
    UnknownKind,
    /// An op of a kind that only headquarters makes.
    #[error("only headquarters records this kind of fact")]
    NotForTerminals,
    /// A body that does not have the kind's form.
    #[error("the body has not the form of its kind")]
    MalformedBody,
    /// An op on a customer who is not this guide's.
    #[error("this guide has no such customer")]
    UnknownCustomer,
    /// An undo or a kept promise that names nothing known.
    #[error("the op that this refers to is not known")]
    UnknownTarget,
    /// A deputy who is no other guide of the chain.
    #[error("the deputy is no other guide that headquarters knows")]
    UnknownDeputy,
    /// A proposal of a terminal that is no trainer's.
    #[error("only a trainer's terminal proposes templates")]
    NotATrainer,
    /// A closed complaint where none is open.
    #[error("the customer has no open complaint")]
    NoOpenComplaint,
    /// A lead of a guide who has entered very many.
    #[error("this guide has entered too many leads: headquarters has to look at them first")]
    TooManyLeads,
    /// An undo of a fact that was taken back and recorded again many times.
    #[error("this was taken back and recorded again too often")]
    TooOften,
    /// The same op id with another payload.
    #[error("this op id was used for another payload")]
    HashConflict,
    /// The hash does not belong to the payload.
    #[error("the payload does not have the hash that it names")]
    BadHash,
    /// A date that lies in the future of whoever checks it.
    #[error("the op is dated in the future")]
    FromTheFuture,
    /// A reason of a newer version.
    #[error("refused for a reason that this version does not know")]
    #[serde(other)]
    Unknown,
}

impl Refusal {
    /// The stable code on the wire.
    pub fn code(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Outcome), code: OutcomeCode, expected: Result<(), Refusal>) {
        let mut outcome = Outcome::new("2026-08-12".parse().unwrap(), code);
        change(&mut outcome);
        assert_eq!(outcome.check(), expected);
    }

    #[test]
    fn each_code_asks_only_for_what_it_needs() {
        use OutcomeCode::*;
        for code in [Interested, Appointment, Visited, NoNeed, NoReply, Complaint, DoNotContact] {
            check(|_| {}, code, Ok(()));
        }
        check(|_| {}, Bought, Err(Refusal::NeedsAmount));
        check(|o| o.amount_fen = Some(0), Bought, Err(Refusal::AmountNotPositive));
        check(|o| o.amount_fen = Some(1), Bought, Ok(()));
        check(|o| o.amount_fen = Some(1_000_000_000), Bought, Ok(()));
        check(|o| o.amount_fen = Some(1_000_000_001), Bought, Err(Refusal::AmountTooLarge));
        check(|o| o.amount_fen = Some(i64::MAX), Interested, Err(Refusal::AmountTooLarge));
        check(|_| {}, CallLater, Err(Refusal::NeedsDate));
        check(|o| o.next_on = Some(o.on), CallLater, Err(Refusal::DateOutOfRange));
        check(|o| o.next_on = o.on.succ_opt(), CallLater, Ok(()));
        check(|o| o.next_on = Some(o.on), Appointment, Ok(()));
        check(|_| {}, Skipped, Err(Refusal::NeedsReason));
        check(|o| o.score = Some(6), Interested, Err(Refusal::ScoreOutOfRange));
    }

    #[test]
    fn a_code_is_read_by_key_short_code_or_name() {
        for code in OutcomeCode::ALL {
            let (key, short, name) = code.names();
            assert_eq!(key.to_string().parse(), Ok(code));
            assert_eq!(short.to_lowercase().parse(), Ok(code));
            assert_eq!(name.parse(), Ok(code));
            assert_eq!(serde_json::to_value(code).unwrap(), name);
        }
        assert!("44".parse::<OutcomeCode>().is_err());
    }

    #[test]
    fn refusals_have_stable_codes() {
        assert_eq!(Refusal::NeedsAmount.code(), "needs_amount");
        assert_eq!(Refusal::HashConflict.code(), "hash_conflict");
    }
}
