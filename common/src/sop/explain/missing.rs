//! Which fact a trigger waits for, where no day meets it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::outcome::OutcomeCode;
use crate::record::{Level, Risk};
use crate::sop::history::History;
use crate::sop::plan::Text;
use crate::sop::rules::Rules;
use crate::sop::trigger::{DormantTrigger, LevelEvent, OutcomeTrigger, PurchaseTrigger, Since, TicketEvent, Trigger};

/// What is missing for a trigger to be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Missing {
    /// No purchase stands.
    Purchase,
    /// No day's purchases are enough.
    Amount {
        /// What is asked for.
        min_fen: i64,
        /// The greatest day's sum.
        greatest_fen: i64,
    },
    /// No piece of these styles or materials is known.
    Piece {
        /// Any of them.
        wanted: Vec<String>,
    },
    /// The materials of the pieces are not known.
    Material,
    /// No piece is of a material that has a rhythm.
    Rhythm {
        /// The materials there are.
        materials: Vec<String>,
    },
    /// The birthday is not known.
    Birthday,
    /// No yearly date is known.
    Anniversary {
        /// Of this kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// Nothing is known from which a silence could count.
    Sign {
        /// Of this kind.
        since: Since,
    },
    /// No risk was recorded.
    Risk,
    /// The risk recorded last is another one.
    OtherRisk {
        /// Which.
        risk: Risk,
        /// As of this day.
        on: NaiveDate,
    },
    /// The customer is no lead, or since when is not known.
    Lead,
    /// The customer is no WeCom contact, or since when is not known.
    WecomContact,
    /// The tag was not applied.
    Tag {
        /// Of this group.
        group: String,
        /// This value; any where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// What the group is called, where headquarters has named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group_name: Option<Text>,
    },
    /// The tag is there, but since when is not known.
    DayOfTag {
        /// Of this group.
        group: String,
        /// What the group is called, where headquarters has named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group_name: Option<Text>,
    },
    /// No level was recorded.
    Level,
    /// The level is another one.
    OtherLevel {
        /// Which.
        level: Level,
    },
    /// Until when the level is sure was not recorded.
    EndOfLevel,
    /// What is missing to the next level was not recorded.
    GapToNextLevel,
    /// Too much is missing to the next level.
    GapTooGreat {
        /// So much.
        to_next_fen: i64,
        /// Of what the next level asks for.
        next_fen: i64,
    },
    /// An amount that is not told while a purchase of the customer is kept secret.
    KeptSecret,
    /// The level never rose.
    RiseOfLevel,
    /// No coupon is on record.
    Coupon,
    /// No coupon of these kinds is on record.
    CouponOfKind {
        /// Any of them.
        wanted: Vec<String>,
    },
    /// No such event is on record.
    LifeEvent {
        /// Of this kind.
        kind: String,
    },
    /// The event is on record, but the customer did not tell of it.
    Told {
        /// Of this kind.
        kind: String,
    },
    /// No job ticket is on record.
    Ticket,
    /// No ticket says when its piece was ready.
    ReadyDay,
    /// No ticket says when its piece was collected.
    CollectedDay,
    /// No ticket says for when its piece was promised.
    PromisedDay,
    /// No change of owner is on record.
    OwnerChange,
    /// Headquarters did not send the plan to this customer.
    Dispatch,
    /// No contact is on record.
    Contact,
    /// No contact had such an outcome.
    Outcome {
        /// Any of these codes, where codes are asked for.
        codes: Vec<OutcomeCode>,
        /// A score of at least this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_score: Option<u8>,
        /// A score of at most this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_score: Option<u8>,
    },
    /// No promise is on record.
    Promise,
    /// No visit was agreed.
    Visit,
    /// The fact is there; its day has not come, or is over.
    Day,
    /// The trigger is one of a newer version.
    NewerTrigger,
    /// One of a newer version.
    #[serde(other)]
    Unknown,
}

/// What is missing for a trigger that no day meets.
pub(super) fn missing(trigger: &Trigger, history: &History<'_>, rules: &Rules) -> Missing {
    let customer = &history.customer;
    let records = &history.records;
    let unless = |is_there: bool, missing: Missing| if is_there { Missing::Day } else { missing };
    match trigger {
        Trigger::Purchase(purchase) => missing_purchase(purchase, history),
        Trigger::Birthday => unless(customer.birthday.is_some(), Missing::Birthday),
        Trigger::Anniversary { of } => {
            let mut known = customer.anniversaries.iter();
            let is_known = known.any(|date| of.as_ref().is_none_or(|of| date.kind == *of));
            unless(is_known, Missing::Anniversary { of: of.clone() })
        }
        Trigger::Date(_) => Missing::Day,
        Trigger::Dormant(dormant) => missing_silence(dormant, history),
        Trigger::Lead => unless(customer.lead_on.is_some(), Missing::Lead),
        Trigger::ContactAdded => unless(customer.wecom_on.is_some(), Missing::WecomContact),
        Trigger::Tagged { group, value } => {
            let mut tags = customer.tags.iter().filter(|tag| tag.group == *group);
            let is_there = tags.any(|tag| value.as_ref().is_none_or(|value| tag.value == *value));
            let group_name = rules.settings.tag_group(group).map(|group| group.name.clone());
            let group = group.clone();
            match is_there {
                true => Missing::DayOfTag { group, group_name },
                false => Missing::Tag { group, value: value.clone(), group_name },
            }
        }
        Trigger::Level { event, level, .. } => missing_level(*event, *level, history),
        Trigger::CouponExpiry { kinds } => match records.coupons.is_empty() {
            true => Missing::Coupon,
            false => {
                let is_wanted = |kind: &String| kinds.is_empty() || kinds.contains(kind);
                let is_there = records.coupons.iter().any(|(_, coupon)| is_wanted(&coupon.kind));
                unless(is_there, Missing::CouponOfKind { wanted: kinds.clone() })
            }
        },
        Trigger::LifeEvent { kind } => {
            let is_there = records.life_events.iter().any(|(_, event)| event.kind == *kind);
            let kind = kind.clone();
            if is_there { Missing::Told { kind } } else { Missing::LifeEvent { kind } }
        }
        Trigger::Ticket { event } => missing_ticket(*event, history),
        Trigger::OwnerChanged => Missing::OwnerChange,
        Trigger::Dispatch => Missing::Dispatch,
        Trigger::Outcome(outcome) => missing_outcome(outcome, history),
        Trigger::Promise => Missing::Promise,
        Trigger::Appointment => Missing::Visit,
        Trigger::Unknown => Missing::NewerTrigger,
    }
}

