//! A form of checked fields: a rejected record's, a file's path, the days of a report.

use chrono::{NaiveDate, NaiveTime};
use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::{CustomerId, OpId};
use guide_common::outcome::{Channel, OutcomeCode, SkipReason};
use guide_common::purchase::parse_fen;
use guide_common::sop::plan::Lang;
use serde_json::{Map, Value};
use tui_input::Input;

use super::outcome_form::Step;
use crate::interface::date;
use crate::interface::widgets::field;
use crate::interface::words::Msg;
use crate::lang;
use crate::lang::name::{channel_name, outcome_name, reason_name};

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum AskPurpose {
    /// The fields of a rejected op.
    Mend {
        /// The op.
        op: OpId,
        /// Whom it is about, as it was recorded.
        customer: CustomerId,
        /// What it says besides, which stays as it is.
        kept: Map<String, Value>,
    },
    /// Where a file is written.
    File(FileKind),
    /// The first and the last day of a report.
    Dates,
    /// A person whom nobody has entered yet.
    Lead,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// What support takes along.
    Bundle,
    /// The rejected records, whole.
    Rejected,
    /// The report on the screen.
    Report,
}

/// One field.
#[derive(Clone, Debug)]
pub struct AskField {
    /// Its name on the wire.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// What is typed there.
    pub hint: String,
    /// What it takes.
    pub kind: AskKind,
    /// What was typed.
    pub input: Input,
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskKind {
    /// Any text; an empty one is left out.
    Text,
    /// Any text, and no empty field.
    NeededText,
    /// A whole number.
    Number,
    /// An amount in yuan.
    Amount,
    /// A day.
    Date,
    /// A day, and no empty field.
    NeededDate,
    /// A day that is not after today, and no empty field.
    PastDate,
    /// A time of the day.
    Time,
    /// What came of a contact.
    Outcome,
    /// A channel.
    Channel,
    /// Why a task was skipped.
    Reason,
    /// Yes or no.
    Flag,
    /// A customer: the id or the name.
    Customer,
    /// Where a file lies.
    Path,
}

/// The form.
#[derive(Clone, Debug)]
pub struct AskForm {
    /// What it is for.
    pub purpose: AskPurpose,
    /// What it is called.
    pub title: String,
    /// What stands above its fields.
    pub note: String,
    /// The fields.
    pub fields: Vec<AskField>,
    /// The field that has the keys.
    pub focus: usize,
    /// What is wrong.
    pub error: Option<String>,
}

impl AskField {
    /// A field with what it holds at first.
    pub fn new(key: &str, label: String, hint: &str, kind: AskKind, text: String) -> Self {
        Self { key: key.to_owned(), label, hint: hint.to_owned(), kind, input: Input::new(text) }
    }

