//! The form of an outcome: it opens only for what the code needs, and keeps what was typed until it is saved.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use crossterm::event::{KeyCode, KeyEvent};
use guide_common::id::{CustomerId, DueId, TaskId, TemplateId};
use guide_common::outcome::{Channel, OutcomeCode, Quote, SkipReason};
use guide_common::purchase::parse_fen;
use guide_common::wire::record::OutcomeRequest;
use tui_input::Input;

use crate::interface::date;
use crate::interface::keymap::fold;
use crate::interface::widgets::field;
use crate::interface::words::Msg;

/// Whom an outcome is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The task; none for a contact without one.
    pub task: Option<TaskId>,
    /// The customer.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// Over what; the daemon's choice where it is missing.
    pub channel: Option<Channel>,
    /// The dues that the guide saw.
    pub due_ids: Vec<DueId>,
    /// Whether a step asks for a score.
    pub asks_score: bool,
    /// The script that was shown.
    pub template: Option<TemplateId>,
    /// What was filled into its gaps.
    pub fills: BTreeMap<String, String>,
    /// The gold price that it says.
    pub quoted: Option<Quote>,
    /// What it says, where that is not the Chinese text, which the daemon records by itself.
    pub sent: Option<String>,
}

/// Whether the guide wants to write a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithNote {
    /// Only where the code asks for it.
    IfAsked,
    /// In any case.
    Yes,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Satisfaction.
    Score,
    /// What was bought for.
    Amount,
    /// The date of the next contact.
    Date,
    /// The date of the visit.
    Visit,
    /// Why it was skipped.
    Reason,
    /// A note.
    Note,
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it is for.
    pub kind: FieldKind,
    /// What was typed.
    pub input: Input,
}

/// The form.
#[derive(Clone, Debug)]
pub struct OutcomeForm {
    /// Whom it is for.
    pub target: Target,
    /// What came of the contact.
    pub code: OutcomeCode,
    /// What is asked for.
    pub fields: Vec<Field>,
    /// The field that has the keys.
    pub focus: usize,
    /// What is wrong, in the field that has the keys.
    pub error: Option<String>,
    today: NaiveDate,
}

/// What a key did to a form.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<T> {
    /// The form stays open.
    Stay,
    /// It is closed without saving.
    Cancel,
    /// It is complete.
    Save(T),
}

impl OutcomeForm {
    /// A form for what a code needs; it may have no field.
    pub fn new(target: Target, code: OutcomeCode, with_note: WithNote, today: NaiveDate) -> Self {
        let mut kinds = Vec::new();
        match code {
            OutcomeCode::Bought => kinds.push(FieldKind::Amount),
            OutcomeCode::CallLater => kinds.push(FieldKind::Date),
            OutcomeCode::Appointment => kinds.push(FieldKind::Visit),
            OutcomeCode::Skipped => kinds.push(FieldKind::Reason),
            _ => {}
        }
        let reached = code.completes() && code != OutcomeCode::Complaint;
        if target.asks_score && reached {
            kinds.push(FieldKind::Score);
        }
        if code == OutcomeCode::Complaint || with_note == WithNote::Yes {
            kinds.push(FieldKind::Note);
        }
        let fields = kinds.into_iter().map(|kind| Field { kind, input: Input::default() }).collect();
        Self { target, code, fields, focus: 0, error: None, today }
    }

    /// Applies a key.
    pub fn key(&mut self, key: &KeyEvent, lang: guide_common::sop::plan::Lang) -> Step<Box<OutcomeRequest>> {
        let Some(kind) = self.fields.get(self.focus).map(|field| field.kind) else {
            return Step::Cancel;
        };
        match key.code {
            KeyCode::Esc => return Step::Cancel,
            KeyCode::Enter => return self.submit(lang),
            KeyCode::Tab => self.move_focus(1),
            KeyCode::BackTab => self.move_focus(self.fields.len() - 1),
            KeyCode::Down | KeyCode::Up if kind == FieldKind::Reason => self.choose_reason(key.code),
            KeyCode::Down => self.move_focus(1),
            KeyCode::Up => self.move_focus(self.fields.len() - 1),
            KeyCode::Char(c) if matches!(kind, FieldKind::Score | FieldKind::Reason) => {
                return self.choose(kind, fold(c), lang);
            }
            _ => {
                if let Some(field) = self.fields.get_mut(self.focus)
                    && field::edit(&mut field.input, key)
                {
                    self.error = None;
                }
            }
        }
        Step::Stay
    }