fn missing_purchase(trigger: &PurchaseTrigger, history: &History<'_>) -> Missing {
    let standing = || history.days.iter().filter(|day| day.net_fen() > 0);
    if standing().next().is_none() {
        return Missing::Purchase;
    }
    let sales = history.file.purchases.iter().filter(|sale| !sale.is_return() && sale.bought_on <= history.today);
    let items: Vec<_> = sales.flat_map(|sale| &sale.items).collect();
    let wanted = &trigger.categories;
    let is_wanted = |word: &String| wanted.contains(word);
    let has_wanted = items.iter().any(|item| item.category.iter().chain(&item.material).any(is_wanted));
    if !wanted.is_empty() && !has_wanted {
        return Missing::Piece { wanted: wanted.clone() };
    }
    if !trigger.repeat_by_material.is_empty() {
        let mut materials: Vec<String> = items.iter().filter_map(|item| item.material.clone()).collect();
        materials.sort_unstable();
        materials.dedup();
        return match &materials[..] {
            [] => Missing::Material,
            known if known.iter().any(|known| trigger.repeat_by_material.contains_key(known)) => Missing::Day,
            _ => Missing::Rhythm { materials },
        };
    }
    let greatest_fen = standing().map(|day| day.net_fen()).max().unwrap_or_default();
    match greatest_fen < trigger.min_amount_fen {
        true => Missing::Amount { min_fen: trigger.min_amount_fen, greatest_fen },
        false if items.is_empty() && trigger.each_item => Missing::Piece { wanted: Vec::new() },
        false => Missing::Day,
    }
}

fn missing_silence(trigger: &DormantTrigger, history: &History<'_>) -> Missing {
    match (trigger.risk, history.records.risks.last()) {
        (Some(_), None) => Missing::Risk,
        (Some(wanted), Some(record)) if record.risk != wanted => {
            Missing::OtherRisk { risk: record.risk, on: record.on }
        }
        (Some(_), Some(_)) => Missing::Day,
        (None, _) => {
            let is_seen = !history.days.is_empty()
                || match trigger.since {
                    Since::Visit => history.last_visit(history.today).is_some(),
                    Since::Contact => !history.contacts.is_empty(),
                    Since::Purchase | Since::Unknown => false,
                };
            if is_seen { Missing::Day } else { Missing::Sign { since: trigger.since } }
        }
    }
}

fn missing_level(event: LevelEvent, level: Option<Level>, history: &History<'_>) -> Missing {
    let Some(record) = history.records.levels.last() else { return Missing::Level };
    match event {
        _ if level.is_some_and(|level| level != record.level) => Missing::OtherLevel { level: record.level },
        LevelEvent::Expires if record.until_on.is_none() => Missing::EndOfLevel,
        LevelEvent::Near => match (record.to_next_fen, record.next_fen) {
            (Some(to_next_fen), Some(next_fen)) => Missing::GapTooGreat { to_next_fen, next_fen },
            _ => Missing::GapToNextLevel,
        },
        LevelEvent::Rose => Missing::RiseOfLevel,
        LevelEvent::Expires => Missing::Day,
        LevelEvent::Unknown => Missing::NewerTrigger,
    }
}

fn missing_ticket(event: TicketEvent, history: &History<'_>) -> Missing {
    if history.records.tickets.is_empty() {
        return Missing::Ticket;
    }
    match event {
        TicketEvent::Received => Missing::Day,
        TicketEvent::Ready | TicketEvent::Uncollected => Missing::ReadyDay,
        TicketEvent::Collected => Missing::CollectedDay,
        TicketEvent::Promised => Missing::PromisedDay,
        TicketEvent::Unknown => Missing::NewerTrigger,
    }
}

fn missing_outcome(trigger: &OutcomeTrigger, history: &History<'_>) -> Missing {
    if history.contacts.is_empty() {
        return Missing::Contact;
    }
    let OutcomeTrigger { codes, min_score, max_score, .. } = trigger;
    Missing::Outcome { codes: codes.clone(), min_score: *min_score, max_score: *max_score }
}