    /// What the text means, in words beside the field.
    pub fn meaning(&self, today: NaiveDate, lang: Lang) -> String {
        let text = self.input.value().trim();
        match self.kind {
            AskKind::Date | AskKind::NeededDate => {
                date::parse(text, today).map(|on| lang::date::day(on, lang)).unwrap_or_default()
            }
            AskKind::PastDate => date::parse_past(text, today).map(|on| lang::date::day(on, lang)).unwrap_or_default(),
            AskKind::Outcome => text.parse().map(|code| outcome_name(code, lang).to_owned()).unwrap_or_default(),
            AskKind::Reason => text.parse().map(|reason| reason_name(reason, lang).to_owned()).unwrap_or_default(),
            AskKind::Channel => channel(text).map(|channel| channel_name(channel, lang).to_owned()).unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The value on the wire; none where the field is empty.
    pub fn value(&self, today: NaiveDate) -> Result<Option<Value>, Msg> {
        let text = self.input.value().trim();
        if text.is_empty() {
            return match self.kind {
                AskKind::NeededDate | AskKind::PastDate => Err(Msg::ErrDate),
                AskKind::Path | AskKind::NeededText => Err(Msg::ErrNeedsText),
                AskKind::Customer => Err(Msg::ErrCustomer),
                _ => Ok(None),
            };
        }
        let value: Value = match self.kind {
            AskKind::Text | AskKind::NeededText | AskKind::Path => text.into(),
            AskKind::Number => text.parse::<i64>().map_err(|_| Msg::ErrNumber)?.into(),
            AskKind::Amount => parse_fen(text).ok_or(Msg::ErrAmount)?.into(),
            AskKind::Date | AskKind::NeededDate => date::parse(text, today).ok_or(Msg::ErrDate)?.to_string().into(),
            AskKind::PastDate => date::parse_past(text, today).ok_or(Msg::ErrDate)?.to_string().into(),
            AskKind::Time => time(text).ok_or(Msg::ErrTime)?.format("%H:%M:%S").to_string().into(),
            AskKind::Outcome => text.parse::<OutcomeCode>().map_err(|_| Msg::ErrOutcome)?.names().2.into(),
            AskKind::Reason => named(&text.parse::<SkipReason>().map_err(|_| Msg::ErrNeedsReason)?)?,
            AskKind::Channel => named(&channel(text).ok_or(Msg::ErrChannel)?)?,
            AskKind::Flag => flag(text).ok_or(Msg::ErrFlag)?.into(),
            AskKind::Customer => CustomerId::new(text).map_err(|_| Msg::ErrCustomer)?.as_str().into(),
        };
        Ok(Some(value))
    }
}

impl AskForm {
    /// A form whose first field has the keys.
    pub fn new(purpose: AskPurpose, title: String, note: String, fields: Vec<AskField>) -> Self {
        Self { purpose, title, note, fields, focus: 0, error: None }
    }

    /// Applies a key; complete, it gives each field's value.
    pub fn key(&mut self, key: &KeyEvent, lang: Lang, today: NaiveDate) -> Step<Vec<Option<Value>>> {
        let n = self.fields.len().max(1);
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Enter => return self.submit(lang, today),
            KeyCode::Tab | KeyCode::Down => self.focus = (self.focus + 1) % n,
            KeyCode::BackTab | KeyCode::Up => self.focus = (self.focus + n - 1) % n,
            _ => {
                if let Some(asked) = self.fields.get_mut(self.focus)
                    && field::edit(&mut asked.input, key)
                {
                    self.error = None;
                }
            }
        }
        Step::Stay
    }

    /// Inserts pasted text into the field that has the keys.
    pub fn paste(&mut self, text: &str) {
        if let Some(asked) = self.fields.get_mut(self.focus) {
            field::insert(&mut asked.input, text);
            self.error = None;
        }
    }

    fn submit(&mut self, lang: Lang, today: NaiveDate) -> Step<Vec<Option<Value>>> {
        let mut values = Vec::new();
        for (idx, asked) in self.fields.iter().enumerate() {
            match asked.value(today) {
                Ok(value) => values.push(value),
                Err(msg) => {
                    (self.focus, self.error) = (idx, Some(msg.text(lang).to_owned()));
                    return Step::Stay;
                }
            }
        }
        Step::Save(values)
    }
}

fn time(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S", "%H:%M"].into_iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// A channel by its name on the wire.
fn channel(text: &str) -> Option<Channel> {
    let channel: Channel = serde_json::from_value(text.into()).ok()?;
    (channel != Channel::Unknown).then_some(channel)
}

fn named<T: serde::Serialize>(value: &T) -> Result<Value, Msg> {
    serde_json::to_value(value).map_err(|_| Msg::ErrNeedsText)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "是" => Some(true),
        "false" | "no" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(kind: AskKind, text: &str, expected: Result<Option<Value>, Msg>) {
        let today = NaiveDate::from_ymd_opt(2026, 8, 12).unwrap();
        let field = AskField::new("x", "x".to_owned(), "", kind, text.to_owned());
        assert_eq!(field.value(today), expected, "{text:?}");
    }

    #[test]
    fn what_is_typed_becomes_what_goes_over_the_wire() {
        check(AskKind::Amount, "1,280.50", Ok(Some(json!(128_050))));
        check(AskKind::Date, "+3", Ok(Some(json!("2026-08-15"))));
        check(AskKind::Date, "", Ok(None));
        check(AskKind::Time, "15:30", Ok(Some(json!("15:30:00"))));
        check(AskKind::Outcome, "4", Ok(Some(json!("bought"))));
        check(AskKind::Channel, "phone", Ok(Some(json!("phone"))));
        check(AskKind::Flag, "是", Ok(Some(json!(true))));
        check(AskKind::Text, " ", Ok(None));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_is_wrong() {
        check(AskKind::Amount, "viel", Err(Msg::ErrAmount));
        check(AskKind::NeededDate, "", Err(Msg::ErrDate));
        check(AskKind::Number, "4.5", Err(Msg::ErrNumber));
        check(AskKind::Channel, "pigeon", Err(Msg::ErrChannel));
        check(AskKind::Customer, &"C".repeat(500), Err(Msg::ErrCustomer));
        check(AskKind::Path, "", Err(Msg::ErrNeedsText));
    }
}
