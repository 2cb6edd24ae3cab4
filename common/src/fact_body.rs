//! What the body of each kind of fact needs: one implementation a kind, the same on the terminal and at the hub.

use chrono::NaiveDate;
use serde::{Serialize, de::DeserializeOwned};

use crate::amnesty::{Handed, Waived};
use crate::calendar::Leave;
use crate::consent::{Consent, Secret};
use crate::customer::TagChange;
use crate::fact::{ComplaintClosed, Note};
use crate::field::{CustomerField, FieldEdit};
use crate::lead::{Lead, MAX_LEAD_TAGS};
use crate::outcome::{MAX_AMOUNT_FEN, MAX_NOTE_CHARS, Outcome, Refusal};
use crate::promise::{Appointment, AppointmentClosed, Promise, PromiseKept};
use crate::proposal::{MAX_PROPOSAL_CHARS, ProposalAnswered, TemplateProposed};
use crate::record::{Coupon, Dispatched, LevelRecord, LifeEvent, OwnerChanged, PointsRecord, RiskRecord, Rush, Ticket};
use crate::snooze::Snooze;
use crate::text::{Lines, sanitise};

/// The farthest date that a fact may name, in days from its own.
const MAX_DAYS: i64 = 3_653;
/// The longest name of a person, in characters.
const MAX_NAME_CHARS: usize = 40;
/// The longest number, kind or name, in characters.
const MAX_LABEL_CHARS: usize = 120;

/// The body of a kind of fact.
pub(crate) trait Body: Sized + Serialize + DeserializeOwned {
    /// The shop-local day of the fact.
    fn on(&self) -> NaiveDate;

    /// The body with its texts sanitised, or what it lacks.
    fn checked(self) -> Result<Self, Refusal> {
        Ok(self)
    }
}

fn clean(text: &str) -> String {
    sanitise(text, Lines::Many, MAX_NOTE_CHARS)
}

fn label(text: &str) -> String {
    sanitise(text, Lines::One, MAX_LABEL_CHARS)
}

fn some_clean(text: Option<String>) -> Option<String> {
    text.map(|text| clean(&text)).filter(|text| !text.is_empty())
}

fn required(text: String) -> Result<String, Refusal> {
    if text.is_empty() { Err(Refusal::NeedsText) } else { Ok(text) }
}

/// A date that is not before the fact's own and not too far from it.
fn check_until(on: NaiveDate, until_on: NaiveDate) -> Result<(), Refusal> {
    if (0..=MAX_DAYS).contains(&(until_on - on).num_days()) { Ok(()) } else { Err(Refusal::DateOutOfRange) }
}

macro_rules! dated {
    ($($body:ty),*) => {$(
        impl Body for $body {
            fn on(&self) -> NaiveDate {
                self.on
            }
        }
    )*};
}

dated!(PromiseKept, AppointmentClosed, LevelRecord, PointsRecord);

impl Body for Outcome {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.note = some_clean(self.note);
        self.sent = some_clean(self.sent);
        self.reply = some_clean(self.reply);
        self.fills = self.fills.iter().map(|(name, fill)| (clean(name), clean(fill))).collect();
        self.check()?;
        Ok(self)
    }
}

impl Body for Promise {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.text = required(clean(&self.text))?;
        self.item = some_clean(self.item);
        check_until(self.on, self.due_on)?;
        Ok(self)
    }
}

impl Body for ComplaintClosed {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.words = required(clean(&self.words))?;
        Ok(self)
    }
}