    /// Inserts pasted text into the field that has the keys.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.focus)
            && !matches!(field.kind, FieldKind::Score | FieldKind::Reason)
        {
            field::insert(&mut field.input, text);
            self.error = None;
        }
    }

    /// The date that the focused field holds, for saying its weekday.
    pub fn date(&self) -> Option<NaiveDate> {
        let field = self.fields.iter().find(|field| matches!(field.kind, FieldKind::Date | FieldKind::Visit))?;
        date::parse_with_time(field.input.value(), self.today).map(|(date, _)| date)
    }

    /// The request as far as it was typed, or what is wrong with it.
    pub fn request(&self) -> Result<OutcomeRequest, (usize, Msg)> {
        let said = self.code != OutcomeCode::Skipped;
        let mut request = OutcomeRequest {
            due_ids: self.target.due_ids.clone(),
            channel: self.target.channel,
            template: self.target.template.clone().filter(|_| said),
            fills: self.target.fills.clone(),
            quoted: self.target.quoted.filter(|_| said),
            sent: self.target.sent.clone().filter(|_| said),
            ..OutcomeRequest::new(self.code.names().2)
        };
        for (idx, field) in self.fields.iter().enumerate() {
            fill(&mut request, field.kind, field.input.value().trim(), self.today).map_err(|msg| (idx, msg))?;
        }
        Ok(request)
    }

    fn submit(&mut self, lang: guide_common::sop::plan::Lang) -> Step<Box<OutcomeRequest>> {
        match self.request() {
            Ok(request) => Step::Save(Box::new(request)),
            Err((idx, msg)) => {
                self.focus = idx;
                self.error = Some(msg.text(lang).to_owned());
                Step::Stay
            }
        }
    }

    fn move_focus(&mut self, by: usize) {
        self.focus = (self.focus + by) % self.fields.len().max(1);
        self.error = None;
    }

    /// A score or a reason is one key; the last one of a form saves it.
    fn choose(&mut self, kind: FieldKind, c: char, lang: guide_common::sop::plan::Lang) -> Step<Box<OutcomeRequest>> {
        let c = c.to_ascii_lowercase();
        let chosen = match kind {
            FieldKind::Score => ('1'..='5').contains(&c).then_some(c),
            _ => ('a'..='f').contains(&c).then_some(c).or_else(|| letter_of_digit(c)),
        };
        let Some(chosen) = chosen else {
            let msg = if kind == FieldKind::Score { Msg::ErrScore } else { Msg::ErrNeedsReason };
            self.error = Some(msg.text(lang).to_owned());
            return Step::Stay;
        };
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.input = Input::new(chosen.to_string());
        }
        self.error = None;
        if self.focus + 1 == self.fields.len() {
            return self.submit(lang);
        }
        self.focus += 1;
        Step::Stay
    }

    fn choose_reason(&mut self, code: KeyCode) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            let n = SkipReason::ALL.len();
            let current = SkipReason::ALL.iter().position(|reason| field.input.value() == reason.names().0.to_string());
            let next = match (current, code) {
                (None, KeyCode::Up) => n - 1,
                (None, _) => 0,
                (Some(idx), KeyCode::Up) => (idx + n - 1) % n,
                (Some(idx), _) => (idx + 1) % n,
            };
            field.input = Input::new(SkipReason::ALL[next].names().0.to_string());
            self.error = None;
        }
    }
}

/// `1` to `6` stand for `a` to `f`: digits come through an input method, letters do not.
fn letter_of_digit(c: char) -> Option<char> {
    let idx = c.to_digit(10)?.checked_sub(1)? as usize;
    SkipReason::ALL.get(idx).map(|reason| reason.names().0)
}

fn fill(request: &mut OutcomeRequest, kind: FieldKind, text: &str, today: NaiveDate) -> Result<(), Msg> {
    let in_range = |date: NaiveDate, from: NaiveDate| {
        let last = today.checked_add_days(Days::new(366)).unwrap_or(NaiveDate::MAX);
        (from..=last).contains(&date)
    };
    match kind {
        FieldKind::Amount if text.is_empty() => return Err(Msg::ErrNeedsAmount),
        FieldKind::Amount => {
            request.amount_fen = Some(parse_fen(text).filter(|fen| *fen > 0).ok_or(Msg::ErrAmount)?);
        }
        FieldKind::Date if text.is_empty() => return Err(Msg::ErrNeedsDate),
        FieldKind::Date => {
            let date = date::parse(text, today).ok_or(Msg::ErrDate)?;
            if !in_range(date, today.succ_opt().unwrap_or(today)) {
                return Err(Msg::ErrDateRange);
            }
            request.next_on = Some(date);
        }
        FieldKind::Visit if text.is_empty() => {}
        FieldKind::Visit => {
            let (date, time) = date::parse_with_time(text, today).ok_or(Msg::ErrDate)?;
            if !in_range(date, today) {
                return Err(Msg::ErrVisitRange);
            }
            (request.next_on, request.next_time) = (Some(date), time);
        }
        FieldKind::Reason if text.is_empty() => return Err(Msg::ErrNeedsReason),
        FieldKind::Reason => request.reason = Some(text.to_owned()),
        FieldKind::Score if text.is_empty() => {}
        FieldKind::Score => {
            request.score = Some(text.parse().ok().filter(|score| (1..=5).contains(score)).ok_or(Msg::ErrScore)?);
        }
        FieldKind::Note if text.is_empty() => {}
        FieldKind::Note => request.note = Some(text.to_owned()),
    }
    Ok(())
}