impl Body for Lead {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.name = required(sanitise(&self.name, Lines::One, MAX_NAME_CHARS))?;
        self.looked_at = some_clean(self.looked_at);
        if let Some(phone) = self.phone.filter(|phone| !phone.trim().is_empty()) {
            self.phone = Some(CustomerField::Phone.normal(&phone).ok_or(Refusal::MalformedValue)?);
        } else {
            self.phone = None;
        }
        if self.tags.len() > MAX_LEAD_TAGS {
            return Err(Refusal::MalformedBody);
        }
        for tag in &mut self.tags {
            tag.group = required(label(&tag.group))?;
            tag.value = required(label(&tag.value))?;
        }
        match self.budget_fen {
            Some(fen) if fen <= 0 => return Err(Refusal::AmountNotPositive),
            Some(fen) if fen > MAX_AMOUNT_FEN => return Err(Refusal::AmountTooLarge),
            _ => {}
        }
        if self.wedding_on.is_some_and(|on| (on - self.on).num_days().abs() > MAX_DAYS) {
            return Err(Refusal::DateOutOfRange);
        }
        Ok(self)
    }
}

impl Body for Note {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.text = required(clean(&self.text))?;
        Ok(self)
    }
}

impl Body for Appointment {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.text = some_clean(self.text);
        check_until(self.on, self.visit_on)?;
        Ok(self)
    }
}

impl Body for TagChange {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.group = required(label(&self.group))?;
        self.value = required(label(&self.value))?;
        Ok(self)
    }
}

impl Body for FieldEdit {
    fn on(&self) -> NaiveDate {
        self.on
    }

    /// The value's form is no matter here: what a newer version took in must stay readable.
    fn checked(mut self) -> Result<Self, Refusal> {
        self.field = required(label(&self.field))?;
        self.value = self.value.map(|value| label(&value)).filter(|value| !value.is_empty());
        Ok(self)
    }
}

impl Body for Consent {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(self) -> Result<Self, Refusal> {
        if let Some(until_on) = self.until_on {
            check_until(self.on, until_on)?;
        }
        Ok(self)
    }
}

impl Body for Secret {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(self) -> Result<Self, Refusal> {
        check_until(self.on, self.until_on)?;
        Ok(self)
    }
}

impl Body for Leave {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(self) -> Result<Self, Refusal> {
        check_until(self.from_on, self.to_on)?;
        Ok(self)
    }
}

impl Body for Snooze {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(self) -> Result<Self, Refusal> {
        check_until(self.on, self.until_on)?;
        Ok(self)
    }
}

impl Body for Waived {
    fn on(&self) -> NaiveDate {
        self.on
    }
}

impl Body for Handed {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(self) -> Result<Self, Refusal> {
        check_until(self.on, self.until_on)?;
        Ok(self)
    }
}

impl Body for Coupon {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.no = required(label(&self.no))?;
        self.name = required(label(&self.name))?;
        self.kind = label(&self.kind);
        check_until(self.on, self.until_on)?;
        Ok(self)
    }
}

impl Body for TemplateProposed {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        // a text that was cut would be another one
        if self.text.chars().count() > MAX_PROPOSAL_CHARS {
            return Err(Refusal::MalformedBody);
        }
        self.text = required(sanitise(&self.text, Lines::Many, MAX_PROPOSAL_CHARS))?;
        self.why = some_clean(self.why);
        Ok(self)
    }
}

impl Body for ProposalAnswered {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.by = self.by.map(|by| label(&by)).filter(|by| !by.is_empty());
        self.reason = some_clean(self.reason);
        Ok(self)
    }
}

impl Body for Ticket {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.no = required(label(&self.no))?;
        self.work = label(&self.work);
        self.item = self.item.map(|item| label(&item));
        Ok(self)
    }
}

impl Body for RiskRecord {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.reason = some_clean(self.reason);
        Ok(self)
    }
}

impl Body for OwnerChanged {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.to_name = label(&self.to_name);
        Ok(self)
    }
}

impl Body for LifeEvent {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.kind = required(label(&self.kind))?;
        Ok(self)
    }
}

impl Body for Dispatched {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.dispatch = required(label(&self.dispatch))?;
        self.by = label(&self.by);
        self.why = some_clean(self.why);
        check_until(self.on, self.from_on)?;
        Ok(self)
    }
}

impl Body for Rush {
    fn on(&self) -> NaiveDate {
        self.on
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.by = required(label(&self.by))?;
        self.why = required(clean(&self.why))?;
        check_until(self.on, self.until_on)?;
        Ok(self)
    }
}
